"""What an earlier run found, so that a page can say what got better or worse. The history fills it; a page only subtracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from auditor.report.frames import TEXT, WHOLE, Schema

BEFORE: Schema = {"district": TEXT, "verdict": TEXT, "n": WHOLE}
LIVES: Schema = {"district": TEXT, "life": TEXT, "n": WHOLE}
NEW, STANDING, GONE = "new", "standing", "gone"


@dataclass(frozen=True)
class Trend:
    """An earlier run to compare with.

    as_of: when that run was made. verdicts: `BEFORE`: its steps by verdict. lives: `LIVES`: findings (J07 and what is only for the
    record too) that this run has and that one had not (`new`), that both have (`standing`), and that only that one had (`gone`).
    A finding without a district has null there. Either frame may have several rows of one key; they are added up.
    """

    as_of: datetime
    verdicts: pl.DataFrame
    lives: pl.DataFrame
