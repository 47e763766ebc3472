"""Where the time goes: how long papers waited before each step and how long each was worked on, in open time.

    flow    district_code, sid, waited, worked (open microseconds; null where a moment is missing, a bare date or outside the calendar)

Waiting runs from the completion of the nearest earlier present step to the receipt, working from the receipt to the
completion, both in the calendar of the step's office. Most steps are judged without a clock (see engine/steps), so this
looks up days that nobody else needed. That is why of a large journal only every k-th application is looked at,
chosen by its number: means and medians need no more, and the report says of how many they are.
"""

from __future__ import annotations

import duckdb

from auditor.engine.steps import own_hours

MOST_ENTRIES = 300_000
"""Entries of the applications looked at, about: four look-ups each, a quarter of a second in all."""

TABLE = "CREATE TABLE flow (district_code BIGINT, sid INTEGER, waited BIGINT, worked BIGINT)"

_FLOW = """
INSERT INTO flow
SELECT s.office_key >> 32, s.sid,
    CASE WHEN NOT s.prev_bare AND NOT s.received_bare
        THEN greatest(0, open_at(s.received_at, x.before, x.s1, x.e1, x.s2, x.e2, x.s3, x.e3)
            - open_at(s.prev_completed, p.before, p.s1, p.e1, p.s2, p.e2, p.s3, p.e3)) END AS waited,
    CASE WHEN NOT s.received_bare AND NOT s.completed_bare
        THEN greatest(0, open_at(s.completed_at, y.before, y.s1, y.e1, y.s2, y.e2, y.s3, y.e3)
            - open_at(s.received_at, x.before, x.s1, x.e1, x.s2, x.e2, x.s3, x.e3)) END AS worked
FROM step s JOIN rule_step r USING (sid) {own}
LEFT JOIN day x ON x.key = day_key({cal}, s.received_at)
LEFT JOIN day p ON p.key = day_key({cal}, s.prev_completed)
LEFT JOIN day y ON y.key = day_key({cal}, s.completed_at)
WHERE s.sound {sample}
"""
_SAMPLE = "AND s.eid IN (SELECT eid FROM bucket WHERE draw % {share} = 0)"

FLOWS = """
SELECT d.text AS district, p.service, p.channel, r.step, r.role, count(*) AS n,
    count(f.waited) AS waits, coalesce(sum(f.waited) / 1e6, 0)::DOUBLE AS waited, median(f.waited) / 1e6 AS waited_median,
    count(f.worked) AS works, coalesce(sum(f.worked) / 1e6, 0)::DOUBLE AS worked, median(f.worked) / 1e6 AS worked_median
FROM flow f JOIN rule_step r USING (sid) JOIN edition e USING (edition_id) JOIN pair p USING (pair_id)
JOIN spelled_district d ON d.code = f.district_code
GROUP BY GROUPING SETS ((d.text, p.service, p.channel, r.step, r.role), (p.service, p.channel, r.step, r.role)) ORDER BY ALL
"""
"""Columns: see `auditor.engine.result.Audit.flows`."""


def share_of(entries: int) -> int:
    """Every how-many-th application is looked at, where there are so many entries."""
    return max(1, -(-entries // MOST_ENTRIES))


def measure(con: duckdb.DuckDBPyConnection, share: int) -> None:
    """Add a bucket's steps to `flow`; one application in `share`."""
    sample = _SAMPLE.format(share=share) if share > 1 else ""
    con.execute(_FLOW.format(sample=sample, **own_hours(con, "s")))
