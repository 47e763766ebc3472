"""The letters of a run: each district's own report to its head, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditor.engine.result import Audit
from auditor.law.types import Rulebook
from auditor.mail.message import Content, Message, compose, message_id
from auditor.night.config import Head
from auditor.report.letter import Letter, district_letters
from auditor.report.past import Past


def letters(
    audit: Audit, rulebook: Rulebook, heads: dict[str, Head], usual: tuple[str, ...], sender: str, key: str, past: Past
) -> tuple[list[Message], list[str]]:
    """The messages of the night `key`, one a recipient, and the districts that have a letter and nobody to get it."""
    messages: list[Message] = []
    unaddressed: list[str] = []
    for letter, head in _by_head(audit, rulebook, heads, Head((), usual), past):
        if not head.recipients:
            unaddressed.append(letter.district)
        content = Content(letter.subject, letter.text, letter.html, letter.attachments)
        for recipient in head.recipients:
            identity = message_id(sender, "letter", key, letter.district, recipient)
            raw = compose(identity, sender, recipient, content, audit.as_of, rulebook.zone)
            messages.append(Message(identity, "letter", letter.district, recipient, raw))
    return messages, sorted(unaddressed)


def _by_head(
    audit: Audit, rulebook: Rulebook, heads: dict[str, Head], nobody: Head, past: Past
) -> Iterator[tuple[Letter, Head]]:
    """Each district's letter in its head's languages, and the head; `nobody` where none is named."""
    for languages in sorted({head.languages for head in (*heads.values(), nobody)}):
        for letter in district_letters(audit, rulebook, languages, past):
            head = heads.get(letter.district, nobody)
            if head.languages == languages:
                yield letter, head


def posted(
    kind: str, content: Content, sender: str, recipients: tuple[str, ...], at: datetime, zone: str, *marks: str
) -> list[Message]:
    """Messages that are no letters: the same content to each recipient."""
    made = []
    for recipient in recipients:
        identity = message_id(sender, kind, *marks, recipient)
        made.append(Message(identity, kind, "", recipient, compose(identity, sender, recipient, content, at, zone)))
    return made
