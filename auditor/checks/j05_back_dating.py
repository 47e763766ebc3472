"""J05 back-dating: a higher entry number with an earlier receipt.

What it finds
    An entry was received earlier than the nearest lower number of the same office's journal (of the same year,
    where it restarts). If either is a bare date, the dates are compared. Only where the profile says that the
    journal numbers nothing else.

Why it matters
    Numbers are given in order of receipt. An earlier date under a later number suggests that it was written in
    afterwards, perhaps to keep a term.

Example
    No. 130 was received on 16.03.2018 at 10:15, No. 131 on 14.03.2018 at 09:10. With the earlier date the limit of
    15 minutes for registration (item 2, clause 5.1) starts two days before the number was given.
"""

from __future__ import annotations

CODE = "J05"
SEVERITY = "warning"

QUERY = """
WITH numbers AS (
    SELECT *, lag(entry_no) OVER lower AS lower_no, lag(received_at) OVER lower AS lower_at, lag(received_bare) OVER lower AS lower_bare
    FROM (SELECT *, row_number() OVER (PARTITION BY office_key, year, entry_no ORDER BY eid) AS nth FROM numbered WHERE received_at IS NOT NULL)
    WHERE nth = 1
    WINDOW lower AS (PARTITION BY office_key, year ORDER BY entry_no)
)
SELECT eid, lower_no::VARCHAR AS detail
FROM numbers WHERE precedes(received_at, received_bare, lower_at, lower_bare)
"""
