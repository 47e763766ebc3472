"""The invented offices: who works there, when they are away, and how they keep their journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from auditor.law.types import Rulebook
from auditor.sample.fieldclock import FieldClock
from auditor.sample.places import DISTRICTS, INITIALS, SURNAMES, District

CENTRE_ITEMS = (6, 10, 11)
"""Items of the decree whose provider is the employment centre, not the department of social programmes."""


@dataclass(frozen=True)
class Style:
    """How an office writes its journal. `precision`: what its moments show; `midnight` is Excel's date at 00:00."""

    precision: str = "minute"
    moments: str = "space"
    words: str = "id"
    steps: str = "id"
    roles: str = "id"
    numbered: bool = True
    dated: bool = True
    blank_share: float = 0.0
    note: bool = False

    @property
    def timed(self) -> bool:
        """Whether its moments have a time of day."""
        return self.precision in ("minute", "second")

    @property
    def grain(self) -> int:
        """The seconds between two moments that it can tell apart."""
        return 1 if self.precision == "second" else 60


PLAIN = Style()


@dataclass(eq=False, slots=True)
class Employee:
    """Somebody who takes one paper after the other; `away` are first and last days of absence."""

    name: str
    away: list[tuple[int, int]]
    free: int = 0

    def is_away(self, day: int) -> bool:
        """Whether the employee is ill or on leave that day."""
        return any(first <= day <= last for first, last in self.away)


@dataclass(eq=False, slots=True)
class Office:
    """One office and its book, which restarts at 1 each January."""

    district: District
    kind: str
    slug: str
    name: str
    style: Style
    prefix: str = ""
    staff: dict[str, list[Employee]] = field(default_factory=dict)
    next_number: dict[int, int] = field(default_factory=dict)

    def pick(self, role: str, ready: int, clock: FieldClock) -> tuple[str, int, Employee | None]:
        """The employee of a role who can take papers first, and when; no employee where all are away."""
        best: Employee | None = None
        when = 0
        for employee in self.staff.get(role, ()):
            moment = clock.next_open(max(ready, employee.free))
            if employee.is_away(moment // 86400):
                continue
            if best is None or moment < when:
                best, when = employee, moment
        if best is None:
            return "", clock.next_open(ready), None
        return best.name, when, best


@dataclass(frozen=True)
class DistrictOffices:
    """The offices of one district."""

    district: District
    department: Office
    centre: Office
    corporation: Office
    portal: Office | None
    akims: tuple[Office, ...]

    def all(self) -> tuple[Office, ...]:
        """Every office, in a fixed order."""
        first = (self.department, self.centre, self.corporation)
        return (*first, *((self.portal,) if self.portal else ()), *self.akims)


def found_offices(
    book: Rulebook, applications: int, days: tuple[int, int], rng: Random, plain: bool
) -> list[DistrictOffices]:
    """Offices for so many applications, manned for the days from first to last.

    Small samples keep to a few districts, so that an office still has a journal worth the name.
    """
    wanted = max(3, min(len(DISTRICTS), applications // 40))
    load = applications / sum(d.weight for d in DISTRICTS[:wanted])
    found = []
    for district in DISTRICTS[:wanted]:
        size = load * district.weight / max(1, (days[1] - days[0]) / 365)

        def office(
            kind: str, slug: str, name: str, prefix: str = "", size: float = size, district: District = district
        ) -> Office:
            style = PLAIN if plain else _style(kind, rng)
            names = [f"{surname} {initials}" for surname in SURNAMES for initials in INITIALS]
            made = Office(district, kind, slug, name, style, prefix)
            for role in book.roles.values():
                if role.office_kind == kind and role.human:
                    count = _head_count(role.id, size)
                    made.staff[role.id] = [_employee(days, names, rng) for _ in range(count)]
            return made

        akims = tuple(
            office("akim", f"akim-{slug}", f"{name} әкімінің аппараты", rng.choice(("", "", "Ә-")), size / 4)
            for slug, name in district.villages
        )
        found.append(
            DistrictOffices(
                district,
                office("provider", "bolim", "Жұмыспен қамту және әлеуметтік бағдарламалар бөлімі"),
                office("provider", "ortalyq", "Халықты жұмыспен қамту орталығы", rng.choice(("", "Ж/"))),
                office("corporation", "korporacia", "«Азаматтарға арналған үкімет» МК бөлімі", rng.choice(("", "МК-"))),
                office("portal", "egov", "eGov порталы", "1010") if rng.random() < 0.6 else None,
                akims,
            )
        )
    return found


def _head_count(role: str, size: float) -> int:
    if role.endswith("head") or role == "akim":
        return 1
    return 1 + min(6, int(size / 400)) + (1 if "executor" in role or "worker" in role else 0)


def _employee(days: tuple[int, int], names: list[str], rng: Random) -> Employee:
    name = names.pop(rng.randrange(len(names)))
    away = []
    for start in range(days[0], days[1] + 1, 365):
        leave = start + rng.randrange(330)
        away.append((leave, leave + rng.randrange(13, 27)))
        for _ in range(rng.randrange(3)):
            ill = start + rng.randrange(365)
            away.append((ill, ill + rng.randrange(1, 8)))
    return Employee(name, away)


def _style(kind: str, rng: Random) -> Style:
    precision = rng.choices(("minute", "second", "day", "midnight"), (70, 12, 13, 5))[0]
    if kind in ("corporation", "portal"):
        precision = "second"
    words = rng.choices(("id", "kk", "ru", "en"), (40, 30, 25, 5))[0]
    return Style(
        precision=precision,
        moments=rng.choices(
            ("space", "t", "dotted", "offset"), (40, 20, 35, 5 if precision in ("minute", "second") else 0)
        )[0],
        words=words,
        steps=rng.choice(("id", words)),
        roles=rng.choices(("id", "kk", "ru", "none"), (30, 30, 25, 15))[0],
        numbered=rng.random() < 0.8,
        dated=kind == "portal" or rng.random() < 0.8,
        blank_share=rng.choice((0.0, 0.0, 0.05, 0.3)),
        note=rng.random() < 0.2,
    )
