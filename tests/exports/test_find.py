"""What stands on the command line becomes a sorted list of files, or a sentence that says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.exports.find import find_exports


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.CSV", "sub/c.csv", "~$a.csv", ".hidden.csv", ".git/d.csv", "notes.txt", "old.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(found: list[Path], inbox: Path) -> list[str]:
    return [path.relative_to(inbox).as_posix() for path in found]


def test_a_folder_is_searched_through_without_locks_and_hidden_files(inbox: Path) -> None:
    assert names(find_exports([str(inbox)]), inbox) == ["a.CSV", "b.csv", "sub/c.csv"]


def test_duplicates_are_read_once(inbox: Path) -> None:
    found = find_exports([str(inbox), str(inbox / "b.csv"), str(inbox / "sub" / ".." / "b.csv")])
    assert names(found, inbox) == ["a.CSV", "b.csv", "sub/c.csv"]


def test_globs(inbox: Path) -> None:
    assert names(find_exports([f"{inbox}/**/*.csv"]), inbox) == ["b.csv", "sub/c.csv"]
    assert names(find_exports([f"{inbox}/s*"]), inbox) == ["sub/c.csv"]
    assert names(find_exports([f"{inbox}/*.txt"]), inbox) == ["notes.txt"]


def test_text_files_are_read_when_named(inbox: Path) -> None:
    assert names(find_exports([str(inbox / "notes.txt")]), inbox) == ["notes.txt"]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("nowhere.csv", "no such file"),
        ("old.xlsx", "not read yet"),
        ("empty", "holds no files"),
        ("*.ods", "fits no file"),
        ("old.xls*", "none is a CSV export"),
    ],
)
def test_what_yields_nothing_is_refused(inbox: Path, argument: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        find_exports([str(inbox / argument)])


def test_a_folder_of_other_files_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("x")
    with pytest.raises(InputError, match=r"1 × \.xlsx"):
        find_exports([str(tmp_path)])


def test_every_bad_argument_is_named(inbox: Path) -> None:
    with pytest.raises(InputError) as fault:
        find_exports([str(inbox / "nowhere.csv"), str(inbox / "empty")])
    assert "nowhere.csv" in str(fault.value)
    assert "empty" in str(fault.value)
