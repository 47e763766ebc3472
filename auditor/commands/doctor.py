"""`auditor doctor`: what would stop the next night, or will before the year is out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from auditor.commands.places import clock_of, config_option, place_of, zone_of
from auditor.language import Words


@click.command()
@config_option
def doctor(config_file: Path) -> int:
    """Look at everything that the nightly run needs: configuration, rights, disk, rules, calendar, register, mail, history.

    One line each: ok, warn or fail, and what to do. Exit code 1 where something fails; warnings don't change it.
    """
    from auditor.night.doctor import FAIL, looks

    config = place_of(config_file)
    words = Words("doctor", config.language)
    counts = Counter(ok=0, warn=0, fail=0)
    for look in looks(config, clock_of(zone_of(config))):
        counts[look.level] += 1
        click.echo(f"{words(f'level.{look.level}'):<9} {look.said}")
    click.echo(words("total", **counts))
    return int(counts[FAIL] > 0)
