"""Columns that bear one name: never guessed, but a profile can say which it means, also of rows mended in quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.errors import InputError
from auditor.journal.header import match_header, unique_names
from auditor.journal.profile_file import load_profile

EXPORT = """Журнал;;;;;
;;Тіркеу;;Бұрыштама;
№;Услуга;поступило;исполнено;поступило;исполнено
1;home_care;12.03.2018 10:00;12.03.2018 10:05;12.03.2018 10:10;12.03.2018 10:15
2;home_care;12.03.2018 77:00;12.03.2018 10:05;12.03.2018 10:10;12.03.2018 10:15
"""
PROFILE = """layout: application
columns: {application_no: №, service: Услуга}
constants: {district: Абай, office: Бөлім, channel: provider}
steps:
  - {step: register, received_at: FIRST, completed_at: исполнено (1)}
  - {step: resolve, received_at: поступило (2), completed_at: исполнено (2)}
"""


def given(folder: Path, first: str) -> Path:
    (folder / "export.csv").write_text(EXPORT, encoding="utf-8")
    (folder / "profile.yaml").write_text(PROFILE.replace("FIRST", first), encoding="utf-8")
    return folder / "profile.yaml"


def audit(folder: Path, export: Path, profile: Path) -> str:
    words = ["audit", str(export), "--profile", str(profile), "--as-of", "2018-03-13", "--out", str(folder / "out"), "--fail-on", "never"]  # fmt: skip
    return CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False).output


def test_each_of_several_columns_of_one_name_can_be_named(tmp_path: Path) -> None:
    profile = given(tmp_path, "поступило (1)")
    assert "Rows read: 2 = accepted 1 + quarantined 1" in audit(tmp_path, tmp_path / "export.csv", profile)
    names = ["№", "Услуга", "поступило", "исполнено", "Поступило", "поступило", "исполнено"]
    match = match_header(names, load_profile(profile))
    assert match.steps == ({"received_at": [2], "completed_at": [3]}, {"received_at": [5], "completed_at": [6]})
    assert match_header(list(unique_names(names)), load_profile(profile)).steps == match.steps


def test_a_mended_row_is_read_by_the_same_names(tmp_path: Path) -> None:
    profile = given(tmp_path, "поступило (1)")
    audit(tmp_path, tmp_path / "export.csv", profile)
    listed = (tmp_path / "out" / "quarantine.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "mended.csv").write_text(listed.replace("77:00", "10:00"), encoding="utf-8")
    said = audit(tmp_path, tmp_path / "mended.csv", profile)
    assert "entries: 2," in said
    assert "Rows read: 1 = accepted 1 + quarantined 0" in said


def test_the_bare_name_is_refused_with_what_would_be_right(tmp_path: Path) -> None:
    profile = given(tmp_path, "поступило")
    with pytest.raises(
        InputError, match=r"(?s)twice.*column 3 `поступило` or column 5 `поступило \(2\)`.*the first is `… \(1\)`"
    ):
        audit(tmp_path, tmp_path / "export.csv", profile)
