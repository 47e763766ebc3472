"""The figures of a page, each a sum over the audit's frames; shares always with the numbers they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import polars as pl

from auditor.engine.result import SEVERITIES, VERDICTS
from auditor.report.frames import Part

TABLE_ROWS = 1000
"""Rows of a table of figures: journals of other mail can hold thousands of services that nobody knows."""

Row = TypeVar("Row")
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """Rows of a table, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int

    @property
    def shown(self) -> int:
        return len(self.rows)

    @classmethod
    def first(cls, rows: list[Row], cap: int = TABLE_ROWS) -> Shown[Row]:
        return cls(tuple(rows[:cap]), len(rows))


@dataclass(frozen=True)
class Tally:
    """The figures of one group: applications, steps by verdict, findings by severity."""

    applications: int
    met: int
    late: int
    overdue: int
    open: int
    skipped: int
    undetermined: int
    error: int
    warning: int
    info: int

    @property
    def steps(self) -> int:
        return self.decided + self.undetermined

    @property
    def timed(self) -> int:
        """Steps of which it is decided whether they kept their limit."""
        return self.met + self.late + self.overdue

    @property
    def decided(self) -> int:
        return self.timed + self.open + self.skipped

    @property
    def findings(self) -> int:
        return self.error + self.warning + self.info


NOTHING = Tally(applications=0, met=0, late=0, overdue=0, open=0, skipped=0, undetermined=0, error=0, warning=0, info=0)


@dataclass(frozen=True)
class TallyRow:
    """One line of a table of figures; `detail` is the district of an office, `href` the page of a district."""

    label: str
    detail: str
    href: str
    tally: Tally


@dataclass(frozen=True)
class CodeRow:
    """How often a code was found, by severity: a basis that is not exact makes a warning of an error.

    bars: severity and length of the pieces of its bar, against the most frequent code.
    """

    code: str
    title: str
    error: int
    warning: int
    info: int
    bars: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return self.error + self.warning + self.info


def whole(part: Part) -> Tally:
    """The figures of everything on the page."""
    return next((tally for _, tally in tallies(part, [])), NOTHING)


def tallies(part: Part, by: list[str]) -> Iterator[tuple[Key, Tally]]:
    """Key (values of `by`; None where a finding or step has none) and figures of each group, in no order."""
    counted: dict[Key, dict[str, int]] = {}

    def add(frame: pl.DataFrame, field: str | None) -> None:
        kind = pl.lit("applications") if field is None else pl.col(field)
        for *key, name, n in frame.group_by(*by, kind.alias("_kind")).agg(pl.col("n").sum()).iter_rows():
            group = counted.setdefault(tuple(key), {})
            group[name] = group.get(name, 0) + n

    add(part.applications, None)
    add(part.verdicts, "verdict")
    add(part.counts, "severity")
    names = ("applications", *VERDICTS, *SEVERITIES)
    for key, group in counted.items():
        if unknown := set(group) - set(names):
            raise ValueError(f"verdict or severity that no column counts: {sorted(map(str, unknown))}")
        yield key, Tally(**{name: group.get(name, 0) for name in names})


def codes(part: Part, title: Callable[[str], str]) -> Shown[CodeRow]:
    """The codes that were found, the most frequent first."""
    counted: dict[str, dict[str, int]] = {}
    for code, severity, n in part.counts.group_by("code", "severity").agg(pl.col("n").sum()).iter_rows():
        counted.setdefault(code, {})[severity] = n
    most = max((sum(n.values()) for n in counted.values()), default=1)
    rows = [
        CodeRow(
            code,
            title(code),
            **{name: counted[code].get(name, 0) for name in SEVERITIES},
            bars=tuple((name, round(100 * counted[code].get(name, 0) / most)) for name in SEVERITIES),
        )
        for code in sorted(counted, key=lambda code: (-sum(counted[code].values()), code))
    ]
    return Shown.first(rows)
