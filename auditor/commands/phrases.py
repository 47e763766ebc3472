"""How days, moments, amounts and names are said in a timeline, and how its lines are broken."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date, datetime

from auditor.amounts import SECONDS_IN, open_time, working_days
from auditor.language import Words
from auditor.law.types import Limit, Rulebook
from auditor.report.wording import Wording, readable

WIDTH = 100
NO_BREAK = "\u00a0"
"""Holds a figure and its unit on one line; shown as a space."""


class Phrases:
    """The parts of sentences, in one language."""

    def __init__(self, rulebook: Rulebook, language: str) -> None:
        self.words = Words("explain", language)
        self.wording = Wording(language, rulebook)

    def named(self, names: dict[str, tuple[str, ...]], spelling: str) -> str:
        return next(
            (names[language][0] for language in (self.words.language, "kk", "ru", "en") if names.get(language)),
            spelling,
        )

    def limit(self, limit: Limit) -> str:
        return self.amount(limit.value, limit.unit)

    def amount(self, value: float, unit: str) -> str:
        if unit in SECONDS_IN:
            return self.time(round(value * SECONDS_IN[unit]) * 1_000_000)
        return working_days(round(value * 100), "amount", self.words).replace(" ", NO_BREAK)

    def time(self, microseconds: int) -> str:
        return open_time(round(microseconds / 1_000_000), "amount", self.words).replace(" ", NO_BREAK)

    def day(self, day: date) -> str:
        return f"{self.words(f'weekday.{day.isoweekday()}')}{NO_BREAK}{self.wording.day(day)}"

    def moment(self, moment: datetime) -> str:
        return f"{self.words(f'weekday.{moment.isoweekday()}')}{NO_BREAK}{self.wording.moment(moment).replace(' ', NO_BREAK)}"

    def stamp(self, moment: datetime) -> str:
        """A moment that may stand for a bare date."""
        return self.day(moment) if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else self.moment(moment)


def wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of at most `WIDTH` columns; what could steer a terminal is shown as a mark."""
    text = str(readable(text)).replace("№ ", f"№{NO_BREAK}")
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(NO_BREAK, " ") for line in lines]


def as_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side, as wide as their longest cell; what could steer a terminal is shown as a mark."""
    shown = [[str(readable(cell)) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[at]) for row in shown) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    )
