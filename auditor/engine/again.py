"""Some applications of a run judged once more: as they stand, or as they stood when other rows were exported.

Rules, calendars, the moment of the audit, what each office's exports cover and which numbers quarantined rows name are those
of the run, so that two judgements differ by the rows alone.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from auditor.engine import verdicts
from auditor.engine.judge import FILES_SCHEMA, Files, Judgement, Known, Question, judge
from auditor.engine.spellings import SHIFT, Spellings
from auditor.engine.staging import Staging
from auditor.law.types import Rulebook

APPLICATIONS = {"district": pl.String, "application_no": pl.String}

_TEXT = pl.String()
VERDICT: dict[str, pl.DataType] = {
    **dict.fromkeys(("district", "home", "application_no"), _TEXT),
    "key_year": pl.Int16(),
    **dict.fromkeys(("service", "channel", "step", "verdict", "reason"), _TEXT),
}
ENTRY: dict[str, pl.DataType] = {
    "eid": pl.Int64(),
    **dict.fromkeys(("district", "home", "application_no"), _TEXT),
    "key_year": pl.Int16(),
    **dict.fromkeys(("service", "channel", "office", "step", "role", "employee"), _TEXT),
    "received_at": pl.Datetime("us"),
    "completed_at": pl.Datetime("us"),
    "entry_no": pl.Int64(),
}

_APPLICATION = """a.app_id, d.text AS district, o.text AS home, a.application_no, a.key_year, l.service, l.channel
FROM application a JOIN spelled_district d ON d.code = a.home_key >> 32 JOIN spelled_office o ON o.code = a.home_key & 4294967295
JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l USING (label_id)"""
VERDICTS = f"""
SELECT n.* EXCLUDE (app_id), coalesce(r.step, w.step_text) AS step, v.verdict, v.reason
FROM ({verdicts.EACH}) v JOIN (SELECT {_APPLICATION}) n USING (app_id) LEFT JOIN rule_step r USING (sid) LEFT JOIN word w USING (word_key)
ORDER BY ALL
"""
"""Over a bucket's tables: district, home, application_no, key_year, service, channel, step, verdict, reason."""
_ENTRIES = f"""
SELECT e.eid, n.* EXCLUDE (app_id), p.text AS office, coalesce(r.step, w.step_text) AS step, coalesce(w.role, w.role_text) AS role, y.text AS employee,
    b.received_at, b.completed_at, b.entry_no
FROM entry e JOIN bucket b USING (eid) JOIN (SELECT {_APPLICATION}) n USING (app_id) JOIN word w ON w.word_key = b.word_key
JOIN spelled_office p ON p.code = b.office_key & 4294967295 LEFT JOIN spelled_employee y ON y.code = b.employee LEFT JOIN rule_step r ON r.sid = e.sid
"""


@dataclass(frozen=True)
class Judged:
    """verdicts: `VERDICT`, one row a step. entries: `ENTRY`, one row an entry."""

    verdicts: pl.DataFrame
    entries: pl.DataFrame


@dataclass
class _Excerpt:
    """Rows in the form of a staging of one bucket."""

    spellings: Spellings
    rows: pa.Table
    buckets: int = 1

    @property
    def entries(self) -> int:
        return int(self.rows.num_rows)

    def bucket(self, number: int) -> pa.Table | None:
        return self.rows if self.rows.num_rows and number == 0 else None


@dataclass
class Again:
    """Judges excerpts of a run. `folder`: a room of the run's own."""

    judgement: Judgement
    staging: Staging
    files: Files
    rulebook: Rulebook
    question: Question
    folder: Path
    _known: Known | None = field(default=None)

    @property
    def coverage(self) -> pl.DataFrame:
        """district, office, begins, ends (Datetime), stated: what the exports of each office speak for; own_book: whether its numbers mean something."""
        return self.judgement.table(
            "SELECT d.text AS district, o.text AS office, c.begins, c.ends, c.stated, c.office_key IN (SELECT office_key FROM own_book) AS own_book FROM coverage c "
            "JOIN spelled_district d ON d.code = c.office_key >> 32 JOIN spelled_office o ON o.code = c.office_key & 4294967295"
        )

    def rows(self, applications: pl.DataFrame) -> pl.DataFrame:
        """The staged rows (columns of a bucket) of all applications with these numbers (`APPLICATIONS`) in their districts."""
        codes = self.staging.spellings.district.frame().rename({"text": "district"})
        wanted = (
            applications.unique().join(codes, on="district").select(pl.col("code").alias("_code"), "application_no")
        )
        found = []
        for number in range(self.staging.buckets):
            table = self.staging.bucket(number)
            if table is not None:
                rows = pl.from_arrow(table)
                assert isinstance(rows, pl.DataFrame)
                rows = rows.with_columns((pl.col("home_key") // (1 << SHIFT)).alias("_code"))
                found.append(rows.join(wanted, on=["_code", "application_no"], how="semi").drop("_code"))
        return pl.concat(found) if found else self.narrow(pl.DataFrame(), 0)

    def applications(self, places: pl.DataFrame) -> pl.DataFrame:
        """`APPLICATIONS` of the rows at some places (file_id, line)."""
        codes = self.staging.spellings.district.frame().rename({"text": "district"})
        found = [pl.DataFrame(schema=APPLICATIONS)]
        for number in range(self.staging.buckets):
            table = self.staging.bucket(number)
            if table is not None:
                rows = pl.from_arrow(table)
                assert isinstance(rows, pl.DataFrame)
                there = rows.join(places, on=["file_id", "line"], how="semi")
                code = (pl.col("home_key") // (1 << SHIFT)).alias("code")
                found.append(there.with_columns(code).join(codes, on="code").select(*APPLICATIONS))
        return pl.concat(found)

    def narrow(self, rows: pl.DataFrame, file_id: int) -> pl.DataFrame:
        """Canonical rows as the columns of a bucket, under the run's own numbers for texts."""
        return self.staging.narrow(rows, file_id)

    def judge(self, rows: pl.DataFrame, files: pl.DataFrame | None = None) -> Judged:
        """Judge rows (columns of a bucket); `files` (`FILES_SCHEMA`): those that the run itself did not read."""
        if rows.is_empty():
            return Judged(pl.DataFrame(schema=VERDICT), pl.DataFrame(schema=ENTRY))
        room = self.folder / "again"
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir()
        told: list[Judged] = []

        def watch(con: duckdb.DuckDBPyConnection) -> None:
            told.append(Judged(con.sql(VERDICTS).pl(), con.sql(_ENTRIES).pl()))

        # Of files that the run did not read no other layout is known than the run's own.
        shown = (
            [(file_id, self.files.shows[0][1]) for file_id in files["file_id"]]
            if files is not None and self.files.shows
            else []
        )
        known = self.files.files if files is None else pl.concat([self.files.files, files.cast(FILES_SCHEMA)])  # type: ignore[arg-type]
        again = judge(
            _Excerpt(self.staging.spellings, rows.to_arrow()),
            Files(known, self.files.mentions.clear(), (*self.files.shows, *shown)),
            self.rulebook,
            self.question,
            room,
            watch=watch,
            known=self._run(),
        )
        again.close()
        return told[0]

    def _run(self) -> Known:
        if self._known is None:
            self._known = Known(self.judgement.table("FROM coverage"), self.judgement.table("FROM mention"))
        return self._known
