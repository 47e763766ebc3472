"""Nights: journals audited one after the other into one history."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from click.testing import CliRunner

from auditor.commands.audit import audit

HEADER = "district,office,application_no,service,channel,step,received_at,completed_at"
LATE = "D,O,1,child_allowance,provider,register,2018-03-14 10:00,2018-03-14 10:40"
IN_TIME = "D,O,1,child_allowance,provider,register,2018-03-14 10:00,2018-03-14 10:10"
NEXT = "D,O,1,child_allowance,provider,resolve,2018-03-14 10:41,2018-03-15 10:00"
OTHER = "D,O,2,child_allowance,provider,register,2018-03-16 10:00,2018-03-16 10:10"


class Nights:
    """A folder with an inbox, a history and the report of the last night."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "history.duckdb"
        self.out = folder / "out"
        self.last = pl.DataFrame()

    def copied(self, folder: Path) -> Nights:
        """The same nights in another folder, for a test that goes on from here."""
        other = Nights(folder)
        shutil.copy2(self.store, other.store)
        return other

    def run(
        self, *rows: str, as_of: str = "2018-03-20", header: str = HEADER, file: str = "journal.csv", options: Any = ()
    ) -> pl.DataFrame:
        """Audit the rows as one export into the history; the findings of that night."""
        export = self.folder / file
        export.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return self.again(export, as_of=as_of, options=options)

    def again(self, *exports: Path, as_of: str = "2018-03-20", options: Any = ()) -> pl.DataFrame:
        """Audit files as they are."""
        words = [*map(str, exports), "--as-of", as_of, "--out", str(self.out), "--store", str(self.store), *options]
        result = CliRunner().invoke(audit, words, standalone_mode=False)
        if result.exception:
            raise result.exception
        self.said = result.output
        return pl.read_csv(self.out / "findings.csv", infer_schema=False)

    def ask(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.store), read_only=True) as con:
            return con.execute(query, list(given)).fetchall()

    def states(self) -> dict[str, str]:
        """Code and step of a finding to its state."""
        return {f"{code} {step}": state for code, step, state in self.ask("SELECT code, step, state FROM life")}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
