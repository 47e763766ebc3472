"""Which row of tonight's exports is which row of former ones, where the two do not say the same.

A row that says the same is not asked about here: it is its own former self. Of the others
    (a) rows that say the same but for how their container writes moments and numbers (`normal`) are the same;
    (b) rows of one office, application, service, channel, step and year are paired, the most alike first: none is paired twice, so a repeat
        that was written in between shifts nothing;
    (c) rows that differ in nothing but one of the cells that (b) asks for are paired too.
A former row is only paired by (b) and (c) if tonight's exports speak for it, or if something more than its step is the same: its
number in the journal, one of its moments, or the day.
"""

from __future__ import annotations

import polars as pl

from auditor.journal.moments import SHAPE, read_moments

NUMBER = r"^-?[0-9]+(?:[.,][0-9]+)?$"
KEY = ("application_no", "service", "channel", "step")
TELLING = ("entry_no", "received_at", "completed_at")

PAIRS = {"entry": pl.Int64, "no": pl.Int64}


def normal(text: pl.Series, zone: str) -> pl.Series:
    """Texts as they are compared: a moment in one form (midnight being the bare date), a number without idle zeros.

    A workbook writes 15 where a text file writes 015 or 15.0, and 2018-03-14 00:00:00 where it writes 14.03.2018: that is the
    container's doing, not the office's.
    """
    if text.null_count() == len(text):
        return text
    name = text.name
    frame = text.alias("t").to_frame()
    shapes = frame.select(
        pl.col("t").str.contains(SHAPE).any().alias("moments"), pl.col("t").str.contains(NUMBER).any().alias("numbers")
    )
    told = pl.col("t").str.normalize("NFC")
    if shapes["numbers"][0]:
        number = pl.col("t").str.replace(",", ".", literal=True)
        number = pl.when(number.str.contains(".", literal=True)).then(number.str.strip_chars_end("0")).otherwise(number)
        number = number.str.strip_chars_end(".").str.replace(r"^(-?)0+([0-9])", "${1}${2}")
        told = pl.when(pl.col("t").str.contains(NUMBER)).then(number).otherwise(told)
    if shapes["moments"][0]:
        shaped = frame.select(pl.when(pl.col("t").str.contains(SHAPE)).then("t"))["t"]
        moment = read_moments(shaped, zone).moment.dt.strftime("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
        frame = frame.with_columns(moment.alias("m"))
        told = pl.when(pl.col("m").is_not_null()).then("m").otherwise(told)
    return frame.select(told.alias(name))[name]


def same(former: pl.DataFrame, tonight: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """(a): `PAIRS` of rows that are alike in all `columns` in normal form. Both frames have place and `columns` in normal form."""
    keys = ["place", *columns]
    left = former.select("entry", *keys).unique(keys, keep="first", maintain_order=True)
    right = tonight.select("no", *keys).unique(keys, keep="first", maintain_order=True)
    return left.join(right, on=keys, nulls_equal=True).select(*PAIRS)


def by_identity(former: pl.DataFrame, tonight: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """(b): `PAIRS`. Both frames have place, year, moment and `columns` in normal form; `former` also `covered`."""
    keys = ["place", "year", *(name for name in KEY if name in columns)]
    told = ["moment", *(name for name in columns if name not in keys)]
    pairs = former.select("entry", "covered", *keys, *told).join(
        tonight.select("no", *keys, *told), on=keys, nulls_equal=True, suffix=" now"
    )
    shared = [pl.col(name) == pl.col(f"{name} now") for name in TELLING if name in told]
    day = pl.col("moment").dt.date() == pl.col("moment now").dt.date()
    alike = [pl.col(name).eq_missing(pl.col(f"{name} now")).cast(pl.Int32) for name in told]
    ranked = (
        pairs.filter(pl.any_horizontal("covered", day.fill_null(False), *(each.fill_null(False) for each in shared)))
        .with_columns(
            pl.sum_horizontal(alike).alias("alike"), (pl.col("moment") - pl.col("moment now")).abs().alias("apart")
        )
        .sort("alike", "apart", "entry", "no", descending=[True, False, False, False], nulls_last=True)
    )
    return one_to_one(ranked)


def one_to_one(ranked: pl.DataFrame) -> pl.DataFrame:
    """The best pairs first, none of either side twice."""
    entries: set[int] = set()
    numbers: set[int] = set()
    taken = []
    for entry, no in ranked.select("entry", "no").iter_rows():
        if entry not in entries and no not in numbers:
            entries.add(entry)
            numbers.add(no)
            taken.append((entry, no))
    return pl.DataFrame(taken, schema=PAIRS, orient="row")


def by_all_but_one(former: pl.DataFrame, tonight: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """(c): `PAIRS` of rows that differ only in one cell of `KEY`; what could be two is neither."""
    found = []
    for rewritten in (name for name in KEY if name in columns):
        keys = ["place", *(name for name in columns if name != rewritten)]
        pairs = (
            former.filter("covered").select("entry", *keys).join(tonight.select("no", *keys), on=keys, nulls_equal=True)
        )
        found.append(pairs.filter(pl.col("entry").is_unique() & pl.col("no").is_unique()).select(*PAIRS))
    return one_to_one(pl.concat(found)) if found else pl.DataFrame(schema=PAIRS)
