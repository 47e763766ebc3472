"""J06 lost-between-offices: the akim sent it to the provider, who never registered it.

What it finds
    The rural akim sent the application to the provider, the exports of both offices cover the time, and the provider
    never registered it. Limit: the hand-over allowance and 5 working days for carriage, unless the rules say
    otherwise.

Why it matters
    An application that neither office holds is looked for by nobody: the akim believes it sent, the provider does not
    know of it.

Example
    Child allowance through the akim: the akim signed the covering letter on 12.03.2018 (item 2, clause 5.2). The
    allowance of 1 working day and 5 working days for carriage ended on 20.03.2018; both journals reach to 30.03.2018,
    and the provider's does not have it.
"""

from __future__ import annotations

CODE = "J06"
SEVERITY = "error"

QUERY = """
WITH lost AS (
    SELECT s.eid, s.office_key >> 32 AS district_code, s.due_at, s.due_day, s.completed_at::DATE AS sent_on, s.application_no, s.service, s.person,
        string_agg(o.text, ', ' ORDER BY o.text) AS detail, bool_or(p.rural) AS rural
    FROM sent s JOIN provider p USING (eid) JOIN spelled_office o ON o.code = p.office_key & 4294967295
    WHERE s.covered AND NOT s.unsure AND s.eid NOT IN (SELECT eid FROM possible) AND s.eid NOT IN (SELECT eid FROM named_aside)
    GROUP BY ALL HAVING bool_and(p.in_time)
), held AS (
    -- A provider's journal that has none of many akims' applications does not hold them.
    SELECT * FROM lost QUALIFY rural OR count(*) FILTER (NOT rural) OVER (PARTITION BY district_code) < 3
), alike AS (
    -- Registered in those days under this number as if at its own counter, it may be the one: then it is no accusation.
    SELECT h.eid, count(*) AS n
    FROM held h JOIN provider p USING (eid) JOIN counter c ON c.office_key = p.office_key AND c.service = h.service AND c.application_no = h.application_no
    WHERE c.taken_at::DATE BETWEEN h.sent_on AND h.due_day AND (c.person IS NULL OR h.person IS NULL) GROUP BY 1
)
SELECT h.eid, h.due_at, h.detail, a.n FROM held h LEFT JOIN alike a USING (eid)
"""
