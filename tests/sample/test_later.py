"""What was altered between two nights is found, and nothing else: whatever the order of the rows and their numbers."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner

from auditor.cli import cli

AS_OF = "2019-07-31"


def run(*words: str) -> None:
    said = CliRunner().invoke(cli, list(words), standalone_mode=False)
    if said.exception:
        raise said.exception


def told(file: Path) -> list[tuple[str, ...]]:
    """The J07 rows of findings or labels: where each entry stands, and of which step it is."""
    names = ("district", "office", "service", "channel", "application_no", "step", "source_line")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["code"] == "J07"]
    return sorted(tuple(row[name].removeprefix("'") for name in names) for row in rows)


def test_every_entry_changed_between_two_nights_and_no_other(tmp_path: Path) -> None:
    """Precision and recall are both 1."""
    run(
        "sample",
        "--out",
        str(tmp_path),
        "--applications",
        "120",
        "--seed",
        "3",
        "--violations",
        "0.2",
        "--changed",
        "25",
    )
    for night in ("journals", "later"):
        store = ("--store", str(tmp_path / "h"), "--out", str(tmp_path / "out"), "--as-of", AS_OF, "--fail-on", "never")
        run("audit", str(tmp_path / night), *store)
        found = told(tmp_path / "out" / "findings.csv")
        planted = told(tmp_path / "later.csv") if night == "later" else []
        assert found == planted
    assert len(planted) == 25
    assert 5 < sum(not row[-1] for row in planted) < 20, "some were altered, some taken out"
