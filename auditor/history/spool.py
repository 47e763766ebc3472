"""What offices send in one run, set down on disk as it is read: one row a row of an export.

no            number in the order of reading
file_id, line, layout, place: numbers; place is a (district, office) as the profile reads them
application_no, year, moment (the earliest), of the row's entries as they are read now
mark          of the judged columns: equal for rows that say the same, whatever the order of columns, the file or its kind
cells         all columns as sent, in the order of the header
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from pyarrow import ipc

from auditor.history.schema import SEPARATOR
from auditor.journal.header import match_header
from auditor.journal.layout import Layout
from auditor.journal.profile import CANONICAL, Profile
from auditor.journal.reading import Batch

_MARK = "SELECT md5_number_lower(judged) AS mark FROM marked"


@dataclass(frozen=True)
class Judged:
    """A header and which of its columns are judged: canonical name (where a row holds several steps also `nth:step:name`) to position, in
    one order for all headers.

    A column that the profile does not read (a note, a print date) is kept and never compared: it says nothing that is judged.
    """

    profile: Profile
    header: tuple[str, ...]
    columns: tuple[tuple[str, int], ...]

    @staticmethod
    def read(header: tuple[str, ...], profile: Profile) -> Judged | None:
        """The judged columns of a header by a profile; None where the profile does not fit it."""
        match = match_header(list(header), profile)
        if match.missing or match.twice:
            return None
        order = {name: at for at, name in enumerate(CANONICAL)}
        found = dict(match.columns)
        for nth, (step, columns) in enumerate(zip(profile.steps, match.step_columns, strict=True)):
            found |= {f"{nth}:{step.step}:{name}": at for name, at in columns.items()}
        return Judged(
            profile, header, tuple(sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))
        )

    @property
    def names(self) -> dict[str, str]:
        """Canonical name to the office's own."""
        return {name: self.header[at] for name, at in self.columns}


def mark(con: duckdb.DuckDBPyConnection, judged: pl.Series) -> pl.Series:
    """One number for the judged text of each row, the same in every version of every library: it is kept for years."""
    con.register("marked", judged.alias("judged").to_frame().to_arrow())
    marks: pl.DataFrame = con.sql(_MARK).pl()
    con.unregister("marked")
    return marks["mark"]


def judged_text(cells: pl.DataFrame, judged: Judged) -> pl.Series:
    """The judged cells of rows as one text: name and value of each that is not empty. `cells`: columns by position."""
    named = [
        pl.when(pl.col(str(at)).is_null()).then(pl.lit("")).otherwise(pl.lit(f"{name}=") + pl.col(str(at)))
        for name, at in judged.columns
    ]
    return cells.select(
        pl.concat_str(named, separator=SEPARATOR).str.replace_all(f"{SEPARATOR}+", SEPARATOR).alias("t")
    )["t"]


@dataclass
class Spool:
    """The rows of a run. Call `add` for each batch, then `close`."""

    folder: Path
    layouts: list[Judged] = field(default_factory=list)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    rows: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._con = duckdb.connect()
        self._con.execute("SET threads = 1")
        self._writer: ipc.RecordBatchFileWriter | None = None

    @property
    def path(self) -> Path:
        return self.folder / "sent.arrow"

    def add(self, batch: Batch, layout: Layout, file_id: int) -> None:
        """Set down the rows of a batch from which an entry was taken."""
        assert batch.sent is not None, "read with keep_sent"
        if batch.rows.is_empty():
            return
        judged = Judged.read(layout.header, layout.profile)
        assert judged is not None, "a header that does not fit is refused before it is read"
        if judged not in self.layouts:
            self.layouts.append(judged)
        entries = _of_rows(batch.rows)
        sent = batch.sent.rename({name: str(at - 1) for at, name in enumerate(batch.sent.columns) if at})
        if len(entries) == len(sent) and entries["source_line"].equals(sent["source_line"]):
            joined = pl.concat([sent, entries.drop("source_line")], how="horizontal")
        else:
            joined = sent.join(entries, on="source_line", maintain_order="left")
        cells = [pl.col(str(at)).fill_null("") for at in range(len(judged.header))]
        narrow = joined.select(
            (pl.int_range(pl.len(), dtype=pl.Int64) + self.rows).alias("no"),
            pl.lit(file_id, dtype=pl.Int32).alias("file_id"),
            pl.col("source_line").cast(pl.Int32).alias("line"),
            pl.lit(self.layouts.index(judged), dtype=pl.Int32).alias("layout"),
            self._places(joined),
            "application_no",
            "year",
            "moment",
            mark(self._con, judged_text(joined, judged)),
            pl.concat_str(cells, separator=SEPARATOR).alias("cells"),
        )
        self.rows += len(narrow)
        table = narrow.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = ipc.new_file(self.path, table.schema)
        self._writer.write_table(table)

    def _places(self, rows: pl.DataFrame) -> pl.Series:
        met = rows.select("district", "office").unique(maintain_order=True)
        for place in met.iter_rows():
            self.places.setdefault(place, len(self.places))
        known = met.with_columns(pl.Series("place", [self.places[place] for place in met.iter_rows()], dtype=pl.Int32))
        return rows.select("district", "office").join(known, on=["district", "office"], maintain_order="left")["place"]

    def close(self) -> None:
        """Finish the file."""
        self._con.close()
        if self._writer is not None:
            self._writer.close()

    def table(self) -> pa.Table | None:
        """All rows, over the mapped file; None where there is none."""
        return ipc.open_file(pa.memory_map(str(self.path))).read_all() if self._writer is not None else None


def _of_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """source_line, district, office, application_no, year and moment of the rows that entries come from."""
    moment = pl.min_horizontal("received_at", "completed_at")
    entries = rows.select(
        "source_line",
        "district",
        "office",
        "application_no",
        pl.coalesce(pl.col("registered_on").dt.year(), moment.dt.year()).cast(pl.Int16).alias("year"),
        moment.alias("moment"),
    )
    if entries["source_line"].n_unique() == len(entries):
        return entries
    own = [pl.col(name).first() for name in ("district", "office", "application_no")]
    return entries.group_by("source_line", maintain_order=True).agg(*own, pl.col("year").min(), pl.col("moment").min())


def split_cells(cells: pl.Series, width: int) -> pl.DataFrame:
    """Cells as columns by position, null where empty."""
    parts = (
        cells.alias("c")
        .to_frame()
        .select(
            pl.col("c")
            .str.split_exact(SEPARATOR, max(width - 1, 0))
            .struct.rename_fields([str(at) for at in range(width)])
        )
    )
    return parts.unnest("c").with_columns(pl.col(pl.String).replace("", None))
