"""Frames as CSV and Parquet. A cell that a spreadsheet would take for a formula is written with a leading `'`."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from auditor.journal.quarantine import guard_formulas
from auditor.report.files import replacing
from auditor.report.frames import FINDINGS, QUARANTINE, Schema, shaped

BATCH = 100_000
"""Rows written at once: a million findings are not held twice."""


def write_findings_csv(findings: pl.DataFrame, path: Path) -> Path:
    """Write `findings.csv`: moments to the second, a limit without decimals, actual and excess with two."""
    limit = pl.col("limit")
    whole = pl.when(limit == limit.round()).then(limit.cast(pl.Int64).cast(pl.String)).otherwise(limit.cast(pl.String))
    return _write_csv(findings, FINDINGS, path, whole.alias("limit"))


def write_quarantine_csv(quarantine: pl.DataFrame, path: Path) -> Path:
    """Write `quarantine.csv`: every row that could not be taken, with its place and the reason."""
    return _write_csv(quarantine, QUARANTINE, path)


def write_findings_parquet(findings: pl.DataFrame, path: Path) -> Path:
    """Write `findings.parquet`: the same rows with their types, texts as they are."""
    with replacing(path) as temporary:
        shaped(findings, FINDINGS).write_parquet(temporary)
    return path


def _write_csv(frame: pl.DataFrame, schema: Schema, path: Path, *as_text: pl.Expr) -> Path:
    blank = pl.col(pl.String).replace("", None)
    with replacing(path) as temporary, temporary.open("wb") as file:
        header = True
        for rows in shaped(frame, schema).iter_slices(BATCH) if frame.height else [pl.DataFrame(schema=schema)]:
            guarded = guard_formulas(rows.with_columns(blank)).with_columns(*as_text)
            guarded.write_csv(
                file,
                include_header=header,
                float_precision=2,
                datetime_format="%Y-%m-%d %H:%M:%S",
                line_terminator="\n",
            )
            header = False
    return path
