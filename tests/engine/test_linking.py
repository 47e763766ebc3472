"""What the audit says of two offices whose clocks differ, through the command as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


def test_four_times_are_four_findings(tmp_path: Path) -> None:
    told = audited(tmp_path, 4)
    assert told["findings"]["O01"] == 4
    assert told["clock_differences"] == []
