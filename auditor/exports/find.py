"""From what stands on the command line to the files that are exports, and to those that are passed over, with the reason."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import InputError
from auditor.exports.kinds import SUFFIXES
from auditor.language import Words

OF_THE_SYSTEM = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"}
OUR_REPORT = ("audit.json", "findings.csv")
"""A folder with both is a report of ours: its quarantine.csv and findings.parquet are no journals."""
NEVER_MEANT = ("lock_file", "system_file")
"""What is passed over even where it is named: a shell names all that fits `in/*`."""


@dataclass(frozen=True)
class PassedOver:
    """A file, a sheet or a table that is not read. path: as people see it. why: key of `catalogs/passed_over.toml`, with its `values`."""

    path: str
    why: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What was found. paths: sorted, each once. asked: those of them that were named one by one, and so must be journals."""

    paths: tuple[Path, ...]
    asked: frozenset[Path] = frozenset()
    passed_over: tuple[PassedOver, ...] = ()

    @classmethod
    def named(cls, *paths: Path) -> Found:
        """Files named one by one."""
        return cls(paths, frozenset(paths))


SAID_AT_MOST = 20


def said_of(passed_over: Sequence[PassedOver], language: str) -> list[str]:
    """What is passed over, in words: a heading, then a line each, first what could not be read, the rest of very many counted."""
    if not passed_over:
        return []
    words = Words("passed_over", language)
    ordered = sorted(passed_over, key=lambda told: told.why != "unread")
    lines = [words(told.why, **{"path": told.path, "kind": "", "said": "", **told.values}) for told in ordered]
    more = [words("more", count=len(lines) - SAID_AT_MOST)] if len(lines) > SAID_AT_MOST else []
    return [words("heading", count=len(lines)), *lines[:SAID_AT_MOST], *more]


def readable(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 (the file came by a program with another code page) as `\\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def why_passed_over(name: str) -> str | None:
    """Why a file found in a folder or an archive is no export by its name (of which parts stand between `/`); None where it may be one."""
    parts = name.split("/")
    last = parts[-1].lower()
    if last.startswith("~$") or (last.startswith(".~lock.") and last.endswith("#")):
        return "lock_file"
    if any(part.lower() in OF_THE_SYSTEM for part in parts):
        return "system_file"
    if any(part.startswith(".") for part in parts):
        return "hidden_file"
    if Path(last).suffix not in SUFFIXES:
        return "unknown_kind"
    return None


def reports_among(names: list[str]) -> set[str]:
    """The folders (`a/b`, the topmost one is empty) among such names that hold a report of ours."""
    known = set(names)
    folders = {name.rpartition("/")[0] for name in names if name.rpartition("/")[2] == OUR_REPORT[0]}
    return {
        folder for folder in folders if all((f"{folder}/" if folder else "") + file in known for file in OUR_REPORT)
    }


def lies_in(name: str, folders: set[str]) -> bool:
    """Whether a file lies in one of the folders, or below it."""
    return any(not folder or name.startswith(f"{folder}/") for folder in folders)


def find_exports(arguments: list[str] | list[Path] | tuple[str, ...]) -> Found:
    """The exports that files, folders (searched through) and globs name.

    Raises InputError with every argument that yields none, and what to do.
    """
    search = _Search()
    faults: list[str] = []
    for argument in map(str, arguments):
        try:
            search.look_at(argument)
        except InputError as fault:
            faults.append(str(fault))
        except OSError as fault:
            faults.append(f"{argument}: cannot be read: {fault.strerror or fault}")
    if faults:
        raise InputError("\n".join(faults))
    if not search.exports:
        aside = ", ".join(told.path for told in search.passed_over.values())
        said = f"No export was named, only: {aside}." if aside else "No export was named."
        raise InputError(said, hint="Name a file, a folder of them, or a glob such as 'in/*.csv'.")
    return search.found()


class _Search:
    def __init__(self) -> None:
        self.exports: dict[Path, Path] = {}
        self.asked: set[Path] = set()
        self.passed_over: dict[Path, PassedOver] = {}

    def found(self) -> Found:
        paths = sorted(self.exports.values(), key=lambda path: path.as_posix())
        passed = sorted(
            (told for path, told in self.passed_over.items() if path not in self.exports), key=lambda told: told.path
        )
        return Found(tuple(paths), frozenset(self.exports[path] for path in self.asked), tuple(passed))

    def look_at(self, argument: str) -> None:
        if not argument.strip():
            raise InputError("An export was named by an empty text.", hint="Is a variable of your script unset?")
        path = Path(argument)
        if path.is_dir():
            self._folder(path)
        elif path.exists():
            self._ask(path)
        elif glob.has_magic(argument):
            self._glob(argument)
        else:
            near = f" The folder {path.parent} has no such file." if path.parent.is_dir() else ""
            raise InputError(
                f"There is no such file or folder.{near}", where=argument, hint="Look for a slip in the name."
            )

    def _ask(self, path: Path) -> None:
        if not path.is_file():
            raise InputError("This is no regular file.", where=str(path), hint="Name a file or a folder of exports.")
        if why_passed_over(path.name) in NEVER_MEANT:
            self._keep(path, why_passed_over(path.name))
            return
        self.exports.setdefault(path.resolve(), path)
        self.asked.add(path.resolve())

    def _folder(self, folder: Path) -> None:
        if not self._take(folder):
            raise InputError("The folder holds no files.", where=str(folder), hint="Put the exports there.")
        if not any(path.is_relative_to(folder) for path in self.exports.values()):
            files = [path for path in folder.rglob("*") if path.is_file()]
            raise InputError(
                f"The folder holds no export, only: {_kinds(files)}.",
                where=str(folder),
                hint="Put the journals there: CSV, Excel, OpenDocument, Parquet, HTML or ZIP.",
            )

    def _take(self, folder: Path) -> int:
        """Look through a folder; how many files it has."""
        there = sorted(folder.rglob("*"))  # of two names of one file the first is its own, on every machine
        files = {path.relative_to(folder).as_posix(): path for path in there if path.is_file()}
        for path in there:
            if not path.is_file() and (path.is_symlink() or not path.is_dir()):
                told = PassedOver(readable(path.as_posix()), "no_regular_file", {"kind": readable(path.name)})
                self.passed_over.setdefault(path.absolute(), told)
        reports = reports_among(list(files))
        for name, path in files.items():
            why = "our_report" if lies_in(name, reports) else why_passed_over(name)
            self._keep(path, why)
        return len(files)

    def _keep(self, path: Path, why: str | None) -> None:
        if why is None:
            self.exports.setdefault(path.resolve(), path)
        else:
            values = {"kind": readable(path.suffix or path.name)}
            self.passed_over.setdefault(path.resolve(), PassedOver(readable(path.as_posix()), why, values))

    def _glob(self, pattern: str) -> None:
        matches = [Path(match) for match in glob.glob(pattern, recursive=True)]  # noqa: PTH207 - Path.glob refuses absolute patterns
        before = len(self.exports)
        for match in matches:
            if match.is_dir():
                self._take(match)
            elif match.is_file():
                ours = all((match.parent / file).is_file() for file in OUR_REPORT)
                self._keep(match, "our_report" if ours else why_passed_over(match.name))
        if len(self.exports) == before and not any(match.resolve() in self.exports for match in matches):
            seen = f"Of the {len(matches)} files it fits none is an export." if matches else "It fits no file."
            raise InputError(f"The glob yields no export. {seen}", where=pattern, hint="Try it with `ls` first.")


def _kinds(files: list[Path]) -> str:
    counted = Counter(path.suffix.lower() or "no extension" for path in files)
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(counted.items()))
