"""Whole processes and what they cost: CPU seconds, wall seconds, peak memory, taken from the kernel when each ends."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KIB = 1 if sys.platform == "darwin" else 1024
"""The kernel's unit of ru_maxrss, in bytes."""


@dataclass(frozen=True)
class Cost:
    """What one process cost. `cpu` is user + sys seconds of all its threads, `peak` its largest resident set in bytes."""

    cpu: float
    system: float
    wall: float
    peak: int
    code: int


def run(command: Sequence[str | Path], said: Path) -> Cost:
    """Run a command to its end. What it says on stdout goes to the file `said`, its stderr to `<said>.err`."""
    with said.open("wb") as out, Path(f"{said}.err").open("wb") as err:
        begun = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(used.ru_utime + used.ru_stime, used.ru_stime, wall, used.ru_maxrss * KIB, process.returncode)


@dataclass(frozen=True)
class Spread:
    """Least, middle and greatest of several measurements."""

    least: float
    median: float
    most: float

    def shown(self, digits: int) -> str:
        """`least-median-most`, the median bold in Markdown."""
        return f"{self.least:.{digits}f} - **{self.median:.{digits}f}** - {self.most:.{digits}f}"


def spread(values: Sequence[float]) -> Spread:
    """The spread of some measurements."""
    return Spread(min(values), statistics.median(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ratios of measurements that were taken one after another, pair by pair, so that both saw the same machine."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])
