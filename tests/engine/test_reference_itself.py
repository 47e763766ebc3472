"""The reference and the strategies on their own: a judge that is wrong, or never asked, proves nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from engine.strategies import Journal, journal
from reference.clock import Clock, midnight
from reference.madeup import CALENDARS, made_up, with_more
from reference.model import SEVERITY
from reference.reference import judge

REPO = Path(__file__).resolve().parents[2]


@cache
def rules(name: str) -> Rulebook:
    return made_up() if name == "made_up" else with_more(load_rulebook(REPO / "rules"))


KINDS = ("provider", "akim", "corporation", "portal")
MOMENTS = st.datetimes(datetime(2018, 2, 27), datetime(2018, 3, 12)).map(lambda m: m.replace(microsecond=0))


def open_at(kind: str, minute: datetime) -> bool:
    """Is the office open in this minute? Said once more, in words of its own."""
    if kind == "portal":
        return True
    day = minute.date()
    clock = minute.hour * 60 + minute.minute
    off = day in (date(2018, 3, 8), date(2018, 3, 9))
    if kind == "corporation":
        return day.weekday() < 6 and not off and 540 <= clock < 1200
    works = (day.weekday() < 5 or day == date(2018, 3, 3)) and not off
    if kind == "provider":
        return works and (540 <= clock < 780 or 870 <= clock < 1110)
    return works and (540 <= clock < 780 or 840 <= clock < 1080)


@settings(max_examples=30)
@given(st.sampled_from(KINDS), MOMENTS, MOMENTS)
def test_open_time_is_what_counting_minutes_gives(kind: str, a: datetime, b: datetime) -> None:
    """Whole minutes: the sum of those in which the office is open."""
    start, end = sorted(m.replace(second=0) for m in (a, b))
    minutes = int((end - start).total_seconds()) // 60
    counted = sum(open_at(kind, start + timedelta(minutes=i)) for i in range(minutes))
    assert Clock(CALENDARS[kind]).open_seconds(start, end) == counted * 60


@given(st.sampled_from(KINDS), MOMENTS, st.integers(1, 200_000))
def test_the_due_moment_is_the_first_at_which_the_open_time_is_used_up(
    kind: str, start: datetime, seconds: int
) -> None:
    """At it the open time equals the limit, a second earlier it does not."""
    clock = Clock(CALENDARS[kind])
    due = clock.moment_when(start, seconds)
    assert due is not None
    assert clock.open_seconds(start, due) == seconds
    assert clock.open_seconds(start, due - timedelta(seconds=1)) == seconds - 1


@given(st.sampled_from(KINDS), MOMENTS, st.integers(1, 30))
def test_the_due_day_is_a_working_day_and_as_many_after_the_effective_one(
    kind: str, received: datetime, days: int
) -> None:
    """Counting back from the due day gives the limit; every day between it and the next working day gives one more."""
    clock = Clock(CALENDARS[kind])
    effective = clock.effective_day(received, False)
    due = clock.nth_working(effective, days)
    assert effective is not None
    assert due is not None
    assert clock.working(effective)
    assert effective >= received.date()
    assert clock.working_days_after(effective, due) == days
    after = due + timedelta(days=1)
    while not clock.working(after):
        assert clock.working_days_after(effective, after) == days + 1
        after += timedelta(days=1)
    assert clock.working_days_after(effective, after) == days + 1
    assert clock.closing(due) > midnight(due)


@pytest.mark.parametrize("name", ["made_up", "more"])
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_the_order_in_which_rows_of_a_file_are_given_is_nothing(name: str, data: st.DataObject) -> None:
    """File and line decide, not the place in the list."""
    entries, *more = data.draw(journal(rules(name)))
    shuffled = data.draw(st.permutations(entries))
    shuffled.sort(key=lambda e: e.source_file)
    first, second = judge(entries, rules(name), *more), judge(shuffled, rules(name), *more)
    assert first.verdicts == second.verdicts
    assert Counter(first.found) == Counter(second.found)


@pytest.mark.parametrize("name", ["made_up", "more"])
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_reading_a_file_twice_adds_duplicates_and_nothing_else(name: str, data: st.DataObject) -> None:
    """A copy read after everything else."""
    entries, *more = data.draw(journal(rules(name)))
    copy = [replace(e, source_file=f"~ {e.source_file}") for e in entries]
    first, second = judge(entries, rules(name), *more), judge(entries + copy, rules(name), *more)
    assert first.verdicts == second.verdicts
    added = Counter(second.found)
    added.subtract(first.found)
    assert {f.code for f, n in added.items() if n} <= {"J01"}
    assert min(added.values(), default=0) >= 0


@pytest.mark.parametrize("name", ["made_up", "more"])
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_findings_keep_their_promises(name: str, data: st.DataObject) -> None:
    """One finding per application, step and code; T codes have figures; a basis that is not exact is no error."""
    entries, as_of, *more = data.draw(journal(rules(name)))
    judgement = judge(entries, rules(name), as_of, *more)
    lines = {(e.source_file, e.source_line) for e in entries}
    for found in judgement.found:
        assert (found.source_file, found.source_line) in lines
        assert found.severity == SEVERITY[found.code] or (found.basis != "exact" and found.severity == "warning")
        assert found.basis == "exact" or found.severity != "error"
        figures = (found.due_at, found.limit_unit, found.actual, found.excess)
        assert all(f is not None for f in figures) if found.code[0] == "T" else not any(figures)
        if found.excess is not None:
            assert found.excess >= 0
            assert found.due_at < as_of + timedelta(days=1)
    if len({(e.application_no, e.registered_by or e.office) for e in entries}) == 1 and entries[0].registered_on:
        keys = Counter((f.code, f.step, f.application_no) for f in judgement.found if f.code[0] in "TOSR")
        assert len({e.registered_on for e in entries}) > 1 or max(keys.values(), default=1) == 1


# Made-up rules have everything but minutes in T06's hour; the real ones have no branches and no hours in totals.
EXPECTED = {
    "made_up": {("T01", "hour"), ("T02", "hour"), ("T05", "minute"), ("T05", "working_day"), ("T03", "working_day")},
    "more": {("T01", "hour"), ("T02", "hour"), ("T05", "hour"), ("T06", "minute"), ("T06", "working_day")},
}
REASONS = (
    "ambiguous_step before_coverage calendar day_precision impossible_time no_entry_of_office no_receipt other_office "
    "quarantined_row unknown_step which_branch"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["made_up", "more"])
def test_the_strategies_reach_every_code_unit_and_reason(name: str) -> None:
    """At least ten times in 2,000 journals: what is never invented is never compared."""
    seen: Counter[object] = Counter()

    @settings(
        max_examples=2000,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(journal(rules(name)))
    def count(made: Journal) -> None:
        entries, *more = made
        judgement = judge(entries, rules(name), *more)
        seen.update({f.code for f in judgement.found})
        seen.update({(f.code, f.limit_unit) for f in judgement.found if f.limit_unit})
        seen.update({v[3] if v[4] is None else v[4] for v in judgement.verdicts})
        seen.update({f.basis for f in judgement.found})

    count()
    wanted = {*SEVERITY, *EXPECTED[name], *REASONS.split(), "met", "late", "open", "overdue", "skipped"}
    wanted |= {"exact", "assumed_date", "overtaken_by_statute", "later_wording"}
    assert not {what: seen[what] for what in wanted if seen[what] < 10}
