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
    journal. passed_over: files and members that are not read."""

    tables: list[Tables] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


@dataclass(frozen=True)
class Tables:
    """The sources of one file. must: at least one of them has to be a journal, else the file is refused."""

    label: str
    sources: tuple[Source, ...]
    must: bool


def open_exports(found: Found, folder: Path) -> Opened:
    """Open files; what is taken out of them lies in `folder` and is needed until the last row is read.

    Raises one InputError that names every file that can't be taken; OSError where the folder can't be written.
    """
    opener = _Opener(folder / "unpacked")
    opener.opened.passed_over += found.passed_over
    for path in found.paths:
        opener.origin = path
        opener.open(path, readable(path.as_posix()), path.name, asked=path in found.asked, depth=0, decisions=())
    raise_all(opener.faults)
    return opener.opened


def raise_all(faults: list[InputError]) -> None:
    """Raise what was found wrong, as one fault; nothing where nothing was."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise InputError("\n".join(map(str, faults)))


class _Opener:
    def __init__(self, folder: Path) -> None:
        self.origin: Path | None = None
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
                must = asked or Path(name).suffix.lower() not in MAY_BE_OTHER
                self.opened.tables.append(Tables(label, sources, must))
        except InputError as fault:
            self.faults.append(fault)
        except PermissionError as fault:
            said = f"The file can't be read: {fault.strerror or fault}."
            self.faults.append(InputError(said, where=label, hint="Look at who may read it."))

    def _sources(
        self, path: Path, label: str, kind: Kind, what: str, decisions: tuple[Decision, ...]
    ) -> tuple[Source, ...]:
        if kind is Kind.FOREIGN:
            raise InputError(f"The file is {what}, no table.", where=label, hint="Save the journal as CSV in UTF-8.")
        if kind is Kind.LOCKED:
            raise InputError(
                "The workbook is locked with a password.", where=label, hint="Save it without one and name that file."
            )
        if kind is Kind.TEXT:
            source = Source(path, label, None, decisions, origin=self.origin)
            return tuple(mended_sources(source) or (source,))
        if kind is Kind.PARQUET:
            return (Source(path, label, ParquetGrid(path, label), decisions, origin=self.origin),)
        tables = tables_of(path, label, kind, self._room())
        return tuple(Source(t.path, t.label, t.grid, decisions + t.decisions, origin=self.origin) for t in tables)

    def _archive(self, path: Path, label: str, *, asked: bool, depth: int) -> None:
        if depth >= DEEPEST:
            raise InputError("The archive lies in an archive in an archive.", where=label, hint="Unpack the outer one.")
        members = unpack(path, label, self._room(), self._left)
        self._left -= sum(member.path.stat().st_size for member in members)
        if not members:
            raise InputError("The archive holds no files.", where=label)
        reports = reports_among([member.name for member in members])
        before = len(self.opened.tables) + len(self.faults)
        for member in members:
            inner = f"{label}/{member.name}"
            why = "our_report" if lies_in(member.name, reports) else why_passed_over(member.name)
            if why is not None:
                values = {"kind": Path(member.name).suffix or member.name}
                self.opened.passed_over.append(PassedOver(inner, why, values))
                continue
            taken_out = Decision("container", member.name, "container.archive_member", {"archive": label})
            self.open(member.path, inner, member.name, asked=False, depth=depth + 1, decisions=(taken_out,))
        if asked and len(self.opened.tables) + len(self.faults) == before:
            raise InputError("The archive holds no export.", where=label, hint="Unpack it and look what it holds.")


MAY_BE_OTHER = (".txt", ".html", ".htm", ".xml")
"""Endings of files that lie about in folders for other reasons: without a journal in them they are passed over, not refused."""
