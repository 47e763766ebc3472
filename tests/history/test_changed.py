"""J07: an entry that was exported before and now differs or is gone; and everything that is none."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from history.nights import HEADER, IN_TIME, LATE, NEXT, OTHER, Nights

THIRD = "D,O,3,child_allowance,provider,register,2018-03-19 10:00,2018-03-19 10:10"


def changed(findings: pl.DataFrame) -> list[tuple[str, str]]:
    """Application and step of the J07 findings."""
    return findings.filter(pl.col("code") == "J07").select("application_no", "step").rows()


def two_nights(folder: Path, first: list[str], second: list[str], **second_night: str) -> Nights:
    nights = Nights(folder)
    nights.run(*first)
    nights.last = nights.run(*second, **second_night)
    return nights


def test_a_late_step_made_timely(tmp_path: Path) -> None:
    """The finding says what it was, what it is, since when, and what the change did to the verdict; it stays on every later night."""
    nights = Nights(tmp_path)
    assert changed(nights.run(LATE, NEXT, OTHER, as_of="2018-03-20")) == []
    found = nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-21")
    assert changed(found) == [("1", "register")]
    row = found.filter(pl.col("code") == "J07").row(0, named=True)
    assert row["severity"] == "error"
    assert (row["office"], row["service"], row["completed_at"], row["source_line"]) == (
        "O",
        "child_allowance",
        "2018-03-14 10:10:00",
        "2",
    )
    for words in (
        "“completed_at”: “2018-03-14 10:40” → “2018-03-14 10:10”",
        "export of 2018-03-20",
        "first seen 2018-03-21",
        "makes a late step timely",
        "was late, is now in time",
    ):
        assert words in row["message"]
    later = nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-22")
    assert later.filter(pl.col("code") == "J07").to_dicts() == [row]
    assert nights.states() == {"T01 register": "open", "J07 register": "open"}, "written away is not mended"


def test_put_back(tmp_path: Path) -> None:
    """What was put back is no change any more, and the finding is resolved."""
    nights = Nights(tmp_path)
    nights.run(LATE, NEXT, OTHER)
    nights.run(IN_TIME, NEXT, OTHER)
    assert changed(nights.run(LATE, NEXT, OTHER)) == []
    assert nights.states()["J07 register"] == "resolved"
    assert changed(nights.run(IN_TIME, NEXT, OTHER)) == [("1", "register")]
    assert nights.states()["J07 register"] == "returned"


def test_changed_twice_is_measured_against_the_first(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.run(LATE, NEXT, OTHER, as_of="2018-03-20")
    once = nights.run(LATE.replace("10:40", "10:30"), NEXT, OTHER, as_of="2018-03-21")
    twice = nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-22")
    for found in (once, twice):
        assert changed(found) == [("1", "register")]
    message = twice.filter(pl.col("code") == "J07")["message"][0]
    assert "“2018-03-14 10:40” → “2018-03-14 10:10”" in message
    assert "first seen 2018-03-21" in message
    assert (
        once.filter(pl.col("code") == "J07")["fingerprint"][0]
        == twice.filter(pl.col("code") == "J07")["fingerprint"][0]
    )


def test_gone(tmp_path: Path) -> None:
    """An entry that the export covers and does not have; where it stood is said, since no line of tonight can be."""
    nights = two_nights(tmp_path, [LATE, OTHER, THIRD], [LATE, THIRD])
    assert changed(nights.last) == [("2", "register")]
    row = nights.last.filter(pl.col("code") == "J07").row(0, named=True)
    assert (row["source_file"], row["source_line"], row["received_at"]) == (None, None, "2018-03-16 10:00:00")
    assert "journal.csv:3" in row["message"]
    assert changed(nights.run(LATE, THIRD)) == [("2", "register")]
    assert changed(nights.run(LATE, OTHER, THIRD)) == []
    assert nights.states()["J07 register"] == "resolved"


NO_CHANGE = {
    "another order": ([LATE, NEXT, OTHER], [OTHER, NEXT, LATE]),
    "new entries": ([LATE, NEXT, OTHER], [LATE, NEXT, OTHER, THIRD]),
    "an open entry completed": (["D,O,1,child_allowance,provider,register,2018-03-14 10:00,", OTHER], [LATE, OTHER]),
    "an entry pasted twice": ([LATE, NEXT, OTHER], [LATE, LATE, NEXT, OTHER, OTHER]),
    "a duplicate taken out": ([LATE, LATE, NEXT, OTHER], [LATE, NEXT, OTHER]),
    "a date written another way": (
        [LATE, NEXT, OTHER],
        [LATE.replace("2018-03-14 10:00", "14.03.2018 10:00"), NEXT, OTHER],
    ),
    "white space and quotes": (
        [LATE, NEXT, OTHER],
        [LATE.replace(",1,", ",  1 ,"), f'"{NEXT.replace(",", chr(34) + "," + chr(34))}"', OTHER],
    ),
    "an export of another time": ([LATE, NEXT, OTHER], [THIRD]),
    "another office": ([LATE, NEXT, OTHER], [LATE.replace(",O,", ",O and another,")]),
    "the same number a year later": (
        [LATE, NEXT, OTHER, THIRD],
        [LATE, OTHER.replace("2018-03-16", "2019-03-16"), NEXT, OTHER, THIRD],
    ),
}
"""What the office may well do, or what only its program does: the rows of one night and of the next."""


def side_by_side(folder: Path, cases: dict[str, tuple[list[str], list[str]]], header: str = HEADER) -> Nights:
    """Two nights of which each case is an office of its own, in one file: all have the same numbers."""
    told = [
        [row.replace("D,O", f"D,{name}").replace('"O', f'"{name}') for name, case in cases.items() for row in case[at]]
        for at in (0, 1)
    ]
    nights = Nights(folder)
    nights.run(*told[0], header=header, as_of="2019-04-01")
    nights.last = nights.run(*told[1], header=header, as_of="2019-04-01")
    return nights


def test_no_change(tmp_path: Path) -> None:
    """Nothing of the kind is found; of an office that did change something beside them, just that is, and told with its own steps."""
    altered = {name: ([LATE, NEXT, OTHER], [IN_TIME, NEXT, OTHER]) for name in ("altered", "altered too")}
    nights = side_by_side(tmp_path, {**NO_CHANGE, **altered})
    found = nights.last.filter(pl.col("code") == "J07")
    assert found.select("office", "application_no", "step").rows() == [(name, "1", "register") for name in altered]
    assert [message.count("is now in time") for message in found["message"]] == [1, 1]


def test_another_file_and_other_columns(tmp_path: Path) -> None:
    """Columns in another order, a new one, another name of the file, another place in it: the entries are the same."""
    nights = Nights(tmp_path)
    nights.run(LATE, NEXT, OTHER)
    turned = [
        ",".join([*reversed(row.split(",")), f"printed on page {at}"]) for at, row in enumerate((LATE, NEXT, OTHER))
    ]
    found = nights.run(*turned, header=",".join([*reversed(HEADER.split(",")), "note"]), file="later.csv")
    assert changed(found) == []
    assert nights.ask("SELECT count(*) FROM sent") == [(3,)]


def test_a_column_that_is_never_judged(tmp_path: Path) -> None:
    """A remark may be edited, a print date changes with every print."""
    nights = Nights(tmp_path)
    header = f"{HEADER},printed"
    nights.run(f"{LATE},20.03.2018", f"{NEXT},20.03.2018", header=header)
    assert changed(nights.run(f"{LATE},21.03.2018", f"{NEXT},21.03.2018", header=header)) == []


def test_a_profile_that_reads_otherwise(tmp_path: Path) -> None:
    """What our own profile reads differently is no change: what was sent is compared."""
    nights = Nights(tmp_path)
    header = "district,office,application_no,service,channel,step,received_at,done,sent off"
    rows = [f"{row},2018-03-20 09:00" for row in (LATE, NEXT, OTHER)]
    for number, column in enumerate(("done", "sent off")):
        (tmp_path / f"{number}.yaml").write_text(f"columns:\n  completed_at: {column}\n")
    nights.run(*rows, header=header, options=("--profile", str(tmp_path / "0.yaml")))
    found = nights.run(*rows, header=header, options=("--profile", str(tmp_path / "1.yaml")))
    assert changed(found) == []
    edited = [rows[0].replace("2018-03-20 09:00", "2018-03-20 08:00"), *rows[1:]]
    assert changed(nights.run(*edited, header=header, options=("--profile", str(tmp_path / "1.yaml")))) == [
        ("1", "register")
    ]


def test_a_repeat_written_in_between_shifts_nothing(tmp_path: Path) -> None:
    """Three completions of one step, then a fourth among them: nobody's entry became another's."""
    rows = [f"D,O,1,child_allowance,provider,register,2018-03-14 1{n}:00,2018-03-14 1{n}:05" for n in (0, 2, 4)]
    more = "D,O,1,child_allowance,provider,register,2018-03-14 11:00,2018-03-14 11:05"
    assert changed(two_nights(tmp_path, rows, [rows[0], more, *rows[1:]]).last) == []
    (tmp_path / "edited").mkdir()
    edited = rows[1].replace("12:05", "12:01")
    nights = two_nights(tmp_path / "edited", rows, [rows[0], more, edited, rows[2]])
    assert changed(nights.last) == [("1", "register")]
    assert "“2018-03-14 12:05” → “2018-03-14 12:01”" in nights.last.filter(pl.col("code") == "J07")["message"][0]


FILLED_IN = {
    "completed": ("2018-03-14 10:00,,,", "2018-03-14 10:00,2018-03-14 10:10,A. Person,granted", False),
    "who and what for": (
        "2018-03-14 10:00,2018-03-14 10:40,,",
        "2018-03-14 10:00,2018-03-14 10:40,A. Person,granted",
        False,
    ),
    "emptied": ("2018-03-14 10:00,2018-03-14 10:40,A. Person,", "2018-03-14 10:00,2018-03-14 10:40,,", True),
    "another person": (
        "2018-03-14 10:00,2018-03-14 10:40,A. Person,",
        "2018-03-14 10:00,2018-03-14 10:40,B. Other,",
        True,
    ),
    "a receipt afterwards": (",2018-03-14 10:40,,", "2018-03-14 10:30,2018-03-14 10:40,,", True),
    "opened again": ("2018-03-14 10:00,2018-03-14 10:40,,", "2018-03-14 10:00,,,", True),
    "later receipt": ("2018-03-14 10:00,,,", "2018-03-14 10:30,2018-03-14 10:40,,", True),
}
"""Cells of one night and of the next, and whether that is a change."""


def test_what_may_be_filled_in(tmp_path: Path) -> None:
    """An empty cell may be filled; a receipt or an extended term may not once the entry is completed; nothing may be rewritten or emptied."""
    header = "district,office,application_no,service,channel,step,received_at,completed_at,employee,outcome"
    row = "D,O,1,child_allowance,provider,register,"
    cases = {
        name: ([row + before, f"{OTHER},,"], [row + after, f"{OTHER},,"])
        for name, (before, after, _) in FILLED_IN.items()
    }
    found = side_by_side(tmp_path, cases, header).last
    told = found.filter(pl.col("code") == "J07")
    assert sorted(told["office"]) == sorted(name for name, (_, _, wrong) in FILLED_IN.items() if wrong)
    assert set(told.select("application_no", "step").rows()) == {("1", "register")}
    assert "Person" not in "".join(found["message"]), "names are not told"


def test_a_torn_row_with_the_number(tmp_path: Path) -> None:
    """A row that could not be taken may be the one that is missing: nobody is accused."""
    torn = OTHER.replace("2018-03-16 10:00", "16 марта в десять")
    nights = two_nights(tmp_path, [LATE, NEXT, OTHER, THIRD], [LATE, NEXT, torn, THIRD])
    assert changed(nights.last) == []
    assert changed(nights.run(LATE, NEXT, THIRD)) == [("2", "register")]


def test_another_book_of_the_office(tmp_path: Path) -> None:
    """Of two books only one came tonight: the entries of the other are not gone."""
    nights = Nights(tmp_path)
    for name, rows in (("a.csv", [LATE, NEXT, THIRD]), ("b.csv", [OTHER])):
        (tmp_path / name).write_text("\n".join([HEADER, *rows]) + "\n")
    nights.again(tmp_path / "a.csv", tmp_path / "b.csv")
    assert changed(nights.again(tmp_path / "a.csv")) == []
    stated = nights.again(tmp_path / "a.csv", options=("--covers", "2018-03-01..2018-03-31"))
    assert changed(stated) == [("2", "register")], "who states what the exports speak for is taken at his word"


def test_a_rewritten_number(tmp_path: Path) -> None:
    """An entry given to another application is one changed entry, not one gone and one new."""
    nights = two_nights(tmp_path, [LATE, NEXT, OTHER, THIRD], [LATE, NEXT, OTHER.replace(",2,", ",9,"), THIRD])
    found = nights.last.filter(pl.col("code") == "J07")
    assert found["application_no"].to_list() == ["9"]
    assert "“application_no”: “2” → “9”" in found["message"][0]


def test_a_workbook_in_the_place_of_a_text_file(tmp_path: Path) -> None:
    """Excel writes numbers and dates its own way; that is no change (compared in normal form)."""
    from auditor.history.pairing import normal

    written = pl.Series(["015", "15.0", "14.03.2018", "2018-03-14 00:00:00", "14.03.2018 10:00", "1,50", "А-7", None])
    other = pl.Series(["15", "15", "2018-03-14", "14.03.2018", "2018-03-14T10:00:00", "1.5", "А-7", None])
    assert normal(written, "Asia/Almaty").eq_missing(normal(other, "Asia/Almaty")).all()
    assert (
        not normal(pl.Series(["А-7", "10:00", "16"]), "UTC")
        .eq_missing(normal(pl.Series(["A-7", "10:01", "61"]), "UTC"))
        .any()
    )


CORRECTION = """
corrections:
  - number: 12-05/33
    date: 2018-03-21
    signed_by: head of the department
    reason: the clock of the desk was wrong
    district: D
    office: O
    application_no: "1"
    step: register
    values:
      completed_at: 14.03.2018 10:10
"""


def test_a_documented_correction(tmp_path: Path) -> None:
    """A change that a document explains is no J07; a later change to something else is."""
    nights = Nights(tmp_path)
    register = tmp_path / "corrections.yaml"
    register.write_text(CORRECTION)
    documented = ("--corrections", str(register))
    nights.run(LATE, NEXT, OTHER)
    assert changed(nights.run(IN_TIME, NEXT, OTHER, options=documented)) == []
    assert nights.states()["T01 register"] == "resolved"
    assert changed(nights.run(IN_TIME, NEXT, OTHER)) == [("1", "register")], "without the register nothing explains it"
    worse = IN_TIME.replace("10:10", "10:02")
    assert changed(nights.run(worse, NEXT, OTHER, options=documented)) == [("1", "register")]


def test_a_run_that_looks_back_compares_nothing(tmp_path: Path) -> None:
    """An older export audited as of its own day is older, not altered."""
    nights = Nights(tmp_path)
    nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-22")
    assert changed(nights.run(LATE, NEXT, as_of="2018-03-20")) == []
    assert changed(nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-23")) == []


@pytest.mark.parametrize(("own_book", "found"), [("no", []), ("yes", [("1", "register"), ("1", "resolve")])])
def test_rows_numbered_anew(tmp_path: Path, own_book: str, found: list[tuple[str, str]]) -> None:
    """A running number is the program's, from 1 in every export: only a book that numbers nothing else has it for good."""
    profile = tmp_path / "own.yaml"
    profile.write_text(f"name: own\nnumbering: {{own_book: {own_book}, yearly_restart: yes}}\n", encoding="utf-8")
    nights = Nights(tmp_path)
    options = {"header": f"{HEADER},entry_no", "options": ("--profile", str(profile))}
    nights.run(f"{OTHER},3", f"{LATE},1", f"{NEXT},2", **options)
    again = nights.run(f"{OTHER},3", f"{LATE},11", f"{NEXT},12", **options)
    assert sorted(changed(again)) == found
    moved = nights.run(f"{OTHER},3", f"{IN_TIME},21", f"{NEXT},2", **options)
    assert changed(moved) == [("1", "register")], "what else is changed is found under any number"


def test_an_export_chosen_by_the_day_of_registration(tmp_path: Path) -> None:
    """An application begun before the export is outside it whole; one of which the export has a row is not, nor any if a period is stated."""
    straddling = NEXT.replace("2018-03-15 10:00", "2018-03-19 09:00").replace("2018-03-14 10:41", "2018-03-17 10:00")
    nights = two_nights(tmp_path, [LATE, straddling, OTHER, THIRD], [OTHER, THIRD])
    assert changed(nights.last) == []
    stated = nights.run(OTHER, THIRD, options=("--covers", "2018-03-16..2018-03-20"))
    assert changed(stated) == [("1", "resolve")]
    kept = NEXT.replace("resolve", "prepare").replace("2018-03-14 10:41", "2018-03-16 09:00").replace("03-15", "03-19")
    (tmp_path / "kept").mkdir()
    within = two_nights(tmp_path / "kept", [LATE, kept, straddling, OTHER, THIRD], [kept, OTHER, THIRD])
    assert changed(within.last) == [("1", "resolve")]
