"""Identification numbers are checked and masked as a matter of their column; numbers turned into dates are flagged."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.exports.source import Decision
from auditor.journal.persons import MASKED, is_iin_name, mask, restored, valid
from journal.exporting import HEADER, Whole, good_row, read


def control(digits: str) -> int | None:
    """The control digit of eleven digits, by hand; None where there is no such number."""
    for weights in ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]):
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def numbers(count: int, start: str = "0501015000") -> list[str]:
    """Invented numbers with right control digits."""
    found = []
    for n in range(10 * count):
        digits = f"{start[:7]}{n:04}"
        last = control(digits)
        if last is not None:
            found.append(f"{digits}{last}")
    return found[:count]


def export(column: str, values: list[str]) -> str:
    """A journal whose last column has this name and these values."""
    rows = [",".join([*good_row(n)[:15], value]) for n, value in enumerate(values, start=1)]
    return "\n".join([",".join([*HEADER[:15], column]), *rows]) + "\n"


def seen(whole: Whole) -> dict[str, Decision]:
    """Evidence to decision, of the stage of values."""
    return {each.evidence: each for each in whole.summary.decisions if each.stage == "values"}


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_the_control_digit_is_the_official_one(number: str) -> None:
    assert valid(pl.Series([number])).to_list() == [control(number[:11]) == int(number[11])]


def test_what_is_no_number_is_wrong_and_nothing_is_nothing() -> None:
    good = numbers(1)[0]
    assert valid(pl.Series([good, good[1:], f"{good}0", "abc", None])).to_list() == [True, False, False, False, None]
    assert restored(pl.Series([good.lstrip("0"), "12", "abc", None])).to_list() == [good, "12", "abc", None]


@pytest.mark.parametrize("name", ["ИИН", "ЖСН", "iin", "ИИН заявителя", "Өтініш берушінің ЖСН-і", "IIN / BIN"])
def test_names_of_the_column(name: str) -> None:
    assert is_iin_name(name)
    assert not is_iin_name("Линия")


@pytest.mark.parametrize("column", ["ИИН", "примечание"])
def test_a_column_is_found_checked_and_its_zeros_restored(tmp_path: Path, column: str) -> None:
    values = numbers(8)
    values[3] = values[3].lstrip("0")
    values[5] = values[5][:-1] + str((int(values[5][-1]) + 1) % 10)
    whole = read(tmp_path, export(column, values))
    assert whole.numbers == [f"N-{n}" for n in range(1, 9)]
    (told,) = whole.summary.persons
    assert (told.name, told.values, told.restored, told.wrong, told.lines) == (column, 8, 1, 1, [7])
    assert whole.sent[column][3] == numbers(8)[3]
    decision = seen(whole)["values.persons_wrong"]
    assert decision.doubtful
    assert MASKED in str(decision.values)
    assert not any(value in str(whole.summary) for value in values)


def test_other_numbers_of_twelve_digits_are_none(tmp_path: Path) -> None:
    whole = read(tmp_path, export("счёт", [f"1234567890{n:02}" for n in range(20)]))
    assert whole.summary.persons == ()


@pytest.mark.parametrize("number", ["03.дек", "12-Mar", "дек.18", "2018-12-03 00:00:00", "03.12.2018", "2018-12-03"])
def test_numbers_that_a_spreadsheet_turned_into_dates_are_flagged(tmp_path: Path, number: str) -> None:
    row = good_row(1)
    row[2] = number
    whole = read(tmp_path, "\n".join([",".join(HEADER), ",".join(row), ",".join(good_row(2))]))
    assert whole.numbers == [number, "N-2"]
    assert dict(seen(whole)["values.turned"].values) == {"count": 1, "lines": "2"}


@pytest.mark.parametrize("number", ["3/12", "Ж-15", "12.03-15/2018", "5", "март", "2018-12-03/7"])
def test_usual_numbers_are_not(tmp_path: Path, number: str) -> None:
    row = good_row(1)
    row[2] = number
    assert seen(read(tmp_path, "\n".join([",".join(HEADER), ",".join(row)]))) == {}


def test_numbers_of_persons_are_masked() -> None:
    assert mask("ЖСН 880101300123, 1234567890123") == "ЖСН ************, 1234567890123"
