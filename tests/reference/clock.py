"""Open time and working days of one kind of office, by walking days and opening intervals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from auditor.law.types import Calendar, Limit

SECONDS = {"minute": 60, "hour": 3600}
ONE_DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def before(a: datetime, a_bare: bool, b: datetime, b_bare: bool) -> bool:
    """Is a before b, compared as dates if either is a bare date?"""
    if a_bare or b_bare:
        return a.date() < b.date()
    return a < b


def rounded(value: Fraction) -> float:
    """Two decimals, halves upwards (9 seconds are a quarter of a hundredth of an hour: halves do occur)."""
    hundredths = value * 100 + Fraction(1, 2)
    return (hundredths.numerator // hundredths.denominator) / 100


class Clock:
    """The calendar of one kind of office, asked one day at a time."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._known: dict[date, tuple[tuple[datetime, datetime], ...]] = {}

    def covers(self, day: date) -> bool:
        return self.calendar.first_day <= day <= self.calendar.last_day

    def intervals(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The opening intervals of a day; none on a day off."""
        if day not in self._known:
            self._known[day] = tuple(
                (midnight(day) + timedelta(seconds=a), midnight(day) + timedelta(seconds=b))
                for a, b in self._seconds(day)
            )
        return self._known[day]

    def _seconds(self, day: date) -> tuple[tuple[int, int], ...]:
        for hours in self.calendar.hours:
            if hours.since <= day and (hours.until is None or day < hours.until):
                if day in self.calendar.days_off:
                    return ()
                if day in self.calendar.working_weekends:
                    return hours.moved_day
                return hours.week.get(day.isoweekday(), ())
        return ()

    def working(self, day: date) -> bool:
        return len(self.intervals(day)) > 0

    def closing(self, day: date) -> datetime:
        """The closing moment of a working day."""
        return max(end for _, end in self.intervals(day))

    def is_open(self, moment: datetime) -> bool:
        """Inside an interval, both ends included. Midnight also ends an interval of the day before."""
        return any(
            start <= moment <= end
            for day in (moment.date(), moment.date() - ONE_DAY)
            for start, end in self.intervals(day)
        )

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Open seconds from start to end; zero if end is not after start."""
        total = 0
        day = start.date()
        while day <= end.date():
            for opens, closes in self.intervals(day):
                overlap = min(closes, end) - max(opens, start)
                total += max(0, int(overlap.total_seconds()))
            day += ONE_DAY
        return total

    def moment_when(self, start: datetime, seconds: int) -> datetime | None:
        """The first moment at which the open time since start equals `seconds`; None beyond the calendar."""
        left = seconds
        day = start.date()
        while self.covers(day):
            for opens, closes in self.intervals(day):
                opens = max(opens, start)
                here = int((closes - opens).total_seconds())
                if here <= 0:
                    continue
                if left <= here:
                    return opens + timedelta(seconds=left)
                left -= here
            day += ONE_DAY
        return None

    def next_working(self, day: date) -> date | None:
        """The first working day after `day`; None beyond the calendar."""
        day += ONE_DAY
        while self.covers(day):
            if self.working(day):
                return day
            day += ONE_DAY
        return None

    def effective_day(self, moment: datetime, bare: bool) -> date | None:
        """The day of receipt, or the next working day if that is a day off or closing time has passed."""
        day = moment.date()
        if self.working(day) and (bare or moment <= self.closing(day)):
            return day
        return self.next_working(day)

    def nth_working(self, day: date | None, count: int) -> date | None:
        """The `count`-th working day after `day`; None beyond the calendar."""
        for _ in range(count):
            if day is None:
                return None
            day = self.next_working(day)
        return day

    def working_days_after(self, start: date, end: date) -> int:
        """Working days after start up to and including end; if end is a day off it counts as the next working day."""
        if end <= start:
            return 0
        count = 0
        day = start
        while day < end:
            day += ONE_DAY
            count += self.working(day)
        return count if self.working(end) else count + 1


@dataclass(frozen=True)
class Measure:
    """What a clock says: is the limit exceeded (None: cannot be decided, see reason), due when, by how much."""

    over: bool | None
    reason: str | None = None
    due_at: datetime | None = None
    actual: float | None = None
    excess: float | None = None


def measure(
    clock: Clock,
    limit: Limit | None,
    extended_to: date | None,
    start: tuple[datetime, bool],
    end: tuple[datetime, bool],
    done: bool,
) -> Measure:
    """Clock one step from start to end, each a moment and whether it is a bare date (readings 15-18, 20).

    `done` is false when the end is a cut-off: what has not certainly run out by then is simply open.
    """
    began, began_bare = start
    ended, ended_bare = end
    if not clock.covers(began.date()) or not clock.covers(ended.date()):
        return Measure(None, "calendar")
    # Only a clock that starts at the step before can end before it began: then no time was needed (reading 19).
    backwards = before(ended, ended_bare, began, began_bare)
    unit = limit.unit if limit is not None else "working_day"
    certain_start = midnight(began.date() + ONE_DAY) if began_bare else began
    if extended_to is not None:
        return _extended(clock, unit, extended_to, start, ended, certain_start)
    assert limit is not None
    if unit == "working_day":
        effective = clock.effective_day(began, began_bare)
        due = clock.nth_working(effective, limit.value)
        if effective is None or due is None:
            return Measure(None, "calendar")
        actual = clock.working_days_after(effective, ended.date())
        over = ended.date() > due
        return Measure(over, None, clock.closing(due), float(actual), float(actual - limit.value))
    allowed = limit.value * SECONDS[unit]
    elapsed = 0 if ended <= certain_start else clock.open_seconds(certain_start, ended)
    over = elapsed > allowed
    if done and not over and not backwards and (began_bare or ended_bare):
        return Measure(None, "day_precision")
    return Measure(
        over,
        None,
        clock.moment_when(certain_start, allowed),
        rounded(Fraction(elapsed, SECONDS[unit])),
        rounded(Fraction(max(0, elapsed - allowed), SECONDS[unit])),
    )


def _extended(
    clock: Clock, unit: str, extended_to: date, start: tuple[datetime, bool], ended: datetime, certain_start: datetime
) -> Measure:
    """The due day is the day of the decision (reading 17)."""
    if not clock.covers(extended_to):
        return Measure(None, "calendar")
    # Decision: an extension to a day off lasts to the next working day (Civil Code 175), the lenient way.
    due = extended_to if clock.working(extended_to) else clock.next_working(extended_to)
    effective = clock.effective_day(*start)
    if due is None or effective is None:
        return Measure(None, "calendar")
    over = ended.date() > due
    if unit == "working_day":
        actual = float(clock.working_days_after(effective, ended.date()))
        excess = float(clock.working_days_after(due, ended.date()))
    else:
        seconds = SECONDS[unit]
        actual = rounded(Fraction(clock.open_seconds(certain_start, ended), seconds))
        excess = rounded(Fraction(clock.open_seconds(midnight(due + ONE_DAY), ended), seconds))
    return Measure(over, None, clock.closing(due), actual, excess)
