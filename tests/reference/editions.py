"""Which edition is in force, and which of its steps a spelling means (readings 4, 5, 11)."""

from __future__ import annotations

from datetime import date

from auditor.law.types import Edition, Rulebook, Step


def fold(text: str) -> str:
    from auditor.law.vocabulary import fold as of_the_rules

    return of_the_rules(text)


def known(value: str, ids: object, vocabulary: dict[str, str]) -> str | None:
    """The id that a spelling stands for."""
    if value in ids:  # type: ignore[operator]
        return value
    return vocabulary.get(fold(value))


def in_force(rulebook: Rulebook, service: str, channel: str, day: date) -> Edition | None:
    procedure = rulebook.procedure(service, channel)
    for edition in procedure.editions if procedure is not None else ():
        if edition.in_force_from <= day and (edition.in_force_to is None or day < edition.in_force_to):
            return edition
    return None


def accepted(step: Step, rulebook: Rulebook) -> set[str]:
    """The roles whose entry is not a wrong role (reading 11)."""
    roles = {step.role, *step.accepts}
    if step.role == "provider":
        roles |= {r.id for r in rulebook.roles.values() if r.office_kind == "provider"}
    return roles


def steps_called(
    spelling: str, role: str | None, edition: Edition, service: str, channel: str, rulebook: Rulebook
) -> list[Step]:
    """The steps of an edition that the spelling fits; the recorded role decides between several (reading 5)."""
    by_id = [s for s in edition.steps if s.id == spelling]
    if by_id:
        return by_id
    ids = rulebook.vocabulary.steps.get((service, channel), {}).get(fold(spelling), ())
    steps = [s for s in edition.steps if s.id in ids]
    if len(steps) > 1 and role is not None:
        fitting = [s for s in steps if role in accepted(s, rulebook)]
        if len(fitting) == 1:
            return fitting
    return steps


def without_rules(rulebook: Rulebook, service: str, channel: str, day: date) -> tuple[date | None, date | None]:
    """The period around a day for which a procedure has no edition."""
    procedure = rulebook.procedure(service, channel)
    assert procedure is not None
    ends = [e.in_force_to for e in procedure.editions if e.in_force_to is not None and e.in_force_to <= day]
    starts = [e.in_force_from for e in procedure.editions if e.in_force_from > day]
    return max(ends, default=None), min(starts, default=None)
