"""Running numbers of an office's own book: J04 and J05 (reading 37)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from reference.applications import Row
from reference.clock import before


def numbered(rows: list[Row], yearly_restart: bool) -> Iterator[dict[int, list[Row]]]:
    """The entries of each book, by number: a book is an office's, of a year where it restarts."""
    books: dict[tuple[object, ...], dict[int, list[Row]]] = {}
    for row in rows:
        number = (row.entry.entry_no or "").strip()
        if not is_number(row):
            continue
        moment = row.received or row.completed or row.entry.registered_on
        assert moment is not None
        book = books.setdefault((row.place, moment.year if yearly_restart else None), {})
        book.setdefault(int(number), []).append(row)
    yield from books.values()


def is_number(row: Row) -> bool:
    return re.fullmatch(r"[0-9]+", (row.entry.entry_no or "").strip()) is not None


def gaps(rows: list[Row], yearly_restart: bool, quarantined_files: set[str]) -> list[Row]:
    """The first entry after each gap. A quarantined row in a file of the office could be the missing number."""
    found = []
    for book in numbered(rows, yearly_restart):
        place = next(iter(book.values()))[0].place
        if quarantined_files & {r.entry.source_file for r in rows if r.place == place}:
            continue
        # An entry with an impossible time may belong to any year: it gives its number to none, and fills every gap.
        loose = {int(r.entry.entry_no) for r in rows if r.place == place and r.impossible and is_number(r)}
        book = {n: kept for n, them in book.items() if (kept := [r for r in them if not r.impossible])}
        numbers = sorted(book)
        for lower, higher in itertools.pairwise(numbers):
            if higher > lower + 1 and not loose & set(range(lower + 1, higher)):
                found.append(min(book[higher], key=lambda r: r.order))
    return found


def back_dated(rows: list[Row], yearly_restart: bool) -> list[Row]:
    """Entries received before the nearest lower number that has a receipt.

    Decisions: entries with J02 take no part (a mistyped year would accuse its neighbour); where several entries
    share the lower number, the earliest of them is compared.
    """
    found = []
    for book in numbered([r for r in rows if r.received is not None and not r.impossible], yearly_restart):
        numbers = sorted(book)
        for lower, higher in itertools.pairwise(numbers):
            them = min(book[lower], key=lambda r: (r.received, r.order))
            for row in book[higher]:
                assert row.received is not None
                assert them.received is not None
                if before(row.received, row.received_bare, them.received, them.received_bare):
                    found.append(row)
    return found
