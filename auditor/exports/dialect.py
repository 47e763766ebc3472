"""The beginning of a text file, split by each delimiter that it may have.

Which of the readings is right only the header can say, and what a header is the journal knows (`auditor.journal.layout`); here
is what can be said without it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from auditor.exports.encoding import Encoding
from auditor.exports.records import split_cells
from auditor.exports.source import Source
from auditor.exports.transcoding import text_stream

HEAD = 1 << 18
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SEPARATOR_LINE = re.compile(r"""\A"?sep=(?P<delimiter>[,;\t|])"?\s*\Z""", re.IGNORECASE)
FIRST_RECORDS = 60
"""A header stands among so many records, or the file has none."""
RECORD_LINES = 100
"""A cell of the head may hold line breaks, but not more of them."""
SAMPLED = 200
"""Records after the header by which the dialect is judged."""


@dataclass(frozen=True)
class Record:
    """A record of the head: its cells, its first physical line (from 1), how many lines it has, and where it ends (byte).

    across: of a sheet, which of its cells are merged over several columns: (first, last) column, from 0.
    """

    cells: tuple[str, ...]
    line: int
    lines: int
    end: int
    across: tuple[tuple[int, int], ...] = ()

    @property
    def blank(self) -> bool:
        """No cell holds anything."""
        return not any(cell.strip("\ufeff \t\v\f\u00a0") for cell in self.cells)

    @property
    def text(self) -> str:
        """The cells that hold something, as a reader is shown them."""
        return " · ".join(" ".join(cell.split()) for cell in self.cells if cell.strip())


@dataclass(frozen=True)
class Head:
    """The first lines of a text file as UTF-8, without its byte order mark. separator: what Excel's `sep=` line says, if there is one."""

    lines: list[bytes]
    separator: str | None

    @property
    def delimiters(self) -> tuple[str, ...]:
        """Those that the file may have; the first wins a draw."""
        return (self.separator,) if self.separator else DELIMITERS

    def records(self, delimiter: str, most: int = FIRST_RECORDS + SAMPLED) -> list[Record]:
        """The records of the head, blank ones too. A quotation that doesn't close stays in its line."""
        found: list[Record] = []
        at = end = 0
        while at < len(self.lines) and len(found) < most:
            cells, used = self._record(at, delimiter)
            end += sum(map(len, self.lines[at : at + used]))
            found.append(Record(tuple(cells), at + 1, used, end))
            at += used
        return found

    def _record(self, at: int, delimiter: str) -> tuple[list[str], int]:
        text = ""
        for used, line in enumerate(self.lines[at : at + RECORD_LINES], start=1):
            text += line.decode("utf-8", "replace")
            cells, fault = split_cells(text.rstrip("\r\n"), delimiter)
            if cells is not None:
                return cells, used
            if fault != "open_quote":
                break
        return self.lines[at].decode("utf-8", "replace").rstrip("\r\n").replace('"', "").split(delimiter), 1


def read_head(source: Source, encoding: Encoding) -> Head:
    """The head of a text file. Raises OSError."""
    buffer = bytearray(HEAD)
    with text_stream(source, encoding) as stream:
        filled = 0
        while filled < HEAD and (got := stream.read_into(memoryview(buffer)[filled:])):
            filled += got
        ended = stream.ended
    lines = bytes(buffer[:filled]).splitlines(keepends=True)  # bytes: at CR, LF and CR LF only
    if not ended and len(lines) > 1:
        lines.pop()
    first = next((line for line in lines if line.strip()), b"").decode("utf-8", "replace").strip("\ufeff\r\n ")
    separator = SEPARATOR_LINE.match(first)
    return Head(lines, separator["delimiter"] if separator else None)


def usual_width(records: list[Record], names: int, named: int) -> int:
    """How many cells the rows after a header have, delimiters that trail behind them included.

    `names`: cells of the header, `named`: the last of them that is not empty. A row counts that has at least the named columns, and
    nothing in the cells behind the header's; where none does, or opinions are equal, the header is right.
    """
    widths = Counter(
        len(record.cells)
        for record in records[:SAMPLED]
        if not record.blank and len(record.cells) >= named and not any(cell.strip() for cell in record.cells[names:])
    )
    most = max(widths.values(), default=0)
    return names if widths[names] == most else max(width for width, count in widths.items() if count == most)


def consistency(records: list[Record], width: int) -> float:
    """The share of the records after the header that have this many cells."""
    told = [record for record in records[:SAMPLED] if not record.blank]
    return sum(1 for record in told if len(record.cells) == width) / len(told) if told else 0.0


def column_numbers(cells: tuple[str, ...] | list[str]) -> bool:
    """Whether the cells are 1, 2, 3 …: the line that printed forms have under their header."""
    told = [cell.strip() for cell in cells]
    while told and not told[-1]:
        told.pop()
    return len(told) > 2 and told == [str(number) for number in range(1, len(told) + 1)]
