"""The office's sheet: what it has to do on its next working day, the most urgent first. One page an office, for printing or for mail."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl
from markupsafe import Markup

from auditor.engine.result import Audit
from auditor.language import Words
from auditor.report.frames import OPEN_WORK, shaped
from auditor.report.page import environment
from auditor.report.wording import DASH, Wording

WHEN = ("overdue", "passed", "today", "week", "later", "none", "undetermined")
"""The parts of a sheet, in their order."""
PART_ROWS = 500
URGENT = ("overdue", "passed", "today", "week")


@dataclass(frozen=True)
class Task:
    """A line of the sheet, worded."""

    application: str
    service: str
    step: str
    alone: bool
    person: str
    role: str
    since: str
    due: str
    note: str
    place: str


@dataclass(frozen=True)
class Stage:
    """The tasks that fall due at about one time; `total` is more than are shown where there are too many."""

    when: str
    title: str
    tasks: tuple[Task, ...]
    total: int


@dataclass(frozen=True)
class Sheet:
    """The context of office.html. `persons`: who, then how many tasks of each urgent stage."""

    words: Words
    wording: Wording
    css: Markup
    csp: str
    district: str
    office: str
    day: str
    seen_until: str
    as_of: datetime
    stages: tuple[Stage, ...]
    persons: tuple[tuple[str, tuple[int, ...]], ...]
    urgent: tuple[str, ...]
    not_alone: bool
    names_shown: bool


def office_sheets(audit: Audit, wording: Wording) -> Iterable[tuple[str, str, str]]:
    """District, office and page of each office that has exports or open work."""
    work = shaped(audit.open_work, OPEN_WORK)
    by_office = work.partition_by(["district", "office"], as_dict=True)
    ends = {(row["district"], row["office"]): row["ends"] for row in audit.coverage.iter_rows(named=True)}
    for district, office in sorted({*ends, *by_office}, key=lambda key: tuple(map(wording.alphabet, key))):
        rows = by_office.get((district, office), work.clear())
        yield district, office, _page(audit, rows, ends.get((district, office)), district, office, wording)


def _page(audit: Audit, rows: pl.DataFrame, ends: datetime | None, district: str, office: str, wording: Wording) -> str:
    words = Words("office", wording.language)
    css, csp = _style()
    urgent = tuple(when for when in URGENT if when in set(rows["due_when"]))
    sheet = Sheet(
        words=words,
        wording=wording,
        css=css,
        csp=csp,
        district=district,
        office=office,
        day=wording.day(work_day(rows) or work_day(shaped(audit.open_work, OPEN_WORK)) or audit.as_of.date()),
        seen_until=wording.moment(ends),
        as_of=audit.as_of,
        stages=tuple(_stages(rows, words, wording)),
        persons=tuple(_persons(rows, words, urgent)),
        urgent=tuple(words(f"when.{when}") for when in urgent),
        not_alone=bool((~rows["accuses"]).any()),
        names_shown=audit.names_shown,
    )
    context = {field.name: getattr(sheet, field.name) for field in fields(sheet)}
    return environment().get_template("office.html").render(context)


def work_day(rows: pl.DataFrame) -> date | None:
    """The day that most of the work is planned for: an office whose portal never closes still works on Monday."""
    counted = rows.drop_nulls("work_day").group_by("work_day").len().sort("len", "work_day", descending=[True, False])
    return counted["work_day"][0] if counted.height else None


def _stages(rows: pl.DataFrame, words: Words, wording: Wording) -> Iterable[Stage]:
    for when in WHEN:
        stage = rows.filter(pl.col("due_when") == when)
        if stage.height:
            shown = stage.sort("due_at", maintain_order=True).head(PART_ROWS)
            tasks = tuple(task(row, words, wording) for row in shown.iter_rows(named=True))
            yield Stage(when, words(f"when.{when}"), tasks, stage.height)


def task(row: dict[str, Any], words: Words, wording: Wording) -> Task:
    """A row of the open work in words."""
    note = words("extended") if row["extended_to"] is not None else ""
    if row["due_when"] == "undetermined":
        note = wording.known("reason", row["reason"])
    return Task(
        application=row["application_no"],
        service=wording.service(row["service"]),
        step=wording.step(row["service"], row["channel"], row["step"]),
        alone=bool(row["accuses"]),
        person=person(row, words),
        role=wording.role(row["role"]),
        since=wording.stamp(row["received_at"])
        if row["begun"]
        else words("handed_over", moment=wording.stamp(row["since"])),
        due=wording.moment(row["due_at"]) if row["due_at"] is not None else DASH,
        note=note,
        place=words("line", file=row["source_file"], line=row["source_line"]),
    )


def person(row: dict[str, Any], words: Words) -> str:
    """Who has it."""
    if not row["begun"]:
        return words("nobody")
    return row["employee"] or words("unnamed")


def _persons(rows: pl.DataFrame, words: Words, urgent: tuple[str, ...]) -> Iterable[tuple[str, tuple[int, ...]]]:
    """Who has how much that is urgent; whoever has most that is overdue first."""
    counted: dict[str, dict[str, int]] = {}
    for row in rows.filter(pl.col("due_when").is_in(urgent)).iter_rows(named=True):
        whose = counted.setdefault(person(row, words), {})
        whose[row["due_when"]] = whose.get(row["due_when"], 0) + 1
    told = [(who, tuple(counts.get(when, 0) for when in urgent)) for who, counts in counted.items()]
    return sorted(told, key=lambda row: (tuple(-n for n in row[1]), row[0]))


@cache
def _style() -> tuple[Markup, str]:
    """The style sheet of plain pages, and the policy that allows it and nothing else."""
    css = files("auditor.report").joinpath("templates", "plain.css").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    # Our own file, of which no part comes from a journal.
    return Markup(css), f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
