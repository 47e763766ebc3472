"""T02 overdue: a step is not done though its limit has run out.

What it finds
    At the cut-off of the office's coverage a received step is still open and its limit is exceeded. Also the next
    required step of the same office kind, if nobody has begun it: first the hand-over allowance must run out, then
    the limit, counted from the opening of the next working day. What happened after the cut-off nobody can see, so
    nothing is judged there.

Why it matters
    An open application past its term is the one where help still comes in time: the applicant waits for it today.

Example
    Home care: the executor draws up the reply within 12 working days (item 8, clause 5). Received on Thursday
    01.03.2018, not completed, the export ends on 30.03.2018. Saturday 03.03 was a working day; 08.03, 09.03 and
    21-23.03 were days off. Due on 20.03.2018 at 18:30; at the cut-off 17 working days, over by 5. Had the head
    finished on 01.03 and the executor never begun, the hand-over would have until 02.03, the 12 days would run from
    the opening on 03.03, and the step would be due on 27.03.2018.
"""

from __future__ import annotations

CODE = "T02"
SEVERITY = "error"

QUERY = """
SELECT app_id, sid, eid, received_at, due_at, lim, unit, actual, excess, CASE WHEN NOT begun THEN 'not_begun' END AS detail
FROM overrun WHERE NOT completed AND accuses AND NOT strictly
"""
