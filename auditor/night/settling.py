"""Is a file whole? What is still being written waits for the next night."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

UNFINISHED = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".partial", ".download")
"""Endings that programs give to files they have not written to the end."""

Look = tuple[int, int, int]


def unfinished_name(path: Path) -> bool:
    return path.name.lower().endswith(UNFINISHED)


def look_at(path: Path) -> Look | None:
    """Size, time of change and identity of a file; None where it is gone."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def open_for_writing(path: Path) -> bool:
    """Whether a process of this machine has the file open to write to it.

    The system grants a lease for reading only where nobody has; where it grants none at all (another's file, a file system
    without leases) this says no, and the watching of size and time must do.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        # Whoever opens the file in this moment breaks the lease, of which the system tells us by a signal. The usual one
        # would end the process; this one is ignored unless asked for.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as fault:
        return fault.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


def still_written(
    paths: list[Path], seconds: int, now: datetime, pause: Callable[[float], None] = time.sleep
) -> set[Path]:
    """Those of `paths` that change while they are watched, have a writer, or are gone meanwhile.

    Only files changed within the last `seconds` (or in what the clock calls the future) are watched, all of them together
    and so for `seconds` at most.
    """
    first = {path: look_at(path) for path in paths}
    since = (now.timestamp() - seconds) * 1e9
    fresh = [path for path, look in first.items() if look is not None and not since > look[1]]
    if fresh and seconds:
        pause(seconds)
    return {path for path, look in first.items() if look is None or look_at(path) != look or open_for_writing(path)}
