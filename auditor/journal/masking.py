"""Identification numbers out of sight in rows that were set aside, so that `quarantine.csv` can go to whoever is to mend them.

Of a row that can be told apart the cell of each column that carries them is masked, and elsewhere what is one beyond doubt (its day of birth, its
century, its control digit). Of a row that can't be told apart: what is one beyond doubt, and in a file that has such a column any twelve digits.
An application number is never masked. A masked number that is sent back counts as not given (`auditor.journal.columns`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from auditor.exports.records import cell_spans
from auditor.journal.layout import Layout
from auditor.journal.persons import IIN, LENGTH, MASKED, SHORTEST, is_iin

TWELVE = rf"\d{{{LENGTH}}}"
MANY_DIGITS = rf"(?:\d\D*){{{SHORTEST}}}"


def mask_set_aside(quarantined: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Quarantined rows (`QUARANTINED`) with the numbers masked in `raw`, `value` and the values of `more`."""
    numbers = _numbers(layout)
    persons = frozenset(layout.persons) - numbers
    suspect = quarantined["raw"].str.contains(MANY_DIGITS if persons else TWELVE)
    if not suspect.any():
        return quarantined
    named = {layout.header[at]: at for at in range(len(layout.header))}
    kept = {name for name, at in named.items() if at in numbers} | {"application_no"}
    own = {name for name, at in named.items() if at in persons}

    def value(column: str | None, text: str | None) -> str | None:
        if text is None or column in kept:
            return text
        return MASKED if column in own else _sure(text)

    rows: Iterator[tuple[bool, str | None, str | None, list[dict[str, Any]], str]] = zip(
        suspect, *(quarantined[name] for name in ("column", "value", "more", "raw")), strict=True
    )
    masked = [
        (
            value(column, text),
            [{**other, "value": value(other["column"], other["value"])} for other in more],
            _masked(raw, layout, persons, numbers),
        )
        if doubtful
        else (text, list(more), raw)
        for doubtful, column, text, more, raw in rows
    ]
    told = (
        pl.Series(name, [row[at] for row in masked], dtype=quarantined.schema[name])
        for at, name in enumerate(("value", "more", "raw"))
    )
    return quarantined.with_columns(told)


def _numbers(layout: Layout) -> frozenset[int]:
    """The columns of application numbers, this office's and another's."""
    return frozenset(layout.columns[name] for name in ("application_no", "linked_no") if name in layout.columns)


def _masked(raw: str, layout: Layout, persons: frozenset[int], numbers: frozenset[int]) -> str:
    spans = cell_spans(raw, layout.delimiter)
    whole = spans is not None and len(spans) == len(layout.header)
    if spans is None:
        spans = list(_stretches(raw, layout.delimiter))
    # Where a delimiter was lost or came in, a cell has its place counted from either end.
    behind = len(layout.header) - len(spans)
    out, done = [], 0
    for at, (begin, end) in enumerate(spans):
        cell = raw[begin:end]
        out.append(raw[done:begin])
        done = end
        number = at in numbers if whole else layout.long_numbers and (at in numbers or at + behind in numbers)
        if number:
            out.append(cell)
        elif whole and at in persons:
            out.append(MASKED if sum(map(str.isdigit, cell)) >= SHORTEST else cell)
        else:
            out.append(IIN.sub(MASKED, cell) if persons and not whole else _sure(cell))
    return "".join([*out, raw[done:]])


def _stretches(raw: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """What stands between delimiters, quoted or not."""
    begin = 0
    while (end := raw.find(delimiter, begin)) >= 0:
        yield begin, end
        begin = end + 1
    yield begin, len(raw)


def _sure(text: str) -> str:
    """A text without what is an identification number beyond doubt."""
    return IIN.sub(lambda found: MASKED if is_iin(found[0]) else found[0], text)
