"""What is still to be done: each step that was received and not completed by the cut-off, and the next one where none was begun.

    open_step   office_key, pair_id, application_no, sid, begun (false: nobody received it yet), eid (its own entry, else that of the step
                before it), received_at, since (completion of the step before, where not begun), due_at, lim, unit, extended_to, state, reason, due_when

`state` is the verdict: `overdue`, `open`, `undetermined`. `due_when` says when it falls due, seen from the next working day of the
step's office after as_of: `overdue` (by the cut-off), `passed` (between the cut-off and that day: the exports cannot show whether
it was done), `today` (on that day), `week` (within the six days after it), `later`, `none` (no limit), `undetermined`.

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import duckdb

TABLE = """
CREATE TABLE open_step (office_key BIGINT, pair_id SMALLINT, application_no VARCHAR, sid INTEGER, begun BOOLEAN, employee INTEGER, received_at TIMESTAMP,
    since TIMESTAMP, due_at TIMESTAMP, lim DOUBLE, unit VARCHAR, extended_to DATE, state VARCHAR, reason VARCHAR, due_when VARCHAR, work_day DATE,
    file_id INTEGER, line INTEGER)
"""

# The day that the work is planned for: the first whose office hours are not over at the moment of the audit.
WORK_DAY = """
CREATE TABLE work_day AS SELECT cal, min(day) AS day, min(opens_at) AS opens_at FROM working_day WHERE closes_at > getvariable('as_of') GROUP BY cal
"""

_COLLECT = """
INSERT INTO open_step BY NAME
WITH unfinished AS (
    SELECT c.app_id, c.sid, c.eid, c.office_key, c.cal, true AS begun, c.received_at, NULL::TIMESTAMP AS since, c.extended_to, c.verdict AS state, c.reason
    FROM clocked c
    -- (34) What is still open when the application was withdrawn or moved on is no longer owed.
    WHERE c.completed_at IS NULL AND c.sound AND c.app_id NOT IN (SELECT app_id FROM judged_application WHERE ended)
    UNION ALL
    -- (21) Only the next step is waiting, and only once the one before it is done; what comes after is nobody's yet.
    SELECT p.app_id, p.sid, p.eid, p.office_key, p.cal, false, NULL, p.completed_at, NULL, p.verdict, p.reason
    FROM pending p WHERE p.completed_at IS NOT NULL
)
SELECT u.office_key, a.pair_id, a.application_no, u.sid, u.begun, CASE WHEN u.begun THEN b.employee END AS employee, u.received_at, u.since,
    d.due_at, d.lim, d.unit, u.extended_to, u.state, u.reason, w.day AS work_day, b.file_id, b.line,
    CASE WHEN u.state IN ('overdue', 'undetermined') THEN u.state
         WHEN d.due_at IS NULL THEN 'none'
         WHEN d.due_at < w.opens_at THEN 'passed'
         WHEN d.due_at::DATE = w.day THEN 'today'
         WHEN d.due_at::DATE <= w.day + 6 THEN 'week'
         ELSE 'later' END AS due_when
FROM unfinished u JOIN application a USING (app_id) JOIN bucket b USING (eid)
LEFT JOIN open_due d ON d.app_id = u.app_id AND d.sid = u.sid AND d.begun = u.begun
LEFT JOIN work_day w ON w.cal = u.cal
"""

SHOWN = """
SELECT d.text AS district, o.text AS office, p.service, p.channel, s.application_no, r.step, r.role, y.text AS employee, s.begun, s.received_at,
    s.since, s.due_at, s.lim AS "limit", s.unit AS limit_unit, s.extended_to, s.state, s.reason, s.due_when, s.work_day, r.accuses,
    f.path AS source_file, s.line::BIGINT AS source_line
FROM open_step s JOIN pair p USING (pair_id) JOIN rule_step r USING (sid) JOIN file f USING (file_id)
JOIN spelled_district d ON d.code = s.office_key >> 32 JOIN spelled_office o ON o.code = s.office_key & 4294967295
LEFT JOIN spelled_employee y ON y.code = s.employee
ORDER BY district, office, list_position(['overdue', 'passed', 'today', 'week', 'later', 'none', 'undetermined'], due_when), due_at, service,
    channel, application_no, step, source_file, source_line
"""


def collect(con: duckdb.DuckDBPyConnection) -> None:
    """Add a bucket's open work to `open_step`; needs `open_due` (`overruns.open_dues`)."""
    con.execute(_COLLECT)
