"""What is taken of a cell: the one date in a text, a part by a pattern, a value by its spelling or by a phrase in it."""

from __future__ import annotations

import polars as pl

from auditor.journal import formats
from auditor.journal.profile import DATE, Profile, fold_value

USUAL_DATE = r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
USUAL_CLOCK = r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
BETWEEN = " / "
"""Between values of which a text names more than one: no rule knows them, so the reader sees what could not be decided."""


def taken(text: pl.Series, name: str, take: str | None, profile: Profile) -> pl.Series:
    """The texts of a column as the profile has them read; null where nothing is found."""
    if take == DATE:
        text = _the_date(text, profile)
    elif take is not None:
        text = text.str.extract(take, 1).str.strip_chars()
    phrases = profile.contains.get(name)
    if phrases:
        return _by_phrase(text, phrases)
    spellings = profile.values.get(name)
    if spellings:
        folded = {value: fold_value(value) for value in text.unique().drop_nulls()}
        text = text.replace({value: spellings[key] for value, key in folded.items() if key in spellings})
    return text


def written_as_usual(text: pl.Series, profile: Profile) -> pl.Series:
    """Moments in the profile's own formats as ISO moments."""
    return formats.as_iso(text, profile.moments) if profile.moments else text


def _the_date(text: pl.Series, profile: Profile) -> pl.Series:
    """The date that stands in a text; null where there is none, or more than one, of which none is preferred."""
    own = [p.strip("^$") for f in profile.moments if (p := formats.pattern(f)) is not None]
    plain = [_without_names(p) for p in own]
    pattern = rf"\b(?:(?:{USUAL_DATE}){USUAL_CLOCK}{''.join('|' + p for p in plain)})\b"
    found = text.str.extract_all(pattern).list.unique()
    only = pl.when(pl.col("f").list.len() == 1).then(pl.col("f").list.first())
    return found.to_frame("f").select(only.alias(text.name))[text.name]


def _without_names(pattern: str) -> str:
    for name in "ymdHMS":
        pattern = pattern.replace(f"(?P<{name}>", "(?:")
    return pattern


def _by_phrase(text: pl.Series, phrases: dict[str, str]) -> pl.Series:
    """The value whose phrase stands in the text, letter case and white space aside; all of them where there are several.

    A phrase within a longer one that stands there says nothing of its own.
    """
    said: dict[str, str | None] = {}
    values = text.unique().drop_nulls()
    folded = pl.Series([fold_value(value) for value in values], dtype=pl.String)
    met = folded.str.extract_many(list(phrases), overlapping=True)
    for value, several in zip(values, met, strict=True):
        there = set(several)
        said_there = [phrase for phrase in phrases if phrase in there] if there else []
        longest = (p for p in said_there if not any(p != other and p in other for other in said_there))
        found = dict.fromkeys(phrases[phrase] for phrase in longest)
        said[value] = BETWEEN.join(found) or None
    return text.replace_strict(said, default=None, return_dtype=pl.String)


def is_wanted(text: pl.Series, phrases: tuple[str, ...]) -> pl.Series:
    """Whether a text holds one of the phrases of a filter."""
    said = {value: any(phrase in fold_value(value) for phrase in phrases) for value in text.unique().drop_nulls()}
    return text.replace_strict(said, default=False, return_dtype=pl.Boolean)
