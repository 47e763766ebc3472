"""Timelines: figures worked out by hand, and that they say what the audit decided.

Child allowance through the provider (item 2): register 15 minutes, resolve 1 working day, prepare 5, sign 1 hour, issue 15 minutes. Open
09:00-13:00 and 14:30-18:30. In 2018: 21 August Kurban-ait, 25 August (Saturday) worked for 31 August, 30 August Constitution Day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from auditor.commands.telling import Teller
from auditor.engine.audit import Asked, audit, take
from auditor.engine.judge import FILES_SCHEMA, MENTIONS_SCHEMA, Files, Question, judge
from auditor.engine.staging import Staging
from auditor.engine.timeline import Clock, Step, Timeline, Trace, open_microseconds
from auditor.engine.tracing import Pseudonyms, build, trace
from auditor.engine.watching import Watch
from auditor.exports.find import find_exports
from auditor.exports.opening import open_exports
from auditor.journal.profile import Profile
from auditor.journal.surveying import survey_exports
from auditor.language import Words
from auditor.law.load import load_rulebook
from auditor.law.types import LANGUAGES

TOP = Path(__file__).resolve().parents[2]
RULES = load_rulebook(TOP / "rules")
MINUTE = 60_000_000


@cache
def timeline(number: str) -> Timeline:
    """The one application with the number in `tests/explain/journals/`."""
    asked = Asked(datetime(2018, 12, 31, 23, 59, 59), (None, None), "en", show_names=False)
    exports = find_exports([str(TOP / "tests" / "explain" / "journals")])
    with TemporaryDirectory() as folder:
        traced = trace(exports, Profile.canonical(), RULES, asked, number, None, Path(folder))
    (told,) = traced.timelines
    return told


def step(told: Timeline, name: str) -> Step:
    return next(s for s in told.steps if s.placed.step.id == name)


def clock(told: Timeline, name: str) -> Clock:
    found = step(told, name).clock
    assert found is not None
    return found


def off(found: Clock) -> list[date]:
    return [day.day for day in found.days if not day.working]


def test_a_step_in_time_has_a_due_moment_too() -> None:
    """Friday 17:50 and 15 minutes: 18:05, of which 10 were used."""
    found = clock(timeline("15"), "register")
    assert found.due is not None
    assert (found.due.due_at, found.elapsed) == (datetime(2018, 8, 17, 18, 5), 10 * MINUTE)


def test_a_working_day_over_kurban_ait() -> None:
    """Received on a Saturday, so on Monday the 20th; the 21st is Kurban-ait: due on Wednesday the 22nd."""
    found = clock(timeline("15"), "resolve")
    assert found.due is not None
    assert found.effective == date(2018, 8, 20)
    assert (found.due.due_at, found.due.used, found.due.excess) == (datetime(2018, 8, 22, 18, 30), 1, 0)
    assert off(found) == [date(2018, 8, 18), date(2018, 8, 19), date(2018, 8, 21)]
    assert [day.off.names["en"] for day in found.days if day.off] == ["Eid al-Adha"]


def test_five_working_days_with_a_moved_saturday() -> None:
    """Received on the 22nd after closing, so on the 23rd; then 24, 25 (worked), 27, 28, 29: due on the 29th. Done on 6 September:
    3, 4, 5, 6 September are four more, for 30 and 31 August and two weekends' days are off."""
    told = timeline("15")
    found = clock(told, "prepare")
    assert found.due is not None
    assert found.effective == date(2018, 8, 23)
    assert (found.due.due_at, found.due.used, found.due.excess) == (datetime(2018, 8, 29, 18, 30), 9, 4)
    assert off(found) == [date(2018, 8, 26), date(2018, 8, 30), date(2018, 8, 31), date(2018, 9, 1), date(2018, 9, 2)]
    assert [day.day for day in found.days if day.moved] == [date(2018, 8, 25)]
    assert [f.code for f in step(told, "prepare").findings] == ["T01"]


def test_an_hour_over_a_weekend_signed_by_a_deputy() -> None:
    """Friday 18:00-18:30 and Monday 09:00-09:31: 61 minutes."""
    told = timeline("15")
    found = clock(told, "sign")
    assert found.due is not None
    assert found.due.due_at == datetime(2018, 9, 10, 9, 30)
    assert found.elapsed == 61 * MINUTE
    assert round(found.due.excess * 60) == 1
    assert off(found) == [date(2018, 9, 8), date(2018, 9, 9)]
    (entry,) = step(told, "sign").entries
    assert (entry.deputy, entry.role, entry.role_text) == (True, "provider_head", "заместитель руководителя")


def test_a_step_not_begun() -> None:
    """Signed on Monday the 10th, to be handed over by the 11th, clocked from the 12th at 09:00: due 09:15. The journal ends on the 14th
    at 12:00: 8, 8 and 3 hours."""
    told = timeline("15")
    found = clock(told, "issue")
    assert found.due is not None
    assert (found.handover, found.start, found.due.due_at) == (
        date(2018, 9, 11),
        datetime(2018, 9, 12, 9),
        datetime(2018, 9, 12, 9, 15),
    )
    assert found.elapsed == 19 * 60 * MINUTE
    assert step(told, "issue").verdict == "overdue"


def test_bare_dates_a_missing_receipt_and_an_unknown_step() -> None:
    """From the end of Monday the 3rd to the beginning of Tuesday nothing has certainly passed; the resolution is clocked from the 4th."""
    told = timeline("16")
    assert (step(told, "register").verdict, step(told, "register").reason) == ("undetermined", "day_precision")
    assert clock(told, "register").elapsed == 0
    resolved = clock(told, "resolve")
    assert resolved.before is not None
    assert (resolved.origin, resolved.before.step.id, resolved.effective) == (
        "step_before",
        "register",
        date(2018, 9, 4),
    )
    assert [entry.step for entry in told.unplaced] == ["stamp"]
    assert [f.code for f in told.findings] == ["S03"]


def test_steps_before_coverage() -> None:
    """The journal begins on 18 June; the first entry is of 10 July, 22 days later."""
    told = timeline("17")
    for name in ("register", "resolve", "prepare"):
        assert (step(told, name).verdict, step(told, name).reason, step(told, name).entries) == (
            "undetermined",
            "before_coverage",
            (),
        )


def test_inner_steps() -> None:
    """The provider's registration runs inside the corporation's procedure, by its own limit: 10:00-10:20 against 15 minutes."""
    told = timeline("МК-1")
    assert [s.placed.step.id for s in told.steps if s.inside] == ["register"]
    assert told.steps[-1].inside
    found = clock(told, "register")
    assert found.due is not None
    assert (found.due.due_at, found.elapsed) == (datetime(2018, 6, 18, 10, 15), 20 * MINUTE)
    # Saturday 19:59-20:00 and Monday 09:00-09:01:30 against 2 minutes.
    assert clock(told, "enter_request").elapsed == 2.5 * MINUTE


WHOLE = (None, None)
STATED = (datetime(2017, 1, 1), datetime(2018, 8, 22, 12))


@pytest.mark.parametrize(
    ("covers", "files"),
    [
        pytest.param(WHOLE, slice(0, None, 30), id="whole"),
        pytest.param(STATED, slice(4, None, 30), id="stated"),
        pytest.param(WHOLE, slice(None), id="whole, all files", marks=pytest.mark.slow),
        pytest.param(STATED, slice(None), id="stated, all files", marks=pytest.mark.slow),
    ],
)
def test_timelines_say_what_the_audit_decided(
    tmp_path: Path, covers: tuple[datetime | None, datetime | None], files: slice
) -> None:
    """Over sample_data, one of thirty of its files or all: the verdicts and findings of all timelines are the audit's, the open time shown is the time clocked,
    and all can be told, by turns in three languages."""
    asked = Asked(datetime(2019, 12, 31), covers, "en", show_names=False)
    paths = find_exports([str(path) for path in sorted((TOP / "sample_data" / "journals").glob("*/*.csv"))[files]])
    profile = Profile.canonical()
    (tmp_path / "audit").mkdir()
    (tmp_path / "explain").mkdir()
    audited = audit(paths, profile, RULES, asked, tmp_path / "audit")

    layouts = survey_exports(open_exports(paths, tmp_path), profile).layouts
    staging = Staging(tmp_path / "explain", 1, RULES.vocabulary)
    taken = take(layouts, [0] * len(layouts), staging, Words("reading", "en"), lambda *_: None)
    known = Files(
        pl.DataFrame(taken.files, schema=FILES_SCHEMA, orient="row"),
        pl.concat([pl.DataFrame(schema=MENTIONS_SCHEMA), *taken.mentions]),
    )
    watch = Watch(None, None, None)
    judgement = judge(
        staging, known, RULES, Question(asked.as_of, covers, every_clock=True), tmp_path / "explain", watch=watch
    )
    names = Pseudonyms(staging.spellings.employee.frame()["text"], shown=False)
    tellers = [
        Teller(RULES, replace(asked, language=language), Trace((), (), (), (), (), {})) for language in LANGUAGES
    ]
    verdicts: Counter[tuple[str, str, str, str, str | None]] = Counter()
    steps: Counter[tuple[str, str, str, str, str | None]] = Counter()
    found: Counter[tuple[str, str, str]] = Counter()
    for at, kept in enumerate(watch.kept):
        told = build(kept, judgement, RULES, asked, names)
        assert max(map(len, tellers[at % len(tellers)].application(told).splitlines())) <= 100
        where = (told.heading.service, told.heading.channel)
        for (name, verdict, reason), n in told.verdicts.items():
            verdicts[*where, name, verdict, reason] += n
        for each in told.steps:
            if each.verdict:
                steps[*where, each.placed.step.id, each.verdict, each.reason] += 1
            found.update((told.heading.number, f.code, f.message) for f in each.findings)
            if each.clock and each.clock.due and not each.clock.in_days and not each.clock.extended_to:
                assert open_microseconds(each.clock.days) == each.clock.elapsed, (told.heading, each.placed.step.id)
            if each.verdict in ("late", "overdue"):
                assert each.clock is not None
                assert each.clock.due is not None
                assert each.clock.due.excess > 0
            elif each.verdict in ("met", "open") and each.clock:
                assert each.clock.due is not None
                assert each.clock.due.excess <= 0
        found.update((told.heading.number, f.code, f.message) for f in told.findings if f.code != "P03")
    watch.close()
    judgement.close()
    columns = ("service", "channel", "step", "verdict", "reason", "n")
    counted: Counter[tuple[str, str, str, str, str | None]] = Counter()
    for *key, n in audited.verdicts.select(columns).iter_rows():
        counted[tuple(key)] += n
    assert verdicts == counted
    assert steps == Counter({key: n for key, n in counted.items() if key[4] != "ambiguous_step"})
    rows = audited.findings.filter(pl.col("code") != "P03").select("application_no", "code", "message").iter_rows()
    assert found == Counter(rows)
