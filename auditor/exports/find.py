"""From what stands on the command line to the files that are exports."""

from __future__ import annotations

import glob
from collections import Counter
from pathlib import Path

from auditor.errors import InputError

FOUND_BY_ITSELF = (".csv",)
"""What a folder or a glob yields."""
READ_WHEN_NAMED = (".csv", ".tsv", ".txt")
PASSED_OVER = ("~$", ".")
"""Beginnings of names that are no exports: Excel's lock files, hidden files."""


def find_exports(arguments: list[str] | list[Path] | tuple[str, ...]) -> list[Path]:
    """The exports that files, folders (searched through) and globs name: sorted, each once.

    Raises InputError with every argument that yields none, and what to do.
    """
    found: dict[Path, Path] = {}
    faults: list[str] = []
    for argument in map(str, arguments):
        try:
            for path in _exports_of(argument):
                found.setdefault(path.resolve(), path)
        except InputError as fault:
            faults.append(str(fault))
        except OSError as fault:
            faults.append(f"{argument}: cannot be read: {fault.strerror or fault}")
    if faults:
        raise InputError("\n".join(faults))
    if not found:
        raise InputError(
            "No export was named.", hint="Name a CSV file, a folder of them, or a glob such as 'in/*.csv'."
        )
    return sorted(found.values(), key=lambda path: path.as_posix())


def _exports_of(argument: str) -> list[Path]:
    if not argument.strip():
        raise InputError("An export was named by an empty text.", hint="Is a variable of your script unset?")
    path = Path(argument)
    if path.is_dir():
        return _exports_of_folder(path)
    if path.exists():
        return [_named(path)]
    if glob.has_magic(argument):
        return _exports_of_glob(argument)
    near = f" The folder {path.parent} has no such file." if path.parent.is_dir() else ""
    raise InputError(f"There is no such file or folder.{near}", where=argument, hint="Look for a slip in the name.")


def _named(path: Path) -> Path:
    if not path.is_file():
        raise InputError("This is no regular file.", where=str(path), hint="Name a file or a folder of exports.")
    if path.suffix.lower() not in READ_WHEN_NAMED:
        kind = path.suffix or "without an extension"
        raise InputError(
            f"Files of this kind ({kind}) are not read yet.",
            where=str(path),
            hint="Save it as CSV in UTF-8 (in Excel: Save as, CSV UTF-8) and name that file.",
        )
    return path


def _exports_of_folder(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    exports = [path for path in files if _is_export(path, folder)]
    if exports:
        return exports
    if not files:
        raise InputError("The folder holds no files.", where=str(folder), hint="Put the CSV exports there.")
    kinds = Counter(path.suffix.lower() or "no extension" for path in files)
    listed = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))
    raise InputError(
        f"The folder holds no CSV export, only: {listed}.", where=str(folder), hint="Save the journals as CSV."
    )


def _exports_of_glob(pattern: str) -> list[Path]:
    matches = [Path(match) for match in glob.glob(pattern, recursive=True)]  # noqa: PTH207 - Path.glob refuses absolute patterns
    exports: list[Path] = []
    for match in matches:
        if match.is_dir():
            exports += [path for path in match.rglob("*") if path.is_file() and _is_export(path, match)]
        elif match.is_file() and (_is_export(match, match.parent) or _asked_for(match, pattern)):
            exports.append(match)
    if not exports:
        seen = f"Of the {len(matches)} files it fits none is a CSV export." if matches else "It fits no file."
        raise InputError(f"The glob yields no export. {seen}", where=pattern, hint="Try it with `ls` first.")
    return exports


def _asked_for(path: Path, pattern: str) -> bool:
    """A glob that ends in `.tsv` or `.txt` names that kind."""
    kind = Path(pattern).suffix.lower()
    return kind == path.suffix.lower() and kind in READ_WHEN_NAMED and not path.name.startswith(PASSED_OVER)


def _is_export(path: Path, below: Path) -> bool:
    inner = path.relative_to(below).parts
    return path.suffix.lower() in FOUND_BY_ITSELF and not any(part.startswith(PASSED_OVER) for part in inner)
