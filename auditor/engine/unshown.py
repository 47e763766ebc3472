"""What the layouts of the exports could not show, so that nobody is accused of it (docs/readings.md 60-62).

    shown_step  file_id, sid: the steps of which a file of a *partial* layout would have an entry. A file that is not partial shows all.
    unshown     app_id, mask: the own steps (bits) of which no export of the application's offices would have an entry
    dim         app_id, mask: the own steps whose completion cannot be seen, though they may have been completed. It has every application
                that has an entry in a partial file.

Where no file is partial, which is the rule, nothing is looked up: both tables are empty.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import polars as pl

from auditor.engine.ruletables import RuleTables, accepted_roles
from auditor.law.types import Rulebook, Step
from auditor.law.vocabulary import fold

Shows = tuple[tuple[str, str | None], ...]
"""What a layout shows: (step or role, in any spelling; the role that a layout records for that step, where it says one)."""

SHOWN_STEP = {"file_id": pl.Int32, "sid": pl.Int32}


def shown_steps(files: Iterable[tuple[int, Shows]], rulebook: Rulebook, tables: RuleTables) -> pl.DataFrame:
    """The table `shown_step` of partial files."""
    known: dict[Shows, list[int]] = {}
    rows = []
    for file_id, shows in files:
        if shows not in known:
            known[shows] = [
                sid
                for sid, placed in tables.steps.items()
                if any(
                    _names(rulebook, placed.procedure.service, placed.procedure.channel, placed.step, *word)
                    for word in shows
                )
            ]
        rows += [(file_id, sid) for sid in known[shows]]
    return pl.DataFrame(rows, schema=SHOWN_STEP, orient="row")


def _names(rulebook: Rulebook, service: str, channel: str, step: Step, word: str, role: str | None) -> bool:
    """Whether a word names a step of a procedure, or its role."""
    words, spelling = rulebook.vocabulary, fold(word)
    if word == step.role or words.roles.get(spelling) == step.role:
        return True
    called = words.steps.get((service, channel), {}).get(spelling, ())
    if step.id not in called and fold(step.id) != spelling:
        return False
    meant = role if role in rulebook.roles else words.roles.get(fold(role or ""))
    return len(called) < 2 or meant is None or meant in accepted_roles(rulebook, step)


_UNSHOWN = """
CREATE OR REPLACE TEMP TABLE unshown AS
WITH seen AS (
    SELECT DISTINCT e.app_id, a.edition_id, r.cal, b.file_id
    FROM entry e JOIN judged_application a USING (app_id) JOIN rule_step r USING (sid) JOIN bucket b USING (eid)
    WHERE NOT e.inside AND e.repeats IS NULL
), hidden AS (
    SELECT s.app_id, s.edition_id, r.idx
    FROM seen s JOIN file f USING (file_id) JOIN rule_step r ON r.edition_id = s.edition_id AND r.cal = s.cal
    LEFT JOIN shown_step h ON h.file_id = s.file_id AND h.sid = r.sid
    GROUP BY ALL HAVING NOT bool_or(NOT f.partial OR h.sid IS NOT NULL)
), masked AS (
    SELECT app_id, edition_id, bit_or(1::BIGINT << idx) AS mask FROM hidden GROUP BY ALL
)
-- What another step makes unnecessary can't be missed where that one is out of sight.
SELECT m.app_id, m.mask | coalesce(bit_or(w.bit), 0) AS mask
FROM masked m LEFT JOIN waiver w ON w.edition_id = m.edition_id AND w.unless & m.mask <> 0 GROUP BY m.app_id, m.mask
"""
_NOTHING = """
CREATE OR REPLACE TEMP TABLE unshown (app_id BIGINT, mask BIGINT);
CREATE OR REPLACE TEMP TABLE dim (app_id BIGINT, mask BIGINT);
"""

_DIM = """
CREATE OR REPLACE TEMP TABLE dim AS
WITH partly AS (
    SELECT DISTINCT e.app_id FROM entry e JOIN bucket b USING (eid) JOIN file f USING (file_id) WHERE (f.partial OR b.unseen <> 0) AND e.repeats IS NULL
), unseen AS (
    SELECT app_id, bit_or(1::BIGINT << (sid % 64)) AS mask FROM step
    WHERE NOT inside AND completed_at IS NULL AND unseen & 2 <> 0 GROUP BY 1
)
SELECT p.app_id, coalesce(h.mask & ~a.present, 0) | coalesce(u.mask, 0) AS mask
FROM partly p JOIN judged_application a USING (app_id) LEFT JOIN unshown h USING (app_id) LEFT JOIN unseen u USING (app_id)
"""
# (61) Between a step and the one before it that we see may lie one that we don't: then we don't know what came before.
_ORDER = """
UPDATE step SET prev_sid = NULL, prev_completed = NULL, prev_bare = NULL FROM dim d
WHERE step.app_id = d.app_id AND step.prev_sid IS NOT NULL
  AND (step.inside OR d.mask & ((1::BIGINT << (step.sid % 64)) - 1) & ~((1::BIGINT << (step.prev_sid % 64)) - 1) <> 0)
"""
# (61) Two books may tell of one act: only layouts that have a place for the receipt too show that it was done twice.
_ONCE = """
UPDATE step SET completions = 1 WHERE completions > 1 AND (app_id, sid) IN (
    SELECT (e.app_id, e.sid) FROM entry e JOIN bucket b USING (eid) WHERE b.unseen <> 0 AND e.completed_at IS NOT NULL AND e.repeats IS NULL)
"""


def find_unshown(con: duckdb.DuckDBPyConnection) -> None:
    """Build `unshown`, from the tables of `applications`."""
    con.execute(_UNSHOWN if any_partial(con) else _NOTHING)


def loosen(con: duckdb.DuckDBPyConnection) -> None:
    """Build `dim`, and take from `step` what would rest on steps that cannot be seen."""
    if any_partial(con):
        for statement in (_DIM, _ORDER, _ONCE):
            con.execute(statement)


def any_partial(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a file shows less than the whole journal."""
    return con.execute("SELECT 1 FROM file WHERE partial LIMIT 1").fetchone() is not None
