"""A small IMAP server on loopback, over TLS: enough of RFC 3501 to log in, open a folder and search it by a header, as it is written there."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Box:
    """Folders of messages, by their names on the wire. behaviour: `serve`, `deny` (the login), `refuse` (searches), `drop` (hangs up at a search)."""

    password: str = "secret"
    behaviour: str = "serve"
    folders: dict[str, list[bytes]] = field(default_factory=lambda: {"INBOX": []})
    port: int = 0
    searched: list[str] = field(default_factory=list)

    def found(self, folder: str, header: str, value: str) -> list[int]:
        """Numbers of the messages whose header contains the value, letter case aside; folded headers are one line."""
        told = [str(message_from_bytes(raw).get(header, "")) for raw in self.folders[folder]]
        return [at for at, text in enumerate(told, 1) if value.lower() in " ".join(text.split()).lower()]


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Box = self.server.box  # type: ignore[attr-defined]
        self._say("* OK ready")
        folder, known = "", False
        while line := self.rfile.readline():
            tag, command, *words = [re.sub(r"\\(.)", r"\1", (a or b).decode()) for a, b in TOKEN.findall(line)]
            command = command.upper()
            if command == "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            elif command == "LOGIN":
                known = box.behaviour != "deny" and words[1] == box.password
                if not known:
                    self._say(f"{tag} NO [AUTHENTICATIONFAILED] who are you")
                    continue
            elif not known and command != "LOGOUT":
                self._say(f"{tag} BAD not logged in")
                continue
            elif command in ("SELECT", "EXAMINE"):
                if words[0] not in box.folders:
                    self._say(f"{tag} NO no such folder")
                    continue
                folder = words[0]
                self._say(f"* {len(box.folders[folder])} EXISTS")
            elif command == "SEARCH":
                if box.behaviour == "drop":
                    return
                if box.behaviour == "refuse":
                    self._say(f"{tag} NO not now")
                    continue
                at = [word.upper() for word in words].index("HEADER")
                box.searched.append(words[at + 2])
                numbers = box.found(folder, words[at + 1], words[at + 2])
                self._say(" ".join(["* SEARCH", *map(str, numbers)]))
            elif command == "LOGOUT":
                self._say("* BYE")
            self._say(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(box: Box, context: ssl.SSLContext) -> Iterator[Box]:
    """The server at work, on a port of its own."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> tuple[ssl.SSLSocket, object]:
            connection, address = super().get_request()
            return context.wrap_socket(connection, server_side=True), address

        def handle_error(self, *_: object) -> None:
            """A client that went away is what some tests are about."""

    with Server(("127.0.0.1", 0), _Session) as server:
        server.box = box  # type: ignore[attr-defined]
        box.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
