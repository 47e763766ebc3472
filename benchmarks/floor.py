"""The floor: DuckDB's typed scan of the journals, every column touched by an aggregate. `floor.py FILE...`

No auditor can spend less than it costs to read the file into types once; this is the fastest reader we know.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import duckdb

THREADS = 2
TYPES = {
    "received_at": "TIMESTAMP",
    "completed_at": "TIMESTAMP",
    "registered_on": "DATE",
    "extended_to": "DATE",
    "entry_no": "BIGINT",
}
"""The rest of the canonical journal is text."""


def scan(files: list[str]) -> dict[str, object]:
    """Read all files once; the number of rows, and the greatest value of each column."""
    with Path(files[0]).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    types = {name: TYPES.get(name, "VARCHAR") for name in header}
    greatest = ", ".join(f'max("{name}")' for name in header)
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {THREADS}; SET enable_progress_bar = false")
        found = connection.execute(
            f"SELECT count(*), {greatest} FROM read_csv($files, header = true, delim = ',', quote = '\"', columns = $types)",
            {"files": files, "types": types},
        ).fetchone()
    assert found is not None
    return dict(zip(["rows", *header], found, strict=True))


if __name__ == "__main__":
    json.dump(scan(sys.argv[1:]), sys.stdout, default=str, ensure_ascii=False)
