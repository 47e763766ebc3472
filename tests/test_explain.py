"""`auditor explain`: golden texts in three languages, and what is said where there is little to tell.

The journals of `tests/explain/journals/` are worked out by hand in `tests/engine/test_timeline.py`. The golden texts are rewritten by
`pytest --update-golden`; review them as a diff.
"""

from __future__ import annotations

from contextlib import chdir
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.errors import UsageError

FOLDER = Path(__file__).resolve().parent / "explain"
JOURNALS = FOLDER / "journals"
HEADER = "district,office,application_no,service,channel,step,received_at,completed_at\n"


@cache
def explain(*arguments: str, exports: Path = JOURNALS) -> str:
    """What the command prints, asked once, from inside the folder: a line's width must not depend on where the checkout lies."""
    with chdir(exports):
        given = ["explain", "--as-of", "2018-12-31", *arguments, "."]
        done = CliRunner().invoke(cli, given, catch_exceptions=False, standalone_mode=False)
    assert done.return_value == 0, done.output
    return done.output


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("number", ["15", "16", "17", "МК-1"])
def test_golden(number: str, language: str, update_golden: bool) -> None:
    """A term over Kurban-ait, a moved Saturday, an hour over a weekend, a deputy, a step not begun (15); bare dates, no receipt, an
    unknown step (16); steps before coverage (17); the provider's steps inside the corporation's (МК-1)."""
    told = explain(number, "--lang", language)
    golden = FOLDER / f"{number}.{language}.txt"
    if update_golden:
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_no_line_is_wider_than_100_columns(language: str) -> None:
    """It is pasted into letters."""
    lines = explain("15", "--lang", language).splitlines()
    assert max(map(len, lines)) <= 100


def test_names_and_other_columns_are_shown_only_when_asked_for() -> None:
    """Another column may name anybody; an identification number is masked even then."""
    masked, open_ = explain("15"), explain("15", "--show-names")
    assert "Ким" not in masked
    assert "Ахметова" not in masked
    assert "(note)" in masked
    assert "employee Ким Е." in open_
    assert "note = ИИН ************, Ахметова" in open_
    assert "900101300123" not in open_


def test_a_pseudonym_is_the_one_of_the_report(tmp_path: Path) -> None:
    """So that both can be laid side by side."""
    import polars as pl

    given = ["audit", "--as-of", "2018-12-31", "--fail-on", "never", "--out", str(tmp_path), str(JOURNALS)]
    CliRunner().invoke(cli, given, catch_exceptions=False, standalone_mode=False)
    found = pl.read_csv(tmp_path / "findings.csv", infer_schema=False).filter(
        (pl.col("application_no") == "15") & (pl.col("step") == "sign") & (pl.col("code") == "T01")
    )
    number = found["employee"].item()
    assert f"counts as the role),\n     employee {number}\n" in explain("15")


def test_a_number_of_two_districts_is_told_twice_and_the_district_chooses() -> None:
    """Equal numbers of two offices never merge."""
    both = explain("20")
    assert both.count("Application No. 20") == 2
    one = explain("20", "--district", "Нұра ауданы")
    assert one.count("Application No. 20") == 1
    assert "Нұра ауданы" in one


def test_many_are_listed(tmp_path: Path) -> None:
    """With more than five of a number the district must be named."""
    rows = [f"D{n},O,7,child_allowance,provider,register,2018-03-14 10:00,2018-03-14 10:10\n" for n in range(6)]
    (tmp_path / "j.csv").write_text(HEADER + "".join(rows))
    told = explain("7", exports=tmp_path)
    assert told.startswith("Applications with the number 7: 6. Name a district with --district.")
    assert "Verdict" not in told


def test_quarantined_rows_are_listed() -> None:
    """A number that only a broken row has is not unknown."""
    told = explain("19")
    assert "bolim.csv:13: `кеше` in column `received_at` is no moment" in told


def test_entries_after_the_stated_end_are_listed() -> None:
    """They were left out of the audit; nobody should look for them in vain."""
    told = explain("16", "--covers", "..2018-09-04")
    assert "Entries received after the end of the stated period (not judged)\n   bolim.csv:7\n   bolim.csv:8\n" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["151"], "There is no application 151 in these exports.\n  Numbers like it: 15, 16, 17, 18, 20."),
        (["15", "--district", "Нұра ауданы"], "Districts with this number: Абай ауданы."),
        ([" "], "The application number is empty."),
        (["15", "--as-of", "tomorrow"], "--as-of 'tomorrow' is no moment."),
        (["15", "--covers", "2018"], "is no period"),
        (["15", "--rules", "nowhere"], "is no folder of rules"),
        (["15", "--profile", "nowhere"], "is no profile"),
    ],
)
def test_refusals(arguments: list[str], words: str) -> None:
    """Each says what is wrong, with exit code 2."""
    with pytest.raises(UsageError) as refused:
        explain(*arguments)
    assert refused.value.exit_code == 2
    assert words in str(refused.value)


def test_an_office_without_a_possible_moment(tmp_path: Path) -> None:
    """All entries lie after the audit: the office has no period, and that is said, not stumbled over."""
    journal = tmp_path / "j.csv"
    journal.write_text(f"{HEADER}D,O,1,child_allowance,provider,register,2030-03-14 10:00,2030-03-14 10:40\n")
    result = CliRunner().invoke(cli, ["explain", "1", str(journal), "--as-of", "2019-01-01"], standalone_mode=False)
    assert result.exception is None
    assert "J02" in result.output
