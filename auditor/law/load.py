"""Reads a rules folder: every fault is collected, and nothing is used of a folder that has one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import RulesError
from auditor.law.calendars import read_calendars, read_days
from auditor.law.plain_yaml import Block, Faults, read_yaml
from auditor.law.regulation import Regulation, read_regulation
from auditor.law.section import Section
from auditor.law.services import Places, apply_overlay, read_service, read_step_names
from auditor.law.types import Calendar, Names, Rulebook, Service
from auditor.law.vocabulary import read_vocabulary

DAY_OFF_KINDS = ("holiday", "observed_next_working_day", "day_off_not_moved", "moved_by_government")
SINGLE_FILES = ("regulation.yaml", "step_names.yaml", "vocabulary.yaml")


@dataclass(frozen=True)
class Reading:
    """A folder as read: the rulebook (None where its frame is missing), the faults and their places."""

    rulebook: Rulebook | None
    faults: Faults
    places: Places


def load_rulebook(folder: Path) -> Rulebook:
    """The rules of a folder.

    Raises RulesError with all faults, each `file:line: key: what is wrong; what would be right`.
    """
    reading = read_folder(folder)
    faults = reading.faults.sentences()
    if faults or reading.rulebook is None:
        raise RulesError(faults)
    return reading.rulebook


def read_folder(folder: Path) -> Reading:
    """Read everything in a rules folder, noting faults and going on."""
    faults, places = Faults(), Places()
    root = _section(folder, "regulation.yaml", faults)
    _unknown_files(folder, faults)
    if root is None:
        return Reading(None, faults, places)
    hours = _section(folder, "calendars/hours.yaml", faults)
    law = read_regulation(root, _calendar_ids(hours))
    optional = {name: _section(folder, name, faults) for name in SINGLE_FILES[1:] if (folder / name).exists()}
    step_names = read_step_names(optional.get("step_names.yaml"), places)
    services = _services(folder, law, step_names, places, faults)
    calendars = _calendars(folder, hours, law, faults)
    if services is None:  # what refers to them would be one fault after another
        return Reading(None, faults, places)
    overlays = []
    for path in sorted((folder / "overlays").glob("*.yaml")):
        section = _section(folder, f"overlays/{path.name}", faults)
        if section is not None:
            identifier, enabled = apply_overlay(section, services)
            overlays += [identifier] if enabled else []
    _calendar_for_each_office(law, services, calendars, places)
    rulebook = Rulebook(
        id=law.id,
        titles=law.titles,
        act_label=law.act_label,
        zone=law.zone,
        acts=law.acts,
        services=services,
        roles=law.roles,
        channel_names=law.channel_names,
        calendars=calendars,
        handover=law.handover,
        carriage=law.carriage,
        keep_apart=law.keep_apart,
        vocabulary=read_vocabulary(optional.get("vocabulary.yaml"), services, law.roles, law.channel_names),
        sha256=_sha256(folder, calendar=False),
        calendar_sha256=_sha256(folder, calendar=True),
        overlays=tuple(overlays),
        checked_on=law.checked_on,
    )
    return Reading(rulebook, faults, places)


def _section(folder: Path, name: str, faults: Faults) -> Section | None:
    block = read_yaml(folder / name, (folder / name).as_posix(), faults)
    return None if block is None else Section(block, (folder / name).as_posix(), "", faults)


def _services(
    folder: Path, law: Regulation, step_names: dict[str, Names], places: Places, faults: Faults
) -> dict[str, Service] | None:
    """The services in order of their items; None where a file could not be read at all."""
    services: dict[str, Service] = {}
    whole = True
    for path in sorted((folder / "services").glob("*.yaml")):
        section = _section(folder, f"services/{path.name}", faults)
        if section is None:
            whole = False
            continue
        service = read_service(section, law, step_names, places)
        if service.id in services:
            section.fault("id", f"the service `{service.id}` stands in another file too", "one file for a service")
        if service.item in {s.item for s in services.values()}:
            section.fault("item", f"item {service.item} is another service's", "the item of the act")
        services[service.id] = service
    if whole and not services:
        faults.add((folder / "services").as_posix(), 1, "services", "has no service", "add a file such as 01_name.yaml")
    return dict(sorted(services.items(), key=lambda pair: pair[1].item)) if whole else None


def _calendar_ids(hours: Section | None) -> tuple[str, ...]:
    listed = hours.block.entries.get("calendars") if hours is not None else None
    return tuple(listed.entries) if isinstance(listed, Block) else ()


def _calendars(folder: Path, hours: Section | None, law: Regulation, faults: Faults) -> dict[str, Calendar]:
    days_off = folder / "calendars" / "days_off.csv"
    moved = folder / "calendars" / "working_weekends.csv"
    off = read_days(days_off, days_off.as_posix(), DAY_OFF_KINDS, faults)
    on = read_days(moved, moved.as_posix(), ("working_weekend",), faults)
    for day in sorted(set(off) & set(on)):
        faults.add(moved.as_posix(), 1, "date", f"{day} is a day off in days_off.csv too", "keep one of the two")
    return {} if hours is None else read_calendars(hours, law.zone, off, on)


def _calendar_for_each_office(
    law: Regulation, services: dict[str, Service], calendars: dict[str, Calendar], places: Places
) -> None:
    """Each step's role belongs to an office whose calendar is there."""
    for (service, channel, index, identifier), section in places.steps.items():
        procedure = next((p for p in services[service].procedures if p.channel == channel), None)
        steps = procedure.editions[index].steps if procedure else ()
        step = next((s for s in steps if s.id == identifier), None)
        if step is None or step.role not in law.roles:
            continue
        kind = law.roles[step.role].office_kind
        office = channel if kind == "channel" else kind
        if office not in calendars:
            section.fault("role", f"its office `{office}` has no calendar", "add one to calendars/hours.yaml")


def _unknown_files(folder: Path, faults: Faults) -> None:
    """A file that nobody reads would be silently without effect."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in {".yaml", ".yml", ".csv"} or name in SINGLE_FILES:
            continue
        read = name in {"calendars/hours.yaml", "calendars/days_off.csv", "calendars/working_weekends.csv"}
        folders = {"services", "overlays", "profiles"}  # profiles are no law: auditor.journal reads them
        if read or (path.suffix == ".yaml" and path.parent.name in folders and name.count("/") == 1):
            continue
        right = "rules/README.md says which files there are; services and overlays end in .yaml"
        faults.add(path.as_posix(), 1, "file", "is read by nobody", right)


def _sha256(folder: Path, *, calendar: bool) -> str:
    """Over the sorted names and bytes of the rule files; the calendar's apart."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if name.startswith("profiles/"):  # how an export is read is no law
            continue
        if path.suffix in {".yaml", ".csv"} and name.startswith("calendars/") is calendar and path.is_file():
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
