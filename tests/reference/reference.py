"""The slow, obvious reference: from entries to findings, one application and one step at a time."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import datetime

from auditor.engine.ownoffices import OwnOffice
from auditor.engine.torn import DAYS, FAR, nearly
from auditor.law.types import Rulebook
from auditor.law.vocabulary import fold
from reference import books, order, terms
from reference.applications import Application, Place, Row, coverage, group, make_application, read
from reference.case import Bench, Case, about
from reference.clocks_apart import without_clock_differences
from reference.editions import without_rules
from reference.lost import lost
from reference.model import Entry, Found, Judgement, Verdict, severity

__all__ = ["Entry", "Found", "Judgement", "judge"]


def judge(
    entries: list[Entry],
    rulebook: Rulebook,
    as_of: datetime,
    covers: tuple[datetime | None, datetime | None] = (None, None),
    quarantined: list[tuple[str, str | None, str | None, str]] = (),  # type: ignore[assignment]
    numbering: tuple[bool, bool] | None = None,
    offices: dict[Place, OwnOffice] | None = None,
    layouts: dict[str, tuple[str, ...]] | None = None,
) -> Judgement:
    """Judge a whole set of exports. `numbering`: (own book, restarts each year), as the profile says; `offices`: the register;
    `layouts`: of the files that show less than a whole journal, the ids of the steps and roles that they show."""
    rows, duplicates, places = read(entries, rulebook, as_of, covers[1])
    file_places: dict[str, set[Place]] = {}
    for row in rows:
        file_places.setdefault(row.entry.source_file, set()).add(row.place)
    bench = Bench(
        rulebook,
        as_of,
        coverage(rows, places, as_of, covers),
        list(quarantined),
        file_places,
        offices or {},
        {(row.district, row.home) for row in rows},
        layouts or {},
    )
    found: list[Found] = []
    verdicts: Counter[Verdict] = Counter()
    applications: dict[int, Application] = {}
    apps = {key: make_application(members, rulebook) for key, members in group(rows, rulebook)}
    find_tangled(apps, bench)
    find_torn(list(apps.values()), bench)
    for app in apps.values():
        applications.update((id(row), app) for row in app.rows)
        if app.edition is not None:
            findings, decided = judge_application(app, bench)
            found += findings
            verdicts.update((app.service, app.channel, *verdict) for verdict in decided)
    found = without_clock_differences(found, list(apps.values()), bench)
    found += without_edition(list({id(a): a for a in applications.values()}.values()), rulebook)
    found += lost(list(apps.values()), bench, covers)
    found += journal(rows, duplicates, applications, bench, numbering)
    return Judgement(found, verdicts)


def find_tangled(apps: dict[tuple[object, ...], Application], bench: Bench) -> None:
    """Reading 42: undated entries that repeat a step while last year's application of that number lacks some."""
    judged = sorted((key for key, app in apps.items() if app.edition is not None), key=lambda key: (key[:3], key[3]))
    for earlier, later in itertools.pairwise(judged):
        old, new = apps[earlier], apps[later]
        if earlier[:3] != later[:3] or all(r.entry.registered_on is not None for r in new.rows):
            continue
        steps = [(r.kind, r.step.id) for r in new.rows if r.step is not None]
        if len(steps) > len(set(steps)) and Case(old, bench).unfinished():
            old.tangled = new.tangled = "numbers_overlap"
    for app in (apps[key] for key in judged):
        labels: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for row in app.rows:
            if row.step is not None:
                labels.setdefault((row.kind, row.step.id), set()).add((row.service, row.channel))
        if any(len(them) > 1 for them in labels.values()):
            app.tangled = app.tangled or "services_overlap"


def find_torn(apps: list[Application], bench: Bench) -> None:
    """Reading 50: one number of one office's under two districts, where either half has what the other lacks."""
    judged = [(app, Case(app, bench)) for app in apps if app.edition is not None]
    for (one, case), (other, its) in itertools.combinations(judged, 2):
        a, b = one.rows[0], other.rows[0]
        same = (a.home, a.number, one.service, one.channel) == (b.home, b.number, other.service, other.channel)
        if not same or a.district == b.district or abs(one.day - other.day).days > DAYS:
            continue
        if not case.unfinished() and not its.unfinished():
            continue
        near = nearly(fold(a.district), fold(b.district))
        close = near or abs(one.day - other.day).days <= FAR
        if close and halves(case, its, near) and not registered_apart(one, other, near):
            bench.torn.add(frozenset((a.district, b.district)))
            one.tangled, other.tangled = one.tangled or "two_districts", other.tangled or "two_districts"


def halves(case: Case, its: Case, near: bool) -> bool:
    one, other = case.app, its.app
    if one.edition is not other.edition:
        return True
    mine, theirs = ({(r.kind, r.step.id) for r in app.rows if r.step is not None} for app in (one, other))
    if len(mine & theirs) > 1 or near:
        return len(mine & theirs) <= 1
    # The half that begins the procedure was begun first.
    begins = case.present[:1] < its.present[:1]
    told = case.present and its.present and case.present[0] != its.present[0] and began(one) != began(other)
    if told and begins != (began(one) < began(other)):
        return False
    return bool(mine - theirs) and bool(theirs - mine)


def began(app: Application) -> datetime:
    return min(row.moment for row in [r for r in app.rows if not r.impossible] or app.rows)


def registered_apart(one: Application, other: Application, near: bool) -> bool:
    """Do they say to have been registered on different days? Under different wordings of the rules, unlike names must say the same one."""
    mine, theirs = ([r.entry.registered_on for r in app.rows if r.entry.registered_on] for app in (one, other))
    if not mine or not theirs:
        return one.edition is not other.edition and not near
    return (min(mine), max(mine)) != (min(theirs), max(theirs))


def judge_application(app: Application, bench: Bench) -> tuple[list[Found], list[tuple[str, str, str | None]]]:
    case = Case(app, bench)
    terms.judge_present(case)
    terms.judge_after(case)
    terms.judge_idle_between(case)
    terms.judge_total(case)
    order.judge_order(case)
    order.judge_absence(case)
    order.judge_unknown_steps(case)
    order.judge_branches(case)
    order.judge_roles(case)
    # P04. Decision: placed at the first entry (file, line) that differs; it names no step and no role.
    others = [r for r in app.rows if (r.service, r.channel) != (app.service, app.channel)]
    if others:
        case.add("P04", others[0], None, step=None, role=None)
    return case.found, case.verdicts


def without_edition(applications: list[Application], rulebook: Rulebook) -> list[Found]:
    """P01, P02 and P03 (reading 4)."""
    found: list[Found] = []
    not_in_force: dict[tuple[object, ...], list[Row]] = {}
    for app in applications:
        if app.edition is not None:
            continue
        if app.service not in rulebook.services:
            found.append(about("P01", app.first, app, None, "exact", step=None, role=None))
        elif rulebook.procedure(app.service, app.channel) is None:
            found.append(about("P02", app.first, app, None, "exact", step=None, role=None))
        else:
            period = without_rules(rulebook, app.service, app.channel, app.day)
            not_in_force.setdefault((app.service, app.channel, period), []).extend(app.rows)
    for (service, channel, _), rows in not_in_force.items():
        entry = min(rows, key=lambda r: r.order).entry
        found.append(
            Found(
                "P03",
                severity("P03", "exact"),
                service=str(service),
                channel=str(channel),
                source_file=entry.source_file,
                source_line=entry.source_line,
            )
        )
    return found


def journal(
    rows: list[Row],
    duplicates: list[tuple[Row, Row]],
    applications: dict[int, Application],
    bench: Bench,
    numbering: tuple[bool, bool] | None,
) -> list[Found]:
    """The J codes, of every application."""
    found: list[Found] = []
    places = {row.place for row in rows}
    for row, original in duplicates:
        row.step = original.step
        found.append(about("J01", row, applications[id(original)], row.step, "exact"))
    for row in rows:
        app = applications[id(row)]
        if row.impossible:
            found.append(about("J02", row, app, row.step, "exact"))
        elif row.step is not None and row.completed is not None and not row.completed_bare:
            # J03 (reading 10)
            channel = app.channel if row.kind == "own" else "provider"
            clock = bench.clock(bench.rulebook.office_kind(row.step.role, channel), row.place)
            human = bench.rulebook.roles[row.step.role].human
            if human and clock.covers(row.completed.date()) and not clock.is_open(row.completed):
                found.append(about("J03", row, app, row.step, "exact"))
    files = {file for file, *_ in bench.quarantined}
    for place in dict.fromkeys(row.place for row in rows):
        own = bench.offices[place].numbering if place in bench.offices else None
        own_book, restarts = (own.own_book, own.yearly_restart) if own else numbering or (False, False)
        if own_book:
            theirs = [row for row in rows if row.place == place]
            elsewhere = any(
                {place[0]} < pair and any((d, place[1]) in places for d in pair - {place[0]}) for pair in bench.torn
            )
            missing = [] if elsewhere else books.gaps(theirs, restarts, files)
            for code, at in (("J04", missing), ("J05", books.back_dated(theirs, restarts))):
                found += [about(code, row, applications[id(row)], row.step, "exact") for row in at]
    return found
