"""What is told of a file's columns and of no row: identification numbers of persons, and numbers that a spreadsheet turned into dates.

A number with a wrong control digit is a fault of its column: the row is taken, and nobody is accused.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from auditor.exports.source import Decision
from auditor.journal.layout import Layout
from auditor.journal.persons import MASKED, mask, restored, valid

SHOWN = 20
"""Lines named of one column; the rest is counted."""
MONTHS = (
    "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|қаң|ақп|нау|сәу|мам|мау|шіл|там|қыр|қаз|қар|жел|"
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
)
TURNED = (
    rf"(?i)^(?:\d{{1,2}}[.\- ]?(?:{MONTHS})|(?:{MONTHS})[.\- ]?\d{{2}}|"
    r"\d{4}-\d\d-\d\d(?:[ T]00:00(?::00)?)?|\d\d\.\d\d\.\d{4}(?: 0?0:00(?::00)?)?)\.?$"
)
"""What a spreadsheet makes of the number `3/12`."""


@dataclass
class PersonColumn:
    """A column of identification numbers. values: those that stand there; restored: that got their leading zeros back; wrong: with a wrong
    control digit or length; lines: of the first of them."""

    name: str
    values: int = 0
    restored: int = 0
    wrong: int = 0
    lines: list[int] = field(default_factory=list)


class Columns:
    """Looks at the columns of one file, a portion at a time."""

    def __init__(self, layout: Layout) -> None:
        self.persons = {at: PersonColumn(mask(layout.header[at])[:100]) for at in layout.persons}
        self._turned = 0
        self._turned_lines: list[int] = []

    def restore(self, texts: pl.DataFrame) -> pl.DataFrame:
        """The texts with the leading zeros of identification numbers; one that we masked (in a quarantine file) is not given."""
        for at, column in self.persons.items():
            before = texts[str(at)]
            if (before == MASKED).any():
                before = before.set(before == MASKED, None)
                texts = texts.with_columns(before)
            after = restored(before)
            column.restored += int((before != after).sum())
            texts = texts.with_columns(after)
        return texts

    def look(self, texts: pl.DataFrame, lines: pl.Series, rows: pl.DataFrame) -> None:
        """Look at the rows taken; `texts` and `lines` are theirs."""
        for at, column in self.persons.items():
            right = valid(texts[str(at)])
            wrong = lines.filter(~right.fill_null(True))
            column.values += len(right) - right.null_count()
            column.wrong += len(wrong)
            column.lines += wrong.head(SHOWN - len(column.lines)).to_list()
        turned = rows["application_no"].str.contains(TURNED).fill_null(False)
        if turned.any():
            found = rows["source_line"].filter(turned).unique(maintain_order=True)
            self._turned += len(found)
            self._turned_lines += found.head(SHOWN - len(self._turned_lines)).to_list()

    def decisions(self) -> list[Decision]:
        """What was seen, in words."""
        found = []
        for column in self.persons.values():
            values = {
                "column": column.name,
                "values": column.values,
                "restored": column.restored,
                "wrong": column.wrong,
                "lines": _listed(column.lines, column.wrong),
                "masked": MASKED,
            }
            evidence = "values.persons_wrong" if column.wrong else "values.persons"
            found.append(Decision("values", "identification numbers", evidence, values, doubtful=column.wrong > 0))
        if self._turned:
            values = {"count": self._turned, "lines": _listed(self._turned_lines, self._turned)}
            found.append(Decision("values", "numbers as dates", "values.turned", values, doubtful=True))
        return found


def _listed(lines: list[int], count: int) -> str:
    return ", ".join(map(str, lines)) + (" …" if count > len(lines) else "")
