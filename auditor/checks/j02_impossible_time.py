"""J02 impossible-time: completed before it was received, or in the future.

What it finds
    An entry completed before it was received (compared as dates if either is a bare date), or with a moment after
    `--as-of`. It takes no part in clocks, T or O codes; its step counts as present.

Why it matters
    Such a moment was mistyped or made up, and any term worked out from it would be wrong.

Example
    Received on 15.03.2018 at 14:00, completed on 15.03.2018 at 11:00. Or: completed on 15.03.2081 in an audit made
    as of 30.03.2018. Neither is judged by the limit of 1 hour for signing (item 2, clause 5.1).
"""

from __future__ import annotations

CODE = "J02"
SEVERITY = "error"

QUERY = """
SELECT app_id, sid, eid, received_at, completed_at, j02 AS detail
FROM entry WHERE j02 IS NOT NULL AND repeats IS NULL
"""
