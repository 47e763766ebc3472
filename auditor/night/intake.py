"""Taking what the offices dropped into their folders: new and changed files, whole ones, each archived as it came.

The inbox stays as the offices left it: they may clear it, and clearing withdraws nothing. What is judged is each office's
current set (docs/nightly.md):

- a file of the same name as an earlier one of the office replaces it; the same content under two names is judged once;
- a file that holds most of an earlier one's entries, and whose period holds the earlier one's, replaces it whatever its name:
  an export from the beginning of the year, sent anew each week;
- whatever else was sent before stays: the exports of January and of February are both judged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl

from auditor.durable import copy_durably, make_folder, sha256_of
from auditor.errors import AuditorError
from auditor.exports.find import readable
from auditor.night.ledger import Kept, Ledger, Name, read_ledger, write_ledger
from auditor.night.settling import look_at, still_written, unfinished_name

SAMPLED = 24
"""Entries of a file by which a later one that holds the same is known."""
SAME = 0.5
"""Share of the sample that a later file must hold to be an export of the same journal."""
WRITTEN_SECONDS = 20
"""How long a killed intake of many files may have worked for nothing."""
PASSED_OVER = ("~$", ".")
"""Beginnings of names that are no exports: Excel's lock files, hidden files."""
NO_NAME = "The name is not written in UTF-8. Give the file another one."
ENTRY = ("application_no", "service", "channel", "step")


@dataclass(frozen=True)
class Contents:
    """What a file holds: rows read, the days of its earliest and latest moment (None without any), and its entries (`ENTRY` joined).
    reply: it is a workbook of findings that came back, and holds none of these."""

    rows: int
    begins: date | None
    ends: date | None
    entries: pl.Series
    reply: bool = False


Examine = Callable[[Path, str], Contents]
"""Reads a file of an office's folder through, as the audit will. Raises InputError for one that must be refused."""


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, and why. `name` is relative to the inbox. kind: `journal` (it can't be read as one), `access` (not read at
    all) or `name`; `reason` is in English, as what is said on a terminal."""

    office: str
    name: str
    sha256: str
    reason: str
    kind: str = "journal"


@dataclass
class Taken:
    """What a night's intake did. Names are relative to the inbox.

    refused: files that could not be taken, each alone. waiting: files still being written. strangers: files and folders in the inbox that
    belong to no office. replaced: name to the name whose place it took.
    """

    taken: list[str] = field(default_factory=list)
    again: int = 0
    refused: list[Refused] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)


def take_in(
    inbox: Path, archive: Path, folders: list[str], day: date, settle_seconds: int, now: datetime, examine: Examine
) -> tuple[Ledger, Taken]:
    """Take from `inbox` what is new in the offices' `folders`, and enter it in the archive's ledger.

    It may be killed anywhere and run again: what is in the archive but not in the ledger is taken anew; the ledger is written now and then.
    Raises OSError where the inbox can't be read or the archive not written.
    """
    ledger, taken = read_ledger(archive), Taken()
    found = list(_files(inbox, folders, taken))
    waiting = still_written([path for path, _ in found], settle_seconds, now)
    taken.waiting += sorted(path.relative_to(inbox).as_posix() for path in waiting)
    entries = _Entries(ledger)
    changed, written = False, time.monotonic()
    for path, office in sorted(found, key=_age):
        if path in waiting:
            continue
        if changed and time.monotonic() - written > WRITTEN_SECONDS:
            write_ledger(archive, ledger)
            changed, written = False, time.monotonic()
        try:
            changed |= _take(path, office, inbox, archive, day, ledger, taken, examine, entries)
        except AuditorError as fault:
            name = path.relative_to(inbox).as_posix()
            taken.refused.append(Refused(office, name, _hash(path), str(fault).replace(f"{path}", name)))
        except OSError as fault:
            if fault.filename != str(path):  # the archive's, not this file's
                raise
            taken.refused.append(
                Refused(office, path.relative_to(inbox).as_posix(), "", fault.strerror or str(fault), "access")
            )
    if changed:
        write_ledger(archive, ledger)
    taken.refused.sort(key=lambda each: each.name)
    return ledger, taken


def _age(found: tuple[Path, str]) -> tuple[int, str]:
    look = look_at(found[0])
    return (look[1] if look else 0, found[0].as_posix())


def _files(inbox: Path, folders: list[str], taken: Taken) -> Iterator[tuple[Path, str]]:
    """Every file that may be an export, with its office's folder."""
    known = set(folders)
    for top in sorted(inbox.iterdir()):
        if top.name.startswith(PASSED_OVER):
            continue
        if top.name not in known or not top.is_dir():
            taken.strangers.append(readable(top.name))
            continue
        for path in sorted(top.rglob("*")):
            inner = path.relative_to(top).parts
            if any(part.startswith(PASSED_OVER) for part in inner) or path.is_dir():
                continue
            if path.is_symlink() or not path.is_file():  # a link may lead to what is not the office's
                taken.strangers.append(readable(path.relative_to(inbox).as_posix()))
                continue
            if unfinished_name(path):
                taken.waiting.append(readable(path.relative_to(inbox).as_posix()))
                continue
            name = path.relative_to(inbox).as_posix()
            if name != readable(name):
                taken.refused.append(Refused(top.name, readable(name), _hash(path), NO_NAME, "name"))
                continue
            yield path, top.name


def _take(
    path: Path,
    office: str,
    inbox: Path,
    archive: Path,
    day: date,
    ledger: Ledger,
    taken: Taken,
    examine: Examine,
    entries: _Entries,
) -> bool:
    """Take one file; whether the ledger changed."""
    name = path.relative_to(inbox / office).as_posix()
    shown = path.relative_to(inbox).as_posix()
    before = look_at(path)
    sha256 = sha256_of(path)
    former = ledger.names.get((office, name))
    if former is not None and former.sha256 == sha256:
        return False
    kept = ledger.contents.get((office, sha256))
    if kept is None:
        contents = examine(path, office)
        kept = _keep(path, office, sha256, contents, archive, day)
        if kept is None or look_at(path) != before:  # written to while we read it
            taken.waiting.append(shown)
            return False
        replaces = entries.replaced_by(kept, name, contents)
    else:
        # Known already: under this name before (the office took a change back), or under another (the same file twice).
        replaces = []
        if former is None and any(each.sha256 == sha256 and not each.replaced_by for each in _names_of(ledger, office)):
            taken.again += 1
    ledger.enter(kept, name, day.isoformat(), replaces)
    entries.add(kept, name)
    taken.taken.append(shown)
    if former is not None:
        taken.replaced[shown] = shown
    taken.replaced |= {f"{office}/{other}": shown for other in replaces}
    return True


def _names_of(ledger: Ledger, office: str) -> Iterator[Name]:
    return (name for (folder, _), name in ledger.names.items() if folder == office)


def _keep(path: Path, office: str, sha256: str, contents: Contents, archive: Path, day: date) -> Kept | None:
    """Put the file into the archive; None where its bytes are not those that were read before."""
    place = Path(day.isoformat()) / office / archived_name(sha256, path.name)
    make_folder((archive / place).parent)
    if not (archive / place).exists() or sha256_of(archive / place) != sha256:
        copied = copy_durably(path, archive / place)
        if copied != sha256:
            (archive / place).unlink()
            return None
    unique = contents.entries.unique().sort()
    step = max(1, len(unique) // SAMPLED)
    return Kept(
        office=office,
        sha256=sha256,
        size=(archive / place).stat().st_size,
        archived=place.as_posix(),
        taken_on=day.isoformat(),
        rows=contents.rows,
        begins=contents.begins.isoformat() if contents.begins else "",
        ends=contents.ends.isoformat() if contents.ends else "",
        sample=tuple(unique.gather_every(step)[:SAMPLED]),
        reply=contents.reply,
    )


def archived_name(sha256: str, name: str) -> str:
    """`<sha>-<name>`, the name cut in front where a file system would not take it whole."""
    room = 255 - len(sha256) - len("-") - len(".part") - len(".")
    return f"{sha256}-{name.encode()[-room:].decode(errors='ignore')}"


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""


class _Entries:
    """By which entries the current files are known: so that one that holds an earlier one's is found without reading that again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._where: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for each in ledger.current():
            self.add(ledger.contents[each.office, each.sha256], each.name)

    def add(self, kept: Kept, name: str) -> None:
        for entry in kept.sample:
            self._where.setdefault((kept.office, entry), set()).add((name, kept.sha256))

    def replaced_by(self, kept: Kept, name: str, contents: Contents) -> list[str]:
        """The names of the same office whose files this one holds: most of their entries, and their period."""
        if not kept.begins:
            return []
        hits: Counter[tuple[str, str]] = Counter()
        for entry in contents.entries.unique():
            hits.update(self._where.get((kept.office, entry), ()))
        found = []
        for (other, sha256), count in hits.items():
            current = self._ledger.names[kept.office, other]
            if other == name or current.replaced_by or current.sha256 != sha256:
                continue
            theirs = self._ledger.contents[kept.office, current.sha256]
            within = theirs.begins and kept.begins <= theirs.begins and theirs.ends <= kept.ends
            same = count >= SAME * len(theirs.sample)
            if within and same:
                found.append(other)
        return sorted(found)
