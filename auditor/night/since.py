"""Tonight beside the night before, for the report: steps by verdict, and findings that came, stayed and went."""

from __future__ import annotations

import polars as pl

from auditor.engine.result import VERDICTS, Audit
from auditor.history.history import History
from auditor.history.runs import Added
from auditor.history.schema import first
from auditor.report.trend import GONE, NEW, STANDING, Trend

_BEFORE = """
SELECT run, as_of FROM run WHERE run < ? AND moved AND run IN (SELECT run FROM night) ORDER BY run DESC LIMIT 1
"""
_VERDICTS = f"""
UNPIVOT (SELECT district, {", ".join(f'sum("{verdict}")::BIGINT AS "{verdict}"' for verdict in VERDICTS)} FROM office_run
WHERE run = $before GROUP BY district) ON {", ".join(f'"{verdict}"' for verdict in VERDICTS)} INTO NAME verdict VALUE n
"""
_FOUND_BEFORE = """
SELECT district, fingerprint FROM finding_span WHERE since <= $before AND coalesce(until, $before) >= $before
"""


def since_last_night(history: History, added: Added, audit: Audit) -> Trend | None:
    """The last night before this run, as the pages compare it; None for the first, and for a run that looks back.

    To be asked within the run's transaction; what it says follows from the nights before and from the run alone.
    """
    found = first(history.con, _BEFORE, [added.run])
    if found is None or not added.moved:
        return None
    before, as_of = found
    verdicts = history.con.sql(_VERDICTS, params={"before": before}).pl()
    then = history.con.sql(_FOUND_BEFORE, params={"before": before}).pl()
    now = audit.findings.select("district", "fingerprint")
    lives = pl.concat(
        [
            _counted(now.join(then, on="fingerprint", how="anti"), NEW),
            _counted(now.join(then, on="fingerprint", how="semi"), STANDING),
            _counted(then.join(now, on="fingerprint", how="anti"), GONE),
        ]
    )
    return Trend(as_of, verdicts, lives)


def _counted(findings: pl.DataFrame, life: str) -> pl.DataFrame:
    counted = findings.group_by("district").agg(pl.len().cast(pl.Int64).alias("n")).sort("district")
    return counted.select("district", pl.lit(life).alias("life"), "n")
