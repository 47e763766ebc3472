"""quarantine.csv: a sentence for each row, no formula, the raw text as it was."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine.audit import in_words
from auditor.exports.source import Source
from auditor.journal.persons import mask
from auditor.journal.quarantine import guard_formulas
from auditor.journal.rows import clean
from auditor.language import Words, catalog
from auditor.report.cells import write_quarantine_csv
from journal.exporting import as_csv, good_row, read


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_file_holds_the_raw_row_and_a_sentence(tmp_path: Path, language: str) -> None:
    hurt = good_row(2)
    hurt[8] = "=вчера"
    raw = ",".join(hurt)
    whole = read(tmp_path, as_csv([good_row(1)]) + raw + "\nкоротко\n=x\n")
    write_quarantine_csv(
        in_words(whole.quarantined, whole.layout, Words("reading", language)), tmp_path / "quarantine.csv"
    )
    with (tmp_path / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "source_file",
        "source_line",
        "column",
        "value",
        "reason",
        "raw",
        "fault",
        "delimiter",
        "header",
        "seal",
    ]
    assert [row["source_line"] for row in rows] == ["3", "4", "5"]
    assert rows[0]["raw"] == raw
    assert rows[0]["value"] == "'=вчера"
    assert "=вчера" in rows[0]["reason"]
    assert "1" in rows[1]["reason"]
    assert "16" in rows[1]["reason"]
    assert rows[2]["raw"] == "'=x"


@given(st.text(st.sampled_from("'=+-@аb1"), min_size=1, max_size=6))
def test_a_guarded_text_is_read_back_as_it_was(text: str) -> None:
    guarded = guard_formulas(pl.DataFrame({"a": [text], "n": [1]}))
    assert guarded["a"][0][0] not in "=+-@"
    assert clean(guarded.select("a"))["a"].to_list() == [text]


def test_numbers_of_persons_are_masked() -> None:
    assert mask("ЖСН 880101300123, 1234567890123") == "ЖСН ************, 1234567890123"


def test_every_reason_has_words(tmp_path: Path) -> None:
    reasons = {
        "missing_value",
        "no_moment",
        "unknown_moment",
        "unknown_date",
        "too_long_value",
        "wrong_width",
        "open_quote",
    }
    reasons |= {"text_after_quote", "nul_byte", "undecodable", "too_long_row"}
    assert reasons <= set(catalog("reading"))


def test_csv_is_written_as_csv(tmp_path: Path) -> None:
    whole = read(tmp_path, as_csv([]) + 'a"b,c\n')
    write_quarantine_csv(
        in_words(whole.quarantined, replace(whole.layout, source=Source(tmp_path, "=a.csv")), Words("reading", "en")),
        tmp_path / "quarantine.csv",
    )
    text = (tmp_path / "quarantine.csv").read_text(encoding="utf-8")
    assert next(csv.reader(io.StringIO(text.splitlines()[1])))[0] == "'=a.csv"
    assert '"a""b,c"' in text
