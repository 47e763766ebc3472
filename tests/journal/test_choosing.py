"""Offices with layouts of their own in one run: each inbox is read by the profile that the register names for its office."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from click.testing import CliRunner, Result

from auditor.cli import cli

REGISTER = """\
districts:
  abai:
    names: {kk: [Абай ауданы], ru: [Абайский район]}
offices:
  dept:
    district: abai
    kind: provider
    names: {kk: [Бөлім], ru: [Отдел]}
    profile: dept.yaml
    inbox: dept
  centre:
    district: abai
    kind: provider
    names: {kk: [Орталық], ru: [Центр]}
    inbox: centre
"""
PROFILE = """\
layout: application
columns:
  application_no: "№ п/п"
  service: Услуга
constants: {district: Абайский район, office: Отдел, channel: provider}
moments: [d.m.yyyy HH:MM]
steps:
  - step: register
    received_at: Поступило
    completed_at: Зарегистрировано
  - step: resolve
    received_at: У руководителя
    completed_at: Резолюция
"""
OWN = "№ п/п;Услуга;Поступило;Зарегистрировано;У руководителя;Резолюция\n"
ROW = "7;home_care;5.3.2018 10:00;5.3.2018 10:20;5.3.2018 11:00;{resolved}\n"
CANONICAL = (
    "district,office,application_no,service,channel,step,received_at,completed_at\n"
    "Абай ауданы,Орталық,8,home_care,provider,register,2018-03-05 10:00,2018-03-05 12:00\n"
)


def place(folder: Path, resolved: str) -> Path:
    for name, text in (("dept", OWN + ROW.format(resolved=resolved)), ("centre", CANONICAL)):
        (folder / "inbox" / name).mkdir(parents=True, exist_ok=True)
        (folder / "inbox" / name / "journal.csv").write_text(text, encoding="utf-8")
    (folder / "offices.yaml").write_text(REGISTER, encoding="utf-8")
    (folder / "dept.yaml").write_text(PROFILE, encoding="utf-8")
    return folder


def audit(folder: Path, *more: str) -> Result:
    asked = ["audit", str(folder / "inbox"), "--offices", str(folder / "offices.yaml"), "--as-of", "2018-03-20"]
    return CliRunner().invoke(cli, [*asked, "--out", str(folder / "out"), *more], standalone_mode=False)


def found(folder: Path) -> list[tuple[str, str, str, str]]:
    with (folder / "out" / "findings.csv").open(encoding="utf-8") as file:
        return [(r["code"], r["office"], r["application_no"], r["step"]) for r in csv.DictReader(file)]


def test_each_office_is_read_by_its_own_profile(tmp_path: Path) -> None:
    """A row per application in one inbox, the canonical journal in the other: all rows of both are judged in one run."""
    audit(place(tmp_path, "9.3.2018 10:00"))
    told = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    assert (told["rows_read"], told["rows_accepted"], told["entries"]) == (2, 2, 3)
    assert ("T01", "Бөлім", "7", "resolve") in found(tmp_path)
    assert ("T01", "Орталық", "8", "register") in found(tmp_path)


def test_a_change_in_a_layout_of_its_own_is_found(tmp_path: Path) -> None:
    """J07 compares what the office sent under its own headers; an unchanged night finds nothing."""
    store = str(tmp_path / "history.duckdb")
    audit(place(tmp_path, "9.3.2018 10:00"), "--store", store)
    audit(place(tmp_path, "9.3.2018 10:00"), "--store", store)
    assert "J07" not in {code for code, *_ in found(tmp_path)}
    audit(place(tmp_path, "6.3.2018 10:00"), "--store", store)
    changed = [finding for finding in found(tmp_path) if finding[0] == "J07"]
    assert [(office, number) for _, office, number, _ in changed] == [("Бөлім", "7")]


def test_a_fault_in_an_offices_profile_is_told(tmp_path: Path) -> None:
    """The profile's file and line are named, and nothing is judged."""
    place(tmp_path, "9.3.2018 10:00")
    (tmp_path / "dept.yaml").write_text(PROFILE + "colums: {}\n", encoding="utf-8")
    refused = audit(tmp_path)
    assert refused.exception is not None
    assert "dept.yaml" in str(refused.exception)
    assert "colums" in str(refused.exception)
