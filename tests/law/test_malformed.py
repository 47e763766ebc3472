"""Each malformed rule set is refused with words that name the file, the line, the key and what would be right."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.errors import RulesError
from auditor.law.lint import lint
from auditor.law.load import load_rulebook

HERE = Path(__file__).parent
READ = yaml.load((HERE / "malformed.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
CASES: list[dict[str, Any]] = READ["cases"]
SOUND: list[dict[str, Any]] = READ["sound"]


def spoiled(case: dict[str, Any], folder: Path) -> Path:
    """The small rule set with the case's one change."""
    rules = folder / "rules"
    shutil.copytree(HERE / "tiny", rules)
    file = rules / case["file"]
    if "whole" in case:
        file.write_text(case["whole"], encoding="utf-8")
        return rules
    text = file.read_text(encoding="utf-8")
    for old, new in {case["old"]: case["new"], **case.get("also", {})}.items():
        assert old in text, f"the case changes nothing: {old!r}"
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    if "law" in case:
        act = rules / "regulation.yaml"
        act.write_text(
            act.read_text(encoding="utf-8").replace("handover:", case["law"] + "handover:", 1), encoding="utf-8"
        )
    return rules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_malformed_rule_set_is_named(case: dict[str, Any], tmp_path: Path) -> None:
    """The fault has all the words of the case, and lint finds it too."""
    rules = spoiled(case, tmp_path)
    found = lint(rules)
    if case.get("by") == "lint":
        load_rulebook(rules)
    else:
        with pytest.raises(RulesError) as raised:
            load_rulebook(rules)
        assert set(raised.value.faults) <= set(found)
        assert raised.value.exit_code == 3
        found = raised.value.faults
    words = ".*".join(re.escape(word) for word in case["words"])
    assert any(re.search(words, fault) for fault in found), "\n".join(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_fault_has_a_place(case: dict[str, Any], tmp_path: Path) -> None:
    """`file:line: key: what is wrong; what would be right`, and the line is one of the file's."""
    rules = spoiled(case, tmp_path)
    for fault in lint(rules):
        match = re.fullmatch(r"(.+?):(\d+): (\S.*?): (.+); (.+)", fault, re.DOTALL)
        assert match, fault
        file = Path(match[1])
        assert 1 <= int(match[2]) <= max(1, len(file.read_text(encoding="utf-8").splitlines())), fault


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case["name"])
def test_what_is_no_fault_is_not_named(case: dict[str, Any], tmp_path: Path) -> None:
    """Unusual, but what some act says."""
    rules = spoiled(case, tmp_path)
    assert lint(rules) == []
    load_rulebook(rules)


def test_a_run_of_weekdays_may_go_past_sunday(tmp_path: Path) -> None:
    """`sunday-thursday` opens Sunday and Monday to Thursday, and no Friday or Saturday."""
    week = load_rulebook(spoiled(SOUND[0], tmp_path)).calendars["provider"].hours[1].week
    assert [bool(week[day]) for day in range(1, 8)] == [True, True, True, True, False, False, True]


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    """Three faults in three files are three sentences, in order of file and line."""
    rules = tmp_path / "rules"
    shutil.copytree(HERE / "tiny", rules)
    for name, old, new in [
        ("calendars/hours.yaml", "09:00-13:00", "9-13"),
        ("regulation.yaml", "2020-02-01", "2020-02-31"),
        ("services/01_card.yaml", "unit: hour", "unit: hours"),
    ]:
        file = rules / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError) as raised:
        load_rulebook(rules)
    assert [Path(f.split(":")[0]).name for f in raised.value.faults] == [
        "hours.yaml",
        "regulation.yaml",
        "01_card.yaml",
    ]


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    """An empty folder is no rule set."""
    with pytest.raises(RulesError, match=r"regulation\.yaml:1: file: cannot be read"):
        load_rulebook(tmp_path)


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    """A file saved by an old editor is named with the line of its first wrong byte."""
    rules = tmp_path / "rules"
    shutil.copytree(HERE / "tiny", rules)
    (rules / "step_names.yaml").write_bytes("source: ours\nsteps: {}\nимя".encode("cp1251"))
    with pytest.raises(RulesError, match=r"step_names\.yaml:3: file: is not UTF-8"):
        load_rulebook(rules)
