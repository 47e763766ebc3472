"""Identification numbers do not leave with rows that were set aside; all else of these rows does, and what was masked can be sent back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.exports.mended import mended_sources
from auditor.exports.records import cell_spans, split_cells
from auditor.exports.source import Source
from auditor.journal.layout import survey
from auditor.journal.masking import mask_set_aside
from auditor.journal.persons import MASKED, is_iin
from auditor.journal.profile import Profile
from auditor.journal.reading import Reading
from journal.exporting import read

IIN, OTHER = "880101300123", "650101400159"
WRONG, FIRM = "880101300126", "180340021792"
HEADER = "district,office,application_no,service,channel,step,received_at,ИИН,note\n"
GOOD = f"Абай,О,1,home_care,provider,register,2018-03-05 10:00,{IIN},\n"


def test_what_is_an_identification_number_beyond_doubt() -> None:
    assert is_iin(IIN)
    assert is_iin(OTHER)
    for number in (WRONG, FIRM, "881301300123", "880101000123", "880101700123", "000000000000", "999999999999"):
        assert not is_iin(number)


def raws(folder: Path, text: str) -> list[str]:
    whole = read(folder, text)
    return list(mask_set_aside(whole.quarantined, whole.layout)["raw"])


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        # Told apart: the whole cell of its column, right or wrong; elsewhere only what is one; never the application's number.
        (f'"Абай",О,{IIN},,provider,register,2018-03-05,"{WRONG}","x {OTHER}, {FIRM}"', f'"Абай",О,{IIN},,provider,register,2018-03-05,"{MASKED}","x {MASKED}, {FIRM}"'),
        ("Абай,О,1,,provider,register,2018-03-05,850101 300,нет", f"Абай,О,1,,provider,register,2018-03-05,{MASKED},нет"),
        ("Абай,О,1,,provider,register,2018-03-05,нет,", "Абай,О,1,,provider,register,2018-03-05,нет,"),
        # Not told apart: twelve digits anywhere.
        (f"Абай,О,1,home_care,provider,register,2018-03-05,x,{WRONG},y", f"Абай,О,1,home_care,provider,register,2018-03-05,x,{MASKED},y"),
        (f'Абай,О,"1,home_care,provider,register,2018-03-05,{IIN},y', f'Абай,О,"1,home_care,provider,register,2018-03-05,{MASKED},y'),
    ],
)  # fmt: skip
def test_what_is_masked_of_a_row(tmp_path: Path, row: str, shown: str) -> None:
    assert raws(tmp_path, HEADER + GOOD + row + "\n") == [shown]


def test_long_application_numbers_stand(tmp_path: Path) -> None:
    """Where a file's numbers have twelve digits, a cell in their place is one, counted from either end."""
    good = GOOD.replace("О,1,", f"О,{FIRM},")
    for row in (f"Абай,О,{OTHER},home_care,provider", f"Абай О,{OTHER},home_care,provider,register,2018-03-05,,x"):
        assert raws(tmp_path, HEADER + good + row + "\n") == [row]
        assert raws(tmp_path, HEADER + GOOD + row + "\n") == [row.replace(OTHER, MASKED)]


def test_a_file_without_such_a_column(tmp_path: Path) -> None:
    """Only what is one beyond doubt."""
    text = HEADER.replace("ИИН", "remark") + GOOD + f"Абай,О,1,,c,s,2018-03-05,{IIN},{WRONG}\nАбай,{IIN},{WRONG}\n"
    assert raws(tmp_path, text.replace(GOOD, GOOD.replace(IIN, "x"))) == [
        f"Абай,О,1,,c,s,2018-03-05,{MASKED},{WRONG}",
        f"Абай,{MASKED},{WRONG}",
    ]


def test_spans_are_those_of_the_cells() -> None:
    for text in ("a,b", "", ",", '"a, b",c', '"a ""b""" ,c', 'a,"b', '"a"b,c', 'a"b,"c\nd",', '""'):
        spans, (cells, _) = cell_spans(text, ","), split_cells(text, ",")
        assert (spans is None) == (cells is None)
        if spans is not None and cells is not None:
            assert [
                text[begin:end].replace('""', '"') if begin and text[begin - 1] == '"' else text[begin:end]
                for begin, end in spans
            ] == cells


def audited(folder: Path, export: Path, *more: str) -> list[dict[str, str]]:
    out = folder / "out"
    command = ["audit", str(export), "--as-of", "2018-04-01", "--out", str(out), "--fail-on", "never", *more]
    CliRunner().invoke(cli, command, standalone_mode=False, catch_exceptions=False)
    with (out / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_quarantine_file_names_nobody_and_is_read_back(tmp_path: Path) -> None:
    row = f"Абай,О,2,home_care,provider,register,5 наурыз,{OTHER},{IIN}"
    torn = f"Абай,О,3,home_care,provider,register,2018-03-05,{OTHER}"
    (tmp_path / "a.csv").write_text(HEADER + GOOD + f"{row}\n{torn}\n{GOOD}", encoding="utf-8")
    plain = audited(tmp_path, tmp_path / "a.csv", "--show-names")
    assert [each["raw"] for each in plain] == [row, torn]
    masked = audited(tmp_path, tmp_path / "a.csv")
    assert [each["raw"] for each in masked] == [
        row.replace(OTHER, MASKED).replace(IIN, MASKED),
        torn.replace(OTHER, MASKED),
    ]
    for path in (tmp_path / "out").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not [number for number in (IIN, OTHER) if number.encode() in data], path
    mended = tmp_path / "mended.csv"
    mended.write_bytes((tmp_path / "out/quarantine.csv").read_bytes().replace("5 наурыз".encode(), b"2018-03-05 10:00"))
    again = read_back(mended)
    assert again["application_no"] == ["2"]
    assert again["wrong"] == [0]
    assert again["reasons"] == ["wrong_width"]


def read_back(path: Path) -> dict[str, list[object]]:
    (source,) = mended_sources(Source(path, path.as_posix())) or []
    reading = Reading(survey(source, Profile.canonical()))
    batches = list(reading)
    return {
        "application_no": [number for batch in batches for number in batch.rows["application_no"]],
        "wrong": [column.wrong for column in reading.summary.persons],
        "reasons": [reason for batch in batches for reason in batch.quarantined["reason"]],
    }
