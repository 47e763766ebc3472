"""The readable cases of `tests/cases/`, each through the slow reference and through the engine.

The engine judges cases that ask the same question in one run, each in districts, offices and files of its own: to plan
its statements costs more than any case.

A file is a list of cases. A case has a `name` that is a sentence, `rows` as CSV text (what a row leaves out comes from
`given`, the file's or the case's), perhaps `as_of`, `covers`, `quarantined`, `numbering` and `rules` (`real`, or `more`:
the real ones with totals and a pair of roles kept apart, or `made_up`); and what must come out: `findings`, all of them,
each with the columns that matter, and `verdicts` of the steps that matter.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from reference.madeup import made_up, with_more
from reference.reference import Entry, Found, Judgement, judge

FOLDER = Path(__file__).resolve().parent.parent / "cases"
AS_OF = "2020-01-01 12:00"
ROW = {"district": "Abay", "office": "Office", "application_no": "15", "file": "journal.csv"}
MOMENTS = ("received_at", "completed_at", "due_at")
Case = dict[str, Any]


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # plain texts only
        for case in document["cases"]:
            case["given"] = {**ROW, **document.get("given", {}), **case.get("given", {})}
            case["name"] = f"{path.stem}: {case['name']}"
            found.append(pytest.param(case, id=case["name"]))
    return found


@cache
def rules(name: str) -> Rulebook:
    if name == "made_up":
        return made_up()
    real = load_rulebook(Path(__file__).resolve().parents[2] / "rules")
    return with_more(real) if name == "more" else real


def moment(text: str | None) -> tuple[datetime | None, bool]:
    """A moment, and whether it is a bare date."""
    if not text:
        return None, False
    return datetime.fromisoformat(text), len(text) == len("2018-03-12")


def entries(case: Case) -> list[Entry]:
    lines: dict[str, int] = {}
    made = []
    for row in csv.DictReader(io.StringIO(case["rows"]), skipinitialspace=True):
        values = {**case["given"], **{k: v for k, v in row.items() if v}}
        file = values["file"]
        lines[file] = lines.get(file, 1) + 1
        received, received_bare = moment(values.get("received_at"))
        completed, completed_bare = moment(values.get("completed_at"))
        made.append(
            Entry(
                file,
                lines[file],
                *(values[k] for k in ("district", "office", "application_no", "service", "channel", "step")),
                values.get("role"),
                values.get("employee"),
                received,
                received_bare,
                completed,
                completed_bare,
                values.get("entry_no"),
                values.get("outcome"),
                values.get("registered_by"),
                *(date.fromisoformat(values[k]) if values.get(k) else None for k in ("registered_on", "extended_to")),
            )
        )
    return sorted(made, key=lambda e: e.source_file)


def covers(text: str) -> tuple[datetime | None, datetime | None]:
    begin, end = (moment(side) for side in text.split(".."))
    last = end[0].replace(hour=23, minute=59, second=59) if end[0] is not None and end[1] else end[0]
    return begin[0], last


Asked = tuple[Any, ...]
"""What is asked of a journal: rules, as of when, the period covered, numbering."""


def asked(case: Case) -> Asked:
    numbering = {"": None, "restarts": (True, True), "runs on": (True, False), "all mail": (False, True)}
    return (
        rules(case.get("rules", "real")),
        moment(case.get("as_of", AS_OF))[0],
        covers(case.get("covers", "..")),
        numbering[case.get("numbering", "")],
    )


def quarantined(case: Case) -> list[tuple[Any, ...]]:
    return [
        (q["file"], q.get("district") or None, q.get("office") or None, q["application_no"])
        for q in case.get("quarantined", [])
    ]


def by_reference(case: Case) -> Judgement:
    rulebook, as_of, period, numbering = asked(case)
    return judge(entries(case), rulebook, as_of, period, quarantined(case), numbering)


def by_engine(case: Case) -> Judgement:
    return together(company(case))[case["name"]]


def company(case: Case) -> tuple[str, ...]:
    """The cases that are judged with this one: P03 is counted over a whole run, so where it is found the case stays alone."""

    def alone(other: Case) -> bool:
        return any(found["code"] == "P03" for found in other.get("findings", []))

    if alone(case):
        return (case["name"],)
    return tuple(name for name, other in every_case().items() if not alone(other) and asked(other) == asked(case))


@cache
def every_case() -> dict[str, Case]:
    return {parameter.values[0]["name"]: parameter.values[0] for parameter in cases()}


@cache
def together(names: tuple[str, ...]) -> dict[str, Judgement]:
    """The engine's judgement of each case, all judged in one run."""
    from engine.harness import judged

    rows, damage = [], []
    for number, name in enumerate(names):
        case = every_case()[name]
        rows += [placed(entry, number) for entry in entries(case)]
        damage += [
            (f"{number}/{file}", *(place and f"{place} /{number}" for place in places), application)
            for file, *places, application in quarantined(case)
        ]
    rulebook, as_of, period, numbering = asked(every_case()[names[0]])
    found, verdicts = judged(rows, rulebook, as_of, period, damage, numbering)
    judgements = [Judgement([], Counter()) for _ in names]
    for one in found:
        number, file = one.source_file.split("/", 1)
        home = {place: text and text.split(" /")[0] for place in PLACES if (text := getattr(one, place, None))}
        judgements[int(number)].found.append(replace(one, source_file=file, **home))
    for (district, *verdict), n in verdicts.items():
        judgements[int(district.split(" /")[1])].verdicts[tuple(verdict)] += n
    return dict(zip(names, judgements, strict=True))


PLACES = ("district", "office", "registered_by")


def placed(entry: Entry, number: int) -> Entry:
    """The entry in a district, an office and a file that no other case has."""
    own = {place: f"{text} /{number}" for place in PLACES if (text := getattr(entry, place))}
    return replace(entry, source_file=f"{number}/{entry.source_file}", **own)


def shown(found: Found, columns: Any) -> dict[str, str]:
    """The columns that a case speaks of, as it would write them."""
    texts = {}
    for column in columns:
        value = getattr(found, column)
        if column in MOMENTS and value is not None:
            value = value.isoformat(" ")
        if column in ("actual", "excess") and value is not None:
            value = f"{value:.2f}"
        texts[column] = "" if value is None else str(value)
    return texts


def as_written(expected: dict[str, str]) -> dict[str, str]:
    texts = dict(expected)
    for column in MOMENTS:
        if texts.get(column):
            texts[column] = datetime.fromisoformat(texts[column]).isoformat(" ")
    for column in ("actual", "excess"):
        if column in texts:
            texts[column] = f"{float(texts[column]):.2f}"
    return texts


@pytest.mark.parametrize("case", cases())
@pytest.mark.parametrize("judge_by", [by_reference, by_engine], ids=["reference", "engine"])
def test_case(case: Case, judge_by: Callable[[Case], Judgement]) -> None:
    """What a case says must be found is found, nothing else is, and the verdicts it names are given."""
    judgement = judge_by(case)
    left = sorted(judgement.found, key=lambda f: (f.code, f.source_file or "", f.source_line or 0, f.step or ""))
    for expected in (as_written(e) for e in case.get("findings", [])):
        match = next((f for f in left if shown(f, expected) == expected), None)
        assert match is not None, f"{expected} not among {[shown(f, {**expected, 'code': ''}) for f in left]}"
        left.remove(match)
    assert not left
    for step, expected_verdict in case.get("verdicts", {}).items():
        given = sorted(
            f"{verdict}: {reason}" if reason else verdict
            for (_, _, name, verdict, reason), count in judgement.verdicts.items()
            for _ in range(count)
            if name == step
        )
        assert given == ([] if expected_verdict == "none" else re.split(r", ", expected_verdict)), step


def test_every_code_has_a_case_that_passes_and_one_that_fails() -> None:
    """The codes of SPEC section 4 but J07, each in a file of its name."""
    from reference.model import SEVERITY

    for code in SEVERITY:
        path = FOLDER / f"{code}.yaml"
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # plain texts only
        found = [any(f["code"] == code for f in case.get("findings", [])) for case in document["cases"]]
        assert True in found, f"{code} has no case where it is found"
        assert False in found, f"{code} has no case where it is not found"
