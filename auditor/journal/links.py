"""Rows that quote another office's number of the same application, under that number: the link is stated, nothing is guessed.

The office that registered second (the provider, of what came from an akim) quotes the number and the office of first registration, in columns
that its profile names `linked_no` and `linked_office`. Often only the row that registers the papers quotes them: the other rows of
the same number follow it.
"""

from __future__ import annotations

import polars as pl

from auditor.journal.profile import LINKS

OWN = ("district", "office", "application_no", "service", "channel")
"""What rows share that are of one application by the office's own number."""
FOLLOWS = pl.duration(days=200)
"""How far a row may lie from the one that quotes: numbers begin anew each year."""


def follow_links(rows: pl.DataFrame) -> pl.DataFrame:
    """Typed rows, those with a link under the number and office that they quote. Rows that state `registered_by` keep what they say.

    A number of their own that quotes two different ones within a batch is followed only by the rows that quote. Their date of
    registration is the second office's, not the first's, and so is dropped.
    """
    quotes = pl.all_horizontal(pl.col(name).is_not_null() for name in LINKS) & pl.col("registered_by").is_null()
    if not rows.select(quotes.any()).item():
        return rows
    moment = pl.coalesce("received_at", "completed_at")
    # A row may quote its own office by mistake: that says nothing.
    quoting = rows.filter(quotes & (pl.col("linked_office") != pl.col("office")))
    said = (
        quoting.group_by(OWN)
        .agg(
            *(pl.col(name).first().alias(f"{name}!") for name in LINKS),
            pl.struct(LINKS).n_unique().alias("several!"),
            moment.min().alias("moment!"),
        )
        .with_columns(pl.col("several!") > 1)
    )
    joined = rows.join(said, on=OWN, how="left", maintain_order="left")
    near = ((moment - pl.col("moment!")).abs() <= FOLLOWS).fill_null(value=False)
    led = ~pl.col("several!").fill_null(value=True) & near & pl.col("registered_by").is_null()
    own = quotes & (pl.col("linked_office") != pl.col("office"))
    number = pl.when(own).then("linked_no").when(led).then("linked_no!")
    office = pl.when(own).then("linked_office").when(led).then("linked_office!")
    return joined.with_columns(
        pl.coalesce(number, "application_no").alias("application_no"),
        pl.coalesce(office, "registered_by").alias("registered_by"),
        pl.when(number.is_null()).then("registered_on").alias("registered_on"),
    ).select(rows.columns)
