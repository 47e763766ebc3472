"""Names and places of the report's files."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.files import LONGEST_NAME, page_names, replacing, write_text

HOSTILE = [
    "../../x",
    "/etc/passwd",
    "C:\\x",
    "..",
    ".",
    "",
    "con",
    "a\x00b",
    "a\nb",
    "a\u202eb",
    "<b>x</b>",
    "x" * 500,
    "Ұ" * 300,
    "-rf",
    "index",
    "~root",
    "a%2fb",
    "😀",
]


def test_plain_names_stay_as_they_are() -> None:
    """A district is found by its name."""
    assert page_names(["Абай ауданы", "temirtau", "Қарағанды-2"]) == {
        "Абай ауданы": "Абай ауданы.html",
        "temirtau": "temirtau.html",
        "Қарағанды-2": "Қарағанды-2.html",
    }


def test_names_that_fold_to_one_get_two_files() -> None:
    """Neither district may write over the other's page, on a file system that ignores case either."""
    found = page_names(["г. Сарань", "г Сарань", "Г САРАНЬ", "г/Сарань"])
    assert len({name.casefold() for name in found.values()}) == 4
    assert all(name.casefold().startswith("г сарань") for name in found.values())


@given(st.lists(st.one_of(st.text(max_size=200), st.sampled_from(HOSTILE)), unique=True, max_size=8))
def test_no_name_is_a_path(districts: list[str]) -> None:
    """Nothing in a journal can name a path, and no two districts share a page."""
    found = page_names(districts)
    assert set(found) == set(districts)
    folded = {unicodedata.normalize("NFKC", name).casefold() for name in found.values()}
    assert len(folded) == len(districts)
    for name in found.values():
        stem = name.removesuffix(".html")
        assert name.endswith(".html")
        assert len(name.encode()) <= LONGEST_NAME
        assert stem
        assert not re.search(r"[./\\:<>\"'|?*%~$\x00-\x1f\x7f]", stem)
        assert not stem.startswith(("-", " "))
        assert not any(unicodedata.category(c)[0] == "C" for c in stem)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """A write that fails leaves the old file, and nothing beside it."""
    path = write_text(tmp_path / "a.txt", "old\n")

    def fail_half_way() -> None:
        with replacing(path) as temporary:
            temporary.write_text("ne", encoding="utf-8")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail_half_way()
    assert path.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]
