"""Reading a file through once, before it is taken: a file that would stop the audit is refused alone."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import polars as pl

from auditor.errors import AuditorError, InputError
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.history.replies import is_reply
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.journal.reading import Reading, read_source
from auditor.journal.surveying import survey_exports
from auditor.night.intake import ENTRY, Contents

MOMENTS = ("received_at", "completed_at")


def examine(path: Path, profile: Profile, register: Register) -> Contents:
    """What the file holds. Raises InputError where it can't be read, whatever the reason."""
    if is_reply(path):
        return Contents(0, None, None, pl.Series("entry", [], dtype=pl.String), reply=True)
    try:
        return _contents(path, profile, register)
    except AuditorError:
        raise
    except Exception as fault:  # a torn workbook may break its reader anywhere; the other offices' files go on
        raise InputError(
            f"The file broke its reader ({type(fault).__name__}).", hint="Is it whole? Ask the office for it anew."
        ) from fault


def _contents(path: Path, profile: Profile, register: Register) -> Contents:
    days: list[date] = []
    entries: list[pl.Series] = []
    rows = 0
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        for layout in survey_exports(open_exports(Found.named(path), Path(folder)), profile, register).layouts:
            reading = read_source(layout)
            _look_through(reading, days, entries)
            rows += reading.summary.rows_read
    return Contents(
        rows,
        min(days, default=None),
        max(days, default=None),
        pl.concat([pl.Series("entry", [], dtype=pl.String), *entries]),
    )


def _look_through(reading: Reading, days: list[date], entries: list[pl.Series]) -> None:
    for batch in reading:
        told = batch.rows.select(
            pl.concat_str([pl.col(name).fill_null("") for name in ENTRY], separator="|").alias("entry")
        )
        entries.append(told["entry"].unique())
        for name in MOMENTS:
            column = batch.rows[name].drop_nulls().dt.date()
            days += [day for day in (column.min(), column.max()) if isinstance(day, date)]
