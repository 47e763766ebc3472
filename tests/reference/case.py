"""One application under judgement: what is required of it, what is absent and why that may prove nothing.

Readings 19, 21, 30, 31, 34-36.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from auditor.engine.ownoffices import OwnOffice
from auditor.law.types import Edition, Rulebook, Step
from reference.applications import THIRTY_DAYS, Application, Place, Row
from reference.clock import Clock, Measure
from reference.model import Found, severity


@dataclass
class Bench:
    """What all applications are judged by."""

    rulebook: Rulebook
    as_of: datetime
    coverage: dict[Place, tuple[datetime | None, datetime | None]]
    quarantined: list[tuple[str, str | None, str | None, str]]
    file_places: dict[str, set[Place]]
    offices: dict[Place, OwnOffice] = field(default_factory=dict)
    homes: set[Place] = field(default_factory=set)
    layouts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    torn: set[frozenset[str]] = field(default_factory=set)  # districts that share an application (reading 50)
    clocks: dict[str, Clock] = field(default_factory=dict)

    def clock(self, kind: str, place: Place) -> Clock:
        """Reading 44: the office's own calendar, where it has one, for the steps of its own kind."""
        calendar = self.rulebook.calendars[kind]
        own = self.offices.get(place)
        if own is not None and own.kind == kind and own.calendar is not None:
            calendar = own.calendar
        if calendar.id not in self.clocks:
            self.clocks[calendar.id] = Clock(calendar)
        return self.clocks[calendar.id]

    def cut_off(self, row: Row) -> datetime:
        end = self.coverage[row.place][1]
        assert end is not None  # a row that is judged is itself a possible moment
        return end


class Case:
    """One application with an edition."""

    def __init__(self, app: Application, bench: Bench) -> None:
        assert app.edition is not None
        self.app, self.bench, self.edition = app, bench, app.edition
        self.found: list[Found] = []
        self.verdicts: list[tuple[str, str, str | None]] = []
        self.steps = self.edition.steps
        self.present = [i for i, s in enumerate(self.steps) if app.of_step(s)]
        self.last_present = self.present[-1] if self.present else None
        self.ending = next((i for i in self.present if self.steps[i].ends), None)
        self.over = any(r.outcome in ("withdrawn", "moved") and not r.impossible for r in app.rows)

    # What the rules ask of this application

    def wanted(self, index: int) -> bool:
        """Required in this application, endings left aside (reading 30)."""
        step = self.steps[index]
        here = {self.steps[i].id for i in self.present}
        if not step.required or here & set(step.required_unless):
            return False
        # A step of an alternative is required only if that alternative was begun.
        mine = [alternative for group in self.edition.branches for alternative in group if step.id in alternative]
        return not mine or any(here & set(alternative) for alternative in mine)

    def undecided(self, index: int) -> bool:
        """A step of a branch of which nothing was begun, and whose every alternative asks for a step (reading 30)."""
        here = {self.steps[i].id for i in self.present}
        asked = {s.id for s in self.steps if s.required and not here & set(s.required_unless)}
        return self.steps[index].id in asked and any(
            self.steps[index].id in {step for alternative in group for step in alternative}
            and all(asked & set(alternative) and not here & set(alternative) for alternative in group)
            for group in self.edition.branches
        )

    def due_or_undecided(self, index: int) -> bool:
        return self.wanted(index) or self.undecided(index)

    def required(self, index: int) -> bool:
        """Wanted, and not after a present ending step (reading 36)."""
        return self.wanted(index) and (self.ending is None or index <= self.ending)

    def unfinished(self) -> bool:
        """Does it lack a required step that is still owed?"""
        if self.over and self.last_present is None:
            return False
        return any(
            self.required(i) and i not in self.present and not (self.over and i > (self.last_present or 0))
            for i in range(len(self.steps))
        )

    def kind(self, step: Step, of: str = "own") -> str:
        return self.bench.rulebook.office_kind(step.role, self.app.channel if of == "own" else "provider")

    def human(self, step: Step) -> bool:
        return self.bench.rulebook.roles[step.role].human

    # What the layouts could not show (readings 60-62)

    def unshown(self, index: int) -> bool:
        """Would none of the application's files of that office kind have an entry of the step?"""
        kind = self.kind(self.steps[index])
        files = {
            r.entry.source_file
            for i in self.present
            if self.kind(self.steps[i]) == kind
            for r in self.app.of_step(self.steps[i])
        }
        return bool(files) and not any(self.shows(file, self.steps[index]) for file in files)

    def shows(self, file: str, step: Step) -> bool:
        words = self.bench.layouts.get(file)
        return words is None or step.id in words or step.role in words

    def out_of_sight(self, index: int) -> bool:
        """The step can't be missed: it is not shown, or what would make it unnecessary is not."""
        others = [i for i, s in enumerate(self.steps) if s.id in self.steps[index].required_unless]
        return self.unshown(index) or any(self.unshown(i) for i in others)

    def partial(self) -> bool:
        return any(r.entry.source_file in self.bench.layouts or r.entry.unseen for r in self.app.rows)

    def dim(self, index: int) -> bool:
        """It may have been completed without our seeing it."""
        if index not in self.present:
            return self.out_of_sight(index)
        rows = self.app.of_step(self.steps[index])
        row = self.app.performing(self.steps[index]) or min(
            rows, key=lambda r: (r.completed is None, r.completed or r.moment, r.order)
        )
        return row.completed is None and bool(row.entry.unseen & 2)

    # Why absence may prove nothing

    def unknown_step(self) -> bool:
        # Decision: an entry whose step belongs to another procedure (P04) is as good a reason as an unknown one:
        # it may be the very step that is missing.
        return any(r.kind in ("unknown", "ambiguous", "foreign") for r in self.app.rows)

    def quarantined_row(self) -> bool:
        """Reading 31 d. Decision: any doubt whether the row is of this application counts for it."""
        places = {r.place for r in self.app.rows} | {(r.district, r.home) for r in self.app.rows}
        number = self.app.rows[0].number
        for file, district, office, their_number in self.bench.quarantined:
            if " ".join(their_number.split()) != number:
                continue
            theirs = self.bench.file_places.get(file, set())
            if places & theirs or (not theirs and not office and not district):
                return True
            if (office or district) and any(
                (not office or o == " ".join(office.split())) and (not district or d == " ".join(district.split()))
                for d, o in places
            ):
                return True
        return False

    def why_not_judged(self, index: int) -> str | None:
        """The reason for which the absence of a step is not judged (reading 31)."""
        kind = self.kind(self.steps[index])
        # Decision: only own steps count as entries of the office kind. Entries of inner steps show that the
        # provider worked, and the corporation's step "the provider works" is then not missing.
        if not any(self.kind(self.steps[i]) == kind for i in self.present):
            return "no_entry_of_office"
        if self.out_of_sight(index):
            return "not_in_layout"
        if self.before_coverage(index, None) or self.before_coverage(index, kind):
            return "before_coverage"
        if self.after_coverage(index, kind):
            return "after_coverage"
        if self.app.tangled:
            return self.app.tangled
        if self.unknown_step():
            return "unknown_step"
        return "quarantined_row" if self.quarantined_row() else None

    def before_coverage(self, index: int, kind: str | None) -> bool:
        """Does the step stand before the earliest entry (of a kind), and that near the coverage's beginning?"""
        rows = [
            (r, i)
            for i in self.present
            for r in self.app.of_step(self.steps[i])
            if kind is None or self.kind(self.steps[i]) == kind
        ]
        rows = [(r, i) for r, i in rows if not r.impossible] or rows
        if not rows:
            return False
        row, at = min(rows, key=lambda pair: (pair[0].moment, pair[0].order))
        begin = self.bench.coverage[row.place][0]
        return index < at and (begin is None or row.moment - begin <= THIRTY_DAYS)

    def after_coverage(self, index: int, kind: str) -> bool:
        """Do the exports of the step's office end before the later entry that shows it missing?"""
        same = [i for i in self.present if self.kind(self.steps[i]) == kind]
        if same[-1] > index:
            return False
        later = self.row(next(i for i in self.present if i > index))
        end = self.bench.coverage[self.row(same[-1]).place][1]
        return end is not None and later.moment > end

    def row(self, index: int) -> Row:
        """The performing entry of a present step, or where it has none (J02) its first."""
        return self.app.performing(self.steps[index]) or self.app.of_step(self.steps[index])[0]

    # What comes out

    def basis(self, of: str = "own") -> str:
        """Reading 35."""
        edition: Edition | None = self.edition if of == "own" else self.app.inner
        assert edition is not None
        if edition.basis != "exact":
            return edition.basis
        for note in self.bench.rulebook.services[self.app.service].notes:
            if (
                note.basis != "exact"
                and note.since <= self.app.day
                and (note.until is None or self.app.day < note.until)
            ):
                return note.basis
        if edition.assumed_until is not None and self.app.day < edition.assumed_until:
            return "assumed_date"
        return "exact"

    def verdict(self, step: str, verdict: str, reason: str | None = None) -> None:
        self.verdicts.append((step, verdict, reason))

    def add(self, code: str, row: Row, step: Step | None, of: str = "own", /, **columns: object) -> None:
        """A finding at a row; columns override what the row says."""
        basis = columns.pop("basis", None) or (self.basis(of) if code[0] not in "JP" else "exact")
        self.found.append(about(code, row, self.app, step, str(basis), **columns))

    def add_timed(
        self, code: str, row: Row, step: Step, of: str, measured: Measure, limit: object, unit: str, **columns: object
    ) -> None:
        self.add(
            code,
            row,
            step,
            of,
            due_at=measured.due_at,
            limit=limit,
            limit_unit=unit,
            actual=measured.actual,
            excess=measured.excess,
            **columns,
        )


def about(code: str, row: Row, app: Application, step: Step | None, basis: str, /, **columns: object) -> Found:
    """A finding about an entry (readings 38, 41).

    Decision: service and channel are those of the application. Of an entry whose step is unknown, the step is the
    journal's spelling and the role the recorded one, in J codes as in S03.
    """
    values: dict[str, object] = {
        "district": row.district,
        "office": row.office,
        "service": app.service,
        "channel": app.channel,
        "application_no": row.number,
        "step": step.id if step is not None else row.spelling,
        "role": step.role if step is not None else row.role,
        "employee": row.employee,
        "received_at": row.received,
        "completed_at": row.completed,
        "source_file": row.entry.source_file,
        "source_line": row.entry.source_line,
        **columns,
    }
    return Found(code, severity(code, basis), basis=basis, **values)  # type: ignore[arg-type]


def total_first_step(edition: Edition) -> Step:
    """Decision: the first step of an edition is its first required one, as in reading 2."""
    return next((s for s in edition.steps if s.required), edition.steps[0])
