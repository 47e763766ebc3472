"""What registers say beside the journals: excused findings, counted apart with both rates, and changes that a document explains."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from auditor.journal.persons import mask
from auditor.report.figures import Shown, Tally
from auditor.report.past import Past
from auditor.report.wording import DASH, Wording

MOST_ROWS = 500


@dataclass(frozen=True)
class Paper:
    """An entry of a register: its number and day, who signed it, why, and how many findings of the page it speaks for."""

    number: str
    dated: str
    signed_by: str
    reason: str
    until: str
    n: int


@dataclass(frozen=True)
class Correction:
    """A change that a document explains."""

    application: str
    office: str
    change: str
    number: str
    dated: str
    signed_by: str
    reason: str


@dataclass(frozen=True)
class Idle:
    """An entry of a register that explains nothing, or has expired. register: `excuses` or `corrections`; why: `unused` or `expired`."""

    register: str
    why: str
    number: str
    signed_by: str


@dataclass(frozen=True)
class Explained:
    """What a page tells of both registers. rate: the share in time; rest: the same without what is excused."""

    excused: int
    rate: str
    rest: str
    papers: Shown[Paper]
    corrections: Shown[Correction]
    idle: tuple[Idle, ...]


def explained(past: Past | None, district: str | None, tally: Tally, wording: Wording) -> Explained | None:
    """Of the whole or of one district; None where the registers say nothing. Entries that explain nothing are the oblast's alone."""
    if past is None:
        return None
    own = pl.lit(value=True) if district is None else pl.col("district") == district
    excused, documented = past.excused.filter(own), past.documented.filter(own)
    idle = past.idle if district is None else past.idle.clear()
    if excused.is_empty() and documented.is_empty() and idle.is_empty():
        return None
    spared = int(excused["spared"].fill_null(value=False).sum())
    by = ["number", "dated", "signed_by", "reason", "until"]
    papers = excused.group_by(by, maintain_order=True).len("n").sort("n", "number", descending=[True, False])
    return Explained(
        excused=excused.height,
        rate=wording.share(tally.met, tally.timed),
        rest=wording.share(tally.met, tally.timed - spared),
        papers=Shown.first(
            [
                Paper(_said(number), wording.day(dated), _said(signed), _said(reason), wording.day(until), n)
                for number, dated, signed, reason, until, n in papers.iter_rows()
            ],
            MOST_ROWS,
        ),
        corrections=Shown.first(
            [
                Correction(
                    row["application_no"] or DASH,
                    row["office"] or DASH,
                    row["message"] or DASH,
                    _said(row["number"]),
                    wording.day(row["dated"]),
                    _said(row["signed_by"]),
                    _said(row["reason"]),
                )
                for row in documented.iter_rows(named=True)
            ],
            MOST_ROWS,
        ),
        idle=tuple(
            Idle(row["register"], row["why"], _said(row["number"]), _said(row["signed_by"]))
            for row in idle.head(MOST_ROWS).iter_rows(named=True)
        ),
    )


def _said(text: str | None) -> str:
    return mask(text) if text else DASH
