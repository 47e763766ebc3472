"""Names of people out of sight: what leaves the auditor names nobody unless names were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

import polars as pl

from auditor.engine.result import Audit

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


PLACES = ("district", "office")


def mask_places(audit: Audit) -> Audit:
    """The audit without identification numbers in the names of districts and offices: a notary's office may be called by its owner.

    Names that would then be the same are told apart by a number, so that nobody's findings become another's.
    """
    names = {text for frame in _frames(audit) for text in _with_iin(frame)}
    if not names:
        return audit
    shown = _told_apart(sorted(names), taken={text for frame in _frames(audit) for text in _names(frame)} - names)

    def masked(value: Any) -> Any:
        if isinstance(value, pl.DataFrame):
            here = [name for name in PLACES if name in value.columns]
            return value.with_columns(pl.col(name).replace(shown) for name in here)
        return {key: masked(frame) for key, frame in value.items()}

    changed = {field.name: getattr(audit, field.name) for field in fields(audit)}
    return replace(
        audit, **{name: masked(value) for name, value in changed.items() if isinstance(value, pl.DataFrame | dict)}
    )


def _frames(audit: Audit) -> Iterator[pl.DataFrame]:
    for field in fields(audit):
        value = getattr(audit, field.name)
        if isinstance(value, pl.DataFrame):
            yield value
        elif isinstance(value, dict):
            yield from value.values()


def _names(frame: pl.DataFrame) -> Iterator[str]:
    for name in PLACES:
        if name in frame.columns and frame.schema[name] == pl.String:
            yield from frame[name].drop_nulls().unique()


def _with_iin(frame: pl.DataFrame) -> list[str]:
    names = pl.Series([*_names(frame)], dtype=pl.String)
    return names.filter(names.str.contains(IIN)).to_list()


def _told_apart(names: Iterable[str], taken: set[str]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name in names:
        plain = mask_iin(pl.Series([name]))[0]
        told, n = plain, 1
        while told in taken:
            n += 1
            told = f"{plain} ({n})"
        taken.add(told)
        shown[name] = told
    return shown
