"""`auditor profile FILE`: what it proposes can be used, what it can't decide it leaves to the user, and it says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.errors import AuditorError
from auditor.journal.profile_file import load_profile

STEPS = """Журнал за март;;;;;;
№ п/п;Рег. номер;Услуга;Действие;Исполнитель;Дата поступления;Дата исполнения
1;15;АСП;регистрация;Иванов И.;12.3.18 9:30;12.3.18 9:40
2;15;АСП;резолюция;Петров П.;12.3.18 9:50;13.3.18 16:00
"""
WIDE = """Р/с №;Өтініш нөмірі;Қызмет;Тіркеу: алынды;Тіркеу: орындалды;Бұрыштама: алынды;Бұрыштама: орындалды;Дата подписания
1;15;АӘК;12.03.2018 09:30;12.03.2018 09:40;12.03.2018 09:50;12.03.2018 16:00;14.03.2018 10:00
2;16;Үйде күтім көрсету;13.03.2018 09:30;13.03.2018 09:40;;;
"""
BOOK = """Кіріс құжаттарды тіркеу журналы
Р\\с №;Түскен датасы;Корреспондент, кіріс құжаттың датасы мен индексі;Құжат түрі, кіріс құжаттың тақырыбы немесе қысқаша мазмұны;Қарар немесе құжат орындау үшін кімге жіберілді;Құжатты алу туралы қолхат, датасы;Құжаттың орындалғаны туралы белгі;Ескертпе
15;12.03.2018;Ахметова;Өтініш: үйде күтім көрсету;Серікке 13.03.2018;13.03.2018;Орындалды 26.03.2018;
16;12.03.2018;Прокуратура;Мәлімет сұрату;;;;
"""


def run(*words: str) -> str:
    said = CliRunner().invoke(cli, words, standalone_mode=False)
    assert said.exception is None, said.exception
    return said.output


def proposed(folder: Path, data: bytes, *words: str) -> str:
    (folder / "export.csv").write_bytes(data)
    return run("profile", str(folder / "export.csv"), *words)


def fill_in(text: str) -> str:
    for name, value in (("district", "Абай"), ("office", "Бөлім"), ("channel", "provider")):
        text = text.replace(f"{name}: ???", f"{name}: {value}")
    return text


@pytest.mark.parametrize(
    ("data", "layout", "entries"),
    [
        (STEPS.encode("utf-8"), "steps", 2),
        (STEPS.encode("cp1251"), "steps", 2),
        (STEPS.replace(";", "\t").encode("utf-16"), "steps", 2),
        (WIDE.encode("utf-8-sig"), "application", 4),
        (WIDE.encode("kz1048"), "application", 4),
        (BOOK.encode("utf-8"), "incoming", 4),
    ],
)
def test_a_proposal_filled_in_leads_to_an_audit(tmp_path: Path, data: bytes, layout: str, entries: int) -> None:
    """As written it is refused, with the line to fill in; filled in, every row is taken."""
    text = proposed(tmp_path, data)
    file = tmp_path / "profile.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(
        AuditorError, match=r"profile\.yaml:\d+: constants\.district: `\?\?\?` is still to be filled in"
    ):
        load_profile(file)
    file.write_text(fill_in(text), encoding="utf-8")
    assert load_profile(file).layout == layout
    said = run(
        "audit", str(tmp_path / "export.csv"), "--profile", str(file), "--as-of", "2018-04-02", "--out", str(tmp_path / "out"),
        "--fail-on", "never",
    )  # fmt: skip
    assert f"entries: {entries}," in said
    assert "Rows read: 2 = accepted 2 + quarantined 0" in said


def test_formats_of_dates_are_proposed_where_the_values_decide(tmp_path: Path) -> None:
    assert 'moments: ["d.m.yy H:MM"]' in proposed(tmp_path, STEPS.encode())
    slashes = STEPS.replace("12.3.18", "12/03/2018").replace("13.3.18", "13/03/2018").replace(" 9:", " 09:")
    assert 'moments: ["dd/mm/yyyy HH:MM"]' in proposed(tmp_path, slashes.encode())


def test_day_and_month_are_not_guessed(tmp_path: Path) -> None:
    """03/04 may be the third of April and the fourth of March: both formats are named, and one must be chosen."""
    text = STEPS.replace("12.3.18", "03/04/2018").replace("13.3.18", "05/04/2018").replace(" 9:", " 09:")
    said = proposed(tmp_path, text.encode())
    assert 'moments: ["???"]' in said
    assert "dd/mm/yyyy HH:MM, mm/dd/yyyy HH:MM" in said
    (tmp_path / "p.yaml").write_text(fill_in(said), encoding="utf-8")
    with pytest.raises(AuditorError, match=r"moments: `\?\?\?` is no format"):
        load_profile(tmp_path / "p.yaml")


def test_two_columns_of_one_name_are_named_and_not_decided(tmp_path: Path) -> None:
    said = proposed(tmp_path, STEPS.replace("№ п/п", "Номер заявления").encode())
    assert "application_no: ???  # it could be any of the columns: `Номер заявления`, `Рег. номер`" in said


def test_a_column_is_known_by_its_values(tmp_path: Path) -> None:
    said = proposed(tmp_path, STEPS.replace("Услуга", "Графа 3").replace("Действие", "Что сделано").encode())
    assert 'service: "Графа 3"  # 100 % of its values stand in the vocabulary' in said
    assert 'step: "Что сделано"' in said


def test_unknown_spellings_and_unused_columns_are_told(tmp_path: Path) -> None:
    said = proposed(tmp_path, STEPS.replace(";резолюция;", ";расписал;").encode(), "--lang", "ru")
    assert "которых нет в словаре: `расписал`" in said
    assert 'step: {"расписал": ???}' in said


def test_every_unknown_service_is_set_down_with_the_ids_to_choose_from(tmp_path: Path) -> None:
    said = proposed(tmp_path, STEPS.replace("АСП", "пособие", 1).replace("АСП", "уход").encode())
    assert 'values: {service: {"пособие": ???, "уход": ???}}' in said
    assert "one of: targeted_assistance, child_allowance, " in said


def test_a_step_without_a_receipt_is_said_to_have_no_clock(tmp_path: Path) -> None:
    """Else its `undetermined` comes as a surprise, though the office may know from which column the clock runs."""
    said = proposed(tmp_path, WIDE.encode())
    assert "when the papers were received: `подписание`; these steps are not clocked" in said
    assert "when the papers" not in proposed(tmp_path, WIDE.replace(";Дата подписания", ";Примечание").encode())


def test_a_book_says_how_much_of_it_is_read_as_other_mail(tmp_path: Path) -> None:
    many = BOOK + "".join(f"{no};12.03.2018;Прокуратура;Мәлімет сұрату;;;;\n" for no in range(17, 30))
    assert "Of the first 15 rows read as other mail: 14. " in proposed(tmp_path, many.encode())


def test_the_rows_shown_hide_people(tmp_path: Path) -> None:
    """Employees and identification numbers."""
    said = proposed(tmp_path, STEPS.replace(";15;", ";870101300123;").encode())
    assert "line 3: " in said
    assert "Иванов" not in said
    assert "870101300123" not in said


def test_it_writes_a_file_and_says_what_is_next(tmp_path: Path) -> None:
    out = tmp_path / "new" / "mine.yaml"
    said = proposed(tmp_path, STEPS.encode(), "--out", str(out), "--lang", "kk")
    assert f"--profile {out}" in said
    assert out.read_text(encoding="utf-8").count("???") == 4


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_canonical_journal_needs_nothing(tmp_path: Path, lang: str) -> None:
    text = "district,office,application_no,service,channel,step,received_at\nАбай,Бөлім,15,home_care,provider,register,2018-03-12 09:30\n"
    said = proposed(tmp_path, text.encode(), "--lang", lang)
    assert "???" not in said
    (tmp_path / "p.yaml").write_text(said, encoding="utf-8")
    assert load_profile(tmp_path / "p.yaml").layout == "steps"


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditorError):
        CliRunner().invoke(cli, ["profile", str(tmp_path / "none.csv")], standalone_mode=False, catch_exceptions=False)
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(AuditorError):
        CliRunner().invoke(cli, ["profile", str(tmp_path / "empty.csv")], standalone_mode=False, catch_exceptions=False)


@pytest.mark.parametrize("name", ["journal", "application", "incoming", "incoming_akim", "outgoing"])
def test_shipped_profiles_are_sound_and_given_by_name(tmp_path: Path, name: str) -> None:
    """A header that lacks their columns is refused with what is missing, not with a fault of the profile."""
    (tmp_path / "export.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(AuditorError, match="missing"):
        CliRunner().invoke(
            cli,
            ["check", str(tmp_path / "export.csv"), "--profile", name],
            standalone_mode=False,
            catch_exceptions=False,
        )
