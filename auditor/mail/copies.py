"""Looking for a message in the mailbox that gets a copy of each: was it sent, or not?"""

from __future__ import annotations

import base64
import imaplib
import mailbox
import re
import ssl
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from auditor.mail.settings import ArchiveBox


class BoxClosed(Exception):
    """The mailbox can't be looked into."""


def found_copies(box: ArchiveBox, message_ids: Iterable[str]) -> set[str]:
    """Those of the messages that lie in the mailbox. Raises BoxClosed: absence is concluded only from having looked."""
    wanted = set(message_ids)
    try:
        if box.kind == "imap":
            return _in_imap(box, wanted)
        assert box.path is not None
        return _in_files(box.path, box.kind, wanted)
    except (OSError, imaplib.IMAP4.error, mailbox.Error) as fault:
        raise BoxClosed(f"{box.path or box.host}: {fault!s}") from fault


def _in_files(path: Path, kind: str, wanted: set[str]) -> set[str]:
    if not path.exists():
        raise FileNotFoundError(2, "there is no such mailbox")
    box: mailbox.Mailbox[mailbox.MaildirMessage] | mailbox.mbox
    box = mailbox.Maildir(path, create=False) if kind == "maildir" else mailbox.mbox(path, create=False)
    try:
        return {str(message["Message-ID"]).strip() for message in box if message["Message-ID"]} & wanted
    finally:
        box.close()


def _on_the_wire(folder: str) -> str:
    """A folder's name as the protocol wants it (RFC 3501, 5.1.3): a quoted text of ASCII letters, all others in a UTF-7 of its own."""
    told = []
    for part in re.split(r"([^ -~]+)", folder):
        if part and not " " <= part[0] <= "~":
            packed = base64.b64encode(part.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            told.append(f"&{packed}-")
        else:
            told.append(part.replace("&", "&-").replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{"".join(told)}"'


def _in_imap(box: ArchiveBox, wanted: set[str]) -> set[str]:
    assert box.login is not None
    context = ssl.create_default_context(cafile=str(box.ca_file) if box.ca_file else None)
    imap = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=box.timeout_seconds)
    try:
        imap.login(box.login.user, box.login.password())
        state, _ = imap.select(_on_the_wire(box.folder), readonly=True)
        if state != "OK":
            raise imaplib.IMAP4.error(f"the folder {box.folder} can't be opened")
        found = set()
        for each in wanted:
            state, numbers = imap.search(None, "HEADER", "Message-ID", f'"{each}"')
            if state != "OK":
                raise imaplib.IMAP4.error("the search was refused")
            if numbers and numbers[0]:
                found.add(each)
        return found
    finally:
        # The library leaves the connection open where the server hung up.
        with suppress(OSError, imaplib.IMAP4.error):
            imap.logout()
        with suppress(OSError):
            imap.shutdown()
