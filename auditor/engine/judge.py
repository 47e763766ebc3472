"""From staged entries, rules, calendar and `as_of` to findings and verdicts: the engine, whole.

The clock is passed in; nothing here looks at the time, at a file of the user's or at a setting of the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl
import pyarrow as pa

from auditor.engine import (
    absence,
    applications,
    crossings,
    findings,
    flows,
    openwork,
    overruns,
    ownoffices,
    steps,
    torn,
    unshown,
    verdicts,
    worktime,
)
from auditor.engine.ownoffices import Offices
from auditor.engine.ruletables import RuleTables, rule_tables
from auditor.engine.spellings import Spellings
from auditor.engine.unshown import Shows
from auditor.law.types import Calendar, Rulebook

MEMORY = "1200MB"
THREADS = 2
FEW = 50_000
"""Entries of which the search for the best order of joins, and a second thread, cost more than they save."""


@dataclass(frozen=True)
class Question:
    """What is asked of the entries.

    `covers`: the stated period the exports speak for, either side None. `numbering`: (yearly restart,) where the journal numbers
    nothing else, None where nothing is known of its numbers. `every_clock`: clock the steps too that are in time beyond doubt.
    `offices`: what a register says of single ones. `until`: how things stood at that moment: what was received after it is left out and what was
    completed later is open, though the exports may go on and as_of lie later.
    """

    as_of: datetime
    covers: tuple[datetime | None, datetime | None] = (None, None)
    yearly_restart: bool | None = None
    every_clock: bool = False
    offices: Offices = field(default_factory=dict)
    until: datetime | None = None


@dataclass(frozen=True)
class Files:
    """What the engine must know of the files read.

    files: file_id, path, received_day, completed_day, damaged (rows were quarantined), partial (its layout shows less than a whole journal).
    mentions: office_key (null: unreadable), application_no: numbers that quarantined rows name (null: a part of the export could not be read, which
        may hold any). begins, ends: the earliest and latest day that can be read in such a row, null where none can.
    shows: file_id and what its layout shows, of those partial files that show some steps whole.
    """

    files: pl.DataFrame
    mentions: pl.DataFrame
    shows: tuple[tuple[int, Shows], ...] = ()


FILES_SCHEMA = {
    "file_id": pl.Int32,
    "path": pl.String,
    "received_day": pl.Boolean,
    "completed_day": pl.Boolean,
    "damaged": pl.Boolean,
    "partial": pl.Boolean,
}
MENTIONS_SCHEMA = {
    "file_id": pl.Int32,
    "district": pl.String,
    "office": pl.String,
    "application_no": pl.String,
    "begins": pl.Date,
    "ends": pl.Date,
}


class Staged(Protocol):
    """Entries in buckets, as `auditor.engine.staging` sets them down."""

    buckets: int
    spellings: Spellings

    @property
    def entries(self) -> int:
        """How many there are."""

    def bucket(self, number: int) -> pa.Table | None:
        """The rows of a bucket, None where it has none."""


@dataclass(frozen=True)
class Known:
    """What is known of a whole run when an excerpt of it is judged: its tables `coverage` and `mention`."""

    coverage: pl.DataFrame
    mention: pl.DataFrame


class Judgement:
    """The answer: an open database with `finding`, `verdict_count`, `coverage` and the rest, until it is closed."""

    def __init__(self, con: duckdb.DuckDBPyConnection, tables: RuleTables, calendars: tuple[Calendar, ...]) -> None:
        self.con = con
        self.tables = tables
        self.calendars = calendars

    def table(self, query: str) -> pl.DataFrame:
        """The rows of a query over the run's tables."""
        frame: pl.DataFrame = self.con.sql(query).pl()
        return frame

    def close(self) -> None:
        """Let go of the database."""
        self.con.close()


def judge(
    staging: Staged,
    files: Files,
    rulebook: Rulebook,
    question: Question,
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, of: None,
    watch: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
    known: Known | None = None,
) -> Judgement:
    """Judge all staged entries. `folder` is the run's own, for the working database and what spills from memory.

    `watch` is shown the tables of each bucket (`step`, `clocked`, `pending`, `bucket` itself, …) once it is judged; ask with
    `every_clock` where `clocked` must hold every step. `known`: of the run that the entries are an excerpt of.
    """
    con = duckdb.connect(str(folder / "work.duckdb"))
    few = staging.entries <= FEW
    con.execute(
        f"SET threads = {1 if few else THREADS}; SET memory_limit = '{MEMORY}'; SET temp_directory = '{folder / 'spill'}'"
    )
    con.execute("SET preserve_insertion_order = false")
    if few:
        con.execute("SET disabled_optimizers = 'join_order'")
    con.execute("SET enable_progress_bar = false")
    offices = ownoffices.met(question.offices, staging.spellings)
    own = {o.calendar.id: o.calendar for o in offices.values() if o.calendar}
    calendars = {**rulebook.calendars, **own}
    numbers, days, working_days = worktime.day_tables(calendars)
    tables = rule_tables(rulebook, numbers)
    frames = {**tables.frames, **staging.spellings.resolve(rulebook, tables), "day": days, "file": files.files}
    frames["near_district"] = torn.near_districts(staging.spellings.district.frame())
    for name, frame in {**frames, **_spelled(staging), "working_day": working_days}.items():
        _keep(con, name, frame)
    _keep(
        con,
        "keep_apart",
        pl.DataFrame(list(rulebook.keep_apart), schema={"one": pl.String, "other": pl.String}, orient="row"),
    )
    con.execute(
        f"CREATE TABLE open_day AS SELECT (key // {worktime.DAY_STRIDE})::SMALLINT AS cal, DATE '1970-01-01' + (key % {worktime.DAY_STRIDE}) AS day, before, s1, e1, s2, e2, s3, e3 FROM day WHERE working"
    )
    _keep(con, "mention_text", files.mentions)
    _keep(con, "shown_step", unshown.shown_steps(files.shows, rulebook, tables))
    for macros in (worktime.MACROS, applications.MACROS, steps.MACROS, absence.MACROS, overruns.MACROS):
        con.execute(macros)
    _ask(con, question, calendars, numbers, working_days)
    con.execute(findings.TABLE)
    con.execute(verdicts.TABLE)
    con.execute(flows.TABLE)
    con.execute(torn.TABLE)
    con.execute(openwork.TABLE)
    con.execute(openwork.WORK_DAY)
    con.execute("CREATE TABLE application_count (home_key BIGINT, label_id INTEGER, n BIGINT)")
    con.execute(
        "CREATE TABLE without_rules (pair_id SMALLINT, since DATE, until DATE, district_code BIGINT, eid BIGINT, file_id INTEGER, line INTEGER, applications BIGINT)"
    )
    con.execute("CREATE TABLE entry_count (n BIGINT)")
    con.execute("CREATE TABLE word_count (district_code BIGINT, word_key BIGINT, n BIGINT)")
    con.execute(_NUMBERED)
    _cover(con, staging, known)
    ownoffices.lay_out(con, offices, numbers)
    con.execute(_OWN_BOOK, [question.yearly_restart, question.yearly_restart])
    crossings.lay_out(con, rulebook, numbers)
    numbered = bool(con.execute("SELECT 1 FROM own_book LIMIT 1").fetchall())
    share = flows.share_of(staging.entries)
    for done, table in enumerate(_buckets(staging), start=1):
        con.register("bucket", table)
        _judge_bucket(con, numbered)
        flows.measure(con, share)
        crossings.collect(con, numbers)
        if watch is not None:
            watch(con)
        con.unregister("bucket")
        progress(done, staging.buckets)
    progress(staging.buckets, staging.buckets)
    crossings.bring_together(con)
    findings.run_checks_over_all(con, numbered)
    return Judgement(con, tables, tuple(calendars[name] for name in sorted(numbers, key=lambda n: numbers[n])))


def _buckets(staging: Staged) -> Iterator[pa.Table]:
    for number in range(staging.buckets):
        table = staging.bucket(number)
        if table is not None:
            yield table


def _keep(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    con.register("incoming", frame.to_arrow())
    con.execute(f'CREATE TABLE "{name}" AS FROM incoming')
    con.unregister("incoming")


def _spelled(staging: Staged) -> dict[str, pl.DataFrame]:
    words = staging.spellings
    return {
        "spelled_district": words.district.frame(),
        "spelled_office": words.office.frame(),
        "spelled_employee": words.employee.frame(),
    }


def _ask(
    con: duckdb.DuckDBPyConnection,
    question: Question,
    calendars: dict[str, Calendar],
    numbers: dict[str, int],
    working_days: pl.DataFrame,
) -> None:
    begin, end = question.covers
    con.execute("SET VARIABLE as_of = ?::TIMESTAMP", [question.as_of])
    con.execute("SET VARIABLE covers_from = ?::TIMESTAMP", [begin])
    con.execute("SET VARIABLE covers_to = ?::TIMESTAMP", [end])
    ends = [moment for moment in (end, question.until) if moment is not None]
    con.execute("SET VARIABLE cut_at = ?::TIMESTAMP", [min(ends, default=None)])
    last = dict(working_days.group_by("cal").agg(pl.col("number").max()).iter_rows())
    con.execute("SET VARIABLE last_working = ?::INTEGER[]", [[last.get(i, 0) for i in range(len(numbers))]])
    con.execute("SET VARIABLE shortcuts = ?::BOOLEAN", [not question.every_clock])
    con.execute(
        "SET VARIABLE first_day = ?::DATE[]",
        [[calendars[name].first_day for name in sorted(numbers, key=lambda n: numbers[n])]],
    )


# (14) The period that each office's exports speak for, from moments that are possible.
_OFFICE_MOMENTS = """
INSERT INTO office_moment
SELECT office_key, min(least(received_at, completed_at)), max(greatest(received_at, completed_at)), count(*) FROM (
    SELECT b.office_key, b.received_at, b.completed_at,
        impossible(b.received_at, b.received_bare OR f.received_day, b.completed_at, b.completed_bare OR f.completed_day) AS j02
    FROM bucket b JOIN file f USING (file_id)
) WHERE j02 IS NULL GROUP BY 1
"""
# (31e) A broken row names its number in every office of its file, and in those that it could still be read to name: what
# cannot be read of district and office may be any.
_MENTION = """
CREATE TABLE mention AS
SELECT DISTINCT o.office_key, m.application_no, m.begins, m.ends FROM mention_text m LEFT JOIN office_file o USING (file_id)
WHERE o.office_key IS NOT NULL OR (m.district IS NULL AND m.office IS NULL)
UNION
SELECT p.office_key, m.application_no, m.begins, m.ends
FROM (SELECT k.office_key, d.text AS district, o.text AS office
      FROM known_place k JOIN spelled_district d ON d.code = k.office_key >> 32 JOIN spelled_office o ON o.code = k.office_key & 4294967295) p
JOIN mention_text m ON (m.district IS NOT NULL OR m.office IS NOT NULL)
    AND coalesce(m.district, p.district) = p.district AND coalesce(m.office, p.office) = p.office
"""
_COVERAGE = """
CREATE TABLE coverage AS
SELECT office_key, since AS begins, least(until, CASE WHEN until IS NOT NULL THEN least(getvariable('as_of'), getvariable('cut_at')) END) AS ends,
    getvariable('covers_from') IS NOT NULL OR getvariable('covers_to') IS NOT NULL AS stated
FROM (
    SELECT office_key, coalesce(getvariable('covers_from'), min(since)) AS since, coalesce(getvariable('covers_to'), max(until)) AS until
    FROM (SELECT * FROM office_moment UNION ALL SELECT office_key, NULL, NULL, 0 FROM known_office) GROUP BY office_key
)
"""
# (37) Whose numbers mean something: those of all offices where the profile says so, but for what the register says of one.
_OWN_BOOK = """
CREATE TABLE own_book AS
SELECT k.office_key, coalesce(r.yearly_restart, ?::BOOLEAN) AS yearly_restart FROM known_office k LEFT JOIN register_office r USING (office_key)
WHERE coalesce(r.own_book, ?::BOOLEAN IS NOT NULL)
"""
# Roles that are listed: unknown ones, and those of deputies.
_ODD_ROLES = """
INSERT INTO word_count
SELECT office_key >> 32, word_key, count(*) FROM bucket
WHERE word_key IN (SELECT word_key FROM word WHERE deputy OR (role IS NULL AND role_text IS NOT NULL)) GROUP BY ALL
"""
_NUMBERED = """
CREATE TABLE numbered (office_key BIGINT, year SMALLINT, entry_no BIGINT, eid BIGINT, home_key BIGINT, application_no VARCHAR, key_year SMALLINT,
    label_id INTEGER, sid INTEGER, word_key BIGINT, role VARCHAR, employee INTEGER, received_at TIMESTAMP, received_bare BOOLEAN, completed_at TIMESTAMP,
    j02 VARCHAR, file_id INTEGER, line INTEGER)
"""


def _cover(con: duckdb.DuckDBPyConnection, staging: Staged, known: Known | None) -> None:
    con.execute("CREATE TABLE office_moment (office_key BIGINT, since TIMESTAMP, until TIMESTAMP, n BIGINT)")
    con.execute("CREATE TABLE known_place (office_key BIGINT)")
    con.execute("CREATE TABLE office_file (office_key BIGINT, file_id INTEGER, n BIGINT)")
    for table in _buckets(staging):
        con.register("bucket", table)
        con.execute(_OFFICE_MOMENTS)
        con.execute("INSERT INTO office_file SELECT office_key, file_id, count(*) FROM bucket GROUP BY ALL")
        con.execute("INSERT INTO known_place SELECT DISTINCT home_key FROM bucket")
        con.execute(_ODD_ROLES)
        con.unregister("bucket")
    con.execute("CREATE TABLE known_office AS SELECT DISTINCT office_key FROM office_file")
    con.execute("INSERT INTO known_place FROM known_office")
    con.execute(_COVERAGE)
    con.execute(_MENTION)
    if known is not None:
        for name, frame in (("coverage", known.coverage), ("mention", known.mention)):
            con.execute(f"DROP TABLE {name}")
            _keep(con, name, frame)
    con.execute(
        "CREATE TABLE damaged_office AS SELECT DISTINCT office_key FROM office_file JOIN file USING (file_id) WHERE damaged"
    )


def _judge_bucket(con: duckdb.DuckDBPyConnection, numbered: bool) -> None:
    applications.assemble(con)
    unshown.find_unshown(con)
    steps.clock(con)
    absence.look_for_gaps(con)
    overruns.work_out(con)
    overruns.open_dues(con)
    openwork.collect(con)
    findings.run_checks(con)
    verdicts.count(con)
    con.execute("INSERT INTO application_count SELECT home_key, label_id, count(*) FROM application GROUP BY ALL")
    con.execute("INSERT INTO entry_count SELECT count(*) FROM entry")
    con.execute("""
        INSERT INTO without_rules
        SELECT a.pair_id, p.since, p.until, a.home_key >> 32, min(e.eid), arg_min(b.file_id, e.eid), arg_min(b.line, e.eid), count(DISTINCT a.app_id)
        FROM application a JOIN period p ON p.pair_id = a.pair_id AND p.since <= a.day AND a.day < p.until JOIN entry e USING (app_id) JOIN bucket b USING (eid)
        WHERE a.problem = 'P03' GROUP BY ALL
    """)
    if numbered:
        con.execute("""
            INSERT INTO numbered BY NAME
            SELECT e.office_key, CASE WHEN o.yearly_restart THEN year(coalesce(e.received_at, e.completed_at, b.registered_on)) ELSE 0 END::SMALLINT AS year, b.entry_no,
                e.eid, a.home_key, a.application_no, a.key_year, a.label_id, e.sid, b.word_key,
                coalesce(r.role, w.role, w.role_text) AS role, b.employee, e.received_at, e.received_bare,
                e.completed_at, e.j02, b.file_id, b.line
            FROM entry e JOIN application a USING (app_id) JOIN bucket b USING (eid) JOIN word w USING (word_key)
            JOIN own_book o ON o.office_key = e.office_key LEFT JOIN rule_step r ON r.sid = e.sid
            WHERE b.entry_no >= 0 AND e.repeats IS NULL
        """)
