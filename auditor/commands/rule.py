"""`auditor rule CODE`: what a code finds, why it matters, an example."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import shutil

import click

import auditor.checks
from auditor.language import Words, catalog
from auditor.law.types import LANGUAGES

SECTIONS = ("finds", "matters", "example")
LOOKALIKES = str.maketrans("ТОР", "TOP")
"""A code typed on a Cyrillic keyboard is read as it looks."""


def codes() -> tuple[str, ...]:
    """Every code the catalog explains, in its order."""
    return tuple(key.removesuffix(".title") for key in catalog("codes") if key.endswith(".title"))


def severity(code: str) -> str | None:
    """The severity of a code's check, or None while nothing checks it."""
    for module in pkgutil.iter_modules(auditor.checks.__path__):
        if module.name.startswith(f"{code.lower()}_"):
            return str(importlib.import_module(f"auditor.checks.{module.name}").SEVERITY)
    return None


def page(code: str, language: str, width: int = 100) -> str:
    """The page on one code, wrapped to `width` columns. Raises KeyError for an unknown code."""
    words = Words("codes", language)
    title = words(f"{code}.title")
    lines = [f"{code} {words(f'{code}.name')}: {title[0].lower()}{title[1:]}."]
    level = severity(code)
    if level is not None:
        lines.append(words(f"severity.{level}"))
    for section in SECTIONS:
        text = click.formatting.wrap_text(
            words(f"{code}.{section}"), width, initial_indent="  ", subsequent_indent="  "
        )
        lines += ["", words(f"heading.{section}"), text]
    return "\n".join(lines)


def nearest(given: str, language: str) -> str | None:
    """The known code that looks most like what was given: as a code, or as a code's name."""
    words = Words("codes", language)
    looks = {code.lower(): code for code in codes()}
    looks |= {words(f"{code}.name").lower(): code for code in codes()}
    found = difflib.get_close_matches(given.lower(), looks, n=1, cutoff=0.3)
    return looks[found[0]] if found else None


@click.command()
@click.argument("code")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    envvar="AUDITOR_LANG",
    show_envvar=True,
    help="Language of the page.",
)
def rule(code: str, lang: str) -> None:
    """Explain one code, such as T01: what it finds, why it matters, an example."""
    known = code.strip().upper().translate(LOOKALIKES)
    if known not in codes():
        words = Words("codes", lang)
        said = [words("unknown", code=code)]
        close = nearest(code.strip(), lang)
        if close is not None:
            said.append(words("nearest", code=close, name=words(f"{close}.name")))
        said.append(words("known", codes=", ".join(codes())))
        raise click.UsageError(" ".join(said))
    click.echo(page(known, lang, min(shutil.get_terminal_size().columns, 100)))
