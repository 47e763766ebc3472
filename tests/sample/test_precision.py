"""On invented journals the auditor finds every planted fault and nothing else.

The fast suite audits 2,000 applications of two seeds. Many more:

    .venv/bin/pytest tests/sample/test_precision.py -m slow
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

Key = tuple[str, str, str, str, str, str, str, int]


def findings(path: Path, out: Path) -> Counter[Key]:
    """The findings or labels of a file: code, district, office, application, step, file below `out`, line."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: Counter[Key] = Counter()
    for row in rows:
        file_name = "journals/" + row["source_file"].replace("\\", "/").split("journals/")[-1]
        names = (
            row[c].removeprefix("'")
            for c in ("code", "district", "office", "application_no", "step", "service", "channel")
        )
        code, district, office, number, step, service, channel = names
        place = f"{service}/{channel}" if code == "P03" else f"{office} {file_name}"
        found[code, district, place, number, step, service, channel, int(row["source_line"])] += 1
    return found


def audited(tmp_path: Path, applications: int, seed: int, violations: float) -> tuple[Counter[Key], Counter[Key]]:
    """Labels and findings of a sample, through the commands as a user would call them."""
    made = [sys.executable, "-m", "auditor"]
    out, result = tmp_path / "sample", tmp_path / "audit"
    sizes = ["--applications", str(applications), "--seed", str(seed), "--violations", str(violations)]
    subprocess.run([*made, "sample", "--out", str(out), *sizes], check=True, capture_output=True)
    audit = [*made, "audit", str(out / "journals"), "--out", str(result), "--fail-on", "never"]
    done = subprocess.run(audit, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return findings(out / "labels.csv", out), findings(result / "findings.csv", out)


def compare(planted: Counter[Key], found: Counter[Key]) -> None:
    """Precision and recall are both 1, or the first differences are shown."""
    missed, accused = planted - found, found - planted
    assert not missed, f"not found: {sorted(missed)[:5]} and {len(missed)} in all"
    assert not accused, f"wrongly found: {sorted(accused)[:5]} and {len(accused)} in all"


@pytest.mark.parametrize(("seed", "violations"), [(1, 0.05), (2, 0.4)])
def test_every_planted_fault_and_nothing_else(tmp_path: Path, seed: int, violations: float) -> None:
    """800 applications: findings are exactly the labels, line by line."""
    compare(*audited(tmp_path, 800, seed, violations))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 106))
def test_every_planted_fault_and_nothing_else_in_twenty_thousand(tmp_path: Path, seed: int) -> None:
    """20,000 applications, several seeds."""
    compare(*audited(tmp_path, 20_000, seed, 0.05 if seed % 2 else 0.3))


@pytest.mark.slow
def test_nothing_is_found_where_nothing_is_planted(tmp_path: Path) -> None:
    """20,000 innocent applications: no finding at all."""
    planted, found = audited(tmp_path, 20_000, 200, 0.0)
    assert not planted
    assert not found
