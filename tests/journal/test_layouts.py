"""Rows that are whole applications or documents of a book, and dates and values that stand inside a text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.journal.profile import Profile
from auditor.journal.profile_file import load_profile
from journal.exporting import Whole, read

WIDE = """
layout: application
columns:
  application_no: [№ п/п, Р/с №]
  service: Услуга
  entry_no: Номер строки
  outcome: Результат
optional: [entry_no, outcome]
constants: {district: Абай, office: Бөлім, channel: provider}
moments: [d.m.yy]
steps:
  - {step: register, role: provider_chancery, received_at: Поступило, completed_at: Зарегистрировано}
  - {step: resolve, completed_at: Резолюция, employee: Кто}
  - {step: issue, completed_at: Выдано, when: {service: [home_care]}}
"""
HEAD = "Р\\с №;Услуга;Номер строки;Результат;Поступило;Зарегистрировано;Резолюция;Кто;Выдано;Прочее\n"


def profile(folder: Path, text: str) -> Profile:
    path = folder / "office.yaml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def wide(folder: Path, rows: str) -> Whole:
    return read(folder, HEAD + rows, profile(folder, WIDE))


def test_a_row_gives_an_entry_for_each_step_that_has_a_moment(tmp_path: Path) -> None:
    """All with the row's line; a step whose cells are empty gives none; what a row says once, one entry has."""
    whole = wide(tmp_path, "15;home_care;7;granted;2018-03-12 09:30;2018-03-12 09:40;;Ахметов;25.3.18;x\n")
    rows = whole.rows.to_dicts()
    assert [(r["step"], r["source_line"]) for r in rows] == [("register", 2), ("issue", 2)]
    assert rows[0]["received_at"] == datetime(2018, 3, 12, 9, 30)
    assert (rows[1]["completed_at"], rows[1]["completed_bare"]) == (datetime(2018, 3, 25), True)
    assert [r["entry_no"] for r in rows] == ["7", None]
    assert [r["outcome"] for r in rows] == [None, "granted"]
    assert [r["role"] for r in rows] == ["provider_chancery", None]
    assert {r["district"] for r in rows} == {"Абай"}
    assert whole.summary.rows_accepted == 1
    assert whole.summary.extra_columns == ("Прочее",)


def test_an_entry_knows_which_moments_its_layout_has_no_place_for(tmp_path: Path) -> None:
    rows = wide(tmp_path, "15;home_care;;;12.03.2018;;13.03.2018;;25.03.2018;\n").rows
    assert dict(zip(rows["step"], rows["unseen"], strict=True)) == {"register": 0, "resolve": 1, "issue": 1}


def test_a_running_number_goes_with_the_registration_or_with_nothing(tmp_path: Path) -> None:
    """Else the number would stand beside a later day than the one on which it was given."""
    rows = wide(tmp_path, "15;home_care;7;;;;13.03.2018;;;\n").rows
    assert rows["entry_no"].to_list() == [None]


def test_a_step_of_other_applications_is_none_of_this_one(tmp_path: Path) -> None:
    rows = wide(tmp_path, "15;child_allowance;;;12.03.2018;;;;25.03.2018;\n").rows
    assert rows["step"].to_list() == ["register"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("15;home_care;;;12.03.2018;;;;31.02.2018;", "Выдано", "unknown_moment"),
        (";home_care;;;12.03.2018;;13.03.2018;;;", "Р\\с №", "missing_value"),
        ("15;home_care;;;;;;Ахметов;;", "Поступило", "no_moment"),
    ],
)
def test_a_bad_cell_sets_the_whole_row_aside_once(tmp_path: Path, row: str, column: str, reason: str) -> None:
    """Under the name of the column in the export; nothing of the row is judged."""
    whole = wide(tmp_path, f"14;home_care;;;12.03.2018;;;;;\n{row}\n")
    bad = whole.quarantined.row(0, named=True)
    assert (bad["column"], bad["reason"], bad["source_line"]) == (column, reason, 3)
    assert bad["raw"] == row
    assert len(whole.quarantined) == 1
    assert whole.rows["source_line"].to_list() == [2]


BOOK = """
layout: incoming
columns:
  application_no: Р/с №
  service: Қысқаша мазмұны
  channel: Корреспондент
  registered_on: {column: Түскен датасы, take: date}
  linked_no: {column: Корреспондент, take: '№ *([0-9/-]+)'}
constants: {district: Абай, office: Бөлім, channel: provider}
contains:
  service: {уход на дому: home_care, үйде күтім: home_care, детское пособие: child_allowance}
  channel: {аппарат акима: akim}
only:
  - {column: Қысқаша мазмұны, contains: [заявление, өтініш]}
steps:
  - {step: register, received_at: Түскен датасы, completed_at: Түскен датасы}
  - {step: resolve, completed_at: {column: Қарар, take: date}}
"""
BOOK_HEAD = "Р/с №;Түскен датасы;Корреспондент;Қысқаша мазмұны;Қарар\n"


def book(folder: Path, rows: str) -> Whole:
    return read(folder, BOOK_HEAD + rows, profile(folder, BOOK))


def test_values_are_found_in_a_text(tmp_path: Path) -> None:
    whole = book(
        tmp_path, "15;12.03.2018;аппарат акима с. Мойнты, № 04-1/7;Заявление: уход на  дому;К исп. 13.03.2018\n"
    )
    row = whole.rows.row(1, named=True)
    assert (row["service"], row["channel"], row["linked_no"]) == ("home_care", "akim", "04-1/7")
    assert row["completed_at"] == datetime(2018, 3, 13)
    assert whole.rows["step"].to_list() == ["register", "resolve"]


def test_other_mail_is_accepted_and_counted_and_gives_no_entry(tmp_path: Path) -> None:
    """Neither what no phrase knows, nor what the filter leaves out."""
    rows = "15;12.03.2018;Иванов;заявление уход на дому;\n16;12.03.2018;Прокуратура;запрос: уход на дому;\n17;x;Облакимат;заявление;\n"
    whole = book(tmp_path, rows)
    assert whole.rows["application_no"].to_list() == ["15"]
    summary = whole.summary
    assert (summary.rows_read, summary.rows_accepted, summary.rows_of_other_mail) == (3, 3, 2)


def test_a_text_that_names_two_services_is_not_decided(tmp_path: Path) -> None:
    """Both are shown, and no rule knows them: a look is needed, nobody is accused. The text itself stays out: it has names."""
    whole = book(tmp_path, "15;12.03.2018;Иванов;өтініш: уход на дому, детское пособие;\n")
    assert whole.rows["service"].to_list() == ["home_care / child_allowance"]


def test_of_two_dates_in_a_text_none_is_taken(tmp_path: Path) -> None:
    whole = book(tmp_path, "15;12.03.2018;Иванов;өтініш үйде күтім;13.03.2018 кейін 14.03.2018\n")
    assert whole.rows["step"].to_list() == ["register"]


def test_a_header_that_could_be_two_columns_is_refused_with_both(tmp_path: Path) -> None:
    text = WIDE.replace("received_at: Поступило", "received_at: [Поступило, Прочее]")
    with pytest.raises(InputError, match=r"received_at: column 5 `Поступило` or column 10 `Прочее`"):
        read(tmp_path, HEAD, profile(tmp_path, text))


def test_a_step_without_its_column_is_refused_unless_optional(tmp_path: Path) -> None:
    text = WIDE.replace("completed_at: Выдано,", "completed_at: Отправлено,")
    with pytest.raises(InputError, match=r"`Отправлено` .for `issue: completed_at`."):
        read(tmp_path, HEAD, profile(tmp_path, text))
    text = text.replace("completed_at: Отправлено,", "completed_at: Отправлено, optional: yes,")
    assert read(tmp_path, HEAD + "15;home_care;;;12.03.2018;;;;;\n", profile(tmp_path, text)).numbers == ["15"]
