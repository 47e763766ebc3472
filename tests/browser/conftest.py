"""A browser for the pages: Debian's chromium, driven by Playwright, with nothing of its own going out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from auditor.engine.result import Audit
from auditor.report.write import write_reports
from report import example

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ALONE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Audit], Path]:
    """The folder of an audit's report, written once."""
    known: dict[int, tuple[Audit, Path]] = {}

    def written(audit: Audit) -> Path:
        if id(audit) not in known:
            out = tmp_path_factory.mktemp("report")
            write_reports(audit, example.rulebook(), out, example.past())
            known[id(audit)] = (audit, out)
        return known[id(audit)][1]

    return written


@pytest.fixture
def opened(browser: Browser, reports: Callable[[Audit], Path]) -> Iterator[Open]:
    """Opens a page of an audit's report, or a file. What the page asks for, says or trips over is in `page.heard`."""
    contexts = []

    def open_page(
        what: Audit | Path, name: str = "index.html", *, width: int = 1280, dark: bool = False, script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        heard: list[str] = []
        page.on("request", lambda request: heard.append(request.url))
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        address = (what if isinstance(what, Path) else next(reports(what).rglob(name))).as_uri()
        page.goto(address)
        assert heard == [address]
        page.heard = heard  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
