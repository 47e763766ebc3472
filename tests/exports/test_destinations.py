"""Where commands refuse to write, and that nothing was written then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.commands.destinations import REPORT
from auditor.errors import UsageError
from auditor.report.write import LISTS
from journal.exporting import as_csv, good_row

NOW = ("--as-of", "2018-04-01")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with one export."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(as_csv([good_row(1)]), encoding="utf-8")
    return folder


def run(*words: str | Path) -> BaseException | None:
    return CliRunner().invoke(cli, [*map(str, words), *NOW], standalone_mode=False).exception


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (lambda inbox: ("audit", inbox, "--out", inbox), "holds the exports"),
        (lambda inbox: ("audit", f"{inbox}/*.csv", "--out", inbox), "holds the exports"),
        (lambda inbox: ("audit", inbox.parent, "--out", inbox), "holds the exports"),
        (lambda inbox: ("audit", inbox, "--out", inbox / "a.csv"), "is a file"),
        (lambda inbox: ("table", "16", inbox, "--month", "2018-03", "--out", inbox / "a.csv"), "is an export"),
    ],
    ids=["folder", "glob", "one of several", "file", "table"],
)
def test_reports_do_not_go_among_the_exports(
    inbox: Path, command: Callable[[Path], tuple[str, ...]], said: str
) -> None:
    """A report there would hide them from the next run, or overwrite them."""
    before = {path: path.read_bytes() for path in inbox.parent.rglob("*") if path.is_file()}
    fault = run(*command(inbox))
    assert isinstance(fault, UsageError)
    assert said in str(fault)
    assert {path: path.read_bytes() for path in inbox.parent.rglob("*") if path.is_file()} == before


def test_a_mended_quarantine_is_not_written_over(inbox: Path, tmp_path: Path) -> None:
    """Whoever gives the last report's quarantine.csv back must not lose it to the new one."""
    out = tmp_path / "out"
    out.mkdir()
    (inbox / "a.csv").rename(out / "quarantine.csv")
    fault = run("audit", out / "quarantine.csv", "--out", out)
    assert isinstance(fault, UsageError)
    assert "quarantine.csv" in str(fault)
    assert [path.name for path in out.iterdir()] == ["quarantine.csv"]


@pytest.mark.parametrize("below", ["", "services", "reports/new"])
def test_nothing_is_written_among_the_rules(inbox: Path, repo: Path, below: str) -> None:
    """The rules folder is only read: a file too many there is a fault of the rules."""
    for words in (
        ("audit", inbox, "--out", repo / "rules" / below),
        ("table", "17", inbox, "--month", "2018-03", "--out", repo / "rules" / below / "x.xlsx"),
    ):
        fault = run(*words)
        assert isinstance(fault, UsageError)
        assert "lies in the rules folder" in str(fault)


def test_a_folder_below_or_beside_the_exports_is_welcome(inbox: Path) -> None:
    """And so is that of an export named by itself; the next run passes over what is written below."""
    for out in (inbox / "reports", inbox.parent / "out"):
        for _ in range(2):
            assert run("audit", inbox, "--out", out, "--fail-on", "never") is None
    assert run("audit", inbox / "a.csv", "--out", inbox, "--fail-on", "never") is None
    assert {*LISTS} < {*REPORT} <= {path.name for path in inbox.iterdir()}
