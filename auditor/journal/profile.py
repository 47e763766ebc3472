"""A profile maps an office's own layout to the canonical journal. How it is written: `auditor.journal.profile_file`.

Four layouts. `steps`: a row per step, as the canonical journal has it. `application`: a row per application, with columns
for each step. `incoming`, `outgoing`: the prescribed books of documents, which are a row per document with a few dates,
and of which a step that is missing proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

REQUIRED = ("district", "office", "application_no", "service", "channel", "step")
CANONICAL = (
    *REQUIRED,
    *(
        "role",
        "employee",
        "received_at",
        "completed_at",
        "entry_no",
        "outcome",
        "registered_by",
        "registered_on",
        "extended_to",
    ),
)
"""The columns of the canonical journal, in the order of the specification."""
LINKS = ("linked_no", "linked_office")
"""Beside them: the number, and the office, that a row quotes of the same application in another office's journal."""
COLUMNS = (*CANONICAL, *LINKS)
MOMENTS = ("received_at", "completed_at")
DATES = ("registered_on", "extended_to")
TEXTS = tuple(name for name in COLUMNS if name not in MOMENTS + DATES)
STEP_CELLS = (*MOMENTS, "employee", "role", "extended_to")
"""What each step has of its own where a row is a whole application; the rest is the row's."""
ROW_CELLS = tuple(name for name in COLUMNS if name not in (*STEP_CELLS, "step"))
LAYOUTS = ("steps", "application", "incoming", "outgoing")
BOOKS = ("incoming", "outgoing")
ZONE = "Asia/Almaty"
DATE = "date"
"""What `take` says to find the one date that a text holds; else it is a pattern with one group."""


@dataclass(frozen=True)
class Numbering:
    """How an office numbers its journal: a book of its own (nothing else takes a number), restarting each year."""

    own_book: bool
    yearly_restart: bool


@dataclass(frozen=True)
class Cell:
    """Where a value stands: the names that its column may have in a header, and what is taken of its text (all without `take`)."""

    headers: tuple[str, ...]
    take: str | None = None


@dataclass(frozen=True)
class StepCells:
    """One step of a row that is a whole application or document.

    step, role: ids or names of the vocabulary. cells: of `STEP_CELLS`. when: canonical column of the row to the values
    (folded by `fold_value`) with which the row has this step at all. optional: an export may have none of its columns.
    """

    step: str
    cells: dict[str, Cell]
    role: str | None = None
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class Profile:
    """A layout.

    columns: canonical name to its cell. optional: those of them that an export may lack. constants: canonical name to the value of
    every row. values: canonical name: {spelling folded by `fold_value`: value}. contains: canonical name: {phrase, folded: value}, for
    values that stand somewhere in a text; a row with none of them is other mail (or has the constant, where there is one). only: phrases, one of which a row's column must hold, else it
    is other mail. moments: formats of dates beside the usual ones (`auditor.journal.formats`). steps: of a row per application.
    shows: steps and roles of which the journal would have an entry, None for all that it has columns for. covers: the stated period as
    written (FROM, TO), or None. others: further profiles of the same run or inbox: an export is read by the one that its header fits.
    """

    name: str = ""
    layout: str = "steps"
    columns: dict[str, Cell] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    contains: dict[str, dict[str, str]] = field(default_factory=dict)
    only: tuple[tuple[Cell, tuple[str, ...]], ...] = ()
    moments: tuple[str, ...] = ()
    steps: tuple[StepCells, ...] = ()
    shows: tuple[str, ...] | None = None
    zone: str = ZONE
    delimiter: str | None = None
    encoding: str | None = None
    numbering: Numbering | None = None
    covers: tuple[str | None, str | None] | None = None
    titles: dict[str, str] = field(default_factory=dict)
    others: tuple[Profile, ...] = ()

    @property
    def yearly_restart(self) -> bool | None:
        """Whether numbers begin anew each year, where they mean something: the journals of a run number nothing else. Else None."""
        told = {each.numbering for each in (self, *self.others)}
        numbering = told.pop() if len(told) == 1 else None
        return numbering.yearly_restart if numbering and numbering.own_book else None

    @staticmethod
    def canonical(zone: str = ZONE) -> Profile:
        """The layout of the specification itself; moments with an offset are turned to local time of `zone`."""
        return Profile(zone=zone)

    @property
    def unfolds(self) -> bool:
        """Whether one row holds several entries."""
        return self.layout != "steps"

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The canonical columns that are looked for in a header, those of single steps left out."""
        return ROW_CELLS if self.unfolds else COLUMNS

    def cell(self, name: str) -> Cell:
        """The cell of a canonical column: what the profile says, else its own name."""
        return self.columns.get(name) or Cell((name,))

    def needs(self, name: str) -> bool:
        """Whether a header must have this column."""
        if name in self.columns:
            return name not in self.optional
        return name in REQUIRED and name not in self.constants


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """A header name as it is compared: trimmed, inner white space folded, letter case ignored."""
    return " ".join(name.replace("\ufeff", " ").split()).casefold()


def fold_value(value: str) -> str:
    """A spelling as `values` compares it."""
    return fold_name(value)
