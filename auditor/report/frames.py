"""The frames of an audit in one known shape, and the part of them that belongs to one district.

Everything a page counts is counted here from small frames: the findings, of which there may be a million, are grouped
once and cut to the rows that a page shows; nothing walks over all of them row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from auditor.engine.result import SEVERITIES, Audit, InputFile

TEXT, WHOLE, MOMENT = pl.String(), pl.Int64(), pl.Datetime("us")
Schema = dict[str, pl.DataType]

FINDINGS: Schema = {
    "code": TEXT,
    "severity": TEXT,
    "district": TEXT,
    "office": TEXT,
    "service": TEXT,
    "channel": TEXT,
    "application_no": TEXT,
    "step": TEXT,
    "role": TEXT,
    "employee": TEXT,
    "received_at": MOMENT,
    "completed_at": MOMENT,
    "due_at": MOMENT,
    "limit": pl.Float64(),
    "limit_unit": TEXT,
    "actual": pl.Float64(),
    "excess": pl.Float64(),
    "basis": TEXT,
    "citation": TEXT,
    "message": TEXT,
    "source_file": TEXT,
    "source_line": WHOLE,
    "fingerprint": TEXT,
}
AROUND: Schema = {
    "fingerprint": TEXT,
    "before_step": TEXT,
    "before_at": MOMENT,
    "before_done": pl.Boolean(),
    "after_step": TEXT,
    "after_at": MOMENT,
    "after_done": pl.Boolean(),
}
VERDICTS: Schema = {
    "district": TEXT,
    "office": TEXT,
    "service": TEXT,
    "channel": TEXT,
    "step": TEXT,
    "role": TEXT,
    "verdict": TEXT,
    "reason": TEXT,
    "n": WHOLE,
}
APPLICATIONS: Schema = {"district": TEXT, "office": TEXT, "service": TEXT, "channel": TEXT, "n": WHOLE}
NOT_IN_FORCE: Schema = {
    "service": TEXT,
    "channel": TEXT,
    "since": pl.Date(),
    "until": pl.Date(),
    "district": TEXT,
    "n": WHOLE,
}
COVERAGE: Schema = {"district": TEXT, "office": TEXT, "begins": MOMENT, "ends": MOMENT, "stated": pl.Boolean()}
QUARANTINE: Schema = {
    "source_file": TEXT,
    "source_line": WHOLE,
    "column": TEXT,
    "value": TEXT,
    "reason": TEXT,
    "raw": TEXT,
    "fault": TEXT,
    "delimiter": TEXT,
    "header": TEXT,
    "seal": TEXT,
}
ASIDE: Schema = {**QUARANTINE, "district": TEXT}
"""Quarantined rows as the pages need them: `quarantine.csv`, and the district that a row names, as far as it could be read."""
NOBODYS = ("unknown_district", "unknown_district_near", "office_of_another_district", "not_of_this_folder")
"""Faults (`catalogs/reading.toml`) of rows that are not the district's in whose file they stand, or may not be."""
ELSEWHERE = "elsewhere"
"""The fault of a row that a district's page may count, and of which it may say nothing."""
UNKNOWN_ROLES: Schema = {"district": TEXT, "role": TEXT, "n": WHOLE}
UNKNOWN_OUTCOMES: Schema = {"district": TEXT, "outcome": TEXT, "n": WHOLE}
DEPUTIES: Schema = {"district": TEXT, "role": TEXT, "counts_as": TEXT, "n": WHOLE}
FILE_DISTRICTS: Schema = {"source_file": TEXT, "district": TEXT, "n": WHOLE}
OPEN_WORK: Schema = {
    "district": TEXT,
    "office": TEXT,
    "service": TEXT,
    "channel": TEXT,
    "application_no": TEXT,
    "step": TEXT,
    "role": TEXT,
    "employee": TEXT,
    "begun": pl.Boolean(),
    "received_at": MOMENT,
    "since": MOMENT,
    "due_at": MOMENT,
    "limit": pl.Float64(),
    "limit_unit": TEXT,
    "extended_to": pl.Date(),
    "state": TEXT,
    "reason": TEXT,
    "due_when": TEXT,
    "work_day": pl.Date(),
    "accuses": pl.Boolean(),
    "source_file": TEXT,
    "source_line": WHOLE,
}

FLOWS: Schema = {
    "district": TEXT,
    "service": TEXT,
    "channel": TEXT,
    "step": TEXT,
    "role": TEXT,
    "n": WHOLE,
    "waits": WHOLE,
    "waited": pl.Float64(),
    "waited_median": pl.Float64(),
    "works": WHOLE,
    "worked": pl.Float64(),
    "worked_median": pl.Float64(),
}

LATE = ("T01", "T02")
"""The findings that say by how much a step's limit was exceeded by the office itself."""

OVERRUN_EDGES = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0)
"""How many times the limit was used: where one bar of the distribution ends and the next begins."""

COUNTED_BY = ["district", "office", "service", "channel", "code", "severity"]


def shaped(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The frame with exactly the schema's columns and types, in its order; a column it lacks is null."""
    if not frame.width:
        return pl.DataFrame(schema=schema)
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with empty names of a district or an office as nulls, so that both mean: not known."""
    blank = [name for name in ("district", "office") if name in frame.columns]
    return frame.with_columns(pl.col(name).replace("", None) for name in blank)


@dataclass(frozen=True)
class SharedFile:
    """A file of one district, or of several; `rows` are this district's accepted rows (None: not told)."""

    file: InputFile
    rows: int | None
    shared: bool


@dataclass(frozen=True)
class Part:
    """What one page speaks of: the whole audit (`district` None) or one district of it.

    counts: `COUNTED_BY`, n: findings counted. overruns: district, office, limit_unit, bar (in which bar of `OVERRUN_EDGES` the time used
    falls, null without a limit), n, excess (in limit_unit) of the findings of `LATE`. flows: as the audit's, of this district or of all.
    findings: those a page shows, errors first, at most the cap, each with the columns of `AROUND`.
    The other frames are the audit's own, cut to the district.
    """

    district: str | None
    counts: pl.DataFrame
    overruns: pl.DataFrame
    flows: pl.DataFrame
    findings: pl.DataFrame
    verdicts: pl.DataFrame
    applications: pl.DataFrame
    not_in_force: pl.DataFrame
    coverage: pl.DataFrame
    quarantine: pl.DataFrame
    unknown_roles: pl.DataFrame
    unknown_outcomes: pl.DataFrame
    deputies: pl.DataFrame
    files: tuple[SharedFile, ...]

    @property
    def finding_count(self) -> int:
        return int(self.counts["n"].sum())


@dataclass(frozen=True)
class Parts:
    """The parts of an audit: all of it, and each district by name."""

    oblast: Part
    districts: dict[str, Part]


def parts(audit: Audit, cap: int) -> Parts:
    """Cut the audit's frames once for the oblast and for every district; `cap` findings at most on each."""
    findings = named(shaped(audit.findings, FINDINGS))
    counts = findings.group_by(COUNTED_BY, maintain_order=True).len("n").cast({"n": pl.Int64})
    files = named(shaped(audit.file_districts, FILE_DISTRICTS))
    frames = {
        "counts": counts,
        "overruns": _overruns(findings),
        "verdicts": named(shaped(audit.verdicts, VERDICTS)),
        "applications": named(shaped(audit.applications, APPLICATIONS)),
        "not_in_force": named(shaped(audit.not_in_force, NOT_IN_FORCE)),
        "coverage": named(shaped(audit.coverage, COVERAGE)),
        "unknown_roles": named(shaped(audit.unknown_roles, UNKNOWN_ROLES)),
        "unknown_outcomes": named(shaped(audit.unknown_outcomes, UNKNOWN_OUTCOMES)),
        "deputies": named(shaped(audit.deputies, DEPUTIES)),
    }
    quarantine = named(shaped(audit.quarantine, ASIDE))
    flows = shaped(audit.flows, FLOWS)
    flows_of = _by_district(flows)
    shown = _shown(findings, shaped(audit.around, AROUND), cap)
    oblast = Part(
        district=None,
        findings=shown[0],
        quarantine=quarantine,
        flows=flows.filter(pl.col("district").is_null()),
        files=tuple(SharedFile(file, None, shared=False) for file in audit.inputs),
        **frames,
    )
    cut = {name: _by_district(frame) for name, frame in frames.items()}
    known = sorted({*shown[1], *_by_district(files), *(name for frame in cut.values() for name in frame)})
    districts = {}
    for name in known:
        own = _files_of(name, files, audit.inputs)
        alone = [f.file.path for f in own if not f.shared]
        districts[name] = Part(
            district=name,
            findings=shown[1].get(name, oblast.findings.clear()),
            quarantine=_own_rows(quarantine.filter(pl.col("source_file").is_in(alone)), name),
            flows=flows_of.get(name, flows.clear()),
            files=own,
            **{key: cut[key].get(name, frame.clear()) for key, frame in frames.items()},
        )
    return Parts(oblast, districts)


def _own_rows(quarantine: pl.DataFrame, district: str) -> pl.DataFrame:
    """Quarantined rows of the district's files; of those that are not its own nothing is left but their place."""
    others = pl.col("fault").str.split(" ").list.first().is_in(NOBODYS) | (pl.col("district") != district)
    said = [name for name in ASIDE if name not in ("source_file", "source_line")]
    mark = {"fault": pl.lit(ELSEWHERE)}
    return quarantine.with_columns(
        pl.when(others.fill_null(False)).then(mark.get(name, pl.lit(None))).otherwise(pl.col(name)).alias(name)
        for name in said
    )


def _overruns(findings: pl.DataFrame) -> pl.DataFrame:
    """The excess of late steps by office and unit, and how often each multiple of the limit was used."""
    used = pl.col("actual") / pl.col("limit")
    bar = pl.sum_horizontal(*((used >= edge).cast(pl.Int32) for edge in OVERRUN_EDGES), ignore_nulls=False)
    late = findings.lazy().filter(pl.col("code").is_in(LATE), pl.col("limit_unit").is_not_null())
    by = ["district", "office", "limit_unit", pl.when(pl.col("limit") > 0).then(bar).alias("bar")]
    return late.group_by(by).agg(pl.len().cast(pl.Int64).alias("n"), pl.col("excess").sum()).sort(pl.all()).collect()


def _by_district(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """District to its rows; rows without a district are the oblast's alone."""
    told = frame.filter(pl.col("district").is_not_null())
    return {str(key[0]): part for key, part in told.partition_by("district", as_dict=True).items()}


def _shown(findings: pl.DataFrame, around: pl.DataFrame, cap: int) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """The findings that the oblast page and each district's show: errors first, in report order within a severity.

    Only places and ranks are sorted, and only what is shown is joined, so that a million findings are not copied.
    """
    around = around.unique("fingerprint", keep="first")

    def told(places: pl.Series) -> pl.DataFrame:
        return findings[places].join(around, on="fingerprint", how="left", maintain_order="left")

    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)), default=len(SEVERITIES))
    order = findings.select("district", rank.alias("rank")).with_row_index("place").sort("rank", maintain_order=True)
    own = order.drop_nulls("district").group_by("district", maintain_order=True).head(cap)
    return told(order["place"].head(cap)), _by_district(told(own["place"]))


def _files_of(district: str, files: pl.DataFrame, inputs: tuple[InputFile, ...]) -> tuple[SharedFile, ...]:
    own = files.filter(pl.col("district") == district)
    rows = dict(own.group_by("source_file").agg(pl.col("n").sum()).iter_rows())
    others = set(files.filter(pl.col("district") != district)["source_file"])
    found = []
    for file in inputs:
        if file.path in rows:
            shared = file.path in others
            found.append(SharedFile(file, rows[file.path] if shared else file.rows_accepted, shared))
    return tuple(found)
