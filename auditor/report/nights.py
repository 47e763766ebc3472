"""A month and a year of nights, as a history remembers them: the share in time as a line, errors as bars, and both as figures.

A page shows a span where two nights of it are known; the year where it reaches further back than the month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from auditor.report.past import NIGHTS, Past
from auditor.report.trend import Change, change_of
from auditor.report.wording import Wording

MONTH, YEAR = 30, 365
WIDTH, LINE, BARS = 600, 100, 40
WIDEST = 16
"""Of the drawing: the width, the height of the line's part, that of the bars below it, and the widest bar."""
STEPS = (5, 10, 20, 50, 100)
"""The lower edge of the line's part is so many per cent below the upper one, 100 %, as few as hold all nights."""


@dataclass(frozen=True)
class Night:
    """A line of a table: the figures of one night. rest: the share in time without what is excused."""

    day: str
    share: str
    met: int
    decided: int
    rest: str
    errors: int
    warnings: int
    fresh: int
    excused: int


@dataclass(frozen=True)
class Bar:
    """Errors of a night, as drawn."""

    x: float
    height: float


@dataclass(frozen=True)
class Span:
    """Nights of `days` days. path: of the share in time; dots: nights alone, that no line would show; lowest: the share at the lower edge.

    most: errors that the highest bar stands for. change: the last night against the first. rows: a night each, or the last one of each month.
    """

    days: int
    nights: int
    first: str
    last: str
    path: str
    dots: tuple[tuple[float, float], ...]
    lowest: str
    highest: str
    bars: tuple[Bar, ...]
    bar: float
    most: int
    change: Change
    errors: tuple[int, int]
    rows: tuple[Night, ...]
    excused: bool


def spans(past: Past | None, district: str | None, wording: Wording) -> tuple[Span, ...]:
    """The month and the year before a page's night; none where the history is too short."""
    if past is None or past.nights.is_empty():
        return ()
    own = past.nights if district is None else past.nights.filter(pl.col("district") == district)
    summed = [pl.col(name).sum() for name in ("met", "decided", "spared", "errors", "warnings", "fresh", "excused")]
    nights = own.group_by("day").agg(summed).sort("day").cast({name: NIGHTS[name] for name in ("met", "decided")})
    if nights.is_empty():
        return ()
    last: date = nights["day"][-1]
    month = nights.filter(pl.col("day") > last - timedelta(days=MONTH))
    told = [(MONTH, month)] if month.height > 1 else []
    told += [(YEAR, nights)] if nights.height > max(1, month.height) else []
    return tuple(_span(days, found, wording) for days, found in told)


def _span(days: int, nights: pl.DataFrame, wording: Wording) -> Span:
    rows = nights.rows(named=True)
    first, last = rows[0]["day"], rows[-1]["day"]
    width = max((last - first).days, 1)
    shares = [(row["met"] / row["decided"] if row["decided"] else None) for row in rows]
    known = [share for share in shares if share is not None]
    below = next(step for step in STEPS if 1 - min(known, default=1.0) <= step / 100)
    most = max(row["errors"] for row in rows)
    bar = min(max(WIDTH / (width + 1) * 0.7, 1.2), WIDEST)
    places = [(row["day"] - first).days * (WIDTH - bar) / width + bar / 2 for row in rows]
    points = [
        None if share is None else (round(x, 1), round((1 - share) * 100 / below * LINE, 1))
        for x, share in zip(places, shares, strict=True)
    ]
    monthly = [
        row for row, after in zip(rows, [*rows[1:], None], strict=True) if not after or _month(after) != _month(row)
    ]
    told = rows if days == MONTH else monthly
    return Span(
        days=days,
        nights=len(rows),
        first=wording.day(first),
        last=wording.day(last),
        path=_path(points),
        dots=_alone(points),
        lowest=wording.share(100 - below, 100),
        highest=wording.share(100, 100),
        bars=tuple(
            Bar(round(x - bar / 2, 1), round(row["errors"] * BARS / most, 1))
            for x, row in zip(places, rows, strict=True)
            if row["errors"]
        ),
        bar=round(bar, 1),
        most=most,
        change=change_of("", (rows[0]["met"], rows[0]["decided"]), (rows[-1]["met"], rows[-1]["decided"]), wording),
        errors=(rows[0]["errors"], rows[-1]["errors"]),
        rows=tuple(_night(row, wording) for row in reversed(told)),
        excused=any(row["excused"] for row in rows),
    )


def _month(row: dict[str, date]) -> tuple[int, int]:
    return row["day"].year, row["day"].month


def _night(row: dict[str, int], wording: Wording) -> Night:
    met, decided = row["met"], row["decided"]
    return Night(
        day=wording.day(row["day"]),  # type: ignore[arg-type]
        share=wording.share(met, decided),
        met=met,
        decided=decided,
        rest=wording.share(met, decided - row["spared"]),
        errors=row["errors"],
        warnings=row["warnings"],
        fresh=row["fresh"],
        excused=row["excused"],
    )


def _path(points: list[tuple[float, float] | None]) -> str:
    """The line, broken at nights of which no step was decided."""
    pieces = []
    for before, point in zip([None, *points], points, strict=False):
        if point is not None:
            pieces.append(f"{'L' if before else 'M'}{point[0]:g} {point[1]:g}")
    return "".join(pieces)


def _alone(points: list[tuple[float, float] | None]) -> tuple[tuple[float, float], ...]:
    around = zip([None, *points], points, [*points[1:], None], strict=False)
    return tuple(point for before, point, after in around if point and not before and not after)
