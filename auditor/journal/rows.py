"""From texts to typed canonical rows: trimmed, constants and values of the profile put in, moments read."""

from __future__ import annotations

import secrets

import polars as pl

from auditor.journal.layout import Layout, name_seed
from auditor.journal.moments import Moments, read_moments
from auditor.journal.persons import valid
from auditor.journal.profile import COLUMNS, DATES, MOMENTS, TEXTS, Profile
from auditor.journal.taking import taken, written_as_usual

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
    "person",
    "unseen",
)
"""`person` (UInt64): the applicant's identification number, as a number that means nothing outside this process. `unseen` (Int8): bits `NO_RECEIPT` and `NO_COMPLETION`, which say of an entry that the layout has no place for that moment, so that
its absence says nothing."""
NO_RECEIPT, NO_COMPLETION = 1, 2
SALT = secrets.randbits(63)
"""Another one each time: what is set down for a run can't be looked up in a table of all numbers."""
NTH = "nth"
"""Where a row holds several entries: which of the profile's steps this one is (UInt8), beside `ROW_COLUMNS`."""
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
    """Cleaned texts (columns by position: `0`, `1` …) of a row per step to `ROW_COLUMNS`, and for each moment or date column its
    `unknown(name)`: the text where it could not be read, else null."""
    columns: list[pl.Series | pl.Expr] = [lines.alias("source_line"), pl.lit(0, dtype=pl.Int8).alias("unseen")]
    for name in COLUMNS:
        columns += typed(row_text(texts, name, layout, profile), name, profile)
    return as_frame(columns).with_columns(extra_hash(texts, layout), persons(texts, layout))


def as_frame(columns: list[pl.Series | pl.Expr]) -> pl.DataFrame:
    """Series of one length, and expressions over them, as a frame."""
    series = [column for column in columns if isinstance(column, pl.Series)]
    return pl.DataFrame(series).with_columns(column for column in columns if isinstance(column, pl.Expr))


def typed(text: pl.Series | None, name: str, profile: Profile) -> list[pl.Series] | list[pl.Expr]:
    """A canonical column's texts (None: there is no such column) as the columns that it comes to."""
    if text is None:
        return empty(name)
    return [text.alias(name)] if name in TEXTS else _moments(text, name, profile)


def sent_columns(texts: pl.DataFrame, lines: pl.Series, layout: Layout) -> pl.DataFrame:
    """source_line and every column as the office sent it, under its own name (`layout.header`)."""
    return pl.DataFrame(
        [lines.alias("source_line"), *(texts[str(at)].alias(name) for at, name in enumerate(layout.header))]
    )


def row_text(texts: pl.DataFrame, name: str, layout: Layout, profile: Profile) -> pl.Series | None:
    """The texts of a canonical column, by the profile; None where the export has none."""
    at = layout.columns.get(name)
    constant = profile.constants.get(name)
    if at is not None:
        found = taken(texts[str(at)], name, profile.cell(name).take, profile)
        return found if constant is None else found.fill_null(constant)
    return None if constant is None else repeated(constant, len(texts))


def repeated(text: str, times: int) -> pl.Series:
    """One text over and over."""
    return pl.Series([text], dtype=pl.String).new_from_index(0, times)


def _moments(text: pl.Series, name: str, profile: Profile) -> list[pl.Series]:
    read: Moments = read_moments(written_as_usual(text, profile), profile.zone)
    if read.unknown is None:
        unread = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    else:
        unread = text.to_frame("t").select(pl.when(read.unknown).then("t"))["t"]
    if name in DATES:
        return [read.moment.dt.date().alias(name), unread.alias(unknown(name))]
    return [read.moment.alias(name), read.bare.alias(BARE[name]), unread.alias(unknown(name))]


def empty(name: str) -> list[pl.Expr]:
    """The columns of a canonical column that an export does not have."""
    if name in TEXTS:
        return [pl.lit(None, dtype=pl.String).alias(name)]
    unread = pl.lit(None, dtype=pl.String).alias(unknown(name))
    if name in DATES:
        return [pl.lit(None, dtype=pl.Date).alias(name), unread]
    return [pl.lit(None, dtype=pl.Datetime("us")).alias(name), pl.lit(False).alias(BARE[name]), unread]


def extra_hash(texts: pl.DataFrame, layout: Layout) -> pl.Series:
    """One number for the names and values of the extra columns, whatever their order; an empty one counts as absent."""
    total = pl.lit(0, dtype=pl.UInt64)
    for name, at in layout.extra.items():
        value = pl.col(str(at))
        total ^= pl.when(value.is_null()).then(pl.lit(0, dtype=pl.UInt64)).otherwise(value.hash(seed=name_seed(name)))
    hashed = texts.select(total.alias("extra_hash"))["extra_hash"]
    return hashed if len(hashed) == len(texts) else hashed.new_from_index(0, len(texts))


def persons(texts: pl.DataFrame, layout: Layout) -> pl.Series:
    """Who applies, of a file with one column of identification numbers; of several, nothing tells whose each is. A wrong number is nobody's."""
    if len(layout.persons) != 1:
        return pl.Series([None], dtype=pl.UInt64).new_from_index(0, len(texts)).alias("person")
    numbers = texts[str(layout.persons[0])]
    known = pl.DataFrame({"hash": numbers.hash(seed=SALT), "right": valid(numbers)})
    return known.select(pl.when(pl.col("right")).then("hash").alias("person"))["person"]


def by_own_name(faults: pl.DataFrame, rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The faults of the schema, with the columns named as in the export's own header."""
    steps = rows[NTH].to_list() if NTH in rows.columns else None

    def own(row: int, column: str) -> str:
        at = layout.columns.get(column)
        if at is None and steps is not None:
            at = layout.match.step_columns[steps[row]].get(column)
        return column if at is None else layout.header[at]

    named = [own(row, column) for row, column in faults.select("row", "column").iter_rows()]
    return faults.with_columns(pl.Series("column", named, dtype=pl.String))
