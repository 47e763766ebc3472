"""Reading a file through once, before it is taken: a file that would stop the audit is refused alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from auditor.errors import AuditorError, InputError
from auditor.exports.source import Source
from auditor.journal.layout import survey
from auditor.journal.profile import Profile
from auditor.journal.reading import read_source
from auditor.night.intake import ENTRY, Contents

MOMENTS = ("received_at", "completed_at")


def examine(path: Path, profile: Profile) -> Contents:
    """What the file holds. Raises InputError where it can't be read, whatever the reason."""
    try:
        return _contents(path, profile)
    except AuditorError:
        raise
    except Exception as fault:  # a torn workbook may break its reader anywhere; the other offices' files go on
        raise InputError(
            f"The file broke its reader ({type(fault).__name__}).", hint="Is it whole? Ask the office for it anew."
        ) from fault


def _contents(path: Path, profile: Profile) -> Contents:
    source = Source(path, path.as_posix())
    reading = read_source(source, profile, survey(source, profile))
    days: list[date] = []
    entries: list[pl.Series] = []
    for batch in reading:
        told = batch.rows.select(
            pl.concat_str([pl.col(name).fill_null("") for name in ENTRY], separator="|").alias("entry")
        )
        entries.append(told["entry"].unique())
        for name in MOMENTS:
            column = batch.rows[name].drop_nulls().dt.date()
            days += [day for day in (column.min(), column.max()) if isinstance(day, date)]
    return Contents(
        reading.summary.rows_read,
        min(days, default=None),
        max(days, default=None),
        pl.concat([pl.Series("entry", [], dtype=pl.String), *entries]),
    )
