"""Which former findings are mended: not found tonight, although tonight's exports would show them.

Asked of a finding that stands and was not found: is its application in tonight's exports, at its office; do these speak for
its moment; does no quarantined row name its number; is its step decided. One no is enough to leave it open.
"""

from __future__ import annotations

import duckdb
import polars as pl

from auditor.engine.again import Again
from auditor.engine.changed import NEAR
from auditor.history.lives import STANDING
from auditor.history.runs import SETTLED

_MISSED = f"""
SELECT fingerprint, code, district, office, service, channel, application_no, step, moment FROM life
WHERE state IN ({", ".join(f"'{state}'" for state in STANDING)}) AND fingerprint NOT IN (SELECT fingerprint FROM found_tonight)
"""
_SETTLED = f"""
SELECT DISTINCT m.fingerprint FROM missed m
JOIN present p ON p.district = m.district AND p.application_no = m.application_no AND m.office IN (p.office, p.home)
JOIN covering c ON c.district = m.district AND c.office = m.office AND (m.moment IS NULL OR m.moment BETWEEN c.begins AND c.ends)
WHERE NOT EXISTS (FROM named n WHERE CASE WHEN n.application_no IS NULL THEN n.district = m.district AND n.office = m.office
      ELSE n.application_no = m.application_no AND (n.district IS NULL OR n.district = m.district AND n.office = m.office)
        AND coalesce(m.moment BETWEEN n.begins - INTERVAL {NEAR} DAY AND n.ends + INTERVAL {NEAR} DAY, true) END)
  AND NOT EXISTS (FROM undecided u WHERE u.district = m.district AND u.application_no = m.application_no AND u.home = p.home AND u.step IS NOT DISTINCT FROM m.step)
  AND NOT EXISTS (FROM changed_still g WHERE g.district = m.district AND g.application_no = m.application_no AND g.home = p.home AND g.correction IS NULL)
UNION
-- A period without rules is no application's: it is mended when applications of its service and channel are there and it is not found.
SELECT m.fingerprint FROM missed m JOIN offered o ON o.service = m.service AND o.channel = m.channel WHERE m.code = 'P03'
"""
_NAMED = """
SELECT m.application_no, d.text AS district, o.text AS office, m.begins, m.ends FROM mention m
LEFT JOIN spelled_district d ON d.code = m.office_key >> 32 LEFT JOIN spelled_office o ON o.code = m.office_key & 4294967295
"""
_OFFERED = "SELECT DISTINCT l.service, l.channel FROM application_count a JOIN pair_label l USING (label_id)"


def settled(
    con: duckdb.DuckDBPyConnection, findings: pl.DataFrame, changes: pl.DataFrame, again: Again
) -> pl.DataFrame:
    """`SETTLED`. findings: those of tonight; changes: `CHANGES` of tonight, documented ones too."""
    con.register("found_tonight", findings.select("fingerprint").to_arrow())
    missed: pl.DataFrame = con.sql(_MISSED).pl()
    con.unregister("found_tonight")
    if missed.is_empty():
        return pl.DataFrame(schema=SETTLED)
    keys = missed.select("district", "application_no").drop_nulls().unique()
    judged = again.judge(again.rows(keys))
    frames = {
        "missed": missed,
        "present": judged.entries.select("district", "application_no", "office", "home").unique(),
        "undecided": judged.verdicts.filter(pl.col("verdict") == "undetermined"),
        "covering": again.coverage,
        "named": again.judgement.table(_NAMED),
        "offered": again.judgement.table(_OFFERED),
        "changed_still": changes,
    }
    for name, frame in frames.items():
        con.register(name, frame.to_arrow())
    found: pl.DataFrame = con.sql(_SETTLED).pl()
    for name in frames:
        con.unregister(name)
    return found.cast(SETTLED)  # type: ignore[arg-type]
