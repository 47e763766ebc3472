"""Judged steps: one row a step that has an entry, and its clock.

    step      app_id, sid, inside, eid (of the performing entry), office_key, received_at, received_bare, completed_at, completed_bare, extended_to,
              unseen (bits: its layout has no place for 1 the receipt, 2 the completion), sound (false: all its entries have J02), completions, prev_sid, prev_completed, prev_bare (nearest earlier present step), off_hours, sure
    clocked   the steps that are not sure: start, start_bare (where the clock starts; null: not known), stop, stop_bare (completion, else the
              cut-off), the rule's columns (cal, limit_*, strict_*, accuses, ...), elapsed (certain open microseconds), effective and
              stop_number (working days), verdict, reason, strictly (late by the stricter limit)

Most steps are in time beyond doubt without a clock: open time is never longer than the time on the wall, and n working days never fewer
than n days. Those are `sure`, and `met`; only the rest is clocked.

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import duckdb

from auditor.engine import unshown

# (9) The performing entry: the earliest completed, else the earliest received; ties go to the first line.
_STEP = """
CREATE OR REPLACE TEMP TABLE step AS
WITH performing AS (
    SELECT e.app_id, e.sid, e.inside, e.eid, e.office_key, e.received_at, e.received_bare, e.completed_at, e.completed_bare,
        e.extended_to, e.j02 IS NULL AS sound, (e.j02 IS NULL AND e.completed_at IS NOT NULL)::INT AS completions
    FROM entry e JOIN judged_application a USING (app_id)
    WHERE a.single AND e.sid IS NOT NULL AND e.repeats IS NULL
    UNION ALL
    SELECT e.app_id, e.sid, e.inside, e.eid, e.office_key, e.received_at, e.received_bare, e.completed_at, e.completed_bare,
        max(e.extended_to) FILTER (e.j02 IS NULL) OVER (PARTITION BY e.app_id, e.sid) AS extended_to, e.j02 IS NULL, (count(e.completed_at) FILTER (e.j02 IS NULL) OVER (PARTITION BY e.app_id, e.sid))::INT
    FROM entry e JOIN judged_application a USING (app_id)
    WHERE NOT a.single AND e.sid IS NOT NULL AND e.repeats IS NULL
    QUALIFY row_number() OVER (PARTITION BY e.app_id, e.sid
        ORDER BY e.j02 IS NOT NULL, e.completed_at IS NULL, coalesce(e.completed_at, e.received_at), e.eid) = 1
), ordered AS (
    SELECT *,
        lag(sid) OVER chain AS prev_sid,
        lag(CASE WHEN sound THEN completed_at END) OVER chain AS prev_completed,
        lag(completed_bare) OVER chain AS prev_bare
    FROM performing WINDOW chain AS (PARTITION BY app_id, inside ORDER BY sid)
)
SELECT o.*, {unseen} AS unseen,
    o.sound AND r.human AND o.completed_at IS NOT NULL AND NOT o.completed_bare
        AND NOT coalesce(is_open(o.completed_at, x.s1, x.e1, x.s2, x.e2, x.s3, x.e3), true) AS off_hours,
    coalesce(getvariable('shortcuts') AND o.sound AND o.completed_at IS NOT NULL AND o.extended_to IS NULL AND CASE
        WHEN r.limit_value IS NULL THEN true
        WHEN r.strict_value IS NOT NULL OR o.received_at < r.sure_since OR o.completed_at > r.sure_until THEN false
        WHEN r.limit_days IS NOT NULL THEN o.completed_at::DATE - o.received_at::DATE <= r.limit_days
        ELSE NOT o.received_bare AND NOT o.completed_bare AND epoch_us(o.completed_at) - epoch_us(o.received_at) <= r.limit_micro END, false) AS sure
FROM ordered o JOIN rule_step r USING (sid) {own} {seen} LEFT JOIN day x ON x.key = day_key({cal}, o.completed_at)
"""

# (28) Where the step before was not completed, the nearest completed one lies further back. The few steps are set down first:
# the optimizer then knows how few they are, and does not build its hash table over all the others.
_HOLLOW = """
CREATE OR REPLACE TEMP TABLE hollow AS
SELECT app_id, sid, inside FROM step WHERE prev_sid IS NOT NULL AND prev_completed IS NULL AND app_id NOT IN (SELECT app_id FROM dim)
"""
_DONE = """
CREATE OR REPLACE TEMP TABLE further_back AS
SELECT o.app_id, o.sid, max(p.sid) AS done_sid
FROM hollow o JOIN step p ON p.app_id = o.app_id AND p.inside = o.inside AND p.sid < o.sid AND p.sound AND p.completed_at IS NOT NULL
GROUP BY ALL
"""

# (19) Without a receipt the clock starts where the required step directly before it was completed, in the same kind of office.
_STARTS = """
CREATE OR REPLACE TEMP TABLE derived_start AS
WITH lone AS (
    SELECT o.app_id, o.sid, r.cal, r.edition_id * 64 + top_bit(a.wanted & ((1::BIGINT << r.idx) - 1)) AS before_sid
    FROM step o JOIN rule_step r USING (sid) JOIN judged_application a USING (app_id)
    WHERE o.received_at IS NULL AND o.unseen & 1 = 0 AND NOT o.inside AND NOT o.sure AND a.wanted & ((1::BIGINT << r.idx) - 1) <> 0
)
SELECT l.app_id, l.sid, p.completed_at AS start, p.completed_bare AS start_bare
FROM lone l JOIN step p ON p.app_id = l.app_id AND p.sid = l.before_sid JOIN rule_step b ON b.sid = l.before_sid
WHERE p.sound AND p.completed_at IS NOT NULL AND b.cal = l.cal
"""

# (15)-(20) The clocks. A null verdict is not possible: the last branch is the completed step in time.
_CLOCKED = """
CREATE OR REPLACE TEMP TABLE clocked AS
WITH started AS (
    SELECT o.* EXCLUDE (off_hours, sure),
        r.* EXCLUDE (sid, cal, step, role, limit_unit, strict_unit, ends_basis, limit_value, strict_value, sure_since, sure_until), {cal} AS cal, r.limit_micro IS NOT NULL OR r.limit_days IS NOT NULL AS limited,
        {start} AS start, {start_bare} AS start_bare,
        -- (34) A step still open when the application was withdrawn or moved on is no longer owed.
        o.completed_at IS NULL AND o.app_id IN (SELECT app_id FROM judged_application WHERE ended) AS released,
        coalesce(o.completed_at, c.ends) AS stop, o.completed_bare AND o.completed_at IS NOT NULL AS stop_bare
    FROM step o JOIN rule_step r USING (sid) JOIN coverage c USING (office_key) {starts} {own}
    WHERE NOT o.sure
), timed AS (
    SELECT t.*, CASE WHEN t.extended_to IS NOT NULL THEN due_of_extension(t.cal, t.extended_to) END AS extended_due,
        precedes(stop, stop_bare, start, start_bare) AS backwards,
        greatest(0, open_at(stop, x.before, x.s1, x.e1, x.s2, x.e2, x.s3, x.e3)
            - CASE WHEN start_bare THEN d.before + d.e1 - d.s1 + d.e2 - d.s2 + d.e3 - d.s3
              ELSE open_at(start, d.before, d.s1, d.e1, d.s2, d.e2, d.s3, d.e3) END) AS elapsed,
        d.number + (NOT d.working OR (NOT start_bare AND time_of_day(start) > d.closes))::INT AS effective,
        x.number AS stop_number, x.working AS stop_working
    FROM started t
    LEFT JOIN day d ON d.key = day_key(t.cal, t.start)
    LEFT JOIN day x ON x.key = day_key(t.cal, t.stop)
), judged AS (
    SELECT *,
        CASE WHEN NOT sound THEN 'impossible_time'
             WHEN completed_at IS NULL AND unseen & 2 <> 0 THEN 'not_in_layout'
             WHEN NOT limited AND extended_to IS NULL THEN NULL
             WHEN released THEN NULL
             WHEN start IS NULL THEN CASE WHEN unseen & 1 <> 0 THEN 'not_in_layout' ELSE 'no_receipt' END
             WHEN extended_to IS NOT NULL THEN CASE WHEN stop_number IS NULL OR effective IS NULL OR extended_due IS NULL THEN 'calendar' END
             WHEN stop_number IS NULL OR effective IS NULL OR effective + coalesce(limit_days, 0) > getvariable('last_working')[cal + 1] THEN 'calendar'
        END AS unclear,
        CASE WHEN released THEN false
             WHEN extended_to IS NOT NULL THEN stop::DATE > extended_due
             WHEN limit_micro IS NOT NULL THEN elapsed > limit_micro
             WHEN limit_days IS NOT NULL THEN after_due(stop_number, stop_working, effective + limit_days)
        END AS late,
        CASE WHEN extended_to IS NOT NULL OR released THEN false
             WHEN strict_micro IS NOT NULL THEN elapsed > strict_micro
             WHEN strict_days IS NOT NULL THEN after_due(stop_number, stop_working, effective + strict_days)
        END AS over_strict
    FROM timed
)
SELECT * EXCLUDE (unclear, late, over_strict, released, backwards),
    CASE WHEN unclear IS NOT NULL THEN 'undetermined'
         WHEN late THEN CASE WHEN completed_at IS NULL THEN 'overdue' ELSE 'late' END
         WHEN completed_at IS NULL THEN 'open'
         WHEN limit_micro IS NOT NULL AND extended_to IS NULL AND (start_bare OR stop_bare) AND NOT backwards THEN 'undetermined'
         ELSE 'met' END AS verdict,
    CASE WHEN unclear IS NOT NULL THEN unclear
         WHEN NOT late AND completed_at IS NOT NULL AND limit_micro IS NOT NULL AND extended_to IS NULL AND (start_bare OR stop_bare) AND NOT backwards
         THEN 'day_precision' END AS reason,
    unclear IS NULL AND NOT coalesce(late, false) AND coalesce(over_strict, false) AS strictly
FROM judged
"""

MACROS = """
-- (17) A term extended to a day off ends on the next working day (Civil Code 175).
CREATE OR REPLACE MACRO due_of_extension(calendar, extended) AS
    (SELECT min(w.day) FROM working_day w WHERE w.cal = calendar AND w.day >= extended AND extended >= getvariable('first_day')[calendar + 1]);
CREATE OR REPLACE MACRO is_open(moment, s1, e1, s2, e2, s3, e3) AS
    (e1 > s1 AND time_of_day(moment) BETWEEN s1 AND e1) OR (e2 > s2 AND time_of_day(moment) BETWEEN s2 AND e2)
 OR (e3 > s3 AND time_of_day(moment) BETWEEN s3 AND e3);
CREATE OR REPLACE MACRO open_at(moment, before, s1, e1, s2, e2, s3, e3) AS before + within_day(moment, s1, e1, s2, e2, s3, e3);
CREATE OR REPLACE MACRO after_due(number, working, due) AS number > due OR (number = due AND NOT working);
CREATE OR REPLACE MACRO smear(x) AS (x | (x >> 1));
CREATE OR REPLACE MACRO smear2(x) AS (x | (x >> 2));
CREATE OR REPLACE MACRO smear4(x) AS (x | (x >> 4));
CREATE OR REPLACE MACRO smear8(x) AS (x | (x >> 8));
CREATE OR REPLACE MACRO smear16(x) AS (x | (x >> 16));
CREATE OR REPLACE MACRO smear32(x) AS (x | (x >> 32));
CREATE OR REPLACE MACRO top_bit(mask) AS bit_count(smear32(smear16(smear8(smear4(smear2(smear(mask))))))) - 1;
"""


def own_hours(con: duckdb.DuckDBPyConnection, entry: str) -> dict[str, str]:
    """How a query finds the calendar of an entry's step (its rule is `r`): the office's own (43), where a register gives any, else its kind's."""
    if con.execute("SELECT 1 FROM own_calendar LIMIT 1").fetchone() is None:
        return {"own": "", "cal": "r.cal"}
    joined = f"LEFT JOIN own_calendar w ON w.office_key = {entry}.office_key AND w.kind_cal = r.cal"
    return {"own": joined, "cal": "coalesce(w.cal, r.cal)"}


def clock(con: duckdb.DuckDBPyConnection) -> None:
    """Build `step`, `further_back` and `clocked` from the tables of `applications` and `coverage`."""
    own = own_hours(con, "o")
    partial = unshown.any_partial(con)
    seen = (
        {"seen": "JOIN bucket v USING (eid)", "unseen": "v.unseen"} if partial else {"seen": "", "unseen": "0::TINYINT"}
    )
    con.execute(_STEP.format(**own, **seen))
    unshown.loosen(con)
    con.execute(_HOLLOW)
    con.execute(_DONE)
    if con.execute("SELECT 1 FROM step WHERE received_at IS NULL AND NOT sure LIMIT 1").fetchone():
        con.execute(_STARTS)
        joined = "LEFT JOIN derived_start s ON s.app_id = o.app_id AND s.sid = o.sid AND o.received_at IS NULL"
        start = "coalesce(o.received_at, s.start)"
        bare = "CASE WHEN o.received_at IS NULL THEN s.start_bare ELSE o.received_bare END"
        con.execute(_CLOCKED.format(starts=joined, start=start, start_bare=bare, **own))
    else:
        con.execute(_CLOCKED.format(starts="", start="o.received_at", start_bare="o.received_bare", **own))
