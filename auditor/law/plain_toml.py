"""A TOML file read strictly: every value with its line and its kind, so that a fault can name both."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.law.plain_yaml import Block, Faults, Items, Node, Text, read_text
from auditor.law.section import Section

HEADER = re.compile(r"\s*\[{1,2}\s*(?P<path>[^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
KEY = re.compile(r"""\s*(?P<path>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
PART = re.compile(r"""[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
AT_END = re.compile(r" \(at end of document\)$")
KINDS: dict[type, str] = {str: "text", bool: "yes or no", int: "number", float: "fraction"}


@dataclass(frozen=True)
class Value(Text):
    """A scalar and what TOML takes it for: `text`, `number`, `fraction`, `yes or no` or `moment`."""

    kind: str


def read_toml(path: Path, file: str, faults: Faults) -> Block | None:
    """The tables of a TOML file, or None with a fault that names the line."""
    text = read_text(path, file, faults)
    if text is None:
        return None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        said = str(fault)
        place = AT_LINE.search(said)
        line = int(place[1]) if place else len(text.splitlines())
        column = f", column {place[2]}" if place else ""
        wrong = AT_END.sub("", AT_LINE.sub("", said))
        faults.add(file, line, "file", f"is not TOML{column}: {wrong}", 'write `key = "text"` lines under `[table]`')
        return None
    lines = dict(_lines(text))
    node = _node(values, (), lines, 1)
    assert isinstance(node, Block)
    return node


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The dotted path of every table and key with the line it stands in, the last occurrence first to be forgotten."""
    table: tuple[str, ...] = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        header, key = HEADER.match(line), KEY.match(line)
        if header:
            table = _parts(header["path"])
            yield table, number
        elif key:
            path = (*table, *_parts(key["path"]))
            for depth in range(len(table) + 1, len(path) + 1):
                yield path[:depth], number
            rest = line[key.end() :]
            inside = next((mark for mark in ('"""', "'''") if rest.count(mark) == 1), "")


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in PART.findall(path))


def _node(value: Any, path: tuple[str, ...], lines: dict[tuple[str, ...], int], above: int) -> Node:
    line = lines.get(path, above)
    if isinstance(value, dict):
        inner = {str(key): _node(each, (*path, key), lines, line) for key, each in value.items()}
        return Block(inner, {key: lines.get((*path, key), line) for key in inner}, line)
    if isinstance(value, list):
        return Items(tuple(_node(each, (*path, "[]"), lines, line) for each in value), line)
    return Value(str(value), line, KINDS.get(type(value), "moment"))


class Settings(Section):
    """One table of a configuration: as a section of a rule file, and strict about TOML's kinds."""

    def text(self, key: str, *, required: bool = True, right: str = "a text") -> str:
        node = self.block.entries.get(key)
        if isinstance(node, Value) and node.kind != "text":
            self.asked.add(key)
            self.fault(key, f"`{node.value}` is a {node.kind}", f"write {right} in quotes")
            return ""
        return super().text(key, required=required, right=right)

    def texts(self, key: str, *, required: bool = True, empty: bool = False) -> tuple[str, ...]:
        node = self.block.entries.get(key)
        if isinstance(node, Items):
            wrong = [n for n in node.items if not isinstance(n, Value) or n.kind != "text"]
            if wrong:
                self.asked.add(key)
                self.fault(key, "holds something that is no text", 'write `["one", "two"]`')
                return ()
        return super().texts(key, required=required, empty=empty)

    def whole(self, key: str, default: int, least: int = 0, most: int = 100_000) -> int:
        """A whole number between two bounds; `default` where the key is missing or wrong."""
        self.asked.add(key)
        node = self.block.entries.get(key)
        if node is None:
            return default
        right = f"a whole number from {least} to {most}, without quotes"
        if not isinstance(node, Value) or node.kind != "number":
            shown = f"`{node.value}` is" if isinstance(node, Text) else "is"
            self.fault(key, f"{shown} no whole number", f"write {right}")
            return default
        if not least <= int(node.value) <= most:
            self.fault(key, f"{node.value} is out of bounds", f"write {right}")
            return default
        return int(node.value)

    def wholes(self, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """A list of whole numbers, none below zero."""
        self.asked.add(key)
        node = self.block.entries.get(key)
        if node is None:
            return default
        if not isinstance(node, Items) or any(
            not isinstance(n, Value) or n.kind != "number" or int(n.value) < 0 for n in node.items
        ):
            self.fault(key, "is no list of whole numbers", "write `[0, 1, 2, 4]`")
            return default
        return tuple(int(n.value) for n in node.items if isinstance(n, Text))

    def table(self, key: str) -> Settings:
        """The table under `key`; an empty one where it is missing."""
        self.asked.add(key)
        node = self.block.entries.get(key)
        if node is not None and not isinstance(node, Block):
            self.fault(key, "is no table", f"write `[{self.at(key)}]` and its keys under it")
            node = None
        return Settings(node or Block({}, {}, self.line(key)), self.file, self.at(key), self.faults)

    def tables(self) -> list[tuple[str, Settings]]:
        """Every key of this table with the table under it."""
        return [(key, self.table(key)) for key in self.block.entries]
