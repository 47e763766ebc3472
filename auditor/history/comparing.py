"""Tonight's rows against the rows that stand in the history: what is the same, what is new, what changed, what is gone.

    standing   the newest version of each row of the offices that sent something tonight
    met        standing rows equal to one of tonight in the judged columns, whatever file, line or order (`spool.judged_text`)
    paired     not equal, but one row and its former self (`auditor.history.pairing`)
    changed    a cell that held something holds something else; of an entry already completed also a receipt or an extended
               term that was not there. Other empty cells are filled in as work goes on: no change. Nor is a new running number, but
               in a book that numbers nothing else: programs number the rows of each export anew
    gone       not among tonight's rows, although they speak for its moment and for the book that held it

What changed is measured against what was exported first: a cell put back is no change any more. Rows of offices that sent nothing, and
rows outside what tonight's exports cover, are left as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import polars as pl

from auditor.history.pairing import PAIRS, by_all_but_one, by_identity, normal, same
from auditor.history.spool import Judged, Spool, judged_text, mark, split_cells
from auditor.journal.profile import Profile

FIXED = ("received_at", "extended_to")
"""What may not be filled in any more once the entry is completed: it would move a term that is over."""
RUNNING = "entry_no"
CELL = {"entry": pl.Int64, "no": pl.Int64, "column": pl.String, "before": pl.String, "after": pl.String}
CHANGED = {"before_run": pl.Int64, "since": pl.Int64, **CELL}

_STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
SELECT s.entry, s.since, s.gone, s.layout, t.place, s.application_no, s.year, s.moment, s.file, s.mark
FROM sent s JOIN sent_place p USING (place) JOIN tonight_place t ON t.district = p.district AND t.office = p.office
WHERE s.until IS NULL
"""
_MET = """
CREATE OR REPLACE TEMP TABLE met AS
SELECT h.entry, any_value(h.gone) AS gone, min(t.no) AS no FROM standing h JOIN spooled t ON t.place = h.place AND t.mark = h.mark GROUP BY h.entry
"""
# Rows of tonight that say the same are one row.
_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT min(t.no) AS no, t.place, any_value(t.application_no) AS application_no
FROM spooled t ANTI JOIN standing h ON h.place = t.place AND h.mark = t.mark GROUP BY t.place, t.mark
"""
_FORMER = """
WITH book AS (SELECT DISTINCT since, file FROM standing SEMI JOIN met USING (entry)), fresh_number AS (SELECT DISTINCT place, application_no FROM fresh)
SELECT h.entry, h.since, h.gone, h.layout, h.place, h.application_no, h.year, h.moment, h.file, s.line, s.received_day, s.completed_day, s.cells,
    coalesce(h.moment BETWEEN c.begins AND c.ends, false) AS within, c.own_book,
    c.stated OR f.file IS NOT NULL OR b.file IS NOT NULL AS beside
FROM standing h ANTI JOIN met USING (entry) JOIN sent s ON s.entry = h.entry AND s.until IS NULL JOIN tonight_place c ON c.place = h.place
LEFT JOIN tonight_file f ON f.file = h.file LEFT JOIN book b ON b.since = h.since AND b.file = h.file
LEFT JOIN fresh_number n ON n.place = h.place AND n.application_no = h.application_no
WHERE h.moment BETWEEN c.begins AND c.ends OR n.place IS NOT NULL
"""
# Exports may be chosen by the day of registration: an application begun before them, of which they have nothing, is outside them whole.
_ELSEWHERE = """
SELECT h.entry FROM standing h JOIN tonight_place c USING (place)
WHERE NOT c.stated AND h.moment >= c.begins
  AND EXISTS (SELECT 1 FROM standing b WHERE b.place = h.place AND b.application_no = h.application_no AND b.moment < c.begins AND b.moment >= h.moment - INTERVAL 200 DAY)
  AND NOT EXISTS (SELECT 1 FROM spooled t WHERE t.place = h.place AND t.application_no = h.application_no AND t.moment <= h.moment + INTERVAL 200 DAY)
"""
# Nobody chooses a period by the hour: an export that has something of a day has all of it that was there before.
_WHOLE_DAYS = """
SELECT * REPLACE (CASE WHEN stated THEN begins ELSE date_trunc('day', begins) END AS begins,
    CASE WHEN stated THEN ends ELSE date_trunc('day', ends) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND END AS ends) FROM incoming_place
"""
_NOW = """
SELECT t.no, t.layout, t.place, t.year, t.moment, t.cells FROM spooled t JOIN fresh USING (no) WHERE t.place IN (SELECT place FROM former_place)
"""
_RECORDS = """
SELECT k.entry, k.before_run, k.since, unnest(k.columns) AS "column", unnest(k.before) AS before FROM change k WHERE k.until IS NULL
"""


@dataclass(frozen=True)
class Outcome:
    """What a comparison came to.

    met: entry, gone, no: rows that stand as they stood. paired: `PAIRS`: rows that stand with other words. fresh: numbers (no) of
    rows to keep, the paired ones among them. changed: `CHANGED`: cells that differ from what was first exported (since null: first seen
    tonight). kept: entries that had something different before. gone: entry, since, gone (run, null: first seen tonight), layout, place,
    application_no, moment, file, line, received_day, completed_day, cells, beside.
    """

    met: pl.DataFrame
    paired: pl.DataFrame
    fresh: pl.DataFrame
    changed: pl.DataFrame
    kept: list[int]
    gone: pl.DataFrame


@dataclass
class Comparison:
    """Compares a spool with the rows of a history. coverage: district, office, begins, ends, stated, own_book, of tonight; files: labels of tonight's."""

    con: duckdb.DuckDBPyConnection
    spool: Spool
    profile: Profile
    coverage: pl.DataFrame
    files: list[str]
    layouts: dict[int, Judged] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        """All of it. Leaves `spooled`, `met` and `fresh` in the connection for the keeping."""
        con = self.con
        con.register("spooled", self.spool.table())
        self._lay_out()
        con.execute(_STANDING)
        self._mark_anew()
        con.execute(_MET)
        con.execute(_FRESH)
        met = self._frame("FROM met")
        former = self._frame(_FORMER).filter(pl.col("layout").is_in(list(self.layouts)))
        con.register("former_place", former.select("place").unique().to_arrow())
        now = self._frame(_NOW)
        parts = _Parts(former, now, self.layouts, dict(enumerate(self.spool.layouts)), self.profile.zone)
        paired = parts.pair()
        records = self._frame(_RECORDS)
        seen = pl.concat([met.select(*PAIRS), paired])
        changed = self._since_the_first(parts.differences(paired), records, seen)
        gone = parts.former().filter("covered").join(paired, on="entry", how="anti")
        if gone.height:
            gone = gone.join(self._frame(_ELSEWHERE), on="entry", how="anti")
        seen_records = records.join(seen, on="entry", how="semi")["entry"].unique().to_list()
        return Outcome(met, paired, self._frame("FROM fresh"), changed, seen_records, gone)

    def _frame(self, query: str) -> pl.DataFrame:
        frame: pl.DataFrame = self.con.sql(query).pl()
        return frame

    def _lay_out(self) -> None:
        places = pl.DataFrame(
            [(at, *place) for place, at in self.spool.places.items()],
            schema={"place": pl.Int32, "district": pl.String, "office": pl.String},
            orient="row",
        ).join(self.coverage, on=["district", "office"], how="left")
        for name, frame in (
            ("incoming_place", places.with_columns(pl.col("stated", "own_book").fill_null(False))),
            ("incoming_file", pl.DataFrame({"file": self.files}, schema={"file": pl.String})),
        ):
            self.con.register(name, frame.to_arrow())
            told = _WHOLE_DAYS if name == "incoming_place" else f"FROM {name}"
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE {name.replace('incoming', 'tonight')} AS SELECT DISTINCT * FROM ({told})"
            )
            self.con.unregister(name)

    def _mark_anew(self) -> None:
        """Rows kept under another profile are marked by the columns that this one reads; those that it can't read are left in peace."""
        stored = self.con.execute("SELECT layout, header, judged FROM sent_layout").fetchall()
        for number, header, before in stored:
            judged = self._read(tuple(header))
            if judged is None:
                self.con.execute("DELETE FROM standing WHERE layout = ?", [number])
                continue
            self.layouts[number] = judged
            if judged.names == before:
                continue
            rows = self._frame(
                f"SELECT h.entry, s.cells FROM standing h JOIN sent s ON s.entry = h.entry AND s.until IS NULL WHERE h.layout = {number:d}"
            )
            if rows.is_empty():
                continue
            marks = mark(self.con, judged_text(split_cells(rows["cells"], len(header)), judged))
            self.con.register("marked_anew", rows.select("entry").with_columns(marks).to_arrow())
            self.con.execute("UPDATE standing SET mark = m.mark FROM marked_anew m WHERE m.entry = standing.entry")
            self.con.unregister("marked_anew")

    def _read(self, header: tuple[str, ...]) -> Judged | None:
        """The judged columns of a header of former nights: by the profile of tonight's rows under that header, else by the first that fits."""
        tonight = self.spool.layouts
        likely = [judged.profile for judged in sorted(tonight, key=lambda judged: judged.header != header)]
        return next(filter(None, (Judged.read(header, profile) for profile in [*likely, self.profile])), None)

    def _since_the_first(self, differences: pl.DataFrame, records: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
        """Cells that differ from what was first exported: those of tonight, and those known before that still do."""
        known = records.join(seen, on="entry")
        values = self._values(known)
        still = known.join(values, on=["no", "column"]).filter(
            ~pl.col("before").pipe(_alike, pl.col("after"), self.profile.zone)
        )
        first = known.group_by("entry").agg(pl.col("before_run").min(), pl.col("since").min())
        fresh = (
            differences.join(known, on=["entry", "column"], how="anti")
            .join(first, on="entry", how="left", suffix=" known")
            .with_columns(pl.coalesce("before_run known", "before_run").alias("before_run"), "since")
        )
        return pl.concat([still.select(*CHANGED), fresh.select(*CHANGED)]).sort("entry", "column")

    def _values(self, known: pl.DataFrame) -> pl.DataFrame:
        """What tonight's rows hold in the columns asked for: no, column, after."""
        self.con.register("asked", known.select("no").unique().to_arrow())
        rows = self._frame("SELECT no, layout, cells FROM spooled SEMI JOIN asked USING (no)")
        self.con.unregister("asked")
        found = [pl.DataFrame(schema={"no": pl.Int64, "column": pl.String, "after": pl.String})]
        for (number,), part in rows.group_by("layout"):
            judged = self.spool.layouts[int(str(number))]
            cells = split_cells(part["cells"], len(judged.header))
            named = [cells[str(at)].alias(name) for name, at in judged.columns]
            wide = pl.DataFrame([part["no"], *named])
            found.append(wide.unpivot(index="no", variable_name="column", value_name="after"))
        return pl.concat(found)


def _alike(before: pl.Expr, after: pl.Expr, zone: str) -> pl.Expr:
    def compared(pair: pl.Series) -> pl.Series:
        frame = pair.struct.unnest()
        return normal(frame["before"], zone).eq_missing(normal(frame["after"], zone))

    return pl.struct(before.alias("before"), after.alias("after")).map_batches(compared, return_dtype=pl.Boolean)


class _Parts:
    """Former and present rows by layout, their judged cells as columns: the raw text, and in normal form."""

    def __init__(
        self, former: pl.DataFrame, now: pl.DataFrame, before: dict[int, Judged], after: dict[int, Judged], zone: str
    ) -> None:
        self.zone = zone
        self._former = former.drop("cells")
        self._cells = former.select("entry", "cells")
        self._beside = former.select("entry", "beside")
        self._books = former.select("entry", "since", "file")
        self.before = {number: self._split(part, before[number]) for number, part in _by_layout(former)}
        self.after = {number: self._split(part, after[number]) for number, part in _by_layout(now)}

    def _split(self, part: pl.DataFrame, judged: Judged) -> tuple[pl.DataFrame, list[str]]:
        cells = split_cells(part["cells"], len(judged.header))
        raw = [cells[str(at)].alias(f"{name}?") for name, at in judged.columns]
        told = [normal(cells[str(at)].alias(name), self.zone) for name, at in judged.columns]
        return part.drop("cells", "application_no", strict=False).hstack([*raw, *told]), [
            name for name, _ in judged.columns
        ]

    def former(self) -> pl.DataFrame:
        """The former rows, with `covered`: tonight's exports speak for the moment and for the book."""
        beside = self._former.drop("beside").join(self._beside, on="entry")
        return beside.with_columns((pl.col("within") & pl.col("beside")).alias("covered")).join(self._cells, on="entry")

    def pair(self) -> pl.DataFrame:
        """`PAIRS`, each kind in turn over what the kinds before have left."""
        paired = pl.DataFrame(schema=PAIRS)
        for kind in (same, by_identity, by_all_but_one):
            covered = self.former().select("entry", "covered")
            for former, before in self.before.values():
                for now, after in self.after.values():
                    columns = [name for name in before if name in after]
                    left = former.join(paired, on="entry", how="anti").join(covered, on="entry")
                    right = now.join(paired, on="no", how="anti")
                    if left.height and right.height:
                        paired = pl.concat([paired, one_of_each(kind(left, right, columns))])
            self._seen_beside(paired)
        return paired

    def _seen_beside(self, paired: pl.DataFrame) -> None:
        """The books of rows that were paired are there tonight too."""
        books = self._books.join(paired, on="entry", how="semi").select("since", "file").unique()
        there = self._books.join(books, on=["since", "file"], how="semi")["entry"]
        self._beside = self._beside.with_columns(pl.col("beside") | pl.col("entry").is_in(there.implode()))

    def differences(self, paired: pl.DataFrame) -> pl.DataFrame:
        """`CHANGED` of the pairs: the cells that count as changed, since null."""
        found = [pl.DataFrame(schema=CHANGED)]
        for former, before in self.before.values():
            for now, after in self.after.values():
                columns = [name for name in before if name in after]
                both = paired.join(former, on="entry").join(now, on="no", suffix=" now")
                for name in columns if both.height else []:
                    held = pl.col(name).is_not_null()
                    if name in FIXED and "completed_at" in columns:
                        held |= pl.col("completed_at").is_not_null()
                    if name == RUNNING:
                        held &= pl.col("own_book")
                    cell = both.filter(held & pl.col(name).ne_missing(pl.col(f"{name} now")))
                    found.append(
                        cell.select(
                            pl.col("since").alias("before_run"),
                            pl.lit(None, dtype=pl.Int64).alias("since"),
                            "entry",
                            "no",
                            pl.lit(name).alias("column"),
                            pl.col(f"{name}?").alias("before"),
                            pl.col(f"{name}? now").alias("after"),
                        )
                    )
        return pl.concat(found)


def one_of_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which none has a side in common with one before it."""
    return pairs.unique("entry", keep="first", maintain_order=True).unique("no", keep="first", maintain_order=True)


def _by_layout(rows: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
    return [(int(str(key[0])), part) for key, part in rows.partition_by("layout", as_dict=True).items()]
