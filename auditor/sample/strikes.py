"""Planted faults of time: made at the step they strike, so that everything after it shifts with it."""

from __future__ import annotations

from random import Random

from auditor.law.types import Limit, Rulebook, Step
from auditor.sample import desk
from auditor.sample.cases import Case, Label, Row
from auditor.sample.fieldclock import FieldClock, day_of


def allowance(book: Rulebook, before: Step) -> Limit:
    """The time allowed for handing papers over from a step to the next."""
    return before.handover or book.handover


def strike(case: Case, row: Row, clock: FieldClock, book: Rulebook, rng: Random) -> bool:
    """Plant the application's fault at this row; False where it cannot be done, and the step is then done in time."""
    step, style = row.step, row.office.style
    code = case.fault.code if case.fault else ""
    before = next((r for r in reversed(case.rows[:-1]) if not r.inner), None)
    if code in ("T01", "T06") and step.limit:
        _late(row, step.limit, clock, rng)
    elif code == "T05":
        row.completed = desk.between(clock, step, row.received, style.grain, rng)
        if row.completed is None:
            return False
    elif code == "T02":
        pass  # never completed: `labels` says at the end whether the limit has run out
    elif code == "T04" and before and before.completed is not None:
        latest = clock.due_day(before.completed, allowance(book, before.step).value)
        day = clock.working_day_after(latest, int(rng.triangular(1, 12, 1)))
        moment = clock.some_moment(day, 0, style.grain, rng)
        row.received = clock.spans(day)[0][0] if moment is None or moment == clock.closing(day) else moment
        row.completed = desk.in_time(clock, desk.strictest(step), row.received, style.grain, rng)
    elif code == "J03":
        shut = clock.closed_stretch(row.received)
        if shut is None or shut[1] - shut[0] < 20 * 60:
            return False
        row.received = shut[0] + rng.randrange(1, 8) * 60
        row.completed = row.received + rng.randrange(1, 10) * 60
    elif code == "O02" and before and before.completed is not None:
        if not _too_early(row, before, before.completed, clock, rng):
            return False
    else:
        return False
    case.labels.append(Label(code, row, step.id))
    return True


def _late(row: Row, limit: Limit, clock: FieldClock, rng: Random) -> None:
    """After the limit; now and then after a term that was already extended."""
    style = row.office.style
    received = row.received
    if limit.unit == "working_day" and rng.random() < 0.15:
        row.extended = clock.working_day_after(clock.due_day(received, limit.value), rng.randrange(1, 11))
        day = clock.working_day_after(row.extended, rng.randrange(1, 6))
        row.completed = clock.some_moment(day, 0, style.grain, rng)
    else:
        row.completed = desk.late(clock, limit, received, style.grain, style.timed, rng)


def _too_early(row: Row, before: Row, done_before: int, clock: FieldClock, rng: Random) -> bool:
    """O02: received before the step before it was completed, done after it, and in time all the same."""
    grain = row.office.style.grain
    limit = desk.strictest(row.step)
    most = 1800 if limit is None else limit.value * desk.SECONDS.get(limit.unit, 3600)
    early = done_before - rng.randrange(grain, max(grain, min(most // 2, 1800)) + 1, grain)
    if early <= before.received or day_of(early) != day_of(done_before) or not clock.is_open(early):
        return False
    done = clock.after(done_before, grain)
    if not desk.keeps(clock, limit, early, done):
        return False
    row.received, row.completed = early, done
    return True
