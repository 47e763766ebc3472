"""Which name of a header is which canonical column, and what to say where that can't be told."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from auditor.journal.profile import Cell, Profile, StepCells, fold_name
from auditor.law.vocabulary import fold

BETWEEN = re.compile(r"[\W_]+")
SHOWN = 40
NEAR = 0.5


@lru_cache(maxsize=4096)
def loose_name(name: str) -> str:
    """A header name by its words alone: `Р\\с №` and `Р/с №.` are one name, so are letters that look alike."""
    return " ".join(BETWEEN.sub(" ", fold(name)).split())


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Header names with each repetition numbered; one without a name is called by its position.

    None of them is `source_line`, which stands beside them in frames.
    """
    taken = {"source_line"}
    unique: list[str] = []
    for at, name in enumerate(names):
        base = name or f"column {at + 1}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        unique.append(name)
    return tuple(unique)


@dataclass(frozen=True)
class HeaderMatch:
    """What a header holds of the columns that a profile seeks.

    found: canonical name to the positions where it may stand, more than one where that can't be told. steps: the same for each step of the
    profile, a step of which nothing was found being empty. only: for each filter of the profile. missing: what must be there and is not, as
    (what it is for, its cell). whole: the positions whose text is read as it stands: of the others, parts may be read, and the text is kept.
    """

    found: dict[str, list[int]]
    steps: tuple[dict[str, list[int]], ...]
    only: tuple[list[int], ...]
    missing: list[tuple[str, Cell]]
    whole: frozenset[int]

    @property
    def complete(self) -> bool:
        """Nothing is missing (something may still be met twice)."""
        return not self.missing

    @property
    def score(self) -> tuple[bool, int]:
        """How well the header fits: complete ones first, then by how many columns were found."""
        return (self.complete, len(self.found) + sum(map(len, self.steps)))

    @property
    def twice(self) -> dict[str, list[int]]:
        """What may stand in more than one column: what it is for, to the positions."""
        named = [*self.found.items(), *((name, at) for step in self.steps for name, at in step.items())]
        return {name: at for name, at in (*named, *(("only", at) for at in self.only)) if len(at) > 1}

    @property
    def columns(self) -> dict[str, int]:
        """Canonical name to position."""
        return {name: positions[0] for name, positions in self.found.items()}

    @property
    def step_columns(self) -> tuple[dict[str, int], ...]:
        """For each step of the profile: canonical name to position."""
        return tuple({name: positions[0] for name, positions in step.items()} for step in self.steps)


def match_header(names: list[str], profile: Profile) -> HeaderMatch:
    """Look for the columns of a profile among the names of a header: first by letters (case and white space aside), then by words."""
    seek = _Search(names)
    missing: list[tuple[str, Cell]] = []
    found: dict[str, list[int]] = {}
    for name in profile.row_columns:
        if name in profile.constants and name not in profile.columns:
            continue
        positions = seek(profile.cell(name))
        if positions:
            found[name] = positions
        elif profile.needs(name):
            missing.append((name, profile.cell(name)))
    steps = tuple(_step(step, seek, missing) for step in profile.steps)
    if profile.steps and not any(steps) and not missing:
        missing += [(f"{step.step}: {name}", cell) for step in profile.steps[:1] for name, cell in step.cells.items()]
    only = tuple(seek(cell) for cell, _ in profile.only)
    missing += [("only", cell) for (cell, _), at in zip(profile.only, only, strict=True) if not at]
    read_whole = [found[name] for name in found if profile.cell(name).take is None and name not in profile.contains]
    for step, cells in zip(profile.steps, steps, strict=True):
        read_whole += [at for name, at in cells.items() if step.cells[name].take is None]
    return HeaderMatch(found, steps, only, missing, frozenset(at for positions in read_whole for at in positions))


def _step(step: StepCells, seek: _Search, missing: list[tuple[str, Cell]]) -> dict[str, list[int]]:
    at = {name: seek(cell) for name, cell in step.cells.items()}
    if not step.optional:
        missing += [(f"{step.step}: {name}", step.cells[name]) for name, positions in at.items() if not positions]
    return {name: positions for name, positions in at.items() if positions}


def shown(match: HeaderMatch, profile: Profile) -> tuple[tuple[str, str | None], ...] | None:
    """Of which steps an export with this header has an entry where they were done: (step or role, the step's role where the layout
    says one). None: of all."""
    if profile.shows is not None:
        return tuple((word, None) for word in profile.shows)
    if not profile.unfolds:
        return None
    return tuple((step.step, step.role) for step, at in zip(profile.steps, match.steps, strict=True) if at)


class _Search:
    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._numbered: list[set[str]] | None = None
        self._exact = [fold_name(name) for name in names]
        self._loose: list[str] | None = None

    def __call__(self, cell: Cell) -> list[int]:
        exact, loose = _sought(cell.headers)
        found = [at for at, name in enumerate(self._exact) if name in exact]
        if found:
            return found
        if self._loose is None or self._numbered is None:
            self._loose = [loose_name(name) for name in self._exact]
            self._numbered = _numbers(self._names)
        pairs = enumerate(zip(self._loose, self._numbered, strict=True))
        return [at for at, (name, numbers) in pairs if name in loose or numbers & exact]


@lru_cache(maxsize=1024)
def _sought(headers: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a cell goes by: by letters, and by words."""
    return frozenset(map(fold_name, headers)), frozenset(map(loose_name, headers)) - {""}


def _numbers(names: list[str]) -> list[set[str]]:
    """For each name that a header repeats, what tells it from the others: `Дата (1)`, `Дата (2)`, from the left.

    The header that `quarantine.csv` keeps has them numbered already, but for the first.
    """
    unique = unique_names(names)
    again = {name for name in unique if f"{name} (2)" in unique}
    return [
        {fold_name(f"{given} (1)")} if given in again else {fold_name(given)} if given != name else set()
        for name, given in zip(names, unique, strict=True)
    ]


def refusal(match: HeaderMatch, names: list[str], profile: Profile) -> tuple[str, str] | None:
    """Why a header can't be taken, and what to do; None where it can.

    What could be two columns is named with both, and never decided here.
    """
    if match.twice:
        places = "; ".join(
            f"{what}: " + " or ".join(f"column {at + 1} `{names[at]}`" for at in positions)
            for what, positions in match.twice.items()
        )
        given = "" if not profile.name else f" `{profile.name}`"
        return (
            f"The header names a column twice: it could be either ({places}).",
            f"Rename or drop one of them, or name the right one in the profile{given}; of equal names the first is `… (1)`, the next `… (2)`.",
        )
    if not match.missing:
        return None
    free = {loose_name(name): name for name in names if name}
    hints = [_missed(what, cell, free) for what, cell in match.missing]
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    plural = "columns are" if len(hints) > 1 else "column is"
    return (
        f"Required {plural} missing: {', '.join(hints)}. Columns found: {shown}.",
        "`auditor profile FILE` looks at the export and proposes a profile; give that with --profile.",
    )


def _missed(what: str, cell: Cell, free: dict[str, str]) -> str:
    sought = cell.headers[0] if cell.headers else what
    near = difflib.get_close_matches(loose_name(sought), free, n=1, cutoff=NEAR)
    shown = f"`{what}`" if sought == what else f"`{sought}` (for `{what}`)"
    return shown + (f" (perhaps meant by `{free[near[0]]}`)" if near else "")
