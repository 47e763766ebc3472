"""`regulation.yaml`: the regulation's titles, acts, roles, channels and allowances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from auditor.law.section import Section
from auditor.law.types import LANGUAGES, Act, Limit, Names, Role

OF_THE_CHANNEL = "channel"
"""The office kind of a role that keeps no hours of its own, such as the applicant's: the channel's calendar is theirs."""
NOWHEN = date(1, 1, 1)


@dataclass(frozen=True)
class Regulation:
    """What `regulation.yaml` says."""

    id: str
    titles: dict[str, str]
    act_label: dict[str, str]
    zone: str
    acts: dict[str, Act]
    roles: dict[str, Role]
    channel_names: dict[str, Names]
    handover: Limit
    carriage: Limit
    keep_apart: tuple[tuple[str, str], ...]
    checked_on: date | None


def read_regulation(root: Section, calendars: Iterable[str]) -> Regulation:
    """Read the file; faults are noted in the section. An office kind is the id of one of the `calendars`, or `channel`."""
    nothing = Limit(1, "working_day", ())
    kinds = tuple(calendars)
    roles = _roles(root, (*kinds, OF_THE_CHANNEL) if kinds else ())
    found = Regulation(
        id=root.text("id"),
        titles=root.languages("titles"),
        act_label=root.languages("act_label"),
        zone=_zone(root),
        acts=_acts(root),
        roles=roles,
        channel_names=_channels(root),
        handover=root.limit("handover", required=True) or nothing,
        carriage=root.limit("carriage", required=True) or nothing,
        keep_apart=_pairs(root, roles),
        checked_on=root.day("checked_on", required=False),
    )
    for key in ("handover", "carriage"):
        if getattr(found, key).unit != "working_day":
            root.fault(key, "is not in working days", "write `unit: working_day`")
    root.done()
    return found


def _zone(root: Section) -> str:
    zone = root.text("zone", right="a time zone such as `Asia/Almaty`")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        if zone:
            root.fault("zone", f"`{zone}` is no known time zone", "a name such as `Asia/Almaty`")
    return zone


def _acts(root: Section) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    for section in root.sections("acts"):
        identifier = section.text("id")
        dated = section.day("dated") or NOWHEN
        since = section.day("in_force_from") or NOWHEN
        assumed = section.day("assumed_until", required=False)
        act = Act(
            identifier, section.languages("title"), dated, since, assumed, section.languages("remark", required=False)
        )
        section.done()
        if identifier in acts:
            section.fault("id", f"the act {identifier} stands twice", "keep one of the two")
        if since < dated and NOWHEN not in (since, dated):
            section.fault("in_force_from", f"{since} is before the act was made", f"a day from {dated} on")
        if assumed is not None and assumed <= since != NOWHEN:
            section.fault("assumed_until", f"{assumed} is not after {since}", "a later day, or leave the key out")
        acts[identifier] = act
    return acts


def _roles(root: Section, office_kinds: tuple[str, ...]) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for identifier, section in _children(root, "roles"):
        # Without a readable calendar that fault is said once, not once a role.
        kind = section.choice("office_kind", office_kinds or (section.text("office_kind"),), default=OF_THE_CHANNEL)
        human = section.flag("human", default=True)
        names = section.names("names")
        source = section.section("source", required=False)
        if source is not None:
            for language in LANGUAGES:
                source.choice(language, ("official", "ours"))
            source.done()
        section.done()
        roles[identifier] = Role(identifier, kind, human, names)
    return roles


def _channels(root: Section) -> dict[str, Names]:
    channels: dict[str, Names] = {}
    for identifier, section in _children(root, "channels"):
        channels[identifier] = section.names("names")
        section.done()
    return channels


def _pairs(root: Section, roles: dict[str, Role]) -> tuple[tuple[str, str], ...]:
    """`keep_apart`: a list of `first`/`second` pairs, mostly empty."""
    pairs = []
    for section in root.sections("keep_apart", required=False):
        pair = (section.choice("first", roles), section.choice("second", roles))
        section.done()
        if pair[0] == pair[1] and pair[0]:
            section.fault("second", "is the same role as the first", "two different roles")
        pairs.append(pair)
    return tuple(pairs)


def _children(root: Section, key: str) -> list[tuple[str, Section]]:
    section = root.section(key)
    return [] if section is None else section.children()
