"""A clock that only runs forward: what moment is it when so much work has been done?

The auditor's engine measures backwards, from two moments to the time between them. The invented
offices must not borrow that arithmetic, or a fault in it would hide itself. So this clock walks
from a moment through the opening intervals of the calendar, one after the other.

A moment is a whole number of seconds, `date.toordinal() * 86400 + seconds after midnight`; a day is
the ordinal. Local time of the rule folder's zone throughout.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from itertools import pairwise
from random import Random

from auditor.law.types import Calendar

DAY = 86400


class BeyondCalendarError(Exception):
    """The calendar says nothing of this day."""


def day_of(moment: int) -> int:
    """The ordinal of the day in which a moment lies."""
    return moment // DAY


def grain_up(moment: int, grain: int) -> int:
    """The first moment, not earlier, that a clock showing whole `grain` seconds can show."""
    return -(-moment // grain) * grain


class FieldClock:
    """Opening intervals of one kind of office, day by day, in absolute seconds."""

    def __init__(self, calendar: Calendar) -> None:
        self.first = calendar.first_day.toordinal()
        self.last = calendar.last_day.toordinal()
        self._open = [_intervals(calendar, date.fromordinal(o)) for o in range(self.first, self.last + 1)]
        self.working = [self.first + i for i, spans in enumerate(self._open) if spans]

    def spans(self, day: int) -> tuple[tuple[int, int], ...]:
        """The opening intervals of a day; empty on a day off."""
        if not self.first <= day <= self.last:
            raise BeyondCalendarError(day)
        return self._open[day - self.first]

    def is_open(self, moment: int) -> bool:
        """Whether the office is open, both ends of an interval included."""
        return any(start <= moment <= end for start, end in self.spans(moment // DAY))

    def closing(self, day: int) -> int:
        """The closing moment of a working day."""
        return self.spans(day)[-1][1]

    def next_open(self, moment: int) -> int:
        """The first moment, not earlier, at which work can go on (closing time is too late)."""
        day = moment // DAY
        while True:
            for start, end in self.spans(day):
                if moment < end:
                    return max(moment, start)
            day += 1

    def after(self, moment: int, seconds: int) -> int:
        """The first moment at which `seconds` of open time have passed since `moment`."""
        if seconds <= 0:
            return moment
        day = moment // DAY
        while True:
            for start, end in self.spans(day):
                begin = max(start, moment)
                if end - begin >= seconds:
                    return begin + seconds
                seconds -= max(0, end - begin)
            day += 1

    def effective_day(self, moment: int) -> int:
        """The day of receipt, or the next working day after closing or on a day off."""
        day = moment // DAY
        spans = self.spans(day)
        if spans and moment <= spans[-1][1]:
            return day
        return self.working_day_after(day, 1)

    def working_day_after(self, day: int, count: int) -> int:
        """The `count`-th working day after a day; for 0 the day itself."""
        if count == 0:
            return day
        at = bisect_left(self.working, day + 1) + count - 1
        if not self.first <= day or at >= len(self.working):
            raise BeyondCalendarError(day)
        return self.working[at]

    def due_day(self, moment: int, days: int) -> int:
        """The last day on which a term of working days is kept."""
        return self.working_day_after(self.effective_day(moment), days)

    def some_moment(self, day: int, not_before: int, grain: int, rng: Random) -> int | None:
        """A random open moment of a day from `not_before` on, or None where none is left."""
        chances = []
        for start, end in self.spans(day):
            low = -(-max(start, not_before) // grain)
            high = end // grain
            if low <= high:
                chances.append((low, high))
        if not chances:
            return None
        pick = rng.randrange(sum(high - low + 1 for low, high in chances))
        for low, high in chances:
            if pick <= high - low:
                return (low + pick) * grain
            pick -= high - low + 1
        raise AssertionError("unreachable")

    def closed_stretch(self, moment: int) -> tuple[int, int] | None:
        """The next stretch of the same day in which the office is shut: lunch, or the evening until 22:00."""
        day = moment // DAY
        spans = self.spans(day)
        for (_, end), (start, _) in pairwise(spans):
            if moment <= end:
                return end, start
        if spans and moment <= spans[-1][1] and spans[-1][1] < day * DAY + 20 * 3600 + 1800:
            return spans[-1][1], day * DAY + 22 * 3600
        return None


def _intervals(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    hours = next((h for h in calendar.hours if h.since <= day and (h.until is None or day < h.until)), None)
    if hours is None:
        return ()
    if day in calendar.working_weekends:
        spans = hours.moved_day
    elif day in calendar.days_off:
        spans = ()
    else:
        spans = hours.week.get(day.isoweekday(), ())
    base = day.toordinal() * DAY
    return tuple((base + start, base + end) for start, end in spans)
