"""What the engine decided of one application, taken from its own tables.

The tables of the application's rows were set aside (`auditor.engine.watching`). Its verdicts, due moments and findings are then
worked out by the engine's own queries over these few rows; nothing is computed a second time in another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from auditor.engine import findings, overruns, verdicts
from auditor.engine.audit import (
    BYTES_OF_ROW,
    Asked,
    Progress,
    bytes_of,
    no_progress,
    take,
    worded,
)
from auditor.engine.judge import FILES_SCHEMA, MENTIONS_SCHEMA, Files, Judgement, Question, judge
from auditor.engine.masking import mask_employees
from auditor.engine.mentions import numbers_named
from auditor.engine.names_in_text import hiding
from auditor.engine.ownoffices import own_offices
from auditor.engine.ruletables import PlacedStep, RuleTables
from auditor.engine.staging import Staging
from auditor.engine.timeline import Aside, Clock, Coverage, Day, Due, Entry, Finding, Step, Timeline, Trace
from auditor.engine.watching import Kept, Watch
from auditor.engine.worktime import intervals_on
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.journal.layout import Layout
from auditor.journal.offices import Register
from auditor.journal.persons import mask
from auditor.journal.profile import Profile
from auditor.journal.quarantine import sentence
from auditor.journal.reading import read_source
from auditor.journal.surveying import survey_exports
from auditor.language import Words
from auditor.law.types import Rulebook

FEW = 5
Row = dict[str, Any]


def trace(
    found: Found,
    profile: Profile,
    rulebook: Rulebook,
    asked: Asked,
    number: str,
    district: str | None,
    folder: Path,
    progress: Progress = no_progress,
    register: Register | None = None,
) -> Trace:
    """What exports hold of an application number, judged as `audit` judges them. `folder` is an empty one for the run's working files.

    Of more than `FEW` applications with the number none is told of, unless a district is named.
    Raises InputError for exports that must be refused whole.
    """
    number = " ".join(number.split())
    layouts = survey_exports(open_exports(found, folder), profile, register).layouts
    sizes = [bytes_of(layout) for layout in layouts]
    staging = Staging(folder, sum(sizes) // BYTES_OF_ROW, rulebook.vocabulary)
    taken = take(layouts, sizes, staging, Words("reading", asked.language), progress, register)
    mentions = pl.concat([pl.DataFrame(schema=MENTIONS_SCHEMA), *taken.mentions])
    restart = profile.yearly_restart
    watch = Watch(number, district, None if district else FEW + 1)
    judgement = judge(
        staging,
        Files(pl.DataFrame(taken.files, schema=FILES_SCHEMA, orient="row"), mentions, tuple(taken.shows)),
        rulebook,
        Question(asked.as_of, asked.covers, restart, every_clock=True, offices=own_offices(register, rulebook)),
        folder,
        lambda done, whole: progress("judge", done, whole),
        watch,
    )
    try:
        everyone = staging.spellings.employee.frame()["text"]
        names = Pseudonyms(everyone, asked.show_names)
        few = district is not None or len(watch.found) <= FEW
        timelines = tuple(build(kept, judgement, rulebook, asked, names) for kept in watch.kept) if few else ()
    finally:
        watch.close()
        judgement.close()
    holding = {file_id for file_id, _, _ in watch.rows} | set(
        mentions.filter(pl.col("application_no") == number)["file_id"]
    )
    quarantined, extra = _read_again(
        [layouts[i] for i in sorted(holding)], register, number, Words("reading", asked.language)
    )
    left_out = tuple(Aside(layouts[i].label, line, None) for i, line, judged in watch.rows if not judged)
    return Trace(timelines, tuple(watch.found), tuple(watch.nearest()), quarantined, left_out, extra)


def _read_again(
    layouts: list[Layout], register: Register | None, number: str, words: Words
) -> tuple[tuple[Aside, ...], dict[tuple[str, int], dict[str, str]]]:
    """From the files that hold the number: its rows in quarantine, and the extra columns of its entries."""
    quarantined: list[Aside] = []
    extra: dict[tuple[str, int], dict[str, str]] = {}
    for layout in layouts:
        path = layout.label
        for batch in read_source(layout, register, keep_sent=True):
            for row in batch.quarantined.filter(numbers_named().list.contains(number)).iter_rows(named=True):
                quarantined.append(Aside(path, row["source_line"], mask(sentence(words, row))))
            lines = batch.rows.filter(pl.col("application_no") == number)["source_line"]
            if batch.sent is not None and len(lines):
                shown = batch.sent.select("source_line", *layout.extra)
                for row in shown.filter(pl.col("source_line").is_in(lines.implode())).iter_rows(named=True):
                    line = row.pop("source_line")
                    extra[path, line] = {name: str(value) for name, value in row.items() if value is not None}
    return tuple(quarantined), extra


class Pseudonyms:
    """Employees as numbers, those of the report of the same run."""

    def __init__(self, everyone: pl.Series, shown: bool) -> None:
        self.everyone = everyone
        self.shown = shown

    def __call__(self, name: str | None) -> str | None:
        if name is None or self.shown:
            return name
        masked: str | None = mask_employees(pl.Series([name]), self.everyone).item()
        return masked


def build(kept: Kept, judgement: Judgement, rulebook: Rulebook, asked: Asked, pseudonyms: Pseudonyms) -> Timeline:
    """The timeline of one application; after the whole run was judged."""
    return _Builder(kept, judgement, rulebook, asked, pseudonyms).timeline()


class _Builder:
    def __init__(
        self, kept: Kept, judgement: Judgement, rulebook: Rulebook, asked: Asked, pseudonyms: Pseudonyms
    ) -> None:
        self.kept = kept
        self.con = kept.con
        self.tables: RuleTables = judgement.tables
        self.rulebook = rulebook
        self.asked = asked
        self.pseudonyms = pseudonyms
        self.calendars = judgement.calendars
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
        inner = (
            self.tables.editions[application["inner_id"]][1] if judged and application["inner_id"] is not None else None
        )
        steps, idle = self._steps() if judged else ([], [])
        placed = {id(finding) for step in steps for finding in step.findings}
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
            unplaced=tuple(self.entries.get(None, ())),
            findings=tuple(finding for finding in self.found if id(finding) not in placed),
            verdicts={(row["step"], row["verdict"], row["reason"]): row["n"] for row in self._rows(_VERDICTS)},
        )

    def _entries(self) -> dict[int | None, list[Entry]]:
        grouped: dict[int | None, list[Entry]] = {}
        hide = hiding(self.pseudonyms.everyone, self.rulebook, shown=self.asked.show_names)
        for row in self._rows(_ENTRIES):
            sid = row.pop("sid")
            row["employee"] = self.pseudonyms(row["employee"])
            row |= {
                name: None if row[name] is None else hide(pl.Series([row[name]]))[0] for name in ("step", "role_text")
            }
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
        told = worded(shown, self.pseudonyms.everyone, self.tables, self.rulebook, self.asked).with_columns(
            shown["sid"]
        )
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
        if row["due_unit"] is None:
            return None
        before = None
        if row["received_at"] is None:
            earlier = [
                s
                for s, e in self.entries.items()
                if s is not None and s < row["sid"] and any(x.completed_at == row["start"] for x in e)
            ]
            before = self.tables.steps[max(earlier)] if earlier else None
        return Clock(
            calendar=self.calendars[row["cal"]],
            origin="receipt" if row["received_at"] is not None else "step_before",
            start=row["start"],
            start_bare=bool(row["start_bare"]),
            before=before,
            before_at=None,
            before_bare=False,
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
        if row is None or row["due_unit"] is None:
            return None
        return Clock(
            calendar=self.calendars[row["cal"]],
            origin="handover",
            start=row["start"],
            start_bare=False,
            before=self.tables.steps[row["last_sid"]],
            before_at=row["completed_at"],
            before_bare=bool(row["completed_bare"]),
            handover=row["handover_day"],
            effective=row["start"].date(),
            stop=row["cut_off"],
            stop_bare=False,
            completed=False,
            elapsed=max(0, row["elapsed"] or 0),
            extended_to=None,
            due=_due(row, "due"),
            strict=_due(row, "strict"),
            days=self._days(
                {**row, "stop": row["cut_off"], "start": row["start"], "since": row["completed_at"]}, False
            ),
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
                (midnight + timedelta(seconds=a), midnight + timedelta(seconds=b))
                for a, b in intervals_on(calendar, day)
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
    return (first + timedelta(days=i) for i in range((last - first).days + 1))


# (35) The basis of findings on the application's own steps.
_APPLICATION = """
SELECT a.*, p.inner_id, CASE WHEN d.basis <> 'exact' THEN d.basis
    ELSE coalesce((SELECT n.basis FROM note n WHERE n.pair_id = a.pair_id AND n.since <= a.day AND a.day < n.until LIMIT 1),
        CASE WHEN a.day < d.assumed_until THEN 'assumed_date' END, 'exact') END AS basis
FROM application a LEFT JOIN process p USING (process_id) LEFT JOIN edition d ON d.edition_id = a.edition_id
"""
_ENTRIES = """
SELECT e.sid, f.path AS file, b.line, d.text AS district, o.text AS office, w.step_text AS step, w.role, w.role_text, w.deputy, y.text AS employee,
    e.received_at, coalesce(e.received_bare, false) AS received_bare, e.completed_at, coalesce(e.completed_bare, false) AS completed_bare,
    e.j02 AS impossible, e.ambiguous, e.eid IN (SELECT eid FROM step) AS performing, g.path || ':' || x.line AS repeats, coalesce(b.outcome = 1, false) AS ending
FROM entry e JOIN bucket b USING (eid) JOIN file f ON f.file_id = b.file_id JOIN word w USING (word_key)
JOIN spelled_district d ON d.code = e.office_key >> 32 JOIN spelled_office o ON o.code = e.office_key & 4294967295
LEFT JOIN spelled_employee y ON y.code = b.employee
LEFT JOIN bucket x ON x.eid = e.repeats LEFT JOIN file g ON g.file_id = x.file_id
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
FROM clocked s LEFT JOIN due u ON u.sid = s.sid AND u.begun LEFT JOIN strict_due t ON t.sid = s.sid AND t.begun
LEFT JOIN working_day w ON w.cal = s.cal AND w.number = s.effective
"""
_WAITING = f"""
SELECT p.sid, p.last_sid, p.completed_at, p.completed_bare, p.cut_off, p.start, p.elapsed, p.cal, w.day AS handover_day, {_DUES}
FROM pending p LEFT JOIN due u ON u.sid = p.sid AND NOT u.begun LEFT JOIN strict_due t ON t.sid = p.sid AND NOT t.begun
LEFT JOIN working_day w ON w.cal = p.cal AND w.number = p.handover_number
"""
