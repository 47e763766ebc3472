"""The same journals a night later: exported anew in another order and numbered anew, with some entries altered or taken out (J07)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from auditor.sample.cases import Row
from auditor.sample.fieldclock import DAY
from auditor.sample.offices import Office
from auditor.sample.writing import LABEL_COLUMNS

Books = list[tuple[Office, list[Row]]]


@dataclass(frozen=True)
class Altered:
    """An entry that is not what it was: the row as it was, and the one in its place; None where it was taken out."""

    former: Row
    now: Row | None


def a_night_later(books: Books, changed: int, rng: Random) -> tuple[Books, list[Altered]]:
    """The books as they are exported a night later, with so many entries altered (fewer where the journals have no more that may be)."""
    ripe = [row for _, lines in books for row in _ripe(lines)]
    altered = [_alter(row, rng) for row in rng.sample(ripe, min(changed, len(ripe)))]
    now = {each.former: each.now for each in altered}
    later = []
    for office, lines in books:
        kept = [now.get(row, row) for row in lines]
        later.append((office, _shuffled([row for row in kept if row is not None], rng)))
    return later, altered


def _shuffled(rows: list[Row], rng: Random) -> list[Row]:
    """Rows in an order of chance; a line written twice stands below itself."""
    lines = [row for row in rows if row.twin is None]
    rng.shuffle(lines)
    for row in rows:
        if row.twin is not None:
            lines.insert(lines.index(row.twin) + 1, row)
    return lines


def _ripe(lines: list[Row]) -> list[Row]:
    """Completed entries without a fault, of days that neither begin nor end the book, no two of one step of an application."""
    days = [row.moment // DAY for row in lines]
    steps: dict[tuple[object, str], int] = {}
    for row in lines:
        steps[row.case, row.step.id] = steps.get((row.case, row.step.id), 0) + 1
    return [
        row
        for row, day in zip(lines, days, strict=True)
        if min(days) < day < max(days)
        and row.case.fault is None
        and row.written_received is not None
        and row.written_completed not in (None, row.written_received)
        and steps[row.case, row.step.id] == 1
    ]


def _alter(row: Row, rng: Random) -> Altered:
    """Taken out, or completed as soon as it was received."""
    return Altered(row, None if rng.random() < 0.4 else replace(row, completed=row.received))


def write_later(path: Path, altered: Iterable[Altered]) -> int:
    """Write the labels of a night later, in the order of offices and lines; return how many there are. An entry taken out stands nowhere."""
    rows = []
    for each in altered:
        row, case = each.now or each.former, each.former.case
        file = f"later/{row.office.district.slug}/{row.office.slug}.csv" if each.now else ""
        place = (row.office.district.name, row.office.name, case.service, case.channel, case.number, row.step.id)
        rows.append(("J07", *place, file, row.line if each.now else ""))
    rows.sort(key=lambda label: tuple(map(str, label)))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(LABEL_COLUMNS)
        writer.writerows(rows)
    return len(rows)
