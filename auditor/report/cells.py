"""Frames as CSV and Parquet. A cell that a spreadsheet would take for a formula is written with a leading `'`."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from auditor.report.files import replacing
from auditor.report.frames import FINDINGS, QUARANTINE, Schema, shaped

FORMULA = r"^'*[=+\-@\t\r]"
"""What gets a `'`: the beginning of a formula, and one that has a `'` already, so that reading takes off what writing put on."""

BATCH = 100_000
"""Rows written at once: a million findings are not held twice."""


def guard_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a leading `'` in every text cell that a spreadsheet would take for a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep())


def unguard_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as it was before `guard_formulas`."""
    return frame.with_columns(pl.col(pl.String).str.replace(r"^'('*[=+\-@\t\r])", "$1"))


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
