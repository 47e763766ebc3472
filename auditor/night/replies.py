"""The offices' replies that came through the inbox: workbooks of findings with the yellow columns filled in.

They are archived like exports, and taken into the history once, each with its mark in one transaction. An office replies for its own
district: a finding of another one is unknown to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from auditor.errors import InputError
from auditor.history.history import History
from auditor.history.replies import Fault, keep_replies, known_fingerprints, read_replies
from auditor.history.schema import first
from auditor.journal.offices import Register
from auditor.night.config import Config
from auditor.night.ledger import Ledger


@dataclass(frozen=True)
class Replied:
    """A workbook that came back. name: relative to the inbox. n: replies taken. faults: rows that were not. unreadable: why nothing of it could be taken."""

    name: str
    n: int = 0
    faults: tuple[Fault, ...] = ()
    empty: int = 0
    unreadable: str = ""


def take_replies(config: Config, ledger: Ledger, register: Register) -> list[Replied]:
    """Take what is in the archive and not yet in the history; nothing before there is one, as nobody can have been asked.

    Raises UsageError where the history can't be written.
    """
    waiting = ledger.replies()
    if not waiting or not config.database.is_file():
        return []
    told = []
    with History.open(config.database) as history:
        for each in waiting:
            if _known(history.con, each.office, each.sha256):
                continue
            name = f"{each.office}/{each.name}"
            path = config.folders.archive / ledger.contents[each.office, each.sha256].archived
            try:
                read = read_replies(path, known_fingerprints(history, _districts(register, each.office)))
            except InputError as fault:
                told.append(Replied(name, unreadable=str(fault).replace(f"{path}", name)))
                continue
            keep_replies(history, name, read.replies, (each.office, each.sha256))
            told.append(Replied(name, read.replies.height, tuple(read.faults), read.empty))
    return told


def _known(con: duckdb.DuckDBPyConnection, office: str, sha256: str) -> bool:
    return first(con, "SELECT 1 FROM reply_file WHERE office = ? AND sha256 = ?", [office, sha256]) is not None


def _districts(register: Register, folder: str) -> set[str]:
    """The districts whose offices drop their files into a folder of the inbox."""
    own = {each.district.name for each in register.offices.values() if (each.inbox or each.district.inbox) == folder}
    return own | {each.name for each in register.districts.values() if each.inbox == folder}
