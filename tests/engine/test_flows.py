"""Where the time goes: waiting and working in open time, worked out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from auditor.engine import flows
from auditor.engine.audit import Asked, audit
from auditor.engine.result import Audit
from auditor.exports.find import Found
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook

HEADER = "district,office,application_no,service,channel,step,role,received_at,completed_at\n"
ROWS = """\
Абай,Отдел,1,child_allowance,provider,register,,2018-03-12 12:50,2018-03-12 14:40
Абай,Отдел,1,child_allowance,provider,resolve,,2018-03-13 09:10,2018-03-13 09:30
Шет,Отдел,2,child_allowance,provider,register,,2018-03-12 10:00,2018-03-12 10:40
Шет,Отдел,2,child_allowance,provider,resolve,,2018-03-12,2018-03-13
"""


def audited(folder: Path, repo: Path, rows: str = ROWS) -> Audit:
    (folder / "a.csv").write_text(HEADER + rows, encoding="utf-8")
    asked = Asked(datetime(2018, 6, 1), (None, None), "en", False)
    (folder / "work").mkdir()
    return audit(Found.named(folder / "a.csv"), Profile(), load_rulebook(repo / "rules"), asked, folder / "work")


def told(audit: Audit, district: str | None, step: str) -> tuple[object, ...]:
    here = pl.col("district").is_null() if district is None else pl.col("district") == district
    ((*row,),) = audit.flows.filter(here, pl.col("step") == step).drop("district", "channel", "role").rows()
    return tuple(row[2:])


def test_time_is_open_time(tmp_path: Path, repo: Path) -> None:
    """10 minutes before lunch and 10 after it are 20; the night between two steps is no waiting."""
    found = audited(tmp_path, repo)
    register = (1, 0, 0.0, None, 1, 20 * 60.0, 20 * 60.0)
    assert told(found, "Абай", "register") == register
    # From 14:40 to 18:30 and from 9:00 to 9:10.
    waited = (3 * 60 + 50 + 10) * 60.0
    assert told(found, "Абай", "resolve") == (1, 1, waited, waited, 1, 20 * 60.0, 20 * 60.0)


def test_bare_dates_are_counted_but_not_timed(tmp_path: Path, repo: Path) -> None:
    """A day is no moment: how long the step took within it is not known."""
    assert told(audited(tmp_path, repo), "Шет", "resolve") == (1, 0, 0.0, None, 0, 0.0, None)


def test_all_districts_together(tmp_path: Path, repo: Path) -> None:
    """Sums are added up, and the median is that of all."""
    assert told(audited(tmp_path, repo), None, "register") == (2, 0, 0.0, None, 2, 3600.0, 1800.0)


def test_a_large_journal_is_sampled(tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole applications, the same ones every time."""
    lines = [
        f"Абай,Отдел,{n},child_allowance,provider,{step},,2018-03-12 10:00,2018-03-12 10:10\n"
        for n in range(200)
        for step in ("register", "resolve")
    ]
    monkeypatch.setattr(flows, "MOST_ENTRIES", 100)
    found = audited(tmp_path, repo, "".join(lines))
    assert found.flow_share == 4
    counts = [told(found, None, step)[0] for step in ("register", "resolve")]
    assert counts[0] == counts[1]
    assert 20 < int(str(counts[0])) < 90
