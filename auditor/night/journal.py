"""The night's own journal: what is to be judged, as of when, and how far the work has come.

A killed night is finished by the next run from what stands here: the same files, the same moment, and so the same reports.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.durable import write_durably
from auditor.errors import UsageError

JOURNAL = "night.json"
MOMENT = "%Y-%m-%d %H:%M:%S"
TRIES = 3
"""How often a night that ends in a fault is begun again; then the next night goes on without it."""


@dataclass(frozen=True)
class Given:
    """A file to be judged: its office's folder and name there, its hash, and its place in the archive. order: where other files of
    the office overlap it, the how-manieth of all files it was taken; else 0."""

    office: str
    name: str
    sha256: str
    archived: str
    order: int = 0

    @property
    def label(self) -> str:
        return f"{self.office}/{self.name}"


@dataclass(frozen=True)
class Night:
    """One night's work. `faults` counts how often it ended in a fault; `done` says that nothing of it is left to do."""

    as_of: datetime
    files: tuple[Given, ...]
    faults: int = 0
    done: bool = False

    def key(self, *marks: str) -> str:
        """Names the run in the history: the same moment, files and `marks` (rules, register, program) are the same run."""
        told = [
            self.as_of.strftime(MOMENT),
            *(f"{each.label}\0{each.sha256}\0{each.order}" for each in self.files),
            *marks,
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def read_night(folder: Path) -> Night | None:
    """The night in the journal, None before the first. Raises UsageError where it can't be read."""
    path = folder / JOURNAL
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        return Night(
            datetime.strptime(told["as_of"], MOMENT),
            tuple(Given(**each) for each in told["files"]),
            int(told["faults"]),
            bool(told["done"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UsageError(
            f"{path} can't be read ({type(fault).__name__}).",
            hint="Take it away: the next run then judges what is in the archive.",
        ) from fault


def write_night(folder: Path, night: Night) -> Night:
    told = {**asdict(night), "as_of": night.as_of.strftime(MOMENT), "files": [asdict(each) for each in night.files]}
    write_durably(folder / JOURNAL, json.dumps(told, ensure_ascii=False, indent=1).encode())
    return night


def fault_met(folder: Path, night: Night) -> Night:
    return write_night(folder, replace(night, faults=night.faults + 1))


def night_done(folder: Path, night: Night) -> Night:
    return write_night(folder, replace(night, done=True))
