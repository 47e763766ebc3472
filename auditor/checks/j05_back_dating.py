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
WITH possible AS (
    SELECT * FROM numbered WHERE received_at IS NOT NULL AND j02 IS NULL
), earliest AS (
    SELECT office_key, year, entry_no, min(received_at) AS received_at, arg_min(received_bare, (received_at, eid)) AS received_bare
    FROM possible GROUP BY ALL
), compared AS (
    SELECT office_key, year, entry_no, lag(entry_no) OVER book AS lower_no, lag(received_at) OVER book AS lower_at, lag(received_bare) OVER book AS lower_bare
    FROM earliest WINDOW book AS (PARTITION BY office_key, year ORDER BY entry_no)
)
SELECT p.eid, c.lower_no::VARCHAR AS detail
FROM possible p JOIN compared c USING (office_key, year, entry_no)
WHERE precedes(p.received_at, p.received_bare, c.lower_at, c.lower_bare)
"""
