"""Open work made by hand, for the office's sheet and the letter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from auditor.report.frames import OPEN_WORK
from report import example

DUE = {
    "overdue": datetime(2019, 1, 30, 18, 30),
    "passed": datetime(2019, 1, 31, 17, 0),
    "today": datetime(2019, 2, 1, 18, 30),
    "week": datetime(2019, 2, 5, 18, 30),
    "later": datetime(2019, 2, 20, 18, 30),
}


def task(when: str, **changed: Any) -> dict[str, Any]:
    """One open step of the example's office in Abai."""
    row: dict[str, Any] = {
        "district": example.ABAI,
        "office": example.ABAI_OFFICE,
        "service": "child_allowance",
        "channel": "provider",
        "application_no": f"ЖТ-{when}",
        "step": "register",
        "role": "provider_chancery",
        "employee": "№ 3",
        "begun": True,
        "received_at": datetime(2019, 1, 29, 9, 5),
        "since": None,
        "due_at": DUE.get(when),
        "limit": 15.0 if when in DUE else None,
        "limit_unit": "minute" if when in DUE else None,
        "extended_to": None,
        "state": when if when in ("overdue", "undetermined") else "open",
        "reason": "no_receipt" if when == "undetermined" else None,
        "due_when": when,
        "work_day": date(2019, 2, 1),
        "accuses": True,
        "source_file": "journals/abai.csv",
        "source_line": 120,
    }
    return {**row, **changed}


def all_kinds() -> pl.DataFrame:
    """One task of each kind in Abai, one not begun, one not the office's alone; one in Temirtau."""
    return example.frame(
        OPEN_WORK,
        *(task(when) for when in (*DUE, "none", "undetermined")),
        task(
            "today",
            application_no="ЖТ-2",
            begun=False,
            employee=None,
            received_at=None,
            since=datetime(2019, 1, 31, 9, 0),
        ),
        task("week", application_no="ЖТ-3", employee=None, accuses=False, extended_to=date(2019, 2, 5)),
        task(
            "overdue",
            district=example.TEMIRTAU,
            office=example.TEMIRTAU_OFFICE,
            application_no="ТМ-1",
            source_file="journals/t.csv",
        ),
    )
