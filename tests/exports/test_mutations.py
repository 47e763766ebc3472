"""A hundred files hurt on purpose (`exports.mutations` has the promise and hurts ten thousand by one command)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from exports import mutations
from exports.mutations import DAMAGES, Book, Failure, check, check_grid, good_case, hold, made, run, written


@pytest.mark.parametrize("part", range(4))
def test_what_was_not_touched_comes_out_whole(part: int) -> None:
    tally, failed = run(25, seed=1866, first=25 * part)
    assert not failed, "\n".join(failed)
    assert tally["whole"] > 200


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_by_itself(tmp_path: Path, damage: object) -> None:
    """In a UTF-8 file with commas, as the smallest thing to look at when something broke."""
    assert callable(damage)
    for number in range(3):
        case = made(7, number)
        case.encoding, case.delimiter, case.line_end = "utf-8", ",", "\n"
        case.records = [mutations.Record(mutations.header_text(case), end="\n")]
        case.records += [mutations.Record(mutations.row_text(case, r), k, end="\n") for k, r in enumerate(case.rows)]
        case.separator_line = False
        case.repeated.clear()
        damage(case)
        mutations.glued(case)
        (tmp_path / str(number)).mkdir()
        check(case, tmp_path / str(number))


@pytest.mark.parametrize("number", range(4))
def test_tables_with_cells(tmp_path: Path, number: int) -> None:
    check_grid(random.Random(number), tmp_path, [])


def a_case() -> mutations.Case:
    case = made(3, 0)
    case.records = [mutations.Record(mutations.header_text(case), end="\n")]
    case.records += [mutations.Record(mutations.row_text(case, r), k, end="\n") for k, r in enumerate(case.rows)]
    return case


def test_the_oracle_sees_lost_altered_moved_invented_and_vanished_rows(tmp_path: Path) -> None:
    """A proof that can't fail is none."""
    case = a_case()
    (tmp_path / "a.csv").write_bytes(written(case))
    rows = case.rows
    wanted = mutations.expected(case)

    def held(book: Book) -> None:
        hold(book, tmp_path / "a.csv", tmp_path)

    held(Book(rows, wanted, set(), 0, set()))
    with pytest.raises(Failure, match="lost"):
        held(Book([*rows, [*rows[0][:2], "N-lost", *rows[0][3:]]], [*wanted, (99, len(rows))], set(), 0, set()))
    with pytest.raises(Failure, match="lost"):
        held(Book([[*rows[0][:7], "Another", *rows[0][8:]], *rows[1:]], wanted, set(), 0, set()))
    with pytest.raises(Failure, match="lost"):
        held(Book(rows, [(line + 1, key) for line, key in wanted], set(), 0, set()))
    with pytest.raises(Failure, match="besides"):
        held(Book(rows, wanted[1:], set(), 0, set()))
    with pytest.raises(Failure, match="invented"):
        held(Book(rows[1:], [(line, key - 1) for line, key in wanted[1:]], set(), 0, set()))
    with pytest.raises(Failure, match="vanished"):
        held(Book(rows, wanted, set(), 0, {"N-gone"}))


def test_a_crash_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x,y\n1,2\n")
    with pytest.raises(Failure, match="missing"):
        hold(Book([], [], set(), 0, set()), tmp_path / "a.csv", tmp_path)


def test_good_files_are_good() -> None:
    """Every file begins without a fault, in each encoding with letters that it has."""
    seen = {good_case(random.Random(number)).encoding for number in range(60)}
    assert seen == set(mutations.ENCODINGS)
