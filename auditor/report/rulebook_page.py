"""The rule book: one page with each procedure as a drawing and a table, what contradicts and what is assumed, the codes, the calendars.

It needs no other file, runs nothing and fetches nothing.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from auditor.checks import CHECKS, RUN_CHECKS
from auditor.language import Words, catalog
from auditor.law import show
from auditor.law.cite import cite
from auditor.law.types import Act, Calendar, DayOff, Edition, Limit, Procedure, Rulebook, Service, Step
from auditor.report.diagram import alternatives, diagram
from auditor.report.page import environment
from auditor.report.wording import Wording

SEVERITY = {check.CODE: check.SEVERITY for check in (*CHECKS, *RUN_CHECKS)}


@dataclass(frozen=True)
class StepRow:
    """A step, worded. `stricter`: both figures with their clauses, where clauses contradict each other."""

    number: int
    name: str
    id: str
    role: str
    limit: str
    stricter: str
    marks: tuple[str, ...]
    citation: str
    remark: str


@dataclass(frozen=True)
class EditionPart:
    """An edition: what is said of it, its drawing, its steps."""

    about: tuple[str, ...]
    drawing: Markup
    steps: tuple[StepRow, ...]
    disputed: bool


@dataclass(frozen=True)
class ProcedurePart:
    channel: str
    editions: tuple[EditionPart, ...]


@dataclass(frozen=True)
class ServicePart:
    id: str
    title: str
    procedures: tuple[ProcedurePart, ...]


@dataclass(frozen=True)
class CodePart:
    """A code explained; severity is empty while nothing checks it."""

    code: str
    name: str
    title: str
    severity: str
    finds: str
    matters: str
    example: str


@dataclass(frozen=True)
class CalendarPart:
    """The hours and days of a kind of office. hours: since when, what hours, source. years: year, days off, worked weekend days."""

    id: str
    period: str
    hours: tuple[tuple[str, tuple[str, ...], str], ...]
    years: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True)
class RulebookPage:
    """The context of rulebook.html."""

    wording: Wording
    words: Words
    rules: Words
    css: Markup
    csp: str
    title: str
    acts: tuple[tuple[str, str, str, str, str], ...]
    doubts: tuple[str, ...]
    services: tuple[ServicePart, ...]
    codes: tuple[CodePart, ...]
    calendars: tuple[CalendarPart, ...]


def rulebook_page(rulebook: Rulebook, services: list[Service], language: str) -> str:
    """The page of some services of a rulebook, or of all."""
    wording, words, rules = Wording(language, rulebook), Words("rulebook", language), Words("rules", language)
    css, csp = _style()
    page = RulebookPage(
        wording=wording,
        words=words,
        rules=rules,
        css=css,
        csp=csp,
        title=f"{rules('show.title')}: {wording.rules_title()}",
        acts=tuple(_act(act, wording, words) for act in rulebook.acts.values()),
        doubts=tuple(_doubts(rulebook, services, wording, words, rules)),
        services=tuple(_service(rulebook, service, wording, words, rules) for service in services),
        codes=tuple(_codes(language)),
        calendars=tuple(_calendar(calendar, wording, words) for calendar in rulebook.calendars.values()),
    )
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    return environment().get_template("rulebook.html").render(context)


def _act(act: Act, wording: Wording, words: Words) -> tuple[str, str, str, str, str]:
    force = wording.day(act.in_force_from)
    if act.assumed_until is not None:
        force += f" ({words('assumed')})"
    return (
        act.id,
        act.title.get(wording.language, act.id),
        wording.day(act.dated),
        force,
        act.remark.get(wording.language, ""),
    )


def _limit(limit: Limit, rules: Words) -> str:
    return rules(f"unit.{limit.unit}", value=limit.value)


def _doubts(rulebook: Rulebook, services: list[Service], wording: Wording, words: Words, rules: Words) -> Iterator[str]:
    """Every contradiction with both its figures, every assumption, each once."""
    for service in services:
        for procedure in service.procedures:
            told = dict.fromkeys(
                f"{service.item}. {wording.service(service.id)}, {wording.channel(procedure.channel)}: {_name(step, wording)} – {_stricter(rulebook, service, step, words, rules)}"
                for edition in procedure.editions
                for step in edition.steps
                if step.stricter_limit is not None
            )
            yield from told
    for key, allowance in (("handover", rulebook.handover), ("carriage", rulebook.carriage)):
        yield words(f"doubt.{key}", limit=_limit(allowance, rules))
    for act in rulebook.acts.values():
        if act.assumed_until is not None:
            yield words(
                "doubt.act",
                act=act.title.get(wording.language, act.id),
                day=wording.day(act.in_force_from),
                until=wording.day(act.assumed_until),
            )
    later = [
        f"{service.item} ({wording.channel(procedure.channel)})"
        for service in services
        for procedure in service.procedures
        if any(edition.basis == "later_wording" for edition in procedure.editions)
    ]
    if later:
        yield words("doubt.later", services=", ".join(later))
    for service in services:
        for note in service.notes:
            yield f"{service.item}. {wording.service(service.id)}: {rules('show.note', day=wording.day(note.since), text=note.text.get(wording.language, ''))}"


def _name(step: Step, wording: Wording) -> str:
    return next((step.names[lang][0] for lang in (wording.language, "kk", "ru", "en") if step.names.get(lang)), step.id)


def _stricter(rulebook: Rulebook, service: Service, step: Step, words: Words, rules: Words) -> str:
    """Both figures of a contradiction, each with the clauses that say so."""
    if step.limit is None or step.stricter_limit is None:
        return ""
    return words(
        "contradiction",
        limit=_limit(step.limit, rules),
        clause=cite(rulebook, service.id, step.limit.citation, rules),
        stricter=_limit(step.stricter_limit, rules),
        other=cite(rulebook, service.id, step.stricter_limit.citation, rules),
    )


def _service(rulebook: Rulebook, service: Service, wording: Wording, words: Words, rules: Words) -> ServicePart:
    procedures = tuple(
        ProcedurePart(
            wording.channel(procedure.channel),
            tuple(
                _edition(rulebook, service, procedure, edition, number, wording, words, rules)
                for number, edition in enumerate(procedure.editions, 1)
            ),
        )
        for procedure in service.procedures
    )
    return ServicePart(service.id, f"{service.item}. {wording.service(service.id)}", procedures)


def _edition(
    rulebook: Rulebook,
    service: Service,
    procedure: Procedure,
    edition: Edition,
    number: int,
    wording: Wording,
    words: Words,
    rules: Words,
) -> EditionPart:
    title = words(
        "drawing",
        service=wording.service(service.id),
        channel=wording.channel(procedure.channel),
        count=len(edition.steps),
    )
    drawing = diagram(
        edition,
        wording.role,
        lambda step: _name(step, wording),
        lambda limit: _limit(limit, rules),
        title,
        f"d-{service.item}-{procedure.channel}-{number}",
    )
    _, *about = show.about(rulebook, service, procedure, edition, rules, wording.day)
    about += [edition.reason[wording.language]] if wording.language in edition.reason else []
    rows = tuple(_steps(rulebook, service, edition, wording, words, rules))
    return EditionPart(tuple(about), drawing, rows, any(row.stricter for row in rows))


def _steps(
    rulebook: Rulebook, service: Service, edition: Edition, wording: Wording, words: Words, rules: Words
) -> Iterator[StepRow]:
    branch = alternatives(edition)
    names = {step.id: _name(step, wording) for step in edition.steps}
    for number, step in enumerate(edition.steps, 1):
        marks = [words("branch", mark=branch[step.id])] if step.id in branch else []
        yield StepRow(
            number=number,
            name=names[step.id],
            id=step.id,
            role=wording.role(step.role),
            limit=_limit(step.limit, rules) if step.limit else rules("show.empty"),
            stricter=_stricter(rulebook, service, step, words, rules),
            marks=(*marks, *show.marks(step, rules, names)),
            citation=cite(rulebook, service.id, step.citation, rules),
            remark=step.remark.get(wording.language, ""),
        )


def _codes(language: str) -> Iterator[CodePart]:
    words, report = Words("codes", language), Words("report", language)
    for key in catalog("codes"):
        code, _, part = key.partition(".")
        if part == "title":
            level = SEVERITY.get(code)
            told = (words(f"{code}.{name}") for name in ("finds", "matters", "example"))
            yield CodePart(code, words(f"{code}.name"), words(key), report(f"severity.{level}") if level else "", *told)


def _calendar(calendar: Calendar, wording: Wording, words: Words) -> CalendarPart:
    period = f"{wording.day(calendar.first_day)} – {wording.day(calendar.last_day)}"
    hours = tuple(
        (
            words("since", day=wording.day(hours.since)),
            tuple(_week(hours.week, words)),
            ". ".join(
                text.rstrip(".")
                for told in (hours.source, hours.assumption)
                if (text := told.get(wording.language, ""))
            ),
        )
        for hours in calendar.hours
    )
    years = range(calendar.first_day.year, calendar.last_day.year + 1)
    return CalendarPart(
        calendar.id,
        period,
        hours,
        tuple(
            (year, _days(calendar.days_off, year, wording), _days(calendar.working_weekends, year, wording))
            for year in years
        ),
    )


def _week(week: dict[int, tuple[tuple[int, int], ...]], words: Words) -> Iterator[str]:
    for day in range(1, 8):
        spans = ", ".join(f"{_clock(a)}–{_clock(b)}" for a, b in week.get(day, ()))
        yield f"{words(f'weekday.{day}')}: {spans or words('closed')}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _days(days: dict[date, DayOff], year: int, wording: Wording) -> tuple[str, ...]:
    return tuple(
        f"{wording.day(day)} {off.names.get(wording.language) or off.names.get('kk', '')}"
        for day, off in sorted(days.items())
        if day.year == year
    )


@cache
def _style() -> tuple[Markup, str]:
    """The style sheet of plain pages with that of drawings, and the policy that allows it and nothing else."""
    folder = files("auditor.report").joinpath("templates")
    css = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("plain.css", "rulebook.css"))
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    # Our own files, of which no part comes from rules or journals.
    return Markup(css), f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
