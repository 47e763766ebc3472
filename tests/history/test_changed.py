"""J07: an entry that was exported before and now differs or is gone; and everything that is none.

Most cases are offices of one village: each has a journal of its own, all have the same numbers, and four nights are told of all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from auditor.history import comparing
from auditor.history.memory import otherwise
from auditor.language import Words
from history.nights import HEADER, IN_TIME, LATE, NEXT, OTHER, Nights

THIRD = "D,O,3,child_allowance,provider,register,2018-03-19 10:00,2018-03-19 10:10"
FOURTH = "D,O,4,child_allowance,provider,register,2018-03-19 16:00,2018-03-19 16:10"
Journals = list[list[str]]
"""An office's rows of each night; the last ones stay."""


def changed(findings: pl.DataFrame) -> list[tuple[str, str]]:
    """Application and step of the J07 findings."""
    return findings.filter(pl.col("code") == "J07").select("application_no", "step").rows()


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


FILLED_HEADER = f"{HEADER},employee,outcome"
RECORDED = "D,O,1,child_allowance,provider,register,"
TORN = OTHER.replace("2018-03-16 10:00", "16 марта в десять")
REPEATS = [f"D,O,1,child_allowance,provider,register,2018-03-14 1{n}:00,2018-03-14 1{n}:05" for n in (0, 2, 4)]
REPEATED_MORE = "D,O,1,child_allowance,provider,register,2018-03-14 11:00,2018-03-14 11:05"
REPEATED_LATER = REPEATS[1].replace("12:05", "12:01")
STRADDLING = NEXT.replace("2018-03-15 10:00", "2018-03-19 09:00").replace("2018-03-14 10:41", "2018-03-17 10:00")
WITHIN = NEXT.replace("resolve", "prepare").replace("2018-03-14 10:41", "2018-03-16 09:00").replace("03-15", "03-19")
ALL = [LATE, NEXT, OTHER]
TURNED = [",".join([*reversed(row.split(",")), f"printed on page {at}"]) for at, row in enumerate(ALL)]
HEAD = "көрсетілетін қызметті берушінің басшысы"
FIVE = [
    f"D,O,{n},child_allowance,provider,register,2018-03-{10 + n} 10:00,2018-03-{10 + n} 10:{n}0" for n in range(1, 6)
]
"""Five applications; the last one's day is the 15th."""
LOST = [f"D,O,{n},child_allowance,provider,register,2018-03-{10 + n} 10:00,2018-03-{10 + n} 10:09" for n in range(10)]
OTHERWISE: dict[str, tuple[Journals, list[tuple[str, str]]]] = {
    "dates": (
        [ALL, [re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3.\2.\1", row) for row in (IN_TIME, NEXT, OTHER)]],
        [("1", "register")],
    ),
    "codes": (
        [
            [f"{row},{role}" for row, role in zip(ALL, ("кеңсе қызметкері", HEAD, "кеңсе қызметкері"), strict=True)],
            [
                "D,O,1,пособие на детей до 18 лет,услугодатель,прием документов,14.03.2018 10:00,14.03.2018 10:40,канцелярия",
                "D,O,1,пособие на детей до 18 лет,услугодатель,резолюция,14.03.2018 10:41,15.03.2018 10:01,Руководитель",
                "D,O,2,детское пособие,услугодатель,прием документов,16.03.2018 10:00,16.03.2018 10:10,provider_head",
            ],
        ],
        [("1", "resolve"), ("2", "register")],
    ),
    "times of day": ([ALL, [re.sub(r" \d\d:\d\d", "", row) for row in ALL]], []),
    "one time of day": ([ALL, [LATE, NEXT, OTHER.replace(" 10:10", "")]], [("2", "register")]),
    "seconds": (
        [[re.sub(r"(:[0-9]0)", r"\1:07", row) for row in FIVE], [*FIVE[:-1], FIVE[-1].replace("10:50", "10:14")]],
        [("5", "register")],
    ),
    "names": (
        [[f"{row},Ахметова А." for row in FIVE], [f"{row},Серикова А." for row in FIVE]],
        [],
    ),
    "one name": (
        [
            [f"{row},Ахметова А." for row in FIVE],
            [f"{row},Ахметова А." for row in FIVE[:4]] + [f"{FIVE[4]},Серикова А."],
        ],
        [("5", "register")],
    ),
    "a known word throughout": (
        [[f"{row},granted" for row in FIVE], [f"{row},refused" for row in FIVE]],
        [(str(n), "register") for n in range(1, 6)],
    ),
    "numbers": (
        [
            [*FIVE, "D,O,3,child_allowance,provider,resolve,2018-03-13 11:00,"],
            [
                *(re.sub(r"D,O,(\d)", r"D,O,2018/0\1-ж", row) for row in FIVE),
                "D,O,2018/03-ж,child_allowance,provider,resolve,2018-03-13 11:05,2018-03-13 12:00",
            ],
        ],
        [("2018/03-ж", "resolve")],
    ),
    "all of it": (
        [LOST, [re.sub(r"D,O,(\d+)(.*) 10:00(.*) 10:09", r"D,O,7\1\2 15:00\3 15:01", row) for row in LOST]],
        [],
    ),
    "some of it": (
        [
            LOST,
            [LOST[0]] + [re.sub(r"D,O,(\d+)(.*) 10:00(.*) 10:09", r"D,O,7\1\2 15:00\3 15:01", row) for row in LOST[1:]],
        ],
        [(str(n), "register") for n in range(1, 10)],
    ),
}
"""What an office writes otherwise from the second night on, and what of it is changed all the same."""
HEADERS = {
    "turned": [HEADER, ",".join([*reversed(HEADER.split(",")), "note"])],
    "printed": [f"{HEADER},printed"],
    "numbered anew": [f"{HEADER},entry_no"],
    "codes": [f"{HEADER},role"],
    "names": [f"{HEADER},employee"],
    "one name": [f"{HEADER},employee"],
    "a known word throughout": [f"{HEADER},outcome"],
}
"""Headers other than the usual one, of each night."""
STORIES: dict[str, Journals] = {
    "made timely": [ALL, [IN_TIME, NEXT, OTHER]],
    "made timely too": [ALL, [IN_TIME, NEXT, OTHER]],
    "put back": [ALL, [IN_TIME, NEXT, OTHER], ALL, [IN_TIME, NEXT, OTHER]],
    "twice": [ALL, [LATE.replace("10:40", "10:30"), NEXT, OTHER], [IN_TIME, NEXT, OTHER]],
    "gone": [[LATE, OTHER, THIRD], [LATE, THIRD], [LATE, THIRD], [LATE, OTHER, THIRD]],
    "gone at the edge": [[*ALL, THIRD, FOURTH], [*ALL, THIRD]],
    "gone with its day": [[*ALL, THIRD], ALL],
    "its day gone and then grown": [
        [*ALL, THIRD],
        ALL,
        [*ALL, "D,O,5,child_allowance,provider,register,2018-03-21 10:00,2018-03-21 10:10"],
    ],
    "torn in another year": [
        [*ALL, THIRD],
        [LATE, NEXT, TORN.replace("16 марта в десять", "2020-13-16 10:00").replace("2018", "2020"), THIRD],
    ],
    "torn": [[*ALL, THIRD], [LATE, NEXT, TORN, THIRD], [LATE, NEXT, THIRD]],
    "turned": [ALL, TURNED],
    "printed": [[f"{row},20.03.2018" for row in ALL], [f"{row},21.03.2018" for row in ALL]],
    "repeated": [REPEATS, [REPEATS[0], REPEATED_MORE, *REPEATS[1:]]],
    "repeated and altered": [REPEATS, [REPEATS[0], REPEATED_MORE, REPEATED_LATER, REPEATS[2]]],
    "another number": [[*ALL, THIRD], [LATE, NEXT, OTHER.replace(",2,", ",9,"), THIRD]],
    "corrected": [ALL, [IN_TIME, NEXT, OTHER], [IN_TIME.replace("10:10", "10:02"), NEXT, OTHER]],
    "numbered anew": [
        [f"{OTHER},3", f"{LATE},1", f"{NEXT},2"],
        [f"{OTHER},3", f"{LATE},11", f"{NEXT},12"],
        [f"{OTHER},3", f"{IN_TIME},21", f"{NEXT},2"],
    ],
    "chosen by registration": [[LATE, STRADDLING, OTHER, THIRD], [OTHER, THIRD]],
    "not chosen so": [[LATE, WITHIN, STRADDLING, OTHER, THIRD], [WITHIN, OTHER, THIRD]],
    **{name: journals for name, (journals, _) in OTHERWISE.items()},
    **{name: [before, after] for name, (before, after) in NO_CHANGE.items()},
    **{
        name: [[RECORDED + before, f"{OTHER},,"], [RECORDED + after, f"{OTHER},,"]]
        for name, (before, after, _) in FILLED_IN.items()
    },
}
CORRECTION = """
corrections:
  - number: 12-05/33
    date: 2018-03-21
    signed_by: head of the department
    reason: the clock of the desk was wrong
    district: D
    office: corrected
    application_no: "1"
    step: register
    values:
      completed_at: 14.03.2018 10:10
"""


class Village:
    """The findings of each night, from the first one on, and the history after the last."""

    def __init__(self, folder: Path) -> None:
        self.nights = Nights(folder)
        (folder / "corrections.yaml").write_text(CORRECTION)
        self.remarks: list[list[str]] = []
        self.told = [self._night(folder, at) for at in range(4)]

    def _night(self, folder: Path, at: int) -> pl.DataFrame:
        files = []
        for office, journals in STORIES.items():
            usual = [FILLED_HEADER] if office in FILLED_IN else [HEADER]
            headers = HEADERS.get(office, usual)
            rows = journals[min(at, len(journals) - 1)]
            # The office's name stands in the second column, or where the columns are turned in the last but one.
            named = [
                row.replace("D,O,", f"D,{office},").replace('"O"', f'"{office}"').replace(",O,D,", f",{office},D,")
                for row in rows
            ]
            files.append(folder / f"{office}.csv")
            files[-1].write_text("\n".join([headers[min(at, len(headers) - 1)], *named]) + "\n", encoding="utf-8")
        options = ("--corrections", str(folder / "corrections.yaml"))
        told = self.nights.again(*files, as_of=f"2019-04-0{at + 1}", options=options)
        self.remarks.append(json.loads((self.nights.out / "audit.json").read_text(encoding="utf-8"))["remarks"])
        return told

    def of(self, office: str, night: int) -> list[tuple[str, str]]:
        return changed(self.told[night - 1].filter(pl.col("office") == office))

    def rows(self, office: str, night: int) -> list[dict[str, str]]:
        return self.told[night - 1].filter(office=office, code="J07").to_dicts()

    def state(self, office: str, code: str = "J07") -> list[str]:
        """The states that a finding of the office's first step went through."""
        query = """SELECT e.state FROM life_event e JOIN life l USING (fingerprint)
            WHERE l.office = ? AND l.code = ? AND l.step = 'register' ORDER BY e.run"""
        return [state for (state,) in self.nights.ask(query, office, code)]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """Compared a few offices at a time, as a large oblast is; `test_comparing` compares all at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(comparing, "ROWS_AT_A_TIME", 5)
        yield Village(tmp_path_factory.mktemp("village"))


def test_many_offices_with_one_program_are_told_in_one_line() -> None:
    places = [("Абай", f"O{n}", column, n) for n in range(5) for column in ("b", "a")]
    places += [("Нұра", "P", "a", 7)]
    schema = {"district": pl.String, "office": pl.String, "column": pl.String, "rows": pl.Int64}
    told = otherwise(pl.DataFrame(places, schema=schema, orient="row"), Words("history", "en"))
    assert [line.partition(" are written")[0] for line in told] == [
        "5 offices (Абай, O0 the first of them): the columns “a”, “b”",
        "Нұра, P: the columns “a”",
    ]
    assert "in up to 4 rows each" in told[0]


def test_a_late_step_made_timely(village: Village) -> None:
    """The finding says what it was, what it is, since when, and what the change did to the verdict; it stays on every later night."""
    assert village.of("made timely", 1) == []
    (row,) = village.rows("made timely", 2)
    assert row["severity"] == "error"
    told = [row[name] for name in ("application_no", "step", "service", "completed_at", "source_line")]
    assert told == ["1", "register", "child_allowance", "2018-03-14 10:10:00", "2"]
    for words in (
        "“completed_at”: “2018-03-14 10:40” → “2018-03-14 10:10”",
        "export of 2019-04-01",
        "first seen 2019-04-02",
        "makes a late step timely",
        "was late, is now in time",
    ):
        assert words in row["message"]
    assert village.rows("made timely", 3) == village.rows("made timely", 4) == [row]
    assert village.state("made timely") == village.state("made timely", "T01") == ["new", "open"], (
        "written away is not mended"
    )


def test_offices_with_the_same_number_are_told_their_own_steps(village: Village) -> None:
    for office in ("made timely", "made timely too"):
        assert village.rows(office, 2)[0]["message"].count("is now in time") == 1


def test_put_back(village: Village) -> None:
    """What was put back is no change any more, and the finding is resolved."""
    assert [village.of("put back", at) for at in (2, 3, 4)] == [[("1", "register")], [], [("1", "register")]]
    assert village.state("put back") == ["new", "resolved", "returned"]


def test_changed_twice_is_measured_against_the_first(village: Village) -> None:
    once, twice = (village.rows("twice", at)[0] for at in (2, 3))
    assert "“2018-03-14 10:40” → “2018-03-14 10:10”" in twice["message"]
    assert "first seen 2019-04-02" in twice["message"]
    assert once["fingerprint"] == twice["fingerprint"]


def test_gone(village: Village) -> None:
    """An entry that the export covers and does not have; where it stood is said, since no line of tonight can be."""
    assert [village.of("gone", at) for at in (2, 3, 4)] == [[("2", "register")], [("2", "register")], []]
    row = village.rows("gone", 2)[0]
    assert (row["source_file"], row["source_line"], row["received_at"]) == (None, None, "2018-03-16 10:00:00")
    assert "gone.csv:3" in row["message"]
    assert village.state("gone") == ["new", "open", "resolved"]


def test_gone_at_the_edge(village: Village) -> None:
    """The last row of the last day: an export that has something of a day has the rest. A day of which it has nothing may lie outside."""
    assert village.of("gone at the edge", 2) == [("4", "register")]
    assert village.of("gone with its day", 2) == []


@pytest.mark.parametrize("office", NO_CHANGE)
def test_no_change(village: Village, office: str) -> None:
    assert [village.of(office, at) for at in (2, 3, 4)] == [[], [], []]


@pytest.mark.parametrize("office", FILLED_IN)
def test_what_may_be_filled_in(village: Village, office: str) -> None:
    """An empty cell may be filled; a receipt or an extended term may not once the entry is completed; nothing may be rewritten or emptied."""
    assert village.of(office, 2) == ([("1", "register")] if FILLED_IN[office][2] else [])


@pytest.mark.parametrize("office", OTHERWISE)
def test_what_is_only_written_otherwise(village: Village, office: str) -> None:
    """Moments, codes and names in another form throughout are no change; what was altered beside it is found, and found every night."""
    assert sorted(set(village.of(office, 2))) == OTHERWISE[office][1]
    assert sorted(set(village.of(office, 4))) == OTHERWISE[office][1]


@pytest.mark.parametrize(
    ("office", "words"),
    [
        (
            "dates",
            "the columns “completed_at”, “received_at” are written otherwise than in former exports (in up to 3 rows)",
        ),
        ("times of day", "are written otherwise"),
        ("names", "the columns “employee” are written otherwise than in former exports (in up to 5 rows)"),
        ("numbers", "all applications have new numbers (5)"),
        ("all of it", "of 10 entries sent before not one is known again"),
        (
            "its day gone and then grown",
            "1 entries of 2018-03-19 to 2018-03-19 that were sent before are not in tonight's export",
        ),
    ],
)
def test_it_is_said_once(village: Village, office: str, words: str) -> None:
    said = [[line for line in night if line.startswith(f"D, {office}:") and words in line] for night in village.remarks]
    assert [len(lines) for lines in said] == [0, 1, 0, 0]


def test_a_day_that_is_gone_is_found_once_an_export_goes_past_it(village: Village) -> None:
    assert [village.of("its day gone and then grown", at) for at in (2, 3)] == [[], [("3", "register")]]


def test_names_are_not_told(village: Village) -> None:
    assert "Person" not in "".join(village.told[1]["message"])


def test_another_file_and_other_columns(village: Village) -> None:
    """Columns in another order, a new one, another place in the file: the entries are the same, and kept once."""
    assert village.of("turned", 2) == []
    kept = "SELECT count(*) FROM sent JOIN sent_place USING (place) WHERE office = 'turned'"
    assert village.nights.ask(kept) == [(3,)]


def test_a_column_that_is_never_judged(village: Village) -> None:
    """A remark may be edited, a print date changes with every print."""
    assert village.of("printed", 2) == []


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


def test_a_repeat_written_in_between_shifts_nothing(village: Village) -> None:
    """Three completions of one step, then a fourth among them: nobody's entry became another's."""
    assert village.of("repeated", 2) == []
    (row,) = village.rows("repeated and altered", 2)
    assert "“2018-03-14 12:05” → “2018-03-14 12:01”" in row["message"]


def test_a_torn_row_with_the_number(village: Village) -> None:
    """A row that could not be taken may be the one that is missing: nobody is accused."""
    assert village.of("torn", 2) == []
    assert village.of("torn", 3) == [("2", "register")]
    assert village.of("torn in another year", 2) == [("2", "register")]


def test_a_rewritten_number(village: Village) -> None:
    """An entry given to another application is one changed entry, not one gone and one new."""
    (row,) = village.rows("another number", 2)
    assert row["application_no"] == "9"
    assert "“application_no”: “2” → “9”" in row["message"]


def test_a_documented_correction(village: Village) -> None:
    """A change that a document explains is no J07, and what it mended is; a later change to something else is one."""
    assert [village.of("corrected", at) for at in (2, 3)] == [[], [("1", "register")]]
    assert village.state("corrected", "T01")[:2] == ["new", "resolved"]


def test_rows_numbered_anew(village: Village) -> None:
    """A running number is the program's, from 1 in every export; what else is changed is found under any number."""
    assert [village.of("numbered anew", at) for at in (2, 3)] == [[], [("1", "register")]]


def test_numbers_of_a_book_that_numbers_nothing_else(tmp_path: Path) -> None:
    """There an entry has its number for good."""
    profile = tmp_path / "own.yaml"
    profile.write_text("name: own\nnumbering: {own_book: yes, yearly_restart: yes}\n", encoding="utf-8")
    nights = Nights(tmp_path)
    options = {"header": f"{HEADER},entry_no", "options": ("--profile", str(profile))}
    before, after = STORIES["numbered anew"][:2]
    nights.run(*before, **options)
    assert sorted(changed(nights.run(*after, **options))) == [("1", "register"), ("1", "resolve")]


def test_an_export_chosen_by_the_day_of_registration(village: Village) -> None:
    """An application begun before the export is outside it whole; one of which the export has a row is not."""
    assert village.of("chosen by registration", 2) == []
    assert village.of("not chosen so", 2) == [("1", "resolve")]


def test_a_stated_period(tmp_path: Path) -> None:
    """Of two books only one came tonight: the entries of the other are not gone. Who states what the exports speak for is taken at his word."""
    nights = Nights(tmp_path)
    for name, rows in (("a.csv", [LATE, STRADDLING, THIRD]), ("b.csv", [OTHER])):
        (tmp_path / name).write_text("\n".join([HEADER, *rows]) + "\n")
    nights.again(tmp_path / "a.csv", tmp_path / "b.csv")
    assert changed(nights.again(tmp_path / "a.csv")) == []
    (tmp_path / "a.csv").write_text("\n".join([HEADER, THIRD]) + "\n")
    stated = nights.again(tmp_path / "a.csv", options=("--covers", "2018-03-15..2018-03-31"))
    assert sorted(changed(stated)) == [("1", "resolve"), ("2", "register")]


def test_a_workbook_in_the_place_of_a_text_file(tmp_path: Path) -> None:
    """Excel writes numbers and dates its own way; that is no change (compared in normal form)."""
    from auditor.history.meaning import normal

    written = pl.Series(["015", "15.0", "14.03.2018", "2018-03-14 00:00:00", "14.03.2018 10:00", "1,50", "А-7", None])
    other = pl.Series(["15", "15", "2018-03-14", "14.03.2018", "2018-03-14T10:00:00", "1.5", "А-7", None])
    assert normal(written, "Asia/Almaty").eq_missing(normal(other, "Asia/Almaty")).all()
    assert (
        not normal(pl.Series(["А-7", "10:00", "16"]), "UTC")
        .eq_missing(normal(pl.Series(["A-7", "10:01", "61"]), "UTC"))
        .any()
    )


def test_a_run_that_looks_back_compares_nothing(tmp_path: Path) -> None:
    """An older export audited as of its own day is older, not altered."""
    nights = Nights(tmp_path)
    nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-22")
    assert changed(nights.run(LATE, NEXT, as_of="2018-03-20")) == []
    assert changed(nights.run(IN_TIME, NEXT, OTHER, as_of="2018-03-23")) == []
