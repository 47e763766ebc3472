"""What the commands of the nightly run share: the configuration, the machine's clock, the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from auditor.errors import AuditorError, ConfigError
from auditor.law.load import load_rulebook
from auditor.night.config import Config, read_config
from auditor.night.place import keep_private
from auditor.paths import default_rules

HOME = "Asia/Almaty"
"""Where the offices are, until the rules have said so."""

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The configuration: auditor.toml, as `auditor init` makes it.",
)


def place_of(file: Path) -> Config:
    """The configuration of a place; from here on what is made there is its owner's alone."""
    keep_private()
    if not file.is_file():
        raise ConfigError([f"There is no configuration {file}: `auditor init FOLDER` makes one."])
    return read_config(file)


def zone_of(config: Config) -> str:
    """The zone of the rules; that of the oblast where they can't be read, which is for the run to say."""
    try:
        return load_rulebook(config.rules or default_rules()).zone
    except (AuditorError, OSError):
        return HOME


def clock_of(zone: str) -> Callable[[], datetime]:
    """The machine's clock, where the offices are."""
    return lambda: datetime.now(ZoneInfo(zone)).replace(tzinfo=None)
