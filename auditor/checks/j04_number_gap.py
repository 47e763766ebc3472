"""J04 number-gap: numbers are missing between two entries.

What it finds
    Between two consecutive entry numbers of one office's journal others are missing. Only where the profile says
    that the journal numbers nothing else, and whether it restarts each year; not where rows of that office's files
    are in quarantine that could be the missing ones.

Why it matters
    A missing number can be a torn-out or deleted entry: an application nobody will answer.

Example
    The journal of a village akim numbers only these applications. After No. 118 of 14.03.2018 comes No. 121 of
    15.03.2018: numbers 119 and 120 are missing.
"""

from __future__ import annotations

CODE = "J04"
SEVERITY = "warning"

QUERY = """
WITH numbers AS (
    SELECT *, lag(entry_no) OVER (PARTITION BY office_key, year ORDER BY entry_no) AS before
    FROM (SELECT *, row_number() OVER (PARTITION BY office_key, year, entry_no ORDER BY eid) AS nth FROM numbered WHERE j02 IS NULL) WHERE nth = 1
)
SELECT eid, (before + 1) || '..' || (entry_no - 1) AS detail, entry_no - before - 1 AS n
FROM numbers
WHERE entry_no > before + 1 AND office_key NOT IN (SELECT office_key FROM damaged_office)
  -- Rows that bear another district's name are not in its book.
  AND office_key NOT IN (SELECT k.office_key FROM torn_pair t JOIN known_office k ON k.office_key >> 32 IN (t.district, t.other_district)
      JOIN known_office o ON o.office_key >> 32 IN (t.district, t.other_district) AND o.office_key <> k.office_key AND o.office_key & 4294967295 = k.office_key & 4294967295)
  -- An entry with an impossible time may belong to any year.
  AND NOT EXISTS (SELECT 1 FROM numbered x WHERE x.office_key = numbers.office_key AND x.j02 IS NOT NULL AND x.entry_no > before AND x.entry_no < numbers.entry_no)
"""
