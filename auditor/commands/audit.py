"""`auditor audit EXPORT...`: judge exports and write the reports."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click
import polars as pl

from auditor.commands import options
from auditor.commands.destinations import REPORT, refuse_folder
from auditor.commands.lines import say_doubts, say_lines, say_other_mail
from auditor.engine.audit import Asked, working_folder
from auditor.engine.audit import audit as run_audit
from auditor.engine.result import SEVERITIES, Audit
from auditor.errors import UsageError
from auditor.exports.find import find_exports
from auditor.history.answers import of_corrections, of_excuses
from auditor.history.corrections import Corrections
from auditor.history.excuses import Excuses
from auditor.history.history import History
from auditor.history.memory import Remembering
from auditor.history.past import past_of
from auditor.history.runs import adding
from auditor.language import Words
from auditor.report.write import write_reports

FAIL_ON = (*SEVERITIES, "never")


class _Bar:
    """A line of progress on stderr, where that is a terminal."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._shown = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, whole: int) -> None:
        if self._shown:
            share = done / whole if whole else 1.0
            filled = "█" * round(share * 30)
            click.echo(f"\r{self._words(f'stage.{stage}'):<14}{filled:<30} {share:4.0%}", nl=False, err=True)

    def end(self) -> None:
        """Clear the line."""
        if self._shown:
            click.echo("\r" + " " * 60 + "\r", nl=False, err=True)


@click.command()
@options.exports
@options.rules
@options.profile
@options.as_of
@options.covers
@options.offices
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("reports"), show_default=True, help="Folder for the reports."
)
@options.language
@options.show_names
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Add the run to the history in this DuckDB file, made where missing.",
)
@click.option(
    "--corrections",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Register of documented corrections: changes that are no J07.",
)
@click.option(
    "--excuses",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Register of excuses: findings that are counted apart.",
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    default="error",
    show_default=True,
    help="Exit code 1 at this severity or above.",
)
def audit(
    exports: tuple[str, ...],
    rules: Path | None,
    profile_files: tuple[Path, ...],
    as_of: str | None,
    covers: str | None,
    offices_file: Path | None,
    out: Path,
    lang: str,
    show_names: bool,
    store: Path | None,
    corrections: Path | None,
    excuses: Path | None,
    fail_on: str,
) -> int:
    """Judge exports and write the reports.

    EXPORT is a file, a folder (searched through) or a glob. Exit code 0: done, nothing at or above --fail-on; 1: findings; 2: usage, or
    an input refused whole; 3: rules or calendar invalid.
    """
    words = Words("audit", lang)
    rulebook = options.rulebook_at(rules)
    profile = options.profiles_at(profile_files, rulebook.zone, rules)
    register = options.register_at(offices_file, rulebook)
    moment = options.as_of_moment(as_of, rulebook.zone)
    asked = Asked(moment, options.covered_period(covers, profile, rulebook.zone), lang, show_names)
    documented = Corrections.read(corrections) if corrections else Corrections()
    answered = Excuses.read(excuses) if excuses else Excuses()
    found = find_exports(exports)
    refuse_folder(out, exports, found, rules, REPORT)
    bar = _Bar(words)
    try:
        with ExitStack() as open_till_the_end:
            history = open_till_the_end.enter_context(History.open(store)) if store else None
            folder = open_till_the_end.enter_context(working_folder(out / ".work"))
            memory = None
            if history:
                memory = Remembering(history, profile, moment, folder / "sent", documented, show_names)
            result = run_audit(found, profile, rulebook, asked, folder, bar, register, memory)
            bar.end()
            excused = answered.of(result.findings, moment)
            # The run is stored once its reports stand: both or neither.
            past = None
            if history:
                added = open_till_the_end.enter_context(adding(history, result, memory, excused))
                past = past_of(history, added, result, rulebook, answered, excused, documented, memory)
            write_reports(result, rulebook, out, past)
    except OSError as fault:
        raise UsageError(
            f"{fault.filename or out} cannot be written: {fault.strerror or fault}.",
            hint="Name another folder with --out, or free space there.",
        ) from fault
    _say(
        result,
        words,
        out,
        [*of_excuses(result, answered, excused, words), *of_corrections(documented, memory, words)],
    )
    return _exit_code(result, excused, fail_on)


def _say(result: Audit, words: Words, out: Path, registers: list[str]) -> None:
    say_doubts(((f.path, ((d.doubtful, d.evidence) for d in f.reading)) for f in result.inputs), result.language)
    say_lines(((f.path, f.lines) for f in result.inputs), result.language)
    say_other_mail(((f.path, f.rows_of_other_mail) for f in result.inputs), result.language)
    verdicts = result.verdict_totals()
    by_severity = dict(result.findings.group_by("severity").len().iter_rows())
    for line in result.remarks:
        click.echo(line)
    click.echo(
        words(
            "said.applications", applications=result.application_count, entries=result.entries, files=len(result.inputs)
        )
    )
    click.echo(words("said.verdicts", **verdicts))
    click.echo(words("said.findings", **{name: by_severity.get(name, 0) for name in SEVERITIES}))
    for line in registers:
        click.echo(line)
    click.echo(words("said.report", page=out / "index.html"))
    click.echo(
        words("said.rows", read=result.rows_read, accepted=result.rows_accepted, quarantined=result.rows_quarantined)
    )


def _exit_code(result: Audit, excused: pl.DataFrame, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    left = result.findings.filter(pl.col("severity").is_in(counted)).join(excused, on="fingerprint", how="anti")
    return int(not left.is_empty())
