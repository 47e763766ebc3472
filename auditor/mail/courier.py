"""Handing a message to the mail server, with a mark just before the one byte that makes it the server's."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from auditor.mail.settings import Server

END_OF_DATA = b".\r\n"


@dataclass(frozen=True)
class Answer:
    """What became of a message. taken: the server has it. passing: worth another try. said: the server's words."""

    taken: bool
    passing: bool
    said: str


class Unreachable(Exception):
    """The server can't be spoken to at all: none of the messages was begun."""


class Unknown(Exception):
    """The connection ended after the final dot and before the answer: nobody here knows whether the server has it."""


class _Connection:
    """What both kinds of connection do at DATA: the content first, then the mark, then the dot."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self.smtp = connection

    def data(self, content: bytes, before_dot: Callable[[], None]) -> tuple[int, bytes]:
        code, said = self.smtp.docmd("DATA")
        if code != 354:
            return code, said
        # A line that begins with a dot is sent with a second one (RFC 5321, 4.5.2).
        quoted = content.replace(b"\r\n.", b"\r\n..")
        quoted = b"." + quoted if quoted.startswith(b".") else quoted
        self.smtp.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
        before_dot()
        try:
            self.smtp.send(END_OF_DATA)
            return self.smtp.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as fault:
            raise Unknown(str(fault) or type(fault).__name__) from fault


class Courier:
    """A session with the server: `with Courier(server) as courier`. Raises Unreachable where there can be none."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: _Connection | None = None

    def __enter__(self) -> Courier:
        self._connection = _Connection(connect(self._server))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # Whoever stops in the midst of a message must not say QUIT: to the server that would be a part of it.
        if kind is None:
            self._leave()
        else:
            self._drop()

    def _leave(self) -> None:
        if self._connection is not None:
            try:
                self._connection.smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._connection.smtp.close()
            self._connection = None

    def hand_over(
        self, sender: str, recipients: tuple[str, ...], content: bytes, before_dot: Callable[[], None]
    ) -> Answer:
        """Send one message to all of `recipients` or to none. `before_dot` is called when nothing but the dot is missing.

        Raises Unknown where the connection breaks after it.
        """
        try:
            if self._connection is None:
                self._connection = _Connection(connect(self._server))
            return self._hand_over(self._connection, sender, recipients, content, before_dot)
        except Unknown:
            self._drop()
            raise
        except Unreachable as fault:
            return Answer(False, True, str(fault))
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Answer(False, True, f"{type(fault).__name__}: {fault}")

    def _hand_over(
        self,
        connection: _Connection,
        sender: str,
        recipients: tuple[str, ...],
        content: bytes,
        before_dot: Callable[[], None],
    ) -> Answer:
        smtp = connection.smtp
        code, said = smtp.mail(sender, [f"SIZE={len(content)}"] if smtp.has_extn("size") else [])
        for recipient in recipients:
            if code != 250:
                break
            code, said = smtp.rcpt(recipient)
            code = 250 if code == 251 else code
        if code == 250:
            code, said = connection.data(content, before_dot)
        if code == 250:
            return Answer(True, False, _words(code, said))
        if code == 421:
            self._drop()
        else:
            smtp.rset()
        return Answer(False, not 500 <= code <= 599, _words(code, said))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.smtp.close()
            self._connection = None


def connect(server: Server) -> smtplib.SMTP:
    """A connection over verified TLS (none only where the settings say so), logged in. Raises Unreachable."""
    context = ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
    try:
        if server.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    except ssl.SSLCertVerificationError as fault:
        raise Unreachable(f"The certificate of {server.host} is not trusted: {fault.verify_message}.") from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise Unreachable(f"{server.host}:{server.port} does not answer: {_why(fault)}.") from fault
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.login is not None:
            smtp.login(server.login.user, server.login.password())
        return smtp
    except ssl.SSLCertVerificationError as fault:
        smtp.close()
        raise Unreachable(f"The certificate of {server.host} is not trusted: {fault.verify_message}.") from fault
    except smtplib.SMTPAuthenticationError as fault:
        smtp.close()
        raise Unreachable(f"{server.host} refused the login ({fault.smtp_code}).") from fault
    except (OSError, smtplib.SMTPException) as fault:
        smtp.close()
        raise Unreachable(f"{server.host} broke off before the first letter: {_why(fault)}.") from fault
    except BaseException:
        smtp.close()
        raise


def _why(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault) or type(fault).__name__


def _words(code: int, said: bytes) -> str:
    """The server's answer on one line; what could steer a terminal or a page is left out."""
    text = "".join(sign if sign.isprintable() else " " for sign in said.decode("utf-8", "replace"))
    return f"{code} {text}"[:300]
