"""Good exports are hurt on purpose, and what was not hurt must come out whole: `python -m tests.exports.mutations --count 10000 --seed 1`.

The oracle knows nothing of our reading. Whoever hurts a file keeps book of the records that he touched; of all others he knows the cells and, by
counting line breaks in what he wrote, the line on which each begins. Held of each file:

1. it is not refused, and nothing crashes;
2. every untouched row comes out once, in its order, with its cells and its line;
3. no other row comes out but touched ones: nothing is invented;
4. a touched row's number, where it still stands in the file, is in a row accepted, in the raw text of one set aside, or in what is told of lines around;
5. rows read = accepted + quarantined, and the lines of each kind add up to those of the file (the reading itself raises where they don't).
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from auditor.exports import text as reader
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.journal.profile import Profile
from auditor.journal.reading import read_source
from auditor.journal.surveying import survey_exports

sys.path.insert(0, str(Path(__file__).parents[1]))  # `python -m tests.exports.mutations` finds what pytest finds
from exports.containers import WRITERS

HEADER = (
    "district", "office", "application_no", "service", "channel", "step", "role", "employee", "received_at",
    "completed_at", "entry_no", "outcome", "registered_by", "registered_on", "extended_to", "note",
)  # fmt: skip
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "cp1251": b"",
    "kz1048": b"",
    "cp866": b"",
}
LINE_ENDS = ("\n", "\r\n", "\r")
DELIMITERS = (",", ";", "\t", "|")
BREAK = re.compile(r"\r\n|\n|\r")
KAZAKH = (
    ("Абай ауданы", "Шет ауданы", "Жаңаарқа ауданы"),
    ("Жұмыспен қамту бөлімі", "Ақсу-Аюлы ауылдық округінің әкімі"),
    ("Әлия Құрманғазықызы", "Өмірзақ Ғалымұлы", "Төлеген"),
)
RUSSIAN = (
    ("Абайский район", "город Темиртау", "Шетский район"),
    ("Отдел занятости и социальных программ", "Аппарат акима посёлка"),
    ("Иванова Мария Петровна", "Ким", "Сергей Юрьев"),
)
NOTES = (
    "",
    "",
    "",
    "примечание",
    "повторно, с доверенностью",
    'сказал "нет"',
    "строка\nвторая",
    "a;b|c\td,e",
    "=1+1",
    "+7 701",
    "-",
    "'кавычка",
    "@имя",
    "05.03.2018",
    "«ёлочки» № 5",
)
SHARE_OF_GRIDS = 0.04
EVIDENCE_KEPT = 20_000
STRETCHES = (2048, 4096, reader.STRETCH)


@dataclass
class Record:
    """A row of the file. key: its index among the good rows; None for what is no row. touched: it was hurt, so it may be set aside."""

    text: str
    key: int | None = None
    touched: bool = False
    end: str = ""
    swaps: dict[int, bytes] = field(default_factory=dict)
    """Places in the text where bytes are put in that no text has."""


@dataclass
class Case:
    """One file to be hurt. rows: the cells of the good rows, by key."""

    dice: random.Random
    encoding: str
    line_end: str
    delimiter: str
    quoted: bool
    rows: list[list[str]]
    records: list[Record] = field(default_factory=list)
    separator_line: bool = False
    repeated: Counter[int] = field(default_factory=Counter)
    """Rows that stand in the file more than once."""
    damages: list[str] = field(default_factory=list)

    def some(self) -> int:
        """The place of a row, never that of the header."""
        return self.dice.choice([at for at, record in enumerate(self.records) if record.key is not None])

    def hurt(self, change: Callable[[str], str]) -> None:
        """Change the text of a row."""
        record = self.records[self.some()]
        record.text = change(record.text)
        record.touched = True

    def place(self, text: str) -> int:
        return self.dice.randint(0, len(text))


def stray_quote(case: Case) -> None:
    """A quotation mark somewhere in a row."""
    case.hurt(lambda text: (at := case.place(text), text[:at] + '"' + text[at:])[1])


def open_quote(case: Case) -> None:
    """A cell begins with a mark that never closes."""

    def change(text: str) -> str:
        places = [0, *(m.end() for m in re.finditer(re.escape(case.delimiter), text))]
        at = case.dice.choice(places)
        return text[:at] + '"' + text[at:]

    case.hurt(change)


def lost_quote(case: Case) -> None:
    """The closing mark of a quoted cell is gone."""
    case.hurt(lambda text: text[: text.rindex('"')] + text[text.rindex('"') + 1 :] if '"' in text else '"' + text)


def extra_delimiter(case: Case) -> None:
    """One delimiter more."""
    case.hurt(lambda text: (at := case.place(text), text[:at] + case.delimiter + text[at:])[1])


def missing_delimiter(case: Case) -> None:
    """One delimiter less."""
    case.hurt(lambda text: text.replace(case.delimiter, "", 1))


def nul(case: Case) -> None:
    """A NUL in a row."""
    case.hurt(lambda text: (at := case.place(text), text[:at] + "\0" + text[at:])[1])


def undecodable(case: Case) -> None:
    """A byte, or half a pair, that the encoding does not have."""
    wrong = {"cp1251": b"\x98", "utf-16-le": b"\x00\xd8", "utf-16-be": b"\xd8\x00"}.get(case.encoding, b"\xff")
    if case.encoding in ("cp866", "kz1048"):
        return stray_quote(case)  # every byte is a letter there
    record = case.records[case.some()]
    record.swaps[case.place(record.text)] = wrong
    record.touched = True
    return None


def other_encoding(case: Case) -> None:
    """A row pasted in from a file in Windows-1251."""
    if case.encoding not in ("utf-8", "utf-8-sig"):
        return extra_delimiter(case)
    record = case.records[case.some()]
    raw = record.text.encode("cp1251", "replace")
    record.swaps = {0: raw if not is_utf8(raw) else raw + b"\xff"}
    record.text, record.touched = "", True
    return None


def is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def blank_lines(case: Case) -> None:
    """Blank lines between rows, some of them with spaces, some of delimiters only."""
    for _ in range(case.dice.randint(1, 4)):
        at = case.dice.randint(1, len(case.records))
        case.records.insert(
            at, Record(case.dice.choice(["", "  ", case.delimiter * case.dice.choice([3, 15, 19])]), end=case.line_end)
        )


def mixed_line_ends(case: Case) -> None:
    """Some lines end otherwise."""
    for record in case.records:
        if case.dice.random() < 0.3:
            record.end = case.dice.choice(LINE_ENDS)


def title(case: Case) -> None:
    """Titles above the header."""
    lines = ["Журнал регистрации" + case.delimiter * case.dice.choice([0, 15]), "за 2018 год"][
        : case.dice.randint(1, 2)
    ]
    case.records[0:0] = [Record(line, end=case.line_end) for line in lines]


def footer(case: Case) -> None:
    """Totals and a signature below."""
    lines = [f"Итого{case.delimiter}{len(case.rows)}", "", "Исполнитель: ____"][: case.dice.randint(1, 3)]
    case.records += [Record(line, end=case.line_end) for line in lines]


def repeated_header(case: Case) -> None:
    """The header once more, as at the top of each printed page."""
    at = case.dice.randint(1, len(case.records))
    case.records.insert(at, Record(header_text(case), end=case.line_end))


def swapped_rows(case: Case) -> None:
    """Two rows change places."""
    one, two = case.some(), case.some()
    case.records[one], case.records[two] = case.records[two], case.records[one]


def mark_in_the_middle(case: Case) -> None:
    """A byte order mark where two files were put together."""
    case.hurt(lambda text: "\ufeff" + text) if case.encoding.startswith("utf") else None


def long_cell(case: Case) -> None:
    """A cell of very many letters."""
    length = case.dice.choice([600, 30_000, 1_200_000 if case.dice.random() < 0.1 else 100_000])
    case.hurt(lambda text: text.replace("home_care", "ы" * length, 1))


def break_in_cell(case: Case) -> None:
    """A line break in a cell without quotation marks."""
    case.hurt(lambda text: (at := case.place(text), text[:at] + case.dice.choice(LINE_ENDS) + text[at:])[1])


def trailing_delimiters(case: Case) -> None:
    """Delimiters behind the last cell of a row."""
    case.hurt(lambda text: text + case.delimiter * case.dice.randint(1, 3))


def separator_line(case: Case) -> None:
    """Excel's line that names the delimiter."""
    case.separator_line = True


def duplicated_row(case: Case) -> None:
    """A row twice."""
    at = case.some()
    record = case.records[at]
    if record.key is not None and not record.touched:
        case.repeated[record.key] += 1
        case.records.insert(at + 1, Record(record.text, record.key, end=record.end))


def truncated(case: Case) -> None:
    """The file ends in the middle of its last row."""
    at = max(at for at, record in enumerate(case.records) if record.key is not None)
    del case.records[at + 1 :]
    record = case.records[at]
    record.text, record.end, record.touched = record.text[: case.place(record.text)], "", True


def lost_line_end(case: Case) -> None:
    """Two rows on one line."""
    at = case.some()
    case.records[at].end = ""
    case.records[at].touched = True
    if at + 1 < len(case.records):
        case.records[at + 1].touched = True


def bad_value(case: Case) -> None:
    """A moment that is none."""
    case.hurt(lambda text: text.replace("2018-03-05 1", "31.02.2018 1", 1))


def stray_return(case: Case) -> None:
    """A lone carriage return before the line end."""
    case.records[case.some()].end = "\r" + case.line_end


def rubbish(case: Case) -> None:
    """A line that is no row."""
    at = case.dice.randint(1, len(case.records))
    text = "".join(case.dice.choice('абв"; ,\t|=#') for _ in range(case.dice.randint(1, 60)))
    case.records.insert(at, Record(text, end=case.line_end, touched=True))


DAMAGES = (
    stray_quote, open_quote, lost_quote, extra_delimiter, missing_delimiter, nul, undecodable, other_encoding, blank_lines,
    mixed_line_ends, title, footer, repeated_header, swapped_rows, mark_in_the_middle, long_cell, break_in_cell, trailing_delimiters, separator_line,
    duplicated_row, truncated, lost_line_end, bad_value, stray_return, rubbish,
)  # fmt: skip


def good_case(dice: random.Random) -> Case:
    """A file without a fault."""
    encoding = dice.choice(list(ENCODINGS))
    wide = encoding.startswith("utf") or encoding == "kz1048"
    districts, offices, people = KAZAKH if wide and dice.random() < 0.7 else RUSSIAN
    office, district = dice.choice(offices), dice.choice(districts)
    rows = []
    for number in range(dice.randint(3, 40)):
        moment = f"2018-03-05 1{dice.randint(0, 9)}:{dice.randint(0, 59):02}"
        rows.append(
            [district, office, f"N-{number}-{dice.randint(100, 999)}", "home_care", "provider", dice.choice(["register", "resolve"]), "", dice.choice(people),
             moment, dice.choice(["", moment + ":30"]), str(number), "", "", dice.choice(["", "2018-03-05"]), "", dice.choice(NOTES)]
        )  # fmt: skip
    rows = [[cell.encode(encoding, "ignore").decode(encoding) for cell in row] for row in rows]
    return Case(dice, encoding, dice.choice(LINE_ENDS), dice.choice(DELIMITERS), dice.random() < 0.3, rows)


def row_text(case: Case, cells: list[str]) -> str:
    """Cells as a record of the file, quoted where they must be, or everywhere."""

    def one(cell: str) -> str:
        must = case.quoted or any(letter in cell for letter in (case.delimiter, '"', "\n", "\r"))
        return '"' + cell.replace('"', '""') + '"' if must else cell

    return case.delimiter.join(map(one, cells))


def header_text(case: Case) -> str:
    return row_text(case, list(HEADER))


def written(case: Case) -> bytes:
    """The bytes of the file as it stands."""
    codec = case.encoding.removesuffix("-sig")
    out = [ENCODINGS[case.encoding]]
    if case.separator_line:
        out.append(f"sep={case.delimiter}{case.line_end}".encode(codec))
    for record in case.records:
        text = record.text + record.end
        at = 0
        for place in sorted(record.swaps):
            out += [text[at:place].encode(codec, "replace"), record.swaps[place]]
            at = place
        out.append(text[at:].encode(codec, "replace"))
    return b"".join(out)


def glued(case: Case) -> None:
    """A row without a line end is hurt, and so is the one that came to stand behind it."""
    for one, next_one in zip(case.records, case.records[1:], strict=False):
        if not one.end:
            one.touched = next_one.touched = True


def expected(case: Case) -> list[tuple[int, int]]:
    """The untouched rows as (line, key), by the line breaks before them."""
    before = f"sep={case.delimiter}{case.line_end}" if case.separator_line else ""
    found = []
    for record in case.records:
        if record.key is not None and not record.touched:
            found.append((len(BREAK.findall(before)) + 1, record.key))
        before += record.text + b"".join(record.swaps.values()).decode("latin-1") + record.end
    return found


def folded(cell: str) -> str | None:
    """A cell as readers of text see it: white space folded. (Our mark before a formula comes off.)"""
    text = " ".join(cell.replace("\ufeff", " ").split())
    return re.sub(r"^'('*[=+\-@])", r"\1", text) or None


class Failure(AssertionError):
    """What was promised is not held; the message says of which file."""


@dataclass
class Book:
    """What is known of a file apart from any reading of it. wanted: the untouched rows as (line, key), in their order. touched: keys of the others;
    hurt: how many rows and lines were. standing: numbers of touched rows that still stand in the file."""

    rows: list[list[str]]
    wanted: list[tuple[int, int]]
    touched: set[int]
    hurt: int
    standing: set[str]


def hold(book: Book, path: Path, folder: Path) -> Counter[str]:
    """Read a file and hold it against the book; how many rows were what. Raises Failure."""
    try:
        (layout,) = survey_exports(open_exports(Found.named(path), folder / "work"), Profile.canonical()).layouts
        reading = read_source(layout, keep_sent=True)
        batches = list(reading)
        summary = reading.summary
    except Exception as fault:
        raise Failure(f"{type(fault).__name__}: {fault}") from fault
    accepted: list[tuple[int, tuple[str | None, ...]]] = []
    set_aside = ""
    for batch in batches:
        assert batch.sent is not None
        accepted += [(row[0], row[1 : len(HEADER) + 1]) for row in batch.sent.iter_rows()]
        set_aside += "\n".join(batch.quarantined["raw"].to_list()) + "\n"
    counts = (summary.rows_read, summary.rows_accepted, summary.rows_quarantined)
    if counts[0] != counts[1] + counts[2] or counts[1] != len(accepted):
        raise Failure(f"rows read, accepted, quarantined: {counts}; accepted rows seen: {len(accepted)}")
    good = {tuple(map(folded, row)): key for key, row in enumerate(book.rows)}
    whole = [(line, good[cells]) for line, cells in accepted if cells in good]
    wanted = set(book.wanted)
    got = [(line, key) for line, key in whole if (line, key) in wanted or key not in book.touched]
    if got != book.wanted:
        lost = [one for one in book.wanted if one not in got][:3]
        more = [one for one in got if one not in wanted][:3]
        raise Failure(f"untouched rows (line, key) lost: {lost}, besides: {more}; set aside: {set_aside[:300]!r}")
    others = [cells for _, cells in accepted if cells not in good]
    if len(others) > 2 * book.hurt:
        raise Failure(f"invented: {others[:3]}")
    seen = set_aside + repr(accepted) + " ".join(str(decision.values) for decision in summary.decisions)
    vanished = [number for number in book.standing if number not in seen]
    if vanished:
        raise Failure(f"vanished: {vanished}")
    return Counter(whole=len(got), touched=len(book.touched), set_aside=counts[2], taken_hurt=len(others))


def check(case: Case, folder: Path) -> Counter[str]:
    """Write a hurt text file, by itself or in an archive, and hold it against its book."""
    data = written(case)
    text = data.decode(case.encoding.removesuffix("-sig"), "replace")
    touched = {record.key for record in case.records if record.touched and record.key is not None}
    standing = {case.rows[key][2] for key in touched if case.rows[key][2] in text}
    if any(len(record.text) > EVIDENCE_KEPT for record in case.records):
        standing = set()  # of so long a row the beginning is kept as evidence
    book = Book(case.rows, expected(case), touched, sum(record.touched for record in case.records), standing)
    path = folder / f"hurt.{case.dice.choice(['csv', 'csv', 'txt', 'xls'])}"
    path.write_bytes(data)
    if case.dice.random() < 0.1:
        with zipfile.ZipFile(folder / "hurt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "in/hurt.csv")
        path = folder / "hurt.zip"
    return hold(book, path, folder)


def check_grid(dice: random.Random, folder: Path, told: list[str]) -> Counter[str]:
    """Hurt a table that has cells, write it as a workbook, page or Parquet file, and hold it against its book."""
    case = good_case(dice)
    rows = [[re.sub(r"[\x00-\x08\x0b-\x1f]", "", cell) for cell in row] for row in case.rows]
    name = dice.choice(["xlsx", "xls", "ods", "html", "html named xls", "xml named xls", "parquet", "xlsx in zip"])
    ending, write = WRITERS[name]
    lines: list[tuple[int | None, list[str]]] = [(None, list(HEADER)), *enumerate(rows)]
    touched: set[int] = set()
    for damage in dice.sample(
        ["blank", "title", "foot", "header", "moment", "long", "empty", "swap", "moved"], dice.randint(0, 3)
    ):
        told.append(f"{name}: {damage}")
        at = dice.randint(1, len(rows))
        key = lines[at][0]
        if damage in ("moment", "long", "empty", "moved") and key is not None:
            cells = list(lines[at][1])
            column, text = {
                "moment": (8, "вчера"),
                "long": (7, "ы" * dice.choice([600, 30_000])),
                "empty": (1, ""),
            }.get(damage, (0, ""))
            cells = ["", *cells] if damage == "moved" else [*cells[:column], text, *cells[column + 1 :]]
            lines[at] = (key, cells)
            touched.add(key)
        elif damage == "swap":
            one = next(place for place, (known, _) in enumerate(lines) if known is not None)
            if key is not None:
                lines[one], lines[at] = lines[at], lines[one]
        elif name != "parquet":
            new = {
                "blank": [""],
                "title": ["Журнал регистрации"],
                "foot": ["Итого", str(len(rows))],
                "header": list(HEADER),
            }.get(damage)
            place = {"title": 0, "foot": len(lines)}.get(damage, at)
            lines.insert(place, (None, new)) if new else None
    width = max(len(cells) for _, cells in lines)
    if name == "parquet":
        lines = [(key, (cells if len(cells) == len(HEADER) else cells[1:])) for key, cells in lines]
        width = len(HEADER)
    path = folder / f"hurt{ending}"
    path.write_bytes(write([cells + [""] * (width - len(cells)) for _, cells in lines]))
    wanted = [(at, key) for at, (key, _) in enumerate(lines, start=1) if key is not None and key not in touched]
    return hold(Book(rows, wanted, touched, len(touched), {rows[key][2] for key in touched}), path, folder)


def made(seed: int, number: int) -> Case:
    """The case of that number, hurt."""
    dice = random.Random(f"{seed}-{number}")
    case = good_case(dice)
    case.records = [Record(header_text(case), end=case.line_end)]
    case.records += [Record(row_text(case, row), key, end=case.line_end) for key, row in enumerate(case.rows)]
    for damage in dice.sample(DAMAGES, dice.choice([0, 1, 1, 1, 2, 3, 4])):
        damage(case)
        case.damages.append(damage.__name__)
    glued(case)
    if dice.random() < 0.3:
        case.records[-1].end = ""
    reader.STRETCH = dice.choice(STRETCHES)
    return case


def run(count: int, seed: int, first: int = 0, keep: Path | None = None) -> tuple[Counter[str], list[str]]:
    """Hurt `count` files: the tally, and what failed. `keep`: a folder for the text files that failed."""
    tally: Counter[str] = Counter()
    failed: list[str] = []
    usual = reader.STRETCH
    try:
        for number in range(first, first + count):
            tally["files"] += 1
            with tempfile.TemporaryDirectory() as folder:
                dice = random.Random(f"grid {seed}-{number}")
                if dice.random() < SHARE_OF_GRIDS:
                    told: list[str] = []
                    try:
                        tally += check_grid(dice, Path(folder), told)
                    except Failure as fault:
                        failed.append(f"{number}: {', '.join(told)}: {fault}")
                    tally["tables with cells"] += 1
                    continue
                case = made(seed, number)
                tally.update(f"damage {name}" for name in case.damages)
                tally[f"encoding {case.encoding}"] += 1
                try:
                    tally += check(case, Path(folder))
                except Failure as fault:
                    about = f"{case.encoding}, {case.line_end!r}, {case.delimiter!r}, {', '.join(case.damages)}"
                    failed.append(f"{number}: {about}: {fault}")
                    if keep:
                        (keep / f"{number}.csv").write_bytes(written(case))
    finally:
        reader.STRETCH = usual
    return tally, failed


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--keep", type=Path, help="folder for files that failed")
    asked = parser.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    begun = time.process_time()
    tally, failed = run(asked.count, asked.seed, asked.first, asked.keep)
    for name in sorted(tally):
        click.echo(f"{name:<30}{tally[name]:>9}")
    for line in failed[:50]:
        click.echo(line[:900])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    click.echo(
        f"{len(failed)} of {asked.count} failed; {time.process_time() - begun:.0f} s of CPU time, {peak} MB at most"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
