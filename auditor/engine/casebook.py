"""Each application as a case: when it was received, whether it is finished, whether a term was broken, by a given moment.

What is received after that moment is left out and what is completed later counts as open, though the exports may go on: so a month's
table is the same whenever it is made.

    case_row    home_key, label_id, application_no, key_year, problem, received_on, finished_at, state, reason, last_seen, extended, broken, unclear, exact,
                sid (of the first step that broke its term), eid (its entry, else the application's first), first_eid, file_id, line

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from auditor.engine.audit import BYTES_OF_ROW, Asked, Progress, bytes_of, no_progress, take
from auditor.engine.judge import FILES_SCHEMA, MENTIONS_SCHEMA, Files, Question, judge
from auditor.engine.names_in_text import hiding
from auditor.engine.ownoffices import own_offices
from auditor.engine.result import InputFile
from auditor.engine.staging import Staging
from auditor.exports.find import Found, PassedOver
from auditor.exports.opening import open_exports
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.journal.surveying import survey_exports
from auditor.language import Words
from auditor.law.types import Rulebook


@dataclass(frozen=True)
class Casebook:
    """All cases of the exports.

    cases: district, office (of first registration), service, channel (ids where known), application_no, year, problem (P01, P02, P03 or null),
        received_on (Date), finished_at, state (`done`, `in_work`, `undetermined`), reason (why undetermined), last_seen (its latest
        moment), extended (a term was extended by decision), broken (`late`: a step was completed after its term, `overdue`: one is
        open beyond it, null), unclear (the data cannot decide the term of some step), exact (false: the rules themselves are not sure), step,
        step_office (of the first broken term), source_file, source_line (of that step's entry, else of the first).
    coverage: district, office, begins, ends: what each office's exports show, `ends` not after the moment asked for.
    passed_over: what among the exports is no journal.
    """

    cases: pl.DataFrame
    coverage: pl.DataFrame
    inputs: tuple[InputFile, ...]
    passed_over: tuple[PassedOver, ...]


def casebook(
    found: Found,
    profile: Profile,
    rulebook: Rulebook,
    asked: Asked,
    until: datetime,
    folder: Path,
    progress: Progress = no_progress,
    register: Register | None = None,
) -> Casebook:
    """The cases of exports as they stood at `until`. `folder` is an empty one for the run's working files.

    Raises InputError for exports that must be refused whole.
    """
    surveyed = survey_exports(open_exports(found, folder), profile, register)
    layouts = surveyed.layouts
    sizes = [bytes_of(layout) for layout in layouts]
    staging = Staging(folder, sum(sizes) // BYTES_OF_ROW, rulebook.vocabulary)
    taken = take(layouts, sizes, staging, Words("reading", asked.language), progress, register)
    collect = _Collect()
    judgement = judge(
        staging,
        Files(
            pl.DataFrame(taken.files, schema=FILES_SCHEMA, orient="row"),
            pl.concat([pl.DataFrame(schema=MENTIONS_SCHEMA), *taken.mentions]),
            tuple(taken.shows),
        ),
        rulebook,
        Question(asked.as_of, asked.covers, until=until, offices=own_offices(register, rulebook)),
        folder,
        lambda done, whole: progress("judge", done, whole),
        collect,
    )
    try:
        if not collect.begun:
            return Casebook(
                pl.DataFrame(schema=CASES), judgement.table(_COVERAGE), tuple(taken.inputs), tuple(surveyed.passed_over)
            )
        cases = judgement.table(_SHOWN)
        # Spellings that the rules do not know come from a journal, and anything may stand there.
        hide = hiding(staging.spellings.employee.frame()["text"], rulebook, shown=asked.show_names)
        cases = cases.with_columns(hide(cases[name]) for name in ("service", "channel"))
        return Casebook(cases, judgement.table(_COVERAGE), tuple(taken.inputs), tuple(surveyed.passed_over))
    finally:
        judgement.close()


CASES: dict[str, type[pl.DataType] | pl.DataType] = {
    **dict.fromkeys(("district", "office", "service", "channel", "application_no"), pl.String),
    "year": pl.Int16,
    "problem": pl.String,
    "received_on": pl.Date,
    "finished_at": pl.Datetime("us"),
    "state": pl.String,
    "reason": pl.String,
    "last_seen": pl.Datetime("us"),
    "extended": pl.Boolean,
    "broken": pl.String,
    "unclear": pl.Boolean,
    "exact": pl.Boolean,
    "step": pl.String,
    "step_office": pl.String,
    "source_file": pl.String,
    "source_line": pl.Int64,
}
"""The columns of `Casebook.cases`."""


class _Collect:
    """Shown the tables of each bucket, adds its cases to those before."""

    def __init__(self) -> None:
        self.begun = False

    def __call__(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"INSERT INTO case_row {_CASES}" if self.begun else f"CREATE TABLE case_row AS {_CASES}")
        self.begun = True


_CASES = """
WITH seen AS (
    SELECT e.app_id, min(b.registered_on) AS registered_on, min(e.eid) AS first_eid,
        max(greatest(e.received_at, e.completed_at)) FILTER (e.j02 IS NULL) AS last_seen,
        coalesce(bool_or(e.extended_to IS NOT NULL) FILTER (e.j02 IS NULL), false) AS extended,
        max(coalesce(e.completed_at, e.received_at)) FILTER (e.j02 IS NULL AND b.outcome = 1) AS ended_at
    FROM entry e JOIN bucket b USING (eid) WHERE e.repeats IS NULL GROUP BY 1
), aimed AS (
    -- The step that finishes it: the one that ended it early, else the last required one.
    SELECT j.app_id, CASE WHEN j.required = 0 THEN NULL ELSE j.edition_id * 64 + CASE WHEN j.cut_short THEN bit_count(lowest_bit(j.present & d.ends) - 1) ELSE top_bit(j.required) END END AS sid
    FROM judged_application j JOIN edition d USING (edition_id)
), last_step AS (
    SELECT a.app_id, s.completed_at, s.sound FROM aimed a JOIN step s ON s.app_id = a.app_id AND s.sid = a.sid
), terms AS (
    SELECT app_id, sid, eid, office_key, verdict FROM clocked WHERE verdict IN ('late', 'overdue') AND accuses
    UNION ALL
    SELECT app_id, sid, eid, office_key, verdict FROM pending WHERE verdict = 'overdue' AND accuses
    UNION ALL
    SELECT t.app_id, t.sid, t.eid, e.office_key, CASE WHEN t.completed_at IS NULL THEN 'overdue' ELSE 'late' END FROM total t JOIN entry e ON e.app_id = t.app_id AND e.eid = t.eid
), broken AS (
    -- An open term that has run out goes before one that was kept too late.
    SELECT app_id, CASE WHEN bool_or(verdict = 'overdue') THEN 'overdue' ELSE 'late' END AS broken,
        arg_min(sid, (verdict <> 'overdue', sid)) AS sid, arg_min(eid, (verdict <> 'overdue', sid)) AS eid, arg_min(office_key, (verdict <> 'overdue', sid)) AS office_key
    FROM terms GROUP BY 1
), unclear AS (
    SELECT app_id FROM clocked WHERE verdict = 'undetermined' AND accuses
    UNION SELECT app_id FROM missing WHERE reason IS NOT NULL
    UNION SELECT app_id FROM pending WHERE reason IS NOT NULL
    UNION SELECT app_id FROM judged_application WHERE ambiguous
), waiting AS (
    SELECT app_id, any_value(reason) AS reason FROM pending GROUP BY 1
), begun AS (
    SELECT DISTINCT app_id FROM clocked WHERE completed_at IS NULL AND sound
)
SELECT a.home_key, a.label_id, a.application_no, a.key_year, a.problem,
    -- What is stated of the first registration, unless the journal shows it earlier.
    least(a.day, s.registered_on) AS received_on,
    CASE WHEN a.problem IS NOT NULL OR j.app_id IS NULL OR z.app_id IS NOT NULL THEN 'undetermined'
         WHEN s.ended_at IS NOT NULL OR (l.sound AND l.completed_at IS NOT NULL) THEN 'done'
         WHEN g.app_id IS NOT NULL OR (w.app_id IS NOT NULL AND w.reason IS NULL) THEN 'in_work'
         ELSE 'undetermined' END AS state,
    CASE WHEN state = 'done' THEN coalesce(CASE WHEN l.sound THEN l.completed_at END, s.ended_at) END AS finished_at,
    CASE WHEN state = 'undetermined' THEN coalesce(a.problem, z.reason, w.reason,
        CASE WHEN l.app_id IS NOT NULL THEN 'impossible_time' ELSE 'no_entry_of_office' END) END AS reason,
    s.last_seen, s.extended, b.broken, u.app_id IS NOT NULL AS unclear,
    coalesce(d.basis = 'exact' AND NOT coalesce(a.day < d.assumed_until, false)
        AND NOT EXISTS (SELECT 1 FROM note n WHERE n.pair_id = a.pair_id AND n.since <= a.day AND a.day < n.until), false) AS exact,
    b.sid, b.office_key AS step_office_key, x.file_id, x.line
FROM application a JOIN seen s USING (app_id) LEFT JOIN judged_application j USING (app_id) LEFT JOIN edition d ON d.edition_id = a.edition_id
LEFT JOIN last_step l USING (app_id) LEFT JOIN broken b USING (app_id) LEFT JOIN unclear u USING (app_id) LEFT JOIN waiting w USING (app_id)
LEFT JOIN begun g USING (app_id) LEFT JOIN (FROM tangled) z USING (app_id) JOIN bucket x ON x.eid = coalesce(b.eid, s.first_eid)
"""
_SHOWN = """
SELECT d.text AS district, o.text AS office, l.service, l.channel, c.application_no, c.key_year AS year, c.problem, c.received_on, c.finished_at, c.state,
    c.reason, c.last_seen, c.extended, c.broken, c.unclear, c.exact, r.step, q.text AS step_office, f.path AS source_file, c.line::BIGINT AS source_line
FROM case_row c JOIN spelled_district d ON d.code = c.home_key >> 32 JOIN spelled_office o ON o.code = c.home_key & 4294967295
JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l USING (label_id) JOIN file f USING (file_id)
LEFT JOIN rule_step r USING (sid) LEFT JOIN spelled_office q ON q.code = c.step_office_key & 4294967295
ORDER BY district, office, service, channel, received_on, application_no, year, source_file, source_line
"""
_COVERAGE = """
SELECT d.text AS district, o.text AS office, c.begins, c.ends FROM coverage c
JOIN spelled_district d ON d.code = c.office_key >> 32 JOIN spelled_office o ON o.code = c.office_key & 4294967295 ORDER BY ALL
"""
