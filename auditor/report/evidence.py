"""The rows of the table of findings, as HTML.

A page shows thousands of findings that share their words: services, steps, moments, citations. So each piece of a row is
worded and escaped once for all rows that have it; a template would do both again for every cell, which took most of the
time of a report. Every value passes `safe`; the markup around it is ours.

Roles are written out: on a narrow screen each row becomes a card, which would take the table's own away. To keep the page
light, quotes around our own words and the end tags that HTML lets go are left out, and style.css tells cells by their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from typing import Any

from markupsafe import Markup

from auditor.report.frames import Part
from auditor.report.wording import DASH, Wording, readable

ROW = (
    "<tr role=row><th role=rowheader>{}"
    "<td role=cell>{}{}"  # application; service and channel
    "<td role=cell>{}"
    "<td role=cell>{}{}{}"  # step, role, employee
    "<td role=cell>{}{}{}"  # received, completed, due
    "<td role=cell>{}{}{}"  # limit, actual, excess
    "<td role=cell>{}{}{}{}\n"  # message, basis, citation, place
).format


@dataclass(frozen=True)
class Findings:
    """The rows that a page shows, as HTML; how many they are, and how many findings there are in all."""

    html: Markup
    shown: int
    total: int


def findings(part: Part, wording: Wording) -> Findings:
    """The rows of the findings that the page shows; what a finding lacks is left out."""
    say = _Sayings(wording, outside=part.district is None)
    words = wording.words
    cells = {name: column.to_list() for name, column in part.findings.to_dict().items()}

    def pieces(how: Callable[..., str], *columns: str) -> Iterator[str]:
        return map(_Once(how).__getitem__, zip(*(cells[name] for name in columns), strict=True))

    def times(label: str, column: str, moment: Callable[[datetime], str]) -> Iterator[str]:
        return pieces(lambda value: say.fact(words(label), moment(value)) if value else "", column)

    def measures(label: str, column: str) -> Iterator[str]:
        return pieces(partial(say.measure, words(label)), column, "limit_unit")

    rows = map(
        ROW,
        pieces(say.code, "code", "severity"),
        pieces(lambda number: f"<b>{safe(number or '')}</b>", "application_no"),
        pieces(say.asked, "service", "channel"),
        pieces(say.office, "office", "district"),
        pieces(say.step, "service", "channel", "step"),
        pieces(lambda role: _small(wording.role(role) if role else ""), "role"),
        pieces(lambda employee: _small(employee or ""), "employee"),
        times("findings.received", "received_at", wording.stamp),
        times("findings.completed", "completed_at", wording.stamp),
        times("findings.due", "due_at", wording.moment),
        measures("findings.limit", "limit"),
        measures("findings.actual", "actual"),
        measures("findings.excess", "excess"),
        pieces(lambda message: safe(message or ""), "message"),
        pieces(say.basis, "basis"),
        pieces(partial(say.source, words("findings.citation")), "citation"),
        map(say.place, cells["source_file"], cells["source_line"]),
    )
    return Findings(Markup("".join(rows)), part.findings.height, part.finding_count)


def safe(text: str) -> str:
    """A text as it may stand in a page, between tags or in double quotes: readable and escaped."""
    return escape(readable(text))


class _Once(dict[tuple[Any, ...], str]):
    """Values to what is said of them, asked once."""

    def __init__(self, how: Callable[..., str]) -> None:
        self._how = how

    def __missing__(self, values: tuple[Any, ...]) -> str:
        said = self[values] = self._how(*values)
        return said


class _Sayings:
    """What a row says of some of its values; `outside` where districts are told, on the oblast page."""

    def __init__(self, wording: Wording, outside: bool) -> None:
        self._wording = wording
        self._outside = outside
        self._source, self._line = wording.words("findings.source"), safe(wording.words("findings.line"))
        self._files = _Once(lambda file: f"{safe(self._source)}: {safe(file or DASH)}")

    def code(self, code: str | None, severity: str | None) -> str:
        name, title = self._wording.known("severity", severity), self._wording.code_title(code or "")
        return f'<b class="{safe(severity or "")}">{safe(code or "")}</b> <small>{safe(name)}</small>{safe(title)}'

    def asked(self, service: str | None, channel: str | None) -> str:
        named = f"<span>{safe(self._wording.service(service))}</span>" if service else ""
        return named + _small(self._wording.channel(channel) if channel else "")

    def office(self, office: str | None, district: str | None) -> str:
        return safe(office or "") + _small(district or "" if self._outside else "")

    def step(self, service: str | None, channel: str | None, step: str | None) -> str:
        return safe(self._wording.step(service, channel, step)) if step else ""

    def measure(self, label: str, value: float | None, unit: str | None) -> str:
        if value is None:
            return ""
        return self.fact(label, f"{self._wording.amount(value)} {self._wording.known('unit', unit)}")

    def fact(self, label: str, value: str) -> str:
        return f"<i>{safe(label)}</i> <b>{safe(value)}</b> "

    def basis(self, basis: str | None) -> str:
        return f"<em>{safe(self._wording.known('basis', basis))}</em>" if basis not in (None, "", "exact") else ""

    def source(self, label: str, text: str | None) -> str:
        return f"<small>{safe(label)}: {safe(text)}</small>" if text else ""

    def place(self, file: str | None, line: int | None) -> str:
        """File and line, of which no two rows have the same; the line is left out where a finding has none."""
        if line is None:
            return self.source(self._source, file)
        return f"<small>{self._files[file,]}, {self._line.format(line=line)}</small>"


def _small(text: str) -> str:
    return f"<small>{safe(text)}</small>" if text else ""
