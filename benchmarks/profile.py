"""CPU seconds of each stage of one audit, in-process: `profile.py EXPORT... [--out FILE]`, to find what to optimise.

Each stage is charged with what it spent itself, not with what the stages inside it spent. CPU is user + sys of all
threads of the process, so a stage on two cores may cost more CPU than wall seconds. Statements of the engine go by the
first words of their SQL and are summed over the buckets; the checks by their code. The clock costs some 2 µs a stage.
"""

from __future__ import annotations

import argparse
import functools
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

AS_OF = datetime(2019, 12, 31, 23, 59, 59)


@dataclass
class Spent:
    """What one stage has cost so far."""

    cpu: float = 0.0
    wall: float = 0.0
    calls: int = 0
    raised: int = 0
    """KiB by which the stage raised the most memory that the process ever had."""


class Ledger:
    """Stages within stages; every second is charged once."""

    def __init__(self) -> None:
        self.stages: dict[str, Spent] = {}
        self._stack = ["(the rest)"]
        self._cpu, self._wall, self._peak = self._now()

    @staticmethod
    def _now() -> tuple[float, float, int]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime, time.perf_counter(), used.ru_maxrss

    def _charge(self) -> Spent:
        cpu, wall, peak = self._now()
        spent = self.stages.setdefault(self._stack[-1], Spent())
        spent.cpu += cpu - self._cpu
        spent.wall += wall - self._wall
        spent.raised += peak - self._peak
        self._cpu, self._wall, self._peak = cpu, wall, peak
        return spent

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charge what happens inside to the stage, but for the stages in it."""
        self._charge()
        self._stack.append(name)
        try:
            yield
        finally:
            spent = self._charge()
            spent.calls += 1
            self._stack.pop()

    def wrap(self, place: Any, name: str, stage: str) -> None:
        """Replace a function by one that is charged to a stage."""
        function = getattr(place, name)

        @functools.wraps(function)
        def charged(*args: Any, **kwargs: Any) -> Any:
            with self.stage(stage):
                return function(*args, **kwargs)

        setattr(place, name, charged)

    def wrap_iterator(self, place: type, stage: str) -> None:
        """Charge each step of an iterator's walk to a stage."""
        walk: Callable[[Any], Iterator[Any]] = place.__iter__

        def charged(it: Any) -> Iterator[Any]:
            steps = walk(it)
            while True:
                with self.stage(stage):
                    item = next(steps, None)
                if item is None:
                    return
                yield item

        place.__iter__ = charged  # type: ignore[attr-defined]


class Watched:
    """A DuckDB connection whose statements are stages."""

    def __init__(self, connection: Any, ledger: Ledger) -> None:
        self._connection = connection
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: str, *args: Any) -> Any:
        """Run a statement."""
        with self._ledger.stage(statement_name(query)):
            return self._connection.execute(query, *args)

    def sql(self, query: str, *args: Any) -> Any:
        """A relation is lazy; what fetches it is charged with it."""
        return Fetched(self._connection.sql(query, *args), statement_name(query), self._ledger)


class Fetched:
    """A relation that is charged when it is fetched."""

    def __init__(self, relation: Any, name: str, ledger: Ledger) -> None:
        self._relation, self._name, self._ledger = relation, name, ledger

    def pl(self, *args: Any) -> Any:
        """The rows."""
        with self._ledger.stage(self._name):
            return self._relation.pl(*args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._relation, name)


def statement_name(query: str) -> str:
    """A short name of a statement: `check T01`, `make entry`, `add to finding` …"""
    text = " ".join(re.sub(r"--[^\n]*", "", query).split())
    if found := re.match(r"INSERT INTO found BY NAME SELECT '(\w+)'", text):
        return f"sql  check {found[1]}"
    if found := re.match(r"CREATE (?:OR REPLACE )?(?:TEMP )?TABLE \"?(\w+)", text):
        return f"sql  make {found[1]}"
    if found := re.match(r"(INSERT INTO|UPDATE|DROP TABLE) (\w+)", text):
        return f"sql  {found[1].lower()} {found[2]}"
    return f"sql  {text[:48]}"


def watch(ledger: Ledger) -> None:
    """Make the auditor's stages known to the ledger."""
    from auditor.commands import audit as command
    from auditor.engine import audit, judge
    from auditor.engine.staging import Staging
    from auditor.exports import text
    from auditor.journal import reading
    from auditor.report import write

    class Watching:
        def __getattr__(self, name: str) -> Any:
            return getattr(duckdb, name)

        @staticmethod
        def connect(*args: Any, **kwargs: Any) -> Watched:
            with ledger.stage("sql  open"):
                return Watched(duckdb.connect(*args, **kwargs), ledger)

    duckdb = judge.duckdb
    judge.duckdb = Watching()  # type: ignore[assignment]
    for place, name, stage in (
        (command, "find_exports", "find exports"),
        (audit, "survey_exports", "look at heads"),
        (text, "condition", "read  prove clean"),
        (text, "texts_by_arrow", "read  split (Arrow)"),
        (reading, "clean", "read  tidy cells"),
        (reading, "type_rows", "read  type"),
        (reading, "judge", "read  schema"),
        (reading.Reading, "_count", "read  count"),
        (Staging, "add", "stage narrow"),
        (Staging, "_write", "stage write"),
        (Staging, "bucket", "stage map bucket"),
        (audit, "judge", "judge (Python, rule tables)"),
        (audit, "worded", "word  findings"),
        (audit, "sentences", "word  sentences"),
        (audit, "citations", "word  citations"),
        (command, "write_reports", "write (Python, pages)"),
        (write, "parts", "write cut into parts"),
        (write, "write_findings_csv", "write findings.csv"),
        (write, "write_findings_parquet", "write findings.parquet"),
        (write, "write_quarantine_csv", "write quarantine.csv"),
        (write, "district_page", "write district pages"),
        (write, "oblast_page", "write oblast page"),
    ):
        if hasattr(place, name):
            ledger.wrap(place, name, stage)
        else:
            print(f"no longer there, not watched: {place.__name__}.{name}", file=sys.stderr)
    ledger.wrap_iterator(reading.Reading, "read  bytes, sha256, cut")


def profile(exports: list[str], as_of: datetime) -> Ledger:
    """Audit the exports and return what each stage cost."""
    ledger = Ledger()
    with ledger.stage("import"):
        import auditor.commands.audit as command

        watch(ledger)
    with tempfile.TemporaryDirectory() as out, ledger.stage("command"):
        command.audit.main(
            [*exports, "--as-of", as_of.isoformat(" "), "--out", out, "--fail-on", "never"], standalone_mode=False
        )
    return ledger


def table(ledger: Ledger) -> Iterable[str]:
    """The stages in the order they were first met, then their total."""
    whole = sum(spent.cpu for spent in ledger.stages.values())
    yield f"{'stage':<36}{'calls':>7}{'CPU s':>9}{'share':>7}{'wall s':>9}{'raised MiB':>12}"
    for name, spent in ledger.stages.items():
        if spent.cpu >= 0.005 or spent.wall >= 0.005:
            figures = f"{spent.calls:>7}{spent.cpu:>9.2f}{spent.cpu / whole:>7.1%}{spent.wall:>9.2f}"
            yield f"{name:<36}{figures}{spent.raised / 1024:>12.0f}"
    groups: dict[str, float] = {}
    for name, spent in ledger.stages.items():
        group = name.split()[0] if re.match(r"(read|stage|sql|word|write) ", name) else "other"
        groups[group] = groups.get(group, 0) + spent.cpu
    wall = sum(spent.wall for spent in ledger.stages.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield f"{'total':<36}{'':>7}{whole:>9.2f}{1:>7.0%}{wall:>9.2f}{peak / 1024:>12.0f}"
    yield "by group: " + ", ".join(f"{name} {cpu:.2f}" for name, cpu in groups.items())


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("exports", nargs="+")
    made.add_argument("--as-of", type=datetime.fromisoformat, default=AS_OF)
    asked = made.parse_args()
    for line in table(profile(asked.exports, asked.as_of)):
        print(line)


if __name__ == "__main__":
    # This file's name is that of a standard module, which must not be found here.
    sys.path = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]
    main()
