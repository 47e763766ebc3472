"""What the audit says of two offices whose clocks differ, through the command as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from auditor.cli import cli

HEADER = "district,office,application_no,registered_by,service,channel,step,received_at,completed_at,outcome\n"


def line(office: str, number: int, step: str, day: int, received: str, completed: str, home: str = "") -> str:
    day_text = f"2018-03-{day:02}"
    return f"Абай,{office},{number},{home},child_allowance,akim,{step},{day_text} {received},{day_text} {completed},withdrawn\n"


def audited(folder: Path, papers: int, language: str = "en") -> dict[str, Any]:
    text = HEADER
    for i in range(papers):
        text += line("Ауыл", i, "akim_sign", 12 + i, "15:00", "16:00")
        text += line("Бөлім", i, "register", 12 + i, f"15:{10 + i}", f"15:{12 + i}", "Ауыл")
    (folder / "journal.csv").write_text(text, encoding="utf-8")
    words = [str(folder / "journal.csv"), "--as-of", "2018-05-01", "--out", str(folder / "out"), "--fail-on", "never"]
    said = CliRunner().invoke(cli, ["audit", *words, "--lang", language], standalone_mode=False)
    assert said.exception is None, said.output
    told: dict[str, Any] = json.loads((folder / "out/audit.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_clock_difference_is_told_once(tmp_path: Path, language: str) -> None:
    """Five papers received some 48 minutes before they were sent: one remark, no O01 that would be five."""
    told = audited(tmp_path, 5, language)
    assert "O01" not in told["findings"]
    (pair,) = told["clock_differences"]
    assert (pair["sender"], pair["receiver"], pair["crossings"], pair["minutes"], pair["withheld"]) == (
        "Ауыл",
        "Бөлім",
        5,
        48,
        5,
    )
    (remark,) = [each for each in told["remarks"] if "48" in each]
    assert "Бөлім" in remark
    assert remark in (tmp_path / "out/index.html").read_text(encoding="utf-8")


def test_two_times_are_two_findings(tmp_path: Path) -> None:
    told = audited(tmp_path, 2)
    assert told["findings"]["O01"] == 2
    assert told["clock_differences"] == []


PEOPLE = ("850101350120", "900505450670")


@pytest.mark.parametrize(
    ("person", "confidences", "lost"),
    [(PEOPLE[0], ["sure"], []), (PEOPLE[1], [], ["error"]), ("", [], ["warning"])],
    ids=["the same person", "another person", "nobody named"],
)
def test_an_identification_number_says_whether_the_provider_has_it(
    tmp_path: Path, person: str, confidences: list[str], lost: list[str]
) -> None:
    """Sent by the akim, and registered by the provider as if at its own counter: the applicant's number decides."""
    rows = [
        ("Бөлім", "7", "Ауыл", "akim", "register", "2018-02-07", PEOPLE[1]),
        ("Ауыл", "15", "", "akim", "akim_sign", "2018-03-12", PEOPLE[0]),
        ("Бөлім", "15", "", "provider", "register", "2018-03-14", person),
        ("Ауыл", "16", "", "akim", "akim_sign", "2018-04-02", PEOPLE[1]),
        ("Бөлім", "9", "Ауыл", "akim", "register", "2018-03-30", PEOPLE[1]),
    ]
    text = HEADER.replace("outcome", "ИИН") + "".join(
        f"Абай,{office},{number},{home},child_allowance,{channel},{step},{day} 10:00,{day} 10:05,{iin}\n"
        for office, number, home, channel, step, day, iin in rows
    )
    (tmp_path / "journal.csv").write_text(text, encoding="utf-8")
    words = [str(tmp_path / "journal.csv"), "--as-of", "2018-05-01", "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(cli, ["audit", *words, "--fail-on", "never", "--lang", "en"], standalone_mode=False)
    assert said.exception is None, said.output
    told = json.loads((tmp_path / "out/audit.json").read_text(encoding="utf-8"))
    assert [each["confidence"] for each in told["possible_links"] if each["application_no"] == "15"] == confidences
    found = pl.read_parquet(tmp_path / "out/findings.parquet").filter(pl.col("code") == "J06")
    assert found["severity"].to_list() == lost
    assert all(
        ("itself" in message) == (level == "warning")
        for level, message in found.select("severity", "message").iter_rows()
    )
