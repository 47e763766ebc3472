"""`audit.json`: the audit in figures, for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import polars as pl

from auditor import __version__
from auditor.engine.result import Audit, InputFile
from auditor.journal.persons import mask
from auditor.report.frames import (
    COVERAGE,
    DEPUTIES,
    NOT_IN_FORCE,
    UNKNOWN_OUTCOMES,
    UNKNOWN_ROLES,
    VERDICTS,
    Schema,
    named,
    shaped,
)
from auditor.report.past import Past


def summary(audit: Audit, past: Past | None = None) -> str:
    """The text of `audit.json`. The first eleven keys are promised; what follows them may grow. Without a history `explained` is null."""
    told: dict[str, Any] = {
        "rows_read": audit.rows_read,
        "rows_accepted": audit.rows_accepted,
        "rows_quarantined": audit.rows_quarantined,
        "applications": audit.application_count,
        "entries": audit.entries,
        "verdicts": audit.verdict_totals(),
        "findings": audit.finding_totals(),
        "as_of": _moment(audit.as_of),
        "rules_sha256": audit.rules_sha256,
        "calendar_sha256": audit.calendar_sha256,
        "inputs": [_input(file) for file in audit.inputs],
        "offices_sha256": audit.offices_sha256,
        "rules_id": audit.rules_id,
        "covers": [_moment(audit.covers[0]), _moment(audit.covers[1])],
        "left_out": audit.left_out,
        "undetermined": _reasons(audit.verdicts),
        "not_in_force": _records(audit.not_in_force, NOT_IN_FORCE),
        "unknown_roles": _records(audit.unknown_roles, UNKNOWN_ROLES),
        "unknown_outcomes": _records(audit.unknown_outcomes, UNKNOWN_OUTCOMES),
        "deputies": _records(audit.deputies, DEPUTIES),
        "coverage": _records(audit.coverage, COVERAGE),
        "remarks": list(audit.remarks),
        "possible_links": _plain(audit.possible_links),
        "clock_differences": _plain(audit.clock_differences),
        "passed_over": [{"path": told.path, "why": told.why} for told in audit.passed_over],
        "explained": _explained(audit, past) if past else None,
        "language": audit.language,
        "names_shown": audit.names_shown,
        "auditor_version": __version__,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _explained(audit: Audit, past: Past) -> dict[str, Any]:
    """What registers say beside the journals: shares of the decided steps, with and without what is excused."""
    verdicts = audit.verdict_totals()
    decided = verdicts["met"] + verdicts["late"] + verdicts["overdue"]
    spared = int(past.excused["spared"].fill_null(value=False).sum())
    return {
        "excused_findings": past.excused.height,
        "in_time": verdicts["met"] / decided if decided else None,
        "in_time_without_excused": verdicts["met"] / (decided - spared) if decided > spared else None,
        "documented_changes": past.documented.height,
        "idle": [{key: mask(str(row[key])) for key in ("register", "why", "number")} for row in past.idle.to_dicts()],
    }


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{key: _moment(value) for key, value in row.items()} for row in frame.iter_rows(named=True)]


def _input(file: InputFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "rows": file.rows_read,
        "rows_accepted": file.rows_accepted,
        "rows_quarantined": file.rows_quarantined,
        "rows_of_other_mail": file.rows_of_other_mail,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "lines": file.lines,
        "persons": list(file.persons),
        "reading": [asdict(each) for each in file.reading],
    }


def _reasons(verdicts: pl.DataFrame) -> dict[str, int]:
    told = shaped(verdicts, VERDICTS).filter(pl.col("verdict") == "undetermined")
    counted = told.group_by(pl.col("reason").fill_null("")).agg(pl.col("n").sum()).sort("reason")
    return dict(counted.iter_rows())


def _records(frame: pl.DataFrame, schema: Schema) -> list[dict[str, Any]]:
    """The rows as objects, without the columns that the audit does not tell."""
    rows = named(shaped(frame, schema))
    kept = [c for c in rows.columns if c in frame.columns]
    return [{key: _moment(value) for key, value in row.items()} for row in rows.select(kept).iter_rows(named=True)]


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value
