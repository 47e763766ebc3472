"""`auditor history` and `auditor diff`: what they answer, in each form."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner

from auditor.cli import cli
from history.nights import LATE, NEXT, OTHER, Nights


def ask(*words: str, code: int = 0) -> str:
    said = CliRunner().invoke(cli, list(words), standalone_mode=False)
    if said.exception:
        raise said.exception
    assert said.return_value == code, said.output
    return said.output


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A late step, then mended by nobody: on the second night it is there, with another beside it."""
    made = Nights(tmp_path_factory.mktemp("kept"))
    made.run(LATE, NEXT, as_of="2018-03-15")
    made.run(LATE, NEXT, OTHER.replace("10:10", "10:50"), as_of="2018-03-16 18:00")
    return made


@pytest.fixture
def nights(kept: Nights, tmp_path: Path) -> Nights:
    return kept.copied(tmp_path)


def told(nights: Nights, *words: str) -> Any:
    return json.loads(ask("history", *words, "--store", str(nights.store), "--format", "json"))


def test_a_district_over_time(nights: Nights) -> None:
    rows = told(nights, "district", "D")
    assert [(row["run"], row["late"], row["errors"], row["fresh"]) for row in rows] == [(1, 1, 1, 1), (2, 2, 2, 1)]
    assert rows == told(nights, "district")
    assert "Мерзімінде, үлесі" in ask("history", "district", "--store", str(nights.store), "--lang", "kk")


def test_what_changed_between_two_runs(nights: Nights) -> None:
    rows = told(nights, "changes")
    assert [(row["change"], row["code"], row["application_no"]) for row in rows] == [("only_later", "T01", "2")]
    back = told(nights, "changes", "--since", "2", "--until", "1")
    assert [(row["change"], row["application_no"]) for row in back] == [("only_former", "2")]


def test_a_reply_survives_every_rerun(nights: Nights, tmp_path: Path) -> None:
    """Good rows are taken, bad ones named with their row; the life of the finding tells it."""
    (fingerprint,) = nights.ask("SELECT fingerprint FROM life WHERE application_no = '1'")[0]
    header = [
        "message",
        "reply: accepted or rejected",
        "document_no",
        "document_date",
        "period_from",
        "period_to",
        "comment",
        "fingerprint",
    ]
    rows = [
        header,
        ["…", "accepted", 17, "20.03.2018", "2018-03-14", "2018-03-15", "the desk was ill", fingerprint],
        ["…", "perhaps", "", "", "", "", "", fingerprint],
        ["…", "rejected", "", "no day", "", "", "", "ffff"],
        ["…", "", "", "", "", "", "", fingerprint],
    ]
    with xlsxwriter.Workbook(tmp_path / "reply.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    said = ask("history", "replies", str(tmp_path / "reply.xlsx"), "--store", str(nights.store), code=1)
    assert "reply.xlsx:3: reply: accepted or rejected is wanted" in said
    assert "reply.xlsx:4: fingerprint: the history has no finding ffff" in said
    assert "reply.xlsx:4: document_date: “no day” is no day" in said
    assert "1 replies, 2 rows not taken, 1 left empty" in said
    nights.run(LATE, NEXT, as_of="2018-03-17")
    life = told(nights, "finding", fingerprint)
    assert (life["state"], [event["state"] for event in life["events"]]) == ("open", ["new", "open"])
    reply = life["replies"][0]
    assert (reply["reply"], reply["document_no"], reply["document_date"], reply["line"]) == (
        "accepted",
        "17",
        "2018-03-20",
        2,
    )


def test_pruned(nights: Nights) -> None:
    assert "Forgot 0 rows" in ask("history", "prune", "--keep-runs", "300", "--store", str(nights.store))
    assert [row["run"] for row in told(nights, "runs")] == [1, 2]


def test_what_other_rules_would_decide(tmp_path: Path, repo: Path) -> None:
    """A limit of an hour instead of fifteen minutes: the late registration would be in time; equal rules differ in nothing."""
    rules = tmp_path / "rules"
    shutil.copytree(repo / "rules", rules)
    changed = 0
    for file in rules.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        edited = text.replace("{value: 15, unit: minute", "{value: 60, unit: minute")
        changed += edited != text
        file.write_text(edited, encoding="utf-8")
    assert changed, "the rules write their limits another way: mend this test"
    export = tmp_path / "journal.csv"
    export.write_text(
        "\n".join(["district,office,application_no,service,channel,step,received_at,completed_at", LATE, NEXT]) + "\n"
    )
    words = ["diff", str(export), "--as-of", "2018-03-20", "--rules", str(repo / "rules"), "--rules"]
    assert "decide the same" in ask(*words, str(repo / "rules"))
    found = json.loads(ask(*words, str(rules), "--format", "json", "--out", str(tmp_path / "steps.csv"), code=1))
    mine = [row for row in found["counts"] if row["step"] == "register"]
    assert [(row["before"], row["after"], row["n"]) for row in mine] == [("late", "met", 1)]
    assert found["findings"]["only_before"]["T01"] == 1
    assert "D,O,1,2018,child_allowance,provider,register,late,,met," in (tmp_path / "steps.csv").read_text()
    assert "register" in ask(*words, str(rules), code=1)
