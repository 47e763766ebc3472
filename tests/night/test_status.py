"""STATUS.html as somebody sees it at seven in the morning, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from auditor.law.types import LANGUAGES
from auditor.night.intake import Refused, Taken
from auditor.night.status import status_page
from auditor.night.telling import Telling
from auditor.night.told import DONE, FAILED, Figures, Silent, Stage, Told

CHROMIUM = Path("/usr/bin/chromium")
ZONE = "Asia/Almaty"
NOW = datetime(2019, 7, 31, 1, 4)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


def told(state: str = DONE) -> Told:
    night = Told(began=NOW, as_of=NOW, state=state, run=12, report="latest/index.html")
    night.figures = Figures(100, 90, 10, 30, 1, 2, 3, 4)
    night.silent = [Silent("Нұра ауданы", "<b>Нұра</b> бөлімі", 7, date(2019, 7, 1))]
    night.taken = Taken(refused=[Refused("nura", "nura/<script>alert(1)</script>.csv", "", "It is empty.")])
    night.stages = [Stage("intake", 1.25, {"taken": 3}, ended=True)]
    if state == FAILED:
        night.failed_stage, night.fault = "history", "No space left on device"
    return night


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [DONE, FAILED])
def test_the_page_says_what_ran_and_has_no_violation(
    browser: Browser, tmp_path: Path, language: str, state: str
) -> None:
    """On a telephone; what a file name holds is text."""
    file = tmp_path / "STATUS.html"
    file.write_text(status_page(told(state), Telling(language, "auditor.toml"), NOW, ZONE), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800}, locale="ru")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(file.as_uri())
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "<script>alert(1)</script>" in page.inner_text("main")
    assert ("No space left on device" in page.inner_text("main")) is (state == FAILED)
    assert Axe().run(page).violations_count == 0
    page.close()


@pytest.mark.parametrize(("hours", "stale"), [(1, False), (25, False), (27, True)])
def test_the_page_grows_visibly_stale(browser: Browser, tmp_path: Path, hours: int, stale: bool) -> None:
    written = datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None) - timedelta(hours=hours)
    file = tmp_path / "STATUS.html"
    file.write_text(status_page(told(), Telling("en", "auditor.toml"), written, ZONE), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.is_visible("#stale") is stale
    page.close()


def test_without_a_script_the_words_say_when_it_is_stale(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "STATUS.html"
    file.write_text(status_page(told(), Telling("en", "auditor.toml"), NOW, ZONE), encoding="utf-8")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(file.as_uri())
    assert "If that is more than 26 hours ago, the nightly run did not take place." in page.inner_text("main")
    page.close()
