"""Moments as journals write them, to local time: a column at a time.

Read are `YYYY-MM-DD HH:MM[:SS[.f]]`, the same with `T`, `dd.mm.yyyy HH:MM[:SS[.f]]`, each with an offset or `Z`
(turned to local time), and bare dates `YYYY-MM-DD` and `dd.mm.yyyy`. Everything else is unknown: no guess is made at
`5.3.18`, `03/04/2018` or 31 February.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa

EARLIEST_YEAR = 1900
"""A year before it (`0218`, Excel's `1899`) is a slip of the hand: it would stretch the coverage over centuries."""

EARLIEST = int(datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""The same in microseconds, as a column holds it."""

# Arrow's own reader of ISO moments is strict and the fastest there is, but all or nothing; among these lengths it
# reads only the shapes that we read: a bare date, to the minute, to the second, with a fraction.
ISO_LENGTHS = (10, 16, 19, 21, 22, 23, 24, 25, 26)
DATE_LENGTH = 10

DATE = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}\.[0-9]{2}\.[0-9]{4})"
CLOCK = r"[T ][0-9]{2}:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
OFFSET = r" ?(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
SHAPE = f"^{DATE}(?:{CLOCK}(?:{OFFSET})?)?$"


@dataclass(frozen=True)
class Moments:
    """A column read. moment: Datetime('us'), null where empty or unknown. bare: Boolean, a value without a time.
    unknown: Boolean, text that is no moment (None where there is none)."""

    moment: pl.Series
    bare: pl.Series
    unknown: pl.Series | None


def read_moments(texts: pl.Series, zone: str) -> Moments:
    """Read a column of trimmed texts (null where empty); offsets are turned to local time of `zone`."""
    if texts.null_count() == len(texts):
        return Moments(_no_moments(texts), pl.Series(texts.name, [False]).new_from_index(0, len(texts)), None)
    lengths = texts.str.len_bytes()
    whole = _all_iso(texts, lengths)
    if whole is None:
        whole = _all_iso(_as_iso(texts, lengths), lengths)
    if whole is not None:
        return Moments(whole, _bare(lengths), None)
    return _one_by_one(texts, lengths, zone)


def _no_moments(texts: pl.Series) -> pl.Series:
    return pl.Series(texts.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(texts))


def _bare(lengths: pl.Series) -> pl.Series:
    bare = lengths == DATE_LENGTH
    return bare.fill_null(False) if bare.null_count() else bare


def _iso_lengths(lengths: pl.Series) -> bool:
    if lengths.min() == lengths.max():
        return lengths.max() in ISO_LENGTHS
    return set(lengths.unique().drop_nulls()) <= set(ISO_LENGTHS)


def _all_iso(texts: pl.Series | None, lengths: pl.Series) -> pl.Series | None:
    """The moments where every text is an ISO moment of a real day, else None."""
    if texts is None or not _iso_lengths(lengths):
        return None
    try:
        moments = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    read = pl.Series(texts.name, moments)
    first = read.to_physical().min()
    return read if isinstance(first, int) and first >= EARLIEST else None


def _as_iso(texts: pl.Series, lengths: pl.Series) -> pl.Series | None:
    """`dd.mm.yyyy…` turned to `yyyy-mm-dd…`, where the first text looks so; Arrow then judges every digit."""
    first = texts.drop_nulls()[0]
    if first[2:3] != "." or not _iso_lengths(lengths):
        return None
    frame = texts.to_frame("t")
    dotted = (pl.col("t").str.slice(2, 1) == ".") & (pl.col("t").str.slice(5, 1) == ".")
    year, month, day, rest = (pl.col("t").str.slice(*cut) for cut in ((6, 4), (3, 2), (0, 2), (10, None)))
    turned = frame.select(dotted.all(), pl.concat_str(year, pl.lit("-"), month, pl.lit("-"), day, rest).alias("iso"))
    return turned["iso"].alias(texts.name) if turned["t"].all() else None


def _one_by_one(texts: pl.Series, lengths: pl.Series, zone: str) -> Moments:
    """Each text by its own shape; a column of few distinct odd texts costs what they cost."""
    frame = texts.to_frame("t").with_columns(pl.col("t").str.contains(SHAPE).alias("known"), lengths.alias("length"))
    plain = frame.select(pl.when("known").then("t"))["t"]
    clock = plain.str.slice(11)
    text = pl.col("t")
    iso = (
        pl.when(text.str.slice(2, 1) == ".")
        .then(pl.concat_str(text.str.slice(6, 4), pl.lit("-"), text.str.slice(3, 2), pl.lit("-"), text.str.slice(0, 2)))
        .otherwise(text.str.slice(0, 10))
    )
    parts = plain.to_frame("t").select(
        iso.alias("day"),
        clock.str.extract("^([0-9:]+)").alias("clock"),
        clock.str.extract("[.,]([0-9]+)").str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64).alias("micro"),
        clock.str.extract("(Z|[+-][0-9:]+)$").alias("offset"),
    )
    hms = (
        pl.when(pl.col("clock").str.len_bytes() == 5)
        .then(pl.col("clock") + ":00")
        .otherwise("clock")
        .fill_null("00:00:00")
    )
    naive = pl.concat_str("day", pl.lit(" "), hms).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False, time_unit="us", cache=False
    )
    offset = pl.col("offset").str.replace(":", "", literal=True)
    hours, minutes = (
        offset.str.slice(1, 2).cast(pl.Int64, strict=False),
        offset.str.slice(3, 2).cast(pl.Int64, strict=False),
    )
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    shift = pl.duration(minutes=sign * (hours.fill_null(0) * 60 + minutes.fill_null(0)))
    read = parts.select(
        (naive + pl.duration(microseconds=pl.col("micro").fill_null(0))).alias("m"), "offset", shift.alias("s")
    )
    local = (
        (pl.col("m") - pl.col("s")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    )
    if read["offset"].null_count() < len(read):
        read = read.with_columns(pl.when(pl.col("offset").is_null()).then("m").otherwise(local).alias("m"))
    moment = read.select(pl.when(pl.col("m").dt.year() >= EARLIEST_YEAR).then("m"))["m"].alias(texts.name)
    unknown = texts.is_not_null() & moment.is_null()
    return Moments(moment, _bare(lengths) & ~unknown, unknown if unknown.any() else None)
