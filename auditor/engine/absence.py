"""Steps that have no entry: missing before the last one, and pending after it.

    missing   app_id, sid, reason (null: skipped), place_eid, later_sid, role, whole_role, office_key
    pending   app_id, sid, last_sid (the step before, if the next one is judged), start, hand-over day's number, verdict, reason, ...

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import duckdb

from auditor.engine.steps import own_hours

_COVERAGE_DAYS = 30

# (30), (31): what is required, earlier than the last present step, and has no entry.
_MISSING = """
CREATE OR REPLACE TEMP TABLE missing AS
WITH absent AS (
    SELECT a.*, i.idx, a.edition_id * 64 + i.idx AS sid, r.cal, r.role
    FROM judged_application a
    JOIN range(60) i(idx) ON a.required & ~a.present & ((1::BIGINT << a.last_idx) - 1) & (1::BIGINT << i.idx) <> 0
    JOIN rule_step r ON r.sid = a.edition_id * 64 + i.idx
    WHERE a.required & ~a.present & ((1::BIGINT << a.last_idx) - 1) <> 0
), seen AS (
    SELECT p.app_id, p.sid, p.eid, p.office_key, coalesce(p.received_at, p.completed_at) AS seen_at, p.sound, r.cal, r.idx, r.role
    FROM step p JOIN rule_step r USING (sid)
    WHERE NOT p.inside AND p.app_id IN (SELECT app_id FROM absent)
), entered AS (
    SELECT e.app_id, e.eid, e.office_key, coalesce(e.received_at, e.completed_at) AS seen_at, e.j02 IS NULL AS sound, r.cal, r.idx
    FROM entry e JOIN rule_step r USING (sid)
    WHERE NOT e.inside AND e.repeats IS NULL AND e.app_id IN (SELECT app_id FROM absent)
), earliest AS (
    SELECT app_id, arg_min(idx, (NOT sound, seen_at, eid)) AS idx, arg_min(seen_at, (NOT sound, seen_at, eid)) AS seen_at,
        arg_min(office_key, (NOT sound, seen_at, eid)) AS office_key
    FROM entered GROUP BY 1
), earliest_of_kind AS (
    SELECT app_id, cal, arg_min(idx, (NOT sound, seen_at, eid)) AS idx, arg_min(seen_at, (NOT sound, seen_at, eid)) AS seen_at,
        arg_min(office_key, (NOT sound, seen_at, eid)) AS office_key
    FROM entered GROUP BY 1, 2
), placed AS (
    SELECT b.app_id, b.sid,
        coalesce(min(s.sid) FILTER (s.cal = b.cal AND s.sid > b.sid), max(s.sid) FILTER (s.cal = b.cal AND s.sid < b.sid),
            min(s.sid) FILTER (s.sid > b.sid)) AS place_sid,
        min(s.sid) FILTER (s.sid > b.sid) AS later_sid
    FROM absent b JOIN seen s ON s.app_id = b.app_id GROUP BY 1, 2
)
SELECT b.app_id, b.sid, b.role, b.edition_id, q.later_sid, s.eid AS place_eid, s.office_key,
    -- (32) No step of the role has an entry: the role itself was skipped.
    r.app_id IS NULL AND v.app_id IS NULL AS whole_role,
    CASE WHEN k.app_id IS NULL THEN 'no_entry_of_office'
         WHEN coalesce(u.mask, 0) & (1::BIGINT << b.idx) <> 0 THEN 'not_in_layout'
         WHEN near_begin(e.seen_at, c.begins) AND b.idx < e.idx THEN 'before_coverage'
         WHEN near_begin(k.seen_at, d.begins) AND b.idx < k.idx THEN 'before_coverage'
         WHEN s.sid < b.sid AND l.seen_at > f.ends THEN 'after_coverage'
         WHEN z.app_id IS NOT NULL THEN z.reason
         WHEN b.unknown > 0 OR b.ambiguous THEN 'unknown_step'
         WHEN b.quarantined THEN 'quarantined_row'
    END AS reason
FROM absent b
JOIN placed q ON q.app_id = b.app_id AND q.sid = b.sid
JOIN seen s ON s.app_id = b.app_id AND s.sid = q.place_sid
JOIN seen l ON l.app_id = b.app_id AND l.sid = q.later_sid
JOIN coverage f ON f.office_key = s.office_key
JOIN earliest e ON e.app_id = b.app_id
JOIN coverage c ON c.office_key = e.office_key
LEFT JOIN earliest_of_kind k ON k.app_id = b.app_id AND k.cal = b.cal
LEFT JOIN coverage d ON d.office_key = k.office_key
LEFT JOIN (SELECT DISTINCT app_id, role FROM seen) r ON r.app_id = b.app_id AND r.role = b.role
LEFT JOIN unshown u ON u.app_id = b.app_id
LEFT JOIN tangled z ON z.app_id = b.app_id
-- (62) A step of the role that is out of sight may have been done.
LEFT JOIN (SELECT DISTINCT n.app_id, o.role FROM unshown n JOIN judged_application j USING (app_id)
           JOIN rule_step o ON o.edition_id = j.edition_id AND n.mask & ~j.present & (1::BIGINT << o.idx) <> 0) v
    ON v.app_id = b.app_id AND v.role = b.role
"""

# (21), (22): the first required step after the last present one, and those after it.
_PENDING = """
CREATE OR REPLACE TEMP TABLE pending AS
WITH unfinished AS (
    SELECT a.*, d.ends, a.required & ~((2::BIGINT << a.last_idx) - 1) AS due
    FROM judged_application a JOIN edition d USING (edition_id) WHERE a.last_idx IS NOT NULL AND NOT a.ended AND a.required & ~((2::BIGINT << a.last_idx) - 1) <> 0
), next AS (
    SELECT u.*, u.edition_id * 64 + bit_count(lowest_bit(u.due) - 1) AS sid, u.edition_id * 64 + u.last_idx AS last_sid FROM unfinished u
), known AS (
    SELECT n.app_id, n.sid, n.edition_id, n.due, n.unknown, n.ambiguous, n.quarantined, n.last_sid, z.reason AS tangled_by,
        n.undecided & ((1::BIGINT << r.idx) - 1) & ~((2::BIGINT << l.idx) - 1) <> 0 AS forked,
        -- (62) The next step, or one that would have ended the procedure before it, is out of sight.
        coalesce(u.mask, 0) & ((1::BIGINT << r.idx) | (n.ends & ((1::BIGINT << r.idx) - 1) & ~((2::BIGINT << l.idx) - 1))) <> 0 AS unshown,
        p.eid, p.office_key, p.sound, p.completed_at, p.completed_bare, l.cal AS last_cal, l.handover_days AS allowed,
        r.* EXCLUDE (sid, edition_id, cal), r.cal AS kind_cal, {cal} AS cal, c.ends AS cut_off
    FROM next n
    JOIN step p ON p.app_id = n.app_id AND p.sid = n.last_sid
    JOIN rule_step l ON l.sid = n.last_sid
    JOIN rule_step r ON r.sid = n.sid
    JOIN coverage c ON c.office_key = p.office_key {own}
    LEFT JOIN unshown u ON u.app_id = n.app_id
    LEFT JOIN tangled z ON z.app_id = n.app_id
), counted AS (
    SELECT k.*,
        CASE WHEN NOT sound THEN 'impossible_time'
             WHEN completed_at IS NOT NULL AND forked THEN 'which_branch'
             WHEN completed_at IS NOT NULL AND last_cal <> kind_cal THEN 'other_office'
             WHEN unshown THEN 'not_in_layout'
             WHEN completed_at IS NULL THEN NULL
             WHEN tangled_by IS NOT NULL THEN tangled_by
             WHEN unknown > 0 OR ambiguous THEN 'unknown_step'
             WHEN quarantined THEN 'quarantined_row' END AS unclear,
        d.number + (NOT d.working OR (NOT completed_bare AND time_of_day(completed_at) > d.closes))::INT + k.allowed AS handover_number,
        x.number AS stop_number, x.working AS stop_working, x.before AS x_before, x.s1 AS xs1, x.e1 AS xe1, x.s2 AS xs2, x.e2 AS xe2, x.s3 AS xs3, x.e3 AS xe3
    FROM known k
    LEFT JOIN day d ON d.key = day_key(k.cal, k.completed_at)
    LEFT JOIN day x ON x.key = day_key(k.cal, k.cut_off)
), begun AS (
    SELECT c.*, w.opens_at AS start, y.before AS start_open,
        open_at(c.cut_off, c.x_before, c.xs1, c.xe1, c.xs2, c.xe2, c.xs3, c.xe3) - y.before AS elapsed
    FROM counted c
    LEFT JOIN working_day w ON w.cal = c.cal AND w.number = c.handover_number + 1
    LEFT JOIN day y ON y.key = day_key(c.cal, w.opens_at)
), decided AS (
    SELECT *,
        CASE WHEN unclear IS NOT NULL THEN unclear
             WHEN limit_micro IS NULL AND limit_days IS NULL THEN NULL
             WHEN completed_at IS NOT NULL AND (start IS NULL OR stop_number IS NULL
                OR handover_number + 1 + coalesce(limit_days, 0) > getvariable('last_working')[cal + 1]) THEN 'calendar' END AS reason,
        coalesce(CASE WHEN limit_micro IS NOT NULL THEN elapsed > limit_micro
             WHEN limit_days IS NOT NULL THEN after_due(stop_number, stop_working, handover_number + 1 + limit_days) END, false) AS late,
        coalesce(CASE WHEN strict_micro IS NOT NULL THEN elapsed > strict_micro
             WHEN strict_days IS NOT NULL THEN after_due(stop_number, stop_working, handover_number + 1 + strict_days) END, false) AS over_strict
    FROM begun
)
SELECT app_id, sid, edition_id, last_sid, due, eid, office_key, completed_at, completed_bare, cut_off, cal, human, applicant, accuses, idx,
    limit_micro, limit_days, strict_micro, strict_days, handover_number, stop_number, stop_working, start, elapsed, reason,
    CASE WHEN reason IS NOT NULL THEN 'undetermined' WHEN completed_at IS NOT NULL AND late THEN 'overdue' ELSE 'open' END AS verdict,
    reason IS NULL AND completed_at IS NOT NULL AND NOT late AND over_strict AS strictly
FROM decided
"""

MACROS = f"""
CREATE OR REPLACE MACRO near_begin(moment, begins) AS coalesce(moment <= begins + INTERVAL {_COVERAGE_DAYS} DAY, true);
"""


def look_for_gaps(con: duckdb.DuckDBPyConnection) -> None:
    """Build `missing` and `pending`. A step with only J02 entries is present: it is in `step`, not sound."""
    con.execute(_MISSING)
    con.execute(_PENDING.format(**own_hours(con, "p")))
