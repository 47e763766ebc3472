"""Names of people out of sight: what leaves the auditor names nobody unless names were asked for."""

from __future__ import annotations

import polars as pl

PSEUDONYM = "№ "
IIN = r"(^|[^0-9])[0-9]{12}($|[^0-9])"
IIN_MASK = "•" * 12


def mask_employees(series: pl.Series) -> pl.Series:
    """Names as numbers, one number a person: «№ 12» in every language; null and blank stay null.

    A person keeps the number throughout the series, so one series must hold all names of a run. Numbers follow the
    alphabetical order of the names, whatever order they come in: the same names give the same numbers, and the name itself
    is nowhere in the output. Names that differ only in white space or letter case are one person's.
    """
    folded = series.cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()
    folded = folded.replace("", None)
    known = folded.drop_nulls().unique().sort()
    numbers = pl.Series("number", range(1, len(known) + 1), dtype=pl.Int64)
    masked = folded.replace_strict(known, PSEUDONYM + numbers.cast(pl.String), default=None, return_dtype=pl.String)
    return masked.alias(series.name)


def mask_iin(text: pl.Series) -> pl.Series:
    """Free text without identification numbers: each run of exactly 12 digits becomes 12 dots."""
    # Neighbouring runs share the character between them, which one pass would take for the first run only.
    mask = "${1}" + IIN_MASK + "${2}"
    masked = text.cast(pl.String).str.replace_all(IIN, mask).str.replace_all(IIN, mask)
    return masked.alias(text.name)
