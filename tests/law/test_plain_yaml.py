"""YAML's own traps are closed off, and a folder of another regulation loads without touching code."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from auditor.law.lint import lint
from auditor.law.load import load_rulebook
from auditor.law.plain_yaml import Block, Faults, Items, Text, read_yaml

TINY = Path(__file__).parent / "tiny"


def read(text: str, folder: Path) -> tuple[Block | None, list[str]]:
    file = folder / "some.yaml"
    file.write_bytes(text.encode("utf-8"))
    faults = Faults()
    return read_yaml(file, "some.yaml", faults), faults.sentences()


@pytest.mark.parametrize(
    "written",
    [
        "18:00",
        "no",
        "yes",
        "on",
        "null",
        "~",
        "1.10",
        "0o17",
        "010",
        "2016-07-03",
        "1e3",
        ".inf",
        "37/03",
        "12:30:45",
        "5.10",
    ],
)
def test_a_value_is_what_is_written(written: str, tmp_path: Path) -> None:
    """No scalar turns into a number, a date, a truth value or nothing."""
    block, faults = read(f"key: {written}\nlist: [{written}]\n", tmp_path)
    assert faults == []
    assert block is not None
    assert block.entries == {"key": Text(written, 1), "list": Items((Text(written, 2),), 2)}


def test_keys_are_texts_too(tmp_path: Path) -> None:
    """`no:` is the key no, not false."""
    block, _ = read("no: a\n18:00: b\n", tmp_path)
    assert block is not None
    assert list(block.entries) == ["no", "18:00"]
    assert block.lines == {"no": 1, "18:00": 2}


def test_two_equal_keys_are_a_fault(tmp_path: Path) -> None:
    """Neither the first nor the last wins unseen."""
    _, faults = read("a: {b: 1}\nc:\n  d: 1\n  e: 2\n  d: 3\n", tmp_path)
    assert faults == ["some.yaml:5: c.d: the key stands twice (first in line 3); keep one of the two"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x\n", "&x: anchors"),
        ("base: &b {k: 1}\nc:\n  <<: *b\n", "&b: anchors"),
        ("a: !!int 5\n", "the tag tag:yaml.org,2002:int"),
        ("a: !env PATH\n", "the tag !env"),
        ("? [1, 2]\n: b\n", "a key that is no plain text"),
        ("a: 1\n--- \nb: 2\n", "is not YAML"),
        ("a: \x07\n", "is not YAML"),
    ],
)
def test_what_hides_a_value_is_refused(text: str, words: str, tmp_path: Path) -> None:
    """Anchors, merges, tags, keys of lists, second documents, control characters."""
    _, faults = read(text, tmp_path)
    assert any(words in fault for fault in faults), faults


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    """Files come back from Windows editors."""
    block, faults = read("\ufeffa: 1\r\nb: 2\r\n", tmp_path)
    assert faults == []
    assert block is not None
    assert block.entries["b"] == Text("2", 2)


def test_another_regulation_loads(tmp_path: Path) -> None:
    """Other roles, channels, services, steps and hours are data, not code."""
    assert lint(TINY) == []
    rulebook = load_rulebook(TINY)
    assert set(rulebook.channel_names) == {"counter"}
    assert rulebook.keep_apart == (("clerk", "director"),)
    procedure = rulebook.procedure("card", "counter")
    assert procedure is not None
    first, second = procedure.editions
    assert first.steps == second.steps
    assert (first.basis, second.basis) == ("later_wording", "exact")
    assert first.branches == ((("sign",), ("refuse",)),)
    assert (first.in_force_from, first.in_force_to) == (date(2020, 2, 1), date(2020, 7, 1))
    assert (second.assumed_until, second.in_force_to) == (None, None)
    assert second.total is not None
    check = second.steps[1]
    assert check.handover is not None
    assert check.handover.value == 1
    assert rulebook.office_kind("reader", "counter") == "counter"
    assert rulebook.office_kind("clerk", "counter") == "provider"
    provider = rulebook.calendars["provider"]
    assert [h.since for h in provider.hours] == [date(2020, 1, 1), date(2020, 6, 1)]
    assert provider.hours[0].week[6] == ((36000, 43200),)
    assert provider.hours[0].moved_day == ((32400, 46800),)


def test_small_files_may_be_left_out(tmp_path: Path) -> None:
    """A folder without vocabulary, overlays or step names works, if the steps have names of their own."""
    rules = tmp_path / "rules"
    shutil.copytree(TINY, rules)
    (rules / "vocabulary.yaml").unlink()
    shutil.rmtree(rules / "overlays")
    (rules / "step_names.yaml").unlink()
    service = rules / "services" / "01_card.yaml"
    lines = []
    for line in service.read_text(encoding="utf-8").splitlines():
        lines.append(line)
        if line.startswith("          - id: "):
            name = line.rsplit(" ", 1)[1]
            lines.append(f"            names: {{kk: [{name} kk], ru: [{name} ru], en: [{name} en]}}")
    service.write_text("\n".join(lines), encoding="utf-8")
    rulebook = load_rulebook(rules)
    assert rulebook.vocabulary.steps["card", "counter"]["sign ru"] == ("sign",)
    assert rulebook.vocabulary.outcomes == {o: o for o in ("granted", "refused", "no_data", "withdrawn", "moved")}


def test_the_sums_tell_rules_and_calendar_apart(tmp_path: Path) -> None:
    """A changed limit changes one sum, a changed day the other; a comment changes the sum too, a README neither."""
    rules = tmp_path / "rules"
    shutil.copytree(TINY, rules)
    before = load_rulebook(rules)
    assert (before.sha256, before.calendar_sha256) == (load_rulebook(TINY).sha256, load_rulebook(TINY).calendar_sha256)
    (rules / "README.md").write_text("words", encoding="utf-8")
    days = rules / "calendars" / "days_off.csv"
    days.write_text(days.read_text(encoding="utf-8").replace("Day off", "Free day"), encoding="utf-8")
    second = load_rulebook(rules)
    assert second.sha256 == before.sha256
    assert second.calendar_sha256 != before.calendar_sha256
    names = rules / "step_names.yaml"
    names.write_text(names.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    third = load_rulebook(rules)
    assert third.sha256 != second.sha256
    assert third.calendar_sha256 == second.calendar_sha256
