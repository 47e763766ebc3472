"""At most once each, and never not at all: tried against a real mail server that refuses, stalls and hangs up."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.history.history import History
from auditor.mail.delivery import Delivered, deliver
from auditor.mail.message import Content, Message, compose, message_id
from auditor.mail.outbox import Outbox
from auditor.mail.settings import ArchiveBox, MailSettings, Server
from mail.server import certificates, free_port, running

NOW = datetime(2019, 7, 31, 7, 0)
FROM = "auditor@oblast.example"
HEADS = ("abai@oblast.example", "nura@oblast.example")


def settings(
    port: int, *, tls: str = "none", ca: Path | None = None, archive: Path | None = None, **changed: object
) -> MailSettings:
    box = (
        ArchiveBox("maildir", archive, "copies@oblast.example", 0, "", 993, "INBOX", None, None, 5) if archive else None
    )
    told: dict[str, object] = {
        "release": "manual",
        "sender": FROM,
        "inspector": (),
        "operator": ("operator@oblast.example",),
        "server": Server("localhost", port, tls, None, ca, 1),
        "eml_folder": None,
        "archive": box,
        "retry_nights": (0, 1, 2),
    }
    return MailSettings(**{**told, **changed})  # type: ignore[arg-type]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """The letters of run 1 to two heads, held."""
    with History.open(tmp_path / "history.duckdb") as history:
        box = Outbox(history, tmp_path / "outbox")
        messages = box.lay_down([letter(head) for head in HEADS], "key")
        with history.transaction():
            box.enter(messages, "key", 1, "held", NOW)
        yield box


def letter(recipient: str) -> Message:
    identity = message_id(FROM, "letter", "key", recipient)
    text = "Құрметті басшы!\r\n.\r\n..жол нүктеден басталады\r\n"
    return Message(
        identity,
        "letter",
        "Абай",
        recipient,
        compose(identity, FROM, recipient, Content("Есеп", text, "<p>Есеп</p>"), NOW, "Asia/Almaty"),
    )


def go(outbox: Outbox, chosen: MailSettings, at: datetime = NOW) -> Delivered:
    return deliver(outbox, chosen, lambda: at)


def test_nothing_leaves_before_the_release_and_everything_once_after_it(outbox: Outbox) -> None:
    with running() as server:
        assert go(outbox, settings(server.port)).sent == 0
        assert server.got == []
        assert outbox.release(1, NOW) == 2
        assert go(outbox, settings(server.port)).sent == 2
        assert outbox.release(1, NOW) == 0
        assert go(outbox, settings(server.port)).sent == 0
    assert sorted(server.recipients()) == sorted(HEADS)
    assert outbox.counts() == {"sent": 2}


def test_a_letter_arrives_as_it_was_written(outbox: Outbox) -> None:
    """Lines that begin with a dot too; and each head gets their own."""
    outbox.release(1, NOW)
    with running() as server:
        go(outbox, settings(server.port))
    for message in server.messages():
        assert message["Subject"] == "Есеп"
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().splitlines() == ["Құрметті басшы!", ".", "..жол нүктеден басталады"]
    assert [m["To"] for m in server.messages()] == [e.rcpt_tos[0] for e in server.got]


def test_the_same_letter_is_the_same_bytes() -> None:
    assert letter(HEADS[0]).content == letter(HEADS[0]).content
    assert letter(HEADS[0]).message_id != letter(HEADS[1]).message_id


def test_a_release_of_no_run_is_said(outbox: Outbox) -> None:
    with pytest.raises(UsageError, match=r"Run 7 has no letters[^$]*wait for their release: 1"):
        outbox.release(7, NOW)


def test_a_passing_refusal_is_tried_again_with_longer_and_longer_waits(outbox: Outbox) -> None:
    outbox.release(1, NOW)
    with running("put_off") as server:
        assert go(outbox, settings(server.port)).put_off == 2
        assert go(outbox, settings(server.port)).put_off == 2  # the first wait is none
        assert go(outbox, settings(server.port)).put_off == 0  # the second is a night
        assert go(outbox, settings(server.port), NOW + timedelta(hours=21)).put_off == 2
        server.behaviour = "take"
        assert go(outbox, settings(server.port), NOW + timedelta(hours=42)).sent == 0
        assert go(outbox, settings(server.port), NOW + timedelta(hours=62)).sent == 2
    assert sorted(server.recipients()) == sorted(HEADS)


def test_a_clock_that_went_back_holds_no_letter_for_years(outbox: Outbox) -> None:
    outbox.release(1, NOW)
    with running("put_off") as server:
        for _ in range(2):
            go(outbox, settings(server.port), NOW.replace(year=2035))
        server.behaviour = "take"
        assert go(outbox, settings(server.port), NOW).sent == 2


@pytest.mark.parametrize("where", ["at the dot", "at the recipient"])
def test_a_refusal_for_good_is_kept_and_not_tried_again(outbox: Outbox, where: str) -> None:
    outbox.release(1, NOW)
    with running("refuse" if where == "at the dot" else "take") as server:
        if where == "at the recipient":
            server.refuse_recipients = dict.fromkeys(HEADS, "550 5.1.1 nobody of that name")
        assert go(outbox, settings(server.port)).failed == 2
        server.behaviour, server.refuse_recipients = "take", {}
        assert go(outbox, settings(server.port), NOW + timedelta(days=9)).sent == 0
    assert {post.said[:3] for post in outbox.in_state("failed")} == {"550"}
    assert server.got == []


def test_one_refused_recipient_is_no_other_ones_fault(outbox: Outbox) -> None:
    outbox.release(1, NOW)
    with running() as server:
        server.refuse_recipients = {HEADS[0]: "550 5.1.1 nobody of that name"}
        done = go(outbox, settings(server.port))
    assert (done.sent, done.failed) == (1, 1)
    assert server.recipients() == [HEADS[1]]


@pytest.mark.parametrize("kept", [True, False], ids=["the server has it", "the server lost it"])
def test_without_a_mailbox_a_letter_lost_after_the_dot_is_never_sent_again_by_itself(
    outbox: Outbox, kept: bool
) -> None:
    """Nobody can know whether it arrived: the operator is told."""
    outbox.release(1, NOW)
    with running("drop_taken" if kept else "drop_lost") as server:
        assert go(outbox, settings(server.port)).sent == 0
        server.behaviour = "take"
        done = go(outbox, settings(server.port), NOW + timedelta(days=1))
        assert go(outbox, settings(server.port), NOW + timedelta(days=2)).sent == 0
    assert {post.recipient for post in done.uncertain} == set(HEADS)
    assert len(server.got) == (2 if kept else 0)
    assert outbox.counts() == {"uncertain": 2}


@pytest.mark.parametrize("kept", [True, False], ids=["the server has it", "the server lost it"])
def test_with_a_mailbox_a_letter_lost_after_the_dot_arrives_exactly_once(
    outbox: Outbox, tmp_path: Path, kept: bool
) -> None:
    box = mailbox.Maildir(tmp_path / "copies")
    outbox.release(1, NOW)
    with running("drop_taken" if kept else "drop_lost") as server:
        chosen = settings(server.port, archive=tmp_path / "copies")
        go(outbox, chosen)
        for envelope in server.got:  # the mail system's own delivery into the mailbox
            assert "copies@oblast.example" in envelope.rcpt_tos
            box.add(bytes(envelope.content or b""))
        server.behaviour = "take"
        go(outbox, chosen, NOW + timedelta(days=1))
    assert outbox.counts() == {"sent": 2}
    assert sorted(address for address in server.recipients() if address in HEADS) == sorted(HEADS)


def test_a_mailbox_that_cannot_be_opened_proves_nothing(outbox: Outbox, tmp_path: Path) -> None:
    outbox.release(1, NOW)
    with running("drop_taken") as server:
        chosen = settings(server.port, archive=tmp_path / "no such mailbox")
        go(outbox, chosen)
        server.behaviour = "take"
        done = go(outbox, chosen, NOW + timedelta(days=1))
    assert "no such mailbox" in done.trouble[0]
    assert len(server.got) == 2
    assert outbox.counts() == {"sending": 2}


def test_a_copy_may_be_under_way(outbox: Outbox, tmp_path: Path) -> None:
    """Before the wait is over, its absence means nothing."""
    mailbox.Maildir(tmp_path / "copies")
    outbox.release(1, NOW)
    with running("drop_taken") as server:
        chosen = settings(server.port, archive=tmp_path / "copies")
        assert chosen.archive is not None
        patient = settings(server.port, archive=None) and MailSettings(
            **{**vars(chosen), "archive": ArchiveBox(**{**vars(chosen.archive), "wait_minutes": 5})}
        )
        go(outbox, patient)
        go(outbox, patient, NOW + timedelta(minutes=4))
        assert outbox.counts() == {"sending": 2}


def test_a_server_that_stalls_is_left_and_the_letter_is_not_forgotten(outbox: Outbox) -> None:
    """It has the whole message and says nothing: that is the moment in which nobody knows."""
    outbox.release(1, NOW)
    with running("stall") as server:
        done = go(outbox, settings(server.port))
    assert done.sent == 0
    assert outbox.counts() == {"sending": 2}
    assert "broke after a whole message" in done.trouble[0]


def test_no_server_costs_an_attempt_and_no_letter(outbox: Outbox) -> None:
    outbox.release(1, NOW)
    done = go(outbox, settings(free_port()))
    assert done.put_off == 2
    assert "does not answer" in done.trouble[0]
    assert outbox.counts() == {"due": 2}


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_only_a_server_whose_certificate_is_trusted_gets_letters(outbox: Outbox, tmp_path: Path, tls: str) -> None:
    context, authority = certificates(tmp_path)
    outbox.release(1, NOW)
    with running(context=context, implicit=tls == "tls") as server:
        done = go(outbox, settings(server.port, tls=tls))
        assert "is not trusted" in done.trouble[0]
        assert server.got == []
        assert go(outbox, settings(server.port, tls=tls, ca=authority)).sent == 2


def test_starttls_is_not_given_up_where_the_server_has_none(outbox: Outbox) -> None:
    outbox.release(1, NOW)
    with running() as server:
        done = go(outbox, settings(server.port, tls="starttls"))
    assert done.sent == 0
    assert server.got == []
    assert done.trouble


def test_a_message_that_is_not_what_it_was_is_not_sent(outbox: Outbox, tmp_path: Path) -> None:
    outbox.release(1, NOW)
    next((tmp_path / "outbox").rglob("*.eml")).write_bytes(b"Subject: another\r\n\r\n")
    with running() as server:
        done = go(outbox, settings(server.port))
    assert (done.sent, done.failed) == (1, 1)
    assert "not what it was" in done.trouble[0]


def test_eml_files_for_a_mail_system_of_ones_own(outbox: Outbox, tmp_path: Path) -> None:
    """Each once, also where the mail system has already taken it out."""
    chosen = settings(1, server=None, eml_folder=tmp_path / "eml")
    assert go(outbox, chosen).sent == 0
    outbox.release(1, NOW)
    assert go(outbox, chosen).sent == 2
    assert {path.read_bytes() for path in (tmp_path / "eml").iterdir()} == {letter(head).content for head in HEADS}
    for path in (tmp_path / "eml").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        path.unlink()
    assert go(outbox, chosen).sent == 0
    assert list((tmp_path / "eml").iterdir()) == []
