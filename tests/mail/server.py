"""A real mail server on loopback that can be told to refuse, to stall, and to hang up after the final dot."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Server:
    """What the server does next, and what it has got. `behaviour` is asked at the final dot:

    take, refuse (550), put_off (451), drop_taken (keeps the message and hangs up), drop_lost (hangs up without keeping it), stall.
    """

    behaviour: str = "take"
    refuse_recipients: dict[str, str] = field(default_factory=dict)
    got: list[Envelope] = field(default_factory=list)
    port: int = 0
    taken: Callable[[bytes], object] = lambda content: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse_recipients:
            return self.refuse_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.behaviour in ("take", "drop_taken"):
            self.got.append(envelope)
            self.taken(bytes(envelope.content or b""))
        if self.behaviour.startswith("drop"):
            assert server.transport is not None
            server.transport.abort()
        if self.behaviour == "stall":
            import asyncio

            await asyncio.sleep(3)
        return {"refuse": "550 5.7.1 no such letters here", "put_off": "451 4.3.0 later"}.get(
            self.behaviour, "250 taken"
        )

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(bytes(e.content or b""), policy=POLICY) for e in self.got]  # type: ignore[misc]

    def recipients(self) -> list[str]:
        return [address for envelope in self.got for address in envelope.rcpt_tos]


@contextmanager
def running(
    behaviour: str = "take", *, context: ssl.SSLContext | None = None, implicit: bool = False
) -> Iterator[Server]:
    """A server at work; `context` makes STARTTLS needed, or TLS from the first byte on if `implicit`."""
    server = Server(behaviour)
    options: dict[str, Any] = {}
    if context and implicit:
        options = {"ssl_context": context}
    elif context:
        options = {"tls_context": context, "require_starttls": True}
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), data_size_limit=2**26, **options)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A context with a certificate for localhost, and the file of the authority that signed it."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return context, file
