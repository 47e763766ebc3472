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
from typing import NamedTuple

import duckdb
import polars as pl

from auditor.history.meaning import Meaning
from auditor.history.pairing import PAIRS
from auditor.history.sides import CHANGED, Sides
from auditor.history.spool import Judged, Spool, judged_text, mark, split_cells
from auditor.journal.profile import Profile
from auditor.law.types import Vocabulary

FEW = 3
"""Rows of a column written otherwise from which on it is said: one may have been typed by hand."""
LEAST_LOST = 10
"""Rows of an office of which not one is known again: then it is the export that is another, not each of them that is gone."""

ROWS_AT_A_TIME = 100_000
"""Rows compared at once: on the night on which an oblast's program writes everything otherwise, not one stands as it stood."""

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
WHERE h.place IN (SELECT place FROM chosen) AND (h.moment BETWEEN c.begins AND c.ends OR n.place IS NOT NULL)
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
SELECT t.no, t.layout, t.place, t.year, t.moment, t.cells FROM spooled t JOIN fresh USING (no) WHERE t.place IN (SELECT place FROM chosen)
"""
_LATER = """
SELECT h.place, count(*) AS rows, min(h.moment)::DATE AS begins, max(h.moment)::DATE AS ends
FROM standing h JOIN tonight_place c ON c.place = h.place AND NOT c.stated AND h.moment > c.ends ANTI JOIN met USING (entry) ANTI JOIN known_again USING (entry)
SEMI JOIN (SELECT s.since, s.file FROM standing s SEMI JOIN met USING (entry)) b ON b.since = h.since AND b.file = h.file
WHERE h.gone IS NULL GROUP BY h.place
"""
_UNLIKE = "SELECT place, count(*) FROM standing ANTI JOIN met USING (entry) GROUP BY place ORDER BY place"
_RECORDS = """
SELECT k.entry, k.before_run, k.since, unnest(k.columns) AS "column", unnest(k.before) AS before FROM change k WHERE k.until IS NULL
"""


@dataclass(frozen=True)
class Outcome:
    """What a comparison came to.

    met: entry, gone, no: rows that stand as they stood. paired: `PAIRS`: rows that stand with other words. fresh: numbers (no) of
    rows to keep, the paired ones among them. changed: `CHANGED`: cells that differ from what was first exported (since null: first seen
    tonight). kept: entries that had something different before. gone: entry, since, gone (run, null: first seen tonight), layout, place,
    application_no, moment, file, line, received_day, completed_day, cells, beside. lost: entry: rows of an office of which none is known
    again. For a remark, each with district and office: spelled (column, rows: written otherwise, and meaning the same), renumbered (rows:
    applications), unmatched (rows lost), shrunk (rows, begins, ends: of days that tonight's exports no longer reach).
    """

    met: pl.DataFrame
    paired: pl.DataFrame
    fresh: pl.DataFrame
    changed: pl.DataFrame
    kept: list[int]
    gone: pl.DataFrame
    lost: pl.DataFrame
    spelled: pl.DataFrame
    renumbered: pl.DataFrame
    unmatched: pl.DataFrame
    shrunk: pl.DataFrame


class _Portion(NamedTuple):
    """What the comparison of some offices came to. missing: former rows not known again; books: since, file of those that are;
    known_again: places with any; the rest as in `Outcome`, by place."""

    paired: pl.DataFrame
    differences: pl.DataFrame
    spelled: pl.DataFrame
    numbers: pl.DataFrame
    missing: pl.DataFrame
    books: pl.DataFrame
    known_again: pl.Series


@dataclass
class Comparison:
    """Compares a spool with the rows of a history. coverage: district, office, begins, ends, stated, own_book, of tonight; files: labels of tonight's."""

    con: duckdb.DuckDBPyConnection
    spool: Spool
    profile: Profile
    vocabulary: Vocabulary
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
        stayed = self._stayed()
        portions = [self._portion(places, stayed) for places in self._places_at_a_time()]
        paired = pl.concat([portion.paired for portion in portions])
        spelled = (
            pl.concat([portion.spelled for portion in portions]).group_by("place", "column").agg(pl.col("rows").sum())
        )
        numbers = pl.concat([portion.numbers for portion in portions])
        records = self._frame(_RECORDS)
        seen = pl.concat([met.select(*PAIRS), paired])
        changed = self._since_the_first(pl.concat([portion.differences for portion in portions]), records, seen)
        gone = self._gone(portions)
        lost = self._lost(gone, pl.concat([stayed, *(portion.known_again for portion in portions)]))
        return Outcome(
            met=met,
            paired=paired,
            fresh=self._frame("FROM fresh"),
            changed=changed,
            kept=records.join(seen, on="entry", how="semi")["entry"].unique().to_list(),
            gone=gone.join(lost, on="entry", how="anti"),
            lost=lost,
            spelled=self._placed(spelled.filter(pl.col("rows").max().over("place") >= FEW)),
            renumbered=self._placed(numbers.group_by("place").len("rows")),
            unmatched=self._placed(lost.group_by("place").len("rows")),
            shrunk=self._shrunk(paired),
        )

    def _places_at_a_time(self) -> list[list[int]]:
        """Offices with rows that do not stand, so many at a time as have about `ROWS_AT_A_TIME` of them; at least one, be it empty."""
        portions: list[list[int]] = [[]]
        rows = 0
        for place, n in self._frame(_UNLIKE).iter_rows():
            if rows and rows + n > ROWS_AT_A_TIME:
                portions.append([])
                rows = 0
            portions[-1].append(place)
            rows += n
        return portions

    def _portion(self, places: list[int], stayed: pl.Series) -> _Portion:
        """The rows of some offices compared."""
        chosen = pl.DataFrame({"place": places}, schema={"place": pl.Int32})
        self.con.register("chosen", chosen.to_arrow())
        former = self._frame(_FORMER).filter(pl.col("layout").is_in(list(self.layouts)))
        now = self._frame(_NOW)
        self.con.unregister("chosen")
        tonight = dict(enumerate(self.spool.layouts))
        sides = Sides(former, now, self.layouts, tonight, self.meaning, self._whole, stayed)
        paired = sides.pair()
        differences, spelled = sides.differences(paired)
        return _Portion(
            paired=paired,
            differences=differences,
            spelled=spelled,
            numbers=sides.numbers,
            missing=sides.former().join(paired, on="entry", how="anti"),
            books=former.join(paired, on="entry", how="semi").select("since", "file").unique(),
            known_again=paired.join(former.select("entry", "place"), on="entry")["place"].unique(),
        )

    def _gone(self, portions: list[_Portion]) -> pl.DataFrame:
        """Rows that are missing and that tonight's exports speak for; a book may hold rows of several offices."""
        books = pl.concat([portion.books for portion in portions]).unique().with_columns(pl.lit(True).alias("there"))
        missing = pl.concat([portion.missing for portion in portions]).join(books, on=["since", "file"], how="left")
        beside = pl.col("beside") | pl.col("there").fill_null(False)
        gone = missing.filter(pl.col("within") & beside).with_columns(beside.alias("beside")).drop("there")
        return gone.join(self._frame(_ELSEWHERE), on="entry", how="anti") if gone.height else gone

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.vocabulary)

    def _stayed(self) -> pl.Series:
        """Places with rows that stand as they stood."""
        return self._frame("SELECT DISTINCT place FROM standing SEMI JOIN met USING (entry)")["place"].cast(pl.Int32)

    def _whole(self, side: str, layout: int, place: int) -> pl.Series:
        """The cells of all rows of an office in a layout, former ones or tonight's."""
        if side == "after":
            query = f"SELECT cells FROM spooled WHERE layout = {layout:d} AND place = {place:d}"
        else:
            query = (
                "SELECT s.cells FROM standing h JOIN sent s ON s.entry = h.entry AND s.until IS NULL "
                f"WHERE h.layout = {layout:d} AND h.place = {place:d}"
            )
        return self._frame(query)["cells"]

    def _lost(self, gone: pl.DataFrame, known_again: pl.Series) -> pl.DataFrame:
        """Rows of offices of which many are missing and none is known again: entry, place. What they send now can't be held against them."""
        none = gone.filter(~pl.col("place").is_in(known_again.unique().implode()))
        return none.filter(pl.len().over("place") >= LEAST_LOST).select("entry", "place")

    def _shrunk(self, paired: pl.DataFrame) -> pl.DataFrame:
        """Rows of later days than tonight's exports reach, of books that are there: what was taken out at the end can't be told from
        what was not exported. district, office, rows, begins, ends (days)."""
        self.con.register("known_again", paired.select("entry").to_arrow())
        later = self._frame(_LATER)
        self.con.unregister("known_again")
        return self._placed(later)

    def _placed(self, told: pl.DataFrame) -> pl.DataFrame:
        """What is told of places, with their district and office, in their order."""
        places = self._frame("SELECT place, district, office FROM tonight_place").cast({"place": pl.Int32})
        named = places.join(told.cast({"place": pl.Int32}), on="place").drop("place")
        return named.sort(pl.all(), nulls_last=True)

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
        still = self._still(known)
        first = known.group_by("entry").agg(pl.col("before_run").min(), pl.col("since").min())
        fresh = (
            differences.join(known, on=["entry", "column"], how="anti")
            .join(first, on="entry", how="left", suffix=" known")
            .with_columns(pl.coalesce("before_run known", "before_run").alias("before_run"), "since")
        )
        return pl.concat([still.select(*CHANGED), fresh.select(*CHANGED)]).sort("entry", "column")

    def _still(self, known: pl.DataFrame) -> pl.DataFrame:
        """Of cells that were changed before, those that do not mean what they meant at first: `known` and after."""
        self.con.register("asked", known.select("no").unique().to_arrow())
        rows = self._frame("SELECT no, layout, cells FROM spooled SEMI JOIN asked USING (no)")
        self.con.unregister("asked")
        found = [known.with_columns(pl.lit(None, dtype=pl.String).alias("after")).clear()]
        for (number,), part in rows.group_by("layout"):
            judged = self.spool.layouts[int(str(number))]
            cells = split_cells(part["cells"], len(judged.header))
            sent = pl.DataFrame([cells[str(at)].alias(name) for name, at in judged.columns])
            told = self.meaning.of(sent, judged).with_columns(part["no"])
            for name in known["column"].unique():
                if name not in told.columns:
                    continue
                own = known.filter(pl.col("column") == name).join(
                    told.with_columns(sent[name].alias("after"), pl.col(name).alias("means")), on="no"
                )
                words = {word: own[word] for word in ("service", "channel") if word in own.columns}
                before = self.meaning.column(own["before"], name, judged, words.get("service"), words.get("channel"))
                found.append(own.filter(before.ne_missing(own["means"])).select(found[0].columns))
        return pl.concat(found)
