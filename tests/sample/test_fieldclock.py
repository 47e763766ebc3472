"""The forward clock against days worked out by hand on the calendar of the Karaganda oblast."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

import pytest

from auditor.law.load import load_rulebook
from auditor.law.types import Limit
from auditor.paths import default_rules
from auditor.sample import desk
from auditor.sample.fieldclock import DAY, BeyondCalendarError, FieldClock, grain_up


def at(text: str) -> int:
    """`2018-03-07 18:20` as a moment of the field clock."""
    when = datetime.fromisoformat(text)
    return when.date().toordinal() * DAY + when.hour * 3600 + when.minute * 60 + when.second


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.fixture(scope="module")
def clocks() -> dict[str, FieldClock]:
    return {kind: FieldClock(calendar) for kind, calendar in load_rulebook(default_rules()).calendars.items()}


@pytest.mark.parametrize(
    ("kind", "start", "minutes", "end"),
    [
        ("provider", "2018-03-05 09:00", 15, "2018-03-05 09:15"),
        ("provider", "2018-03-05 12:50", 15, "2018-03-05 14:35"),  # lunch from 13:00 to 14:30
        ("provider", "2018-03-05 12:45", 15, "2018-03-05 13:00"),  # exactly at lunch
        ("provider", "2018-03-05 13:20", 15, "2018-03-05 14:45"),  # taken during lunch
        (
            "provider",
            "2018-03-07 18:20",
            15,
            "2018-03-12 09:05",
        ),  # 8 March, 9 March off for the worked Saturday 3 March
        ("provider", "2018-03-02 18:25", 15, "2018-03-03 09:10"),  # the Saturday of 3 March was worked
        ("provider", "2018-03-04 12:00", 60, "2018-03-05 10:00"),  # a Sunday
        ("provider", "2018-03-05 09:00", 8 * 60 + 1, "2018-03-06 09:01"),  # eight hours a day
        ("akim", "2018-03-05 12:50", 15, "2018-03-05 14:05"),  # akims lunch until 14:00
        ("akim", "2018-03-05 17:50", 15, "2018-03-06 09:05"),
        ("corporation", "2018-03-10 19:59", 2, "2018-03-12 09:01"),  # open on Saturdays until 20:00
        ("portal", "2018-12-31 23:59", 2, "2019-01-01 00:01"),  # round the clock
    ],
)
def test_open_minutes_added(clocks: dict[str, FieldClock], kind: str, start: str, minutes: int, end: str) -> None:
    """Open time is walked through lunch, night, weekend, holidays and moved days."""
    assert clocks[kind].after(at(start), minutes * 60) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2018-03-05 10:00", 1, "2018-03-06"),
        ("2018-03-05 18:30", 1, "2018-03-06"),  # at closing is not after closing
        ("2018-03-05 18:31", 1, "2018-03-07"),
        ("2018-03-02 10:00", 1, "2018-03-03"),  # a worked Saturday
        ("2018-03-07 10:00", 1, "2018-03-12"),
        ("2018-03-10 10:00", 1, "2018-03-13"),  # received on a Saturday: effective Monday
        ("2017-12-29 10:00", 5, "2018-01-09"),  # 1 and 2 January off; 7 January, a Sunday, does not move
        ("2018-08-20 10:00", 1, "2018-08-22"),  # Kurban-ait on 21 August
    ],
)
def test_working_days_added(clocks: dict[str, FieldClock], start: str, days: int, due: str) -> None:
    """A term starts the day after the effective day of receipt and ends on the n-th working day."""
    assert clocks["provider"].due_day(at(start), days) == day(due)


def test_moments_are_drawn_from_open_time(clocks: dict[str, FieldClock]) -> None:
    """A random moment of a day is open, not before the bound, and there is none on a day off or after closing."""
    clock, rng = clocks["provider"], Random(7)
    for _ in range(500):
        moment = clock.some_moment(day("2018-03-05"), at("2018-03-05 12:00"), 60, rng)
        assert moment is not None
        assert clock.is_open(moment)
        assert at("2018-03-05 12:00") <= moment <= at("2018-03-05 18:30")
    assert clock.some_moment(day("2018-03-08"), 0, 60, rng) is None
    assert clock.some_moment(day("2018-03-05"), at("2018-03-05 18:31"), 60, rng) is None


def test_opening_closing_and_closed_stretches(clocks: dict[str, FieldClock]) -> None:
    """Work goes on at opening, not at closing; the closed stretches are lunch and the evening."""
    clock = clocks["provider"]
    assert clock.next_open(at("2018-03-05 08:00")) == at("2018-03-05 09:00")
    assert clock.next_open(at("2018-03-05 13:00")) == at("2018-03-05 14:30")
    assert clock.next_open(at("2018-03-07 18:30")) == at("2018-03-12 09:00")
    assert clock.is_open(at("2018-03-05 18:30"))
    assert clock.closed_stretch(at("2018-03-05 10:00")) == (at("2018-03-05 13:00"), at("2018-03-05 14:30"))
    assert clock.closed_stretch(at("2018-03-05 15:00")) == (at("2018-03-05 18:30"), at("2018-03-05 22:00"))
    assert clocks["portal"].closed_stretch(at("2018-03-05 15:00")) is None


def test_the_calendar_has_an_end(clocks: dict[str, FieldClock]) -> None:
    """Beyond the calendar nothing is guessed."""
    with pytest.raises(BeyondCalendarError):
        clocks["provider"].after(at("2027-12-31 18:00"), 3600)


def test_grain() -> None:
    """A clock that shows minutes shows a moment only when its minute has come."""
    assert grain_up(at("2018-03-05 10:00:01"), 60) == at("2018-03-05 10:01")
    assert grain_up(at("2018-03-05 10:00"), 60) == at("2018-03-05 10:00")


LIMITS = (
    Limit(1, "minute", ()),
    Limit(15, "minute", ()),
    Limit(1, "hour", ()),
    Limit(1, "working_day", ()),
    Limit(8, "working_day", ()),
)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.value} {limit.unit}")
def test_in_time_and_late_stand_on_either_side_of_the_limit(clocks: dict[str, FieldClock], limit: Limit) -> None:
    """What is done in time keeps the limit, sometimes to the last moment; what is late does not."""
    clock, rng = clocks["provider"], Random(11)
    last = 0
    for _ in range(600):
        received = clock.some_moment(clock.working_day_after(day("2018-02-20"), rng.randrange(1, 60)), 0, 60, rng)
        assert received is not None
        done = desk.in_time(clock, limit, received, 60, rng)
        assert received < done
        assert clock.is_open(done)
        assert desk.keeps(clock, limit, received, done)
        end = clock.closing(clock.due_day(received, limit.value)) if limit.unit == "working_day" else None
        last += done == (end or clock.after(received, limit.value * desk.SECONDS[limit.unit]))
        late = desk.late(clock, limit, received, 60, rng.random() < 0.5, rng)
        assert clock.is_open(late)
        assert not desk.keeps(clock, limit, received, late)
        assert not desk.run_out(clock, limit, received, done)
        assert desk.run_out(clock, limit, received, late)
    assert last > 0
