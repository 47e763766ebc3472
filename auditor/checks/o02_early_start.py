"""O02 early-start: a step was received before the one before it was completed.

What it finds
    The performing entry of a step was received before that of the nearest earlier present step was completed,
    though not completed before it (that is O01). If either is a bare date, the dates are compared.

Why it matters
    Two people held one application at once. Often the moments were written down later, and then the clocks of both
    steps are doubtful.

Example
    Child allowance through the provider: the head received the notice to sign on 15.03.2018 at 11:20 and signed it
    at 16:30; the executor completed it only at 16:00 that day.
"""

from __future__ import annotations

CODE = "O02"
SEVERITY = "warning"

QUERY = """
SELECT s.app_id, s.sid, s.eid, s.received_at, s.completed_at, r.step AS detail
FROM step s JOIN rule_step r ON r.sid = s.prev_sid
WHERE NOT EXISTS (SELECT 1 FROM unordered u WHERE u.app_id = s.app_id AND s.sid - s.prev_sid > u.nearest)
  AND s.sound AND precedes(s.received_at, s.received_bare, s.prev_completed, s.prev_bare)
  AND NOT coalesce(precedes(s.completed_at, s.completed_bare, s.prev_completed, s.prev_bare), false)
"""
