"""T01 late: a step took longer than its limit.

What it finds
    The performing entry of a step was completed after the moment due. Minutes and hours run in the office's open
    time only; working days count from the day after the effective day of receipt, and any time on the due day is in
    time. An extension by decision moves the due day. Where a bare date or a missing receipt cannot decide, the
    verdict is `undetermined` and nothing is found.

Why it matters
    The limits of the steps are what the regulation promises the applicant, step by step. A late step eats the time
    of the next one, and the applicant waits for the sum.

Example
    Child allowance through the provider: the head signs the notice within 1 hour (item 2, clause 5.1). Received on
    Friday 16.03.2018 at 17:45, signed on Monday 19.03.2018 at 09:40. The office closes at 18:30 and opens at 09:00:
    45 and 40 minutes of open time, together 1 h 25 min. Due on 19.03.2018 at 09:15, over by 25 min (0.42 hour).
"""

from __future__ import annotations

CODE = "T01"
SEVERITY = "error"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at, due_at, lim, unit, actual, excess
FROM overrun WHERE completed AND accuses AND NOT strictly
"""
