"""Journals as offices write them: columns, spellings, formats of moments; and labels.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from auditor.law.types import Names, Rulebook, Vocabulary
from auditor.law.vocabulary import fold
from auditor.sample.cases import Label, Row
from auditor.sample.fieldclock import DAY
from auditor.sample.offices import Office, Style

LABEL_COLUMNS = (
    "code",
    "district",
    "office",
    "service",
    "channel",
    "application_no",
    "step",
    "source_file",
    "source_line",
)
COLUMNS = (
    "entry_no", "district", "office", "registered_by", "application_no", "registered_on", "service", "channel",
    "step", "role", "employee", "received_at", "completed_at", "extended_to", "outcome",
)  # fmt: skip


@dataclass
class Speller:
    """Writes ids as an office would, in spellings that the vocabulary turns back into the same id."""

    book: Rulebook
    _seen: dict[tuple[str, ...], str] = field(default_factory=dict)
    _lists: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def service(self, id_: str, words: str) -> str:
        """A service by id or by name."""
        service = self.book.services.get(id_)
        return self._known(id_, service.names if service else {}, words, self.book.vocabulary.services)

    def channel(self, id_: str, words: str) -> str:
        """A channel by id or by name."""
        return self._known(id_, self.book.channel_names.get(id_, {}), words, self.book.vocabulary.channels)

    def role(self, id_: str, words: str) -> str:
        """A role by id or by name."""
        return self._known(id_, self.book.roles[id_].names, words, self.book.vocabulary.roles)

    def deputy(self, id_: str, words: str, pick: int) -> str:
        """A spelling by which a deputy or acting head signs, or nothing where the vocabulary has none."""
        return self._one_of("deputy", self.book.vocabulary.deputies, id_, words, pick) or ""

    def outcome(self, id_: str, words: str, pick: int) -> str:
        """An outcome by id, or by a spelling of the vocabulary."""
        if words == "id" or not id_:
            return id_
        return self._one_of("outcome", self.book.vocabulary.outcomes, id_, words, pick) or id_

    def _one_of(self, kind: str, table: dict[str, str], id_: str, words: str, pick: int) -> str | None:
        """One of the spellings of an id: of those in Latin letters for English, else of the others."""
        key = (kind, id_, words)
        if key not in self._lists:
            latin = words == "en"
            self._lists[key] = sorted(text for text, to in table.items() if to == id_ and text.isascii() == latin)
        found = self._lists[key]
        return found[pick % len(found)] if found else None

    def step(self, row: Row, role: str) -> str:
        """A step by name where the name, or with it the role written beside it, says which step it is."""
        case, style = row.case, row.office.style
        key = (
            "step",
            case.service,
            case.channel,
            row.step.id,
            style.steps,
            role,
            str(row.inner),
            str(id(case.edition)),
        )
        if key not in self._seen:
            self._seen[key] = self._step(row, role)
        return self._seen[key]

    def _step(self, row: Row, role: str) -> str:
        case, words = row.case, row.office.style.steps
        name = next(iter(row.step.names.get(words, ())), "")
        if not name:
            return row.step.id
        meant = _steps_called(self.book.vocabulary, case.service, case.channel, name)
        if row.inner:
            if meant or case.inner is None:
                return row.step.id
            meant = _steps_called(self.book.vocabulary, case.service, "provider", name)
        edition = case.inner if row.inner and case.inner else case.edition
        if len(meant) > 1 and role:
            meant = tuple(s.id for s in edition.steps if s.id in meant and role in s.accepts)
        return name if meant == (row.step.id,) else row.step.id

    def _known(self, id_: str, names: Names, words: str, table: dict[str, str]) -> str:
        if words == "id":
            return id_
        key = (id_, words, *names.get(words, ())[:1])
        if key not in self._seen:
            name = next(iter(names.get(words, ())), "")
            self._seen[key] = name if name and table.get(fold(name)) == id_ else id_
        return self._seen[key]


def _steps_called(vocabulary: Vocabulary, service: str, channel: str, name: str) -> tuple[str, ...]:
    return vocabulary.steps.get((service, channel), {}).get(fold(name), ())


class Penmanship:
    """Formats of moments, remembered by day."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._days: dict[tuple[int, str], str] = {}

    def day(self, day: int, style: Style) -> str:
        """A bare date."""
        key = (day, "dotted" if style.moments == "dotted" else "iso")
        if key not in self._days:
            when = date.fromordinal(day)
            self._days[key] = when.strftime("%d.%m.%Y") if key[1] == "dotted" else when.isoformat()
        return self._days[key]

    def moment(self, moment: int | None, style: Style) -> str:
        """A moment in the office's format; empty where there is none."""
        if moment is None:
            return ""
        day, seconds = divmod(moment, DAY)
        if style.precision == "day":
            return self.day(day, style)
        hours, rest = divmod(0 if style.precision == "midnight" else seconds, 3600)
        clock = f"{hours:02d}:{rest // 60:02d}" + (f":{rest % 60:02d}" if style.precision == "second" else "")
        if style.moments == "offset":
            return self._abroad(moment, utc=style.words in ("ru", "en"))
        return f"{self.day(day, style)}{'T' if style.moments == 't' else ' '}{clock}"

    def _abroad(self, moment: int, utc: bool) -> str:
        when = datetime.combine(date.fromordinal(moment // DAY), datetime.min.time()) + timedelta(seconds=moment % DAY)
        local = when.replace(tzinfo=self._zone)
        if utc:
            return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return local.isoformat(timespec="seconds")


def in_book_order(rows: Iterable[Row], rng: Random) -> list[Row]:
    """The lines of one office's book: by moment; a line written twice stands a little below itself."""
    rows = list(rows)
    lines = sorted((r for r in rows if r.twin is None), key=lambda r: (r.moment, len(r.case.number), r.case.number))
    for row in rows:
        if row.twin is not None:
            lines.insert(min(len(lines), lines.index(row.twin) + rng.randrange(1, 30)), row)
    return lines


def columns_of(office: Office) -> tuple[str, ...]:
    """The columns of an office's journal."""
    style = office.style
    dropped = set() if style.numbered else {"entry_no"}
    if style.roles == "none":
        dropped.add("role")
    return (*(c for c in COLUMNS if c not in dropped), *(("note",) if style.note else ()))


def cells(lines: list[Row], speller: Speller, pen: Penmanship) -> Iterator[dict[str, str]]:
    """The cells of each line, by column."""
    numbers: dict[Row, int] = {}
    count = 0
    for line in lines:
        row = line.twin or line
        if line.twin is None:
            count += 1
            numbers[row] = count
        case, style = row.case, row.office.style
        role_id = row.role or row.step.role
        role = "" if style.roles == "none" else speller.role(role_id, style.roles)
        if row.acting and role and not row.role:
            role = speller.deputy(role_id, style.roles, row.received // 60) or role
        odd = bool(row.service or row.channel or row.role)
        yield {
            "entry_no": str(numbers[row]),
            "district": row.office.district.name,
            "office": row.office.name,
            "registered_by": "" if row.office is case.home else case.home.name,
            "application_no": case.number,
            "registered_on": pen.day(case.arrival // DAY, style) if case.stated else "",
            "service": case.service_word or speller.service(row.service or case.service, style.words),
            "channel": speller.channel(row.channel or case.channel_word or case.channel, style.words),
            "step": row.step_word or (row.step.id if odd else speller.step(row, role and role_id)),
            "role": role,
            "employee": row.employee,
            "received_at": pen.moment(None if row.written_received is None else row.received, style),
            "completed_at": pen.moment(row.completed, style),
            "extended_to": pen.day(row.extended, style) if row.extended else "",
            "outcome": speller.outcome(row.outcome, style.words, row.received // 60),
            "note": "қағаз түрінде" if style.note and numbers[row] % 7 == 0 else "",
        }


def write_journal(path: Path, lines: list[Row], speller: Speller, pen: Penmanship) -> None:
    """Write one office's journal and note in each row the line on which it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns_of(lines[0].office), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for number, (row, values) in enumerate(zip(lines, cells(lines, speller, pen), strict=True), start=2):
            row.line = number
            writer.writerow(values)


def write_labels(path: Path, labels: Iterable[Label]) -> int:
    """Write labels.csv in the order of files and lines; return how many there are."""
    rows = []
    for label in labels:
        row, case = label.row, label.row.case
        file = f"journals/{row.office.district.slug}/{row.office.slug}.csv"
        place = ("", "") if label.period else (row.office.district.name, row.office.name)
        number = "" if label.period else case.number
        service, channel = case.service_word or case.service, case.channel_word or case.channel
        rows.append((label.code, *place, service, channel, number, label.step, file, row.line))
    rows.sort(key=lambda r: (r[7], r[8], r[0], r[6]))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(LABEL_COLUMNS)
        writer.writerows(rows)
    return len(rows)
