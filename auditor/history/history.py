"""One history file: opened, carried forward, written in whole runs, copied, pruned.

A run is stored whole or not at all. After a fault inside a DuckDB transaction COMMIT raises nothing and rolls back, so each
run is read back after it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from auditor.errors import UsageError
from auditor.history.schema import VERSION, carry_forward, first

OWNER_ONLY = 0o600
MEMORY = "400MB"


class History:
    """An open history. Use `with History.open(path) as history`."""

    def __init__(self, file: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.file = file
        self.con = con

    @staticmethod
    @contextmanager
    def open(file: Path, *, make: bool = True) -> Iterator[History]:
        """The history in `file`, made where missing (if `make`), carried forward to this layout, readable by its owner only.

        Raises UsageError where it is missing, no history, of a newer layout, in use or cannot be written.
        """
        if not make and not file.is_file():
            raise UsageError(
                f"There is no history in {file}.", hint="`auditor audit … --store FILE` makes one with its first run."
            )
        con = _connect(file)
        try:
            con.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 2; SET enable_progress_bar = false")
            _check_layout(con, file)
            yield History(file, con)
        finally:
            con.close()  # the last connection's close writes the log into the file

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing: what is raised inside, and a commit that is none, leave the former state.

        Raises UsageError where the disk did not take it.
        """
        self.con.execute("BEGIN")
        try:
            marker = self._mark()
            yield
            self.con.execute("COMMIT")
        except BaseException as fault:
            # A fault that DuckDB itself noticed has already ended the transaction.
            with suppress(duckdb.Error):
                self.con.execute("ROLLBACK")
            if isinstance(fault, duckdb.IOException | duckdb.OutOfMemoryException | duckdb.TransactionException):
                raise self._not_stored(fault) from fault
            raise
        if self._marker() != marker:
            raise self._not_stored(None)

    def _mark(self) -> int:
        """Count this transaction in the file: read back after the commit, the number says whether it was one."""
        self.con.execute("CREATE TABLE IF NOT EXISTS written (number BIGINT)")
        if self._marker() is None:
            self.con.execute("INSERT INTO written VALUES (0)")
        self.con.execute("UPDATE written SET number = number + 1")
        marker = self._marker()
        assert marker is not None
        return marker

    def _marker(self) -> int | None:
        found = first(self.con, "SELECT number FROM written")
        return int(found[0]) if found else None

    def _not_stored(self, fault: Exception | None) -> UsageError:
        why = f": {str(fault).splitlines()[0]}" if fault else ""
        return UsageError(
            f"The run could not be stored in {self.file}{why}",
            hint="Its former state stands. Look for free space on that disk, and whether the file may be written.",
        )

    def copy_to(self, target: Path) -> Path:
        """A consistent copy in a new file, checked table by table; `target` is there whole or not at all.

        The copy is written anew, so it is also the smallest form of the file. Raises UsageError where it can't be written.
        """
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        temporary.unlink(missing_ok=True)
        try:
            with _private():
                self.con.execute(f"ATTACH {_quoted(temporary)} AS copied")
            try:
                name = self._name()
                self.con.execute(f'COPY FROM DATABASE "{name}" TO copied')
                for (table,) in self._tables():
                    counts = [
                        first(self.con, f'SELECT count(*) FROM {base}.main."{table}"')
                        for base in (f'"{name}"', "copied")
                    ]
                    if counts[0] != counts[1]:
                        raise UsageError(f"The copy {target} has not every row of `{table}`.", hint="Look at the disk.")
            finally:
                self.con.execute("DETACH copied")
            temporary.chmod(OWNER_ONLY)
            _to_disk(temporary)
            temporary.replace(target)
            return target
        except (duckdb.Error, OSError) as fault:
            raise UsageError(
                f"The history cannot be copied to {target}: {str(fault).splitlines()[0]}",
                hint="Name a file in a folder that can be written, with room for it.",
            ) from fault
        finally:
            temporary.unlink(missing_ok=True)

    def prune(self, keep_entries_days: int = 0, keep_runs_days: int = 0) -> dict[str, int]:
        """Forget what is older than so many days before the last run; 0 keeps for ever. Returns table to rows forgotten.

        Entries: versions that were superseded, and rows that are gone, before that day; the first export of an entry that differs
        now is evidence and stays. Runs: their lists of inputs and the findings that ended; figures by office and code, lives
        and replies stay.
        """
        last = first(self.con, "SELECT max(as_of) FROM run")
        if last is None or last[0] is None:
            return {}
        forgotten = {}
        with self.transaction():
            if keep_entries_days:
                edge = self._run_before(last[0] - timedelta(days=keep_entries_days))
                forgotten["sent"] = self._forget(
                    "sent",
                    "coalesce(until, gone) <= ? AND entry NOT IN (SELECT entry FROM change WHERE until IS NULL)",
                    edge,
                )
            if keep_runs_days:
                edge = self._run_before(last[0] - timedelta(days=keep_runs_days))
                forgotten["input"] = self._forget("input", "run <= ?", edge)
                forgotten["finding_span"] = self._forget("finding_span", "until <= ?", edge)
        return forgotten

    def _run_before(self, moment: datetime) -> int:
        found = first(self.con, "SELECT coalesce(max(run), 0) FROM run WHERE as_of < ?", [moment])
        assert found is not None
        return int(found[0])

    def _forget(self, table: str, condition: str, edge: int) -> int:
        gone = first(self.con, f'DELETE FROM "{table}" WHERE {condition}', [edge])
        return int(gone[0]) if gone else 0

    def _name(self) -> str:
        found = first(self.con, "SELECT current_database()")
        assert found is not None
        return str(found[0])

    def _tables(self) -> list[tuple[str]]:
        query = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary"
        return self.con.execute(query).fetchall()


def compact(file: Path) -> None:
    """Write the file anew without the room that deleted rows left; the new one takes its place when it is whole."""
    target = file.with_name(f".{file.name}.compacted")
    with History.open(file, make=False) as history:
        history.copy_to(target)
    target.replace(file)


def _connect(file: Path) -> duckdb.DuckDBPyConnection:
    fresh = not file.exists()
    try:
        with _private():
            con = duckdb.connect(str(file))
    except duckdb.Error as fault:
        said = str(fault).splitlines()[0]
        if "lock" in said.lower():
            raise UsageError(
                f"{file} is in use by another program.", hint="Wait until the other run is done, then try again."
            ) from fault
        raise UsageError(
            f"{file} cannot be opened as a history: {said}",
            hint="--store names a file that an earlier run made, or a new one in a folder that can be written.",
        ) from fault
    if fresh:
        file.chmod(OWNER_ONLY)
    return con


@contextmanager
def _private() -> Iterator[None]:
    """Files made meanwhile are their owner's alone."""
    former = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(former)


def _check_layout(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    found = first(con, "SELECT number FROM version") if "version" in tables else (0,)
    if tables and (found is None or found[0] == 0):
        raise UsageError(f"{file} is a database, but no history of runs.", hint="Name another file with --store.")
    assert found is not None
    if found[0] > VERSION:
        raise UsageError(
            f"{file} has layout {found[0]}; this program knows layouts up to {VERSION}.",
            hint="It was written by a newer auditor: use that one.",
        )
    if found[0] < VERSION:
        with History(file, con).transaction():
            carry_forward(con, int(found[0]))


def _to_disk(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
