"""A machine that may die at any moment: the next run completes the work, loses nothing, and mails nothing twice.

The kills are real ones (SIGKILL to a process of its own), the mail server is a real one, and the result is held against that of a place
that nothing ever happened to.
"""

from __future__ import annotations

import mailbox
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.history.history import History
from auditor.mail.outbox import Outbox
from auditor.night.config import Config, read_config
from mail.server import Server, running
from night.places import HEADS, NAMES, NIGHT, command, environment, journal, letters, made, night, report, said, send

DYING = Path(__file__).parent / "dying.py"
NEXT = NIGHT + timedelta(days=1)
AS_OF = f"{NEXT:%Y-%m-%d %H:%M:%S}"

BOUNDARIES = (
    "auditor.night.run:gather after",
    "auditor.night.intake:copy_durably after",
    "auditor.night.intake:write_ledger before",
    "auditor.night.intake:write_ledger after",
    "auditor.night.run:write_night after",
    "auditor.night.run:_lay_out after",
    "auditor.night.run:audit after",
    "auditor.night.run:write_reports before",
    "auditor.night.run:write_reports after",
    "auditor.night.run:Outbox.lay_down after",
    "auditor.night.run:Outbox.enter after",
    "auditor.night.run:keep_record after",
    "auditor.night.run:NightRun._keep after",
    "auditor.night.publish:make_folder after",
    "auditor.night.publish:point_to before",
    "auditor.night.publish:point_to after",
    "auditor.night.run:night_done before",
    "auditor.night.run:night_done after",
    "auditor.night.post:deliver before",
    "auditor.mail.courier:_Connection.data before",
    "auditor.mail.outbox:Outbox.set_state before",
    "auditor.mail.outbox:Outbox.set_state after",
    "auditor.mail.courier:_Connection.data after",
    "auditor.night.run:write_status after",
)
"""Where a night may be cut: each stage's edges, and the edges of each thing that must not be done twice."""
SOME = tuple(BOUNDARIES[number] for number in (3, 9, 12, 22))
"""Those of `make test`."""


@contextmanager
def post_office(folder: Path) -> Iterator[Server]:
    """A mail server whose archive mailbox has a copy of what it took."""
    folder.mkdir(exist_ok=True)
    box = mailbox.Maildir(folder / "copies", create=True)
    with running() as server:
        server.taken = box.add
        yield server


def place(folder: Path, port: int) -> Config:
    """A place with a first night behind it, and changed and new files in the inbox for the second."""
    mail = f"""
    from = "a@oblast.example"
    host = "localhost"
    port = {port}
    tls = "none"
    """
    copies = (
        '[mail.archive]\nkind = "maildir"\npath = "../copies"\naddress = "copies@oblast.example"\nwait_minutes = 0\n'
    )
    config = made(folder, mail, "\n" + copies)
    for office in NAMES:
        send(config, office, "march.csv", journal(office))
    night(config)
    file = config.file
    file.write_text(
        file.read_text(encoding="utf-8").replace('release = "manual"', 'release = "auto"'), encoding="utf-8"
    )
    send(config, "abai-bolim", "march.csv", journal("abai-bolim", range(1, 6)))
    send(config, "nura-bolim", "more.csv", journal("nura-bolim", range(40, 44), late=False))
    return read_config(file)


def outcome(config: Config) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, object]]:
    """Everything that must be the same as if nothing had happened."""
    with History.open(config.database) as history:
        rows = history.con.execute(
            "SELECT fingerprint, state, since, first_run, last_run FROM life ORDER BY ALL"
        ).fetchall()
        runs = history.con.execute("SELECT run, as_of, rows_read, entries FROM run ORDER BY run").fetchall()
        posts = Outbox(history, config.folders.outbox).counts()
    return report(config), letters(config), {"lives": rows, "runs": runs, "posts": posts}


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, object]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with post_office(folder) as server:
        config = place(folder / "place", server.port)
        night(config, NEXT)
        assert Counter(server.recipients()) >= Counter(HEADS.values())
        return outcome(config)


def completed(config: Config, server: Server, expected: object) -> None:
    """One more run, and everything is as if nothing had happened; then another one, which changes nothing."""
    for _ in range(2):
        last = said("nightly", "--config", str(config.file), "--as-of", AS_OF)
        assert last.returncode == 0, last.stderr
    assert outcome(config) == expected
    assert Counter(address for address in server.recipients() if address in HEADS.values()) == Counter(HEADS.values())
    left = [path for path in config.folder.rglob("*") if path.name.endswith(".part") or path.name.startswith(".staged")]
    assert left == []


def kill_at(config: Config, boundary: str) -> int:
    where, when = boundary.split()
    line = [sys.executable, str(DYING), where, when, "nightly", "--config", str(config.file), "--as-of", AS_OF]
    return subprocess.run(line, env=environment(), capture_output=True, check=False, timeout=120).returncode


@pytest.mark.parametrize("boundaries", [SOME, pytest.param(BOUNDARIES, marks=pytest.mark.slow)], ids=["some", "each"])
def test_killed_at_the_boundaries_one_after_the_other(
    tmp_path: Path, undisturbed: object, boundaries: tuple[str, ...]
) -> None:
    """Each run dies a little later than the one before it."""
    with post_office(tmp_path) as server:
        config = place(tmp_path / "place", server.port)
        deaths = [kill_at(config, boundary) for boundary in boundaries]
        assert deaths.count(-signal.SIGKILL) >= len(deaths) - 8, dict(zip(boundaries, deaths, strict=True))
        completed(config, server, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_at_one_boundary(tmp_path: Path, undisturbed: object, boundary: str) -> None:
    with post_office(tmp_path) as server:
        config = place(tmp_path / "place", server.port)
        assert kill_at(config, boundary) == -signal.SIGKILL
        completed(config, server, undisturbed)


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_at_random_moments(tmp_path: Path, undisturbed: object, kills: int) -> None:
    """Twenty at most in one place, which then completes its night."""
    dice = random.Random(kills)
    died = 0
    while died < kills:
        folder = tmp_path / str(died)
        with post_office(folder) as server:
            config = place(folder / "place", server.port)
            begun = time.monotonic()
            subprocess.run(command("nightly", "--help"), env=environment(), capture_output=True, check=True)
            least = time.monotonic() - begun
            for _ in range(min(20, kills - died)):
                line = command("nightly", "--config", str(config.file), "--as-of", AS_OF)
                process = subprocess.Popen(
                    line, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                time.sleep(dice.uniform(least, least * 12))
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                died += 1
            completed(config, server, undisturbed)


def test_a_full_disk_and_a_read_only_folder_stop_the_night_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the night is completed when there is room again."""
    import errno

    from auditor.night import run

    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(config.folders.reports))

    with monkeypatch.context() as patched:
        patched.setattr(run, "write_reports", full)
        with pytest.raises(OSError, match="No space left"):
            night(config)
    assert "No space left on device" in (config.folders.reports / "STATUS.html").read_text(encoding="utf-8")
    with History.open(config.database) as history:
        assert history.con.execute("SELECT count(*) FROM run").fetchone() == (0,)
    assert night(config).run == 1


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system of 40 MB in which the night does not find room."""
    small = tmp_path / "small"
    small.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        config = made(small / "place")
        send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
        filler = small / "filler"
        with filler.open("wb") as file:
            left = os.statvfs(small)
            file.write(b"\0" * (left.f_bavail * left.f_frsize - 100_000))
        line = command("nightly", "--config", str(config.file), "--as-of", AS_OF)
        stopped = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120, check=False)
        assert stopped.returncode == 2, stopped.stderr
        assert "Traceback" not in stopped.stderr
        filler.unlink()
        done = said("nightly", "--config", str(config.file), "--as-of", AS_OF)
        assert done.returncode == 0, done.stderr
        assert b"abai-bolim/march.csv" in report(config)["findings.csv"]
    finally:
        subprocess.run(["umount", str(small)], capture_output=True, check=False)
