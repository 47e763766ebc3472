"""What stands on the command line becomes a sorted list of files, each file that is left out with its reason, or a sentence."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.errors import InputError
from auditor.exports.find import Found, find_exports, said_of

FILES = (
    "b.csv", "a.CSV", "sub/c.xlsx", "sub/d.parquet", "~$a.xlsx", ".~lock.b.ods#", ".hidden.csv", ".git/d.csv", "notes.docx", "Thumbs.db", "list.txt",
)  # fmt: skip


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(found: Found, inbox: Path) -> list[str]:
    return [path.relative_to(inbox).as_posix() for path in found.paths]


def passed(found: Found, inbox: Path) -> dict[str, str]:
    return {Path(told.path).relative_to(inbox).as_posix(): told.why for told in found.passed_over}


def test_a_folder_yields_all_known_kinds_and_names_the_rest(inbox: Path) -> None:
    """Nothing in a folder is left out without a word."""
    found = find_exports([str(inbox)])
    assert names(found, inbox) == ["a.CSV", "b.csv", "list.txt", "sub/c.xlsx", "sub/d.parquet"]
    assert passed(found, inbox) == {
        ".git/d.csv": "hidden_file",
        ".hidden.csv": "hidden_file",
        ".~lock.b.ods#": "lock_file",
        "Thumbs.db": "system_file",
        "notes.docx": "unknown_kind",
        "~$a.xlsx": "lock_file",
    }
    assert not found.asked
    assert len(names(found, inbox)) + len(found.passed_over) == len(FILES)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_each_is_said_in_words(inbox: Path, language: str) -> None:
    said = said_of(find_exports([str(inbox)]).passed_over, language)
    assert "6" in said[0]
    assert len(said) == 7
    assert any(".docx" in line for line in said)


def test_of_very_many_the_rest_is_counted(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.docx").write_text("x")
    (tmp_path / "a.csv").write_text("x")
    said = said_of(find_exports([str(tmp_path)]).passed_over, "en")
    assert len(said) == 22
    assert "10 more" in said[-1]


def test_duplicates_are_read_once(inbox: Path) -> None:
    found = find_exports([str(inbox), str(inbox / "b.csv"), str(inbox / "sub" / ".." / "b.csv")])
    assert names(found, inbox) == ["a.CSV", "b.csv", "list.txt", "sub/c.xlsx", "sub/d.parquet"]
    assert [path.name for path in found.asked] == ["b.csv"]


def test_globs(inbox: Path) -> None:
    assert names(find_exports([f"{inbox}/**/*.csv"]), inbox) == ["b.csv"]
    assert names(find_exports([f"{inbox}/s*"]), inbox) == ["sub/c.xlsx", "sub/d.parquet"]
    assert names(find_exports([f"{inbox}/*.txt"]), inbox) == ["list.txt"]
    assert passed(find_exports([f"{inbox}/*"]), inbox) == {
        "Thumbs.db": "system_file",
        "notes.docx": "unknown_kind",
        "~$a.xlsx": "lock_file",
    }


def test_a_file_named_is_meant_but_for_locks(inbox: Path) -> None:
    """A shell writes out `in/*`: it names Excel's lock files too, and nobody means them."""
    found = find_exports([str(inbox / name) for name in ("notes.docx", ".hidden.csv", "~$a.xlsx", "Thumbs.db")])
    assert names(found, inbox) == [".hidden.csv", "notes.docx"]
    assert passed(found, inbox) == {"Thumbs.db": "system_file", "~$a.xlsx": "lock_file"}


def test_a_report_of_ours_is_no_journal(inbox: Path) -> None:
    """Its quarantine.csv would bring the same rows once more; a mended one is named, or lies in a folder of its own."""
    for name in ("audit.json", "findings.csv", "quarantine.csv", "districts/x.html"):
        path = inbox / "reports" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (inbox / "mended").mkdir()
    (inbox / "mended" / "quarantine.csv").write_text("x")
    found = find_exports([str(inbox)])
    assert "mended/quarantine.csv" in names(found, inbox)
    assert not [name for name in names(found, inbox) if name.startswith("reports")]
    assert {why for name, why in passed(found, inbox).items() if name.startswith("reports")} == {"our_report"}
    assert names(find_exports([str(inbox / "reports" / "quarantine.csv")]), inbox) == ["reports/quarantine.csv"]
    with pytest.raises(InputError, match="yields no export"):
        find_exports([f"{inbox}/reports/*.csv"])


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("nowhere.csv", "no such file"),
        ("empty", "holds no files"),
        ("*.ods", "fits no file"),
        ("notes.do*", "none is an export"),
        ("~$a.xlsx", r"only: .*~\$a\.xlsx"),
        ("", "The folder"),
    ],
)
def test_what_yields_nothing_is_refused(inbox: Path, argument: str, said: str) -> None:
    for name in ("b.csv", "a.CSV", "sub/c.xlsx", "sub/d.parquet", "list.txt"):
        (inbox / name).unlink()
    with pytest.raises(InputError, match=said):
        find_exports([str(inbox / argument)])


def test_a_folder_of_other_files_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(InputError, match=r"1 × \.docx"):
        find_exports([str(tmp_path)])


def test_every_bad_argument_is_named(inbox: Path) -> None:
    with pytest.raises(InputError) as fault:
        find_exports([str(inbox / "nowhere.csv"), str(inbox / "empty")])
    assert "nowhere.csv" in str(fault.value)
    assert "empty" in str(fault.value)


def test_a_name_that_is_no_utf8_is_told_as_text(tmp_path: Path, repo: Path) -> None:
    """Some programs leave names in Windows-1251: the file is read, and what is no text of its name stands as bytes."""
    export = next((repo / "sample_data" / "journals").rglob("*.csv"))
    shutil.copyfile(export, tmp_path / os.fsdecode("журнал.csv".encode("cp1251")))
    (tmp_path / os.fsdecode("акт.docx".encode("cp1251"))).write_text("x")
    out = tmp_path / "out"
    done = CliRunner().invoke(
        cli,
        ["audit", str(tmp_path), "--as-of", "2019-07-31", "--out", str(out), "--fail-on", "never"],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    told = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    assert [Path(each["path"]).name for each in told["inputs"]] == [r"\xe6\xf3\xf0\xed\xe0\xeb.csv"]
    assert [Path(each["path"]).name for each in told["passed_over"]] == [r"\xe0\xea\xf2.docx"]


def test_what_is_no_regular_file_is_named(tmp_path: Path) -> None:
    """A link to nothing may stand for a journal: it is passed over, but not without a word."""
    (tmp_path / "in" / "more").mkdir(parents=True)
    (tmp_path / "in" / "a.csv").write_text("x")
    (tmp_path / "in" / "b.csv").symlink_to("a.csv")
    (tmp_path / "in" / "gone.csv").symlink_to("nowhere.csv")
    (tmp_path / "in" / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "in" / "elsewhere").symlink_to("more")
    os.mkfifo(tmp_path / "in" / "pipe.csv")
    found = find_exports([tmp_path / "in"])
    assert [path.name for path in found.paths] == ["a.csv"]
    assert [(Path(told.path).name, told.why) for told in found.passed_over] == [
        (name, "no_regular_file") for name in ("elsewhere", "gone.csv", "loop.csv", "pipe.csv")
    ]
