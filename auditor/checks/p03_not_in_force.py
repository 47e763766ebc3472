"""P03 not-in-force: no edition of the procedure was in force on that day.

What it finds
    The service and channel are in the rules, but no edition covers the day of the application, so there are no
    rules to judge it by. Counted per service, channel and period without rules, one line each, with the number of
    applications; they are judged for J codes only.

Why it matters
    It is no fault of the office. It says how many applications the audit could say nothing about.

Example
    Registration of job seekers (item 10) came into the decree by № 75/02, in force from 04.12.2017. 37 applications
    received through the provider in November 2017 make one line: no rules until 04.12.2017, 37 applications.
"""

from __future__ import annotations

CODE = "P03"
SEVERITY = "info"

QUERY = """
SELECT pair_id, since, until, min(eid) AS eid, sum(applications) AS n
FROM without_rules GROUP BY ALL
"""
