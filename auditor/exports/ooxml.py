"""What an `.xlsx` says of its cells that the workbook reader does not pass on.

The reader gives a date for a moment at midnight whatever the cell's format, nothing for an error, and nothing for a formula
that was never computed. One pass over the sheet's XML finds these cells, and how far the sheet reaches before
anything is put into memory.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

BLOCK = 1 << 18
LONGEST_CELL = 1 << 20
"""Letters; a spreadsheet has 32,767 at most."""
TIMED = {18, 19, 20, 21, 22, 45, 46, 47}
DATED = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
"""Numbers of the built-in formats with a time, and with a date (ECMA-376 part 1, 18.8.30)."""
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")


@dataclass(frozen=True)
class Format:
    """What a cell's number format shows: a date, a time; `zeros`: so many digits, filled up with zeros."""

    dated: bool = False
    timed: bool = False
    zeros: int = 0


@dataclass
class Facts:
    """Of one sheet, rows and columns from 0. texts: cells whose text is not what the reader gives; midnights: moments at midnight whose
    format shows a time; padded: whole numbers shown with leading zeros, and how wide; uncomputed: formulas without a value."""

    rows: int = 0
    columns: int = 0
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    midnights: set[tuple[int, int]] = field(default_factory=set)
    padded: dict[tuple[int, int], int] = field(default_factory=dict)
    uncomputed: int = 0
    first_uncomputed: str = ""


class Stop(Exception):
    """The XML is not what it should be; the workbook is read without these facts."""


class TooLarge(Exception):
    """A sheet that would fill the memory."""


DAMAGE = (
    Stop,
    KeyError,
    ValueError,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
)
"""What damage makes of the reading of facts."""


def facts_of(archive: zipfile.ZipFile) -> dict[str, Facts]:
    """The facts of each sheet by its name. Raises Stop, KeyError, expat.ExpatError, zipfile.BadZipFile and ValueError on damage."""
    root = _targets(archive, "_rels/.rels", "")
    workbook = next((path for kind, path in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    folder, name = posixpath.split(workbook)
    parts = _targets(archive, f"{folder}/_rels/{name}.rels", folder)
    formats = _formats(archive, next((path for kind, path in parts.values() if kind == "styles"), ""))
    sheets: list[tuple[str, str]] = []

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            part = next((value for key, value in attributes.items() if _local(key) == "id" and key != "sheetId"), "")
            sheets.append((attributes.get("name", ""), part))

    _parse(archive, workbook, sheet)
    found = {}
    for title, part in sheets:
        if part in parts and parts[part][0] == "worksheet":
            try:
                found[title] = _Sheet(formats).read(archive, parts[part][1])
            except DAMAGE:
                continue  # this sheet alone is read without its facts, or not at all
    return found


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _targets(archive: zipfile.ZipFile, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """Relationships: id to (kind, path in the archive)."""
    found: dict[str, tuple[str, str]] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[attributes.get("Id", "")] = (posixpath.basename(attributes.get("Type", "")), path)

    _parse(archive, name, relation)
    return found


def _formats(archive: zipfile.ZipFile, name: str) -> list[Format]:
    """The format of each cell style, by the style's number."""
    codes: dict[int, Format] = {}
    formats: list[Format] = []
    within = {"cellXfs": False}

    def style(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = format_of(attributes.get("formatCode", ""))
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            within["cellXfs"] = tag == "cellXfs"
        elif tag == "xf" and within["cellXfs"]:
            number = int(attributes.get("numFmtId", "0"))
            formats.append(codes.get(number) or Format(number in DATED, number in TIMED))

    if name:
        _parse(archive, name, style)
    return formats


def format_of(code: str) -> Format:
    """What a format code of a workbook shows."""
    plain = LITERAL.sub("", code.split(";", maxsplit=1)[0]).lower()
    if re.fullmatch("0{2,30}", plain) and '"' not in code:
        return Format(zeros=len(plain))
    if "general" in plain or not re.search("[dmyhs]", plain):
        return Format()
    return Format(dated=bool(re.search("[dy]", plain)), timed=bool(re.search("[hs]", plain)))


def _parse(archive: zipfile.ZipFile, name: str, start: object, end: object = None, data: object = None) -> None:
    """Feed one member to expat: local names of elements. No document type is let in, and so no entity."""

    def doctype(*_: object) -> None:
        raise Stop("a document type")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    handle_start, handle_end = start, end
    assert callable(handle_start)
    parser.StartElementHandler = lambda tag, attributes: handle_start(_local(tag), attributes)
    if callable(handle_end):
        parser.EndElementHandler = lambda tag: handle_end(_local(tag))
    if data is not None:
        parser.CharacterDataHandler = data  # type: ignore[assignment]
    with archive.open(name) as member:
        while block := member.read(BLOCK):
            parser.Parse(block, False)
    parser.Parse(b"", True)


class _Sheet:
    def __init__(self, formats: list[Format]) -> None:
        self.formats = formats
        self.facts = Facts()
        self.row = self.column = -1
        self.format = Format()
        self.kind = ""
        self.formula = self.within = self.within_cell = False
        self.value: list[str] = []
        self.letters = 0

    def read(self, archive: zipfile.ZipFile, name: str) -> Facts:
        _parse(archive, name, self._start, self._end, self._data)
        return self.facts

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            reference = REFERENCE.match(attributes.get("r", ""))
            self.column = _column(reference[1]) if reference else self.column + 1
            style = int(attributes.get("s", "0"))
            self.format = self.formats[style] if style < len(self.formats) else Format()
            self.kind = attributes.get("t", "n")
            self.formula = False
            self.value = []
            self.letters = 0
            self.within_cell = True
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif self.within_cell:
            self.formula |= tag == "f"
            self.within = tag in ("v", "t")

    def _data(self, text: str) -> None:
        if self.within:
            self.value.append(text)
            self.letters += len(text)
            if self.letters > LONGEST_CELL:
                raise TooLarge(f"Cell {column_name(self.column)}{self.row + 1} has more than {LONGEST_CELL} letters.")

    def _end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.within = False
        elif tag == "c":
            self.within_cell = False
            self._cell("".join(self.value))

    def _cell(self, value: str) -> None:
        facts, place = self.facts, (self.row, self.column)
        if not value:
            if self.formula and self.kind != "str":
                facts.uncomputed += 1
                facts.first_uncomputed = facts.first_uncomputed or f"{column_name(self.column)}{self.row + 1}"
            return
        facts.rows = max(facts.rows, self.row + 1)
        facts.columns = max(facts.columns, self.column + 1)
        if self.kind == "e":
            facts.texts[place] = value
        elif self.kind == "n" and (self.format.dated or self.format.timed or self.format.zeros):
            self._number(place, value)

    def _number(self, place: tuple[int, int], value: str) -> None:
        number = float(value)
        if self.format.zeros:
            if number >= 0 and number == int(number):
                self.facts.padded[place] = self.format.zeros
        elif number < 0:
            self.facts.texts[place] = value  # no date: shown as ######
        elif self.format.dated and self.format.timed and number >= 1 and number == int(number):
            self.facts.midnights.add(place)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_name(column: int) -> str:
    """0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
