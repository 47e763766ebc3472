"""`auditor backup`: a checked copy of the whole place."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands.places import clock_of, config_option, place_of, zone_of
from auditor.errors import UsageError
from auditor.language import Words


@click.command()
@config_option
@click.argument("target", type=click.Path(path_type=Path))
def backup(config_file: Path, target: Path) -> None:
    """Copy the place into one tar file: configuration, register, archive, history, outbox, reports.

    TARGET is a new file, or a folder that gets one named by the moment. The history's copy is consistent, and every file is read back and
    compared. Passwords are not copied.
    """
    from auditor.night.backup import make_backup
    from auditor.night.lock import only_run

    config = place_of(config_file)
    now = clock_of(zone_of(config))()
    try:
        with only_run(config.folders.history, "backup", now):
            done = make_backup(config, target, now)
    except OSError as fault:
        raise UsageError(
            f"{fault.filename or target}: {fault.strerror or fault}.", hint="Is there room on that disk?"
        ) from fault
    click.echo(Words("night", config.language)("said.backed_up", path=done.path, files=done.files, runs=done.runs))
