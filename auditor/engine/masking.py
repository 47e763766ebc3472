"""Names of people out of sight: what leaves the auditor names nobody unless names were asked for."""

from __future__ import annotations

import polars as pl

PSEUDONYM = "№ "
IIN = r"(^|[^0-9])[0-9]{12}($|[^0-9])"
IIN_MASK = "•" * 12


def mask_employees(series: pl.Series, everyone: pl.Series) -> pl.Series:
    """Names as numbers, one number a person: «№ 12» in every language; null and blank stay null.

    `everyone` holds all names of the exports, so that a person has one number wherever a run shows them. Numbers follow the
    alphabetical order of those names, whatever order they come in: the same names give the same numbers, and the name itself
    is nowhere in the output. Names that differ only in white space or letter case are one person's.
    """
    known = _folded(everyone).drop_nulls().unique().sort()
    numbers = pl.Series("number", range(1, len(known) + 1), dtype=pl.Int64)
    masked = _folded(series).replace_strict(
        known, PSEUDONYM + numbers.cast(pl.String), default=None, return_dtype=pl.String
    )
    return masked.alias(series.name)


def _folded(names: pl.Series) -> pl.Series:
    folded = names.cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()
    return folded.replace("", None)


def mask_iin(text: pl.Series) -> pl.Series:
    """Free text without identification numbers: each run of exactly 12 digits becomes 12 dots."""
    # Neighbouring runs share the character between them, which one pass would take for the first run only.
    mask = "${1}" + IIN_MASK + "${2}"
    masked = text.cast(pl.String).str.replace_all(IIN, mask).str.replace_all(IIN, mask)
    return masked.alias(text.name)
