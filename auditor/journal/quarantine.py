"""Rows that could not be taken: what is said of each, and `quarantine.csv`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa

from auditor.exports.records import RAW_KEPT, Fault
from auditor.journal.layout import Layout
from auditor.journal.profile import Profile, fold_value
from auditor.language import Words

KEY = ("district", "office", "application_no")
MORE = pl.List(pl.Struct({"column": pl.String, "reason": pl.String, "value": pl.String}))
QUARANTINED: dict[str, pl.DataType | type[pl.DataType]] = {
    "source_line": pl.Int32,
    "column": pl.String,
    "value": pl.String,
    "reason": pl.String,
    "expected": pl.String,
    "more": MORE,
    "raw": pl.String,
    "district": pl.String,
    "office": pl.String,
    "application_no": pl.String,
    "tokens": pl.List(pl.String),
}
"""One row of an export that was set aside. reason: key of `catalogs/reading.toml`; column, value, expected: where it has
them; more: its other faults. district, office, application_no: as far as readable. tokens: the cells of a row that could not be split."""

FORMULA = r"^'*[=+\-@\t\r\n]"
"""What a spreadsheet would take for a formula, or our reader for a guarded one."""


def set_aside_faulty(rows: pl.DataFrame, faults: pl.DataFrame, raw: Callable[[list[int]], list[str]]) -> pl.DataFrame:
    """Typed rows with the faults found in them (`auditor.journal.schema`, `auditor.journal.placing`): one row each, first fault first.

    Where a row of the export holds several entries, it is set aside whole.
    """
    expected = pl.col("expected") if "expected" in faults.columns else pl.lit(None, dtype=pl.String)
    lines = rows.select(pl.col("source_line").alias("at")).with_row_index("row")
    by_row = (
        faults.join(lines, on="row", maintain_order="left")
        .unique(["at", "column", "reason", "value"], keep="first", maintain_order=True)
        .group_by("at", maintain_order=True)
        .agg(
            pl.col("row").first(),
            pl.col("column").first(),
            pl.col("value").first(),
            pl.col("reason").first(),
            expected.first().alias("expected"),
            pl.struct("column", "reason", "value").slice(1).alias("more"),
        )
        .drop("at")
    )
    bad = rows.select("source_line", *KEY)[by_row["row"]]
    return (
        pl.concat([by_row.drop("row"), bad], how="horizontal")
        .with_columns(
            pl.Series("raw", raw(bad["source_line"].to_list()), dtype=pl.String),
            pl.lit([], dtype=pl.List(pl.String)).alias("tokens"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in QUARANTINED.items())
    )


def set_aside_unsplit(faults: list[Fault], layout: Layout, profile: Profile) -> pl.DataFrame:
    """Rows that could not be split into cells."""
    if not faults:
        return pl.DataFrame(schema=QUARANTINED)
    count = len(faults)
    # Column by column, and lists by Arrow: rows as dictionaries cost ten times as much, and a bad file has many.
    columns: dict[str, Any] = {
        "source_line": [fault.line for fault in faults],
        "column": [None] * count,
        "value": [fault.value for fault in faults],
        "reason": [fault.reason for fault in faults],
        "expected": [fault.expected for fault in faults],
        "more": pl.Series([[]], dtype=MORE).new_from_index(0, count),
        "raw": [fault.raw for fault in faults],
        **{name: _guesses(faults, name, layout, profile) for name in KEY},
        "tokens": pl.Series(pa.array([fault.cells for fault in faults], pa.list_(pa.string()))),
    }
    return pl.DataFrame(columns, schema=QUARANTINED)


def _guesses(faults: list[Fault], name: str, layout: Layout, profile: Profile) -> list[str | None]:
    """The value of a column in damaged rows; None where their cells can't be told apart."""
    if name in profile.constants:
        return [profile.constants[name]] * len(faults)
    at = layout.columns.get(name)
    if at is None or profile.cell(name).take is not None:
        return [None] * len(faults)
    spellings = profile.values.get(name, {})
    width = len(layout.header)
    return [_guess(fault.cells[at], spellings) if len(fault.cells) == width else None for fault in faults]


def _guess(cell: str, spellings: dict[str, str]) -> str | None:
    text = " ".join(cell.split())
    if not text or "\\x" in text or "\0" in text:
        return None
    return spellings.get(fold_value(text), text) if spellings else text


def sentence(words: Words, fault: dict[str, object]) -> str:
    """What is wrong with a row of `QUARANTINED`, as one sentence, and after it its other faults."""
    said = [_phrase(words, fault["reason"], fault["column"], fault["value"], fault["expected"])]
    more = fault["more"]
    assert isinstance(more, list)
    said += [_phrase(words, other["reason"], other["column"], other["value"], None) for other in more]
    if len(str(fault["raw"] or "")) > RAW_KEPT:
        said.append(words("cut", expected=RAW_KEPT))
    return " ".join(said)


def _phrase(words: Words, reason: object, column: object, value: object, expected: object) -> str:
    shown = "" if value is None else str(value)
    shown = shown if len(shown) <= 60 else shown[:60] + "…"
    return words(str(reason), column=column or "", value=shown, expected=expected or "")


def guard_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a `'` before every text that a spreadsheet would take for a formula; our reader takes it off again."""
    guarded = (
        pl.when(pl.col(name).str.contains(FORMULA)).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, dtype in frame.schema.items()
        if dtype == pl.String
    )
    return frame.with_columns(guarded)
