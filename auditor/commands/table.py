"""`auditor table 16|17 --month YYYY-MM EXPORT...`: the two monthly tables of the rules of documentation, as XLSX."""

from __future__ import annotations

import calendar
import re
import tempfile
from datetime import date, datetime
from pathlib import Path

import click

from auditor.commands import options
from auditor.commands.destinations import refuse_file
from auditor.engine.audit import Asked
from auditor.engine.casebook import casebook
from auditor.errors import UsageError
from auditor.exports.find import find_exports, said_of
from auditor.language import Words
from auditor.report.tables import Month, count, table_book


@click.command()
@click.argument("number", type=click.Choice(["16", "17"]), metavar="16|17")
@options.exports
@click.option("--month", required=True, metavar="YYYY-MM", help="The month that the table is of.")
@options.rules
@options.profile
@options.as_of
@options.covers
@options.offices
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The XLSX file; reports/table-16-2018-03.xlsx and the like without it.",
)
@options.language
def table(
    number: str,
    exports: tuple[str, ...],
    month: str,
    rules: Path | None,
    profile_files: tuple[Path, ...],
    as_of: str | None,
    covers: str | None,
    offices_file: Path | None,
    out: Path | None,
    lang: str,
) -> int:
    """Fill the monthly table of appendix 16 (documents under control) or 17 (applications), in Kazakh and Russian.

    EXPORT is a file, a folder (searched through) or a glob. Things are told as they stood at the end of the month: what came later is not looked at.
    Exit code 0: written; 2: usage, or an input refused whole; 3: rules or calendar invalid.
    """
    words = Words("table", lang)
    told = month_of(month)
    rulebook = options.rulebook_at(rules)
    profile = options.profiles_at(profile_files, rulebook.zone)
    register = options.register_at(offices_file, rulebook)
    moment = options.as_of_moment(as_of, rulebook.zone)
    asked = Asked(moment, options.covered_period(covers, profile, rulebook.zone), lang, show_names=False)
    found = find_exports(exports)
    path = out or Path("reports") / f"table-{number}-{told.first:%Y-%m}.xlsx"
    if path.is_dir():
        raise UsageError(f"{path} is a folder; --out names a file.")
    refuse_file(path, found, rules)
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            book = casebook(found, profile, rulebook, asked, told.until, Path(folder), register=register)
        counted = count(book.cases, told, int(number))
        quarantined = sum(file.rows_quarantined for file in book.inputs)
        path.parent.mkdir(parents=True, exist_ok=True)
        table_book(int(number), told, counted, book.coverage, quarantined, rulebook).save(path)
    except OSError as fault:
        raise UsageError(
            f"{fault.filename or path} cannot be written: {fault.strerror or fault}.",
            hint="Name another file with --out, or free space there.",
        ) from fault
    for line in said_of(book.passed_over, lang):
        click.echo(line, err=True)
    figures = counted.figures(int(number))
    click.echo(words("said.figures", **{name: figures[name] for name in ("all", "received", "undetermined")}))
    click.echo(words("said.written", number=number, month=told.label, path=path))
    return 0


def month_of(text: str) -> Month:
    """A month as a user writes it: 2018-03 or 03.2018."""
    found = re.fullmatch(r"(?P<y>\d{4})-(?P<m>\d{1,2})|(?P<m2>\d{1,2})\.(?P<y2>\d{4})", text.strip())
    year, number = (int(found["y"] or found["y2"]), int(found["m"] or found["m2"])) if found else (0, 0)
    if not (1 <= number <= 12 and 1900 <= year <= 9998):
        raise UsageError(f"--month {text!r} is no month.", hint="Write it as 2018-03.")
    last = calendar.monthrange(year, number)[1]
    return Month(date(year, number, 1), datetime(year, number, last, 23, 59, 59))
