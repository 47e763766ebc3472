"""A profile is read strictly: what it does not know it refuses, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.journal.profile import Cell, Numbering, Profile
from auditor.journal.profile_file import load_profile


def write(folder: Path, text: str) -> Path:
    path = folder / "office.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_profile(tmp_path: Path) -> None:
    profile = load_profile(
        write(
            tmp_path,
            """
columns:
  received_at: Дата поступления
constants: {channel: akim}
values:
  service: {АСП: targeted_assistance}
zone: Asia/Qyzylorda
numbering: {own_book: yes, yearly_restart: no}
covers: 2018-01-01..
""",
        )
    )
    assert profile.columns == {"received_at": Cell(("Дата поступления",))}
    assert profile.constants == {"channel": "akim"}
    assert profile.values == {"service": {"асп": "targeted_assistance"}}
    assert profile.zone == "Asia/Qyzylorda"
    assert profile.numbering == Numbering(own_book=True, yearly_restart=False)
    assert profile.covers == ("2018-01-01", None)


def test_the_canonical_profile_changes_nothing() -> None:
    assert Profile.canonical() == Profile()
    assert Profile.canonical().zone == "Asia/Almaty"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colums: {}", r"office\.yaml:1: colums: .*`columns`"),
        ("columns:\n  recieved_at: x", r"office\.yaml:2: columns\.recieved_at: .*`received_at`"),
        ("zone: Asia/Nowhere", "no time zone"),
        ("numbering: {own_book: maybe, yearly_restart: no}", "neither yes nor no"),
        ("numbering: {own_book: yes}", r"numbering\.yearly_restart"),
        ("covers: 2018", "no period"),
        ("columns: {office: a}\nconstants: {office: b}", "also a column"),
        ("columns: {office: a, step: A}", "columns.step: reads the column `A`, which `office` reads too"),
        ("values: {service: x}", "key: value"),
        ("columns: {office: }", "is empty"),
        ("a: [", "not YAML"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_profile(write(tmp_path, text))
