"""What can be asked of a history: its runs, a district over time, the life of a finding, what changed between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from auditor.engine.result import VERDICTS
from auditor.errors import UsageError
from auditor.history.history import History
from auditor.history.schema import first
from auditor.report.trend import Trend

_DECIDED = "sum(met) + sum(late) + sum(overdue)"
_OVER_TIME = f"""
WITH verdict AS (
    SELECT run, {", ".join(f'sum("{name}")::BIGINT AS "{name}"' for name in VERDICTS)}, sum(met) / nullif({_DECIDED}, 0) AS in_time
    FROM office_run WHERE $district IS NULL OR district = $district GROUP BY run
), found AS (
    SELECT run, coalesce(sum(n) FILTER (severity = 'error'), 0)::BIGINT AS errors, coalesce(sum(n) FILTER (severity = 'warning'), 0)::BIGINT AS warnings,
        coalesce(sum(fresh), 0)::BIGINT AS fresh, coalesce(sum(excused), 0)::BIGINT AS excused
    FROM code_run WHERE $district IS NULL OR district = $district GROUP BY run
)
SELECT r.run, r.as_of, v.* EXCLUDE (run), coalesce(f.errors, 0) AS errors, coalesce(f.warnings, 0) AS warnings, coalesce(f.fresh, 0) AS fresh,
    coalesce(f.excused, 0) AS excused
FROM run r JOIN verdict v USING (run) LEFT JOIN found f USING (run) WHERE r.moved ORDER BY r.run
"""
_BETWEEN = """
WITH former AS (SELECT * FROM finding WHERE run = $since), later AS (SELECT * FROM finding WHERE run = $until)
SELECT 'only_later' AS change, l.code, l.severity, l.district, l.office, l.application_no, l.step, l.fingerprint, i.state
FROM later l ANTI JOIN former f USING (fingerprint) LEFT JOIN life i ON i.fingerprint = l.fingerprint
UNION ALL
SELECT 'only_former', f.code, f.severity, f.district, f.office, f.application_no, f.step, f.fingerprint, i.state
FROM former f ANTI JOIN later l USING (fingerprint) LEFT JOIN life i ON i.fingerprint = f.fingerprint
ORDER BY ALL
"""


@dataclass(frozen=True)
class Life:
    """The life of a finding. finding: its columns and state; events: run, as_of, state; replies: newest first."""

    finding: dict[str, Any]
    events: pl.DataFrame
    replies: pl.DataFrame


def over_time(history: History, district: str | None) -> pl.DataFrame:
    """run, as_of, a column a verdict, in_time (share of the decided steps), errors, warnings, fresh (new or returned), excused: one row a
    run that moved lives on. `district` None: all. Raises UsageError where no run knows the district."""
    frame = _frame(history, _OVER_TIME, {"district": district})
    if frame.is_empty() and district is not None:
        known = history.con.execute("SELECT DISTINCT district FROM office_run ORDER BY 1").fetchall()
        raise UsageError(
            f"No run knows a district {district!r}.", hint="Known: " + ", ".join(name for (name,) in known)
        )
    return frame


def life(history: History, fingerprint: str) -> Life:
    """The life of one finding. Raises UsageError where the history never had it."""
    rows = _frame(
        history,
        "SELECT l.* EXCLUDE (moment) FROM life l WHERE fingerprint = $fingerprint",
        {"fingerprint": fingerprint},
    ).to_dicts()
    if not rows:
        raise UsageError(
            f"The history has no finding {fingerprint!r}.",
            hint="Fingerprints stand in the last column of findings.csv.",
        )
    given = {"fingerprint": fingerprint}
    said = "SELECT message FROM finding_span WHERE fingerprint = $fingerprint ORDER BY since DESC LIMIT 1"
    messages = history.con.execute(said, given).fetchall()
    return Life(
        {**rows[0], "message": messages[0][0] if messages else None},
        _frame(
            history,
            "SELECT e.run, r.as_of, e.state FROM life_event e JOIN run r USING (run) WHERE fingerprint = $fingerprint ORDER BY run",
            given,
        ),
        _frame(
            history,
            "SELECT * EXCLUDE (fingerprint, taken) FROM reply WHERE fingerprint = $fingerprint ORDER BY taken DESC",
            given,
        ),
    )


def between(history: History, since: int | None, until: int | None) -> tuple[int, int, pl.DataFrame]:
    """Findings that only one of two runs has; without numbers the last two. Columns: change (`only_later`, `only_former`), code, severity,
    district, office, application_no, step, fingerprint, state (now). Raises UsageError where there are no such runs."""
    runs = [run for (run,) in history.con.execute("SELECT run FROM run ORDER BY run").fetchall()]
    later = until if until is not None else (runs[-1] if runs else 0)
    former = since if since is not None else next((run for run in reversed(runs) if run < later), 0)
    for run in (former, later):
        if run not in runs:
            raise UsageError(
                f"The history has no run {run}." if run else "The history has no two runs.",
                hint="`auditor history runs --store FILE` lists them.",
            )
    return former, later, _frame(history, _BETWEEN, {"since": former, "until": later})


def runs(history: History) -> pl.DataFrame:
    """run, as_of, entries, applications, findings, moved: one row a run."""
    return _frame(
        history,
        "SELECT r.run, r.as_of, r.entries, r.applications, coalesce((SELECT sum(n) FROM code_run c WHERE c.run = r.run), 0)::BIGINT AS findings, r.moved "
        "FROM run r ORDER BY r.run",
        {},
    )


_BEFORE = " UNION ALL ".join(
    f"SELECT district, '{name}' AS verdict, \"{name}\" AS n FROM office_run WHERE run = $former" for name in VERDICTS
)
_LIVES = """
SELECT coalesce(l.district, f.district) AS district,
    CASE WHEN f.fingerprint IS NULL THEN 'new' WHEN l.fingerprint IS NULL THEN 'gone' ELSE 'standing' END AS life, count(*)::BIGINT AS n
FROM (FROM finding WHERE run = $run) l FULL JOIN (FROM finding WHERE run = $former) f USING (fingerprint) GROUP BY ALL
"""


def trend(history: History, run: int) -> Trend | None:
    """The run before this one, for the report of this one; None for a first run, or one that looks back."""
    found = first(
        history.con,
        "SELECT f.run, f.as_of FROM run f JOIN run l ON l.run = ? AND l.moved WHERE f.moved AND f.run < l.run ORDER BY f.run DESC LIMIT 1",
        [run],
    )
    if found is None:
        return None
    return Trend(
        found[1],
        _frame(history, _BEFORE, {"former": found[0]}),
        _frame(history, _LIVES, {"former": found[0], "run": run}),
    )


def _frame(history: History, query: str, given: Mapping[str, object]) -> pl.DataFrame:
    frame: pl.DataFrame = history.con.sql(query, params=dict(given)).pl()
    return frame
