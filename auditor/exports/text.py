"""A text file as portions of a table, in bounded memory; no row is lost on the way.

Two roads. A stretch of the file that one scan proves clean (UTF-8, no quotation mark, no NUL, no stray CR, no blank
line) goes to Arrow's reader, which refuses a row of the wrong width. Any other is split by our own hand
(`auditor.exports.records`), and its well-formed lines go to Arrow just the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from auditor.exports.encoding import SHOWN, Encoding
from auditor.exports.portion import Portion, no_rows, positions, texts_by_arrow
from auditor.exports.proof import Condition, condition
from auditor.exports.records import LONGEST_LINE, Fault, Shape, Stretch, readable, split_stretch
from auditor.exports.source import Source
from auditor.exports.transcoding import TextStream, text_stream

STRETCH = 4 << 20
"""Bytes read at a time. Larger ones cost more: memory is touched anew faster than the fixed cost of a batch is saved."""
CR, LF = b"\r\n"
LINE_BREAK = re.compile(rb"\r\n|\n|\r")


class TextTable:
    """The rows of a text file after its header, which ends at byte `offset` of its UTF-8; the next line is `line`."""

    def __init__(self, source: Source, encoding: Encoding, shape: Shape, offset: int, line: int) -> None:
        self._source = source
        self._encoding = encoding
        self._shape = replace(shape, encoding=SHOWN[encoding.name])
        self._offset = offset
        self._line = line
        self._lines = LineCount()
        self.sha256 = ""

    @property
    def physical_lines(self) -> int:
        """Line breaks counted in the bytes, and a last line without one."""
        return self._lines.total

    def portions(self) -> Iterator[Portion]:
        """The rows, a stretch of the file at a time. Raises OSError."""
        self._lines = LineCount()
        line, filled = self._line, 0
        buffer = bytearray(STRETCH)
        view = memoryview(buffer)
        with text_stream(self._source, self._encoding) as stream:
            self._pass_head(stream, buffer, view)
            while True:
                full = filled == STRETCH  # a record that does not end within the buffer must end here
                got = 0 if full else stream.read_into(view[filled:])
                self._lines.add(buffer, filled, filled + got)
                filled += got
                ended = not full and stream.ended
                cut = filled if ended else _last_break(buffer, filled)
                if full and not cut:
                    fault, rest = self._endless_line(view, line, stream)
                    yield no_rows(self._shape.width, [fault])
                    line += 1
                    view[: len(rest)] = rest
                    filled = len(rest)
                    continue
                if cut:
                    portion, used, lines = self._portion(buffer, cut, line, last=ended or full)
                    line += lines
                    yield portion
                    del portion
                    rest = bytes(view[used:filled])
                    view[: len(rest)] = rest
                    filled = len(rest)
                if ended:
                    break
            self.sha256 = stream.sha256

    def _pass_head(self, stream: TextStream, buffer: bytearray, view: memoryview) -> None:
        left = self._offset
        while left and (got := stream.read_into(view[:left])):
            self._lines.add(buffer, 0, got)
            left -= got

    def _portion(self, buffer: bytearray, end: int, line: int, *, last: bool) -> tuple[Portion, int, int]:
        """The first `end` bytes as a portion, and how many bytes and lines of them were used."""
        fast = _fast_road(buffer, end, line, self._shape)
        if fast is not None:
            return fast, end, len(fast.lines)
        stretch = split_stretch(bytes(memoryview(buffer)[:end]), line, self._shape, last=last)
        return _careful_road(stretch, self._shape), end - stretch.carried, stretch.lines_used

    def _endless_line(self, view: memoryview, line: int, stream: TextStream) -> tuple[Fault, bytes]:
        """A line longer than the buffer is passed over to its end: its fault, and the bytes read after it."""
        head = bytes(view[:LONGEST_LINE])
        length = len(view)
        ended_by_cr = view[-1] == CR
        more = bytearray(min(STRETCH, 1 << 20))
        while True:
            got = stream.read_into(memoryview(more))
            self._lines.add(more, 0, got)
            if ended_by_cr:
                rest = bytes(more[got > 0 and more[0] == LF : got])
                break
            found = LINE_BREAK.search(more, 0, got)
            length += found.start() if found else got
            ended_by_cr = found is not None and found.end() == got and more[got - 1] == CR
            if not got or (found and not ended_by_cr):
                rest = bytes(more[found.end() : got]) if found else b""
                break
        return Fault(line, "too_long_row", readable(head), [], str(length), str(LONGEST_LINE)), rest


@dataclass
class LineCount:
    """Physical lines, counted by their breaks (CR LF, LF, CR) and in no other way."""

    breaks: int = 0
    open: bool = False
    _after_cr: bool = False

    def add(self, data: bytearray, start: int, end: int) -> None:
        """Count the bytes from `start` to `end`, which follow those counted before."""
        if start == end:
            return
        self.breaks += data.count(b"\n", start, end)
        if data.find(b"\r", start, end) >= 0:
            self.breaks += data.count(b"\r", start, end) - data.count(b"\r\n", start, end)
        self.breaks -= self._after_cr and data[start] == ord("\n")
        self._after_cr = data[end - 1] == ord("\r")
        self.open = data[end - 1] not in b"\r\n"

    @property
    def total(self) -> int:
        """Lines so far; one without a break at its end is a line too."""
        return self.breaks + self.open


def _last_break(buffer: bytearray, filled: int) -> int:
    """The place after the last line break, LF or CR; a CR at the very end may be half of a CR LF."""
    return max(buffer.rfind(b"\n", 0, filled), buffer.rfind(b"\r", 0, max(filled - 1, 0))) + 1


def _fast_road(buffer: bytearray, end: int, line: int, shape: Shape) -> Portion | None:
    """The first `end` bytes as Arrow reads them, or None where they are not proved to be one row a line."""
    state = condition(buffer, end, shape.delimiter)
    if state is Condition.TORN:
        return None
    data = memoryview(buffer)[:end]
    texts = texts_by_arrow(pa.py_buffer(data), shape.delimiter, shape.width, quoted=False)
    if texts is None:
        return None
    lines = pl.int_range(line, line + len(texts), dtype=pl.Int32, eager=True)

    def raw(wanted: list[int]) -> list[str]:
        split = bytes(data).split(b"\n")
        return [readable(split[at - line].rstrip(b"\r")) for at in wanted]

    return Portion(texts, lines, raw, tidy=state is Condition.TIDY)


def _careful_road(stretch: Stretch, shape: Shape) -> Portion:
    """What was split by hand, as texts in the order of the file."""
    schema = dict.fromkeys(positions(shape.width), pl.String)
    parts = []
    if len(stretch.regular):
        quoted = bool(stretch.regular.str.contains('"', literal=True).any())
        whole = stretch.regular.str.join("\n").to_arrow(compat_level=pl.CompatLevel.oldest())
        texts = texts_by_arrow(whole[0].as_buffer(), shape.delimiter, shape.width, quoted=quoted)
        assert texts is not None, "the pattern of a regular line lets only whole rows through"
        assert len(texts) == len(stretch.regular_lines), "every regular line is one row"
        parts.append(texts.with_columns(stretch.regular_lines.alias("line")))
    if stretch.records:
        cells = [[cell or None for cell in cells] for _, _, cells in stretch.records]
        texts = pl.DataFrame(cells, schema=schema, orient="row")
        parts.append(texts.with_columns(pl.Series("line", [line for line, _, _ in stretch.records], dtype=pl.Int32)))
    blank, continued = stretch.blank, stretch.continued
    if not parts:
        return replace(no_rows(shape.width, stretch.faults), blank=blank, continued=continued)
    joined = pl.concat(parts).sort("line") if len(parts) > 1 else parts[0]

    def raw(wanted: list[int]) -> list[str]:
        known = {line: text for line, text, _ in stretch.records}
        unknown = [line for line in wanted if line not in known]
        at = stretch.regular_lines.search_sorted(pl.Series(unknown, dtype=pl.Int32))
        known |= {line: readable(text.encode()) for line, text in zip(unknown, stretch.regular.gather(at), strict=True)}
        return [known[line] for line in wanted]

    return Portion(joined.drop("line"), joined["line"], raw, stretch.faults, blank=blank, continued=continued)
