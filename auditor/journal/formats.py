"""Formats of dates that an office writes beside the usual ones, said by its profile and never guessed.

A format is written with `d` or `dd`, `m` or `mm`, `yy` or `yyyy`, `H` or `HH`, `MM`, `SS` and what stands between them:
`d.m.yy`, `dd/mm/yyyy HH:MM`. Single letters take one digit or two; `yy` is 20yy. `excel` are the serial numbers of
Excel's days (43171 is 12.03.2018), with the time of day behind the point.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

import polars as pl

EXCEL = "excel"
STANDARD = ("dd.mm.yyyy", "yyyy-mm-dd")
"""What `auditor.journal.moments` reads anyway; no format may read their texts otherwise."""
TOKEN = re.compile(r"yyyy|yy|dd|d|mm|m|HH|H|MM|SS|[A-Za-z]|[^A-Za-z]+")
DIGITS = {
    "yyyy": ("y", r"[0-9]{4}"), "yy": ("y", r"[0-9]{2}"), "mm": ("m", r"[0-9]{2}"), "m": ("m", r"[0-9]{1,2}"),
    "dd": ("d", r"[0-9]{2}"), "d": ("d", r"[0-9]{1,2}"), "HH": ("H", r"[0-9]{2}"), "H": ("H", r"[0-9]{1,2}"),
    "MM": ("M", r"[0-9]{2}"), "SS": ("S", r"[0-9]{2}"),
}  # fmt: skip
CLOCKS = ("", "HM", "HMS")
SERIAL = r"^[2-7][0-9]{4}(?:[.,][0-9]+)?$"
"""Excel's numbers of the days from 1954 to 2118: shorter or longer ones are something else."""
TRIED = (datetime(2018, 4, 3, 11, 12), datetime(2005, 4, 3, 10, 9), datetime(2012, 11, 10, 9, 8))
DAY = 86_400


@cache
def pattern(format_: str) -> str | None:
    """The pattern of a format with named groups y, m, d, H, M, S; None where it is none."""
    groups, parts = "", []
    for token in TOKEN.findall(format_):
        if token in DIGITS:
            name, digits = DIGITS[token]
            if name in groups:
                return None
            groups += name
            parts.append(f"(?P<{name}>{digits})")
        elif token in ("T", "г"):
            parts.append(token)
        elif token.isalpha() and token.isascii():
            return None
        else:
            parts.append(re.escape(token).replace(r"\ ", " "))
    day = "".join(name for name in groups if name in "ymd")
    clock = "".join(name for name in groups if name in "HMS")
    if sorted(day) != ["d", "m", "y"] or clock not in CLOCKS:
        return None
    return f"^{''.join(parts)}$"


def unlike(format_: str, others: tuple[str, ...]) -> str | None:
    """One of `others` (or of the usual formats) that reads some text as another day than this format does."""
    for other in (*STANDARD, *others):
        if other in (format_, EXCEL) or format_ == EXCEL:
            continue
        for moment in TRIED:
            for written, read in ((format_, other), (other, format_)):
                again = _read(_write(moment, written), read)
                if again is not None and again != moment.date().isoformat():
                    return other
    return None


def _write(moment: datetime, format_: str) -> str:
    texts = {
        "yyyy": "%Y", "yy": "%y", "mm": "%m", "m": "%-m", "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H", "MM": "%M", "SS": "%S",
    }  # fmt: skip
    return "".join(moment.strftime(texts[t]) if t in texts else t for t in TOKEN.findall(format_))


def _read(text: str, format_: str) -> str | None:
    found = re.match(pattern(format_) or "$^", text)
    if found is None:
        return None
    year = found["y"] if len(found["y"]) == 4 else f"20{found['y']}"
    return f"{year}-{found['m']:>02}-{found['d']:>02}"


def as_iso(texts: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """The texts of one of these formats as ISO moments, the others as they are (also those of no real day)."""
    frame = texts.to_frame("t")
    readings: list[pl.Expr] = []
    for format_ in formats:
        readings.append(_serial() if format_ == EXCEL else _formatted(pattern(format_) or "$^"))
    return frame.select(pl.coalesce(*readings, "t").alias("iso"))["iso"].alias(texts.name)


def _formatted(pattern_: str) -> pl.Expr:
    parts = pl.col("t").str.extract_groups(pattern_)
    year, month, day = (parts.struct.field(name) for name in "ymd")
    full = pl.when(year.str.len_bytes() == 2).then(pl.lit("20") + year).otherwise(year)
    iso = pl.concat_str(full, pl.lit("-"), month.str.zfill(2), pl.lit("-"), day.str.zfill(2))
    whole = iso
    if "(?P<H>" in pattern_:
        clock = [parts.struct.field("H").str.zfill(2), pl.lit(":"), parts.struct.field("M"), pl.lit(":")]
        seconds = parts.struct.field("S") if "(?P<S>" in pattern_ else pl.lit("00")
        whole = pl.concat_str(iso, pl.lit(" "), *clock, seconds)
    # What is no day at all stays as it was written, so that the reason can show it.
    real = iso.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return pl.when(real).then(whole)


def _serial() -> pl.Expr:
    number = pl.col("t").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    seconds = (number * DAY).round().cast(pl.Int64)
    moment = pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds)
    text = (
        pl.when(seconds % DAY == 0)
        .then(moment.dt.strftime("%Y-%m-%d"))
        .otherwise(moment.dt.strftime("%Y-%m-%d %H:%M:%S"))
    )
    return pl.when(pl.col("t").str.contains(SERIAL)).then(text)
