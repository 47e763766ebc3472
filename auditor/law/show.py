"""The rules as a list for programs, a table for a terminal and a page for a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from auditor.law.cite import Says, cite
from auditor.law.types import Edition, Limit, Procedure, Rulebook, Service, Step
from auditor.law.vocabulary import find

COLUMNS = ("number", "step", "id", "role", "limit", "marks", "citation")
STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b1b1b }
h2 { margin-top: 2.5rem } h3 { margin: 1.5rem 0 .25rem } p { margin: .25rem 0 }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 } td, th { border: 1px solid #bbb; padding: .3rem .5rem;
text-align: left; vertical-align: top } th { background: #eef2f5 } code { font-size: .9em } .remark { color: #555; font-size: .9em }
"""


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
        lines += [f"   {line}" for line in _about(rulebook, service, procedure, edition, words)]
        limits = [_limits(step, words) for step in edition.steps]
        names = [_name(step.names, words) for step in edition.steps]
        wide, long = max(map(len, limits), default=0), max(map(len, names), default=0)
        for number, (step, limit, name) in enumerate(zip(edition.steps, limits, names, strict=True), 1):
            role = _name(rulebook.roles[step.role].names, words)
            about = ", ".join(filter(None, [role, step.id, _marks(step, words)]))
            lines.append(f"   {number:>2}  {limit.ljust(wide)}  {name.ljust(long)}  {', '.join(step.citation)}")
            lines.append(f"       {' ' * wide}  {about}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def as_html(rulebook: Rulebook, services: list[Service], words: Says) -> str:
    """One page that needs no other file."""
    title = escape(f"{words('show.title')}: {rulebook.titles[words.language]}")
    body = [f"<h1>{title}</h1>"]
    head = "".join(f'<th scope="col">{escape(words(f"column.{c}"))}</th>' for c in COLUMNS)
    shown = ""
    for service, procedure, edition in _editions(services):
        if service.id != shown:
            body.append(f'<h2 id="{escape(service.id)}">{service.item}. {escape(_name(service.names, words))}</h2>')
            shown = service.id
        channel, *about = _about(rulebook, service, procedure, edition, words)
        body.append(f"<h3>{escape(channel)}</h3>")
        body += [f"<p>{escape(line)}</p>" for line in about]
        body.append(f"<table><thead><tr>{head}</tr></thead><tbody>")
        for row, step in zip(_rows(rulebook, service, edition, words), edition.steps, strict=True):
            cells = [escape(cell) for cell in row]
            cells[2] = f"<code>{cells[2]}</code>"
            if step.remark:
                cells[1] += f'<div class="remark" lang="en">{escape(step.remark)}</div>'
            body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        body.append("</tbody></table>")
    return (
        f'<!doctype html>\n<html lang="{words.language}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>"
    )


def _editions(services: list[Service]) -> Iterator[tuple[Service, Procedure, Edition]]:
    for service in services:
        for procedure in service.procedures:
            for edition in procedure.editions:
                yield service, procedure, edition


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return None if limit is None else {"value": limit.value, "unit": limit.unit}


def _name(names: dict[str, tuple[str, ...]], words: Says) -> str:
    return names[words.language][0]


def _about(rulebook: Rulebook, service: Service, procedure: Procedure, edition: Edition, words: Says) -> list[str]:
    """The channel, the period, and what weakens a finding of it."""
    channel = _name(rulebook.channel_names[procedure.channel], words)
    days = {"from_day": edition.in_force_from, "to_day": edition.in_force_to}
    lines = [
        f"{channel} ({procedure.channel})",
        words("show.in_force" if edition.in_force_to else "show.in_force_open", **days),
    ]
    if edition.basis == "later_wording":
        lines.append(words("basis.later_wording"))
    if edition.assumed_until is not None:
        lines.append(words("basis.assumed_date", day=edition.assumed_until))
    if edition.total is not None:
        lines.append(words("show.total", limit=words(f"unit.{edition.total.unit}", value=edition.total.value)))
    for note in service.notes:
        begun = edition.in_force_to is None or note.since < edition.in_force_to
        if begun and (note.until is None or note.until > edition.in_force_from):
            lines.append(words("show.note", day=note.since, text=note.text[words.language]))
    return lines


def _rows(rulebook: Rulebook, service: Service, edition: Edition, words: Says) -> list[list[str]]:
    return [
        [
            str(number),
            _name(step.names, words),
            step.id,
            _name(rulebook.roles[step.role].names, words),
            _limits(step, words),
            _marks(step, words),
            cite(rulebook, service.id, step.citation, words),
        ]
        for number, step in enumerate(edition.steps, 1)
    ]


def _limits(step: Step, words: Says) -> str:
    if step.limit is None:
        return words("show.empty")
    limit = words(f"unit.{step.limit.unit}", value=step.limit.value)
    if step.stricter_limit is None:
        return limit
    stricter = words(f"unit.{step.stricter_limit.unit}", value=step.stricter_limit.value)
    return words("show.stricter", limit=limit, stricter=stricter)


def _marks(step: Step, words: Says) -> str:
    marks = [] if step.required else [words("mark.optional")]
    if step.required_unless:
        marks.append(words("mark.unless", steps=", ".join(step.required_unless)))
    if step.ends:
        marks.append(words("mark.ends"))
    if not step.accuses:
        marks.append(words("mark.no_accusation"))
    return ", ".join(marks)
