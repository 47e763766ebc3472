"""Names of people in texts that a journal writes where no name belongs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from auditor.engine.audit import Asked, audit
from auditor.engine.names_in_text import NamesInText
from auditor.exports.find import Found
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook

EVERYONE = pl.Series(["Серікова А.", "Әбдіров Б.", "Иванов В.", "Иванов П.", "Басшы"])
NUMBER = "№ 4"
"""Of Серікова among them, in the order of their letters."""


@pytest.fixture(scope="module")
def names() -> NamesInText:
    return NamesInText(EVERYONE, load_rulebook(Path(__file__).parents[2] / "rules"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Серікова А. қол қойды", f"{NUMBER} қол қойды"),
        ("Серіковаға жіберілді", f"{NUMBER} жіберілді"),
        ("передано Иванову", "передано •••"),
        ("Передано Иванову П.", "Передано •••"),
        ("Передано Иванов П.", "Передано № 3"),
        ("Звонок Петрову И.И.", "Звонок •••"),
        ("И.И. Сидоров принёс", "••• принёс"),
        ("принёс Сидоров", "принёс •••"),
        ("Кузнецов Пётр", "•••"),
        ("Әлия Нұрланқызы", "•••"),
        ("Ахметова Айгуль Сериковна", "•••"),
        ("N. Nazarov came", "••• came"),
        ("ИИН 870101300123 Петрова Анна", "ИИН •••••••••••• •••"),
    ],
)
def test_a_name_is_hidden(names: NamesInText, text: str, shown: str) -> None:
    """Somebody whom the journals name as an employee has the number of the report; of two with one surname nobody is chosen."""
    assert names.hide(pl.Series([text])).to_list() == [shown]


@pytest.mark.parametrize(
    "text",
    [
        "Звонок заявителю",
        "Вызов",
        "Вызов заявителя",
        "Басшы резолюциясы",
        "Housing queue certificate",
        "Birth Certificate",
        "Государственная Корпорация",
        "Руководитель Отдела Занятости",
        "Қазақстан Республикасының азаматтығы",
        "МСЭ направление",
        "provider_head",
        "чаепитие",
    ],
)
def test_what_is_no_name_stands(names: NamesInText, text: str) -> None:
    """An inspector must see what the journal says."""
    assert names.hide(pl.Series([text, None])).to_list() == [text, None]


HEADER = "district,office,application_no,service,channel,step,role,employee,received_at,completed_at\n"
ROWS = """\
Абай,Отдел,1,child_allowance,provider,register,Кузнецов Пётр,Серікова А.,2018-03-12 09:00,2018-03-12 09:10
Абай,Отдел,1,child_allowance,provider,Звонок Серіковой А.,,Серікова А.,2018-03-12 09:20,2018-03-12 09:30
Абай,Отдел,2,Справка Петрова И.И.,provider,register,,Серікова А.,2018-03-12 09:20,2018-03-12 09:30
"""


@pytest.mark.parametrize("shown", [False, True])
def test_no_name_leaves_an_audit(tmp_path: Path, repo: Path, shown: bool) -> None:
    """Neither in findings nor in any other frame; all of them where names were asked for. What is a finding stays one."""
    (tmp_path / "a.csv").write_text(HEADER + ROWS, encoding="utf-8")
    (tmp_path / "work").mkdir()
    asked = Asked(datetime(2018, 6, 1), (None, None), "ru", shown)
    found = audit(Found.named(tmp_path / "a.csv"), Profile(), load_rulebook(repo / "rules"), asked, tmp_path / "work")
    assert {"S03", "P01"} <= set(found.findings["code"])
    said = "".join(str(frame.to_dicts()) for frame in vars(found).values() if isinstance(frame, pl.DataFrame))
    for name in ("Кузнецов", "Пётр", "Петрова", "Серіков"):
        assert (name in said) is shown, name
    assert found.applications["n"].sum() == 2
