"""Words for readers, in Kazakh, Russian and English.

A catalog is `auditor/catalogs/<area>.toml`: one table per key with `kk`, `ru` and `en` side by side, so that a
missing language is seen at once (a test holds all of them complete, with the same placeholders).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from auditor.law.types import LANGUAGES


@cache
def catalog(area: str) -> dict[str, dict[str, str]]:
    """The catalog of one area: dotted key to {language: text}."""
    text = files("auditor").joinpath("catalogs", f"{area}.toml").read_text(encoding="utf-8")
    flat: dict[str, dict[str, str]] = {}

    def walk(prefix: str, table: dict[str, Any]) -> None:
        if set(table) & set(LANGUAGES):
            flat[prefix] = table
            return
        for key, value in table.items():
            walk(f"{prefix}.{key}" if prefix else key, value)

    walk("", tomllib.loads(text))
    return flat


DAY_FORM = {"kk": "%d.%m.%Y", "ru": "%d.%m.%Y", "en": "%Y-%m-%d"}
"""A day in figures, for `strftime`: one form a language, on pages, in sentences and on the screen. No English reader takes the
ISO form for another day, as they might 05/03."""


class Words:
    """The words of one language in one area. `words("key", name=value)` fills the placeholders.

    Raises KeyError for a key that the catalog lacks: a programming fault, found by the tests.
    """

    def __init__(self, area: str, language: str) -> None:
        self.language = language
        self._texts = catalog(area)

    def __call__(self, key: str, **values: object) -> str:
        text = self._texts[key][self.language]
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        return key in self._texts
