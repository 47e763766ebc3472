"""A row that is a whole application, or a document of a book, unfolded into the entries of its steps.

One row of the export gives one entry for each step of the profile that has a moment in it, all with the row's line. A
step whose moments are empty gives none. A row of other mail (`contains` or `only` finds nothing) gives no entry at all
and is counted; a row of ours without any moment is a fault like any entry without one.
"""

from __future__ import annotations

import polars as pl

from auditor.journal.layout import Layout
from auditor.journal.profile import DATES, MOMENTS, ROW_CELLS, STEP_CELLS, Profile, StepCells, fold_value
from auditor.journal.rows import (
    BARE,
    NO_COMPLETION,
    NO_RECEIPT,
    NTH,
    ROW_COLUMNS,
    as_frame,
    empty,
    extra_hash,
    persons,
    repeated,
    row_text,
    typed,
    unknown,
)
from auditor.journal.taking import is_wanted, taken

UNSEEN = {"received_at": NO_RECEIPT, "completed_at": NO_COMPLETION}


def unfold_rows(texts: pl.DataFrame, lines: pl.Series, layout: Layout, profile: Profile) -> pl.DataFrame:
    """Cleaned texts of rows (columns by position) to entries as `auditor.journal.rows.type_rows` gives them, and `NTH`.

    What a row says once, one entry takes over: its running number the first step that it can have (which need not be there: then
    nobody has it, for a number goes with the moment of registration), its outcome the last one that it has.
    """
    base = _row_cells(texts, lines, layout, profile)
    applicable = pl.concat(
        _step(texts, base, nth, step, layout.match.step_columns[nth], profile)
        for nth, step in enumerate(profile.steps)
        if layout.match.step_columns[nth]
    )
    first = applicable.group_by("at").agg(pl.col(NTH).min().alias("first"))
    has_moment = [pl.col(column).is_not_null() for name in MOMENTS for column in (name, unknown(name))]
    found = applicable.filter(pl.any_horizontal(has_moment))
    ours = base.filter(_ours(texts, layout, profile))
    found = found.filter(pl.col("at").is_in(ours["at"].implode()))
    # A row of ours that has no moment at all must not vanish: as an entry without one it is a fault of its own.
    silent = ours.filter(~pl.col("at").is_in(found["at"].implode()))
    nothing = [column for name in (*STEP_CELLS, "step") for column in empty(name)]
    pending = silent.with_columns(
        *nothing, pl.lit(0, dtype=pl.UInt8).alias(NTH), pl.lit(0, dtype=pl.Int8).alias("unseen")
    ).with_columns(pl.lit(profile.steps[0].step).alias("step"))
    together = pl.concat([found, pending.select(found.columns)]).sort("at", NTH)
    together = together.join(first, on="at", how="left", maintain_order="left")
    once = [
        pl.when(pl.col(NTH) == pl.col("first")).then("entry_no").alias("entry_no"),
        pl.when(pl.col(NTH) == pl.col(NTH).max().over("at")).then("outcome").alias("outcome"),
    ]
    helpers = [unknown(name) for name in MOMENTS + DATES]
    return together.with_columns(once).select(*ROW_COLUMNS, *helpers, NTH)


def _row_cells(texts: pl.DataFrame, lines: pl.Series, layout: Layout, profile: Profile) -> pl.DataFrame:
    """What all entries of a row have in common, and `at`: the row's place among the texts."""
    columns: list[pl.Series | pl.Expr] = [
        lines.alias("source_line"),
        extra_hash(texts, layout),
        persons(texts, layout),
    ]
    for name in ROW_CELLS:
        columns += typed(row_text(texts, name, layout, profile), name, profile)
    return as_frame(columns).with_row_index("at")


def _ours(texts: pl.DataFrame, layout: Layout, profile: Profile) -> pl.Series:
    """Whether a row is an application's, as far as the profile says what is."""
    ours = pl.Series([True], dtype=pl.Boolean).new_from_index(0, len(texts))
    for name in profile.contains:
        text = row_text(texts, name, layout, profile)
        if text is not None:
            ours &= text.is_not_null()
    for (_, phrases), positions in zip(profile.only, layout.match.only, strict=True):
        ours &= is_wanted(texts[str(positions[0])], phrases)
    return ours


def _step(
    texts: pl.DataFrame, base: pl.DataFrame, nth: int, step: StepCells, found: dict[str, int], profile: Profile
) -> pl.DataFrame:
    """One step of the profile in every row that can have it, with or without a moment."""
    columns: list[pl.Series | pl.Expr] = [repeated(step.step, len(texts)).alias("step")]
    unseen = 0
    for name in STEP_CELLS:
        text = taken(texts[str(found[name])], name, step.cells[name].take, profile) if name in found else None
        if name == "role" and text is None and step.role is not None:
            text = repeated(step.role, len(texts))
        columns += typed(text, name, profile)
        unseen |= UNSEEN.get(name, 0) if text is None else 0
    entries = pl.concat([base, as_frame(columns)], how="horizontal").with_columns(
        pl.lit(nth, dtype=pl.UInt8).alias(NTH), pl.lit(unseen, dtype=pl.Int8).alias("unseen")
    )
    # Excel's dates: a column that is midnight from top to bottom holds no times of day.
    whole_days = [
        pl.when(pl.col(name).is_not_null() & (pl.col(name).dt.time() == pl.time(0)).all())
        .then(True)
        .otherwise(pl.col(bare))
        .alias(bare)
        for name, bare in BARE.items()
    ]
    wanted = [
        pl.col(name).map_elements(fold_value, return_dtype=pl.String).is_in(values)
        for name, values in step.when.items()
    ]
    kept = ("at", *ROW_COLUMNS, *map(unknown, MOMENTS + DATES), NTH)
    return entries.with_columns(whole_days).select(kept).filter(pl.lit(True), *wanted)
