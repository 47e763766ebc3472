"""R02 same-person: one employee acted in two roles that are to be kept apart.

What it finds
    In one application the same employee has entries in both roles of a pair that the rules keep apart. The decree
    names no such pair, so nothing is found unless a rules folder adds one.

Why it matters
    Where one person prepares and approves, nobody checks. In a small office it can be unavoidable, hence a warning.

Example
    A rules folder keeps `provider_executor` and `provider_head` apart. In a home care application of March 2018 one
    employee drew up the reply (12 working days, item 8, clause 5) and signed it (1 hour).
"""

from __future__ import annotations

CODE = "R02"
SEVERITY = "warning"

# Rules that keep no roles apart have nothing to look for.
ONLY_IF = "SELECT 1 FROM keep_apart"
QUERY = """
WITH first_act AS (
    SELECT e.app_id, e.office_key, b.employee, coalesce(w.role, r.role) AS acting, min(e.eid) AS eid, arg_min(e.sid, e.eid) AS sid,
        arg_min_null(e.received_at, e.eid) AS received_at, arg_min_null(e.completed_at, e.eid) AS completed_at
    FROM entry e JOIN rule_step r USING (sid) JOIN bucket b USING (eid) JOIN word w USING (word_key)
    WHERE b.employee <> 0 AND e.repeats IS NULL
    GROUP BY ALL
)
SELECT b.app_id, b.sid, min(b.eid) AS eid, arg_min_null(b.received_at, b.eid) AS received_at, arg_min_null(b.completed_at, b.eid) AS completed_at,
    arg_min(a.acting, b.eid) AS detail
FROM first_act a JOIN first_act b ON b.app_id = a.app_id AND b.office_key = a.office_key AND b.employee = a.employee AND b.eid > a.eid
JOIN keep_apart k ON (k.one = a.acting AND k.other = b.acting) OR (k.one = b.acting AND k.other = a.acting)
GROUP BY b.app_id, b.sid
"""
