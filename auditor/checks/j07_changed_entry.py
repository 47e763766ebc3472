"""J07 changed-entry: an entry changed or is gone since an earlier export.

What it finds
    An entry kept from an earlier run (`--store`) stands in tonight's export with other values, or is missing although
    the export covers its moment. What the office sent is compared column by column, both exports read alike: a value
    that is only written otherwise is no change. Nor is it one to fill in an empty cell, but for the receipt and the
    extended term of an entry that was already completed. Not found where a correction is documented, where a
    quarantined row names the number, or where the export no longer covers the entry.

Why it matters
    A registration journal is a document. A moment altered after the event can hide a late step.

Example
    In the export of the evening of 16.03.2018 the head signed the notice on 16.03.2018 at 17:45; in that of
    30.03.2018 the same entry says 15.03.2018, 17:45. By the second moment the limit of 1 hour (item 2, clause 5.1)
    was kept: the finding says that the step was late and is now in time.
"""

from __future__ import annotations

CODE = "J07"
SEVERITY = "error"

QUERY = """
SELECT change_id FROM change
WHERE correction IS NULL AND NOT torn AND (kind = 'changed' OR covered AND spoken_for)
"""
