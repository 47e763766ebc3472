"""R01 wrong-role: a step was done by a role that the rules do not accept for it.

What it finds
    The role recorded in the entry is known and is not among those the rules accept for the step. A role that is
    empty or not in the vocabulary is no finding; deputies and acting heads count as the role they stand in for.

Why it matters
    The regulation says who answers for each action. A notice signed by someone without that authority can be
    disputed.

Example
    Child allowance through the provider: signing the notice is the head's step (item 2, clause 5.1). The entry of
    15.03.2018 records the responsible executor.
"""

from __future__ import annotations

CODE = "R01"
SEVERITY = "error"

QUERY = """
SELECT e.app_id, e.sid, min(e.eid) AS eid, arg_min_null(e.received_at, e.eid) AS received_at, arg_min_null(e.completed_at, e.eid) AS completed_at,
    (SELECT string_agg(c.role, ',' ORDER BY c.role) FROM accepted c WHERE c.sid = e.sid) AS detail
FROM entry e WHERE e.wrong_role AND e.repeats IS NULL
GROUP BY e.app_id, e.sid
"""
