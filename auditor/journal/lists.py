"""A list of applications from elsewhere (the State Corporation's, the portal's, of complaints), to be held against the journals.

It needs one column, the number; date, service, office and district are used where they are there. What its columns are called is said by
a profile (`columns`), or else it is one of the usual names below.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.journal.header import loose_name
from auditor.journal.moments import read_moments
from auditor.journal.profile import REQUIRED, Cell, Profile
from auditor.journal.reading import read_source
from auditor.journal.surveying import survey_exports

USUAL = {
    "application_no": (
        "application_no", "application number", "number", "no", "№", "номер", "номер заявления", "№ заявления",
        "номер заявки", "регистрационный номер", "рег. №", "нөмірі", "өтініш нөмірі", "өтініштің нөмірі", "тіркеу нөмірі",
    ),
    "registered_on": (
        "registered_on", "received_at", "date", "registered on", "received", "дата", "дата регистрации", "дата поступления", "дата подачи",
        "дата заявления", "күні", "тіркелген күні", "түскен күні", "өтініш күні",
    ),
    "service": ("service", "услуга", "вид услуги", "наименование услуги", "қызмет", "қызмет түрі", "қызметтің атауы"),
    "office": ("office", "registered_by", "учреждение", "орган", "услугодатель", "мекеме", "орган атауы"),
    "district": ("district", "район", "район (город)", "город", "аудан", "аудан (қала)"),
}  # fmt: skip
"""What a list's columns are usually called, in the order in which a name is preferred."""
LISTED = {
    "line": pl.Int64,
    "application_no": pl.String,
    "day": pl.Date,
    "date_text": pl.String,
    "service": pl.String,
    "office": pl.String,
    "district": pl.String,
}
"""Rows of a list: line of the file, texts trimmed; day: null where there is no date or none can be read (then date_text has it)."""


def read_list(
    path: Path, profile: Profile | None, zone: str, folder: Path
) -> tuple[pl.DataFrame, list[int], tuple[str, ...]]:
    """The rows of a list as `LISTED`, the lines of those that have no number or can't be read, and which of the columns of `USUAL` it has.

    folder: an empty one, for what is taken out of an archive. Raises InputError if the file can't be read, or has no column with numbers.
    """
    # The columns that only a journal must have are made up: nothing of a list's row is refused for them.
    made_up = dict.fromkeys(REQUIRED[:2] + REQUIRED[3:], "-") | {"received_at": "2000-01-01"}
    number = (profile.columns.get("application_no") if profile else None) or Cell(USUAL["application_no"])
    reader = replace(Profile.canonical(zone), columns={"application_no": number}, constants=made_up)
    parts, unnumbered, columns = [pl.DataFrame(schema=LISTED)], list[int](), set[str]()
    for layout in survey_exports(open_exports(Found.named(path), folder), reader).layouts:
        at = {name: _position(name, layout.header, profile) for name in USUAL}
        at["application_no"] = layout.columns["application_no"]
        columns |= {name for name, i in at.items() if i is not None}
        for batch in read_source(layout, keep_sent=True):
            unnumbered += batch.quarantined["source_line"].to_list()
            assert batch.sent is not None
            texts = {name: batch.sent[layout.header[i]].cast(pl.String) for name, i in at.items() if i is not None}
            parts.append(_rows(batch.rows, texts, zone))
    return pl.concat(parts), unnumbered, tuple(name for name in USUAL if name in columns)


def _rows(rows: pl.DataFrame, texts: dict[str, pl.Series], zone: str) -> pl.DataFrame:
    none = pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    written = texts.get("registered_on", none)
    return pl.DataFrame(
        {
            "line": rows["source_line"].cast(pl.Int64),
            "application_no": rows["application_no"],
            "day": read_moments(written, zone).moment.dt.date(),
            "date_text": written,
            **{name: texts.get(name, none) for name in ("service", "office", "district")},
        },
        schema=LISTED,
    )


def _position(name: str, header: tuple[str, ...], profile: Profile | None) -> int | None:
    """Where a column stands: by the profile, else by the first of its usual names that the header has."""
    cell = profile.columns.get(name) if profile else None
    known = {loose_name(text): at for at, text in reversed([*enumerate(header)])}
    for text in cell.headers if cell else USUAL[name]:
        if loose_name(text) in known:
            return known[loose_name(text)]
    return None
