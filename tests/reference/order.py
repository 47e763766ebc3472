"""Order, absence, roles: O01-O03, S01-S04, R01, R02 (readings 11, 12, 28-34)."""

from __future__ import annotations

from auditor.law.types import Step
from reference.applications import Row
from reference.case import Case
from reference.clock import before
from reference.editions import accepted


def judge_order(case: Case) -> None:
    if case.app.tangled:
        return
    order_of(case, case.steps, "own")
    if case.app.inner is not None:
        order_of(case, case.app.inner.steps, "inner")


def order_of(case: Case, steps: tuple[Step, ...], of: str) -> None:
    here = [s for s in steps if case.app.of_step(s, of)]
    for at, step in enumerate(here):
        done = [r for r in case.app.of_step(step, of) if r.completed is not None and not r.impossible]
        if len(done) > 1 and not any(r.completed and r.entry.unseen for r in case.app.of_step(step, of)):
            done.sort(key=lambda r: (r.completed, r.order))
            case.add("O03", done[1], step, of)
        row = case.app.performing(step, of)
        if row is None:
            continue
        # A quarantined row may be that of a step between two.
        next_to = [steps[steps.index(step) - 1]] if steps.index(step) else []
        earlier = seen_before(case, here, at, of)
        if row.completed is not None and completed_before_earlier(
            case, row, earlier, of, next_to if case.quarantined_row() else earlier
        ):
            case.add("O01", row, step, of)
            continue
        if not seen_before(case, here, at, of) or row.received is None:
            continue
        them = case.app.performing(here[at - 1], of)
        if them is None or them.completed is None:
            continue
        if case.quarantined_row() and here[at - 1] not in next_to:
            continue
        if before(row.received, row.received_bare, them.completed, them.completed_bare):
            case.add("O02", row, step, of)


def seen_before(case: Case, here: list[Step], at: int, of: str) -> list[Step]:
    """The earlier present steps; where steps may be out of sight, only the one before, and that where none lies between (reading 61)."""
    if not case.partial():
        return here[:at]
    if of == "inner" or at == 0:
        return []
    between = range(case.steps.index(here[at - 1]), case.steps.index(here[at]))
    return [] if any(map(case.dim, between)) else here[at - 1 : at]


def completed_before_earlier(case: Case, row: Row, earlier: list[Step], of: str, known: list[Step]) -> bool:
    """Was it completed before the nearest earlier step that is completed, and is that one of those `known` to be the nearest?"""
    assert row.completed is not None
    for step in reversed(earlier):
        them = case.app.performing(step, of)
        if them is not None and them.completed is not None:
            return step in known and before(row.completed, row.completed_bare, them.completed, them.completed_bare)
    return False


def judge_absence(case: Case) -> None:
    """S01, S02 and the verdicts of required steps without an entry that stand before the last present one."""
    if case.last_present is None:
        # Decision: where no own step has an entry (only unknown or inner ones), nothing shows an office's work.
        if not case.over:
            for index, step in enumerate(case.steps):
                if case.required(index):
                    case.verdict(step.id, "undetermined", "no_entry_of_office")
        return
    missing: list[int] = []
    for index in range(case.last_present):
        if index in case.present or not case.required(index):
            continue
        reason = case.why_not_judged(index)
        if reason is not None:
            case.verdict(case.steps[index].id, "undetermined", reason)
        else:
            case.verdict(case.steps[index].id, "skipped")
            missing.append(index)
    roles_present = {case.steps[i].role for i in case.present}
    # reading 62: a step of the role that is out of sight may have been done.
    roles_present |= {s.role for i, s in enumerate(case.steps) if i not in case.present and case.out_of_sight(i)}
    named: set[str] = set()
    for index in missing:
        step = case.steps[index]
        if step.role in roles_present:
            absent(case, "S01", index)
        elif step.role not in named:
            named.add(step.role)
            absent(case, "S02", index)


def absent(case: Case, code: str, index: int) -> None:
    """Reading 39: the nearest later present step of the same office kind, else the nearest earlier one."""
    step = case.steps[index]
    same = [i for i in case.present if case.kind(case.steps[i]) == case.kind(step)]
    later = [i for i in same if i > index]
    near = case.steps[later[0] if later else same[-1]]
    row = case.app.performing(near) or case.app.of_step(near)[0]
    # Decision: the employee and moments of that other entry are not the absent step's.
    case.add(code, row, step, employee=None, received_at=None, completed_at=None)


def judge_unknown_steps(case: Case) -> None:
    """S03, one per spelling, and the verdict of ambiguous spellings."""
    seen: set[tuple[str, str]] = set()
    for row in case.app.rows:
        if row.kind not in ("unknown", "ambiguous") or (row.kind, row.spelling) in seen:
            continue
        seen.add((row.kind, row.spelling))
        if row.kind == "unknown":
            case.add("S03", row, None)
        else:
            case.verdict(row.spelling, "undetermined", "ambiguous_step")


def judge_branches(case: Case) -> None:
    """S04 (reading 33): after an ending, or two alternatives of a group."""
    named: set[str] = set()
    if case.ending is not None:
        after = [i for i in case.present if i > case.ending]
        if after:
            basis = case.steps[case.ending].ends_basis
            wrong_branch(case, case.steps[after[0]], basis if basis != "exact" else None)
            named.add(case.steps[after[0]].id)
    here = [case.steps[i] for i in case.present]
    for alternatives in case.edition.branches:
        begun = [a for a in alternatives if any(s.id in a for s in here)]
        if len(begun) > 1:
            step = next(s for s in here if s.id in begun[-1])
            if step.id not in named:
                wrong_branch(case, step, None)
                named.add(step.id)


def wrong_branch(case: Case, step: Step, basis: str | None) -> None:
    row = case.app.performing(step) or case.app.of_step(step)[0]
    case.add("S04", row, step, basis=basis)


def judge_roles(case: Case) -> None:
    """R01, one per step; R02."""
    rulebook = case.bench.rulebook
    seen: set[tuple[str, str]] = set()
    for row in case.app.rows:
        if row.step is None or not row.role_known or row.role in accepted(row.step, rulebook):
            continue
        if (row.kind, row.step.id) not in seen:
            seen.add((row.kind, row.step.id))
            case.add("R01", row, row.step, row.kind, role=row.role)
    keep_apart(case)


def keep_apart(case: Case) -> None:
    """R02.

    Decisions (no reading speaks of it): the employees must be of one office (a name says nothing across offices);
    the role an entry was made in is the recorded one, else that of the rules; entries with an unknown step are left
    aside. One finding for each employee and pair: at the first entry (file, line) of the role that comes second.
    """
    acted = [r for r in case.app.rows if r.step is not None and r.employee is not None]
    named: set[tuple[str, str]] = set()
    for place, employee in dict.fromkeys((r.place, r.employee) for r in acted):
        theirs = [r for r in acted if (r.place, r.employee) == (place, employee)]
        for pair in case.bench.rulebook.keep_apart:
            firsts = [next((r for r in theirs if acting_role(r) == role), None) for role in pair]
            if firsts[0] is None or firsts[1] is None:
                continue
            row = max(firsts[0], firsts[1], key=lambda r: r.order)
            assert row.step is not None
            if (row.kind, row.step.id) not in named:
                named.add((row.kind, row.step.id))
                case.add("R02", row, row.step, row.kind)


def acting_role(row: Row) -> str | None:
    assert row.step is not None
    return row.role if row.role_known else row.step.role
