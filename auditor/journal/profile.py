"""A profile maps an office's own layout to the canonical journal.

columns: {received_at: "Дата поступления"}   canonical name: name in the header
constants: {channel: akim}                   canonical name: value of every row
values: {service: {АСП: targeted_assistance}} canonical name: {spelling: value}
zone: Asia/Almaty
numbering: {own_book: yes, yearly_restart: yes}
covers: 2018-01-01..2018-03-31               either side may be empty
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from auditor.errors import InputError
from auditor.journal.moments import SHAPE
from auditor.law.plain_yaml import Block, Faults, Node, Text, read_yaml

REQUIRED = ("district", "office", "application_no", "service", "channel", "step")
CANONICAL = (
    *REQUIRED,
    *(
        "role",
        "employee",
        "received_at",
        "completed_at",
        "entry_no",
        "outcome",
        "registered_by",
        "registered_on",
        "extended_to",
    ),
)
"""The columns of the canonical journal, in the order of the specification."""
MOMENTS = ("received_at", "completed_at")
DATES = ("registered_on", "extended_to")
TEXTS = tuple(name for name in CANONICAL if name not in MOMENTS + DATES)
ZONE = "Asia/Almaty"
KEYS = ("columns", "constants", "values", "zone", "numbering", "covers")


@dataclass(frozen=True)
class Numbering:
    """How an office numbers its journal: a book of its own (nothing else takes a number), restarting each year."""

    own_book: bool
    yearly_restart: bool


@dataclass(frozen=True)
class Profile:
    """A layout. `columns`: canonical name to header name. `covers`: the stated period as written (FROM, TO), or None."""

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    zone: str = ZONE
    numbering: Numbering | None = None
    covers: tuple[str | None, str | None] | None = None

    @staticmethod
    def canonical(zone: str = ZONE) -> Profile:
        """The layout of the specification itself; moments with an offset are turned to local time of `zone`."""
        return Profile(zone=zone)


def fold_name(name: str) -> str:
    """A header name as it is compared: trimmed, inner white space folded, letter case ignored."""
    return " ".join(name.replace("\ufeff", " ").split()).casefold()


def fold_value(value: str) -> str:
    """A spelling as `values` compares it."""
    return fold_name(value)


def load_profile(path: Path, zone: str = ZONE) -> Profile:
    """Read a profile. Raises InputError with every fault: file, line, key, what is wrong, what would be right.

    `zone`: that of the rules, for a profile that names none.
    """
    faults = Faults()
    root = read_yaml(path, str(path), faults)
    profile = _Reader(str(path), faults, zone).profile(root) if root is not None else Profile()
    if faults.found:
        raise InputError("\n".join(faults.sentences()), hint=f"The keys of a profile are: {', '.join(KEYS)}.")
    return profile


class _Reader:
    def __init__(self, file: str, faults: Faults, zone: str) -> None:
        self.file = file
        self.faults = faults
        self.zone = zone

    def profile(self, root: Block) -> Profile:
        self._known(root, KEYS, "")
        entries = root.entries
        columns = self._texts(entries.get("columns"), "columns", CANONICAL)
        constants = self._texts(entries.get("constants"), "constants", CANONICAL)
        values = self._block(entries.get("values"), "values", CANONICAL)
        for name in sorted(columns.keys() & constants.keys()):
            self._fault(root.entries["constants"], f"constants.{name}", "is also a column", "keep one of the two")
        self._once_each(entries.get("columns"), columns)
        return Profile(
            columns=columns,
            constants=constants,
            values={
                name: {
                    fold_value(spelling): value for spelling, value in self._texts(node, f"values.{name}", None).items()
                }
                for name, node in (values.entries.items() if values else ())
            },
            zone=self._zone(entries.get("zone")),
            numbering=self._numbering(entries.get("numbering")),
            covers=self._covers(entries.get("covers")),
        )

    def _once_each(self, node: Node | None, columns: dict[str, str]) -> None:
        taken: dict[str, str] = {}
        for name, header in columns.items():
            other = taken.setdefault(fold_name(header), name)
            if other != name and isinstance(node, Block):
                wrong = f"reads the column `{header}`, which `{other}` reads too"
                self._fault(node.entries[name], f"columns.{name}", wrong, "a column of its own for each")

    def _fault(self, node: Node, key: str, wrong: str, right: str) -> None:
        self.faults.add(self.file, node.line, key, wrong, right)

    def _known(self, block: Block, allowed: tuple[str, ...], path: str) -> None:
        for key, line in block.lines.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                right = f"perhaps `{near[0]}`" if near else f"one of: {', '.join(allowed)}"
                self.faults.add(self.file, line, f"{path}{key}", "is no key known here", right)

    def _block(self, node: Node | None, key: str, allowed: tuple[str, ...] | None) -> Block | None:
        if node is None:
            return None
        if not isinstance(node, Block):
            self._fault(node, key, "holds no `key: value` lines", "write one below the other, indented")
            return None
        if allowed is not None:
            self._known(node, allowed, f"{key}.")
        return node

    def _text(self, node: Node, key: str) -> str:
        if isinstance(node, Text) and node.value.strip():
            return node.value.strip()
        self._fault(node, key, "has no value", "write a plain text after the colon")
        return ""

    def _texts(self, node: Node | None, key: str, allowed: tuple[str, ...] | None) -> dict[str, str]:
        block = self._block(node, key, allowed)
        return {name: self._text(value, f"{key}.{name}") for name, value in block.entries.items()} if block else {}

    def _zone(self, node: Node | None) -> str:
        if node is None:
            return self.zone
        zone = self._text(node, "zone")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._fault(node, "zone", f"`{zone}` is no time zone", f"a name such as {ZONE}")
        return zone

    def _numbering(self, node: Node | None) -> Numbering | None:
        names = ("own_book", "yearly_restart")
        given = self._texts(node, "numbering", names)
        if node is None:
            return None
        for name in names:
            if given.get(name) not in ("yes", "no"):
                self._fault(node, f"numbering.{name}", "is neither yes nor no", "write `yes` or `no`")
        return Numbering(given.get("own_book") == "yes", given.get("yearly_restart") == "yes")

    def _covers(self, node: Node | None) -> tuple[str | None, str | None] | None:
        if node is None:
            return None
        begin, dots, end = self._text(node, "covers").partition("..")
        sides = (begin.strip() or None, end.strip() or None)
        if not dots or sides == (None, None) or any(side and not re.match(SHAPE, side) for side in sides):
            self._fault(node, "covers", "is no period", "write 2018-01-01..2018-03-31; either side may be empty")
        return sides
