"""Applications that are in order beyond doubt, told from the rest before anything is judged at length.

Of a large journal most applications are plain: every step required is there once, in its order, complete, by a role that may do it, within its limit,
in office hours. To see that costs little (whole columns are compared, a row with the one before it), to judge costs ten times as much. So they are
counted here, every step `met`, and the buckets' queries see only the others: whatever is not plain, for any reason, is *doubtful* and judged as ever.
Nothing is found here and nobody accused: where a condition of this module is too strict, an application is judged at length for nothing.

What is needed of plain applications besides: `verdict_count`, `application_count`, `entry_count`, and of `crossings` `intake`, `counter` and `passed`.

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import duckdb
import polars as pl
import pyarrow as pa

from auditor.engine import torn
from auditor.engine.applications import whole_shapes
from auditor.engine.ruletables import STRIDE
from auditor.engine.spellings import SHIFT
from auditor.engine.worktime import DAY_STRIDE

DAY, HALF = 86_400_000_000, 30_000_000
FARTHEST_STEP = 38
"""Steps further down an edition are judged at length: the bits of all rows of a bucket are added up, and the sum must stay a 64-bit number."""
BITS = pl.Series("bit", [1 << i for i in range(FARTHEST_STEP)], dtype=pl.Int64)
MOST_ROWS = 1 << 24
"""The same bound, on the rows."""
DISTRICTS, YEARS, SLOTS = 1 << 8, 1 << 9, 1 << 7
"""Rows are put in order by one number: of `draw` the upper bits, then district, year, and the place of the step (its own procedure's before an inner one's)."""
INTERVALS = (("s1", "e1"), ("s2", "e2"), ("s3", "e3"))


_MET = "INSERT INTO verdict_count BY NAME SELECT office_key, pair_id, sid, 'met' AS verdict, n FROM incoming"
_APPLICATIONS = """
INSERT INTO application_count
SELECT i.home_key, l.label_id, i.n FROM incoming i JOIN (SELECT DISTINCT pair_id, label_id FROM pair_label) l USING (pair_id)
"""
_INTAKE = """
INSERT INTO intake
SELECT i.office_key, c.service, c.rural, i.begins, i.reaches FROM incoming i JOIN crossing c ON c.intake_sid = i.sid
"""
_COUNTER = """
INSERT INTO counter
SELECT i.office_key, i.application_no, i.year, c.service, i.received_at, i.person FROM incoming i JOIN crossing c ON c.intake_sid = i.sid AND NOT c.rural
"""
_PASSED = "INSERT INTO passed SELECT office_key, home_key, n FROM incoming"


class Sieve:
    """Sifts the buckets of one run.

    frames: those of `ruletables`, `spellings` and `worktime` (`day`), `file` and `near_district`. latest: no moment after it is a plain one's. apart: office_key of
    those that are judged at length (they have calendars of their own). counters: the steps (sid) with which a provider takes in what comes to itself. share: every how-many-th application is needed for its flows (`auditor.engine.flows`).
    """

    def __init__(
        self, frames: Mapping[str, pl.DataFrame], latest: datetime, apart: list[int], counters: list[int], share: int
    ) -> None:
        self.latest = latest
        self.counters = counters
        self.apart = apart
        self.share = share
        process, words, days = frames["process"], frames["word_step"], frames["day"]
        label, word, file = frames["pair_label"], frames["word"], frames["file"]
        self.pair_keys = label.select("pair_key", "pair_id").drop_nulls().get_columns()
        self.word_keys = word.select("word_key", "word_id").drop_nulls().get_columns()
        self.minute_files = file.filter(~pl.any_horizontal("partial", "received_day", "completed_day"))["file_id"]
        self.whole = len(self.minute_files) == len(file)
        self.turns = pl.concat([process["since"], process["until"]]).unique().sort().to_physical()
        self.process = process.select("process_id", "edition_id", "pair_id")
        self.alike = frames["near_district"].select(pl.struct("one", "other").alias("pair"))["pair"]
        self._lay_processes(process)
        self.width = _size(words["word_id"])
        named = words.filter(pl.col("sid").is_not_null(), ~pl.col("ambiguous"), ~pl.col("wrong_role"))
        self.slots = _array(
            named["process_id"].cast(pl.Int64) * self.width + named["word_id"],
            named["sid"] * 2 + named["inside"].cast(pl.Int32),
        )
        self._lay_days(days)
        self._lay_steps(frames["rule_step"], days)

    def _lay_days(self, days: pl.DataFrame) -> None:
        """`days`: a row for each calendar and day between the first and the last of any; null where a calendar does not cover it. `open`: whether an
        office with the hours `kind` is open at a minute (of the day, twice: sharp, and within it)."""
        cal, day = (pl.col("key") // DAY_STRIDE).cast(pl.Int64), (pl.col("key") % DAY_STRIDE).cast(pl.Int64)
        edges = [edge for interval in INTERVALS for edge in interval]
        hours = days.select(edges).unique(maintain_order=True).with_row_index("kind")
        known = days.join(hours, on=edges, how="left", maintain_order="left")
        self.first, self.last = known.select(day.min().alias("first"), day.max().alias("last")).row(0)
        self.span = self.last - self.first + 1
        laid = known.select(
            (cal * self.span + day - self.first).alias("at"),
            "before",
            *edges,
            (pl.col("number") + (~pl.col("working"))).cast(pl.Int32).alias("effective"),
            (pl.col("number") * 2 + (~pl.col("working"))).cast(pl.Int32).alias("halves"),
            pl.col("closes").fill_null(DAY),
            pl.col("kind").cast(pl.Int32),
        )
        whole = pl.DataFrame({"at": range(_size(laid["at"]))}, schema={"at": pl.Int64})
        self.days = whole.join(laid, on="at", how="left", maintain_order="left").drop("at")
        minutes = hours.join(pl.DataFrame({"half": range(DAY // HALF)}), how="cross", maintain_order="left_right")
        sharp, minute = pl.col("half") % 2 == 0, pl.col("half") // 2 * (2 * HALF)
        within = [
            (pl.col(end) > pl.col(start))
            & (minute >= pl.col(start))
            & ((sharp & (minute <= pl.col(end))) | (minute + 2 * HALF <= pl.col(end)))
            for start, end in INTERVALS
        ]
        self.open = minutes.select(pl.any_horizontal(within).alias("open"))["open"]

    def _lay_processes(self, process: pl.DataFrame) -> None:
        rows = [
            (pair * (len(self.turns) + 1) + turn + 1, number)
            for number, pair, since, until in process.select(
                "process_id", "pair_id", pl.col("since").to_physical(), pl.col("until").to_physical()
            ).iter_rows()
            for turn, day in enumerate(self.turns)
            if since <= day < until
        ]
        at, number = zip(*rows, strict=True) if rows else ((), ())
        self.in_force = _array(pl.Series(at, dtype=pl.Int64), pl.Series(number, dtype=pl.Int32))

    def _lay_steps(self, steps: pl.DataFrame, days: pl.DataFrame) -> None:
        cal = (pl.col("key") // DAY_STRIDE).cast(pl.Int16).alias("cal")
        calendars = days.group_by(cal).agg(pl.col("number").max().alias("numbers"))
        reach = pl.max_horizontal("limit_days", "strict_days").fill_null(0)
        laid = steps.join(calendars, on="cal").select(
            "sid",
            "cal",
            (pl.col("cal").cast(pl.Int32) * self.span - self.first).alias("base"),
            (pl.col("numbers") - reach).alias("latest"),
            pl.min_horizontal("limit_micro", "strict_micro").alias("micro"),
            pl.min_horizontal("limit_days", "strict_days").alias("days"),
            "human",
            (pl.col("human") & ~pl.col("applicant")).alias("handed_to"),
            "handover_days",
        )
        whole = pl.DataFrame({"sid": range(_size(laid["sid"]))}, schema={"sid": pl.Int32})
        self.steps = whole.join(laid, on="sid", how="left", maintain_order="left")

    def sift(self, bucket: pa.Table, con: duckdb.DuckDBPyConnection) -> pa.Table:
        """The doubtful rows of a bucket (see `auditor.engine.staging`); what the others come to is added to the tables of `con`."""
        rows = pl.from_arrow(bucket)
        assert isinstance(rows, pl.DataFrame)
        rows = rows.rechunk()
        seen = self._seen(rows)
        if len(rows) > MOST_ROWS or not seen["fine"].any():
            return bucket
        ordered = self._ordered(rows, seen)
        plain = self._plain(ordered, con)
        settled = ordered.filter(plain)
        for statement, frame in self._told(settled, rows):
            con.register("incoming", frame.to_arrow())
            con.execute(statement)
            con.unregister("incoming")
        con.execute("INSERT INTO entry_count VALUES (?)", [len(settled)])
        return rows[ordered["at"].filter(~plain).sort()].to_arrow()

    def _fine(self, undated: pl.Series) -> pl.Expr:
        """Of a row: that it may be a plain application's, as far as it tells by itself."""
        received, completed = pl.col("received_at"), pl.col("completed_at")
        alone = [
            received <= completed,
            completed <= self.latest,
            ~pl.col("received_bare"),
            ~pl.col("completed_bare"),
            pl.col("outcome") == 0,
            pl.col("extended_to").is_null(),
            pl.col("unseen") == 0,
            pl.col("draw") % self.share != 0,
        ]
        if not self.whole:
            alone.append(pl.col("file_id").is_in(self.minute_files.implode()))
        if self.apart:
            alone.append(~pl.col("office_key").is_in(self.apart))
        if len(undated):
            alone.append(~pl.col("draw").is_in(undated.implode()))
        return pl.all_horizontal(alone).fill_null(value=False)

    def _seen(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Columns fine, pair_id, process_id, slot (sid * 2 + 1 for an inner step's), arrived and handed: days of receipt and, the allowance
        added, of handing over, in half working days of the step's calendar. Only rows that are fine have all of them."""
        # (2), (42) Without a date of registration, entries of one number may be of any year's application.
        undated = rows["draw"].filter(rows["registered_on"].is_null()).unique()
        received, completed = pl.col("received_at").to_physical(), pl.col("completed_at").to_physical()
        day = pl.when(pl.col("received_at") <= self.latest).then((received // DAY).cast(pl.Int32))
        told = rows.select(
            self._fine(undated).alias("fine"),
            pl.col("pair_key").replace_strict(*self.pair_keys, default=None).alias("pair_id"),
            pl.col("word_key").replace_strict(*self.word_keys, default=None).alias("word_id"),
            day.alias("taken_on"),
            (completed // DAY).cast(pl.Int32).alias("done_on"),
            (received % DAY).alias("taken_at"),
            (completed % DAY).alias("done_at"),
            (completed - received).alias("wall"),
        )
        turn = pl.lit(self.turns).search_sorted(pl.col("taken_on"), side="right").cast(pl.Int64)
        process = _look_up(self.in_force, pl.col("pair_id").cast(pl.Int64) * (len(self.turns) + 1) + turn)
        told = told.with_columns(pl.when(pl.col("taken_on").is_not_null()).then(process).alias("process_id"))
        slot = _look_up(self.slots, pl.col("process_id").cast(pl.Int64) * self.width + pl.col("word_id"))
        told = told.with_columns(slot.alias("slot"))
        told = told.hstack(self.steps.select(pl.exclude("sid", "cal", "handed_to").gather(told["slot"] // 2)))
        within = (pl.col("taken_on") >= self.first) & (pl.col("done_on") <= self.last) & pl.col("fine")
        told = told.with_columns(
            pl.when(within).then(pl.col("taken_on") + pl.col("base")).alias("begun"),
            pl.when(within).then(pl.col("done_on") + pl.col("base")).alias("done"),
        )
        begun = self.days.select("effective", "halves", "closes").select(pl.all().gather(told["begun"]))
        done = self.days.select("effective", "halves", "closes", "kind").select(pl.all().gather(told["done"]))
        told = told.hstack(begun.rename({name: f"{name}_begun" for name in begun.columns})).hstack(done)
        # A day off counts as effective with the next working day's number: only closing matters on a working one.
        effective = pl.col("effective_begun") + (
            (pl.col("taken_at") > pl.col("closes_begun")) & (pl.col("halves_begun") % 2 == 0)
        ).cast(pl.Int32)
        after = pl.col("effective") + ((pl.col("done_at") > pl.col("closes")) & (pl.col("halves") % 2 == 0)).cast(
            pl.Int32
        )
        # (10) Both ends of an interval are inside.
        minute = pl.col("done_at") // (2 * HALF) * 2 + (pl.col("done_at") % (2 * HALF) > 0).cast(pl.Int64)
        is_open = pl.lit(self.open).gather(pl.col("kind") * (DAY // HALF) + minute)
        in_time = (
            pl.col("fine")
            & (is_open | ~pl.col("human"))
            & (effective <= pl.col("latest"))
            & (pl.col("days").is_null() | (pl.col("halves") <= 2 * (effective + pl.col("days"))))
            & ((pl.col("slot") // 2) % STRIDE < FARTHEST_STEP)
        )
        seen = told.select(
            in_time.fill_null(value=False).alias("fine"),
            (pl.col("wall") > pl.col("micro")).fill_null(value=False).alias("long"),
            "pair_id",
            "process_id",
            "slot",
            pl.col("halves_begun").alias("arrived"),
            (2 * (after + pl.col("handover_days"))).alias("handed"),
        )
        # Open time is never longer than the time on the wall: only where that exceeds the limit must it be looked up.
        long = (seen["fine"] & seen["long"]).arg_true()
        if len(long):
            clocks = told.select("micro", "begun", "done", "taken_at", "done_at")[long]
            over = self._open_time(clocks) > clocks["micro"]
            seen = seen.with_columns(seen["fine"].scatter(long.filter(over), False))
        return seen.drop("long")

    def _open_time(self, clocks: pl.DataFrame) -> pl.Series:
        """Open microseconds between receipt and completion (15)."""
        both = []
        for at, clock in (("begun", "taken_at"), ("done", "done_at")):
            day = self.days.select(pl.all().gather(clocks[at])).with_columns(clocks[clock].alias("clock"))
            within = [(pl.min_horizontal("clock", end) - pl.col(start)).clip(0) for start, end in INTERVALS]
            both.append(day.select(pl.sum_horizontal("before", *within).alias("open"))["open"])
        return (both[1] - both[0]).clip(0)

    def _ordered(self, rows: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
        """What was seen, with the columns of the rows that decide, application by application, its steps in their order."""
        place = (pl.col("slot") % 2 * STRIDE + pl.col("slot") // 2 % STRIDE).fill_null(SLOTS - 1).cast(pl.UInt64)
        district = (pl.col("home_key") // (1 << SHIFT)).cast(pl.UInt64) % DISTRICTS
        year = pl.col("registered_on").dt.year().fill_null(0).cast(pl.Int16)
        kept = pl.col("draw") // (DISTRICTS * YEARS * SLOTS) * DISTRICTS + district
        columns = ("home_key", "office_key", "application_no", "received_at", "completed_at")
        keyed = seen.hstack(rows.select("draw", "registered_on", *columns)).select(
            ((kept * YEARS + year.cast(pl.UInt64) % YEARS) * SLOTS + place).alias("order"),
            pl.exclude("draw", "registered_on"),
            year.alias("year"),
        )
        by = keyed["order"].arg_sort().alias("at")
        return keyed[by].with_columns(by)

    def _plain(self, ordered: pl.DataFrame, con: duckdb.DuckDBPyConnection) -> pl.Series:
        """Of each row, whether its application is plain."""
        order, previous = pl.col("order"), pl.col("order").shift(1, fill_value=0)
        same, chained = order // SLOTS == previous // SLOTS, order // STRIDE == previous // STRIDE
        step = self.steps.select("cal", "handed_to").select(pl.all().gather(ordered["slot"] // 2))
        received_on = pl.col("received_at").to_physical() // DAY
        completed_on = (pl.col("completed_at").to_physical() // DAY).shift(1)
        idle = (
            (received_on > completed_on + 1)
            & pl.col("handed_to")
            & (pl.col("cal") == pl.col("cal").shift(1))
            & (pl.col("arrived") > pl.col("handed").shift(1))
        )
        # Two keys in one stretch: their `draw` is alike, and both are looked at at length.
        names = ("home_key", "application_no", "process_id", "year")
        strange = pl.col("slot").is_null() | same & pl.any_horizontal(
            pl.col(name).ne_missing(pl.col(name).shift(1)) for name in names
        )
        early = pl.col("received_at") < pl.col("completed_at").shift(1)
        amiss = ~pl.col("fine") | (order == previous) | chained & (early | idle)
        own = (pl.col("slot") % 2 == 0) & (order != previous)
        looked = ordered.with_columns(
            *step.get_columns(), _look_up(BITS, pl.col("slot") // 2 % STRIDE).alias("bit")
        ).select(
            (~same).alias("first"),
            (~chained).alias("begins"),
            "process_id",
            strange.fill_null(value=True).cast(pl.Int64).cum_sum().alias("strange"),
            amiss.fill_null(value=True).cast(pl.Int64).cum_sum().alias("amiss"),
            pl.when(own).then("bit").otherwise(0).fill_null(0).cum_sum().alias("present"),
        )
        starts = looked["first"].arg_true()
        ends = pl.concat([starts[1:].cast(pl.Int64) - 1, pl.Series([len(looked) - 1], dtype=pl.Int64)])
        sums = ("strange", "amiss", "present")
        applications = looked.select("process_id", *sums)[ends].select(
            "process_id", *(pl.col(name) - pl.col(name).shift(1, fill_value=0) for name in sums)
        )
        whole = self._whole(applications, con)
        at = looked["first"].cast(pl.UInt32).cum_sum() - 1
        applications = applications.select(
            (whole & (pl.col("amiss") == 0)).alias("plain"),
            whole.alias("whole"),
            pl.col("present").alias("set"),
            (ends - starts + 1 > pl.col("present").bitwise_count_ones()).alias("besides"),
        )
        looked = looked.select("begins", "process_id", at.alias("application")).hstack(applications[at])
        halves = self._halves(pl.concat([ordered.drop("process_id"), looked], how="horizontal"))
        return applications["plain"].scatter(halves, False).gather(at)

    def _whole(self, applications: pl.DataFrame, con: duckdb.DuckDBPyConnection) -> pl.Series:
        """Of each application, whether its entries are of one procedure and their steps all that it requires, and no others than it allows."""
        sets = applications.filter(strange=0).select("process_id", "present").unique()
        shapes = sets.join(self.process, on="process_id").with_row_index("app_id")
        whole = shapes.filter(pl.col("app_id").is_in(whole_shapes(con, shapes).implode()))
        return applications.join(
            whole.select("process_id", "present", pl.lit(value=True).alias("whole")),
            on=["process_id", "present"],
            how="left",
            maintain_order="left",
        ).select((pl.col("whole") & (pl.col("strange") == 0)).fill_null(value=False))["whole"]

    def _halves(self, ordered: pl.DataFrame) -> pl.Series:
        """The plain applications that may be torn from one that is not whole (`auditor.engine.torn`): of its number, service and channel, at a like-named
        office of another district, at about its time; the districts' names are alike, or the two have hardly a step in common and the other has one more (`besides`: an entry that is not in its `set`)."""
        rows = ordered.filter(~pl.col("whole") | pl.col("plain") & pl.col("begins")).select(
            (pl.col("order") // (DISTRICTS * YEARS * SLOTS)).alias("draw"),
            "pair_id",
            "process_id",
            (pl.col("home_key") // (1 << SHIFT)).alias("district"),
            pl.coalesce("received_at", "completed_at").dt.date().alias("day"),
            "application",
            "whole",
            "set",
            "besides",
        )
        met = rows.filter("whole").join(rows.filter(~pl.col("whole")), on=["draw", "pair_id"], suffix="_of_half")
        low, high = pl.min_horizontal("district", "district_of_half"), pl.max_horizontal("district", "district_of_half")
        alike = (
            pl.struct(low.alias("one"), high.alias("other")).is_in(self.alike.implode()) if len(self.alike) else False
        )
        found = met.filter(
            pl.col("district") != pl.col("district_of_half"),
            (pl.col("day") - pl.col("day_of_half")).abs() <= pl.duration(days=torn.DAYS),
            pl.col("process_id").ne_missing(pl.col("process_id_of_half"))
            | ((pl.col("set") & pl.col("set_of_half")).bitwise_count_ones() <= 1)
            & (alike | pl.col("besides_of_half") | ((pl.col("set_of_half") & ~pl.col("set")) != 0)),
        )
        return found["application"].unique()

    def _told(self, plain: pl.DataFrame, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """What plain applications come to: statements, each with its table `incoming`."""
        sid, own = (pl.col("slot") // 2).alias("sid"), pl.col("slot") % 2 == 0
        order, previous = pl.col("order"), pl.col("order").shift(1, fill_value=0)
        yield _MET, plain.group_by("office_key", "process_id", sid).len("n").join(self.process, on="process_id")
        first = plain.filter(order // SLOTS != previous // SLOTS)
        yield _APPLICATIONS, first.group_by("home_key", "process_id").len("n").join(self.process, on="process_id")
        begun = plain.filter(own).group_by("office_key", sid)
        received = pl.col("received_at")
        yield _INTAKE, begun.agg(received.min().alias("begins"), received.max().alias("reaches"))
        taken = plain.filter(
            own, pl.col("home_key") == pl.col("office_key"), (pl.col("slot") // 2).is_in(self.counters)
        )
        named = taken.select("office_key", "application_no", "year", "received_at", sid)
        yield _COUNTER, named.with_columns(rows["person"].gather(taken["at"]))
        kinds = plain.with_columns(self.steps["cal"].gather(plain["slot"] // 2))
        passed = (order // STRIDE == previous // STRIDE) & (pl.col("cal") != pl.col("cal").shift(1))
        yield _PASSED, kinds.filter(passed).group_by("office_key", "home_key").len("n")


def _array(at: pl.Series, values: pl.Series) -> pl.Series:
    """Values by their index; null where none is given."""
    return pl.Series([None], dtype=values.dtype).new_from_index(0, _size(at)).scatter(at, values)


def _size(at: pl.Series) -> int:
    """One more than the greatest index."""
    greatest = at.max()
    return greatest + 1 if isinstance(greatest, int) else 1


def _look_up(array: pl.Series, at: pl.Expr) -> pl.Expr:
    """The values at indices; null where the index is null or beyond."""
    return pl.lit(array).gather(pl.when(at < len(array)).then(at))
