"""Workbooks: what was put in comes out, nothing runs, nothing is lost, equal content is equal bytes."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.findings_book import REPLY, findings_book, reply_book, reply_places
from auditor.report.frames import FINDINGS
from auditor.report.wording import Wording
from auditor.report.workbook import LONGEST_CELL, Column, Workbook
from report import example

MADE = datetime(2019, 1, 31, 18, 0)
COLUMNS = (Column("text", "Text", 20), Column("at", "At", 20, "moment"), Column("n", "N", 10, "number"))


def book(texts: list[str | None], at: datetime | None = None, n: float | None = None) -> Workbook:
    frame = pl.DataFrame(
        {"text": texts, "at": [at] * len(texts), "n": [n] * len(texts)},
        schema={"text": pl.String, "at": pl.Datetime("us"), "n": pl.Float64},
    )
    made = Workbook("A list", MADE)
    made.list("List", COLUMNS, frame)
    return made


def rows(content: bytes, sheet: int = 0) -> list[list[Any]]:
    opened = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    return opened.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return package.read(name).decode()


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_every_text_comes_back_as_text(texts: list[str]) -> None:
    """Whatever a journal holds: well-formed, one cell a text; only what cannot be shown or could turn the writing is replaced."""
    content = book(["first", *texts]).content()
    ElementTree.fromstring(part(content, "xl/worksheets/sheet1.xml"))
    read = rows(content)
    assert len(read) == len(texts) + 2 or not any(
        texts[len(read) - 2 :]
    )  # rows without a value are not told at the end
    for given_, (said, *_) in zip(texts, read[2:], strict=False):
        if given_.isprintable():
            assert said == given_


@pytest.mark.parametrize("text", ["=1+1", "+7701", "-1", "@SUM(A1)", "\t=1", "'=1", '=HYPERLINK("http://x")'])
def test_no_text_is_a_formula_or_a_link(text: str) -> None:
    """It is a text cell, and stays one when somebody edits it: its style carries the `'` that a spreadsheet would ask for."""
    content = book([text]).content()
    sheet = part(content, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert rows(content)[1][0].strip() == text.strip()
    styles = ElementTree.fromstring(part(content, "xl/styles.xml"))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    quoted = [x.get("quotePrefix") == "1" for x in styles.findall("m:cellXfs/m:xf", space)]
    cell = ElementTree.fromstring(sheet).find(".//m:c[@r='A2']", space)
    assert cell is not None
    assert quoted[int(cell.get("s", "0"))]


def test_a_plain_text_is_not_marked_so() -> None:
    """Or the `'` would stand before every text in the line of a spreadsheet."""
    content = book(["x"]).content()
    assert 'quotePrefix="1"' in part(content, "xl/styles.xml")
    guarded = book(["=x"]).content()
    assert part(content, "xl/worksheets/sheet1.xml").count('s="') == part(guarded, "xl/worksheets/sheet1.xml").count(
        's="'
    )
    assert part(content, "xl/worksheets/sheet1.xml") != part(guarded, "xl/worksheets/sheet1.xml").replace("=x", "x")


@given(
    st.datetimes(min_value=datetime(1900, 3, 1), max_value=datetime(2200, 1, 1)).map(lambda d: d.replace(microsecond=0))
)
def test_moments_are_moments(at: datetime) -> None:
    """To the second, and so that a spreadsheet sorts them."""
    read = rows(book(["x"], at).content())[1][1]
    read = read if isinstance(read, datetime) else datetime.combine(read, datetime.min.time())
    assert abs((read - at).total_seconds()) < 0.01


@pytest.mark.parametrize("year", [1018, 1900])
def test_a_moment_before_spreadsheets_is_a_text(year: int) -> None:
    """A year typed wrongly must be seen as it is, not as a row of marks, nor a day off for the 29 February 1900 that they count."""
    assert rows(book(["x"], datetime(year, 1, 31, 9, 30)).content())[1][1].startswith(f"{year}-01-31 09:30:00")


@pytest.mark.parametrize(
    ("given_", "read"), [(1.5, 1.5), (0.0, 0.0), (None, ""), (float("nan"), ""), (float("inf"), "")]
)
def test_numbers_are_numbers(given_: float | None, read: object) -> None:
    assert rows(book(["x"], None, given_).content())[1][2:3] in ([read], [])


def test_a_text_longer_than_a_cell_is_cut_with_a_mark() -> None:
    said = rows(book(["x" * 40_000]).content())[1][0]
    assert len(said) == LONGEST_CELL + 1
    assert said.endswith("…")


def test_what_does_not_fit_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the headings; no row is lost at the seam of a sheet or of a batch."""
    monkeypatch.setattr("auditor.report.workbook.MOST_ROWS", 8)
    monkeypatch.setattr("auditor.report.workbook.BATCH", 3)
    texts = [f"t{i}" for i in range(16)]
    content = book(texts).content()
    read = [rows(content, sheet) for sheet in range(3)]
    assert [sheet[0] for sheet in read] == [["Text", "At", "N"]] * 3
    assert [row[0] for sheet in read for row in sheet[1:]] == texts


def test_equal_content_is_equal_bytes() -> None:
    """No clock and no machine in it."""
    assert (
        findings_book(example.audit(), Wording("kk", example.rulebook())).content()
        == findings_book(example.audit(), Wording("kk", example.rulebook())).content()
    )


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_list_of_findings_is_whole_and_in_words(language: str) -> None:
    """One row a finding, in the order of findings.csv, with names for ids; the second sheet says which column is which."""
    audit = example.audit(language)
    content = findings_book(audit, Wording(language, example.rulebook())).content()
    head, *read = rows(content)
    assert len(read) == audit.findings.height
    assert [row[-1] for row in read] == audit.findings["fingerprint"].to_list()
    assert "child_allowance" not in {row[4] for row in read}
    told = [row[1] for row in rows(content, 1)]
    assert told[-len(FINDINGS) :] == list(FINDINGS)
    assert [row[0] for row in rows(content, 1)][-len(FINDINGS) :] == head


def test_a_district_replies_in_columns_that_are_found_again() -> None:
    """Empty, and known by their names in any language; the fingerprint comes last."""
    audit = example.audit("kk")
    mine = audit.findings.filter(pl.col("district") == example.ABAI)
    head, *read = rows(reply_book(audit, mine, Wording("kk", example.rulebook()), example.ABAI).content())
    places = reply_places(head)
    assert list(places) == [*REPLY, "fingerprint"]
    assert [row[places["fingerprint"]] for row in read] == mine["fingerprint"].to_list()
    assert {row[places[name]] for row in read for name in REPLY} == {""}
