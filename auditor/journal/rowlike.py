"""Whether cells above or below a table might be a row of it, however damaged. What might be one is never passed over as a title or a footer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from auditor.exports.dialect import column_numbers
from auditor.exports.records import Shape

FEW_FILLED = 3
"""So many filled cells a title or a footer may always have: `Исполнитель · Иванова · тел. 45-67-89`."""
AGREEING = 2
"""Cells that stand in rows too, in the same column: one may be chance (an office signs with its name), two are none."""
NUMBER = re.compile(r"\d+(?:[ \u00a0.,]\d+)*%?")
BEGINS_WITH_DIGIT = re.compile(r"\W*\d")
LETTER = re.compile(r"[^\W\d_]")


def like_a_row(cells: Sequence[str], shape: Shape, seen: Sequence[Collection[str]]) -> bool:
    """Whether a record has what titles never have: half of the required values and, in its place, what begins like a moment; or two texts
    that rows have in the same columns. `seen`: of each column, texts of rows (`seen_in`)."""
    filled = [_bare(cell) for cell in cells]
    if column_numbers(filled):
        return False
    if len(filled) >= shape.width and shape.required:
        half = 2 * sum(1 for at in shape.required if filled[at]) >= len(shape.required)
        if half and any(BEGINS_WITH_DIGIT.match(filled[at]) for at in shape.moments):
            return True
    return sum(cell in column for cell, column in zip(filled, seen, strict=False)) >= AGREEING


def might_be_row(cells: Sequence[str], shape: Shape, seen: Sequence[Collection[str]]) -> bool:
    """Whether a record below a table might be a row of it: it is like one, or has every required value, or as many filled cells as a row must
    have, and not only numbers (totals)."""
    filled = [_bare(cell) for cell in cells]
    told = [cell for cell in filled if cell]
    if like_a_row(cells, shape, seen):
        return True
    if len(filled) >= shape.width and shape.required and all(filled[at] for at in shape.required):
        return not column_numbers(filled)
    return len(told) >= max(FEW_FILLED + 1, len(shape.required)) and not all(map(NUMBER.fullmatch, told[1:]))


def _bare(cell: str) -> str:
    return cell.strip(" \t\u00a0'\"")


def seen_in(rows: Iterable[Sequence[str | None]], width: int) -> list[set[str]]:
    """Of each column the texts with letters that stand in some rows: a count may stand anywhere by chance."""
    found: list[set[str]] = [set() for _ in range(width)]
    for row in rows:
        for cell, column in zip(row, found, strict=False):
            if cell and LETTER.search(cell):
                column.add(cell.strip())
    return found
