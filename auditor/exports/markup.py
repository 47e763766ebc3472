"""Tables of a web page and of Excel's XML of 2003, which offices' systems save under the name `.xls`.

A row is given on as soon as it ends, as (table, number of the row from 1, cells).
"""

from __future__ import annotations

import codecs
import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from auditor.exports.cell_text import number_text
from auditor.exports.kinds import WEB_ARCHIVE

PORTION = 1 << 16
WIDEST = 16_384
LONGEST = 1_048_576
"""Columns and rows of the largest sheet there is; a span or a place beyond it is a slip or an attack."""
DEEPEST = 30
"""Tables within tables."""
UNSEEN = {"script", "style", "head", "template", "noscript", "title"}
BREAKS = {"br", "p", "div", "li"}

Take = Callable[[int, int, list[str]], None]
"""Told of a row: the table's number from 0, the row's number from 1, its cells."""


def _damaged(fault: UnicodeError) -> tuple[str, int]:
    """A byte that is not of the encoding, as `\\xNN` after a NUL: the row it stands in is known by that."""
    assert isinstance(fault, UnicodeDecodeError)
    return f"\0\\x{fault.object[fault.start]:02x}", fault.start + 1


codecs.register_error("damaged", _damaged)


class NotReadable(Exception):
    """The markup goes beyond what a table can be."""


@dataclass
class Rows:
    """The rows of one table, its cells put into their columns.

    A cell over several columns stands in the first of them. One over several rows is a value of each of them.
    """

    table: int
    take: Take
    number: int = 0
    cells: list[str] | None = None
    reaching: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Column to (rows still to come, text) of cells of earlier rows."""
    coming: dict[int, tuple[int, str]] = field(default_factory=dict)
    """The same for the next row."""

    def begin(self, number: int | None = None) -> None:
        """Begin a row; one still open ends here."""
        self.end()
        while number is not None and self.number + 1 < number and self.reaching:
            self.begin()
            self.end()
        self.number = number or self.number + 1
        if self.number > LONGEST:
            raise NotReadable
        self.cells = []

    def cell(self, text: str, columns: int = 1, rows: int = 1, at: int | None = None) -> None:
        """Add a cell, at the next free column or at column `at` (from 0)."""
        if self.cells is None:
            self.begin()
        assert self.cells is not None
        self._reached()
        while at is not None and len(self.cells) < min(at, WIDEST):
            self.cells.append("")
            self._reached()
        column = len(self.cells)
        if column + columns > WIDEST:
            raise NotReadable
        if rows > 1:
            self.coming |= {column + n: (rows - 1, "" if n else text) for n in range(columns)}
        self.cells += [text, *[""] * (columns - 1)]

    def _reached(self) -> None:
        """Put in the cells of earlier rows that reach down to where this row has come."""
        assert self.cells is not None
        while (column := len(self.cells)) in self.reaching:
            rows, text = self.reaching.pop(column)
            if rows > 1:
                self.coming[column] = (rows - 1, text)
            self.cells.append(text)

    def end(self) -> None:
        """End the row and hand it over."""
        if self.cells is None:
            return
        for column in sorted(self.reaching):
            self.cells += [""] * (column - len(self.cells))
            self._reached()
        self.reaching, self.coming = self.coming, {}
        self.take(self.table, self.number, self.cells)
        self.cells = None


@dataclass
class _Open:
    """A table open at the moment, and the cell open in it: its text, columns and rows."""

    rows: Rows
    text: list[str] | None = None
    columns: int = 1
    down: int = 1

    def end_cell(self) -> None:
        if self.text is not None:
            self.rows.cell(_as_shown("".join(self.text)), self.columns, self.down)
            self.text = None

    def end(self) -> None:
        self.end_cell()
        self.rows.end()


def _as_shown(text: str) -> str:
    """White space as a browser shows it: lines kept where they were broken on purpose."""
    return "\n".join(" ".join(line.split()) for line in text.split("\v")).strip("\n")


class Page(HTMLParser):
    """The tables of a page, in the order in which they begin."""

    def __init__(self, take: Take) -> None:
        super().__init__(convert_charrefs=True)
        self._take = take
        self._tables: list[_Open] = []
        self._unseen = ""
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            if len(self._tables) >= DEEPEST:
                raise NotReadable
            self._tables.append(_Open(Rows(self.count, self._take)))
            self.count += 1
            return
        if tag in UNSEEN:
            self._unseen = self._unseen or tag
        if not self._tables:
            return
        table = self._tables[-1]
        if tag == "tr":
            table.end_cell()
            table.rows.begin()
        elif tag in ("td", "th"):
            table.end_cell()
            given = dict(attrs)
            table.text = []
            table.columns = _span(given.get("colspan"), WIDEST)
            table.down = _span(given.get("rowspan"), LONGEST)
        elif tag in BREAKS and table.text:
            table.text.append("\v")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # `<td/>` opens a cell in HTML; the cell after it closes it.
        if tag not in UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in (self._unseen, "html"):
            self._unseen = ""
        if not self._tables:
            return
        table = self._tables[-1]
        if tag == "table":
            table.end()
            self._tables.pop()
        elif tag == "tr":
            table.end_cell()
            table.rows.end()
        elif tag in ("td", "th"):
            table.end_cell()

    def handle_data(self, data: str) -> None:
        if self._tables and not self._unseen and self._tables[-1].text is not None:
            self._tables[-1].text.append(data)

    def close(self) -> None:
        """End what a page cut short has left open."""
        super().close()
        while self._tables:
            self._tables.pop().end()


def _span(given: str | None, most: int) -> int:
    text = (given or "").strip()
    return min(max(int(text[:7]), 1), most) if text.isascii() and text.isdigit() else 1


def read_page(path: Path, encoding: str, take: Take) -> int:
    """Read a page saved as HTML or as a web archive (MHTML); how many tables it has. Bytes that are not of the encoding
    come as a NUL and `\\xNN`. Raises NotReadable."""
    page = Page(take)
    with path.open("rb") as file:
        for data in _page_parts(file):
            text = _without_comments(data.decode(encoding, "damaged"))
            for at in range(0, len(text), PORTION):
                page.feed(text[at : at + PORTION])
    page.close()
    return page.count


def _without_comments(text: str) -> str:
    """A comment that never ends would have the parser look for its end again and again; it is shown as the text that it is."""
    kept: list[str] = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0:
        end = text.find("-->", begin + 4)
        if end < 0:
            return "".join([*kept, text[at:].replace("<!--", "&lt;!--")])
        kept.append(text[at:begin])
        at = end + 3
    return "".join([*kept, text[at:]])


def _page_parts(file: BinaryIO) -> list[bytes]:
    data = file.read()
    if not WEB_ARCHIVE.match(data):
        return [data]
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = (part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/html")
    return [part for part in parts if isinstance(part, bytes)]


@dataclass
class Worksheet:
    """A sheet of Excel's XML of 2003."""

    name: str
    hidden: bool = False


class _Excel2003:
    """`<Worksheet ss:Name> <Table> <Row ss:Index> <Cell ss:Index ss:MergeDown> <Data ss:Type>`."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.sheets: list[Worksheet] = []
        self.rows: Rows | None = None
        self.given: dict[str, str] = {}
        self.type = ""
        self.text: list[str] = []
        self.within = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if tag == "Worksheet":
            self.sheets.append(Worksheet(given.get("Name", "")))
        elif tag == "Table" and self.sheets:
            self.rows = Rows(len(self.sheets) - 1, self.take)
        elif tag == "Row" and self.rows:
            self.rows.begin(_place(given))
        elif tag == "Cell":
            self.given, self.type, self.text = given, "", []
        elif tag == "Data":
            self.type, self.within = given.get("Type", "String"), "Data"
        elif tag == "Visible":
            self.text, self.within = [], "Visible"

    def data(self, text: str) -> None:
        if self.within:
            self.text.append(text)

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == self.within:
            self.within = ""
        if tag == "Visible" and self.sheets:
            self.sheets[-1].hidden = "".join(self.text) != "SheetVisible"
        elif tag == "Cell" and self.rows:
            across, down = (_count(self.given.get(name)) + 1 for name in ("MergeAcross", "MergeDown"))
            place = _place(self.given)
            self.rows.cell(_typed("".join(self.text), self.type), across, down, place - 1 if place else None)
            self.text = []
        elif tag == "Row" and self.rows:
            self.rows.end()
        elif tag == "Table":
            self.rows = None


def _place(given: dict[str, str]) -> int | None:
    return _count(given.get("Index")) or None


def _count(text: str | None) -> int:
    return int(text[:7]) if text and text.isascii() and text.isdigit() else 0


def _typed(text: str, kind: str) -> str:
    if kind == "Number":
        try:
            return number_text(float(text))
        except ValueError:
            return text
    if kind == "DateTime":
        moment = text.strip().replace("T", " ").removesuffix(".000")
        return moment.removesuffix(" 00:00:00")
    if kind == "Boolean":
        return {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text)
    return text


def read_excel_2003(path: Path, take: Take) -> list[Worksheet]:
    """Read Excel's XML of 2003; its sheets. Raises NotReadable, expat.ExpatError."""
    reader = _Excel2003(take)

    def doctype(*_: object) -> None:
        raise NotReadable

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    with path.open("rb") as file:
        parser.ParseFile(file)
    return reader.sheets
