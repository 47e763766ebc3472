"""What happens to finished applications before they are exported: faults of the pen, the end of the export, outcomes."""

from __future__ import annotations

from random import Random

from auditor.law.types import Rulebook
from auditor.sample.cases import Case, Label, Row
from auditor.sample.fieldclock import DAY, FieldClock, grain_up
from auditor.sample.paths import missing, next_required
from auditor.sample.places import OTHER_STEPS
from auditor.sample.planting import Planter


def misspell(case: Case, book: Rulebook, clocks: dict[str, FieldClock], planter: Planter, rng: Random) -> None:
    """Plant a fault that only changes, adds or repeats a line."""
    fault = case.fault
    if fault is None or fault.at < 0 or fault.code not in ("S03", "O03", "R01", "P04", "J01", "J02"):
        return
    row = case.own(case.path[fault.at])
    if row is None or row.completed is None:
        return
    clock = clocks[case.kind(row.step)]
    code, place = fault.code, row
    if code in ("S03", "O03"):
        begin = clock.next_open(grain_up(row.completed + rng.randrange(0, 7200), row.office.style.grain))
        if code == "O03" and not row.office.style.timed:  # on the same bare date it would be the same line again
            begin = clock.spans(clock.working_day_after(row.completed // DAY, 1))[0][0]
        place = Row(case, row.office, row.step, begin, clock.after(begin, rng.randrange(1, 30) * 60), row.employee)
        place.step_word = rng.choice(OTHER_STEPS) if code == "S03" else ""
        case.rows.insert(case.rows.index(row) + 1, place)
    elif code == "R01":
        row.role = rng.choice(planter.wrong_roles(case, row.step))
    elif code == "P04":
        if rng.random() < 0.5:
            row.channel = rng.choice([c for c in book.channel_names if c != case.channel])
        else:
            row.service = rng.choice([s for s in book.services if s != case.service])
    elif code == "J01":
        place = Row(case, row.office, row.step, row.received, row.completed, twin=row)
        case.rows.append(place)
    elif row.written_received != row.written_completed:
        row.received, row.completed, row.impossible = row.completed, row.received, True
    else:
        return
    case.labels.append(Label(code, place, "" if code == "P04" else place.step_word or row.step.id))


def export(case: Case, end: int) -> bool:
    """Cut an application off at the end of the export. False: it is left out of the journals.

    A planted fault whose application was not finished by then is left out, for its labels would be a guess. So is an
    innocent one that was cut where the rules could not tell it from a fault (a branch begun elsewhere).
    """
    if case.fault is not None:
        last = max((max(r.received, r.completed or 0) for r in case.rows), default=0)
        return bool(case.rows) and case.shut and last <= end
    kept: list[Row] = []
    for row in case.rows:
        if row.completed is not None and row.completed > end:
            if row.blank and not row.inner and case.kind(row.step) != case.kind(kept[-1].step):
                continue
            row.completed = None
        if row.received <= end:
            kept.append(row)
    case.cut = case.cut or len(kept) < len(case.rows) or any(r.completed is None for r in kept)
    case.rows = kept
    if not kept or not case.cut:
        return bool(kept)
    present = [r.step for r in kept if not r.inner]
    if not present or missing(case.edition, present):
        return False
    then = next_required(case.edition, present)
    planned = next((s for s in case.path if s not in present), None)
    if then is None or planned is None or then is planned:
        return True
    here = case.kind(present[-1])
    return case.kind(planned) == here or case.kind(then) != here


def conclude(case: Case, rng: Random) -> None:
    """Write the outcome of a finished application into its last line."""
    row = next((r for r in reversed(case.rows) if not r.inner and not r.step_word and r.twin is None), None)
    if row is None or row.completed is None or row.impossible:
        return
    if case.ending and not case.cut:
        row.outcome = case.ending
    elif not case.ending and row.step.ends and not case.cut:
        early = row.step is not case.edition.steps[-1]
        refused = early or rng.random() < 0.1
        row.outcome = "no_data" if early and "data" in row.step.id else "refused" if refused else "granted"
