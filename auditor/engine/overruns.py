"""Due moments and excess of every limit that was exceeded: the few steps that T01, T02, T05 and T06 speak of.

    overrun   app_id, sid, eid, begun (false: the step was not begun), strictly, accuses, completed (BOOLEAN), received_at, completed_at,
              due_at, lim, unit, actual, excess (DOUBLE, in unit)
    handover  app_id, sid (the next step), eid, received (BOOLEAN), received_at, completed_at, due_at, allowed, actual

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import duckdb

from auditor.engine.steps import own_hours

_TIMED = """
CREATE OR REPLACE TEMP TABLE {name} AS
SELECT app_id, sid, eid, true AS begun, strictly, accuses, completed_at IS NOT NULL AS completed, received_at, completed_at, extended_due AS extended_to, cal,
    start, start_bare, stop, elapsed, effective, stop_number, stop_working,
    CASE WHEN strictly THEN strict_micro ELSE limit_micro END AS micro, CASE WHEN strictly THEN strict_days ELSE limit_days END AS days
FROM (SELECT * REPLACE ({strictly} AS strictly) FROM clocked) WHERE {steps}
UNION ALL
SELECT app_id, sid, eid, false, strictly, accuses, false, NULL, NULL, NULL, cal,
    start, false, cut_off, elapsed, handover_number + 1, stop_number, stop_working,
    CASE WHEN strictly THEN strict_micro ELSE limit_micro END, CASE WHEN strictly THEN strict_days ELSE limit_days END
FROM (SELECT * REPLACE ({strictly} AS strictly) FROM pending) WHERE {pending}
"""

# (26) The first moment at which the open time equals the limit, or the closing of the due day; (17) the day of an extension.
_DUE = """
CREATE OR REPLACE TEMP TABLE {name} AS
WITH placed AS (
    SELECT e.*, r.limit_value, r.limit_unit, r.strict_value, r.strict_unit,
        CASE WHEN start_bare THEN d.before + d.e1 - d.s1 + d.e2 - d.s2 + d.e3 - d.s3
             ELSE open_at(start, d.before, d.s1, d.e1, d.s2, d.e2, d.s3, d.e3) END + micro AS target,
        x.number AS ext_number, x.closes AS ext_closes,
        x.before + x.e1 - x.s1 + x.e2 - x.s2 + x.e3 - x.s3 AS ext_open,
        open_at(stop, y.before, y.s1, y.e1, y.s2, y.e2, y.s3, y.e3) AS stop_open
    FROM {timed} e JOIN rule_step r USING (sid)
    LEFT JOIN day d ON d.key = day_key(e.cal, e.start)
    LEFT JOIN day x ON x.key = day_key(e.cal, e.extended_to::TIMESTAMP)
    LEFT JOIN day y ON y.key = day_key(e.cal, e.stop)
), due AS (
    SELECT p.*, w.closes_at AS day_due, CASE WHEN p.target - h.before <= h.e1 - h.s1 + h.e2 - h.s2 + h.e3 - h.s3
        THEN h.day + to_microseconds(moment_of(p.target - h.before, h.s1, h.e1, h.s2, h.e2, h.s3, h.e3)) END AS micro_due
    FROM placed p
    LEFT JOIN working_day w ON w.cal = p.cal AND w.number = p.effective + p.days
    ASOF LEFT JOIN open_day h ON h.cal = p.cal AND h.before < p.target
)
SELECT app_id, sid, eid, begun, strictly, accuses, completed, received_at, completed_at,
    CASE WHEN extended_to IS NOT NULL
         THEN extended_to::TIMESTAMP + to_microseconds(ext_closes)
         ELSE coalesce(day_due, micro_due) END AS due_at,
    (CASE WHEN strictly THEN strict_value ELSE limit_value END)::DOUBLE AS lim,
    coalesce(CASE WHEN strictly THEN strict_unit ELSE limit_unit END, 'working_day') AS unit,
    CASE WHEN micro IS NOT NULL THEN elapsed / unit_micro(unit) ELSE stop_number - effective + (NOT stop_working)::INT END::DOUBLE AS actual,
    CASE WHEN extended_to IS NOT NULL AND micro IS NOT NULL THEN greatest(0, stop_open - ext_open) / unit_micro(unit)
         WHEN extended_to IS NOT NULL THEN stop_number - ext_number + (NOT stop_working)::INT
         WHEN micro IS NOT NULL THEN (elapsed - micro) / unit_micro(unit)
         ELSE actual - lim END::DOUBLE AS excess
FROM due
"""

# (22) From the completion of one step to the receipt of the next present one, or to the cut-off.
_HANDOVER = """
CREATE OR REPLACE TEMP TABLE handover AS
WITH waited AS (
    SELECT s.app_id, s.sid, s.eid, true AS received, s.received_at, s.completed_at, s.received_at AS until, s.prev_completed AS since, s.prev_bare AS bare,
        {cal} AS cal, p.handover_days AS allowed
    FROM step s JOIN rule_step r ON r.sid = s.sid JOIN rule_step p ON p.sid = s.prev_sid {own}
    WHERE s.received_at IS NOT NULL AND s.prev_completed IS NOT NULL AND s.sound
      AND s.received_at::DATE > s.prev_completed::DATE + 1 AND p.cal = r.cal AND r.human AND NOT r.applicant
      AND s.app_id NOT IN (SELECT app_id FROM tangled)
      AND (r.idx = p.idx + 1 OR NOT s.inside AND NOT EXISTS (
            SELECT 1 FROM judged_application a WHERE a.app_id = s.app_id AND a.wanted & ((1::BIGINT << r.idx) - 1) & ~((2::BIGINT << p.idx) - 1) <> 0))
    UNION ALL
    SELECT k.app_id, k.sid, k.eid, false, NULL, NULL, k.cut_off, k.completed_at, k.completed_bare, k.cal, l.handover_days
    FROM pending k JOIN rule_step l ON l.sid = k.last_sid
    WHERE k.reason IS NULL AND k.completed_at IS NOT NULL AND k.human AND NOT k.applicant
), counted AS (
    SELECT w.*, d.number + (NOT d.working OR (NOT bare AND time_of_day(since) > d.closes))::INT AS effective, x.number, x.working
    FROM waited w JOIN day d ON d.key = day_key(w.cal, w.since) JOIN day x ON x.key = day_key(w.cal, w.until)
)
SELECT c.app_id, c.sid, c.eid, c.received, c.received_at, c.completed_at, t.closes_at AS due_at, c.allowed::DOUBLE AS allowed,
    (c.number - c.effective + (NOT c.working)::INT)::DOUBLE AS actual
FROM counted c JOIN working_day t ON t.cal = c.cal AND t.number = c.effective + c.allowed
WHERE after_due(c.number, c.working, c.effective + c.allowed)
"""

# (25) The application's total term, where the rules state one: to its last step, or to the step that ended it early. A term extended by decision
# is not counted: the rules do not say by how much the total grows.
_TOTAL = """
CREATE OR REPLACE TEMP TABLE total AS
WITH aimed AS (
    SELECT j.app_id, j.edition_id, t.* EXCLUDE (edition_id), j.unknown > 0 OR j.ambiguous OR j.quarantined AS unsure, coalesce(u.mask & ~j.present, 0) AS unshown,
        j.edition_id * 64 + CASE WHEN j.cut_short THEN bit_count(lowest_bit(j.present & t.ends) - 1) ELSE top_bit(j.required) END AS sid
    FROM judged_application j JOIN edition t USING (edition_id) LEFT JOIN unshown u USING (app_id)
    WHERE t.total_value IS NOT NULL AND NOT j.ended AND j.required <> 0 AND j.app_id NOT IN (SELECT app_id FROM tangled)
      AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.app_id = j.app_id AND e.extended_to IS NOT NULL AND e.repeats IS NULL)
), began AS (
    SELECT app_id, min(coalesce(received_at, completed_at)) AS start,
        arg_min(CASE WHEN received_at IS NULL THEN completed_bare ELSE received_bare END, (coalesce(received_at, completed_at), eid)) AS start_bare,
        arg_min(office_key, (coalesce(received_at, completed_at), eid)) AS office_key
    FROM entry WHERE app_id IN (SELECT app_id FROM aimed) AND j02 IS NULL AND repeats IS NULL GROUP BY 1
), last_of_kind AS (
    SELECT a.app_id, arg_max(p.eid, p.sid) AS eid, arg_max(p.office_key, p.sid) AS office_key
    FROM aimed a JOIN rule_step r ON r.sid = a.sid JOIN step p ON p.app_id = a.app_id AND NOT p.inside AND p.sound JOIN rule_step q ON q.sid = p.sid AND q.cal = r.cal
    GROUP BY 1
), whole AS (
    SELECT a.app_id, a.sid, coalesce(s.eid, k.eid) AS eid, s.eid IS NOT NULL AS begun, b.start, b.start_bare, s.received_at, s.completed_at,
        coalesce(s.completed_at, c.ends) AS stop, coalesce(s.completed_bare AND s.completed_at IS NOT NULL, false) AS stop_bare,
        a.total_micro AS micro, a.total_days AS days, coalesce(w.cal, a.total_cal) AS cal, a.total_value::DOUBLE AS lim, a.total_unit AS unit
    FROM aimed a JOIN began b USING (app_id) LEFT JOIN own_calendar w ON w.office_key = b.office_key AND w.kind_cal = a.total_cal
    LEFT JOIN step s ON s.app_id = a.app_id AND s.sid = a.sid
    LEFT JOIN last_of_kind k ON k.app_id = a.app_id
    JOIN coverage c ON c.office_key = coalesce(s.office_key, k.office_key)
    WHERE CASE WHEN s.eid IS NULL THEN NOT a.unsure ELSE s.sound END
      AND (s.completed_at IS NOT NULL OR a.unshown & (a.ends | (1::BIGINT << (a.sid % 64))) = 0 AND coalesce(s.unseen, 0) & 2 = 0)
), clocked AS (
    SELECT w.*, d.number + (NOT d.working OR (NOT start_bare AND time_of_day(start) > d.closes))::INT AS effective, x.number, x.working,
        CASE WHEN start_bare THEN d.before + d.e1 - d.s1 + d.e2 - d.s2 + d.e3 - d.s3
             ELSE open_at(start, d.before, d.s1, d.e1, d.s2, d.e2, d.s3, d.e3) END AS start_open,
        open_at(stop, x.before, x.s1, x.e1, x.s2, x.e2, x.s3, x.e3) AS stop_open
    FROM whole w JOIN day d ON d.key = day_key(w.cal, w.start) JOIN day x ON x.key = day_key(w.cal, w.stop)
), late AS (
    SELECT * FROM clocked
    WHERE CASE WHEN micro IS NOT NULL THEN stop_open - start_open > micro
               ELSE after_due(number, working, effective + days) AND effective + days <= getvariable('last_working')[cal + 1] END
)
SELECT l.app_id, l.sid, l.eid, l.begun, l.received_at, l.completed_at, l.lim, l.unit,
    coalesce(w.closes_at, h.day + to_microseconds(moment_of(start_open + micro - h.before, h.s1, h.e1, h.s2, h.e2, h.s3, h.e3))) AS due_at,
    CASE WHEN micro IS NOT NULL THEN (stop_open - start_open) / unit_micro(unit) ELSE l.number - effective + (NOT l.working)::INT END::DOUBLE AS actual
FROM late l
LEFT JOIN working_day w ON w.cal = l.cal AND w.number = l.effective + l.days
ASOF LEFT JOIN open_day h ON h.cal = l.cal AND h.before < l.start_open + l.micro
"""

MACROS = """
CREATE OR REPLACE MACRO unit_micro(unit) AS CASE unit WHEN 'minute' THEN 60000000.0 WHEN 'hour' THEN 3600000000.0 END;
CREATE OR REPLACE MACRO hundredth(unit) AS CASE unit WHEN 'minute' THEN 600000 WHEN 'hour' THEN 36000000 END;
-- To hundredths of the unit, halves up, from whole microseconds: a binary fraction would round 1.015 down.
CREATE OR REPLACE MACRO two_decimals(amount, unit) AS CASE WHEN unit = 'working_day' THEN amount
    ELSE ((round(amount * unit_micro(unit))::BIGINT + hundredth(unit) // 2) // hundredth(unit)) / 100.0 END;
CREATE OR REPLACE MACRO moment_of(open, s1, e1, s2, e2, s3, e3) AS CASE
    WHEN open <= e1 - s1 THEN s1 + open
    WHEN open <= e1 - s1 + e2 - s2 THEN s2 + open - (e1 - s1)
    ELSE s3 + open - (e1 - s1) - (e2 - s2) END;
"""


def work_out(con: duckdb.DuckDBPyConnection) -> None:
    """Build `overrun`, `handover` and `total` from `clocked`, `step` and `pending`."""
    con.execute(
        _TIMED.format(
            name="exceeded",
            strictly="strictly",
            steps="verdict IN ('late', 'overdue') OR strictly",
            pending="verdict = 'overdue' OR strictly",
        )
    )
    con.execute(_DUE.format(name="overrun", timed="exceeded"))
    con.execute(_HANDOVER.format(**own_hours(con, "s")))
    con.execute(_TOTAL)


_RUNS = "sound AND start IS NOT NULL AND effective IS NOT NULL AND reason IS DISTINCT FROM 'calendar'"
_WAITS = "reason IS NULL AND start IS NOT NULL AND completed_at IS NOT NULL"
_LIMITED = "limit_micro IS NOT NULL OR limit_days IS NOT NULL"
_LIMITED_STRICTLY = "strict_micro IS NOT NULL OR strict_days IS NOT NULL"


def open_dues(con: duckdb.DuckDBPyConnection) -> None:
    """Build `open_due`, as `overrun` but of every step not completed, in time or not, by the lenient limit."""
    steps = f"completed_at IS NULL AND {_RUNS} AND ({_LIMITED} OR extended_due IS NOT NULL)"
    con.execute(_TIMED.format(name="timed", strictly="false", steps=steps, pending=f"{_WAITS} AND ({_LIMITED})"))
    con.execute(_DUE.format(name="open_due", timed="timed"))


def due_moments(con: duckdb.DuckDBPyConnection) -> None:
    """Build `due` and `strict_due`, as `overrun` but of every step that a clock runs for, in time or not: by the limit, and by the stricter one.

    For the tables of a few applications: a whole bucket's would cost as much as judging it.
    """
    for name, strictly, steps, pending in (
        ("due", "false", f"{_RUNS} AND ({_LIMITED} OR extended_due IS NOT NULL)", f"{_WAITS} AND ({_LIMITED})"),
        (
            "strict_due",
            "true",
            f"{_RUNS} AND ({_LIMITED_STRICTLY}) AND extended_due IS NULL",
            f"{_WAITS} AND ({_LIMITED_STRICTLY})",
        ),
    ):
        con.execute(_TIMED.format(name="timed", strictly=strictly, steps=steps, pending=pending))
        con.execute(_DUE.format(name=name, timed="timed"))
