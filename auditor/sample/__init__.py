"""Invented journals with planted faults: `invent` makes the applications, `write_sample` the files.

Nothing here knows the engine: moments come from a clock of its own that only runs forward, so that an auditor who
finds exactly the planted faults has proved something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from auditor.errors import UsageError
from auditor.law.types import Rulebook
from auditor.sample.cases import Case, Label, Row
from auditor.sample.edits import conclude, export, misspell
from auditor.sample.fieldclock import DAY, FieldClock
from auditor.sample.labels import Labeller
from auditor.sample.later import a_night_later, write_later
from auditor.sample.offices import Office, found_offices
from auditor.sample.planting import Planter
from auditor.sample.workday import Workdays
from auditor.sample.writing import Penmanship, Speller, in_book_order, write_journal, write_labels

__all__ = ["Sample", "Written", "invent", "write_sample"]

BEFORE = 14
AFTER = 6
LONGEST = 1200
"""Days of the sample before the first and after the last day in force, and how long it lasts at most."""


@dataclass(frozen=True)
class Sample:
    """Invented journals: the lines of each office in the order of its book, and what must be found in them."""

    books: list[tuple[Office, list[Row]]]
    labels: list[Label]
    cases: list[Case]


@dataclass(frozen=True)
class Written:
    """What was written: counts of files, lines, applications and labels."""

    journals: int
    entries: int
    applications: int
    labels: int


def invent(book: Rulebook, applications: int, seed: int, violations: float, *, plain: bool = False) -> Sample:
    """Invent so many applications. The same arguments give the same sample on any machine.

    `plain`: every office writes minutes, ids and all columns (for files that hold many offices).
    """
    days = sample_days(book)
    clocks = {kind: FieldClock(calendar) for kind, calendar in book.calendars.items()}
    places = found_offices(book, applications, days, Random(f"{seed}:offices"), plain)
    planter = Planter(book, clocks, places, days, Random(f"{seed}:applications"))
    cases = planter.cases(applications, violations)
    end = days[1] * DAY + 20 * 3600
    Workdays(book, clocks, end, Random(f"{seed}:work")).run(cases)
    rng = Random(f"{seed}:pen")
    for case in cases:
        misspell(case, book, clocks, planter, rng)
    kept = [case for case in cases if export(case, end)]
    for case in kept:
        conclude(case, rng)
    rows: dict[Office, list[Row]] = {}
    for case in kept:
        for row in case.rows:
            rows.setdefault(row.office, []).append(row)
    offices = [office for place in places for office in place.all() if office in rows]
    books = [(office, in_book_order(rows[office], rng)) for office in offices]
    labeller = Labeller(book, clocks, kept)
    return Sample(books, [label for case in kept for label in labeller.labels(case)], kept)


def write_sample(
    book: Rulebook, out: Path, applications: int, seed: int, violations: float, changed: int = 0
) -> Written:
    """Write journals/<district>/<office>.csv and labels.csv below `out`; with `changed` also later/ and later.csv: the same journals
    exported a night later, in which so many entries were altered or taken out (J07).

    Raises UsageError where journals of another sample lie there already: they would be audited with these.
    """
    sample = invent(book, applications, seed, violations)
    paths = _paths(out / "journals", sample)
    later = _paths(out / "later", sample) if changed else []
    others = sorted({*(out / "journals").rglob("*.csv"), *(out / "later").rglob("*.csv")} - {*paths, *later})
    if others:
        raise UsageError(
            f"{others[0]} is of another sample and would be mixed with this one.", hint="Name a new folder."
        )
    speller, pen = Speller(book), Penmanship(book.zone)
    for path, (_, lines) in zip(paths, sample.books, strict=True):
        write_journal(path, lines, speller, pen)
    count = write_labels(out / "labels.csv", sample.labels)
    if changed:
        books, altered = a_night_later(sample.books, changed, Random(f"{seed}:later"))
        for path, (_, lines) in zip(later, books, strict=True):
            write_journal(path, lines, speller, pen)
        write_later(out / "later.csv", altered)
    return Written(len(sample.books), sum(len(lines) for _, lines in sample.books), len(sample.cases), count)


def _paths(folder: Path, sample: Sample) -> list[Path]:
    return [folder / office.district.slug / f"{office.slug}.csv" for office, _ in sample.books]


def sample_days(book: Rulebook) -> tuple[int, int]:
    """First and last day of the sample, as ordinals: the time in force, as far as every calendar reaches."""
    editions = [e for s in book.services.values() for p in s.procedures for e in p.editions]
    first = min(e.in_force_from for e in editions) - timedelta(days=BEFORE)
    first = max(first, *(c.first_day + timedelta(days=BEFORE) for c in book.calendars.values()), date(1900, 1, 1))
    ends = [e.in_force_to for e in editions]
    calendars = min(c.last_day for c in book.calendars.values()) - timedelta(days=120)
    last = min(calendars, first + timedelta(days=LONGEST))
    if None not in ends:
        last = min(last, max(e for e in ends if e is not None) + timedelta(days=AFTER))
    return first.toordinal(), last.toordinal()
