"""The careful road: a stretch of a file split into records, so that damage stays in its own row.

RFC 4180: a cell may stand in quotation marks, a doubled mark in it is one mark, and delimiters and line breaks in it
are text. A mark inside an unquoted cell is just text. Where a quotation opens and does not close, only the line where
it opens is set aside, and reading goes on at the next line.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import cache

import polars as pl

NO_TEXT = "auditor.exports.records"
codecs.register_error(NO_TEXT, lambda fault: ("\0", fault.end))  # type: ignore[attr-defined] # a NUL: no regular line has one
LONGEST_RECORD_LINES = 2_000
LONGEST_RECORD = 1 << 18
"""A quotation that does not close within so many lines or characters never will."""
LINES_LOOKED_AHEAD = 50
LINES_JOINED = 4
"""Records of so many lines are looked for all at once."""
LONGEST_LINE = 1 << 20
RAW_KEPT = 32_000
"""Characters of a damaged row kept as evidence."""
BROKEN, FOREIGN = b"\xff", b"\xfe"
"""What marks, in text that was not UTF-8, a line of UTF-16 that lost or gained a byte, and a line that is UTF-8 itself: two
bytes that no UTF-8 text holds (`auditor.exports.transcoding` sets them)."""
BROKEN_SHOWN, FOREIGN_SHOWN = "\\xff", "\\xfe"
MOMENT_LIKE = re.compile(r"\s*(?:\d{4}-\d\d?-\d\d?|\d\d?\.\d\d?\.\d{2,4})")


@dataclass(frozen=True)
class Fault:
    """A row that could not be split. `value`: what was met, `expected`: what would be right; `cells`: as far as read."""

    line: int
    reason: str
    raw: str
    cells: list[str]
    value: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class Shape:
    """What a whole record of this file looks like. `required` and `moments` are positions of columns; `encoding`: its name for people."""

    delimiter: str
    width: int
    required: tuple[int, ...] = ()
    moments: tuple[int, ...] = ()
    encoding: str = "UTF-8"

    def looks_whole(self, cells: list[str] | None) -> bool:
        """Whether a line's cells are those of a record in their own right, and not of a text in quotes."""
        if cells is None or len(cells) != self.width:
            return False
        if not all(cells[i].strip() for i in self.required):
            return False
        return not self.moments or any(MOMENT_LIKE.match(cells[i]) for i in self.moments)


@dataclass
class Stretch:
    """A stretch split. `regular`: well-formed records of one line or a few, as texts, and the numbers of their first lines.
    `records`: (line, raw, cells) of the others that could be read. `continued`: lines on which a record goes on. `lines_used`: all but a last record that goes on after the stretch, whose bytes are `carried`."""

    regular: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    regular_lines: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Int32))
    records: list[tuple[int, str, list[str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    blank: int = 0
    continued: int = 0
    lines_used: int = 0
    carried: int = 0
    goes_on: bool = False


def split_cells(text: str, delimiter: str) -> tuple[list[str] | None, str]:
    """The cells of one record, or None and why: `open_quote` or `text_after_quote`."""
    if '"' not in text:
        return text.split(delimiter), ""
    cells: list[str] = []
    at, end = 0, len(text)
    while True:
        if text.startswith('"', at):
            close = _closing_mark(text, at + 1)
            if close < 0:
                return None, "open_quote"
            cells.append(text[at + 1 : close].replace('""', '"'))
            at = close + 1
            while at < end and text[at] in " \r" and text[at] != delimiter:
                at += 1
            if at < end and text[at] != delimiter:
                return None, "text_after_quote"
        else:
            next_one = text.find(delimiter, at)
            next_one = end if next_one < 0 else next_one
            cells.append(text[at:next_one])
            at = next_one
        if at >= end:
            return cells, ""
        at += 1


def cell_spans(text: str, delimiter: str) -> list[tuple[int, int]] | None:
    """Where the cells of one record stand, each without its quotation marks; None if it can't be split."""
    spans: list[tuple[int, int]] = []
    at, end = 0, len(text)
    while True:
        begin, stop = at, text.find(delimiter, at)
        if text.startswith('"', at):
            begin, close = at + 1, _closing_mark(text, at + 1)
            if close < 0 or text[close + 1 :].lstrip(" \r")[:1] not in ("", delimiter):
                return None
            spans.append((begin, close))
            stop = text.find(delimiter, close + 1)
        else:
            spans.append((begin, end if stop < 0 else stop))
        if stop < 0:
            return spans
        at = stop + 1


def _closing_mark(text: str, at: int) -> int:
    while True:
        mark = text.find('"', at)
        if mark < 0 or not text.startswith('"', mark + 1):
            return mark
        at = mark + 2


@cache
def regular_line(delimiter: str, width: int, breaks: str = r"\n") -> str:
    """The pattern of a line that is one well-formed record of `width` cells, quoted or not; with `breaks` empty, of such a record of any lines."""
    d = re.escape(delimiter)
    cell = rf'(?:[^{d}\n"\r\x00]*|"(?:[^"{breaks}\r\x00]|"")*")'
    return rf"\A{cell}(?:{d}{cell}){{{width - 1}}}\z"


def readable(data: bytes) -> str:
    """Bytes as evidence: what is not UTF-8, and NUL, as `\\xNN`; no longer than a cell of a spreadsheet may be."""
    text = data.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return text if len(text) <= RAW_KEPT else text[:RAW_KEPT] + "…"


def split_stretch(data: bytes, first_line: int, shape: Shape, *, last: bool) -> Stretch:
    """Split whole lines (each ended by a newline) beginning at physical line `first_line`; `last`: the file ends here."""
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    stretch = _Splitter(plain, first_line, shape, last).split()
    # bytes.splitlines breaks at CR, LF and CR LF only, as we do.
    stretch.carried = sum(map(len, data.splitlines(keepends=True)[stretch.lines_used :])) if stretch.goes_on else 0
    return stretch


class _Splitter:
    def __init__(self, data: bytes, first_line: int, shape: Shape, last: bool) -> None:
        self.data = data
        self.lines = data.split(b"\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.first_line = first_line
        self.shape = shape
        self.last = last
        self.out = Stretch()

    def split(self) -> Stretch:
        texts = self._texts()
        regular = texts.str.contains(regular_line(self.shape.delimiter, self.shape.width))
        if self.shape.width == 1:
            regular &= texts.str.strip_chars() != ""
        joined, pool = self._joined(texts, regular)
        whole: list[int] = []
        places: list[int] = []
        taken: list[int] = []
        at = 0
        end = len(self.lines)
        for odd in (~regular).arg_true().to_list():
            if odd < at:
                continue
            one = joined.get(odd)
            if one is not None:
                whole.append(odd)
                places.append(one[1])
                at = odd + one[0]
                self.out.continued += one[0] - 1
                continue
            at = self._record(odd)
            if at == odd:
                end = odd
                self.out.goes_on = True
                break
            taken.extend(range(odd + 1, at))
        if taken:
            regular = regular.scatter(taken, [False] * len(taken))
        if end < len(self.lines):
            regular = regular.head(end)
            texts = texts.head(end)
        kept, lines = texts.filter(regular), regular.arg_true()
        if whole:
            kept = pl.concat([kept, pool.gather(places)])
            lines = pl.concat([lines, pl.Series(lines.name, whole, dtype=lines.dtype)])
            order = lines.arg_sort()
            kept, lines = kept.gather(order), lines.gather(order)
        if len(kept):
            self.out.regular = kept
            self.out.regular_lines = lines.cast(pl.Int32) + self.first_line
        self.out.lines_used = end
        return self.out

    def _joined(self, texts: pl.Series, regular: pl.Series) -> tuple[dict[int, tuple[int, int]], pl.Series]:
        """Well-formed records of a few lines, all at once: index of the first line to the number of lines and the place among the texts.

        Left to `_record` is whatever it might see otherwise: a line in the middle that may be whole by itself, for it has as many delimiters.
        """
        found: dict[int, tuple[int, int]] = {}
        pool = texts.clear()
        first = (~regular & texts.str.contains('"', literal=True)).arg_true()
        if not len(first):
            return found, pool
        goes_on = ~regular & (texts.str.count_matches(self.shape.delimiter, literal=True) < self.shape.width - 1)
        pattern = regular_line(self.shape.delimiter, self.shape.width, "")
        text = texts.gather(first)
        for more in range(1, LINES_JOINED):
            here = (first + more < len(texts)).arg_true()
            here = here.filter(goes_on.gather(first.gather(here) + more))
            first, text = first.gather(here), _on_two_lines(text.gather(here), texts.gather(first.gather(here) + more))
            good = text.str.contains(pattern) & (text.str.len_chars() <= LONGEST_RECORD)
            found |= {at: (more + 1, place) for place, at in enumerate(first.filter(good).to_list(), start=len(pool))}
            pool = pl.concat([pool, text.filter(good)])
            first, text = first.filter(~good), text.filter(~good)
        return found, pool

    def _texts(self) -> pl.Series:
        """The lines as texts; one that is not UTF-8 as a text that no pattern fits."""
        if not self.lines:
            return pl.Series(dtype=pl.String)
        text = self.data.removesuffix(b"\n").decode("utf-8", NO_TEXT)
        return pl.Series([text]).str.split("\n").explode(empty_as_null=False)

    def _text(self, index: int) -> str:
        return self.lines[index].decode("utf-8", "surrogateescape")

    def _record(self, start: int) -> int:
        """Read the record that begins at line `start`: the index after it, or `start` if it goes on after the stretch."""
        line = self.lines[start]
        text = self._text(start)
        if not text.strip("\ufeff \t\v\f\u00a0"):
            self.out.blank += 1
            return start + 1
        if len(line) > LONGEST_LINE:
            self._set_aside(start, start + 1, "too_long_row", value=str(len(line)), expected=str(LONGEST_LINE))
            return start + 1
        cells, fault = split_cells(text, self.shape.delimiter)
        after = start + 1
        if fault == "open_quote":
            closed = self._to_the_close(start, text)
            if closed is None:
                return start
            after, cells, fault = closed
        self._take(start, after, cells, fault)
        return after

    def _to_the_close(self, start: int, text: str) -> tuple[int, list[str] | None, str] | None:
        """Go on to the line where the open quotation closes; None if that may lie after the stretch.

        A line that is a whole record by itself is never swallowed: the mark was a stray one. (Not so one with a mark that closes what is open, after
        a line that is no whole record but for the mark: the first cell goes over two lines.)
        """
        alone = (start + 1, None, "open_quote")
        stray: bool | None = None
        for index in range(start + 1, min(start + LONGEST_RECORD_LINES, len(self.lines))):
            piece = self._text(index)
            if self.shape.looks_whole(split_cells(piece, self.shape.delimiter)[0]):
                if stray is None:
                    stray = self.shape.looks_whole(text.replace('"', "").split(self.shape.delimiter))
                if stray or piece.count('"') % 2 == 0:
                    return alone
            text += "\n" + piece
            if len(text) > LONGEST_RECORD:
                return alone
            if '"' in piece:
                cells, fault = split_cells(text, self.shape.delimiter)
                if fault == "text_after_quote":
                    return (start + 1, None, fault)
                if cells is not None:
                    swallows = len(cells) != self.shape.width and any(
                        map(self._begins_whole, range(start + 1, index + 1))
                    )
                    return alone if swallows else (index + 1, cells, "")
        if self.last or len(self.lines) - start >= LONGEST_RECORD_LINES:
            return alone
        return None

    def _begins_whole(self, start: int) -> bool:
        """Whether a whole record of several lines begins here."""
        text = self._text(start)
        if '"' not in text:
            return False
        for index in range(start, min(start + LINES_LOOKED_AHEAD, len(self.lines))):
            text += "\n" + self._text(index) if index > start else ""
            cells, fault = split_cells(text, self.shape.delimiter)
            if fault != "open_quote":
                return self.shape.looks_whole(cells)
        return False

    def _take(self, start: int, after: int, cells: list[str] | None, fault: str) -> None:
        raw = b"\n".join(self.lines[start:after])
        self.out.continued += after - start - 1
        undecodable = None if raw.isascii() else _undecodable(raw)
        if undecodable is not None:
            self._set_undecodable(start, after, undecodable)
        elif b"\0" in raw:
            self._set_aside(start, after, "nul_byte", value="\\x00")
        elif cells is None:
            self._set_aside(start, after, fault)
        elif len(cells) != self.shape.width:
            self._set_aside(start, after, "wrong_width", str(len(cells)), str(self.shape.width), cells)
        else:
            self.out.records.append((self.first_line + start, readable(raw), cells))

    def _set_undecodable(self, start: int, after: int, value: str) -> None:
        """A line that is not in the file's encoding."""
        encoding = self.shape.encoding
        if value == FOREIGN_SHOWN and encoding != "UTF-8":
            self._set_aside(start, after, "other_encoding", value="UTF-8", expected=encoding)
        elif value == BROKEN_SHOWN and encoding.startswith("UTF-16"):
            self._set_aside(start, after, "broken_wide", expected=encoding)
        else:
            self._set_aside(start, after, "undecodable", value=value, expected=encoding)

    def _set_aside(
        self,
        start: int,
        after: int,
        reason: str,
        value: str | None = None,
        expected: str | None = None,
        cells: list[str] | None = None,
    ) -> None:
        raw = b"\n".join(self.lines[start:after])[: LONGEST_RECORD * 4]
        if cells is None:
            if self.shape.encoding != "UTF-8":
                raw = raw.replace(BROKEN, b"").replace(FOREIGN, b"")
            text = raw.decode("utf-8", "backslashreplace")
            cells, _ = split_cells(text, self.shape.delimiter)
            if cells is None:
                cells = [cell.strip('"') for cell in text.split(self.shape.delimiter)]
        self.out.faults.append(Fault(self.first_line + start, reason, readable(raw), cells, value, expected))


def _on_two_lines(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.concat_str(one, other, separator="\n").alias(one.name)).to_series()


def _undecodable(raw: bytes) -> str | None:
    """The first bytes that are not UTF-8, as evidence; None where all is well."""
    try:
        raw.decode()
    except UnicodeDecodeError as fault:
        return raw[fault.start : fault.end].decode("ascii", "backslashreplace")
    return None
