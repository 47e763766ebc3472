"""The value of a workbook's cell as the text that its office sees, with nothing invented."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

DIGITS = 15
"""Significant digits that a spreadsheet keeps and shows; a float's others are noise (0.1 + 0.2)."""
NEARLY_WHOLE = 1_500
"""Microseconds: a moment this near a whole second was that second. A day's fraction holds no more than a millisecond."""


def cell_text(value: object) -> str:
    """`15` of 15.0, `2018-03-05` of a date without a time, `2018-03-05 10:20:30` of one with, `30:00:00` of a duration.

    (Of a moment at midnight most workbook readers give the date only.)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return _whole_second(value).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _whole_second(datetime.combine(date(2000, 1, 1), value)).time().isoformat()
    if isinstance(value, timedelta):
        return _duration_text(value)
    return "" if value is None else str(value)


def number_text(value: float) -> str:
    """A number without an exponent: `15`, `0.3`, `123456789012345680000`."""
    if not math.isfinite(value):
        return str(value)
    text = format(Decimal(format(value, f".{DIGITS}g")), "f")
    return "0" if text == "-0" else text


def _whole_second(moment: datetime) -> datetime:
    over = moment.microsecond
    if over <= NEARLY_WHOLE:
        return moment.replace(microsecond=0)
    if over >= 1_000_000 - NEARLY_WHOLE and (moment.hour, moment.minute, moment.second) != (23, 59, 59):
        return moment.replace(microsecond=0) + timedelta(seconds=1)
    return moment.replace(microsecond=over // 1000 * 1000)


def _duration_text(length: timedelta) -> str:
    sign = "-" if length < timedelta() else ""
    seconds = round(abs(length).total_seconds())
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
