"""The place: the folders that a configuration names, and making one that was not there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from auditor.durable import make_folder, write_durably
from auditor.errors import UsageError
from auditor.journal.offices import Register
from auditor.night.config import Config

PRIVATE = 0o077
"""The umask of everything that works in a place: what it makes is its owner's alone."""
CONFIG, OFFICES = "auditor.toml", "offices.yaml"
WORK = ".night"
"""Below the history folder: tonight's files under the names that the offices gave them."""


def keep_private() -> None:
    """From here on, what this program makes has mode 0600 or 0700."""
    os.umask(PRIVATE)


def with_inboxes(register: Register) -> Register:
    """The register with a folder for each office that names none, and whose district has none: its id."""
    offices = {
        key: office if office.inbox or office.district.inbox else replace(office, inbox=office.id)
        for key, office in register.offices.items()
    }
    return replace(register, offices=offices)


def inboxes(register: Register) -> list[str]:
    """The folders of a register (`with_inboxes`), sorted."""
    own = {office.inbox or office.district.inbox for office in register.offices.values()}
    return sorted({name for name in (*own, *(d.inbox for d in register.districts.values())) if name})


def make_place(
    folder: Path, offices: Path | None, language: str, profiles: Iterable[Path] = ()
) -> tuple[list[Path], list[Path]]:
    """Make what is missing of a place: its configuration and its register, a copy of `offices` with the `profiles` it names.

    Returns the files made and those that were there, which stay as they are. Raises UsageError, OSError.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", hint="Name a folder for the inbox, the archive and the reports.")
    make_folder(folder)
    register = offices.read_bytes() if offices else _template("offices.yaml").encode()
    config = _template("auditor.toml").replace("@language@", language)
    made: list[Path] = []
    there: list[Path] = []
    contents = {CONFIG: config.encode(), OFFICES: register}
    # A register names its offices' profiles from where it lies; so they come along.
    for profile in profiles:
        if offices is not None and profile.is_relative_to(offices.parent):
            contents[profile.relative_to(offices.parent).as_posix()] = profile.read_bytes()
    for name, content in contents.items():
        if (folder / name).exists():
            there.append(folder / name)
        else:
            make_folder((folder / name).parent)
            write_durably(folder / name, content)
            made.append(folder / name)
    return made, there


def make_rooms(config: Config, register: Register) -> tuple[list[Path], list[Path]]:
    """Make the folders of a configuration, and one in the inbox for each office; those made and those that were there."""
    rooms = list(vars(config.folders).values())
    rooms += [config.folders.inbox / name for name in inboxes(register)]
    made = [room for room in rooms if not room.is_dir()]
    for room in made:
        make_folder(room)
    return made, [room for room in rooms if room not in made]


def _template(name: str) -> str:
    return files("auditor.night").joinpath("templates", name).read_text(encoding="utf-8")
