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
from datetime import datetime
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl
from markupsafe import Markup

from auditor.amounts import SECONDS_IN
from auditor.report.charts import HOURS_OF_DAY
from auditor.report.frames import Part
from auditor.report.wording import DASH, Wording, readable

PLACE = ["district", "office", "service", "channel"]
HEADING = "</tbody><tbody><tr><th colspan=5 scope=rowgroup><b{}>{}</b> <i{}>{}</i> <b{}>{}</b> <i>{}</i>\n".format
ROW = "<tr><th>{}<td>{}<td>{}{}{}<td><details><summary>{}</summary>{}{}{}</details>\n".format
"""Application; code and severity; role and employee; excess; message, timeline, citation, place."""

CODE = re.compile(r"[A-Z][0-9]{2}")


@dataclass(frozen=True)
class Findings:
    """The rows that a page shows, as HTML; how many they are, and how many findings there are in all."""

    html: Markup
    shown: int
    total: int


def findings(part: Part, wording: Wording) -> Findings:
    """The findings that the page shows, by district, office, service and channel, errors first in each group."""
    ordered = _grouped(part.findings, wording)
    say = _Sayings(wording, _folder(ordered))
    cells = {name: column.to_list() for name, column in ordered.to_dict().items()}

    def pieces(how: Callable[..., str], *columns: str) -> Iterator[str]:
        return map(_Once(how).__getitem__, zip(*(cells[name] for name in columns), strict=True))

    rows = map(
        ROW,
        pieces(lambda number: safe(number or ""), "application_no"),
        pieces(say.code, "code", "severity"),
        pieces(lambda role: safe(wording.role(role)) if role else "", "role"),
        pieces(_below, "employee"),
        pieces(say.excess, "excess", "limit_unit"),
        pieces(lambda message: safe(message or DASH), "message"),
        map(say.timeline, *(cells[name] for name in ("code", "received_at", "due_at", "completed_at"))),
        pieces(_below, "citation"),
        map(say.place, cells["source_file"], cells["source_line"]),
    )
    places = zip(*(cells[name] for name in PLACE), strict=True)
    outside = part.district is None
    html: list[str] = []
    for place, group in groupby(zip(places, rows, strict=True), key=itemgetter(0)):
        html.append(say.heading(*place, outside=outside))
        html.extend(row for _, row in group)
    return Findings(Markup("".join(html)), part.findings.height, part.finding_count)


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


def _folder(findings: pl.DataFrame) -> str:
    """The folder that all files of the findings stand in: it is told once, where the files are listed."""
    files = findings["source_file"].drop_nulls().unique().to_list()
    first, last = (min(files), max(files)) if files else ("", "")
    alike = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, alike) + 1]


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
        self._received, self._completed = (
            f" {safe(words('findings.received'))}",
            f" {safe(words('findings.completed'))}",
        )
        self._due, self._undone = f" {safe(words('findings.due'))}", f"<li>{safe(words('findings.not_completed'))}"
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
        self, code: str | None, received: datetime | None, due: datetime | None, completed: datetime | None
    ) -> str:
        """Receipt, due moment and completion in their order. The class says at which tenth of the way the middle one is."""
        points = [
            (moment, text)
            for moment, text in (
                (received, received and f"<li>{self._stamp[received,]}{self._received}"),
                (due, due and f"<li class=d>{self._moment[due,]}{self._due}"),
                (completed, completed and f"<li>{self._stamp[completed,]}{self._completed}"),
            )
            if moment is not None
        ]
        if not points:
            return ""
        points.sort(key=itemgetter(0))
        undone = self._undone if due and not completed and code != "T04" else ""
        kind = ""
        if len(points) == 3:
            first, middle, last = (moment for moment, _ in points)
            tenth = round(10 * ((middle - first) / (last - first))) if last > first else 5
            kind = f" class=t{min(max(tenth, 1), 9)}"
        return f"<ol{kind}>{''.join(str(text) for _, text in points)}{undone}</ol>"

    def place(self, file: str | None, line: int | None) -> str:
        """File and line, of which no two rows have the same; the line is left out where a finding has none."""
        if file is None:
            return ""
        return f"<p>{self._files[file,]}" + ("" if line is None else f", {self._line.format(line=line)}")
