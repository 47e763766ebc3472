"""What rows that were set aside name, or might name: nothing is proved of an application that may have a row among them."""

from __future__ import annotations

import polars as pl

from auditor.exports.records import RAW_KEPT

BETWEEN_CELLS = r'[,;\t|"\r\n]'


def numbers_named() -> pl.Expr:
    """The application numbers that a quarantined row names, or might name where its cells can't be told apart.

    Of a row that could not be split, every stretch between marks that separate cells anywhere may be a number.
    """
    torn = pl.col("raw").str.replace_all(BETWEEN_CELLS, "\n").str.split("\n")
    named = pl.when(pl.col("application_no").is_null()).then(torn).otherwise(pl.concat_list("application_no"))
    return named.list.eval(pl.element().str.replace_all(r"[\s\ufeff]+", " ").str.strip_chars(" '"))


def days_named() -> pl.Expr:
    """The days that can be read in a quarantined row, whatever column they stand in."""
    raw = pl.col("raw")
    iso = raw.str.extract_all(r"\b(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
    dotted = raw.str.extract_all(r"\b[0-9]{2}\.[0-9]{2}\.(?:19|20)[0-9]{2}\b")
    days = [
        found.list.eval(pl.element().str.to_date(form, strict=False)).list.drop_nulls()
        for found, form in ((iso, "%Y-%m-%d"), (dotted, "%d.%m.%Y"))
    ]
    return days[0].list.concat(days[1])


def mentions(quarantined: pl.DataFrame, file_id: int) -> pl.DataFrame:
    """What the quarantined rows of a file name (`MENTIONS_SCHEMA`). Where the number can't be told, district and office can't either."""
    readable = pl.col("application_no").is_not_null()
    days = pl.when(pl.col("raw").str.len_chars() < RAW_KEPT).then(days_named())
    named = quarantined.select(
        pl.lit(file_id, dtype=pl.Int32).alias("file_id"),
        pl.when(readable).then("district").alias("district"),
        pl.when(readable).then("office").alias("office"),
        numbers_named().alias("application_no"),
        days.list.min().alias("begins"),
        days.list.max().alias("ends"),
    )
    return named.explode("application_no").filter(pl.col("application_no").fill_null("") != "").unique()
