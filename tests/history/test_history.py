"""The file of the history: made, carried forward, refused, copied, pruned, and never left half-written."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from auditor.errors import UsageError
from auditor.history.history import History, compact
from auditor.history.schema import _FIRST, VERSION
from history.nights import IN_TIME, LATE, NEXT, Nights

ONE = "INSERT INTO run VALUES (?, '2018-03-16', 'en', 'r', 'c', 2, 2, 0, 1, 2, 1, 1, 0, 0, 0, 0)"


def first_layout(file: Path) -> None:
    """A history as the first version of the program left it: two runs that found the same."""
    with duckdb.connect(str(file)) as con:
        con.execute(_FIRST)
        con.execute("CREATE TABLE version (number INTEGER); INSERT INTO version VALUES (1)")
        for run in (1, 2):
            con.execute(ONE, [run])
            con.execute("INSERT INTO input VALUES (?, 'j.csv', 'x', 2)", [run])
            con.execute(
                "INSERT INTO finding (run, code, severity, district, office, step, fingerprint) VALUES (?, 'T01', 'error', 'D', 'O', 'register', 'f1')",
                [run],
            )


def test_the_first_layout_is_carried_forward(tmp_path: Path) -> None:
    """Nothing of an old file is lost: its runs, inputs and findings can be asked as before, and lives begin with them."""
    nights = Nights(tmp_path)
    first_layout(nights.store)
    with History.open(nights.store):
        pass
    assert nights.ask("SELECT number FROM version") == [(VERSION,)]
    assert nights.ask("SELECT run, rows_read, late, moved FROM run ORDER BY run") == [(1, 2, 1, True), (2, 2, 1, True)]
    assert nights.ask("SELECT run, code, step FROM finding ORDER BY run") == [
        (1, "T01", "register"),
        (2, "T01", "register"),
    ]
    assert nights.ask("SELECT fingerprint, state, first_run, last_run FROM life") == [("f1", "open", 1, 2)]


def test_a_carrying_forward_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a migration is none."""
    file = tmp_path / "history.duckdb"
    first_layout(file)
    monkeypatch.setattr(
        "auditor.history.schema.STEPS", (_FIRST, "CREATE TABLE half (a INTEGER); SELECT no_such_column")
    )
    with pytest.raises(duckdb.Error), History.open(file):
        pass
    with duckdb.connect(str(file)) as con:
        assert con.execute("SELECT number FROM version").fetchall() == [(1,)]
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    nights = Nights(tmp_path_factory.mktemp("one"))
    nights.run(LATE, NEXT)
    return nights


@pytest.fixture
def nights(one_night: Nights, tmp_path: Path) -> Nights:
    """A history with one night in it."""
    return one_night.copied(tmp_path)


def test_only_the_owner_reads_it(nights: Nights) -> None:
    """It holds what offices sent: names, numbers of people."""
    assert stat.S_IMODE(nights.store.stat().st_mode) == 0o600


def test_in_use(tmp_path: Path) -> None:
    """A second program is told so, in a sentence."""
    file = tmp_path / "history.duckdb"
    code = f"import duckdb, time; con = duckdb.connect({str(file)!r}); print('open', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            with pytest.raises(UsageError, match="in use by another program"), History.open(file):
                pass
        finally:
            other.kill()


def test_what_is_raised_inside_stores_nothing(nights: Nights) -> None:
    def half(history: History) -> None:
        with history.transaction():
            history.con.execute("DELETE FROM run")
            raise KeyError("later stage")

    with History.open(nights.store) as history, pytest.raises(KeyError):
        half(history)
    assert nights.ask("SELECT count(*) FROM run") == [(1,)]


def test_a_commit_that_is_none_is_noticed(nights: Nights) -> None:
    """After a fault that somebody swallowed, DuckDB's COMMIT rolls back without a word."""

    def swallowing(history: History) -> None:
        with history.transaction():
            history.con.execute("DELETE FROM input")
            with suppress(duckdb.Error):
                history.con.execute("INSERT INTO run SELECT * FROM run")  # the number of a run is there once

    with History.open(nights.store) as history, pytest.raises(UsageError, match="could not be stored"):
        swallowing(history)
    assert nights.ask("SELECT count(*) FROM input") == [(1,)]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A sentence, exit 2; root may write anywhere, so the folder is a file here."""
    (tmp_path / "no-folder").write_text("")
    with pytest.raises(UsageError, match="cannot be opened as a history"), History.open(tmp_path / "no-folder" / "h"):
        pass


def too_much(history: History) -> None:
    with history.transaction():
        history.con.execute(
            "INSERT INTO input SELECT i, md5(i::VARCHAR), md5((i + 7)::VARCHAR), i FROM range(2000000) r(i)"
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk(tmp_path: Path) -> None:
    """The former state stands, a sentence says why, and with room again the same run is stored."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        file = small / "history.duckdb"
        with History.open(file) as history, history.transaction():
            history.con.execute("INSERT INTO input VALUES (1, 'a', 'b', 1)")
        with History.open(file) as history, pytest.raises(UsageError, match="could not be stored"):
            too_much(history)
        with History.open(file) as history:
            assert history.con.execute("SELECT count(*) FROM input").fetchone() == (1,)
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        with History.open(file) as history, history.transaction():
            history.con.execute("INSERT INTO input VALUES (2, 'a', 'b', 1)")
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """kill -9 while runs are stored: what is there afterwards is a whole number of whole runs, and the next run is stored."""
    nights = Nights(tmp_path)
    (tmp_path / "journal.csv").write_text(
        "\n".join(["district,office,application_no,service,channel,step,received_at,completed_at", LATE, NEXT]) + "\n"
    )
    script = tmp_path / "runs.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        from click.testing import CliRunner
        from auditor.commands.audit import audit
        words = [{str(tmp_path / "journal.csv")!r}, "--as-of", "2018-03-20", "--out", {str(tmp_path / "killed")!r}, "--store", {str(nights.store)!r}]
        while True:
            CliRunner().invoke(audit, words, standalone_mode=False, catch_exceptions=False)
            print("stored", flush=True)
        """)
    )
    for wait in (0.05, 0.31):
        with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as runs:
            assert runs.stdout is not None
            runs.stdout.readline()
            time.sleep(wait)
            runs.send_signal(signal.SIGKILL)
        with History.open(nights.store):
            pass
        (count, numbers), *_ = nights.ask("SELECT count(*), list(run ORDER BY run) FROM run")
        assert numbers == list(range(1, count + 1))
        assert nights.ask("SELECT run, count(*) FROM input GROUP BY run ORDER BY run") == [(n, 1) for n in numbers]
        assert nights.ask("SELECT run, count(*) FROM finding GROUP BY run ORDER BY run") == [(n, 1) for n in numbers]
        assert nights.ask("SELECT last_run FROM life") == [(count,)]
    nights.run(LATE, NEXT)
    assert nights.ask("SELECT count(*) FROM run") == [(count + 1,)]


def test_a_copy_is_whole_and_can_be_opened(nights: Nights, tmp_path: Path) -> None:
    nights.run(IN_TIME, NEXT)
    with History.open(nights.store) as history:
        history.copy_to(tmp_path / "copy.duckdb")
    copied = Nights(tmp_path)
    copied.store = tmp_path / "copy.duckdb"
    for table in ("run", "input", "finding", "life", "life_event", "sent", "office_run", "code_run"):
        assert copied.ask(f"FROM {table} ORDER BY ALL") == nights.ask(f"FROM {table} ORDER BY ALL"), table
    assert stat.S_IMODE(copied.store.stat().st_mode) == 0o600
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith(".")] == []
    copied.run(LATE, NEXT)  # it goes on like any history


def test_a_copy_that_cannot_be_made(nights: Nights, tmp_path: Path) -> None:
    with History.open(nights.store) as history, pytest.raises(UsageError, match="cannot be copied"):
        history.copy_to(tmp_path / "no" / "folder.duckdb")


def test_pruned_and_compacted(nights: Nights) -> None:
    """What ended long ago is forgotten; figures, lives and what stands stay."""
    nights.run(IN_TIME, NEXT, as_of="2018-03-21")
    nights.run(IN_TIME, NEXT, as_of="2018-06-01")
    with History.open(nights.store) as history:
        assert history.prune(keep_entries_days=30, keep_runs_days=30)["input"] == 2
    compact(nights.store)
    assert nights.ask("SELECT run FROM input") == [(3,)]
    assert nights.ask("SELECT run FROM run ORDER BY run") == [(1,), (2,), (3,)]
    assert "T01 register" in nights.states()
    assert nights.ask("SELECT count(*) FROM finding_span WHERE until IS NOT NULL") == [(0,)]
    assert stat.S_IMODE(nights.store.stat().st_mode) == 0o600
