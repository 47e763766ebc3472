"""A night from the inbox to the letters: what is judged, what persists, and what reaches whom."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from auditor.errors import UsageError
from auditor.history.history import History
from auditor.mail.outbox import Outbox
from auditor.night.config import read_config
from auditor.night.told import DONE
from auditor.report.past import Past
from mail.server import running
from night.places import HEADS, NAMES, NIGHT, journal, letters, made, modes, night, report, said, send

MAIL = 'from = "auditor@oblast.example"\neml_folder = "eml"'


def findings(config: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report(config)["findings.csv"].decode())))  # type: ignore[arg-type]


def audit_json(config: object) -> dict[str, object]:
    return dict(json.loads(report(config)["audit.json"]))  # type: ignore[arg-type]


def states(config: object) -> dict[str, int]:
    with History.open(config.database) as history:  # type: ignore[attr-defined]
        return Outbox(history, config.folders.outbox).counts()  # type: ignore[attr-defined]


def test_a_night_judges_archives_reports_and_prepares_letters(tmp_path: Path) -> None:
    """And everything it makes is its owner's alone."""
    import os

    former = os.umask(0o077)
    try:
        config = made(tmp_path, MAIL)
        for office in NAMES:
            send(config, office, "march.csv", journal(office))
        told = night(config)
    finally:
        os.umask(former)
    assert told.state == DONE
    assert told.figures is not None
    assert told.figures.rows_read == 12
    assert {row["source_file"] for row in findings(config)} == {"abai-bolim/march.csv", "nura-bolim/march.csv"}
    archived = {path.name for path in config.folders.archive.rglob("*-march.csv")}
    assert {name.partition("-")[0] for name in archived} == {i["sha256"] for i in audit_json(config)["inputs"]}  # type: ignore[attr-defined]
    assert states(config) == {"held": 2}
    assert modes(tmp_path) <= {0o600, 0o700}
    assert (config.folders.reports / "index.html").read_bytes() == report(config)["index.html"]


def test_each_head_gets_the_own_district_and_nothing_of_another(tmp_path: Path) -> None:
    config = made(tmp_path, MAIL)
    for office in NAMES:
        send(config, office, "march.csv", journal(office))
    night(config)
    with History.open(config.database) as history:
        posts = Outbox(history, config.folders.outbox).of_run(1)
    assert {(post.district, post.recipient) for post in posts} == {
        ("Абай ауданы", HEADS["abai"]),
        ("Нұра ауданы", HEADS["nura"]),
    }


def test_the_night_done_again_is_the_same_night(tmp_path: Path) -> None:
    """No second run, no second letter, the same bytes."""
    config = made(tmp_path, MAIL)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    first, before = night(config), report(config)
    again = night(config)
    assert (first.run, again.run, again.repeated) == (1, 1, True)
    assert report(config) == before
    assert len(letters(config)) == 1


def test_findings_persist_though_nothing_new_was_sent(tmp_path: Path) -> None:
    """Every night judges each office's latest files, also when the inbox was cleared."""
    config = made(tmp_path)
    path = send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    night(config)
    before = [row["fingerprint"] for row in findings(config)]
    path.unlink()
    told = night(config, NIGHT + timedelta(days=1))
    assert told.run == 2
    assert [row["fingerprint"] for row in findings(config)] == before != []


def test_the_report_says_what_changed_since_the_night_before(tmp_path: Path) -> None:
    """Findings that came, stayed and went; the first night compares with nothing."""
    from auditor.night import run

    seen = []

    def watched(*arguments: Any) -> Past:
        past = former(*arguments)
        seen.append(past.trend)
        return past

    former = run.past_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "past_of", watched)
        config = made(tmp_path)
        send(config, "abai-bolim", "march.csv", journal("abai-bolim", range(1, 4)))
        night(config)
        first = {row["fingerprint"] for row in findings(config)}
        late = audit_json(config)["verdicts"]["late"]  # type: ignore[index]
        send(config, "abai-bolim", "march.csv", journal("abai-bolim", range(2, 5)))
        night(config, NIGHT + timedelta(days=1))
        second = {row["fingerprint"] for row in findings(config)}
    assert seen[0] is None
    assert seen[1].as_of == NIGHT
    counts = dict(seen[1].lives.group_by("life").agg(pl.col("n").sum()).iter_rows())
    assert counts == {"new": len(second - first), "standing": len(second & first), "gone": len(first - second)}
    assert dict(seen[1].verdicts.select("verdict", "n").iter_rows())["late"] == late != 0


def test_an_entry_changed_after_the_fact_is_found(tmp_path: Path) -> None:
    """A late step made timely by a resend: J07, in the night's report and letter."""
    config = made(tmp_path, MAIL)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim", range(1, 4)))
    night(config)
    assert "J07" not in {row["code"] for row in findings(config)}
    text = journal("abai-bolim", range(1, 4)).replace("2018-03-02 10:20", "2018-03-02 09:50", 1)
    send(config, "abai-bolim", "march.csv", text)
    night(config, NIGHT + timedelta(days=1))
    changed = [row for row in findings(config) if row["code"] == "J07"]
    assert [row["application_no"] for row in changed] == ["1"]
    assert "10:20" in changed[0]["message"]


def test_excused_findings_are_counted_apart_in_the_status(tmp_path: Path) -> None:
    config = made(tmp_path)
    register = """
excuses:
  - {number: 7, date: 2018-03-06, signed_by: the head, reason: blizzard, from: 2018-03-01, until: 2018-04-30, scope: {code: T01}}
  - {number: 8, date: 2018-03-06, signed_by: the head, reason: none, from: 2018-03-01, scope: {code: S02}}
"""
    (tmp_path / "excuses.yaml").write_text(register, encoding="utf-8")
    text = config.file.read_text(encoding="utf-8").replace("# excuses =", "excuses =")
    config.file.write_text(text, encoding="utf-8")
    config = read_config(config.file)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    told = night(config)
    late = [row for row in findings(config) if row["code"] == "T01"]
    assert f"Excused findings, counted apart: {len(late)}" in told.answers
    assert "Excuse 8 (the head) speaks for no finding" in (config.folders.reports / "STATUS.html").read_text(
        encoding="utf-8"
    )


def test_a_resend_replaces_and_the_same_file_twice_is_once(tmp_path: Path) -> None:
    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    send(config, "abai-bolim", "march (2).csv", journal("abai-bolim"))
    assert night(config).figures.rows_read == 6  # type: ignore[union-attr]
    assert "J01" not in {row["code"] for row in findings(config)}
    send(config, "abai-bolim", "march.csv", journal("abai-bolim", late=False))
    told = night(config, NIGHT + timedelta(days=1))
    assert told.figures is not None
    assert told.figures.rows_read == 6
    assert "T01" not in {row["code"] for row in findings(config)}


def test_a_change_taken_back_is_a_resend_too(tmp_path: Path) -> None:
    config = made(tmp_path)
    for day, late in enumerate((True, False, True)):
        send(config, "abai-bolim", "march.csv", journal("abai-bolim", late=late))
        night(config, NIGHT + timedelta(days=day))
        assert ("T01" in {row["code"] for row in findings(config)}) is late


def test_a_growing_export_under_new_names_is_judged_once(tmp_path: Path) -> None:
    """From the first of the month on, sent each week under the day's name."""
    config = made(tmp_path)
    send(config, "abai-bolim", "to-03.csv", journal("abai-bolim", range(1, 4)))
    night(config)
    send(config, "abai-bolim", "to-05.csv", journal("abai-bolim", range(1, 6)))
    told = night(config, NIGHT + timedelta(days=1))
    assert told.figures is not None
    assert told.figures.rows_read == 10
    assert told.taken.replaced == {"abai-bolim/to-03.csv": "abai-bolim/to-05.csv"}


def test_of_exports_that_overlap_the_last_one_speaks(tmp_path: Path) -> None:
    """No repeat, no second completion; what the office altered in the second export is seen; what only the first one has stays."""
    config = made(tmp_path)
    send(config, "abai-bolim", "to-04.csv", journal("abai-bolim", range(1, 4)))
    night(config)
    second = journal("abai-bolim", range(2, 5)).replace("2018-03-03 10:20", "2018-03-03 09:44")
    send(config, "abai-bolim", "from-03.csv", second)
    told = night(config, NIGHT + timedelta(days=1))
    assert told.figures is not None
    assert (told.figures.rows_read, told.figures.rows_accepted, told.taken.replaced) == (12, 12, {})
    codes = {row["code"] for row in findings(config)}
    assert codes.isdisjoint({"J01", "O03"})
    assert [row["application_no"] for row in findings(config) if row["code"] == "J07"] == ["2"]
    late = [row["application_no"] for row in findings(config) if row["code"] == "T01" and row["step"] == "register"]
    assert late == ["1", "4"], "2 was altered; 3 came on a Sunday"
    assert audit_json(config)["remarks"] == [
        "Rows that stand in a later export of their office too: 4, in 1 files; they are judged as the last export has them."
    ]


def test_two_journals_of_one_office_are_both_judged(tmp_path: Path) -> None:
    """Of the same days, and with other applications in them."""
    config = made(tmp_path)
    send(config, "abai-bolim", "book-1.csv", journal("abai-bolim", range(1, 4)))
    send(config, "abai-bolim", "book-2.csv", journal("abai-bolim", range(11, 14)))
    assert night(config).figures.rows_read == 12  # type: ignore[union-attr]


def test_a_bad_file_fails_alone(tmp_path: Path) -> None:
    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    send(config, "abai-bolim", "torn.csv", b"")
    send(config, "nura-bolim", "holiday.csv", "a,b\n1,2\n")
    told = night(config)
    assert told.state == DONE
    assert [each.name for each in told.taken.refused] == ["abai-bolim/torn.csv", "nura-bolim/holiday.csv"]
    assert "torn.csv" in (config.folders.reports / "STATUS.html").read_text(encoding="utf-8")
    assert told.figures is not None
    assert told.figures.rows_read == 6


def test_what_is_no_offices_is_named_and_not_touched(tmp_path: Path) -> None:
    config = made(tmp_path)
    (config.folders.inbox / "stray.csv").write_text(journal("abai-bolim"), encoding="utf-8")
    send(config, "unknown", "march.csv", journal("abai-bolim"))
    (config.folders.inbox / "abai-bolim" / "link.csv").symlink_to(config.folders.inbox / "stray.csv")
    told = night(config)
    assert told.taken.strangers == ["abai-bolim/link.csv", "stray.csv", "unknown"]
    assert told.run is None


def test_a_name_that_is_no_text_fails_alone(tmp_path: Path) -> None:
    """A name in Windows-1251, as some programs leave it, stops no other office's file, and can be told on a page."""
    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    send(config, "nura-bolim", os.fsdecode("наурыз.csv".encode("cp1251")), journal("nura-bolim"))
    (config.folders.inbox / os.fsdecode(b"\xff")).mkdir()
    told = night(config)
    assert told.state == DONE
    assert told.taken.taken == ["abai-bolim/march.csv"]
    assert [each.name for each in told.taken.refused] == [r"nura-bolim/\xed\xe0\xf3\xf0\xfb\xe7.csv"]
    assert told.taken.strangers == [r"\xff"]
    assert r"\xed\xe0" in (config.folders.reports / "STATUS.html").read_text(encoding="utf-8")


def test_files_on_their_way_wait_for_the_next_night(tmp_path: Path) -> None:
    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv.part", journal("abai-bolim"))
    path = send(config, "nura-bolim", "march.csv", journal("nura-bolim"))
    with path.open("a", encoding="utf-8") as writer:
        told = night(config)
        writer.write("")
    assert told.taken.waiting == ["abai-bolim/march.csv.part", "nura-bolim/march.csv"]
    assert night(config, NIGHT + timedelta(days=1)).taken.taken == ["nura-bolim/march.csv"]


def test_rows_of_another_office_reach_nobodys_mail(tmp_path: Path) -> None:
    """Nura's folder holds rows of Abai's office: they are set aside, and neither head reads of them."""
    config = made(tmp_path, MAIL)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim", range(1, 3)))
    foreign = journal("abai-bolim", range(777001, 777003)).splitlines()[1:]
    send(config, "nura-bolim", "march.csv", journal("nura-bolim", range(1, 3)) + "\n".join(foreign) + "\n")
    told = night(config)
    assert told.figures is not None
    assert told.figures.rows_quarantined == 4
    assert letters(config)
    for content in letters(config).values():
        assert "777001" not in plain(content)


def test_a_row_of_another_district_leaves_no_word_on_a_page_that_is_mailed(tmp_path: Path) -> None:
    """Why it was set aside names the other district and its office: that stands in the oblast's report; the head reads its place."""
    config = made(tmp_path, MAIL)
    own = journal("abai-bolim", range(1, 3))
    foreign = journal("nura-bolim", range(777001, 777002)).splitlines()[1]
    rows = [
        foreign,
        foreign.replace("Нұра ауданы", "Нұраа ауданы"),
        foreign.replace("Нұра ауданы", "Абай ауданы"),
        foreign.replace("Нұра бөлімі", "Нұраа бөлімі"),
        foreign.replace("2018-03-02 09:30", "Нұраның дерегі"),
    ]
    send(config, "abai-bolim", "march.csv", own + "\n".join(rows) + "\n")
    told = night(config)
    assert told.figures is not None
    assert told.figures.rows_quarantined == 5
    (letter,) = letters(config).values()
    assert "Нұра" not in plain(letter)
    page = report(config)["districts/Абай ауданы.html"].decode()
    assert page.count("report only.</td>") == 5
    assert "Нұра" not in page
    assert "Нұра" in report(config)["quarantine.csv"].decode()


def test_a_name_that_slipped_into_another_column_is_not_read_on_a_page(tmp_path: Path) -> None:
    """The fault quotes the cell, in the page's language; its letters may be somebody's name."""
    config = made(tmp_path, MAIL)
    own = journal("abai-bolim", range(1, 3))
    send(
        config,
        "abai-bolim",
        "march.csv",
        own + own.splitlines()[1].replace("2018-03-02 09:30", "Сидоров 31.02.2018") + "\n",
    )
    night(config)
    (letter,) = letters(config).values()
    for page in (
        plain(letter),
        *(content.decode() for name, content in report(config).items() if name.endswith(".html")),
    ):
        assert "Сидоров" not in page
    assert "«••••••• 31.02.2018» в столбце «received_at» — не момент времени" in plain(letter)
    assert "`••••••• 31.02.2018` in column `received_at`" in report(config)["index.html"].decode()


def plain(content: bytes) -> str:
    """All that a mail says, its parts decoded."""
    from email import message_from_bytes
    from email.policy import SMTP

    parts = message_from_bytes(content, policy=SMTP).walk()
    return "\n".join(
        bytes(p.get_payload(decode=True) or b"").decode("utf-8", "replace") for p in parts if not p.is_multipart()
    )


def test_an_office_that_sent_nothing_is_named(tmp_path: Path) -> None:
    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    assert [each.office for each in night(config).silent] == ["Нұра бөлімі"]
    assert [each.office for each in night(config, NIGHT + timedelta(days=7)).silent] == ["Нұра бөлімі"]
    told = night(config, NIGHT + timedelta(days=8))
    assert [(each.office, each.last) for each in told.silent] == [("Нұра бөлімі", None), ("Абай бөлімі", NIGHT.date())]


def test_with_release_auto_letters_leave_at_once_and_the_summary_too(tmp_path: Path) -> None:
    with running() as server:
        mail = f'from = "a@oblast.example"\nhost = "localhost"\nport = {server.port}\ntls = "none"'
        config = made(tmp_path, mail)
        file = config.file
        text = file.read_text(encoding="utf-8").replace('release = "manual"', 'release = "auto"')
        file.write_text(text.replace("inspector = []", 'inspector = ["inspector@oblast.example"]'), encoding="utf-8")
        config = read_config(file)
        for office in NAMES:
            send(config, office, "march.csv", journal(office))
        night(config)
        night(config)
    assert sorted(server.recipients()) == sorted([*HEADS.values(), "inspector@oblast.example"])


def test_with_release_manual_a_night_sends_nothing(tmp_path: Path) -> None:
    with running() as server:
        mail = f'from = "a@oblast.example"\nhost = "localhost"\nport = {server.port}\ntls = "none"'
        config = made(tmp_path, mail)
        file = config.file
        text = file.read_text(encoding="utf-8").replace("inspector = []", 'inspector = ["inspector@oblast.example"]')
        file.write_text(text, encoding="utf-8")
        config = read_config(file)
        send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
        night(config)
        assert server.got == []
        assert "--release 1" in said("mail", "--config", str(file)).stdout
        assert server.recipients() == ["inspector@oblast.example"]
        assert said("mail", "--config", str(file), "--release", "1").returncode == 0
    assert server.recipients() == ["inspector@oblast.example", HEADS["abai"]]


def test_an_address_put_right_before_the_release_gets_the_letter_and_the_wrong_one_none(tmp_path: Path) -> None:
    """The letter was addressed when its run was made; nobody whom the configuration does not name gets it, and its head once."""
    config = made(tmp_path, MAIL)
    for office in NAMES:
        send(config, office, "march.csv", journal(office))
    night(config)
    text = config.file.read_text(encoding="utf-8")
    config.file.write_text(text.replace(HEADS["abai"], "new@oblast.example"), encoding="utf-8")
    done = said("mail", "--config", str(config.file), "--release", "1")
    assert done.returncode == 1
    assert f"The configuration no longer names {HEADS['abai']}" in done.stderr
    assert "goes to new@oblast.example instead" in done.stderr
    sent = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (tmp_path / "eml").iterdir()
    ]
    assert {str(message["To"]) for message in sent} == {HEADS["nura"], "new@oblast.example"}
    assert len({str(message["Message-ID"]) for message in sent} | {str(message["Subject"]) for message in sent}) == 4
    with History.open(config.database) as history:
        (wrong,) = Outbox(history, config.folders.outbox).in_state("failed")
        old = email.message_from_bytes(
            Outbox(history, config.folders.outbox).content(wrong), policy=email.policy.default
        )
    (new,) = (message for message in sent if message["To"] == "new@oblast.example")
    attached = [[part.get_payload(decode=True) for part in message.walk()] for message in (old, new)]
    assert attached[0] == attached[1], "the letter is the same, byte for byte"
    assert states(config) == {"failed": 1, "sent": 2}
    assert said("mail", "--config", str(config.file)).returncode == 0
    assert states(config) == {"failed": 1, "sent": 2}, "and once"


def test_a_district_without_a_head_is_named(tmp_path: Path) -> None:
    config = made(tmp_path, MAIL, districts='[districts.abai]\nrecipients = ["abai@oblast.example"]\n')
    for office in NAMES:
        send(config, office, "march.csv", journal(office))
    assert night(config).unaddressed == ["Нұра ауданы"]


def test_a_clock_that_went_back_accuses_nobody(tmp_path: Path) -> None:
    """Entries of yesterday are not in the future because the clock says so."""
    from auditor.night.run import run_night

    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    night(config)
    back = datetime(2018, 1, 1)
    told = run_night(config, None, lambda: back, "Asia/Almaty", lambda _: (None, None))
    assert (told.as_of, told.late_clock) == (NIGHT, back)
    assert "J02" not in {row["code"] for row in findings(config)}


def test_two_runs_at_once_are_one(tmp_path: Path) -> None:
    from auditor.night.lock import only_run

    config = made(tmp_path)
    with (
        only_run(config.folders.history, "nightly", NIGHT),
        pytest.raises(UsageError, match=r"Another run is at work: auditor nightly, process \d+"),
    ):
        night(config)


def test_a_night_that_stopped_says_so_and_the_next_completes_it(tmp_path: Path) -> None:
    config = made(tmp_path)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    offices = config.offices.read_text(encoding="utf-8")
    config.offices.write_text(offices + "strange: key\n", encoding="utf-8")
    told = said("nightly", "--config", str(config.file), "--as-of", "2018-04-02")
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert "unknown key" in told.stderr
    page = (config.folders.reports / "STATUS.html").read_text(encoding="utf-8")
    assert "stopped at the stage “rules and register”" in page
    assert "unknown key" in page
    config.offices.write_text(offices, encoding="utf-8")
    assert night(config).state == DONE


def test_the_log_has_a_line_a_stage_and_nobodys_name(tmp_path: Path) -> None:
    config = made(tmp_path, MAIL)
    send(config, "abai-bolim", "Иванов Иван.csv", journal("abai-bolim"))
    send(config, "abai-bolim", "Петров.csv", b"")
    night(config)
    text = next(config.folders.log.iterdir()).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["stage"] for line in lines] == [
        "rules",
        "intake",
        "replies",
        "audit",
        "history",
        "publish",
        "tidy",
        "mail",
    ]
    assert all(line["state"] == "done" and line["seconds"] >= 0 for line in lines)
    assert lines[1]["taken"] == lines[1]["refused"] == 1
    for word in ("Иванов", "Петров", "Қызметкер", "oblast.example"):
        assert word not in text
