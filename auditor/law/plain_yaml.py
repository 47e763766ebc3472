"""YAML read as plain text: no value means anything before our own types read it.

YAML's own traps are closed off here: `18:00` stays `18:00`, `no` stays `no`, the second of two equal keys is a
fault and not the winner, and anchors, tags and merges are refused, so that a reader of the file sees all there is.
Every node remembers its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

# libyaml's reader where PyYAML was built with it: a rulebook is read ten times as fast.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


@dataclass(frozen=True)
class Text:
    """A scalar as it is written."""

    value: str
    line: int


@dataclass(frozen=True)
class Block:
    """A mapping: key to node, with the line of each key."""

    entries: dict[str, Node]
    lines: dict[str, int]
    line: int


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


Node = Text | Block | Items


@dataclass
class Faults:
    """Every fault found, each with its place: nothing stops at the first."""

    found: list[tuple[str, int, str, str]] = field(default_factory=list)

    def add(self, file: str, line: int, key: str, wrong: str, right: str) -> None:
        self.found.append((file, line, key, f"{wrong}; {right}"))

    def sentences(self) -> list[str]:
        """`file:line: key: what is wrong; what would be right`, in order of file and line, each once."""
        return [f"{file}:{line}: {key}: {text}" for file, line, key, text in sorted(set(self.found))]


def read_text(path: Path, file: str, faults: Faults) -> str | None:
    """The text of a UTF-8 file, or None with a fault."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        faults.add(file, 1, "file", f"cannot be read ({fault.strerror})", "a readable file is needed here")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        faults.add(file, line, "file", "is not UTF-8", "save the file as UTF-8")
        return None


def read_yaml(path: Path, file: str, faults: Faults) -> Block | None:
    """The mapping that a YAML file holds, or None with a fault."""
    text = read_text(path, file, faults)
    if text is None:
        return None
    try:
        events = list(yaml.parse(text, Loader=LOADER))
        anchored = [e for e in events if isinstance(e, yaml.NodeEvent) and e.anchor is not None]
        if anchored:
            mark = anchored[0].start_mark
            line = mark.line + 1 if mark else 1
            faults.add(file, line, f"&{anchored[0].anchor}", "anchors and aliases hide a value", "write it out")
            return None
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        faults.add(file, line, "file", f"is not YAML: {fault.problem}", "mend the line, often an indent or a quote")
        return None
    except yaml.YAMLError as fault:
        faults.add(file, 1, "file", f"is not YAML: {fault}", "mend the file")
        return None
    if not isinstance(root, yaml.MappingNode):
        faults.add(file, 1, "file", "holds no keys", "a rule file is a list of `key: value`")
        return None
    node = _plain(root, file, "", faults)
    assert isinstance(node, Block)
    return node


def _plain(node: yaml.Node, file: str, path: str, faults: Faults) -> Node:
    line = node.start_mark.line + 1
    if node.tag not in PLAIN_TAGS:
        faults.add(file, line, path or "file", f"the tag {node.tag} changes a value's meaning", "leave the tag out")
    if isinstance(node, yaml.ScalarNode):
        return Text(str(node.value), line)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_plain(n, file, f"{path}[{i}]", faults) for i, n in enumerate(node.value, 1)), line)
    assert isinstance(node, yaml.MappingNode)
    entries: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for key_node, value in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            faults.add(file, key_line, path or "file", "a key that is no plain text", "a key is one word or number")
            continue
        key = str(key_node.value)
        here = f"{path}.{key}" if path else key
        if key in entries:
            faults.add(
                file, key_line, here, f"the key stands twice (first in line {lines[key]})", "keep one of the two"
            )
            continue
        entries[key] = _plain(value, file, here, faults)
        lines[key] = key_line
    return Block(entries, lines, line)
