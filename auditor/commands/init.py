"""`auditor init FOLDER`: the whole place of the nightly run."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands.options import language
from auditor.errors import UsageError
from auditor.language import Words


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--offices",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="The register of offices, copied into the place; an example to fill in without it.",
)
@language
def init(folder: Path, offices: Path | None, lang: str) -> None:
    """Make the place of the nightly run, or what is missing of it.

    FOLDER gets a commented auditor.toml, the register, and the folders: an inbox with one for each office, archive, history, reports,
    log, outbox. What is there already stays as it is. Run it again when the register has grown.
    """
    from auditor.journal.register import load_register
    from auditor.law.load import load_rulebook
    from auditor.night.config import read_config
    from auditor.night.means import gather
    from auditor.night.place import CONFIG, OFFICES, keep_private, make_place, make_rooms
    from auditor.paths import default_rules

    keep_private()
    words = Words("night", lang)
    profiles: set[Path] = set()
    if offices is not None:
        register = load_register(offices, load_rulebook(default_rules()))
        profiles = {path for office in register.offices.values() for path in office.profiles}
    try:
        files_made, files_there = make_place(folder, offices, lang, sorted(profiles))
        config = read_config(folder / CONFIG)
        rooms_made, rooms_there = make_rooms(config, gather(config).register)
    except OSError as fault:
        raise UsageError(
            f"{fault.filename or folder} cannot be made: {fault.strerror or fault}.",
            hint="Name a folder that can be written.",
        ) from fault
    for path in (*files_made, *rooms_made):
        click.echo(words("said.made", path=path))
    for path in (*files_there, *rooms_there):
        click.echo(words("said.there", path=path))
    click.echo(words("said.next", config=folder / CONFIG, offices=folder / OFFICES))
