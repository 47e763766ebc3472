"""Which name of a header is which canonical column."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.journal.profile import CANONICAL, REQUIRED, Profile, fold_name


@dataclass(frozen=True)
class HeaderMatch:
    """What a header holds of the columns that a profile seeks.

    found: canonical name to the positions where it stands, more than one where it is met twice. missing: canonical names
    that must be there and are not.
    """

    found: dict[str, list[int]]
    missing: list[str]

    @property
    def complete(self) -> bool:
        """Nothing is missing (something may still be met twice)."""
        return not self.missing

    @property
    def score(self) -> tuple[bool, int]:
        """How well the header fits: complete ones first, then by how many columns were found."""
        return (self.complete, len(self.found))

    @property
    def twice(self) -> dict[str, list[int]]:
        """The canonical names met more than once."""
        return {name: positions for name, positions in self.found.items() if len(positions) > 1}


def match_header(names: list[str], profile: Profile) -> HeaderMatch:
    """Look for the columns of a profile among the names of a header. White space and letter case make no difference."""
    sought = {fold_name(profile.columns.get(name, name)): name for name in CANONICAL if name not in profile.constants}
    found: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        canonical = sought.get(fold_name(name))
        if canonical is not None:
            found.setdefault(canonical, []).append(at)
    wanted = (name for name in CANONICAL if name in REQUIRED or name in profile.columns)
    missing = [name for name in wanted if name not in found and name not in profile.constants]
    return HeaderMatch(found, missing)
