"""Workbooks and pages as sources: each sheet or table is one, whether it holds a journal or not."""

from __future__ import annotations

import codecs
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from auditor.errors import InputError
from auditor.exports.archive import measure_truly
from auditor.exports.encoding import detect
from auditor.exports.kinds import HEAD, Kind
from auditor.exports.source import Decision, GridPart, Source

CHARSET = re.compile(
    rb"""(?:<meta[^>]{0,200}charset|<\?xml[^>]{0,100}encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE
)
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
LARGEST_FILE = 256 << 20
PATIENCE = 1800
"""Seconds. The other process has its own, shorter measure of time; this one is for a machine that stands still."""
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from auditor.exports.unpacking import main; sys.exit(main(*sys.argv[2:]))"
HOME = str(Path(__file__).parents[2])
MEND = "Open it, save it anew, or save the journal as CSV in UTF-8."


@dataclass(frozen=True)
class SpooledGrid:
    """A table that another process has taken apart (`auditor.exports.unpacking`)."""

    spool: Path
    height: int
    width: int
    across: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def parts(self) -> Iterator[GridPart]:
        """The rows in portions."""
        if not self.spool.exists():
            return
        with self.spool.open(encoding="utf-8") as file:
            for line in file:
                portion = json.loads(line)
                rows = pl.Series("row", portion["rows"], dtype=pl.Int32)
                known = portion["columns"]
                texts = [pl.Series(str(at), column, dtype=pl.String) for at, column in enumerate(known)]
                for at in range(len(known), self.width):
                    texts.append(pl.Series(str(at), [None], dtype=pl.String).new_from_index(0, len(rows)))
                yield GridPart(rows, pl.DataFrame(texts))


def tables_of(path: Path, label: str, kind: Kind, folder: Path) -> tuple[list[Source], list[InputError]]:
    """The tables of a workbook or page, in its order, and what is wrong with sheets that can't be read; `folder` is an empty one of this file's own.
    Raises InputError: locked, damaged, a bomb, or no sheet that can be read."""
    what = "page" if kind is Kind.HTML else "workbook"
    size = path.stat().st_size
    if size > LARGEST_FILE:
        said = f"The {what} has {size >> 20} MB; the most is {LARGEST_FILE >> 20}."
        raise InputError(said, where=label, hint="Save the journal as CSV: that may be of any size.")
    if kind in (Kind.XLSX, Kind.XLSB, Kind.ODS):
        measure_truly(path, label)
    encoding = page_encoding(path) if kind is Kind.HTML else ""
    told = _taken_apart(path, label, kind, folder, encoding, what)
    found = (Decision("encoding", encoding, "encoding.page", {"encoding": encoding}),) if encoding else ()
    sources, faults = [], []
    for at, table in enumerate(told):
        if "refused" in table:
            faults.append(
                InputError(f"The sheet can't be taken. {table['refused']}", where=f"{label}#{table['name']}", hint=MEND)
            )
            continue
        across: dict[int, tuple[tuple[int, int], ...]] = {}
        for row, first, last in table.get("across", []):
            across[row] = (*across.get(row, ()), (first, last))
        grid = SpooledGrid(folder / f"{at}.jsonl", int(table["height"]), int(table["width"]), across)
        sources.append(Source(path, f"{label}#{table['name']}", grid, (*found, *_decisions(table))))
    if faults and not sources:
        raise InputError("\n".join(map(str, faults)))
    return sources, faults


def page_encoding(path: Path) -> str:
    """The encoding of a page: its byte order mark, else what it says of itself if that can be read so, else what its bytes are like."""
    data = path.read_bytes()
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return encoding
    stated = CHARSET.search(data[:HEAD])
    for encoding in (stated[1].decode("ascii") if stated else "utf-8", "utf-8"):
        try:
            data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
        return codecs.lookup(encoding).name
    try:
        return codecs.lookup(stated[1].decode("ascii") if stated else "").name
    except LookupError:
        return detect(path).name


def _taken_apart(path: Path, label: str, kind: Kind, folder: Path, encoding: str, what: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-I", "-X", "utf8", "-c", PROGRAM, HOME, kind.value, str(path), str(folder), encoding]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        ).returncode
    except subprocess.TimeoutExpired as fault:
        raise InputError(f"The {what} takes too long to be opened.", where=label, hint=MEND) from fault
    report = folder / "tables.json"
    if ended < 0 or not report.exists():
        raise InputError(f"The {what} needs more memory or time than one file may take.", where=label, hint=MEND)
    told = json.loads(report.read_text(encoding="utf-8"))
    if "refused" in told:
        raise InputError(f"The {what} can't be taken. {told['refused']}", where=label, hint=MEND)
    return list(told["tables"])


def _decisions(table: dict[str, Any]) -> Iterator[Decision]:
    name = str(table["name"])
    yield Decision("container", name, "container.hidden" if table["hidden"] else "container.table", {"name": name})
    if table.get("uncomputed"):
        values = {"count": table["uncomputed"], "first": table["first_uncomputed"]}
        yield Decision("container", f"{values['count']} formulas", "container.uncomputed", values, doubtful=True)
    if table.get("filled"):
        yield Decision("container", f"{table['filled']} merged", "container.filled", {"count": table["filled"]})
