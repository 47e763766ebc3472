"""The law as plain tables for the rival of the benchmark: `law_tables.py OUT.json`.

What `auditor rules show --format json` prints says which step has which limit, but not which roles are accepted, which
branch excludes which step, which spelling means what, and when offices are open. This writes all of it, from the same
rulebook, without the engine; making it costs the rival nothing in the benchmark.

    spellings  services, channels, roles: folded spelling to id; steps: "service channel" to folded spelling to step ids
    editions   service, channel, since, until (days since 1970, until exclusive), required, ends (bit masks by place of the
               step), waivers [[bit, unless mask]], alternatives [[mask, required mask]], steps (id, role, accepts, cal,
               human, accuses, seconds or days of the limit, handover)
    processes  service, channel, edition, inner (edition of the provider's steps inside it, or -1), since, until
    calendars  first (day since 1970) and, by day from it: number (of working days so far), before (open seconds so far), and
               six edges of opening intervals in seconds after midnight
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from auditor.law.load import load_rulebook
from auditor.law.types import Calendar, Edition, Procedure, Rulebook, Step
from auditor.law.vocabulary import fold
from auditor.paths import default_rules

SECONDS = {"minute": 60, "hour": 3600}
EPOCH = date(1970, 1, 1)
NEVER = (date(9999, 12, 31) - EPOCH).days
EDGES = 6
INSIDE = ("corporation", "portal")


def number(day: date | None) -> int:
    """Days since 1970."""
    return NEVER if day is None else (day - EPOCH).days


def law_tables(book: Rulebook) -> dict[str, Any]:
    """The tables of the module's docstring."""
    calendars = sorted(book.calendars)
    procedures = [p for service in book.services.values() for p in service.procedures]
    pairs = [(p, e) for p in procedures for e in p.editions]
    words = book.vocabulary
    return {
        "spellings": {
            "services": {fold(i): i for i in book.services} | words.services,
            "channels": {fold(i): i for i in book.channel_names} | words.channels,
            "roles": {fold(i): i for i in book.roles} | words.roles | words.deputies,
            "steps": {f"{p.service} {p.channel}": _step_words(book, p) for p in procedures},
        },
        "editions": [_edition(book, calendars, p, e) for p, e in pairs],
        "processes": _processes(book, pairs),
        "calendars": [_calendar(book.calendars[name]) for name in calendars],
    }


def _step_words(book: Rulebook, procedure: Procedure) -> dict[str, list[str]]:
    known = book.vocabulary.steps.get((procedure.service, procedure.channel), {})
    spelled = {spelling: list(ids) for spelling, ids in known.items()}
    for step in (step for edition in procedure.editions for step in edition.steps):
        ids = spelled.setdefault(fold(step.id), [])
        if step.id not in ids:
            ids.append(step.id)
    return spelled


def _edition(book: Rulebook, calendars: list[str], procedure: Procedure, edition: Edition) -> dict[str, Any]:
    steps = edition.steps
    optional = {name for group in edition.branches for alternative in group for name in alternative}
    wanted = _mask(steps, [s.id for s in steps if s.required])
    return {
        "service": procedure.service,
        "channel": procedure.channel,
        "since": number(edition.in_force_from),
        "until": number(edition.in_force_to),
        "required": _mask(steps, [s.id for s in steps if s.required and s.id not in optional]),
        "ends": _mask(steps, [s.id for s in steps[:-1] if s.ends]),
        "waivers": [[1 << at, _mask(steps, s.required_unless)] for at, s in enumerate(steps) if s.required_unless],
        "alternatives": [
            [_mask(steps, alternative), _mask(steps, alternative) & wanted]
            for group in edition.branches
            for alternative in group
        ],
        "steps": [_step(book, calendars, procedure.channel, step) for step in steps],
    }


def _step(book: Rulebook, calendars: list[str], channel: str, step: Step) -> dict[str, Any]:
    office = [r.id for r in book.roles.values() if step.role == "provider" and r.office_kind == "provider"]
    limit = step.limit
    return {
        "id": step.id,
        "role": step.role,
        "accepts": sorted({step.role, *step.accepts, *office}),
        "cal": calendars.index(book.office_kind(step.role, channel)),
        "someone": book.roles[step.role].human and step.role != "applicant",
        "accuses": step.accuses,
        "seconds": limit.value * SECONDS[limit.unit] if limit and limit.unit in SECONDS else -1,
        "days": limit.value if limit and limit.unit not in SECONDS else -1,
        "handover": (step.handover or book.handover).value,
    }


def _processes(book: Rulebook, pairs: list[tuple[Procedure, Edition]]) -> list[dict[str, Any]]:
    """Each edition, cut where the provider's edition inside it changes."""
    rows = []
    for at, (procedure, edition) in enumerate(pairs):
        since, until = number(edition.in_force_from), number(edition.in_force_to)
        inside = [
            (other, number(e.in_force_from), number(e.in_force_to))
            for other, (p, e) in enumerate(pairs)
            if procedure.channel in INSIDE and (p.service, p.channel) == (procedure.service, "provider")
        ]
        edges = {since, until} | {edge for _, *both in inside for edge in both if since < edge < until}
        for begin, end in zip(sorted(edges), sorted(edges)[1:], strict=False):
            inner = next((other for other, first, last in inside if first <= begin < last), -1)
            row = {"service": procedure.service, "channel": procedure.channel, "edition": at, "inner": inner}
            rows.append(row | {"since": begin, "until": end})
    return rows


def _calendar(calendar: Calendar) -> dict[str, Any]:
    numbers, befores, edges = [], [], []
    working, before, day = 0, 0, calendar.first_day
    while day <= calendar.last_day:
        intervals = _intervals(calendar, day)
        flat = [edge for interval in intervals for edge in interval]
        working += bool(intervals)
        numbers.append(working)
        befores.append(before)
        edges.append(flat + [0] * (EDGES - len(flat)))
        before += sum(flat[1::2]) - sum(flat[::2])
        day += timedelta(days=1)
    return {"first": number(calendar.first_day), "number": numbers, "before": befores, "edges": edges}


def _intervals(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    if day in calendar.days_off:
        return ()
    hours = next((h for h in calendar.hours if h.since <= day and (h.until is None or day < h.until)), None)
    if hours is None:
        return ()
    return hours.moved_day if day in calendar.working_weekends else hours.week.get(day.isoweekday(), ())


def _mask(steps: tuple[Step, ...], ids: list[str] | tuple[str, ...]) -> int:
    return sum(1 << at for at, step in enumerate(steps) if step.id in ids)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(law_tables(load_rulebook(default_rules()))), encoding="utf-8")
