"""One application as a timeline: what the engine decided of each of its steps, taken from the engine's own tables.

While the exports are judged, the tables of the application's rows are set aside (`Watch`). Verdicts, due moments and findings are then
worked out by the engine's own queries over these few rows; nothing is computed a second time in another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal

import duckdb
import polars as pl

from auditor.engine import findings, overruns, verdicts
from auditor.engine.audit import Asked, worded
from auditor.engine.judge import Judgement
from auditor.engine.masking import PSEUDONYM, mask_employees
from auditor.engine.ruletables import PlacedStep, RuleTables
from auditor.engine.worktime import MICROSECONDS, hours_on, intervals_on
from auditor.law.types import Calendar, DayOff, Edition, Limit, Procedure, Rulebook

SET_ASIDE = ("application", "entry", "judged_application", "step", "missing", "pending")
NEAREST = 5
Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One row of the journal. `performing`: the one that the step is judged by; `repeats`: `file:line` of the entry it equals."""

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
    known: bool
    performing: bool
    repeats: str | None


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
    begins: datetime
    ends: datetime
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
class Kept:
    """The tables of one application, in a connection of their own to the run's database."""

    con: duckdb.DuckDBPyConnection
    heading: Heading
    home_key: int


class Watch:
    """Sets aside the tables of the applications with one number (None: of all), bucket by bucket.

    found: all of them; kept: those of the district asked for; near: numbers that look like the one asked for, with their distance.
    """

    def __init__(self, number: str | None, district: str | None, most: int | None) -> None:
        self.number = number
        self.district = district
        self.most = most
        self.found: list[Heading] = []
        self.kept: list[Kept] = []
        self.near: dict[str, int] = {}

    def __call__(self, con: duckdb.DuckDBPyConnection) -> None:
        rows = con.execute(_NAMED, [self.number, self.number]).fetchall()
        for app_id, home_key, *named in rows:
            heading = Heading(*named)
            self.found.append(heading)
            wanted = self.district is None or _same(heading.district, self.district)
            if wanted and (self.most is None or len(self.kept) < self.most):
                self.kept.append(Kept(_set_aside(con, app_id), heading, home_key))
        if not self.found and self.number is not None:
            self.near |= dict(con.execute(_NEAR, [self.number, NEAREST]).fetchall())

    def nearest(self) -> list[str]:
        """The numbers nearest to the one asked for."""
        return sorted(self.near, key=lambda number: (self.near[number], number))[:NEAREST]

    def close(self) -> None:
        """Let go of the tables set aside."""
        for kept in self.kept:
            kept.con.close()


_NAMED = """
SELECT a.app_id, a.home_key, a.application_no, d.text, o.text, a.key_year, coalesce(l.service, ''), coalesce(l.channel, ''), a.n
FROM application a JOIN spelled_district d ON d.code = a.home_key >> 32 JOIN spelled_office o ON o.code = a.home_key & 4294967295
JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l USING (label_id)
WHERE ?::VARCHAR IS NULL OR a.application_no = ?
ORDER BY d.text, o.text, a.application_no, a.key_year
"""
_NEAR = """
SELECT application_no, levenshtein(lower(application_no), lower(?)) AS far FROM (SELECT DISTINCT application_no FROM application)
ORDER BY far, application_no LIMIT ?
"""


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _set_aside(con: duckdb.DuckDBPyConnection, app_id: int) -> duckdb.DuckDBPyConnection:
    one = con.cursor()
    for name in SET_ASIDE:
        one.register("incoming", con.execute(f"SELECT * FROM {name} WHERE app_id = ?", [app_id]).to_arrow_table())
        one.execute(f"CREATE TEMP TABLE {name} AS FROM incoming")
        one.unregister("incoming")
    return one


class Pseudonyms:
    """Employees as numbers: those that findings name as in the report of the same run, all others after them."""

    def __init__(self, judgement: Judgement, shown: bool) -> None:
        self.shown = shown
        query = "SELECT DISTINCT y.text AS name FROM finding f JOIN spelled_employee y ON y.code = f.employee WHERE y.text IS NOT NULL"
        names = judgement.table(query)["name"]
        self._known = {_folded(name): mask for name, mask in zip(names, mask_employees(names), strict=True)}

    def __call__(self, name: str | None) -> str | None:
        if name is None or self.shown:
            return name
        folded = _folded(name)
        # A person keeps one number; names that differ only in letter case already share theirs.
        return self._known.setdefault(folded, f"{PSEUDONYM}{len(set(self._known.values())) + 1}")


def _folded(name: str) -> str:
    return " ".join(name.split()).lower()


def build(kept: Kept, judgement: Judgement, rulebook: Rulebook, asked: Asked, pseudonyms: Pseudonyms) -> Timeline:
    """The timeline of one application; after the whole run was judged."""
    return _Builder(kept, judgement, rulebook, asked, pseudonyms).timeline()


class _Builder:
    def __init__(self, kept: Kept, judgement: Judgement, rulebook: Rulebook, asked: Asked, pseudonyms: Pseudonyms) -> None:
        self.kept = kept
        self.con = kept.con
        self.tables: RuleTables = judgement.tables
        self.rulebook = rulebook
        self.asked = asked
        self.pseudonyms = pseudonyms
        self.calendars = [rulebook.calendars[name] for name in sorted(rulebook.calendars)]
        self.application = self._rows(_APPLICATION)[0]
        overruns.due_moments(self.con)
        self.con.execute(verdicts.TABLE.replace("CREATE TABLE", "CREATE TEMP TABLE"))
        verdicts.count(self.con)
        self.entries = self._entries()
        self.found = self._findings()

    def _rows(self, query: str, given: Iterable[object] = ()) -> list[Row]:
        asked = self.con.execute(query, list(given))
        names = [column[0] for column in asked.description or ()]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    def timeline(self) -> Timeline:
        application = self.application
        judged = application["problem"] is None
        procedure, edition = self.tables.editions[application["edition_id"]] if judged else (None, None)
        inner = self.tables.editions[application["inner_id"]][1] if judged and application["inner_id"] is not None else None
        steps, idle = self._steps() if judged else ([], [])
        placed = {id(finding) for step in steps for finding in step.findings}
        known = {sid for sid, entries in self.entries.items() if sid is not None for _ in entries}
        return Timeline(
            heading=self.kept.heading,
            day=application["day"],
            problem=application["problem"],
            procedure=procedure,
            edition=edition,
            inner=inner if any(step.inside for step in steps) else None,
            basis=application["basis"] or "exact",
            ended=bool(application["ended"]),
            coverage=tuple(Coverage(**row) for row in self._rows(_COVERAGE)),
            steps=tuple(steps),
            idle=tuple(idle),
            unplaced=tuple(e for sid, entries in self.entries.items() if sid not in known for e in entries),
            findings=tuple(finding for finding in self.found if id(finding) not in placed),
            verdicts={(row["step"], row["verdict"], row["reason"]): row["n"] for row in self._rows(_VERDICTS)},
        )

    def _entries(self) -> dict[int | None, list[Entry]]:
        grouped: dict[int | None, list[Entry]] = {}
        for row in self._rows(_ENTRIES):
            sid = row.pop("sid")
            row["employee"] = self.pseudonyms(row["employee"])
            grouped.setdefault(sid, []).append(Entry(**row))
        return grouped

    def _findings(self) -> list[Finding]:
        application, home = self.application, self.kept.home_key
        base = self.con.execute("SELECT current_database()").fetchall()[0][0]
        self.con.execute(
            f"CREATE TEMP TABLE finding AS SELECT f.* FROM {base}.main.finding f WHERE f.home_key = ? AND f.application_no = ? "
            "AND f.key_year IS NOT DISTINCT FROM ? OR f.code = 'P03' AND ? = 'P03' AND f.label_id IN (SELECT label_id FROM pair_label WHERE pair_id = ?) "
            "AND coalesce(nullif(split_part(detail, '..', 1), '')::DATE <= ?, true) AND coalesce(?::DATE < nullif(split_part(detail, '..', 2), '')::DATE, true)",
            [home, *(application[k] for k in ("application_no", "key_year", "problem", "pair_id", "day", "day"))],
        )
        shown = findings.shown(self.con)
        told = worded(shown, self.tables, self.rulebook, self.asked).with_columns(shown["sid"])
        columns = ("code", "severity", "message", "citation", "sid", "source_file", "source_line")
        return [Finding(*row) for row in told.select(columns).iter_rows()]

    def _steps(self) -> tuple[list[Step], list[PlacedStep]]:
        decided = {row["sid"]: row for row in self._rows("SELECT * FROM verdict_count WHERE sid IS NOT NULL")}
        clocks = {row["sid"]: row for row in self._rows(_CLOCKS)}
        waiting = {row["sid"]: row for row in self._rows(_WAITING)}
        own = self.application["edition_id"] * 64
        sids = [own + idx for idx in range(len(self.tables.editions[self.application["edition_id"]][1].steps))]
        sids += sorted({sid for sid in self.entries if sid is not None} - set(sids))
        steps, idle = [], []
        for sid in sids:
            verdict = decided.get(sid)
            if verdict is None and sid not in self.entries:
                idle.append(self.tables.steps[sid])
                continue
            row = clocks.get(sid)
            released = bool(row and self.application["ended"] and row["completed_at"] is None)
            clock = None if released else self._clock(row) if row else self._wait(waiting.get(sid))
            steps.append(
                Step(
                    placed=self.tables.steps[sid],
                    inside=sid // 64 != self.application["edition_id"],
                    entries=tuple(sorted(self.entries.get(sid, ()), key=lambda e: not e.performing)),
                    verdict=verdict["verdict"] if verdict else None,
                    reason=verdict["reason"] if verdict else None,
                    clock=clock,
                    released=released,
                    findings=tuple(f for f in self.found if f.sid == sid and f.code != "T03"),
                )
            )
        return steps, idle

    def _clock(self, row: Row) -> Clock | None:
        """The clock of a step that has an entry; None where none runs."""
        if not row["sound"] or row["start"] is None or row["due_unit"] is None and row["reason"] != "calendar":
            return None
        before = None
        if row["received_at"] is None:
            earlier = [s for s, e in self.entries.items() if s is not None and s < row["sid"] and any(x.completed_at == row["start"] for x in e)]
            before = self.tables.steps[max(earlier)] if earlier else None
        return Clock(
            calendar=self.calendars[row["cal"]],
            origin="receipt" if row["received_at"] is not None else "step_before",
            start=row["start"],
            start_bare=bool(row["start_bare"]),
            before=before,
            before_at=None,
            handover=None,
            effective=row["effective_day"],
            stop=row["stop"],
            stop_bare=bool(row["stop_bare"]),
            completed=row["completed_at"] is not None,
            elapsed=row["elapsed"] or 0,
            extended_to=row["extended_to"],
            due=_due(row, "due"),
            strict=_due(row, "strict"),
            days=self._days(row, bool(row["start_bare"])),
        )

    def _wait(self, row: Row | None) -> Clock | None:
        """The clock of the next step, not begun; None where none runs."""
        if row is None or row["start"] is None or row["due_unit"] is None:
            return None
        return Clock(
            calendar=self.calendars[row["cal"]],
            origin="handover",
            start=row["start"],
            start_bare=False,
            before=self.tables.steps[row["last_sid"]],
            before_at=row["completed_at"],
            handover=row["handover_day"],
            effective=row["start"].date(),
            stop=row["cut_off"],
            stop_bare=False,
            completed=False,
            elapsed=max(0, row["elapsed"] or 0),
            extended_to=None,
            due=_due(row, "due"),
            strict=_due(row, "strict"),
            days=self._days({**row, "stop": row["cut_off"], "start": row["start"], "since": row["completed_at"]}, False),
        )

    def _days(self, row: Row, start_bare: bool) -> tuple[Day, ...]:
        """The days from the start (of a step not begun: from the completion before it) to the due day or the stop, whichever is later."""
        calendar = self.calendars[row["cal"]]
        start, stop = row["start"], row["stop"]
        runs_from = datetime.combine(start.date() + timedelta(days=1), datetime.min.time()) if start_bare else start
        first = (row.get("since") or start).date()
        last = max(edge.date() for edge in (stop, start, row["due_at"], row["strict_due_at"]) if edge is not None)
        days = []
        for day in _span(max(first, calendar.first_day), min(last, calendar.last_day)):
            midnight = datetime.combine(day, datetime.min.time())
            stretches = tuple(
                (midnight + timedelta(seconds=a), midnight + timedelta(seconds=b)) for a, b in intervals_on(calendar, day)
            )
            counted = tuple((max(a, runs_from), min(b, stop)) for a, b in stretches if max(a, runs_from) < min(b, stop))
            off = None if stretches else calendar.days_off.get(day)
            moved = calendar.working_weekends.get(day) if stretches else None
            days.append(Day(day, bool(stretches), off, moved, stretches, counted))
        return tuple(days)


def _due(row: Row, which: str) -> Due | None:
    if row[f"{which}_unit"] is None:
        return None
    at = row["due_at"] if which == "due" else row["strict_due_at"]
    return Due(row[f"{which}_lim"], row[f"{which}_unit"], at, row[f"{which}_used"], row[f"{which}_excess"])


def _span(first: date, last: date) -> Iterator[date]:
    return islice((first + timedelta(days=i) for i in range((last - first).days + 1)), 20_000)


def week_of(calendar: Calendar, day: date) -> dict[int, tuple[tuple[int, int], ...]]:
    """ISO weekday to opening intervals (seconds after midnight), as in force on a day."""
    hours = hours_on(calendar, day)
    return dict(hours.week) if hours else {}


def open_microseconds(days: Iterable[Day]) -> int:
    """The open time that the clock ran."""
    return sum(int((b - a).total_seconds() * MICROSECONDS) for day in days for a, b in day.counted)


# (35) The basis of findings on the application's own steps.
_APPLICATION = """
SELECT a.*, p.inner_id, CASE WHEN d.basis <> 'exact' THEN d.basis
    ELSE coalesce((SELECT n.basis FROM note n WHERE n.pair_id = a.pair_id AND n.since <= a.day AND a.day < n.until LIMIT 1),
        CASE WHEN a.day < d.assumed_until THEN 'assumed_date' END, 'exact') END AS basis
FROM application a LEFT JOIN process p USING (process_id) LEFT JOIN edition d ON d.edition_id = a.edition_id
"""
_ENTRIES = """
SELECT e.sid, f.path AS file, e.line, d.text AS district, o.text AS office, w.step_text AS step, e.role, w.role_text, w.deputy, y.text AS employee,
    e.received_at, coalesce(e.received_bare, false) AS received_bare, e.completed_at, coalesce(e.completed_bare, false) AS completed_bare,
    e.j02 AS impossible, e.ambiguous, e.sid IS NOT NULL AS known, e.eid IN (SELECT eid FROM step) AS performing, g.path || ':' || x.line AS repeats
FROM entry e JOIN file f ON f.file_id = e.file_id JOIN word w USING (word_key)
JOIN spelled_district d ON d.code = e.office_key >> 32 JOIN spelled_office o ON o.code = e.office_key & 4294967295
LEFT JOIN spelled_employee y ON y.code = e.employee
LEFT JOIN entry x ON x.eid = e.repeats LEFT JOIN file g ON g.file_id = x.file_id
ORDER BY coalesce(e.received_at, e.completed_at), e.eid
"""
_COVERAGE = """
SELECT DISTINCT o.text AS office, c.begins, c.ends, c.stated FROM coverage c JOIN spelled_office o ON o.code = c.office_key & 4294967295
WHERE c.office_key IN (SELECT office_key FROM entry) ORDER BY ALL
"""
_VERDICTS = """
SELECT coalesce(r.step, w.step_text) AS step, v.verdict, v.reason, sum(v.n)::BIGINT AS n
FROM verdict_count v LEFT JOIN rule_step r USING (sid) LEFT JOIN word w USING (word_key) GROUP BY ALL
"""
_DUES = """u.due_at, u.lim AS due_lim, u.unit AS due_unit, u.actual AS due_used, u.excess AS due_excess,
    t.due_at AS strict_due_at, t.lim AS strict_lim, t.unit AS strict_unit, t.actual AS strict_used, t.excess AS strict_excess"""
_CLOCKS = f"""
SELECT s.sid, s.sound, s.reason, s.received_at, s.completed_at, s.start, s.start_bare, s.stop, s.stop_bare, s.elapsed, s.extended_to, s.cal,
    w.day AS effective_day, {_DUES}
FROM step s LEFT JOIN due u ON u.sid = s.sid AND u.begun LEFT JOIN strict_due t ON t.sid = s.sid AND t.begun
LEFT JOIN working_day w ON w.cal = s.cal AND w.number = s.effective
"""
_WAITING = f"""
SELECT p.sid, p.last_sid, p.completed_at, p.cut_off, p.start, p.elapsed, p.cal, w.day AS handover_day, {_DUES}
FROM pending p LEFT JOIN due u ON u.sid = p.sid AND NOT u.begun LEFT JOIN strict_due t ON t.sid = p.sid AND NOT t.begun
LEFT JOIN working_day w ON w.cal = p.cal AND w.number = p.handover_number
"""
