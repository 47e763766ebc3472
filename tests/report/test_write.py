"""The whole report in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from auditor.report.frames import FINDINGS, QUARANTINE, VERDICTS
from auditor.report.write import write_reports
from report import example

PROMISED = [
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "applications",
    "entries",
    "verdicts",
    "findings",
    "as_of",
    "rules_sha256",
    "calendar_sha256",
    "inputs",
]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_writes_exactly_the_promised_files(tmp_path: Path) -> None:
    """Nothing is missing, and nothing is left lying about."""
    written = write_reports(example.audit(), example.rulebook(), tmp_path / "a" / "out")
    names = {str(path.relative_to(tmp_path / "a" / "out")) for path in written}
    assert names == set(tree(tmp_path / "a" / "out"))
    assert names == {
        "index.html",
        "districts/Абай ауданы.html",
        "districts/г Темиртау.html",
        "offices/Абай ауданы/Абай ауданының жұмыспен қамту бөлімі.html",
        "offices/Абай ауданы/Қарабас кентінің әкімі аппараты.html",
        "offices/г Темиртау/Отдел занятости и социальных программ города Темир.html",
        "findings.csv",
        "findings.parquet",
        "findings.xlsx",
        "quarantine.csv",
        "audit.json",
    }


def test_the_same_audit_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two nights can be compared."""
    for name in ("a", "b"):
        write_reports(example.large("kk", 500), example.rulebook(), tmp_path / name)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_the_summary_has_the_promised_keys_first(tmp_path: Path) -> None:
    """Scripts hold on to the names, and people read from the top."""
    audit = example.audit()
    write_reports(audit, example.rulebook(), tmp_path)
    told = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert list(told)[: len(PROMISED)] == PROMISED
    assert told["rows_read"] == told["rows_accepted"] + told["rows_quarantined"] == 3608
    assert list(told["verdicts"].items()) == [
        ("met", 1221),
        ("late", 1),
        ("open", 4),
        ("overdue", 1),
        ("skipped", 1),
        ("undetermined", 314),
    ]
    assert told["findings"] == {"P01": 1, "P03": 1, "S01": 1, "T01": 1, "T02": 1}
    assert told["as_of"] == "2019-01-31 18:00:00"
    assert (
        told["inputs"][0].items()
        >= {"path": "journals/abai.csv", "sha256": "0123456789abcdef" * 4, "rows": 3521}.items()
    )
    assert sum(told["undetermined"].values()) == told["verdicts"]["undetermined"]
    assert told["covers"] == ["2017-01-01 00:00:00", None]
    assert told["not_in_force"][0]["since"] == "2019-06-29"


def test_an_earlier_run_s_districts_go_and_other_files_stay(tmp_path: Path) -> None:
    """A page of a district that is no longer there would be believed; what is not ours is not touched."""
    write_reports(example.audit(), example.rulebook(), tmp_path)
    foreign = tmp_path / "districts" / "notes.html"
    foreign.write_text("<p>mine</p>", encoding="utf-8")
    findings = example.audit().findings.filter(pl.col("district") == example.ABAI)
    audit = example.audit(
        findings=findings,
        **{
            name: getattr(example.audit(), name).filter(pl.col("district") == example.ABAI)
            for name in (
                "verdicts",
                "applications",
                "not_in_force",
                "coverage",
                "unknown_roles",
                "unknown_outcomes",
                "deputies",
                "file_districts",
            )
        },
    )
    write_reports(audit, example.rulebook(), tmp_path)
    assert {page.name for page in (tmp_path / "districts").iterdir()} == {"Абай ауданы.html", "notes.html"}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_empty_audit_is_written(tmp_path: Path, language: str) -> None:
    """No application, no finding, frames without a column: still a report."""
    nothing = pl.DataFrame()
    frames = ("findings", "verdicts", "applications", "not_in_force", "coverage", "quarantine")
    audit = example.audit(
        language,
        **dict.fromkeys((*frames, "unknown_roles", "unknown_outcomes", "deputies", "file_districts"), nothing)
        | {"findings": pl.DataFrame(schema=FINDINGS), "verdicts": pl.DataFrame(schema=VERDICTS)},
        inputs=(),
        entries=0,
        application_count=0,
    )
    write_reports(audit, example.rulebook(), tmp_path)
    assert list((tmp_path / "districts").iterdir()) == []
    assert (tmp_path / "quarantine.csv").read_text(encoding="utf-8") == ",".join(QUARANTINE) + "\n"
