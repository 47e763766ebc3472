"""From a bucket's entries to applications: whose entry is whose, under which procedure.

    raw          a view: the bucket's entries, with J02 and day precision seen, a stated end of coverage applied
    application  app_id, home_key, application_no, key_year, n, earliest, day, pair_id, process_id, edition_id, problem,
                 label_id, mixed, then (by `masks`) present, inside_present, unknown, ambiguous, single, ended, quarantined, last_idx, wanted, undecided, required
    entry        one row an entry of an application: app_id, eid, ..., sid (null: unknown), inside, ambiguous; what few queries need stays in `bucket`

The numbers in brackets refer to docs/readings.md.
"""

from __future__ import annotations

import duckdb

from auditor.engine import torn

# (13)-(15) of the readings: what a file's columns are precise to decides how moments are compared.
_RAW = """
CREATE OR REPLACE TEMP VIEW raw AS
WITH seen AS (
    SELECT b.* EXCLUDE (received_bare, completed_bare),
        (b.received_bare OR f.received_day) AND b.received_at IS NOT NULL AS received_bare,
        (b.completed_bare OR f.completed_day) AND b.completed_at IS NOT NULL AS completed_bare
    FROM bucket b JOIN file f USING (file_id)
){stated}
SELECT s.*, l.pair_id, l.label_id, impossible(received_at, received_bare, completed_at, completed_bare) AS j02, {year} AS key_year
FROM {rows} s JOIN pair_label l USING (pair_key) {years}
"""

# (14) Completions after a stated end count as open; what was received after it is left out.
_STATED = """, stated AS (
    SELECT * REPLACE (CASE WHEN completed_at > getvariable('cut_at') THEN NULL ELSE completed_at END AS completed_at) FROM seen
    WHERE received_at <= getvariable('cut_at') OR (received_at IS NULL AND completed_at <= getvariable('cut_at'))
)"""

# (2) Where registered_on is empty, the first step in a later year opens a new application. Impossible times open none; on one
# day, where bare dates hide the order, the first step comes first. A part without a first step joins the latest stated year.
_KEY_YEARS = """
CREATE OR REPLACE TEMP TABLE key_years AS
WITH undated AS (
    SELECT r.eid, r.home_key, r.application_no, r.j02 IS NULL AS sound, coalesce(r.received_at, r.completed_at) AS seen_at,
        year(seen_at) AS y, coalesce(p.first, false) AS first
    FROM raw r JOIN word w USING (word_key) LEFT JOIN pair_word p ON p.pair_id = r.pair_id AND p.word_id = w.word_id
    WHERE r.key_year IS NULL
), marked AS (
    SELECT *, first AND sound AND y > coalesce(max(CASE WHEN first AND sound THEN y END) OVER before, max(CASE WHEN sound THEN y END) OVER before, y) AS opens
    FROM undated
    WINDOW before AS (PARTITION BY home_key, application_no ORDER BY seen_at::DATE, NOT first, seen_at, eid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), parted AS (
    SELECT *, sum(opens::INT) OVER (PARTITION BY home_key, application_no ORDER BY seen_at::DATE, NOT first, seen_at, eid ROWS UNBOUNDED PRECEDING) AS part
    FROM marked
), dated AS (
    SELECT *, min(CASE WHEN first AND sound THEN y END) OVER w AS first_year, coalesce(min(CASE WHEN sound THEN y END) OVER w, min(y) OVER w) AS any_year
    FROM parted WINDOW w AS (PARTITION BY home_key, application_no, part)
), stated AS (
    SELECT DISTINCT home_key, application_no, key_year FROM raw WHERE key_year IS NOT NULL
)
SELECT d.eid, coalesce(d.first_year, max(s.key_year), d.any_year)::SMALLINT AS key_year
FROM dated d LEFT JOIN stated s ON s.home_key = d.home_key AND s.application_no = d.application_no AND d.first_year IS NULL AND s.key_year <= d.any_year
GROUP BY d.eid, d.first_year, d.any_year
"""

_APPLICATION = """
CREATE OR REPLACE TEMP TABLE grouped AS
SELECT row_number() OVER () AS app_id, * FROM (
    SELECT home_key, application_no, key_year, count(*) AS n,
        coalesce(min(coalesce(received_at, completed_at)) FILTER (j02 IS NULL), min(coalesce(received_at, completed_at))) AS earliest,
        min(label_id) AS label_id, min(label_id) <> max(label_id) AS mixed, coalesce(max(outcome) FILTER (j02 IS NULL), 0) AS ended
    FROM raw GROUP BY ALL
)
"""

# (3) Service and channel are those of the entry received first.
_MIXED_LABEL = """
UPDATE grouped SET label_id = chosen.label_id FROM (
    SELECT g.app_id, arg_min(r.label_id, (r.j02 IS NOT NULL, r.received_at IS NULL, coalesce(r.received_at, r.completed_at), r.eid)) AS label_id
    FROM grouped g JOIN raw r USING (home_key, application_no, key_year) WHERE g.mixed GROUP BY 1
) chosen WHERE grouped.app_id = chosen.app_id
"""

_PROCESS = """
CREATE OR REPLACE TEMP TABLE application AS
SELECT g.*, g.earliest::DATE AS day, l.pair_id, p.process_id, p.edition_id,
    coalesce(l.problem, CASE WHEN p.process_id IS NULL THEN 'P03' END) AS problem
FROM grouped g
JOIN (SELECT DISTINCT label_id, pair_id, problem FROM pair_label) l USING (label_id)
LEFT JOIN process p ON p.pair_id = l.pair_id AND p.since <= g.earliest::DATE AND g.earliest::DATE < p.until
"""

_ENTRY = """
CREATE OR REPLACE TEMP TABLE entry AS
SELECT a.app_id, r.eid, r.office_key, r.label_id, r.received_at, r.completed_at, r.received_bare, r.completed_bare, r.j02, r.extended_to,
    m.sid, coalesce(m.inside, false) AS inside, coalesce(m.ambiguous, false) AS ambiguous, coalesce(m.wrong_role, false) AS wrong_role,
    a.problem IS NOT NULL AS unjudged, NULL::BIGINT AS repeats
FROM raw r
JOIN application a USING (home_key, application_no, key_year)
JOIN word w USING (word_key)
LEFT JOIN word_step m ON m.process_id = a.process_id AND m.word_id = w.word_id
"""

# (6) An entry of another service or channel, unknown here but known there, or of other mail, is no unknown step.
_FOREIGN = """
CREATE OR REPLACE TEMP TABLE foreign_entry AS
SELECT e.eid FROM entry e JOIN application a USING (app_id) JOIN bucket b USING (eid) JOIN word w USING (word_key)
JOIN pair_label l USING (pair_key) LEFT JOIN pair_word p ON p.pair_id = l.pair_id AND p.word_id = w.word_id
WHERE a.mixed AND e.sid IS NULL AND NOT e.ambiguous AND e.label_id <> a.label_id AND (l.pair_id IS NULL OR p.word_id IS NOT NULL)
"""

_MASKS = """
SELECT app_id,
    coalesce(bit_or(1::BIGINT << (sid % 64)) FILTER (NOT inside), 0) AS present,
    coalesce(bit_or(1::BIGINT << (sid % 64)) FILTER (inside), 0) AS inside_present,
    count(sid) AS known,
    -- (5), (6) Entries that may be any step: unknown ones, and those of another procedure.
    count(*) FILTER (sid IS NULL AND NOT ambiguous AND NOT unjudged) AS unknown,
    bool_or(ambiguous) AS ambiguous,
    max(sid % 64) FILTER (NOT inside) AS last_idx
FROM entry WHERE {which} GROUP BY 1
"""

# (7) Only applications with two entries of one step, or with entries that have no step, can hold an equal pair.
_DUPLICATES = """
CREATE OR REPLACE TEMP TABLE duplicate AS
SELECT eid, first_eid FROM (
    SELECT e.eid, min(e.eid) OVER same AS first_eid
    FROM (SELECT * FROM entry WHERE sid IS NULL
          OR app_id IN (SELECT app_id FROM mask WHERE known <> bit_count(present) + bit_count(inside_present))) e
    JOIN bucket b USING (eid)
    WINDOW same AS (PARTITION BY e.app_id, b.office_key, b.pair_key, b.word_key, b.employee, e.received_at, e.received_bare,
                    e.completed_at, e.completed_bare, b.registered_on, b.extended_to, b.row_hash)
) WHERE eid <> first_eid
"""

_JUDGED = """
CREATE OR REPLACE TEMP TABLE judged_application AS
WITH waived AS (
    SELECT m.app_id, bit_or(w.bit) AS bits FROM mask m JOIN application a USING (app_id) JOIN waiver w USING (edition_id)
    WHERE m.present & w.unless <> 0 GROUP BY 1
), begun AS (
    SELECT m.app_id, bit_or(x.required) AS bits FROM mask m JOIN application a USING (app_id) JOIN alternative x USING (edition_id)
    WHERE m.present & x.mask <> 0 GROUP BY 1
), fork AS (
    -- (30) A branch of which nothing was begun, and each alternative of which asks for a step: one of them is due, nobody knows which.
    SELECT app_id, bit_or(bits) AS bits FROM (
        SELECT m.app_id, bit_or(x.required & ~coalesce(v.bits, 0)) AS bits
        FROM mask m JOIN application a USING (app_id) JOIN alternative x USING (edition_id) LEFT JOIN waived v USING (app_id)
        GROUP BY m.app_id, x.group_no HAVING bit_or(m.present & x.mask) = 0 AND bool_and(x.required & ~coalesce(v.bits, 0) <> 0)
    ) GROUP BY app_id
), wanted AS (
    SELECT a.app_id, a.edition_id, a.ended, a.home_key, a.application_no, m.*  EXCLUDE (app_id), d.ends,
        (d.required | coalesce(b.bits, 0)) & ~coalesce(v.bits, 0) AS required, coalesce(f.bits, 0) AS undecided
    FROM application a JOIN mask m USING (app_id) JOIN edition d USING (edition_id)
    LEFT JOIN waived v USING (app_id) LEFT JOIN begun b USING (app_id) LEFT JOIN fork f USING (app_id)
    WHERE a.problem IS NULL
)
SELECT app_id, edition_id, home_key, application_no, present, inside_present, unknown, ambiguous, last_idx,
    ended = 1 AS ended, present & ends <> 0 AS cut_short, required | undecided AS wanted, undecided,
    known = bit_count(present) + bit_count(inside_present) AS single,
    app_id IN (FROM mentioned) AS quarantined,
    required & CASE
        WHEN present & ends <> 0 THEN ((lowest_bit(present & ends) << 1) - 1)
        WHEN ended = 1 THEN ((1::BIGINT << coalesce(last_idx + 1, 0)) - 1)
        ELSE -1 END AS required
FROM wanted
"""

# (31e) A quarantined row mentions a number: in the offices of its file, or in any office where none can be read. A part of an export that
# could not be read may hold any number of the offices whose entries came with it.
_MENTIONED = """
CREATE OR REPLACE TEMP TABLE mentioned AS
SELECT DISTINCT a.app_id FROM application a
JOIN mention q ON q.application_no = a.application_no
JOIN entry e ON e.app_id = a.app_id AND (q.office_key IS NULL OR q.office_key = e.office_key OR q.office_key = a.home_key)
UNION
SELECT app_id FROM entry WHERE office_key IN (SELECT office_key FROM mention WHERE application_no IS NULL)
"""

# (42) Numbers begin anew each year. Where entries without a date of registration repeat a step of one year's application while the
# year before's still lacks steps, they may be either's: nothing about order and absence can be proved for the two.
_TANGLED = """
CREATE OR REPLACE TEMP TABLE tangled AS
WITH chain AS (
    SELECT j.app_id, j.single, lag(j.app_id) OVER years AS before_id, lag(j.required & ~j.present <> 0) OVER years AS unfinished
    FROM judged_application j JOIN application a USING (app_id)
    WINDOW years AS (PARTITION BY a.home_key, a.application_no ORDER BY a.key_year)
), suspect AS (
    SELECT app_id, before_id FROM chain WHERE NOT single AND unfinished
), doubtful AS (
    SELECT DISTINCT s.app_id, s.before_id FROM suspect s JOIN entry e USING (app_id) JOIN bucket b USING (eid) WHERE b.registered_on IS NULL
)
SELECT app_id, 'numbers_overlap' AS reason FROM doubtful UNION SELECT before_id, 'numbers_overlap' FROM doubtful
"""
# (42) So may two services' that an office numbered alike.
_ALIKE = """
INSERT INTO tangled SELECT DISTINCT app_id, 'services_overlap' FROM (
    SELECT e.app_id FROM entry e JOIN application a USING (app_id) WHERE a.mixed AND NOT e.unjudged AND e.sid IS NOT NULL AND e.repeats IS NULL
    GROUP BY e.app_id, e.sid HAVING count(DISTINCT e.label_id) > 1
) WHERE app_id NOT IN (SELECT app_id FROM tangled)
"""

# (29), (42), (50) Where entries may be another application's, nothing is known of their order; a row set aside may be that of a step between two.
_UNORDERED = """
CREATE OR REPLACE TEMP VIEW unordered AS
SELECT app_id, 0 AS nearest FROM tangled UNION ALL SELECT app_id, 1 AS nearest FROM judged_application WHERE quarantined
"""

MACROS = """
CREATE OR REPLACE MACRO precedes(a, a_bare, b, b_bare) AS CASE WHEN a_bare OR b_bare THEN a::DATE < b::DATE ELSE a < b END;
CREATE OR REPLACE MACRO lowest_bit(mask) AS (mask & -mask);
CREATE OR REPLACE MACRO impossible(received, received_bare, completed, completed_bare) AS CASE
    WHEN received > getvariable('as_of') OR completed > getvariable('as_of') THEN 'future'
    WHEN completed < received AND NOT ((received_bare OR completed_bare) AND completed::DATE = received::DATE) THEN 'order' END;
"""


def assemble(con: duckdb.DuckDBPyConnection) -> None:
    """Build `application`, `entry`, `judged_application` and `duplicate` from the registered `bucket`.

    Needs the tables of `ruletables`, `spellings`, `file` and `mention`, and the variables as_of and cut_at (a stated end, or the moment asked for).
    """
    ends = con.execute("SELECT getvariable('cut_at') IS NOT NULL").fetchone() == (True,)
    period = {"stated": _STATED if ends else "", "rows": "stated" if ends else "seen"}
    year = "year(s.registered_on)::SMALLINT"
    con.execute(_RAW.format(year=year, years="", **period))
    if con.execute("SELECT 1 FROM bucket WHERE registered_on IS NULL LIMIT 1").fetchone():
        con.execute(_KEY_YEARS)
        con.execute(
            _RAW.format(year=f"coalesce({year}, k.key_year)", years="LEFT JOIN key_years k USING (eid)", **period)
        )
    con.execute(_APPLICATION)
    con.execute(_MIXED_LABEL)
    con.execute(_PROCESS)
    con.execute(_ENTRY)
    con.execute(_FOREIGN)
    con.execute(f"CREATE OR REPLACE TEMP TABLE mask AS {_MASKS.format(which='true')}")
    con.execute(_DUPLICATES)
    if con.execute("SELECT 1 FROM duplicate LIMIT 1").fetchone():
        con.execute("UPDATE entry SET repeats = d.first_eid FROM duplicate d WHERE entry.eid = d.eid")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE thinned AS SELECT DISTINCT app_id FROM entry WHERE repeats IS NOT NULL"
        )
        con.execute("DELETE FROM mask WHERE app_id IN (FROM thinned)")
        con.execute(f"INSERT INTO mask {_MASKS.format(which='repeats IS NULL AND app_id IN (FROM thinned)')}")
    con.execute(_MENTIONED)
    con.execute(_JUDGED)
    con.execute(_TANGLED)
    con.execute(_ALIKE)
    torn.find_torn(con)
    con.execute(_UNORDERED)
