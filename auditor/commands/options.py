"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import polars as pl

from auditor.errors import UsageError
from auditor.journal.moments import read_moments
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.journal.profile_file import load_profile
from auditor.journal.register import load_register
from auditor.journal.shipped import shipped
from auditor.law.load import load_rulebook
from auditor.law.types import LANGUAGES, Rulebook
from auditor.paths import default_rules

exports = click.argument("exports", nargs=-1, required=True, metavar="EXPORT...")
rules = click.option(
    "--rules", type=click.Path(path_type=Path), metavar="DIR", help="Rules folder; the decree's own without it."
)
profile = click.option(
    "--profile",
    "profile_files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="How these exports' columns map to the canonical journal: a file, or a name in rules/profiles/. Of several, an export is read by that which its header fits.",
)
offices = click.option(
    "--offices",
    "offices_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The register of offices: rows of an office that it lacks are set aside.",
)
as_of = click.option(
    "--as-of", metavar="MOMENT", help="When the audit is made; now without it. A date lasts to its end."
)
covers = click.option(
    "--covers", metavar="FROM..TO", help="The period that the exports speak for; either side may be empty."
)
language = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    envvar="AUDITOR_LANG",
    show_envvar=True,
    help="Language of everything shown.",
)
show_names = click.option("--show-names", is_flag=True, help="Show employees by name; they are masked without it.")


def rulebook_at(folder: Path | None) -> Rulebook:
    """The rulebook of a folder, the decree's own without one."""
    if folder is not None and not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder of rules.", hint="--rules names a folder such as the project's rules/."
        )
    return load_rulebook(folder or default_rules())


def profile_at(file: Path | None, zone: str, folder: Path | None = None) -> Profile:
    """The profile of a file, or of a name among those of the rules folder; the canonical layout without one. `zone`: that of the rules."""
    if file is None:
        return Profile.canonical(zone)
    known = shipped(folder or default_rules())
    if str(file) in known and not file.is_file():
        return load_profile(known[str(file)], zone)
    if not file.is_file():
        hint = f"--profile names a YAML file, or one of: {', '.join(known)}. `auditor profile FILE` proposes one."
        raise UsageError(f"{file} is no profile.", hint=hint)
    return load_profile(file, zone)


def profiles_at(files: tuple[Path, ...], zone: str, folder: Path | None = None) -> Profile:
    """The profile of a run; of several, the first with the others."""
    first, *others = [profile_at(file, zone, folder) for file in dict.fromkeys(files)] or [profile_at(None, zone)]
    return replace(first, others=tuple(others))


def register_at(file: Path | None, rulebook: Rulebook) -> Register | None:
    """The register of offices of a file; without one any office is taken as it comes."""
    if file is not None and not file.is_file():
        raise UsageError(f"{file} is no register of offices.", hint="--offices names a YAML file: docs/offices.md.")
    return load_register(file, rulebook) if file else None


def moment_of(text: str, option: str, zone: str, *, end: bool) -> datetime:
    """A moment as a user writes it; a bare date is the beginning or the end of that day."""
    read = read_moments(pl.Series([text.strip()], dtype=pl.String), zone)
    moment = read.moment[0]
    if not isinstance(moment, datetime):
        raise UsageError(
            f"{option} {text!r} is no moment.",
            hint="Write it as 2018-03-31, 2018-03-31 18:00, 31.03.2018 or 31.03.2018 18:00.",
        )
    if read.bare[0] and end:
        return moment.replace(hour=23, minute=59, second=59)
    return moment


def as_of_moment(text: str | None, zone: str) -> datetime:
    """`--as-of`, or the moment it is now where the offices are."""
    if text is None:
        return datetime.now(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
    return moment_of(text, "--as-of", zone, end=True)


def covered_period(text: str | None, profile_read: Profile, zone: str) -> tuple[datetime | None, datetime | None]:
    """`--covers`, else what the profile states, else nothing."""
    if text is None:
        stated = {each.covers for each in (profile_read, *profile_read.others) if each.covers}
        if len(stated) > 1:
            raise UsageError("The profiles state different periods.", hint="Say with --covers which one holds.")
        sides = next(iter(stated), (None, None))
    else:
        begin, dots, finish = text.partition("..")
        if not dots:
            raise UsageError(
                f"--covers {text!r} is no period.", hint="Write it as 2018-01-01..2018-03-31; either side may be empty."
            )
        sides = (begin.strip() or None, finish.strip() or None)
    since = moment_of(sides[0], "--covers", zone, end=False) if sides[0] else None
    until = moment_of(sides[1], "--covers", zone, end=True) if sides[1] else None
    if since and until and since > until:
        raise UsageError(
            f"--covers ends ({until:%Y-%m-%d}) before it begins ({since:%Y-%m-%d}).",
            hint="Write the earlier day first.",
        )
    return since, until
