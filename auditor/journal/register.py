"""Reads a register of offices: every fault with file, line, key and what would be right; nothing is used of a file that has one."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

from auditor.errors import InputError
from auditor.journal.offices import Closed, District, Office, Register
from auditor.journal.profile import Numbering
from auditor.law.calendars import intervals_of, week_of
from auditor.law.plain_yaml import Faults, Text, read_yaml
from auditor.law.section import Section
from auditor.law.types import LANGUAGES, Hours, Rulebook
from auditor.law.vocabulary import fold

EVERY = re.compile(r"([1-9]\d{0,2}) days?")
FOLDER = re.compile(r"[^/\\:*?\"<>|]+")
FIRST_DAY = date(1900, 1, 1)


def load_register(path: Path, rulebook: Rulebook) -> Register:
    """The register of a file; the kinds of its offices are the calendars of the rulebook.

    Raises InputError with all faults, each `file:line: key: what is wrong; what would be right`.
    """
    faults = Faults()
    block = read_yaml(path, path.as_posix(), faults)
    register = Register(path, "", {})
    if block is not None:
        register = _Reader(Section(block, path.as_posix(), "", faults), tuple(rulebook.calendars)).register(path)
    if faults.found:
        raise InputError("\n".join(faults.sentences()), hint="docs/offices.md says how a register is written.")
    return register


class _Reader:
    def __init__(self, root: Section, kinds: tuple[str, ...]) -> None:
        self.root = root
        self.kinds = kinds
        self.folders: dict[str, str] = {}

    def register(self, path: Path) -> Register:
        listed = self.root.section("districts")
        districts = {key: self._district(key, each) for key, each in (listed.children() if listed else ())}
        if listed:
            self._once({key: (listed, each.spellings) for key, each in districts.items()}, "district")
        section = self.root.section("offices")
        offices: dict[str, Office] = {}
        for key, each in section.children() if section else ():
            office = self._office(key, each, districts, path.parent)
            if office is not None:
                offices[key] = office
        if section:
            for name in districts:
                own = {key: (section, o.spellings) for key, o in offices.items() if o.district.id == name}
                self._once(own, "office of this district")
        self.root.done()
        return Register(path, hashlib.sha256(path.read_bytes()).hexdigest(), districts, offices)

    def _district(self, key: str, section: Section) -> District:
        names = self._names(section)
        since, until = self._belonging(section)
        district = District(key, _shown(names, key), _folded(key, names), since, until, self._inbox(section))
        section.done()
        return district

    def _office(self, key: str, section: Section, districts: dict[str, District], folder: Path) -> Office | None:
        district = section.choice("district", districts)
        kind = section.choice("kind", self.kinds)
        names = self._names(section)
        since, until = self._belonging(section)
        one = isinstance(section.node("profile", required=False), Text)
        profiles = (section.text("profile"),) if one else section.texts("profile", required=False)
        for profile in profiles:
            if not (folder / profile).is_file():
                section.fault("profile", f"`{profile}` is no file", "a profile, named from where the register lies")
        hours, closed = self._hours(section), self._closed(section)
        numbering, every, inbox = self._numbering(section), self._every(section), self._inbox(section)
        section.done()
        if not district:
            return None
        home = districts[district]
        return Office(
            id=key,
            district=home,
            kind=kind,
            name=_shown(names, key),
            names=names,
            spellings=_folded(key, names),
            hours=hours,
            closed=closed,
            numbering=numbering,
            every=every,
            since=max((day for day in (since, home.since) if day), default=None),
            until=min((day for day in (until, home.until) if day), default=None),
            profiles=tuple(folder / profile for profile in profiles),
            inbox=inbox,
        )

    def _names(self, section: Section) -> dict[str, tuple[str, ...]]:
        child = section.section("names")
        if child is None:
            return {}
        names = {language: child.texts(language) for language in ("kk", "ru")}
        names["other"] = child.texts("other", required=False, empty=True)
        child.done()
        return names

    def _once(self, spelled: dict[str, tuple[Section, tuple[str, ...]]], what: str) -> None:
        """A spelling that names two would send one's rows to the other."""
        taken: dict[str, str] = {}
        for key, (section, spellings) in spelled.items():
            for text in spellings:
                other = taken.setdefault(text, key)
                if other != key:
                    section.fault(key, f"`{text}` also names `{other}`", f"a spelling of its own for each {what}")

    def _belonging(self, section: Section) -> tuple[date | None, date | None]:
        since, until = section.day("since", required=False), section.day("until", required=False)
        if since and until and until <= since:
            section.fault("until", f"{until} is not after {since}", "the first day it no longer belonged to the oblast")
        return since, until

    def _hours(self, section: Section) -> tuple[Hours, ...]:
        found: list[Hours] = []
        for entry in section.sections("hours", required=False):
            hours = Hours(
                since=entry.day("since") or FIRST_DAY,
                until=entry.day("until", required=False),
                week=week_of(entry),
                moved_day=intervals_of(entry, "moved_day", required=False),
                source=dict.fromkeys(LANGUAGES, entry.text("source", required=False)),
            )
            entry.done()
            if hours.until is not None and hours.until <= hours.since:
                entry.fault("until", f"{hours.until} is not after {hours.since}", "the first day of other hours")
            if found and (found[-1].until is None or hours.since < found[-1].until):
                entry.fault(
                    "since", "overlaps the hours above it", "hours in order of time; give those above an `until`"
                )
            found.append(hours)
        return tuple(found)

    def _closed(self, section: Section) -> tuple[Closed, ...]:
        found: list[Closed] = []
        for entry in section.sections("closed", required=False):
            single = entry.has("day")
            first = entry.day("day" if single else "from")
            last = first if single else entry.day("to")
            closed = Closed(
                first or FIRST_DAY, last or FIRST_DAY, self._reason(entry), entry.text("source", required=False)
            )
            entry.done()
            if first and last and last < first:
                entry.fault("to", f"{last} is before {first}", "the last day closed")
            elif first and last:
                other = next((c for c in found if c.first <= closed.last and closed.first <= c.last), None)
                if other is not None:
                    wrong = f"overlaps the days closed from {other.first} to {other.last}"
                    entry.fault("day" if single else "from", wrong, "each day once")
                found.append(closed)
        return tuple(sorted(found, key=lambda c: c.first))

    def _reason(self, entry: Section) -> dict[str, str]:
        """A text for all languages, or one each in Kazakh and Russian; where there is no English one, the Russian."""
        if isinstance(entry.block.entries.get("reason"), Text):
            return dict.fromkeys(LANGUAGES, entry.text("reason"))
        child = entry.section("reason")
        if child is None:
            return {}
        reason = {language: child.text(language, required=language != "en") for language in LANGUAGES}
        child.done()
        return reason | {"en": reason["en"] or reason["ru"]}

    def _numbering(self, section: Section) -> Numbering | None:
        child = section.section("numbering", required=False)
        if child is None:
            return None
        numbering = Numbering(*(child.choice(key, ("yes", "no")) == "yes" for key in ("own_book", "yearly_restart")))
        child.done()
        return numbering

    def _every(self, section: Section) -> int | None:
        text = section.text("every", required=False, right="such as `7 days`")
        match = EVERY.fullmatch(text)
        if text and match is None:
            section.fault("every", f"`{text}` is no stretch of days", "such as `1 day` or `7 days`")
        return int(match[1]) if match else None

    def _inbox(self, section: Section) -> str | None:
        name = section.text("inbox", required=False, right="the name of a folder")
        if not name:
            return None
        if not FOLDER.fullmatch(name) or name in (".", ".."):
            section.fault("inbox", f"`{name}` is no name of a folder", "one name, without slashes")
        other = self.folders.setdefault(name, section.path)
        if other != section.path:
            section.fault("inbox", f"`{name}` is the inbox of {other} too", "a folder of its own for each")
        return name


def _shown(names: dict[str, tuple[str, ...]], key: str) -> str:
    return next(iter(names.get("kk", ())), key)


def _folded(key: str, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(text) for text in (key, *(text for listed in names.values() for text in listed))))
