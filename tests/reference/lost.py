"""What the akim sent and no provider registered: J06 (readings 46 and 47)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from auditor.law.types import Rulebook
from reference.applications import Application, Place, Row
from reference.case import Bench, Case, about
from reference.clock import Clock
from reference.model import Found


@dataclass
class Sent:
    case: Case
    row: Row  # of the akim's last step
    due: object  # a day, or None outside the calendar

    @property
    def home(self) -> Place:
        return (self.row.district, self.row.home)

    @property
    def app(self) -> Application:
        return self.case.app


@dataclass
class Intake:
    place: Place
    home: Place
    service: str
    number: str
    rural: bool
    moment: datetime


@dataclass
class Fragment:
    app: Application
    place: Place
    home: Place
    taken: datetime


def lost(apps: list[Application], bench: Bench, covers: tuple[datetime | None, datetime | None]) -> list[Found]:
    cases = [Case(app, bench) for app in apps if app.edition is not None]
    if not {"akim", "provider"} <= set(bench.rulebook.calendars):
        return []
    all_sent = [s for s in (sent(case) for case in cases) if s is not None]
    intakes = [i for case in cases for i in intakes_of(case)]
    fragments = [f for app in apps for f in fragments_of(app, bench, {i.place for i in intakes})]
    missing = []
    for one in all_sent:
        theirs = providers(one, intakes, bench)
        if not theirs or one.due is None or not all(in_time(one, mine, bench, covers) for mine in theirs.values()):
            continue
        end = bench.coverage[one.row.place][1]
        if end is None or end.date() <= one.due or one.case.unknown_step() or one.app.tangled:  # type: ignore[operator]
            continue
        if named_aside(one, bench) or any(may_be(one, f, theirs) for f in fragments):
            continue
        missing.append((one, any(i.rural for mine in theirs.values() for i in mine)))
    found = []
    for one, rural in missing:
        if not rural and sum(not r and o.row.district == one.row.district for o, r in missing) >= 3:
            continue
        step = one.row.step
        closing = Clock(bench.rulebook.calendars["provider"]).closing(one.due)  # type: ignore[arg-type]
        told = about("J06", one.row, one.app, step, "exact", employee=None, due_at=closing)
        at_the_counter = any(
            counted(i, one) for mine in providers(one, intakes, bench).values() for i in mine if not i.rural
        )
        found.append(replace(told, severity="warning") if at_the_counter else told)
    return found


def counted(intake: Intake, one: Sent) -> bool:
    """Registered by the provider as its own, of the same service and number, between the sending and the due day?"""
    assert one.row.completed is not None
    own = intake.home == intake.place and (intake.service, intake.number) == (one.app.service, one.row.number)
    return own and one.row.completed.date() <= intake.moment.date() <= one.due  # type: ignore[operator]


def sent(case: Case) -> Sent | None:
    if case.over or case.last_present is None:
        return None
    last = case.steps[case.last_present]
    row = case.app.performing(last)
    if row is None or row.completed is None or case.kind(last) != "akim" or last.ends:
        return None
    after = [s for i, s in enumerate(case.steps) if i > case.last_present and case.required(i)]
    if not after or case.kind(after[0]) != "provider" or {r.place for r in case.app.rows} != {row.place}:
        return None
    rulebook: Rulebook = case.bench.rulebook
    clock = Clock(rulebook.calendars["provider"])
    days = (last.handover or rulebook.handover).value + rulebook.carriage.value
    if not clock.covers(row.completed.date()):
        return Sent(case, row, None)
    return Sent(case, row, clock.nth_working(clock.effective_day(row.completed, row.completed_bare), days))


def intakes_of(case: Case) -> list[Intake]:
    if case.app.channel not in ("akim", "provider"):
        return []
    first = next((s for s in case.steps if in_principle_required(case, s) and case.kind(s) == "provider"), None)
    row = case.app.performing(first) if first is not None else None
    if row is None:
        return []
    return [
        Intake(
            row.place, (row.district, row.home), case.app.service, row.number, case.app.channel == "akim", row.moment
        )
    ]


def in_principle_required(case: Case, step: object) -> bool:
    """Required by the edition, whatever the application: no step of an alternative is."""
    optional = {name for group in case.edition.branches for alternative in group for name in alternative}
    return step.required and step.id not in optional  # type: ignore[attr-defined, no-any-return]


def fragments_of(app: Application, bench: Bench, takers: set[Place]) -> list[Fragment]:
    if app.channel != "akim":
        return []
    if app.edition is not None:
        case = Case(app, bench)
        kinds = {case.kind(case.steps[i]) for i in case.present}
        if "provider" not in kinds or "akim" in kinds:
            return []
    elif bench.rulebook.procedure(app.service, app.channel) is None:
        return []
    home = (app.rows[0].district, app.rows[0].home)
    found = []
    for place in dict.fromkeys(r.place for r in app.rows):
        if app.edition is not None or place in takers:
            found.append(Fragment(app, place, home, min(r.moment for r in app.rows if r.place == place)))
    return found


def providers(one: Sent, intakes: list[Intake], bench: Bench) -> dict[Place, list[Intake]]:
    found: dict[Place, list[Intake]] = {}
    for place in {i.place for i in intakes}:
        own = bench.offices.get(place)
        mine = [i for i in intakes if i.place == place]
        if place == one.row.place or place[0] != one.row.district or (own is not None and own.kind != "provider"):
            continue
        if any(i.rural or i.service == one.app.service for i in mine):
            found[place] = mine
    return found


def in_time(one: Sent, intakes: list[Intake], bench: Bench, covers: tuple[datetime | None, datetime | None]) -> bool:
    assert one.row.completed is not None
    begins = covers[0] if covers[0] is not None else min(i.moment for i in intakes)
    reaches = min(covers[1] if covers[1] is not None else max(i.moment for i in intakes), bench.as_of)
    return begins.date() <= one.row.completed.date() and reaches.date() > one.due  # type: ignore[operator]


def named_aside(one: Sent, bench: Bench) -> bool:
    """Does a quarantined row have its number that may be of its district?"""
    for file, district, office, number in bench.quarantined:
        if " ".join(number.split()) != one.row.number:
            continue
        theirs = bench.file_places.get(file, set())
        if any(place[0] == one.row.district for place in theirs) or (not theirs and not district and not office):
            return True
        known = {p for places in bench.file_places.values() for p in places} | bench.homes
        if (district or office) and any(
            d == one.row.district
            and (not district or squeezed(district) == d)
            and (not office or squeezed(office) == o)
            for d, o in known
        ):
            return True
    return False


def squeezed(text: str) -> str:
    return " ".join(text.split())


def may_be(one: Sent, f: Fragment, theirs: dict[Place, list[Intake]]) -> bool:
    assert one.row.completed is not None
    if f.place == one.row.place or f.app.service != one.app.service:
        return False
    if not timedelta(days=-30) <= f.taken - one.row.completed <= timedelta(days=366):
        return False
    same_number = f.app.rows[0].number == one.row.number
    if f.place[0] == one.row.district:
        return same_number or f.home in (one.home, f.place)
    return same_number and (f.home[1] == one.home[1] or any(place[1] == f.place[1] for place in theirs))
