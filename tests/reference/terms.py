"""Clocks: T01, T02, T04, T05, T06, T03, and the verdict of every step with an entry (readings 15-27)."""

from __future__ import annotations

import itertools
from datetime import date, datetime

from auditor.law.types import Limit, Step
from reference.applications import Row
from reference.case import Case, total_first_step
from reference.clock import Clock, Measure, measure

Start = tuple[datetime, bool]


def judge_present(case: Case) -> None:
    """One verdict for each step with an entry."""
    for index in case.present:
        judge_step(case, case.steps[index], "own")
    if case.app.inner is not None:
        for step in case.app.inner.steps:
            if case.app.of_step(step, "inner"):
                judge_step(case, step, "inner")


def judge_step(case: Case, step: Step, of: str) -> None:
    row = case.app.performing(step, of)
    if row is None:
        case.verdict(step.id, "undetermined", "impossible_time")
        return
    done = row.completed is not None
    if not done and row.entry.unseen & 2:
        case.verdict(step.id, "undetermined", "not_in_layout")
        return
    if step.limit is None and extended(case, step, of) is None:
        case.verdict(step.id, "met" if done else "open")
        return
    # Decision: after `withdrawn` or `moved` nothing more is required, so a step still open then is only open.
    if not done and case.over:
        case.verdict(step.id, "open")
        return
    start = (row.received, row.received_bare) if row.received is not None else None
    if start is None and not row.entry.unseen & 1:
        start = start_from_before(case, step, of)
    if start is None:
        case.verdict(step.id, "undetermined", "not_in_layout" if row.entry.unseen & 1 else "no_receipt")
        return
    end = (row.completed, row.completed_bare) if row.completed is not None else (case.bench.cut_off(row), False)
    clock = case.bench.clock(case.kind(step, of), row.place)
    result = measure(clock, step.limit, extended(case, step, of), start, end, done)
    if result.over is None:
        case.verdict(step.id, "undetermined", result.reason)
        return
    if result.over:
        case.verdict(step.id, "late" if done else "overdue")
        code = "T06" if not step.accuses else "T01" if done else "T02"
        timed(case, code, row, step, of, result, step.limit)
        return
    case.verdict(step.id, "met" if done else "open")
    if step.stricter_limit is not None and extended(case, step, of) is None:
        stricter = measure(clock, step.stricter_limit, None, start, end, done)
        if stricter.over:
            timed(case, "T05", row, step, of, stricter, step.stricter_limit)


def extended(case: Case, step: Step, of: str) -> date | None:
    """The latest day to which the step's term was extended, on whichever of its entries that stands (reading 17)."""
    days = [r.entry.extended_to for r in case.app.of_step(step, of) if not r.impossible]
    return max((day for day in days if day is not None), default=None)


def timed(
    case: Case, code: str, row: Row, step: Step, of: str, result: Measure, limit: Limit | None, **columns: object
) -> None:
    # A step without a limit is judged by its extension, in working days (reading 17).
    unit = limit.unit if limit is not None else "working_day"
    case.add_timed(code, row, step, of, result, limit.value if limit is not None else None, unit, **columns)


def start_from_before(case: Case, step: Step, of: str) -> Start | None:
    """The completion of the required step directly before, for an entry without received_at (reading 19)."""
    if of == "inner":
        return None
    index = case.steps.index(step) - 1
    # Decision: steps after an ending count as required here; passing over them would start the clock earlier.
    while index >= 0 and not case.due_or_undecided(index):
        index -= 1
    if index < 0 or case.kind(case.steps[index]) != case.kind(step):
        return None
    row = case.app.performing(case.steps[index])
    if row is None or row.completed is None:
        return None
    return (row.completed, row.completed_bare)


def judge_after(case: Case) -> None:
    """The required steps after the last present one (readings 21, 34, 36)."""
    last = case.last_present
    if case.over or last is None:
        return
    after = [i for i in range(last + 1, len(case.steps)) if case.required(i)]
    if not after or case.steps[last].ends:
        return
    row = case.app.performing(case.steps[last])
    for index in after[1:] if row is not None and row.completed is not None else after:
        if row is None:
            case.verdict(case.steps[index].id, "undetermined", "impossible_time")
        elif case.out_of_sight(index) or (index == after[0] and next_is_unshown(case, last, index)):
            case.verdict(case.steps[index].id, "undetermined", "not_in_layout")
        else:
            case.verdict(case.steps[index].id, "open")
    if row is not None and row.completed is not None:
        judge_not_begun(case, case.steps[last], row, case.steps[after[0]])


def next_is_unshown(case: Case, last: int, index: int) -> bool:
    """Is the next step, or one before it that would have ended the procedure, out of sight (reading 62)?"""
    between = range(last + 1, index)
    return case.out_of_sight(index) or any(case.steps[i].ends and case.out_of_sight(i) for i in between)


def judge_not_begun(case: Case, last: Step, row: Row, step: Step) -> None:
    kind = case.kind(step)
    if any(map(case.undecided, range(case.steps.index(last) + 1, case.steps.index(step)))):
        case.verdict(step.id, "undetermined", "which_branch")
        return
    if kind != case.kind(last):
        case.verdict(step.id, "undetermined", "other_office")
        return
    if next_is_unshown(case, case.steps.index(last), case.steps.index(step)):
        case.verdict(step.id, "undetermined", "not_in_layout")
        return
    if case.app.tangled:
        case.verdict(step.id, "undetermined", case.app.tangled)
        return
    if case.unknown_step():
        case.verdict(step.id, "undetermined", "unknown_step")
        return
    if case.quarantined_row():
        case.verdict(step.id, "undetermined", "quarantined_row")
        return
    clock = case.bench.clock(kind, row.place)
    cut_off = case.bench.cut_off(row)
    assert row.completed is not None
    judge_idle(case, last, row, step, None, "own", cut_off)
    if step.limit is None:
        case.verdict(step.id, "open")
        return
    handed = hand_over_day(case, clock, last, row)
    begins = clock.next_working(handed) if handed is not None else None
    if begins is None or not clock.covers(row.completed.date()):
        case.verdict(step.id, "undetermined", "calendar")
        return
    start = (min(opens for opens, _ in clock.intervals(begins)), False)
    result = measure(clock, step.limit, None, start, (cut_off, False), False)
    if result.over is None:
        case.verdict(step.id, "undetermined", result.reason)
        return
    nowhere = {"employee": None, "received_at": None, "completed_at": None}
    case.verdict(step.id, "overdue" if result.over else "open")
    if result.over:
        timed(case, "T02" if step.accuses else "T06", row, step, "own", result, step.limit, **nowhere)
    elif step.stricter_limit is not None:
        stricter = measure(clock, step.stricter_limit, None, start, (cut_off, False), False)
        if stricter.over:
            timed(case, "T05", row, step, "own", stricter, step.stricter_limit, **nowhere)


def allowance(case: Case, last: Step) -> Limit:
    return last.handover or case.bench.rulebook.handover


def hand_over_day(case: Case, clock: Clock, last: Step, row: Row) -> date | None:
    """The day by which the next step should have received the papers."""
    assert row.completed is not None
    return clock.nth_working(clock.effective_day(row.completed, row.completed_bare), allowance(case, last).value)


def judge_idle(
    case: Case, last: Step, row: Row, step: Step, next_row: Row | None, of: str, cut_off: datetime | None
) -> None:
    """T04 between a completed step and the next; next_row is None where that was not received by the cut-off."""
    kind = case.kind(step, of)
    if kind != case.kind(last, of) or not case.human(step) or step.role == "applicant":
        return
    end = cut_off if next_row is None else next_row.received
    clock = case.bench.clock(kind, (next_row or row).place)
    assert row.completed is not None
    if end is None or not clock.covers(row.completed.date()) or not clock.covers(end.date()):
        return
    due = hand_over_day(case, clock, last, row)
    effective = clock.effective_day(row.completed, row.completed_bare)
    if due is None or effective is None or end.date() <= due:
        return
    days = clock.working_days_after(effective, end.date())
    limit = allowance(case, last)
    result = Measure(True, None, clock.closing(due), float(days), float(days - limit.value))
    if next_row is None:
        timed(case, "T04", row, step, of, result, limit, employee=None, received_at=None, completed_at=None)
    else:
        timed(case, "T04", next_row, step, of, result, limit)


def judge_idle_between(case: Case) -> None:
    """T04 between present steps (reading 22)."""
    if case.app.tangled:
        return
    pairs = [
        (case.steps[a], case.steps[b], "own")
        for a, b in zip(case.present, case.present[1:], strict=False)
        if not any(case.due_or_undecided(i) for i in range(a + 1, b))
        and not (case.partial() and any(map(case.dim, range(a, b))))
    ]
    inner = case.app.inner.steps if case.app.inner is not None and not case.partial() else ()
    pairs += [(a, b, "inner") for a, b in itertools.pairwise(inner)]
    for last, step, of in pairs:
        row, next_row = case.app.performing(last, of), case.app.performing(step, of)
        if row is not None and next_row is not None and row.completed is not None:
            judge_idle(case, last, row, step, next_row, of, None)


def end_is_unseen(case: Case, at: int, row: Row | None) -> bool:
    """Could the application have come to its end without our seeing it (reading 62)?"""
    ends = [i for i, s in enumerate(case.steps) if i not in case.present and (s.ends or i == at)]
    return any(map(case.out_of_sight, ends)) or (row is not None and bool(row.entry.unseen & 2))


def judge_total(case: Case) -> None:
    """T03 (reading 25).

    Decisions: an ending step that is present is the last one; an application with an extension has no total (the
    rules do not say by how much it grows). Not completed: judged where its absence would be judged, at the cut-off
    of the office of its own performing entry or else of the last present step of its office kind.
    """
    limit = case.edition.total
    if limit is None or case.over or case.app.tangled or any(r.entry.extended_to is not None for r in case.app.rows):
        return
    wanted = [i for i in range(len(case.steps)) if case.wanted(i)]
    at = case.ending if case.ending is not None else wanted[-1] if wanted else None
    if at is None:
        return
    step = case.steps[at]
    rows = [r for r in case.app.rows if not r.impossible]
    if not rows:
        return
    earliest = min(rows, key=lambda r: (r.moment, r.order))
    bare = earliest.received_bare if earliest.received is not None else earliest.completed_bare
    # The portal never closes, so its working days are the provider's.
    kind = "provider" if case.app.channel == "portal" else case.kind(total_first_step(case.edition))
    clock = case.bench.clock(kind, earliest.place)
    row = case.app.performing(step)
    if row is not None and row.completed is not None:
        result = measure(clock, limit, None, (earliest.moment, bare), (row.completed, row.completed_bare), True)
        if result.over:
            timed(case, "T03", row, step, "own", result, limit)
        return
    if row is None and case.app.of_step(step):  # only impossible times
        return
    if end_is_unseen(case, at, row):
        return
    nowhere: dict[str, object] = {}
    if row is None:
        if case.unknown_step() or case.quarantined_row():
            return
        same = [case.steps[i] for i in case.present if case.kind(case.steps[i]) == case.kind(step)]
        rows_of_kind = [r for r in (case.app.performing(s) for s in same) if r is not None]
        if not rows_of_kind:
            return
        row = rows_of_kind[-1]
        nowhere = {"employee": None, "received_at": None, "completed_at": None}
    end = (case.bench.cut_off(row), False)
    result = measure(clock, limit, None, (earliest.moment, bare), end, False)
    if result.over:
        timed(case, "T03", row, step, "own", result, limit, **nowhere)
