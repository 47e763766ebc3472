"""One member of an archive, or one sheet of a workbook, that can't be read fails alone, is named, and nobody is accused of what may stand in it."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from auditor.cli import cli
from auditor.engine.audit import Asked, audit, working_folder
from auditor.engine.result import Audit
from auditor.errors import InputError
from auditor.exports.find import Found, said_of
from auditor.exports.opening import open_exports
from auditor.journal.profile import Profile
from auditor.journal.reading import read_source
from auditor.journal.surveying import Surveyed, survey_exports
from auditor.law.load import load_rulebook
from auditor.paths import default_rules
from exports.containers import as_csv, as_xlsx
from journal.exporting import HEADER, good_row

ROWS = [list(HEADER), *(good_row(n) for n in range(3))]
PLACE = ("Абай ауданы", "Бөлім", "N-1", "child_allowance", "provider")
STEPS = {
    "register": ("2018-03-12 10:00", "2018-03-12 10:10"),
    "resolve": ("2018-03-12 10:20", "2018-03-12 10:30"),
    "prepare": ("2018-03-12 10:40", "2018-03-13 10:00"),
    "sign": ("2018-03-13 10:05", "2018-03-13 10:30"),
    "issue": ("2018-03-13 10:35", "2018-03-13 10:40"),
}


def archived(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def journal(*steps: str, number: str = "N-1") -> bytes:
    rows = [",".join((*PLACE[:2], number, *PLACE[3:], step, *STEPS[step])) for step in steps]
    head = "district,office,application_no,service,channel,step,received_at,completed_at"
    return "\n".join([head, *rows, ""]).encode()


def surveyed(path: Path) -> Surveyed:
    return survey_exports(open_exports(Found.named(path), path.parent / "work"), Profile.canonical())


def damaged(data: bytes, mark: bytes) -> bytes:
    """Other bytes where the mark stood: its control sum is wrong."""
    assert mark in data
    return data.replace(mark, bytes(len(mark)), 1)


def locked(data: bytes, name: bytes) -> bytes:
    """The member called so marked as encrypted, in its own header and in the directory."""
    out = bytearray(data)
    first, last = out.index(name) - 30, out.rindex(name) - 46
    out[first + 6] |= 1
    out[last + 8] |= 1
    return bytes(out)


GOOD = {"a.csv": as_csv(ROWS), "b.csv": as_csv([ROWS[0], good_row(8)])}
BAD = {
    "empty": (archived({**GOOD, "x.csv": b""}), "The file is empty"),
    "no header": (archived({**GOOD, "x.csv": b"1,2\n3,4\n"}), "missing"),
    "no workbook": (archived({**GOOD, "x.xlsx": as_xlsx(ROWS)[:2000]}), "damaged or cut short"),
    "a picture": (archived({**GOOD, "x.csv": b"\x89PNG...."}), "a picture"),
    "control sum": (damaged(archived({**GOOD, "x.csv": b"MARK" + as_csv(ROWS)}), b"MARK"), "damaged or cut short"),
    "password": (locked(archived({**GOOD, "x.csv": as_csv(ROWS)}), b"x.csv"), "locked with a password"),
    "an archive": (archived({**GOOD, "x.zip": b"PK\x03\x04junk"}), "damaged or cut short"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_member_fails_alone(tmp_path: Path, kind: str) -> None:
    data, said = BAD[kind]
    (tmp_path / "all.zip").write_bytes(data)
    got = surveyed(tmp_path / "all.zip")
    assert [layout.label[-5:] for layout in got.layouts] == ["a.csv", "b.csv"]
    assert all(layout.torn for layout in got.layouts)
    assert [sum(len(batch.rows) for batch in read_source(layout)) for layout in got.layouts] == [3, 1]
    (told,) = got.passed_over
    assert (told.why, Path(told.path).stem) == ("unread", "x")
    assert said in said_of(got.passed_over, "en")[1]


def test_an_archive_of_bad_members_is_refused_with_each(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(archived({"a.csv": b"", "b.xlsx": b"PK\x03\x04", "c.csv": b"1,2\n"}))
    with pytest.raises(InputError, match=r"(?s)(?=.*a\.csv.*empty)(?=.*b\.xlsx.*damaged)(?=.*c\.csv.*missing)"):
        surveyed(tmp_path / "all.zip")


def test_a_bad_sheet_fails_alone(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "whole.xlsx") as book:
        for name in ("Қаңтар", "Ақпан"):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(ROWS):
                sheet.write_row(at, 0, row)
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as old, zipfile.ZipFile(tmp_path / "torn.xlsx", "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, data[:600] if info.filename.endswith("sheet1.xml") else data)
    got = surveyed(tmp_path / "torn.xlsx")
    assert [layout.label.rpartition("#")[2] for layout in got.layouts] == ["Ақпан"]
    assert got.layouts[0].torn
    assert [(told.why, told.path.rpartition("#")[2]) for told in got.passed_over] == [("unread", "Қаңтар")]


def judged(folder: Path, members: dict[str, bytes], *others: bytes) -> Audit:
    (folder / "all.zip").write_bytes(archived(members))
    paths = [folder / "all.zip"]
    for number, data in enumerate(others):
        paths.append(folder / f"{number}.csv")
        paths[-1].write_bytes(data)
    asked = Asked(datetime(2018, 6, 1), (datetime(2018, 1, 1), None), "en", show_names=False)
    with working_folder(folder / "work") as room:
        return audit(Found.named(*paths), Profile.canonical(), load_rulebook(default_rules()), asked, room)


def codes(audit: Audit) -> list[str]:
    return sorted(audit.findings["code"])


def test_what_could_not_be_read_is_not_missing(tmp_path: Path) -> None:
    """Of the offices whose entries came with it, in whatever file; the others are judged as ever."""
    rest = journal("register", "resolve", "sign", "issue")
    assert codes(judged(tmp_path, {"a.csv": rest})) == ["S02"]
    torn = judged(tmp_path, {"a.csv": rest, "x.csv": b""})
    assert codes(torn) == []
    assert torn.verdicts.filter(verdict="undetermined")["reason"].to_list() == ["quarantined_row"]
    assert "x.csv: COULD NOT BE READ" in "\n".join(torn.remarks)
    beside = judged(tmp_path, {"a.csv": journal("register", number="N-2"), "x.csv": b""}, rest)
    assert codes(beside) == []
    elsewhere = rest.replace("Бөлім".encode(), "Басқа бөлім".encode())
    assert codes(judged(tmp_path, {"a.csv": rest, "x.csv": b""}, elsewhere)) == ["S02"]


def test_the_check_of_a_torn_archive_is_not_clean(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(BAD["empty"][0])
    done = CliRunner().invoke(cli, ["check", str(tmp_path / "all.zip"), "--lang", "en"], standalone_mode=False)
    assert done.return_value == 1
    assert "x.csv: COULD NOT BE READ" in done.output


def test_a_quarantine_file_without_rows_is_a_sentence(tmp_path: Path) -> None:
    """Alone it is refused; beside an export it is passed over."""
    head = "source_file,source_line,column,value,reason,raw,fault,delimiter,header,seal\r\n"
    (tmp_path / "quarantine.csv").write_text(head)
    with pytest.raises(InputError, match="no rows: nothing was set aside"):
        surveyed(tmp_path / "quarantine.csv")
    (tmp_path / "a.csv").write_bytes(as_csv(ROWS))
    found = Found.named(tmp_path / "a.csv", tmp_path / "quarantine.csv")
    got = survey_exports(open_exports(found, tmp_path / "work"), Profile.canonical())
    assert [told.why for told in got.passed_over] == ["empty_quarantine"]
    assert len(got.layouts) == 1
