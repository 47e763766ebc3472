"""`auditor explain APPLICATION_NO EXPORT...`: one application as a timeline, each clock worked out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from auditor.commands import options
from auditor.commands.phrases import WIDTH
from auditor.commands.telling import Teller
from auditor.engine.audit import Asked
from auditor.engine.timeline import Trace
from auditor.engine.tracing import trace
from auditor.errors import UsageError
from auditor.exports.find import find_exports
from auditor.language import Words


@click.command()
@click.argument("application_no")
@options.exports
@click.option("--district", metavar="D", help="Only the applications of this district, named as in the journal.")
@options.rules
@options.profile
@options.as_of
@options.covers
@options.offices
@options.language
@options.show_names
def explain(
    application_no: str,
    exports: tuple[str, ...],
    district: str | None,
    rules: Path | None,
    profile_files: tuple[Path, ...],
    as_of: str | None,
    covers: str | None,
    offices_file: Path | None,
    lang: str,
    show_names: bool,
) -> int:
    """Tell one application as a timeline: each due moment worked out, days off named, the clause cited.

    EXPORT is a file, a folder (searched through) or a glob; name all exports of the audit, for an office's coverage is that of all
    its exports. Exit code 0: told; 2: usage, an input refused whole, or no such application.
    """
    words = Words("explain", lang)
    number = " ".join(application_no.split())
    if not number:
        raise UsageError(words("unknown.empty"))
    rulebook = options.rulebook_at(rules)
    profile = options.profiles_at(profile_files, rulebook.zone, rules)
    register = options.register_at(offices_file, rulebook)
    moment = options.as_of_moment(as_of, rulebook.zone)
    asked = Asked(moment, options.covered_period(covers, profile, rulebook.zone), lang, show_names)
    found = find_exports(exports)
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
            traced = trace(found, profile, rulebook, asked, number, district, Path(folder), register=register)
    except OSError as fault:
        raise UsageError(f"{fault.filename or 'A file'}: {fault.strerror or fault}.") from fault
    _refuse_nothing(traced, number, district, words)
    teller = Teller(rulebook, asked, traced)
    for place, timeline in enumerate(traced.timelines):
        if place:
            click.echo("\n" + "=" * WIDTH + "\n")
        click.echo(teller.application(timeline))
    if traced.found and not traced.timelines:
        click.echo(teller.many(number))
    aside = teller.aside()
    if aside:
        click.echo(("\n" if traced.found else "") + aside)
    return 0


def _refuse_nothing(traced: Trace, number: str, district: str | None, words: Words) -> None:
    """Raise where there is nothing to tell."""
    if traced.timelines or (traced.found and district is None):
        return
    if traced.found:
        named = ", ".join(dict.fromkeys(heading.district for heading in traced.found))
        raise UsageError(
            words("unknown.district", district=district, number=number),
            hint=words("unknown.districts", districts=named),
        )
    if not traced.quarantined and not traced.left_out:
        near = words("unknown.near", numbers=", ".join(traced.nearest)) if traced.nearest else ""
        raise UsageError(words("unknown.number", number=number), hint=near)
