"""A source is one table in one file: a text file, a sheet of a workbook, a table of a page or of a Parquet file.

What lies above (`auditor.journal`) knows sources only: what kind of file they came from, and whether that lay in an archive, makes
no difference there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl


@dataclass(frozen=True)
class Decision:
    """What a stage of the reading decided, and on what evidence.

    stage: `container`, `encoding`, `dialect`, `header`, `records`, `values`. decision: what was decided, in a word or two that a
    script can compare (`kz1048`, `;`, `line 3`). evidence: key of `catalogs/decisions.toml`, with its `values`.
    doubtful: somebody should look; `auditor audit` says so.
    """

    stage: str
    decision: str
    evidence: str
    values: Mapping[str, object] = field(default_factory=dict)
    doubtful: bool = False


@dataclass(frozen=True)
class GridPart:
    """Some rows of a grid.

    rows: Int32, the numbers of the rows in their sheet or table, from 1, ascending from part to part; a row left out is
        blank (so may one be whose cells are all null).
    texts: String columns `0`, `1`, … from left to right, null where empty; every part of a grid has the same columns.
    """

    rows: pl.Series
    texts: pl.DataFrame


class Grid(Protocol):
    """A table that has cells already. Reading it twice gives the same; what a part holds may be dropped before the next."""

    @property
    def height(self) -> int:
        """How many rows the table has by its own account, blank ones included: the number of its last row.

        Not counted from what `parts` gives: the reader holds one against the other.
        """

    @property
    def across(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """Cells of the first rows that are merged over several columns, as far as the file says: row (from 1) to their first and last columns (from 0)."""

    def parts(self) -> Iterator[GridPart]:
        """The rows in bounded portions (some ten thousand rows). Raises InputError where the file can't be read on."""


@dataclass(frozen=True)
class Source:
    """One table in one file.

    path: the file on disk that is read (of an archive: the copy taken out of it); its bytes are what `sha256` speaks of.
    label: what people see as `source_file`: `in/a.csv`, `in/a.zip/b.xlsx#Лист1`.
    grid: the cells, of all that is no plain text file; None for text.
    origin: the file that was named or found, where `path` is a copy taken out of it; whose inbox it lies in is asked of this one.
    decisions: what was decided on the way here (which sheet, which archive member, a wrong extension).
    """

    path: Path
    label: str
    grid: Grid | None = None
    decisions: tuple[Decision, ...] = ()
    origin: Path | None = None
