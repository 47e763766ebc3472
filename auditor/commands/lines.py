"""Where every line of every file went, as `audit` and `check` print it."""

from __future__ import annotations

from collections.abc import Iterable

import click

from auditor.language import Words

MOST_FILES = 10
KINDS = ("physical", "header", "rows", "continuation", "blank", "around", "quarantined")


def say_lines(files: Iterable[tuple[str, dict[str, int]]], language: str) -> None:
    """A line for each of the first files, and one for all where there is more than one."""
    words = Words("reading", language)
    told = list(files)
    # Of many files those are shown first in which something was neither header nor row.
    plain = sorted(told, key=lambda file: file[1]["physical"] == file[1]["header"] + file[1]["rows"])
    for label, lines in plain[:MOST_FILES] if len(told) > MOST_FILES else told:
        click.echo(words("lines.file", file=label, **lines))
    if len(told) > 1:
        total = {kind: sum(lines[kind] for _, lines in told) for kind in KINDS}
        click.echo(words("lines.total", files=len(told), **total))


def say_other_mail(files: Iterable[tuple[str, int]], language: str) -> None:
    """How many rows of each file are no application's, where the profile knows other mail."""
    words = Words("reading", language)
    for label, count in files:
        if count:
            click.echo(words("said.other_mail", file=label, count=count))


def say_doubts(files: Iterable[tuple[str, Iterable[tuple[bool, str]]]], language: str) -> None:
    """What somebody should look at in how a file was read."""
    words = Words("decisions", language)
    for label, decisions in files:
        for doubtful, evidence in decisions:
            if doubtful:
                click.echo(f"{label}: {words('flag')}: {evidence}")
