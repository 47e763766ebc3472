"""`auditor restore`: a place made anew from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands.options import language
from auditor.errors import UsageError
from auditor.language import Words
from auditor.night.place import keep_private


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("folder", type=click.Path(path_type=Path))
@language
def restore(backup: Path, folder: Path, lang: str) -> None:
    """Make the place of BACKUP in FOLDER, which must be new or empty; nothing is overwritten.

    Every file is compared with the backup's list, and the history is opened, before FOLDER gets its name.
    """
    from auditor.night.backup import restore as make_anew

    keep_private()
    words = Words("night", lang)
    try:
        done = make_anew(backup, folder)
    except OSError as fault:
        raise UsageError(
            f"{fault.filename or folder}: {fault.strerror or fault}.", hint="Is there room on that disk?"
        ) from fault
    click.echo(words("said.restored", folder=done.path, files=done.files, runs=done.runs))
    for name in done.elsewhere:
        click.echo(words("said.elsewhere", name=name))
