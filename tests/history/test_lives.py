"""The lives of findings: a path through the states, and spans that tell each run's findings back."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.history import lives
from history.nights import LATE, NEXT, Nights

FOUND = {
    "fingerprint": pl.String,
    **dict.fromkeys(
        ("code", "severity", "district", "office", "service", "channel", "application_no", "step"), pl.String
    ),
    "moment": pl.Datetime("us"),
    "excuse": pl.String,
}
NIGHT = st.fixed_dictionaries(
    {name: st.sampled_from(["found", "excused", "mended", "unseen"]) for name in ("a", "b", "c")}
)


def told(former: str | None, seen: str) -> str | None:
    """The state after a night, as the docstring of `auditor.history.lives` tells it."""
    if seen == "excused":
        return "excused"
    if seen == "found":
        return "new" if former is None else "returned" if former == "resolved" else "open"
    if former is None or former == "resolved":
        return former
    if seen == "mended":
        return "resolved"
    return former if former in ("open", "excused") else "open"


@settings(max_examples=40)
@given(st.lists(NIGHT, max_size=6))
def test_every_path(nights: list[dict[str, str]]) -> None:
    """Whatever happens in whatever order, each finding is in the state that its own path leads to, and every change is told."""
    states: dict[str, str | None] = dict.fromkeys("abc")
    events: list[tuple[str, int, str]] = []
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE life (fingerprint VARCHAR, code VARCHAR, severity VARCHAR, district VARCHAR, office VARCHAR, service VARCHAR, channel VARCHAR, application_no VARCHAR, step VARCHAR, moment TIMESTAMP, state VARCHAR, since BIGINT, first_run BIGINT, last_run BIGINT, excuse VARCHAR)"
        )
        con.execute("CREATE TABLE life_event (fingerprint VARCHAR, run BIGINT, state VARCHAR)")
        for run, night in enumerate(nights, 1):
            found = [
                {"fingerprint": f, "excuse": "7" if how == "excused" else None}
                for f, how in night.items()
                if how in ("found", "excused")
            ]
            tonight = pl.DataFrame(found, schema={"fingerprint": pl.String, "excuse": pl.String})
            tonight = tonight.select(
                [
                    pl.lit(None, dtype=kind).alias(name) if name not in tonight.columns else pl.col(name)
                    for name, kind in FOUND.items()
                ]
            )
            con.register("tonight", tonight.to_arrow())
            con.register(
                "settled",
                pl.DataFrame(
                    {"fingerprint": [f for f, how in night.items() if how == "mended"]},
                    schema={"fingerprint": pl.String},
                ).to_arrow(),
            )
            lives.move_on(con, run)
            for name, how in night.items():
                after = told(states[name], how)
                if after != states[name]:
                    assert after is not None
                    events.append((name, run, after))
                states[name] = after
        assert dict(con.execute("SELECT fingerprint, state FROM life").fetchall()) == {
            f: s for f, s in states.items() if s
        }
        assert sorted(con.execute("FROM life_event").fetchall()) == sorted(events)
        last = {
            f: max((run for run, night in enumerate(nights, 1) if night[f] in ("found", "excused")), default=0)
            for f in "abc"
        }
        assert dict(con.execute("SELECT fingerprint, last_run FROM life").fetchall()) == {
            f: n for f, n in last.items() if n
        }


def test_a_finding_is_kept_once_and_told_each_night(tmp_path: Path) -> None:
    """Three nights of the same finding are one row of the file and three of the view."""
    nights = Nights(tmp_path)
    for _ in range(3):
        nights.run(LATE, NEXT)
    assert nights.ask("SELECT since, until FROM finding_span") == [(1, None)]
    assert nights.ask("SELECT run, code FROM finding ORDER BY run") == [(1, "T01"), (2, "T01"), (3, "T01")]
    assert nights.states() == {"T01 register": "open"}


def test_a_run_that_looks_back_moves_no_life(tmp_path: Path) -> None:
    """An audit as of an earlier moment is kept, but what happened later does not un-happen."""
    nights = Nights(tmp_path)
    nights.run(LATE, NEXT, as_of="2018-03-20")
    nights.run(NEXT, as_of="2018-03-19")
    assert nights.ask("SELECT run, moved FROM run ORDER BY run") == [(1, True), (2, False)]
    assert nights.states() == {"T01 register": "new"}
