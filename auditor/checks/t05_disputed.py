"""T05 disputed: late by one clause, in time by another.

What it finds
    Two clauses of the decree give one step different limits. By the lenient one the step is in time, by the
    stricter one it is late or overdue. Limit, due moment, actual and excess are those of the stricter; the verdict
    stays `met` or `open`.

Why it matters
    While the act contradicts itself nobody can be blamed by the stricter figure, but the inspector and whoever
    mends the act should see what hangs on it.

Example
    Fuel assistance through the akim: the provider's head signs the notice within 1 hour by clause 5.2 of item 9,
    within 1 working day by clause 7.2. Received on Monday 12.03.2018 at 09:30, signed the same day at 16:45.
    Without the lunch from 13:00 to 14:30 that is 5 h 45 min: by the hour due at 10:30, over by 4 h 45 min; by the
    working day in time until 13.03.2018.
"""

from __future__ import annotations

CODE = "T05"
SEVERITY = "warning"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at, due_at, lim, unit, actual, excess, CASE WHEN NOT begun THEN 'not_begun' END AS detail
FROM overrun WHERE strictly AND accuses
"""
