"""Nights of invented journals, compared by the history and by a plain reference: the same cells changed, the same entries are gone."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.exports.source import Source
from auditor.history.comparing import Comparison
from auditor.history.keeping import keep
from auditor.history.schema import carry_forward
from auditor.history.spool import Spool
from auditor.journal.layout import survey
from auditor.journal.profile import Profile
from auditor.journal.reading import read_source
from auditor.law.load import load_rulebook
from auditor.paths import default_rules

COLUMNS = (
    "district",
    "office",
    "application_no",
    "service",
    "channel",
    "step",
    "received_at",
    "completed_at",
    "employee",
    "extended_to",
)
VOCABULARY = load_rulebook(default_rules()).vocabulary
Key = tuple[str, str]
Cells = dict[str, str]

KEYS = [(str(number), step) for number in (1, 2, 3) for step in ("register", "resolve")]
TIMES = ["", "09:00", "10:00", "11:30"]
ENTRY = st.fixed_dictionaries(
    {
        "received_at": st.sampled_from(TIMES),
        "completed_at": st.sampled_from(TIMES),
        "employee": st.sampled_from(["", "A", "B"]),
        "extended_to": st.sampled_from(["", "2018-04-01"]),
    }
)
NIGHT = st.dictionaries(st.sampled_from(KEYS), ENTRY, min_size=1).flatmap(
    lambda night: st.tuples(st.permutations(sorted(night)), st.just(night), st.booleans())
)


def journal(night: tuple[list[Key], dict[Key, Cells], bool]) -> tuple[list[str], dict[Key, Cells]]:
    """The lines of an export in some order, perhaps with a line twice, and what each entry holds."""
    order, cells, twice = night
    held: dict[Key, Cells] = {}
    lines = []
    for key in order:
        # Two entries a day, no two of the same minute: else one could be the other under another name.
        minute, day = KEYS.index(key), f"2018-03-{10 + KEYS.index(key) // 2}"
        entry = {
            name: f"{day} {text[:4]}{minute}" if text and name.endswith("_at") else text
            for name, text in cells[key].items()
        }
        if not entry["received_at"] and not entry["completed_at"]:
            entry["received_at"] = f"{day} 08:0{minute}"
        held[key] = entry
        number, step = key
        lines.append(
            ",".join(("D", "O", number, "child_allowance", "provider", step, *(entry[name] for name in COLUMNS[6:])))
        )
    return lines + lines[:1] * twice, held


def moments(entry: Cells) -> list[datetime]:
    return [datetime.fromisoformat(entry[name]) for name in ("received_at", "completed_at") if entry[name]]


class Reference:
    """The rules of docs/readings.md 70 to 73, as plainly as can be, for entries that application and step tell apart."""

    def __init__(self) -> None:
        self.last: dict[Key, Cells] = {}
        self.first: dict[Key, Cells] = {}

    def night(self, now: dict[Key, Cells]) -> tuple[dict[Key, Cells], set[Key]]:
        """Entries with what cells held that are different now; entries that are gone."""
        every = [moment for entry in now.values() for moment in moments(entry)]
        gone = {
            key
            for key, entry in self.last.items()
            if key not in now and min(every).date() <= min(moments(entry)).date() <= max(every).date()
        }
        for key, entry in now.items():
            before = self.last.get(key, entry)
            different = self.first.setdefault(key, {})
            for name, text in entry.items():
                fixed = name in ("received_at", "extended_to") and before["completed_at"]
                if before[name] != text and (before[name] or fixed):
                    different.setdefault(name, before[name])
                if different.get(name) == text:
                    del different[name]
        self.last |= now
        return {key: self.first[key] for key in now if self.first[key]}, gone


def compared(
    con: duckdb.DuckDBPyConnection, lines: list[str], folder: Path, run: int
) -> tuple[dict[int, Cells], set[int]]:
    """The same by the history: entries by their number in the file."""
    file = folder / "journal.csv"
    file.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    profile = Profile.canonical()
    spool = Spool(folder / str(run))
    reading = read_source(survey(Source(file, "journal.csv"), profile), keep_sent=True)
    every: list[datetime] = []
    for batch in reading:
        spool.add(batch, reading.layout, 0)
        every += batch.rows["received_at"].drop_nulls().to_list() + batch.rows["completed_at"].drop_nulls().to_list()
    spool.close()
    covers = {
        "district": ["D"],
        "office": ["O"],
        "begins": [min(every)],
        "ends": [max(every)],
        "stated": [False],
        "own_book": [False],
    }
    outcome = Comparison(con, spool, profile, VOCABULARY, pl.DataFrame(covers), ["journal.csv"]).outcome()
    files = {"file_id": [0], "path": ["journal.csv"], "received_day": [False], "completed_day": [False]}
    keep(con, outcome, spool, pl.DataFrame(files, schema_overrides={"file_id": pl.Int32}), run)
    changed: dict[int, Cells] = {}
    for entry, column, before in outcome.changed.select("entry", "column", "before").iter_rows():
        changed.setdefault(entry, {})[column] = before or ""
    return changed, set(outcome.gone["entry"].to_list())


@settings(max_examples=12)
@given(st.lists(NIGHT, min_size=2, max_size=4))
def test_the_history_and_the_reference_agree(nights: list[tuple[list[Key], dict[Key, Cells], bool]]) -> None:
    """Whatever is edited, emptied, filled in, left out, put back, repeated or moved."""
    reference = Reference()
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as con:
        carry_forward(con, 0)
        for run, night in enumerate(nights, 1):
            lines, held = journal(night)
            expected, gone = reference.night(held)
            changed, lost = compared(con, lines, Path(name), run)
            keys = {
                entry: (number, cells.split("\x1f")[5])
                for entry, number, cells in con.execute("SELECT entry, application_no, cells FROM sent").fetchall()
            }
            assert {keys[entry]: cells for entry, cells in changed.items()} == expected
            assert {keys[entry] for entry in lost} == gone
            assert con.execute("SELECT count(*), count(DISTINCT entry) FROM sent WHERE until IS NULL").fetchall()[
                0
            ] == (
                len(reference.last),
                len(reference.last),
            )
