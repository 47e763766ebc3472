"""`auditor check EXPORT...`: which rows would be quarantined, and why."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from auditor.commands import options
from auditor.commands.lines import say_doubts, say_lines, say_other_mail
from auditor.engine.audit import decided
from auditor.exports.find import find_exports, said_of
from auditor.exports.opening import open_exports
from auditor.journal.layout import Layout
from auditor.journal.offices import Register
from auditor.journal.persons import mask
from auditor.journal.profile import ZONE
from auditor.journal.quarantine import sentence
from auditor.journal.reading import FileSummary, read_source
from auditor.journal.surveying import survey_exports
from auditor.language import Words

SHOWN = 200
"""Rows shown of one file; the rest is counted."""


@click.command()
@click.argument("exports", nargs=-1, required=True, metavar="EXPORT...")
@options.profile
@options.offices
@options.rules
@options.language
def check(
    exports: tuple[str, ...], profile_files: tuple[Path, ...], offices_file: Path | None, rules: Path | None, lang: str
) -> int:
    """Say which rows would be quarantined, and why.

    EXPORT is a file, a folder (searched through) or a glob. Exit code 1 if a row would be quarantined or a part of a file can't be
    read, 0 if all is well, 2 if a file can't be read at all.
    """
    profile = options.profiles_at(profile_files, ZONE, rules)
    register = options.register_at(offices_file, options.rulebook_at(rules)) if offices_file else None
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        surveyed = survey_exports(open_exports(find_exports(exports), Path(folder)), profile, register)
        for line in said_of(surveyed.passed_over, lang):
            click.echo(line)
        torn = any(told.why == "unread" for told in surveyed.passed_over)
        return _check(surveyed.layouts, register, lang) or int(torn)


def _check(layouts: list[Layout], register: Register | None, lang: str) -> int:
    words = Words("reading", lang)
    summaries: list[FileSummary] = []
    for layout in layouts:
        reading = read_source(layout, register)
        said: list[str] = []
        for batch in reading:
            for fault in batch.quarantined.head(SHOWN - len(said)).iter_rows(named=True):
                line = words(
                    "check.row", file=layout.label, line=fault["source_line"], said=mask(sentence(words, fault))
                )
                said.append(line)
        summary = reading.summary
        click.echo(
            words(
                "check.file",
                file=layout.label,
                read=summary.rows_read,
                accepted=summary.rows_accepted,
                quarantined=summary.rows_quarantined,
            )
        )
        for line in said:
            click.echo(line)
        if summary.rows_quarantined > len(said):
            click.echo(words("check.more", count=summary.rows_quarantined - len(said)))
        summaries.append(summary)
    say_doubts(((s.label, ((d.doubtful, d.evidence) for d in decided(s.decisions, lang))) for s in summaries), lang)
    say_lines(((s.label, asdict(s.lines)) for s in summaries), lang)
    say_other_mail(((s.label, s.rows_of_other_mail) for s in summaries), lang)
    read, accepted = sum(s.rows_read for s in summaries), sum(s.rows_accepted for s in summaries)
    quarantined = read - accepted
    click.echo(words("check.total", files=len(layouts), read=read, accepted=accepted, quarantined=quarantined))
    return 1 if quarantined else 0
