"""A profile as a YAML file, read strictly: file, line, key, what is wrong and what would be right.

The keys are explained in docs/profiles.md; what they come to is `auditor.journal.profile.Profile`.
"""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from auditor.errors import InputError
from auditor.exports.encoding import SHOWN, SPELLINGS
from auditor.journal import formats
from auditor.journal.moments import SHAPE
from auditor.journal.profile import (
    BOOKS,
    COLUMNS,
    DATE,
    LAYOUTS,
    MOMENTS,
    ROW_CELLS,
    STEP_CELLS,
    ZONE,
    Cell,
    Numbering,
    Profile,
    StepCells,
    fold_name,
    fold_value,
)
from auditor.law.plain_yaml import Block, Faults, Items, Text, read_yaml
from auditor.law.section import Section, nearest

KEYS = (
    "name", "titles", "layout", "encoding", "delimiter", "columns", "optional", "constants", "values", "contains",
    "only", "moments", "steps", "shows", "zone", "numbering", "covers",
)  # fmt: skip
UNFILLED = "???"
"""What `auditor profile` writes where only the user knows the value."""
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def load_profile(path: Path, zone: str = ZONE) -> Profile:
    """Read a profile. Raises InputError with every fault. `zone`: that of the rules, for a profile that names none."""
    faults = Faults()
    profile = read_profile(path, faults, zone)
    if faults.found or profile is None:
        raise InputError("\n".join(faults.sentences()), hint=f"The keys of a profile are: {', '.join(KEYS)}.")
    return profile


def read_profile(path: Path, faults: Faults, zone: str = ZONE) -> Profile | None:
    """A profile as far as it can be read; what is wrong with it goes into `faults`."""
    root = read_yaml(path, str(path), faults)
    return None if root is None else _profile(Section(root, str(path), "", faults), zone, path.stem)


def _profile(root: Section, zone: str, stem: str) -> Profile:
    layout = root.choice("layout", LAYOUTS, required=False, default="steps")
    unfolds = layout != "steps"
    columns = _cells(root, "columns", COLUMNS)
    constants = _constants(root)
    steps = tuple(_step(section) for section in root.sections("steps", required=unfolds))
    if steps and not unfolds:
        root.fault("steps", "needs a row per application", "write `layout: application`, or leave `steps` out")
    if unfolds:
        _only_of_rows(root, {**columns, **constants})
    contains = _spellings(root, "contains")
    for name in sorted(columns.keys() & constants.keys() - contains.keys()):
        constant = root.section("constants")
        assert constant is not None
        constant.fault(name, "is also a column", "keep one of the two")
    _once_each(root, {name: cell for name, cell in columns.items() if name not in contains})
    profile = Profile(
        name=root.text("name", required=False) or stem,
        layout=layout,
        columns=columns,
        optional=frozenset(root.known("optional", columns, "column", required=False)),
        constants=constants,
        values=_spellings(root, "values"),
        contains=contains,
        only=_only(root),
        moments=_moments(root),
        steps=steps,
        shows=_shows(root, layout),
        zone=_zone(root, zone),
        encoding=_encoding(root),
        delimiter=_delimiter(root),
        numbering=_numbering(root),
        covers=_covers(root),
        titles=root.languages("titles", required=False),
    )
    root.done()
    return profile


def _value(section: Section, key: str) -> str:
    """A text that the user has filled in."""
    text = section.text(key, right="a plain text after the colon")
    if UNFILLED in text:
        section.fault(key, f"`{text}` is still to be filled in", "write the value that every row of this export has")
    return text


def _constants(root: Section) -> dict[str, str]:
    section = root.section("constants", required=False)
    if section is None:
        return {}
    found = {name: _value(section, name) for name in COLUMNS if section.has(name)}
    section.done()
    return found


def _names(section: Section, key: str) -> tuple[str, ...]:
    """A name, or a list of names any of which may stand in the header."""
    node = section.node(key)
    names: tuple[str, ...]
    if isinstance(node, Text):
        names = (_value(section, key),)
    elif isinstance(node, Items):
        names = section.texts(key)
    else:
        section.fault(key, "is no name of a column", "write the name in the header, or a list of names `[one, two]`")
        names = ()
    seen: set[str] = set()
    for name in names:
        if fold_name(name) in seen:
            section.fault(
                key, f"names `{name}` twice", "keep one of the two; letter case and spaces make no difference"
            )
        seen.add(fold_name(name))
    return names


def _cell(section: Section, key: str) -> Cell:
    if not isinstance(section.node(key), Block):
        return Cell(_names(section, key))
    inner = section.section(key)
    assert inner is not None
    headers = _names(inner, "column") if inner.node("column") is not None else ()
    take = inner.text("take", right="`date`, or a pattern with one pair of brackets")
    if take and take != DATE:
        _check_pattern(inner, take)
    inner.done()
    return Cell(headers, take or None)


def _check_pattern(section: Section, take: str) -> None:
    right = "`date`, or a pattern whose one pair of brackets holds what is taken, such as `№ *([0-9/-]+)`"
    try:
        groups = re.compile(take).groups
        pl.Series([""]).str.extract(take)
    except (re.error, pl.exceptions.ComputeError) as fault:
        section.fault("take", f"`{take}` is no pattern ({str(fault).splitlines()[0]})", right)
        return
    if groups != 1:
        section.fault("take", f"`{take}` has {groups} pairs of brackets that take", right)


def _cells(section: Section, key: str, allowed: tuple[str, ...]) -> dict[str, Cell]:
    inner = section.section(key, required=False)
    if inner is None:
        return {}
    cells = {name: _cell(inner, name) for name in allowed if inner.has(name)}
    for name in inner.block.entries:
        if name not in allowed:
            inner.asked.add(name)
            inner.fault(name, "is no column known here", "one of: " + ", ".join(allowed) + nearest(name, allowed))
    return cells


def _once_each(root: Section, columns: dict[str, Cell]) -> None:
    """A column read as it stands serves one of ours; with `take`, each takes its own part."""
    section = root.section("columns", required=False)
    taken: dict[str, str] = {}
    for name, cell in columns.items():
        for header in cell.headers if section is not None and cell.take is None else ():
            other = taken.setdefault(fold_name(header), name)
            if other != name and section is not None:
                wrong = f"reads the column `{header}`, which `{other}` reads too"
                section.fault(name, wrong, "a column of its own for each")


def _only_of_rows(root: Section, named: dict[str, object]) -> None:
    for key in ("columns", "constants"):
        section = root.section(key, required=False)
        for name in section.block.entries if section is not None else ():
            if name in named and name not in ROW_CELLS and section is not None:
                section.fault(name, "belongs to a single step", "write it under the step it is of, in `steps`")


def _step(section: Section) -> StepCells:
    step = _value(section, "step")
    cells = {name: _cell(section, name) for name in STEP_CELLS if name != "role" and section.has(name)}
    if not cells.keys() & {*MOMENTS}:
        section.fault("", "has no moment", "add `received_at:` or `completed_at:`, at least one of them")
    role = None
    if section.has("role"):
        if isinstance(section.node("role"), Text):
            role = _value(section, "role")
        else:
            cells["role"] = _cell(section, "role")
    made = StepCells(step, cells, role, _when(section), optional=section.flag("optional", default=False))
    section.done()
    return made


def _when(section: Section) -> dict[str, tuple[str, ...]]:
    inner = section.section("when", required=False)
    if inner is None:
        return {}
    names = [name for name in ROW_CELLS if inner.has(name)]
    found = {name: tuple(map(fold_value, inner.texts(name))) for name in names}
    inner.done()
    return found


def _spellings(root: Section, key: str) -> dict[str, dict[str, str]]:
    section = root.section(key, required=False)
    found: dict[str, dict[str, str]] = {}
    for name in COLUMNS if section is not None else ():
        inner = section.section(name, required=False) if section is not None else None
        if inner is not None:
            found[name] = {fold_value(text): _value(inner, text) for text in inner.block.entries}
    if section is not None:
        section.done()
    return found


def _only(root: Section) -> tuple[tuple[Cell, tuple[str, ...]], ...]:
    found = []
    for section in root.sections("only", required=False):
        headers = _names(section, "column") if section.node("column") is not None else ()
        found.append((Cell(headers), tuple(map(fold_value, section.texts("contains")))))
        section.done()
    return tuple(found)


def _moments(root: Section) -> tuple[str, ...]:
    given = root.texts("moments", required=False)
    for at, format_ in enumerate(given):
        if format_ != formats.EXCEL and formats.pattern(format_) is None:
            right = "`d.m.yy`, `dd/mm/yyyy HH:MM`, `excel`; lower case for days, upper case for the time of day"
            root.fault("moments", f"`{format_}` is no format of dates", right)
            return ()
        other = formats.unlike(format_, given[:at])
        if other is not None:
            wrong = f"`{format_}` and `{other}` read the same text as two different days"
            root.fault(
                "moments", wrong, "keep the one that this office writes; dd.mm.yyyy and yyyy-mm-dd are always read"
            )
            return ()
    return given


def _shows(root: Section, layout: str) -> tuple[str, ...] | None:
    if not root.has("shows"):
        return () if layout in BOOKS else None
    return root.texts("shows", empty=True)


def _zone(root: Section, zone: str) -> str:
    if not root.has("zone"):
        return zone
    named = root.text("zone")
    try:
        ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        root.fault("zone", f"`{named}` is no time zone", f"a name such as {ZONE}")
    return named


def _encoding(root: Section) -> str | None:
    if not root.has("encoding"):
        return None
    named = root.text("encoding")
    if named.lower() not in SPELLINGS:
        root.fault("encoding", f"`{named}` is no encoding that is read", f"one of: {', '.join(SHOWN.values())}")
    return SPELLINGS.get(named.lower())


def _delimiter(root: Section) -> str | None:
    named = root.choice("delimiter", DELIMITERS, required=False)
    return DELIMITERS.get(named)


def _numbering(root: Section) -> Numbering | None:
    section = root.section("numbering", required=False)
    if section is None:
        return None
    answers = {}
    for name in ("own_book", "yearly_restart"):
        answers[name] = section.text(name)
        if answers[name] not in ("yes", "no"):
            section.fault(name, "is neither yes nor no", "write `yes` or `no`")
    section.done()
    return Numbering(answers["own_book"] == "yes", answers["yearly_restart"] == "yes")


def _covers(root: Section) -> tuple[str | None, str | None] | None:
    if not root.has("covers"):
        return None
    begin, dots, end = root.text("covers").partition("..")
    sides = (begin.strip() or None, end.strip() or None)
    if not dots or sides == (None, None) or any(side and not re.match(SHAPE, side) for side in sides):
        root.fault("covers", "is no period", "write 2018-01-01..2018-03-31; either side may be empty")
    return sides
