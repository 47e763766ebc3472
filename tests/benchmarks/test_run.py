"""The benchmark tells what it measured, and names a contestant that did not do the work. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ENTRIES = 3_000


@pytest.fixture
def benchmarks(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the benchmarks, importable as its scripts import each other."""
    monkeypatch.syspath_prepend(str(repo / "benchmarks"))
    return repo / "benchmarks"


def test_a_small_benchmark_writes_its_page(benchmarks: Path, tmp_path: Path) -> None:
    """Journals are invented once, each contestant runs in each round, and the page holds their rows."""
    page = tmp_path / "page.md"
    asked = ["--sizes", str(ENTRIES), "--rounds", "2", "--data", str(tmp_path), "--page", str(page)]
    command = [sys.executable, str(benchmarks / "run.py"), *asked, "--rival", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "| `auditor audit`, whole |" in text
    assert "pandas was not run: its environment" in text
    assert [line.split()[2] for line in done.stderr.splitlines() if "MiB" in line] == ["auditor", "floor"] * 2
    assert len(list(tmp_path.glob("*.expected.json"))) == 1


def test_reading_alone_takes_every_row(benchmarks: Path, tmp_path: Path) -> None:
    """Clean, in other encodings and dirty: what is taken and set aside is what was written; the page keeps what stood above."""
    page = tmp_path / "page.md"
    page.write_text("# Above\n\n## Reading alone\n\nold figures\n", encoding="utf-8")
    asked = ["--entries", str(ENTRIES), "--rounds", "1", "--data", str(tmp_path), "--page", str(page)]
    done = subprocess.run(
        [sys.executable, str(benchmarks / "reading.py"), *asked], capture_output=True, text=True, check=False
    )
    text = page.read_text(encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert text.startswith("# Above")
    assert "old figures" not in text
    assert text.count("| dirty |") == 1
    assert "Every row was taken or set aside" in text


def test_the_rival_counts_what_was_planted(benchmarks: Path, repo: Path, tmp_path: Path) -> None:
    """The five codes of the pandas audit are those of the labels, for many planted faults."""
    rival = repo / ".venv-bench/bin/python"
    if not rival.exists():
        pytest.skip("no .venv-bench (make bench makes it)")
    journals, law = tmp_path / "journals", tmp_path / "law.json"
    generate = [sys.executable, str(benchmarks / "generate.py"), "--entries", "30000", "--violations", "0.4"]
    subprocess.run([*generate, "--seed", "5", "--out", str(journals)], check=True, capture_output=True)
    subprocess.run([sys.executable, "-P", str(benchmarks / "law_tables.py"), str(law)], check=True)
    files = sorted(map(str, journals.glob("*.csv")))
    command = [str(rival), "-P", str(benchmarks / "pandas_audit.py"), str(law), "2019-12-31T23:59:59", *files]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    planted = json.loads((tmp_path / "journals.expected.json").read_text(encoding="utf-8"))
    codes = ("T01", "T02", "O01", "S01", "R01")
    assert {code: told[code] for code in codes} == {code: planted["findings"].get(code, 0) for code in codes}


def test_wrong_counts_are_named(benchmarks: Path) -> None:
    """Where a contestant found something else, the figures compare unequal work: the table says so."""
    from measure import Cost
    from page import Size, on_screen
    from run import differing

    faults = differing("auditor", {"T01": 3}, {"T01": 4, "O01": 1})
    assert faults == ["auditor counts 0 O01 where 1 are right", "auditor counts 3 T01 where 4 are right"]
    cost = Cost(cpu=2.0, system=0.5, wall=1.5, peak=1 << 20, code=0)
    size = Size(10, 1000, {"auditor": [cost], "floor": [cost]}, faults, [])
    assert "WRONG: auditor counts 3 T01 where 4 are right" in on_screen([size])


def test_ratios_are_taken_within_a_round(benchmarks: Path) -> None:
    """A slow minute of the machine strikes both sides of a pair, so the ratio stays."""
    from measure import ratios

    assert ratios([4.0, 40.0, 5.0], [1.0, 10.0, 1.0]).median == 4.0
    assert ratios([4.0, 40.0, 5.0], [1.0, 10.0, 1.0]).most == 5.0
