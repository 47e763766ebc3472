"""The same exports judged by two sets of rules: the steps whose verdict differs, and the findings that only one of them has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from auditor.engine.again import VERDICT, VERDICTS
from auditor.engine.audit import Asked, Progress, audit, no_progress, working_folder
from auditor.exports.find import Found
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.law.types import Rulebook

STEP = ("district", "home", "application_no", "key_year", "service", "channel", "step")


@dataclass(frozen=True)
class Difference:
    """steps: `STEP`, before, before_reason, after, after_reason: one row a step decided otherwise (null: no such step by these rules), in
    their order. lost, gained: code to the number of findings that only the first, or only the second rules have (by fingerprint)."""

    steps: pl.DataFrame
    lost: dict[str, int]
    gained: dict[str, int]

    @property
    def none(self) -> bool:
        return self.steps.is_empty() and not self.lost and not self.gained

    @property
    def applications(self) -> int:
        return self.steps.select(STEP[:4]).n_unique()

    @property
    def counts(self) -> pl.DataFrame:
        """service, channel, step, before, after, n: how many steps went from one verdict to the other."""
        by = ["service", "channel", "step", "before", "after"]
        return self.steps.group_by(by).len("n").cast({"n": pl.Int64}).sort(by, nulls_last=False)


def difference(
    found: Found,
    profile: Profile,
    rulebooks: tuple[Rulebook, Rulebook],
    asked: Asked,
    folder: Path,
    register: Register | None = None,
    progress: Progress = no_progress,
) -> Difference:
    """Judge exports twice, as of the same moment. Raises InputError for exports that must be refused whole."""
    verdicts, findings = [], []
    for number, rulebook in enumerate(rulebooks):
        seen = [pl.DataFrame(schema=VERDICT)]

        def watch(con: duckdb.DuckDBPyConnection, seen: list[pl.DataFrame] = seen) -> None:
            seen.append(con.sql(VERDICTS).pl().cast(VERDICT))

        with working_folder(folder / str(number)) as room:
            result = audit(found, profile, rulebook, asked, room, progress, register, watch=watch)
        verdicts.append(pl.concat(part.select(list(VERDICT)) for part in seen))
        findings.append(result.findings.select("code", "fingerprint"))
    before, after = verdicts
    both = before.rename({"verdict": "before", "reason": "before_reason"}).join(
        after.rename({"verdict": "after", "reason": "after_reason"}),
        on=STEP,
        how="full",
        coalesce=True,
        nulls_equal=True,
    )
    differ = pl.col("before").ne_missing(pl.col("after")) | pl.col("before_reason").ne_missing(pl.col("after_reason"))
    columns = (*STEP, "before", "before_reason", "after", "after_reason")
    return Difference(
        both.filter(differ).select(columns).sort(pl.all(), nulls_last=False),
        _only(findings[0], findings[1]),
        _only(findings[1], findings[0]),
    )


def _only(one: pl.DataFrame, other: pl.DataFrame) -> dict[str, int]:
    own = one.join(other, on="fingerprint", how="anti").group_by("code").len().sort("code")
    return {str(code): int(n) for code, n in own.iter_rows()}
