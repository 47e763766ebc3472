"""The rules as a list for programs and a table for a terminal; the page for a browser is auditor.report.rulebook_page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from auditor.law.cite import Says, cite
from auditor.law.types import Edition, Limit, Procedure, Rulebook, Service, Step
from auditor.law.vocabulary import find


def chosen(rulebook: Rulebook, service: str | None) -> list[Service] | None:
    """The service of an id, item number or spelling, all without one; None where there is no such service."""
    if service is None:
        return list(rulebook.services.values())
    by_item = {str(s.item): s.id for s in rulebook.services.values()}
    identifier = by_item.get(service.strip()) or find(rulebook.vocabulary.services, service)
    return [rulebook.services[identifier]] if identifier else None


def entries(rulebook: Rulebook, services: list[Service], words: Says) -> list[dict[str, Any]]:
    """One entry per edition of a procedure, with the keys that `rules show --format json` promises."""
    return [
        {
            "service": service.id,
            "item": service.item,
            "channel": procedure.channel,
            "in_force": {
                "from": edition.in_force_from.isoformat(),
                "to": edition.in_force_to.isoformat() if edition.in_force_to else None,
            },
            "steps": [
                {
                    "id": step.id,
                    "role": step.role,
                    "limit": _limit(step.limit),
                    "stricter_limit": _limit(step.stricter_limit),
                    "citation": cite(rulebook, service.id, step.citation, words),
                    "required": step.required,
                    "ends": step.ends,
                    "accuses": step.accuses,
                }
                for step in edition.steps
            ],
        }
        for service, procedure, edition in _editions(services)
    ]


def as_json(rulebook: Rulebook, services: list[Service], words: Says) -> str:
    """The entries as JSON text."""
    return json.dumps(entries(rulebook, services, words), ensure_ascii=False, indent=2)


def as_table(rulebook: Rulebook, services: list[Service], words: Says) -> str:
    """For a terminal: two lines a step (limit, name, clauses; role, id, marks), so that it fits the width of one."""
    parts = []
    for service, procedure, edition in _editions(services):
        lines = [f"{service.item}. {_name(service.names, words)} ({service.id})"]
        lines += [f"   {line}" for line in about(rulebook, service, procedure, edition, words)]
        limits = [_limits(step, words) for step in edition.steps]
        names = [_name(step.names, words) for step in edition.steps]
        wide, long = max(map(len, limits), default=0), max(map(len, names), default=0)
        for number, (step, limit, name) in enumerate(zip(edition.steps, limits, names, strict=True), 1):
            role = _name(rulebook.roles[step.role].names, words)
            summary = ", ".join(
                filter(None, [role, step.id, *marks(step, words, {other.id: other.id for other in edition.steps})])
            )
            lines.append(f"   {number:>2}  {limit.ljust(wide)}  {name.ljust(long)}  {', '.join(step.citation)}")
            lines.append(f"       {' ' * wide}  {summary}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _editions(services: list[Service]) -> Iterator[tuple[Service, Procedure, Edition]]:
    for service in services:
        for procedure in service.procedures:
            for edition in procedure.editions:
                yield service, procedure, edition


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return None if limit is None else {"value": limit.value, "unit": limit.unit}


def _name(names: dict[str, tuple[str, ...]], words: Says) -> str:
    return names[words.language][0]


def about(
    rulebook: Rulebook,
    service: Service,
    procedure: Procedure,
    edition: Edition,
    words: Says,
    said: Callable[[date], str] = date.isoformat,
) -> list[str]:
    """The channel with its id, the period, and what weakens a finding of it; `said`: how a day is written."""
    channel = _name(rulebook.channel_names[procedure.channel], words)
    days = {"from_day": said(edition.in_force_from)}
    if edition.in_force_to is not None:
        days["to_day"] = said(edition.in_force_to)
    lines = [
        f"{channel} ({procedure.channel})",
        words("show.in_force" if edition.in_force_to else "show.in_force_open", **days),
    ]
    if edition.basis == "later_wording":
        lines.append(words("basis.later_wording"))
    if edition.assumed_until is not None:
        lines.append(words("basis.assumed_date", day=said(edition.assumed_until)))
    if edition.total is not None:
        lines.append(words("show.total", limit=words(f"unit.{edition.total.unit}", value=edition.total.value)))
    for note in service.notes:
        begun = edition.in_force_to is None or note.since < edition.in_force_to
        if begun and (note.until is None or note.until > edition.in_force_from):
            lines.append(words("show.note", day=said(note.since), text=note.text[words.language]))
    return lines


def _limits(step: Step, words: Says) -> str:
    if step.limit is None:
        return words("show.empty")
    limit = words(f"unit.{step.limit.unit}", value=step.limit.value)
    if step.stricter_limit is None:
        return limit
    stricter = words(f"unit.{step.stricter_limit.unit}", value=step.stricter_limit.value)
    return words("show.stricter", limit=limit, stricter=stricter)


def marks(step: Step, words: Says, names: Mapping[str, str]) -> list[str]:
    """What else is to be known of a step; `names`: what the steps that may stand in its place are called."""
    said = [] if step.required else [words("mark.optional")]
    if step.required_unless:
        said.append(words("mark.unless", steps=", ".join(names[other] for other in step.required_unless)))
    if step.ends:
        said.append(words("mark.ends"))
    if not step.accuses:
        said.append(words("mark.no_accusation"))
    return said
