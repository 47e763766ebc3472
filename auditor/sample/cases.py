"""What the invented offices produce: applications, rows of journals, planted faults and their labels."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.law.types import Edition, Step
from auditor.sample.fieldclock import DAY
from auditor.sample.offices import Office


@dataclass(eq=False, slots=True)
class Row:
    """One line of one office's journal. Moments are those of `fieldclock`; None is an empty cell.

    `blank`: the office did not write down when it received the papers (`received` is still the truth).
    `service`, `channel`, `step_word` and `role` say what is written where it differs from the application's own.
    `line` is the line in the file, once it is written.
    """

    case: Case
    office: Office
    step: Step
    received: int
    completed: int | None
    employee: str = ""
    inner: bool = False
    acting: bool = False
    blank: bool = False
    extended: int | None = None
    outcome: str = ""
    role: str = ""
    service: str = ""
    channel: str = ""
    step_word: str = ""
    twin: Row | None = None
    impossible: bool = False
    line: int = 0

    def written(self, moment: int) -> int:
        """A moment as this office writes it: where it writes bare dates, the day's midnight."""
        return moment if self.office.style.timed else moment // DAY * DAY

    @property
    def written_received(self) -> int | None:
        """What stands under `received_at`."""
        return None if self.blank and self.completed is not None else self.written(self.received)

    @property
    def written_completed(self) -> int | None:
        """What stands under `completed_at`."""
        return None if self.completed is None else self.written(self.completed)

    @property
    def moment(self) -> int:
        """The first moment that is written: received, else completed."""
        received = self.written_received
        if received is not None:
            return received
        assert self.completed is not None
        return self.written(self.completed)


@dataclass(eq=False, slots=True)
class Fault:
    """A fault to plant: its code, the step of the path it strikes, and for the T02s whether it was begun."""

    code: str
    at: int = -1
    begun: bool = True
    inner: bool = False


@dataclass(eq=False, slots=True)
class Label:
    """One finding the auditor must make; with `period` it names no application (P03)."""

    code: str
    row: Row
    step: str
    period: bool = False


@dataclass(eq=False, slots=True)
class Case:
    """An application: its path through the procedure, and what the journals say of it."""

    service: str
    channel: str
    edition: Edition
    inner: Edition | None
    home: Office
    offices: dict[str, Office]
    kinds: dict[str, str]
    path: list[Step]
    arrival: int
    fault: Fault | None = None
    ending: str = ""
    service_word: str = ""
    channel_word: str = ""
    number: str = ""
    stated: bool = False
    at: int = 0
    rows: list[Row] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    cut: bool = False
    shut: bool = False

    def kind(self, step: Step) -> str:
        """The kind of office that a step of this application belongs to."""
        return self.kinds[step.role]

    def office(self, step: Step) -> Office:
        """The office whose journal holds a step of this application."""
        return self.offices[self.kinds[step.role]]

    def own(self, step: Step) -> Row | None:
        """The row of a step of the path, if there is one."""
        return next((r for r in self.rows if r.step is step and not r.inner and not r.step_word), None)

    @property
    def last(self) -> int:
        """The latest moment known of it."""
        row = self.rows[-1]
        return row.received if row.completed is None else row.completed
