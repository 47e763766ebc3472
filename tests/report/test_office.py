"""The office's sheet: reviewed pages, the order of urgency, nobody else's work, and that no journal can write into it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from auditor.engine.result import Audit
from auditor.report import office
from auditor.report.frames import OPEN_WORK
from auditor.report.wording import Wording
from auditor.report.write import write_reports
from report import example, open_steps

GOLDEN = Path(__file__).parent / "golden"


def audit(language: str = "ru") -> Audit:
    return example.audit(language, open_work=open_steps.all_kinds())


def sheets(audited: Audit) -> dict[str, str]:
    wording = Wording(audited.language, example.rulebook())
    return {name: page for _, name, page in office.office_sheets(audited, wording)}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_sheet_is_as_reviewed(language: str, update_golden: bool) -> None:
    page = sheets(audit(language))[example.ABAI_OFFICE]
    path = GOLDEN / language / "office.html"
    if update_golden:
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8")


def test_the_most_urgent_comes_first_and_nothing_of_another_office() -> None:
    page = sheets(audit())[example.ABAI_OFFICE]
    order = ["ЖТ-overdue", "ЖТ-passed", "ЖТ-today", "ЖТ-week", "ЖТ-later", "ЖТ-none", "ЖТ-undetermined"]
    places = [page.index(number) for number in order]
    assert places == sorted(places)
    assert "ТМ-1" not in page
    assert example.TEMIRTAU not in page


def test_an_office_with_nothing_to_do_is_told_so() -> None:
    """No sheet would look like a lost one."""
    assert "По журналам работы нет." in sheets(example.audit("ru"))[example.ABAI_AKIM]


def test_a_long_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "PART_ROWS", 1)
    page = sheets(audit())[example.ABAI_OFFICE]
    assert page.count("Показано 1 из 2.") == 2  # today and this week
    assert "Просрочено: 1" in page


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '"><img src=x onerror=y>', "</style><a href=//x>", "{{ 7*7 }}", "\u202egnp.exe"],
)
def test_no_journal_writes_into_a_sheet(text: str) -> None:
    """Whatever stands in a journal, the page has the elements that it has with a plain text."""

    def elements(text: str) -> list[tuple[str, tuple[str, ...]]]:
        rows = example.frame(
            OPEN_WORK,
            open_steps.task(
                "today", application_no=text, employee=text, step=text, role=text, service=text, source_file=text
            ),
        )
        parser = _Elements()
        page = sheets(example.audit("en", open_work=rows))[example.ABAI_OFFICE]
        parser.feed(page)
        assert "\u202e" not in page
        return parser.seen

    assert elements(text) == elements("plain")


def test_sheets_of_an_earlier_run_go_away(tmp_path: Path) -> None:
    """A district that is no longer audited must not seem to have work; what somebody else put there stays."""
    write_reports(audit(), example.rulebook(), tmp_path)
    assert (tmp_path / "offices" / "г Темиртау").is_dir()
    foreign = tmp_path / "offices" / "Абай ауданы" / "notes.html"
    foreign.write_text("<p>mine", encoding="utf-8")
    rows = example.frame(OPEN_WORK, open_steps.task("today"))
    alone = example.audit(open_work=rows)
    write_reports(
        Audit(**{**vars(alone), "coverage": alone.coverage.filter(alone.coverage["district"] == example.ABAI)}),
        example.rulebook(),
        tmp_path,
    )
    assert not (tmp_path / "offices" / "г Темиртау").exists()
    assert foreign.exists()
    assert len(list((tmp_path / "offices").rglob("*.html"))) == 3
