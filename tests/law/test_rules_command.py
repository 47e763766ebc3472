"""`auditor rules show` and `auditor rules lint`, as scripts and people use them."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.language import Words
from auditor.law.cite import cite
from auditor.law.load import load_rulebook

TINY = Path(__file__).parent / "tiny"


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["rules", *arguments], env=environment)


def test_json_has_exactly_the_promised_keys() -> None:
    """One object per edition of a procedure, services by item, editions by time."""
    result = run("show", "--format", "json")
    assert result.exit_code == 0
    listed = json.loads(result.stdout)
    assert len(listed) == 28
    assert [entry["item"] for entry in listed] == sorted(entry["item"] for entry in listed)
    for entry in listed:
        assert list(entry) == ["service", "item", "channel", "in_force", "steps"]
        assert list(entry["in_force"]) == ["from", "to"]
        assert isinstance(entry["item"], int)
        for step in entry["steps"]:
            assert list(step) == [
                "id", "role", "limit", "stricter_limit", "citation", "required", "ends", "accuses",
            ]  # fmt: skip
            assert isinstance(step["citation"], str)
            for key in ("limit", "stricter_limit"):
                assert step[key] is None or (
                    list(step[key]) == ["value", "unit"] and isinstance(step[key]["value"], int)
                )
            assert {type(step[key]) for key in ("required", "ends", "accuses")} == {bool}


def test_json_of_one_step() -> None:
    """The one contradiction: the lenient limit is `limit`, and both clauses are cited."""
    (entry,) = [e for e in json.loads(run("show", "rural_fuel_assistance", "--format", "json").stdout)
                if e["channel"] == "akim" and e["in_force"] == {"from": "2017-07-10", "to": "2019-06-29"}]  # fmt: skip
    assert entry["steps"][7] == {
        "id": "sign",
        "role": "provider_head",
        "limit": {"value": 1, "unit": "working_day"},
        "stricter_limit": {"value": 1, "unit": "hour"},
        "citation": "№ 37/03, item 9, clause 5(2) action 8, clause 7(2) action 8",
        "required": True,
        "ends": False,
        "accuses": True,
    }


@pytest.mark.parametrize(
    "service", ["rural_fuel_assistance", "9", "помощь на топливо", "отынға әлеуметтік көмек", "FUEL ASSISTANCE"]
)
def test_a_service_by_any_name(service: str) -> None:
    """Id, item of the decree, or a spelling of the vocabulary."""
    listed = json.loads(run("show", service, "--format", "json").stdout)
    assert {entry["service"] for entry in listed} == {"rural_fuel_assistance"}


def test_an_unknown_service_is_a_usage_error() -> None:
    """The words name the services that there are."""
    result = run("show", "passport")
    assert result.exit_code != 0
    assert getattr(result.exception, "exit_code", None) == 2
    assert "rural_fuel_assistance" in str(result.exception)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "9-регламент, 5(2)-тармақ, 8-іс-қимыл"),
        ("ru", "регламент 9, пункт 5(2) действие 8"),
        ("en", "item 9, clause 5(2)"),
    ],
)
def test_languages(language: str, words: str) -> None:
    """`--lang` and AUDITOR_LANG, the option first."""
    assert words in run("show", "9", "--format", "html", "--lang", language).stdout
    assert words in run("show", "9", "--format", "html", AUDITOR_LANG=language).stdout
    other = "en" if language != "en" else "ru"
    assert words in run("show", "9", "--format", "html", "--lang", language, AUDITOR_LANG=other).stdout


def test_the_table_tells_the_limits_and_what_weakens_them() -> None:
    """Limits, clauses, a contradiction, a later wording, an assumed day, a statute."""
    text = run("show", "9").stdout
    assert re.search(
        r"8 +1 working d \(stricter: 1 h\) +Signing of the result by the provider's head +5\.2\.8, 7\.2\.8", text
    )
    assert "A later wording is applied" in text
    assert "before 2017-08-09" in text
    assert "From 2018-01-01" in run("show", "1").stdout
    assert max(map(len, text.splitlines())) <= 160


class Page(HTMLParser):
    """Counts what a page is made of, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]


def test_the_page_stands_alone() -> None:
    """A drawing and a table for each edition, one table of the acts, nothing fetched, nothing that runs."""
    page = Page(run("show", "--format", "html").stdout)
    assert page.tags.count("table") == 28 + 1
    assert page.tags.count("svg") == 28
    assert [address for address in page.fetched if not address.startswith("#")] == []
    assert not {"script", "link", "iframe", "img"} & set(page.tags)


def test_the_page_is_escaped(tmp_path: Path) -> None:
    """A name with markup in it is shown, not run."""
    rules = tmp_path / "rules"
    shutil.copytree(TINY, rules)
    for name, old in [("services/01_card.yaml", "library card"), ("step_names.yaml", "checking"), ("regulation.yaml", "Library rules")]:  # fmt: skip
        file = rules / name
        file.write_text(
            file.read_text(encoding="utf-8").replace(old, "<script>alert(1)</script>&", 1), encoding="utf-8"
        )
    text = run("show", "--format", "html", "--rules", str(rules)).stdout
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;") >= 3


def test_lint_of_our_own_rules_is_clean(repo: Path) -> None:
    """Exit 0 and a sentence."""
    for arguments in ([], [str(repo / "rules")]):
        result = run("lint", *arguments)
        assert result.exit_code == 0
        assert "no faults" in result.stdout
        assert "procedures: 20" in result.stdout


def test_lint_names_faults_and_exits_3(tmp_path: Path) -> None:
    """The faults on stdout, a line each; the count on stderr."""
    rules = tmp_path / "rules"
    shutil.copytree(TINY, rules)
    file = rules / "services" / "01_card.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("unit: minute", "unit: minutes"), encoding="utf-8")
    result = run("lint", str(rules), "--lang", "ru")
    assert result.exit_code == 3
    assert re.fullmatch(r".*01_card\.yaml:47: .*limit\.unit: `minutes` is unknown; one of: .*\n", result.stdout)
    assert "ошибок: 1" in result.stderr


def test_broken_rules_stop_show_with_exit_3(tmp_path: Path) -> None:
    """No half of a rule set is shown."""
    rules = tmp_path / "rules"
    shutil.copytree(TINY, rules)
    (rules / "regulation.yaml").write_text("id: x\n", encoding="utf-8")
    result = run("show", "--rules", str(rules))
    assert getattr(result.exception, "exit_code", None) == 3
    assert result.stdout == ""


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """A slip in the path is no fault of the rules."""
    assert run("lint", str(tmp_path / "none")).exit_code == 2
    assert run("show", "--rules", str(tmp_path / "none")).exit_code == 2


@pytest.mark.parametrize(
    ("citation", "text"),
    [
        ("7.2.8", "№ 37/03, item 9, clause 7(2) action 8"),
        (("5.2.8", "7.2.8"), "№ 37/03, item 9, clause 5(2) action 8, clause 7(2) action 8"),
        (("8.4",), "№ 37/03, item 9, clause 8(4)"),
        (("7",), "№ 37/03, item 9, clause 7"),
        (("a letter of 2018",), "a letter of 2018"),
        (("7.1", "a letter of 2018"), "№ 37/03, item 9, clause 7(1); a letter of 2018"),
        ((), ""),
    ],
)
def test_citations(repo: Path, citation: str | tuple[str, ...], text: str) -> None:
    """References become words; what is not one stays as it is."""
    assert cite(load_rulebook(repo / "rules"), "rural_fuel_assistance", citation, Words("rules", "en")) == text
