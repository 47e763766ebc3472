"""The rulebook as tables that the judging queries join.

A step's number is `edition_id * 64 + idx`: its place in its edition in the order of the act, so that sets of steps are bit masks.
A *process* is what one application is held to: the edition of its own procedure and, in corporation and portal
applications, the provider's edition whose steps run inside it, for a stretch of days on which neither changes.

    process     process_id, service, channel, pair_id, edition_id, inner_id (null), since, until (DATE, until exclusive)
    edition     edition_id, pair_id, basis, assumed_until, required, ends (bit masks), total_value, total_unit, total_micro, total_days, total_cal
    rule_step   sid, edition_id, idx, step, role, cal, kind, human, applicant, required, ends, accuses, limit_*, strict_*, handover_days
    accepted    sid, role: the roles whose entry of the step is no wrong role
    waiver      edition_id, bit, unless: a step (bit) not required where a step of the mask `unless` is present
    alternative edition_id, group_no, alt_no, mask, required: one alternative of a branch and its required steps
    note        pair_id, since, until, basis: a statute that overtook the act
    period      pair_id, since, until: days for which there is no edition (P03)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import polars as pl

from auditor.engine.worktime import MICROSECONDS
from auditor.errors import RulesError
from auditor.law.types import Edition, Limit, Procedure, Rulebook, Step

STRIDE = 64
MOST_STEPS = 60
FOREVER = date(9999, 12, 31)
EVER = date(1, 1, 1)
INNER_CHANNELS = ("corporation", "portal")
SECONDS = {"minute": 60, "hour": 3600}


@dataclass(frozen=True)
class PlacedStep:
    """A step with its number and the edition it stands in."""

    sid: int
    edition: Edition
    procedure: Procedure
    step: Step


@dataclass(frozen=True)
class Process:
    """What applications of a service, channel and stretch of days are held to."""

    process_id: int
    procedure: Procedure
    edition_id: int
    inner_id: int | None
    since: date
    until: date


@dataclass(frozen=True)
class RuleTables:
    """The tables by name, and the numbers given to pairs, editions and steps."""

    frames: dict[str, pl.DataFrame]
    pairs: dict[tuple[str, str], int]
    processes: tuple[Process, ...]
    steps: dict[int, PlacedStep]
    editions: dict[int, tuple[Procedure, Edition]]


def _micro(limit: Limit | None) -> int | None:
    if limit is None or limit.unit == "working_day":
        return None
    return limit.value * SECONDS[limit.unit] * MICROSECONDS


def _days(limit: Limit | None) -> int | None:
    return limit.value if limit is not None and limit.unit == "working_day" else None


def _mask(steps: tuple[Step, ...], ids: tuple[str, ...]) -> int:
    return sum(1 << i for i, step in enumerate(steps) if step.id in ids)


def _covering(procedure: Procedure | None, ids: dict[int, int], day: date) -> int | None:
    """The number of the edition of a procedure in force on a day."""
    for edition in procedure.editions if procedure else ():
        if edition.in_force_from <= day < (edition.in_force_to or FOREVER):
            return ids[id(edition)]
    return None


def rule_tables(rulebook: Rulebook, calendars: dict[str, int]) -> RuleTables:
    """Lay a rulebook out as tables. `calendars` are the numbers of `worktime.day_tables`.

    Raises RulesError for an edition with more steps than a mask holds, or an office kind without a calendar.
    """
    procedures = [p for s in rulebook.services.values() for p in s.procedures]
    pairs = {(p.service, p.channel): i for i, p in enumerate(procedures)}
    ids: dict[int, int] = {}
    editions: dict[int, tuple[Procedure, Edition]] = {}
    for procedure in procedures:
        for edition in procedure.editions:
            ids[id(edition)] = len(editions)
            editions[len(editions)] = (procedure, edition)
    steps: dict[int, PlacedStep] = {}
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in SCHEMAS}
    for eid, (procedure, edition) in editions.items():
        _lay_edition(
            rulebook, calendars, eid, pairs[procedure.service, procedure.channel], procedure, edition, steps, rows
        )
    processes = _processes(rulebook, procedures, ids)
    for process in processes:
        rows["process"].append(
            {
                "process_id": process.process_id,
                "pair_id": pairs[process.procedure.service, process.procedure.channel],
                "edition_id": process.edition_id,
                "inner_id": process.inner_id,
                "since": process.since,
                "until": process.until,
            }
        )
    for (service, channel), pair in pairs.items():
        rows["pair"].append({"pair_id": pair, "service": service, "channel": channel})
        for note in rulebook.services[service].notes:
            row = {"pair_id": pair, "since": note.since, "until": note.until or FOREVER, "basis": note.basis}
            rows["note"].append(row)
        found = rulebook.procedure(service, channel)
        rows["period"] += [{"pair_id": pair, "since": a, "until": b} for a, b in _periods(found)]
    frames = {name: pl.DataFrame(rows[name], schema=schema) for name, schema in SCHEMAS.items()}
    return RuleTables(frames, pairs, tuple(processes), steps, editions)


def _periods(procedure: Procedure | None) -> list[tuple[date, date]]:
    """The stretches of days for which a procedure has no edition."""
    gaps: list[tuple[date, date]] = []
    reached = EVER
    for edition in sorted(procedure.editions if procedure else (), key=lambda e: e.in_force_from):
        if edition.in_force_from > reached:
            gaps.append((reached, edition.in_force_from))
        reached = max(reached, edition.in_force_to or FOREVER)
    if reached < FOREVER:
        gaps.append((reached, FOREVER))
    return gaps


def _processes(rulebook: Rulebook, procedures: list[Procedure], ids: dict[int, int]) -> list[Process]:
    processes: list[Process] = []
    for procedure in procedures:
        inner = rulebook.procedure(procedure.service, "provider") if procedure.channel in INNER_CHANNELS else None
        for edition in procedure.editions:
            since, until = edition.in_force_from, edition.in_force_to or FOREVER
            cuts = {since, until}
            for other in inner.editions if inner else ():
                cuts |= {d for d in (other.in_force_from, other.in_force_to or FOREVER) if since < d < until}
            edges = sorted(cuts)
            for begin, end in pairwise(edges):
                inside = _covering(inner, ids, begin)
                processes.append(Process(len(processes), procedure, ids[id(edition)], inside, begin, end))
    return processes


def _lay_edition(
    rulebook: Rulebook,
    calendars: dict[str, int],
    eid: int,
    pair_id: int,
    procedure: Procedure,
    edition: Edition,
    placed: dict[int, PlacedStep],
    rows: dict[str, list[dict[str, object]]],
) -> None:
    where = f"{procedure.service}, {procedure.channel}"
    steps = edition.steps
    if len(steps) > MOST_STEPS:
        raise RulesError([f"{where}: an edition has {len(steps)} steps; at most {MOST_STEPS} are possible"])
    kinds = {step.id: rulebook.office_kind(step.role, procedure.channel) for step in steps}
    for kind in kinds.values():
        if kind not in calendars:
            raise RulesError([f"{where}: no calendar for the office kind {kind}"])
    optional = {sid for group in edition.branches for alternative in group for sid in alternative}
    required = sum(1 << i for i, s in enumerate(steps) if s.required and s.id not in optional)
    wanted = sum(1 << i for i, s in enumerate(steps) if s.required)
    rows["edition"].append(
        {
            "edition_id": eid,
            "pair_id": pair_id,
            "basis": edition.basis,
            "assumed_until": edition.assumed_until,
            "required": required,
            "ends": sum(1 << i for i, s in enumerate(steps) if s.ends and i < len(steps) - 1),
            "total_value": edition.total.value if edition.total else None,
            "total_unit": edition.total.unit if edition.total else None,
            "total_micro": _micro(edition.total),
            "total_days": _days(edition.total),
            "total_cal": _total_calendar(procedure, edition, kinds, calendars),
        }
    )
    for i, step in enumerate(steps):
        sid = eid * STRIDE + i
        placed[sid] = PlacedStep(sid, edition, procedure, step)
        role = rulebook.roles[step.role]
        handover = step.handover or rulebook.handover
        calendar = rulebook.calendars[kinds[step.id]]
        rows["rule_step"].append(
            {
                "sid": sid,
                "edition_id": eid,
                "idx": i,
                "step": step.id,
                "role": step.role,
                "cal": calendars[kinds[step.id]],
                "human": role.human,
                "applicant": step.role == "applicant",
                "accuses": step.accuses,
                "limit_value": step.limit.value if step.limit else None,
                "limit_unit": step.limit.unit if step.limit else None,
                "limit_micro": _micro(step.limit),
                "limit_days": _days(step.limit),
                "strict_value": step.stricter_limit.value if step.stricter_limit else None,
                "strict_unit": step.stricter_limit.unit if step.stricter_limit else None,
                "strict_micro": _micro(step.stricter_limit),
                "strict_days": _days(step.stricter_limit),
                "handover_days": handover.value,
                "ends_basis": step.ends_basis,
                # Between these moments no due day can fall outside the calendar.
                "sure_since": datetime.combine(calendar.first_day, time()),
                "sure_until": datetime.combine(
                    calendar.last_day - timedelta(days=40 + 3 * (_days(step.limit) or 0)), time()
                ),
            }
        )
        rows["accepted"] += [{"sid": sid, "role": name} for name in accepted_roles(rulebook, step)]
        if step.required_unless:
            unless = _mask(steps, step.required_unless)
            rows["waiver"].append({"edition_id": eid, "bit": 1 << i, "unless": unless})
    for group_no, group in enumerate(edition.branches):
        for alt_no, alternative in enumerate(group):
            mask = _mask(steps, alternative)
            row: dict[str, object] = {
                "edition_id": eid,
                "group_no": group_no,
                "alt_no": alt_no,
                "mask": mask,
                "required": mask & wanted,
            }
            rows["alternative"].append(row)


def accepted_roles(rulebook: Rulebook, step: Step) -> tuple[str, ...]:
    """The roles whose entry of a step is no wrong role; where the act names only the provider, each of its office."""
    whole_office = [r.id for r in rulebook.roles.values() if step.role == "provider" and r.office_kind == "provider"]
    return tuple(dict.fromkeys((step.role, *step.accepts, *whole_office)))


def _total_calendar(procedure: Procedure, edition: Edition, kinds: dict[str, str], calendars: dict[str, int]) -> int:
    """The calendar of a total: that of the first required step; the portal never closes, so its days are the provider's."""
    if procedure.channel == "portal" and "provider" in calendars:
        return calendars["provider"]
    first = next((step for step in edition.steps if step.required), edition.steps[0])
    return calendars[kinds[first.id]]


SCHEMAS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    "pair": {"pair_id": pl.Int16, "service": pl.String, "channel": pl.String},
    "process": {
        "process_id": pl.Int16,
        "pair_id": pl.Int16,
        "edition_id": pl.Int16,
        "inner_id": pl.Int16,
        "since": pl.Date,
        "until": pl.Date,
    },
    "edition": {
        "edition_id": pl.Int16,
        "pair_id": pl.Int16,
        "basis": pl.String,
        "assumed_until": pl.Date,
        "required": pl.Int64,
        "ends": pl.Int64,
        "total_value": pl.Int32,
        "total_unit": pl.String,
        "total_micro": pl.Int64,
        "total_days": pl.Int32,
        "total_cal": pl.Int16,
    },
    "rule_step": {
        "sid": pl.Int32,
        "edition_id": pl.Int16,
        "idx": pl.Int16,
        "step": pl.String,
        "role": pl.String,
        "cal": pl.Int16,
        "human": pl.Boolean,
        "applicant": pl.Boolean,
        "accuses": pl.Boolean,
        "limit_value": pl.Int32,
        "limit_unit": pl.String,
        "limit_micro": pl.Int64,
        "limit_days": pl.Int32,
        "strict_value": pl.Int32,
        "strict_unit": pl.String,
        "strict_micro": pl.Int64,
        "strict_days": pl.Int32,
        "handover_days": pl.Int32,
        "ends_basis": pl.String,
        "sure_since": pl.Datetime("us"),
        "sure_until": pl.Datetime("us"),
    },
    "accepted": {"sid": pl.Int32, "role": pl.String},
    "waiver": {"edition_id": pl.Int16, "bit": pl.Int64, "unless": pl.Int64},
    "alternative": {
        "edition_id": pl.Int16,
        "group_no": pl.Int16,
        "alt_no": pl.Int16,
        "mask": pl.Int64,
        "required": pl.Int64,
    },
    "note": {"pair_id": pl.Int16, "since": pl.Date, "until": pl.Date, "basis": pl.String},
    "period": {"pair_id": pl.Int16, "since": pl.Date, "until": pl.Date},
}
