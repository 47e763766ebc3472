"""Small exports for the tests of reading."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from auditor.exports.source import Source
from auditor.journal.layout import Layout, survey
from auditor.journal.profile import Profile
from auditor.journal.reading import FileSummary, read_source

HEADER = (
    "district", "office", "application_no", "service", "channel", "step", "role", "employee", "received_at",
    "completed_at", "entry_no", "outcome", "registered_by", "registered_on", "extended_to", "note",
)  # fmt: skip


def good_row(number: int, note: str = "") -> list[str]:
    """A row that is to be accepted; `number` is its application."""
    return [
        "Абай ауданы", "Бөлім", f"N-{number}", "home_care", "provider", "registration", "provider_chancery", "Қызметкер",
        f"2018-03-05 10:{number % 60:02}:00", "", str(number), "", "", "2018-03-05", "", note,
    ]  # fmt: skip


def as_csv(rows: list[list[str]], line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL, delimiter: str = ",") -> str:
    """Header and rows as the csv module writes them."""
    records = []
    for row in [HEADER, *rows]:
        out = io.StringIO()
        # The module quotes a lone CR only where CR is part of its line end.
        csv.writer(out, lineterminator="\r\n", quoting=quoting, delimiter=delimiter).writerow(row)  # type: ignore[arg-type]
        records.append(out.getvalue().removesuffix("\r\n") + line_end)
    return "".join(records)


@dataclass
class Whole:
    """All batches of a file together."""

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    sent: pl.DataFrame
    summary: FileSummary
    layout: Layout

    @property
    def numbers(self) -> list[str]:
        """The application numbers accepted, in the order of the file."""
        return self.rows["application_no"].to_list()

    @property
    def reasons(self) -> dict[int, str]:
        """Line to reason."""
        return dict(zip(self.quarantined["source_line"], self.quarantined["reason"], strict=True))


def read(folder: Path, data: str | bytes, profile: Profile | None = None) -> Whole:
    """Write an export, read it whole, and hold the identity."""
    path = folder / "export.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reading = read_source(survey(Source(path, path.as_posix()), profile or Profile.canonical()), keep_sent=True)
    batches = list(reading)
    summary = reading.summary
    if not batches:
        return Whole(
            pl.DataFrame({"application_no": []}),
            pl.DataFrame({"source_line": [], "reason": []}),
            pl.DataFrame(),
            summary,
            reading.layout,
        )
    rows = pl.concat([batch.rows for batch in batches])
    quarantined = pl.concat([batch.quarantined for batch in batches])
    sent = pl.concat([batch.sent for batch in batches if batch.sent is not None])
    assert summary.rows_read == summary.rows_accepted + summary.rows_quarantined
    assert summary.rows_quarantined == len(quarantined)
    assert summary.rows_accepted == len(sent)
    if profile is None or not profile.unfolds:
        assert sent["source_line"].to_list() == rows["source_line"].to_list()
    else:
        assert set(rows["source_line"]) <= set(sent["source_line"])
    return Whole(rows, quarantined, sent, summary, reading.layout)
