"""Sending what is due: at most once each, and never not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from auditor.durable import TEMPORARY, make_folder, settle_folder, write_durably
from auditor.errors import UsageError
from auditor.mail.copies import BoxClosed, found_copies
from auditor.mail.courier import Answer, Courier, Unknown, Unreachable
from auditor.mail.outbox import Outbox, Post
from auditor.mail.settings import MailSettings

AS_FILE = "as a file"
"""Said of a message on its way into the folder, so that it is never taken for one on its way to a server."""


@dataclass
class Delivered:
    """What came of it: numbers of messages, and what is wrong with the server or the mailbox, if anything.

    uncertain: messages newly found that may or may not have been sent.
    """

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: list[Post] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)


KINDS = ("letter", "summary", "notice")


def deliver(
    outbox: Outbox, settings: MailSettings, clock: Callable[[], datetime], kinds: tuple[str, ...] = KINDS
) -> Delivered:
    """Settle what an earlier run left between the dot and the answer, then send what is due of these kinds."""
    done = Delivered()
    _settle(outbox, settings, clock(), done)
    if settings.eml_folder is not None:
        _file_away(outbox, settings.eml_folder, clock, done, kinds)
        return done
    due = outbox.due(clock(), kinds)
    if settings.server is None or not due:
        if due:
            done.trouble.append(f"{len(due)} messages are due, but [mail] names neither a server nor a folder.")
        return done
    try:
        with Courier(settings.server) as courier:
            for post in due:
                _send(post, outbox, courier, settings, clock, done)
    except Unreachable as fault:
        done.trouble.append(str(fault))
        for post in outbox.due(clock(), kinds):
            outbox.put_off(post, settings.retry_nights, clock(), str(fault))
            done.put_off += 1
    return done


def _send(
    post: Post, outbox: Outbox, courier: Courier, settings: MailSettings, clock: Callable[[], datetime], done: Delivered
) -> None:
    try:
        content = outbox.content(post)
    except UsageError as fault:
        outbox.set_state(post, "failed", clock(), fault.what)
        done.failed += 1
        done.trouble.append(fault.what)
        return
    copy = (settings.archive.address,) if settings.archive and settings.archive.address else ()
    try:
        answer = courier.hand_over(
            settings.sender,
            tuple(dict.fromkeys((*copy, post.recipient))),
            content,
            lambda: outbox.set_state(post, "sending", clock()),
        )
    except Unknown as fault:
        # It stays `sending`: the next run looks for the copy, which may be under way.
        done.trouble.append(f"The connection broke after a whole message ({fault}); the next run looks for it.")
        return
    _note(post, answer, outbox, settings, clock(), done)


def _note(post: Post, answer: Answer, outbox: Outbox, settings: MailSettings, now: datetime, done: Delivered) -> None:
    if answer.taken:
        outbox.set_state(post, "sent", now, answer.said)
        done.sent += 1
    elif answer.passing:
        outbox.put_off(post, settings.retry_nights, now, answer.said)
        done.put_off += 1
    else:
        outbox.set_state(post, "failed", now, answer.said)
        done.failed += 1


def _settle(outbox: Outbox, settings: MailSettings, now: datetime, done: Delivered) -> None:
    """Messages that an earlier run marked, and of which it knew no more: sent if there is a copy, else sent again; without a
    mailbox to look into nobody can know, and the operator is told."""
    left = [post for post in outbox.in_state("sending") if post.said != AS_FILE]
    if not left:
        return
    box = settings.archive
    if box is None:
        for post in left:
            said = post.said or "the connection or the program broke off after the whole message"
            outbox.set_state(post, "uncertain", now, said)
            done.uncertain.append(post)
        return
    # A mark in the future is a clock that went back: it is as old as need be.
    old = [p for p in left if not timedelta(0) <= now - p.changed_at < timedelta(minutes=box.wait_minutes)]
    if not old:
        return
    try:
        copies = found_copies(box, [post.message_id for post in old])
    except BoxClosed as fault:
        done.trouble.append(f"The archive mailbox can't be looked into: {fault}")
        return
    for post in old:
        found = post.message_id in copies
        outbox.set_state(post, "sent" if found else "due", now, "found in the archive mailbox" if found else "")
        done.sent += found


def _file_away(
    outbox: Outbox, folder: Path, clock: Callable[[], datetime], done: Delivered, kinds: tuple[str, ...]
) -> None:
    """Messages as `.eml` files for a mail system of one's own, which takes them out of the folder.

    The mark stands before the file gets its name; with it, a file under its provisional name was not yet there to be taken,
    and one that is gone was.
    """
    make_folder(folder)
    begun = [post for post in outbox.in_state("sending") if post.said == AS_FILE]
    for post in (*begun, *outbox.due(clock(), kinds)):
        final = folder / Path(post.file).name
        provisional = folder / f".{final.name}{TEMPORARY}"
        if post.state == "due":
            write_durably(provisional, outbox.content(post))
            outbox.set_state(post, "sending", clock(), AS_FILE)
        if provisional.exists():
            provisional.replace(final)
            settle_folder(folder)
        outbox.set_state(post, "sent", clock(), final.name)
        done.sent += 1
