"""The engine run on entries in memory, answering in the reference's words, so that both can be compared."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from auditor.engine import findings, worktime
from auditor.engine.judge import FILES_SCHEMA, MENTIONS_SCHEMA, Files, Question, judge
from auditor.engine.ownoffices import Offices
from auditor.engine.staging import Staging
from auditor.law.types import Rulebook
from reference.model import Entry, Found, Judgement, Verdict

ROWS = {
    "source_line": pl.Int32,
    **dict.fromkeys(
        ("district", "office", "application_no", "service", "channel", "step", "role", "employee"), pl.String
    ),
    "entry_no": pl.String,
    "outcome": pl.String,
    "registered_by": pl.String,
    "received_at": pl.Datetime("us"),
    "received_bare": pl.Boolean,
    "completed_at": pl.Datetime("us"),
    "completed_bare": pl.Boolean,
    "registered_on": pl.Date,
    "extended_to": pl.Date,
    "extra_hash": pl.UInt64,
    "person": pl.UInt64,
    "unseen": pl.Int8,
}


def run_engine(*arguments: Any, **options: Any) -> Judgement:
    """What `judged` finds and decides, whatever the district."""
    found, verdicts = judged(*arguments, **options)
    decided: Counter[Verdict] = Counter()
    for (_, *verdict), n in verdicts.items():
        decided[tuple(verdict)] += n
    return Judgement(found, decided)


def judged(
    entries: list[Entry],
    rulebook: Rulebook,
    as_of: datetime,
    covers: tuple[datetime | None, datetime | None] = (None, None),
    quarantined: list[tuple[str, str | None, str | None, str]] = (),
    numbering: tuple[bool, bool] | None = None,
    buckets: int = 1,
    every_clock: bool = False,
    offices: Offices | None = None,
    layouts: dict[str, tuple[str, ...]] | None = None,
) -> tuple[list[Found], Counter[tuple[str, ...]]]:
    """The findings, and how many verdicts of each kind: district, service, channel, step, verdict, reason."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        staging = Staging(folder, 1, rulebook.vocabulary)
        staging.buckets = buckets
        paths = sorted({e.source_file for e in entries} | {q[0] for q in quarantined})
        files = []
        for file_id, path in enumerate(paths):
            mine = [e for e in entries if e.source_file == path]
            staging.add(pl.DataFrame([_row(e) for e in mine], schema=ROWS), file_id)
            damaged = any(q[0] == path for q in quarantined)
            files.append(
                (
                    file_id,
                    path,
                    _whole_days(mine, "received"),
                    _whole_days(mine, "completed"),
                    damaged,
                    path in (layouts or {}),
                )
            )
        staging.close()
        ids = {path: i for i, path in enumerate(paths)}
        mentions = [(ids[path], district, office, number, None, None) for path, district, office, number in quarantined]
        question = Question(
            as_of, covers, numbering[1] if numbering and numbering[0] else None, every_clock, offices or {}
        )
        known = Files(
            pl.DataFrame(files, schema=FILES_SCHEMA, orient="row"),
            pl.DataFrame(mentions, schema=MENTIONS_SCHEMA, orient="row"),
            tuple(
                (ids[path], tuple((word, None) for word in words))
                for path, words in (layouts or {}).items()
                if path in ids
            ),
        )
        judgement = judge(staging, known, rulebook, question, folder)
        try:
            found = [_found(row) for row in findings.shown(judgement.con).iter_rows(named=True)]
            verdicts = Counter({tuple(row[:6]): row[6] for row in judgement.table(VERDICTS).iter_rows()})
        finally:
            judgement.close()
    return found, verdicts


_day_tables = worktime.day_tables
_known: dict[tuple[int, ...], tuple[object, object]] = {}


def _remembered(calendars):
    """The tables of calendars, made once: they are half the cost of judging a small journal."""
    key = tuple(id(calendar) for calendar in calendars.values())
    if key not in _known:
        _known[key] = (calendars, _day_tables(calendars))
    return _known[key][1]


worktime.day_tables = _remembered

VERDICTS = """
SELECT d.text, p.service, p.channel, coalesce(r.step, w.step_text) AS step, v.verdict, v.reason, sum(v.n)::BIGINT
FROM verdict_count v JOIN pair p USING (pair_id) LEFT JOIN rule_step r USING (sid) LEFT JOIN word w USING (word_key)
JOIN spelled_district d ON d.code = v.office_key >> 32 GROUP BY ALL
"""


def _row(entry: Entry) -> dict[str, object]:
    row = {name: getattr(entry, name, None) for name in ROWS}
    row |= {name: " ".join(text.split()) for name, text in row.items() if isinstance(text, str)}  # as the reader does
    row["extra_hash"] = hash(entry.extra) & (2**64 - 1)
    return row


def _whole_days(entries: list[Entry], which: str) -> bool:
    moments = [m for e in entries if (m := getattr(e, f"{which}_at")) is not None]
    return bool(moments) and all((m.hour, m.minute, m.second, m.microsecond) == (0, 0, 0, 0) for m in moments)


def _found(row: dict[str, object]) -> Found:
    values = {name: row[name] for name in Found.__dataclass_fields__}
    values["limit"] = None if row["limit"] is None else int(row["limit"])
    for name in ("actual", "excess"):
        values[name] = None if row[name] is None else round(row[name], 2)
    return Found(**values)
