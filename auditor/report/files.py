"""Where reports are written: whole files or none, under names that no journal can choose."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_NAME = 100
"""Bytes of a file name, its suffix included: far below the 255 of a file system, so that a copy with a prefix fits too."""

DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows takes for devices, whatever suffix they have."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, which takes its place when the block ends well and goes away when not."""
    temporary = path.with_name(f".{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 with LF, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode())
    return path


def page_names(districts: Iterable[str]) -> dict[str, str]:
    """District to the file name of its page: recognisable, safe, no two alike on any file system.

    Letters (Cyrillic too), digits, single spaces, `-` and `_` stay; all else becomes a space. A name that is then
    another's, empty or a device's gets the beginning of its own hash, so that it is the same every night.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for district in sorted(districts):
        stem = _fit(_plain(district), LONGEST_NAME - len(".html"))
        if not stem or stem.casefold() in DEVICES or _folded(stem) in taken:
            mark = hashlib.sha256(district.encode()).hexdigest()[:8]
            stem = _fit(stem, LONGEST_NAME - len(f"-{mark}.html"))
            stem = f"{stem}-{mark}" if stem else mark
        taken.add(_folded(stem))
        names[district] = f"{stem}.html"
    return names


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    kept = "".join(c if c in "-_" or unicodedata.category(c)[0] in "LMN" else " " for c in normal)
    return " ".join(kept.split()).strip("-_ ")


def _fit(stem: str, size: int) -> str:
    return stem.encode()[:size].decode(errors="ignore").rstrip()


def _folded(stem: str) -> str:
    return unicodedata.normalize("NFKC", stem).casefold()
