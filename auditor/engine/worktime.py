"""Legal time as a table: one row a day and calendar, from which every clock is a look-up.

Open time is counted in microseconds since the calendar's first midnight, working days by their running number. With both
cumulated, the open time between two moments is a difference of two look-ups and the n-th working day after a day is
one look-up by number: exact, whatever was moved to a Saturday, and without a loop over days.

Table `day`:

    key         INTEGER    calendar number * 100000 + days since 1970-01-01
    number      INTEGER    working days up to and including this day (per calendar)
    working     BOOLEAN    the office is open on this day
    before      BIGINT     open microseconds before this midnight
    s1 e1 .. s3 e3  BIGINT  opening intervals, microseconds after midnight (0, 0 where there is none)
    opens       BIGINT     first opening, closes: last closing (microseconds after midnight; null on a day off)

Table `working_day`: `cal`, `number`, `day`, `opens_at`, `closes_at`: the working days by their number.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from auditor.errors import RulesError
from auditor.law.types import Calendar, Hours

DAY_STRIDE = 100_000
MICROSECONDS = 1_000_000
DAY_MICROSECONDS = 86_400 * MICROSECONDS
MOST_INTERVALS = 3
EPOCH = date(1970, 1, 1)
Intervals = tuple[tuple[int, int], ...]
DAY = {
    "key": pl.Int32,
    "number": pl.Int32,
    "working": pl.Boolean,
    "before": pl.Int64,
    **{f"{side}{i}": pl.Int64 for i in range(1, MOST_INTERVALS + 1) for side in "se"},
    "opens": pl.Int64,
    "closes": pl.Int64,
}


def hours_on(calendar: Calendar, day: date) -> Hours | None:
    """The opening hours in force on a day."""
    for hours in calendar.hours:
        if hours.since <= day and (hours.until is None or day < hours.until):
            return hours
    return None


def intervals_on(calendar: Calendar, day: date) -> Intervals:
    """The opening intervals of a day in seconds after midnight; empty on a day off."""
    if day in calendar.days_off:
        return ()
    hours = hours_on(calendar, day)
    if hours is None:
        return ()
    if day in calendar.working_weekends:
        return hours.moved_day
    return hours.week.get(day.isoweekday(), ())


DayTables = tuple[dict[str, int], pl.DataFrame, pl.DataFrame]
_made: list[tuple[dict[str, Calendar], DayTables]] = []


def day_tables(calendars: dict[str, Calendar]) -> DayTables:
    """The numbers given to the calendars, the table `day` and the table `working_day`.

    The last ones made are kept: a run judges excerpts of itself again (J07) by the same calendars, and they cost half a second.
    Raises RulesError where a day has more opening intervals than the table holds.
    """
    if not _made or _made[0][0] != calendars:
        _made[:] = [(dict(calendars), _day_tables(calendars))]
    return _made[0][1]


def _day_tables(calendars: dict[str, Calendar]) -> DayTables:
    numbers = {name: i for i, name in enumerate(sorted(calendars))}
    days = pl.concat([pl.DataFrame(schema=DAY), *(_days(calendars[name], cal) for name, cal in numbers.items())])
    # A day's date and its calendar are both in its key.
    date_of = pl.col("key") % DAY_STRIDE
    midnight = date_of.cast(pl.Int64) * DAY_MICROSECONDS
    working_days = days.filter("working").select(
        (pl.col("key") // DAY_STRIDE).cast(pl.Int16).alias("cal"),
        "number",
        date_of.cast(pl.Date).alias("day"),
        (midnight + pl.col("opens")).cast(pl.Datetime("us")).alias("opens_at"),
        (midnight + pl.col("closes")).cast(pl.Datetime("us")).alias("closes_at"),
    )
    return numbers, days, working_days


def _days(calendar: Calendar, cal: int) -> pl.DataFrame:
    """Every day that a calendar covers, as in `DAY`. There are few kinds of days: each is laid out once."""
    first = calendar.first_day.toordinal()
    kinds: dict[Intervals, int] = {}
    kind_of: list[int] = []
    for ordinal in range(first, calendar.last_day.toordinal() + 1):
        intervals = intervals_on(calendar, date.fromordinal(ordinal))
        if len(intervals) > MOST_INTERVALS:
            day = date.fromordinal(ordinal)
            raise RulesError([f"calendar {calendar.id}: {day} has more than {MOST_INTERVALS} opening intervals"])
        kind_of.append(kinds.setdefault(intervals, len(kinds)))
    edges = [[edge * MICROSECONDS for interval in intervals for edge in interval] for intervals in kinds]
    hours = pl.DataFrame(
        [
            (
                bool(each),
                *each,
                *[0] * (2 * MOST_INTERVALS - len(each)),
                each[0] if each else None,
                each[-1] if each else None,
            )
            for each in edges
        ],
        schema={name: DAY[name] for name in DAY if name not in ("key", "number", "before")},
        orient="row",
    )
    open_time = sum((pl.col(f"e{i}") - pl.col(f"s{i}") for i in range(1, MOST_INTERVALS + 1)), pl.lit(0))
    key = cal * DAY_STRIDE + first - EPOCH.toordinal()
    return hours[kind_of].select(
        pl.int_range(key, key + len(kind_of), dtype=pl.Int32).alias("key"),
        pl.col("working").cum_sum().cast(DAY["number"]).alias("number"),
        "working",
        (open_time.cum_sum() - open_time).cast(DAY["before"]).alias("before"),
        *(name for name in DAY if name not in ("key", "number", "working", "before")),
    )


MACROS = f"""
CREATE OR REPLACE MACRO time_of_day(moment) AS epoch_us(moment) % 86400000000;
CREATE OR REPLACE MACRO day_key(cal, moment) AS (cal * {DAY_STRIDE} + epoch_us(moment) // 86400000000)::INTEGER;
CREATE OR REPLACE MACRO within_day(moment, s1, e1, s2, e2, s3, e3) AS
    greatest(0, least(time_of_day(moment), e1) - s1) + greatest(0, least(time_of_day(moment), e2) - s2)
  + greatest(0, least(time_of_day(moment), e3) - s3);
"""
