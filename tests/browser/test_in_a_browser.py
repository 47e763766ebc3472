"""The pages as a reader has them: in a browser, on a phone, on paper, without a script, by keyboard, with hostile journals."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from auditor.engine.result import Audit
from auditor.law.load import load_rulebook
from auditor.report.frames import DEPUTIES, FINDINGS, FLOWS, UNKNOWN_OUTCOMES, UNKNOWN_ROLES
from auditor.report.letter import district_letters
from auditor.report.office import office_sheets
from auditor.report.rulebook_page import rulebook_page
from auditor.report.wording import Wording
from browser.conftest import Open
from report import example, open_steps
from report.payloads import PAYLOADS

pytestmark = pytest.mark.browser

LANGUAGES = ("kk", "ru", "en")
DISTRICT = "Абай ауданы.html"


@pytest.mark.parametrize(
    ("language", "name", "width", "dark"),
    [
        *((language, name, 1280, False) for language in LANGUAGES for name in ("index.html", DISTRICT)),
        *(("ru", name, 390, dark) for name in ("index.html", DISTRICT) for dark in (False, True)),
        ("kk", "index.html", 1280, True),
    ],
)
def test_axe_finds_nothing(opened: Open, language: str, name: str, width: int, dark: bool) -> None:
    """No violation of any rule that axe knows, with everything that opens opened."""
    page = opened(example.large(language, 60), name, width=width, dark=dark)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The rule book, an office's sheet, and a letter in two languages. The status of a night is tried in tests/night."""
    folder = tmp_path_factory.mktemp("papers")
    rules = load_rulebook(Path(__file__).parents[2] / "rules")
    audit = example.audit("kk", open_work=open_steps.all_kinds())
    wording = Wording("kk", example.rulebook())
    letter = next(district_letters(audit, example.rulebook(), ("kk", "ru"), example.past()))
    told = {
        "rulebook": rulebook_page(rules, [*rules.services.values()][:3], "ru"),
        "office": next(page for _, office, page in office_sheets(audit, wording) if office == example.ABAI_OFFICE),
        "letter": letter.html,
    }
    for name, text in told.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in told}


@pytest.mark.parametrize(("name", "width"), [("rulebook", 1280), ("rulebook", 390), ("office", 390), ("letter", 390)])
def test_axe_finds_nothing_in_the_papers(opened: Open, papers: dict[str, Path], name: str, width: int) -> None:
    """They are read alone, on paper or on a phone, and none is wider than its screen."""
    page = opened(papers[name], width=width)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["index.html", DISTRICT])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_scrolls_down_only(opened: Open, language: str, name: str) -> None:
    """What is wider than 390 pixels scrolls in a region of its own, which the keyboard reaches."""
    for script in (True, False):
        page = opened(example.large(language, 60), name, width=390, script=script)
        width = page.locator("html").bounding_box()
        assert width is not None
        assert width["width"] <= 390
        sizes = page.locator("html").evaluate("e => [e.scrollWidth, e.clientWidth]") if script else [390, 390]
        assert sizes[0] <= sizes[1]
        wide = page.locator("div.wide")
        assert wide.count() > 3
        assert wide.count() == page.locator("div.wide[tabindex='0'][role=region][aria-labelledby]").count()


TIMED = """
async index => {
    document.querySelectorAll('.findings thead button')[index].click();
    await new Promise(done => requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = done;
        drawn.port2.postMessage(0);
    }));
}
"""
"""From the click until a frame in the new order was drawn."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_thousand_findings_sort_in_half_a_second(opened: Open, language: str) -> None:
    """The processor time of the page's own thread, the best of three tries: it is the page that is judged, not how busy the machine is."""
    page = opened(example.large(language, 5000))
    assert page.locator(".findings tbody tr").count() == 5000
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")

    def spent(index: int) -> float:
        before = thread_time()
        page.evaluate(TIMED, index)
        return thread_time() - before

    def thread_time() -> float:
        told = metrics.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in told if each["name"] == "ThreadTime"))

    tries = [[spent(index) for index in range(7)] for _ in range(3)]
    assert max(map(min, zip(*tries, strict=True))) < 0.5, tries
    excess = "[...document.querySelectorAll('.findings tbody tr')].map(r => +(r.cells[5].dataset.v ?? -1))"
    page.evaluate(TIMED, 5)
    order = page.evaluate(excess)
    assert len(order) == 5000
    assert order == sorted(order)


def column(page: Page, number: int) -> list[str]:
    told = page.evaluate(
        "n => [...document.querySelectorAll('.findings tbody tr:not([hidden])')].map(r => r.cells[n].textContent)",
        number,
    )
    return [str(text) for text in told]


def test_a_column_sorts_both_ways_by_keyboard(opened: Open) -> None:
    """The state is told to those who hear the page; a column of excess begins with the most."""
    page = opened(example.audit("en"))
    head = page.locator(".findings thead th").first
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    up = column(page, 0)
    assert up == ["", "7", "2018-15", "2018-15", "2018-15"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, 0)[0] == "2018-15"
    over = page.locator(".findings thead th").nth(5)
    over.get_by_role("button").click()
    assert over.get_attribute("aria-sort") == "descending"
    assert head.get_attribute("aria-sort") is None
    assert column(page, 5)[:2] == ["11.5 working days", "1 h 10 min"]


def test_names_sort_by_the_language_s_order(opened: Open) -> None:
    """Қ after К in Kazakh, not after я."""
    page = opened(example.large("kk", 200))
    page.locator(".findings thead button").nth(3).click()
    offices = list(dict.fromkeys(text.split(":")[0] for text in column(page, 3)))
    assert offices == [
        "Абай ауданы",
        "Ақтоғай ауданы",
        "Бұқар жырау ауданы",
        "г. Темиртау",
        "Қарқаралы ауданы",
        "Шет ауданы",
    ]


def test_search_and_filters_leave_what_fits_and_say_how_many(opened: Open) -> None:
    """Words in any order and letter case; a list offers only what the others leave; reset brings all back."""
    page = opened(example.large("ru", 400))
    shown, all_of_them = page.locator("#filter-count"), "Показано 400 из 400."
    expect(shown).to_have_text(all_of_them)
    page.locator("[name=search]").fill("ЖТ-17 темиртау")
    expect(shown).not_to_have_text(all_of_them)
    numbers, offices = column(page, 0), column(page, 3)
    assert 0 < len(numbers) < 40
    assert all("ЖТ-17" in number for number in numbers)
    assert all("Темиртау" in office for office in offices)
    page.locator("#filter button").click()
    expect(shown).to_have_text(all_of_them)
    page.locator("[name=district]").select_option("Шет ауданы")
    assert {text.split(":")[0] for text in column(page, 3)} == {"Шет ауданы"}
    offices = page.locator("[name=office] option").all_text_contents()
    assert len(offices) == 3
    assert all(text.startswith("Шет ауданы") for text in offices[1:])
    page.locator("[name=code]").select_option("T01")
    count = len(column(page, 1))
    expect(shown).to_have_text(f"Показано {count} из 400.")
    assert 0 < count < 100


def test_without_a_script_all_is_there_but_sorting_and_search(opened: Open) -> None:
    """The same findings, under headings; what opens still opens."""
    page = opened(example.large("ru", 60), script=False)
    assert not page.locator("#filter").is_visible()
    assert page.locator(".findings thead button").count() == 0
    assert page.locator(".findings details").count() == 60
    assert (page.locator(".findings th[colspan]").first.text_content() or "").startswith("Абай ауданы: аппарат")
    first = page.locator(".findings details").first
    first.locator("summary").click()
    assert first.locator("li.d").is_visible()
    assert "5(2)" in first.inner_text()


def test_on_paper_every_finding_is_open(opened: Open) -> None:
    """Proof is on the sheet; what only a screen can use is not; A4 is wide enough."""
    for script in (True, False):
        page = opened(example.large("ru", 60), script=script)
        assert page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
        page.set_viewport_size({"width": 1032, "height": 700})  # A4 across, less its margins
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert page.locator(".findings li.d").first.is_visible()
        head = page.locator(".findings thead")
        assert head.evaluate("e => getComputedStyle(e).display") == "table-header-group"
        if script:
            assert page.evaluate("document.documentElement.scrollWidth") <= 1032


def journal_of(texts: list[str]) -> Audit:
    """An audit in which every text that a journal writes is one of these, each in every place once."""
    clean = example.audit("ru")
    keep = {"code", "severity", "limit_unit", "basis", "fingerprint"}

    def spread(schema: dict[str, object], row: dict[str, object]) -> list[dict[str, object]]:
        places = [name for name, kind in schema.items() if str(kind) == "String" and name not in keep]
        return [
            {**row, **{name: texts[(i + n) % len(texts)] for n, name in enumerate(places)}} for i in range(len(texts))
        ]

    return example.audit(
        "ru",
        findings=example.frame(FINDINGS, *spread(FINDINGS, example.finding())),
        unknown_roles=example.frame(UNKNOWN_ROLES, *spread(UNKNOWN_ROLES, {"n": 1})),
        unknown_outcomes=example.frame(UNKNOWN_OUTCOMES, *spread(UNKNOWN_OUTCOMES, {"n": 1})),
        deputies=example.frame(DEPUTIES, *spread(DEPUTIES, {"n": 1})),
        flows=example.frame(FLOWS, *spread(FLOWS, {"n": 1, "waits": 0, "works": 0, "waited": 0.0, "worked": 0.0})),
        quarantine=clean.quarantine.head(1).select(
            example.pl.lit(text).alias(name)
            if name in ("source_file", "column", "value", "reason", "raw")
            else example.pl.col(name)
            for text, name in zip(texts, clean.quarantine.columns, strict=False)
        ),
        inputs=tuple(example.input_file(text, 1, 1, encoding=text) for text in texts),
        remarks=tuple(texts),
    )


ELEMENTS = "[...document.querySelectorAll('*')].map(e => e.localName + ' ' + e.getAttributeNames().join(' '))"


def test_two_hundred_hostile_texts_add_no_element_no_link_and_no_script(opened: Open) -> None:
    """The browser's own count of elements, before and after our script ran, against a journal of plain words."""
    assert len(set(PAYLOADS)) >= 200
    assert all(kind in json.dumps(PAYLOADS) for kind in ("script", "href", "onerror", "HYPERLINK"))
    plain = [f"слово {n}" for n in range(len(PAYLOADS))]
    counts = []
    for texts in (plain, list(PAYLOADS)):
        page = opened(journal_of(texts))
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.evaluate("document.querySelectorAll('.findings thead button')[3].click()")
        counts.append(Counter(page.evaluate(ELEMENTS)))
    assert counts[0] == counts[1]
    assert sum(counts[0].values()) > 1000
    assert page.evaluate("window.hit") is None
    assert len(page.heard) == 1, page.heard  # type: ignore[attr-defined]


def test_a_district_s_page_with_hostile_texts(opened: Open) -> None:
    """The same of the page that is sent to a district: every one of its elements is there for a plain journal too."""
    pages = []
    for office in ("Отдел <b>1</b> </th></tr><a href=x>", "Отдел 1"):
        findings = example.frame(FINDINGS, example.finding(office=office, district="Абай"))
        pages.append(opened(example.audit("ru", findings=findings), "Абай.html"))
    assert Counter(pages[0].evaluate(ELEMENTS)) == Counter(pages[1].evaluate(ELEMENTS))
