"""Columns that an office writes otherwise throughout: another form, not another entry.

An export that no longer has times of day, or no seconds; a role, a step or a name that is called otherwise wherever it stood, and called so nowhere
before: a program or a custom changed, and nobody is accused of each of its rows. A single cell that loses its time, in a column that still has
times, is another matter, and so is a known word put in the place of another known one.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from auditor.history.meaning import DAY, KNOWN, Meaning, base_of
from auditor.history.spool import Judged, split_cells
from auditor.journal.profile import MOMENTS

MINUTE = len("2018-03-14 10:40")
LEAST_PRECISION = 3
"""Rows of an office from which on a precision that is gone everywhere is the column's, not a row's."""
LEAST_NAMES = 5
"""Rows from which on a word that was replaced everywhere is a new name for the same."""
WORDS = ("service", "channel", "step", "role", "outcome", "employee", "registered_by")
SPELLED = {"place": pl.Int32, "column": pl.String, "rows": pl.Int64}
"""How many rows of an office are written otherwise in a column (its own name)."""

Whole = Callable[[str, int, int], pl.Series]
"""Side (`before`, `after`), layout, place: the cells of all rows of an office in that layout, those too that were not altered."""


class Respelling:
    """before, after: layouts of each side."""

    def __init__(self, meaning: Meaning, before: dict[int, Judged], after: dict[int, Judged], whole: Whole) -> None:
        self._meaning = meaning
        self._layouts = {"before": before, "after": after}
        self._whole = whole

    def meant(self, differ: pl.DataFrame, name: str, before: int, after: int) -> pl.DataFrame:
        """Of pairs that differ in a column, those where it is meant: the rest is a spelling."""
        base = base_of(name)
        if base not in (*MOMENTS, *WORDS) or len(differ) < LEAST_PRECISION:
            return differ
        kept = [differ.clear()]
        for (place,), part in differ.group_by("place", maintain_order=True):
            sides = (("before", before, int(str(place))), ("after", after, int(str(place))))
            told = (self._precision if base in MOMENTS else self._names)(part, name, *sides)
            kept.append(part.join(told, on="entry", how="anti", maintain_order="left"))
        return pl.concat(kept)

    def _column(self, name: str, side: str, layout: int, place: int) -> pl.DataFrame:
        """A column of all rows of an office, as they say it: `name`."""
        judged = self._layouts[side][layout]
        cells = split_cells(self._whole(side, layout, place), len(judged.header))
        sent = pl.DataFrame([cells[str(at)].alias(other) for other, at in judged.columns])
        return self._meaning.of(sent, judged).select(name).drop_nulls()

    def _precision(
        self, part: pl.DataFrame, name: str, before: tuple[str, int, int], after: tuple[str, int, int]
    ) -> pl.DataFrame:
        """Entries of which one side has a coarser moment, because its column has none finer."""
        was, now = pl.col(name), pl.col(f"{name} now")
        found = [part.select("entry").clear()]
        for length, whole in ((DAY, "^.{10}$"), (MINUTE, "^(?:.{10}|.*:00)$")):
            for coarse, fine, side in ((now, was, after), (was, now, before)):
                alike = part.filter(
                    (coarse.str.slice(0, length) == fine.str.slice(0, length))
                    & coarse.str.contains(whole)
                    & ~fine.str.contains(whole)
                )
                if len(alike) >= LEAST_PRECISION and self._column(name, *side)[name].str.contains(whole).all():
                    found.append(alike.select("entry"))
        return pl.concat(found).unique()

    def _names(
        self, part: pl.DataFrame, name: str, before: tuple[str, int, int], after: tuple[str, int, int]
    ) -> pl.DataFrame:
        """Entries with a word that stands nowhere any more, in the place of which another one stands everywhere and stood nowhere."""
        pairs = part.group_by(pl.col(name).alias("was"), pl.col(f"{name} now").alias("now")).len("n").drop_nulls()
        both_known = pl.col("was").str.starts_with(KNOWN) & pl.col("now").str.starts_with(KNOWN)
        one_to_one = pl.len().over("was") == 1, pl.len().over("now") == 1
        names = pairs.filter(*one_to_one).filter(~both_known, pl.col("n") >= LEAST_NAMES)
        if names.is_empty():
            return part.select("entry").clear()
        stands = self._column(name, *after)[name].unique()
        stood = self._column(name, *before)[name].unique()
        names = names.filter(~pl.col("was").is_in(stands.implode()), ~pl.col("now").is_in(stood.implode()))
        return part.join(names, left_on=[name, f"{name} now"], right_on=["was", "now"], how="semi").select("entry")
