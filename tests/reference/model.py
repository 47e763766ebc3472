"""What goes into the reference and what comes out of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Entry:
    """One row of the canonical journal, as read: spellings are still those of the journal."""

    source_file: str
    source_line: int
    district: str
    office: str
    application_no: str
    service: str
    channel: str
    step: str
    role: str | None
    employee: str | None
    received_at: datetime | None
    received_bare: bool
    completed_at: datetime | None
    completed_bare: bool
    entry_no: str | None
    outcome: str | None
    registered_by: str | None
    registered_on: date | None
    extended_to: date | None
    extra: tuple[str, ...] = ()
    unseen: int = 0
    """What the layout has no place for: 1 the receipt, 2 the completion, 3 both."""


@dataclass(frozen=True)
class Found:
    """A finding, without its citation and message."""

    code: str
    severity: str
    district: str | None = None
    office: str | None = None
    service: str | None = None
    channel: str | None = None
    application_no: str | None = None
    step: str | None = None
    role: str | None = None
    employee: str | None = None
    received_at: datetime | None = None
    completed_at: datetime | None = None
    due_at: datetime | None = None
    limit: int | None = None
    limit_unit: str | None = None
    actual: float | None = None
    excess: float | None = None
    basis: str = "exact"
    source_file: str | None = None
    source_line: int | None = None


Verdict = tuple[str, str, str, str, "str | None"]
"""Service, channel, step, verdict, reason."""


@dataclass(frozen=True)
class Judgement:
    """Everything that was found and decided."""

    found: list[Found]
    verdicts: Counter[Verdict]


SEVERITY = {
    "T01": "error", "T02": "error", "T03": "error", "T04": "warning", "T05": "warning", "T06": "warning",
    "O01": "error", "O02": "warning", "O03": "warning",
    "S01": "error", "S02": "error", "S03": "error", "S04": "error",
    "R01": "error", "R02": "warning",
    "P01": "warning", "P02": "warning", "P03": "info", "P04": "warning",
    "J01": "warning", "J02": "error", "J03": "info", "J04": "warning", "J05": "warning", "J06": "error",
}  # fmt: skip


def severity(code: str, basis: str) -> str:
    """A finding whose basis is not exact is a warning whatever its code; info stays info (reading 35)."""
    usual = SEVERITY[code]
    return usual if basis == "exact" or usual == "info" else "warning"
