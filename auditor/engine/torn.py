"""Applications that stand under two districts in one run: a district misspelled in some rows or files tears an application in two.

    near_district  one, other (codes of districts, one < other): names that differ by a slip of the pen
    torn           one, other (app_id), near: two halves of a bucket that are probably one application
    torn_pair      district, other_district, home (codes), n: how many in the whole run

Nothing is joined: a half is judged by what it has, and what depends on the whole is undetermined. The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import combinations

import duckdb
import polars as pl

from auditor.law.vocabulary import fold

DAYS = 200
"""How far the first entries of two halves may lie apart: numbers begin anew each year."""
FAR = 45
"""And where the districts' names are not alike: then chance may do it, and no procedure of the decree takes longer."""
NEAR = 0.75
MOST = 300
"""Districts compared in pairs; an oblast has two dozen, and more are no districts."""
DIGITS = re.compile(r"\d+")

TABLE = "CREATE TABLE torn_pair (district BIGINT, other_district BIGINT, home BIGINT, n BIGINT)"

_CANDIDATE = f"""
CREATE OR REPLACE TEMP TABLE candidate AS
WITH judged AS (
    SELECT j.app_id, a.home_key >> 32 AS district, a.home_key & 4294967295 AS home, a.application_no, a.label_id, a.day, a.earliest, j.edition_id, j.present, j.inside_present,
        j.required & ~j.present <> 0 AS lacking
    FROM judged_application j JOIN application a USING (app_id)
)
SELECT p.app_id AS one, q.app_id AS other, near.one IS NOT NULL AS near, p.edition_id <> q.edition_id AS apart
FROM judged p JOIN judged q ON q.home = p.home AND q.application_no = p.application_no AND q.label_id = p.label_id AND p.lacking AND q.district <> p.district
    AND (q.district > p.district OR NOT q.lacking)
LEFT JOIN near_district near ON near.one = least(p.district, q.district) AND near.other = greatest(p.district, q.district)
WHERE abs(p.day - q.day) <= CASE WHEN near.one IS NULL THEN {FAR} ELSE {DAYS} END AND (p.edition_id <> q.edition_id
    OR (bit_count(p.present & q.present) + bit_count(p.inside_present & q.inside_present) <= 1 AND (near.one IS NOT NULL
        OR ((p.present & ~q.present <> 0 OR p.inside_present & ~q.inside_present <> 0)
        AND (q.present & ~p.present <> 0 OR q.inside_present & ~p.inside_present <> 0)
        -- The half that begins the procedure was begun first.
        AND (p.present = 0 OR q.present = 0 OR lowest_bit(p.present) = lowest_bit(q.present) OR p.earliest = q.earliest
            OR (lowest_bit(p.present) < lowest_bit(q.present)) = (p.earliest < q.earliest))))))
"""
_TORN = """
CREATE OR REPLACE TEMP TABLE torn AS
WITH stated AS (
    SELECT e.app_id, min(b.registered_on) AS first, max(b.registered_on) AS last FROM entry e JOIN bucket b USING (eid)
    WHERE e.app_id IN (SELECT one FROM candidate UNION ALL SELECT other FROM candidate) GROUP BY 1
)
SELECT c.one, c.other, c.near FROM candidate c JOIN stated s ON s.app_id = c.one JOIN stated t ON t.app_id = c.other
WHERE coalesce(s.first = t.first AND s.last = t.last, NOT c.apart OR c.near)
"""
_TANGLE = """
INSERT INTO tangled SELECT DISTINCT app_id, 'two_districts' FROM (SELECT one AS app_id FROM torn UNION ALL SELECT other FROM torn)
WHERE app_id NOT IN (SELECT app_id FROM tangled)
"""
_COUNT = """
INSERT INTO torn_pair SELECT a.home_key >> 32, b.home_key >> 32, a.home_key & 4294967295, count(*)
FROM torn t JOIN application a ON a.app_id = t.one JOIN application b ON b.app_id = t.other GROUP BY ALL
"""


def near_districts(names: pl.DataFrame) -> pl.DataFrame:
    """The table `near_district` of districts (code, text)."""
    told = [(code, fold(text)) for code, text in names.iter_rows() if text]
    pairs = combinations(sorted(told), 2) if len(told) <= MOST else ()
    rows = [(one, other) for (one, text), (other, more) in pairs if nearly(text, more)]
    return pl.DataFrame(rows, schema={"one": pl.Int64, "other": pl.Int64}, orient="row")


def nearly(one: str, other: str) -> bool:
    """Whether two folded names may be one, but for a slip: word by word, so that what many names share does not count; numbers must be equal."""
    if DIGITS.findall(one) != DIGITS.findall(other):
        return False
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return "".join(words) == "".join(others)
    return all(SequenceMatcher(None, a, b, autojunk=False).ratio() >= NEAR for a, b in zip(words, others, strict=True))


def find_torn(con: duckdb.DuckDBPyConnection) -> None:
    """Build `torn` from the tables of `applications`, and add its applications to `tangled`."""
    if con.execute("SELECT count(DISTINCT home_key >> 32) < 2 FROM application").fetchone() == (True,):
        return
    con.execute(_CANDIDATE)
    con.execute(_TORN)
    con.execute(_TANGLE)
    con.execute(_COUNT)
