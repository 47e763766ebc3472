"""What a history tells the reports of a run beside the run itself (`auditor.report.past`)."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from auditor.engine.masking import mask_iin
from auditor.engine.result import Audit
from auditor.engine.sentences import READS, sentences
from auditor.history.answers import SPARED
from auditor.history.asking import trend
from auditor.history.corrections import Corrections
from auditor.history.excuses import Excuses
from auditor.history.history import History
from auditor.history.memory import Remembering
from auditor.history.runs import Added
from auditor.law.types import Rulebook
from auditor.report.past import ANSWERED, DOCUMENTED, EXCUSED, IDLE, NIGHTS, STATES, Past

REMEMBERED = timedelta(days=365)

# Of several runs on one day the last counts; this run counts even where it looks back.
_NIGHTS = f"""
WITH night AS (
    SELECT as_of::DATE AS day, max(run) AS run FROM run
    WHERE as_of > $since AND as_of <= $as_of AND (moved OR run = $run) GROUP BY ALL
), verdict AS (
    SELECT run, district, sum(met)::BIGINT AS met, (sum(met) + sum(late) + sum(overdue))::BIGINT AS decided
    FROM office_run SEMI JOIN night USING (run) GROUP BY ALL
), found AS (
    SELECT run, district, sum(n) FILTER (severity = 'error') AS errors, sum(n) FILTER (severity = 'warning') AS warnings, sum(fresh) AS fresh,
        sum(excused) AS excused, sum(excused) FILTER (code IN ({", ".join(f"'{code}'" for code in SPARED)})) AS spared
    FROM code_run SEMI JOIN night USING (run) GROUP BY ALL
), place AS (SELECT run, district FROM verdict UNION SELECT run, district FROM found)
SELECT n.day, r.as_of, p.district, coalesce(v.met, 0) AS met, coalesce(v.decided, 0) AS decided,
    {", ".join(f"coalesce(f.{name}, 0)::BIGINT AS {name}" for name in ("spared", "errors", "warnings", "fresh", "excused"))}
FROM night n JOIN run r USING (run) JOIN place p USING (run)
LEFT JOIN verdict v ON v.run = n.run AND v.district IS NOT DISTINCT FROM p.district
LEFT JOIN found f ON f.run = n.run AND f.district IS NOT DISTINCT FROM p.district
ORDER BY n.day, p.district NULLS LAST
"""
_ANSWERED = """
SELECT fingerprint, reply, document_no, document_date, period_from, period_to, comment FROM reply
WHERE fingerprint IN (SELECT fingerprint FROM finding_span WHERE since <= $run AND (until IS NULL OR until >= $run))
QUALIFY row_number() OVER (PARTITION BY fingerprint ORDER BY taken DESC) = 1 ORDER BY fingerprint
"""


def past_of(
    history: History,
    added: Added,
    audit: Audit,
    rulebook: Rulebook,
    excuses: Excuses,
    excused: pl.DataFrame,
    corrections: Corrections,
    memory: Remembering | None,
) -> Past:
    """What the history knows beside `audit`, whose run was `added` in the transaction at hand. excused: `history.runs.EXCUSED`."""
    given = {"run": added.run, "as_of": audit.as_of, "since": audit.as_of - REMEMBERED}
    answered = history.con.sql(_ANSWERED, params={"run": added.run}).pl()
    documented = (
        pl.DataFrame(schema=DOCUMENTED) if memory is None else _documented(memory, audit, rulebook, corrections)
    )
    return Past(
        trend=trend(history, added.run),
        nights=history.con.sql(_NIGHTS, params=given).pl().cast(NIGHTS),
        excused=_excused(audit, excuses, excused),
        documented=documented,
        idle=_idle(audit, excuses, excused, corrections, memory),
        states=added.lives.select(*STATES),
        replies=answered.cast(ANSWERED),
    )


def _excused(audit: Audit, excuses: Excuses, excused: pl.DataFrame) -> pl.DataFrame:
    told = pl.DataFrame(
        [(each.number, each.dated, each.signed_by, each.reason, each.until) for each in excuses.entries],
        schema={name: EXCUSED[name] for name in ("number", "dated", "signed_by", "reason", "until")},
        orient="row",
    ).unique("number", keep="first", maintain_order=True)
    found = audit.findings.join(excused.rename({"excuse": "number"}), on="fingerprint", maintain_order="left")
    spared = pl.col("code").is_in(SPARED).alias("spared")
    return found.with_columns(spared).join(told, on="number", maintain_order="left").select(*EXCUSED)


def _documented(memory: Remembering, audit: Audit, rulebook: Rulebook, corrections: Corrections) -> pl.DataFrame:
    changes = memory.told.filter(pl.col("correction").is_not_null())
    if changes.is_empty():
        return pl.DataFrame(schema=DOCUMENTED)
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in READS.items() if name not in changes.columns]
    worded = changes.with_columns(*missing).with_columns(
        pl.lit("J07").alias("code"),
        pl.lit("exact").alias("basis"),
        *(mask_iin(changes[name]) for name in ("service", "channel", "step", "role", "detail")),
    )
    documents = pl.DataFrame(
        [(each.number, each.date, each.signed_by, each.reason) for each in corrections.entries],
        schema={name: DOCUMENTED[name] for name in ("number", "dated", "signed_by", "reason")},
        orient="row",
    ).unique("number", keep="first", maintain_order=True)
    told = worded.with_columns(sentences(worded, rulebook, audit.language).alias("message"))
    joined = told.rename({"correction": "number"}).join(documents, on="number", maintain_order="left")
    return joined.select(*DOCUMENTED).sort("district", "office", "application_no", "step", nulls_last=True)


def _idle(
    audit: Audit, excuses: Excuses, excused: pl.DataFrame, corrections: Corrections, memory: Remembering | None
) -> pl.DataFrame:
    rows: list[tuple[str, str, str, date | None, str, str, date | None]] = []
    for why, found in (
        ("unused", excuses.unused(excused, audit.as_of)),
        ("expired", excuses.expired(audit.as_of)),
    ):
        rows += [("excuses", why, e.number, e.dated, e.signed_by, e.reason, e.until) for e in found]
    for each in [] if memory is None else corrections.unused(memory.told):
        rows.append(("corrections", "unused", each.number, each.date, each.signed_by, each.reason, None))
    return pl.DataFrame(rows, schema=IDLE, orient="row")
