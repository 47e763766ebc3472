"""One application as a timeline: what was decided of each of its steps, as `auditor.engine.tracing` takes it from the engine's tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from auditor.engine.ruletables import PlacedStep
from auditor.law.types import Calendar, DayOff, Edition, Limit, Procedure


@dataclass(frozen=True)
class Entry:
    """One row of the journal. `performing`: the one that the step is judged by; `repeats`: `file:line` of the entry it equals;
    `ending`: its outcome ends what is required (withdrawn or moved)."""

    file: str
    line: int
    district: str
    office: str
    step: str
    role: str | None
    role_text: str | None
    deputy: bool
    employee: str | None
    received_at: datetime | None
    received_bare: bool
    completed_at: datetime | None
    completed_bare: bool
    impossible: str | None
    ambiguous: bool
    performing: bool
    repeats: str | None
    ending: bool


@dataclass(frozen=True)
class Day:
    """A day of a clock's span. `off`: why it is a day off, where the calendar names it; `moved`: why a weekend day is worked.

    `open`: the stretches of open time, whole day; `counted`: those of them that the clock ran.
    """

    day: date
    working: bool
    off: DayOff | None
    moved: DayOff | None
    open: tuple[tuple[datetime, datetime], ...]
    counted: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Due:
    """A limit worked out: until when, how much was used at the stop, and how much beyond (none or less: in time), in `unit`."""

    limit: float | None
    unit: str
    due_at: datetime | None
    used: float
    excess: float


@dataclass(frozen=True)
class Clock:
    """A step's clock. `effective`: the working day that the receipt counts for; `handover`: the last day for handing over to a
    step not begun; `stop`: the completion, else the cut-off; `elapsed`: open microseconds."""

    calendar: Calendar
    origin: Literal["receipt", "step_before", "handover"]
    start: datetime
    start_bare: bool
    before: PlacedStep | None
    before_at: datetime | None
    before_bare: bool
    handover: date | None
    effective: date | None
    stop: datetime
    stop_bare: bool
    completed: bool
    elapsed: int
    extended_to: date | None
    due: Due | None
    strict: Due | None
    days: tuple[Day, ...]

    @property
    def in_days(self) -> bool:
        """The limit is one of working days."""
        return self.due is None or self.due.unit == "working_day"


@dataclass(frozen=True)
class Finding:
    """A finding as the report has it."""

    code: str
    severity: str
    message: str
    citation: str
    sid: int | None
    file: str | None
    line: int | None


@dataclass(frozen=True)
class Step:
    """A step that has an entry, or that is required. `verdict` is None where it is neither (it is then not told of)."""

    placed: PlacedStep
    inside: bool
    entries: tuple[Entry, ...]
    verdict: str | None
    reason: str | None
    clock: Clock | None
    released: bool
    findings: tuple[Finding, ...]

    @property
    def limit(self) -> Limit | None:
        """The limit of the rules."""
        return self.placed.step.limit


@dataclass(frozen=True)
class Coverage:
    """The period that an office's exports speak for."""

    office: str
    begins: datetime | None
    ends: datetime | None
    stated: bool


@dataclass(frozen=True)
class Heading:
    """Which application it is."""

    number: str
    district: str
    office: str
    year: int | None
    service: str
    channel: str
    entries: int


@dataclass(frozen=True)
class Timeline:
    """One application. `unplaced`: entries of no known step; `idle`: own steps not required of it; `problem`: P01, P02, P03 or None.

    verdicts: (step id or the journal's spelling, verdict, reason) to how many, as they are counted in an audit.
    """

    heading: Heading
    day: date
    problem: str | None
    procedure: Procedure | None
    edition: Edition | None
    inner: Edition | None
    basis: str
    ended: bool
    coverage: tuple[Coverage, ...]
    steps: tuple[Step, ...]
    idle: tuple[PlacedStep, ...]
    unplaced: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    verdicts: dict[tuple[str, str, str | None], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Aside:
    """A row that was not judged: in quarantine, or received after the stated end of coverage."""

    file: str
    line: int
    reason: str | None


@dataclass(frozen=True)
class Trace:
    """All that exports hold of one number. found: the applications, of which `timelines` tells; nearest: like numbers, where none has it.

    extra: (file, line) of an entry to its columns that are not canonical.
    """

    timelines: tuple[Timeline, ...]
    found: tuple[Heading, ...]
    nearest: tuple[str, ...]
    quarantined: tuple[Aside, ...]
    left_out: tuple[Aside, ...]
    extra: dict[tuple[str, int], dict[str, str]]


def open_microseconds(days: Iterable[Day]) -> int:
    """The open time that a clock ran."""
    return sum(int((b - a).total_seconds() * 1_000_000) for day in days for a, b in day.counted)
