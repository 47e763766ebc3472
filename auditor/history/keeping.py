"""What was sent tonight, set down for the nights to come: only rows that are new or say something else."""

from __future__ import annotations

import duckdb
import polars as pl

from auditor.history.comparing import Outcome
from auditor.history.schema import first
from auditor.history.spool import Spool

_PLACES = """
INSERT INTO sent_place
SELECT (SELECT coalesce(max(place), 0) FROM sent_place) + row_number() OVER (ORDER BY t.place), t.district, t.office
FROM tonight_place t ANTI JOIN sent_place p USING (district, office)
"""
_SUPERSEDE = "UPDATE sent SET until = $run FROM superseded p WHERE p.entry = sent.entry AND sent.until IS NULL"
# Numbers of entries have gaps: those of tonight's rows are their order in the reading, so nothing is sorted.
_ROWS = """
INSERT INTO sent
SELECT coalesce(p.entry, (SELECT coalesce(max(entry), 0) FROM sent) + t.no + 1), $run, NULL, NULL, l.stored, s.place, i.path, t.line,
    t.application_no, t.year, t.moment, i.received_day, i.completed_day, t.mark, t.cells
FROM spooled t JOIN fresh USING (no) LEFT JOIN paired p ON p.no = t.no
JOIN kept_layout l ON l.tonight = t.layout JOIN kept_file i ON i.file_id = t.file_id
JOIN tonight_place q ON q.place = t.place JOIN sent_place s ON s.district = q.district AND s.office = q.office
"""
_GONE = (
    "UPDATE sent SET gone = $run FROM lost g WHERE g.entry = sent.entry AND sent.until IS NULL AND sent.gone IS NULL"
)
_BACK = (
    "UPDATE sent SET gone = NULL FROM met m WHERE m.entry = sent.entry AND sent.until IS NULL AND m.gone IS NOT NULL"
)
_PUT_BACK = "UPDATE change SET until = $run WHERE until IS NULL AND entry IN (SELECT entry FROM had) AND entry NOT IN (SELECT entry FROM cell)"
_FORGET = "DELETE FROM change WHERE until IS NULL AND entry IN (SELECT entry FROM cell)"
_CHANGES = """
INSERT INTO change
SELECT entry, min(before_run), min(coalesce(since, $run)), NULL, list("column" ORDER BY "column"), list(before ORDER BY "column") FROM cell GROUP BY entry
"""


def keep(con: duckdb.DuckDBPyConnection, outcome: Outcome, spool: Spool, files: pl.DataFrame, run: int) -> None:
    """Keep the rows of a run. Needs `spooled`, `met`, `fresh` and `tonight_place` as the comparison left them; lets go of them."""
    frames = {
        "paired": outcome.paired,
        # Rows of an export that is another altogether are remembered, and compared no more.
        "superseded": pl.concat([outcome.paired.select("entry"), outcome.lost.select("entry")]),
        "lost": outcome.gone.select("entry"),
        "cell": outcome.changed,
        "had": pl.DataFrame({"entry": outcome.kept}, schema={"entry": pl.Int64}),
        "kept_file": files,
        "kept_layout": pl.DataFrame(
            [(at, _layout(con, judged.header, judged.names)) for at, judged in enumerate(spool.layouts)],
            schema={"tonight": pl.Int32, "stored": pl.Int32},
            orient="row",
        ),
    }
    for name, frame in frames.items():
        con.register(name, frame.to_arrow())
    con.execute(_PLACES)
    for statement in (_SUPERSEDE, _ROWS, _GONE, _PUT_BACK):
        con.execute(statement, {"run": run})
    con.execute(_BACK)
    con.execute(_FORGET)
    con.execute(_CHANGES, {"run": run})
    for name in (*frames, "spooled"):
        con.unregister(name)


def _layout(con: duckdb.DuckDBPyConnection, header: tuple[str, ...], judged: dict[str, str]) -> int:
    """The number of a layout in the file, given to it where it is new."""
    for number, known, names in con.execute("SELECT layout, header, judged FROM sent_layout").fetchall():
        if tuple(known) == header and names == judged:
            return int(number)
    found = first(con, "SELECT coalesce(max(layout), 0) + 1 FROM sent_layout")
    assert found is not None
    con.execute("INSERT INTO sent_layout VALUES (?, ?, ?)", [found[0], list(header), judged])
    return int(found[0])
