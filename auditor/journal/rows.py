"""From texts to typed canonical rows: trimmed, constants and values of the profile put in, moments read."""

from __future__ import annotations

import polars as pl

from auditor.journal.layout import Layout, name_seed
from auditor.journal.moments import read_moments
from auditor.journal.profile import CANONICAL, DATES, MOMENTS, TEXTS, Profile, fold_value

UNFOLDED = r"^[\s\ufeff']|[\s\ufeff]$|\s\s|[^\S ]|\ufeff"
"""A text that is not yet trimmed and folded, or may carry our formula guard."""
GUARD = r"^'('*[=+\-@\t\r\n])"
"""Our own mark before what a spreadsheet would take for a formula (`auditor.journal.quarantine`)."""

ROW_COLUMNS = (
    "source_line",
    *TEXTS,
    *MOMENTS,
    "received_bare",
    "completed_bare",
    *DATES,
    "extra_hash",
)
BARE = {"received_at": "received_bare", "completed_at": "completed_bare"}


def unknown(name: str) -> str:
    """The helper column with the texts of a moment column that could not be read."""
    return f"{name}?"


def clean(texts: pl.DataFrame) -> pl.DataFrame:
    """Every text trimmed, inner white space folded, our formula guard taken off, empty → null."""
    odd = texts.select(pl.all().str.contains(UNFOLDED).any())
    cleaned = []
    for name in texts.columns:
        if odd[name][0]:
            text = pl.col(name).str.replace(GUARD, "$1").str.replace_all(r"[\s\ufeff]+", " ").str.strip_chars(" ")
            cleaned.append(pl.when(text != "").then(text).alias(name))
    return texts.with_columns(cleaned)


def type_rows(texts: pl.DataFrame, lines: pl.Series, layout: Layout, profile: Profile) -> pl.DataFrame:
    """Cleaned texts (columns by position: `0`, `1` …) to `ROW_COLUMNS`, and for each moment or date column its
    `unknown(name)`: the text where it could not be read, else null."""
    columns: list[pl.Series | pl.Expr] = [lines.alias("source_line")]
    for name in CANONICAL:
        text = _text(texts, name, layout, profile)
        if text is None:
            columns += _empty(name)
        elif name in TEXTS:
            columns.append(text.alias(name))
        else:
            columns += _moments(text, name, profile.zone)
    series = [column for column in columns if isinstance(column, pl.Series)]
    frame = pl.DataFrame(series).with_columns(column for column in columns if isinstance(column, pl.Expr))
    return frame.with_columns(_extra_hash(texts, layout).alias("extra_hash"))


def sent_columns(texts: pl.DataFrame, lines: pl.Series, layout: Layout) -> pl.DataFrame:
    """source_line and every column as the office sent it, under its own name (`layout.header`)."""
    return pl.DataFrame(
        [lines.alias("source_line"), *(texts[str(at)].alias(name) for at, name in enumerate(layout.header))]
    )


def _text(texts: pl.DataFrame, name: str, layout: Layout, profile: Profile) -> pl.Series | None:
    if name in profile.constants:
        return pl.Series(name, [profile.constants[name]]).new_from_index(0, len(texts))
    at = layout.columns.get(name)
    if at is None:
        return None
    text = texts[str(at)]
    spellings = profile.values.get(name)
    if spellings:
        told = {
            value: spellings[fold_value(value)]
            for value in text.unique().drop_nulls()
            if fold_value(value) in spellings
        }
        text = text.replace(told)
    return text


def _moments(text: pl.Series, name: str, zone: str) -> list[pl.Series]:
    read = read_moments(text, zone)
    if read.unknown is None:
        unread = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    else:
        unread = text.to_frame("t").select(pl.when(read.unknown).then("t"))["t"]
    if name in DATES:
        return [read.moment.dt.date().alias(name), unread.alias(unknown(name))]
    return [read.moment.alias(name), read.bare.alias(BARE[name]), unread.alias(unknown(name))]


def _empty(name: str) -> list[pl.Expr]:
    if name in TEXTS:
        return [pl.lit(None, dtype=pl.String).alias(name)]
    unread = pl.lit(None, dtype=pl.String).alias(unknown(name))
    if name in DATES:
        return [pl.lit(None, dtype=pl.Date).alias(name), unread]
    return [pl.lit(None, dtype=pl.Datetime("us")).alias(name), pl.lit(False).alias(BARE[name]), unread]


def _extra_hash(texts: pl.DataFrame, layout: Layout) -> pl.Series:
    """One number for the names and values of the extra columns, whatever their order; an empty one counts as absent."""
    total = pl.lit(0, dtype=pl.UInt64)
    for name, at in layout.extra.items():
        value = pl.col(str(at))
        total ^= pl.when(value.is_null()).then(pl.lit(0, dtype=pl.UInt64)).otherwise(value.hash(seed=name_seed(name)))
    hashed = texts.select(total.alias("extra_hash"))["extra_hash"]
    return hashed if len(hashed) == len(texts) else hashed.new_from_index(0, len(texts))
