"""The head of a source: encoding, dialect, header, and which column is which."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from auditor.errors import InputError
from auditor.exports.cells import DELIMITER as GRID_DELIMITER
from auditor.exports.cells import GridTable, as_line, head_of_grid
from auditor.exports.dialect import (
    DELIMITER_NAMES,
    DELIMITERS,
    SAMPLED,
    Record,
    column_numbers,
    consistency,
    read_head,
)
from auditor.exports.encoding import Encoding, detect
from auditor.exports.mended import MendedSource, MendedTable
from auditor.exports.portion import Table
from auditor.exports.records import Fault, Shape
from auditor.exports.source import Decision, Source
from auditor.exports.text import TextTable
from auditor.exports.transcoding import padding
from auditor.journal.header import HeaderMatch, refusal, unique_names
from auditor.journal.heading import Heading, clean_names, find_heading
from auditor.journal.persons import IIN, holds_iin, is_iin_name, mask
from auditor.journal.profile import MOMENTS, REQUIRED, Profile, fold_name
from auditor.journal.rowlike import FEW_FILLED, like_a_row, seen_in

LONGEST_SHOWN = 120


@dataclass(frozen=True)
class Above:
    """Physical lines up to the first row: of the header, on which its names go on, blank ones, and titles."""

    header: int
    continued: int
    blank: int
    titles: int


@dataclass(frozen=True)
class Layout:
    """How one source is to be read.

    header: its names, made unique; one for each column, those included that trail behind it without a name. header_rows: the cells of each
    row of it as they stand. named: how many of them
    the header itself has. invented: positions of the names that are ours (made unique, or for a column without one). match: which of
    them is which canonical column. data_offset and data_line: byte of the UTF-8 text and physical line (from 1) after the header. encoding: None for a grid. persons: positions of columns with identification
    numbers, by their names or by the first rows. profile: the one that it is read by.
    """

    source: Source
    profile: Profile
    encoding: Encoding | None
    delimiter: str
    header: tuple[str, ...]
    header_rows: tuple[tuple[str, ...], ...]
    named: int
    invented: frozenset[int]
    match: HeaderMatch
    data_offset: int
    data_line: int
    above: Above
    persons: tuple[int, ...]
    decisions: tuple[Decision, ...]
    stranded: tuple[Record, ...] = ()
    """Rows above the header (a sheet was sorted with it), damaged ones too; no titles."""
    long_numbers: bool = False
    """Its application numbers have twelve digits, like identification numbers."""
    torn: bool = False
    """Another member of its archive, or sheet of its workbook, could not be read: what is missing here may stand there."""

    @property
    def label(self) -> str:
        """What people see as the file."""
        return self.source.label

    @property
    def columns(self) -> dict[str, int]:
        """Canonical name to position; without those of single steps, where a row holds several."""
        return self.match.columns

    @property
    def stranded_faults(self) -> list[Fault]:
        """The rows above the header as faults."""
        lines = [(record, as_line(list(record.cells), self.delimiter)) for record in self.stranded]
        return [Fault(record.line, "above_header", raw, list(record.cells)) for record, raw in lines]

    @property
    def extra(self) -> dict[str, int]:
        """The columns that are not canonical: name to position."""
        return {name: at for at, name in enumerate(self.header) if at not in self.match.whole}

    @property
    def shape(self) -> Shape:
        """What a whole record looks like, for the careful road."""
        return _shape(self.delimiter, len(self.header), self.match)

    @property
    def header_lines(self) -> str:
        """The physical lines on which the header stands, in figures: `3`, or `2-3`."""
        (where,) = (each.decision for each in self.decisions if each.evidence in ("header.found", "header.rows"))
        return where.partition(" ")[2]

    @property
    def header_line(self) -> str:
        """The header as a line of text."""
        return as_line(list(self.header), self.delimiter)

    def table(self) -> Table:
        """The rows after the header, to be read once."""
        if isinstance(self.source, MendedSource):
            return MendedTable(self.source, self.shape)
        if self.encoding is None:
            assert self.source.grid is not None
            return GridTable(self.source, self.source.grid, len(self.header), self.data_line)
        return TextTable(self.source, self.encoding, self.shape, self.data_offset, self.data_line)


def survey(source: Source, profile: Profile, *, refuse: bool = True) -> Layout:
    """The layout of one source. Raises InputError: unreadable, empty, a column missing or met twice (not with `refuse=False`: then
    the header that fits best is shown as it is)."""
    try:
        if isinstance(source, MendedSource):
            layout = _survey_mended(source, profile)
        else:
            layout = _survey_text(source, profile) if source.grid is None else _survey_grid(source, profile)
    except OSError as fault:
        raise InputError(f"The file can't be read: {fault.strerror or fault}.", where=source.label) from fault
    refused = refusal(layout.match, list(layout.header[: layout.named]), profile) if refuse else None
    if refused is not None:
        raise InputError(refused[0], where=source.label, hint=refused[1])
    return layout


def _survey_text(source: Source, profile: Profile) -> Layout:
    if source.path.stat().st_size == 0:
        raise InputError("The file is empty: it has no header.", where=source.label, hint="Export the journal again.")
    _refuse_what_is_no_text(source)
    encoding = detect(source.path, profile.encoding)
    head = read_head(source, encoding)
    stated = (profile.delimiter,) if profile.delimiter else ()
    told = find_heading({d: head.records(d) for d in stated or head.delimiters}, profile)
    if head.separator and not stated and (told is None or not told.match.complete):
        told = find_heading({d: head.records(d) for d in DELIMITERS}, profile) or told
    if told is None:
        raise InputError("The file is empty: it has no header.", where=source.label, hint="Export the journal again.")
    dialect = Decision(
        "dialect",
        told.delimiter,
        "dialect.stated" if stated else "dialect.separator" if told.delimiter == head.separator else "dialect.header",
        {"name": DELIMITER_NAMES[told.delimiter], "share": round(100 * consistency(told.after, told.width))},
    )
    return _layout(source, encoding, told, (encoding.decision, dialect, *_padding(source, encoding)), profile)


def _padding(source: Source, encoding: Encoding) -> list[Decision]:
    count = padding(source, encoding)
    return [Decision("records", "padding", "records.padding", {"count": count}, doubtful=count > 1)] if count else []


def _survey_grid(source: Source, profile: Profile) -> Layout:
    assert source.grid is not None
    told = find_heading({GRID_DELIMITER: head_of_grid(source.grid)}, profile)
    if told is None:
        raise InputError("The table is empty: it has no header.", where=source.label, hint="Export the journal again.")
    return _layout(source, None, told, (), profile)


def _survey_mended(source: MendedSource, profile: Profile) -> Layout:
    """The layout of rows that an office mended: that of the file they came from."""
    back = source.back
    told = find_heading({back.delimiter: [back.names]}, profile)
    if told is None:
        raise InputError(
            "The rows do not say which header they had.", where=source.label, hint="Export the journal again."
        )
    found = _layout(source, back.encoding, told, (), profile)
    above = Above(1, 0, back.blank, 0) if back.first else Above(0, 0, 0, 0)
    return replace(found, above=above, decisions=source.decisions)


def _layout(
    source: Source, encoding: Encoding | None, told: Heading, decisions: tuple[Decision, ...], profile: Profile
) -> Layout:
    names, width = told.names, told.width
    columns = [*names[:width], *([""] * (width - len(names)))]
    header = unique_names(columns)
    numbered = bool(told.after) and column_numbers(told.after[0].cells)
    first, last = told.own[0], told.after[0] if numbered else told.own[-1]
    before = [record for record in told.records[: told.at] if not record.blank]
    stranded = _stranded(before, told, len(header))
    titles = [record for record in before if record not in stranded]
    lines_above = first.line - 1 - sum(record.lines for record in stranded)
    titled = sum(record.lines for record in titles)
    return Layout(
        source=source,
        profile=profile,
        encoding=encoding,
        delimiter=told.delimiter,
        header=header,
        header_rows=tuple(tuple(clean_names(record.cells)) for record in told.own),
        named=min(len(names), width),
        invented=frozenset(at for at, (name, column) in enumerate(zip(header, columns, strict=True)) if name != column),
        match=told.match,
        data_offset=last.end,
        data_line=last.line + last.lines,
        above=Above(
            told.rows + numbered,
            sum(r.lines - 1 for r in (*told.own, *([last] if numbered else []), *stranded)),
            lines_above - titled,
            titled,
        ),
        stranded=stranded,
        persons=_persons(told, header, frozenset(told.match.columns.values())),
        long_numbers=_long_numbers(told, len(header)),
        decisions=(*source.decisions, *decisions, *_header_decisions(told, titles, numbered)),
    )


def _shape(delimiter: str, width: int, match: HeaderMatch) -> Shape:
    groups = (match.columns, *match.step_columns)
    moments = tuple(at for columns in groups for name, at in columns.items() if name in MOMENTS)
    return Shape(delimiter, width, tuple(match.columns[name] for name in REQUIRED if name in match.columns), moments)


def _stranded(before: list[Record], told: Heading, width: int) -> tuple[Record, ...]:
    """The records above the header that are no titles, but rows (or were)."""
    shape = _shape(told.delimiter, width, told.match)
    seen = seen_in((record.cells for record in told.after[:SAMPLED] if len(record.cells) == width), width)
    return tuple(
        record
        for record in before
        if sum(1 for cell in record.cells if cell.strip()) > FEW_FILLED and like_a_row(record.cells, shape, seen)
    )


def _persons(told: Heading, header: tuple[str, ...], canonical: frozenset[int]) -> tuple[int, ...]:
    sample = [record.cells for record in told.after[:SAMPLED] if not record.blank]
    return tuple(
        at
        for at, name in enumerate(header)
        if is_iin_name(name)
        or (at not in canonical and holds_iin([cells[at] for cells in sample if len(cells) == len(header)]))
    )


def _long_numbers(told: Heading, width: int) -> bool:
    at = told.match.columns.get("application_no")
    rows = (record.cells for record in told.after[:SAMPLED] if len(record.cells) == width)
    return at is not None and any(IIN.search(cells[at]) for cells in rows)


def _header_decisions(told: Heading, titles: list[Record], numbered: bool) -> list[Decision]:
    first, last = told.own[0].line, told.own[-1].line
    columns = len(told.match.found) + sum(map(len, told.match.steps))
    found = [
        Decision("header", f"line {first}", "header.found", {"line": first, "columns": columns})
        if told.rows == 1
        else Decision(
            "header", f"lines {first}-{last}", "header.rows", {"first": first, "last": last, "columns": columns}
        )
    ]
    if titles:
        text = shown(" / ".join(record.text for record in titles))
        found.append(
            Decision("header", "titles", "header.titles", {"lines": sum(r.lines for r in titles), "text": text})
        )
    if numbered:
        found.append(Decision("header", "column numbers", "header.numbered", {"line": told.after[0].line}))
    behind = told.width - told.named
    if behind > 0 and told.width != len(told.names):
        found.append(Decision("dialect", "trailing delimiters", "dialect.trailing", {"count": behind}))
    return found


def shown(text: str) -> str:
    """A line that is no row, as evidence: masked, and no longer than a reader will read."""
    masked = mask(" ".join(text.split()))
    return masked if len(masked) <= LONGEST_SHOWN else masked[:LONGEST_SHOWN] + "…"


def _refuse_what_is_no_text(source: Source) -> None:
    with source.path.open("rb") as file:
        first = file.read(8)
    if first.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")):
        raise InputError(
            "The file is no text at all but a workbook, an archive or a Parquet file.",
            where=source.label,
            hint="Save it as CSV in UTF-8 (in Excel: Save as, CSV UTF-8) and try again.",
        )


def name_seed(name: str) -> int:
    """A stable number of a column's name, whatever its place."""
    return zlib.crc32(fold_name(name).encode())
