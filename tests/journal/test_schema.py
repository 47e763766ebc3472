"""The gate and the schema are of one mind, and pandera is the judge."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.journal.profile import DATES, MOMENTS, TEXTS
from auditor.journal.rows import unknown
from auditor.journal.schema import LONGEST_TEXT, _faults_of, judge

VALUES = st.sampled_from([None, "ә", "ә" * LONGEST_TEXT, "ә" * (LONGEST_TEXT + 1)])
ROW = st.fixed_dictionaries(
    dict.fromkeys(TEXTS, VALUES)
    | {unknown(name): st.sampled_from([None, None, "вчера"]) for name in MOMENTS + DATES}
    | {name: st.sampled_from([None, 0]) for name in MOMENTS}
)
SCHEMA = (
    dict.fromkeys(TEXTS, pl.String)
    | {unknown(name): pl.String for name in MOMENTS + DATES}
    | dict.fromkeys(MOMENTS, pl.Datetime("us"))
)


@settings(max_examples=40)
@given(st.lists(ROW, max_size=6))
def test_the_gate_lets_no_fault_through_and_holds_no_good_row(rows: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    present = pl.any_horizontal(pl.col(name).is_not_null() for name in (*MOMENTS, *map(unknown, MOMENTS)))
    every = _faults_of(frame.with_columns(present.alias("has_moment")))
    assert judge(frame).equals(every.select("row", "column", "reason", "value"))


def test_faults_stand_in_the_order_of_rows_and_columns() -> None:
    row = dict.fromkeys(SCHEMA) | {"office": "о", unknown("completed_at"): "вчера"}
    faults = judge(pl.DataFrame([row, row], schema=SCHEMA))
    assert faults["row"].to_list() == [0] * 6 + [1] * 6
    assert faults["column"].to_list()[:6] == [
        "district",
        "application_no",
        "service",
        "channel",
        "step",
        "completed_at",
    ]
    assert faults["value"].to_list()[:6] == [None] * 5 + ["вчера"]
