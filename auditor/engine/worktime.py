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

from datetime import date, datetime, timedelta

import polars as pl

from auditor.errors import RulesError
from auditor.law.types import Calendar, Hours

DAY_STRIDE = 100_000
MICROSECONDS = 1_000_000
MOST_INTERVALS = 3
EPOCH = date(1970, 1, 1)


def hours_on(calendar: Calendar, day: date) -> Hours | None:
    """The opening hours in force on a day."""
    for hours in calendar.hours:
        if hours.since <= day and (hours.until is None or day < hours.until):
            return hours
    return None


def intervals_on(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
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
    days: list[tuple[object, ...]] = []
    working_days: list[tuple[object, ...]] = []
    for name, cal in numbers.items():
        calendar = calendars[name]
        number, before = 0, 0
        day = calendar.first_day
        while day <= calendar.last_day:
            intervals = intervals_on(calendar, day)
            if len(intervals) > MOST_INTERVALS:
                raise RulesError([f"calendar {name}: {day} has more than {MOST_INTERVALS} opening intervals"])
            micro = [edge * MICROSECONDS for interval in intervals for edge in interval]
            padded = micro + [0] * (2 * MOST_INTERVALS - len(micro))
            working = bool(intervals)
            number += working
            opens, closes = (micro[0], micro[-1]) if working else (None, None)
            key = cal * DAY_STRIDE + (day - EPOCH).days
            days.append((key, number, working, before, *padded, opens, closes))
            if working:
                midnight = datetime(day.year, day.month, day.day)
                opens_at = midnight + timedelta(microseconds=micro[0])
                closes_at = midnight + timedelta(microseconds=micro[-1])
                working_days.append((cal, number, day, opens_at, closes_at))
            before += sum(micro[1::2]) - sum(micro[0::2])
            day += timedelta(days=1)
    edges = {f"{side}{i}": pl.Int64 for i in range(1, MOST_INTERVALS + 1) for side in "se"}
    table = pl.DataFrame(
        days,
        schema={
            "key": pl.Int32,
            "number": pl.Int32,
            "working": pl.Boolean,
            "before": pl.Int64,
            **edges,
            "opens": pl.Int64,
            "closes": pl.Int64,
        },
        orient="row",
    )
    by_number = pl.DataFrame(
        working_days,
        schema={
            "cal": pl.Int16,
            "number": pl.Int32,
            "day": pl.Date,
            "opens_at": pl.Datetime("us"),
            "closes_at": pl.Datetime("us"),
        },
        orient="row",
    )
    return numbers, table, by_number


MACROS = f"""
CREATE OR REPLACE MACRO time_of_day(moment) AS epoch_us(moment) % 86400000000;
CREATE OR REPLACE MACRO day_key(cal, moment) AS (cal * {DAY_STRIDE} + epoch_us(moment) // 86400000000)::INTEGER;
CREATE OR REPLACE MACRO within_day(moment, s1, e1, s2, e2, s3, e3) AS
    greatest(0, least(time_of_day(moment), e1) - s1) + greatest(0, least(time_of_day(moment), e2) - s2)
  + greatest(0, least(time_of_day(moment), e3) - s3);
"""
