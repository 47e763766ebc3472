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

QUERY = """
WITH acted AS (
    SELECT e.app_id, e.sid, e.eid, e.employee, coalesce(e.role, r.role) AS role, e.received_at, e.completed_at
    FROM entry e JOIN rule_step r USING (sid) WHERE e.employee <> 0 AND e.repeats IS NULL AND EXISTS (FROM keep_apart)
)
SELECT b.app_id, b.sid, min(b.eid) AS eid, arg_min(b.received_at, b.eid) AS received_at, arg_min(b.completed_at, b.eid) AS completed_at, min(a.role) AS detail
FROM acted a JOIN acted b ON b.app_id = a.app_id AND b.employee = a.employee AND b.eid > a.eid
JOIN keep_apart k ON (k.one = a.role AND k.other = b.role) OR (k.one = b.role AND k.other = a.role)
GROUP BY b.app_id, b.sid
"""
