"""Headers of one row and of several, and what is none."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from auditor.exports.dialect import Record
from auditor.exports.find import find_exports
from auditor.exports.opening import open_exports
from auditor.journal.heading import find_heading
from auditor.journal.layout import survey
from auditor.journal.profile import Profile
from auditor.journal.profile_file import load_profile
from auditor.journal.reading import read_source
from journal.exporting import Whole, read

UNDER_GROUPS = """
layout: application
columns: {application_no: №, service: Услуга}
constants: {district: Абай, office: Бөлім, channel: provider}
steps:
  - {step: register, received_at: "Тіркеу: түсті", completed_at: "Тіркеу: орындалды"}
  - {step: resolve, received_at: "Қарар: түсті", completed_at: "Қарар: орындалды"}
"""
ROWS = """\
15;home_care;05.03.2018 10:00;05.03.2018 10:10;05.03.2018 10:10;06.03.2018 11:00
16;home_care;06.03.2018 10:00;06.03.2018 10:20;;
"""
TWO = "№;Услуга;Тіркеу;;Қарар;\n;;түсті;орындалды;түсті;орындалды\n"
Texts = list[list[str]]


def profile(folder: Path) -> Profile:
    path = folder / "office.yaml"
    path.write_text(UNDER_GROUPS, encoding="utf-8")
    return load_profile(path)


def taken(whole: Whole) -> list[tuple[object, ...]]:
    return whole.rows.select("application_no", "step", "source_line", "completed_at").rows()


@pytest.mark.parametrize(
    ("above", "header", "first"),
    [
        ("", TWO, 3),
        ("Журнал регистрации;;;;;\n\n", TWO, 5),
        ("Журнал;;;;;\nза 2018 год;;;;;\n", TWO, 5),
        ("", TWO + "1;2;3;4;5;6\n", 4),
        ("", "№;Услуга;Тіркеу;Тіркеу;Қарар;Қарар\n" + TWO.split("\n", 1)[1], 3),
        ("", "№;Услуга;Тіркеу;;Қарар;\n№;Услуга;түсті;орындалды;түсті;орындалды\n", 3),
    ],
    ids=["two rows", "under a title", "under two titles", "numbered columns", "groups repeated", "names repeated"],
)
def test_a_column_is_called_by_all_that_stands_above_it(tmp_path: Path, above: str, header: str, first: int) -> None:
    whole = read(tmp_path, above + header + ROWS, profile(tmp_path))
    assert taken(whole) == [
        ("15", "register", first, datetime(2018, 3, 5, 10, 10)),
        ("15", "resolve", first, datetime(2018, 3, 6, 11)),
        ("16", "register", first + 1, datetime(2018, 3, 6, 10, 20)),
    ]
    assert whole.summary.rows_quarantined == 0
    assert whole.summary.lines.header == header.count("\n")


def test_damage_below_stays_in_its_row_and_the_header_may_come_again(tmp_path: Path) -> None:
    """A number in the quarantine says the column by its whole name."""
    whole = read(
        tmp_path, TWO + ROWS + TWO + "17;home_care;вчера;06.03.2018 10:20;;\n18;home_care\n", profile(tmp_path)
    )
    assert whole.numbers == ["15", "15", "16"]
    assert whole.reasons == {7: "unknown_moment", 8: "wrong_width"}
    assert whole.quarantined["column"].to_list() == ["Тіркеу: түсті", None]
    assert whole.summary.lines.header == 4


@pytest.mark.parametrize("merged", [True, False])
def test_a_workbook(tmp_path: Path, merged: bool) -> None:
    """Merged cells say how far a group reaches; where nobody merged them it reaches to the next one."""
    lines = list(csv.reader((TWO + ROWS).splitlines(), delimiter=";"))
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(lines):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
        if merged:
            for column in (0, 1):
                sheet.merge_range(0, column, 1, column, lines[0][column])
            for column in (2, 4):
                sheet.merge_range(0, column, 0, column + 1, lines[0][column])
    (tables,) = open_exports(find_exports([str(tmp_path / "a.xlsx")]), tmp_path / "work").tables
    (source,) = tables.sources
    layout = survey(source, profile(tmp_path))
    assert layout.header[2:] == ("Тіркеу: түсті", "Тіркеу: орындалды", "Қарар: түсті", "Қарар: орындалды")
    assert sum(len(batch.rows) for batch in read_source(layout)) == 3


def headings(texts: Texts) -> tuple[int, int, list[str]]:
    """Where the header begins, how many rows it has, and the names of its columns."""
    records = [Record(tuple(cells), at, 1, 0) for at, cells in enumerate(texts, start=1)]
    found = find_heading({";": records}, Profile(name="none"))
    assert found is not None
    return found.at + 1, found.rows, found.names


CANONICAL = ["district", "office", "application_no", "service", "channel", "step", "received_at"]
A_ROW = ["Абай", "Бөлім", "15", "home_care", "provider", "register", "2018-03-05 10:00"]


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ([CANONICAL, A_ROW], 1),
        ([["Журнал", *[""] * 6], CANONICAL, A_ROW], 2),
        ([["Журнал", "", "за", "2018", "", "", ""], CANONICAL, A_ROW], 2),
        ([CANONICAL, ["Абай", "", "", "home_care", "provider", "register", ""], A_ROW], 1),
        ([CANONICAL, ["Абай", "Бөлім", "А-1", "home_care", "provider", "register", ""], A_ROW], 1),
        ([[*CANONICAL, "", ""], [*A_ROW, "", ""]], 1),
    ],
    ids=["alone", "title", "title of several cells", "a torn row first", "a row without figures first", "trailing"],
)
def test_a_header_of_one_row_stays_one(texts: Texts, line: int) -> None:
    """A title above it is no group, a row below it is no header: a row must not be lost to it."""
    at, rows, names = headings(texts)
    assert (at, rows) == (line, 1)
    assert names[: len(CANONICAL)] == CANONICAL


def test_three_rows() -> None:
    texts = [
        ["№", "Рассмотрение", "", "", ""],
        ["", "Регистрация", "", "Резолюция", ""],
        ["", "поступило", "исполнено", "поступило", "исполнено"],
        ["15", "05.03.2018", "05.03.2018", "06.03.2018", "07.03.2018"],
    ]
    assert headings(texts) == (
        1,
        3,
        [
            "№",
            "Рассмотрение: Регистрация: поступило",
            "Рассмотрение: Регистрация: исполнено",
            "Рассмотрение: Резолюция: поступило",
            "Рассмотрение: Резолюция: исполнено",
        ],
    )
