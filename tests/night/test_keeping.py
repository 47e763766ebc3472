"""Configuration, doctor, backup and restore: each fault has its line, nothing is overwritten, every byte is checked."""

from __future__ import annotations

import shutil
import tarfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.errors import ConfigError, InputError, UsageError
from auditor.history.history import History
from auditor.night.backup import make_backup, restore
from auditor.night.config import read_config
from auditor.night.doctor import FAIL, WARN, Look, looks
from auditor.night.place import make_place
from mail.server import certificates, free_port, running
from night.places import NIGHT, journal, made, night, report, said, send

MAIL = 'from = "auditor@oblast.example"\neml_folder = "eml"'


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ('offices = "offices.yaml"', "offices = 5", r"auditor.toml:8: offices: `5` is a number; write .* in quotes"),
        (
            "settle_seconds = 3",
            'settle_seconds = "3"',
            r":\d+: intake.settle_seconds: `3` is no whole number; write a whole number from 0",
        ),
        (
            "settle_seconds = 3",
            "settle_second = 3",
            r":\d+: intake.settle_second: is an unknown key; .*did you mean `settle_seconds`",
        ),
        ('release = "manual"', 'release = "maybe"', r":\d+: mail.release: `maybe` is unknown; one of: manual, auto"),
        (
            'release = "manual"',
            'release = "auto"',
            r"mail.release: is `auto`, but there is neither `host` nor `eml_folder`",
        ),
        (
            "inspector = []",
            'inspector = ["a@b.example\\nBcc: c@d.example"]',
            r"mail.inspector: .* is no plain mail address",
        ),
        ("inspector = []", 'inspector = ["Иван <a@b.example>"]', r"mail.inspector: .* is no plain mail address"),
        (
            "operator = []",
            'host = "mail.example"\nfrom = "a@b.example"\ntls = "none"',
            r"mail.tls: `none` would send letters readable to mail.example",
        ),
        ('language = "en"', 'language = "en', r"auditor.toml:5: file: is not TOML, column 15"),
        ('language = "en"', 'language = "en"\nlanguage = "kk"', r"auditor.toml:6: file: is not TOML"),
        ('log = "log"', 'log = "reports/log"', r":\d+: folders.log: lies in `reports`; a folder of its own"),
        ("withdrawn = []", 'withdrawn = ["abc"]', r"intake.withdrawn: `abc` is no SHA-256"),
        ("retry_nights = [0, 1, 2, 4]", 'retry_nights = [0, "one"]', r"mail.retry_nights: is no list of whole numbers"),
    ],
)
def test_a_fault_in_the_configuration_has_its_line_and_what_would_be_right(
    tmp_path: Path, was: str, becomes: str, words: str
) -> None:
    make_place(tmp_path, None, "en")
    file = tmp_path / "auditor.toml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        read_config(file)


def test_the_configuration_that_init_makes_can_be_read_and_used(tmp_path: Path) -> None:
    """Every line of it that is switched off can be switched on."""
    make_place(tmp_path, None, "kk")
    file = tmp_path / "auditor.toml"
    assert read_config(file).language == "kk"
    text = file.read_text(encoding="utf-8")
    on = "\n".join(
        line[2:] if line.startswith("# ") and (" = " in line or line.startswith("# [")) else line
        for line in text.splitlines()
    )
    file.write_text(on.replace('eml_folder = "eml"', ""), encoding="utf-8")
    config = read_config(file)
    assert config.mail.archive is not None
    assert config.mail.server is not None
    assert config.districts["abai"].recipients == ("head@abai.example",)


def test_init_overwrites_nothing_and_grows_with_the_register(tmp_path: Path) -> None:
    place = tmp_path / "place"
    assert said("init", str(place)).returncode == 0
    (place / "auditor.toml").write_text(
        (place / "auditor.toml").read_text(encoding="utf-8") + "# mine\n", encoding="utf-8"
    )
    register = place / "offices.yaml"
    grown = register.read_text(encoding="utf-8").replace("inbox: abai-qulaaigyr", "inbox: another")
    register.write_text(grown, encoding="utf-8")
    again = said("init", str(place))
    assert again.returncode == 0
    assert "Made: " in again.stdout
    assert (place / "auditor.toml").read_text(encoding="utf-8").endswith("# mine\n")
    assert register.read_text(encoding="utf-8") == grown
    assert {path.name for path in (place / "inbox").iterdir()} == {"abai-zhumys", "abai-qulaaigyr", "another"}


def found(config: object, now: datetime = NIGHT) -> dict[str, list[Look]]:
    by_level: dict[str, list[Look]] = {"ok": [], "warn": [], "fail": []}
    for look in looks(config, lambda: now):  # type: ignore[arg-type]
        by_level[look.level].append(look)
    return by_level


def test_the_doctor_finds_nothing_failing_in_a_place_that_works(tmp_path: Path) -> None:
    config = made(tmp_path, MAIL)
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert found(config)["fail"] == []


def test_the_doctor_sees_what_would_stop_a_night(tmp_path: Path) -> None:
    config = made(tmp_path, f'from = "a@b.example"\nhost = "localhost"\ntls = "none"\nport = {free_port()}')
    (config.folders.log).rmdir()
    config.folders.reports.chmod(0o755)
    config.offices.write_text("districts:\n  abai: no\n", encoding="utf-8")
    seen = found(config)
    failing = "\n".join(look.said for look in seen[FAIL])
    for words in (f"There is no folder {config.folders.log}", "has no keys of its own", "does not answer"):
        assert words in failing
    assert any("is open to others too (0755)" in look.said for look in seen[WARN])
    assert CliRunner().invoke(cli, ["doctor", "--config", str(config.file)], standalone_mode=False).return_value == 1


def test_the_doctor_reads_an_offices_own_profile(tmp_path: Path) -> None:
    """A sound one is no fault; a faulty one is named before a night stumbles over it."""
    config = made(tmp_path)
    own = tmp_path / "own.yaml"
    text = config.offices.read_text(encoding="utf-8")
    config.offices.write_text(
        text.replace("    inbox: nura-bolim", "    inbox: nura-bolim\n    profile: own.yaml"), encoding="utf-8"
    )
    own.write_text("zone: Asia/Almaty\n", encoding="utf-8")
    assert not any("own.yaml" in look.said for look in found(config)[FAIL])
    own.write_text("colums: {}\n", encoding="utf-8")
    assert any("own.yaml" in look.said and "colums" in look.said for look in found(config)[FAIL])


def test_the_doctor_speaks_to_the_mail_server_over_verified_tls(tmp_path: Path) -> None:
    context, authority = certificates(tmp_path)
    with running(context=context) as server:
        mail = f'from = "a@b.example"\nhost = "localhost"\nport = {server.port}\n'
        strange = found(made(tmp_path / "a", mail))
        assert any("is not trusted" in look.said for look in strange[FAIL])
        trusted = found(made(tmp_path / "b", mail + f'ca_file = "{authority}"\n'))
        assert any("The mail server answers" in look.said for look in trusted["ok"])


@pytest.mark.parametrize(
    ("now", "words"),
    [(datetime(2027, 6, 1), "The calendar ends on"), (datetime(2030, 1, 1), "The calendar ends on")],
)
def test_the_doctor_looks_a_year_ahead_in_the_calendar(tmp_path: Path, now: datetime, words: str) -> None:
    level = WARN if now.year == 2027 else FAIL
    assert any(words in look.said for look in found(made(tmp_path), now)[level])


def test_the_doctor_asks_when_a_lawyer_looked_at_the_rules(tmp_path: Path, repo: Path) -> None:
    shutil.copytree(repo / "rules", tmp_path / "rules")
    file = made(tmp_path).file
    file.write_text('rules = "rules"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    law = tmp_path / "rules" / "regulation.yaml"
    text = law.read_text(encoding="utf-8")
    for line, words, level in (
        ("", "It is not known when a lawyer", WARN),
        ("checked_on: 2018-03-01\n", "A lawyer checked the rules on 2018-03-01 (32 days ago)", "ok"),
        ("checked_on: 2017-03-01\n", "A lawyer last checked", WARN),
    ):
        law.write_text(line + text, encoding="utf-8")
        assert any(words in look.said for look in found(read_config(file))[level])


def test_a_backup_restores_to_the_same_place(tmp_path: Path) -> None:
    """The next night judges, remembers and mails as if nothing had happened."""
    config = made(tmp_path / "place", MAIL)
    send(config, "abai-bolim", "наурыз.csv", journal("abai-bolim"))
    night(config)
    done = make_backup(config, tmp_path, NIGHT)
    assert done.runs == 1
    shutil.move(tmp_path / "place", tmp_path / "burnt")
    restored = restore(done.path, tmp_path / "place")
    assert (restored.files, restored.runs, restored.elsewhere) == (done.files, 1, ())
    again = read_config(tmp_path / "place" / "auditor.toml")
    assert report(again) == report(read_config(tmp_path / "burnt" / "auditor.toml"))
    assert night(again).repeated
    assert night(again, NIGHT + timedelta(days=1)).run == 2
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "place").rglob("*") if path.is_file()} <= {0o600}


def test_a_place_restored_by_a_relative_path_has_all_its_rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inbox and log are in no backup; without them the next night would stop."""
    config = made(tmp_path / "place", MAIL)
    done = make_backup(config, tmp_path / "copy.tar", NIGHT)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for folder in (Path("new"), Path("../beside")):
        restore(done.path, folder)
        assert all(room.is_dir() for room in vars(read_config(folder / "auditor.toml").folders).values())


@pytest.mark.parametrize("released", [False, True])
def test_a_restored_place_mails_nothing_twice(tmp_path: Path, released: bool) -> None:
    """Letters that left after the backup was made: the restored outbox does not know, so it asks and does not send."""
    with running("put_off") as server:
        mail = f'from = "auditor@oblast.example"\nhost = "localhost"\nport = {server.port}\ntls = "none"'
        config = made(tmp_path / "place", mail)
        send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
        night(config)
        release = ("mail", "--config", str(config.file), "--release", "1")
        if released:
            assert said(*release).returncode == 1
        done = make_backup(config, tmp_path, NIGHT)
        server.behaviour = "take"
        assert said(*release).returncode == 0
        assert len(server.got) == 1
        shutil.rmtree(tmp_path / "place")
        restore(done.path, tmp_path / "place")
        assert "nobody knows whether it was sent" in said(*release).stdout
        assert len(server.got) == 1
        (letter,) = server.messages()
        assert said("mail", "--config", str(config.file), "--resend", str(letter["Message-ID"])).returncode == 0
        assert len(server.got) == 2


def test_a_backup_and_a_restore_overwrite_nothing(tmp_path: Path) -> None:
    config = made(tmp_path / "place")
    done = make_backup(config, tmp_path / "copy.tar", NIGHT)
    with pytest.raises(UsageError, match="is there already"):
        make_backup(config, tmp_path / "copy.tar", NIGHT)
    with pytest.raises(UsageError, match="own archive"):
        make_backup(config, config.folders.archive / "copy.tar", NIGHT)
    with pytest.raises(UsageError, match="is not empty"):
        restore(done.path, tmp_path / "place")


def test_passwords_stay_where_they_are(tmp_path: Path) -> None:
    config = made(tmp_path / "place", MAIL)
    (tmp_path / "place" / "mail-password").write_text("secret", encoding="utf-8")
    done = make_backup(config, tmp_path, NIGHT)
    assert b"secret" not in done.path.read_bytes()


def test_a_damaged_backup_makes_no_place(tmp_path: Path) -> None:
    config = made(tmp_path / "place")
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    night(config)
    path = make_backup(config, tmp_path, NIGHT).path
    whole = path.read_bytes()
    at = whole.index(b"home_care")
    for broken, words in (
        (whole[:at] + b"home_cart" + whole[at + 9 :], "damaged in the backup"),
        (whole[: len(whole) // 2], "no whole backup"),
        (b"", "no whole backup"),
    ):
        path.write_bytes(broken)
        with pytest.raises(InputError, match=words):
            restore(path, tmp_path / "new")
        assert not (tmp_path / "new").exists()


def test_a_backup_that_leads_out_of_its_place_is_refused(tmp_path: Path) -> None:
    import io
    import json

    path = tmp_path / "evil.tar"
    told = {
        "layout": 1,
        "config": "auditor.toml",
        "rooms": {},
        "runs": 0,
        "links": [],
        "files": [{"name": "place/../../evil", "size": 0, "sha256": ""}],
    }
    raw = json.dumps(told).encode()
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(raw)
        tar.addfile(entry, io.BytesIO(raw))
    with pytest.raises(InputError, match="outside of its place"):
        restore(path, tmp_path / "new")


def test_what_is_old_is_forgotten_and_what_is_needed_is_not(tmp_path: Path) -> None:
    config = made(tmp_path, MAIL)
    file = config.file
    text = (
        file.read_text(encoding="utf-8")
        .replace("reports_days = 400", "reports_days = 2")
        .replace("letters_days = 400", "letters_days = 2")
    )
    file.write_text(text, encoding="utf-8")
    config = read_config(file)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    for day in range(5):
        night(config, NIGHT + timedelta(days=day))
    nights = sorted(path.name for path in (config.folders.reports / "nights").iterdir())
    assert nights == ["000003-2018-04-04", "000004-2018-04-05", "000005-2018-04-06"]
    with History.open(config.database) as history:
        held = history.con.execute("SELECT file FROM outbox WHERE state = 'held'").fetchall()
    assert all((config.folders.outbox / name).is_file() for (name,) in held)


def test_the_place_of_the_example_register_works(tmp_path: Path, repo: Path) -> None:
    done = said("init", str(tmp_path / "place"), "--offices", str(repo / "docs/examples/offices.yaml"))
    assert done.returncode == 0, done.stderr
    config = read_config(tmp_path / "place" / "auditor.toml")
    for path in (repo / "sample_data/journals/abai").glob("*.csv"):
        folder = next((f for f in config.folders.inbox.iterdir() if f.name.endswith(path.stem)), None)
        if folder is not None:
            shutil.copy(path, folder / path.name)
    told = night(config, datetime(2019, 7, 31))
    assert told.figures is not None
    assert told.figures.rows_accepted > 100
