"""What a night works with: rules, profile, register, and who gets which letter; all of it read before anything is done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from auditor import __version__
from auditor.errors import ConfigError
from auditor.history.corrections import Corrections
from auditor.history.excuses import Excuses
from auditor.journal.choosing import Choice
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.journal.profile_file import load_profile
from auditor.journal.register import load_register
from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.night.config import Config, Head
from auditor.night.desks import heads
from auditor.night.place import with_inboxes
from auditor.paths import default_rules


@dataclass(frozen=True)
class Means:
    """Everything that, beside the files and the moment, decides what a night finds. marks: names all of it."""

    rulebook: Rulebook
    profile: Profile
    register: Register
    heads: dict[str, Head]
    corrections: Corrections
    excuses: Excuses
    marks: tuple[str, ...]


def gather(config: Config) -> Means:
    """Read what the configuration names. Raises RulesError, InputError or ConfigError with every fault of the first that has one."""
    for key in ("rules", "offices", "profile", "corrections", "excuses"):
        path = getattr(config, key)
        if path is not None and not path.exists():
            raise ConfigError([f"{config.file}: {key}: there is no {path}"])
    rulebook = load_rulebook(config.rules or default_rules())
    profile = load_profile(config.profile, rulebook.zone) if config.profile else Profile.canonical(rulebook.zone)
    register = with_inboxes(load_register(config.offices, rulebook))
    corrections = Corrections.read(config.corrections) if config.corrections else Corrections()
    excuses = Excuses.read(config.excuses) if config.excuses else Excuses()
    Choice.of(profile, register)  # the offices' own profiles: a fault in one is told before anything is read by it
    own = sorted({path for office in register.offices.values() for path in office.profiles})
    named_files = (config.profile, config.corrections, config.excuses, *own)
    read_as = [path.read_bytes() if path else b"" for path in named_files]
    marks = (rulebook.sha256, rulebook.calendar_sha256, register.sha256, *map(_sha256, read_as))
    named = (*marks, config.language, __version__)
    return Means(rulebook, profile, register, heads(config, register), corrections, excuses, named)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
