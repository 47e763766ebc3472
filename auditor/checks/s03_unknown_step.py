"""S03 unknown-step: an entry's step is not in the procedure.

What it finds
    The step named in the journal is neither in the application's procedure in force on its day nor, for corporation
    and portal applications, in the provider's procedure of the same service. The finding keeps the journal's
    spelling. In such an application absence is not judged: the unknown step may be the missing one, written
    otherwise.

Why it matters
    Either the office does something that the regulation does not know, or it calls a step by a name the vocabulary
    lacks. The first is for the inspector, the second is mended in one line of the vocabulary.

Example
    Home care (item 8, clause 5: five steps): an entry of 14.03.2018 names the step "meeting of the district
    commission". The procedure has none.
"""

from __future__ import annotations

CODE = "S03"
SEVERITY = "error"

QUERY = """
SELECT e.app_id, min(e.eid) AS eid, arg_min_null(e.received_at, e.eid) AS received_at, arg_min_null(e.completed_at, e.eid) AS completed_at
FROM entry e JOIN mask m USING (app_id) JOIN bucket b USING (eid)
WHERE m.unknown > 0 AND e.sid IS NULL AND NOT e.ambiguous AND NOT e.unjudged AND e.repeats IS NULL AND e.eid NOT IN (FROM foreign_entry)
GROUP BY e.app_id, b.word_key >> 32
"""
