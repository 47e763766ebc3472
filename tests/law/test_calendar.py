"""The calendar of `rules/calendars`, against a second opinion and against days that people remember."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from auditor.law.load import load_rulebook
from auditor.law.types import Calendar, Rulebook

FIRST, LAST = date(2016, 1, 1), date(2027, 12, 31)


@pytest.fixture(scope="module")
def rulebook(repo: Path) -> Rulebook:
    return load_rulebook(repo / "rules")


def is_working(calendar: Calendar, day: date) -> bool:
    """Open at all on that day."""
    if day in calendar.working_weekends:
        return bool(calendar.hours[0].moved_day)
    return day not in calendar.days_off and bool(calendar.hours[0].week[day.isoweekday()])


def every_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_twelve_years_are_covered(rulebook: Rulebook) -> None:
    """2016 to 2027, in every calendar."""
    assert {(c.first_day, c.last_day, c.zone) for c in rulebook.calendars.values()} == {(FIRST, LAST, "Asia/Almaty")}


def test_a_second_opinion_on_days_off(rulebook: Rulebook) -> None:
    """The same days off as the package `holidays`, which cites the yearly acts.

    Ours is drawn from its version 0.109; a later version that has learned of another act shows here as a difference,
    to be looked up and then put into days_off.csv with its source, or explained below.
    """
    explained: dict[date, str] = {}
    theirs = set(holidays.country_holidays("KZ", years=range(2016, 2028)))
    ours = set(rulebook.calendars["provider"].days_off)
    assert (ours ^ theirs) - set(explained) == set()


def test_a_second_opinion_on_working_days(rulebook: Rulebook) -> None:
    """Working days agree too, moved Saturdays and Sundays included.

    The package knows a working weekend as a day from which a day off was moved.
    """
    theirs = holidays.country_holidays("KZ", years=range(2016, 2028))
    differs = [d for d in every_day() if is_working(rulebook.calendars["provider"], d) != theirs.is_working_day(d)]
    assert differs == []


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2016-07-05", True),
        ("2016-07-06", False),  # Capital Day
        ("2016-09-12", False),  # Kurban-ait, a Monday
        ("2017-07-01", True),  # a Saturday worked for
        ("2017-07-07", False),  # this Friday
        ("2018-03-03", True),
        ("2018-03-09", False),
        ("2018-12-29", True),
        ("2018-12-31", False),
        ("2019-05-04", True),
        ("2019-05-10", False),
        ("2020-01-05", True),  # a Sunday worked
        ("2020-05-11", True),  # the day off for Victory Day on a Saturday went to Friday the 8th
        ("2022-07-09", False),
        ("2022-07-11", True),  # Kurban-ait on a Saturday does not move
        ("2023-01-09", True),  # nor does 7 January
        ("2025-01-05", True),
        ("2026-08-31", True),  # 30 August is no longer a holiday
        ("2027-03-15", False),  # 15 March is one
    ],
)
def test_days_that_people_remember(rulebook: Rulebook, day: str, works: bool) -> None:
    """Single days, for the provider and the akim alike."""
    for office in ("provider", "akim"):
        assert is_working(rulebook.calendars[office], date.fromisoformat(day)) is works


def test_each_day_off_was_moved_from_a_working_weekend(rulebook: Rulebook) -> None:
    """Every moved day off has its working weekend, but for 8 May 2020, moved from Monday 11 May 2020."""
    provider = rulebook.calendars["provider"]
    moved = [d for d, entry in provider.days_off.items() if entry.kind == "moved_by_government"]
    assert len(moved) == len(provider.working_weekends) + 1
    for day, entry in provider.working_weekends.items():
        assert day.isoweekday() >= 6
        target = date.fromisoformat(entry.names["en"].rsplit(" ", 1)[1].rstrip(")"))
        assert provider.days_off[target].kind == "moved_by_government"


def test_what_follows_which_days(rulebook: Rulebook) -> None:
    """The corporation is closed on every day off and works no moved one; the portal knows neither."""
    provider, corporation, portal = (rulebook.calendars[c] for c in ("provider", "corporation", "portal"))
    assert corporation.days_off == provider.days_off == rulebook.calendars["akim"].days_off
    assert corporation.working_weekends == {}
    assert portal.days_off == portal.working_weekends == {}
    assert rulebook.calendars["akim"].working_weekends == provider.working_weekends != {}
    assert not is_working(corporation, date(2020, 1, 5))
    assert is_working(portal, date(2018, 1, 1))


@pytest.mark.parametrize(
    ("office", "weekday", "intervals"),
    [
        ("provider", 1, ["09:00-13:00", "14:30-18:30"]),
        ("provider", 5, ["09:00-13:00", "14:30-18:30"]),
        ("provider", 6, []),
        ("akim", 3, ["09:00-13:00", "14:00-18:00"]),
        ("akim", 7, []),
        ("corporation", 6, ["09:00-20:00"]),
        ("corporation", 7, []),
        ("portal", 7, ["00:00-24:00"]),
    ],
)
def test_hours(rulebook: Rulebook, office: str, weekday: int, intervals: list[str]) -> None:
    """Opening intervals, in seconds after midnight; 24:00 is the end of the day."""

    def seconds(clock: str) -> int:
        hours, minutes = clock.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    expected = tuple((seconds(i[:5]), seconds(i[6:])) for i in intervals)
    (hours,) = rulebook.calendars[office].hours
    assert hours.week[weekday] == expected
    assert hours.source
    assert hours.assumption
    if office in ("provider", "akim"):
        assert hours.moved_day == hours.week[1]


def test_every_day_has_its_source_and_estimates_say_so(repo: Path) -> None:
    """Names in three languages and a source on each row; the two estimated days say that they are."""
    for name in ("days_off", "working_weekends"):
        with (repo / "rules" / "calendars" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows == sorted(rows, key=lambda row: row["date"])
        assert all(all(row.values()) for row in rows)
        estimated = [row["date"] for row in rows if row["source"].startswith("estimate")]
        assert estimated == (["2026-05-27", "2027-05-16"] if name == "days_off" else [])
