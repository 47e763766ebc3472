"""The rule book: reviewed whole, self-contained, every step drawn and listed, contradictions with both figures, every code explained."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from auditor import language as languages
from auditor.law.load import load_rulebook
from auditor.law.types import LANGUAGES, Edition, Rulebook, Step
from auditor.paths import default_rules
from auditor.report.diagram import ways
from auditor.report.rulebook_page import rulebook_page

GOLDEN = Path(__file__).parent / "golden"
TINY = load_rulebook(Path(__file__).parent / "tiny")
OURS = load_rulebook(default_rules())


def page(rulebook: Rulebook, language: str = "en") -> str:
    return rulebook_page(rulebook, list(rulebook.services.values()), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_as_reviewed(language: str, update_golden: bool) -> None:
    # Codes are worded elsewhere, and this page is not to be reviewed anew with each of them.
    text = re.sub(r'(?s)<section id="codes">.*?</section>', "", page(TINY, language))
    path = GOLDEN / f"rulebook-{language}.html"
    if update_golden:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_drawn_and_listed(language: str) -> None:
    """Each edition has a drawing with a box a step, and a table with a row a step; all drawings are well-formed, all ids different."""
    text = page(OURS, language)
    editions = [e for s in OURS.services.values() for p in s.procedures for e in p.editions]
    drawings = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    tables = re.findall(r'<table class="steps">.*?</table>', text, flags=re.DOTALL)
    assert len(drawings) == len(tables) == len(editions)
    for edition, drawing, table in zip(editions, drawings, tables, strict=True):
        boxes = [r for r in ElementTree.fromstring(drawing).iter("rect") if (r.get("class") or "").startswith("box")]
        assert len(boxes) == len(edition.steps)
        assert table.count("<tr>") == len(edition.steps) + 1
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"]+)"', text)
    assert set(targets) <= set(ids)


def test_both_figures_of_a_contradiction_are_told() -> None:
    """In the drawing, in the table and at the top: an hour by clause 5, a working day by clause 7."""
    text = page(OURS)
    said = "contradiction: 1 working d (№ 37/03, item 9, clause 7(2) action 8) and 1 h (№ 37/03, item 9, clause 5(2) action 8)"
    assert text.count(said) == 1 + 2  # at the top; in both editions
    assert text.count("1 working d ≠ 1 h") == 2


def test_the_policy_is_that_of_the_styles_in_the_page() -> None:
    text = page(TINY)
    style = re.search(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert style is not None
    assert policy is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in policy[1]
    assert not re.search(r"\sstyle=|<script|https?://(?!www\.w3\.org)", text)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


@pytest.mark.parametrize("text", ["<script>x</script>", '"><img src=x>', "</svg><a href=//x>", "]]>&amp;", "\u202egnp"])
def test_no_rule_writes_into_the_page(text: str) -> None:
    """A rules folder may come from elsewhere: its words are words."""

    def with_text(told: str) -> Rulebook:
        def renamed(step: Step) -> Step:
            return replace(step, names={"en": (told,)}, remark={"en": told})

        services = {
            key: replace(
                service,
                names={"en": (told,)},
                procedures=tuple(
                    replace(p, editions=tuple(replace(e, steps=tuple(map(renamed, e.steps))) for e in p.editions))
                    for p in service.procedures
                ),
            )
            for key, service in TINY.services.items()
        }
        return replace(TINY, services=services)

    hostile, plain = page(with_text(text)), page(with_text("xx"))
    assert Elements(hostile).seen == Elements(plain).seen
    assert "\u202e" not in hostile


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_explained(language: str) -> None:
    text = page(TINY, language)
    codes = {key.partition(".")[0] for key in languages.catalog("codes") if key.endswith(".title")}
    assert len(codes) > 20
    assert all(f'id="c-{code}"' in text for code in codes)


def edition(*steps: str, branches: tuple[tuple[tuple[str, ...], ...], ...] = ()) -> Edition:
    """Steps by name: `?` may be left out, `!` ends."""
    made = tuple(
        Step(name.strip("?!"), "provider", (), None, None, (), "?" not in name, "!" in name, True, (), None, {})
        for name in steps
    )
    return Edition(date(2018, 1, 1), None, "exact", None, made, branches)


def test_ways_lead_past_what_need_not_be_taken_and_into_each_alternative() -> None:
    """And nowhere from an ending."""
    led: Callable[[Edition], list[list[int]]] = lambda e: [ways(e, at) for at in range(len(e.steps))]  # noqa: E731
    assert led(edition("a", "b", "c!")) == [[1], [2], []]
    assert led(edition("a", "refuse?!", "c!")) == [[1, 2], [], []]
    assert led(edition("a", "b?", "c?", "d")) == [[1, 2, 3], [2, 3], [3], []]
    branched = edition("a", "x", "y", "z", "end!", branches=((("x", "y"), ("z",)),))
    assert led(branched) == [[1, 3], [2], [4], [4], []]
