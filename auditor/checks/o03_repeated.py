"""O03 repeated: a step was completed more than once.

What it finds
    A step of the procedure has two or more completed entries in one application. The earliest completion is the one
    that is clocked; the finding stands at the second.

Why it matters
    The papers went back, or one action was entered twice. The first is work that the regulation does not know, the
    second makes the journal unreliable.

Example
    Home care: the head signed the reply on 15.03.2018 at 16:30 and, in another line of the journal, on 19.03.2018
    at 10:05. The limit of 1 hour (item 8, clause 5) is judged by the first.
"""

from __future__ import annotations

CODE = "O03"
SEVERITY = "warning"

QUERY = """
SELECT e.app_id, e.sid, e.eid, e.received_at, e.completed_at, s.completions AS n
FROM step s JOIN entry e ON e.app_id = s.app_id AND e.sid = s.sid
WHERE s.app_id NOT IN (SELECT app_id FROM tangled) AND s.completions > 1 AND e.j02 IS NULL AND e.repeats IS NULL AND e.completed_at IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY e.app_id, e.sid ORDER BY e.completed_at, e.eid) = 2
"""
