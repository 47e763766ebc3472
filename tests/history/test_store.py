"""`--store`: a run is added whole, the findings of each night side by side."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from auditor.commands.audit import audit
from auditor.errors import UsageError

ROWS = """district,office,application_no,service,channel,step,received_at,completed_at
D,O,1,child_allowance,provider,register,2018-03-14 10:00,2018-03-14 10:40
D,O,1,child_allowance,provider,resolve,2018-03-14 10:41,2018-03-15 10:00
"""


def run(folder: Path, store: Path) -> int:
    (folder / "j.csv").write_text(ROWS)
    words = [str(folder / "j.csv"), "--as-of", "2018-03-16", "--out", str(folder / "out"), "--store", str(store)]
    result = CliRunner().invoke(audit, words, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.return_value


def test_two_nights(tmp_path):
    """Each run has its number, its inputs and its findings; the fingerprint is the same on both nights."""
    store = tmp_path / "history.duckdb"
    assert run(tmp_path, store) == 1
    assert run(tmp_path, store) == 1
    con = duckdb.connect(str(store), read_only=True)
    assert con.execute("SELECT run, rows_read, late FROM run ORDER BY run").fetchall() == [(1, 2, 1), (2, 2, 1)]
    assert con.execute("SELECT count(*), count(DISTINCT sha256) FROM input").fetchone() == (2, 1)
    found = con.execute("SELECT code, step, count(*), count(DISTINCT fingerprint) FROM finding GROUP BY ALL").fetchall()
    assert found == [("T01", "register", 2, 1)]


def test_no_history(tmp_path):
    """A file that is no history is left alone, with a sentence."""
    store = tmp_path / "text.duckdb"
    store.write_text("not a database at all, but long enough to look like one\n" * 300)
    with pytest.raises(UsageError, match="cannot be opened as a history"):
        run(tmp_path, store)
    other = tmp_path / "other.duckdb"
    duckdb.connect(str(other)).execute("CREATE TABLE a (b INTEGER)")
    with pytest.raises(UsageError, match="no history of runs"):
        run(tmp_path, other)


def test_a_newer_layout(tmp_path):
    """What a newer program wrote is refused, not changed."""
    store = tmp_path / "history.duckdb"
    run(tmp_path, store)
    con = duckdb.connect(str(store))
    con.execute("UPDATE version SET number = 99")
    con.close()
    with pytest.raises(UsageError, match="layout 99"):
        run(tmp_path, store)
