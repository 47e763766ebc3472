"""From the bytes of an export to batches of canonical rows, in bounded memory; no row is lost on the way.

Two roads. A stretch of the file that one scan proves clean (UTF-8, no quotation mark, no NUL, no stray CR, no blank
line) goes to Arrow's reader, which refuses a row of the wrong width. Any other is split by our own hand
(`auditor.exports.records`), and its well-formed lines go to Arrow just the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.csv

from auditor.exports.proof import Condition, condition
from auditor.exports.records import LONGEST_LINE, Fault, Stretch, readable, split_stretch
from auditor.exports.source import Source
from auditor.journal.layout import Layout, survey
from auditor.journal.offices import Register
from auditor.journal.placing import Placing
from auditor.journal.profile import MOMENTS, Profile
from auditor.journal.quarantine import set_aside_faulty, set_aside_unsplit
from auditor.journal.rows import BARE, ROW_COLUMNS, by_own_name, clean, sent_columns, type_rows
from auditor.journal.schema import judge
from auditor.journal.unfolding import unfold_rows

STRETCH = 8 << 20
"""Bytes read at a time. Larger ones cost more: memory is touched anew faster than the fixed cost of a batch is saved."""
BLOCK = 2 << 20
"""Arrow's own portion: one that the processor's cache holds."""


@dataclass(frozen=True)
class Batch:
    """Rows of one stretch of a file.

    rows: `ROW_COLUMNS`: source_line Int32 (physical line where the record starts, from 1), the texts String, received_at and
        completed_at Datetime('us') local, received_bare and completed_bare Boolean, registered_on and extended_to Date, extra_hash UInt64.
    quarantined: `QUARANTINED`: the rows that could not be taken, one each, with the reason.
    sent: source_line and every column under its own name in the header, as the office sent it (cleaned text, null where empty),
        one row for each line accepted; None unless asked for.
    """

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    sent: pl.DataFrame | None = None


@dataclass(frozen=True)
class FileSummary:
    """What was read of one file. rows_read = rows_accepted + rows_quarantined; `columns` as in its header.

    rows_of_other_mail: those accepted of which the profile says that they are no application's: they give no entry.

    *_day_precision: every accepted moment of that column is midnight or a bare date (and there is one)."""

    label: str
    sha256: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_of_other_mail: int
    columns: tuple[str, ...]
    extra_columns: tuple[str, ...]
    received_day_precision: bool
    completed_day_precision: bool
    encoding: str
    delimiter: str
    blank_lines: int


@dataclass
class _Piece:
    """A stretch as texts (columns by position, null where empty), with what could not be split of it."""

    texts: pl.DataFrame
    lines: pl.Series
    raw: Callable[[list[int]], list[str]]
    faults: list[Fault]
    tidy: bool


class Reading:
    """One export being read: iterate for its batches, then ask for `summary`."""

    def __init__(
        self, layout: Layout, profile: Profile, register: Register | None = None, *, keep_sent: bool = False
    ) -> None:
        self.layout = layout
        self.profile = profile
        self.placing = Placing(register, register.lying_in(layout.source.path)) if register else None
        self.keep_sent = keep_sent
        self._accepted = 0
        self._quarantined = 0
        self._other_mail = 0
        self._blank = layout.blank_lines
        self._timed = dict.fromkeys(MOMENTS, False)
        self._dated = dict.fromkeys(MOMENTS, False)
        self._sha256: str | None = None

    @property
    def summary(self) -> FileSummary:
        """What was read; only after the last batch."""
        assert self._sha256 is not None, "the file is not yet read to its end"
        layout = self.layout
        received, completed = (self._dated[name] and not self._timed[name] for name in MOMENTS)
        return FileSummary(
            label=layout.label,
            sha256=self._sha256,
            rows_read=self._accepted + self._quarantined,
            rows_accepted=self._accepted,
            rows_quarantined=self._quarantined,
            rows_of_other_mail=self._other_mail,
            columns=layout.header,
            extra_columns=tuple(layout.extra),
            received_day_precision=received,
            completed_day_precision=completed,
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            blank_lines=self._blank,
        )

    def __iter__(self) -> Iterator[Batch]:
        digest = hashlib.sha256()
        line = self.layout.data_line
        filled = 0
        with self.layout.source.path.open("rb") as file:
            digest.update(file.read(self.layout.data_offset))
            buffer = bytearray(STRETCH)
            view = memoryview(buffer)
            while True:
                full = filled == STRETCH  # a record that does not end within the buffer must end here
                got = 0 if full else file.readinto(view[filled:])
                digest.update(view[filled : filled + got])
                filled += got
                ended = not full and not file.peek(1)
                cut = filled if ended else _last_break(buffer, filled)
                if full and not cut:
                    fault, rest = _endless_line(view, line, file, digest)
                    yield self._batch(_nothing(self.layout, [fault]))
                    line += 1
                    view[: len(rest)] = rest
                    filled = len(rest)
                    continue
                if cut:
                    piece, used, lines = self._piece(buffer, cut, line, last=ended or full)
                    line += lines
                    yield self._batch(piece)
                    del piece
                    rest = bytes(view[used:filled])
                    view[: len(rest)] = rest
                    filled = len(rest)
                if ended:
                    break
        self._sha256 = digest.hexdigest()

    def _piece(self, buffer: bytearray, end: int, line: int, *, last: bool) -> tuple[_Piece, int, int]:
        """The first `end` bytes as texts, and how many bytes and lines of them were used."""
        fast = _fast_road(buffer, end, line, self.layout)
        if fast is not None:
            return fast, end, len(fast.lines)
        stretch = split_stretch(bytes(memoryview(buffer)[:end]), line, self.layout.shape, last=last)
        self._blank += stretch.blank
        return _careful_piece(stretch, self.layout), end - stretch.carried, stretch.lines_used

    def _batch(self, piece: _Piece) -> Batch:
        texts = piece.texts if piece.tidy else clean(piece.texts)
        entries = unfold_rows if self.profile.unfolds else type_rows
        rows = entries(texts, piece.lines, self.layout, self.profile)
        faults = judge(rows)
        if self.placing:
            rows, misplaced = self.placing(rows)
            faulty = faults["row"].unique().implode()
            faults = pl.concat([faults, misplaced.filter(~pl.col("row").is_in(faulty))], how="diagonal")
        quarantined = set_aside_unsplit(piece.faults, self.layout, self.profile)
        if self.placing:
            quarantined = self.placing.readable(quarantined)
        if len(faults):
            faults = by_own_name(faults, rows, self.layout)
            broken = set_aside_faulty(rows, faults, piece.raw)
            quarantined = pl.concat([quarantined, broken]).sort("source_line")
            bad = broken["source_line"].implode()
            rows = rows.filter(~pl.col("source_line").is_in(bad))
            good = ~piece.lines.is_in(bad)
            texts, lines = texts.filter(good), piece.lines.filter(good)
        else:
            lines = piece.lines
        rows = rows.select(ROW_COLUMNS)
        self._count(rows, lines, quarantined)
        return Batch(rows, quarantined, sent_columns(texts, lines, self.layout) if self.keep_sent else None)

    def _count(self, rows: pl.DataFrame, lines: pl.Series, quarantined: pl.DataFrame) -> None:
        self._accepted += len(lines)
        if self.profile.unfolds:
            self._other_mail += len(lines) - rows["source_line"].n_unique()
        self._quarantined += len(quarantined)
        for name, bare in BARE.items():
            if self._timed[name]:
                continue
            clock = pl.col(name).dt.time()
            timed = rows.select((~pl.col(bare) & (clock != pl.time(0))).any()).item()
            self._timed[name] = bool(timed)
            self._dated[name] |= rows[name].null_count() < len(rows)


def read_source(
    source: Source,
    profile: Profile,
    layout: Layout | None = None,
    register: Register | None = None,
    *,
    keep_sent: bool = False,
) -> Reading:
    """Read one source: iterate over the result for its batches, then take its `summary`. A `register` names its offices.

    Raises InputError if it can't be taken at all (see `auditor.journal.layout.survey`).
    """
    return Reading(layout or survey(source, profile), profile, register, keep_sent=keep_sent)


def _last_break(buffer: bytearray, filled: int) -> int:
    """The place after the last line break; that of an old Mac file's CR where there is no LF."""
    return buffer.rfind(b"\n", 0, filled) + 1 or buffer.rfind(b"\r", 0, max(filled - 1, 0)) + 1


def _endless_line(view: memoryview, line: int, file: BinaryIO, digest: hashlib._Hash) -> tuple[Fault, bytes]:
    """A line longer than the buffer is passed over to its end: its fault, and the bytes read after it."""
    head = bytes(view[:LONGEST_LINE])
    length = len(view)
    while True:
        data = file.read(1 << 20)
        digest.update(data)
        at = data.find(b"\n")
        if not data or at >= 0:
            length += len(data) if at < 0 else at
            fault = Fault(line, "too_long_row", readable(head), [], str(length), str(LONGEST_LINE))
            return fault, data[at + 1 :] if data else b""
        length += len(data)


def _fast_road(buffer: bytearray, end: int, line: int, layout: Layout) -> _Piece | None:
    """The first `end` bytes as Arrow reads them, or None where they are not proved to be one row a line."""
    state = condition(buffer, end, layout.delimiter)
    if state is Condition.TORN:
        return None
    data = memoryview(buffer)[:end]
    texts = _by_arrow(pa.py_buffer(data), layout, quoted=False)
    if texts is None:
        return None
    lines = pl.int_range(line, line + len(texts), dtype=pl.Int32, eager=True)

    def raw(wanted: list[int]) -> list[str]:
        split = bytes(data).split(b"\n")
        return [split[at - line].rstrip(b"\r").decode() for at in wanted]

    return _Piece(texts, lines, raw, [], tidy=state is Condition.TIDY)


def _by_arrow(data: pa.Buffer, layout: Layout, *, quoted: bool) -> pl.DataFrame | None:
    """UTF-8 lines as texts by position, null where empty; None if a row has the wrong width."""
    names = [str(at) for at in range(len(layout.header))]
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
            parse_options=pa.csv.ParseOptions(delimiter=layout.delimiter, quote_char='"' if quoted else False),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # proved before
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame = pl.from_arrow(table, rechunk=False)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _careful_piece(stretch: Stretch, layout: Layout) -> _Piece:
    """What the careful road split, as texts in the order of the file."""
    names = [str(at) for at in range(len(layout.header))]
    schema = dict.fromkeys(names, pl.String)
    parts = []
    if stretch.regular:
        texts = _by_arrow(pa.py_buffer(stretch.regular.encode()), layout, quoted=stretch.quoted)
        assert texts is not None, "the pattern of a regular line lets only whole rows through"
        assert len(texts) == len(stretch.regular_lines), "every regular line is one row"
        parts.append(texts.with_columns(stretch.regular_lines.alias("line")))
    if stretch.records:
        cells = [[cell or None for cell in cells] for _, _, cells in stretch.records]
        texts = pl.DataFrame(cells, schema=schema, orient="row")
        parts.append(texts.with_columns(pl.Series("line", [line for line, _, _ in stretch.records], dtype=pl.Int32)))
    if not parts:
        return _nothing(layout, stretch.faults)
    joined = pl.concat(parts).sort("line") if len(parts) > 1 else parts[0]

    def raw(wanted: list[int]) -> list[str]:
        known = {line: text for line, text, _ in stretch.records}
        regular = dict(zip(stretch.regular_lines, stretch.regular.split("\n"), strict=False))
        return [known.get(line) or regular[line] for line in wanted]

    return _Piece(joined.drop("line"), joined["line"], raw, stretch.faults, tidy=False)


def _nothing(layout: Layout, faults: list[Fault]) -> _Piece:
    texts = pl.DataFrame(schema={str(at): pl.String for at in range(len(layout.header))})
    return _Piece(texts, pl.Series("line", [], dtype=pl.Int32), lambda _: [], faults, tidy=True)
