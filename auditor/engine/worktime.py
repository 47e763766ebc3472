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

from collections.abc import Iterator
from datetime import date

import polars as pl

from auditor.errors import RulesError
from auditor.law.types import Calendar, Hours

DAY_STRIDE = 100_000
MICROSECONDS = 1_000_000
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
WORKING_DAY = {"cal": pl.Int16, "number": pl.Int32, "day": pl.Date, "opens_at": pl.Int64, "closes_at": pl.Int64}


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


def day_tables(calendars: dict[str, Calendar]) -> tuple[dict[str, int], pl.DataFrame, pl.DataFrame]:
    """The numbers given to the calendars, the table `day` and the table `working_day`.

    Raises RulesError where a day has more opening intervals than the table holds.
    """
    numbers = {name: i for i, name in enumerate(sorted(calendars))}
    days: dict[str, list[object]] = {name: [] for name in DAY}
    working_days: dict[str, list[object]] = {name: [] for name in WORKING_DAY}
    for name, cal in numbers.items():
        number, before = 0, 0
        for day, intervals in _days(calendars[name]):
            if len(intervals) > MOST_INTERVALS:
                raise RulesError([f"calendar {name}: {day} has more than {MOST_INTERVALS} opening intervals"])
            edges = [edge * MICROSECONDS for interval in intervals for edge in interval]
            working = bool(edges)
            number += working
            padded = edges + [0] * (2 * MOST_INTERVALS - len(edges))
            opens, closes = (edges[0], edges[-1]) if working else (None, None)
            row: tuple[object, ...] = (
                cal * DAY_STRIDE + (day - EPOCH).days,
                number,
                working,
                before,
                *padded,
                opens,
                closes,
            )
            for column, value in zip(days.values(), row, strict=True):
                column.append(value)
            if working:
                for column, part in zip(working_days.values(), (cal, number, day, opens, closes), strict=True):
                    column.append(part)
            before += sum(edges[1::2]) - sum(edges[0::2])
    by_number = pl.DataFrame(working_days, schema=WORKING_DAY).with_columns(
        (pl.col("day").cast(pl.Datetime("us")) + pl.duration(microseconds=pl.col(edge))).alias(edge)
        for edge in ("opens_at", "closes_at")
    )
    return numbers, pl.DataFrame(days, schema=DAY), by_number


def _days(calendar: Calendar) -> Iterator[tuple[date, Intervals]]:
    """Every day that a calendar covers, with its opening intervals."""
    for ordinal in range(calendar.first_day.toordinal(), calendar.last_day.toordinal() + 1):
        day = date.fromordinal(ordinal)
        yield day, intervals_on(calendar, day)


MACROS = f"""
CREATE OR REPLACE MACRO time_of_day(moment) AS epoch_us(moment) % 86400000000;
CREATE OR REPLACE MACRO day_key(cal, moment) AS (cal * {DAY_STRIDE} + epoch_us(moment) // 86400000000)::INTEGER;
CREATE OR REPLACE MACRO within_day(moment, s1, e1, s2, e2, s3, e3) AS
    greatest(0, least(time_of_day(moment), e1) - s1) + greatest(0, least(time_of_day(moment), e2) - s2)
  + greatest(0, least(time_of_day(moment), e3) - s3);
"""
