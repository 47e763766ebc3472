"""CSV and Parquet of findings and quarantine."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine.result import FINDING_COLUMNS
from auditor.journal.quarantine import guard_formulas
from auditor.report.cells import write_findings_csv, write_findings_parquet, write_quarantine_csv
from auditor.report.frames import FINDINGS, QUARANTINE
from report import example


def unguard_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """What whoever reads our files does: take off one `'` before what a formula begins with."""
    return frame.with_columns(pl.col(pl.String).str.replace(r"^'('*[=+\-@\t\r\n])", "$1"))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_columns_are_the_promised_ones(tmp_path: Path) -> None:
    """Other people's scripts hold on to the header."""
    assert tuple(FINDINGS) == FINDING_COLUMNS
    for findings in (example.audit().findings, pl.DataFrame(), pl.DataFrame(schema=FINDINGS)):
        path = write_findings_csv(findings, tmp_path / "findings.csv")
        assert path.read_text(encoding="utf-8").split("\n")[0] == ",".join(FINDING_COLUMNS)


def test_values_are_written_as_promised(tmp_path: Path) -> None:
    """Moments to the second, a limit without decimals, actual and excess with two; what is not there is empty."""
    late, overdue, *_ = read(write_findings_csv(example.audit().findings, tmp_path / "findings.csv"))
    assert late["received_at"] == "2018-03-16 17:45:00"
    assert (late["limit"], late["actual"], late["excess"]) == ("15", "85.33", "70.33")
    assert overdue["completed_at"] == ""
    assert overdue["actual"] == "12.50"
    assert b"\r" not in (tmp_path / "findings.csv").read_bytes()


def test_batches_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in parts, the file is the same."""
    whole = write_findings_csv(example.audit().findings, tmp_path / "a.csv").read_bytes()
    monkeypatch.setattr("auditor.report.cells.BATCH", 2)
    assert write_findings_csv(example.audit().findings, tmp_path / "b.csv").read_bytes() == whole


@pytest.mark.parametrize("text", ["=1+1", "+7701", "-1", "@x", "\tx", "\rx", "'=1"])
def test_formulas_are_guarded(tmp_path: Path, text: str) -> None:
    """A spreadsheet shows the text, and does not run it."""
    findings = example.frame(FINDINGS, example.finding(application_no=text, excess=-1.0))
    (row,) = read(write_findings_csv(findings, tmp_path / "findings.csv"))
    assert row["application_no"] == "'" + text
    assert row["excess"] == "-1.00"
    quarantine = example.frame(QUARANTINE, {"raw": text})
    (row,) = read(write_quarantine_csv(quarantine, tmp_path / "quarantine.csv"))
    assert row["raw"] == "'" + text


@pytest.mark.parametrize("text", ["15-а", "'15", "a=b", "Абай", "#1", " =1"])
def test_other_texts_are_left_alone(text: str) -> None:
    """Nothing else is changed."""
    assert guard_formulas(pl.DataFrame({"a": [text]}))["a"].item() == text


cells = st.lists(
    st.one_of(st.none(), st.text(max_size=6), st.text(alphabet="'=+-@\t\r\n\",x", max_size=6)).filter(
        lambda text: text != ""
    ),
    min_size=1,
)


@given(cells)
def test_guarding_can_be_taken_back(texts: list[str | None]) -> None:
    """Every text is read back as it was, whatever apostrophes it began with."""
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    assert unguard_formulas(guard_formulas(frame)).equals(frame)


@given(cells)
def test_csv_is_read_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str | None]) -> None:
    """Quotes, line breaks and formulas survive the file."""
    path = tmp_path_factory.mktemp("csv") / "quarantine.csv"
    write_quarantine_csv(example.frame(QUARANTINE, *({"raw": text, "value": "x"} for text in texts)), path)
    back = [row["raw"] or None for row in read(path)]
    assert unguard_formulas(pl.DataFrame({"a": back}, schema={"a": pl.String}))["a"].to_list() == texts


def test_parquet_is_typed_and_unguarded(tmp_path: Path) -> None:
    """A program gets the values themselves."""
    findings = example.frame(FINDINGS, example.finding(application_no="=1"))
    back = pl.read_parquet(write_findings_parquet(findings, tmp_path / "findings.parquet"))
    assert back.schema == pl.Schema(FINDINGS)
    assert back.equals(findings)
