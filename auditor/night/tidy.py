"""Forgetting what is older than the configuration keeps; what a later audit still needs is kept whatever it says."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor.history.history import History
from auditor.mail.outbox import Outbox
from auditor.night.config import Config
from auditor.night.publish import forget_nights


def tidy(config: Config, as_of: datetime) -> dict[str, int]:
    """What went: reports of old nights, contents of settled letters, rows of the history. The archive is never touched."""
    kept = config.retention
    gone = {"reports": forget_nights(config.folders.reports, as_of.date(), kept.reports_days)}
    if config.database.is_file():
        with History.open(config.database) as history:
            if kept.letters_days:
                edge = as_of - timedelta(days=kept.letters_days)
                gone["letters"] = Outbox(history, config.folders.outbox).forget(edge)
            gone |= history.prune(kept.entries_days, kept.runs_days)
    return gone
