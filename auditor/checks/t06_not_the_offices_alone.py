"""T06 not-the-office's-alone: the limit passed on a step that others help to finish.

What it finds
    As T01 or T02, of a step whose rules say `accuses: false`: it ends with the applicant collecting the result, is
    the applicant's or a system's own, or contains another body's whole work. It is never T01 or T02.

Why it matters
    A notice that waits days for its owner is no lateness of the office. It is shown because a pattern of such waits
    is worth a question, for instance whether applicants are told in time.

Example
    Child allowance through the akim: the akim gives the applicant the notice within 1 working day (item 2, clause
    5.2). Received on Monday 12.03.2018, collected on Tuesday 20.03.2018: due on 13.03.2018 at 18:00, taken 6
    working days, over by 5. Who was waited for the journal does not tell.
"""

from __future__ import annotations

CODE = "T06"
SEVERITY = "warning"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at, due_at, lim, unit, actual, excess, CASE WHEN NOT begun THEN 'not_begun' END AS detail
FROM overrun WHERE NOT accuses AND NOT strictly
"""
