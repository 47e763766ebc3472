"""Reading: what is good is taken as it stands, what is damaged is set aside alone."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.exports import text as module
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.exports.source import Source
from auditor.journal.layout import survey
from auditor.journal.profile import Cell, Profile
from auditor.journal.rows import ROW_COLUMNS
from auditor.journal.surveying import survey_exports
from journal.exporting import HEADER, as_csv, good_row, read

GOOD = [good_row(n) for n in range(1, 6)]


def test_a_good_file_is_taken_whole(tmp_path: Path) -> None:
    whole = read(tmp_path, as_csv(GOOD))
    assert tuple(whole.rows.columns) == ROW_COLUMNS
    assert whole.rows["source_line"].to_list() == [2, 3, 4, 5, 6]
    first = whole.rows.row(0, named=True)
    assert first["application_no"] == "N-1"
    assert first["received_at"] == datetime(2018, 3, 5, 10, 1)
    assert first["completed_at"] is None
    assert first["registered_on"] == date(2018, 3, 5)
    assert first["outcome"] is None
    assert first["extra_hash"] == 0
    assert whole.summary.sha256 == hashlib.sha256(as_csv(GOOD).encode()).hexdigest()
    assert whole.summary.extra_columns == ("note",)
    assert whole.summary.columns == HEADER
    assert not whole.summary.received_day_precision


def test_types_do_not_depend_on_what_the_file_holds(tmp_path: Path) -> None:
    few = "district,office,application_no,service,channel,step,completed_at\nд,о,1,s,c,t,2018-03-05\n"
    assert read(tmp_path, few).rows.schema == read(tmp_path, as_csv(GOOD)).rows.schema


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        ("Абай,О,1", "wrong_width"),
        (",".join(good_row(9)) + ",", "wrong_width"),
        ('"' + ",".join(good_row(9)), "open_quote"),
        ('"Абай"х,' + ",".join(good_row(9)[1:]), "text_after_quote"),
        (",".join(good_row(9)).replace("N-9", "N\0-9"), "nul_byte"),
        (",".join(good_row(9)).replace("2018-03-05 10", "31.02.2018 10"), "unknown_moment"),
        (",".join([*good_row(9)[:13], "5.3.18", "", ""]), "unknown_date"),
        (",".join(good_row(9)).replace("N-9", " "), "missing_value"),
        (",".join(good_row(9)).replace("2018-03-05 10:09:00", ""), "no_moment"),
        (",".join(good_row(9)).replace("N-9", "N" * 501), "too_long_value"),
        ("," * 15 + "x", "missing_value"),
    ],
)
def test_a_damaged_row_is_set_aside_alone(tmp_path: Path, damaged: str, reason: str) -> None:
    lines = as_csv(GOOD).splitlines()
    whole = read(tmp_path, "\n".join([*lines[:3], damaged, *lines[3:]]) + "\n")
    assert whole.numbers == ["N-1", "N-2", "N-3", "N-4", "N-5"]
    assert whole.reasons == {4: reason}
    assert whole.quarantined["raw"].to_list() == [damaged.replace("\0", "\\x00")]
    assert whole.rows["source_line"].to_list() == [2, 3, 5, 6, 7]


def test_undecodable_bytes_damage_their_own_row_only(tmp_path: Path) -> None:
    whole = read(tmp_path, as_csv(GOOD).encode().replace(b"N-3", b"N-3\xd0"))
    assert whole.numbers == ["N-1", "N-2", "N-4", "N-5"]
    bad = whole.quarantined.row(0, named=True)
    assert (bad["source_line"], bad["reason"], bad["value"]) == (4, "undecodable", "\\xd0")
    assert "N-3\\xd0" in bad["raw"]
    assert (bad["district"], bad["application_no"]) == ("Абай ауданы", None)


def test_a_row_of_the_wrong_width_shows_its_cells(tmp_path: Path) -> None:
    whole = read(tmp_path, as_csv(GOOD) + "Абай,N-77,x\n")
    assert whole.quarantined["tokens"].to_list() == [["Абай", "N-77", "x"]]
    assert whole.quarantined["application_no"].to_list() == [None]


def test_all_faults_of_a_row_are_told_in_one(tmp_path: Path) -> None:
    row = good_row(1)
    row[0], row[8], row[13] = "", "вчера", "5.3.18"
    whole = read(tmp_path, as_csv([row]))
    bad = whole.quarantined.row(0, named=True)
    assert (bad["column"], bad["reason"]) == ("district", "missing_value")
    assert [(m["column"], m["value"]) for m in bad["more"]] == [("received_at", "вчера"), ("registered_on", "5.3.18")]


def test_lines_are_physical(tmp_path: Path) -> None:
    rows = [good_row(1, "two\nlines"), good_row(2), good_row(3, "a\r\nb\nc"), good_row(4)]
    text = "\n\n" + as_csv(rows).replace("N-2", "N-2", 1)
    whole = read(tmp_path, text)
    assert whole.rows["source_line"].to_list() == [4, 6, 7, 10]
    assert whole.sent["note"].to_list() == ["two lines", None, "a b c", None]
    assert whole.summary.lines.blank == 2


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    lines = as_csv(GOOD).splitlines()
    whole = read(tmp_path, "\n".join([lines[0], "", *lines[1:3], "   ", "", *lines[3:], "", ""]))
    assert whole.summary.rows_read == 5
    assert whole.rows["source_line"].to_list() == [3, 4, 7, 8, 9]
    assert whole.summary.lines.blank == 4


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_dialects(tmp_path: Path, line_end: str, delimiter: str, start: str, quoting: int) -> None:
    text = start + as_csv(GOOD, line_end, quoting, delimiter)
    whole = read(tmp_path, text.removesuffix(line_end))
    assert whole.numbers == ["N-1", "N-2", "N-3", "N-4", "N-5"]
    assert whole.summary.delimiter == delimiter
    assert whole.summary.encoding == ("utf-8-sig" if start else "utf-8")
    assert whole.summary.rows_read == 5


def test_texts_are_trimmed_and_folded_and_our_guard_comes_off(tmp_path: Path) -> None:
    row = good_row(1, "'=1+1")
    row[0], row[1], row[2], row[7] = "  Абай\u00a0 ауданы ", "О'Генри", "'-5", "''+x"
    whole = read(tmp_path, as_csv([row]))
    read_row = whole.rows.row(0, named=True)
    assert read_row["district"] == "Абай ауданы"
    assert read_row["office"] == "О'Генри"
    assert read_row["application_no"] == "-5"
    assert read_row["employee"] == "'+x"
    assert whole.sent["note"].to_list() == ["=1+1"]


def test_extra_columns_are_hashed_whatever_their_order(tmp_path: Path) -> None:
    base = "district,office,application_no,service,channel,step,received_at"
    values = "д,о,1,s,c,t,2018-03-05"
    one = read(tmp_path, f"{base},a,b\n{values},1,2\n{values},2,1\n{values},,\n").rows["extra_hash"].to_list()
    two = read(tmp_path, f"{base},B,a,c\n{values},2,1,\n").rows["extra_hash"].to_list()
    assert one[0] == two[0]
    assert one[0] != one[1]
    assert one[2] == 0


@pytest.mark.parametrize(
    ("moments", "day_precision"),
    [
        (["2018-03-05 00:00", "2018-03-06"], True),
        (["2018-03-05 00:00", "2018-03-06 00:01"], False),
        (["2018-03-05 00:00:00.000001"], False),
    ],
)
def test_day_precision(tmp_path: Path, moments: list[str], day_precision: bool) -> None:
    rows = [good_row(n) for n in range(len(moments))]
    for row, moment in zip(rows, moments, strict=True):
        row[8] = moment
    summary = read(tmp_path, as_csv(rows)).summary
    assert summary.received_day_precision is day_precision
    assert summary.completed_day_precision is False


def test_a_profile_maps_columns_constants_and_spellings(tmp_path: Path) -> None:
    profile = Profile(
        columns={"received_at": Cell(("Дата  поступления",))},
        constants={"channel": "akim", "district": "Абай"},
        values={"service": {"асп": "targeted_assistance"}},
        zone="UTC",
    )
    text = "office;application_no;service;step;дата поступления;channel\nО;1;АСП ;s;2018-03-05T10:00:00Z;portal\n"
    whole = read(tmp_path, text, profile)
    row = whole.rows.row(0, named=True)
    assert (row["channel"], row["district"], row["service"]) == ("akim", "Абай", "targeted_assistance")
    assert row["received_at"] == datetime(2018, 3, 5, 10)
    assert whole.summary.extra_columns == ("channel",)


def test_header_only_is_no_fault(tmp_path: Path) -> None:
    whole = read(tmp_path, ",".join(HEADER))
    assert whole.summary.rows_read == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b" \n\n \r\n", "empty"),
        ("округ,office\n".encode("cp1251"), "`округ`"),
        (b"PK\x03\x04" + bytes(40), "no text"),
        (as_csv(GOOD).replace("application_no", "aplication_no", 1).encode(), "`application_no`.*`aplication_no`"),
        (as_csv(GOOD).replace("note", "Office", 1).encode(), r"twice.*office: column 2 `office` or column 16 `Office`"),
    ],
)
def test_files_refused_whole(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"(?s){said}"):
        survey(Source(path, str(path)), Profile.canonical())


def test_every_refused_file_is_named(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, text in zip(paths, ("", as_csv(GOOD), "x,y\n"), strict=True):
        path.write_text(text)
    with pytest.raises(InputError) as fault:
        survey_exports(open_exports(Found.named(*paths), tmp_path), Profile.canonical())
    assert "a.csv" in str(fault.value)
    assert "b.csv" not in str(fault.value)
    assert "c.csv" in str(fault.value)


def test_an_endless_line_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 4096)
    lines = as_csv(GOOD).splitlines()
    whole = read(tmp_path, "\n".join([*lines[:3], "x" * 20_000, *lines[3:]]) + "\n")
    assert whole.numbers == ["N-1", "N-2", "N-3", "N-4", "N-5"]
    assert whole.reasons == {4: "too_long_row"}
    assert whole.rows["source_line"].to_list() == [2, 3, 5, 6, 7]


TEXT = st.text(st.sampled_from("аәқ b,;\"'=\n\r\t\u00a0№«7."), max_size=12)
DAMAGES = (
    "quote",
    "start quote",
    "comma",
    "no comma",
    "byte",
    "nul",
    "cut",
    "date",
    "no office",
    "break",
    "blank",
    "cr",
)


def damage(record: str, kind: str, place: float) -> bytes:
    """A record (without its line end) hurt in one place."""
    at = int(place * len(record))
    commas = [i for i, letter in enumerate(record) if letter == ","]
    comma = commas[int(place * len(commas)) % len(commas)]
    hurt = {
        "quote": record[:at] + '"' + record[at:],
        "start quote": record[: comma + 1] + '"' + record[comma + 1 :],
        "comma": record[:at] + "," + record[at:],
        "no comma": record[:comma] + record[comma + 1 :],
        "nul": record[:at] + "\0" + record[at:],
        "cut": record[:at],
        "date": record.replace("2018-03-05", "2018-02-31"),
        "no office": record.replace("Бөлім", ""),
        "break": record[:at] + "\n" + record[at:],
        "blank": record + "\n\n",
        "cr": record + "\r",
        "byte": record,
    }[kind].encode()
    return hurt if kind != "byte" else hurt[:at] + b"\xff" + hurt[at:]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    notes=st.lists(TEXT, min_size=2, max_size=30),
    hurt=st.lists(st.tuples(st.integers(0, 29), st.sampled_from(DAMAGES), st.floats(0, 0.999)), max_size=3),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    stretch=st.sampled_from([2048, 4096, 1 << 20]),
)
def test_no_untouched_row_is_lost_or_altered(
    notes: list[str], hurt: list[tuple[int, str, float]], line_end: str, quoting: int, stretch: int
) -> None:
    rows = [good_row(n, note) for n, note in enumerate(notes)]
    records = [
        as_csv([row], line_end, quoting).removeprefix(as_csv([], line_end, quoting)).removesuffix(line_end)
        for row in rows
    ]
    wounds = {at % len(rows): (kind, place) for at, kind, place in hurt}
    data = as_csv([], line_end, quoting).encode()
    for at, record in enumerate(records):
        data += damage(record, *wounds[at]) if at in wounds else record.encode()
        data += line_end.encode()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(module, "STRETCH", stretch)
        whole = read(Path(folder), data)
        alone = read(Path(folder), as_csv(rows, line_end, quoting))
    untouched = [f"N-{at}" for at in range(len(rows)) if at not in wounds]
    assert [number for number in whole.numbers if number in untouched] == untouched
    kept = whole.rows.drop("source_line").filter(pl.col("application_no").is_in(untouched))
    wanted = alone.rows.drop("source_line").filter(pl.col("application_no").is_in(untouched))
    assert kept.equals(wanted)
    if not wounds:
        assert whole.summary.rows_read == len(rows)
        assert whole.sent["note"].to_list() == [folded(note) for note in notes]


def folded(note: str) -> str | None:
    """A note as it is to be read."""
    if note.startswith("'") and note.lstrip("'")[:1] in ("=", "\t", "\r", "\n"):
        note = note[1:]
    return " ".join(note.split()) or None


@pytest.mark.parametrize(
    "blank", ["," * 15, "," * 7, "," * 20, " , ,\u00a0" + "," * 13, ",".join(['""'] * 16), '"","\n",' + "," * 13]
)
@pytest.mark.parametrize("at", [0, 2, 5])
def test_a_row_of_empty_cells_is_blank(tmp_path: Path, blank: str, at: int) -> None:
    """Excel's blank rows: wherever they stand, however wide, they are no rows and nothing to mend."""
    lines = as_csv(GOOD).splitlines()
    lines[1 + at : 1 + at] = [blank, blank]
    whole = read(tmp_path, "\n".join(lines) + "\n")
    assert whole.numbers == ["N-1", "N-2", "N-3", "N-4", "N-5"]
    assert whole.reasons == {}
    assert (whole.summary.rows_read, whole.summary.lines.blank) == (5, 2)


def test_rows_with_but_a_mark_in_them_are_rows(tmp_path: Path) -> None:
    lines = as_csv(GOOD).splitlines()
    lines[3:3] = ["," * 14 + "x", ",,-", '"' + "," * 15, "\0" + "," * 15]
    whole = read(tmp_path, "\n".join(lines) + "\n")
    assert len(whole.numbers) == 5
    assert list(whole.reasons) == [4, 5, 6, 7]
    assert whole.summary.lines.blank == 0


def test_rows_above_the_header_are_no_titles(tmp_path: Path) -> None:
    """A sheet that was sorted together with its header: what lies above is set aside, and read when it is sent again."""
    lines = as_csv(GOOD).splitlines()
    whole = read(tmp_path, "\n".join(["Журнал за 2018 год", *lines[1:3], "", lines[0], *lines[3:]]) + "\n")
    assert whole.numbers == ["N-3", "N-4", "N-5"]
    assert whole.reasons == {2: "above_header", 3: "above_header"}
    assert whole.quarantined["application_no"].to_list() == ["N-1", "N-2"]
    assert whole.summary.lines.around == 1
