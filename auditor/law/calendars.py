"""`calendars/`: opening hours, days off and moved working days."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

from auditor.law.plain_yaml import Faults, read_text
from auditor.law.regulation import NOWHEN
from auditor.law.section import DATE, Section
from auditor.law.types import Calendar, DayOff, Hours

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COLUMNS = ["date", "weekday", "kind", "name_kk", "name_ru", "name_en", "source"]
INTERVAL = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
Intervals = tuple[tuple[int, int], ...]


def read_calendars(
    root: Section, zone: str, days_off: dict[date, DayOff], working_weekends: dict[date, DayOff]
) -> dict[str, Calendar]:
    """The calendars of `hours.yaml`, each with the days that hold for it."""
    calendars: dict[str, Calendar] = {}
    listed = root.section("calendars")
    for identifier, section in [] if listed is None else listed.children():
        first = section.day("first_day") or NOWHEN
        last = section.day("last_day") or first
        if last < first:
            section.fault("last_day", f"{last} is before {first}", "a later day")
        calendars[identifier] = Calendar(
            id=identifier,
            zone=zone,
            first_day=first,
            last_day=last,
            hours=_hours(section, first),
            days_off=_within(days_off, first, last) if section.flag("days_off", default=True) else {},
            working_weekends=(
                _within(working_weekends, first, last) if section.flag("working_weekends", default=True) else {}
            ),
        )
        section.done()
    root.done()
    return calendars


def _within(days: dict[date, DayOff], first: date, last: date) -> dict[date, DayOff]:
    return {day: entry for day, entry in days.items() if first <= day <= last}


def _hours(section: Section, first: date) -> tuple[Hours, ...]:
    found: list[Hours] = []
    for entry in section.sections("hours"):
        hours = Hours(
            since=entry.day("since") or NOWHEN,
            until=entry.day("until", required=False),
            week=week_of(entry),
            moved_day=intervals_of(entry, "moved_day", required=False),
            source=entry.languages("source"),
            assumption=entry.languages("assumption", required=False),
        )
        entry.done()
        if hours.until is not None and hours.until <= hours.since:
            entry.fault("until", f"{hours.until} is not after {hours.since}", "the first day of other hours")
        if found and found[-1].until != hours.since:
            wrong = f"does not follow the hours above it, which end on {found[-1].until or 'no day'}"
            entry.fault("since", wrong, "the same day as their `until`")
        if not found and hours.since > first:
            entry.fault("since", f"{hours.since} is after the calendar's first day", f"{first} or earlier")
        found.append(hours)
    if found and found[-1].until is not None:
        section.fault("hours", f"end on {found[-1].until}", "leave `until` out of the last hours")
    if not found:
        section.fault("hours", "has no hours", "add at least one entry")
    return tuple(found)


def week_of(entry: Section) -> dict[int, Intervals]:
    """Opening intervals by ISO weekday; `sunday-thursday:` names a run of days, a day not named is closed."""
    week: dict[int, Intervals] = {}
    section = entry.section("week")
    if section is None:
        return {}
    for key in section.block.entries:
        first, _, last = key.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            section.node(key)
            section.fault(key, f"`{key}` is no weekday", "`monday` or `monday-friday`, in English")
            continue
        intervals = intervals_of(section, key)
        begin = WEEKDAYS.index(first)
        # A run may go past the end of our week: `sunday-thursday`.
        for index in range(begin, begin + (WEEKDAYS.index(last or first) - begin) % 7 + 1):
            weekday = index % 7
            if weekday + 1 in week:
                section.fault(key, f"{WEEKDAYS[weekday]} stands twice", "name each day once")
            week[weekday + 1] = intervals
    return {day: week.get(day, ()) for day in range(1, 8)}


def intervals_of(section: Section, key: str, *, required: bool = True) -> Intervals:
    """`[09:00-13:00, 14:30-18:30]` as seconds after midnight, in order and apart from each other."""
    found: list[tuple[int, int]] = []
    for text in section.texts(key, required=required, empty=True):
        match = INTERVAL.fullmatch(text)
        numbers = [int(n) for n in match.groups()] if match else [24, 1, 0, 0]
        begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if match is None or max(numbers[1], numbers[3]) > 59 or end > 24 * 60 or begin >= end:
            section.fault(key, f"`{text}` is no opening interval", "such as `09:00-13:00`, up to 24:00")
        elif found and begin * 60 < found[-1][1]:
            section.fault(key, f"`{text}` begins before the interval ahead of it ends", "intervals in order")
        else:
            found.append((begin * 60, end * 60))
    return tuple(found)


def read_days(path: Path, file: str, kinds: tuple[str, ...], faults: Faults) -> dict[date, DayOff]:
    """The days of a CSV file with the columns `date, weekday, kind, name_kk, name_ru, name_en, source`."""
    text = read_text(path, file, faults)
    if text is None:
        return {}
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    days: dict[date, DayOff] = {}
    try:
        if reader.fieldnames != COLUMNS:
            faults.add(file, 1, "columns", f"are {', '.join(reader.fieldnames or [])}", "write " + ", ".join(COLUMNS))
            return {}
        for row in reader:
            entry = _day(row, file, reader.line_num, kinds, faults)
            if entry is None:
                continue
            if entry.day in days:
                faults.add(file, reader.line_num, "date", f"{entry.day} stands twice", "keep one of the two")
            days[entry.day] = entry
    except csv.Error as fault:
        faults.add(file, reader.line_num, "row", f"is no CSV: {fault}", "mend the quotes of the line")
    return days


def _day(row: dict[str, str], file: str, line: int, kinds: tuple[str, ...], faults: Faults) -> DayOff | None:
    if None in row or None in row.values():
        faults.add(file, line, "row", "has not as many values as columns", f"{len(COLUMNS)} values")
        return None
    for column in COLUMNS:
        if not row[column].strip():
            faults.add(file, line, column, "is empty", "every day has its names and its source")
    try:
        day = date.fromisoformat(row["date"]) if DATE.fullmatch(row["date"]) else None
    except ValueError:
        day = None
    if day is None:
        faults.add(file, line, "date", f"`{row['date']}` is no date", "a day that exists, as YYYY-MM-DD")
        return None
    weekday = WEEKDAYS[day.weekday()][:3].title()
    if row["weekday"] != weekday:
        faults.add(file, line, "weekday", f"{day} is no {row['weekday']}", f"write {weekday}, or mend the date")
    if row["kind"] not in kinds:
        faults.add(file, line, "kind", f"`{row['kind']}` is unknown", "one of: " + ", ".join(kinds))
    names = {language: row[f"name_{language}"] for language in ("kk", "ru", "en")}
    return DayOff(day, row["kind"], names, row["source"])
