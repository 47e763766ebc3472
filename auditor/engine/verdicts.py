"""Each judged step is counted once, by what was decided of it; nothing undetermined is folded into `met`.

verdict_count   office_key, pair_id, sid (null for a spelling that fits several steps), word_key, verdict, reason, n
"""

from __future__ import annotations

import duckdb

TABLE = """
CREATE TABLE verdict_count (office_key BIGINT, pair_id SMALLINT, sid INTEGER, word_key BIGINT, verdict VARCHAR, reason VARCHAR, n BIGINT)
"""

# (36) Steps with an entry; missing ones; the next one; those after it; ambiguous spellings; applications of which no own step is known.
_COUNT = """
INSERT INTO verdict_count BY NAME
-- Set down first: in DuckDB 2.0 a loop join that is fed by a hash join can end in an internal error ("dict-surviving cache").
WITH later AS MATERIALIZED (
    SELECT p.office_key, a.pair_id, p.edition_id, p.reason, p.due & ~lowest_bit(p.due) AS due, u.mask
    FROM pending p JOIN application a USING (app_id) LEFT JOIN unshown u USING (app_id) WHERE p.due & ~lowest_bit(p.due) <> 0
)
SELECT s.office_key, coalesce(a.pair_id, p.pair_id) AS pair_id, s.sid, 'met' AS verdict, sum(s.n)::BIGINT AS n FROM (
    SELECT office_key, sid, CASE WHEN inside THEN app_id END AS app_id, count(*) AS n FROM step WHERE sure GROUP BY ALL
) s JOIN edition p ON p.edition_id = s.sid // 64 LEFT JOIN application a USING (app_id) GROUP BY ALL
UNION ALL BY NAME
SELECT s.office_key, a.pair_id, s.sid, s.verdict, s.reason, count(*) AS n
FROM clocked s JOIN application a USING (app_id) GROUP BY ALL
UNION ALL BY NAME
SELECT coalesce(m.office_key, a.home_key) AS office_key, a.pair_id, m.sid,
    CASE WHEN m.reason IS NULL THEN 'skipped' ELSE 'undetermined' END AS verdict, m.reason, count(*) AS n
FROM missing m JOIN application a USING (app_id) GROUP BY ALL
UNION ALL BY NAME
SELECT p.office_key, a.pair_id, p.sid, p.verdict, p.reason, count(*) AS n
FROM pending p JOIN application a USING (app_id) GROUP BY ALL
UNION ALL BY NAME
SELECT p.office_key, p.pair_id, p.edition_id * 64 + i.idx AS sid,
    CASE WHEN p.reason = 'impossible_time' OR p.mask & (1::BIGINT << i.idx) <> 0 THEN 'undetermined' ELSE 'open' END AS verdict,
    CASE WHEN p.reason = 'impossible_time' THEN p.reason WHEN p.mask & (1::BIGINT << i.idx) <> 0 THEN 'not_in_layout' END AS reason, count(*) AS n
FROM later p JOIN range(60) i(idx) ON p.due & (1::BIGINT << i.idx) <> 0 GROUP BY ALL
UNION ALL BY NAME
SELECT office_key, pair_id, word_key, 'undetermined' AS verdict, 'ambiguous_step' AS reason, count(*) AS n FROM (
    SELECT e.app_id, a.pair_id, min(e.office_key) AS office_key, min(b.word_key) AS word_key
    FROM entry e JOIN application a USING (app_id) JOIN bucket b USING (eid)
    WHERE e.ambiguous AND e.repeats IS NULL GROUP BY e.app_id, a.pair_id, b.word_key >> 32
) GROUP BY ALL
UNION ALL BY NAME
SELECT a.home_key AS office_key, a.pair_id, j.edition_id * 64 + i.idx AS sid, 'undetermined' AS verdict,
    'no_entry_of_office' AS reason, count(*) AS n
FROM (SELECT app_id, edition_id, required FROM judged_application WHERE last_idx IS NULL) j JOIN range(60) i(idx) ON j.required & (1::BIGINT << i.idx) <> 0
JOIN application a USING (app_id) GROUP BY ALL
"""


# The same, each by itself; a test holds both of one mind.
EACH = """
SELECT app_id, sid, NULL::BIGINT AS word_key, 'met' AS verdict, NULL::VARCHAR AS reason FROM step WHERE sure
UNION ALL BY NAME SELECT app_id, sid, verdict, reason FROM clocked
UNION ALL BY NAME SELECT app_id, sid, CASE WHEN reason IS NULL THEN 'skipped' ELSE 'undetermined' END AS verdict, reason FROM missing
UNION ALL BY NAME SELECT app_id, sid, verdict, reason FROM pending
UNION ALL BY NAME
SELECT p.app_id, p.edition_id * 64 + i.idx AS sid, CASE WHEN p.reason = 'impossible_time' THEN 'undetermined' ELSE 'open' END AS verdict,
    CASE WHEN p.reason = 'impossible_time' THEN p.reason END AS reason
FROM pending p JOIN range(60) i(idx) ON (p.due & ~lowest_bit(p.due)) & (1::BIGINT << i.idx) <> 0
UNION ALL BY NAME
SELECT e.app_id, min(b.word_key) AS word_key, 'undetermined' AS verdict, 'ambiguous_step' AS reason
FROM entry e JOIN bucket b USING (eid) WHERE e.ambiguous AND e.repeats IS NULL GROUP BY e.app_id, b.word_key >> 32
UNION ALL BY NAME
SELECT j.app_id, j.edition_id * 64 + i.idx AS sid, 'undetermined' AS verdict, 'no_entry_of_office' AS reason
FROM judged_application j JOIN range(60) i(idx) ON j.required & (1::BIGINT << i.idx) <> 0 WHERE j.last_idx IS NULL
"""


def count(con: duckdb.DuckDBPyConnection) -> None:
    """Add a bucket's verdicts to `verdict_count`."""
    con.execute(_COUNT)
