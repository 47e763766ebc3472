"""Rows placed among the offices of a register: spellings become the office's one name, what contradicts it is told.

A near spelling is named in the reason and never taken: a typo must not carry one district's data into another's report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from auditor.journal.offices import District, Office, Register

SPELLED = ("district", "office", "registered_by")
MISPLACED = {
    "row": pl.UInt32,
    "column": pl.String,
    "reason": pl.String,
    "value": pl.String,
    "expected": pl.String,
}
"""Rows that contradict the register, at most one fault each: as the faults of `auditor.journal.schema`, and what was expected."""


class _Place(NamedTuple):
    """What the register makes of one spelling of district, office and registered_by: names (None: it knows none), and what is wrong."""

    district: str | None
    office: str | None
    registered_by: str | None
    since: date | None
    until: date | None
    column: str | None = None
    reason: str | None = None
    value: str | None = None
    expected: str | None = None


PLACE = {
    **{f"{name}!": pl.String for name in SPELLED},
    "since!": pl.Date,
    "until!": pl.Date,
    **{f"{name}!": pl.String for name in ("column", "reason", "value", "expected")},
}


@dataclass
class Placing:
    """A register, and the office or district in whose inbox the file at hand lies, if in any."""

    register: Register
    lying: Office | District | None

    def __post_init__(self) -> None:
        self._known: dict[tuple[str | None, ...], _Place] = {}

    def __call__(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Typed rows with the register's names in place of spellings (null where it knows none), and `MISPLACED`."""
        distinct = rows.select(SPELLED).unique()
        found = [self._place(spelled) for spelled in distinct.iter_rows()]
        places = pl.concat([distinct, pl.DataFrame(found, schema=PLACE, orient="row")], how="horizontal")
        joined = rows.join(places, on=SPELLED, how="left", nulls_equal=True, maintain_order="left")
        moment = pl.coalesce("received_at", "completed_at").dt.date()
        early, late = moment < pl.col("since!"), moment >= pl.col("until!")
        apart = [pl.when(early).then(pl.lit("office_not_yet")), pl.when(late).then(pl.lit("office_no_longer"))]
        edge = pl.when(early).then("since!").when(late).then("until!").cast(pl.String)
        misplaced = joined.with_row_index("row").select(
            pl.col("row").cast(pl.UInt32),
            pl.coalesce("column!", pl.lit("office")).alias("column"),
            pl.coalesce("reason!", *apart).alias("reason"),
            pl.when(pl.col("reason!").is_null()).then("office").otherwise("value!").alias("value"),
            pl.when(pl.col("reason!").is_null()).then(edge).otherwise("expected!").alias("expected"),
        )
        named = joined.with_columns(pl.col(f"{name}!").alias(name) for name in SPELLED).select(rows.columns)
        return named, misplaced.filter(pl.col("reason").is_not_null()).select(*MISPLACED)

    def readable(self, quarantined: pl.DataFrame) -> pl.DataFrame:
        """Rows that could not be split, with the register's names where what was read of them names one, else nothing."""
        spelled = zip(quarantined["district"], quarantined["office"], strict=True)
        places = [self._looked_up(district, office, None) for district, office in spelled]
        return quarantined.with_columns(
            pl.Series("district", [place.district for place in places], dtype=pl.String),
            pl.Series("office", [place.office for place in places], dtype=pl.String),
        )

    def _place(self, spelled: tuple[str | None, ...]) -> _Place:
        if spelled not in self._known:
            self._known[spelled] = self._looked_up(*spelled)
        return self._known[spelled]

    def _looked_up(self, district_text: str | None, office_text: str | None, home_text: str | None) -> _Place:
        register = self.register
        if district_text is None or office_text is None:  # the schema says so
            return _Place(district_text, office_text, home_text, None, None)
        district = register.district_called(district_text)
        if district is None:
            reason = _unknown("district", district_text, register.near_district(district_text))
            return _Place(None, None, None, None, None, *reason)
        office = register.office_called(district, office_text)
        if office is None:
            reason = self._stranger("office", district, office_text)
            return _Place(district.name, None, None, None, None, *reason)
        place = _Place(district.name, office.name, None, office.since, office.until)
        lying = self.lying
        if lying is not None and lying != (office if isinstance(lying, Office) else district):
            return place._replace(column="office", reason="not_of_this_folder", value=office_text, expected=lying.name)
        if home_text is None:
            return place
        home = register.office_called(district, home_text)
        if home is None:
            column, why, value, expected = self._stranger("registered_by", district, home_text)
            return place._replace(column=column, reason=why, value=value, expected=expected)
        return place._replace(registered_by=home.name)

    def _stranger(self, column: str, district: District, text: str) -> tuple[str, str, str, str | None]:
        """What is said of an office that the district does not have: it is another's, or nobody's."""
        others = self.register.elsewhere(text)
        if others:
            return column, "office_of_another_district", text, ", ".join(sorted({o.district.name for o in others}))
        return _unknown(column, text, self.register.near_office(district, text))


def _unknown(column: str, text: str, near: str | None) -> tuple[str, str, str, str | None]:
    what = "district" if column == "district" else "office"
    return column, f"unknown_{what}" if near is None else f"unknown_{what}_near", text, near
