"""The letter to a district's head: reviewed whole, mail-safe, small enough, nothing of another district, the text says the same."""

from __future__ import annotations

import random
import re
from datetime import datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
import python_calamine

from auditor.engine.result import Audit
from auditor.report.findings_book import reply_places
from auditor.report.frames import FINDINGS
from auditor.report.letter import MOST_BYTES, Letter, district_letters, in_language
from auditor.report.wording import Wording
from report import example, open_steps

GOLDEN = Path(__file__).parent / "golden"
ABAI, TEMIRTAU = example.ABAI, example.TEMIRTAU


def audit(language: str = "ru", **changed: object) -> Audit:
    return example.audit(language, open_work=open_steps.all_kinds(), **changed)


def letters(audited: Audit, *languages: str) -> dict[str, Letter]:
    return {letter.district: letter for letter in district_letters(audited, example.rulebook(), languages or ("ru",))}


class Seen(HTMLParser):
    """Elements with their attributes, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data.split()


@pytest.mark.parametrize("languages", [("kk",), ("ru",), ("en",), ("kk", "ru")], ids="-".join)
def test_the_letter_is_as_reviewed(languages: tuple[str, ...], update_golden: bool) -> None:
    """HTML and text, rewritten by `pytest --update-golden` and reviewed as a diff."""
    letter = letters(audit(languages[0]), *languages)[ABAI]
    for suffix, content in (("html", letter.html), ("txt", f"{letter.subject}\n\n{letter.text}")):
        path = GOLDEN / f"letter-{'-'.join(languages)}.{suffix}"
        if update_golden:
            path.write_text(content, encoding="utf-8")
        assert content == path.read_text(encoding="utf-8")


def test_it_is_safe_for_mail_programs() -> None:
    """Tables and inlined styles; no script, picture, form, link, style sheet or address of anything outside."""
    seen = Seen(letters(audit(), "kk", "ru")[ABAI].html)
    tags = {tag for tag, _ in seen.elements}
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "div",
        "table",
        "tbody",
        "tr",
        "td",
        "h1",
        "h2",
        "p",
        "strong",
        "br",
        "span",
    }
    attributes = {name for _, given in seen.elements for name in given}
    assert not attributes & {"src", "href", "background", "id", "class"} - {"class"}
    assert not any("url(" in (given.get("style") or "") for _, given in seen.elements)
    assert all("style" in given for tag, given in seen.elements if tag in ("td", "h1", "h2"))


def test_nothing_of_another_district() -> None:
    """Neither in the letter nor in what is attached."""
    others = {
        ABAI: (TEMIRTAU, example.TEMIRTAU_OFFICE, "ТМ-1", "темиртау"),
        TEMIRTAU: (ABAI, example.ABAI_OFFICE, "ЖТ-overdue"),
    }
    for district, letter in letters(audit(), "kk", "ru").items():
        books = [
            python_calamine.CalamineWorkbook.from_filelike(BytesIO(a.content))
            for a in letter.attachments
            if a.name.endswith("xlsx")
        ]
        cells = [
            str(cell)
            for book in books
            for sheet in book.sheet_names
            for row in book.get_sheet_by_name(sheet).to_python()
            for cell in row
        ]
        pages = [a.content.decode() for a in letter.attachments if a.name.endswith("html")]
        assert len(books) == len(pages) == 2
        for text in (letter.html, letter.text, letter.subject, *cells, *pages):
            assert not [name for name in others[district] if name in text]


def test_the_text_says_what_the_html_says() -> None:
    """Word for word, but for the bars, the numbering and capitals."""
    letter = letters(audit(), "ru")[ABAI]
    body = letter.html.partition("<body")[2]

    def words(text: str) -> set[str]:
        return set(re.findall(r"\w+", text.lower())) - {"nbsp"}

    assert words(" ".join(Seen(f"<body{body}").words)) - words(letter.text) == set()
    extra = {word for word in words(letter.text) - words(" ".join(Seen(f"<body{body}").words)) if not word.isdigit()}
    assert extra == set()


def test_a_letter_of_many_findings_stays_under_what_gmail_shows() -> None:
    """Long sentences, two languages: the list is cut, says so, and the table attached has all."""
    dice = random.Random(3)
    rows = [
        example.finding(
            "T01",
            application_no=f"ЖТ-{n}",
            message="Өте ұзақ түсіндірме " * 30,
            office=example.ABAI_OFFICE,
            received_at=datetime(2018, 1, 5, 9, dice.randrange(60)),
            fingerprint=f"{n:016x}",
        )
        for n in range(3000)
    ]
    letter = letters(audit("kk", findings=example.frame(FINDINGS, *rows)), "kk", "ru")[ABAI]
    assert len(letter.html.encode()) <= MOST_BYTES
    assert re.search(r"3\s?000 ішінен алғашқы \d+", letter.text)
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(letter.attachments[1].content))
    head, *told = book.get_sheet_by_index(0).to_python()
    assert {row[reply_places(head)["fingerprint"]] for row in told} == {f"{n:016x}" for n in range(3000)}


@pytest.mark.parametrize(
    "text", ["<script>x</script>", '"><a href="//x">', "<img src=x>", "</table>", "=1+1\r\nBcc: x@y", "\u202etxt"]
)
def test_no_journal_writes_into_a_letter(text: str) -> None:
    """Nor adds a line to its subject."""

    def elements(text: str) -> list[tuple[str, tuple[str, ...]]]:
        row = example.finding(
            "T01", application_no=text, office=text, message=text, step=text, service=text, citation=text
        )
        work = open_steps.task("overdue", application_no=text, office=text, employee=text, step=text)
        told = audit(findings=example.frame(FINDINGS, row))
        told = Audit(**{**vars(told), "open_work": pl.DataFrame([work], schema=told.open_work.schema)})
        letter = letters(told)[ABAI]
        assert "\u202e" not in letter.html + letter.text
        return [(tag, tuple(given)) for tag, given in Seen(letter.html).elements]

    assert elements(text) == elements("plain")


def test_a_district_cannot_add_a_header_line() -> None:
    named = example.audit(findings=example.frame(FINDINGS, example.finding("T01", district="Абай\r\nBcc: x@y")))
    assert all("\n" not in letter.subject and "\r" not in letter.subject for letter in letters(named).values())


def test_sentences_are_in_the_language_of_the_letter() -> None:
    """As the audit worded them in that language; else by the title of the code, and not in another language."""
    told = audit("ru")
    worded = pl.DataFrame(
        {"message": ["Қазақша сөйлем."] * told.findings.height, "citation": ["№ 37/03"] * told.findings.height}
    )
    kk = Wording("kk", example.rulebook())
    both = Audit(**{**vars(told), "worded": {"kk": worded}})
    assert set(in_language(both, kk).findings["message"]) == {"Қазақша сөйлем."}
    fallback = in_language(told, kk).findings["message"].to_list()
    assert fallback[0].startswith("Мерзімінен кеш")
    assert not set(fallback) & set(told.findings["message"])
    assert in_language(told, Wording("ru", example.rulebook())).findings["message"].equals(told.findings["message"])


def test_what_is_excused_is_said_in_the_letter() -> None:
    """Counted apart, with the other rate, and marked at the finding; without a history nothing is said of it."""
    audit = example.audit("en", open_work=open_steps.all_kinds())
    letters = {each.district: each for each in district_letters(audit, example.rulebook(), ("en",), example.past())}
    mine, other = letters[example.ABAI], letters[example.TEMIRTAU]
    for told in (mine.text, mine.html):
        assert "Excused, of these: 1. In time without them: 99.9%." in told
        assert "Excused: document 15-К" in told
    assert "xcused" not in other.text
    (plain, *_) = district_letters(audit, example.rulebook(), ("en",))
    assert "xcused" not in plain.text
