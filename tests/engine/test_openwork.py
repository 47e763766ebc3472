"""Open work: every step that is somebody's to do, with its due moment, and none that is not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from auditor.engine.audit import Asked, audit, working_folder
from auditor.engine.result import Audit
from auditor.exports.find import find_exports
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook
from auditor.paths import default_rules

RULES = load_rulebook(default_rules())
HEADER = (
    "district,office,application_no,service,channel,step,role,employee,received_at,completed_at,outcome,extended_to"
)
PLACE = "Абай ауданы,Бөлім"
# Home care at the provider: register 30 min, resolve 1 working day, prepare 12 working days, sign 1 hour, issue 30 min (not the office's alone).


def audited(tmp_path: Path, lines: list[str], as_of: datetime, **asked: Any) -> Audit:
    rows = [f"{PLACE},{line}" for line in lines]
    (tmp_path / "journal.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    question = Asked(**{"as_of": as_of, "covers": (None, None), "language": "ru", "show_names": False, **asked})
    paths = find_exports([str(tmp_path / "journal.csv")])
    with working_folder(tmp_path / "work") as folder:
        return audit(paths, Profile.canonical(RULES.zone), RULES, question, folder)


def open_work(tmp_path: Path, lines: list[str], as_of: datetime, **asked: Any) -> list[dict[str, Any]]:
    return audited(tmp_path, lines, as_of, **asked).open_work.to_dicts()


def steps(number: str, *moments: tuple[str, str, str]) -> list[str]:
    return [f"{number},home_care,provider,{step},,Ким А.,{since},{until},," for step, since, until in moments]


DONE = (("register", "2018-03-01 09:00", "2018-03-01 09:20"), ("resolve", "2018-03-01 09:30", "2018-03-02 10:00"))


def test_a_step_received_and_not_done_is_open_with_its_due_moment(tmp_path: Path) -> None:
    """Twelve working days from Friday 2 March 2018: Saturday the 3rd was worked; 8, 9 and 21 to 23 March are days off."""
    lines = steps("1", *DONE, ("prepare", "2018-03-02 10:30", "")) + steps(
        "2", ("register", "2018-03-12 09:00", "2018-03-12 09:10")
    )
    resolve, prepare = open_work(tmp_path, lines, datetime(2018, 3, 12, 20, 0))
    assert (prepare["application_no"], prepare["step"], prepare["begun"], prepare["state"]) == (
        "1",
        "prepare",
        True,
        "open",
    )
    assert prepare["due_at"] == datetime(2018, 3, 26, 18, 30)
    assert (prepare["limit"], prepare["limit_unit"], prepare["due_when"]) == (12.0, "working_day", "later")
    assert prepare["employee"] == "№ 1"
    assert prepare["source_line"] == 4
    assert prepare["work_day"] == date(2018, 3, 13)
    # Registered on Monday the 12th: handed over by the 13th, so the head's day begins on the 14th and is the 15th.
    assert (resolve["application_no"], resolve["step"], resolve["begun"], resolve["employee"]) == (
        "2",
        "resolve",
        False,
        None,
    )
    assert resolve["since"] == datetime(2018, 3, 12, 9, 10)
    assert (resolve["due_at"], resolve["due_when"]) == (datetime(2018, 3, 15, 18, 30), "week")


def test_when_it_falls_due_is_seen_from_the_next_working_day(tmp_path: Path) -> None:
    """By the cut-off: overdue. Between the cut-off and that day: passed, for the export cannot show whether it was done."""
    lines = steps("1", *DONE, ("prepare", "2018-03-02 10:30", ""))
    last = steps("9", ("register", "2018-03-26 17:00", "2018-03-26 17:10"))

    def when(as_of: datetime, extra: list[str] = last) -> str:
        work = open_work(tmp_path, lines + extra, as_of)
        return next(row["due_when"] for row in work if row["application_no"] == "1")

    early = steps("9", ("register", "2018-03-20 17:00", "2018-03-20 17:10"))
    assert when(datetime(2018, 3, 20, 18, 0), early) == "week"  # the office is still open: today is the 20th
    assert when(datetime(2018, 3, 20, 23, 0), early) == "today"  # the next working day is the 26th
    assert when(datetime(2018, 3, 26, 18, 0)) == "today"
    assert when(datetime(2018, 3, 26, 23, 0)) == "passed"
    beyond = steps("9", ("register", "2018-03-28 17:00", "2018-03-28 17:10"))
    assert when(datetime(2018, 3, 28, 23, 0), beyond) == "overdue"


def test_what_is_no_longer_owed_is_no_work(tmp_path: Path) -> None:
    """Withdrawn, finished, or waiting for a step that was itself not done."""
    withdrawn = ["1,home_care,provider,register,,Ким А.,2018-03-01 09:00,2018-03-01 09:20,withdrawn,"]
    finished = steps(
        "2",
        *DONE,
        ("prepare", "2018-03-02 10:30", "2018-03-05 10:00"),
        ("sign", "2018-03-05 10:10", "2018-03-05 10:30"),
        ("issue", "2018-03-05 10:40", "2018-03-05 10:50"),
    )
    waiting = steps("3", ("register", "2018-03-05 12:00", ""))
    work = open_work(tmp_path, withdrawn + finished + waiting, datetime(2018, 3, 5, 20, 0))
    assert [(row["application_no"], row["step"]) for row in work] == [("3", "register")]


def test_an_extended_term_is_due_on_its_day(tmp_path: Path) -> None:
    line = "1,home_care,provider,prepare,,Ким А.,2018-03-02 10:30,,,2018-04-20"
    (row,) = open_work(tmp_path, [line], datetime(2018, 3, 12, 20, 0))
    assert (row["due_at"], row["extended_to"]) == (datetime(2018, 4, 20, 18, 30), date(2018, 4, 20))


def test_what_another_office_must_do_is_undetermined_with_its_reason(tmp_path: Path) -> None:
    """The akim's office sent it on: whether the provider has it, its own journal would show."""
    lines = [
        f"1,rural_fuel_assistance,akim,{step.id},,Ким А.,2018-03-01 09:0{i},2018-03-01 09:0{i},," for i, step in _akim()
    ]
    work = open_work(tmp_path, lines, datetime(2018, 3, 20, 20, 0))
    assert [(row["state"], row["reason"]) for row in work] == [("undetermined", "other_office")]


def _akim() -> list[tuple[int, Any]]:
    """The steps of the akim's own office at the beginning of the procedure, in its edition of March 2018."""
    procedure = RULES.procedure("rural_fuel_assistance", "akim")
    assert procedure is not None
    edition = next(e for e in procedure.editions if e.in_force_from <= date(2018, 3, 1) < (e.in_force_to or date.max))
    own = []
    for i, step in enumerate(edition.steps):
        if RULES.office_kind(step.role, "akim") != "akim":
            break
        own.append((i, step))
    return own


def test_no_name_is_left_unless_asked_for(tmp_path: Path) -> None:
    lines = steps("1", ("register", "2018-03-05 12:00", ""))
    assert open_work(tmp_path, lines, datetime(2018, 3, 5, 20, 0))[0]["employee"] == "№ 1"
    assert open_work(tmp_path, lines, datetime(2018, 3, 5, 20, 0), show_names=True)[0]["employee"] == "Ким А."


def test_open_steps_are_those_that_the_verdicts_count(tmp_path: Path) -> None:
    """What the figures call overdue, the list names; what they call open is the list and the steps after it."""
    lines = (
        steps("1", *DONE, ("prepare", "2018-03-02 10:30", ""))
        + steps("2", *DONE)
        + steps("3", ("register", "2018-06-01 09:00", ""))
    )
    found = audited(tmp_path, lines, datetime(2018, 6, 1, 20, 0))
    overdue = found.verdicts.filter(pl.col("verdict") == "overdue")["n"].sum()
    assert overdue == found.open_work.filter(pl.col("state") == "overdue").height == 2
