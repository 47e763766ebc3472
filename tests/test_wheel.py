"""The wheel is whole: rules, catalogs and templates travel in it, and it works without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest


def run(*command: str | Path, cwd: Path) -> str:
    """What a command printed; a failure shows everything it said. Nothing of our environment leaks into it."""
    clean = {"PATH": os.defpath, "HOME": str(cwd), "LANG": "C.UTF-8"}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the project's own environment without network."""
    repo = Path(__file__).resolve().parent.parent
    out = tmp_path_factory.mktemp("dist")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", out, repo, cwd=out)
    [built] = out.glob("auditor-*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment that has the wheel, and borrows the locked dependencies but no checkout.

    The dependencies' folder is named in a .pth file; .pth files *inside* that folder, such as the one that leads to the
    checkout, are then not followed.
    """
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", python]
    run(*pip, "install", "--no-index", "--no-deps", wheel, cwd=home)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin"


def test_the_wheel_carries_its_data(wheel: Path, repo: Path) -> None:
    """Each file of rules/ and each file of auditor/ that is not Python's own litter is in the wheel, and nothing else."""

    def files(top: Path, prefix: str) -> set[str]:
        found = {path.relative_to(top) for path in top.rglob("*") if path.is_file()}
        return {f"{prefix}/{path.as_posix()}" for path in found if "__pycache__" not in path.parts}

    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = files(repo / "auditor", "auditor") | files(repo / "rules", "auditor/_rules")
    assert packed == wanted, f"missing or too much: {sorted(packed ^ wanted)}"
    kinds = {Path(name).suffix for name in packed}
    assert {".yaml", ".toml", ".html"} <= kinds, f"rules, catalogs or templates are missing: {sorted(kinds)}"


def test_it_is_not_the_checkout_that_runs(elsewhere: Path, repo: Path, tmp_path: Path) -> None:
    """The tests below try the wheel: package and rules are the installed ones, and the checkout is on no path."""
    script = (
        "import json, sys, auditor, auditor.paths;"
        "print(json.dumps([auditor.__file__, str(auditor.paths.default_rules()), sys.path]))"
    )
    package, rules, path = json.loads(run(elsewhere / "python", "-I", "-c", script, cwd=tmp_path))
    assert Path(package).is_relative_to(elsewhere.parent)
    assert Path(rules).is_relative_to(elsewhere.parent)
    assert Path(rules).is_dir()
    assert repo not in [Path(each).resolve() for each in path]


def test_the_installed_rules_are_sound(elsewhere: Path, tmp_path: Path) -> None:
    """`auditor rules lint` finds the rules of the wheel, from an empty folder."""
    run(elsewhere / "auditor", "rules", "lint", cwd=tmp_path)


def test_the_installed_auditor_audits(elsewhere: Path, tmp_path: Path) -> None:
    """From an empty folder: invent journals, audit them, and nothing vanished on the way to the report."""
    auditor = elsewhere / "auditor"
    run(
        auditor, "sample", "--out", "sample", "--applications", "60", "--seed", "1", "--violations", "0.2", cwd=tmp_path
    )
    assert (tmp_path / "sample" / "labels.csv").is_file()
    journals = tmp_path / "sample" / "journals"
    run(
        *(auditor, "audit", journals if journals.is_dir() else journals.parent),
        *("--as-of", "2019-12-31T18:00", "--out", "report", "--fail-on", "never"),
        cwd=tmp_path,
    )
    report = tmp_path / "report"
    for name in ("index.html", "findings.csv", "findings.parquet", "findings.xlsx", "quarantine.csv", "audit.json"):
        assert (report / name).is_file(), f"no {name}"
    assert list(report.glob("districts/*.html"))
    audit = json.loads((report / "audit.json").read_text(encoding="utf-8"))
    assert audit["rows_read"] == audit["rows_accepted"] + audit["rows_quarantined"] > 0
    assert audit["applications"] > 0
    assert audit["findings"], "planted faults, and none found"
