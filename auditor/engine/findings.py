"""From what the checks found to the findings that are shown: severity, basis, place, names, sentence, fingerprint.

found     what the checks of one bucket gave (columns: see auditor.checks), with code and severity
around    of the steps of the bucket's findings, what stands directly before and after each in the application
finding   the same over all buckets, as numbers, with its place and application
"""

from __future__ import annotations

import duckdb
import polars as pl

from auditor.checks import CHECKS, RUN_CHECKS

COLUMNS = {
    "app_id": "BIGINT",
    "sid": "INTEGER",
    "eid": "BIGINT",
    "received_at": "TIMESTAMP",
    "completed_at": "TIMESTAMP",
    "due_at": "TIMESTAMP",
    "lim": "DOUBLE",
    "unit": "VARCHAR",
    "actual": "DOUBLE",
    "excess": "DOUBLE",
    "basis": "VARCHAR",
    "detail": "VARCHAR",
    "n": "BIGINT",
}
_GIVEN = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
FOUND = f"CREATE OR REPLACE TEMP TABLE found (code VARCHAR, severity VARCHAR, {_GIVEN})"
TABLE = """
CREATE TABLE finding (code VARCHAR, severity VARCHAR, office_key BIGINT, home_key BIGINT, application_no VARCHAR, key_year SMALLINT,
    label_id INTEGER, sid INTEGER, word_key BIGINT, role VARCHAR, employee INTEGER, received_at TIMESTAMP, completed_at TIMESTAMP,
    due_at TIMESTAMP, lim DOUBLE, unit VARCHAR, actual DOUBLE, excess DOUBLE, basis VARCHAR, detail VARCHAR, n BIGINT, file_id INTEGER,
    line INTEGER, entry_no BIGINT, eid BIGINT, before_sid INTEGER, before_at TIMESTAMP, before_done BOOLEAN, after_sid INTEGER,
    after_at TIMESTAMP, after_done BOOLEAN)
"""

# Of the step before it is told when it was done, of the step after when it was begun; where that is not known, the other moment.
_AROUND = """
CREATE OR REPLACE TEMP TABLE around AS
SELECT f.app_id, f.sid,
    arg_max({'sid': s.sid, 'at': coalesce(s.completed_at, s.received_at), 'done': s.completed_at IS NOT NULL}, s.sid) FILTER (s.sid < f.sid) AS before,
    arg_min({'sid': s.sid, 'at': coalesce(s.received_at, s.completed_at), 'done': s.received_at IS NULL}, s.sid) FILTER (s.sid > f.sid) AS after
FROM (SELECT DISTINCT app_id, sid FROM found WHERE sid IS NOT NULL) f JOIN step s ON s.app_id = f.app_id AND s.sid // 64 = f.sid // 64
GROUP BY ALL
"""

CHANGED = """
CREATE TEMP TABLE IF NOT EXISTS changed_finding (code VARCHAR, severity VARCHAR, basis VARCHAR, eid BIGINT, district VARCHAR, office VARCHAR, home VARCHAR,
    application_no VARCHAR, key_year SMALLINT, service VARCHAR, channel VARCHAR, step VARCHAR, role VARCHAR, employee_name VARCHAR,
    received_at TIMESTAMP, completed_at TIMESTAMP, entry_no BIGINT, source_file VARCHAR, line INTEGER, detail VARCHAR, first_exported VARCHAR)
"""
"""What became of entries exported before (`auditor.engine.changed`): these may be gone from the run's own tables, so they carry their words."""

# (35) Where the rules themselves are not sure, a finding is a warning. J and P codes do not rest on an edition's wording.
_PLACE = """
INSERT INTO finding BY NAME
WITH based AS (
    SELECT f.* EXCLUDE (basis, severity), f.severity AS stated, a.home_key, a.application_no, a.key_year, a.label_id,
        CASE WHEN f.code[1] IN ('J', 'P') THEN 'exact'
             WHEN coalesce(f.basis, 'exact') <> 'exact' THEN f.basis
             WHEN d.basis <> 'exact' THEN d.basis
             ELSE coalesce((SELECT n.basis FROM note n WHERE n.pair_id = a.pair_id AND n.since <= a.day AND a.day < n.until LIMIT 1),
                 CASE WHEN a.day < d.assumed_until THEN 'assumed_date' END, 'exact') END AS basis
    FROM found f JOIN application a USING (app_id)
    LEFT JOIN edition d ON d.edition_id = coalesce(f.sid // 64, a.edition_id)
)
SELECT b.* EXCLUDE (app_id, stated), CASE WHEN b.basis <> 'exact' AND b.stated = 'error' THEN 'warning' ELSE b.stated END AS severity,
    -- (39), (40) Nobody in particular left out a step, or has yet to begin one.
    e.office_key, e.word_key, CASE WHEN b.code NOT IN ('S01', 'S02') AND coalesce(b.detail, '') NOT IN ('not_begun', 'cut_off') THEN e.employee END AS employee, e.file_id, e.line, e.entry_no,
    CASE WHEN b.code[1] = 'P' THEN NULL WHEN b.code IN ('R01', 'S03') OR b.sid IS NULL THEN coalesce(w.role, w.role_text) ELSE r.role END AS role,
    z.before.sid AS before_sid, z.before.at AS before_at, z.before.done AS before_done, z.after.sid AS after_sid, z.after.at AS after_at, z.after.done AS after_done
FROM based b JOIN bucket e ON e.eid = b.eid JOIN word w USING (word_key)
LEFT JOIN rule_step r ON r.sid = b.sid LEFT JOIN around z ON z.app_id = b.app_id AND z.sid = b.sid
"""


def run_checks(con: duckdb.DuckDBPyConnection) -> None:
    """Run every check on the bucket at hand and add what it found to `finding`."""
    con.execute(FOUND)
    for check in CHECKS:
        if hasattr(check, "ONLY_IF") and con.execute(check.ONLY_IF).fetchone() is None:
            continue
        con.execute(
            f"INSERT INTO found BY NAME SELECT '{check.CODE}' AS code, '{check.SEVERITY}' AS severity, * FROM ({check.QUERY})"
        )
    con.execute(_AROUND)
    con.execute(_PLACE)


_RUN_PLACE = """
INSERT INTO finding BY NAME
SELECT '{code}' AS code, '{severity}' AS severity, 'exact' AS basis, q.detail, q.n, m.office_key, m.home_key, m.application_no, m.key_year,
    m.label_id, m.sid, m.word_key, m.employee, m.received_at, m.completed_at, m.file_id, m.line, m.entry_no, m.eid, m.role
FROM (SELECT NULL::VARCHAR AS detail, NULL::BIGINT AS n, NULL::BIGINT AS eid WHERE false UNION ALL BY NAME SELECT * FROM ({query})) q JOIN numbered m USING (eid)
"""

# (46) At the akim's last entry; it is nobody's in particular that the papers did not arrive.
_SENT_PLACE = """
INSERT INTO finding BY NAME
SELECT '{code}' AS code, CASE WHEN q.n IS NULL THEN '{severity}' ELSE 'warning' END AS severity, 'exact' AS basis, q.detail, q.n, q.due_at, s.office_key, s.home_key, s.application_no, s.key_year,
    s.label_id, s.sid, s.word_key, s.received_at, s.completed_at, s.file_id, s.line, s.entry_no, s.eid, s.role
FROM ({query}) q JOIN sent s USING (eid)
"""

# One line per service, channel and period without rules, wherever the applications lie.
_PERIOD_PLACE = """
INSERT INTO finding BY NAME
SELECT 'P03' AS code, 'info' AS severity, 'exact' AS basis, l.label_id, w.file_id, w.line, w.eid, q.n,
    CASE WHEN q.since > DATE '0001-01-01' THEN q.since::VARCHAR ELSE '' END || '..' || CASE WHEN q.until < DATE '9999-12-31' THEN q.until::VARCHAR ELSE '' END AS detail
FROM ({query}) q JOIN without_rules w ON w.eid = q.eid AND w.pair_id = q.pair_id
JOIN (SELECT pair_id, min(label_id) AS label_id FROM pair_label GROUP BY 1) l ON l.pair_id = q.pair_id
"""


def run_checks_over_all(con: duckdb.DuckDBPyConnection, numbered: bool) -> None:
    """Run the checks that look at a whole run: periods without rules, papers lost between offices and, where allowed, journal numbers."""
    for check in RUN_CHECKS:
        if check.CODE == "P03":
            con.execute(_PERIOD_PLACE.format(query=check.QUERY))
        elif check.CODE == "J06":
            con.execute(_SENT_PLACE.format(code=check.CODE, severity=check.SEVERITY, query=check.QUERY))
        elif numbered:
            con.execute(_RUN_PLACE.format(code=check.CODE, severity=check.SEVERITY, query=check.QUERY))


# The order of the report: by district, application, step; then what tells equal ones apart.
_SHOWN = """
WITH named AS (
    SELECT f.*, d.text AS district, o.text AS office, h.text AS home, l.service, l.channel, p.path AS source_file,
        coalesce(r.step, CASE WHEN f.code[1] IN ('S', 'J') THEN w.step_text END) AS step, r.role AS step_role, y.text AS employee_name,
        b.step AS before_step, a.step AS after_step
    FROM finding f
    LEFT JOIN spelled_district d ON d.code = f.office_key >> 32
    LEFT JOIN spelled_office o ON o.code = f.office_key & 4294967295
    LEFT JOIN spelled_office h ON h.code = f.home_key & 4294967295
    LEFT JOIN spelled_employee y ON y.code = f.employee
    LEFT JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l USING (label_id)
    LEFT JOIN file p USING (file_id)
    LEFT JOIN word w USING (word_key)
    LEFT JOIN rule_step r ON r.sid = f.sid LEFT JOIN rule_step b ON b.sid = f.before_sid LEFT JOIN rule_step a ON a.sid = f.after_sid
    UNION ALL BY NAME FROM changed_finding
), identified AS (
    SELECT *, to_json(CASE WHEN code = 'J07' THEN [code, district, office, first_exported]
        WHEN code[1] = 'J'
        THEN [code, district, office, home, application_no, key_year::VARCHAR, step, entry_no::VARCHAR, received_at::VARCHAR, completed_at::VARCHAR, CASE WHEN code = 'J04' THEN detail END]
        WHEN code = 'P03' THEN [code, service, channel, detail]
        ELSE [code, district, home, application_no, key_year::VARCHAR, step, CASE WHEN code = 'S02' THEN role END] END)::VARCHAR AS identity
    FROM named
)
SELECT code, severity, district, office, service, channel, application_no, step, role, employee_name AS employee, received_at, completed_at, due_at,
    lim AS "limit", unit AS limit_unit, two_decimals(actual, unit) AS actual, two_decimals(excess, unit) AS excess,
    actual AS exact_actual, excess AS exact_excess, basis, source_file, line::BIGINT AS source_line, detail, n, sid, key_year,
    before_step, before_at, before_done, after_step, after_at, after_done,
    sha256(identity || CASE WHEN code[1] = 'J' THEN row_number() OVER (PARTITION BY identity ORDER BY eid)::VARCHAR ELSE '' END)[:16] AS fingerprint
FROM identified
ORDER BY district NULLS FIRST, office, application_no, key_year, code, sid, step, eid
"""


AROUND = ("before_step", "before_at", "before_done", "after_step", "after_at", "after_done")
"""The steps directly before and after a finding's in its application: which, when, and whether that is when it was done (else received)."""


def shown(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All findings in report order, with names in place of numbers; `detail`, `n` and `sid` go into the sentence and citation, `AROUND` to
    the finding's timeline."""
    con.execute(CHANGED)  # empty where nobody remembers former exports
    frame: pl.DataFrame = con.sql(_SHOWN).pl()
    return frame
