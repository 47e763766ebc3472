"""A letter as the bytes that are sent: the same letter gives the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Enclosed(Protocol):
    """What lies in a letter."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True)
class Content:
    """What a message says. html is empty where text says it all."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Enclosed, ...] = ()


@dataclass(frozen=True)
class Message:
    """A message ready to leave. kind: `letter` (to a district's head), `summary` (to the inspector) or `notice` (to the operator)."""

    message_id: str
    kind: str
    district: str
    recipient: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def message_id(sender: str, *marks: str) -> str:
    """The name of a message for ever: the same marks (night, district, recipient) give the same one."""
    digest = hashlib.sha256("\0".join(marks).encode()).hexdigest()
    return f"<auditor.{digest[:40]}@{sender.partition('@')[2]}>"


def compose(identity: str, sender: str, recipient: str, content: Content, at: datetime, zone: str) -> bytes:
    """The message in CRLF lines. Headers are made by the library's own policy, which refuses a line break in any of them."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = identity
    message["Date"] = format_datetime(at.replace(tzinfo=ZoneInfo(zone)))
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = " ".join(content.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content.text, cte="base64")
    if content.html:
        message.add_alternative(content.html, subtype="html", cte="base64")
    for each in content.attachments:
        main, _, sub = each.media_type.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=" ".join(each.name.split()))
    _fix_boundaries(message, identity)
    return message.as_bytes()


def readdressed(raw: bytes, identity: str, recipient: str) -> bytes:
    """A composed message to another recipient, under a name of its own; nothing else of it changes."""
    message = BytesParser(policy=SMTP).parsebytes(raw)
    for name, value in (("Message-ID", identity), ("To", recipient)):
        message.replace_header(name, value)
    return message.as_bytes()


def _fix_boundaries(message: EmailMessage, identity: str) -> None:
    """Boundaries that follow from the identity. Bodies are base64, so no line of them can be one."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{hashlib.sha256(f'{identity}{number}'.encode()).hexdigest()[:32]}")
