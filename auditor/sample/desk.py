"""How long somebody takes over a paper: in time by a random share of the limit, or late by a random amount.

Only `FieldClock` is asked for time, and it is only asked forward.
"""

from __future__ import annotations

from random import Random

from auditor.law.types import Limit, Step
from auditor.sample.fieldclock import DAY, FieldClock, day_of

SECONDS = {"minute": 60, "hour": 3600}
EXACT = 0.04
"""The share of steps that are done at the very last moment that is still in time."""


def strictest(step: Step) -> Limit | None:
    """The limit that keeps a step out of every dispute."""
    return step.stricter_limit or step.limit


def in_time(clock: FieldClock, limit: Limit | None, received: int, grain: int, rng: Random) -> int:
    """A moment of completion within the limit, now and then exactly at it."""
    if limit is None:
        return clock.after(received, rng.randrange(1, 60) * 60)
    if limit.unit != "working_day":
        most = limit.value * SECONDS[limit.unit]
        if rng.random() < EXACT:
            return clock.after(received, most)
        return clock.after(received, max(grain, int(most * rng.uniform(0.05, 0.95)) // grain * grain))
    first = clock.effective_day(received)
    if rng.random() < EXACT:
        return clock.closing(clock.working_day_after(first, limit.value))
    for count in range(min(limit.value, int(rng.triangular(0, limit.value + 1, limit.value * 0.6))), limit.value + 1):
        moment = clock.some_moment(clock.working_day_after(first, count), received + grain, grain, rng)
        if moment is not None:
            return moment
    raise AssertionError("a working day after the day of receipt has open moments")


def keeps(clock: FieldClock, limit: Limit | None, received: int, completed: int) -> bool:
    """Whether a completion would keep the limit if the clock had started at `received`."""
    if limit is None:
        return True
    if limit.unit == "working_day":
        return day_of(completed) <= clock.due_day(received, limit.value)
    return completed <= clock.after(received, limit.value * SECONDS[limit.unit])


def late(clock: FieldClock, limit: Limit, received: int, grain: int, timed: bool, rng: Random) -> int:
    """A moment of completion after the limit, by a minute or by weeks.

    In a journal of bare dates a limit of minutes is certainly exceeded only when a whole working day lies between.
    """
    if limit.unit == "working_day":
        day = clock.working_day_after(clock.due_day(received, limit.value), int(rng.triangular(1, 15, 1)))
    elif timed and rng.random() < 0.7:
        extra = rng.choice((grain, rng.randrange(grain, 3600, grain), rng.randrange(grain, 8 * 3600, grain)))
        return clock.after(received, limit.value * SECONDS[limit.unit] + extra)
    else:
        far = clock.after(received, limit.value * SECONDS[limit.unit] + 60)
        day = clock.working_day_after(day_of(far), rng.randrange(3, 8))
    moment = clock.some_moment(day, 0, grain, rng)
    assert moment is not None
    return moment


def between(clock: FieldClock, step: Step, received: int, grain: int, rng: Random) -> int | None:
    """A completion that is late by the stricter clause and in time by the other, or None where there is no room."""
    strict, lenient = step.stricter_limit, step.limit
    if strict is None or lenient is None or strict.unit == "working_day":
        return None
    earliest = clock.after(received, strict.value * SECONDS[strict.unit] + grain)
    if lenient.unit != "working_day":
        latest = clock.after(received, lenient.value * SECONDS[lenient.unit])
        return earliest if earliest <= latest else None
    due = clock.due_day(received, lenient.value)
    for _ in range(5):
        day = day_of(earliest) if rng.random() < 0.5 else due
        if day <= due:
            moment = clock.some_moment(day, earliest, grain, rng)
            if moment is not None:
                return moment
    return None


def run_out(clock: FieldClock, limit: Limit | None, start: int, cut_off: int) -> bool:
    """Whether the limit of a step not completed has run out at the cut-off."""
    if limit is None:
        return False
    if limit.unit == "working_day":
        return clock.due_day(start, limit.value) < day_of(cut_off)
    return clock.after(start, limit.value * SECONDS[limit.unit] + 1) <= cut_off


def end_of_day(moment: int) -> int:
    """The end of the day of a moment, from which a bare date counts."""
    return (day_of(moment) + 1) * DAY
