"""Clocks of two offices that differ (reading 48): findings of order that rest on the difference are withheld."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta
from statistics import median

from reference.applications import Application, Place, Row
from reference.case import Bench, Case
from reference.model import Found


def without_clock_differences(found: list[Found], apps: list[Application], bench: Bench) -> list[Found]:
    passed: Counter[tuple[Place, Place]] = Counter()
    crossed: dict[tuple[Place, Place], list[tuple[timedelta, Place, Row]]] = {}
    for app in apps:
        if app.edition is None:
            continue
        for them, row, home in pairs(Case(app, bench)):
            assert row.received is not None
            assert them.completed is not None
            passed[row.place, home] += 1
            if row.received < them.completed and row.place != them.place:
                crossed.setdefault((them.place, row.place), []).append((row.received - them.completed, home, row))
    excused: set[tuple[str, int]] = set()
    for (_, receiver), all_of_them in crossed.items():
        gaps = [gap for gap, _, _ in all_of_them]
        whole = sum(passed[receiver, home] for home in {home for _, home, _ in all_of_them})
        near = max(gaps) - min(gaps) <= timedelta(minutes=15)
        alike = max(gaps) - min(gaps) <= max(timedelta(minutes=15), -median(gaps) / 4)
        many = 2 * len(gaps) >= whole
        if (len(gaps) >= 5 and (alike or many)) or (len(gaps) >= 3 and near and many):
            excused |= {(row.entry.source_file, row.entry.source_line) for _, _, row in all_of_them}
    return [f for f in found if f.code not in ("O01", "O02") or (f.source_file, f.source_line) not in excused]


def pairs(case: Case) -> list[tuple[Row, Row, Place]]:
    """Each step and the nearest earlier present one, in another kind of office, with moments to the minute."""
    found = []
    inner = case.app.inner.steps if case.app.inner is not None else ()
    home = (case.app.rows[0].district, case.app.rows[0].home)
    for steps, of in ((case.steps, "own"), (inner, "inner")):
        here = [s for s in steps if case.app.of_step(s, of)]
        for before, step in itertools.pairwise(here):
            them, row = case.app.performing(before, of), case.app.performing(step, of)
            if them is None or row is None or row.received is None or them.completed is None:
                continue
            if not row.received_bare and not them.completed_bare and case.kind(before, of) != case.kind(step, of):
                found.append((them, row, home))
    return found
