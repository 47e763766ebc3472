"""The benchmark's journals: as many entries as asked for, and as many findings as it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_copies_hold_the_findings_they_say(tmp_path: Path, repo: Path) -> None:
    """Whole copies and a part of one: the auditor finds in them what `expected.json` counts."""
    out = tmp_path / "journals"
    script = repo / "benchmarks" / "generate.py"
    made = [sys.executable, str(script), "--entries", "12000", "--out", str(out), "--files", "2", "--violations", "0.2"]
    subprocess.run(made, check=True, capture_output=True)
    expected = json.loads((tmp_path / "journals.expected.json").read_text(encoding="utf-8"))
    lines = sum(path.read_bytes().count(b"\n") - 1 for path in out.glob("*.csv"))
    assert lines == expected["entries"] == 12_000
    assert expected["copies"] >= 1
    audit = [sys.executable, "-m", "auditor", "audit", str(out), "--out", str(tmp_path / "audit"), "--fail-on", "never"]
    subprocess.run(audit, check=True, capture_output=True)
    found = json.loads((tmp_path / "audit" / "audit.json").read_text(encoding="utf-8"))["findings"]
    assert {code: count for code, count in found.items() if count} == expected["findings"]
