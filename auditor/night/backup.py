"""A checked copy of a whole place in one tar file, and a place made anew from it.

    manifest.json           what is in it: name, size and SHA-256 of each file, links, runs
    place/<path>            configuration, register, profile and rules, as they lie below the place
    elsewhere/<key>/<path>  those of them that lie outside it
    rooms/<room>/<path>     archive, history, outbox, reports

Passwords are not in it, nor is the log. The history is a consistent copy made by the database itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from auditor import __version__
from auditor.durable import CHUNK, TEMPORARY, make_folder, settle_folder, settle_tree
from auditor.errors import InputError, UsageError
from auditor.history.history import History
from auditor.mail.outbox import Outbox
from auditor.night.config import Config, read_config
from auditor.night.journal import JOURNAL
from auditor.night.publish import STAGED

LAYOUT = 1
MANIFEST = "manifest.json"
ROOMS = ("archive", "history", "outbox", "reports")
DATABASE = "history.duckdb"
LARGEST_MANIFEST = 1 << 30


@dataclass(frozen=True)
class Copied:
    """What a backup holds, or what was made of it. elsewhere: files that lay outside the place, now below it."""

    path: Path
    files: int
    runs: int
    elsewhere: tuple[str, ...] = ()


def make_backup(config: Config, target: Path, now: datetime) -> Copied:
    """Copy the place into `target`, a new file, or a folder that gets one named by `now`. The caller holds the lock.

    Raises UsageError where the target is there already, lies in the place's own rooms, or the copy is not what it should be; OSError.
    """
    path = target / f"auditor-{now:%Y%m%d-%H%M%S}.tar" if target.is_dir() else target
    if path.exists():
        raise UsageError(f"{path} is there already.", hint="Name a new file; a backup overwrites nothing.")
    for room in ROOMS:
        if path.resolve().is_relative_to(getattr(config.folders, room).resolve()):
            raise UsageError(
                f"{path} lies in the place's own {room}.", hint="Name a file outside of it, best on another disk."
            )
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    copy = config.folders.history / f".backup{TEMPORARY}"
    copy.unlink(missing_ok=True)
    try:
        runs = _copy_history(config, copy)
        with temporary.open("xb") as file:
            _write(file, config, copy, runs, now)
            file.flush()
            os.fsync(file.fileno())
        files = sum(1 for _ in _members(temporary, _manifest(temporary)))
        temporary.replace(path)
        settle_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return Copied(path, files, runs)


def _copy_history(config: Config, copy: Path) -> int:
    if not config.database.is_file():
        return 0
    with History.open(config.database, make=False) as history:
        history.copy_to(copy)
    return _runs(copy)


def _runs(database: Path) -> int:
    with History.open(database, make=False) as history:
        return int(history.con.execute("SELECT count(*) FROM run").fetchall()[0][0])


def _write(file: IO[bytes], config: Config, copy: Path, runs: int, now: datetime) -> None:
    told: list[dict[str, Any]] = []
    links: list[dict[str, str]] = []
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _contents(config, copy):
            if path.is_symlink():
                links.append({"name": name, "target": path.readlink().as_posix()})
                continue
            size, digest = path.stat().st_size, hashlib.sha256()
            with path.open("rb") as given:
                tar.addfile(_entry(name, size, now), _Hashing(given, digest))
            told.append({"name": name, "size": size, "sha256": digest.hexdigest()})
        rooms = {room: _below(config, getattr(config.folders, room)) for room in ROOMS}
        manifest = {
            "layout": LAYOUT,
            "auditor": __version__,
            "made": f"{now:%Y-%m-%d %H:%M:%S}",
            "config": config.file.name,
            "rooms": rooms,
            "runs": runs,
            "files": told,
            "links": links,
        }
        raw = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        tar.addfile(_entry(MANIFEST, len(raw), now), io.BytesIO(raw))


class _Hashing(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes], digest: Any) -> None:
        self._file, self._digest = file, digest

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk


def _entry(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(now.timestamp())
    return entry


def _contents(config: Config, copy: Path) -> Iterator[tuple[str, Path]]:
    """Every file with its name in the backup."""
    yield _named(config, "config", config.file), config.file
    for key in ("offices", "profile", "corrections", "excuses", "rules"):
        path: Path | None = getattr(config, key)
        for each in sorted(path.rglob("*")) if path and path.is_dir() else [path] if path else []:
            if each.is_file():
                below = each.relative_to(path).as_posix() if path and path.is_dir() else ""
                yield f"{_named(config, key, path or each)}{f'/{below}' if below else ''}", each
    for room in ("archive", "outbox", "reports"):
        folder: Path = getattr(config.folders, room)
        for each in sorted(folder.rglob("*")):
            inner = each.relative_to(folder).parts
            provisional = each.name.endswith(TEMPORARY) or inner[0].startswith(STAGED)
            if not provisional and (each.is_symlink() or each.is_file()):
                yield f"rooms/{room}/{'/'.join(inner)}", each
    if copy.exists():
        yield f"rooms/history/{DATABASE}", copy
    if (config.folders.history / JOURNAL).is_file():
        yield f"rooms/history/{JOURNAL}", config.folders.history / JOURNAL


def _named(config: Config, key: str, path: Path) -> str:
    below = _below(config, path)
    return f"place/{below}" if below else f"elsewhere/{key}/{path.name}"


def _below(config: Config, path: Path) -> str | None:
    """The path relative to the place, None where it lies outside."""
    folder = Path(os.path.normpath(config.folder))
    inner = Path(os.path.normpath(path))
    return inner.relative_to(folder).as_posix() if inner.is_relative_to(folder) else None


def restore(backup: Path, folder: Path) -> Copied:
    """Make the place of a backup in `folder`, which must be new or empty. Whole and checked, or not at all.

    Raises InputError where the backup is not whole, UsageError where something is in the way, OSError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty.", hint="Restore into a new folder; nothing is overwritten.")
    manifest = _manifest(backup)
    make_folder(folder.parent)
    # Absolute, as the paths of a configuration are: its rooms are known by lying below.
    making = folder.absolute().with_name(f".{folder.name}{TEMPORARY}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    try:
        files = 0
        for name, chunks in _members(backup, manifest):
            path = making / _place(name, manifest)
            make_folder(path.parent)
            with path.open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
            files += 1
        for link in manifest["links"]:
            path = making / _place(link["name"], manifest)
            make_folder(path.parent)
            if PurePosixPath(link["target"]).is_absolute() or ".." in PurePosixPath(link["target"]).parts:
                raise InputError("A link in the backup leads out of its folder.", where=str(backup))
            path.symlink_to(link["target"])
        database = making / _place(f"rooms/history/{DATABASE}", manifest)
        runs = _runs(database) if database.exists() else 0
        if runs != manifest["runs"]:
            raise InputError(f"The history has {runs} runs; {manifest['runs']} were copied.", where=str(backup))
        config = read_config(making / manifest["config"])
        if runs:
            with History.open(database, make=False) as history:
                Outbox(history, config.folders.outbox).doubt()
        for room in vars(config.folders).values():
            if room.is_relative_to(making):
                make_folder(room)
        settle_tree(making)
        if folder.exists():
            folder.rmdir()
        making.replace(folder)
        settle_folder(folder.parent)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    moved = [each["name"] for each in manifest["files"] if each["name"].startswith("elsewhere/")]
    moved += [f"rooms/{room}" for room, below in manifest["rooms"].items() if below is None]
    return Copied(folder, files, runs, tuple(moved))


def _place(name: str, manifest: dict[str, Any]) -> str:
    """Where a file of the backup goes, relative to the new place."""
    top, _, rest = name.partition("/")
    if top == "place":
        return rest
    if top == "rooms":
        room, _, inner = rest.partition("/")
        return f"{manifest['rooms'].get(room) or room}/{inner}"
    return name


def _manifest(backup: Path) -> dict[str, Any]:
    try:
        with tarfile.open(backup, "r:") as tar:
            entry = tar.getmember(MANIFEST)
            file = tar.extractfile(entry)
            if file is None or entry.size > LARGEST_MANIFEST:
                raise KeyError(MANIFEST)
            manifest: dict[str, Any] = json.loads(file.read())
        names = [each["name"] for each in (*manifest["files"], *manifest["links"])]
        names += [f"place/{manifest['config']}", *(f"place/{below}" for below in manifest["rooms"].values() if below)]
        layout = int(manifest["layout"])
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as fault:
        raise InputError(f"This is no whole backup of ours ({type(fault).__name__}).", where=str(backup)) from fault
    if layout > LAYOUT:
        raise InputError(
            f"The backup was made by a newer auditor (layout {layout}).", where=str(backup), hint="Use that one."
        )
    for name in names:
        parts = PurePosixPath(name).parts
        if ".." in parts or PurePosixPath(name).is_absolute() or parts[0] not in ("place", "elsewhere", "rooms"):
            raise InputError(f"The backup names a file outside of its place: {name}.", where=str(backup))
    return manifest


def _members(backup: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each file of the manifest with its bytes, checked; use up the bytes of one before asking for the next, or leave them all."""
    told = {each["name"]: each for each in manifest["files"]}
    with tarfile.open(backup, "r:") as tar:
        for entry in tar:
            if entry.name == MANIFEST:
                continue
            expected = told.pop(entry.name, None)
            file = tar.extractfile(entry) if entry.isfile() else None
            if expected is None or file is None:
                raise InputError(f"The backup holds {entry.name}, of which its list knows nothing.", where=str(backup))
            checked = _checked(file, expected, backup)
            yield entry.name, checked
            for _ in checked:  # what nobody wanted is checked all the same
                pass
    if told:
        raise InputError(f"The backup lacks {len(told)} files, first {min(told)}.", where=str(backup))


def _checked(file: IO[bytes], expected: dict[str, Any], backup: Path) -> Iterator[bytes]:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != expected["sha256"]:
        raise InputError(
            f"{expected['name']} is damaged in the backup.", where=str(backup), hint="Take another backup."
        )
