"""What a lawyer should mend in a rules folder: what can't be loaded, and what loads but can't be meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

from auditor.law.load import Reading, read_folder
from auditor.law.plain_yaml import Faults
from auditor.law.regulation import NOWHEN
from auditor.law.section import Section, nearest
from auditor.law.types import Edition, Limit, Procedure, Rulebook, Step


def lint(folder: Path) -> list[str]:
    """Every fault, `file:line: key: what is wrong; what would be right`, in order of file and line.

    A declared contradiction (`limit` and `stricter_limit`) is no fault.
    """
    reading = read_folder(folder)
    if reading.rulebook is not None:
        for service in reading.rulebook.services.values():
            for procedure in service.procedures:
                _procedure(procedure, reading.rulebook, reading)
        _calendars(folder, reading.rulebook, reading.faults)
        _dead_step_names(reading.rulebook, reading.places.step_names)
    return reading.faults.sentences()


def _procedure(procedure: Procedure, rulebook: Rulebook, reading: Reading) -> None:
    key = procedure.service, procedure.channel
    for index, (earlier, later) in enumerate(pairwise(procedure.editions), 1):
        section = reading.places.editions[*key, index]
        gap = earlier.in_force_to is not None and NOWHEN < earlier.in_force_to < later.in_force_from
        if gap and not later.after_a_gap:
            wrong = f"no edition is in force from {earlier.in_force_to} to {later.in_force_from}"
            right = (
                "editions that follow each other without a gap, or `after_a_gap: yes` if the act was repealed meanwhile"
            )
            section.fault("from_act", wrong, right)
        elif later.after_a_gap and later.in_force_from == earlier.in_force_to:
            section.fault("after_a_gap", "the edition follows the one above it without a gap", "leave the key out")
    for index, edition in enumerate(procedure.editions):
        _years(procedure, edition, rulebook, reading.places.editions[*key, index])
        found = reading.places.steps
        places = {s.id: found[*key, index, s.id] for s in edition.steps if (*key, index, s.id) in found}
        if len(places) == len(edition.steps) > 0:  # borrowed steps are looked at where they stand
            _reach(edition, places)
            _contradictions(edition, places)
            _spellings(procedure, edition, rulebook, places)


def _years(procedure: Procedure, edition: Edition, rulebook: Rulebook, section: Section) -> None:
    """Every year of an edition is one that the calendars of its offices cover."""
    if NOWHEN in (edition.in_force_from, edition.in_force_to):
        return
    last = date.fromordinal(edition.in_force_to.toordinal() - 1) if edition.in_force_to else edition.in_force_from
    kinds = {rulebook.office_kind(s.role, procedure.channel) for s in edition.steps if s.role in rulebook.roles}
    for kind in sorted(kinds & set(rulebook.calendars)):
        calendar = rulebook.calendars[kind]
        for year in range(edition.in_force_from.year, last.year + 1):
            begins, ends = max(edition.in_force_from, date(year, 1, 1)), min(last, date(year, 12, 31))
            if begins < calendar.first_day or ends > calendar.last_day:
                wrong = (
                    f"{year} is in force, but the calendar `{kind}` covers {calendar.first_day} to {calendar.last_day}"
                )
                section.fault("from_act", wrong, "widen the calendar in calendars/hours.yaml")


def _reach(edition: Edition, places: dict[str, Section]) -> None:
    """No step stands behind an ending that every application meets, or all that take its way, and the last one ends."""
    order = [s.id for s in edition.steps]
    ways = {step: (group, way) for group in edition.branches for way in group for step in way}
    ended, way_ended = "", dict[tuple[str, ...], str]()
    for step in edition.steps:
        group, way = ways.get(step.id, ((), ()))
        if before := ended or way_ended.get(way, ""):
            wrong = f"no application reaches the step: `{before}` before it always ends the procedure"
            places[step.id].fault("id", wrong, "a condition on that step, or `ends: no`")
        elif step.ends and step.required and not step.required_unless:
            way_ended |= {way: step.id} if way else {}
            ended = step.id if all(other in way_ended for other in group) else ""
        for other in step.required_unless:
            if order.index(other) >= order.index(step.id):
                wrong = f"`{other}` does not stand before this step"
                places[step.id].fault("required_unless", wrong, "a step that comes earlier")
    last = edition.steps[-1]
    if not last.ends:
        places[last.id].fault("ends", "the last step does not end the procedure", "write `ends: yes`")


def _limits(step: Step) -> Iterator[tuple[str, Limit]]:
    for key, limit in (("limit", step.limit), ("stricter_limit", step.stricter_limit)):
        if limit is not None:
            yield key, limit


def _contradictions(edition: Edition, places: dict[str, Section]) -> None:
    """One place of the act says one figure."""
    said: dict[str, tuple[Limit, str]] = {}
    for step in edition.steps:
        for key, limit in _limits(step):
            for reference in limit.citation:
                other, where = said.setdefault(reference, (limit, step.id))
                if (other.value, other.unit) != (limit.value, limit.unit):
                    wrong = (
                        f"{limit.value} {limit.unit} by {reference}, which says {other.value} {other.unit} in `{where}`"
                    )
                    places[step.id].fault(
                        key, wrong, "one figure for one place, or `stricter_limit` with its own citation"
                    )
                if reference[:1].isdigit() and reference not in step.citation:
                    wrong = f"cites {reference}, which the step's own citation leaves out"
                    places[step.id].fault(key, wrong, f"add {reference} to the step's `citation`")


def _spellings(procedure: Procedure, edition: Edition, rulebook: Rulebook, places: dict[str, Section]) -> None:
    """A spelling of several steps must be decidable by the role; an own step must not hide a provider's."""
    steps = {s.id: s for s in edition.steps}
    words = rulebook.vocabulary.steps.get((procedure.service, procedure.channel), {})
    inner = {}
    if procedure.channel in ("corporation", "portal"):
        inner = rulebook.vocabulary.steps.get((procedure.service, "provider"), {})
    for spelling, ids in words.items():
        present = [steps[i] for i in ids if i in steps]
        for first, second in pairwise(present):
            common = set(first.accepts) & set(second.accepts)
            if common:
                wrong = f"`{spelling}` names `{first.id}` too, and both accept {', '.join(sorted(common))}"
                places[second.id].fault("id", wrong, "spellings in step_names.yaml that tell them apart")
        hidden = [i for i in inner.get(spelling, ()) if i not in ids]
        if present and hidden:
            wrong = (
                f"`{spelling}` also names the provider's step `{hidden[0]}`, which may stand in the same application"
            )
            places[present[0].id].fault("id", wrong, "spellings in step_names.yaml that tell them apart")


def _calendars(folder: Path, rulebook: Rulebook, faults: Faults) -> None:
    """A covered year without a single day off is a year that was forgotten."""
    days = {day for calendar in rulebook.calendars.values() for day in calendar.days_off}
    for calendar in rulebook.calendars.values():
        for year in range(calendar.first_day.year, calendar.last_day.year + 1) if calendar.days_off else ():
            if year not in {day.year for day in days}:
                file = (folder / "calendars" / "days_off.csv").as_posix()
                wrong = f"{year} has no day off, though the calendar `{calendar.id}` covers it"
                faults.add(file, 1, "date", wrong, "its days off, or a shorter calendar")


def _dead_step_names(rulebook: Rulebook, section: Section | None) -> None:
    """A name of a step that no procedure has is a slip of the pen."""
    used = {s.id for v in rulebook.services.values() for p in v.procedures for e in p.editions for s in e.steps}
    for identifier in section.block.entries if section is not None else ():
        if section is not None and identifier not in used:
            section.fault(identifier, "is a step of no procedure", f"an id in use{nearest(identifier, used)}")
