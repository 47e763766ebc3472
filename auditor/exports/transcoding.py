"""The bytes of a text file as UTF-8, a portion at a time, whatever their encoding; what can't be decoded damages its own line.

A byte that the encoding lacks is handed on as it is: alone it is no UTF-8, and the reader of records sets its line aside. A line
that is damaged otherwise gets one of two marks that no UTF-8 text holds either.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader

import polars as pl

from auditor.exports.encoding import Encoding
from auditor.exports.records import BROKEN, FOREIGN
from auditor.exports.source import Source

PORTION = 1 << 20
UTF8_LETTERS = r"(?:[РСТУ][^\x00-\x7fА-Яа-яЁё]){3}"
"""How three and more Cyrillic letters of UTF-8 look when they are read as Windows-1251 or KZ-1048."""
UTF8_LETTERS_866 = r"(?:[╨╤╥╙][^\x00-\x7fа-яЁё]){3}"
UTF8_BYTES = re.compile(rb"(?:[\xd0-\xd3][\x80-\xbf]){3}")
WIDE_BREAKS = {
    "utf-16-le": re.compile(rb"\r\0\n\0|\n\0|\r\0"),
    "utf-16-be": re.compile(rb"\0\r\0\n|\0\n|\0\r"),
}
PADDING = b"\0\x1a"
"""What stands after the end of a text where a file was laid out before it was written (NUL), or written by DOS (Ctrl-Z)."""
LONGEST_CARRIED = 8 << 20
"""Bytes without a line break after which a line is cut."""


class TextStream:
    """A text file read from its beginning as UTF-8, without its byte order mark."""

    def __init__(self, file: BufferedReader, encoding: Encoding) -> None:
        self._file = file
        self._name = encoding.name
        self._digest = hashlib.sha256()
        self._raw = b""
        self._ready = memoryview(b"")
        self._read_to_end = False
        self._left = _end_of_text(file, encoding)
        self._take(len(encoding.mark))

    @property
    def sha256(self) -> str:
        """Of the bytes read so far, as they stand in the file; at the end of the text, of all."""
        while not self._left and (padding := self._file.read(PORTION)):
            self._digest.update(padding)
        return self._digest.hexdigest()

    @property
    def ended(self) -> bool:
        """Nothing is left to read."""
        if self._name == "utf-8":
            return not (self._left and self._file.peek(1))
        while not self._ready and not self._read_to_end:
            self._transcode_some()
        return not self._ready

    def read_into(self, view: memoryview) -> int:
        """Fill a part of the buffer from its beginning; how many bytes, 0 where it has no room or the file has ended."""
        if self._name == "utf-8":
            got = self._file.readinto(view[: self._left])
            self._digest.update(view[:got])
            self._left -= got
            return got
        if self.ended:
            return 0
        got = min(len(view), len(self._ready))
        view[:got] = self._ready[:got]
        self._ready = self._ready[got:]
        return got

    def skip(self, count: int) -> None:
        """Pass over so many bytes of UTF-8."""
        rest = bytearray(min(count, PORTION))
        while count and (got := self.read_into(memoryview(rest)[:count])):
            count -= got

    def _take(self, count: int) -> bytes:
        data = self._file.read(min(count, self._left))
        self._digest.update(data)
        self._left -= len(data)
        return data

    def _transcode_some(self) -> None:
        data = self._take(PORTION)
        self._read_to_end = not data
        whole = self._raw + data
        end = self._end_of_lines(whole) if data else len(whole)
        self._raw = whole[end:]
        self._ready = memoryview(self._to_utf8(whole[:end]))

    def _end_of_lines(self, data: bytes) -> int:
        if self._name in WIDE_BREAKS:
            wide = "\n".encode(self._name), "\r".encode(self._name)
            end = max(data.rfind(wide[0]), data.rfind(wide[1])) + 2 if any(b in data for b in wide) else 0
        else:
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        return end or (len(data) // 2 * 2 if len(data) > LONGEST_CARRIED else 0)

    def _to_utf8(self, data: bytes) -> bytes:
        if self._name in WIDE_BREAKS:
            return _from_wide(data, self._name)
        return _from_bytes(data, self._name)


def padding(source: Source, encoding: Encoding) -> int:
    """Bytes after the end of the text that are no text. Raises OSError."""
    with source.path.open("rb") as file:
        return source.path.stat().st_size - _end_of_text(file, encoding)


def _end_of_text(file: BufferedReader, encoding: Encoding) -> int:
    """Where the text ends, in bytes; the file is left at its beginning."""
    wide = encoding.name in WIDE_BREAKS
    end = size = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - PORTION)
        file.seek(begin)
        told = file.read(end - begin).rstrip(PADDING[:1] if wide else PADDING)
        end = begin + len(told)
        if told:
            # The other half of the last letter may be a NUL: of a line break, wherever a lost byte has moved it.
            half = wide and (end % 2 or (encoding.name == "utf-16-le" and told.endswith((b"\r", b"\n"))))
            end = min(size, end + 1) if half else end
            break
    file.seek(0)
    return end


@contextmanager
def text_stream(source: Source, encoding: Encoding) -> Iterator[TextStream]:
    """The text of a source from its beginning. Raises OSError."""
    with source.path.open("rb") as file:
        yield TextStream(file, encoding)


def _from_bytes(data: bytes, name: str) -> bytes:
    """A one-byte encoding. Its undefined bytes go on as they are."""
    text = data.decode(name, "surrogateescape")
    out = text.encode("utf-8", "surrogateescape")
    pattern = UTF8_LETTERS_866 if name == "cp866" else UTF8_LETTERS
    try:
        whole = pl.Series([text])
    except UnicodeEncodeError:  # an undefined byte
        whole = pl.Series([text.encode("utf-8", "replace").decode()])
    if not whole.str.contains(pattern).item():
        return out
    return b"".join(
        _marked(line, FOREIGN) if UTF8_BYTES.search(line) else _from_line(line, name)
        for line in data.splitlines(keepends=True)
    )


def _from_line(line: bytes, name: str) -> bytes:
    return line.decode(name, "surrogateescape").encode("utf-8", "surrogateescape")


def _marked(line: bytes, mark: bytes) -> bytes:
    """A line with the mark before its line break."""
    text = line.rstrip(b"\r\n")
    return text + mark + line[len(text) :]


def _from_wide(data: bytes, name: str) -> bytes:
    """UTF-16. Where a byte was lost or gained, the line ends where the next line break stands, whatever its place."""
    if len(data) % 2 == 0:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            pass
        else:
            if data.count("\n".encode(name)) == text.count("\n"):
                return text.encode()
    lines, at = [], 0
    for found in WIDE_BREAKS[name].finditer(data):
        lines.append(_wide_line(data[at : found.start()], name) + found.group().replace(b"\0", b""))
        at = found.end()
    lines.append(_wide_line(data[at:], name))
    return b"".join(lines)


def _wide_line(line: bytes, name: str) -> bytes:
    try:
        return line.decode(name).encode()
    except UnicodeDecodeError:
        return line.decode(name, "replace").encode() + BROKEN
