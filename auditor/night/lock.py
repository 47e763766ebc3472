"""One run at a time. The lock is the system's, on a file of its own: it ends with the process that holds it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from auditor.errors import UsageError

LOCK = "nightly.lock"


@contextmanager
def only_run(folder: Path, what: str, now: datetime) -> Iterator[None]:
    """Hold the lock in `folder` for the block. `what` and `now` tell a second run who it waits for.

    Raises UsageError where another process holds it, at once and not after a wait.
    """
    path = folder / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise UsageError(
            f"The lock {path} cannot be opened: {fault.strerror}.",
            hint="`auditor doctor` looks at the folders' rights.",
        ) from fault
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise UsageError(
                f"Another run is at work: {_holder(handle)}.",
                hint="Wait until it has ended; two runs would judge the same night.",
            ) from fault
        # Only told to whoever comes second: the lock itself needs no content, so a killed run leaves none behind.
        os.ftruncate(handle, 0)
        os.pwrite(
            handle, json.dumps({"pid": os.getpid(), "what": what, "since": f"{now:%Y-%m-%d %H:%M:%S}"}).encode(), 0
        )
        yield
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    try:
        told = json.loads(os.pread(handle, 1000, 0))
        return f"auditor {told['what']}, process {told['pid']}, since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "it has not yet said which"
