"""A portion of a table on its way from the file to the journal: cells as texts, and what could not be split into cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl
import pyarrow as pa
import pyarrow.csv

from auditor.exports.records import Fault

BLOCK = 2 << 20
"""Arrow's own portion: one that the processor's cache holds."""


@dataclass
class Portion:
    """Some rows of a table.

    texts: String columns `0`, `1` … by position, null where empty. lines: Int32, the physical line (from 1) where each begins.
    raw: what stands in the file for rows that begin at these lines. faults: rows without cells. tidy: no text needs trimming.
    blank: blank lines. continued: lines on which a row goes on that began before.
    """

    texts: pl.DataFrame
    lines: pl.Series
    raw: Callable[[list[int]], list[str]]
    faults: list[Fault] = field(default_factory=list)
    tidy: bool = False
    blank: int = 0
    continued: int = 0


class Table(Protocol):
    """What gives the portions of a source, whatever kind of file it is."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes; after the last portion."""

    @property
    def physical_lines(self) -> int:
        """Lines of the file (rows of a grid), counted apart from the portions; after the last of them."""

    def portions(self) -> Iterator[Portion]:
        """The rows after the header, in the order of the file, in bounded memory."""


def no_rows(width: int, faults: list[Fault]) -> Portion:
    """A portion of faults only."""
    texts = pl.DataFrame(schema=dict.fromkeys(positions(width), pl.String))
    return Portion(texts, pl.Series("line", [], dtype=pl.Int32), lambda _: [], faults, tidy=True)


def positions(width: int) -> list[str]:
    """The names of the columns of `Portion.texts`."""
    return [str(at) for at in range(width)]


def texts_by_arrow(data: pa.Buffer, delimiter: str, width: int, *, quoted: bool) -> pl.DataFrame | None:
    """UTF-8 lines as texts by position, null where empty; None if a row has the wrong width."""
    names = positions(width)
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # proved before
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame = pl.from_arrow(table, rechunk=False)
    assert isinstance(frame, pl.DataFrame)
    return frame
