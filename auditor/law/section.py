"""Typed reading of one mapping of a rule file: each question notes what is wrong and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import cast

from auditor.law.plain_yaml import Block, Faults, Items, Node, Text
from auditor.law.types import LANGUAGES, UNITS, Limit, Names, Unit

REFERENCE = re.compile(r"[1-9]\d*(\.[1-9]\d*){0,2}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)` or nothing."""
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean `{close[0]}`?)" if close else ""


@dataclass
class Section:
    """One mapping. Ask for the keys it may have, then call `done`: what was not asked for is an unknown key.

    A question about a missing or wrong value notes a fault and answers with an empty value, so that reading goes on.
    """

    block: Block
    file: str
    path: str
    faults: Faults
    asked: set[str] = field(default_factory=set)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def line(self, key: str = "") -> int:
        return self.block.lines.get(key, self.block.line)

    def fault(self, key: str, wrong: str, right: str) -> None:
        self.faults.add(self.file, self.line(key), self.at(key) if key else self.path or "file", wrong, right)

    def has(self, key: str) -> bool:
        return key in self.block.entries

    def node(self, key: str, *, required: bool = True) -> Node | None:
        self.asked.add(key)
        if key not in self.block.entries and required:
            self.fault(key, "is missing", f"add `{key}:`")
        return self.block.entries.get(key)

    def text(self, key: str, *, required: bool = True, right: str = "a text") -> str:
        node = self.node(key, required=required)
        if node is None:
            return ""
        if not isinstance(node, Text):
            self.fault(key, "is no plain text", f"write {right}")
            return ""
        if not node.value.strip():
            self.fault(key, "is empty", f"write {right}, or leave the key out" if not required else f"write {right}")
        return node.value.strip()

    def choice(self, key: str, options: Iterable[str], *, required: bool = True, default: str = "") -> str:
        known = list(options)
        value = self.text(key, required=required, right="one of: " + ", ".join(known))
        if not value:
            return default
        if value not in known:
            self.fault(key, f"`{value}` is unknown", "one of: " + ", ".join(known) + nearest(value, known))
            return default
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.choice(key, ("yes", "no"), required=False)
        return default if not value else value == "yes"

    def integer(self, key: str) -> int:
        value = self.text(key, right="a whole number above zero")
        if not value:
            return 0
        if not value.isascii() or not value.isdigit() or int(value) == 0:
            self.fault(key, f"`{value}` is no whole number above zero", "write digits only, such as `15`")
            return 0
        return int(value)

    def day(self, key: str, *, required: bool = True) -> date | None:
        value = self.text(key, required=required, right="a date such as `2016-07-03`")
        if not value:
            return None
        try:
            return date.fromisoformat(value) if DATE.fullmatch(value) else _no_date(value)
        except ValueError:
            self.fault(key, f"`{value}` is no date", "a day that exists, as YYYY-MM-DD")
            return None

    def texts(self, key: str, *, required: bool = True, empty: bool = False) -> tuple[str, ...]:
        node = self.node(key, required=required)
        if node is None:
            return ()
        if not isinstance(node, Items) or any(not isinstance(n, Text) for n in node.items):
            self.fault(key, "is no list of texts", "write `[one, two]`")
            return ()
        values = tuple(n.value.strip() for n in node.items if isinstance(n, Text))
        if not values and not empty:
            self.fault(key, "is an empty list", "name at least one")
        if "" in values:
            self.fault(key, "has an empty text in its list", "take it out")
        if len(set(values)) < len(values):
            self.fault(key, "names the same twice", "keep one of the two")
        return values

    def known(self, key: str, among: Iterable[str], what: str, *, required: bool = True) -> tuple[str, ...]:
        """Texts that must all be ids known elsewhere, such as roles."""
        ids = list(among)
        values = self.texts(key, required=required)
        for value in values:
            if value not in ids:
                self.fault(key, f"{what} `{value}` is unknown", f"an id that the rules name{nearest(value, ids)}")
        return tuple(v for v in values if v in ids)

    def section(self, key: str, *, required: bool = True) -> Section | None:
        node = self.node(key, required=required)
        if node is None:
            return None
        if not isinstance(node, Block):
            self.fault(key, "has no keys of its own", "write `key: value` lines under it")
            return None
        return Section(node, self.file, self.at(key), self.faults)

    def sections(self, key: str, *, required: bool = True) -> list[Section]:
        """A list of mappings."""
        node = self.node(key, required=required)
        if node is None:
            return []
        if not isinstance(node, Items):
            self.fault(key, "is no list", "write each entry after a `-`")
            return []
        found = []
        for index, item in enumerate(node.items):
            here = f"{self.at(key)}[{index + 1}]"
            if isinstance(item, Block):
                found.append(Section(item, self.file, here, self.faults))
            else:
                self.faults.add(self.file, item.line, here, "has no keys", "write `- key: value`")
        return found

    def children(self) -> list[tuple[str, Section]]:
        """Every key of this mapping with the mapping under it: for keys that are ids."""
        found = []
        for key in self.block.entries:
            child = self.section(key)
            if child is not None:
                found.append((key, child))
        return found

    def languages(self, key: str, *, required: bool = True) -> dict[str, str]:
        """A text in each language."""
        if isinstance(self.block.entries.get(key), Text):
            self.asked.add(key)
            self.fault(key, "is a text in one language", "write `kk:`, `ru:` and `en:` lines under it")
            return {}
        child = self.section(key, required=required)
        if child is None:
            return {}
        texts = {language: child.text(language) for language in LANGUAGES}
        child.done()
        return texts

    def names(self, key: str, *, required: bool = True) -> Names:
        """Spellings in each language, the first of which is shown."""
        child = self.section(key, required=required)
        if child is None:
            return {}
        names = {language: child.texts(language) for language in LANGUAGES}
        child.done()
        return names

    def citation(self, key: str = "citation") -> tuple[str, ...]:
        """References such as `5.2.4`, or free texts that don't begin like one."""
        values = self.texts(key)
        for value in values:
            if value[:1].isdigit() and not REFERENCE.fullmatch(value):
                self.fault(key, f"`{value}` is no reference", "clause.subclause.action, such as `5.2.4`, or `5.3`")
        return values

    def limit(self, key: str, *, required: bool = False) -> Limit | None:
        child = self.section(key, required=required)
        if child is None:
            return None
        value = child.integer("value")
        unit = child.choice("unit", UNITS, default=UNITS[0])
        citation = child.citation()
        child.done()
        return Limit(value, cast("Unit", unit), citation)

    def done(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.block.entries:
            if key not in self.asked:
                right = "keys here: " + ", ".join(sorted(self.asked)) + nearest(key, self.asked)
                self.fault(key, "is an unknown key", right)


def _no_date(value: str) -> date:
    raise ValueError(value)
