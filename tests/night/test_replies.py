"""Workbooks of findings that come back through the inbox."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import xlsxwriter

from auditor.history.asking import life
from auditor.history.history import History
from auditor.history.replies import is_reply
from auditor.night.config import Config
from night.places import NAMES, NIGHT, journal, letters, made, night, send

HEADER = ["message", "reply: accepted or rejected", "document_no", "document_date", "comment", "fingerprint"]
MAIL = 'from = "auditor@oblast.example"\neml_folder = "eml"'


def workbook(file: Path, *rows: list[str]) -> bytes:
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((HEADER, *rows)):
            sheet.write_row(at, 0, row)
    return file.read_bytes()


def late(config: Config, district: str) -> str:
    with History.open(config.database) as history:
        query = "SELECT fingerprint FROM life WHERE code = 'T01' AND district = ? ORDER BY fingerprint"
        return str(history.con.execute(query, [district]).fetchall()[0][0])


def test_a_reply_in_the_inbox_is_taken_once_and_survives_every_rerun(tmp_path: Path) -> None:
    """It is archived, it is no export, and it speaks for findings of the own district only; the office that replies has sent no journal."""
    config = made(tmp_path / "place", MAIL)
    for office in NAMES:
        send(config, office, "march.csv", journal(office))
    night(config)
    own, others = (late(config, NAMES[office][0]) for office in ("nura-bolim", "abai-bolim"))
    rows = (["…", "accepted", "7", "03.04.2018", "the desk was ill", own], ["…", "rejected", "", "", "", others])
    send(config, "nura-bolim", "reply.xlsx", workbook(tmp_path / "reply.xlsx", *rows))
    told = night(config, NIGHT + timedelta(days=8))
    assert [(each.name, each.n, [fault.wrong for fault in each.faults]) for each in told.replies] == [
        ("nura-bolim/reply.xlsx", 1, ["unknown"])
    ]
    assert told.taken.refused == []
    assert "Нұра бөлімі" in {each.office for each in told.silent}
    assert "nura-bolim/reply.xlsx:3: fingerprint" in (config.folders.reports / "STATUS.html").read_text(
        encoding="utf-8"
    )
    assert len(list(config.folders.archive.rglob("*-reply.xlsx"))) == 1
    assert night(config, NIGHT + timedelta(days=9)).replies == []
    with History.open(config.database) as history:
        replies = life(history, own).replies
        assert life(history, others).replies.is_empty()
    assert replies.select("reply", "document_no", "file").rows() == [("accepted", "7", "nura-bolim/reply.xlsx")]


def test_the_workbook_that_comes_with_a_letter_is_known_and_a_journal_is_not(tmp_path: Path) -> None:
    config = made(tmp_path / "place", MAIL)
    send(config, "abai-bolim", "march.csv", journal("abai-bolim"))
    night(config)
    (raw,) = letters(config).values()
    parts = email.message_from_bytes(raw, policy=email.policy.default).iter_attachments()
    found = {}
    for part in parts:
        file = tmp_path / str(part.get_filename())
        file.write_bytes(part.get_payload(decode=True))
        found[file.suffix] = is_reply(file)
    assert found[".xlsx"]
    journal_book = tmp_path / "journal.xlsx"
    with xlsxwriter.Workbook(journal_book) as book:
        book.add_worksheet().write_row(0, 0, ["reply", "number"])
    torn = tmp_path / "torn.xlsx"
    torn.write_bytes(journal_book.read_bytes()[:700])
    assert not any(is_reply(file) for file in (journal_book, torn, config.file))
