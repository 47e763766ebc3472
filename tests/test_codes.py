"""The codes: a module for each, a page on each in three languages, and `auditor rule`."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import ModuleType

import pytest
from click.testing import CliRunner

import auditor.checks
from auditor.commands.rule import codes, nearest, rule
from auditor.language import catalog
from auditor.law.types import LANGUAGES

# Written out from the specification, section 4.
SPECIFIED = {
    "T01": ("late", "error"),
    "T02": ("overdue", "error"),
    "T03": ("total-late", "error"),
    "T04": ("idle", "warning"),
    "T05": ("disputed", "warning"),
    "T06": ("not-the-office's-alone", "warning"),
    "O01": ("out-of-order", "error"),
    "O02": ("early-start", "warning"),
    "O03": ("repeated", "warning"),
    "S01": ("step-skipped", "error"),
    "S02": ("role-skipped", "error"),
    "S03": ("unknown-step", "error"),
    "S04": ("wrong-branch", "error"),
    "R01": ("wrong-role", "error"),
    "R02": ("same-person", "warning"),
    "P01": ("unknown-service", "warning"),
    "P02": ("channel-not-offered", "warning"),
    "P03": ("not-in-force", "info"),
    "P04": ("mixed-application", "warning"),
    "J01": ("duplicate", "warning"),
    "J02": ("impossible-time", "error"),
    "J03": ("off-hours", "info"),
    "J04": ("number-gap", "warning"),
    "J05": ("back-dating", "warning"),
    "J06": ("lost-between-offices", "error"),
    "J07": ("changed-entry", "error"),
}
HEADINGS = ("What it finds", "Why it matters", "Example")
EVERY = [*SPECIFIED]

MODULES: dict[str, ModuleType] = {
    module.name.split("_")[0].upper(): importlib.import_module(f"auditor.checks.{module.name}")
    for module in pkgutil.iter_modules(auditor.checks.__path__)
    if re.match(r"[a-z]\d\d_", module.name)
}


def read(module: ModuleType) -> tuple[str, dict[str, str]]:
    """A module's title line, and its sections as one line each."""
    title, _, rest = (module.__doc__ or "").partition("\n")
    parts = re.split(r"^(\S.*)$", rest, flags=re.MULTILINE)
    return title, {heading: " ".join(body.split()) for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_specified_code_has_a_module_and_no_other_has() -> None:
    assert set(MODULES) == set(SPECIFIED)


@pytest.mark.parametrize("code", SPECIFIED)
def test_a_module_says_its_code_severity_and_page(code: str) -> None:
    module = MODULES[code]
    name, severity = SPECIFIED[code]
    assert (code, severity) == (module.CODE, module.SEVERITY)
    filed_as = name.replace("'", "").replace("-", "_")
    assert module.__name__ == f"auditor.checks.{code.lower()}_{filed_as}"
    title, sections = read(module)
    assert title.startswith(f"{code} {name}: ")
    assert title.endswith(".")
    assert tuple(sections) == HEADINGS
    assert all(sections.values())


@pytest.mark.parametrize("code", SPECIFIED)
def test_the_example_has_figures(code: str) -> None:
    """A page without a moment, a limit or a clause is no worked example."""
    assert len(re.findall(r"\d+", read(MODULES[code])[1]["Example"])) >= 3


@pytest.mark.parametrize("code", SPECIFIED)
def test_the_catalog_says_in_english_what_the_module_says(code: str) -> None:
    title, sections = read(MODULES[code])
    said = {key: catalog("codes")[f"{code}.{key}"]["en"] for key in ("name", "title", "finds", "matters", "example")}
    assert title == f"{code} {said['name']}: {said['title'][0].lower()}{said['title'][1:]}."
    assert [said["finds"], said["matters"], said["example"]] == [sections[heading] for heading in HEADINGS]


def test_the_catalog_has_every_code_whole() -> None:
    texts = catalog("codes")
    assert list(codes()) == EVERY
    for code in EVERY:
        for key in ("name", "title", "finds", "matters", "example"):
            said = texts[f"{code}.{key}"]
            assert tuple(said) == LANGUAGES
            assert all(text and text == text.strip() for text in said.values())
            assert len(set(said.values())) == len(LANGUAGES)


@pytest.mark.parametrize("code", EVERY)
def test_the_languages_give_the_same_figures(code: str) -> None:
    """Dates and times of an example are the same in each language: a figure mended in one is mended in all."""
    said = catalog("codes")[f"{code}.example"]
    figures = {
        language: sorted(re.findall(r"\d\d\.\d\d(?:\.\d{4})?|\d\d:\d\d", text)) for language, text in said.items()
    }
    assert figures["kk"] == figures["ru"] == figures["en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", EVERY)
def test_rule_explains_every_code_in_every_language(code: str, language: str) -> None:
    shown = CliRunner().invoke(rule, [code.lower(), "--lang", language])
    assert shown.exit_code == 0
    assert shown.output.startswith(f"{code} {catalog('codes')[f'{code}.name'][language]}: ")
    for section in ("finds", "matters", "example"):
        assert catalog("codes")[f"heading.{section}"][language] in shown.output
        assert " ".join(catalog("codes")[f"{code}.{section}"][language].split()[:6]) in " ".join(shown.output.split())
    if code in SPECIFIED:
        assert catalog("codes")[f"severity.{SPECIFIED[code][1]}"][language] in shown.output


def test_rule_takes_its_language_from_the_environment() -> None:
    shown = CliRunner().invoke(rule, ["T01"], env={"AUDITOR_LANG": "kk"})
    assert shown.output.startswith("T01 кешігу: ")


def test_rule_reads_a_code_typed_on_a_cyrillic_keyboard() -> None:
    assert CliRunner().invoke(rule, ["т01"]).output.startswith("T01 late: ")


def test_an_unknown_code_is_a_usage_error_with_the_nearest_and_the_list() -> None:
    shown = CliRunner().invoke(rule, ["T99"])
    assert shown.exit_code == 2
    assert "There is no code T99. Did you mean T0" in shown.output
    assert all(code in shown.output for code in EVERY)
    assert nearest("skipped", "en") in {"S01", "S02"}
    assert nearest("лишнее@@", "en") is None
