"""S01 step-skipped: a required step has no entry while a later one has.

What it finds
    A required step of the procedure is absent, though the application went on to a later step. Steps of a branch
    not taken are not required. Absence is judged only where the exports could have shown the step: the application
    has entries of that office kind, it does not start near the beginning of the coverage, and none of its rows is
    unknown, ambiguous or in quarantine.

Why it matters
    Without the step nobody answers for it: a notice that was given out but never signed has no force.

Example
    Child allowance through the provider: the chancery registered the papers, the head named the executor, the
    executor drew up the notice, the chancery gave it out. The head's signature (item 2, clause 5.1, 1 hour) has no
    entry.
"""

from __future__ import annotations

CODE = "S01"
SEVERITY = "error"

QUERY = """
SELECT m.app_id, m.sid, m.place_eid AS eid, r.step AS detail
FROM missing m JOIN rule_step r ON r.sid = m.later_sid
WHERE m.reason IS NULL AND NOT m.whole_role
"""
