"""What the registers of excuses and corrections come to in a run, in sentences: counted apart, unused and expired ones named."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from auditor.engine.result import Audit
from auditor.history.corrections import Corrections
from auditor.history.excuses import Excuses
from auditor.history.memory import Remembering
from auditor.language import Words

SPARED = ("T01", "T02", "T06")
"""One late or overdue step is one finding of these codes."""


def of_excuses(result: Audit, answered: Excuses, excused: pl.DataFrame, words: Words) -> Iterator[str]:
    """Excused findings counted apart, the share in time with and without them, and excuses that are unused or have expired."""
    if not answered.entries:
        return
    yield words("excuses.count", n=excused.height)
    verdicts = result.verdict_totals()
    decided = verdicts["met"] + verdicts["late"] + verdicts["overdue"]
    spared = result.findings.filter(pl.col("code").is_in(SPARED)).join(excused, on="fingerprint", how="semi")
    if decided > spared.height:
        with_all, without = verdicts["met"] / decided, verdicts["met"] / (decided - spared.height)
        yield words("excuses.rates", all=f"{with_all:.1%}", rest=f"{without:.1%}")
    for key, found in (("unused", answered.unused(excused, result.as_of)), ("expired", answered.expired(result.as_of))):
        for excuse in found:
            yield words(f"excuses.{key}", number=excuse.number, who=excuse.signed_by)


def of_corrections(documented: Corrections, memory: Remembering | None, words: Words) -> Iterator[str]:
    """Documented changes, and documents that explain nothing."""
    if memory is None or not documented.entries:
        return
    yield words("corrections.count", n=memory.told["correction"].drop_nulls().len())
    for correction in documented.unused(memory.told):
        yield words("corrections.unused", number=correction.number, who=correction.signed_by)
