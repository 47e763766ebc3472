"""What is known of a night while it goes on and when it is over: for STATUS.html, the inspector's summary and the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from auditor.mail.outbox import Post
from auditor.night.intake import Taken
from auditor.night.replies import Replied

RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True)
class Stage:
    """One stage: name (key `stage.*` of the catalog), seconds, counts, and whether it came to its end."""

    name: str
    seconds: float
    counts: dict[str, int]
    ended: bool


@dataclass(frozen=True)
class Silent:
    """An office that sent nothing new for longer than the register says. last is None where nothing ever came."""

    district: str
    office: str
    every: int
    last: date | None


@dataclass(frozen=True)
class Figures:
    """What the audit found, in figures."""

    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    applications: int
    error: int
    warning: int
    info: int
    fresh: int


@dataclass
class Told:
    """A night. began: by the machine's clock. failed_stage, fault: where it stopped, and the sentence of why. run: its number in the history.

    late_clock: the moment by the machine's clock, where that lies before the last run and the run was made as of that one instead.
    answers: what the registers of excuses and corrections came to. unaddressed: districts with findings and nobody to write to. letters: outbox states to numbers. held: runs that wait to be released.
    troubles: sentences about mail that did not go. finished: an earlier night was finished first, as of that moment.
    """

    began: datetime
    as_of: datetime
    state: str = RUNNING
    ended: datetime | None = None
    run: int | None = None
    repeated: bool = False
    report: str = ""
    stages: list[Stage] = field(default_factory=list)
    failed_stage: str = ""
    fault: str = ""
    taken: Taken = field(default_factory=Taken)
    silent: list[Silent] = field(default_factory=list)
    replies: list[Replied] = field(default_factory=list)
    figures: Figures | None = None
    answers: list[str] = field(default_factory=list)
    unaddressed: list[str] = field(default_factory=list)
    letters: dict[str, int] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    unsettled: list[Post] = field(default_factory=list)
    refused_letters: list[Post] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    finished: datetime | None = None
    given_up: datetime | None = None
    late_clock: datetime | None = None
