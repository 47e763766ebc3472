"""`auditor reconcile LIST EXPORT...`: a list from elsewhere, held against the journals."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import polars as pl

from auditor.commands import options
from auditor.commands.destinations import refuse_folder
from auditor.engine.audit import Asked
from auditor.engine.reconciling import STATUSES, Reconciliation
from auditor.engine.reconciling import reconcile as hold_against
from auditor.errors import UsageError
from auditor.exports.find import Found, find_exports
from auditor.journal.lists import read_list
from auditor.journal.quarantine import guard_formulas
from auditor.language import Words

COLUMNS = ("status", "district", "office", "application_no", "service", "day", "line", "note")
"""Of reconcile.csv."""
WRITTEN = ("reconcile.csv", "reconcile_by_month.csv")
COUNTED = ("listed", *STATUSES)
FOUND = ("found", "several")
LINES = 20
"""Lines without a number that are named on the screen; the file has all."""
SHOWN = 60
"""Offices and months shown on the screen; the file has all."""


@click.command()
@click.argument("list_file", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False))
@options.exports
@click.option(
    "--list-profile",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="How the columns of LIST are called, as `columns` of a profile.",
)
@options.rules
@options.profile
@options.as_of
@options.covers
@options.offices
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("reports"), show_default=True, help="Folder for the files."
)
@options.language
def reconcile(
    list_file: Path,
    exports: tuple[str, ...],
    list_profile: Path | None,
    rules: Path | None,
    profile_files: tuple[Path, ...],
    as_of: str | None,
    covers: str | None,
    offices_file: Path | None,
    out: Path,
    lang: str,
) -> int:
    """Hold a list from elsewhere (the State Corporation's, the portal's, of complaints) against the journals, by office and month.

    LIST is a table with the numbers of applications, and date, service, office and district where it has them. Exit code 0: nothing is absent
    on either side; 1: something is, or a line of LIST has no number that can be read; 2: usage, or an input refused whole.
    """
    words = Words("reconcile", lang)
    if not list_file.is_file():
        raise UsageError(
            f"{list_file} is no list.", hint="Name a file with the numbers of applications, then the exports."
        )
    rulebook = options.rulebook_at(rules)
    profile = options.profiles_at(profile_files, rulebook.zone)
    register = options.register_at(offices_file, rulebook)
    asked = Asked(
        options.as_of_moment(as_of, rulebook.zone), options.covered_period(covers, profile, rulebook.zone), lang, False
    )
    found = find_exports(exports)
    refuse_folder(out, (), Found.named(list_file, *found.paths), rules, WRITTEN)
    lister = options.profile_at(list_profile, rulebook.zone) if list_profile else None
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            listed, unnumbered, columns = read_list(list_file, lister, rulebook.zone, Path(folder))
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            done = hold_against(listed, found, profile, rulebook, asked, Path(folder), register)
        out.mkdir(parents=True, exist_ok=True)
        unread = pl.DataFrame({"status": "unread", "line": unnumbered}, schema={"status": pl.String, "line": pl.Int64})
        told = pl.concat([done.rows.with_columns(_noted(done.rows, words)), unread], how="diagonal")
        by_month = _by_month(done.rows)
        for table, name in zip((told.select(COLUMNS), by_month), WRITTEN, strict=True):
            guard_formulas(table).write_csv(out / name)
    except OSError as fault:
        raise UsageError(f"{fault.filename or out} cannot be written: {fault.strerror or fault}.") from fault
    _say(done, by_month, words, out)
    missing = [words(f"column.{name}") for name in ("registered_on", "service", "office") if name not in columns]
    if missing:
        click.echo(words("said.without", columns=", ".join(missing)))
    if unnumbered:
        lines = ", ".join(map(str, unnumbered[:LINES])) + (" …" if len(unnumbered) > LINES else "")
        click.echo(words("said.unnumbered", count=len(unnumbered), lines=lines))
    return int(bool(unnumbered) or done.rows["status"].is_in(["absent", "unlisted"]).any())


def _noted(rows: pl.DataFrame, words: Words) -> pl.Series:
    said = [
        words(f"note.{note}", other=other or "") if note else None
        for note, other in rows.select("note", "other").iter_rows()
    ]
    return pl.Series("note", said, dtype=pl.String)


def _by_month(rows: pl.DataFrame) -> pl.DataFrame:
    """district, office, month (YYYY-MM), and how many: listed, and of each status."""
    counted = [
        (pl.col("status") != "unlisted").sum().alias("listed"),
        *((pl.col("status") == status).sum().alias(status) for status in STATUSES),
    ]
    month = pl.col("day").dt.strftime("%Y-%m").alias("month")
    return rows.group_by("district", "office", month).agg(counted).sort("district", "office", "month", nulls_last=True)


def _say(done: Reconciliation, by_month: pl.DataFrame, words: Words, out: Path) -> None:
    heading = [words(f"column.{name}") for name in ("district", "office", "month", *COUNTED)]
    lines = [[str(cell) if cell not in (None, 0) else "-" for cell in row] for row in by_month.head(SHOWN).iter_rows()]
    widths = [max(len(line[i]) for line in [heading, *lines]) for i in range(len(heading))]
    for line in [heading, *lines]:
        click.echo(
            "  ".join(
                cell.ljust(width) if i < 3 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
        )
    if len(by_month) > SHOWN:
        click.echo(words("said.more", count=len(by_month) - SHOWN))
    totals = dict(done.rows.group_by("status").len().iter_rows())
    counts = {status: totals.get(status, 0) for status in STATUSES}
    click.echo(words("said.list", listed=sum(counts.values()) - counts["unlisted"], **counts))
    click.echo(words("said.journals", unlisted=counts["unlisted"], outside=done.outside_list))
    twice = int((done.rows["note"] == "twice").sum())
    if twice:
        click.echo(words("said.twice", count=twice))
    click.echo(words("said.files", rows=out / "reconcile.csv", months=out / "reconcile_by_month.csv"))
