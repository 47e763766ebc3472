"""The layout of a history file, all of it, and the way from each older layout to this one.

    version       number: the layout of this file
    run           run (1, 2, …), as_of, language, rules_sha256, calendar_sha256, rows_read, rows_accepted, rows_quarantined, applications,
                  entries, a column a verdict; moved: whether the run moved entries and lives on (one made as of an earlier moment does not)
    input         run, path, sha256, rows
    office_run    run, district, office, begins, ends (the period its exports speak for), a column a verdict
    code_run      run, district, office, code, severity, n (findings), fresh (of them new or returned), excused
    finding_span  a finding as it read from run `since` to run `until` (null: still), with the columns of findings.csv. File and line are those
                  of run `since`: they change every night, and nothing else about the finding does
    finding       a view: run and the columns of findings.csv, each run's findings whole
    life          one row a finding by fingerprint: where it is, its state, since which run, first and last run that found it
    life_event    fingerprint, run, state: each change of state
    reply         what an office answered to a finding: the latest answer counts, earlier ones stay
    reply_file    office (folder of the inbox), sha256: workbooks with replies that a night took
    sent_layout   layout, header (names of an export's columns), judged (canonical name to header name): how a row was laid out
    sent_place    place, district, office
    sent          a row as an office sent it: entry (the same through all versions of one row), since, until (run that brought
                  the next version; null: it stands), gone (first run whose exports cover it and do not have it), layout, place, moment (its
                  earliest as it was read), cells (all columns in the order of the header, `SEPARATOR` between), mark (of the judged columns)
    change        what is different in an entry from what was first exported: columns (canonical), before; before_run, since (first run
                  that had it so), until (run that had it put back)
    night         run, key (names what was judged: files, moment, rules …), folder of its report, told: figures for STATUS.html (JSON)
    outbox        message_id, run, kind, district, recipient, file and sha256 (the message), state, attempts, next_try (not before it), said (the mail
                  server's last words), changed_at: auditor.mail.outbox

A file is carried forward step by step, each step in a transaction; nothing is carried back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import duckdb

from auditor.engine.result import VERDICTS

VERSION = 4
SEPARATOR = "\x1f"
"""Between the cells of a row; white space is folded before, so no cell holds it."""

_VERDICT_COLUMNS = ", ".join(f'"{verdict}" BIGINT' for verdict in VERDICTS)
_FINDING_COLUMNS = """code VARCHAR, severity VARCHAR, district VARCHAR, office VARCHAR, service VARCHAR, channel VARCHAR,
    application_no VARCHAR, step VARCHAR, role VARCHAR, employee VARCHAR, received_at TIMESTAMP, completed_at TIMESTAMP, due_at TIMESTAMP,
    "limit" DOUBLE, limit_unit VARCHAR, actual DOUBLE, excess DOUBLE, basis VARCHAR, citation VARCHAR, message VARCHAR, source_file VARCHAR,
    source_line BIGINT, fingerprint VARCHAR"""

_FIRST = f"""
CREATE TABLE run (run BIGINT PRIMARY KEY, as_of TIMESTAMP, language VARCHAR, rules_sha256 VARCHAR, calendar_sha256 VARCHAR,
    rows_read BIGINT, rows_accepted BIGINT, rows_quarantined BIGINT, applications BIGINT, entries BIGINT, {_VERDICT_COLUMNS});
CREATE TABLE input (run BIGINT, path VARCHAR, sha256 VARCHAR, rows BIGINT);
CREATE TABLE finding (run BIGINT, {_FINDING_COLUMNS});
"""

_SECOND = f"""
ALTER TABLE run ADD COLUMN moved BOOLEAN DEFAULT true;
CREATE TABLE office_run (run BIGINT, district VARCHAR, office VARCHAR, begins TIMESTAMP, ends TIMESTAMP, {_VERDICT_COLUMNS});
CREATE TABLE code_run (run BIGINT, district VARCHAR, office VARCHAR, code VARCHAR, severity VARCHAR, n BIGINT, fresh BIGINT, excused BIGINT);
CREATE TABLE finding_span (since BIGINT, until BIGINT, {_FINDING_COLUMNS});
INSERT INTO finding_span SELECT f.run, f.run, f.* EXCLUDE (run) FROM finding f;
CREATE TABLE life (fingerprint VARCHAR, code VARCHAR, severity VARCHAR, district VARCHAR, office VARCHAR, service VARCHAR, channel VARCHAR,
    application_no VARCHAR, step VARCHAR, moment TIMESTAMP, state VARCHAR, since BIGINT, first_run BIGINT, last_run BIGINT, excuse VARCHAR);
CREATE TABLE life_event (fingerprint VARCHAR, run BIGINT, state VARCHAR);
INSERT INTO life
SELECT fingerprint, any_value(code), any_value(severity), any_value(district), any_value(office), any_value(service), any_value(channel),
    any_value(application_no), any_value(step), any_value(coalesce(received_at, completed_at, due_at)),
    CASE WHEN min(run) = (SELECT max(run) FROM run) THEN 'new' ELSE 'open' END, min(run), min(run), max(run), NULL FROM finding GROUP BY fingerprint;
INSERT INTO life_event SELECT fingerprint, first_run, 'new' FROM life;
INSERT INTO code_run SELECT run, district, office, code, severity, count(*), 0, 0 FROM finding GROUP BY ALL;
DROP TABLE finding;
CREATE VIEW finding AS
    SELECT r.run, s.* EXCLUDE (since, until) FROM finding_span s JOIN run r ON r.run >= s.since AND r.run <= coalesce(s.until, r.run);
CREATE TABLE reply (fingerprint VARCHAR, reply VARCHAR, document_no VARCHAR, document_date DATE, period_from DATE, period_to DATE,
    comment VARCHAR, file VARCHAR, line INTEGER, taken BIGINT);
CREATE TABLE sent_layout (layout INTEGER, header VARCHAR[], judged MAP(VARCHAR, VARCHAR));
CREATE TABLE sent_place (place INTEGER, district VARCHAR, office VARCHAR);
CREATE TABLE sent (entry BIGINT, since BIGINT, until BIGINT, gone BIGINT, layout INTEGER, place INTEGER, file VARCHAR, line INTEGER,
    application_no VARCHAR, year SMALLINT, moment TIMESTAMP, received_day BOOLEAN, completed_day BOOLEAN, mark UBIGINT, cells VARCHAR);
CREATE TABLE change (entry BIGINT, before_run BIGINT, since BIGINT, until BIGINT, columns VARCHAR[], before VARCHAR[]);
"""

_THIRD = """
CREATE TABLE night (run BIGINT, key VARCHAR, folder VARCHAR, told VARCHAR);
CREATE TABLE outbox (message_id VARCHAR, run BIGINT, kind VARCHAR, district VARCHAR, recipient VARCHAR, file VARCHAR, sha256 VARCHAR,
    state VARCHAR, attempts INTEGER, next_try TIMESTAMP, said VARCHAR, changed_at TIMESTAMP);
"""

_FOURTH = """
CREATE TABLE reply_file (office VARCHAR, sha256 VARCHAR);
"""

STEPS: tuple[str | Callable[[duckdb.DuckDBPyConnection], None], ...] = (_FIRST, _SECOND, _THIRD, _FOURTH)
"""Step n carries a file from layout n to n + 1; layout 0 is an empty database."""


def first(con: duckdb.DuckDBPyConnection, query: str, given: Iterable[object] = ()) -> tuple[Any, ...] | None:
    """The first row of a query, which is read to its end: an unread rest would block the connection."""
    rows = con.execute(query, list(given)).fetchall()
    return rows[0] if rows else None


def carry_forward(con: duckdb.DuckDBPyConnection, found: int) -> None:
    """From layout `found` to this one, within the transaction at hand."""
    for step in STEPS[found:]:
        if isinstance(step, str):
            con.execute(step)
        else:
            step(con)
    if found == 0:
        con.execute("CREATE TABLE version (number INTEGER)")
        con.execute("INSERT INTO version VALUES (?)", [VERSION])
    else:
        con.execute("UPDATE version SET number = ?", [VERSION])
