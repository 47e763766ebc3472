"""A finding's timeline: its moments, the due one among them, between the application's steps around it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from auditor.report import evidence
from auditor.report.frames import AROUND, FINDINGS, parts
from auditor.report.wording import Wording
from report import example

ROOM = 10**9
ENGLISH = Wording("en", example.rulebook())


def timeline(around: dict[str, Any], code: str = "T01", **changed: Any) -> list[str]:
    """The lines of the timeline of one finding, as they are read."""
    audit = example.audit(
        "en",
        findings=example.frame(FINDINGS, example.finding(code, **changed)),
        around=example.frame(AROUND, {"fingerprint": f"{code:f>16}", **around}),
    )
    html = str(evidence.findings(parts(audit, 9).oblast, ENGLISH, None, ROOM).html)
    (told,) = re.findall(r"<ol>(.*?)</ol>", html)
    return re.split(r"<li[^>]*>", told)[1:]


BEFORE = {"before_step": "register", "before_at": datetime(2018, 3, 16, 17, 40), "before_done": True}
AFTER = {"after_step": "resolve", "after_at": datetime(2018, 3, 20, 9, 5), "after_done": False}


def test_steps_around_stand_around_it() -> None:
    """The day is said once for all its moments."""
    assert timeline({**BEFORE, **AFTER}) == [
        "2018-03-16 17:40 register",
        "17:45 received",
        "18:00 due",
        "2018-03-19 09:40:20 completed",
        "2018-03-20 09:05 resolve",
    ]


def test_a_step_out_of_order_shows_where_the_other_one_was_done() -> None:
    """The step before stands after it, for so it was."""
    late = {**BEFORE, "before_at": datetime(2018, 3, 19, 11, 0)}
    assert timeline(late, "O01", due_at=None)[-2:] == ["2018-03-19 09:40:20 completed", "11:00 register"]


def test_a_missing_step_shows_the_gap() -> None:
    """Between the step before it and the next; where nothing came before, it is the first."""
    nothing = dict.fromkeys(("received_at", "completed_at", "due_at"))
    assert timeline({**BEFORE, **AFTER}, "S01", **nothing) == [
        "2018-03-16 17:40 register",
        "no entry",
        "2018-03-20 09:05 resolve",
    ]
    assert timeline(AFTER, "S02", **nothing)[0] == "no entry"


def test_a_moment_of_another_kind_than_is_usual_is_said() -> None:
    """A step before that was not completed; a step after of which only the completion is known."""
    told = timeline({**BEFORE, "before_done": False, **AFTER, "after_done": True})
    assert told[0] == "2018-03-16 17:40 register: received"
    assert told[-1] == "2018-03-20 09:05 resolve: completed"


def test_a_bare_date_keeps_its_place_among_the_moments_of_its_day() -> None:
    """Midnight is how it comes; nobody knows that it was before nine."""
    bare = {"after_step": "resolve", "after_at": datetime(2018, 3, 19), "after_done": False}
    assert timeline(bare)[-2:] == ["2018-03-19 09:40:20 completed", "2018-03-19 resolve"]


@pytest.mark.parametrize(
    ("room", "shown", "lines"), [(10**9, 40, 5), (17_000, 40, 4), (16_000, 40, 3), (9_000, 23, 3), (0, 0, 0)]
)
def test_a_page_too_heavy_leaves_out_first_what_says_least(room: int, shown: int, lines: int) -> None:
    """The step after, then the step before, and only then the last findings."""
    rows = [example.finding(fingerprint=f"{n:016x}", application_no=f"A{n}") for n in range(40)]
    around = [{"fingerprint": f"{n:016x}", **BEFORE, **AFTER} for n in range(40)]
    audit = example.audit("en", findings=example.frame(FINDINGS, *rows), around=example.frame(AROUND, *around))
    told = evidence.findings(parts(audit, 99).oblast, ENGLISH, None, room)
    assert len(told.html.encode()) <= room
    timelines = re.findall(r"<ol>(.*?)</ol>", told.html)
    assert (told.shown, told.total, len(timelines)) == (shown, 40, shown)
    assert {len(re.findall("<li", each)) for each in timelines} <= {lines}
