"""Where the data that belongs to the program lies, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def default_rules() -> Path:
    """The rules folder used without `--rules`.

    A wheel carries the repository's `rules/` as `auditor/_rules`; in a checkout it stands beside the package.
    """
    packed = PACKAGE / "_rules"
    return packed if packed.is_dir() else PACKAGE.parent / "rules"
