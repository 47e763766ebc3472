"""Writing what must be there after the power fails: whole or not at all, on the disk and not only on its way there."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

CHUNK = 1 << 20
TEMPORARY = ".part"
"""The end of the name of a file being written. A killed run leaves such files; nobody reads them."""


def write_durably(path: Path, content: bytes) -> None:
    """Put `content` at `path` (mode 0600) in one step. Raises OSError; then the former file stands as it was."""
    temporary = path.with_name(f".{path.name[:100]}{TEMPORARY}")
    try:
        with temporary.open("wb") as file:
            temporary.chmod(0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    settle_folder(path.parent)


def copy_durably(source: Path, target: Path) -> str:
    """Copy a file byte for byte in one step; its SHA-256, of the bytes that were copied."""
    temporary = target.with_name(f".{target.name[:100]}{TEMPORARY}")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as given, temporary.open("wb") as taken:
            temporary.chmod(0o600)
            while chunk := given.read(CHUNK):
                digest.update(chunk)
                taken.write(chunk)
            taken.flush()
            os.fsync(taken.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    settle_folder(target.parent)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def settle_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle_tree(folder: Path) -> None:
    """Wait until every file below a folder is on the disk, and its names too; files become 0600, folders 0700."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink():
            continue
        path.chmod(0o700 if path.is_dir() else 0o600)
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    settle_folder(folder)


def make_folder(folder: Path) -> None:
    """A folder and those above it, mode 0700 where they are new."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def point_to(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target`, relative to the link, in one step."""
    temporary = link.with_name(f".{link.name}{TEMPORARY}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
    settle_folder(link.parent)


def remove_tree(folder: Path) -> None:
    """Take a folder away. First its name, so that what is half removed is not taken for whole."""
    if not folder.exists():
        return
    doomed = folder.with_name(f".{folder.name}{TEMPORARY}")
    shutil.rmtree(doomed, ignore_errors=True)
    folder.replace(doomed)
    shutil.rmtree(doomed)
