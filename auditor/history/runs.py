"""A run set down in the history: what it read, decided and found, and the lives of findings moved on by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from auditor.engine.result import FINDING_COLUMNS, VERDICTS, Audit
from auditor.history import lives
from auditor.history.history import History
from auditor.history.schema import first

SETTLED = {"fingerprint": pl.String}
EXCUSED = {"fingerprint": pl.String, "excuse": pl.String}


@dataclass(frozen=True)
class Added:
    """A run within its transaction. lives: fingerprint, state, since (Datetime: the night it came into that state), first
    (Datetime: the night that found it first), excuse: one row a finding of the run."""

    run: int
    moved: bool
    lives: pl.DataFrame


class Sent(Protocol):
    """What remembered the exports of a run (`auditor.history.memory`). settled: `SETTLED`: former findings proved to be mended."""

    settled: pl.DataFrame

    def keep(self, run: int) -> None:
        """Keep what was sent, within the transaction at hand."""


@contextmanager
def adding(
    history: History, audit: Audit, sent: Sent | None = None, excused: pl.DataFrame | None = None
) -> Iterator[Added]:
    """Add an audit as a run. What is done inside the block (reports, an outbox) belongs to it: raised there, nothing is stored.

    sent: what remembered the run's exports while they were read. excused: `EXCUSED`: findings that an excuse speaks for.
    Raises UsageError where the disk does not take it.
    """
    with history.transaction():
        run, moved = _begin(history, audit)
        _keep_inputs(history, audit, run)
        _keep_findings(history, audit, run)
        _keep_lives(
            history,
            audit,
            run,
            moved,
            pl.DataFrame(schema=SETTLED) if sent is None else sent.settled,
            pl.DataFrame(schema=EXCUSED) if excused is None else excused,
        )
        if sent is not None:
            sent.keep(run)
        yield Added(run, moved, _lives_of(history))


def moves_on(history: History, as_of: datetime) -> bool:
    """Whether a run as of that moment moves entries and lives on: none does that looks back before one already kept."""
    found = first(history.con, "SELECT max(as_of) FROM run WHERE moved")
    return found is None or found[0] is None or found[0] <= as_of


def _begin(history: History, audit: Audit) -> tuple[int, bool]:
    moved = moves_on(history, audit.as_of)
    found = first(history.con, "SELECT coalesce(max(run), 0) + 1 FROM run")
    assert found is not None
    run = int(found[0])
    counts = (audit.rows_read, audit.rows_accepted, audit.rows_quarantined, audit.application_count, audit.entries)
    told = (run, audit.as_of, audit.language, audit.rules_sha256, audit.calendar_sha256, *counts)
    values = [*told, *audit.verdict_totals().values(), moved]
    history.con.execute(f"INSERT INTO run VALUES ({', '.join('?' * len(values))})", values)
    return run, moved


_OFFICES = f"""
INSERT INTO office_run
SELECT $run, district, office, any_value(c.begins), any_value(c.ends),
    {", ".join(f"coalesce(sum(v.n) FILTER (v.verdict = '{verdict}'), 0)" for verdict in VERDICTS)}
FROM run_coverage c FULL JOIN run_verdicts v USING (district, office) GROUP BY district, office
"""


def _keep_inputs(history: History, audit: Audit, run: int) -> None:
    for given in audit.inputs:
        history.con.execute("INSERT INTO input VALUES (?, ?, ?, ?)", [run, given.path, given.sha256, given.rows_read])
    for name, frame in (("run_coverage", audit.coverage), ("run_verdicts", audit.verdicts)):
        history.con.register(name, frame.to_arrow())
    history.con.execute(_OFFICES, {"run": run})
    for name in ("run_coverage", "run_verdicts"):
        history.con.unregister(name)


_COLUMNS = ", ".join(f'"{column}"' for column in FINDING_COLUMNS)
_TOLD = [f'"{column}"' for column in FINDING_COLUMNS if column not in ("source_file", "source_line")]
_SAME = f"row({', '.join(f'n.{c}' for c in _TOLD)})::VARCHAR IS NOT DISTINCT FROM row({', '.join(f's.{c}' for c in _TOLD)})::VARCHAR"
_UNCHANGED = f"""
CREATE OR REPLACE TEMP TABLE unchanged AS
SELECT n.fingerprint, s.since FROM shown n JOIN finding_span s ON s.fingerprint = n.fingerprint AND s.until IS NULL WHERE {_SAME}
"""
_END = "UPDATE finding_span SET until = $run - 1 WHERE until IS NULL AND fingerprint NOT IN (SELECT fingerprint FROM unchanged)"
_START = f"""
INSERT INTO finding_span (since, until, {_COLUMNS})
SELECT $run, NULL, {_COLUMNS} FROM shown WHERE fingerprint NOT IN (SELECT fingerprint FROM unchanged)
"""


def _keep_findings(history: History, audit: Audit, run: int) -> None:
    con = history.con
    con.register("shown", audit.findings.select(FINDING_COLUMNS).to_arrow())
    con.execute(_UNCHANGED)
    con.execute(_END, {"run": run})
    con.execute(_START, {"run": run})


_TONIGHT = """
CREATE OR REPLACE TEMP TABLE tonight AS
SELECT fingerprint, code, severity, district, office, service, channel, application_no, step,
    coalesce(received_at, completed_at, due_at) AS moment, e.excuse
FROM shown LEFT JOIN excused e USING (fingerprint)
"""
# A run that looks back leaves every life as it is; of its own findings it is known which were found before.
_LOOKED_BACK = """
CREATE OR REPLACE TEMP TABLE next_life AS
SELECT t.*, true AS seen, l.state AS former, CASE WHEN t.excuse IS NOT NULL THEN 'excused' ELSE coalesce(l.state, 'open') END AS state
FROM tonight t LEFT JOIN life l USING (fingerprint)
"""
_CODES = """
INSERT INTO code_run
SELECT $run, district, office, code, severity, count(*), count(*) FILTER (state IN ('new', 'returned')), count(*) FILTER (state = 'excused')
FROM next_life WHERE seen GROUP BY ALL
"""


def _keep_lives(
    history: History, audit: Audit, run: int, moved: bool, settled: pl.DataFrame, excused: pl.DataFrame
) -> None:
    con = history.con
    con.register("excused", excused.unique("fingerprint").to_arrow())
    con.register("settled", settled.to_arrow())
    con.execute(_TONIGHT)
    if moved:
        lives.move_on(con, run)
    else:
        con.execute(_LOOKED_BACK)
    con.execute(_CODES, {"run": run})
    for name in ("shown", "excused", "settled"):
        con.unregister(name)


_LIVES = """
SELECT n.fingerprint, n.state, s.as_of AS since, f.as_of AS first, n.excuse
FROM next_life n LEFT JOIN life l USING (fingerprint) LEFT JOIN run s ON s.run = l.since LEFT JOIN run f ON f.run = l.first_run
WHERE n.seen ORDER BY n.fingerprint
"""


def _lives_of(history: History) -> pl.DataFrame:
    frame: pl.DataFrame = history.con.sql(_LIVES).pl()
    return frame
