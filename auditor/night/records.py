"""What the history keeps of a night beside its run: which night it was, and the figures that STATUS.html shows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from auditor.engine.result import Audit
from auditor.history.history import History
from auditor.history.schema import first
from auditor.night.told import Figures


@dataclass(frozen=True)
class Record:
    """A night in the history: its run, its key, the folder of its report, its figures, districts whose letter nobody gets,
    and what the registers of excuses and corrections came to."""

    run: int
    key: str
    folder: str
    figures: Figures
    unaddressed: tuple[str, ...]
    answers: tuple[str, ...]

    @staticmethod
    def of(
        run: int, key: str, folder: str, audit: Audit, fresh: int, unaddressed: list[str], answers: tuple[str, ...]
    ) -> Record:
        found = dict(audit.findings.group_by("severity").len().iter_rows())
        figures = Figures(
            rows_read=audit.rows_read,
            rows_accepted=audit.rows_accepted,
            rows_quarantined=audit.rows_quarantined,
            applications=audit.application_count,
            error=int(found.get("error", 0)),
            warning=int(found.get("warning", 0)),
            info=int(found.get("info", 0)),
            fresh=fresh,
        )
        return Record(run, key, folder, figures, tuple(unaddressed), answers)


def keep_record(history: History, record: Record) -> None:
    """Within the transaction of the run."""
    told = json.dumps(
        {"figures": asdict(record.figures), "unaddressed": record.unaddressed, "answers": record.answers},
        ensure_ascii=False,
    )
    history.con.execute("INSERT INTO night VALUES (?, ?, ?, ?)", [record.run, record.key, record.folder, told])


def find_record(history: History, key: str) -> Record | None:
    """The night of that key, None where it is not in the history."""
    found = first(history.con, "SELECT run, folder, told FROM night WHERE key = ? ORDER BY run", [key])
    if found is None:
        return None
    told = json.loads(found[2])
    return Record(
        int(found[0]),
        key,
        str(found[1]),
        Figures(**told["figures"]),
        tuple(told["unaddressed"]),
        tuple(told["answers"]),
    )
