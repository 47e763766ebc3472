"""Outcomes that the vocabulary does not know: counted as none, and listed."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from auditor.cli import cli
from journal.exporting import HEADER, as_csv, good_row


def test_unknown_outcomes_are_listed_by_district(tmp_path: Path) -> None:
    """Known ones in any letter case are not; a name among them is hidden; a district's page has its own only."""
    outcomes = ["", "granted", "Отказано", "мұрағатқа", "мұрағатқа", "Отдано Петрову И.И.", "в дело"]
    rows = [good_row(n) for n in range(len(outcomes))]
    for row, outcome in zip(rows, outcomes, strict=True):
        row[HEADER.index("outcome")] = outcome
    rows[-1][HEADER.index("district")] = "Шет ауданы"
    (tmp_path / "a.csv").write_text(as_csv(rows), encoding="utf-8")
    out = tmp_path / "out"
    words = ["audit", str(tmp_path / "a.csv"), "--as-of", "2018-04-01", "--out", str(out), "--fail-on", "never"]
    assert CliRunner().invoke(cli, words).exit_code == 0
    told = json.loads((out / "audit.json").read_text(encoding="utf-8"))["unknown_outcomes"]
    assert sorted((row["district"], row["outcome"], row["n"]) for row in told) == [
        ("Абай ауданы", "Отдано •••", 1),
        ("Абай ауданы", "мұрағатқа", 2),
        ("Шет ауданы", "в дело", 1),
    ]
    abai, shet = ((out / "districts" / f"{name} ауданы.html").read_text(encoding="utf-8") for name in ("Абай", "Шет"))
    assert "<td>мұрағатқа</td>" in abai
    assert "<td>мұрағатқа</td>" not in shet
    assert "<td>в дело</td>" in shet
