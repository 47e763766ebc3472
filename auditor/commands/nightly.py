"""`auditor nightly`: one night's run, unattended."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands.options import as_of as as_of_option
from auditor.commands.options import as_of_moment, covered_period
from auditor.commands.places import clock_of, config_option, place_of, zone_of
from auditor.errors import UsageError
from auditor.language import Words


@click.command()
@config_option
@as_of_option
def nightly(config_file: Path, as_of: str | None) -> int:
    """Take what the offices sent, judge it, keep the history, write the report, prepare the letters.

    For a timer or cron; docs/nightly.md has the units. Exit code 0: the night's work was done, whatever was found; else STATUS.html in the
    reports folder says what stopped it, and the next run goes on from there.
    """
    from auditor.night.run import run_night
    from auditor.night.status import STATUS

    config = place_of(config_file)
    zone = zone_of(config)
    asked = as_of_moment(as_of, zone) if as_of else None
    words = Words("night", config.language)
    try:
        told = run_night(config, asked, clock_of(zone), zone, lambda profile: covered_period(None, profile, zone))
    except OSError as fault:
        raise UsageError(
            f"{fault.filename or config.folder}: {fault.strerror or fault}.",
            hint="`auditor doctor` looks at rights and free space. The next run goes on where this one stopped.",
        ) from fault
    taken = told.taken
    click.echo(words("said.taken", taken=len(taken.taken), refused=len(taken.refused), waiting=len(taken.waiting)))
    click.echo(words("said.status", page=config.folders.reports / STATUS))
    if told.figures is not None:
        rows = told.figures
        click.echo(
            words("figures.rows", read=rows.rows_read, accepted=rows.rows_accepted, quarantined=rows.rows_quarantined)
        )
    return 0
