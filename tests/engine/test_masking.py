"""Names and identification numbers stay out of sight."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine.masking import IIN_MASK, mask_employees, mask_iin


def masks(names: pl.Series) -> pl.Series:
    return mask_employees(names, names)


def test_a_person_has_one_number_whatever_the_order() -> None:
    names = ["Серікова А.", "Әбдіров Б.", None, "Серікова А.", " ", "Иванов В."]
    masked = masks(pl.Series("employee", names)).to_list()
    turned = masks(pl.Series("employee", names[::-1])).to_list()
    assert masked == turned[::-1]
    assert masked[0] == masked[3]
    assert masked[2] is None
    assert masked[4] is None
    assert {text for text in masked if text} == {"№ 1", "№ 2", "№ 3"}


def test_white_space_and_letter_case_do_not_make_another_person() -> None:
    masked = masks(pl.Series("employee", ["Серікова  А.", " СЕРІКОВА А. "]))
    assert masked.to_list() == ["№ 1", "№ 1"]


@given(st.lists(st.one_of(st.none(), st.text(min_size=2))))
def test_no_name_is_left(names: list[str | None]) -> None:
    masked = masks(pl.Series("employee", names, dtype=pl.String))
    assert len(masked) == len(names)
    assert masked.name == "employee"
    assert all(text is None or (text[:2] == "№ " and text[2:].isdigit()) for text in masked)


def test_a_person_has_one_number_in_every_list_of_a_run() -> None:
    """What findings call № 3 is № 3 on the office's sheet, whoever else stands there."""
    everyone = pl.Series(["Серікова А.", "Әбдіров Б.", "Иванов В.", None])
    findings = mask_employees(pl.Series("employee", ["Серікова А."]), everyone)
    work = mask_employees(pl.Series("employee", ["Иванов В.", "серікова а."]), everyone)
    assert findings[0] == work[1]
    assert work[0] != work[1]


def test_no_names_at_all() -> None:
    assert masks(pl.Series("employee", [None, None])).to_list() == [None, None]
    assert masks(pl.Series("employee", [], dtype=pl.String)).to_list() == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ЖСН 900101300123, тел.", f"ЖСН {IIN_MASK}, тел."),
        ("900101300123", IIN_MASK),
        ("ИИН900101300123қ", f"ИИН{IIN_MASK}қ"),
        ("900101300123;850505400456;850505400456", ";".join([IIN_MASK] * 3)),
        ("87011234567", "87011234567"),
        ("20180312101520", "20180312101520"),  # 14 digits: a moment, which the reader of a quarantine must see
        ("№ 15, 12.03.2018", "№ 15, 12.03.2018"),
        ("", ""),
    ],
)
def test_twelve_digits_are_masked(text: str, shown: str) -> None:
    assert mask_iin(pl.Series("raw", [text, None])).to_list() == [shown, None]
