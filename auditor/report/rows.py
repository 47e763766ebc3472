"""The rows of a page's lists, worded: what a template shows as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from auditor.journal.persons import mask
from auditor.report.figures import NOTHING, Shown, TallyRow, tallies
from auditor.report.frames import ELSEWHERE, Part, SharedFile
from auditor.report.wording import DASH, Wording

QUARANTINE_ROWS = 1000
LONGEST_VALUE = 60
FREE = ("unknown_moment", "unknown_date", "too_long_value", "beyond_header")
"""Faults that quote a cell of which nobody knows what it holds."""
LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class ListRow:
    """A line of a plain list: texts, then one number."""

    texts: tuple[str, ...]
    n: int


@dataclass(frozen=True)
class QuarantineRow:
    file: str
    line: str
    column: str
    reason: str


@dataclass(frozen=True)
class CoverageRow:
    district: str
    office: str
    begins: str
    ends: str
    stated: bool


def by_service(part: Part, wording: Wording) -> Shown[TallyRow]:
    found = sorted(tallies(part, ["service"]), key=lambda pair: wording.service_order(pair[0][0]))
    nothing = wording.words("figures.no_service")
    return Shown.first([TallyRow(wording.service(key) if key else nothing, "", "", t) for (key,), t in found])


def by_channel(part: Part, wording: Wording) -> Shown[TallyRow]:
    found = sorted(tallies(part, ["channel"]), key=lambda pair: wording.channel_order(pair[0][0]))
    nothing = wording.words("figures.no_channel")
    return Shown.first([TallyRow(wording.channel(key) if key else nothing, "", "", t) for (key,), t in found])


def by_district(part: Part, wording: Wording, pages: dict[str, str]) -> Shown[TallyRow]:
    """Districts with the address of each one's page; what has no district comes last."""
    found = dict(tallies(part, ["district"]))
    names = sorted({*(key[0] for key in found if key[0]), *pages}, key=wording.alphabet)
    rows = [TallyRow(name, "", pages.get(name, ""), found.get((name,), NOTHING)) for name in names]
    if (None,) in found:
        rows.append(TallyRow(wording.words("figures.no_district"), "", "", found[None,]))
    return Shown.first(rows)


def by_office(part: Part, wording: Wording, sheets: Mapping[tuple[str, str], str]) -> Shown[TallyRow]:
    """Offices by district and name, with the address of each one's sheet; what has no office comes last."""

    def order(pair: tuple[tuple[Any, ...], Any]) -> tuple[Any, ...]:
        (district, office), _ = pair
        return office is None, wording.alphabet(district), wording.alphabet(office)

    nowhere = wording.words("figures.nowhere")
    found = sorted(tallies(part, ["district", "office"]), key=order)
    return Shown.first(
        [
            TallyRow(office or nowhere, _outside(part, district), sheets.get((district, office), ""), tally)
            for (district, office), tally in found
        ]
    )


def reasons(part: Part, wording: Wording) -> Shown[ListRow]:
    """Why steps are undetermined, the most frequent reason first."""
    counted = (
        _undetermined(part).group_by("reason").agg(pl.col("n").sum()).sort("n", "reason", descending=[True, False])
    )
    return Shown.first([ListRow((wording.known("reason", reason),), n) for reason, n in counted.iter_rows()])


def undetermined_offices(part: Part, wording: Wording) -> Shown[ListRow]:
    """The same by office, the offices with most undetermined steps of a kind first."""
    by = ["district", "office", "reason"]
    counted = _undetermined(part).group_by(by).agg(pl.col("n").sum()).sort("n", *by, descending=[True, *[False] * 3])
    nowhere = wording.words("figures.nowhere")
    rows = [
        ListRow((*places, office or nowhere, wording.known("reason", reason)), n)
        for district, office, reason, n in counted.iter_rows()
        for places in [() if part.district is not None else (district or DASH,)]
    ]
    return Shown.first(rows)


def quarantined(part: Part, wording: Wording, *, names_shown: bool) -> Shown[QuarantineRow]:
    """Place and reason of the rows not taken, without their text; numbers that may be an IIN are blotted out."""
    rows = [
        QuarantineRow(
            file=row["source_file"] or "",
            line="" if row["source_line"] is None else str(row["source_line"]),
            column=mask(row["column"] or ""),
            reason=mask(_why(row, wording, names_shown)),
        )
        for row in part.quarantine.head(QUARANTINE_ROWS).iter_rows(named=True)
    ]
    return Shown(tuple(rows), part.quarantine.height)


def _why(row: dict[str, Any], wording: Wording, names_shown: bool) -> str:
    """The row's first fault in the page's language. Cells that slip put a name where a moment should be: letters are blotted out."""
    fault, _, expected = (row["fault"] or "").partition(" ")
    if fault == ELSEWHERE:
        return wording.words("quarantine.elsewhere")
    if fault not in wording.reading:
        return row["reason"] or ""
    value = " ".join((row["value"] or "").split())
    if not names_shown and fault in FREE:
        value = LETTERS.sub("•", value)
    value = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
    return wording.reading(fault, column=mask(row["column"] or ""), value=value, expected=expected)


def not_in_force(part: Part, wording: Wording) -> Shown[ListRow]:
    """Applications of periods without rules, by service, channel and period; the last day is the period's own."""
    by = ["service", "channel", "since", "until"]
    counted = part.not_in_force.group_by(by).agg(pl.col("n").sum()).sort(by, nulls_last=False)
    rows = [
        (wording.service_order(service), wording.channel_order(channel), since, until, service, channel, n)
        for service, channel, since, until, n in counted.iter_rows()
    ]
    rows.sort(key=lambda row: row[:2])
    told = []
    for *_, since, until, service, channel, n in rows:
        last = until - timedelta(days=1) if until else None
        told.append(
            ListRow((wording.service(service), wording.channel(channel), wording.day(since), wording.day(last)), n)
        )
    return Shown.first(told)


def unknown_spellings(counted: pl.DataFrame, column: str) -> Shown[ListRow]:
    """Spellings that the vocabulary lacks, the most frequent first."""
    counted = counted.group_by(column).agg(pl.col("n").sum()).sort("n", column, descending=[True, False])
    return Shown.first([ListRow((mask(spelling or DASH),), n) for spelling, n in counted.iter_rows()])


def deputies(part: Part, wording: Wording) -> Shown[ListRow]:
    counted = part.deputies.group_by("role", "counts_as").agg(pl.col("n").sum())
    counted = counted.sort("n", "role", "counts_as", descending=[True, False, False])
    return Shown.first(
        [ListRow((role or DASH, wording.role(counts_as)), n) for role, counts_as, n in counted.iter_rows()]
    )


def coverage(part: Part, wording: Wording) -> Shown[CoverageRow]:
    rows = [
        CoverageRow(
            _outside(part, row["district"]),
            row["office"] or DASH,
            wording.moment(row["begins"]),
            wording.moment(row["ends"]),
            bool(row["stated"]),
        )
        for row in sorted(
            part.coverage.iter_rows(named=True),
            key=lambda row: (wording.alphabet(row["district"]), wording.alphabet(row["office"])),
        )
    ]
    return Shown.first(rows)


def inputs(part: Part) -> Shown[SharedFile]:
    return Shown.first(list(part.files))


def _undetermined(part: Part) -> pl.DataFrame:
    return part.verdicts.filter(pl.col("verdict") == "undetermined")


def _outside(part: Part, district: str | None) -> str:
    """The district's name on the oblast page; a district's own page needs no repeating it."""
    return "" if part.district is not None else district or ""
