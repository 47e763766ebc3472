"""`auditor history`: ask a history of runs, hand it replies, make it smaller."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import polars as pl

from auditor.commands import options
from auditor.commands.phrases import as_table
from auditor.history import asking
from auditor.history.history import History, compact
from auditor.history.replies import keep_replies, known_fingerprints, read_replies
from auditor.language import Words
from auditor.report.wording import DASH

store = click.option(
    "--store", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="The history."
)
form = click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True, help="How to tell it."
)


@click.group()
def history() -> None:
    """Ask a history of runs (`auditor audit --store FILE`), or look after it."""


@history.command()
@store
@form
@options.language
def runs(store: Path, form: str, lang: str) -> int:
    """List the runs."""
    with History.open(store, make=False) as opened:
        _tell(asking.runs(opened), form, lang)
    return 0


@history.command()
@click.argument("name", required=False)
@store
@form
@options.language
def district(name: str | None, store: Path, form: str, lang: str) -> int:
    """Tell a district over time, or all of them: verdicts, findings, the share in time."""
    with History.open(store, make=False) as opened:
        _tell(asking.over_time(opened, name), form, lang)
    return 0


@history.command()
@click.argument("fingerprint")
@store
@form
@options.language
def finding(fingerprint: str, store: Path, form: str, lang: str) -> int:
    """Tell the life of a finding: each change of its state, and what its office replied."""
    with History.open(store, make=False) as opened:
        told = asking.life(opened, fingerprint)
    words = Words("history", lang)
    if form == "json":
        whole = {**told.finding, "events": _plain(told.events), "replies": _plain(told.replies)}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2, default=str))
        return 0
    place = [told.finding[key] for key in ("code", "district", "office", "application_no", "step")]
    click.echo(" · ".join(str(each) for each in place if each is not None))
    click.echo(told.finding["message"] or "")
    click.echo(words("now", state=words(f"state.{told.finding['state']}")) + "\n")
    _tell(told.events, form, lang)
    if told.replies.height:
        click.echo()
        _tell(told.replies, form, lang)
    return 0


@history.command()
@click.option("--since", type=int, metavar="RUN", help="The earlier run; the one before without it.")
@click.option("--until", type=int, metavar="RUN", help="The later run; the last without it.")
@store
@form
@options.language
def changes(since: int | None, until: int | None, store: Path, form: str, lang: str) -> int:
    """Tell what changed between two runs: the findings that only one of them has."""
    with History.open(store, make=False) as opened:
        former, later, frame = asking.between(opened, since, until)
    if form == "table":
        words = Words("history", lang)
        counts = dict(frame.group_by("change").len().iter_rows())
        click.echo(
            words(
                "between",
                former=former,
                later=later,
                new=counts.get("only_later", 0),
                gone=counts.get("only_former", 0),
            )
        )
    _tell(frame, form, lang)
    return 0


@history.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@store
@options.language
def replies(files: tuple[Path, ...], store: Path, lang: str) -> int:
    """Take the replies of offices from workbooks that came back.

    Exit code 0: every row was taken or empty; 1: some row could not be taken, the others were; 2: usage, or a file refused whole.
    """
    words = Words("history", lang)
    faulty = False
    with History.open(store, make=False) as opened:
        known = known_fingerprints(opened)
        read = [(file, read_replies(file, known)) for file in files]
        for file, told in read:
            keep_replies(opened, file.name, told.replies)
            for fault in told.faults:
                said = words(f"reply.{fault.wrong}", column=fault.column, value=fault.value)
                click.echo(f"{file}:{fault.line}: {said}")
            faulty |= bool(told.faults)
            lines = len({fault.line for fault in told.faults})
            click.echo(words("reply.taken", file=file, n=told.replies.height, faulty=lines, empty=told.empty))
    return int(faulty)


@history.command()
@click.option(
    "--keep-entries", type=click.IntRange(0), default=0, metavar="DAYS", help="Former versions of entries; 0: all."
)
@click.option(
    "--keep-runs", type=click.IntRange(0), default=0, metavar="DAYS", help="Inputs and ended findings; 0: all."
)
@store
@options.language
def prune(keep_entries: int, keep_runs: int, store: Path, lang: str) -> int:
    """Forget what is older than so many days before the last run, and write the file anew without its room."""
    with History.open(store, make=False) as opened:
        forgotten = opened.prune(keep_entries, keep_runs)
    compact(store)
    click.echo(Words("history", lang)("pruned", n=sum(forgotten.values()), file=store))
    return 0


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S"), pl.col(pl.Date).cast(pl.String)
    ).to_dicts()


def _tell(frame: pl.DataFrame, form: str, lang: str) -> None:
    rows = _plain(frame)
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    words = Words("history", lang)
    cells = [[_cell(name, value, words) for name, value in row.items()] for row in rows]
    click.echo(as_table([words(f"column.{name}") for name in frame.columns], cells))


def _cell(name: str, value: Any, words: Words) -> str:
    if value is None:
        return DASH
    if name == "in_time":
        return f"{value:.1%}"
    if name in ("state", "change"):
        return words(f"{name}.{value}")
    if isinstance(value, bool):
        return words("yes" if value else "no")
    return str(value)
