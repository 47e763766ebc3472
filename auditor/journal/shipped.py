"""The profiles that come with the rules: `rules/profiles/NAME.yaml`."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import InputError
from auditor.journal.profile_file import load_profile


def shipped(folder: Path) -> dict[str, Path]:
    """The profiles of a rules folder by name, in the order of their names."""
    return {path.stem: path for path in sorted((folder / "profiles").glob("*.yaml"))}


def faults_of_profiles(folder: Path) -> list[str]:
    """What is wrong with them, each `file:line: key: …`."""
    faults = []
    for path in shipped(folder).values():
        try:
            load_profile(path)
        except InputError as fault:
            faults += fault.what.splitlines()
    return faults
