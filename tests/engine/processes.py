"""Invented processes: the rows of one application that goes nearly as the rules want it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from auditor.law.types import Edition, Limit, Procedure, Rulebook, Step
from reference.clock import SECONDS, Clock, midnight
from reference.editions import in_force

T = TypeVar("T")
Line = dict[str, Any]
"""A row in the making: the fields of an Entry, and `_step` and `_kind` for the faults to find their way."""

# Holidays, moved Saturdays and the days around them; the first and last days of the acts; year's ends.
DAYS = tuple(
    date.fromisoformat(d)
    for d in (  # noqa: SIM905
        "2018-03-02 2018-03-03 2018-03-05 2018-03-07 2018-03-20 2018-04-12 2018-04-27 2018-04-28 2018-05-05 2018-06-13 "
        "2018-07-05 2018-08-17 2018-08-20 2018-08-21 2018-08-24 2018-08-25 2018-10-19 2018-12-14 2018-12-20 2018-12-26 "
        "2018-12-27 2018-12-28 2018-12-29 2018-12-30 2018-12-31 2019-01-03 2019-01-04 2019-01-08 2019-03-19 2019-05-08"
    ).split()
)
TIMES = (  # noqa: SIM905
    "10:00:00 09:00:00 08:59:59 09:00:01 11:20:00 12:50:00 12:59:59 13:00:00 13:30:00 14:00:00 14:30:00 15:07:31 "
    "16:40:00 17:45:00 18:00:00 18:00:01 18:29:00 18:30:00 18:30:01 19:30:00 20:00:00 20:00:01 23:59:59 00:00:00 "
    "00:00:01 03:00:00"
).split()
ROLE_OFFICES = {
    "provider": ("D1", "Provider 1"),
    "akim": ("D1", "Akim 1"),
    "corporation": ("D1", "Corporation 1"),
    "portal": ("D1", "Provider 1"),
}


@dataclass
class Dice:
    """What hypothesis draws, said in few words. The first choice is the one that shrinking prefers."""

    draw: Callable[[st.SearchStrategy[Any]], Any]

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.draw(st.integers(0, len(choices) - 1))]  # type: ignore[no-any-return]

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def weighted(self, choices: dict[T, int]) -> T:
        at: int = self.draw(st.integers(0, sum(choices.values()) - 1))
        for choice, weight in choices.items():
            at -= weight
            if at < 0:
                return choice
        raise AssertionError


CLOCKS: dict[tuple[str, str], Clock] = {}


def clock_of(rulebook: Rulebook, kind: str) -> Clock:
    """One clock for each calendar: walking days is slow, remembering them is not."""
    key = (rulebook.sha256 + rulebook.calendar_sha256 + rulebook.id, kind)
    if key not in CLOCKS:
        CLOCKS[key] = Clock(rulebook.calendars[kind])
    return CLOCKS[key]


def start_day(dice: Dice, procedure: Procedure) -> date:
    edges = [
        edge + timedelta(days=shift)
        for edition in procedure.editions
        for edge in (edition.in_force_from, edition.in_force_to, edition.assumed_until)
        if edge is not None
        for shift in (0, -1, -4)
    ]
    return dice.pick(edges if dice.chance(25) else DAYS)


def at(day: date, time: str) -> datetime:
    hours, minutes, seconds = (int(x) for x in time.split(":"))
    return midnight(day) + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def opening_after(clock: Clock, moment: datetime) -> datetime:
    """The moment itself if open, else the next opening; itself beyond the calendar."""
    if clock.is_open(moment):
        return moment
    day = moment.date()
    while clock.covers(day):
        for opens, _ in clock.intervals(day):
            if opens >= moment:
                return opens
        day += timedelta(days=1)
    return moment


def due(clock: Clock, limit: Limit, received: datetime) -> datetime | None:
    if limit.unit == "working_day":
        day = clock.nth_working(clock.effective_day(received, False), limit.value)
        return clock.closing(day) if day is not None else None
    return clock.moment_when(received, limit.value * SECONDS[limit.unit])


def completion(dice: Dice, clock: Clock, step: Step, received: datetime, pace: str) -> datetime:
    """When a step is done: `quick`, `exact` (at the limit), `over` (just late), `late`."""
    limit = step.limit
    if pace != "quick" and step.stricter_limit is not None and dice.chance(40):
        limit = step.stricter_limit
    if limit is None:
        return clock.moment_when(received, dice.pick((300, 0, 7200))) or received
    moment = due(clock, limit, received)
    if moment is None:
        return received + timedelta(minutes=1)
    if limit.unit == "working_day":
        day = moment.date()
        if pace == "quick":
            return opening_after(clock, received + timedelta(minutes=dice.pick((5, 61, 0))))
        if pace == "exact":
            return dice.pick((moment, midnight(day) + timedelta(hours=11), at(day, "23:59:59"), at(day, "00:00:00")))
        next_day = day + timedelta(days=1)
        soon = opening_after(clock, at(next_day, "00:00:00"))
        return dice.pick((at(next_day, "00:00:00"), at(next_day, "12:00:00"), soon, soon + timedelta(days=9)))
    if pace == "quick":
        part = limit.value * SECONDS[limit.unit] // dice.pick((2, 4, limit.value * SECONDS[limit.unit]))
        return clock.moment_when(received, part) or received
    if pace == "exact":
        return moment
    if pace == "over":
        after = opening_after(clock, moment + timedelta(seconds=1))
        return after if after > moment + timedelta(seconds=1) and dice.chance(50) else moment + timedelta(seconds=1)
    return moment + timedelta(seconds=dice.pick((18, 54, 61, 3600, 86400, 4 * 86400)))


def taken_steps(dice: Dice, edition: Edition) -> list[Step]:
    """The steps of a process that keeps to the rules: one alternative of each branch, few optional steps."""
    steps = [s for s in edition.steps if s.required or dice.chance(12)]
    for group in edition.branches:
        taken = dice.pick(group)
        others = {name for alternative in group for name in alternative} - set(taken)
        steps = [s for s in steps if s.id not in others]
    here = {s.id for s in steps}
    steps = [s for s in steps if not here & set(s.required_unless)]
    for place, step in enumerate(steps):
        if step.ends and place < len(steps) - 1:
            return steps[: place + 1]
    return steps


def process(dice: Dice, rulebook: Rulebook, procedure: Procedure, number: str) -> list[Line]:
    """One application, from its first step to its last or to some step in between."""
    day = start_day(dice, procedure)
    edition = in_force(rulebook, procedure.service, procedure.channel, day)
    if edition is None and not dice.chance(20):
        edition = procedure.editions[-1]
        day = edition.in_force_from + timedelta(days=dice.pick((40, 100, 3, 0)))
    edition = edition or procedure.editions[-1]
    steps = taken_steps(dice, edition)
    if dice.chance(35):
        steps = steps[: 1 + dice.pick(range(len(steps)))]
    lines: list[Line] = []
    moment = at(day, dice.pick(TIMES) if dice.chance(50) else "10:00:00")
    paces = {"quick": 12, "exact": 3, "over": 1, "late": 1} if dice.chance(60) else {"quick": 1}
    rare = {"quick": 4, "exact": 3, "over": 2, "late": 2} if len(paces) > 1 else paces
    for step in steps:
        kind = rulebook.office_kind(step.role, procedure.channel)
        clock = clock_of(rulebook, kind)
        moment += timedelta(seconds=dice.weighted({0: 6, 60: 6, 1: 2, 3600: 1, 86400: 1}))
        received = opening_after(clock, moment) if dice.chance(80) else moment
        completed = completion(dice, clock, step, received, dice.weighted(rare if seldom(step) else paces))
        lines.append(line_of(rulebook, procedure, step, kind, number, received, completed))
        moment = max(completed, received)
    if dice.chance(25):
        lines[-1]["completed_at"] = None
    return lines


def seldom(step: Step) -> bool:
    """Hours and disputed limits are few in the decree: their steps get more faults."""
    return step.stricter_limit is not None or (step.limit is not None and step.limit.unit == "hour")


def line_of(
    rulebook: Rulebook,
    procedure: Procedure,
    step: Step,
    kind: str,
    number: str,
    received: datetime | None,
    completed: datetime | None,
) -> Line:
    district, office = ROLE_OFFICES[kind]
    return {
        "district": district,
        "office": office,
        "application_no": number,
        "service": procedure.service,
        "channel": procedure.channel,
        "step": step.id,
        "role": step.role,
        "employee": f"{step.role} of {office}",
        "received_at": received,
        "received_bare": False,
        "completed_at": completed,
        "completed_bare": False,
        "entry_no": None,
        "outcome": None,
        "registered_by": None,
        "registered_on": None,
        "extended_to": None,
        "extra": (),
        "_step": step,
        "_kind": kind,
        "_procedure": procedure,
    }
