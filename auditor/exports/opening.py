"""Files become sources: what is packed is unpacked, what is a workbook or a page taken apart, whatever their names say."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import InputError
from auditor.exports.archive import MOST_BYTES, unpack
from auditor.exports.columnar import ParquetGrid
from auditor.exports.find import Found, PassedOver, lies_in, readable, reports_among, why_passed_over
from auditor.exports.kinds import SUFFIXES, Kind, kind_of
from auditor.exports.mended import mended_sources
from auditor.exports.sheets import tables_of
from auditor.exports.source import Decision, Source

DEEPEST = 2
"""An archive in an archive is opened, one in that is not."""


@dataclass
class Opened:
    """What files hold. tables: the sources of each file, in the order of the files; several of a workbook or page, of which not every one must be a
    journal. passed_over: files and members that are not read. unread: members of archives and sheets of workbooks that can't be read, while others beside them may."""

    tables: list[Tables] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@dataclass(frozen=True)
class Unread:
    """A part of a file that can't be read. origin: the file that was named or found."""

    origin: Path
    label: str
    fault: InputError


@dataclass(frozen=True)
class Tables:
    """The sources of one file. must: at least one of them has to be a journal, else the file is refused, or, of an archive's member, not read."""

    label: str
    sources: tuple[Source, ...]
    must: bool
    origin: Path
    member: bool = False


def open_exports(found: Found, folder: Path) -> Opened:
    """Open files; what is taken out of them lies in `folder` and is needed until the last row is read.

    Raises one InputError that names every file that can't be taken; OSError where the folder can't be written.
    """
    opener = _Opener(folder / "unpacked")
    opener.opened.passed_over += found.passed_over
    for path in found.paths:
        opener.origin = path
        opener.open(path, readable(path.as_posix()), path.name, asked=path in found.asked, depth=0, decisions=())
    opened = opener.opened
    having = {tables.origin for tables in opened.tables}
    raise_all([*opener.faults, *(unread.fault for unread in opened.unread if unread.origin not in having)])
    return opened


def raise_all(faults: list[InputError]) -> None:
    """Raise what was found wrong, as one fault; nothing where nothing was."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise InputError("\n".join(map(str, faults)))


class _Opener:
    def __init__(self, folder: Path) -> None:
        self.origin = Path()
        self.opened = Opened()
        self.faults: list[InputError] = []
        self._folder = folder
        self._left = MOST_BYTES

    def _room(self) -> Path:
        """A new folder under a name of ours."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(dir=self._folder))

    def open(
        self, path: Path, label: str, name: str, *, asked: bool, depth: int, decisions: tuple[Decision, ...]
    ) -> None:
        """Open one file; `name` is its own, `asked`: it must hold a journal."""
        try:
            kind, what = kind_of(path)
            expected = SUFFIXES.get(Path(name).suffix.lower())
            if expected and kind not in expected and kind not in (Kind.FOREIGN, Kind.LOCKED):
                values = {"suffix": Path(name).suffix, "kind": kind.value}
                decisions += (Decision("container", kind.value, "container.wrong_ending", values),)
            if kind is Kind.ZIP:
                self._archive(path, label, asked=asked, depth=depth)
            else:
                sources = self._sources(path, label, kind, what, decisions)
                if kind is Kind.TEXT and not sources:
                    self.opened.passed_over.append(PassedOver(label, "empty_quarantine"))
                    return
                must = asked or Path(name).suffix.lower() not in MAY_BE_OTHER
                self.opened.tables.append(Tables(label, sources, must, self.origin, depth > 0))
        except InputError as fault:
            self._refuse(fault, label, depth)
        except PermissionError as fault:
            said = f"The file can't be read: {fault.strerror or fault}."
            self._refuse(InputError(said, where=label, hint="Look at who may read it."), label, depth)

    def _refuse(self, fault: InputError, label: str, depth: int) -> None:
        """A file is refused; a member of an archive alone."""
        if depth:
            self.opened.unread.append(Unread(self.origin, label, fault))
        else:
            self.faults.append(fault)

    def _sources(
        self, path: Path, label: str, kind: Kind, what: str, decisions: tuple[Decision, ...]
    ) -> tuple[Source, ...]:
        """The tables of a file; of a text file none where it is a quarantine file without rows."""
        if kind is Kind.FOREIGN:
            raise InputError(f"The file is {what}, no table.", where=label, hint="Save the journal as CSV in UTF-8.")
        if kind is Kind.LOCKED:
            raise InputError(
                "The workbook is locked with a password.", where=label, hint="Save it without one and name that file."
            )
        if kind is Kind.TEXT:
            source = Source(path, label, None, decisions, origin=self.origin)
            mended = mended_sources(source)
            return (source,) if mended is None else tuple(mended)
        if kind is Kind.PARQUET:
            return (Source(path, label, ParquetGrid(path, label), decisions, origin=self.origin),)
        tables, faults = tables_of(path, label, kind, self._room())
        self.opened.unread += [Unread(self.origin, fault.where, fault) for fault in faults]
        return tuple(Source(t.path, t.label, t.grid, decisions + t.decisions, origin=self.origin) for t in tables)

    def _archive(self, path: Path, label: str, *, asked: bool, depth: int) -> None:
        if depth >= DEEPEST:
            raise InputError("The archive lies in an archive in an archive.", where=label, hint="Unpack the outer one.")
        members = unpack(path, label, self._room(), self._left)
        self._left -= sum(member.path.stat().st_size for member in members if member.fault is None)
        if not members:
            raise InputError("The archive holds no files.", where=label)
        reports = reports_among([member.name for member in members])
        before = self._met
        for member in members:
            inner = f"{label}/{member.name}"
            why = "our_report" if lies_in(member.name, reports) else why_passed_over(member.name)
            if why is not None:
                values = {"kind": Path(member.name).suffix or member.name}
                self.opened.passed_over.append(PassedOver(inner, why, values))
                continue
            if member.fault is not None:
                self._refuse(member.fault, inner, depth + 1)
                continue
            taken_out = Decision("container", member.name, "container.archive_member", {"archive": label})
            self.open(member.path, inner, member.name, asked=False, depth=depth + 1, decisions=(taken_out,))
        if asked and self._met == before:
            raise InputError("The archive holds no export.", where=label, hint="Unpack it and look what it holds.")

    @property
    def _met(self) -> int:
        """How many exports were met so far, readable or not."""
        return len(self.opened.tables) + len(self.opened.unread) + len(self.faults)


MAY_BE_OTHER = (".txt", ".html", ".htm", ".xml")
"""Endings of files that lie about in folders for other reasons: without a journal in them they are passed over, not refused."""
