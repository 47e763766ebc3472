"""Former rows read again by the profile of today, and what a change of them did to the verdicts."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from auditor.engine.again import Again, Judged
from auditor.engine.judge import FILES_SCHEMA
from auditor.history.spool import Judged as Header
from auditor.history.spool import split_cells
from auditor.journal.header import match_header
from auditor.journal.layout import Layout
from auditor.journal.rows import ROW_COLUMNS, type_rows
from auditor.journal.unfolding import unfold_rows

APPLICATION = ["district", "application_no"]
EFFECT = {
    "district": pl.String,
    "application_no": pl.String,
    "home": pl.String,
    "key_year": pl.Int16,
    "step": pl.String,
    "before": pl.String,
    "after": pl.String,
}


def read_again(rows: pl.DataFrame, header: Header, layout: Layout) -> pl.DataFrame:
    """Canonical rows of cells as they were sent. rows: id, cells, district, office (as they are known); `layout`: any of the run,
    for its form. Columns: id and `ROW_COLUMNS`; a row without a moment that can be read is left out."""
    texts = split_cells(rows["cells"], len(header.header))
    ids = rows["id"].cast(pl.Int32)
    own = layout_of(layout, header)
    entries = unfold_rows if header.profile.unfolds else type_rows
    read = entries(texts, ids, own, header.profile).select(ROW_COLUMNS)
    read = read.filter(pl.any_horizontal(pl.col("received_at", "completed_at").is_not_null()))
    places = rows.select(ids.alias("source_line"), pl.col("district").alias("_d"), pl.col("office").alias("_o"))
    placed = read.join(places, on="source_line", maintain_order="left")
    return placed.with_columns(
        pl.col("_d").alias("district"), pl.col("_o").alias("office"), pl.col("source_line").alias("id")
    ).select("id", *ROW_COLUMNS)


def layout_of(layout: Layout, header: Header) -> Layout:
    """A layout of the same form with another header, of which nobody looked where it has identification numbers."""
    match = match_header(list(header.header), header.profile)
    return replace(layout, profile=header.profile, header=header.header, match=match, persons=())


def day_files(first: int, partial: bool) -> pl.DataFrame:
    """Files that stand for former ones: one for each precision that their columns can have; `FILES_SCHEMA`. They show what the run's show."""
    rows = [(first + at, "", bool(at & 1), bool(at & 2), False, partial) for at in range(4)]
    return pl.DataFrame(rows, schema=FILES_SCHEMA, orient="row")


def judge_former(again: Again, former: pl.DataFrame, replaced: pl.DataFrame) -> tuple[Judged, Judged, pl.DataFrame]:
    """The applications of some rows as they stand and as they stood.

    former: `ROW_COLUMNS`, received_day, completed_day and id. replaced: file_id, line, id: tonight's row in the place of each, where there is one.
    Returns (as they stood, as they stand, eids: id, eid before, eid now).
    """
    stood_keys = former.select(APPLICATION)
    now_rows = again.rows(pl.concat([stood_keys, again.applications(replaced.select("file_id", "line"))]))
    kept = now_rows.join(replaced, on=["file_id", "line"], how="anti")
    first_file = int(again.files.files["file_id"].max() or 0) + 1  # type: ignore[arg-type]
    files = day_files(first_file, bool(again.files.files["partial"].any()))
    narrowed = []
    own = (
        replaced.join(now_rows.select("file_id", "line", "eid"), on=["file_id", "line"])
        .group_by("id")
        .agg(pl.col("eid").min())
    )
    after = int(now_rows["eid"].max() or 0) + 1  # type: ignore[arg-type]
    for at in range(4):
        part = former.filter((pl.col("received_day") == bool(at & 1)) & (pl.col("completed_day") == bool(at & 2)))
        if part.height:
            rows = again.narrow(part.select(ROW_COLUMNS), first_file + at)
            rows = rows.with_columns(
                (pl.int_range(pl.len(), dtype=pl.Int64) + after).alias("eid"), part["id"].alias("id")
            )
            after += len(rows)
            narrowed.append(rows)
    ours = pl.concat(narrowed).join(own, on="id", how="left", suffix=" own")
    # A row that one entry came from keeps its place in the order of the file.
    single = pl.len().over("id") == 1
    ours = ours.with_columns(pl.when(single).then(pl.coalesce("eid own", "eid")).otherwise("eid").alias("eid"))
    stood = pl.concat([kept, ours.select(kept.columns).cast(kept.schema)])
    eids = (
        ours.group_by("id")
        .agg(pl.col("eid").min().alias("before"))
        .join(own.rename({"eid": "now"}), on="id", how="left")
    )
    return again.judge(stood.sort("eid"), files), again.judge(now_rows.sort("eid"), files), eids


def effects(stood: Judged, stand: Judged) -> pl.DataFrame:
    """The steps whose verdict differs between two judgements: `EFFECT`; before or after null where there was none."""
    keys = [*APPLICATION, "home", "key_year", "step"]
    before = stood.verdicts.group_by(keys, maintain_order=True).agg(pl.col("verdict").first())
    after = stand.verdicts.group_by(keys, maintain_order=True).agg(pl.col("verdict").first())
    both = before.join(after, on=keys, how="full", coalesce=True, nulls_equal=True, suffix=" now")
    differ = both.filter(pl.col("verdict").ne_missing(pl.col("verdict now")))
    return differ.rename({"verdict": "before", "verdict now": "after"}).select(*EFFECT).sort(pl.all())
