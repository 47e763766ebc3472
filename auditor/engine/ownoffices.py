"""What a register says of single offices that judging depends on: their kind, their own calendar, their numbering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import duckdb
import polars as pl

from auditor.engine.spellings import Spellings
from auditor.journal.offices import Office, Register
from auditor.journal.profile import Numbering
from auditor.law.types import Calendar, DayOff, Rulebook

CLOSED = "office_closed"
"""The kind of a day off that only one office has."""


@dataclass(frozen=True)
class OwnOffice:
    """An office of the register: `kind` of office; `calendar`: in the place of its kind's, None where it has none of its own."""

    kind: str
    calendar: Calendar | None = None
    numbering: Numbering | None = None


Offices = Mapping[tuple[str, str], OwnOffice]
"""District and office, as they stand in entries, to what is known of the office."""


def own_offices(register: Register | None, rulebook: Rulebook) -> Offices:
    """The offices of a register; none without one."""
    listed = register.offices.values() if register else ()
    return {o.place: OwnOffice(o.kind, _calendar(o, rulebook.calendars[o.kind]), o.numbering) for o in listed}


def _calendar(office: Office, usual: Calendar) -> Calendar | None:
    """The calendar of the office's kind with its own hours, where they hold, and without the days it was closed."""
    if not office.hours and not office.closed:
        return None
    shut = {
        day: DayOff(day, CLOSED, closed.reason, closed.source)
        for closed in office.closed
        for day in (closed.first + timedelta(days=i) for i in range((closed.last - closed.first).days + 1))
        if usual.first_day <= day <= usual.last_day
    }
    # Of hours that overlap the first are those that hold, and a holiday keeps its name.
    return replace(
        usual, id=f"{office.kind} {office.id}", hours=(*office.hours, *usual.hours), days_off={**shut, **usual.days_off}
    )


def met(offices: Offices, spellings: Spellings) -> Offices:
    """Those of which the exports have a row: a calendar costs, and an oblast has hundreds of offices."""
    districts, names = set(spellings.district.texts()), set(spellings.office.texts())
    return {place: own for place, own in offices.items() if place[0] in districts and place[1] in names}


def lay_out(con: duckdb.DuckDBPyConnection, offices: Offices, numbers: dict[str, int]) -> None:
    """Build `own_calendar` (office_key, kind_cal, cal) and `register_office` (office_key, kind, own_book, yearly_restart).

    Needs `known_place` and the dictionaries of spellings. `numbers`: those given to the calendars.
    """
    rows = [
        (*place, own.kind, numbers[own.kind], numbers[own.calendar.id] if own.calendar else None)
        + ((own.numbering.own_book, own.numbering.yearly_restart) if own.numbering else (None, None))
        for place, own in offices.items()
    ]
    schema: dict[str, type[pl.DataType]] = {
        "district": pl.String,
        "office": pl.String,
        "kind": pl.String,
        "kind_cal": pl.Int16,
        "cal": pl.Int16,
        "own_book": pl.Boolean,
        "yearly_restart": pl.Boolean,
    }
    con.register("incoming", pl.DataFrame(rows, schema=schema, orient="row").to_arrow())
    con.execute("""
        CREATE TABLE register_office AS
        SELECT DISTINCT p.office_key, i.* EXCLUDE (district, office) FROM known_place p
        JOIN spelled_district d ON d.code = p.office_key >> 32 JOIN spelled_office o ON o.code = p.office_key & 4294967295
        JOIN incoming i ON i.district = d.text AND i.office = o.text
    """)
    con.unregister("incoming")
    con.execute(
        "CREATE TABLE own_calendar AS SELECT office_key, kind_cal, cal FROM register_office WHERE cal IS NOT NULL"
    )
