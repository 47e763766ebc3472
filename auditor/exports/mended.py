"""`quarantine.csv` read back: the rows that an office mended, each in the layout of the file that it came from.

The file says of each row, beside the reason, what is needed to read its raw text again: the header and the delimiter of its source, the fault and a
seal over the raw text. A row that could not be split and whose seal still fits was not touched: it is set aside again, for the same
reason. All others are read anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from auditor.exports.dialect import DELIMITER_NAMES, DELIMITERS, Record, read_head
from auditor.exports.encoding import Encoding, detect
from auditor.exports.portion import Portion, positions
from auditor.exports.records import Fault, Shape, split_cells, split_stretch
from auditor.exports.source import Decision, Source
from auditor.exports.text import TextTable

NEEDED = ("source_file", "source_line", "value", "raw", "fault", "delimiter", "header", "seal")
"""Columns by which a quarantine file is known."""
UNSPLIT = frozenset(
    (
        "wrong_width",
        "open_quote",
        "text_after_quote",
        "nul_byte",
        "undecodable",
        "other_encoding",
        "broken_wide",
        "too_long_row",
        "beyond_header",
    )
)
"""Faults of the row itself. Faults of its values are judged anew, by the profile of the day."""
ESCAPED = re.compile(r"\\x[0-9a-f]{2}|\ufffd")
GUARD = re.compile(r"^'('*[=+\-@\t\r\n])")
DELIMITER_OF = {name: delimiter for delimiter, name in DELIMITER_NAMES.items()}


def seal(raw: str) -> str:
    """A mark of a raw text, white space aside: whoever changes the text breaks it."""
    return hashlib.sha256(" ".join(raw.split()).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True)
class SentBack:
    """The rows of a quarantine file that came from files with one header and delimiter.

    encoding, shape, offset, line: how the quarantine file itself is read. at: its columns (`NEEDED`) to their positions. header (a line of
    text) and delimiter: those of the source. first: whether this is the first of the file's parts, which accounts for all that is no row.
    """

    encoding: Encoding
    shape: Shape
    offset: int
    line: int
    blank: int
    at: dict[str, int]
    header: str
    delimiter: str
    first: bool

    @property
    def names(self) -> Record:
        """The header of the source, as a record."""
        cells, _ = split_cells(self.header, self.delimiter)
        return Record(tuple(cells if cells is not None else self.header.split(self.delimiter)), self.line - 1, 1, 0)


@dataclass(frozen=True, kw_only=True)
class MendedSource(Source):
    """One part of a quarantine file. back: which of its rows, and how they are read."""

    back: SentBack


def mended_sources(source: Source) -> list[MendedSource] | None:
    """A quarantine file as sources, one for each header in it; None if the file is none. Raises OSError."""
    encoding = detect(source.path)
    head = read_head(source, encoding)
    for delimiter in DELIMITERS:
        for record in head.records(delimiter, most=5):
            names = [cell.strip(" \ufeff").casefold() for cell in record.cells]
            if set(NEEDED) <= set(names):
                at = {name: names.index(name) for name in NEEDED}
                shape = Shape(delimiter, len(names), (at["source_line"], at["raw"], at["header"]))
                back = SentBack(
                    encoding, shape, record.end, record.line + record.lines, record.line - 1, at, "", ",", first=True
                )
                return _by_header(source, back)
    return None


def _by_header(source: Source, back: SentBack) -> list[MendedSource]:
    found: dict[tuple[str, str], None] = {}
    for portion in _table(source, back).portions():
        keys = portion.texts.select(pl.col(str(back.at["header"])), pl.col(str(back.at["delimiter"])))
        for header, delimiter in keys.drop_nulls().unique(maintain_order=True).iter_rows():
            found.setdefault((_unguarded(header), DELIMITER_OF.get(delimiter.strip(), ",")))
    sources = []
    for number, (header, delimiter) in enumerate(found, start=1):
        label = source.label if len(found) == 1 else f"{source.label}#{number}"
        part = replace(back, header=header, delimiter=delimiter, first=number == 1)
        told = Decision("container", "quarantine", "container.quarantine")
        decisions = (*source.decisions, told)
        sources.append(MendedSource(source.path, label, decisions=decisions, origin=source.origin, back=part))
    return sources


def _table(source: Source, back: SentBack) -> TextTable:
    return TextTable(source, back.encoding, back.shape, back.offset, back.line)


def _unguarded(text: str) -> str:
    return GUARD.sub(r"\1", text)


class MendedTable:
    """The rows of one part of a quarantine file, split as those of their source are."""

    def __init__(self, source: MendedSource, shape: Shape) -> None:
        self._text = _table(source, source.back)
        self._back = source.back
        self._shape = shape
        self._others = 0
        self._own = 0

    @property
    def sha256(self) -> str:
        """Of the quarantine file."""
        return self._text.sha256

    @property
    def physical_lines(self) -> int:
        """The lines of this part's rows; of the first part, all lines that are not the others'."""
        return self._text.physical_lines - self._others if self._back.first else self._own

    def portions(self) -> Iterator[Portion]:
        """The rows, a portion of the quarantine file at a time. Raises OSError."""
        self._others = self._own = 0
        for portion in self._text.portions():
            yield self._mended(portion)

    def _mended(self, portion: Portion) -> Portion:
        back, taken = self._back, _Taken(self._shape)
        broken = portion.texts.select(
            pl.sum_horizontal(pl.all().str.count_matches("\n").fill_null(0)).alias("breaks")
        ).to_series()
        continued = 0
        cells = (portion.texts[str(back.at[name])] for name in ("raw", "fault", "value", "header", "delimiter", "seal"))
        for line, breaks, raw, fault, value, header, delimiter, mark in zip(portion.lines, broken, *cells, strict=True):
            told = header is not None and delimiter is not None
            key = (
                (_unguarded(header), DELIMITER_OF.get(delimiter.strip(), ","))
                if told
                else (back.header, back.delimiter)
            )
            if key != (back.header, back.delimiter) or not (told or back.first):
                self._others += 1 + breaks
                continued -= breaks
                continue
            self._own += 1 + breaks
            more = taken.take(line, _unguarded(raw or ""), fault or "", value, (mark or "").strip())
            continued += (0 if back.first else breaks) - more
        if back.first:
            continued += portion.continued
            taken.faults += portion.faults
        return taken.portion(portion.blank if back.first else 0, continued)


class _Taken:
    """Rows taken out of raw texts."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.rows: list[tuple[int, str, list[str]]] = []
        self.faults: list[Fault] = []

    def take(self, line: int, raw: str, fault: str, value: str | None, mark: str) -> int:
        """Split a raw text; how many rows it held beside the first."""
        reason, _, expected = fault.partition(" ")
        cells, split_fault = split_cells(raw, self.shape.delimiter)
        if reason in UNSPLIT and (mark == seal(raw) or ESCAPED.search(raw)):
            self._set_aside(line, reason, raw, cells, value, expected or None)
            return 0
        if "\n" in raw:
            return self._several(line, raw)
        if cells is None:
            self._set_aside(line, split_fault, raw, None)
        elif len(cells) != self.shape.width:
            self._set_aside(line, "wrong_width", raw, cells, str(len(cells)), str(self.shape.width))
        else:
            self.rows.append((line, raw, cells))
        return 0

    def _several(self, line: int, raw: str) -> int:
        """A raw text with line breaks: a row with breaks in its cells, or several rows."""
        stretch = split_stretch(raw.encode("utf-8", "replace"), line, self.shape, last=True)
        for at, text in zip(stretch.regular_lines, stretch.regular, strict=True):
            cells, _ = split_cells(text, self.shape.delimiter)
            self.rows.append((at, text, cells or []))
        self.rows += stretch.records
        self.faults += stretch.faults
        return max(0, len(stretch.regular) + len(stretch.records) + len(stretch.faults) - 1)

    def _set_aside(
        self,
        line: int,
        reason: str,
        raw: str,
        cells: list[str] | None,
        value: str | None = None,
        expected: str | None = None,
    ) -> None:
        told = cells if cells is not None else [cell.strip('"') for cell in raw.split(self.shape.delimiter)]
        self.faults.append(Fault(line, reason, raw, told, value, expected))

    def portion(self, blank: int, continued: int) -> Portion:
        """What was taken, in the order of the file."""
        self.rows.sort(key=lambda row: row[0])
        names = positions(self.shape.width)
        texts = pl.DataFrame(
            [[cell or None for cell in cells] for _, _, cells in self.rows],
            schema=dict.fromkeys(names, pl.String),
            orient="row",
        )
        lines = pl.Series("line", [line for line, _, _ in self.rows], dtype=pl.Int32)
        raws = {line: raw for line, raw, _ in self.rows}
        return Portion(
            texts, lines, lambda wanted: [raws[at] for at in wanted], self.faults, blank=blank, continued=continued
        )
