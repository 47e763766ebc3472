"""quarantine.csv is mended and sent back: what was mended is taken, what was not is set aside again for the same reason."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest

from auditor.engine.audit import in_words
from auditor.exports.mended import mended_sources
from auditor.exports.records import RAW_KEPT
from auditor.exports.source import Source
from auditor.journal.layout import Layout, survey
from auditor.journal.profile import Cell, Profile
from auditor.journal.reading import Reading
from auditor.language import Words
from auditor.report.cells import write_quarantine_csv
from journal.exporting import HEADER, as_csv, good_row

COLUMNS = ",".join(HEADER)


def surveyed(path: Path, profile: Profile) -> list[Layout]:
    """The layouts of a file, or of the parts of a quarantine file."""
    source = Source(path, path.as_posix())
    return [survey(part, profile) for part in mended_sources(source) or [source]]


def quarantine(folder: Path, data: bytes | str, profile: Profile, name: str = "a.csv") -> pl.DataFrame:
    """What is set aside of a file, as the audit has it."""
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    (layout,) = surveyed(folder / name, profile)
    return pl.concat(in_words(batch.quarantined, layout, Words("reading", "en")) for batch in Reading(layout))


def sent_back(
    folder: Path, frame: pl.DataFrame, profile: Profile, *edits: tuple[str, str], **dialect: str
) -> list[Reading]:
    """The quarantine file, its raw texts edited, read as an export; a reading for each of its parts."""
    path = write_quarantine_csv(frame.drop("district"), folder / "quarantine.csv")
    text = path.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        for old, new in edits:
            row["raw"] = row["raw"].replace(old, new)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=dialect.get("delimiter", ","), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(dialect.get("encoding", "utf-8")))
    return [Reading(layout) for layout in surveyed(path, profile)]


def read_all(reading: Reading) -> tuple[list[str], list[str]]:
    """Numbers accepted and reasons of those set aside; the identity of lines is held by `summary`."""
    batches = list(reading)
    assert reading.summary.lines.physical == reading.summary.lines.told
    numbers = [number for batch in batches for number in batch.rows["application_no"]]
    return numbers, [reason for batch in batches for reason in batch.quarantined["reason"]]


DAMAGES = {
    "wrong_width": b"only,three,cells",
    "open_quote": ('"' + ",".join(good_row(9))).encode(),
    "text_after_quote": ('"Abai"x,' + ",".join(good_row(9)[1:])).encode(),
    "nul_byte": ",".join(good_row(9)).replace("N-9", "N\0-9").encode(),
    "undecodable": ",".join(good_row(9)).encode().replace(b"N-9", b"N-9\xd0"),
    "unknown_moment": ",".join(good_row(9)).replace("2018-03-05 10", "31.02.2018 10").encode(),
    "missing_value": ",".join(good_row(9)).replace("N-9", " ").encode(),
    "too_long_row": b"x" * (1 << 21),
    "formula": b"=1+1," + b"x," * 3,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_not_mended_is_set_aside_again_for_the_same_reason(tmp_path: Path, damage: str) -> None:
    data = as_csv([good_row(1)]).encode() + DAMAGES[damage] + b"\n" + as_csv([good_row(2)]).encode().split(b"\n", 1)[1]
    profile = Profile.canonical()
    first = quarantine(tmp_path, data, profile)
    assert len(first) == 1
    (reading,) = sent_back(tmp_path, first, profile)
    batches = list(reading)
    again = pl.concat(in_words(batch.quarantined, reading.layout, Words("reading", "en")) for batch in batches)
    assert sum(len(batch.rows) for batch in batches) == 0
    same = ["column", "value", "reason", "raw", "fault", "delimiter", "header", "seal", "district"]
    assert again.select(same).equals(first.select(same))
    assert reading.summary.lines.told == reading.summary.lines.physical


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "kz1048"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_mended_rows_are_taken(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Also after a spreadsheet has saved the file in its own way, and with a layout of the office's own."""
    profile = Profile(columns={"application_no": Cell(("№",)), "received_at": Cell(("Күні",))})
    names = ["№" if name == "application_no" else "Күні" if name == "received_at" else name for name in HEADER]
    rows = [good_row(1, "екі\nжол"), good_row(2), good_row(3, "=1+1"), good_row(4, "ok")]
    rows[0][8] = rows[1][8] = "31.02.2018"
    rows[2][2] = rows[3][2] = ""
    text = as_csv(rows, delimiter=";").replace(";".join(HEADER), ";".join(names))
    first = quarantine(tmp_path, text.encode("kz1048"), profile)
    assert len(first) == 4
    edits = (("31.02.2018", "28.02.2018"), (";;home_care", ";=7;home_care"))
    (reading,) = sent_back(tmp_path, first, profile, *edits, encoding=encoding, delimiter=delimiter)
    assert read_all(reading) == (["N-1", "N-2", "=7", "=7"], [])


def test_some_mended_and_some_not(tmp_path: Path) -> None:
    profile = Profile.canonical()
    first = quarantine(tmp_path, as_csv([]) + "a,b\n" + ",".join(good_row(1)).replace("N-1", "") + "\n", profile)
    (reading,) = sent_back(tmp_path, first, profile, (",,home_care", ",N-1,home_care"))
    assert read_all(reading) == (["N-1"], ["wrong_width"])


def test_two_rows_in_one_mended_text_are_two(tmp_path: Path) -> None:
    profile = Profile.canonical()
    first = quarantine(tmp_path, as_csv([]) + "a,b\nc,d\n", profile)
    (reading,) = sent_back(tmp_path, first, profile, ("a,b", ",".join(good_row(1)) + "\n" + ",".join(good_row(2))))
    assert read_all(reading) == (["N-1", "N-2"], ["wrong_width"])


def test_rows_of_several_files_keep_their_layouts(tmp_path: Path) -> None:
    profile = Profile.canonical()
    row = good_row(1)
    row[8] = "?"
    one = quarantine(tmp_path, as_csv([row, row]), profile, "a.csv")
    few = "step;channel;service;application_no;office;district;received_at\nt;c;s;N-7;o;d;?\n"
    two = quarantine(tmp_path, few, profile, "b.csv")
    readings = sent_back(tmp_path, pl.concat([one, two, one]), profile, ("?", "2018-03-05"))
    assert [read_all(reading) for reading in readings] == [(["N-1"] * 4, []), (["N-7"], [])]
    assert [reading.summary.label[-2:] for reading in readings] == ["#1", "#2"]


def test_undecodable_bytes_left_in_a_changed_row_are_no_text(tmp_path: Path) -> None:
    profile = Profile.canonical()
    data = as_csv([good_row(1), good_row(2)]).encode().replace(b"N-1", b"N-1\xd0")
    first = quarantine(tmp_path, data, profile)
    (reading,) = sent_back(tmp_path, first, profile, ("home_care", "home care"))
    assert read_all(reading) == ([], ["undecodable"])
    (reading,) = sent_back(tmp_path, first, profile, ("\\xd0", ""))
    assert read_all(reading) == (["N-1"], [])


def test_a_long_row_is_cut_and_that_is_said(tmp_path: Path) -> None:
    profile = Profile.canonical()
    row = good_row(1, "x" * 100_000)
    row[8] = "?"
    first = quarantine(tmp_path, as_csv([row]), profile)
    assert len(first["raw"][0]) == RAW_KEPT + 1
    assert "32000" in first["reason"][0]


def test_a_damaged_quarantine_file_loses_nothing(tmp_path: Path) -> None:
    profile = Profile.canonical()
    first = quarantine(tmp_path, as_csv([]) + "a,b\nc,d\n", profile)
    path = write_quarantine_csv(first.drop("district"), tmp_path / "quarantine.csv")
    path.write_text(path.read_text() + "half a li")
    (layout,) = surveyed(path, profile)
    assert read_all(Reading(layout)) == ([], ["wrong_width"] * 3)
