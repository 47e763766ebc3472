"""What two registers have in common: YAML lists that somebody signs, read strictly, with every fault named at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from auditor.errors import InputError
from auditor.law.plain_yaml import Faults, read_yaml
from auditor.law.section import Section

Entry = TypeVar("Entry")


def fold(text: str | None) -> str:
    """A name or a number as it is compared: white space folded, letter case ignored."""
    return " ".join((text or "").split()).casefold()


def read_register(path: Path, key: str, read: Callable[[Section], Entry]) -> tuple[Entry, ...]:
    """The list under `key` of a YAML file, each item by `read`.

    Raises InputError with every fault: file, line, key, what is wrong, what would be right.
    """
    faults = Faults()
    root = read_yaml(path, str(path), faults)
    found: list[Entry] = []
    if root is not None:
        top = Section(root, str(path), "", faults)
        found = [read(section) for section in top.sections(key)]
        top.done()
    if faults.found:
        raise InputError("\n".join(faults.sentences()), hint="docs/history.md explains every key of this register.")
    return tuple(found)
