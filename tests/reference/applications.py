"""From entries to applications: what is read, what is left out, which edition and step each entry belongs to.

Readings 1-8, 13 and 14.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from auditor.law.types import Edition, Rulebook, Step
from reference.clock import before
from reference.editions import in_force, known, steps_called
from reference.model import Entry

Place = tuple[str, str]
"""District and office."""


def squeeze(text: str | None) -> str | None:
    """Trimmed, inner white space folded; empty is None."""
    return " ".join(text.split()) or None if text is not None else None


@dataclass
class Row:
    """An entry as it is judged."""

    entry: Entry
    order: tuple[int, int]  # file (in the order read), line
    district: str
    office: str
    home: str
    number: str
    service: str  # id where known, else the spelling
    channel: str
    spelling: str  # of the step
    role: str | None  # id where known, else the spelling
    role_known: bool
    employee: str | None
    outcome: str | None
    received: datetime | None
    received_bare: bool
    completed: datetime | None
    completed_bare: bool
    impossible: bool = False  # J02
    kind: str = "unknown"  # own, inner, unknown, ambiguous, foreign
    step: Step | None = None

    @property
    def moment(self) -> datetime:
        """The earliest moment: received, else completed (reading 3)."""
        found = self.received or self.completed
        assert found is not None
        return found

    def steps_in(self, edition: Edition, service: str, channel: str, rulebook: Rulebook) -> list[Step]:
        """The steps of an edition that the entry may be of."""
        role = self.role if self.role_known else None
        return steps_called(self.spelling, role, edition, service, channel, rulebook)

    @property
    def place(self) -> Place:
        return (self.district, self.office)


@dataclass
class Application:
    """All rows of one key, with the edition that judges them (None: J codes only)."""

    rows: list[Row]
    first: Row  # names the service and channel
    day: date
    service: str
    channel: str
    edition: Edition | None = None
    inner: Edition | None = None
    duplicates: list[Row] = field(default_factory=list)
    tangled: str | None = None
    """Why its entries may be another application's, or another's its own (readings 42 and 50)."""

    def of_step(self, step: Step, kind: str = "own") -> list[Row]:
        return [r for r in self.rows if r.kind == kind and r.step is not None and r.step.id == step.id]

    def performing(self, step: Step, kind: str = "own") -> Row | None:
        """Reading 9."""
        rows = [r for r in self.of_step(step, kind) if not r.impossible]
        completed = [r for r in rows if r.completed is not None]
        if completed:
            return min(completed, key=lambda r: (r.completed, r.order))
        return min(rows, key=lambda r: (r.received, r.order)) if rows else None


def read(
    entries: list[Entry], rulebook: Rulebook, as_of: datetime, until: datetime | None
) -> tuple[list[Row], list[tuple[Row, Row]], set[Place]]:
    """Rows to judge; duplicates, each with the row it repeats; the offices seen."""
    files = list(dict.fromkeys(e.source_file for e in entries))
    # Reading 13: a column of a file is of day precision if its every moment is midnight or bare.
    whole_days = {
        (file, column)
        for file in files
        for column in ("received_at", "completed_at")
        if all(
            getattr(e, column).time() == time()
            for e in entries
            if e.source_file == file and getattr(e, column) is not None
        )
    }
    rows: list[Row] = []
    duplicates: list[tuple[Row, Row]] = []
    seen: dict[tuple[object, ...], Row] = {}
    for entry in sorted(entries, key=lambda e: (files.index(e.source_file), e.source_line)):
        row = make_row(entry, files.index(entry.source_file), whole_days, rulebook)
        if until is not None:
            # Reading 14. Decision: what is left out is left out of everything, J codes too, and a completion
            # after the end is treated as never seen (so it is no impossible time either).
            if row.received is not None and row.received > until:
                continue
            if row.completed is not None and row.completed > until:
                row.completed = None
                row.completed_bare = False
            if row.received is None and row.completed is None:
                continue
        row.impossible = is_impossible(row, as_of)
        values = as_values(entry)
        if values in seen:
            duplicates.append((row, seen[values]))
        else:
            seen[values] = row
            rows.append(row)
    return rows, duplicates, {r.place for r in rows}


def as_values(e: Entry) -> tuple[object, ...]:
    """What must be equal for an entry to be a duplicate (reading 7): everything but its file and line."""
    texts = (e.district, e.office, e.application_no, e.service, e.channel, e.step, e.role, e.employee, e.entry_no)
    more = (e.outcome, e.registered_by, *e.extra)
    moments = (e.received_at, e.received_bare, e.completed_at, e.completed_bare, e.registered_on, e.extended_to)
    return (*(squeeze(t) for t in texts), *(squeeze(t) for t in more), *moments)


def make_row(e: Entry, file: int, whole_days: set[tuple[str, str]], rulebook: Rulebook) -> Row:
    words = rulebook.vocabulary
    office = squeeze(e.office) or ""
    service, channel, role = squeeze(e.service) or "", squeeze(e.channel) or "", squeeze(e.role)
    outcome = squeeze(e.outcome)
    role_id = known(role, rulebook.roles, words.roles | words.deputies) if role else None
    return Row(
        entry=e,
        order=(file, e.source_line),
        district=squeeze(e.district) or "",
        office=office,
        home=squeeze(e.registered_by) or office,
        number=squeeze(e.application_no) or "",
        service=known(service, rulebook.services, words.services) or service,
        channel=known(channel, rulebook.channel_names, words.channels) or channel,
        spelling=squeeze(e.step) or "",
        role=role_id or role,
        role_known=role_id is not None,
        employee=squeeze(e.employee),
        outcome=known(outcome, ("granted", "refused", "no_data", "withdrawn", "moved"), words.outcomes)
        if outcome
        else None,
        received=e.received_at,
        received_bare=e.received_at is not None and (e.received_bare or (e.source_file, "received_at") in whole_days),
        completed=e.completed_at,
        completed_bare=e.completed_at is not None
        and (e.completed_bare or (e.source_file, "completed_at") in whole_days),
    )


def is_impossible(row: Row, as_of: datetime) -> bool:
    """Reading 8."""
    for moment, bare in ((row.received, row.received_bare), (row.completed, row.completed_bare)):
        if moment is not None and (moment.date() > as_of.date() if bare else moment > as_of):
            return True
    if row.received is None or row.completed is None:
        return False
    return before(row.completed, row.completed_bare, row.received, row.received_bare)


def coverage(
    rows: list[Row], places: set[Place], as_of: datetime, covers: tuple[datetime | None, datetime | None]
) -> dict[Place, tuple[datetime | None, datetime | None]]:
    """Beginning and cut-off of each office (reading 14); None where its exports show no possible moment."""
    result: dict[Place, tuple[datetime | None, datetime | None]] = {}
    for place in places:
        moments = [
            moment
            for row in rows
            if row.place == place and not row.impossible
            for moment in (row.received, row.completed)
            if moment is not None
        ]
        begin = covers[0] if covers[0] is not None else min(moments, default=None)
        end = covers[1] if covers[1] is not None else max(moments, default=None)
        result[place] = (begin, min(end, as_of) if end is not None else None)
    return result


def group(rows: list[Row], rulebook: Rulebook) -> list[tuple[tuple[object, ...], list[Row]]]:
    """The rows of each application (readings 1 and 2)."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    undated: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        key = (row.district, row.home, row.number)
        if row.entry.registered_on is not None:
            groups.setdefault((*key, row.entry.registered_on.year), []).append(row)
        else:
            undated.setdefault(key, []).append(row)
    stated = list(groups)
    for key, members in undated.items():
        for part in cut(sorted(members, key=lambda r: in_time(r, rulebook)), rulebook):
            possible = [r for r in part if not r.impossible] or part
            firsts = [r for r in possible if not r.impossible and is_first_step(r, rulebook)]
            year = min(r.moment.year for r in firsts or possible)
            if not firsts:
                # A part without a first step belongs to the latest stated year that is not after it.
                year = max((k[3] for k in stated if k[:3] == key and k[3] <= year), default=year)
            groups.setdefault((*key, year), []).extend(part)
    return [(key, sorted(members, key=lambda r: r.order)) for key, members in groups.items()]


def in_time(row: Row, rulebook: Rulebook) -> tuple[object, ...]:
    """On one day, where bare dates hide the order, the first step comes first."""
    return (row.moment.date(), not is_first_step(row, rulebook), row.moment, row.order)


def cut(members: list[Row], rulebook: Rulebook) -> list[list[Row]]:
    parts: list[list[Row]] = [[]]
    last_first: Row | None = None
    last: Row | None = None
    for row in members:
        if not row.impossible and is_first_step(row, rulebook):
            compared = last_first or last
            if compared is not None and row.moment.year > compared.moment.year:
                parts.append([])
            last_first = row
        parts[-1].append(row)
        if not row.impossible:
            last = row
    return parts


def is_first_step(row: Row, rulebook: Rulebook) -> bool:
    """Is it an entry of the first required step of its own service and channel, by the latest edition that knows it?"""
    procedure = rulebook.procedure(row.service, row.channel)
    for edition in reversed(procedure.editions if procedure else ()):
        steps = row.steps_in(edition, row.service, row.channel, rulebook)
        if steps:
            first = next((s for s in edition.steps if s.required), edition.steps[0])
            return [s.id for s in steps] == [first.id]
    return False


def make_application(rows: list[Row], rulebook: Rulebook) -> Application:
    """Readings 3-6."""
    # Decision: service and channel, like the day, come from the entries without J02 where there are any.
    possible = [r for r in rows if not r.impossible] or rows
    day = min(r.moment for r in possible).date()
    received = [r for r in possible if r.received is not None]
    if received:
        first = min(received, key=lambda r: (r.received, r.order))
    else:
        first = min(possible, key=lambda r: (r.completed, r.order))
    app = Application(rows, first, day, first.service, first.channel)
    app.edition = in_force(rulebook, app.service, app.channel, day)
    if app.edition is not None and app.channel in ("corporation", "portal"):
        app.inner = in_force(rulebook, app.service, "provider", day)
    if app.edition is not None:
        for row in rows:
            find_step(row, app, rulebook)
    return app


def find_step(row: Row, app: Application, rulebook: Rulebook) -> None:
    assert app.edition is not None
    for kind, edition, channel in (("own", app.edition, app.channel), ("inner", app.inner, "provider")):
        steps = row.steps_in(edition, app.service, channel, rulebook) if edition is not None else []
        if len(steps) == 1:
            row.kind, row.step = kind, steps[0]
            return
        if steps:
            row.kind = "ambiguous"
            return
    if (row.service, row.channel) != (app.service, app.channel):
        # Reading 6: known in its own procedure, in whichever edition, so no S03; it has no step here.
        procedure = rulebook.procedure(row.service, row.channel)
        if procedure is None:  # other mail
            row.kind = "foreign"
            return
        editions = procedure.editions
        if any(row.steps_in(edition, row.service, row.channel, rulebook) for edition in editions):
            row.kind = "foreign"


THIRTY_DAYS = timedelta(days=30)
