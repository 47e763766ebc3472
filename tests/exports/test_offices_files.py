"""What offices send beside plain CSV in UTF-8: no byte order mark, Excel's line, locked workbooks, a title sheet, an archive from an old machine."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from auditor.errors import InputError
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.journal.profile import Profile
from auditor.journal.reading import FileSummary, read_source
from auditor.journal.surveying import survey_exports
from journal.exporting import HEADER, as_csv, good_row

ROWS = [good_row(n) for n in range(1, 6)]
NUMBERS = [f"N-{n}" for n in range(1, 6)]
EXCEL = as_csv(ROWS, "\r\n", csv.QUOTE_MINIMAL, ";")
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def read(folder: Path, name: str, data: bytes | None = None) -> tuple[pl.DataFrame, FileSummary]:
    """The rows of the one journal in a file, and what was decided of it."""
    if data is not None:
        (folder / name).write_bytes(data)
    opened = open_exports(Found.named(folder / name), folder / "work")
    (layout,) = survey_exports(opened, Profile.canonical()).layouts
    reading = read_source(layout)
    rows = pl.concat([batch.rows for batch in reading])
    return rows, reading.summary


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [EXCEL, as_csv(ROWS, delimiter="\t"), "Журнал;2018\r\n" + EXCEL])
def test_utf16_without_a_mark(tmp_path: Path, encoding: str, text: str) -> None:
    rows, summary = read(tmp_path, "a.csv", text.encode(encoding))
    assert (rows["application_no"].to_list(), summary.encoding) == (NUMBERS, encoding)


@pytest.mark.parametrize("line", ["\ufeffsep=;\r\n", '\ufeff"sep=;"\r\n', "\ufeffSEP=;\r\n"])
def test_the_line_of_excel_after_a_mark(tmp_path: Path, line: str) -> None:
    for encoding in ("utf-8", "utf-16-le"):
        rows, summary = read(tmp_path, "a.csv", (line + EXCEL).encode(encoding))
        assert rows["application_no"].to_list() == NUMBERS
        assert (summary.lines.around, summary.delimiter) == (1, ";")


def test_kz1048_in_an_archive(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("журнал.csv", EXCEL.encode("kz1048"))
    rows, summary = read(tmp_path, "a.zip", out.getvalue())
    assert (rows["employee"][0], summary.encoding) == ("Қызметкер", "kz1048")


def test_only_the_second_sheet_is_the_journal(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Титул").write(0, 0, "Журнал регистрации")
        sheet = book.add_worksheet("Журнал")
        for at, row in enumerate([list(HEADER), *ROWS]):
            sheet.write_row(at, 0, row)
    rows, summary = read(tmp_path, "a.xlsx")
    assert rows["application_no"].to_list() == NUMBERS
    assert summary.label.endswith("a.xlsx#Журнал")


def test_a_workbook_of_other_tables_says_what_to_do(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in "АБ":
            book.add_worksheet(name).write_row(0, 0, ["месяц", "всего"])
    with pytest.raises(InputError, match=r"(?s)None of its tables.*#А.*#Б.*\n  `auditor profile FILE`"):
        read(tmp_path, "a.xlsx")


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE file: what Office of old wrote, and what an encrypted workbook of today is."""
    fat: list[int] = []
    body, entries = b"", [("Root Entry", 5, END, 0)]
    for name, content in streams.items():
        padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")  # smaller ones would lie elsewhere
        entries.append((name, 2, len(fat), len(padded)))
        fat += [*range(len(fat) + 1, len(fat) + len(padded) // 512), END]
        body += padded
    directory = b""
    for at, (name, kind, start, size) in enumerate(entries):
        text = f"{name}\0".encode("utf-16-le")
        right = at + 1 if 0 < at < len(entries) - 1 else FREE
        directory += text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, FREE if at else 1)
        directory += bytes(36) + struct.pack("<IQ", start, size)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    begins = len(fat)
    fat += [*range(begins + 1, begins + len(directory) // 512), END, FAT]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<10I", 0, 1, begins, 0, 4096, END, 0, END, 0, len(fat) - 1)
    table = b"".join(struct.pack("<I", at) for at in fat).ljust(512, b"\xff")
    return head.ljust(512, b"\xff") + body + directory + table


FILEPASS = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0xDBB, 0x7CC, 0, 6) + struct.pack("<HH", 0x2F, 54)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", ole({"EncryptionInfo": b"\4\0\4\0" + b"x" * 600, "EncryptedPackage": b"y" * 9000})),
        ("a.xls", ole({"Workbook": FILEPASS + b"\1\0\1\0\1\0" + b"z" * 48 + struct.pack("<HH", 10, 0)})),
    ],
)
def test_a_locked_workbook_is_named_so(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(InputError, match=r"locked with a password"):
        read(tmp_path, name, data)


MOMENT = datetime(2018, 3, 5, 10, 20, 30)


@pytest.mark.parametrize(
    ("column", "moment", "bare"),
    [
        (pl.Series(["05.03.2018 10:20:30"]), MOMENT, False),
        (pl.Series([MOMENT]), MOMENT, False),
        (pl.Series([MOMENT]).dt.cast_time_unit("ns"), MOMENT, False),
        (pl.Series([MOMENT]).dt.replace_time_zone("Asia/Almaty"), MOMENT, False),
        (pl.Series([MOMENT]).dt.replace_time_zone("UTC"), MOMENT + timedelta(hours=6), False),
        (pl.Series([date(2018, 3, 5)]), datetime(2018, 3, 5), True),
    ],
)
def test_moments_of_parquet(tmp_path: Path, column: pl.Series, moment: datetime, bare: bool) -> None:
    frame = pl.DataFrame([ROWS[0]], schema=list(HEADER), orient="row").with_columns(column.alias("received_at"))
    frame.write_parquet(tmp_path / "a.parquet")
    rows, _ = read(tmp_path, "a.parquet")
    assert rows.select("received_at", "received_bare").row(0) == (moment, bare)
