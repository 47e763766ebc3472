"""What goes from office to office: what akims sent and providers took up (J06), and clocks that differ.

    sent       one row an application that the akim sent and of which no provider has an entry: the columns of `numbered`, and last_sid (the
               akim's last step), service, sent_at, sent_bare, due_day (null outside the calendar), due_at, covered (the akim's exports reach beyond it), unsure
    intake     office_key, service, rural, begins, reaches, n: what an office registered first as provider, of a service, and when
    fragment   applications through the akim that a provider has entries of and no akim: office_key, home_key, application_no, key_year, service, taken_at, person
    counter    applications that a provider registered first itself, at its own counter: office_key, application_no, key_year, service, taken_at, person
    provider   eid (of `sent`), office_key, rural, in_time: the offices that would have registered it, and whether their exports cover the time
    possible   eid (of `sent`), and of a fragment that may be it, or of a `counter` of the same person: office_key, home_key, application_no, key_year, taken_at, same_person, same_number, same_home, alone
    crossed    sender, receiver, home_key, eid, gap: a step received (eid), by another kind of office, before the step before it was completed
    passed     office_key, home_key, n: how many steps an office received of another kind of office, of applications registered first by one
    clock_difference  sender, receiver, n (of `crossed`), passed, gap (median, microseconds, negative), withheld (findings)

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import duckdb

from auditor.law.types import Rulebook

AKIM, PROVIDER = "akim", "provider"
"""Kinds of office of the specification (section 1); rules without them have nothing to find here."""

TABLES = """
CREATE TABLE sent (eid BIGINT, office_key BIGINT, home_key BIGINT, application_no VARCHAR, key_year SMALLINT, label_id INTEGER, sid INTEGER,
    word_key BIGINT, role VARCHAR, received_at TIMESTAMP, completed_at TIMESTAMP, file_id INTEGER, line INTEGER, entry_no BIGINT,
    service VARCHAR, bare BOOLEAN, due_day DATE, due_at TIMESTAMP, covered BOOLEAN, unsure BOOLEAN, person UBIGINT);
CREATE TABLE intake (office_key BIGINT, service VARCHAR, rural BOOLEAN, begins TIMESTAMP, reaches TIMESTAMP);
CREATE TABLE fragment (office_key BIGINT, home_key BIGINT, application_no VARCHAR, key_year SMALLINT, service VARCHAR, judged BOOLEAN, taken_at TIMESTAMP, person UBIGINT);
CREATE TABLE counter (office_key BIGINT, application_no VARCHAR, key_year SMALLINT, service VARCHAR, taken_at TIMESTAMP, person UBIGINT);
CREATE TABLE crossed (sender BIGINT, receiver BIGINT, home_key BIGINT, eid BIGINT, gap BIGINT);
CREATE TABLE passed (office_key BIGINT, home_key BIGINT, n BIGINT);
"""

# The provider's first step in each procedure that it has of its own or after the akim, and the steps of each in the akim's.
_STEPS = """
CREATE TABLE {name} AS
SELECT d.edition_id, p.service, p.channel = 'akim' AS rural,
    min(r.sid) FILTER (r.cal = {provider} AND d.required & (1::BIGINT << r.idx) <> 0) AS intake_sid,
    coalesce(bit_or(1::BIGINT << r.idx) FILTER (r.cal = {provider}), 0) AS providers, coalesce(bit_or(1::BIGINT << r.idx) FILTER (r.cal = {akim}), 0) AS akims
FROM edition d JOIN pair p USING (pair_id) JOIN rule_step r USING (edition_id) WHERE p.channel IN ('akim', 'provider') GROUP BY ALL
"""

# (46) The akim's last step is done, the next is the provider's, and no other office has an entry of it.
_SENT = """
INSERT INTO sent BY NAME
SELECT k.eid, k.office_key, a.home_key, a.application_no, a.key_year, a.label_id, k.last_sid AS sid, b.word_key, l.role, s.received_at, k.completed_at,
    b.file_id, b.line, b.entry_no, b.person, p.service, k.completed_bare AS bare, w.day AS due_day, w.closes_at AS due_at, c.ends::DATE > w.day AS covered,
    j.unknown > 0 OR j.ambiguous OR j.quarantined OR a.app_id IN (SELECT app_id FROM tangled) AS unsure
FROM pending k JOIN application a USING (app_id) JOIN judged_application j USING (app_id) JOIN pair p USING (pair_id)
JOIN rule_step l ON l.sid = k.last_sid JOIN rule_step n ON n.sid = k.sid JOIN step s ON s.app_id = k.app_id AND s.sid = k.last_sid
JOIN bucket b ON b.eid = k.eid JOIN coverage c ON c.office_key = k.office_key
LEFT JOIN day d ON d.key = day_key(n.cal, k.completed_at)
LEFT JOIN working_day w ON w.cal = n.cal AND w.number = d.number + (NOT d.working OR (NOT k.completed_bare AND time_of_day(k.completed_at) > d.closes))::INT
    + l.handover_days + getvariable('carriage')
WHERE k.reason = 'other_office' AND l.cal = {akim} AND n.cal = {provider}
  AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.app_id = k.app_id AND e.office_key <> k.office_key)
"""
_INTAKE = """
INSERT INTO intake
SELECT s.office_key, c.service, c.rural, min(coalesce(s.received_at, s.completed_at)), max(coalesce(s.received_at, s.completed_at))
FROM step s JOIN crossing c ON c.intake_sid = s.sid WHERE s.sound AND NOT s.inside GROUP BY ALL
"""
# (47) Halves of applications: the provider's part is there and the akim's is not. After the rules' end nothing says whose step is whose.
_FRAGMENT = """
INSERT INTO fragment
WITH halves AS MATERIALIZED (
    SELECT a.app_id, a.home_key, a.application_no, a.key_year, p.service, a.problem IS NULL AS judged
    FROM application a JOIN pair p USING (pair_id) LEFT JOIN judged_application j USING (app_id) LEFT JOIN crossing c ON c.edition_id = j.edition_id
    WHERE p.channel = 'akim' AND CASE WHEN a.problem IS NULL THEN j.present & c.providers <> 0 AND j.present & c.akims = 0 ELSE a.problem = 'P03' END
)
SELECT e.office_key, h.home_key, h.application_no, h.key_year, h.service, h.judged, min(coalesce(e.received_at, e.completed_at)), min(b.person)
FROM halves h JOIN entry e USING (app_id) JOIN bucket b USING (eid) GROUP BY ALL
"""
_COUNTER = """
INSERT INTO counter
SELECT s.office_key, a.application_no, a.key_year, c.service, coalesce(s.received_at, s.completed_at), {person}
FROM step s JOIN crossing c ON c.intake_sid = s.sid AND NOT c.rural JOIN application a USING (app_id) {persons}
WHERE s.sound AND NOT s.inside AND a.home_key = s.office_key
"""

# (46) Who would have registered it: offices of its district that register this service, or anything that comes through akims.
_PROVIDER = """
CREATE TABLE provider AS
WITH whole AS (
    SELECT i.office_key, min(i.begins) AS begins, max(i.reaches) AS reaches, bool_or(i.rural) AS rural FROM intake i
    LEFT JOIN register_office o USING (office_key) WHERE coalesce(o.kind, '{provider}') = '{provider}' GROUP BY 1
)
SELECT DISTINCT s.eid, w.office_key, w.rural,
    coalesce(getvariable('covers_from'), w.begins)::DATE <= s.completed_at::DATE
        AND least(coalesce(getvariable('covers_to'), w.reaches), getvariable('as_of'))::DATE > s.due_day AS in_time
FROM sent s JOIN whole w ON w.office_key >> 32 = s.office_key >> 32 AND w.office_key <> s.office_key
WHERE w.rural OR EXISTS (SELECT 1 FROM intake i WHERE i.office_key = w.office_key AND i.service = s.service)
"""
_POSSIBLE = """
CREATE TABLE possible AS
WITH met AS (
    SELECT s.eid, f.*, coalesce(f.person = s.person, false) AS same_person, f.application_no = s.application_no AS same_number, f.home_key = s.home_key AS same_home,
        f.office_key >> 32 = s.office_key >> 32 AS same_district, f.home_key & 4294967295 = s.home_key & 4294967295 AS same_name, f.home_key = f.office_key AS own_number
    FROM sent s JOIN fragment f ON f.service = s.service AND f.office_key <> s.office_key AND (f.judged OR f.office_key IN (SELECT office_key FROM intake))
        AND f.taken_at BETWEEN s.completed_at - INTERVAL 30 DAY AND s.completed_at + INTERVAL 366 DAY
    WHERE coalesce(f.person = s.person, true)
    UNION ALL BY NAME
    SELECT s.eid, c.*, c.office_key AS home_key, true AS same_person, c.application_no = s.application_no AS same_number, false AS same_home, true AS same_district,
        false AS same_name, true AS own_number
    FROM sent s JOIN counter c ON c.person = s.person AND c.service = s.service AND c.office_key >> 32 = s.office_key >> 32
        AND c.taken_at BETWEEN s.completed_at - INTERVAL 1 DAY AND s.completed_at + INTERVAL 366 DAY
)
SELECT m.eid, m.office_key, m.home_key, m.application_no, m.key_year, m.taken_at, m.same_person, m.same_number, m.same_home OR m.same_name AS same_home,
    count(*) OVER (PARTITION BY m.eid) = 1 AND count(*) OVER (PARTITION BY m.office_key, m.home_key, m.application_no, m.key_year) = 1 AS alone
FROM met m
WHERE CASE WHEN same_district THEN same_number OR same_home OR own_number
           -- A district mistyped: the office that sent it, or one that would have registered it, bears the same name there.
           ELSE same_number AND (same_name OR EXISTS (SELECT 1 FROM provider p WHERE p.eid = m.eid AND p.office_key & 4294967295 = m.office_key & 4294967295)) END
"""
_NAMED = """
CREATE TABLE named_aside AS
SELECT DISTINCT s.eid FROM sent s JOIN mention q ON q.application_no = s.application_no AND (q.office_key IS NULL OR q.office_key >> 32 = s.office_key >> 32)
UNION
SELECT eid FROM sent WHERE office_key >> 32 IN (SELECT office_key >> 32 FROM mention WHERE application_no IS NULL)
"""

# (48) A step received before the one before it was completed, in another kind of office: either is wrong, or their clocks differ.
_PASSED_ON = """
FROM step s JOIN rule_step r ON r.sid = s.sid JOIN rule_step q ON q.sid = s.prev_sid AND q.cal <> r.cal JOIN application a ON a.app_id = s.app_id
"""
_CROSSED = f"""
INSERT INTO crossed
SELECT p.office_key, s.office_key, a.home_key, s.eid, epoch_us(s.received_at) - epoch_us(s.prev_completed)
{_PASSED_ON} JOIN step p ON p.app_id = s.app_id AND p.sid = s.prev_sid
WHERE s.received_at < s.prev_completed AND NOT s.received_bare AND NOT s.prev_bare AND s.sound AND p.office_key <> s.office_key
"""
_PASSED = f"""
INSERT INTO passed SELECT s.office_key, a.home_key, count(*) {_PASSED_ON}
WHERE s.received_at IS NOT NULL AND s.prev_completed IS NOT NULL AND NOT s.received_bare AND NOT s.prev_bare AND s.sound GROUP BY ALL
"""
_CLOCK_DIFFERENCE = """
CREATE TABLE clock_difference AS
WITH pairs AS (
    SELECT sender, receiver, count(*) AS n, median(gap)::BIGINT AS gap, max(gap) - min(gap) AS spread, list(DISTINCT home_key) AS homes
    FROM crossed GROUP BY ALL HAVING count(*) >= 3
), counted AS (
    SELECT p.*, (SELECT sum(t.n) FROM passed t WHERE t.office_key = p.receiver AND list_contains(p.homes, t.home_key))::BIGINT AS passed FROM pairs p
)
SELECT sender, receiver, n, passed, gap,
    (SELECT count(*) FROM finding f JOIN crossed c USING (eid) WHERE f.code IN ('O01', 'O02') AND c.sender = d.sender AND c.receiver = d.receiver) AS withheld
FROM counted d WHERE CASE WHEN n >= 5 THEN spread <= greatest(900000000, -gap // 4) OR 2 * n >= passed ELSE spread <= 900000000 AND 2 * n >= passed END
"""
_WITHHOLD = """
DELETE FROM finding WHERE code IN ('O01', 'O02') AND eid IN (SELECT c.eid FROM crossed c JOIN clock_difference d ON d.sender = c.sender AND d.receiver = c.receiver)
"""


def lay_out(con: duckdb.DuckDBPyConnection, rulebook: Rulebook, numbers: dict[str, int]) -> None:
    """Build the empty tables and `crossing`, the steps at which an application passes from akim to provider."""
    con.execute(TABLES)
    con.execute("SET VARIABLE carriage = ?::INTEGER", [rulebook.carriage.value])
    con.execute(_STEPS.format(name="crossing", **_kinds(numbers)))


def collect(con: duckdb.DuckDBPyConnection, numbers: dict[str, int]) -> None:
    """Add what a bucket has sent and taken up."""
    con.execute(_SENT.format(**_kinds(numbers)))
    con.execute(_INTAKE)
    con.execute(_FRAGMENT)
    known = con.execute("SELECT 1 FROM bucket WHERE person IS NOT NULL LIMIT 1").fetchone() is not None
    said = (
        {"person": "b.person", "persons": "JOIN bucket b ON b.eid = s.eid"}
        if known
        else {"person": "NULL", "persons": ""}
    )
    con.execute(_COUNTER.format(**said))
    con.execute(_CROSSED)
    con.execute(_PASSED)


def bring_together(con: duckdb.DuckDBPyConnection) -> None:
    """Build `provider`, `possible` and `named_aside` from what all buckets gave, and `clock_difference`: findings that rest on it are withheld."""
    con.execute(_PROVIDER.format(provider=PROVIDER))
    con.execute(_POSSIBLE)
    con.execute(_NAMED)
    con.execute(_CLOCK_DIFFERENCE)
    con.execute(_WITHHOLD)


def _kinds(numbers: dict[str, int]) -> dict[str, int]:
    """The calendars of the two kinds; one that no step has where the rules know no such kind."""
    return {kind: numbers.get(kind, -1) for kind in (AKIM, PROVIDER)}
