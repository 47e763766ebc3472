"""Which row of tonight's exports is which row of former ones, where the two do not say the same.

A row that says the same is not asked about here: it is its own former self. Of the others
    (a) rows that mean the same (`auditor.history.meaning`) are the same;
    (b) rows of one office, application, service, channel, step and year are paired, the most alike first: none is paired twice, so a repeat
        that was written in between shifts nothing;
    (c) rows that differ in nothing but one of the cells that (b) asks for are paired too;
    (d) so are rows of one number with the same moments, and rows of an office that numbers its applications anew.
A former row is only paired by (b), (c) and (d) if tonight's exports speak for it, or if something more than its step is the same: its
number in the journal, one of its moments, or the day.
"""

from __future__ import annotations

import polars as pl

from auditor.history.meaning import base_of
from auditor.journal.profile import MOMENTS

KEY = ("application_no", "service", "channel", "step")
TELLING = ("entry_no", "received_at", "completed_at")

NUMBERS = {"place": pl.Int32, "application_no": pl.String, "number": pl.String}
LEAST_NUMBERS = 5
"""Applications of an office from which on other numbers throughout are a new numbering."""
PAIRS = {"entry": pl.Int64, "no": pl.Int64}


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


def by_moments(former: pl.DataFrame, tonight: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """(d): `PAIRS` of rows of one number with the same moments, whatever else they say; what could be two is neither."""
    moments = [name for name in columns if base_of(name) in MOMENTS]
    keys = ["place", "year", *(name for name in ("application_no",) if name in columns), *moments]
    told = pl.any_horizontal(pl.col(name).is_not_null() for name in moments)
    left, right = former.filter("covered", told).select("entry", *keys), tonight.filter(told).select("no", *keys)
    pairs = left.join(right, on=keys, nulls_equal=True)
    return pairs.filter(pl.col("entry").is_unique() & pl.col("no").is_unique()).select(*PAIRS)


def new_numbers(pairs: pl.DataFrame, stayed: pl.Series) -> pl.DataFrame:
    """Offices whose applications have other numbers throughout, each another one and none of two the same: place, application_no, number.

    pairs: place, application_no, number (tonight's) of the rows paired so far. stayed: places with rows that stand as they stood.
    """
    all_changed = (pl.col("application_no") != pl.col("number")).all().over("place")
    numbers = pairs.filter(all_changed, ~pl.col("place").is_in(stayed.implode())).drop_nulls().unique()
    enough = pl.len().over("place") >= LEAST_NUMBERS
    return numbers.filter(enough, *(pl.len().over("place", name) == 1 for name in ("application_no", "number")))
