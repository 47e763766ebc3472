"""What became of an entry, in words: the parts of the sentence of a changed one.

`detail` of a finding is JSON: kind (`changed`, `gone`), cells [[the office's own name of the column, before, after]] (both null where the cell
names a person), nights [first exported, first seen changed], stood (file and line, of one that is gone), verdicts [[step, before,
after]]: of the steps of its application whose verdict differs between the rows as they stood and as they stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auditor.language import DAY_FORM, Words

MOST = 6
"""Cells and steps told of one entry; the rest is counted."""
MISSED = ("late", "overdue")
KEPT = ("met", "open")


class Retold:
    """Says the parts; each takes service, channel and `detail` of a finding."""

    def __init__(self, words: Words, steps: Mapping[tuple[str, str, str], str]) -> None:
        self.words = words
        self.verdicts = Words("report", words.language)
        self.steps = steps

    def cells(self, service: str, channel: str, detail: str) -> str:
        told = [self._cell(*cell) for cell in _read(detail)["cells"]]
        return self._some(told)

    def _cell(self, name: str, before: str | None, after: str | None) -> str:
        if before is None and after is None:
            return self.words("changed_cell.hidden", column=name)
        empty = self.words("changed_cell.empty")
        return self.words("changed_cell.plain", column=name, before=before or empty, after=after or empty)

    def before_night(self, service: str, channel: str, detail: str) -> str:
        return self._night(_read(detail)["nights"][0])

    def after_night(self, service: str, channel: str, detail: str) -> str:
        return self._night(_read(detail)["nights"][1])

    def _night(self, text: str) -> str:
        return datetime.fromisoformat(text).strftime(DAY_FORM[self.words.language])

    def stood(self, service: str, channel: str, detail: str) -> str:
        return str(_read(detail)["stood"])

    def effect(self, service: str, channel: str, detail: str) -> str:
        steps = _read(detail)["verdicts"]
        if not steps:
            return "; " + self.words("changed_effect.none")
        return "; " + self._some([self._step(service, channel, *step) for step in steps])

    def _step(self, service: str, channel: str, step: str, before: str | None, after: str | None) -> str:
        kind = "timely" if before in MISSED and after in KEPT else "plain"
        name = self.steps.get((service, channel, step), step)
        return self.words(f"changed_effect.{kind}", name=name, was=self._verdict(before), now=self._verdict(after))

    def _verdict(self, verdict: str | None) -> str:
        return self.words("changed_effect.absent") if verdict is None else self.verdicts(f"verdict.{verdict}")

    def _some(self, told: list[str]) -> str:
        more = [self.words("changed_cell.more", n=len(told) - MOST)] if len(told) > MOST else []
        return "; ".join([*told[:MOST], *more])


def _read(detail: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(detail)
    return read
