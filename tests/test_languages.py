"""No English word on a page that is not English: what a reader sees stands in the catalogs or in the rules, in three languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from auditor.engine.result import VERDICTS, Audit
from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.report.letter import district_letters
from auditor.report.rulebook_page import rulebook_page
from auditor.report.write import write_reports
from report import example, open_steps

WORD = re.compile(r"[A-Za-z_]{3,}")
"""Every English sentence has a word of three letters."""
SAME_EVERYWHERE = {"auditor", "SHA", "utf", "windows", "XLSX", "CSV"}
FILE = re.compile(r"\S+\.(?:csv|xlsx|html|parquet|json)\b")
UNSEEN = ("script", "style", "code")


class Visible(HTMLParser):
    """The text that a reader sees, and what is said to those who hear the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.unseen = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        self.text += [value or "" for name, value in attrs if name in ("aria-label", "title", "alt")]

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.text.append(data)


def latin(html: str, known: set[str]) -> set[str]:
    """Words in Latin letters that are neither file names, nor the same in every language, nor `known`."""
    text = FILE.sub(" ", " ".join(Visible(html).text))
    return {word for word in WORD.findall(text) if word not in SAME_EVERYWHERE | known}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(Path(__file__).parents[1] / "rules")


def ids(rulebook: Rulebook) -> set[str]:
    """Ids are shown beside their names; of codes it is said what one writes in the rules, in a journal, on the command line."""
    services = rulebook.services.values()
    steps = {s.id for service in services for p in service.procedures for e in p.editions for s in e.steps}
    written = {"accuses", "false", "store", "moved", "withdrawn"}
    return {
        *rulebook.services,
        *rulebook.channel_names,
        *rulebook.calendars,
        *rulebook.roles,
        *steps,
        *VERDICTS,
        *written,
    }


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_rule_book(rulebook: Rulebook, language: str) -> None:
    """Remarks, reasons, sources and assumptions of the rule files too; codes as T01 and fields they name stand in every language."""
    page = rulebook_page(rulebook, [*rulebook.services.values()], language)
    assert latin(page, ids(rulebook)) == set()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_pages_sheets_and_letters(tmp_path: Path, language: str) -> None:
    """Of an audit whose journals have no Latin letter themselves."""
    audit: Audit = example.audit(language, open_work=open_steps.all_kinds().with_columns(application_no=pl.lit("ЖТ-7")))
    example_rules = example.rulebook()
    written = write_reports(audit, example_rules, tmp_path, example.past())
    texts = {path.name: path.read_text(encoding="utf-8") for path in written if path.suffix == ".html"}
    texts |= {each.subject: each.html for each in district_letters(audit, example_rules, (language,), example.past())}
    assert len(texts) > 4
    for name, text in texts.items():
        assert (
            latin(text, {"example", "received_at", "office", "a_new_reason", "accepted", "rejected", "offices"})
            == set()
        ), name
