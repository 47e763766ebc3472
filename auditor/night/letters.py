"""The letters of a run: each district's own report to its head, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from auditor.engine.result import Audit
from auditor.language import Words
from auditor.law.types import Rulebook
from auditor.mail.message import Content, Message, compose, message_id
from auditor.night.config import Head
from auditor.report.files import page_names
from auditor.report.frames import parts
from auditor.report.page import district_page
from auditor.report.wording import Wording
from auditor.report.write import PAGE_FINDINGS

NOBODY = Head((), ("kk", "ru"))


@dataclass(frozen=True)
class Enclosure:
    """A file that lies in a letter."""

    name: str
    media_type: str
    content: bytes


def letters(
    audit: Audit, rulebook: Rulebook, heads: dict[str, Head], sender: str, key: str
) -> tuple[list[Message], list[str]]:
    """The messages of the night `key`, one a recipient, and the districts that have a letter and nobody to get it."""
    messages: list[Message] = []
    unaddressed: list[str] = []
    for district, content, head in _contents(audit, rulebook, heads):
        if not head.recipients:
            unaddressed.append(district)
        for recipient in head.recipients:
            identity = message_id(sender, "letter", key, district, recipient)
            raw = compose(identity, sender, recipient, content, audit.as_of, rulebook.zone)
            messages.append(Message(identity, "letter", district, recipient, raw))
    return messages, sorted(unaddressed)


def _contents(audit: Audit, rulebook: Rulebook, heads: dict[str, Head]) -> Iterator[tuple[str, Content, Head]]:
    """Each district's letter: a few figures in the head's languages, and the district's page in each of them."""
    cut = parts(audit, PAGE_FINDINGS)
    names = page_names(cut.districts)
    for district, part in cut.districts.items():
        head = heads.get(district, NOBODY)
        counts = dict(part.findings.group_by("severity").len().iter_rows())
        texts, pages = [], []
        for language in head.languages:
            words, wording = Words("night", language), Wording(language, rulebook)
            figures = {name: counts.get(name, 0) for name in ("error", "warning", "info")}
            texts.append(words("letter.text", district=district, as_of=wording.moment(audit.as_of), **figures))
            page = district_page(replace(audit, language=language), part, wording)
            pages.append(Enclosure(names[district].replace(".html", f".{language}.html"), "text/html", page.encode()))
        subject = " / ".join(
            Words("night", language)("letter.subject", district=district, day=f"{audit.as_of:%d.%m.%Y}")
            for language in head.languages
        )
        yield district, Content(subject, "\n\n".join(texts) + "\n", attachments=tuple(pages)), head


def posted(
    kind: str, content: Content, sender: str, recipients: tuple[str, ...], at: datetime, zone: str, *marks: str
) -> list[Message]:
    """Messages that are no letters: the same content to each recipient."""
    made = []
    for recipient in recipients:
        identity = message_id(sender, kind, *marks, recipient)
        made.append(Message(identity, kind, "", recipient, compose(identity, sender, recipient, content, at, zone)))
    return made
