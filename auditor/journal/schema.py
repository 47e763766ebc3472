"""The schema of the canonical journal, judged by pandera: every fault of every row in one pass.

It says what a row must have to be taken in at all. Whether its service, step or outcome is one that the rules know
is not asked here: that is a finding about an accepted row, not a reason to set it aside.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from auditor.journal.profile import COLUMNS, DATES, MOMENTS, REQUIRED, TEXTS
from auditor.journal.rows import unknown

LONGEST_TEXT = 500
HAS_MOMENT = "has_moment"


def _sane_length(data: PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(pl.col(data.key).str.len_chars() <= LONGEST_TEXT)


def _nothing_unread(data: PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(pl.col(data.key).is_null())


SCHEMA = pa.DataFrameSchema(
    {
        **{
            name: pa.Column(pl.String, pa.Check(_sane_length, name="too_long_value"), nullable=name not in REQUIRED)
            for name in TEXTS
        },
        **{
            unknown(name): pa.Column(pl.String, pa.Check(_nothing_unread, name="unknown_moment"), nullable=True)
            for name in MOMENTS
        },
        **{
            unknown(name): pa.Column(pl.String, pa.Check(_nothing_unread, name="unknown_date"), nullable=True)
            for name in DATES
        },
        HAS_MOMENT: pa.Column(pl.Boolean, pa.Check(lambda data: data.lazyframe.select(data.key), name="no_moment")),
    }
)

# Each column costs pandera a millisecond, however few the rows. So only rows are judged by SCHEMA of which it is not seen at a glance that no
# fault is in them. A test holds both of one mind.
FAULTS = {"row": pl.UInt32, "column": pl.String, "reason": pl.String, "value": pl.String}
REASONS = {"not_nullable": "missing_value"}


def judge(rows: pl.DataFrame) -> pl.DataFrame:
    """The faults of typed rows (`auditor.journal.rows`): row (index), column, reason, value; by row, then by column."""
    unread = list(map(unknown, MOMENTS + DATES))
    present = [pl.col(name).is_not_null() for name in (*MOMENTS, *map(unknown, MOMENTS))]
    has_moment = pl.any_horizontal(present)
    # A text has no more characters than bytes, and bytes are counted for nothing.
    longest = pl.max_horizontal(pl.col(name).str.len_bytes() for name in TEXTS).fill_null(0)
    faultless = [
        *(pl.col(name).is_not_null() for name in REQUIRED),
        *(pl.col(name).is_null() for name in unread),
        longest <= LONGEST_TEXT,
        has_moment,
    ]
    suspect = (~rows.select(pl.all_horizontal(faultless).alias("faultless"))["faultless"]).arg_true()
    if suspect.is_empty():
        return pl.DataFrame(schema=FAULTS)
    judged = rows[suspect].select(*TEXTS, *unread, has_moment.alias(HAS_MOMENT))
    return _faults_of(judged).with_columns(pl.col("row").replace_strict(range(len(suspect)), suspect))


def _faults_of(judged: pl.DataFrame) -> pl.DataFrame:
    try:
        SCHEMA.validate(judged, lazy=True)
    except SchemaErrors as failed:
        return _faults(failed, judged)
    return pl.DataFrame(schema=FAULTS)


def _faults(failed: SchemaErrors, judged: pl.DataFrame) -> pl.DataFrame:
    cases = failed.failure_cases
    if cases["index"].null_count():
        # A fault of the frame itself (a column of the wrong type) is ours, never a row's.
        raise failed
    name = pl.col("column").str.strip_suffix("?")
    faults = cases.select(
        pl.col("index").cast(pl.UInt32).alias("row"),
        pl.when(pl.col("column") == HAS_MOMENT).then(pl.lit("received_at")).otherwise(name).alias("column"),
        pl.col("check").replace(REASONS).alias("reason"),
        pl.col("column").alias("judged"),
    )
    values = [
        part.with_columns(
            pl.lit(None, dtype=pl.String).alias("value")
            if part["judged"][0] == HAS_MOMENT
            else judged[part["judged"][0]].gather(part["row"]).alias("value")
        )
        for part in faults.partition_by("judged")
    ]
    order = pl.col("column").replace_strict({name: at for at, name in enumerate(COLUMNS)}, return_dtype=pl.Int32)
    ordered: pl.DataFrame = pl.concat(values).sort("row", order, "reason").select(*FAULTS)
    return ordered
