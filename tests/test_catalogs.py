"""Every word a reader sees exists in Kazakh, Russian and English, with the same figures filled in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from auditor.law.types import LANGUAGES

CATALOGS = sorted((Path(__file__).resolve().parent.parent / "auditor" / "catalogs").glob("*.toml"))
MIXED = re.compile(r"[A-Za-z][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-z]")

each_catalog = pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)


def texts(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted key and languages of each entry: a table that has texts in it."""
    if any(isinstance(value, str) for value in table.values()):
        yield prefix, table
        return
    for key, value in table.items():
        yield from texts(value, f"{prefix}.{key}" if prefix else key)


def entries(path: Path) -> dict[str, dict[str, Any]]:
    return dict(texts(tomllib.loads(path.read_text(encoding="utf-8"))))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_are_catalogs() -> None:
    """The tests below would pass on an empty folder."""
    assert {"report"} <= {path.stem for path in CATALOGS}


@each_catalog
def test_every_key_has_all_languages_and_no_other(path: Path) -> None:
    """A missing language would show as another one, or as a fault in front of a reader."""
    wrong = {key: sorted(table) for key, table in entries(path).items() if set(table) != set(LANGUAGES)}
    assert not wrong


@each_catalog
def test_no_text_is_empty_or_ends_in_space(path: Path) -> None:
    """An empty text hides what it names. (A line for the terminal may begin with an indent.)"""
    wrong = [
        (key, language)
        for key, table in entries(path).items()
        for language, text in table.items()
        if not isinstance(text, str) or not text.strip() or text != text.rstrip()
    ]
    assert not wrong


@each_catalog
def test_languages_have_the_same_placeholders(path: Path) -> None:
    """No language leaves out a figure that another one says, or asks for one that isn't given."""
    wrong = {}
    for key, table in entries(path).items():
        found = {language: placeholders(text) for language, text in table.items()}
        if len({frozenset(names) for names in found.values()}) > 1:
            wrong[key] = found
    assert not wrong


@each_catalog
def test_no_word_mixes_alphabets(path: Path) -> None:
    """A Latin "a" in a Cyrillic word looks right and is found by no search."""
    wrong = [
        (key, language, match.group())
        for key, table in entries(path).items()
        for language, text in table.items()
        for match in [MIXED.search(re.sub(r"\{[^}]*\}", " ", text))]
        if match
    ]
    assert not wrong
