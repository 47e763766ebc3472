"""Rows that quote another office's number: joined where the link is stated whole, and only there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from click.testing import CliRunner

from auditor.cli import cli

HEADER = "district,office,application_no,service,channel,step,received_at,completed_at,their_no,their_office\n"
PROFILE = "columns:\n  linked_no: their_no\n  linked_office: their_office\n"


def line(office: str, number: str, step: str, day: str, quoted: str = ",") -> str:
    return f"Абай,{office},{number},child_allowance,akim,{step},2018-03-{day} 10:00,2018-03-{day} 10:05,{quoted}\n"


def audited(folder: Path, text: str) -> tuple[dict[str, object], list[dict[str, str]]]:
    (folder / "journal.csv").write_text(HEADER + text, encoding="utf-8")
    (folder / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    words = [
        "audit",
        "journal.csv",
        "--profile",
        "profile.yaml",
        "--out",
        "out",
        "--as-of",
        "2018-05-01",
        "--fail-on",
        "never",
    ]
    words = [str(folder / word) if word in ("journal.csv", "profile.yaml", "out") else word for word in words]
    said = CliRunner().invoke(cli, words, standalone_mode=False)
    assert said.exception is None, said.output
    with (folder / "out/findings.csv").open(encoding="utf-8", newline="") as file:
        return json.loads((folder / "out/audit.json").read_text(encoding="utf-8")), list(csv.DictReader(file))


AKIM = line("Ауыл", "15", "akim_sign", "12") + line("Ауыл", "99", "akim_sign", "28")
BEFORE_AND_AFTER = line("Бөлім", "190", "register", "01", "3,Ауыл") + line("Бөлім", "230", "register", "29", "99,Ауыл")


def test_a_quoted_number_joins_the_rows_of_both_offices(tmp_path: Path) -> None:
    """Only the registering row quotes; the row after it has the same own number and follows."""
    text = (
        AKIM
        + BEFORE_AND_AFTER
        + line("Бөлім", "203", "register", "14", "15,Ауыл")
        + line("Бөлім", "203", "resolve", "14")
    )
    told, found = audited(tmp_path, text)
    assert told["applications"] == 3
    assert told["possible_links"] == []
    assert not [f for f in found if f["code"] == "J06"]
    assert {f["application_no"] for f in found} <= {"15", "3", "99"}


def test_without_the_office_nothing_is_joined_and_nothing_called_lost(tmp_path: Path) -> None:
    """The number alone is another akim's as well: the pair is named, with its reasons."""
    text = (
        AKIM + BEFORE_AND_AFTER + line("Ауыл", "3", "akim_sign", "05") + line("Бөлім", "203", "register", "14", "15,")
    )
    told, found = audited(tmp_path, text)
    assert told["applications"] == 4
    assert not [f for f in found if f["code"] == "J06"]
    (link,) = [each for each in told["possible_links"] if each["application_no"] == "15"]  # type: ignore[attr-defined]
    assert (link["other_application_no"], link["confidence"]) == ("203", "medium")
    assert any("neither joined nor called lost" in remark for remark in told["remarks"])  # type: ignore[attr-defined]


def test_with_all_rows_linked_what_is_missing_is_lost(tmp_path: Path) -> None:
    """The provider's book quotes a number in each row, and none is 15."""
    _, found = audited(tmp_path, AKIM + BEFORE_AND_AFTER + line("Ауыл", "3", "akim_sign", "05"))
    assert [(f["code"], f["application_no"]) for f in found if f["code"] == "J06"] == [("J06", "15")]


def test_two_links_of_one_number_lead_nobody_else(tmp_path: Path) -> None:
    text = AKIM + line("Бөлім", "203", "register", "13", "15,Ауыл") + line("Бөлім", "203", "register", "29", "99,Ауыл")
    told, _ = audited(tmp_path, text + line("Бөлім", "203", "resolve", "30"))
    assert told["applications"] == 3
