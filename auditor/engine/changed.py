"""What became of entries exported before: the table that the check of changed entries is a query over.

    change    one row an entry that differs now from what was first exported, or is gone: the columns of `CHANGES`, and
              covered (the office's exports speak for its moment, unless stated by whole days), torn (a quarantined row names its number)

Who remembers former exports gives the table (`Memory`); nothing here knows where it is kept.
"""

from __future__ import annotations

from typing import Protocol

import duckdb
import polars as pl

from auditor.checks import j07_changed_entry
from auditor.engine.again import Again
from auditor.engine.findings import CHANGED
from auditor.journal.layout import Layout
from auditor.journal.reading import Batch

CHANGES: dict[str, type[pl.DataType] | pl.DataType] = {
    "change_id": pl.Int64,
    "kind": pl.String,
    "spoken_for": pl.Boolean,
    "correction": pl.String,
    "district": pl.String,
    "office": pl.String,
    "home": pl.String,
    "application_no": pl.String,
    "key_year": pl.Int16,
    "service": pl.String,
    "channel": pl.String,
    "step": pl.String,
    "role": pl.String,
    "employee": pl.String,
    "received_at": pl.Datetime("us"),
    "completed_at": pl.Datetime("us"),
    "entry_no": pl.Int64,
    "source_file": pl.String,
    "line": pl.Int32,
    "moment": pl.Datetime("us"),
    "before_night": pl.Datetime("us"),
    "after_night": pl.Datetime("us"),
    "detail": pl.String,
    "first_exported": pl.String,
}
"""kind: `changed` or `gone`. spoken_for: what was read tonight speaks for the book that held it. correction: number of the document that
explains it. Place, moments, file and line: those of the entry now, of one that is gone the former ones. moment: the former entry's
earliest. *_night: when it was first exported, and when it was first seen changed. detail: for the sentence (`engine/sentences`).
first_exported: what told the entry apart at first, so that the finding has one name every night."""


class Memory(Protocol):
    """Remembers what offices sent, and tells what became of it."""

    def take(self, batch: Batch, layout: Layout, file_id: int) -> None:
        """A batch of this run, read with what was sent."""

    def changes(self, again: Again) -> pl.DataFrame:
        """`CHANGES`, once everything was read and judged."""

    def remarks(self, language: str) -> list[str]:
        """What is to be said of whole exports beside the changes, once they were asked for."""

    def settle(self, findings: pl.DataFrame, again: Again) -> None:
        """See which former findings are gone from these for good reason."""


NEAR = 200
"""Days around those that can be read in a quarantined row within which a row may be that one: the same number of another year is another application."""

_PLACED = f"""
CREATE TEMP TABLE change AS
SELECT i.*, coalesce(CASE WHEN c.stated THEN i.moment BETWEEN c.begins AND c.ends ELSE i.moment::DATE BETWEEN c.begins::DATE AND c.ends::DATE END, false) AS covered,
    EXISTS (SELECT 1 FROM mention m WHERE CASE WHEN m.application_no IS NULL THEN m.office_key = d.code << 32 | o.code
        ELSE m.application_no = i.application_no AND (m.office_key IS NULL OR m.office_key = d.code << 32 | o.code)
            AND coalesce(i.moment BETWEEN m.begins - INTERVAL {NEAR} DAY AND m.ends + INTERVAL {NEAR} DAY, true) END) AS torn
FROM incoming i LEFT JOIN spelled_district d ON d.text = i.district LEFT JOIN spelled_office o ON o.text = i.office
LEFT JOIN coverage c ON c.office_key = d.code << 32 | o.code
"""
_JUDGED = f"""
INSERT INTO changed_finding BY NAME
SELECT '{j07_changed_entry.CODE}' AS code, '{j07_changed_entry.SEVERITY}' AS severity, 'exact' AS basis, c.change_id AS eid, c.district, c.office, c.home,
    c.application_no, c.key_year, c.service, c.channel, c.step, c.role, c.employee AS employee_name, c.received_at, c.completed_at, c.entry_no,
    c.source_file, c.line, c.detail, c.first_exported
FROM ({j07_changed_entry.QUERY}) q JOIN change c USING (change_id)
"""


def find_changed(con: duckdb.DuckDBPyConnection, changes: pl.DataFrame) -> None:
    """Run the check of changed entries over a table of changes; what it finds stands in `changed_finding`."""
    con.execute(CHANGED)
    if changes.is_empty():
        return
    con.register("incoming", changes.to_arrow())
    con.execute(_PLACED)
    con.unregister("incoming")
    con.execute(_JUDGED)
