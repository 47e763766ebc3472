"""The outbox: every message of every run, and what became of it.

    held ──release──► due ──mark before the dot──► sending ──250──► sent
                       ▲                             │ └──5xx──► failed
                       └───────4xx, no answer────────┘
    held or due, restored from a backup ──release──► sending
    sending, found so by a later run ──copy found──► sent;  ──no copy──► due;  ──nowhere to look──► uncertain

The rows lie in the history file, so that a message is there if and only if its run is; the contents lie as `.eml` files in the outbox folder,
on the disk before the row is. Each change of state is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from auditor.durable import write_durably
from auditor.errors import UsageError
from auditor.history.history import History
from auditor.mail.message import Message

DRY_RUN = "dry-run"
"""The folder for messages that are only looked at."""
RESTORED = "restored from a backup: it may have been sent since"
"""Said of a message that had not left when a backup was made."""
NIGHT = timedelta(hours=20)
"""Less than a day, so that a run that begins some minutes earlier than yesterday's is the next night all the same."""
COLUMNS = "message_id, run, kind, district, recipient, file, sha256, state, attempts, next_try, said, changed_at"


@dataclass(frozen=True)
class Post:
    """A row of the outbox. run is None for a message of no run. next_try: not before it. said: the server's last words."""

    message_id: str
    run: int | None
    kind: str
    district: str
    recipient: str
    file: str
    sha256: str
    state: str
    attempts: int
    next_try: datetime | None
    said: str
    changed_at: datetime


class Outbox:
    """The outbox of an open history; contents lie in `folder`."""

    def __init__(self, history: History, folder: Path) -> None:
        self._history = history
        self._folder = folder

    def lay_down(self, messages: Iterable[Message], part: str) -> list[Message]:
        """Write the contents to the disk below `part`; before the rows, and harmless without them."""
        laid = list(messages)
        for message in laid:
            path = self._folder / _place(part, message)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, message.content)
        return laid

    def enter(self, messages: Iterable[Message], part: str, run: int | None, state: str, now: datetime) -> int:
        """Add the rows of messages laid down, within the caller's transaction; one that is there already is not added again."""
        added = 0
        for message in messages:
            if self.knows(message):
                continue
            values = (message.message_id, run, message.kind, message.district, message.recipient, _place(part, message))
            row = [*values, message.sha256, state, 0, None, "", now]
            self._history.con.execute(f"INSERT INTO outbox ({COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)
            added += 1
        return added

    def release(self, run: int, now: datetime) -> int:
        """Let the letters of a run leave. How many were held. Raises UsageError where there is no such run."""
        if not self._rows("run = ?", run):
            known = ", ".join(str(number) for number in self.waiting_runs()) or "none"
            raise UsageError(
                f"Run {run} has no letters in the outbox.", hint=f"Runs that wait for their release: {known}."
            )
        held = len(self._rows("run = ? AND state = 'held'", run))
        with self._history.transaction():
            self._history.con.execute(
                "UPDATE outbox SET state = if(said = ?, 'sending', 'due'), changed_at = ? WHERE run = ? AND state = 'held'",
                [RESTORED, now, run],
            )
        return held

    def waiting_runs(self) -> dict[int, int]:
        """Run to the number of its letters that wait for a release."""
        query = "SELECT run, count(*) FROM outbox WHERE state = 'held' GROUP BY run ORDER BY run"
        return {int(run): int(n) for run, n in self._history.con.execute(query).fetchall()}

    def due(self, now: datetime, kinds: tuple[str, ...]) -> list[Post]:
        """What of these kinds may leave now, the oldest run first. A wait longer than any we ask for is a clock that went back, and is over."""
        edge = now + timedelta(days=30)
        free = "state = 'due' AND (next_try IS NULL OR next_try <= ? OR next_try > ?)"
        return self._rows(f"{free} AND kind IN ({', '.join('?' * len(kinds))})", now, edge, *kinds)

    def doubt(self) -> None:
        """After a backup was restored: what had not left when it was made may have left since, so none of it is simply sent."""
        with self._history.transaction():
            self._history.con.execute(
                "UPDATE outbox SET state = if(state = 'due', 'sending', state), said = ? WHERE state IN ('held', 'due', 'sending')",
                [RESTORED],
            )

    def in_state(self, *states: str) -> list[Post]:
        return self._rows(f"state IN ({', '.join('?' * len(states))})", *states)

    def of_run(self, run: int) -> list[Post]:
        return self._rows("run = ?", run)

    def named(self, message_id: str) -> Post:
        """Raises UsageError where there is no such message."""
        found = self._rows("message_id = ?", message_id)
        if not found:
            raise UsageError(f"The outbox has no message {message_id}.", hint="The operator's notice names it.")
        return found[0]

    def knows(self, message: Message) -> bool:
        """Whether the message has a row already."""
        return bool(self._rows("message_id = ?", message.message_id))

    def counts(self) -> dict[str, int]:
        """State to number of messages."""
        return dict(
            self._history.con.execute("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state").fetchall()
        )

    def set_state(self, post: Post, state: str, now: datetime, said: str = "") -> None:
        """Put a message into a state; on the disk when this returns."""
        with self._history.transaction():
            self._history.con.execute(
                "UPDATE outbox SET state = ?, said = ?, changed_at = ? WHERE message_id = ?",
                [state, said, now, post.message_id],
            )

    def readdress(self, post: Post, messages: Iterable[Message], now: datetime, said: str) -> list[Message]:
        """Take a message back that is due, and enter others in its place, all of it or nothing; those that the outbox did not know."""
        fresh = self.lay_down([message for message in messages if not self.knows(message)], _part_of(post))
        with self._history.transaction():
            self._history.con.execute(
                "UPDATE outbox SET state = 'failed', said = ?, changed_at = ? WHERE message_id = ?",
                [said, now, post.message_id],
            )
            self.enter(fresh, _part_of(post), post.run, "due", now)
        return fresh

    def put_off(self, post: Post, nights: tuple[int, ...], now: datetime, said: str) -> None:
        """One more attempt failed for the time being: the n-th waits the n-th number of `nights`, those after it the last."""
        wait = nights[min(post.attempts, len(nights) - 1)] * NIGHT
        with self._history.transaction():
            self._history.con.execute(
                "UPDATE outbox SET state = 'due', attempts = attempts + 1, next_try = ?, said = ?, changed_at = ? WHERE message_id = ?",
                [now + wait, said, now, post.message_id],
            )

    def content(self, post: Post) -> bytes:
        """The message as it was laid down. Raises UsageError where the file is gone or not what it was."""
        path = self._folder / post.file
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise UsageError(f"{path}: the message cannot be read ({fault.strerror}).") from fault
        if Message(post.message_id, post.kind, post.district, post.recipient, content).sha256 != post.sha256:
            raise UsageError(f"{path}: the message is not what it was when its run was made.")
        return content

    def forget(self, before: datetime) -> int:
        """Take away the contents of messages settled before that moment, and of those that never got a row; their rows stay.

        How many files went. A message that may still leave, or of which nobody knows, keeps its content.
        """
        needed = {post.file for post in self._rows("state NOT IN ('sent', 'failed') OR changed_at >= ?", before)}
        known = {post.file for post in self._rows("true")}
        gone = 0
        for path in self._folder.glob("*/*.eml"):
            place = path.relative_to(self._folder).as_posix()
            stray = place not in known and path.parent.name != DRY_RUN and path.stat().st_mtime < before.timestamp()
            if stray or (place in known and place not in needed):
                path.unlink()
                gone += 1
        return gone

    def _rows(self, condition: str, *values: object) -> list[Post]:
        query = f"SELECT {COLUMNS} FROM outbox WHERE {condition} ORDER BY run NULLS FIRST, kind, district, recipient"
        return [Post(*row) for row in self._history.con.execute(query, list(values)).fetchall()]


def _part_of(post: Post) -> str:
    return post.file.partition("/")[0]


def _place(part: str, message: Message) -> str:
    """Below the outbox folder; the name says nothing of whom it is for."""
    return f"{part}/{message.message_id.strip('<>').partition('@')[0].removeprefix('auditor.')}.eml"
