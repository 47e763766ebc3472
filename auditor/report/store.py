"""The history of runs in one DuckDB file: what each audit read, decided and found.

    version  number: the layout of this file
    run      run (1, 2, …), as_of, language, rules_sha256, calendar_sha256, rows_read, rows_accepted, rows_quarantined, applications, entries, and a
             column a verdict
    input    run, path, sha256, rows
    finding  run and the columns of findings.csv

A run is stored whole or not at all.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from auditor.engine.result import FINDING_COLUMNS, VERDICTS, Audit
from auditor.errors import UsageError

VERSION = 1
_LAYOUT = f"""
CREATE TABLE version (number INTEGER);
INSERT INTO version VALUES ({VERSION});
CREATE TABLE run (run BIGINT PRIMARY KEY, as_of TIMESTAMP, language VARCHAR, rules_sha256 VARCHAR, calendar_sha256 VARCHAR,
    rows_read BIGINT, rows_accepted BIGINT, rows_quarantined BIGINT, applications BIGINT, entries BIGINT,
    {", ".join(f'"{verdict}" BIGINT' for verdict in VERDICTS)});
CREATE TABLE input (run BIGINT, path VARCHAR, sha256 VARCHAR, rows BIGINT);
CREATE TABLE finding (run BIGINT, code VARCHAR, severity VARCHAR, district VARCHAR, office VARCHAR, service VARCHAR, channel VARCHAR,
    application_no VARCHAR, step VARCHAR, role VARCHAR, employee VARCHAR, received_at TIMESTAMP, completed_at TIMESTAMP, due_at TIMESTAMP,
    "limit" DOUBLE, limit_unit VARCHAR, actual DOUBLE, excess DOUBLE, basis VARCHAR, citation VARCHAR, message VARCHAR, source_file VARCHAR,
    source_line BIGINT, fingerprint VARCHAR);
"""


def add_run(file: Path, audit: Audit) -> int:
    """Add an audit to the history in `file`, made where missing. Returns the number of the run.

    Raises UsageError where the file is no history, is of a newer layout, or cannot be written.
    """
    try:
        con = duckdb.connect(str(file))
    except duckdb.Error as fault:
        raise UsageError(
            f"{file} cannot be opened as a history: {str(fault).splitlines()[0]}",
            hint="--store names a file that an earlier run made, or a new one in a folder that can be written.",
        ) from fault
    try:
        con.execute("BEGIN")
        _check_layout(con, file)
        run = _insert(con, audit)
        con.execute("COMMIT")
        # After a fault inside a transaction COMMIT rolls back without a word: read the run back.
        if con.execute("SELECT count(*) FROM run WHERE run = ?", [run]).fetchone() != (1,):
            raise UsageError(f"The run could not be stored in {file}.", hint="Look for free space on that disk.")
        return run
    finally:
        con.close()


def _check_layout(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        con.execute(_LAYOUT)
        return
    found = con.execute("SELECT number FROM version").fetchone() if "version" in tables else None
    if found is None:
        raise UsageError(f"{file} is a database, but no history of runs.", hint="Name another file with --store.")
    if found[0] != VERSION:
        raise UsageError(
            f"{file} has layout {found[0]}; this program knows layout {VERSION}.",
            hint="It was written by a newer auditor: use that one.",
        )


def _insert(con: duckdb.DuckDBPyConnection, audit: Audit) -> int:
    found = con.execute("SELECT coalesce(max(run), 0) + 1 FROM run").fetchone()
    assert found is not None
    run = int(found[0])
    counts = (audit.rows_read, audit.rows_accepted, audit.rows_quarantined, audit.application_count, audit.entries)
    told = (run, audit.as_of, audit.language, audit.rules_sha256, audit.calendar_sha256, *counts)
    values = [*told, *audit.verdict_totals().values()]
    con.execute(f"INSERT INTO run VALUES ({', '.join('?' * len(values))})", values)
    for given in audit.inputs:
        con.execute("INSERT INTO input VALUES (?, ?, ?, ?)", [run, given.path, given.sha256, given.rows_read])
    con.register("shown", audit.findings.select(pl.lit(run, dtype=pl.Int64).alias("run"), *FINDING_COLUMNS).to_arrow())
    con.execute("INSERT INTO finding BY NAME FROM shown")
    return run
