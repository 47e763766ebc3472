"""O01 out-of-order: a step was completed before the step that precedes it.

What it finds
    The performing entry of a step was completed before that of the nearest earlier step of the procedure that is
    present and completed. Equal moments are in order. If either is a bare date, the dates are compared.

Why it matters
    The order of the steps is a safeguard: a notice signed before it was drawn up, or a resolution before
    registration, means that someone decided without the papers or that the journal was filled in afterwards.

Example
    Child allowance through the provider: the head signed the notice on 15.03.2018 at 11:20; the executor, whose
    step is the one before (item 2, clause 5.1), completed it on 15.03.2018 at 16:00.
"""

from __future__ import annotations

CODE = "O01"
SEVERITY = "error"

QUERY = """
WITH done AS (
    SELECT s.*, s.prev_sid AS done_sid, s.prev_completed AS done_at, s.prev_bare AS done_bare FROM step s WHERE s.prev_completed IS NOT NULL
    UNION ALL BY NAME
    SELECT s.*, b.done_sid, p.completed_at AS done_at, p.completed_bare AS done_bare
    FROM step s JOIN further_back b ON b.app_id = s.app_id AND b.sid = s.sid JOIN step p ON p.app_id = b.app_id AND p.sid = b.done_sid
)
SELECT d.app_id, d.sid, d.eid, d.received_at, d.completed_at, r.step AS detail
FROM done d JOIN rule_step r ON r.sid = d.done_sid
WHERE NOT EXISTS (SELECT 1 FROM unordered u WHERE u.app_id = d.app_id AND d.sid - d.done_sid > u.nearest)
  AND d.sound AND precedes(d.completed_at, d.completed_bare, d.done_at, d.done_bare)
"""
