"""The register of excuses: whom it speaks for, when, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.history.excuses import Excuses
from history.nights import LATE, NEXT, OTHER, Nights

REGISTER = """
excuses:
  - {number: 7, date: 2018-03-06, signed_by: the head, reason: blizzard, from: 2018-03-01, until: 2018-03-21,
     occurred_until: 2018-03-15, scope: {district: D, code: t01}}
  - {number: 8, date: 2018-03-06, signed_by: the head, reason: none, from: 2018-03-01, scope: {code: S02}}
"""


def test_excused_findings_are_counted_apart(tmp_path: Path) -> None:
    """In force, the finding is excused; past its last day it is open again, and the register is said to have expired."""
    nights = Nights(tmp_path)
    file = tmp_path / "excuses.yaml"
    file.write_text(REGISTER)
    rows = [LATE, NEXT, OTHER.replace("10:10", "10:50")]
    nights.run(*rows, as_of="2018-03-20", options=("--excuses", str(file)))
    states = dict(nights.ask("SELECT application_no, state FROM life WHERE code = 'T01'"))
    assert states == {"1": "excused", "2": "new"}
    assert "Excused findings, counted apart: 1" in nights.said
    assert "In time: 33.3% of all decided steps, 50.0% without the excused ones" in nights.said
    assert "Excuse 8 (the head) speaks for no finding" in nights.said
    nights.run(*rows, as_of="2018-03-22", options=("--excuses", str(file)))
    assert nights.ask("SELECT state FROM life WHERE code = 'T01' AND application_no = '1'") == [("open",)]
    assert "Excuse 7 (the head) has expired" in nights.said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "excuses:\n  - {number: 7, signed_by: a, reason: b, date: 2018-02-30, from: 2018-01-01, scope: {code: T01}}",
            "2: .*date: `2018-02-30` is no date",
        ),
        (
            "excuses:\n  - {number: 7, signed_by: a, reason: b, date: 2018-02-03, from: 2018-01-01, scope: {}}",
            "scope: names nothing",
        ),
        (
            "excuses:\n  - {number: 7, signed_by: a, reason: b, date: 2018-02-03, from: 2018-01-01, scope: {cod: T01}}",
            "cod: is an unknown key",
        ),
        ("excuse: []", "excuses: is missing"),
    ],
)
def test_a_faulty_register_names_line_and_key(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "e.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        Excuses.read(file)
