"""`auditor reconcile`: who is absent on either side, and where absence proves nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli

JOURNAL = "district,office,application_no,service,channel,step,received_at,completed_at,registered_by\n"
PAST, LAST = "2018-03-01 10:00", "2018-03-30 10:00"


def entry(
    number: str,
    at: str,
    office: str = "МК",
    channel: str = "corporation",
    service: str = "child_allowance",
    home: str = "",
) -> str:
    return f"Абай,{office},{number},{service},{channel},submit,{at},{at},{home}\n"


def reconciled(
    folder: Path, listed: str, journal: str, *options: str
) -> tuple[Result, dict[tuple[str, str], dict[str, str]]]:
    (folder / "list.csv").write_text(listed, encoding="utf-8")
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in/a.csv").write_text(JOURNAL + journal, encoding="utf-8")
    words = [
        "reconcile",
        folder / "list.csv",
        folder / "in",
        "--out",
        folder / "out",
        "--as-of",
        "2018-06-01",
        *options,
    ]
    said = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)
    if said.exception:
        return said, {}
    with (folder / "out/reconcile.csv").open(encoding="utf-8", newline="") as file:
        return said, {(row["application_no"], row["line"]): row for row in csv.DictReader(file)}


def test_each_side_is_held_against_the_other(tmp_path: Path) -> None:
    """Found, absent within coverage, outside it, undated, on the journals' side only: each with its own word."""
    journal = entry("1", PAST) + entry("000007", "2018-03-12 10:00") + entry("8", "2018-03-13 10:00") + entry("9", LAST)
    listed = "number,date,service,office\n1,01.03.2018,child_allowance,МК\n7,2018-03-12,child_allowance,МК\n"
    listed += "55,15.03.2018,child_allowance,МК\n56,15.05.2018,child_allowance,МК\n57,,child_allowance,МК\n9,30.03.2018,home_care,МК\n"
    said, rows = reconciled(tmp_path, listed, journal)
    assert {key: row["status"] for key, row in rows.items()} == {
        ("1", "2"): "found",
        ("7", "3"): "found",
        ("55", "4"): "absent",
        ("56", "5"): "outside",
        ("57", "6"): "outside",
        ("9", "7"): "absent",
        ("8", ""): "unlisted",
        ("9", ""): "unlisted",
    }
    assert rows["7", "3"]["note"] == "the journal has the number as 000007"
    assert rows["9", "7"]["note"] == "the number is there, but the rest differs: Абай, МК, 2018-03-30"
    assert said.return_value == 1
    text = (tmp_path / "out/reconcile_by_month.csv").read_text(encoding="utf-8")
    months = csv.DictReader(text.splitlines())
    march = next(row for row in months if (row["district"], row["month"]) == ("Абай", "2018-03"))
    assert (march["listed"], march["found"], march["unlisted"]) == ("2", "2", "2")


def test_nothing_absent_is_exit_zero_and_a_line_twice_is_named(tmp_path: Path) -> None:
    """A number of another year is another application."""
    listed = "№ заявления;Дата\n1;01.03.2018\n1;02.03.2018\n9;30.03.2018\n"
    said, rows = reconciled(tmp_path, listed, entry("1", PAST) + entry("1", "2017-02-01 10:00") + entry("9", LAST))
    assert said.return_value == 0, said.output
    assert rows["1", "3"]["note"] == "also in line 2 of the list"
    assert "The list has no column for: service, office" in said.output


def test_what_other_channels_brought_is_not_missed_on_the_list(tmp_path: Path) -> None:
    """The State Corporation's list has none of the provider's own; a home office is sought under either office of an application."""
    journal = entry("1", PAST) + entry("2", "2018-03-05 10:00", "Бөлім", "provider") + entry("9", LAST)
    said, rows = reconciled(tmp_path, "number,date\n1,2018-03-01\n9,2018-03-30\n", journal)
    assert (said.return_value, len(rows)) == (0, 2), said.output
    assert "1 of which the list does not speak" in said.output


def test_a_row_in_quarantine_is_no_absence(tmp_path: Path) -> None:
    journal = entry("1", PAST) + entry("55", "someday") + entry("9", LAST)
    said, rows = reconciled(tmp_path, "number,date\n1,2018-03-01\n55,2018-03-05\n9,2018-03-30\n", journal)
    assert rows["55", "3"]["status"] == "aside"
    assert said.return_value == 0


@pytest.mark.parametrize(
    ("listed", "words"),
    [("date,service\n2018-03-01,x\n", "missing"), ("", "empty")],
    ids=["no numbers", "empty"],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, listed: str, words: str) -> None:
    said, _ = reconciled(tmp_path, listed, entry("1", PAST))
    assert words in str(said.exception)


def test_a_profile_names_the_lists_columns(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text(
        "columns:\n  application_no: Жалоба на\n  registered_on: Подано\n", encoding="utf-8"
    )
    listed = "Жалоба на;Подано\n1;01.03.2018\n9;30.03.2018\n"
    said, rows = reconciled(
        tmp_path, listed, entry("1", PAST) + entry("9", LAST), "--list-profile", str(tmp_path / "list.yaml")
    )
    assert said.return_value == 0, said.output or said.exception
    assert {row["status"] for row in rows.values()} == {"found"}


def test_lines_without_a_number_are_named_and_do_not_pass_for_found(tmp_path: Path) -> None:
    """All that can be read is found, but two lines can't: exit code 1, and their lines in words and in the file."""
    journal = entry("1", PAST) + entry("9", LAST)
    listed = "number,date\n1,01.03.2018\n,02.03.2018\n9,30.03.2018\n,03.03.2018\n"
    said, rows = reconciled(tmp_path, listed, journal)
    assert said.return_value == 1
    assert "2 (3, 5)" in said.output
    assert [line for (_, line), row in rows.items() if row["status"] == "unread"] == ["3", "5"]
    assert {row["status"] for row in rows.values()} == {"found", "unread"}
