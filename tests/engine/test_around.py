"""The steps around a finding's: what its timeline is made of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from auditor.engine.audit import Asked, audit
from auditor.engine.result import Audit
from auditor.exports.find import Found
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook

HEADER = "district,office,application_no,service,channel,step,role,received_at,completed_at\n"
ROWS = """\
Абай,Отдел,1,child_allowance,provider,register,,2018-03-12 09:00,2018-03-12 09:10
Абай,Отдел,1,child_allowance,provider,resolve,,2018-03-12 09:20,2018-03-19 10:00
Абай,Отдел,1,child_allowance,provider,prepare,,2018-03-19 10:30,
Абай,Отдел,2,child_allowance,provider,register,,2018-03-12 09:00,2018-03-12 09:10
Абай,Отдел,2,child_allowance,provider,prepare,,,2018-03-13 10:00
Абай,Отдел,2,child_allowance,provider,чаепитие,,2018-03-13 10:00,2018-03-13 11:00
"""


def audited(folder: Path, repo: Path) -> Audit:
    (folder / "a.csv").write_text(HEADER + ROWS, encoding="utf-8")
    asked = Asked(datetime(2018, 6, 1), (None, None), "en", False)
    (folder / "work").mkdir()
    return audit(Found.named(folder / "a.csv"), Profile(), load_rulebook(repo / "rules"), asked, folder / "work")


def test_the_nearest_steps_that_have_an_entry(tmp_path: Path, repo: Path) -> None:
    """A step before by its completion, one after by its receipt, and by the other moment where there is only that; an unknown step has none."""
    found = audited(tmp_path, repo)
    assert found.around["fingerprint"].is_unique().all()
    told = found.findings.join(found.around, on="fingerprint", how="left")

    def around(number: str, code: str, step: str) -> tuple[object, ...]:
        here = (pl.col("application_no") == number) & (pl.col("code") == code) & (pl.col("step") == step)
        (row,) = told.filter(here).select(found.around.columns[1:]).rows()
        return tuple(row)

    registered, received = datetime(2018, 3, 12, 9, 10), datetime(2018, 3, 19, 10, 30)
    assert around("1", "T01", "resolve") == ("register", registered, True, "prepare", received, False)
    assert around("2", "S03", "чаепитие") == (None,) * 6
    told = told.filter(pl.col("application_no") == "1", pl.col("step") == "prepare")
    assert set(told["before_step"].drop_nulls()) <= {"resolve"}


def test_a_missing_step_has_both_its_neighbours(tmp_path: Path, repo: Path) -> None:
    """Where absence can be judged: the gap has two sides; of the next step only the completion is known."""
    rows = "".join(line for line in ROWS.splitlines(keepends=True) if "чаепитие" not in line)
    (tmp_path / "work2").mkdir()
    (tmp_path / "b.csv").write_text(HEADER + rows, encoding="utf-8")
    asked = Asked(datetime(2018, 6, 1), (datetime(2017, 1, 1), None), "en", False)
    found = audit(Found.named(tmp_path / "b.csv"), Profile(), load_rulebook(repo / "rules"), asked, tmp_path / "work2")
    (skipped,) = found.findings.filter(pl.col("code").is_in(["S01", "S02"])).rows(named=True)
    assert skipped["step"] == "resolve"
    (row,) = found.around.filter(pl.col("fingerprint") == skipped["fingerprint"]).drop("fingerprint").rows()
    assert row == ("register", datetime(2018, 3, 12, 9, 10), True, "prepare", datetime(2018, 3, 13, 10, 0), True)
