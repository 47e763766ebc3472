"""A grid (a sheet, a table of a page or of a Parquet file) as portions of a table."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from auditor.exports.dialect import FIRST_RECORDS, SAMPLED, Record
from auditor.exports.portion import Portion, positions
from auditor.exports.records import Fault, readable
from auditor.exports.source import Grid, GridPart, Source

DELIMITER = ","
"""Between the cells of a row of a grid, where it is shown as a line of text."""


def head_of_grid(grid: Grid) -> list[Record]:
    """The first records of a grid; blank rows are left out. Raises what reading the file raises."""
    found: list[Record] = []
    for part in grid.parts():
        for line, cells in zip(part.rows, part.texts.head(FIRST_RECORDS + SAMPLED).iter_rows(), strict=False):
            found.append(Record(tuple(cell or "" for cell in cells), line, 1, 0, grid.across.get(line, ())))
        if len(found) >= FIRST_RECORDS + SAMPLED:
            break
    return found


class GridTable:
    """The rows of a grid from row `line` on, in `width` columns."""

    def __init__(self, source: Source, grid: Grid, width: int, line: int) -> None:
        self._source = source
        self._grid = grid
        self._width = width
        self._line = line
        self.sha256 = ""

    @property
    def physical_lines(self) -> int:
        """What the grid itself says."""
        return self._grid.height

    def portions(self) -> Iterator[Portion]:
        """The rows, a part of the grid at a time. Raises OSError, InputError."""
        at = self._line
        for part in self._grid.parts():
            portion = self._portion(part, at)
            at = max(at, int(part.rows[-1]) + 1) if len(part.rows) else at
            yield portion
        behind = pl.Series("line", [], dtype=pl.Int32)
        rest = pl.DataFrame(schema=dict.fromkeys(positions(self._width), pl.String))
        yield Portion(rest, behind, lambda _: [], tidy=True, blank=max(0, self._grid.height + 1 - at))
        self.sha256 = _sha256(self._source.path)

    def _portion(self, part: GridPart, at: int) -> Portion:
        below = part.rows >= at
        rows, texts = part.rows.filter(below), part.texts.filter(below)
        there = texts.select(pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(False)).to_series()
        between = int(rows[-1]) + 1 - at - len(rows) if len(rows) else 0
        rows, texts = rows.filter(there), texts.filter(there)
        missing = [pl.lit(None, dtype=pl.String).alias(name) for name in positions(self._width)[len(texts.columns) :]]

        def raw(wanted: list[int]) -> list[str]:
            places = rows.index_of
            return [readable(as_line(texts.row(places(line) or 0)).encode()) for line in wanted]

        blank = between + len(there) - int(there.sum())
        damaged = texts.select(
            pl.any_horizontal(pl.all().str.contains("\0", literal=True)).fill_null(False)
        ).to_series()
        faults = [_fault(line, texts.row(at)) for at, line in enumerate(rows) if damaged[at]] if damaged.any() else []
        whole = texts.with_columns(missing).select(positions(self._width)).filter(~damaged)
        return Portion(whole, rows.filter(~damaged).alias("line"), raw, faults, blank=blank)


def _fault(line: int, cells: tuple[str | None, ...]) -> Fault:
    """A row with a NUL in a cell: before `\\xNN` it marks a byte that could not be decoded (`auditor.exports.markup`)."""
    shown = [(cell or "").replace("\0", "") for cell in cells]
    value = next(cell.partition("\0")[2][:4] for cell in cells if cell and "\0" in cell)
    reason = "undecodable" if value.startswith("\\x") else "nul_byte"
    return Fault(line, reason, readable(as_line(shown).encode()), shown, value if reason == "undecodable" else "\\x00")


def as_line(cells: tuple[str | None, ...] | list[str], delimiter: str = DELIMITER) -> str:
    """Cells as a line of text, quoted where needed."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
