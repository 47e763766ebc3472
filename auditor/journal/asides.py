"""Rows that are none: the header said again, and what stands below a table (totals, signatures); rows in which nothing stands.

Each of the first fails the schema or has the wrong width, so only rows that would be quarantined are looked at. What stands below is known with
caution: it is after the last row that was taken, begins with a word that no row begins with, and can't be a row, however damaged
(`auditor.journal.rowlike`); what is in doubt is quarantined. Nothing of it vanishes: the summary names it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from auditor.exports.dialect import column_numbers
from auditor.exports.portion import Portion
from auditor.exports.records import MOMENT_LIKE, RAW_KEPT, Fault, split_cells
from auditor.exports.source import Decision
from auditor.journal.heading import clean_names
from auditor.journal.layout import Layout, shown
from auditor.journal.profile import fold_name
from auditor.journal.rowlike import might_be_row, seen_in

MOST_HELD = 60
"""Rows after the last good one that are held back until the next good one, or the end, is seen."""
FEW_CELLS = 2
SHOWN = 20

FOOT_WORDS = (
    r"итого|всего|барлығы|жиыны|жиынтығы|total|"
    r"исполнитель|исп\b|орындаушы|орындаған|подпись|қолы|signature|signed|"
    r"руководитель|басшы|начальник|директор|заведующ|меңгеруші|главный специалист|бас маман|ответственн|жауапты|"
    r"проверил|тексер|составил|құрастыр|утвержд|бекіт|согласован|келісіл|"
    r"выгруж|выгрузка|сформирован|отч[её]т|распечатан|дата (?:выгрузки|печати|отч)|printed|exported|generated|"
    r"количество|саны\b|конец|соңы|end of|примечани|ескертпе|notes?\b|м\.\s*[по]\.|страниц|бет\b|page\b|лист\b"
)
"""How lines below a table begin: totals, signatures, remarks of the program that exported it."""
FOOT = re.compile(rf"\W*(?:{FOOT_WORDS})", re.IGNORECASE)
NUMBERED = r'^"?1"?[,;\t|]"?2"?[,;\t|]"?3'


@dataclass
class Asides:
    """What a reading met of rows that are none. `lines`: physical lines (records) of each kind."""

    layout: Layout
    headers: list[int] = field(default_factory=list)
    feet: list[tuple[int, str]] = field(default_factory=list)
    empty: int = 0
    _held: list[pl.DataFrame] = field(default_factory=list)

    def without_empty(self, portion: Portion, texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series, list[Fault]]:
        """The rows (cleaned `texts`, their lines) and faults of a portion without those in which no cell holds anything.

        Excel writes a blank row as a line of delimiters, and not always as many as the header has.
        """
        faults = [fault for fault in portion.faults if not _is_empty(fault)]
        self.empty += len(portion.faults) - len(faults)
        if any(column.null_count() < len(texts) and not column.null_count() for column in texts):
            return texts, portion.lines, faults
        told = texts.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        self.empty += len(told) - int(told.sum())
        return texts.filter(told), portion.lines.filter(told), faults

    def sift(self, quarantined: pl.DataFrame, last_good: int | None) -> pl.DataFrame:
        """A batch's quarantined rows without repeated headers and without those that may stand below the table.

        `last_good`: line of the last row taken in this batch, None where none was. Rows held back come out as soon as a good
        one follows them.
        """
        told = self._without_headers(quarantined)
        if last_good is not None:
            told, behind = (
                pl.concat([*self._held, told.filter(pl.col("source_line") < last_good)]),
                told.filter(pl.col("source_line") > last_good),
            )
            self._held = [behind] if len(behind) else []
        else:
            self._held += [told] if len(told) else []
            told = told.clear()
        if self._too_many():
            told = pl.concat([told, *self._held])
            self._held = []
        return told

    def rest(self, taken: Sequence[Sequence[str | None]]) -> pl.DataFrame | None:
        """At the end of the file: the rows held back that are rows after all. `taken`: the cells of some rows that were taken."""
        if not self._held:
            return None
        held = pl.concat(self._held)
        self._held = []
        seen = seen_in(taken, len(self.layout.header))
        usual = any(row[0] is not None and FOOT.match(row[0]) for row in taken)
        kept: list[bool] = []
        below = False
        for line, raw in held.select("source_line", "raw").iter_rows():
            cells = self._cells(raw)
            told = [cell for cell in cells if cell.strip(" \t\u00a0'\"")]
            foot = bool(told) and not usual and len(raw) <= RAW_KEPT and self._is_foot(cells, told, below, seen)
            below |= foot
            kept.append(not foot)
            if foot:
                self.feet.append((line, " · ".join(" ".join(cell.split()) for cell in told)))
        return held.filter(pl.Series(kept, dtype=pl.Boolean))

    def _too_many(self) -> bool:
        """Held rows are few."""
        return sum(len(frame) for frame in self._held) > MOST_HELD

    def _is_foot(self, cells: list[str], told: list[str], below: bool, seen: list[set[str]]) -> bool:
        if might_be_row(cells, self.layout.shape, seen):
            return False
        if any(MOMENT_LIKE.match(cell) for cell in told) and len(told) > FEW_CELLS:
            return False
        if below and len(told) <= FEW_CELLS:
            return True
        return bool(FOOT.match(told[0])) and len(told) <= max(FEW_CELLS, len(self.layout.header) // 2)

    def _cells(self, raw: str) -> list[str]:
        cells, _ = split_cells(raw, self.layout.delimiter)
        return cells if cells is not None else raw.split(self.layout.delimiter)

    def _without_headers(self, quarantined: pl.DataFrame) -> pl.DataFrame:
        """A header of several rows may be said again row by row."""
        begins = [next((name for name in row if name), "") for row in self.layout.header_rows]
        if quarantined.is_empty() or not any(begins):
            return quarantined
        raw = pl.col("raw")
        words = [name.lower().split()[0] for name in begins if name]
        said = raw.str.to_lowercase().str.contains_any(words) | raw.str.contains(NUMBERED)
        like = quarantined.select(said).to_series().arg_true()
        found = [at for at in like if self._is_header(self._cells(quarantined["raw"][at]))]
        if not found:
            return quarantined
        self.headers += quarantined["source_line"].gather(found).to_list()
        return quarantined.with_row_index("at").filter(~pl.col("at").is_in(found)).drop("at")

    def _is_header(self, cells: list[str]) -> bool:
        """Whether these are the header's names, or the numbers of its columns."""
        layout = self.layout
        if column_numbers(cells):
            return True
        if len(cells) < layout.named:
            return False
        names = clean_names(cells)
        alone = len(layout.header_rows) == 1
        return any(
            all(
                fold_name(name) == fold_name(cell) or (alone and not name)
                for name, cell in zip(row, names, strict=False)
            )
            for row in layout.header_rows
            if any(row)
        )

    def decisions(self) -> list[Decision]:
        """What was met, in words."""
        found: list[Decision] = []
        if self.headers:
            lines = ", ".join(map(str, self.headers[:SHOWN])) + (" …" if len(self.headers) > SHOWN else "")
            found.append(
                Decision("records", "repeated header", "records.header", {"lines": lines, "count": len(self.headers)})
            )
        for line, text in self.feet:
            found.append(Decision("records", "below the table", "records.foot", {"line": line, "text": shown(text)}))
        if self.empty:
            found.append(Decision("records", "rows of empty cells", "records.empty", {"count": self.empty}))
        return found


def _is_empty(fault: Fault) -> bool:
    """Whether a row of the wrong width has delimiters only. (A raw text emptied in a quarantine file is a row that waits for its mending.)"""
    return fault.reason == "wrong_width" and not any(map(str.strip, fault.cells)) and bool(fault.raw.strip())
