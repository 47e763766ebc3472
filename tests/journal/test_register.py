"""A register of offices: how it is read and refused, and what it makes of rows, through the commands as a user calls them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.errors import InputError
from auditor.journal.register import load_register
from auditor.law.load import load_rulebook
from auditor.paths import default_rules
from journal.exporting import HEADER

BOOK = load_rulebook(default_rules())
REGISTER = """\
districts:
  abai:
    names: {kk: [Абай ауданы], ru: [Абайский район], other: [ABAI]}
  nura:
    names: {kk: [Нұра ауданы], ru: [Нуринский район]}
    until: 2022-06-08
offices:
  abai-dept:
    district: abai
    kind: provider
    names: {kk: [Бөлім], ru: [Отдел], other: []}
    closed:
      - from: 2018-03-12
        to: 2018-03-14
        reason: {kk: боран, ru: буран, en: blizzard}
    numbering: {own_book: yes, yearly_restart: yes}
    inbox: abai-dept
  abai-akim:
    district: abai
    kind: akim
    names: {kk: [Топар әкімі], ru: [Аким Топара]}
    hours:
      - since: 2018-01-01
        until: 2018-12-31
        week: {monday-friday: [10:00-12:00]}
  nura-dept:
    district: nura
    kind: provider
    names: {kk: [Нұра бөлімі], ru: [Отдел Нуры]}
"""


def written(folder: Path, text: str = REGISTER) -> Path:
    path = folder / "offices.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def row(district: str = "Абай ауданы", office: str = "Бөлім", **columns: str) -> dict[str, str]:
    given = {"application_no": "15", "service": "home_care", "channel": "provider", "step": "register"}
    return {
        **given,
        "received_at": "2018-03-05 10:00",
        "completed_at": "2018-03-05 10:10",
        **columns,
        "district": district,
        "office": office,
    }


def export(path: Path, rows: list[dict[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def invoke(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


def findings(out: Path) -> list[dict[str, str]]:
    with (out / "findings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def audited(
    folder: Path, rows: list[dict[str, str]], *options: object
) -> tuple[dict[str, object], list[dict[str, str]]]:
    path, out = export(folder / "export.csv", rows), folder / "out"
    register = written(folder)
    said = invoke(
        "audit", path, "--offices", register, "--as-of", "2018-05-01", "--out", out, "--fail-on", "never", *options
    )
    assert said.exception is None, said.output
    return json.loads((out / "audit.json").read_text(encoding="utf-8")), findings(out)


def test_the_example_fits_the_invented_journals(repo: Path) -> None:
    """Each row of the district's journals finds its office."""
    said = invoke("check", repo / "sample_data/journals/abai", "--offices", repo / "docs/examples/offices.yaml")
    assert said.return_value == 0, said.output


def test_spellings_of_one_office_are_one(tmp_path: Path) -> None:
    """A step registered under the Russian name and signed under the Kazakh one belong to one application."""
    rows = [
        row(),
        row(
            "АБАЙСКИЙ  район", "отдел", step="resolve", received_at="2018-03-05 11:00", completed_at="2018-03-05 12:00"
        ),
        row("ABAI", "Отдел", registered_by="Бөлім", step="assess", received_at="2018-03-05 15:00", completed_at=""),
    ]
    told, _ = audited(tmp_path, rows)
    assert (told["applications"], told["rows_quarantined"]) == (1, 0)
    assert [each["office"] for each in told["coverage"]] == ["Бөлім"]  # type: ignore[index, union-attr]
    assert told["offices_sha256"] == load_register(tmp_path / "offices.yaml", BOOK).sha256


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (row("Абаи ауданы"), "no district `Абаи ауданы`; nearest is `Абай ауданы`, which is not taken"),
        (row("Осакаров"), "no district `Осакаров`."),
        (row(office="Бөлімі"), "no office `Бөлімі` (column `office`) in this district; nearest is `Бөлім`"),
        (row(office="Нұра бөлімі"), "belongs to another district: Нұра ауданы"),
        (
            row(registered_by="Топар әкимі"),
            "no office `Топар әкимі` (column `registered_by`) in this district; nearest is `Топар әкімі`",
        ),
        (row("Нұра ауданы", "Нұра бөлімі", received_at="2022-06-08", completed_at=""), "from 2022-06-08 on"),
    ],
    ids=["near district", "no district", "near office", "another's office", "registered by nobody", "left the oblast"],
)
def test_a_row_that_contradicts_the_register_is_set_aside(tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    """With the reason, its line, and nothing taken on a guess; the other rows are judged."""
    path = export(tmp_path / "a.csv", [row(), wrong])
    said = invoke("check", path, "--offices", written(tmp_path))
    assert said.return_value == 1
    assert f"{path}:3: " in said.output
    assert words in said.output
    assert invoke("check", path).return_value == 0


def test_a_file_in_an_offices_folder_holds_rows_of_that_office_only(tmp_path: Path) -> None:
    """A folder says something only where it is an inbox of the register."""
    rows = [row(), row(office="Топар әкімі", registered_by="")]
    register = written(tmp_path)
    inbox, elsewhere = export(tmp_path / "abai-dept/2018/a.csv", rows), export(tmp_path / "abai-dept-old/a.csv", rows)
    said = invoke("check", inbox, "--offices", register)
    assert said.return_value == 1
    assert "lies in the folder of `Бөлім`, and the row is of the office `Топар әкімі`" in said.output
    assert invoke("check", elsewhere, "--offices", register).return_value == 0


def test_days_closed_are_not_counted_and_are_named(tmp_path: Path) -> None:
    """One working day from Wednesday 7 March over holidays and three days of blizzard: due on Thursday 15th, and `explain` says why."""
    rows = [row(), row(step="resolve", received_at="2018-03-05 15:00", completed_at="2018-03-05 16:00")]
    rows[1] |= {"received_at": "2018-03-07 15:00", "completed_at": "2018-03-15 16:00"}
    rows[1]["service"] = rows[0]["service"] = "child_allowance"
    _, found = audited(tmp_path, rows)
    assert not [f for f in found if f["code"] == "T01"]
    invoke("audit", tmp_path / "export.csv", "--as-of", "2018-05-01", "--out", tmp_path / "usual", "--fail-on", "never")
    assert [f["step"] for f in findings(tmp_path / "usual") if f["code"] == "T01"] == ["resolve"]
    told = invoke(
        "explain", "15", tmp_path / "export.csv", "--offices", tmp_path / "offices.yaml", "--as-of", "2018-05-01"
    ).output
    assert "Mon 2018-03-12 – Wed 2018-03-14 (blizzard)" in " ".join(told.split())


def test_own_hours_hold_for_the_office_and_for_no_other(tmp_path: Path) -> None:
    """Open 10:00-12:00 only: 11:50 to 10:04 the next day are 14 minutes."""
    late = {"received_at": "2018-03-05 11:50", "completed_at": "2018-03-06 10:04"}
    akim = row(office="Аким Топара", service="child_allowance", channel="akim", step="akim_register", **late)
    other = row(service="child_allowance", **late)
    _, found = audited(tmp_path, [akim, other])
    assert [f["office"] for f in found if f["code"] == "T01"] == ["Бөлім"]


def test_the_register_says_whose_numbers_mean_something(tmp_path: Path) -> None:
    """J04 in the book of the office that numbers nothing else, without a profile; not in the other's."""
    rows = [row(application_no=no, entry_no=no, received_at=f"2018-03-0{no} 10:00", completed_at="") for no in "14"]
    rows += [{**each, "office": "Аким Топара"} for each in rows]
    _, found = audited(tmp_path, rows)
    assert [(f["office"], f["code"]) for f in found if f["code"] == "J04"] == [("Бөлім", "J04")]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: akim", "kind: akims", ":20: offices.abai-akim.kind: `akims` is unknown; one of:"),
        ("ru: [Аким Топара]", "ru: [отдел]", "offices.abai-akim: `отдел` also names `abai-dept`"),
        ("ru: [Нуринский район]", "ru: [Абай ауданы]", "districts.nura: `абай ауданы` also names `abai`"),
        ("until: 2022-06-08", "until: 2022-06-31", "districts.nura.until: `2022-06-31` is no date"),
        ("district: nura", "district: nuraa", "`nuraa` is unknown; one of: abai, nura (did you mean `nura`?)"),
        ("inbox: abai-dept", "inbox: a/b", "offices.abai-dept.inbox: `a/b` is no name of a folder"),
        ("inbox: abai-dept", "every: weekly", "`weekly` is no stretch of days; such as `1 day` or `7 days`"),
        ("inbox: abai-dept", "inboxes: x", "offices.abai-dept.inboxes: is an unknown key"),
        ("to: 2018-03-14", "to: 2018-03-11", "2018-03-11 is before 2018-03-12"),
        ("[10:00-12:00]", "[12:00-10:00]", "`12:00-10:00` is no opening interval"),
        ("own_book: yes", "own_book: maybe", "offices.abai-dept.numbering.own_book: `maybe` is unknown; one of: yes, no"),
        ("inbox: abai-dept", "profile: none.yaml", "offices.abai-dept.profile: `none.yaml` is no file"),
        (", ru: [Отдел Нуры]", "", "offices.nura-dept.names.ru: is missing"),
        ("    numbering", "      - day: 2018-03-13\n        reason: жел\n    numbering", "overlaps the days closed from 2018-03-12 to 2018-03-14"),
    ],
)  # fmt: skip
def test_a_faulty_register_is_refused_with_the_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    """File, line, key, what would be right; the rows are not looked at."""
    assert old in REGISTER
    path = written(tmp_path, REGISTER.replace(old, new))
    with pytest.raises(InputError) as refused:
        load_register(path, BOOK)
    assert words in str(refused.value)
    assert f"{path}:" in str(refused.value)
