"""What a history remembers during one run: it takes what is sent, tells what changed since former runs, and keeps it.

Implements `auditor.engine.changed.Memory`. Nothing is written before `keep`, which belongs to the run's own transaction.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from auditor.engine.again import Again
from auditor.engine.changed import CHANGES
from auditor.history.comparing import Comparison, Outcome
from auditor.history.corrections import Corrections
from auditor.history.history import History
from auditor.history.keeping import keep
from auditor.history.runs import SETTLED, moves_on
from auditor.history.settling import settled
from auditor.history.spool import Spool
from auditor.history.telling import Telling
from auditor.journal.layout import Layout
from auditor.journal.profile import Profile
from auditor.journal.reading import Batch
from auditor.language import DAY_FORM, Words

MANY_OFFICES = 5
"""Offices that write the same columns otherwise from which on they are told in one line: it is the program that they share."""


class Remembering:
    """One run's view of a history. `folder`: a room for what is sent; `corrections`: documented ones."""

    def __init__(
        self,
        history: History,
        profile: Profile,
        as_of: datetime,
        folder: Path,
        corrections: Corrections,
        show_names: bool,
    ) -> None:
        self.history = history
        self.profile = profile
        self.as_of = as_of
        self.corrections = corrections
        self.show_names = show_names
        self.spool = Spool(folder)
        self.settled = pl.DataFrame(schema=SETTLED)
        self.told = pl.DataFrame(schema=CHANGES)
        self._layouts: list[Layout] = []
        self._outcome: Outcome | None = None
        self._files = pl.DataFrame()

    @property
    def moves(self) -> bool:
        """Whether this run is compared with former ones and kept for later ones; one that looks back is not."""
        return moves_on(self.history, self.as_of)

    def take(self, batch: Batch, layout: Layout, file_id: int) -> None:
        """Set down what was sent."""
        if not self._layouts:
            self._layouts.append(layout)
        self.spool.add(batch, layout, file_id)

    def changes(self, again: Again) -> pl.DataFrame:
        """`CHANGES`: every entry that differs from what was first exported, or is gone; documented ones too."""
        self.spool.close()
        self._files = again.files.files
        if not self.moves or self.spool.table() is None:
            return self.told
        comparison = Comparison(
            self.history.con,
            self.spool,
            self.profile,
            again.rulebook.vocabulary,
            again.coverage,
            self._files["path"].to_list(),
        )
        self._outcome = comparison.outcome()
        nights = dict(self.history.con.execute("SELECT run, as_of FROM run").fetchall())
        told = Telling(comparison, self._outcome, again, self._layouts[0], nights, self.as_of, self.show_names)
        self.told = self.corrections.of(told.changes(), self._outcome.changed, self.profile.zone)
        return self.told

    def settle(self, findings: pl.DataFrame, again: Again) -> None:
        """See which former findings are mended."""
        if self.moves:
            self.settled = settled(self.history.con, findings, self.told, again)

    def remarks(self, language: str) -> list[str]:
        """What was seen of whole exports, and is nobody's finding: written otherwise, numbered anew, another export, one that reaches less far."""
        words, told = Words("history", language), self._outcome
        if told is None:
            return []
        said = otherwise(told.spelled, words)
        said += [words("renumbered", **row) for row in told.renumbered.iter_rows(named=True)]
        said += [words("unmatched", **row) for row in told.unmatched.iter_rows(named=True)]
        for row in told.shrunk.iter_rows(named=True):
            days = {name: row[name].strftime(DAY_FORM[language]) for name in ("begins", "ends")}
            said.append(words("shrunk", **{**row, **days}))
        return said

    def keep(self, run: int) -> None:
        """Keep what was sent, within the transaction at hand."""
        if self._outcome is not None:
            keep(self.history.con, self._outcome, self.spool, self._files, run)


def otherwise(spelled: pl.DataFrame, words: Words) -> list[str]:
    """Who writes which columns otherwise, in how many rows at most: a line an office, or one for many offices with the same columns."""
    columns = pl.col("column").sort().alias("columns")
    offices = spelled.group_by("district", "office", maintain_order=True).agg(columns, pl.col("rows").max())
    said = []
    for alike in offices.partition_by("columns", maintain_order=True):
        named = ", ".join(f"“{name}”" for name in alike["columns"][0])
        if len(alike) >= MANY_OFFICES:
            first = {"district": alike["district"][0], "office": alike["office"][0]}
            said.append(words("otherwise_many", **first, offices=len(alike), columns=named, rows=alike["rows"].max()))
            continue
        said += [words("otherwise", **{**row, "columns": named}) for row in alike.iter_rows(named=True)]
    return said
