"""A whole report of a journal that tries to write into it, through the command: pages, sheets and letters keep their elements."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.engine.audit import Asked, audit
from auditor.exports.find import Found
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook
from auditor.report.letter import district_letters
from journal.exporting import HEADER, as_csv, good_row
from report.payloads import PAYLOADS

NOW = "2018-06-01"
TEXTS = ("office", "application_no", "service", "channel", "step", "role", "employee", "registered_by", "note")
OURS = re.compile(r"(?:#[\w-]+|(?:districts|offices)/[^:?#]*\.html|(?:findings|quarantine)\.(?:csv|parquet|xlsx))")
FORBIDDEN = {
    "img",
    "iframe",
    "object",
    "embed",
    "base",
    "link",
    "audio",
    "video",
    "template",
    "math",
    "use",
    "foreignobject",
}


class Elements(HTMLParser):
    """Elements with their attributes, where links lead, and how many scripts and forms there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.kinds: set[tuple[str, ...]] = set()
        self.links: list[str] = []
        self.single: dict[str, int] = {"script": 0, "form": 0, "style": 0, "title": 0, "main": 0}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds |= {(tag, name) for name, _ in attrs} or {(tag,)}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")]
        if tag in self.single:
            self.single[tag] += 1


def journal(payloads: list[str], district: Callable[[int], str]) -> str:
    """A row for each payload in each text column, and a few districts named so."""
    rows = []
    for n, payload in enumerate(payloads):
        for column in TEXTS:
            row = good_row(len(rows))
            row[HEADER.index(column)] = payload
            row[HEADER.index("district")] = district(n) if n < 3 else "Абай ауданы"
            rows.append(row)
    return as_csv(rows)


@pytest.mark.slow
def test_no_text_of_a_journal_becomes_an_element_a_link_or_a_script(tmp_path: Path, repo: Path) -> None:
    """Compared with a journal of plain words; names are shown, so that they too must be harmless."""
    told: dict[str, dict[str, Elements]] = {}
    for name, texts in (("plain", [f"слово {n}" for n in range(len(PAYLOADS))]), ("hostile", [*PAYLOADS])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.csv").write_text(journal(texts, texts.__getitem__), encoding="utf-8")
        command = ["audit", str(folder / "a.csv"), "--as-of", NOW, "--out", str(folder / "out")]
        ended = CliRunner().invoke(cli, [*command, "--show-names", "--fail-on", "never", "--lang", "ru"])
        assert ended.exit_code == 0, ended.output
        pages = {str(p): p.read_text(encoding="utf-8") for p in (folder / "out").rglob("*.html")}
        pages |= {f"letter {n}": html for n, html in enumerate(letters(folder, repo))}
        told[name] = {page: Elements(text) for page, text in pages.items()}
    plain, hostile = ({kind for each in told[name].values() for kind in each.kinds} for name in ("plain", "hostile"))
    # A name in another script than the page's says its language.
    assert {kind for kind in hostile - plain if kind[1:] != ("lang",)} == set()
    assert len(hostile) > 40
    assert len(set(PAYLOADS)) >= 200
    for page, each in told["hostile"].items():
        assert not {tag for tag, *_ in each.kinds} & FORBIDDEN, page
        assert all(OURS.fullmatch(link) for link in each.links), (page, each.links)
        assert each.single["main"] <= 1, page
        assert each.single["script"] + each.single["form"] <= 2, page
        assert not [kind for kind in each.kinds if kind[-1].startswith("on")], page


def letters(folder: Path, repo: Path) -> list[str]:
    """The letters of the same journal, in two languages."""
    rules = load_rulebook(repo / "rules")
    asked = Asked(datetime.fromisoformat(NOW), (None, None), "kk", show_names=True)
    (folder / "work").mkdir()
    result = audit(Found.named(folder / "a.csv"), Profile(), rules, asked, folder / "work")
    return [each.html for each in district_letters(result, rules, ("kk", "ru"))]
