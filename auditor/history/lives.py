"""The life of a finding, from night to night, by its fingerprint.

    new        found for the first time
    open       found before, and found again; or not found, with nothing to prove that it is mended
    resolved   not found, although tonight's exports hold its application, cover its time and decide its step
    returned   found again after it was resolved
    excused    found, and an excuse in force speaks for it

    (none) ─found─► new ─found─► open ─found─► open        any ─found, excused─► excused ─found, not excused─► open
    new, open, returned, excused ─proved mended─► resolved ─found─► returned ─found─► open
    new, returned ─not found, nothing proved─► open        open, excused ─not found, nothing proved─► as it was

What a run does not show proves nothing: an office that sent nothing tonight, an export of another month, a step that became
undetermined leave a finding open; `last_run` says which run saw it last.
"""

from __future__ import annotations

import duckdb

STATES = ("new", "open", "returned", "excused", "resolved")
STANDING = ("new", "open", "returned", "excused")

_NEXT = """
CREATE OR REPLACE TEMP TABLE next_life AS
SELECT f.*, true AS seen, l.state AS former,
    CASE WHEN f.excuse IS NOT NULL THEN 'excused' WHEN l.state IS NULL THEN 'new' WHEN l.state = 'resolved' THEN 'returned' ELSE 'open' END AS state
FROM tonight f LEFT JOIN life l USING (fingerprint)
UNION ALL BY NAME
SELECT l.fingerprint, false AS seen, l.state AS former,
    CASE WHEN l.fingerprint IN (SELECT fingerprint FROM settled) THEN 'resolved' WHEN l.state = 'excused' THEN 'excused' ELSE 'open' END AS state
FROM life l WHERE l.state <> 'resolved' AND l.fingerprint NOT IN (SELECT fingerprint FROM tonight)
"""
_MOVE = """
UPDATE life SET state = n.state, since = CASE WHEN n.state = n.former THEN life.since ELSE $run END,
    last_run = CASE WHEN n.seen THEN $run ELSE life.last_run END,
    excuse = CASE WHEN n.seen THEN n.excuse ELSE life.excuse END, moment = coalesce(n.moment, life.moment)
FROM next_life n WHERE n.fingerprint = life.fingerprint AND (n.seen OR n.state <> n.former)
"""
_BEGIN = """
INSERT INTO life
SELECT fingerprint, code, severity, district, office, service, channel, application_no, step, moment, state, $run, $run, $run, excuse
FROM next_life WHERE former IS NULL
"""
_TELL = "INSERT INTO life_event SELECT fingerprint, $run, state FROM next_life WHERE state IS DISTINCT FROM former"


def move_on(con: duckdb.DuckDBPyConnection, run: int) -> None:
    """Move every life on by one run, within the transaction at hand.

    Reads `tonight` (fingerprint, code, severity, place, application_no, step, moment, excuse: what this run found) and `settled`
    (fingerprint: not found, and proved to be mended). Leaves `next_life` (fingerprint, seen, former, state).
    """
    con.execute(_NEXT)
    con.execute(_MOVE, {"run": run})
    con.execute(_BEGIN, {"run": run})
    con.execute(_TELL, {"run": run})
