"""Amounts in words: so many hours and minutes, working days, times. As Polars expressions, for a million rows at once.

The words come from the catalog `findings`; plural forms stand there between bars.
"""

from __future__ import annotations

import polars as pl

from auditor.language import Words

SECONDS_IN = {"minute": 60, "hour": 3600}
ONE, FEW, MANY = 0, 1, 2


def plural(number: pl.Expr, language: str) -> pl.Expr:
    """Which plural form a whole number takes. Russian: 0 one, 1 few, 2 many; English: 0 one, 1 other; Kazakh: always 0."""
    if language == "ru":
        last, tens = number % 10, number % 100 // 10
        few = last.is_between(2, 4) & (tens != 1)
        return pl.when((last == 1) & (tens != 1)).then(ONE).when(few).then(FEW).otherwise(MANY)
    if language == "en":
        return pl.when(number == 1).then(ONE).otherwise(FEW)
    return pl.lit(ONE)


def worded(form: pl.Expr, forms: str) -> pl.Expr:
    """The word of a plural form; `forms` as in the catalog. With fewer forms than asked for, the last."""
    words = forms.split("|")
    last: pl.Expr = pl.lit(words[-1])
    for index in range(len(words) - 2, -1, -1):
        last = pl.when(form == index).then(pl.lit(words[index])).otherwise(last)
    return last


def counted(number: pl.Expr, forms: str, language: str) -> pl.Expr:
    """A whole number and its noun: «5 рабочих дней»."""
    return pl.concat_str([number.cast(pl.String), worded(plural(number, language), forms)], separator=" ")


def working_days(value: pl.Expr, forms: str, language: str) -> pl.Expr:
    """A number of working days, which is whole but for a limit that somebody wrote as a fraction."""
    whole = value.round(0).cast(pl.Int64)
    broken = value.round(2).cast(pl.String)
    if language != "en":
        broken = broken.str.replace(".", ",", literal=True)
    fraction = pl.concat_str([broken, worded(pl.lit(FEW), forms)], separator=" ")
    return pl.when((value - whole).abs() < 0.005).then(counted(whole, forms, language)).otherwise(fraction)


def open_time(seconds: pl.Expr, case: str, words: Words, to_the_second: pl.Expr) -> pl.Expr:
    """Open time in hours and minutes, and in seconds where it is under a minute or `to_the_second` holds.

    Only the last of the units takes the case: «2 сағат 10 минутқа».
    """
    fine = to_the_second | (seconds < 60)
    shown = pl.when(fine).then(seconds).otherwise((seconds + 30) // 60 * 60)
    amounts = {"hour": shown // 3600, "minute": shown % 3600 // 60, "second": shown % 60}
    nothing = shown == 0
    there = {unit: (amount > 0) for unit, amount in amounts.items()} | {"second": (amounts["second"] > 0) | nothing}
    last = {"hour": ~there["minute"] & ~there["second"], "minute": ~there["second"], "second": pl.lit(value=True)}
    parts = []
    for unit, amount in amounts.items():
        ends = counted(amount, words(f"{case}.{unit}"), words.language)
        goes_on = counted(amount, words(f"amount.{unit}"), words.language)
        # Polars has no null literal of type String in a bare when: an otherwise left out gives null.
        parts.append(pl.when(there[unit] & last[unit]).then(ends).when(there[unit]).then(goes_on))
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def amount(value: pl.Expr, unit: pl.Expr, case: str, words: Words, to_the_second: pl.Expr | None = None) -> pl.Expr:
    """`value` in `unit` (`minute`, `hour`, `working_day`; none: working days) in words; null where value is null.

    `case` is `amount` (2 сағат), `limit` (2 сағаттық) or `over` (2 сағатқа).
    """
    fine = pl.lit(value=False) if to_the_second is None else to_the_second
    factor = unit.replace_strict(SECONDS_IN, default=None, return_dtype=pl.Int64)
    seconds = (value * factor).round(0).cast(pl.Int64)
    days = working_days(value, words(f"{case}.working_day"), words.language)
    return (
        pl.when(value.is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(factor.is_null())
        .then(days)
        .otherwise(open_time(seconds, case, words, fine))
    )
