"""A workbook or page taken apart into texts: the work of a process of its own, which `auditor.exports.sheets` starts.

What others send us can make any reader fall over: a workbook of a few kilobytes that fills the memory, a cell in the
last row of the last column, bytes that no reader expected. So it is opened where memory, time and disk are bounded, and what
becomes of that process is a sentence about one file.

`main` writes FOLDER/tables.json, `{"tables": [...]}` or `{"refused": why}`, and each table's rows
to FOLDER/<number>.jsonl, a portion a line: `{"rows": [numbers from 1], "columns": [[text or null, ...], ...]}`. Rows without a text are left out.
"""

from __future__ import annotations

import json
import re
import resource
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import python_calamine as calamine

from auditor.exports.cell_text import cell_text
from auditor.exports.markup import NotReadable, read_excel_2003, read_page
from auditor.exports.ooxml import DAMAGE, Facts, TooLarge, column_name, facts_of

MEMORY = 2 << 30
CPU_SECONDS = 30
CPU_SECONDS_A_MEGABYTE = 10
"""Ten times what a page or workbook takes. No file takes more than `MOST_CPU_SECONDS`."""
MOST_CPU_SECONDS = 600
LARGEST_SPOOL = 8 << 30
PORTION = 4096
PORTION_LETTERS = 4 << 20
MOST_TABLES = 10_000
MOST_CELLS = 30_000_000
"""Cells from the first row and column to the last filled ones: what the reader puts into memory."""
HEADER_ROWS = 100
"""A header stands within so many rows."""
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TOO_MUCH_MEMORY = f"It needs more than {MEMORY >> 20} MB of memory to be opened."


class Spool:
    """The rows of each table on their way to its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[int, list[tuple[int, list[str]]]] = {}
        self._letters: dict[int, int] = {}
        self.heights: dict[int, int] = {}
        self.widths: dict[int, int] = {}

    def take(self, table: int, number: int, cells: list[str]) -> None:
        """Keep a row."""
        if table >= MOST_TABLES:
            raise Refused(f"It has more than {MOST_TABLES} tables.")
        self.heights[table] = number
        width = next((at + 1 for at in range(len(cells) - 1, -1, -1) if cells[at] and not cells[at].isspace()), 0)
        if not width:
            return
        self.widths[table] = max(self.widths.get(table, 0), width)
        waiting = self._waiting.setdefault(table, [])
        waiting.append((number, cells[:width]))
        letters = self._letters[table] = self._letters.get(table, 0) + sum(map(len, cells))
        if len(waiting) >= PORTION or letters >= PORTION_LETTERS:
            self._write(table)

    def _write(self, table: int) -> None:
        waiting = self._waiting.pop(table)
        self._letters[table] = 0
        width = max(len(cells) for _, cells in waiting)
        columns = [[cells[at] or None if at < len(cells) else None for _, cells in waiting] for at in range(width)]
        portion = {"rows": [number for number, _ in waiting], "columns": columns}
        with (self._folder / f"{table}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(portion, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Write what waits."""
        for table in list(self._waiting):
            self._write(table)


class Refused(Exception):
    """A file that can't be taken apart, and why."""


def unpack(kind: str, path: Path, folder: Path, encoding: str) -> list[dict[str, object]]:
    """Take a file apart; what is to be known of each of its tables: name, refused (why it alone can't be read), hidden, cells (false for a chart), height (rows by its own account),
    width, uncomputed and first_uncomputed (formulas without a value), filled (cells that a merged one covers), across (of the first rows: row from 1, first and last column from 0 of
    cells merged over several columns). Raises Refused."""
    spool = Spool(folder)
    tables: list[dict[str, object]]
    try:
        if kind == "html":
            tables = [{"name": f"table {at + 1}"} for at in range(read_page(path, encoding, spool.take))]
        elif kind == "xml":
            tables = [{"name": sheet.name, "hidden": sheet.hidden} for sheet in read_excel_2003(path, spool.take)]
        else:
            tables = list(_sheets(kind, path, folder, spool))
    finally:
        spool.close()
    return [
        {"hidden": False, "cells": True, "height": spool.heights.get(at, 0), "width": spool.widths.get(at, 0), **table}
        for at, table in enumerate(tables)
    ]


def _sheets(kind: str, path: Path, folder: Path, spool: Spool) -> Iterator[dict[str, object]]:
    named = folder / f"workbook.{kind}"  # the reader goes by the ending, offices do not
    named.symlink_to(path.resolve())
    facts = _facts(path) if kind == "xlsx" else {}
    workbook = calamine.load_workbook(named)
    for at, about in enumerate(workbook.sheets_metadata):
        told: dict[str, object] = {"name": about.name, "hidden": about.visible != calamine.SheetVisibleEnum.Visible}
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            yield told | {"cells": False}
            continue
        known = facts.get(about.name, Facts())
        if known.rows * known.columns > MOST_CELLS:
            place = f"{column_name(known.columns - 1)}{known.rows}"
            yield told | {"refused": f"It reaches to {place}, more than {MOST_CELLS} cells."}
            continue
        try:
            sheet = workbook.get_sheet_by_index(at)
        except MemoryError:
            raise
        except BaseException as fault:
            why = _said(fault)
            if why is None:
                raise
            yield told | {"refused": why}
            continue
        filled = _spool_sheet(sheet, at, known, spool)
        yield told | {
            "height": sheet.end[0] + 1 if sheet.end else 0,
            "uncomputed": known.uncomputed,
            "first_uncomputed": known.first_uncomputed,
            "filled": filled,
            "across": _across(sheet),
        }


def _facts(path: Path) -> dict[str, Facts]:
    try:
        with zipfile.ZipFile(path) as archive:
            return facts_of(archive)
    except DAMAGE:
        return {}  # the workbook's own reader may know better; if not, it has a sentence


def _spool_sheet(sheet: calamine.CalamineSheet, at: int, known: Facts, spool: Spool) -> int:
    """Give a sheet's rows to the spool; how many cells were filled that a merged cell covers."""
    left = sheet.start[1] if sheet.start else 0
    down = {begin: end[0] for begin, end in sheet.merged_cell_ranges or [] if begin[1] == end[1] and end[0] > begin[0]}
    reaching: dict[int, tuple[int, str]] = {}
    filled = 0
    for row, values in enumerate(sheet.iter_rows()):
        cells = [""] * left + [cell_text(value) for value in values]
        for column in range(left, len(cells)):
            place = (row, column)
            if place in known.midnights and DATE.fullmatch(cells[column]):
                cells[column] += " 00:00:00"
            elif place in known.padded:
                cells[column] = cells[column].zfill(known.padded[place])
            elif place in known.texts:
                cells[column] = known.texts[place]
        for column, (last, text) in list(reaching.items()):
            if row > last:
                del reaching[column]
            elif column < len(cells) and not cells[column] and text:
                cells[column] = text
                filled += 1
        reaching |= {
            column: (down[row, column], cells[column]) for column in range(len(cells)) if (row, column) in down
        }
        spool.take(at, row + 1, cells)
    return filled


def _across(sheet: calamine.CalamineSheet) -> list[tuple[int, int, int]]:
    ranges = sheet.merged_cell_ranges or []
    return [
        (row + 1, begin[1], end[1])
        for begin, end in ranges
        if end[1] > begin[1]
        for row in range(begin[0], min(end[0] + 1, HEADER_ROWS))
    ]


def _said(fault: BaseException) -> str | None:
    """What became of a file or sheet, as a sentence; None for what is no fault of it."""
    if isinstance(fault, KeyboardInterrupt | SystemExit | GeneratorExit):
        return None
    words = " ".join(str(fault).split())[:200]
    if isinstance(
        fault, calamine.CalamineError | expat.ExpatError | NotReadable | ValueError | OverflowError | RecursionError
    ):
        return f"It is damaged or cut short ({words})."
    # A panic of the reader's own (pyo3's PanicException is no Exception): a fault of this file all the same.
    return f"Its reader gave up on it ({type(fault).__name__}: {words})."


def main(kind: str, path: str, folder: str, encoding: str) -> int:
    """Take a file apart within bounds: 0, or 3 where it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    seconds = min(CPU_SECONDS + CPU_SECONDS_A_MEGABYTE * (Path(path).stat().st_size >> 20), MOST_CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_SPOOL, LARGEST_SPOOL))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told: dict[str, object]
    try:
        told = {"tables": unpack(kind, Path(path), Path(folder), encoding)}
    except (Refused, TooLarge) as fault:
        told = {"refused": str(fault)}
    except calamine.PasswordError:
        told = {"refused": "It is locked with a password."}
    except MemoryError:
        told = {"refused": TOO_MUCH_MEMORY}
    except BaseException as fault:
        why = _said(fault)
        if why is None:
            raise
        told = {"refused": why}
    (Path(folder) / "tables.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return 0 if "tables" in told else 3
