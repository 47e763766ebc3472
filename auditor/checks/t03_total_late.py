"""T03 total-late: the application took longer than its total term.

What it finds
    The time from the application's earliest moment to the completion of its last required step exceeds the total
    term, where the rules state one. If that step is not completed, the time to the cut-off is taken. Nothing is
    found after the outcome `withdrawn` or `moved`.

Why it matters
    Each step can be in time and the whole too late: between the steps papers lie where no limit of a step sees
    them. The total is what the applicant was promised.

Example
    The decree states no totals; the overlay of the 2014 standard, off by default, gives a child allowance 7 working
    days. Application received on Monday 12.03.2018, notice given on 28.03.2018. 21-23.03 were days off: due on
    26.03.2018 at 18:30, taken 9 working days, over by 2.
"""

from __future__ import annotations

CODE = "T03"
SEVERITY = "error"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at, due_at, lim, unit, actual, actual - lim AS excess, CASE WHEN NOT begun THEN 'not_begun' END AS detail
FROM total
"""
