"""The pictures of docs/screenshots/, made of the invented journals: `make screenshots`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

REPO = Path(__file__).resolve().parent.parent
PICTURES = REPO / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ALONE = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
MOST_BYTES = 150_000


def main() -> None:
    """Audit the sample in two languages and take the pictures, each no heavier than `MOST_BYTES`."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE.split())
        russian, kazakh = (_audit(Path(folder) / language, language) for language in ("ru", "kk"))
        _shoot(browser, russian / "index.html", "oblast-1280.png", 1280, 980, "h1")
        _shoot(browser, russian / "index.html", "findings-1280.png", 1280, 720, "#findings h2")
        _shoot(browser, next((kazakh / "districts").glob("*.html")), "district-390.png", 390, 900, "h1")
        browser.close()


def _audit(out: Path, language: str) -> Path:
    command = [sys.executable, "-m", "auditor", "audit", str(REPO / "sample_data/journals"), "--as-of", "2019-07-31"]
    subprocess.run([*command, "--out", str(out), "--lang", language, "--fail-on", "never"], check=True)
    return out


def _shoot(browser: Browser, page_file: Path, name: str, width: int, height: int, top: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(page_file.as_uri())
    page.locator("#filter [name=code]").select_option("T01")
    details = page.locator(".findings tr:has([data-v]):not([hidden]) details").first
    details.evaluate("each => each.open = true")
    page.locator(top).first.evaluate("each => each.scrollIntoView()")
    page.screenshot(path=PICTURES / name)
    page.close()
    size = (PICTURES / name).stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{name} has {size} bytes, more than {MOST_BYTES}: take less of the page.")


if __name__ == "__main__":
    main()
