"""The same journal gives the same entries in whatever container it comes."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import datetime, time, timedelta
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from auditor.errors import InputError
from auditor.exports import archive, sheets, unpacking
from auditor.exports.find import Found, find_exports
from auditor.exports.opening import open_exports
from auditor.journal.profile import Profile
from auditor.journal.reading import FileSummary, read_source
from auditor.journal.surveying import Surveyed, survey_exports
from exports.containers import WRITERS, as_csv, as_html, as_ods, as_xls, as_xlsx, as_xml
from journal.exporting import HEADER, good_row

ROWS = [
    list(HEADER),
    *(good_row(n, note) for n, note in enumerate(["", "a, b; «c»", 'said "no"', "two\nlines", "=1+1", "ә"])),
]


class Read:
    """All journals of a run."""

    def __init__(self, found: Found, folder: Path) -> None:
        self.surveyed: Surveyed = survey_exports(open_exports(found, folder / "work"), Profile.canonical())
        self.summaries: dict[str, FileSummary] = {}
        self.rows: dict[str, pl.DataFrame] = {}
        self.quarantined: dict[str, pl.DataFrame] = {}
        for layout in self.surveyed.layouts:
            reading = read_source(layout)
            batches = list(reading)
            label = Path(layout.label).relative_to(folder).as_posix()
            self.summaries[label] = reading.summary
            self.rows[label] = pl.concat([batch.rows for batch in batches])
            self.quarantined[label] = pl.concat([batch.quarantined for batch in batches])
        self.passed = {Path(p.path).relative_to(folder).as_posix(): p.why for p in self.surveyed.passed_over}


def read(folder: Path, name: str, data: bytes) -> Read:
    (folder / name).write_bytes(data)
    return Read(Found.named(folder / name), folder)


def only(rows: dict[str, pl.DataFrame]) -> pl.DataFrame:
    (one,) = rows.values()
    return one


@pytest.mark.parametrize("container", WRITERS)
def test_every_container_gives_the_entries_of_its_csv(tmp_path: Path, container: str) -> None:
    """With the same numbers of lines, but for line breaks within cells: a sheet has rows, a text file lines."""
    ending, write = WRITERS[container]
    expected = only(read(tmp_path, "plain.csv", as_csv(ROWS)).rows).drop("source_line")
    got = read(tmp_path, f"journal{ending}", write(ROWS))
    assert only(got.rows).drop("source_line").equals(expected)
    if "csv" not in container or "xlsx" in container:
        assert only(got.rows)["source_line"].to_list() == [2, 3, 4, 5, 6, 7]
    summary = next(iter(got.summaries.values()))
    assert (summary.rows_read, summary.rows_quarantined) == (6, 0)


@pytest.mark.parametrize("write", [as_xlsx, as_xls, as_ods, as_html])
def test_damage_stays_in_its_row(tmp_path: Path, write: Any) -> None:
    """Blank rows are none, a repeated header is none, a faulty row is set aside with its cells as CSV."""
    bad = good_row(9)
    bad[8] = "вчера"
    title = ["Журнал учёта, 2018", *[""] * 15]
    rows = [title, [""] * 16, ROWS[0], ROWS[1], [""] * 16, bad, ROWS[0], ROWS[2]]
    got = read(tmp_path, "journal.xls", write(rows))
    assert only(got.rows)["source_line"].to_list() == [4, 8]
    (broken,) = only(got.quarantined).iter_rows(named=True)
    assert (broken["source_line"], broken["reason"], broken["value"]) == (6, "unknown_moment", "вчера")
    assert broken["raw"].startswith("Абай ауданы,Бөлім,N-9,home_care")
    assert next(iter(got.summaries.values())).rows_read == 3


def workbook(folder: Path, fill: Any, name: str = "book.xlsx") -> Path:
    with xlsxwriter.Workbook(folder / name) as book:
        fill(book)
    return folder / name


def test_cells_become_the_texts_that_the_office_sees(tmp_path: Path) -> None:
    values: list[tuple[Any, str | None, str]] = [
        (15, None, "15"),
        (15.5, None, "15.5"),
        (850101300123, None, "850101300123"),
        (12345678901234567890, None, "12345678901234600000"),
        (0.1 + 0.2, None, "0.3"),
        (0.0000001, None, "0.0000001"),
        (15, "00000", "00015"),
        (datetime(2018, 3, 5), "dd.mm.yyyy", "2018-03-05"),
        (datetime(2018, 3, 5), "dd.mm.yyyy hh:mm", "2018-03-05 00:00:00"),
        (datetime(2018, 3, 5), '[$-419]d mmmm yyyy "г."', "2018-03-05"),
        (datetime(2018, 3, 5, 10, 20, 30), "dd.mm.yyyy hh:mm", "2018-03-05 10:20:30"),
        (datetime(2018, 3, 5, 10, 20, 30), "dd.mm.yyyy", "2018-03-05 10:20:30"),
        (datetime(2018, 3, 5, 10, 20, 30, 400000), "dd.mm.yyyy hh:mm:ss.0", "2018-03-05 10:20:30.400000"),
        (time(10, 20), "hh:mm", "10:20:00"),
        (timedelta(hours=30), "[h]:mm", "30:00:00"),
        (-5, "dd.mm.yyyy", "-5"),
        (True, None, "TRUE"),
        ("two\nlines", None, "two\nlines"),
    ]  # fmt: skip

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Лист")
        for row, (value, shown, _) in enumerate(values):
            cell_format = book.add_format({"num_format": shown}) if shown else None
            write = sheet.write_datetime if isinstance(value, datetime | time | timedelta) else sheet.write
            write(row, 1, value, cell_format)
        sheet.write_formula(50, 1, '="a"&"b"', None, "ab")
        sheet.write_formula(51, 1, "=NA()", None, "#N/A")

    path = workbook(tmp_path, fill)
    (source,), _ = sheets.tables_of(path, "book", sheets.Kind.XLSX, room(tmp_path))
    assert source.grid is not None
    cells = {row: text for part in source.grid.parts() for row, text in zip(part.rows, part.texts["1"], strict=True)}
    assert [cells[row] for row in range(1, len(values) + 1)] == [text for _, _, text in values]
    assert (cells[51], cells[52]) == ("ab", "#N/A")
    assert source.grid.height == 52


def test_dates_of_1904(tmp_path: Path) -> None:
    """Workbooks of old Macs count days from 1904."""
    with xlsxwriter.Workbook(tmp_path / "mac.xlsx", {"date_1904": True}) as book:
        book.add_worksheet().write_datetime(
            0, 0, datetime(2018, 3, 5, 9), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        )
    (source,), _ = sheets.tables_of(tmp_path / "mac.xlsx", "mac", sheets.Kind.XLSX, room(tmp_path))
    assert source.grid is not None
    assert next(iter(source.grid.parts())).texts["0"].to_list() == ["2018-03-05 09:00:00"]


def room(folder: Path) -> Path:
    made = folder / "room"
    made.mkdir()
    return made


def fill_sheet(book: xlsxwriter.Workbook, name: str, rows: list[list[str]], first: int = 0) -> Any:
    sheet = book.add_worksheet(name)
    for at, row in enumerate(rows):
        sheet.write_row(at + first, 0, row)
    return sheet


def test_every_sheet_with_a_journal_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    """Hidden sheets too: an office hides what it has done with."""

    def fill(book: xlsxwriter.Workbook) -> None:
        fill_sheet(book, "Январь", ROWS[:3])
        fill_sheet(book, "Февраль", [ROWS[0], *ROWS[3:5]], first=3).hide()
        fill_sheet(book, "Итоги", [["месяц", "всего"], ["январь", "2"]])
        book.add_worksheet("Пусто")
        book.add_chartsheet("График")

    workbook(tmp_path, fill)
    got = Read(Found.named(tmp_path / "book.xlsx"), tmp_path)
    assert {label: rows["source_line"].to_list() for label, rows in got.rows.items()} == {
        "book.xlsx#Январь": [2, 3],
        "book.xlsx#Февраль": [5, 6],
    }
    assert got.passed == {
        "book.xlsx#Итоги": "no_journal",
        "book.xlsx#Пусто": "empty_table",
        "book.xlsx#График": "empty_table",
    }
    decisions = {layout.label[-7:]: [d.evidence for d in layout.source.decisions] for layout in got.surveyed.layouts}
    assert decisions == {"#Январь": ["container.table"], "Февраль": ["container.hidden"]}


def test_a_workbook_without_a_journal_is_refused_with_each_sheet_and_why(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        fill_sheet(book, "Итоги", [["месяц", "всего"]])
        book.add_worksheet("Пусто")

    workbook(tmp_path, fill)
    with pytest.raises(InputError, match=r"(?s)None of its tables.*#Итоги.*missing.*#Пусто.*empty"):
        Read(Found.named(tmp_path / "book.xlsx"), tmp_path)


def test_a_note_beside_the_table_is_an_extra_column(tmp_path: Path) -> None:
    """It stands in a column without a name, which is kept like any other that is not ours."""

    def fill(book: xlsxwriter.Workbook) -> None:
        fill_sheet(book, "Журнал", ROWS).write(3, 20, "проверить!")

    workbook(tmp_path, fill)
    got = Read(Found.named(tmp_path / "book.xlsx"), tmp_path)
    assert only(got.rows)["source_line"].to_list() == [2, 3, 4, 5, 6, 7]
    assert "column 21" in next(iter(got.summaries.values())).extra_columns


def test_a_merged_cell_is_a_value_of_each_of_its_rows(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = fill_sheet(book, "Журнал", [ROWS[0], ROWS[1], ["", *ROWS[2][1:]], ["", *ROWS[3][1:]]], first=1)
        sheet.merge_range(0, 0, 0, 15, "Журнал учёта")
        sheet.merge_range(2, 0, 4, 0, "Шет ауданы")

    workbook(tmp_path, fill)
    got = Read(Found.named(tmp_path / "book.xlsx"), tmp_path)
    assert only(got.rows)["district"].to_list() == ["Шет ауданы"] * 3
    decisions = [(d.evidence, d.values) for d in got.surveyed.layouts[0].source.decisions]
    assert ("container.filled", {"count": 2}) in decisions


def test_formulas_never_computed_are_told_of(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = fill_sheet(book, "Журнал", ROWS[:3])
        sheet.write_formula(1, 8, "=NOW()", None, "")

    path = workbook(tmp_path, fill)
    rewritten = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info).replace(b'r="I2" t="str"', b'r="I2"').replace(b"<v></v>", b""))
    got = read(tmp_path, "never.xlsx", rewritten.getvalue())
    told = next(d for d in got.surveyed.layouts[0].source.decisions if d.evidence == "container.uncomputed")
    assert (told.doubtful, told.values["first"]) == (True, "I2")
    assert only(got.quarantined)["reason"].to_list() == ["no_moment"]


def test_a_page_with_spans_entities_and_tables_within_tables(tmp_path: Path) -> None:
    heads = "".join(f"<th>{name}</th>" for name in HEADER[:9])
    page = f"""<!DOCTYPE html><html><head><meta charset="windows-1251"><style>td {{ mso-number-format: "<table>" }}</style></head><body>
    <table><tr><td>Отчёт<table><TR>{heads}</TR>
    <tr><td rowspan=2>Абай&nbsp;ауданы<td>Отдел &quot;А&quot; &lt;1&gt;<td>1<td>home_care<td>provider<td>registration<td><td><td>2018-03-05 10:00</tr>
    <tr><td>Отдел<td>2<td>home_care<td>provider<td>registration<td colspan=2>x<td>2018-03-05<br>10:01
    </table></td></tr></table>
    <table><tr><td>другая</td></tr></table>""".encode("cp1251", "xmlcharrefreplace")
    got = read(tmp_path, "page.xls", page)
    rows = only(got.rows)
    assert rows["district"].to_list() == ["Абай ауданы", "Абай ауданы"]
    assert rows["office"].to_list() == ['Отдел "А" <1>', "Отдел"]
    assert rows["received_at"].to_list() == [datetime(2018, 3, 5, 10), datetime(2018, 3, 5, 10, 1)]
    assert list(got.rows) == ["page.xls#table 2"]
    assert got.passed == {"page.xls#table 1": "no_journal", "page.xls#table 3": "no_journal"}


def test_a_page_cut_short_and_an_undecodable_byte_damage_their_own_rows(tmp_path: Path) -> None:
    data = as_html(ROWS).replace(b"N-2", b"N-\xff2")
    got = read(tmp_path, "page.html", data[: data.index(b"N-5") + 2])
    assert only(got.rows)["application_no"].to_list() == ["N-0", "N-1", "N-3", "N-4"]
    broken = {row["source_line"]: row["reason"] for row in only(got.quarantined).iter_rows(named=True)}
    assert broken == {4: "undecodable", 7: "missing_value"}


def test_a_web_archive_and_a_comment_that_never_ends(tmp_path: Path) -> None:
    page = MIMEMultipart("related")
    page.attach(MIMEText(as_html(ROWS).decode().replace("<table", "<!-- x --><table"), "html", "utf-8"))
    assert only(read(tmp_path, "web.xls", page.as_bytes()).rows)["source_line"].to_list() == [2, 3, 4, 5, 6, 7]
    got = read(tmp_path, "cut.html", as_html(ROWS).replace(b"</table>", b"<tr><td>" + b"<!-- " * 200_000))
    assert only(got.rows)["source_line"].to_list() == [2, 3, 4, 5, 6, 7]


def test_rows_and_cells_of_excels_xml_stand_where_it_says(tmp_path: Path) -> None:
    """`ss:Index` leaps over rows and cells, `ss:MergeDown` reaches down."""
    text = as_xml([ROWS[0], ["", *ROWS[1][1:]], ["", *ROWS[2][1:]]]).decode()
    text = text.replace("<Row>", '<Row ss:Index="4">', 1)
    text = text.replace(
        "<Row><Cell/>", '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">Шет ауданы</Data></Cell>', 1
    )
    text = text.replace("<Row><Cell/><Cell>", '<Row><Cell ss:Index="2">', 1)
    got = read(tmp_path, "old.xls", text.encode())
    assert only(got.rows)["source_line"].to_list() == [5, 6]
    assert only(got.rows)["district"].to_list() == ["Шет ауданы"] * 2


def test_typed_parquet(tmp_path: Path) -> None:
    moment = datetime(2018, 3, 5, 10, 20, 30)
    frame = pl.DataFrame(
        {
            "district": pl.Series(["Абай", "Абай"], dtype=pl.Categorical),
            "office": [b"\xd0\x90", b"\xd0\x91"],
            "application_no": [15, 16],
            "service": ["home_care", None],
            "channel": ["provider"] * 2,
            "step": ["registration"] * 2,
            "received_at": pl.Series([moment, moment]).dt.replace_time_zone("UTC"),
            "completed_at": pl.Series([moment, None], dtype=pl.Datetime("ns")),
            "entry_no": [1.0, 2.0],
            "registered_on": [moment.date(), None],
            "note": [[1, 2], None],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    got = Read(Found.named(tmp_path / "t.parquet"), tmp_path)
    row = only(got.rows).row(0, named=True)
    assert (row["application_no"], row["entry_no"], row["office"]) == ("15", "1", "А")
    assert (row["received_at"], row["completed_at"]) == (datetime(2018, 3, 5, 16, 20, 30), moment)
    assert str(row["registered_on"]) == "2018-03-05"
    assert only(got.quarantined)["source_line"].to_list() == [3]


def archived(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def test_an_archive_yields_its_exports_and_names_the_rest(tmp_path: Path) -> None:
    members = {
        "in/a.csv": as_csv(ROWS), "in/b.xlsx": as_xlsx(ROWS[:2]), "in/~$b.xlsx": b"x", "readme.docx": b"x", "notes.txt": b"Read me.\n",
        "../../../evil.csv": as_csv(ROWS[:2]),
    }  # fmt: skip
    got = read(tmp_path, "all.zip", archived(**members))
    assert set(got.rows) == {"all.zip/in/a.csv", "all.zip/in/b.xlsx#Журнал", "all.zip/evil.csv"}
    assert got.passed == {
        "all.zip/in/~$b.xlsx": "lock_file",
        "all.zip/readme.docx": "unknown_kind",
        "all.zip/notes.txt": "no_journal",
    }
    assert {path.name for path in tmp_path.iterdir()} == {"all.zip", "work"}
    assert not (tmp_path.parent / "evil.csv").exists()


def test_a_member_under_a_password_is_a_sentence(tmp_path: Path) -> None:
    data = bytearray(archived(**{"a.csv": as_csv(ROWS)}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputError, match=r"a\.csv: The file is locked with a password"):
        read(tmp_path, "locked.zip", bytes(data))


def test_what_is_taken_out_of_an_archive_lies_where_the_archive_lies(tmp_path: Path) -> None:
    """An inbox is told by the folder of the file that was sent, not by a folder's name in an archive, which its sender chose."""
    (tmp_path / "all.zip").write_bytes(archived(**{"another inbox/a.csv": as_csv(ROWS), "b.xlsx": as_xlsx(ROWS)}))
    opened = open_exports(Found.named(tmp_path / "all.zip"), tmp_path / "work")
    sources = [source for tables in opened.tables for source in tables.sources]
    assert len(sources) == 2
    assert {source.origin for source in sources} == {tmp_path / "all.zip"}


def test_names_of_old_archives_are_read_as_windows_wrote_them(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("журнал.csv".encode("cp866").decode("cp437"))
    assert archive.member_name(info) == "журнал.csv"
    assert archive.member_name(zipfile.ZipInfo("a\\b\x00c.csv")) == "a/b"


def test_one_file_of_a_folder_that_is_no_journal_does_not_stop_the_run(tmp_path: Path) -> None:
    """A page or a note that lies about is passed over; a CSV file or workbook without a journal is refused: it may be one gone wrong."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.csv").write_bytes(as_csv(ROWS))
    (tmp_path / "in/help.html").write_text("<html><p>Help</p></html>")
    (tmp_path / "in/readme.txt").write_text("Read me.\n")
    got = Read(find_exports([str(tmp_path / "in")]), tmp_path)
    assert got.passed == {"in/help.html": "no_table", "in/readme.txt": "no_journal"}
    (tmp_path / "in/other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"other\.csv"):
        Read(find_exports([str(tmp_path / "in")]), tmp_path / "again")


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cut.xlsx", as_xlsx(ROWS)[:3000], "damaged or cut short"),
        ("cut.xls", as_xls(ROWS)[:3000], "damaged or cut short"),
        ("cut.ods", as_ods(ROWS)[:-40], "damaged or cut short"),
        ("locked.xlsx", ENCRYPTED, "locked with a password"),
        ("pdf.xlsx", b"%PDF-1.7", "a PDF document"),
        ("word.doc", ENCRYPTED.replace("EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")), "no workbook"),
        ("cut.parquet", b"PAR1xxxxPAR1", "damaged or cut short"),
        ("junk.zip", b"PK\x03\x04junk", "damaged or cut short"),
        ("empty.zip", b"PK\x05\x06" + b"\0" * 18, "holds no files"),
        ("only.zip", archived(**{"a.docx": b"x"}), "holds no export"),
        ("deep.zip", archived(**{"a.zip": archived(**{"b.zip": archived(**{"c.csv": b"x"})})}), "in an archive in an archive"),
        ("many.zip", archived(**{f"{n}.csv": b"" for n in range(10_001)}), "10001 members"),
        ("bomb.zip", archived(**{"a.csv": b"0" * (65 << 20)}), "would unpack to 65 MB"),
        ("bomb.xlsx", archived(**{"[Content_Types].xml": b"", "xl/workbook.xml": b"0" * (65 << 20)}), "would unpack to 65 MB"),
        ("no.xlsx", archived(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "can't be taken"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_has_a_sentence(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as fault:
        read(tmp_path, name, data)
    assert name in str(fault.value)


def test_a_workbook_that_lies_about_its_size_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "WORKBOOK_BYTES", 100_000)
    data = bytearray(archived(**{"[Content_Types].xml": b"", "xl/workbook.xml": b"0" * 200_000}))
    real = (200_000).to_bytes(4, "little")
    while real in data:
        data[data.index(real) : data.index(real) + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match="whatever its directory says"):
        read(tmp_path, "liar.xlsx", bytes(data))


def test_a_cell_in_the_last_corner_is_no_way_to_fill_the_memory(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        fill_sheet(book, "Журнал", ROWS).write(1_048_575, 16_383, "x")

    workbook(tmp_path, fill)
    with pytest.raises(InputError, match="reaches to XFD1048576"):
        Read(Found.named(tmp_path / "book.xlsx"), tmp_path)


def test_whatever_becomes_of_the_other_process_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed (memory, time), or its reader panics."""
    (tmp_path / "a.xlsx").write_bytes(as_xlsx(ROWS))
    monkeypatch.setattr(sheets, "PROGRAM", "import os; os.abort()")
    with pytest.raises(InputError, match="more memory or time"):
        Read(Found.named(tmp_path / "a.xlsx"), tmp_path)


def test_a_panic_of_the_reader_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        pass

    def panic(*_: object) -> None:
        raise Panic("index out of bounds")

    monkeypatch.setattr(unpacking, "unpack", panic)
    monkeypatch.setattr(unpacking.resource, "setrlimit", lambda *_: None)
    (tmp_path / "a.xlsx").write_bytes(b"")
    assert unpacking.main("xlsx", str(tmp_path / "a.xlsx"), str(tmp_path), "") == 3
    assert "index out of bounds" in (tmp_path / "tables.json").read_text()


def test_a_workbook_whose_bytes_were_hurt_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at in range(200):
            sheet.write_string(at, 0, f"{at * at}")
    data = path.read_bytes()
    for at in range(60, len(data) - 300, 400):
        path.write_bytes(data[:at] + b"\xa5" * 200 + data[at + 200 :])
        with contextlib.suppress(InputError):
            open_exports(Found.named(path), tmp_path / "work")


def test_a_parquet_file_with_empty_texts_and_spans_of_time(tmp_path: Path) -> None:
    """An empty text is an empty cell, as in any other file; a type that no journal needs does no harm."""
    frame = pl.DataFrame([good_row(n) for n in (1, 2)], schema=list(HEADER), orient="row")
    frame.with_columns(pl.lit(timedelta(days=1)).alias("span")).write_parquet(tmp_path / "a.parquet")
    (layout,) = survey_exports(
        open_exports(Found.named(tmp_path / "a.parquet"), tmp_path / "work"), Profile.canonical()
    ).layouts
    reading = read_source(layout)
    rows = pl.concat([batch.rows for batch in reading])
    assert rows["application_no"].to_list() == ["N-1", "N-2"]
    assert rows["completed_at"].null_count() == 2


def test_a_monstrous_cell_or_part_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        fill_sheet(book, "Журнал", ROWS).write_string(9, 9, "СЮДА")

    path = workbook(tmp_path, fill)
    with zipfile.ZipFile(path) as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    sheet = members["xl/worksheets/sheet1.xml"].decode()
    cell = sheet.index('<c r="J10"')
    huge = f'<c r="J10" t="inlineStr"><is><t>{"я" * (2 << 20)}</t></is></c>'
    long = sheet[:cell] + huge + sheet[sheet.index("</c>", cell) + 4 :]
    with pytest.raises(InputError, match="Cell J10 has more than"):
        read(tmp_path, "cell.xlsx", archived(**{**members, "xl/worksheets/sheet1.xml": long.encode()}))
    monkeypatch.setattr(archive, "PART_BYTES", 100_000)
    texts = members["xl/sharedStrings.xml"].replace(b"</sst>", b"<si><t>x</t></si>" * 10_000 + b"</sst>")
    with pytest.raises(InputError, match=r"sharedStrings\.xml. unpacks to more"):
        read(tmp_path, "texts.xlsx", archived(**{**members, "xl/sharedStrings.xml": texts}))
