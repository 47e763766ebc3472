"""What can go wrong, as one tree. Only the command line turns these into words on a screen.

AuditorError
├── UsageError      what was asked cannot be done (exit 2)
│   ├── InputError  an input refused whole: missing, empty, not a journal (exit 2)
│   └── ConfigError the configuration of the nightly run is invalid (exit 2)
└── RulesError      rules or calendar invalid (exit 3)
"""

from __future__ import annotations


class AuditorError(Exception):
    """A fault that has a sentence for the inspector: what is wrong, where, what to do."""

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{hint}"


class UsageError(AuditorError):
    """What was asked cannot be done."""

    exit_code = 2


class InputError(UsageError):
    """An input that is refused whole."""


class ConfigError(UsageError):
    """The configuration is invalid. `faults` holds every one found, each with file and line where it has one."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults), hint="Mend what is named above; docs/nightly.md explains every key.")
        self.faults = faults


class RulesError(AuditorError):
    """Rules or calendar are invalid. `faults` holds every one found, each with file and line."""

    exit_code = 3

    def __init__(self, faults: list[str]) -> None:
        super().__init__(
            "\n".join(faults),
            hint="Mend the lines named above; `auditor rules lint DIR` lists every fault.",
        )
        self.faults = faults
