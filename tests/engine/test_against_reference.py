"""The engine and the slow reference give the same findings and verdicts on invented journals.

For more than the suite's share: `pytest tests/engine/test_against_reference.py --hypothesis-seed=7 -m slow`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from auditor.engine.ownoffices import OwnOffice
from auditor.journal.profile import Numbering
from auditor.law.load import load_rulebook
from auditor.law.types import Calendar, DayOff, Hours, Rulebook
from auditor.paths import default_rules
from engine.harness import run_engine
from engine.strategies import journal, rural
from reference.madeup import made_up, with_more
from reference.reference import judge

HEALTH = list(HealthCheck)
FEW = settings(max_examples=6, suppress_health_check=HEALTH, phases=[Phase.explicit, Phase.reuse, Phase.generate])
MANY = settings(max_examples=1500, suppress_health_check=HEALTH, phases=[Phase.generate])


@cache
def rules(which: str) -> Rulebook:
    decree = load_rulebook(default_rules())
    return {"decree": lambda: decree, "made up": made_up, "decree and more": lambda: with_more(decree)}[which]()


@cache
def offices(which: str) -> dict[tuple[str, str], OwnOffice]:
    """Offices with hours of their own, closed around the days that journals are invented for, and numberings of their own."""
    calendars = rules(which).calendars
    saturdays = dict.fromkeys(range(1, 7), ((9 * 3600, 13 * 3600),))
    short = Hours(date(2018, 4, 1), date(2018, 12, 28), {**saturdays, 7: ()}, ((10 * 3600, 11 * 3600),), {})
    shut = [date(2018, 3, 5) + timedelta(days=i) for i in range(3)] + [date(2018, 8, 20), date(2018, 12, 31)]
    closed = {day: DayOff(day, "office_closed", {}, "") for day in shut}

    def own(kind: str, hours: tuple[Hours, ...], days: dict[date, DayOff]) -> Calendar:
        usual = calendars[kind]
        return replace(usual, id=f"own {kind}", hours=(*hours, *usual.hours), days_off={**days, **usual.days_off})

    return {
        ("D1", "Provider 1"): OwnOffice("provider", own("provider", (short,), {}), Numbering(True, True)),
        ("D1", "Akim 1"): OwnOffice("akim", own("akim", (), closed), Numbering(False, True)),
        ("D1", "Corporation 1"): OwnOffice("corporation", own("corporation", (short,), closed)),
    }


def compare(drawn, rulebook, buckets=1, every_clock=False, register=None, layouts=None):
    """The slow reference is right; what the engine missed or invented is shown with the journal it was about."""
    entries, as_of, covers, quarantined, numbering = drawn
    expected = judge(entries, rulebook, as_of, covers, quarantined, numbering, register, layouts)
    actual = run_engine(
        entries, rulebook, as_of, covers, quarantined, numbering, buckets, every_clock, register, layouts
    )
    missed = Counter(expected.found) - Counter(actual.found)
    invented = Counter(actual.found) - Counter(expected.found)
    told = [*(f"missed   {f}" for f in missed), *(f"invented {f}" for f in invented)]
    assert not told, "\n".join(["", *told, *map(str, entries)])
    assert actual.verdicts == expected.verdicts


@FEW
@given(drawn=journal(rules("decree")))
def test_the_decree(drawn):
    """Every code, clock and verdict of the real rules; three buckets, so that each application is whole in one."""
    compare(drawn, rules("decree"), buckets=3)


@FEW
@given(drawn=journal(rules("made up")))
def test_other_rules(drawn):
    """What the decree has not: branches, totals, several stricter limits, roles kept apart."""
    compare(drawn, rules("made up"))


@FEW
@given(drawn=journal(rules("decree and more")))
def test_every_clock(drawn):
    """A step that is in time beyond doubt gets the same verdict when it is clocked after all."""
    compare(drawn, rules("decree and more"), every_clock=True)


@settings(FEW, max_examples=4)
@given(drawn=rural(rules("decree")))
def test_what_goes_from_akim_to_provider(drawn):
    """Sent, registered, lost, registered under another number; in three buckets, which J06 must look at together."""
    compare(drawn, rules("decree"), buckets=3)


@FEW
@given(drawn=journal(rules("decree and more")))
def test_offices_of_their_own(drawn):
    """Own hours, days closed and numbering of single offices, as a register has them."""
    compare(drawn, rules("decree and more"), register=offices("decree and more"))


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["usual offices", "offices of their own"])
@pytest.mark.parametrize("which", ["decree", "made up", "decree and more"])
def test_at_length(which, own):
    """The same, 1,500 journals long."""
    rulebook = rules(which)

    @MANY
    @given(drawn=journal(rulebook))
    def run(drawn):
        compare(drawn, rulebook, buckets=2, register=offices(which) if own else None)

    run()


def seen_less(drawn, rulebook, rng):
    """The same journal in layouts that show less: some files know few steps, some entries have no place for a moment."""
    entries, *asked = drawn
    words = [s.id for v in rulebook.services.values() for p in v.procedures for e in p.editions for s in e.steps]
    words = sorted({*words, *rulebook.roles})
    files = sorted({e.source_file for e in entries})
    share = rng.choice((0.2, 0.5, 0.9))
    layouts = {file: tuple(w for w in words if rng.random() < share) for file in files if rng.random() < 0.7}
    less = []
    for entry in entries:
        hidden = rng.choice((0, 0, 1, 2)) if entry.source_file in layouts else 0
        if hidden == 1 and entry.completed_at is not None:
            less.append(replace(entry, unseen=1, received_at=None, received_bare=False))
        elif hidden == 2 and entry.received_at is not None:
            less.append(replace(entry, unseen=2, completed_at=None, completed_bare=False))
        else:
            less.append(entry)
    return (less, *asked), layouts


@FEW
@given(drawn=journal(rules("decree")), rng=st.randoms(use_true_random=False))
def test_layouts_that_show_less(drawn, rng):
    """What a layout has no place for is undetermined, by both."""
    less, layouts = seen_less(drawn, rules("decree"), rng)
    compare(less, rules("decree"), layouts=layouts)


@FEW
@given(drawn=journal(rules("made up")), rng=st.randoms(use_true_random=False))
def test_layouts_that_show_less_of_other_rules(drawn, rng):
    """The same with branches, totals and steps that others make unnecessary."""
    less, layouts = seen_less(drawn, rules("made up"), rng)
    compare(less, rules("made up"), layouts=layouts)
