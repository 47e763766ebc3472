"""S04 wrong-branch: work went on after an end, or on both sides of a fork.

What it finds
    A step has an entry though an earlier present step ends the procedure, such as a refusal; or entries stand in
    two alternatives of one branch, of which an application can take only one.

Why it matters
    A refused application that went on, or one that was both granted and refused, has two answers. The applicant
    cannot tell which one holds.

Example
    Child allowance through the State Corporation: the message that the registers hold no data on the applicant
    (item 2, clause 8, process 4) ends the procedure. An entry of process 5, sending the signed request to the
    provider, follows it.
"""

from __future__ import annotations

CODE = "S04"
SEVERITY = "error"

QUERY = """
WITH after_end AS (
    SELECT a.app_id, min(p.sid) AS sid, a.edition_id * 64 + bit_count(lowest_bit(a.present & d.ends) - 1) AS ending_sid
    FROM judged_application a JOIN edition d USING (edition_id) JOIN step p ON p.app_id = a.app_id AND NOT p.inside
    WHERE a.cut_short AND p.sid % 64 > bit_count(lowest_bit(a.present & d.ends) - 1)
    GROUP BY ALL
), both_taken AS (
    SELECT a.app_id, a.edition_id * 64 + bit_count(lowest_bit(a.present & x.mask) - 1) AS sid, x.group_no,
        first(sid) OVER (PARTITION BY a.app_id, x.group_no ORDER BY x.alt_no) AS first_taken
    FROM judged_application a JOIN alternative x USING (edition_id) WHERE a.present & x.mask <> 0
    QUALIFY count(*) OVER (PARTITION BY a.app_id, x.group_no) > 1
        AND row_number() OVER (PARTITION BY a.app_id, x.group_no ORDER BY x.alt_no DESC) = 1
)
SELECT n.app_id, n.sid, p.eid, p.received_at, p.completed_at, r.step AS detail, r.ends_basis AS basis
FROM after_end n JOIN rule_step r ON r.sid = n.ending_sid JOIN step p ON p.app_id = n.app_id AND p.sid = n.sid
UNION ALL
SELECT b.app_id, b.sid, p.eid, p.received_at, p.completed_at, 'branch:' || r.step, NULL
FROM both_taken b JOIN rule_step r ON r.sid = b.first_taken JOIN step p ON p.app_id = b.app_id AND p.sid = b.sid
WHERE NOT EXISTS (SELECT 1 FROM after_end n WHERE n.app_id = b.app_id AND n.sid = b.sid)
"""
