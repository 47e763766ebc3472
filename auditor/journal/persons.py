"""Identification numbers of persons (ИИН, ЖСН): found, checked, given back their zeros, and masked.

The control digit is the eleventh remainder of a weighted sum, by a second row of weights where the first gives ten
(the rules by which the State forms them; the first weights are 1 to 11, the second 3 to 11, 1, 2).
"""

from __future__ import annotations

import re
from datetime import date

import polars as pl

IIN = re.compile(r"(?<!\d)\d{12}(?!\d)")
MASKED = "************"
LENGTH = 12
SHORTEST = 6
"""Digits left of a number that lost its leading zeros: those of a birth in 2000 has up to five of them."""
NAMES = re.compile(r"(?:^|[^\w])(?:иин|жсн|iin)(?:$|[^\w])")
WEIGHTS = (tuple(range(1, 12)), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


def mask(text: str) -> str:
    """A text with every 12-digit number masked."""
    return IIN.sub(MASKED, text)


def is_iin(number: str) -> bool:
    """Whether twelve digits are such a number beyond doubt: a day of birth, a century that there was, the control digit. (Those of firms, БИН, and
    most others are none.)"""
    digits = [int(digit) for digit in number]
    century = digits[6]
    try:
        date((1800, 1900, 2000)[(century - 1) // 2] + int(number[:2]), int(number[2:4]), int(number[4:6]))
    except (ValueError, IndexError):
        return False
    rest = 10
    for weights in WEIGHTS:
        rest = rest if rest < 10 else sum(d * w for d, w in zip(digits, weights, strict=False)) % 11
    return century > 0 and rest == digits[-1]


def is_iin_name(name: str) -> bool:
    """Whether a column's name says that it carries the numbers."""
    return bool(NAMES.search(name.casefold()))


def holds_iin(values: list[str]) -> bool:
    """Whether the values of a column without such a name are the numbers: nearly all twelve digits with a right control digit.

    Other twelve-digit numbers pass the control by chance one time in eleven.
    """
    told = [value.strip() for value in values if value.strip() not in ("", MASKED)]
    good = pl.Series(told, dtype=pl.String)
    return len(told) >= 3 and int((good.str.contains(r"^\d{12}$") & valid(good)).sum()) >= 0.6 * len(told)


def restored(texts: pl.Series) -> pl.Series:
    """The numbers with the leading zeros that a spreadsheet took away; all else as it stands."""
    short = texts.str.contains(rf"^\d{{{SHORTEST},{LENGTH - 1}}}$")
    return texts.to_frame("t").select(
        pl.when(short).then(pl.col("t").str.zfill(LENGTH)).otherwise("t").alias(texts.name)
    )[texts.name]


def valid(texts: pl.Series) -> pl.Series:
    """Boolean: twelve digits whose last is the control digit of the others; null stays null."""
    frame = texts.to_frame("t").select(pl.when(pl.col("t").str.contains(r"^\d{12}$")).then("t"))
    number = frame["t"].cast(pl.Int64)
    digits = [number // 10 ** (LENGTH - 1 - at) % 10 for at in range(LENGTH)]
    first, second = (_weighted(digits, weights) for weights in WEIGHTS)
    rest = pl.DataFrame({"first": first, "second": second}).select(
        pl.when(pl.col("first") == 10).then("second").otherwise("first").alias("rest")
    )["rest"]
    checked = (rest == digits[-1]) & (rest != 10)
    return (
        pl.DataFrame({"t": texts, "ok": checked})
        .select(pl.when(pl.col("t").is_not_null()).then(pl.col("ok").fill_null(False)))
        .to_series()
    )


def _weighted(digits: list[pl.Series], weights: tuple[int, ...]) -> pl.Series:
    total = digits[0] * weights[0]
    for digit, weight in zip(digits[1:11], weights[1:], strict=True):
        total = total + digit * weight
    return total % 11
