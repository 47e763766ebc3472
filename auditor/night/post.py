"""The mail of a night: the inspector's summary, the letters that may leave, and the notices to the operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from auditor.errors import UsageError
from auditor.history.history import History
from auditor.mail.delivery import KINDS, Delivered, deliver
from auditor.mail.message import Content, Message, message_id, readdressed
from auditor.mail.outbox import Outbox, Post
from auditor.night.config import Config
from auditor.night.letters import posted
from auditor.night.means import gather
from auditor.night.telling import Telling
from auditor.night.told import DONE, Told

LETTERS = ("letter",)
"""What a night sends of itself where its own letters wait for their release: those of runs released before."""


def send_post(config: Config, told: Told, telling: Telling, clock: Callable[[], datetime], zone: str) -> None:
    """Enter tonight's summary, send what may be sent, and note in `told` how the outbox stands.

    Where letters wait for a release, a night sends only those released before: nothing of its own leaves, the summary neither;
    `auditor mail`, started in the morning, sends that. Raises what the history raises.
    """
    with History.open(config.database) as history:
        outbox = Outbox(history, config.folders.outbox)
        stand(outbox, told)
        if config.mail.sender:
            marks = ("done", str(told.run), str(told.as_of)) if told.state == DONE else ("failed", str(told.began))
            enter(
                outbox,
                history,
                config,
                "summary",
                telling.summary(told),
                config.mail.inspector,
                told.run,
                clock(),
                zone,
                *marks,
            )
            told.troubles += readdress(outbox, config, telling, clock())
            done = deliver(outbox, config.mail, clock, KINDS if config.mail.automatic else LETTERS)
            told.troubles += done.trouble
            notify(outbox, history, config, done, telling, clock, zone)
            stand(outbox, told)


def enter(
    outbox: Outbox,
    history: History,
    config: Config,
    kind: str,
    content: Content,
    recipients: tuple[str, ...],
    run: int | None,
    now: datetime,
    zone: str,
    *marks: str,
) -> None:
    """Put a message of our own into the outbox, once for its marks."""
    part = f"{now:%Y-%m}"
    made = posted(kind, content, config.mail.sender, recipients, now, zone, *marks)
    messages = outbox.lay_down([message for message in made if not outbox.knows(message)], part)
    with history.transaction():
        outbox.enter(messages, part, run, "due", now)


def readdress(outbox: Outbox, config: Config, telling: Telling, now: datetime) -> list[str]:
    """Take back what is due to an address that the configuration no longer names; a sentence for each.

    A letter is addressed when its run is made: an address that was wrong, or whose holder left, is put right before the release. Then
    the letter goes to those of the district's head that have none of this run.
    Raises what `gather` raises, if the register can't be read.
    """
    heads = config.districts.values()
    named = {*config.mail.inspector, *config.mail.operator, *(address for head in heads for address in head.recipients)}
    struck = [post for post in outbox.in_state("due") if post.recipient not in named]
    letters = any(post.kind == "letter" for post in struck)
    by_district = gather(config).heads if letters else {}
    told = []
    for post in struck:
        head = by_district.get(post.district) if post.kind == "letter" else None
        had = (
            {other.recipient for other in outbox.of_run(post.run) if other.district == post.district}
            if post.run
            else set()
        )
        others = [address for address in (head.recipients if head else ()) if address not in had]
        said = telling.words("letters.struck", recipient=post.recipient, id=post.message_id)
        try:
            made = [_to(post, outbox.content(post), config, address) for address in others]
        except UsageError as fault:
            made, said = [], f"{said} {fault.what}"
        if outbox.readdress(post, made, now, said):
            said += " " + telling.words("letters.readdressed", recipients=", ".join(others))
        told.append(said)
    return told


def _to(post: Post, raw: bytes, config: Config, address: str) -> Message:
    """The letter to another address of its district's head."""
    identity = message_id(config.mail.sender, "readdressed", post.message_id, address)
    return Message(identity, post.kind, post.district, address, readdressed(raw, identity, address))


def notify(
    outbox: Outbox,
    history: History,
    config: Config,
    done: Delivered,
    telling: Telling,
    clock: Callable[[], datetime],
    zone: str,
) -> None:
    """Tell the operator of each letter of which nobody knows whether it was sent; at once, if the server can be reached."""
    lost = [post for post in outbox.in_state("uncertain") if post.kind != "notice"]
    for post in lost:
        to, now = config.mail.operator, clock()
        enter(
            outbox,
            history,
            config,
            "notice",
            telling.notice(post),
            to,
            post.run,
            now,
            zone,
            post.message_id,
            str(post.attempts),
        )
    if lost:
        done.trouble += deliver(outbox, config.mail, clock, ("notice",)).trouble


def stand(outbox: Outbox, told: Told) -> None:
    """How the outbox stands."""
    told.letters = outbox.counts()
    told.held = outbox.waiting_runs()
    told.unsettled = outbox.in_state("uncertain")
    told.refused_letters = outbox.in_state("failed")
