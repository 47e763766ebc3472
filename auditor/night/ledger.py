"""The ledger of what the offices sent: which file is an office's latest of its name, and where it is kept.

It is one JSON file in the archive, replaced whole, so that a killed run leaves the former one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from auditor.durable import write_durably
from auditor.errors import UsageError

LEDGER = "ledger.json"
LAYOUT = 2


@dataclass(frozen=True)
class Kept:
    """One content that an office sent, in the archive.

    archived: its place below the archive. rows: rows read. begins, ends: the earliest and latest moment in it (`YYYY-MM-DD`),
    empty where it has none. sample: some of its entries, by which a later export that holds the same is known. reply: it is no export
    but a workbook of findings that came back.
    """

    office: str
    sha256: str
    size: int
    archived: str
    taken_on: str
    rows: int
    begins: str
    ends: str
    sample: tuple[str, ...]
    reply: bool = False


@dataclass(frozen=True)
class Name:
    """What stands under one name of one office's folder: the content last sent, the how-manieth that was taken, and,
    where a file of another name took its place, that name."""

    office: str
    name: str
    sha256: str
    order: int
    taken_on: str
    replaced_by: str = ""


@dataclass
class Ledger:
    """Contents by office and hash, names by office and name. `order` counts what was taken."""

    contents: dict[tuple[str, str], Kept] = field(default_factory=dict)
    names: dict[tuple[str, str], Name] = field(default_factory=dict)
    order: int = 0

    def current(self, withdrawn: Iterable[str] = ()) -> list[Name]:
        """What is to be judged: of each office the latest of every name, equal contents once, nothing replaced or withdrawn."""
        gone = set(withdrawn)
        once: dict[tuple[str, str], Name] = {}
        for each in sorted(self.names.values(), key=lambda name: (name.office, name.name)):
            if not each.replaced_by and each.sha256 not in gone and not self.contents[each.office, each.sha256].reply:
                once.setdefault((each.office, each.sha256), each)
        return list(once.values())

    def replies(self) -> list[Name]:
        """The workbooks of findings that came back, in the order in which they came."""
        names = sorted(self.names.values(), key=lambda name: name.order)
        return [each for each in names if self.contents[each.office, each.sha256].reply]

    def overlapping(self, names: Iterable[Name]) -> dict[tuple[str, str], int]:
        """Office and name of each of `names` whose period another one of its office overlaps, to the order in which it was taken."""
        offices: dict[str, list[tuple[str, str, Name]]] = {}
        for each in names:
            kept = self.contents[each.office, each.sha256]
            if kept.begins:
                offices.setdefault(each.office, []).append((kept.begins, kept.ends, each))
        found: dict[tuple[str, str], int] = {}
        for sent in offices.values():
            reaches: tuple[str, Name] | None = None
            for begins, ends, each in sorted(sent, key=lambda part: part[:2]):
                if reaches is not None and begins <= reaches[0]:
                    found |= {(other.office, other.name): other.order for other in (reaches[1], each)}
                reaches = (ends, each) if reaches is None or ends > reaches[0] else reaches
        return found

    def last_sent(self) -> dict[str, str]:
        """Office folder to the day on which something new last came from it."""
        days: dict[str, str] = {}
        for each in self.names.values():
            if self.contents[each.office, each.sha256].reply:
                continue
            days[each.office] = max(days.get(each.office, ""), each.taken_on)
        return days

    def enter(self, kept: Kept, name: str, day: str, replaces: Iterable[str] = ()) -> None:
        """A content was taken under a name; the names it `replaces` stay in the ledger, and are judged no more."""
        self.order += 1
        self.contents[kept.office, kept.sha256] = kept
        self.names[kept.office, name] = Name(kept.office, name, kept.sha256, self.order, day)
        for other in replaces:
            former = self.names[kept.office, other]
            self.names[kept.office, other] = Name(**{**asdict(former), "replaced_by": name})


def read_ledger(archive: Path) -> Ledger:
    """The ledger of an archive, an empty one where there is none yet. Raises UsageError where it can't be read."""
    path = archive / LEDGER
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        if told["layout"] > LAYOUT:
            raise UsageError(f"{path} was written by a newer auditor (layout {told['layout']}).", hint="Use that one.")
        contents = [Kept(**{**each, "sample": tuple(each["sample"])}) for each in told["contents"]]
        names = [Name(**each) for each in told["names"]]
    except FileNotFoundError:
        return Ledger()
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UsageError(
            f"{path} is no ledger of ours ({type(fault).__name__}).",
            hint="Take it from the latest backup: `auditor restore`.",
        ) from fault
    return Ledger(
        {(each.office, each.sha256): each for each in contents},
        {(each.office, each.name): each for each in names},
        int(told["order"]),
    )


def write_ledger(archive: Path, ledger: Ledger) -> None:
    told = {
        "layout": LAYOUT,
        "order": ledger.order,
        "contents": [asdict(each) for _, each in sorted(ledger.contents.items())],
        "names": [asdict(each) for _, each in sorted(ledger.names.items())],
    }
    write_durably(archive / LEDGER, json.dumps(told, ensure_ascii=False, indent=1).encode())
