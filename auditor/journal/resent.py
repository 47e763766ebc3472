"""Exports of one journal that overlap, sent one after the other: of an entry that several have, the export sent last speaks.

January and February on one night, February and March on a later one: February's rows stand in both. Read twice they would be repeats of
each other, and where the office has gone on working, or changed something, two entries of one step. So a row is passed over where an export
of the same office and the same header, sent later, has an entry of its number, service, channel, step and year (of a row with many
steps: of its number, service, channel and year). What no later export has is read as ever: nothing is lost with an export that covers less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from auditor.journal.layout import Layout
from auditor.journal.offices import Register
from auditor.journal.reading import Batch, read_source
from auditor.language import Words

KEY = ("district", "office", "application_no", "service", "channel")
LATEST = {"entry": pl.UInt64, "order": pl.Int64}
Book = tuple[str, tuple[str, ...]]
"""The folder that an export lies in, and its header."""


@dataclass
class Resent:
    """orders: of each file that may be overlapped, its folder and when it was sent, as a number. passed_over: label to rows passed over."""

    orders: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    passed_over: dict[str, int] = field(default_factory=dict)
    _latest: dict[Book, pl.DataFrame] = field(default_factory=dict)

    def look_through(self, layouts: list[Layout], register: Register | None) -> None:
        """Read the entries of the exports that may overlap, book by book: which of them has each last."""
        books: defaultdict[Book, list[Layout]] = defaultdict(list)
        for layout in layouts:
            sent = self._sent(layout)
            if sent is not None:
                books[sent[0], layout.header].append(layout)
        for book, parts in books.items():
            if len({self._order(layout) for layout in parts}) > 1:
                self._latest[book] = _latest([(layout, self._order(layout)) for layout in parts], register)

    def of(self, batch: Batch, layout: Layout) -> Batch:
        """The batch without the rows of which a later export speaks."""
        sent = self._sent(layout)
        latest = None if sent is None else self._latest.get((sent[0], layout.header))
        if latest is None or sent is None or batch.rows.is_empty():
            return batch
        keyed = batch.rows.with_columns(_entry(batch.rows, layout)).join(
            latest, on="entry", how="left", maintain_order="left"
        )
        superseded = keyed["order"].fill_null(-1) > sent[1]
        if not superseded.any():
            return batch
        lines = batch.rows.filter(superseded)["source_line"].unique()
        self.passed_over[layout.label] = self.passed_over.get(layout.label, 0) + len(lines)
        kept = None if batch.sent is None else batch.sent.filter(~pl.col("source_line").is_in(lines.implode()))
        return replace(batch, rows=batch.rows.filter(~superseded), sent=kept)

    def remarks(self, language: str) -> list[str]:
        """How many rows were passed over, in words."""
        if not self.passed_over:
            return []
        count = sum(self.passed_over.values())
        return [Words("reading", language)("resent", count=count, files=len(self.passed_over))]

    def _sent(self, layout: Layout) -> tuple[str, int] | None:
        """Folder and order of the file that a source lies in: a sheet's or an archive's label begins with its file's."""
        if layout.label in self.orders:
            return self.orders[layout.label]
        return next(
            (sent for name, sent in self.orders.items() if layout.label.startswith((f"{name}#", f"{name}/"))), None
        )

    def _order(self, layout: Layout) -> int:
        sent = self._sent(layout)
        assert sent is not None
        return sent[1]


def _latest(parts: list[tuple[Layout, int]], register: Register | None) -> pl.DataFrame:
    """`LATEST`: each entry of some exports, and the last of them that has it."""
    found = [pl.DataFrame(schema=LATEST)]
    for layout, order in parts:
        for batch in read_source(layout, register):
            entries = pl.DataFrame({"entry": _entry(batch.rows, layout)}).unique()
            found.append(entries.with_columns(pl.lit(order, dtype=pl.Int64).alias("order")))
    return pl.concat(found).group_by("entry").agg(pl.col("order").max())


def _entry(rows: pl.DataFrame, layout: Layout) -> pl.Series:
    """A number for what tells the entries of a journal apart, the same in every export of it."""
    year = pl.coalesce(pl.col("registered_on").dt.year(), pl.min_horizontal("received_at", "completed_at").dt.year())
    names = KEY if layout.profile.unfolds else (*KEY, "step")
    if layout.profile.unfolds:
        year = year.min().over("source_line")
    return rows.select(pl.struct(pl.col(*names).cast(pl.String), year.alias("year")).hash(seed=0).alias("entry"))[
        "entry"
    ]
