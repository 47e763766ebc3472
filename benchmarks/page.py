"""The figures of a benchmark as a table on the screen and as docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from measure import Cost, Spread, ratios, spread

TARGET_ENTRIES = 10_000_000
TARGET_RATIO = 4.0
TARGET_BYTES = 2 * 2**30
WHAT = {"auditor": "`auditor audit`, whole", "floor": "floor: DuckDB's typed scan", "pandas": "pandas, five checks"}
PACKAGES = "import importlib.metadata as m, sys; print(*(p + ' ' + m.version(p) for p in sys.argv[1:]), sep=', ')"


@dataclass(frozen=True)
class Size:
    """What was measured on journals of one size: the costs of each contestant, in the order of the rounds."""

    entries: int
    size: int
    costs: dict[str, list[Cost]]
    faults: list[str]
    remarks: list[str]

    def cpu(self, name: str) -> Spread:
        """CPU seconds of a contestant."""
        return spread([cost.cpu for cost in self.costs[name]])

    def against(self, name: str, other: str) -> Spread:
        """CPU of one contestant in terms of another's, pair by pair."""
        return ratios([c.cpu for c in self.costs[name]], [c.cpu for c in self.costs[other]])

    def peak(self, name: str) -> Spread:
        """Peak memory of a contestant in MiB."""
        return spread([cost.peak / 2**20 for cost in self.costs[name]])


@dataclass
class Machine:
    """Where and when, and with what the figures were taken."""

    processor: str
    cores: int
    memory: int
    system: str
    versions: list[str]
    commit: str
    begun: datetime
    load: list[float]
    ended: datetime | None = None
    remarks: list[str] = field(default_factory=list)

    @classmethod
    def here(cls, repo: Path, rival: Path | None) -> Machine:
        """This machine, now."""
        ours = _said([sys.executable, "-c", PACKAGES, "duckdb", "polars", "pyarrow"])
        theirs = _said([str(rival), "-c", PACKAGES, "pandas", "numpy", "pyarrow"]) if rival and rival.exists() else ""
        commit = _said(["git", "-C", str(repo), "rev-parse", "--short=10", "HEAD"]) or "unknown"
        if _said(["git", "-C", str(repo), "status", "--porcelain", "--", "auditor", "benchmarks", "rules"]):
            commit += " with uncommitted changes"
        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            system=f"{platform.system()} {platform.release()}",
            versions=[f"Python {platform.python_version()}", ours] + ([f"rival: {theirs}"] if theirs else []),
            commit=commit,
            begun=datetime.now(UTC),
            load=[os.getloadavg()[0]],
        )

    def finish(self) -> None:
        """The measuring is over."""
        self.ended = datetime.now(UTC)
        self.load.append(os.getloadavg()[0])


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def on_screen(sizes: list[Size]) -> str:
    """The table for a terminal: medians."""
    lines = [f"{'entries':>12}  {'what':<10}{'CPU s':>10}{'of floor':>10}{'wall s':>10}{'peak MiB':>10}  (medians)"]
    for size in sizes:
        for name, costs in size.costs.items():
            wall = spread([cost.wall for cost in costs]).median
            numbers = f"{size.cpu(name).median:>10.2f}{size.against(name, 'floor').median:>10.2f}{wall:>10.2f}"
            lines.append(f"{size.entries:>12,}  {name:<10}{numbers}{size.peak(name).median:>10.0f}")
        lines += [f"{'':>12}  {remark}" for remark in size.remarks]
        lines += [f"{'':>12}  WRONG: {fault}" for fault in size.faults]
        if not size.faults:
            lines.append(f"{'':>12}  every contestant counted what was planted")
    return "\n".join(lines)


def figures(sizes: list[Size], machine: Machine, command: str, rounds: int) -> str:
    """The page, whole."""
    parts = [
        "# How fast, and against what",
        "`make bench` rewrites this page. The figures are of one run on one machine; they are facts about that evening, not promises.",
        _targets(sizes),
        *(_one_size(size) for size in sizes),
        _method(rounds),
        _surroundings(machine, command),
    ]
    return "\n\n".join(parts) + "\n"


def _targets(sizes: list[Size]) -> str:
    lines = [
        "## Targets",
        "",
        f"At {_count(TARGET_ENTRIES)} entries: {TARGET_RATIO:g} times the floor's CPU time, {TARGET_BYTES / 2**30:g} GiB of memory at the peak.",
        "",
    ]
    size = next((size for size in sizes if round(size.entries, -3) == TARGET_ENTRIES), None)
    if size is None:
        return "\n".join([*lines, "This run did not measure that size."])
    ratio, peak = size.against("auditor", "floor"), size.peak("auditor").most / 1024
    lines += [
        "| | target | measured | |",
        "|---|---|---|---|",
        f"| CPU time, in times the floor's | {TARGET_RATIO:g} | {ratio.median:.2f} (median of pairs) | {_met(ratio.median, TARGET_RATIO)} |",
        f"| peak memory, GiB | {TARGET_BYTES / 2**30:g} | {peak:.2f} (worst run) | {_met(peak, TARGET_BYTES / 2**30)} |",
    ]
    return "\n".join(lines)


def _met(value: float, target: float) -> str:
    return "reached" if value <= target else "**not reached**"


def _one_size(size: Size) -> str:
    lines = [
        f"## {_count(size.entries)} entries ({size.size / 1e9:.2f} GB)",
        "",
        "Least - **median** - most of the rounds.",
        "",
        "| | CPU seconds (user + sys) | times the floor's | wall seconds | peak MiB |",
        "|---|---|---|---|---|",
    ]
    for name, costs in size.costs.items():
        ratio = "1" if name == "floor" else size.against(name, "floor").shown(2)
        wall = spread([cost.wall for cost in costs]).shown(1)
        lines.append(f"| {WHAT[name]} | {size.cpu(name).shown(2)} | {ratio} | {wall} | {size.peak(name).shown(0)} |")
    lines.append("")
    if "pandas" in size.costs:
        lines.append(f"The auditor's CPU time in times that of pandas: {size.against('auditor', 'pandas').shown(2)}.")
    lines += size.remarks
    if size.faults:
        lines += ["", "**The counts were not right**, so these figures compare unequal work:", ""]
        lines += [f"- {fault}" for fault in size.faults]
    else:
        five = " and pandas the planted T01, T02, O01, S01 and R01" if "pandas" in size.costs else ""
        lines.append(f"The auditor found every planted fault and nothing else{five}; all read the same number of rows.")
    return "\n".join(lines)


def _method(rounds: int) -> str:
    return f"""## How it is measured

- **Files**: `benchmarks/generate.py` invents 30,000 applications in the offices of the oblast, with faults planted in 5 of 100 unless asked otherwise, and writes them
  again and again under other numbers, in four files. All moments have minutes, texts are ids of the rules: the layout that is easiest to read, for everyone alike.
- **The whole audit**: `auditor audit FOLDER --out …` with all checks, sentences, masks, hashes and reports, from the start of the process to its end.
- **The floor**: `benchmarks/floor.py`: `read_csv` of DuckDB with two threads and the types of the canonical journal given; a greatest value of every
  column, so that none is left unread. It validates nothing but the types and keeps nothing.
- **pandas**: `benchmarks/pandas_audit.py` counts T01, T02, O01, S01 and R01 and nothing else, from the same rules and calendar (`benchmarks/law_tables.py` writes them as plain
  tables beforehand, at no cost to it). It reads with Arrow, texts as categories, clocks as differences of cumulated open seconds; no loop runs over rows. It holds all entries in memory, and knows
  neither broken rows nor bare dates nor entries without a date of registration; it words no finding and writes no report. So it does far less than the auditor does.
  It counts as a rival only where its counts are those that were planted, and that is checked in every round.
- **Cost**: user + sys seconds and the largest resident set, as the kernel tells them of each process when it ends (`wait4`). CPU seconds rather than wall seconds: they depend less on who
  else uses the machine, though caches and a shared core still make them swing. Pages of a file that are mapped count as resident.
- **Order**: {rounds} rounds, in each every contestant once and in turn. A ratio is taken within a round, then the median of the ratios; it may differ from the ratio of the medians.
  The files are read once beforehand, so that nobody waits for the disk.
- **Where the time goes**: `.venv/bin/python benchmarks/profile.py FOLDER`."""


def _surroundings(machine: Machine, command: str) -> str:
    ended = machine.ended or machine.begun
    return "\n".join(
        [
            "## Where and when",
            "",
            f"- {machine.begun:%Y-%m-%d %H:%M} to {ended:%H:%M} UTC, commit {machine.commit}",
            f"- {machine.processor}, {machine.cores} cores, {machine.memory / 2**30:.0f} GiB, {machine.system}",
            f"- load average at the beginning {machine.load[0]:.1f}, at the end {machine.load[-1]:.1f} (the benchmark itself makes some 1 to 2 of it)",
            *(f"- {versions}" for versions in machine.versions),
            f"- `make bench`, or `{command}`",
            *(f"- {remark}" for remark in machine.remarks),
        ]
    )


def _count(entries: int) -> str:
    return f"{entries:,}" if entries % 1_000_000 else f"{entries // 1_000_000} million"
