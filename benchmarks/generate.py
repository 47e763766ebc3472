"""Make millions of journal entries for the benchmark: `generate.py --entries 10000000 --out DIR`.

Method, to be disclosed with every figure: `auditor.sample` works a base of applications through the invented offices
once (30,000 of them, some 210,000 entries, with planted faults), every office writing in the plain style (ids, minutes,
all columns; districts and offices by their short Latin names, as a code list would have them). The base is then written again and again, each time with another suffix to the application numbers
(`15`, `15-1`, `15-2` …), so that every copy is a set of applications of its own with the same moments; the last copy
is filled up with whole applications until the number of entries is reached. `entry_no` is the base's, so it repeats.
An expected count of findings by code stands in `<out>.expected.json` (P03 is counted per service and period, not per copy).

Memory stays near 220 MB; 10 million entries (1.5 GB) took 46 s on one core of the machine they were tried on.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from auditor.law.load import load_rulebook
from auditor.paths import default_rules
from auditor.sample import Sample, invent
from auditor.sample.cases import Case
from auditor.sample.writing import COLUMNS, Penmanship, Speller, cells

BASE = 30_000
MARK = "\x1f"
Line = tuple[Case, bytes, bytes]


def main() -> None:
    arguments = parser().parse_args()
    begun = time.perf_counter()
    book = load_rulebook(arguments.rules)
    base = min(BASE, max(50, arguments.entries // 9))
    sample = invent(book, base, arguments.seed, arguments.violations, plain=True)
    lines = base_lines(sample, Speller(book), Penmanship(book.zone))
    single = arguments.out.suffix == ".csv"
    if not single:
        arguments.out.mkdir(parents=True, exist_ok=True)
    paths = [arguments.out] if single else [arguments.out / f"journals-{i}.csv" for i in range(arguments.files)]
    written, copies, last = write_copies(lines, arguments.entries, paths)
    expected = dict(sorted(expected_findings(sample, copies, last).items()))
    report = {"entries": written, "copies": copies, "base_applications": base, "findings": expected}
    beside = arguments.out.with_suffix(".expected.json") if single else Path(f"{arguments.out}.expected.json")
    beside.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in paths)
    print(f"{written:,} entries, {size / 1e9:.2f} GB in {len(paths)} files, {time.perf_counter() - begun:.1f} s")


def base_lines(sample: Sample, speller: Speller, pen: Penmanship) -> list[Line]:
    """Each line of the base as the bytes up to the end of the application number, and the bytes after it."""
    lines = []
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    for _, rows in sample.books:
        for row, values in zip(rows, cells(rows, speller, pen), strict=True):
            values |= {"district": row.office.district.slug, "office": row.office.slug}
            values |= {"registered_by": row.case.home.slug if values["registered_by"] else ""}
            values["application_no"] += MARK
            writer.writerow(values)
            before, after = text.getvalue().split(MARK)
            lines.append((row.case, before.encode(), after.encode()))
            text.seek(0)
            text.truncate()
    return lines


def write_copies(lines: list[Line], entries: int, paths: list[Path]) -> tuple[int, int, set[Case]]:
    """Write whole copies in turn to the files, then part of one; return entries, whole copies, cases of the part."""
    whole, rest = divmod(entries, len(lines))
    last = some_cases(lines, rest)
    part = [line for line in lines if line[0] in last]
    for at, path in enumerate(paths):
        with path.open("wb", buffering=1 << 20) as out:
            out.write((",".join(COLUMNS) + "\n").encode())
            for copy in range(at, whole, len(paths)):
                write_copy(out, lines, copy)
            if at == len(paths) - 1:
                write_copy(out, part, whole)
    return whole * len(lines) + len(part), whole, last


def write_copy(out: BinaryIO, lines: Iterable[Line], copy: int) -> None:
    """Write the lines with the suffix of this copy to their application numbers."""
    suffix = f"-{copy}".encode() if copy else b""
    out.writelines(before + suffix + after for _, before, after in lines)


def some_cases(lines: list[Line], wanted: int) -> set[Case]:
    """Whole applications that have just so many entries together (or a few less, where none is left that fits)."""
    taken = set()
    for case, count in Counter(case for case, _, _ in lines).items():
        if count <= wanted:
            taken.add(case)
            wanted -= count
    return taken


def expected_findings(sample: Sample, copies: int, last: set[Case]) -> Counter[str]:
    """How many findings of each code the auditor must make."""
    found: Counter[str] = Counter()
    for label in sample.labels:
        times = copies + (label.row.case in last)
        found[label.code] += min(times, 1) if label.period else times
    return +found


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--entries", type=int, required=True)
    made.add_argument("--out", type=Path, required=True, help="a folder, or one file ending in .csv")
    made.add_argument("--files", type=int, default=4, help="files in the folder")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--violations", type=float, default=0.05)
    made.add_argument("--rules", type=Path, default=default_rules())
    return made


if __name__ == "__main__":
    main()
