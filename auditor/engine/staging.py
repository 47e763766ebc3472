"""Accepted rows, narrowed to numbers and set down on disk in buckets of whole applications.

A journal of any size is judged a bucket at a time, so that memory stays bounded: all entries of one (home
office, application number), in whatever district, land in one bucket. A bucket is an Arrow file; DuckDB reads it where it lies.

Columns of a bucket: eid (running number in order of reading), file_id, line, office_key, home_key (district << 32 | office), application_no,
draw (one number for home office and application_no, in whatever district, spread evenly; two of them may share one), registered_on,
pair_key (service << 32 | channel), word_key (step << 32 | role), employee, received_at, completed_at,
received_bare, completed_bare, outcome (1: withdrawn or moved), extended_to, entry_no, unseen and person (see `auditor.journal.rows`),
row_hash (of the columns that are compared, not judged).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import ipc

from auditor.engine.spellings import SHIFT, Spellings
from auditor.law.types import Vocabulary
from auditor.law.vocabulary import find, fold

ROWS_IN_BUCKET = 2_000_000
ROWS_HELD = 200_000
"""Rows gathered before they are sorted into buckets: of fewer each bucket would get crumbs."""
ENDING_OUTCOMES = ("withdrawn", "moved")
UNKNOWN_OUTCOMES = {"outcome": pl.String, "district": pl.String, "n": pl.Int64}


class Staging:
    """The buckets of one run. Call `add` for each batch, then `close`."""

    def __init__(self, folder: Path, expected_rows: int, vocabulary: Vocabulary) -> None:
        self.folder = folder
        self.buckets = max(1, -(-expected_rows // ROWS_IN_BUCKET))
        self.spellings = Spellings()
        self.entries = 0
        self._vocabulary = vocabulary
        self._strange: Counter[tuple[str, str]] = Counter()
        self._held: list[pl.DataFrame] = []
        self._writers: dict[int, ipc.RecordBatchFileWriter] = {}

    def path(self, bucket: int) -> Path:
        """The file of a bucket."""
        return self.folder / f"entries-{bucket:04d}.arrow"

    def add(self, rows: pl.DataFrame, file_id: int) -> None:
        """Narrow a batch of canonical rows (see `auditor.journal.reading`) and append it to its buckets."""
        if rows.is_empty():
            return
        self._held.append(self.narrow(rows, file_id))
        self._note_strange_outcomes(rows)
        self.entries += len(rows)
        if sum(map(len, self._held)) >= ROWS_HELD:
            self._sort_into_buckets()

    def _sort_into_buckets(self) -> None:
        held, self._held = pl.concat(self._held), []
        if self.buckets == 1:
            self._write(0, held)
            return
        bucket = pl.col("draw") % self.buckets
        for part in held.with_columns(bucket.alias("bucket")).partition_by("bucket", include_key=True):
            self._write(int(part["bucket"][0]), part.drop("bucket"))

    def narrow(self, rows: pl.DataFrame, file_id: int) -> pl.DataFrame:
        """Canonical rows as numbers, the columns of a bucket; their running numbers follow those of the rows added so far."""
        words = self.spellings
        district, office = words.district.codes(pl.col("district")), words.office.codes(pl.col("office"))
        home = words.office.codes(pl.col("registered_by").fill_null(pl.col("office")))
        narrow = rows.select(
            (pl.int_range(pl.len(), dtype=pl.Int64) + self.entries).alias("eid"),
            pl.lit(file_id, dtype=pl.Int32).alias("file_id"),
            pl.col("source_line").cast(pl.Int32).alias("line"),
            (district * (1 << SHIFT) + office).alias("office_key"),
            (district * (1 << SHIFT) + home).alias("home_key"),
            "application_no",
            "registered_on",
            (words.service.codes(pl.col("service")) * (1 << SHIFT) + words.channel.codes(pl.col("channel"))).alias(
                "pair_key"
            ),
            (words.step.codes(pl.col("step")) * (1 << SHIFT) + words.role.codes(pl.col("role"))).alias("word_key"),
            words.employee.codes(pl.col("employee")).cast(pl.Int32).alias("employee"),
            "received_at",
            "completed_at",
            "received_bare",
            "completed_bare",
            self._ends(rows["outcome"]),
            "extended_to",
            pl.col("entry_no").cast(pl.Int64, strict=False),
            rows["unseen"],
            rows["person"],
            pl.struct("extra_hash", "entry_no", "outcome", "registered_by").hash(seed=11).alias("row_hash"),
        )
        words.pair_keys.update(narrow["pair_key"].unique().to_list())
        words.word_keys.update(narrow["word_key"].unique().to_list())
        return narrow.with_columns(
            pl.struct(pl.col("home_key") % (1 << SHIFT), "application_no").hash(seed=7).alias("draw")
        )

    def _note_strange_outcomes(self, rows: pl.DataFrame) -> None:
        strange = [t for t in rows["outcome"].unique().drop_nulls() if t and find(self._vocabulary.outcomes, t) is None]
        if strange:
            told = rows.filter(pl.col("outcome").is_in(strange)).group_by("district", "outcome").len()
            for district, outcome, n in told.iter_rows():
                self._strange[district, outcome] += n

    def unknown_outcomes(self) -> pl.DataFrame:
        """Spellings of outcomes that the vocabulary lacks, which count as none: outcome, district, n (rows)."""
        told = sorted((outcome, district, n) for (district, outcome), n in self._strange.items())
        return pl.DataFrame(told, UNKNOWN_OUTCOMES, orient="row")

    def _ends(self, outcomes: pl.Series) -> pl.Series:
        """1 where the outcome is one after which nothing more is required."""
        ending = [t for t in outcomes.unique().drop_nulls() if outcome_id(self._vocabulary, t) in ENDING_OUTCOMES]
        return outcomes.is_in(ending).fill_null(False).cast(pl.Int8).alias("outcome")

    def _write(self, bucket: int, part: pl.DataFrame) -> None:
        table = part.to_arrow()  # views of the texts, not copies
        if bucket not in self._writers:
            self._writers[bucket] = ipc.new_file(self.path(bucket), table.schema)
        self._writers[bucket].write_table(table)

    def close(self) -> None:
        """Finish the files; buckets that got no row have none."""
        if self._held:
            self._sort_into_buckets()
        for writer in self._writers.values():
            writer.close()

    def bucket(self, number: int) -> pa.Table | None:
        """A bucket as an Arrow table over the mapped file, or None where nothing landed in it."""
        if not self.path(number).exists():
            return None
        return ipc.open_file(pa.memory_map(str(self.path(number)))).read_all()


def outcome_id(vocabulary: Vocabulary, text: str) -> str:
    """The outcome that a text names, or the text itself."""
    return vocabulary.outcomes.get(fold(text), text)
