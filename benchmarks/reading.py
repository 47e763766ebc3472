"""What reading alone costs, clean and dirty, against DuckDB's typed scan: `reading.py --entries 6500000 --rounds 3`.

`benchmarks/generate.py` invents one clean journal (6.5 million entries are 1 GB). From it are made: the same in KZ-1048 and in UTF-16, and a dirty one in
which every fourth row is unlike the others: quoted cells, a line break in a cell, white space to trim, and one row in twenty
broken (an open quote, a cell too many or one too few). Of each file the rows taken and set aside must be those written.
`reading.py --read FILE` reads one file and says so; that is the process that is measured, from its start to its end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import Cost, ratios, run, spread

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
HEADING = "## Reading alone"
CLEAN_TARGET, DIRTY_TARGET, MEMORY_TARGET = 2.0, 30.0, 300.0
EVERY = 20
"""The dirty file repeats its pattern after so many rows; one of them is broken."""


@dataclass(frozen=True)
class File:
    """A file to be read, and what must come of it."""

    name: str
    path: Path
    accepted: int
    quarantined: int


def read(path: Path) -> dict[str, int]:
    """Read one file as an audit does, and keep nothing."""
    from auditor.exports.source import Source
    from auditor.journal.layout import survey
    from auditor.journal.profile import Profile
    from auditor.journal.reading import read_source

    reading = read_source(survey(Source(path, path.as_posix()), Profile.canonical()))
    for _ in reading:
        pass
    summary = reading.summary
    return {"accepted": summary.rows_accepted, "quarantined": summary.rows_quarantined}


def files(folder: Path, entries: int) -> Iterator[File]:
    """Make the files, one after the other."""
    clean = folder / f"clean-{entries}.csv"
    if not clean.exists():
        command = [sys.executable, str(HERE / "generate.py"), "--entries", str(entries), "--out", str(clean)]
        subprocess.run(command, check=True)
    yield File("clean", clean, entries, 0)
    for encoding in ("kz1048", "utf-16"):
        path = folder / f"clean-{entries}-{encoding}.csv"
        with clean.open(encoding="utf-8", newline="") as given, path.open("w", encoding=encoding, newline="") as made:
            for line in given:
                made.write(line)
        yield File(f"clean, {encoding}", path, entries, 0)
    dirty = folder / f"dirty-{entries}.csv"
    broken = 0
    with clean.open(encoding="utf-8", newline="") as given, dirty.open("w", encoding="utf-8", newline="") as made:
        made.write(next(given))
        for number, line in enumerate(given):
            made.write(hurt(line, number))
            broken += number % EVERY == 4
    yield File("dirty", dirty, entries - broken, broken)


def hurt(line: str, number: int) -> str:
    """A row as an office might have written it."""
    cells = line.rstrip("\n").split(",")
    kind = number % EVERY
    if kind == 0:
        cells[0] = f"  {cells[0]} "
    elif kind in (1, 2):
        cells = [f'"{cell}"' for cell in cells]
    elif kind == 3:
        cells[1] = f'"{cells[1]}\n"'
    elif kind == 4:
        open_quote, one_more, one_less = [f'"{cells[0]}', *cells[1:]], [*cells, "x"], cells[:-1]
        cells = (open_quote, one_more, one_less)[number // EVERY % 3]
    return ",".join(cells) + "\n"


def measured(files: list[File], rounds: int, work: Path) -> tuple[dict[str, list[Cost]], list[str]]:
    """The costs of the floor and of each file, and what was not as it should be."""
    costs: dict[str, list[Cost]] = {"floor": [], **{file.name: [] for file in files}}
    faults = []
    for _ in range(rounds):
        costs["floor"].append(run([sys.executable, "-P", HERE / "floor.py", files[0].path], work / "floor.txt"))
        for file in files:
            said = work / "read.txt"
            costs[file.name].append(run([sys.executable, HERE / "reading.py", "--read", file.path], said))
            told = json.loads(said.read_text(encoding="utf-8") or "{}")
            if told != {"accepted": file.accepted, "quarantined": file.quarantined}:
                faults.append(f"{file.name}: {told} where {file.accepted:,} and {file.quarantined:,} are right.")
    return costs, faults


def section(files: list[File], costs: dict[str, list[Cost]], faults: list[str], rounds: int) -> str:
    """The figures as a section of docs/benchmarks.md."""
    floor = costs["floor"]
    rows = []
    for file in files:
        own = costs[file.name]
        size = file.path.stat().st_size / 1e6
        speed = spread([size / cost.cpu for cost in own])
        times = (
            ratios([cost.cpu for cost in own], [cost.cpu for cost in floor]).shown(2) if file.name == "clean" else ""
        )
        peak = spread([cost.peak / 2**20 for cost in own])
        rows.append(f"| {file.name} | {size:,.0f} | {speed.shown(0)} | {times} | {peak.shown(0)} |")
    right = "Every row was taken or set aside as it was written." if not faults else "**Wrong:** " + " ".join(faults)
    return "\n".join(
        [
            HEADING,
            "",
            f"{files[0].accepted:,} entries, {rounds} rounds; least - **median** - most. From the start of a process to its end: bytes to typed, validated rows; "
            "nothing is judged. The floor is DuckDB's typed scan of the clean file.",
            "",
            "| file | MB | MB in a CPU second | CPU time, in times the floor's | peak MiB |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"Targets: clean at most {CLEAN_TARGET:.0f} times the floor, dirty above {DIRTY_TARGET:.0f} MB in a CPU second, under {MEMORY_TARGET:.0f} MB of memory. {right}",
            "In the dirty file every fourth row is unlike the others and one in twenty is broken (`benchmarks/reading.py`).",
            "",
        ]
    )


def main() -> None:
    """Measure, and put the section at the end of the page."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--read", type=Path, metavar="FILE")
    made.add_argument("--entries", type=int, default=6_500_000)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "auditor-bench-reading")
    made.add_argument("--page", type=Path, default=REPO / "docs/benchmarks.md")
    made.add_argument("--no-page", dest="page", action="store_const", const=None)
    asked = made.parse_args()
    if asked.read:
        print(json.dumps(read(asked.read)))
        return
    asked.data.mkdir(parents=True, exist_ok=True)
    all_files = list(files(asked.data, asked.entries))
    costs, faults = measured(all_files, asked.rounds, asked.data)
    text = section(all_files, costs, faults, asked.rounds)
    print(text)
    if asked.page:
        page = asked.page.read_text(encoding="utf-8").partition(HEADING)[0].rstrip("\n")
        asked.page.write_text(f"{page}\n\n{text}", encoding="utf-8")
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main()
