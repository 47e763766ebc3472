"""T04 idle: papers lay between two steps for longer than the hand-over allowance.

What it finds
    Between the completion of a step and the receipt of the next more working days passed than the allowance gives:
    1 unless the rules say otherwise. If the next required step was not received, the cut-off takes the place of its
    receipt. Only within one kind of office, between steps that follow each other with no required one missing, and
    towards a person of that office: the post and the applicant's own time are nobody's idleness.

Why it matters
    The limit of a step starts only with its receipt. Papers that are not passed on make the applicant wait without
    any step being late.

Example
    Child allowance through the provider: the head named the executor on Monday 12.03.2018 at 11:00, the executor
    received the papers on Thursday 15.03.2018 at 09:20. The allowance of 1 working day ended on 13.03.2018 at
    18:30: 3 working days, over by 2. The finding names the executor's step.
"""

from __future__ import annotations

CODE = "T04"
SEVERITY = "warning"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at, due_at, allowed AS lim, 'working_day' AS unit, actual, actual - allowed AS excess,
    CASE WHEN NOT received THEN 'cut_off' END AS detail
FROM handover
"""
