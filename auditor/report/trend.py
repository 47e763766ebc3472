"""What an earlier run found, so that a page can say what got better or worse. The history fills it; a page only subtracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from auditor.report.figures import Shown
from auditor.report.frames import TEXT, WHOLE, Part, Schema, shaped
from auditor.report.wording import DASH, Wording

BEFORE: Schema = {"district": TEXT, "verdict": TEXT, "n": WHOLE}
LIVES: Schema = {"district": TEXT, "life": TEXT, "n": WHOLE}
NEW, STANDING, GONE = "new", "standing", "gone"
MOST_DISTRICTS = 100
MINUS = "\u2212"


@dataclass(frozen=True)
class Trend:
    """An earlier run to compare with.

    as_of: when that run was made. verdicts: `BEFORE`: its steps by verdict. lives: `LIVES`: findings (J07 and what is only for the
    record too) that this run has and that one had not (`new`), that both have (`standing`), and that only that one had (`gone`).
    A finding without a district has null there. Either frame may have several rows of one key; they are added up.
    """

    as_of: datetime
    verdicts: pl.DataFrame
    lives: pl.DataFrame

    def of(self, district: str | None) -> Trend:
        """The part of one district; the whole for None."""
        if district is None:
            return self
        own = pl.col("district") == district
        return Trend(self.as_of, shaped(self.verdicts, BEFORE).filter(own), shaped(self.lives, LIVES).filter(own))


@dataclass(frozen=True)
class Change:
    """The share in time then and now. tenths: the difference in tenths of a percentage point; None where one of both is unknown."""

    label: str
    before: str
    now: str
    tenths: int | None
    points: str


@dataclass(frozen=True)
class Changes:
    """What a page says of an earlier run: the whole, each of its districts, and the findings that came, stayed and went."""

    as_of: datetime
    whole: Change
    districts: Shown[Change]
    new: int
    standing: int
    gone: int


def changes(trend: Trend | None, part: Part, wording: Wording) -> Changes | None:
    """The earlier run beside this one; None where there is none to compare with."""
    if trend is None:
        return None
    own = trend.of(part.district)
    verdicts = shaped(own.verdicts, BEFORE)
    then, now = _in_time(verdicts), _in_time(part.verdicts)
    lives = dict(shaped(own.lives, LIVES).group_by("life").agg(pl.col("n").sum()).iter_rows())
    districts = []
    if part.district is None:
        before, after = _by_district(verdicts), _by_district(part.verdicts)
        names = sorted({*before, *after}, key=wording.alphabet)
        nothing = (0, 0)
        rows = (change_of(name, before.get(name, nothing), after.get(name, nothing), wording) for name in names)
        moved = [row for row in rows if row.tenths]
        districts = sorted(moved, key=lambda row: row.tenths or 0)
    return Changes(
        own.as_of,
        change_of("", then, now, wording),
        Shown.first(districts, MOST_DISTRICTS),
        *(int(lives.get(life, 0)) for life in (NEW, STANDING, GONE)),
    )


def change_of(label: str, then: tuple[int, int], now: tuple[int, int], wording: Wording) -> Change:
    """The share in time then and now, each as steps met and decided."""
    known = then[1] and now[1]
    tenths = round(1000 * now[0] / now[1] - 1000 * then[0] / then[1]) if known else None
    said = (
        DASH
        if tenths is None
        else f"{'+' if tenths > 0 else MINUS if tenths < 0 else ''}{wording.tenths(abs(tenths) / 10)}"
    )
    return Change(label, wording.share(*then), wording.share(*now), tenths, said)


def _in_time(verdicts: pl.DataFrame) -> tuple[int, int]:
    met, timed = _sums(verdicts, [])[0] if verdicts.height else (0, 0)
    return met, timed


def _by_district(verdicts: pl.DataFrame) -> dict[str, tuple[int, int]]:
    return {row[0]: (row[1], row[2]) for row in _sums(verdicts, ["district"]) if row[0]}


def _sums(verdicts: pl.DataFrame, by: list[str]) -> list[tuple[Any, ...]]:
    timed = verdicts.filter(pl.col("verdict").is_in(["met", "late", "overdue"]))
    met = pl.col("n").filter(pl.col("verdict") == "met").sum().alias("met")
    both = (met, pl.col("n").sum().alias("timed"))
    return (timed.group_by(by).agg(*both) if by else timed.select(*both)).rows()
