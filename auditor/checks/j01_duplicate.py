"""J01 duplicate: the same entry was read twice.

What it finds
    An entry equals one already read in every column, extra columns too. The earlier is judged, once.

Why it matters
    Exports overlap or a block was pasted twice. Counted twice, one late step would be two.

Example
    The exports of March 2018 and of the first quarter of 2018 both hold the entry of application 15: signing the
    notice, received on 16.03.2018 at 17:45, completed on 19.03.2018 at 09:40. Its lateness (limit 1 hour) is found
    once.
"""

from __future__ import annotations

CODE = "J01"
SEVERITY = "warning"

QUERY = """
SELECT e.app_id, e.sid, e.eid, e.received_at, e.completed_at, f.path || ':' || o.line AS detail
FROM entry e JOIN bucket o ON o.eid = e.repeats JOIN file f ON f.file_id = o.file_id
WHERE e.repeats IS NOT NULL
"""
