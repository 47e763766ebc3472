"""What offices reply to findings: workbooks that come back (`auditor.report.findings_book`), read strictly, row by row.

A reply is known by the fingerprint of its finding, so it survives every rerun. The latest reply to a finding counts; earlier ones stay.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import python_calamine as calamine

from auditor.errors import InputError
from auditor.history.history import History
from auditor.history.schema import first
from auditor.journal.moments import read_moments
from auditor.report.findings_book import CHOICES, REPLY, reply_places

DAYS = ("document_date", "period_from", "period_to")
TEXT_LENGTH = 1000
LOOKED_AT = 8 << 20
"""Bytes of a part of a workbook that are searched for the reply's columns; the header is among the first."""
REPLIES = {
    "fingerprint": pl.String,
    "reply": pl.String,
    "document_no": pl.String,
    **dict.fromkeys(DAYS, pl.Date),
    "comment": pl.String,
    "line": pl.Int32,
}


@dataclass(frozen=True)
class Fault:
    """A row that is no reply: its row number in the sheet, the column and what is wrong (key of `catalogs/history.toml`)."""

    line: int
    column: str
    wrong: str
    value: str


@dataclass(frozen=True)
class Replies:
    """replies: `REPLIES`. faults: rows that could not be taken. empty: rows that were left empty."""

    replies: pl.DataFrame
    faults: list[Fault]
    empty: int


def read_replies(file: Path, known: set[str]) -> Replies:
    """Read a workbook. known: fingerprints that the history has. Raises InputError where no sheet has the reply's columns."""
    for rows in _sheets(file):
        found = _header(rows)
        if found is not None:
            at, places = found
            return _read(rows[at + 1 :], at + 2, places, known)
    raise InputError(
        "No sheet has the columns `fingerprint` and `reply`.",
        where=str(file),
        hint="Return the workbook that came with the letter, with its yellow columns filled in.",
    )


def is_reply(file: Path) -> bool:
    """Whether a file is a workbook with the reply's columns. A journal is known by its text alone, and not read for this."""
    try:
        with zipfile.ZipFile(file) as parts:
            if not any(_speaks_of_findings(parts, name) for name in parts.namelist() if name.endswith(".xml")):
                return False
        return any(_header(rows) is not None for rows in _sheets(file))
    except (
        InputError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
    ):
        return False  # what is wrong with it is said by who reads it as a journal


def _speaks_of_findings(parts: zipfile.ZipFile, name: str) -> bool:
    with parts.open(name) as part:
        return b"fingerprint" in part.read(LOOKED_AT)


def _sheets(file: Path) -> list[list[list[object]]]:
    try:
        book = calamine.load_workbook(str(file))
        return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]  # type: ignore[misc]
    except (calamine.CalamineError, OSError) as fault:
        raise InputError(f"It cannot be read as a workbook: {fault}.", where=str(file)) from fault
    except BaseException as fault:  # a torn workbook may break the library itself, whose fault is no Exception
        if type(fault).__name__ != "PanicException":
            raise
        raise InputError("It broke its reader: is it whole?", where=str(file)) from fault


def _header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]] | None:
    """Where the header of the replies stands, and its columns."""
    for at, header in enumerate(rows):
        places = reply_places([_text(cell) or "" for cell in header])
        if "fingerprint" in places and "reply" in places:
            return at, places
    return None


def _read(rows: Sequence[Sequence[object]], line: int, places: dict[str, int], known: set[str]) -> Replies:
    taken: list[dict[str, object]] = []
    faults: list[Fault] = []
    empty = 0
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, line):
        cells = {name: row[at] if at < len(row) else None for name, at in places.items()}
        texts = {name: _text(cell) for name, cell in cells.items()}
        if not any(texts.get(name) for name in REPLY):
            empty += 1
            continue
        found = _faults(number, texts, cells, known, seen)
        faults += found
        if not found:
            seen[texts["fingerprint"] or ""] = number
            days = {name: _day(cells.get(name)) for name in DAYS}
            taken.append(
                {
                    **{name: texts.get(name) for name in REPLIES},
                    **days,
                    "reply": (texts["reply"] or "").lower(),
                    "line": number,
                }
            )
    return Replies(pl.DataFrame(taken, schema=REPLIES, orient="row"), faults, empty)


def _faults(
    line: int, texts: dict[str, str | None], cells: dict[str, object], known: set[str], seen: dict[str, int]
) -> list[Fault]:
    found = []
    fingerprint, reply = texts["fingerprint"], texts["reply"]
    if not fingerprint:
        found.append(Fault(line, "fingerprint", "missing", ""))
    elif fingerprint not in known:
        found.append(Fault(line, "fingerprint", "unknown", fingerprint))
    elif fingerprint in seen:
        found.append(Fault(line, "fingerprint", "twice", str(seen[fingerprint])))
    if not reply:
        found.append(Fault(line, "reply", "missing", ""))
    elif reply.lower() not in CHOICES:
        found.append(Fault(line, "reply", "choice", reply))
    found += [
        Fault(line, name, "day", texts[name] or "") for name in DAYS if texts.get(name) and _day(cells[name]) is None
    ]
    found += [Fault(line, name, "long", "") for name, text in texts.items() if text and len(text) > TEXT_LENGTH]
    since, until = (_day(cells.get(name)) for name in DAYS[1:])
    if since and until and since > until:
        found.append(Fault(line, "period_to", "before", str(until)))
    return found


def _text(cell: object) -> str | None:
    """A cell as a text: a number without idle zeros, white space folded, None where empty."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()).removeprefix("'") or None


def _day(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    if text is None:
        return None
    moment = read_moments(pl.Series([text], dtype=pl.String), "UTC").moment[0]
    return moment.date() if isinstance(moment, datetime) else None


def known_fingerprints(history: History, districts: set[str] | None = None) -> set[str]:
    """Those of every finding that the history has ever had, or of every one in some districts."""
    query = "SELECT fingerprint FROM life WHERE $districts::VARCHAR[] IS NULL OR list_contains($districts, district)"
    given = {"districts": None if districts is None else sorted(districts)}
    return {fingerprint for (fingerprint,) in history.con.execute(query, given).fetchall()}


def keep_replies(history: History, file: str, replies: pl.DataFrame, sent: tuple[str, str] | None = None) -> None:
    """Keep what was read of a file, all of it or nothing. sent: folder of the inbox and hash of a file that came through it."""
    with history.transaction():
        found = first(history.con, "SELECT coalesce(max(taken), 0) + 1 FROM reply")
        assert found is not None
        told = replies.with_columns(pl.lit(file).alias("file"), pl.lit(found[0], dtype=pl.Int64).alias("taken"))
        history.con.register("replied", told.to_arrow())
        history.con.execute("INSERT INTO reply BY NAME FROM replied")
        history.con.unregister("replied")
        if sent is not None:
            history.con.execute("INSERT INTO reply_file VALUES (?, ?)", list(sent))
