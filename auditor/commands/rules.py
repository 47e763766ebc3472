"""`auditor rules show` and `auditor rules lint`."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.errors import UsageError
from auditor.journal.shipped import faults_of_profiles
from auditor.language import Words
from auditor.law import show as shown
from auditor.law.lint import lint as faults_of
from auditor.law.load import load_rulebook
from auditor.law.types import LANGUAGES
from auditor.paths import default_rules

FORMATS = ("table", "json", "html")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
language = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    envvar="AUDITOR_LANG",
    show_envvar=True,
    help="Language of names and citations.",
)


@click.group()
def rules() -> None:
    """Show the rules, or look for faults in them."""


@rules.command()
@click.argument("service", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--rules", "folder", type=FOLDER, help="A rules folder; the auditor's own without it.")
@language
def show(service: str | None, form: str, folder: Path | None, lang: str) -> None:
    """Print the procedures of SERVICE (id, item or name), or of all services: steps, limits and citations."""
    words = Words("rules", lang)
    rulebook = load_rulebook(folder or default_rules())
    services = shown.chosen(rulebook, service)
    if services is None:
        known = ", ".join(rulebook.services)
        raise UsageError(words("show.unknown_service", service=service, known=known))
    if form == "html":
        from auditor.report.rulebook_page import rulebook_page

        click.echo(rulebook_page(rulebook, services, lang), nl=False)
    elif form == "json":
        click.echo(shown.as_json(rulebook, services, words))
    else:
        click.echo(shown.as_table(rulebook, services, words))


@rules.command()
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@language
@click.pass_context
def lint(ctx: click.Context, folder: Path | None, lang: str) -> None:
    """Name every fault of the rules in DIR (the auditor's own without it), with file and line.

    Exit 3 where there are faults, 0 and a sentence where there are none.
    """
    words = Words("rules", lang)
    folder = folder or default_rules()
    faults = [*faults_of(folder), *faults_of_profiles(folder)]
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(words("lint.faults", folder=folder, count=len(faults)), err=True)
        ctx.exit(3)
    services = load_rulebook(folder).services.values()
    procedures = [p for s in services for p in s.procedures]
    editions = sum(len(p.editions) for p in procedures)
    counts = {"services": len(services), "procedures": len(procedures), "editions": editions}
    click.echo(words("lint.clean", folder=folder, **counts))
