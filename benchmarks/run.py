"""The benchmark: the whole `auditor audit` against the floor and a rival, on the same files: `make bench`.

    auditor   the command with all its checks and reports
    floor     DuckDB's typed scan of the files (floor.py): no auditor can be cheaper than reading
    pandas    five of the checks by hand in vectorised pandas (pandas_audit.py), without validation or reports

Each runs as a process of its own, in turn (auditor, floor, pandas, auditor, floor, …), on files that were read once
before, so that they lie in the page cache for all. Figures are medians of the rounds, ratios are taken pair by pair
within a round. Whoever counts other faults than were planted is named, for then the work compared is not equal; the
exit code is then 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measure import Cost, run
from page import Machine, Size, figures, on_screen

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
AS_OF = "2019-12-31T23:59:59"
"""After the last invented entry, so that nothing lies in the future."""
RIVAL_CODES = ("T01", "T02", "O01", "S01", "R01")
RIVAL_BYTES = 600
"""Memory an entry may cost the rival (it was seen to take some 410): with less free it isn't run."""


@dataclass
class Contest:
    """One size of journal: its files, what must be found in them, and the costs of each contestant, round by round."""

    entries: int
    folder: Path
    expected: dict[str, int]
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[Path]:
        """The journals."""
        return sorted(self.folder.glob("*.csv"))


def main() -> None:
    asked = parser().parse_args()
    asked.data.mkdir(parents=True, exist_ok=True)
    machine = Machine.here(REPO, asked.rival)
    sizes = []
    for entries in asked.sizes:
        contest = journals(entries, asked.seed, asked.violations, asked.data)
        compete(contest, asked.rounds, asked.rival)
        sizes.append(Size(contest.entries, bytes_of(contest), contest.costs, contest.faults, contest.remarks))
    machine.finish()
    print(on_screen(sizes))
    if asked.page:
        asked.page.write_text(figures(sizes, machine, command_line(), asked.rounds), encoding="utf-8")
        say(f"written: {asked.page}")
    sys.exit(any(size.faults for size in sizes))


def journals(entries: int, seed: int, violations: float, data: Path) -> Contest:
    """The journals of one size, made anew unless the same ones lie there already."""
    folder = data / f"{entries}-{seed}-{violations:g}-{recipe()}"
    report = Path(f"{folder}.expected.json")
    if not report.exists():
        say(f"{entries:,} entries are invented …")
        shutil.rmtree(folder, ignore_errors=True)
        generate = [sys.executable, "-P", str(HERE / "generate.py"), "--entries", str(entries), "--out", str(folder)]
        subprocess.run([*generate, "--seed", str(seed), "--violations", str(violations)], check=True, stdout=sys.stderr)
    told = json.loads(report.read_text(encoding="utf-8"))
    return Contest(told["entries"], folder, {code: n for code, n in told["findings"].items() if n})


def recipe() -> str:
    """What the journals depend on besides the parameters: other rules or another generator make other journals."""
    digest = hashlib.sha256()
    sources = [HERE / "generate.py", *(REPO / "auditor" / "sample").rglob("*.py"), *(REPO / "rules").rglob("*.*")]
    for path in sorted(path for path in sources if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def compete(contest: Contest, rounds: int, rival: Path | None) -> None:
    """Run the contestants in turn and look at what each found."""
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as work:
        contestants = dict(commands(contest, Path(work), rival))
        for path in contest.files:
            warm(path)
        for turn in range(rounds):
            for name, command in contestants.items():
                said = Path(work) / f"{name}.txt"
                cost = run(command, said)
                contest.costs.setdefault(name, []).append(cost)
                say(
                    f"{contest.entries:>12,}  {turn + 1}/{rounds}  {name:<8}{cost.cpu:8.2f} s CPU {cost.peak / 2**20:8.0f} MiB"
                )
                if cost.code:
                    sys.exit(f"{name} ended with {cost.code}:\n{Path(f'{said}.err').read_text(errors='replace')}")
                contest.faults += [f for f in faults_of(name, contest, Path(work)) if f not in contest.faults]


def commands(contest: Contest, work: Path, rival: Path | None) -> Iterator[tuple[str, list[str | Path]]]:
    """The contestants' command lines."""
    auditor = Path(sys.executable).parent / "auditor"
    # A folder of its own, within the work folder: the reports are part of the work.
    yield (
        "auditor",
        [auditor, "audit", contest.folder, "--as-of", AS_OF, "--out", work / "reports", "--fail-on", "never"],
    )
    yield "floor", [sys.executable, "-P", HERE / "floor.py", *contest.files]
    if rival is None or not rival.exists():
        contest.remarks.append(
            "pandas was not run: its environment (`.venv-bench`, made by `make bench`) is not there."
        )
        return
    needed = contest.entries * RIVAL_BYTES
    if free_memory() < needed:
        contest.remarks.append(
            f"pandas was not run: it holds all entries in memory and may need {needed / 2**30:.0f} GiB, more than is free here."
        )
        return
    law = work / "law.json"
    subprocess.run([sys.executable, "-P", str(HERE / "law_tables.py"), str(law)], check=True)
    yield "pandas", [rival, "-P", HERE / "pandas_audit.py", law, AS_OF, *contest.files]


def faults_of(name: str, contest: Contest, work: Path) -> list[str]:
    """Where a contestant found something else than was planted."""
    if name == "auditor":
        told = json.loads((work / "reports" / "audit.json").read_text(encoding="utf-8"))
        found = {code: n for code, n in told["findings"].items() if n}
        return differing(name, found, contest.expected) + differing(
            name, rows(told["rows_read"]), rows(contest.entries)
        )
    told = json.loads((work / f"{name}.txt").read_text(encoding="utf-8"))
    wanted = rows(contest.entries)
    if name == "pandas":
        wanted |= {code: contest.expected.get(code, 0) for code in RIVAL_CODES}
    return differing(name, {key: told[key] for key in wanted}, wanted)


def rows(count: int) -> dict[str, int]:
    """Rows, as one more thing to count."""
    return {"rows": count}


def differing(name: str, found: dict[str, int], wanted: dict[str, int]) -> list[str]:
    """One sentence for each count that is not what it must be."""
    return [
        f"{name} counts {found.get(key, 0):,} {key} where {wanted.get(key, 0):,} are right"
        for key in sorted(found.keys() | wanted.keys())
        if found.get(key, 0) != wanted.get(key, 0)
    ]


def warm(path: Path) -> None:
    """Read a file, so that the first contestant finds it in memory as the others do."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def bytes_of(contest: Contest) -> int:
    """The size of the journals."""
    return sum(path.stat().st_size for path in contest.files)


def free_memory() -> int:
    """Bytes of memory that are free or can be freed; where nobody says, half of the machine's."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        lines = dict(line.split(":") for line in meminfo.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def command_line() -> str:
    """How this run was called."""
    return " ".join([".venv/bin/python", "benchmarks/run.py", *sys.argv[1:]])


def say(words: Any) -> None:
    """Progress."""
    print(words, file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000], metavar="ENTRIES")
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--violations", type=float, default=0.05, help="share of applications with a planted fault")
    made.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "auditor-bench", help="where journals are kept"
    )
    made.add_argument(
        "--rival", type=Path, default=REPO / ".venv-bench/bin/python", help="a Python with pandas and pyarrow"
    )
    made.add_argument("--page", type=Path, default=REPO / "docs/benchmarks.md", help="the page that is rewritten")
    made.add_argument("--no-page", dest="page", action="store_const", const=None, help="figures on the screen only")
    return made


if __name__ == "__main__":
    main()
