"""J03 off-hours: a person's step was completed while the office was closed.

What it finds
    The moment of completion of a step done by a person lies outside the opening hours of the office's calendar: at
    night, at lunch, on a day off. Bare dates and steps of systems are left out; the moments of opening and closing
    are inside.

Why it matters
    Working late is no breach. Many such moments show that the journal is filled in afterwards, or that the
    calendar's opening hours are not the office's own.

Example
    The provider's head signed a notice on Saturday 17.03.2018 at 11:00. The provider is open Monday to Friday,
    09:00-13:00 and 14:30-18:30. The open time of the 1 hour limit (item 2, clause 5.1) stood still meanwhile.
"""

from __future__ import annotations

CODE = "J03"
SEVERITY = "info"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at FROM step WHERE off_hours
UNION ALL
-- Entries of a repeated step that are not its performing entry.
SELECT e.app_id, e.sid, e.eid, e.received_at, e.completed_at
FROM (SELECT * FROM entry WHERE app_id IN (SELECT app_id FROM judged_application WHERE NOT single)
        AND repeats IS NULL AND j02 IS NULL AND completed_at IS NOT NULL AND NOT completed_bare) e
JOIN step s ON s.app_id = e.app_id AND s.sid = e.sid AND s.eid <> e.eid
JOIN rule_step r ON r.sid = e.sid LEFT JOIN own_calendar w ON w.office_key = e.office_key AND w.kind_cal = r.cal
JOIN day d ON d.key = day_key(coalesce(w.cal, r.cal), e.completed_at)
WHERE r.human AND NOT is_open(e.completed_at, d.s1, d.e1, d.s2, d.e2, d.s3, d.e3)
"""
