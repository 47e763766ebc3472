"""What a rules folder says, as frozen data.

Everything here is read from `rules/` by `auditor.law.load` and never changed afterwards.
The names are the field's: a *service* of the decree is delivered through a *channel*; one service
through one channel is a *procedure*; a procedure as in force between two days is an *edition*;
an edition is a sequence of *steps*, each with a role, perhaps a limit, and a citation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Unit = Literal["minute", "hour", "working_day"]
Basis = Literal["exact", "later_wording", "overtaken_by_statute", "assumed_date", "ambiguous"]
Names = dict[str, tuple[str, ...]]
"""Language (`kk`, `ru`, `en`) to spellings; the first is the one shown."""
Texts = dict[str, str]
"""Language (`kk`, `ru`, `en`) to what is said in it."""

UNITS: tuple[Unit, ...] = ("minute", "hour", "working_day")
LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True)
class Limit:
    """A limit or allowance: `value` in `unit`, and where the act says so."""

    value: int
    unit: Unit
    citation: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One action of one role.

    `accepts` are the roles whose entry is not a wrong role (R01); `role` is always among them.
    `required_unless` names steps whose presence makes this one not required (a branch).
    `ends` says that the procedure ends with it. `accuses` is false where the step is not the
    office's alone to finish: its lateness is T06.
    `limit` is the lenient reading, `stricter_limit` the other one where two clauses contradict.
    `citation` holds references as `clause.subclause.action` ("5.2.4") or free text.
    """

    id: str
    role: str
    accepts: tuple[str, ...]
    limit: Limit | None
    stricter_limit: Limit | None
    citation: tuple[str, ...]
    required: bool
    ends: bool
    accuses: bool
    required_unless: tuple[str, ...]
    handover: Limit | None
    names: Names
    remark: Texts = field(default_factory=dict)
    ends_basis: Basis = "exact"


@dataclass(frozen=True)
class Edition:
    """A procedure as it was in force from `in_force_from` up to, not including, `in_force_to`.

    `basis` is `later_wording` where the wording of that period was not found and a later one is
    applied. An application whose first day lies before `assumed_until` has basis `assumed_date`:
    the day the act took effect is only known to be no earlier than `in_force_from`.
    `branches`: groups of alternatives; each alternative is a tuple of step ids, and an
    application may take only one alternative of a group. `after_a_gap`: no edition was in force
    between this one and the one before it, and that is meant.
    """

    in_force_from: date
    in_force_to: date | None
    basis: Basis
    assumed_until: date | None
    steps: tuple[Step, ...]
    branches: tuple[tuple[tuple[str, ...], ...], ...] = ()
    total: Limit | None = None
    reason: Texts = field(default_factory=dict)
    after_a_gap: bool = False


@dataclass(frozen=True)
class Note:
    """A remark that changes the basis of findings on applications of a period."""

    since: date
    until: date | None
    basis: Basis
    citation: str
    text: dict[str, str]


@dataclass(frozen=True)
class Procedure:
    """One service through one channel: its editions in order of time."""

    service: str
    item: int
    channel: str
    editions: tuple[Edition, ...]


@dataclass(frozen=True)
class Service:
    """A public service: its item in the act, its names and procedures."""

    id: str
    item: int
    names: Names
    names_source: dict[str, str]
    procedures: tuple[Procedure, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role and the kind of office it belongs to: the id of a calendar (`channel`: that of the application's channel)."""

    id: str
    office_kind: str
    human: bool
    names: Names


@dataclass(frozen=True)
class Act:
    """An act by its number: when it took effect, and whether that day is known."""

    id: str
    title: dict[str, str]
    dated: date
    in_force_from: date
    assumed_until: date | None
    remark: Texts


@dataclass(frozen=True)
class DayOff:
    """A day on which the offices of a calendar are closed."""

    day: date
    kind: str
    names: dict[str, str]
    source: str


@dataclass(frozen=True)
class Hours:
    """Opening intervals from `since` (inclusive) to `until` (exclusive).

    `week` has, per ISO weekday 1..7, intervals in seconds after midnight; `moved_day` those of a
    day off that was made a working day.
    """

    since: date
    until: date | None
    week: dict[int, tuple[tuple[int, int], ...]]
    moved_day: tuple[tuple[int, int], ...]
    source: Texts
    assumption: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Calendar:
    """The days and hours of one kind of office (in the decree's rules `provider`, `akim`, `corporation`, `portal`).

    Covers `first_day` to `last_day`, both inclusive; outside it nothing is known.
    """

    id: str
    zone: str
    first_day: date
    last_day: date
    hours: tuple[Hours, ...]
    days_off: dict[date, DayOff]
    working_weekends: dict[date, DayOff]


@dataclass(frozen=True)
class Vocabulary:
    """Spellings met in journals. Keys are folded by `auditor.law.vocabulary.fold`.

    `steps` maps (service, channel) to spelling to the ids of steps so called, in the order of the act
    (more than one where the spelling alone does not decide; the recorded role then does).
    `deputies`: spellings of roles that count as the role but are shown as deputies.
    """

    services: dict[str, str]
    channels: dict[str, str]
    roles: dict[str, str]
    deputies: dict[str, str]
    outcomes: dict[str, str]
    steps: dict[tuple[str, str], dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Rulebook:
    """A whole rules folder."""

    id: str
    titles: dict[str, str]
    act_label: dict[str, str]
    zone: str
    acts: dict[str, Act]
    services: dict[str, Service]
    roles: dict[str, Role]
    channel_names: dict[str, Names]
    calendars: dict[str, Calendar]
    handover: Limit
    carriage: Limit
    keep_apart: tuple[tuple[str, str], ...]
    vocabulary: Vocabulary
    sha256: str
    calendar_sha256: str
    overlays: tuple[str, ...] = field(default=())
    checked_on: date | None = None
    """When a lawyer last held the rules against the acts; None where nobody has said so."""

    def procedure(self, service: str, channel: str) -> Procedure | None:
        """The procedure of a service through a channel, or None where there is none."""
        found = self.services.get(service)
        if found is None:
            return None
        return next((p for p in found.procedures if p.channel == channel), None)

    def office_kind(self, role: str, channel: str) -> str:
        """The kind of office, and so the calendar, that a role's step follows in a channel."""
        kind = self.roles[role].office_kind
        return channel if kind == "channel" else kind
