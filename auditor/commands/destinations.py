"""Where a command may write: never among the rules, never over what it reads, never where its reports would hide the exports."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import UsageError
from auditor.exports.find import Found
from auditor.paths import default_rules

REPORT = ("index.html", "findings.csv", "findings.parquet", "findings.xlsx", "quarantine.csv", "audit.json")
"""Files of a report of `audit` that stand in its folder itself."""


def refuse_folder(
    out: Path, exports: tuple[str, ...], found: Found, rules: Path | None, files: tuple[str, ...]
) -> None:
    """Raise UsageError where a folder of reports, in which `files` will stand, must not be written."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; --out names a folder.")
    _refuse_rules(out, rules)
    place = out.resolve()
    inputs = {path.resolve() for path in found.paths}
    lost = sorted(str(path) for path in found.paths if path.resolve().parent == place and path.name in files)
    if lost:
        raise UsageError(
            f"The report would be written over what is to be read: {', '.join(lost)}.",
            hint="Name another folder with --out, or copy that file elsewhere first.",
        )
    asked = {path.resolve() for path in found.asked}
    searched = {Path(argument).resolve() for argument in exports if Path(argument).is_dir()}
    if place in searched | {path.parent for path in inputs - asked}:
        raise UsageError(
            f"{out} holds the exports; a report among them would hide them from the next run.",
            hint="Name a folder of its own with --out, such as reports.",
        )


def refuse_file(out: Path, found: Found, rules: Path | None) -> None:
    """Raise UsageError where a file must not be written: among the rules, or over an export."""
    _refuse_rules(out, rules)
    if out.resolve() in {path.resolve() for path in found.paths}:
        raise UsageError(f"{out} is an export that is to be read.", hint="Name another file with --out.")


def _refuse_rules(out: Path, rules: Path | None) -> None:
    for folder in dict.fromkeys((rules or default_rules(), default_rules())):
        if out.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"{out} lies in the rules folder {folder}.", hint="Rules are only read: name another place with --out."
            )
