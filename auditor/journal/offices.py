"""The offices of an oblast, as its register lists them (`--offices FILE`), and who is meant by a spelling.

The register is read by `auditor.journal.register`; docs/offices.md says how it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from auditor.journal.profile import Numbering
from auditor.law.types import Hours
from auditor.law.vocabulary import fold

NEAR = 0.8
"""How alike a spelling must be for a reason to name it; it is named, never taken."""


@dataclass(frozen=True)
class Closed:
    """Days, both inclusive, on which an office was closed. reason: language to text."""

    first: date
    last: date
    reason: dict[str, str]
    source: str


@dataclass(frozen=True)
class District:
    """A district or city. Its first Kazakh name is the one shown and compared; `spellings` are folded.

    since, until: the days between which it belonged to the oblast, until exclusive; None where always.
    """

    id: str
    name: str
    spellings: tuple[str, ...]
    since: date | None
    until: date | None
    inbox: str | None


@dataclass(frozen=True)
class Office:
    """An office. `kind` is a calendar of the rules; every: days between two exports; since and until include its district's.

    profiles: the files by which the exports in its inbox are read, each by that which its header fits. inbox: the folder in which its exports arrive.
    """

    id: str
    district: District
    kind: str
    name: str
    names: dict[str, tuple[str, ...]]
    spellings: tuple[str, ...]
    hours: tuple[Hours, ...]
    closed: tuple[Closed, ...]
    numbering: Numbering | None
    every: int | None
    since: date | None
    until: date | None
    profiles: tuple[Path, ...]
    inbox: str | None

    @property
    def place(self) -> tuple[str, str]:
        """District and office as they stand in entries once the register has named them."""
        return self.district.name, self.name


@dataclass(frozen=True)
class Register:
    """All districts and offices of an oblast, by id."""

    path: Path
    sha256: str
    districts: dict[str, District]
    offices: dict[str, Office] = field(default_factory=dict)

    @cached_property
    def _districts(self) -> dict[str, District]:
        return {text: each for each in self.districts.values() for text in each.spellings}

    @cached_property
    def _offices(self) -> dict[tuple[str, str], Office]:
        return {(each.district.id, text): each for each in self.offices.values() for text in each.spellings}

    def district_called(self, text: str) -> District | None:
        """The district that a spelling names."""
        return self._districts.get(fold(text))

    def office_called(self, district: District, text: str) -> Office | None:
        """The office of a district that a spelling names."""
        return self._offices.get((district.id, fold(text)))

    def elsewhere(self, text: str) -> tuple[Office, ...]:
        """The offices, of whatever district, that a spelling names."""
        return tuple(each for (_, known), each in self._offices.items() if known == fold(text))

    def near_district(self, text: str) -> str | None:
        """The name of the district that a spelling nearly names."""
        near = get_close_matches(fold(text), self._districts, n=1, cutoff=NEAR)
        return self._districts[near[0]].name if near else None

    def near_office(self, district: District, text: str) -> str | None:
        """The name of the office of a district that a spelling nearly names."""
        own = {known: each for (place, known), each in self._offices.items() if place == district.id}
        near = get_close_matches(fold(text), own, n=1, cutoff=NEAR)
        return own[near[0]].name if near else None

    def lying_in(self, path: Path) -> Office | District | None:
        """The office or district in whose inbox a file lies: the nearest folder above it that bears the name of one."""
        inboxes: dict[str, Office | District] = {d.inbox: d for d in self.districts.values() if d.inbox}
        inboxes |= {o.inbox: o for o in self.offices.values() if o.inbox}
        for folder in path.resolve().parents:
            if folder.name in inboxes:
                return inboxes[folder.name]
        return None
