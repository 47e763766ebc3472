"""Amounts in words: so many hours and minutes, working days, times.

The words come from the catalog `findings`; plural forms stand there between bars. A column of amounts has far fewer
distinct values than rows, once rounded to what is shown: each of those is put in words once, in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl
from babel import Locale
from babel.plural import PluralRule

from auditor.language import Words

NO_BREAK = "\u00a0"
SECONDS_IN = {"minute": 60, "hour": 3600}
MANY_HOURS = 100 * 3600
"""Seconds of open time from which minutes say nothing more."""

LONG = 10_000
"""Numbers from here on are grouped by threes."""

PLACE = {"one": 0, "few": 1, "other": 1, "many": 2}
"""Where the form of a CLDR plural category stands between bars: one|few|many in Russian, one|other in English.

Kazakh counts without a plural, so its one form serves for all; Russian fractions (other) take the form of the few.
"""


def plural(number: float, language: str) -> int:
    """Which plural form a number takes, by the rules of CLDR."""
    return PLACE[_rule(language)(number)]


@cache
def _rule(language: str) -> PluralRule:
    return Locale.parse(language).plural_form


def counted(number: int, forms: str, language: str) -> str:
    """A whole number and its noun: «5 рабочих дней». `forms` as in the catalog; where one is lacking, the last."""
    words = forms.split("|")
    shown = f"{number:,}".replace(",", "," if language == "en" else NO_BREAK) if number >= LONG else str(number)
    return f"{shown} {words[min(plural(number, language), len(words) - 1)]}"


def working_days(hundredths: int, case: str, words: Words) -> str:
    """Working days, whole unless somebody wrote a limit as a fraction: «2,5 рабочих дня»."""
    forms = words(f"{case}.working_day")
    if hundredths % 100 == 0:
        return counted(hundredths // 100, forms, words.language)
    number = f"{hundredths / 100:.2f}".rstrip("0")
    if words.language != "en":
        number = number.replace(".", ",")
    form = forms.split("|")
    return f"{number} {form[min(plural(hundredths / 100, words.language), len(form) - 1)]}"


def open_time(seconds: int, case: str, words: Words) -> str:
    """Open time in hours, minutes and seconds. Only the last of them takes the case: «2 сағат 10 минутқа»."""
    amounts = {"hour": seconds // 3600, "minute": seconds % 3600 // 60, "second": seconds % 60}
    there = {unit: number for unit, number in amounts.items() if number} or {"second": 0}
    last = [*there][-1]
    said = (
        counted(number, words(f"{case if unit == last else 'amount'}.{unit}"), words.language)
        for unit, number in there.items()
    )
    return " ".join(said)


def mapped(frame: pl.DataFrame, values: pl.Expr, say: Callable[..., str]) -> pl.Expr:
    """`values` of `frame` in words: `say` is called once for each distinct value; null stays null."""
    distinct = frame.select(values.unique().alias("value")).get_column("value").drop_nulls().to_list()
    said = {value: say(value) for value in distinct}
    return values.replace_strict(said, default=None, return_dtype=pl.String)


def amount(frame: pl.DataFrame, column: str, case: str, words: Words, to_the_second: pl.Expr | None = None) -> pl.Expr:
    """A column of `frame` in words; it is measured in `limit_unit` (`minute`, `hour`, else working days).

    `case` is `amount` (2 сағат), `limit` (2 сағаттық) or `over` (2 сағатқа). Open time is rounded to the minute, but for
    what is under a minute and where `to_the_second` holds, and to the hour where it is a hundred hours or more.
    """
    value, unit = pl.col(column), pl.col("limit_unit")
    factor = unit.replace_strict(SECONDS_IN, default=None, return_dtype=pl.Int64)
    seconds = (value * factor).round(0).cast(pl.Int64)
    fine = seconds < 60 if to_the_second is None else to_the_second | (seconds < 60)
    minutes, hours = (seconds + 30) // 60 * 60, (seconds + 1800) // 3600 * 3600
    shown = pl.when(fine).then(seconds).when(seconds >= MANY_HOURS).then(hours).otherwise(minutes)
    hundredths = pl.when(factor.is_null()).then((value * 100).round(0).cast(pl.Int64))
    return pl.coalesce(
        mapped(frame, shown, lambda n: open_time(n, case, words)),
        mapped(frame, hundredths, lambda n: working_days(n, case, words)),
    )
