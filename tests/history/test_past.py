"""What the reports are given of the past: nights, excused findings, documented changes, registers that speak for nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from auditor.commands import audit as command
from auditor.report.past import Past
from history.nights import IN_TIME, LATE, NEXT, OTHER, Nights

EXCUSES = """
excuses:
  - {number: 7, date: 2018-03-06, signed_by: the head, reason: blizzard, from: 2018-03-01, until: 2018-04-21, scope: {application_no: 2}}
  - {number: 8, date: 2018-03-06, signed_by: the head, reason: none, from: 2018-03-01, until: 2018-03-02, scope: {code: S02}}
"""
CORRECTIONS = """
corrections:
  - {number: 12-05/33, date: 2018-03-21, signed_by: the head, reason: a clock, district: D, office: O, application_no: 1, step: register}
  - {number: 12-05/34, date: 2018-03-21, signed_by: the head, reason: a pen, district: D, office: O, application_no: 9}
"""


def test_what_the_reports_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Past] = []
    monkeypatch.setattr(command, "write_reports", lambda audit, book, out, past: given.append(past))
    monkeypatch.setattr(pl, "read_csv", lambda *_, **__: pl.DataFrame())
    nights = Nights(tmp_path)
    options = []
    for name, text in (("excuses", EXCUSES), ("corrections", CORRECTIONS)):
        (tmp_path / f"{name}.yaml").write_text(text)
        options += [f"--{name}", str(tmp_path / f"{name}.yaml")]
    late = OTHER.replace("10:10", "10:50")
    nights.run(LATE, NEXT, late, as_of="2018-03-20 01:00", options=options)
    nights.run(IN_TIME, NEXT, late, as_of="2018-03-20 08:00", options=options)
    nights.run(IN_TIME, NEXT, late, as_of="2018-03-21 08:00", options=options)
    first, _, last = given
    assert first.trend is None
    assert first.nights.height == 1
    assert last.trend is not None
    assert last.nights.select("day", "district").rows() == [(date(2018, 3, 20), "D"), (date(2018, 3, 21), "D")]
    assert last.nights["met"].to_list() == [2, 2]
    assert last.nights["decided"].to_list() == [3, 3]
    assert last.nights["spared"].to_list() == [1, 1]
    excused = last.excused.filter("spared").select("application_no", "code", "number", "reason", "until").rows()
    assert excused == [("2", "T01", "7", "blizzard", date(2018, 4, 21))]
    documented = last.documented.select("application_no", "kind", "number", "dated", "signed_by").rows()
    assert documented == [("1", "changed", "12-05/33", date(2018, 3, 21), "the head")]
    assert "10:40" in last.documented["message"][0]
    assert set(last.idle.select("register", "why", "number").rows()) == {
        ("excuses", "expired", "8"),
        ("corrections", "unused", "12-05/34"),
    }
    assert dict(last.states.select("fingerprint", "state").rows())[last.excused["fingerprint"][0]] == "excused"
