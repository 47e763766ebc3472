"""What a file is by its content. Offices rename: HTML and tab-separated text are called `.xls`, workbooks `.csv`."""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from pathlib import Path

HEAD = 1 << 16
WEB_ARCHIVE = re.compile(rb"\s*(?:mime-version:|content-type:\s*multipart/)", re.IGNORECASE)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x06\x00", b"\x09\x08\x08\x00")
"""The first record of an Excel workbook older than OLE files."""
OLE_NAMES = ("EncryptedPackage", "Workbook", "Book", "WordDocument", "PowerPoint Document", "__properties_version1.0")
FOREIGN = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"{\\rtf": "an RTF document",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
}


class Kind(Enum):
    """What can be read, and two that cannot: a workbook under a password, and all that is no table."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    HTML = "html"
    XML_SHEET = "xml"
    PARQUET = "parquet"
    ZIP = "zip"
    LOCKED = "locked"
    FOREIGN = "foreign"


WORKBOOKS = (Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.ODS)
SUFFIXES: dict[str, tuple[Kind, ...]] = {
    ".csv": (Kind.TEXT,),
    ".tsv": (Kind.TEXT,),
    ".tab": (Kind.TEXT,),
    ".txt": (Kind.TEXT,),
    ".xlsx": (Kind.XLSX,),
    ".xlsm": (Kind.XLSX,),
    ".xlsb": (Kind.XLSB,),
    ".xls": (Kind.XLS,),
    ".ods": (Kind.ODS,),
    ".html": (Kind.HTML,),
    ".htm": (Kind.HTML,),
    ".xml": (Kind.XML_SHEET,),
    ".parquet": (Kind.PARQUET,),
    ".zip": (Kind.ZIP,),
}
"""The endings of exports, and what a file with that ending should be."""


def kind_of(path: Path) -> tuple[Kind, str]:
    """The kind of a file, and for a foreign one what it is. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path), "a document"
    if head.startswith(OLE):
        return _kind_of_ole(path)
    if head.startswith(b"PAR1"):
        return Kind.PARQUET, ""
    if head.startswith(BARE_BIFF):
        return Kind.XLS, ""
    for magic, what in FOREIGN.items():
        if head.startswith(magic):
            return Kind.FOREIGN, what
    return _kind_of_text(head), ""


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:80] if "mimetype" in names and _is_small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError):
        return Kind.ZIP  # the sentence about a damaged archive is its reader's
    folded = {name.replace("\\", "/").lower() for name in names}
    if any(name.startswith("xl/workbook") and name.endswith(".bin") for name in folded):
        return Kind.XLSB
    if any(name.startswith("xl/") for name in folded) and "[content_types].xml" in folded:
        return Kind.XLSX
    if b"opendocument.spreadsheet" in mimetype:
        return Kind.ODS
    if b"opendocument" in mimetype or "[content_types].xml" in folded:
        return Kind.FOREIGN
    return Kind.ZIP


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return archive.getinfo(name).file_size < 1000


def _kind_of_ole(path: Path) -> tuple[Kind, str]:
    """By the names in its directory, which stand in UTF-16 anywhere in the file. Without any it is a workbook cut short, as like as not."""
    found: set[str] = set()
    tail = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            block = tail + block
            found |= {name for name in OLE_NAMES if (name + "\0").encode("utf-16-le") in block}
            tail = block[-64:]
    if "EncryptedPackage" in found:
        return Kind.LOCKED, ""
    if found and not found & {"Workbook", "Book"}:
        return Kind.FOREIGN, "an old Office document, but no workbook"
    return Kind.XLS, ""


def _kind_of_text(head: bytes) -> Kind:
    text = head[:2048]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")) or text[:200].count(b"\0") * 3 > len(text[:200]):
        text = head.replace(b"\0", b"")
    plain = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain and plain.startswith(b"<?xml"):
        return Kind.XML_SHEET
    if re.match(rb"<(?:!doctype|\?xml|html|head|meta|body|style|div|table|!--)", plain) and b"<" in plain:
        return Kind.HTML
    if WEB_ARCHIVE.match(plain):
        return Kind.HTML
    return Kind.TEXT
