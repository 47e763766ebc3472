"""The two sides of a comparison: former rows and tonight's that do not say the same in so many letters, their judged cells as columns.

Beside each judged column as sent (`name?`) stands what it says (`name`, see `auditor.history.meaning`).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from auditor.history.meaning import Meaning, base_of, says_other
from auditor.history.pairing import NUMBERS, PAIRS, by_all_but_one, by_identity, by_moments, new_numbers, same
from auditor.history.respelling import SPELLED, Respelling, Whole
from auditor.history.spool import Judged, split_cells

FIXED = ("received_at", "extended_to")
"""What may not be filled in any more once the entry is completed: it would move a term that is over."""
RUNNING = "entry_no"
Kind = Callable[[pl.DataFrame, pl.DataFrame, list[str]], pl.DataFrame]
CELL = {"entry": pl.Int64, "no": pl.Int64, "column": pl.String, "before": pl.String, "after": pl.String}
CHANGED = {"before_run": pl.Int64, "since": pl.Int64, **CELL}


class Sides:
    """Former and present rows by layout. before, after: layouts of each side; whole: all rows of an office in one layout;
    stayed: places with rows that stand as they stood."""

    def __init__(
        self,
        former: pl.DataFrame,
        now: pl.DataFrame,
        before: dict[int, Judged],
        after: dict[int, Judged],
        meaning: Meaning,
        whole: Whole,
        stayed: pl.Series,
    ) -> None:
        self.meaning = meaning
        self.numbers = pl.DataFrame(schema=NUMBERS)
        self._stayed = stayed
        self._former = former.drop("cells")
        self._cells = former.select("entry", "cells")
        self._beside = former.select("entry", "beside")
        self._books = former.select("entry", "since", "file")
        self._layouts = (before, after)
        self._respelling = Respelling(meaning, before, after, whole)
        self.before = {number: self._split(part, before[number]) for number, part in _by_layout(former)}
        self.after = {number: self._split(part, after[number]) for number, part in _by_layout(now)}

    def _split(self, part: pl.DataFrame, judged: Judged) -> tuple[pl.DataFrame, list[str]]:
        cells = split_cells(part["cells"], len(judged.header))
        sent = pl.DataFrame([cells[str(at)].alias(name) for name, at in judged.columns])
        told = self.meaning.of(sent, judged)
        raw = sent.select(told.columns).rename(lambda name: f"{name}?")
        known = part.drop("cells", "application_no", strict=False)
        return known.hstack(raw.get_columns()).hstack(told.get_columns()), told.columns

    def former(self) -> pl.DataFrame:
        """The former rows, with `covered`: tonight's exports speak for the moment and for the book."""
        beside = self._former.drop("beside").join(self._beside, on="entry")
        return beside.with_columns((pl.col("within") & pl.col("beside")).alias("covered")).join(self._cells, on="entry")

    def pair(self) -> pl.DataFrame:
        """`PAIRS`, each kind in turn over what the kinds before have left."""
        paired = pl.DataFrame(schema=PAIRS)
        for kind in (same, by_identity, by_all_but_one, by_moments):
            paired = self._paired(kind, paired)
        self.numbers = self._new_numbers(paired)
        return self._paired(by_identity, paired) if self.numbers.height else paired

    def _paired(self, kind: Kind, paired: pl.DataFrame) -> pl.DataFrame:
        """The pairs so far, and those of one more kind."""
        covered = self.former().select("entry", "covered")
        for former, before in self.before.values():
            for now, after in self.after.values():
                columns = [name for name in before if name in after]
                left = former.join(paired, on="entry", how="anti").join(covered, on="entry")
                right = now.join(paired, on="no", how="anti")
                if self.numbers.height and "application_no" in left.columns:
                    left = _renumbered(left, self.numbers)
                if left.height and right.height:
                    paired = pl.concat([paired, one_of_each(kind(left, right, columns))])
        self._seen_beside(paired)
        return paired

    def _new_numbers(self, paired: pl.DataFrame) -> pl.DataFrame:
        """`NUMBERS` of offices that number their applications anew."""
        found = [pl.DataFrame(schema=NUMBERS)]
        for former, before in self.before.values():
            for now, after in self.after.values():
                if "application_no" in before and "application_no" in after:
                    both = paired.join(former.select("entry", "place", "application_no"), on="entry").join(
                        now.select("no", pl.col("application_no").alias("number")), on="no"
                    )
                    found.append(both.select(*NUMBERS))
        return new_numbers(pl.concat(found), self._stayed)

    def _seen_beside(self, paired: pl.DataFrame) -> None:
        """The books of rows that were paired are there tonight too."""
        books = self._books.join(paired, on="entry", how="semi").select("since", "file").unique()
        there = self._books.join(books, on=["since", "file"], how="semi")["entry"]
        self._beside = self._beside.with_columns(pl.col("beside") | pl.col("entry").is_in(there.implode()))

    def differences(self, paired: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """(`CHANGED` of the pairs: the cells that count as changed, since null; `SPELLED`: what is only written otherwise)."""
        found, spelled = [pl.DataFrame(schema=CHANGED)], [pl.DataFrame(schema=SPELLED)]
        for first, (former, before) in self.before.items():
            for second, (now, after) in self.after.items():
                both = paired.join(former, on="entry").join(now, on="no", suffix=" now")
                columns = [name for name in before if name in after] if both.height else []
                for name in columns:
                    differ = both.filter(says_other(name))
                    changed = self._respelling.meant(differ.filter(self._held(name, columns)), name, first, second)
                    if name == "application_no":
                        changed = changed.filter(~pl.col("place").is_in(self.numbers["place"].implode()))
                    found.append(
                        changed.select(
                            pl.col("since").alias("before_run"),
                            pl.lit(None, dtype=pl.Int64).alias("since"),
                            "entry",
                            "no",
                            pl.lit(name).alias("column"),
                            pl.col(f"{name}?").alias("before"),
                            pl.col(f"{name}? now").alias("after"),
                        )
                    )
                    spelled.append(self._spelled(both, changed, name, second))
        return pl.concat(found), pl.concat(spelled)

    def _held(self, name: str, columns: list[str]) -> pl.Expr:
        """Whether a former cell held what may not be altered."""
        held = pl.col(name).is_not_null()
        if name in FIXED and "completed_at" in columns:
            held |= pl.col("completed_at").is_not_null()
        return held & pl.col("own_book") if name == RUNNING else held

    def _spelled(self, both: pl.DataFrame, changed: pl.DataFrame, name: str, layout: int) -> pl.DataFrame:
        """The rows of a column that are written otherwise and have not changed."""
        if base_of(name) == RUNNING or (name == "application_no" and self.numbers.height):
            return pl.DataFrame(schema=SPELLED)
        raw = pl.col(f"{name}?"), pl.col(f"{name}? now")
        other = both.filter(raw[0].is_not_null() & raw[1].is_not_null() & (raw[0] != raw[1]))
        other = other.join(changed, on="entry", how="anti")
        own = self._layouts[1][layout].names[name]
        return (
            other.group_by("place")
            .agg(pl.len().cast(pl.Int64).alias("rows"))
            .select("place", pl.lit(own).alias("column"), "rows")
        )


def one_of_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which none has a side in common with one before it."""
    return pairs.unique("entry", keep="first", maintain_order=True).unique("no", keep="first", maintain_order=True)


def _renumbered(former: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Former rows under the numbers that their applications have now."""
    told = former.join(numbers, on=["place", "application_no"], how="left", maintain_order="left")
    return told.with_columns(pl.coalesce("number", "application_no").alias("application_no")).drop("number")


def _by_layout(rows: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
    return [(int(str(key[0])), part) for key, part in rows.partition_by("layout", as_dict=True).items()]
