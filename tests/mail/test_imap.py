"""The archive mailbox of a mail server: what lies in it was sent, what does not was not, and what can't be looked into proves nothing."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.mail.copies import BoxClosed, found_copies
from auditor.mail.outbox import Outbox
from auditor.mail.settings import ArchiveBox, Login
from mail.imap import Box, serving
from mail.server import certificates, running
from mail.test_delivery import HEADS, NOW, go, letter, outbox, settings  # noqa: F401

WIRE = {
    "INBOX": "INBOX",
    "Отправленные & копии": "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1- &- &BDoEPgQ,BDgEOA-",
    'a"b\\c': 'a"b\\c',
}
"""Names of folders, and as they stand on the wire (RFC 3501, 5.1.3)."""


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path, Path]:
    folder = tmp_path_factory.mktemp("authority")
    context, authority = certificates(folder)
    password = folder / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    return context, authority, password


def archive(box: Box, trusted: tuple[ssl.SSLContext, Path, Path], folder: str = "INBOX", ca: bool = True) -> ArchiveBox:
    _, authority, password = trusted
    login = Login("copies", password, "")
    return ArchiveBox(
        "imap", None, "copies@oblast.example", 0, "localhost", box.port, folder, login, authority if ca else None, 5
    )


@pytest.mark.parametrize("folder", WIRE)
def test_what_lies_in_the_folder_was_sent(trusted: tuple[ssl.SSLContext, Path, Path], folder: str) -> None:
    """Whatever letters the folder's name is in, and however the server folds a header."""
    one, other = (letter(head) for head in HEADS)
    folded = one.content.replace(b"Message-ID: ", b"Message-ID:\r\n ")
    with serving(Box(folders={WIRE[folder]: [b"Subject: no name\r\n\r\n", folded]}), trusted[0]) as box:
        assert found_copies(archive(box, trusted, folder), [one.message_id, other.message_id]) == {one.message_id}
    assert set(box.searched) == {one.message_id, other.message_id}


@pytest.mark.parametrize("behaviour", ["deny", "refuse", "drop", "folder", "certificate"])
def test_a_mailbox_that_can_not_be_looked_into_proves_nothing(
    trusted: tuple[ssl.SSLContext, Path, Path], behaviour: str
) -> None:
    with serving(Box(behaviour=behaviour), trusted[0]) as box:
        chosen = archive(box, trusted, "elsewhere" if behaviour == "folder" else "INBOX", behaviour != "certificate")
        with pytest.raises(BoxClosed, match="localhost"):
            found_copies(chosen, [letter(HEADS[0]).message_id])


@pytest.mark.parametrize("behaviour", ["drop_taken", "drop_lost"])
def test_a_letter_lost_after_the_dot_arrives_exactly_once(
    outbox: Outbox,  # noqa: F811
    trusted: tuple[ssl.SSLContext, Path, Path],
    behaviour: str,
) -> None:
    """The server hangs up after the final dot; what it kept lies in the mailbox, and is not sent again; what it lost is."""
    outbox.release(1, NOW)
    box = Box()
    with serving(box, trusted[0]), running(behaviour) as server:
        server.taken = box.folders["INBOX"].append
        chosen = replace(settings(server.port), archive=archive(box, trusted))
        for _ in range(3):
            go(outbox, chosen)
            server.behaviour = "take"
        heads = [address for address in server.recipients() if address in HEADS]
    assert sorted(heads) == sorted(HEADS)
    assert outbox.counts() == {"sent": 2}
