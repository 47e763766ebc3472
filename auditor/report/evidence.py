"""The table of findings, as HTML.

A page shows thousands of findings, and their words in Cyrillic take two bytes a letter, so that what they share is said once:
findings of one office, service and channel stand under one heading, and page.js spreads it over their rows where it runs.
Each piece of a row is worded and escaped once for all rows that have it; a template would do both again for every cell.
Every value passes `safe`; the markup around it is ours. End tags that HTML lets go and quotes around our own words are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl
from markupsafe import Markup

from auditor.amounts import SECONDS_IN
from auditor.journal.persons import mask
from auditor.report.charts import HOURS_OF_DAY
from auditor.report.frames import Part
from auditor.report.past import Past
from auditor.report.wording import DASH, Wording, readable

PLACE = ["district", "office", "service", "channel"]
HEADING = "</tbody><tbody><tr><th colspan=5 scope=rowgroup><b{}>{}</b> <i{}>{}</i> <b{}>{}</b> <i>{}</i>\n".format
ROW = "<tr><th>{}<td>{}<td>{}{}{}<td><details><summary>{}</summary>{}{}{}{}</details>\n".format
"""Application; code and severity; role and employee; excess; message, timeline, citation, place, reply."""

Neighbour = tuple[datetime | None, str | None, bool | None, str | None, str | None]
"""A step near a finding's: when, which step, whether that is when it was done; service and channel."""
Point = tuple[datetime, str, str]
"""A moment, what it was, and the tag of its line."""

PLACE_OF_ROWS = Markup("\0")
"""Stands in a page where the rows will; no text of a journal has it, for it would be shown as another mark."""

CODE = re.compile(r"[A-Z][0-9]{2}")


@dataclass(frozen=True)
class Findings:
    """The rows that a page shows, as HTML; how many they are, and how many findings there are in all. The page must have room for them:
    `findings` makes the HTML when it is known how much the rest of the page weighs; until then `html` is a mark of their place."""

    html: Markup
    shown: int
    total: int


def expected(part: Part) -> Findings:
    """The findings that a page is to show, if it has room for them."""
    return Findings(PLACE_OF_ROWS, part.findings.height, part.finding_count)


def findings(part: Part, wording: Wording, past: Past | None, most: int) -> Findings:
    """The findings that the page shows, by district, office, service and channel, errors first in each group, in at most so many bytes.

    Where they would be heavier, the steps around them are left out as far as needed, and then the last of them.
    """
    # What comes after a step says most where order or absence is at stake; the step before says more than the one after.
    order = pl.col("code").str.contains("^[SO]")
    hidden = ((), (pl.when(order).then("after_at"),), (pl.lit(None).alias("before_at"), pl.lit(None).alias("after_at")))
    shown = part.findings
    for less in hidden:
        shown = part.findings.with_columns(*less)
        html = _table(_grouped(shown, wording), part, wording, past)
        if len(html.encode()) <= most:
            break
    while len(html.encode()) > most and shown.height:
        shown = shown.head(min(shown.height - 1, int(shown.height * max(most, 0) / len(html.encode()))))
        html = _table(_grouped(shown, wording), part, wording, past)
    return Findings(Markup(html), shown.height, part.finding_count)


def _table(ordered: pl.DataFrame, part: Part, wording: Wording, past: Past | None) -> str:
    say = _Sayings(wording, _folder(ordered))
    marks, replies = (_marks(past, wording), _replies(past, wording)) if past else ({}, {})
    cells = {name: column.to_list() for name, column in ordered.to_dict().items()}

    def together(*columns: str) -> Iterator[tuple[Any, ...]]:
        return zip(*(cells[name] for name in columns), strict=True)

    def pieces(how: Callable[..., str], *columns: str) -> Iterator[str]:
        return map(_Once(how).__getitem__, together(*columns))

    rows = map(
        ROW,
        pieces(lambda number: safe(number or ""), "application_no"),
        pieces(say.code, "code", "severity"),
        pieces(lambda role: safe(wording.role(role)) if role else "", "role"),
        pieces(_below, "employee"),
        pieces(say.excess, "excess", "limit_unit"),
        (
            f"{message}{marks.get(key, '')}"
            for message, key in zip(
                pieces(lambda message: safe(message or DASH), "message"), cells["fingerprint"], strict=True
            )
        ),
        map(
            say.timeline,
            cells["code"],
            together("received_at", "due_at", "completed_at"),
            together("before_at", "before_step", "before_done", "service", "channel"),
            together("after_at", "after_step", "after_done", "service", "channel"),
        ),
        pieces(_below, "citation"),
        map(say.place, cells["source_file"], cells["source_line"]),
        (replies.get(key, "") for key in cells["fingerprint"]),
    )
    places = together(*PLACE)
    outside = part.district is None
    html: list[str] = []
    for place, group in groupby(zip(places, rows, strict=True), key=itemgetter(0)):
        html.append(say.heading(*place, outside=outside))
        html.extend(row for _, row in group)
    return "".join(html)


def safe(text: str) -> str:
    """A text as it may stand in a page, between tags or in double quotes: readable and escaped."""
    return escape(readable(text))


def _below(text: str | None) -> str:
    return f"<p>{safe(text)}" if text else ""


def _grouped(findings: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """The findings of one place together, places in the order of the language and of the act; their own order within."""
    places = findings.select(PLACE).unique(maintain_order=True).rows()

    def order(place: tuple[Any, ...]) -> tuple[Any, ...]:
        district, office, service, channel = place
        by_name = (wording.alphabet(district), wording.alphabet(office))
        return (office is None, *by_name, wording.service_order(service), wording.channel_order(channel))

    ranks = {place: rank for rank, place in enumerate(sorted(places, key=order))}
    rank = pl.Series("rank", [ranks[place] for place in findings.select(PLACE).iter_rows()], dtype=pl.Int32)
    return findings.with_columns(rank).sort("rank", maintain_order=True).drop("rank")


def _marks(past: Past, wording: Wording) -> dict[str, str]:
    """What a history says of findings, by fingerprint: excused, and where there was an earlier run, new or returned."""
    marks = {}
    if past.trend is not None:
        for state in ("new", "returned"):
            for key in past.states.filter(pl.col("state") == state)["fingerprint"]:
                marks[key] = f" <b class={state}>{safe(wording.known('life', state))}</b>"
    for key, number in past.excused.select("fingerprint", "number").iter_rows():
        marks[key] = f" <b class=excused>{safe(wording.words('life.excused', number=mask(number or DASH)))}</b>"
    return marks


def _replies(past: Past, wording: Wording) -> dict[str, str]:
    """What offices answered, by fingerprint; not their comments, which may name people."""
    told = {}
    for row in past.replies.iter_rows(named=True):
        day = wording.day(row["document_date"]) if row["document_date"] else ""
        paper = " ".join(text for text in (mask(row["document_no"] or ""), day) if text)
        said = "; ".join(text for text in (wording.known("answer", row["reply"]), paper) if text)
        told[row["fingerprint"]] = _below(f"{wording.words('life.reply')}: {said}")
    return told


def _folder(findings: pl.DataFrame) -> str:
    """The folder that all files of the findings stand in: it is told once, where the files are listed."""
    files = findings["source_file"].drop_nulls().unique().to_list()
    first, last = (min(files), max(files)) if files else ("", "")
    alike = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, alike) + 1]


def _in_order(points: list[Point]) -> list[Point]:
    """By time; a bare date keeps its place among the moments of its day, for nobody knows when on that day it was."""
    ordered: list[Point] = []
    for point in points:
        at = len(ordered)
        while at and _later(ordered[at - 1][0], point[0]):
            at -= 1
        ordered.insert(at, point)
    return ordered


def _later(one: datetime, other: datetime) -> bool:
    bare = time.min in (one.time(), other.time())
    return one.date() > other.date() if bare else one > other


class _Once(dict[tuple[Any, ...], str]):
    """Values to what is said of them, asked once."""

    def __init__(self, how: Callable[..., str]) -> None:
        self._how = how

    def __missing__(self, values: tuple[Any, ...]) -> str:
        said = self[values] = self._how(*values)
        return said


class _Sayings:
    """What a row says of its values; `folder` is left out of the files' names."""

    def __init__(self, wording: Wording, folder: str) -> None:
        words = wording.words
        self._wording = wording
        self._line = safe(words("findings.line"))
        self._files = _Once(lambda file: safe((file or DASH).removeprefix(folder)))
        self._received, self._completed = safe(words("findings.received")), safe(words("findings.completed"))
        self._due, self._undone = safe(words("findings.due")), f"<li>{safe(words('findings.not_completed'))}"
        self._missing = f"<li class=d>{safe(words('findings.no_entry'))}"
        self._neighbour = _Once(self._step_nearby)
        self._time = _Once(wording.time_of_day)
        self._stamp = _Once(lambda moment: safe(wording.stamp(moment)))
        self._moment = _Once(lambda moment: safe(wording.moment(moment)))

    def heading(
        self, district: str | None, office: str | None, service: str | None, channel: str | None, *, outside: bool
    ) -> str:
        tongue, called = self._wording.tongue, self._wording.service(service) if service else ""
        return HEADING(
            tongue(office),
            safe(office or self._wording.words("figures.nowhere")),
            tongue(district) if outside else "",
            safe(district or "") if outside else "",
            tongue(called),
            safe(called),
            safe(self._wording.channel(channel) if channel else ""),
        )

    def code(self, code: str | None, severity: str | None) -> str:
        """The code, which leads to its line in the table of codes, and how much it weighs."""
        known = CODE.fullmatch(code or "")
        named = f"<a href=#{code}>{code}</a>" if known else safe(code or DASH)
        return f"{named}<p class={severity}>{safe(self._wording.known('severity', severity))}"

    def excess(self, value: float | None, unit: str | None) -> str:
        """The excess in words, and in seconds for sorting: a working day is worth so many hours there."""
        if value is None:
            return "<td>"
        seconds = value * SECONDS_IN.get(unit or "", HOURS_OF_DAY * 3600)
        return f"<td data-v={round(seconds)}>{safe(self._wording.measure(value, unit))}"

    def timeline(
        self,
        code: str | None,
        moments: tuple[datetime | None, datetime | None, datetime | None],
        before: Neighbour,
        after: Neighbour,
    ) -> str:
        """Receipt, due moment and completion in their order, between the application's steps directly before and after.

        A moment on the day of the one above it is told by its time; a bare date always by itself.
        """
        received, due, completed = moments
        told = [
            (before[0], self._neighbour[(*before[1:], True)] if before[0] else "", "<li class=s>"),
            (received, self._received, "<li>"),
            (due, self._due, "<li class=d>"),
            (completed, self._completed, "<li>"),
            (after[0], self._neighbour[(*after[1:], False)] if after[0] else "", "<li class=s>"),
        ]
        points = _in_order([(moment, text, tag) for moment, text, tag in told if moment is not None])
        lines: list[str] = []
        day = None
        for moment, text, tag in points:
            stamp = self._moment if text is self._due else self._stamp
            same = moment.date() == day and moment.time() != time.min
            lines.append(f"{tag}{self._time[moment.time(),] if same else stamp[moment,]} {text}")
            day = moment.date()
        if lines and code in ("S01", "S02"):
            lines.insert(1 if before[0] else 0, self._missing)
        if due and not completed and code != "T04":
            lines.append(self._undone)
        return f"<ol>{''.join(lines)}</ol>" if lines else ""

    def _step_nearby(
        self, step: str | None, done: bool | None, service: str | None, channel: str | None, earlier: bool
    ) -> str:
        """A step before is told by its completion, one after by its receipt; where it is the other moment, this is said."""
        name = safe(self._wording.step(service, channel, step))
        if done == earlier:
            return name
        return f"{name}: {self._completed if done else self._received}"

    def place(self, file: str | None, line: int | None) -> str:
        """File and line, of which no two rows have the same; the line is left out where a finding has none."""
        if file is None:
            return ""
        return f"<p>{self._files[file,]}" + ("" if line is None else f", {self._line.format(line=line)}")
