"""The register of corrections: changes of entries that a document explains. They are shown apart, and are no J07.

corrections:
  - number: 12-05/33              the document
    date: 2018-03-20
    signed_by: head of the department
    reason: the year was mistyped
    district: Abay
    office: Employment office
    application_no: "15"
    step: register                optional: id or the journal's spelling; without it every entry of the application
    values:                       optional: canonical column: what it holds now. Only this change is explained, not a later one
      completed_at: 2018-03-15 17:45
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from auditor.history.meaning import normal
from auditor.history.registers import fold, read_register
from auditor.journal.profile import CANONICAL
from auditor.law.section import Section


@dataclass(frozen=True)
class Correction:
    """One document. values: canonical column to what the entry holds since, None where the register does not say."""

    number: str
    date: date | None
    signed_by: str
    reason: str
    district: str
    office: str
    application_no: str
    step: str
    values: dict[str, str] | None


@dataclass(frozen=True)
class Corrections:
    """The register; empty without a file."""

    entries: tuple[Correction, ...] = ()

    @staticmethod
    def read(path: Path) -> Corrections:
        """Read a register. Raises InputError with every fault."""
        return Corrections(read_register(path, "corrections", _read))

    def of(self, changes: pl.DataFrame, cells: pl.DataFrame, zone: str) -> pl.DataFrame:
        """`changes` with the number of the document that explains each; cells: entry, column, after of those that changed."""
        held: dict[int, dict[str, str | None]] = {}
        if self.entries:
            for entry, column, after in cells.select("entry", "column", "after").iter_rows():
                held.setdefault(entry, {})[column] = after
        numbers = []
        for row in changes.select("change_id", "district", "office", "application_no", "step").iter_rows(named=True):
            found = (c.number for c in self.entries if _speaks_of(c, row, held.get(row["change_id"], {}), zone))
            numbers.append(next(found, None))
        return changes.with_columns(pl.Series("correction", numbers, dtype=pl.String))

    def unused(self, changes: pl.DataFrame) -> list[Correction]:
        """Those that explain nothing (any more)."""
        used = set(changes["correction"].drop_nulls())
        return [correction for correction in self.entries if correction.number not in used]


def _read(section: Section) -> Correction:
    told = {key: section.text(key) for key in ("number", "signed_by", "reason", "district", "office", "application_no")}
    values = None
    child = section.section("values", required=False)
    if child is not None:
        for key in child.block.entries:
            if key not in CANONICAL:
                child.fault(key, "is no column of the canonical journal", "one of: " + ", ".join(CANONICAL))
        values = {key: child.text(key) for key in child.block.entries}
    read = Correction(**told, date=section.day("date"), step=section.text("step", required=False), values=values)
    section.done()
    return read


def _speaks_of(correction: Correction, row: dict[str, str | None], held: dict[str, str | None], zone: str) -> bool:
    same = all(fold(getattr(correction, name)) == fold(row[name]) for name in ("district", "office", "application_no"))
    if not same or (correction.step and fold(correction.step) != fold(row["step"])):
        return False
    if correction.values is None:
        return True
    if set(held) - set(correction.values):
        return False
    columns = list(held)
    stated = pl.Series("t", [correction.values[column] for column in columns], dtype=pl.String)
    now = pl.Series("t", [held[column] for column in columns], dtype=pl.String)
    return bool(columns) and bool(normal(stated, zone).eq_missing(normal(now, zone)).all())
