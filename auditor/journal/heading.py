"""Which of a source's first records are its header: one of them, or two or three under each other, as under merged cells.

Of a header of several rows a column is called by all that stands above it: `Регистрация: поступило`. What spreads over several columns is
written once, in the first of them, or in each; a workbook says how far it reaches, and of a text file it is taken to reach to the next one beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.exports.dialect import FIRST_RECORDS, Record, consistency, usual_width
from auditor.journal.header import HeaderMatch, match_header
from auditor.journal.profile import Profile, fold_name
from auditor.journal.rowlike import BEGINS_WITH_DIGIT

MOST_ROWS = 3
UNDER = ": "
"""Between what a column is called in one row of the header and in the next."""


@dataclass(frozen=True)
class Heading:
    """Records that may be the header: `rows` of them from `at`. names: of its columns, as combined. clear: it has several rows beyond doubt."""

    delimiter: str
    records: list[Record]
    at: int
    rows: int
    names: list[str]
    clear: bool
    match: HeaderMatch

    @property
    def own(self) -> list[Record]:
        """The records of the header."""
        return self.records[self.at : self.at + self.rows]

    @property
    def after(self) -> list[Record]:
        return self.records[self.at + self.rows :]

    @property
    def named(self) -> int:
        """Where the last column with a name ends."""
        return max((at for at, name in enumerate(self.names, start=1) if name), default=0)

    @property
    def width(self) -> int:
        return usual_width(self.after, len(self.names), self.named)

    @property
    def fitness(self) -> tuple[tuple[bool, int], float, int]:
        """All there, most of them there; rows as wide as the header; most fields. The first tried wins a draw."""
        return (self.match.score, consistency(self.after, self.width), self.named)

    @property
    def rank(self) -> tuple[bool, tuple[int, int], int, int]:
        """How well it fits among those of one delimiter. What has all columns sought is judged by how many were found, what has not by its form;
        then by how many names it has, for a title has few and a row has figures among them."""
        complete, count = self.match.score
        labels = sum(1 for name in self.names if name) if is_label(self.own[-1].cells) else 0
        return (complete, (count, self.clear) if complete else (self.clear, count), labels, -self.rows)


def clean_names(cells: Sequence[str]) -> list[str]:
    """The cells of a header as names."""
    return [" ".join(name.replace("\ufeff", " ").split()) for name in cells]


def is_label(cells: Sequence[str]) -> bool:
    """Whether the cells of a record can all be names: none begins with a figure."""
    return not any(BEGINS_WITH_DIGIT.match(cell) for cell in cells)


def find_heading(by_delimiter: dict[str, list[Record]], profile: Profile) -> Heading | None:
    """The first records that have all columns sought, else those that have most of them; None where nothing stands."""
    best: Heading | None = None
    for delimiter, records in by_delimiter.items():
        found: Heading | None = None
        for at, record in enumerate(records[:FIRST_RECORDS]):
            # Where a header was found already, what this delimiter leaves in one piece is none.
            if record.blank or (best is not None and best.match.complete and len(record.cells) == 1):
                continue
            here = max(_headings(delimiter, records, at, profile), key=lambda each: each.rank)
            if found is None or here.rank[:3] > found.rank[:3]:
                found = here
            if here.match.complete:
                break
        if found is None:
            continue
        if best is None or found.fitness > best.fitness:
            best = found
    return best


def _headings(delimiter: str, records: list[Record], at: int, profile: Profile) -> list[Heading]:
    """The headers that may begin with this record."""
    names = clean_names(records[at].cells)
    found = [Heading(delimiter, records, at, 1, names, clear=False, match=match_header(names, profile))]
    for rows in range(2, MOST_ROWS + 1):
        own = records[at : at + rows]
        if len(own) < rows or own[-1].blank or not is_label(own[-1].cells):
            break
        told = _combined(own)
        if told is not None:
            names, clear = told
            found.append(Heading(delimiter, records, at, rows, names, clear, match_header(names, profile)))
    return found


def _combined(own: list[Record]) -> tuple[list[str], bool] | None:
    """The names of a header of several rows, and whether it is one beyond doubt; None where nothing in it spreads over several columns.

    A title above a header reads like a group that holds all of it. Beyond doubt is what titles don't do: one name stands under several
    groups, or beside the groups a column has its name in the upper row alone.
    """
    width = max(len(record.cells) for record in own)
    texts = [clean_names(record.cells) + [""] * (width - len(record.cells)) for record in own]
    origins = [list(range(width)) for _ in own]
    for level, row in enumerate(texts[:-1]):
        spread = dict(own[level].across)
        for column in range(1, width):
            left = origins[level][column - 1]
            reaches = spread.get(left, left) >= column if spread else bool(row[left])
            same_above = all(origin[column] == origin[column - 1] for origin in origins[:level])
            told_below = any(below[column] for below in texts[level + 1 :])
            goes_on = reaches if not row[column] else bool(row[left]) and fold_name(row[column]) == fold_name(row[left])
            if goes_on and same_above and told_below:
                origins[level][column] = left
    if all(origin == list(range(width)) for origin in origins):
        return None
    names: list[str] = []
    under: dict[str, set[int]] = {}
    beside = False
    for column in range(width):
        parts: list[str] = []
        for row, origin in zip(texts, origins, strict=True):
            part = row[origin[column]]
            if part and (not parts or fold_name(parts[-1]) != fold_name(part)):
                parts.append(part)
        names.append(UNDER.join(parts))
        if len(parts) > 1:
            under.setdefault(fold_name(parts[-1]), set()).add(origins[0][column])
        beside |= len(parts) == 1 and bool(texts[0][column])
    return names, beside or any(len(groups) > 1 for groups in under.values())
