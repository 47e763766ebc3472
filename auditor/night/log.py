"""The log: one JSON line a stage, with counts and seconds. Names of people, files and applications never stand in it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from auditor.night.told import Stage, Told


class Log:
    """A log in a folder, one file a month."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def write(self, stage: str, **told: object) -> None:
        """Append one line. Raises OSError."""
        now = self._clock()
        line = {"time": f"{now:%Y-%m-%d %H:%M:%S}", "stage": stage, **told}
        path = self._folder / f"{now:%Y-%m}.jsonl"
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # One write, so that lines of two programs never mix; a torn last line of a killed run is closed first.
            torn = os.fstat(handle).st_size > 0 and _last_byte(path) != b"\n"
            os.write(handle, (b"\n" if torn else b"") + json.dumps(line, ensure_ascii=False).encode() + b"\n")
        finally:
            os.close(handle)

    @contextmanager
    def stage(self, name: str, told: Told) -> Iterator[dict[str, int]]:
        """Time a stage; what is put into the dict is its counts. A fault is noted by its kind only, and goes on."""
        counts: dict[str, int] = {}
        begun = time.monotonic()
        night = f"{told.as_of:%Y-%m-%d %H:%M:%S}"
        try:
            yield counts
        except BaseException as fault:
            seconds = round(time.monotonic() - begun, 3)
            told.stages.append(Stage(name, seconds, counts, ended=False))
            told.failed_stage = told.failed_stage or name
            self.write(name, night=night, state="failed", seconds=seconds, fault=type(fault).__name__, **counts)
            raise
        seconds = round(time.monotonic() - begun, 3)
        told.stages.append(Stage(name, seconds, counts, ended=True))
        self.write(name, night=night, state="done", seconds=seconds, **counts)

    def prune(self, days: int) -> None:
        """Take away the files of months that ended more than `days` ago; 0 keeps all."""
        edge = self._clock() - timedelta(days=days)
        for path in self._folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"):
            if days and path.stem < f"{edge:%Y-%m}":
                path.unlink()


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
