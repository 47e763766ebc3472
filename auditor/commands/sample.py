"""`auditor sample`: invented journals and the list of their planted faults."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from auditor.commands.options import language, rulebook_at
from auditor.commands.options import rules as rules_option
from auditor.errors import UsageError
from auditor.language import Words


@click.command()
@click.option(
    "--out", "out", type=click.Path(path_type=Path), required=True, help="Folder for journals/ and labels.csv."
)
@click.option("--applications", default=1000, show_default=True, help="How many applications to invent.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--violations", default=0.05, show_default=True, help="Share of applications with a planted fault.")
@click.option(
    "--changed", default=0, show_default=True, help="Entries altered or taken out in OUT/later/, a night later (J07)."
)
@rules_option
@language
def sample(
    out: Path, applications: int, seed: int, violations: float, changed: int, rules: Path | None, lang: str
) -> None:
    """Invent journals of all procedures, with planted faults and their labels.

    The journals go to OUT/journals/<district>/<office>.csv; OUT/labels.csv has one line for each finding that the
    auditor must make in them, and there is nothing else to be found. With --changed the same journals stand in OUT/later/ as they are exported a night later, and OUT/later.csv
    has a line for each entry that was altered or taken out.
    """
    from auditor.sample import write_sample

    if applications < 1:
        raise UsageError("--applications must be at least 1.")
    if changed < 0:
        raise UsageError("--changed must not be below 0.")
    if not 0 <= violations <= 1:
        raise UsageError(f"--violations is a share between 0 and 1, not {violations:g}.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file.", hint="--out names a folder.")
    made = write_sample(rulebook_at(rules), out, applications, seed, violations, changed)
    click.echo(Words("sample", lang)("made", **asdict(made), file=out / "labels.csv"))
