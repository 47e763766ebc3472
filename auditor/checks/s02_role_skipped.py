"""S02 role-skipped: none of a role's steps has an entry.

What it finds
    As S01, and no step of that role has an entry in the application. One finding for the role takes the place of
    its S01s; it names the first of the missing steps.

Why it matters
    A whole link of the procedure did not take part: the papers passed by the person who should decide or answer for
    them.

Example
    Child allowance through the provider: the chancery and the executor have entries, the head none, neither for
    naming the executor (1 working day) nor for signing the notice (1 hour; item 2, clause 5.1). One finding for the
    head, 2 steps missing.
"""

from __future__ import annotations

CODE = "S02"
SEVERITY = "error"

QUERY = """
SELECT m.app_id, min(m.sid) AS sid, arg_min(m.place_eid, m.sid) AS eid, arg_min(r.step, m.sid) AS detail, count(*) AS n
FROM missing m JOIN rule_step r ON r.sid = m.later_sid
WHERE m.reason IS NULL AND m.whole_role
GROUP BY m.app_id, m.role
"""
