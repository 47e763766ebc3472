"""The reports folder: each night's report in a folder of its own, and the latest one under the names that people bookmark.

    reports/nights/000012-2019-07-31/…    the report of run 12, never changed afterwards
    reports/latest -> nights/…            switched in one step
    reports/index.html -> latest/index.html, and so on for each of its files

A report is written under a name that begins with a dot and is on the disk before its run is in the history; then it is renamed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from auditor.durable import make_folder, point_to, remove_tree, settle_folder
from auditor.errors import UsageError

NIGHTS, LATEST = "nights", "latest"
STAGED = ".staged-"


def staged(reports: Path, key: str) -> Path:
    """Where the report of the night `key` is written until its run is in the history."""
    return reports / f"{STAGED}{key[:16]}"


def night_folder(run: int, as_of: datetime) -> str:
    return f"{run:06d}-{as_of:%Y-%m-%d}"


def clear_staged(reports: Path) -> None:
    """Take away what killed runs left half written."""
    for folder in reports.glob(f"{STAGED}*"):
        remove_tree(folder)


def publish(reports: Path, key: str, name: str) -> None:
    """Put the staged report in its place and make it the latest. It may be killed anywhere and done again.

    Raises UsageError where the report is neither staged nor in its place.
    """
    folder = reports / NIGHTS / name
    if not folder.is_dir():
        if not staged(reports, key).is_dir():
            raise UsageError(
                f"The report {folder} of a run in the history is gone.",
                hint="`auditor restore` has it; the next night makes a new one.",
            )
        make_folder(folder.parent)
        staged(reports, key).replace(folder)
        settle_folder(folder.parent)
    point_to(reports / LATEST, f"{NIGHTS}/{name}")
    _link_names(reports, folder)


def _link_names(reports: Path, folder: Path) -> None:
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    for name in sorted(names):
        link = reports / name
        # What somebody else put there under that name is theirs.
        if not link.is_symlink() and not link.exists():
            point_to(link, f"{LATEST}/{name}")
    for link in reports.iterdir():
        if link.is_symlink() and link.name != LATEST and link.name not in names:
            link.unlink()


def forget_nights(reports: Path, today: date, days: int) -> int:
    """Take away reports of nights older than `days`, never the latest; how many. 0 keeps all."""
    if not days or not (reports / NIGHTS).is_dir():
        return 0
    latest = (reports / LATEST).resolve().name
    edge = f"{today - timedelta(days=days):%Y-%m-%d}"
    old = [
        f for f in (reports / NIGHTS).iterdir() if f.is_dir() and f.name != latest and f.name.partition("-")[2] < edge
    ]
    for folder in old:
        remove_tree(folder)
    return len(old)
