"""From the portions of a table to batches of typed canonical rows; no row is lost on the way.

Each row is taken or quarantined, and each physical line of the file accounted for: that is counted here, kind by kind, and held
against the lines counted in the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from auditor.errors import AuditorError, InputError
from auditor.exports.portion import Portion, no_rows
from auditor.exports.source import Decision
from auditor.journal.asides import Asides
from auditor.journal.columns import Columns, PersonColumn
from auditor.journal.layout import Layout
from auditor.journal.links import follow_links
from auditor.journal.offices import Register
from auditor.journal.placing import Placing
from auditor.journal.profile import MOMENTS
from auditor.journal.quarantine import set_aside_faulty, set_aside_unsplit
from auditor.journal.rows import BARE, ROW_COLUMNS, by_own_name, clean, sent_columns, type_rows
from auditor.journal.schema import FAULTS, judge
from auditor.journal.unfolding import unfold_rows

LAST_TAKEN = 300
"""Rows taken by which what stands below the table is judged."""


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
class Lines:
    """Physical lines of a file by what they are. `physical` is counted in the bytes, the others as they were met.

    header: lines on which a header begins (a repeated one too). rows: lines on which an accepted row begins. continuation: lines on which a
    row or a header goes on. around: titles above the table, totals and signatures below it.
    """

    physical: int
    header: int
    rows: int
    continuation: int
    blank: int
    around: int
    quarantined: int

    @property
    def told(self) -> int:
        """The sum of the kinds: it must be `physical`."""
        return self.header + self.rows + self.continuation + self.blank + self.around + self.quarantined


@dataclass(frozen=True)
class FileSummary:
    """What was read of one source. rows_read = rows_accepted + rows_quarantined; `columns` as in its header.

    rows_of_other_mail: those accepted of which the profile says that they are no application's: they give no entry.

    *_day_precision: every accepted moment of that column is midnight or a bare date (and there is one). encoding: empty for a grid. persons: its columns of identification numbers."""

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
    lines: Lines
    decisions: tuple[Decision, ...]
    persons: tuple[PersonColumn, ...]


class Reading:
    """One source being read: iterate for its batches, then ask for `summary`."""

    def __init__(self, layout: Layout, register: Register | None = None, *, keep_sent: bool = False) -> None:
        self.layout = layout
        self.profile = layout.profile
        self.placing = (
            Placing(register, register.lying_in(layout.source.origin or layout.source.path)) if register else None
        )
        self.keep_sent = keep_sent
        self._accepted = 0
        self._quarantined = 0
        self._other_mail = 0
        self._blank = layout.above.blank
        self._continued = layout.above.continued
        self._timed = dict.fromkeys(MOMENTS, False)
        self._dated = dict.fromkeys(MOMENTS, False)
        self._asides = Asides(layout)
        self._columns = Columns(layout)
        self._taken: pl.DataFrame | None = None
        self._table = layout.table()
        self._ended = False

    @property
    def summary(self) -> FileSummary:
        """What was read; only after the last batch. Raises AuditorError where a line is not accounted for: a fault of ours."""
        assert self._ended, "the file is not yet read to its end"
        layout = self.layout
        received, completed = (self._dated[name] and not self._timed[name] for name in MOMENTS)
        return FileSummary(
            label=layout.label,
            sha256=self._table.sha256,
            rows_read=self._accepted + self._quarantined,
            rows_accepted=self._accepted,
            rows_quarantined=self._quarantined,
            rows_of_other_mail=self._other_mail,
            columns=layout.header,
            extra_columns=tuple(name for name, at in layout.extra.items() if at < layout.named),
            received_day_precision=received,
            completed_day_precision=completed,
            encoding=layout.encoding.label if layout.encoding else "",
            delimiter=layout.delimiter if layout.encoding else "",
            lines=self._lines(),
            decisions=(*layout.decisions, *self._asides.decisions(), *self._columns.decisions()),
            persons=tuple(self._columns.persons.values()),
        )

    def _lines(self) -> Lines:
        above, asides = self.layout.above, self._asides
        lines = Lines(
            physical=self._table.physical_lines,
            header=above.header + len(asides.headers),
            rows=self._accepted,
            continuation=self._continued,
            blank=self._blank + asides.empty,
            around=above.titles + len(asides.feet),
            quarantined=self._quarantined,
        )
        if lines.physical != lines.told:
            raise AuditorError(
                f"The file has {lines.physical} lines, but {lines.told} are accounted for ({lines}).",
                where=self.layout.label,
                hint="This is a fault of the program, not of the file: please report it with the file.",
            )
        return lines

    def __iter__(self) -> Iterator[Batch]:
        if self.layout.stranded:
            yield self._of_stranded()
        try:
            for portion in self._table.portions():
                self._blank += portion.blank
                self._continued += portion.continued
                yield self._batch(portion)
        except OSError as fault:
            raise InputError(f"The file can't be read: {fault.strerror or fault}.", where=self.layout.label) from fault
        rest = self._asides.rest([] if self._taken is None else self._taken.rows())
        if rest is not None and len(rest):
            self._quarantined += len(rest)
            yield self._of_quarantined(rest)
        self._ended = True

    def _of_stranded(self) -> Batch:
        quarantined = set_aside_unsplit(self.layout.stranded_faults, self.layout, self.profile)
        if self.placing:
            quarantined = self.placing.readable(quarantined)
        self._quarantined += len(quarantined)
        return self._of_quarantined(quarantined)

    def _of_quarantined(self, quarantined: pl.DataFrame) -> Batch:
        none = no_rows(len(self.layout.header), [])
        entries = unfold_rows if self.profile.unfolds else type_rows
        rows = entries(none.texts, none.lines, self.layout, self.profile).select(ROW_COLUMNS)
        return Batch(rows, quarantined, sent_columns(none.texts, none.lines, self.layout) if self.keep_sent else None)

    def _batch(self, portion: Portion) -> Batch:
        layout = self.layout
        texts, lines, unsplit = self._asides.without_empty(
            portion, portion.texts if portion.tidy else clean(portion.texts)
        )
        texts = self._columns.restore(texts)
        entries = unfold_rows if self.profile.unfolds else type_rows
        rows = follow_links(entries(texts, lines, layout, self.profile))
        faults = pl.concat([self._beyond_header(texts, lines, rows), judge(rows)])
        if self.placing:
            rows, misplaced = self.placing(rows)
            faulty = faults["row"].unique().implode()
            faults = pl.concat([faults, misplaced.filter(~pl.col("row").is_in(faulty))], how="diagonal")
        quarantined = set_aside_unsplit(unsplit, layout, self.profile)
        if self.placing:
            quarantined = self.placing.readable(quarantined)
        if len(faults):
            broken = set_aside_faulty(rows, by_own_name(faults, rows, layout), portion.raw)
            quarantined = pl.concat([quarantined, broken]).sort("source_line")
            bad = broken["source_line"].implode()
            rows = rows.filter(~pl.col("source_line").is_in(bad))
            good = ~lines.is_in(bad)
            texts, lines = texts.filter(good), lines.filter(good)
        quarantined = self._asides.sift(quarantined, int(lines[-1]) if len(lines) else None)
        if len(texts):
            self._taken = texts.tail(LAST_TAKEN)
        rows = rows.select(ROW_COLUMNS)
        self._columns.look(texts, lines, rows)
        self._count(rows, lines, quarantined)
        return Batch(rows, quarantined, sent_columns(texts, lines, layout) if self.keep_sent else None)

    def _beyond_header(self, texts: pl.DataFrame, lines: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
        """Cells behind the header's last column are what trails there: nothing. Where something stands, cells have moved."""
        behind = [str(at) for at in range(self.layout.named, len(self.layout.header))]
        if not behind or all(texts[name].null_count() == len(texts) for name in behind):
            return pl.DataFrame(schema=FAULTS)
        told = texts.select(lines.alias("source_line"), pl.coalesce(behind).alias("value")).drop_nulls()
        entries = rows.select("source_line").with_row_index("row").unique("source_line", keep="first")
        return told.join(entries, on="source_line").select(
            "row",
            pl.lit(None, dtype=pl.String).alias("column"),
            pl.lit("beyond_header").alias("reason"),
            "value",
        )

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


def read_source(layout: Layout, register: Register | None = None, *, keep_sent: bool = False) -> Reading:
    """Read one source: iterate over the result for its batches, then take its `summary`. A `register` names its offices."""
    return Reading(layout, register, keep_sent=keep_sent)
