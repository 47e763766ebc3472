"""What a history knows beside one audit, as the pages and `audit.json` need it. The history fills it; a report only sums and draws."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from auditor.report.frames import MOMENT, TEXT, WHOLE, Schema
from auditor.report.trend import Trend

DAY = pl.Date()

NIGHTS: Schema = {
    "day": DAY,
    "as_of": MOMENT,
    "district": TEXT,
    "met": WHOLE,
    "decided": WHOLE,
    "spared": WHOLE,
    "errors": WHOLE,
    "warnings": WHOLE,
    "fresh": WHOLE,
    "excused": WHOLE,
}
"""One row a day and district, oldest day first. as_of: of that day's last run. decided: met, late and overdue steps; spared: of the late
and overdue ones those that an excuse speaks for, so that met / decided and met / (decided - spared) are both rates. errors, warnings,
fresh (new or returned) and excused: findings, of a district; those that have none (P03) stand under a district that is null."""
EXCUSED: Schema = {
    "fingerprint": TEXT,
    "district": TEXT,
    "office": TEXT,
    "code": TEXT,
    "application_no": TEXT,
    "step": TEXT,
    "spared": pl.Boolean(),
    "number": TEXT,
    "dated": DAY,
    "signed_by": TEXT,
    "reason": TEXT,
    "until": DAY,
}
"""One row an excused finding. spared: it is of a late or overdue step, which the second rate leaves out."""
DOCUMENTED: Schema = {
    "district": TEXT,
    "office": TEXT,
    "application_no": TEXT,
    "service": TEXT,
    "channel": TEXT,
    "step": TEXT,
    "kind": TEXT,
    "before_night": MOMENT,
    "after_night": MOMENT,
    "message": TEXT,
    "number": TEXT,
    "dated": DAY,
    "signed_by": TEXT,
    "reason": TEXT,
}
"""One row an entry that changed (`changed`) or is gone (`gone`) and of which a document says why: no J07. message: what it says of itself."""
IDLE: Schema = {
    "register": TEXT,
    "why": TEXT,
    "number": TEXT,
    "dated": DAY,
    "signed_by": TEXT,
    "reason": TEXT,
    "until": DAY,
}
"""One row an entry of a register (`excuses` or `corrections`) that speaks for nothing (`unused`) or has expired (`expired`)."""
STATES: Schema = {"fingerprint": TEXT, "state": TEXT, "since": MOMENT, "first": MOMENT}
"""One row a finding of this audit: `new`, `open`, `returned` or `excused`, since which night, and which night found it first."""
ANSWERED: Schema = {
    "fingerprint": TEXT,
    "reply": TEXT,
    "document_no": TEXT,
    "document_date": DAY,
    "period_from": DAY,
    "period_to": DAY,
    "comment": TEXT,
}
"""One row a finding of this audit that its office replied to: the latest reply."""


def _empty(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class Past:
    """What a history knows beside an audit. trend: the run before, None for a first one. nights: `NIGHTS`, the 365 days to this run's
    day, this run among them. excused: `EXCUSED`; documented: `DOCUMENTED`; idle: `IDLE`; states: `STATES`; replies: `ANSWERED`."""

    trend: Trend | None = None
    nights: pl.DataFrame = field(default_factory=lambda: _empty(NIGHTS))
    excused: pl.DataFrame = field(default_factory=lambda: _empty(EXCUSED))
    documented: pl.DataFrame = field(default_factory=lambda: _empty(DOCUMENTED))
    idle: pl.DataFrame = field(default_factory=lambda: _empty(IDLE))
    states: pl.DataFrame = field(default_factory=lambda: _empty(STATES))
    replies: pl.DataFrame = field(default_factory=lambda: _empty(ANSWERED))
