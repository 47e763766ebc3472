"""XLSX workbooks: texts that are never formulas, links or numbers, moments that are moments, the same bytes for the same content.

The frame of a workbook (sheets, headings, styles, widths, filters) is xlsxwriter's. Its rows are not: written cell by cell in Python
they cost 100 µs a finding, which is more than judging it. So the rows are put into XML by Polars, a column at a time and a batch at
once, and set into the finished sheets: 20 µs a finding, and memory for a batch.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from auditor.journal.quarantine import FORMULA
from auditor.report.files import replacing
from auditor.report.wording import INVISIBLE

MOST_ROWS = 1_048_576
"""Rows of a sheet, the heading's included."""
BATCH = 10_000
LONGEST_CELL = 16_000
"""A cell holds 32,767 UTF-16 units; the rest of a longer text is left out, with a mark."""

Kind = Literal["text", "moment", "day", "number", "input"]
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"text_wrap": True, "valign": "top"},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "border": 1,
        "bg_color": "#E8EEF2",
    },
    "text": {"text_wrap": True, "valign": "top"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top", "align": "left"},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "number": {"num_format": "0.##;-0.##;0", "valign": "top"},
    "input": {"text_wrap": True, "valign": "top", "bg_color": "#FFF8DC", "border": 1},
    "label": {"text_wrap": True, "valign": "top", "border": 1},
    "inner": {"text_wrap": True, "valign": "top", "border": 1, "indent": 2, "font_color": "#444444"},
    "figure": {"valign": "top", "border": 1, "num_format": "0"},
    "sum": {"bold": True, "valign": "top", "border": 1, "text_wrap": True, "num_format": "0"},
    "part": {"bold": True, "border": 1, "bg_color": "#F4F4F4"},
    # What a spreadsheet might take for a formula, were it typed in: shown with a `'` that is not part of the text.
    "guarded": {"text_wrap": True, "valign": "top", "quote_prefix": True},
}
_HIDDEN = "[" + "".join(f"\\x{{{code:x}}}" for code in INVISIBLE) + r"\x{fffe}\x{ffff}]"
_FIRST_DAY = datetime(1899, 12, 30)
_FIRST_SURE = 61


@dataclass(frozen=True)
class Column:
    """A column of a list: its name in the frame, its heading, how wide it is (in characters) and what it holds."""

    name: str
    heading: str
    width: int
    kind: Kind = "text"


@dataclass(frozen=True)
class _Rows:
    """Rows that are set into a sheet, from `first` (counted from 0) on."""

    sheet: str
    first: int
    columns: tuple[Column, ...]
    frame: pl.DataFrame


class Workbook:
    """A workbook in the making. `made` is when it says that it was made: never the clock, so that equal contents are equal bytes."""

    def __init__(self, title: str, made: datetime) -> None:
        self._buffer = BytesIO()
        self.book = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.book.set_properties({"title": title, "author": "auditor", "created": made})
        self.styles: dict[str, Format] = {name: self.book.add_format(style) for name, style in STYLES.items()}
        self._rows: list[_Rows] = []

    def sheet(self, name: str, *, landscape: bool = True) -> Worksheet:
        """A new sheet, which prints on A4 as wide as the paper. A name has 31 characters at most."""
        sheet = self.book.add_worksheet(name[:31])
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def list(self, name: str, columns: tuple[Column, ...], frame: pl.DataFrame) -> list[Worksheet]:
        """Sheets of a list: headings that stay in sight, a filter, one row each; more sheets where one is not enough."""
        sheets = []
        most = MOST_ROWS - 1
        for number, part in enumerate(frame.iter_slices(most) if frame.height else [frame], 1):
            sheet = self.sheet(name if number == 1 else f"{name[:25]} {number}")
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)
            sheet.set_row(0, 45)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, column.width, self.styles[column.kind])
                sheet.write_string(0, place, column.heading, self.styles["heading"])
            # A style of its own column: how the finished sheet tells the number of the style.
            sheet.set_column(len(columns), len(columns), None, self.styles["guarded"])
            sheet.autofilter(0, 0, part.height, len(columns) - 1)
            self._rows.append(_Rows(f"xl/worksheets/sheet{sheet.index + 1}.xml", 1, columns, part))
            sheets.append(sheet)
        return sheets

    def content(self) -> bytes:
        """The finished workbook."""
        made = BytesIO()
        self._finish(made)
        return made.getvalue()

    def save(self, path: Path) -> Path:
        """Write the finished workbook, whole or not at all."""
        with replacing(path) as temporary, temporary.open("wb") as file:
            self._finish(file)
        return path

    def _finish(self, file: IO[bytes]) -> None:
        self.book.close()
        lists = {rows.sheet: rows for rows in self._rows}
        with (
            zipfile.ZipFile(self._buffer) as package,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as finished,
        ):
            for entry in package.infolist():
                # By its name alone an entry is dated 1980, not today.
                with finished.open(entry.filename, "w", force_zip64=True) as part:
                    content = package.read(entry)
                    for piece in _filled(content, lists[entry.filename]) if entry.filename in lists else [content]:
                        part.write(piece)


def _filled(sheet: bytes, rows: _Rows) -> Iterator[bytes]:
    """A sheet's XML with the rows in it, piece by piece."""
    text = sheet.decode()
    last = f"{xl_col_to_name(len(rows.columns) - 1)}{rows.first + rows.frame.height}"
    text = re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{last}"/>', text, count=1)
    head, end, tail = text.partition("</sheetData>")
    styles = {
        at - 1: style
        for first, until, style in re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*?style="(\d+)"', head)
        for at in range(int(first), int(until) + 1)
    }
    yield head.encode()
    done = rows.first
    for batch in rows.frame.iter_slices(BATCH):
        yield _rows_as_xml(batch, rows.columns, styles, done + 1).encode()
        done += batch.height
    yield (end + tail).encode()


def _rows_as_xml(frame: pl.DataFrame, columns: tuple[Column, ...], styles: dict[int, str], first: int) -> str:
    guard = styles[len(columns)]
    numbered = frame.with_row_index("_row", first).with_columns(pl.col("_row").cast(pl.String))
    cells = [_cell(column, xl_col_to_name(at), styles[at], guard) for at, column in enumerate(columns)]
    row = pl.concat_str([pl.lit('<row r="'), pl.col("_row"), pl.lit('">'), *cells, pl.lit("</row>")])
    return str(numbered.select(row.str.join("")).item() or "")


def _cell(column: Column, letter: str, style: str, guard: str) -> pl.Expr:
    """The XML of a column's cells; none where there is no value."""
    value = pl.col(column.name)
    begin = pl.concat_str([pl.lit(f'<c r="{letter}'), pl.col("_row")])
    if column.kind in ("moment", "day"):
        serial = (value.cast(pl.Datetime("us")) - pl.lit(_FIRST_DAY)).dt.total_microseconds() / 86_400_000_000
        number = pl.concat_str(
            [begin, pl.lit(f'" s="{style}"><v>'), serial.round(9).cast(pl.String), pl.lit("</v></c>")]
        )
        # Spreadsheets know no days before 1900, and count a 29 February in that year.
        old = _text(begin, value.cast(pl.String), pl.lit(style))
        return pl.when(value.is_null()).then(pl.lit("")).when(serial < _FIRST_SURE).then(old).otherwise(number)
    if column.kind == "number":
        number = pl.concat_str([begin, pl.lit(f'" s="{style}"><v>'), value.cast(pl.String), pl.lit("</v></c>")])
        return pl.when(value.is_null() | ~value.cast(pl.Float64).is_finite()).then(pl.lit("")).otherwise(number)
    which = pl.when(value.str.contains(FORMULA)).then(pl.lit(guard)).otherwise(pl.lit(style))
    if column.kind == "input":
        return pl.concat_str([begin, pl.lit(f'" s="{style}"/>')])
    return pl.when(value.fill_null("") == "").then(pl.lit("")).otherwise(_text(begin, value, which))


def _text(begin: pl.Expr, value: pl.Expr, style: pl.Expr) -> pl.Expr:
    shown = pl.when(value.str.len_chars() > LONGEST_CELL).then(value.str.slice(0, LONGEST_CELL) + "…").otherwise(value)
    shown = shown.str.replace_all(r"\r\n?", "\n").str.replace_all(_HIDDEN, "�")
    # `_x0041_` is how the format writes a character by its number: what only looks like it is written so that it stays.
    shown = shown.str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
    shown = shown.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
    return pl.concat_str(
        [
            begin,
            pl.lit('" s="'),
            style,
            pl.lit('" t="inlineStr"><is><t xml:space="preserve">'),
            shown,
            pl.lit("</t></is></c>"),
        ]
    )
