"""Hypothesis strategies that invent journals: nearly valid processes, each with a fault or two.

`test_reference_itself.py` counts how often each code, unit and reason comes up.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from auditor.law.types import Rulebook
from engine.faults import FAULTS, Fault, later
from engine.processes import Dice, Line, at, process
from reference.model import Entry

Covers = tuple[datetime | None, datetime | None]
Quarantined = list[tuple[str, str | None, str | None, str]]
Journal = tuple[list[Entry], datetime, Covers, Quarantined, tuple[bool, bool] | None]


def journal(rulebook: Rulebook) -> st.SearchStrategy[Journal]:
    """What `judge` takes beside the rulebook: entries, as_of, covers, quarantined, numbering."""

    # The rulebook stays out of the strategy's arguments: hypothesis prints those, and a rulebook is long.
    @st.composite
    def journals(draw: Any) -> Journal:
        return make_journal(Dice(draw), rulebook)

    return journals()


def make_journal(dice: Dice, rulebook: Rulebook) -> Journal:
    procedures = [p for s in rulebook.services.values() for p in s.procedures]
    # Few procedures have a disputed limit: they come up more often.
    disputed = [p for p in procedures if any(s.stricter_limit for e in p.editions for s in e.steps)]
    procedures += disputed * (len(procedures) // 10)
    lines: list[Line] = []
    for _ in range(dice.weighted({1: 5, 2: 3, 3: 1})):
        lines += application(dice, rulebook, procedures)
    if dice.chance(12):
        whole_midnight(dice, lines)
    if dice.chance(20):
        later(dice, lines, dice.pick(lines))
    moments = [m for x in lines for m in (x["received_at"], x["completed_at"]) if m is not None]
    as_of = dice.pick((max(moments) + timedelta(days=3), at(date(2020, 2, 3), "12:00:00"), dice.pick(moments)))
    if dice.chance(85):
        as_of = max(*moments, as_of)
    covers = coverage(dice, moments) if dice.chance(25) else (None, None)
    numbering = dice.weighted({None: 4, (True, True): 3, (True, False): 2, (False, True): 1})
    if numbering is not None:
        number(dice, lines, numbering[1])
    one_file = dice.chance(30)
    lines = dice.draw(st.permutations(lines)) if dice.chance(15) else lines
    entries = as_entries(lines, one_file)
    return entries, as_of, covers, quarantine(dice, entries), numbering


def rural(rulebook: Rulebook) -> st.SearchStrategy[Journal]:
    """Journals of an akim and a provider: what was sent, registered, registered under other numbers, lost."""

    @st.composite
    def journals(draw: Any) -> Journal:
        return make_rural_journal(Dice(draw), rulebook)

    return journals()


def make_rural_journal(dice: Dice, rulebook: Rulebook) -> Journal:
    found = [p for s in rulebook.services.values() for p in s.procedures]
    through_akim = [
        p for p in found if p.channel == "akim" and any(s.role.startswith("provider") for s in p.editions[-1].steps)
    ]
    counter = [p for p in found if p.channel == "provider" and p.service in {q.service for q in through_akim}]
    lines: list[Line] = []
    for i in range(dice.weighted({4: 3, 6: 3, 8: 1})):
        one = process(dice, rulebook, dice.pick(counter if dice.chance(15) else through_akim), f"{15 + i}")
        fate(dice, one, f"{900 + i}")
        lines += one
    moments = [m for x in lines for m in (x["received_at"], x["completed_at"]) if m is not None]
    covers = coverage(dice, moments) if dice.chance(25) else (None, None)
    if dice.chance(15):
        whole_midnight(dice, lines)
    entries = as_entries(lines, dice.chance(20))
    as_of = dice.pick((max(moments) + timedelta(days=3), max(moments) + timedelta(days=3), dice.pick(moments)))
    return entries, as_of, covers, quarantine(dice, entries), None


def fate(dice: Dice, lines: list[Line], other: str) -> None:
    """What became of an application on its way from the akim to the provider."""
    akims = [x for x in lines if x["_kind"] == "akim"]
    theirs = [x for x in lines if x["_kind"] != "akim"]
    if not akims or not theirs:
        return
    for line in theirs:
        line["registered_by"] = akims[0]["office"]
    what = dice.weighted(
        {"sent": 5, "whole": 4, "own number": 1, "own number, linked": 1, "half": 1, "misspelled": 1, "withdrawn": 1}
    )
    if what in ("sent", "withdrawn"):
        lines[:] = lines[: lines.index(theirs[0])] if dice.chance(85) else akims
        lines[-1]["outcome"] = "withdrawn" if what == "withdrawn" else None
        lines[-1]["completed_at"] = lines[-1]["completed_at"] or lines[-1]["received_at"]
    elif what == "half":
        lines[:] = theirs
    elif what != "whole":
        for line in theirs:
            line["application_no"] = other if what.startswith("own") else line["application_no"]
            line["registered_by"] = line["registered_by"] if what != "own number" else None
            line["district"] = "D2" if what == "misspelled" else line["district"]


def application(dice: Dice, rulebook: Rulebook, procedures: list[Any]) -> list[Line]:
    lines = process(dice, rulebook, dice.pick(procedures), dice.pick(("15", "15", "16", "7/K")))
    home = lines[0]["office"]
    dated = dice.chance(60)
    for line in lines:
        line["registered_by"] = home if line["office"] != home else None
        line["registered_on"] = lines[0]["received_at"].date() if dated else None
        if dice.chance(15):
            translate(dice, rulebook, line)
    weights: dict[Fault, int] = FAULTS
    for _ in range(dice.weighted({1: 5, 2: 3, 0: 2, 3: 1})):
        dice.weighted(weights)(dice, rulebook, lines)
    return lines


def translate(dice: Dice, rulebook: Rulebook, line: Line) -> None:
    """Words as journals have them, in the place of ids."""
    names = [n for spellings in line["_step"].names.values() for n in spellings]
    words = {
        "step": names,
        "role": [w for w, r in rulebook.vocabulary.roles.items() if r == line["role"]],
        "service": [w for w, s in rulebook.vocabulary.services.items() if s == line["service"]],
        "channel": [w for w, c in rulebook.vocabulary.channels.items() if c == line["channel"]],
    }
    column = dice.pick(tuple(words))
    if words[column]:
        line[column] = dice.pick(words[column])


def whole_midnight(dice: Dice, lines: list[Line]) -> None:
    """As Excel writes dates: midnight in a whole column."""
    for column in dice.pick((("received_at", "completed_at"), ("received_at",), ("completed_at",))):
        for line in lines:
            if line[column] is not None:
                line[column] = at(line[column].date(), "00:00:00")
                line[column.replace("_at", "_bare")] = dice.chance(10)


def coverage(dice: Dice, moments: list[datetime]) -> Covers:
    """A stated period: both sides, or one."""
    begin, end = min(moments), max(moments)
    since = begin - timedelta(days=dice.pick((0, 29, 30, 31, 90, -2)))
    until = dice.pick((end + timedelta(days=20), end, dice.pick(moments), at(end.date(), "23:59:59")))
    return dice.pick(((since, until), (since, None), (None, until), (None, end + timedelta(days=60))))


def number(dice: Dice, lines: list[Line], yearly_restart: bool) -> None:
    """Running numbers of each office's book, in order of receipt, now and then with a gap or two exchanged."""
    last: dict[object, int] = {}
    for line in sorted(lines, key=lambda x: x["received_at"] or x["completed_at"]):
        moment = line["received_at"] or line["completed_at"]
        book = (line["district"], line["office"], moment.year if yearly_restart else None)
        last[book] = last.get(book, 0) + dice.weighted({1: 20, 2: 1, 0: 2})
        line["entry_no"] = str(last[book])
    if dice.chance(40):
        a, b = dice.pick(lines), dice.pick(lines)
        a["entry_no"], b["entry_no"] = b["entry_no"], a["entry_no"]
    if dice.chance(10):
        dice.pick(lines)["entry_no"] = dice.pick((None, "12-a"))


def quarantine(dice: Dice, entries: list[Entry]) -> Quarantined:
    if not dice.chance(15):
        return []
    model = dice.pick(entries)
    file = dice.pick((model.source_file, "9 other.csv"))
    office = dice.pick((model.office, None, "Akim 2"))
    return [(file, dice.pick((model.district, None)), office, dice.pick((model.application_no, "404")))]


def as_entries(lines: list[Line], one_file: bool) -> list[Entry]:
    """A file for each office (or one for all), in the order of their names, as they are read."""
    files: dict[str, list[Line]] = {}
    for line in lines:
        name = "all.csv" if one_file else f"{line['district']} {' '.join(line['office'].split())}.csv"
        files.setdefault(name, []).append(line)
    return [
        Entry(name, place, **{k: v for k, v in line.items() if not k.startswith("_")})
        for name, members in sorted(files.items())
        for place, line in enumerate(members, start=2)
    ]
