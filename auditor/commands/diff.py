"""`auditor diff --rules A --rules B EXPORT...`: what would be decided otherwise under other rules."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from auditor.commands import options
from auditor.commands.destinations import refuse_file
from auditor.commands.phrases import as_table
from auditor.engine.audit import Asked
from auditor.engine.differing import Difference, difference
from auditor.errors import UsageError
from auditor.exports.find import find_exports
from auditor.journal.quarantine import guard_formulas
from auditor.language import Words
from auditor.report.files import replacing
from auditor.report.wording import DASH, Wording

SHOWN = 20
"""Applications on the screen; `--out` has all."""


@click.command()
@options.exports
@click.option(
    "--rules",
    "folders",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    multiple=True,
    required=True,
    help="A rules folder; given twice, before and after.",
)
@options.profile
@options.as_of
@options.covers
@options.offices
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="All steps as CSV.")
@click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True, help="How to tell it."
)
@options.language
def diff(
    exports: tuple[str, ...],
    folders: tuple[Path, ...],
    profile_files: tuple[Path, ...],
    as_of: str | None,
    covers: str | None,
    offices_file: Path | None,
    out: Path | None,
    form: str,
    lang: str,
) -> int:
    """Judge exports by two sets of rules, as of the same moment: the steps whose verdict differs, by service and step.

    Exit code, as diff(1) has it, 0: no difference; 1: some; 2: usage, or an input refused whole; 3: rules or calendar invalid.
    """
    if len(folders) != 2:
        raise UsageError(
            "diff compares two sets of rules.", hint="Give --rules twice: the rules before, then those after."
        )
    before, after = (options.rulebook_at(folder) for folder in folders)
    profile = options.profiles_at(profile_files, after.zone)
    register = options.register_at(offices_file, after)
    period = options.covered_period(covers, profile, after.zone)
    asked = Asked(options.as_of_moment(as_of, after.zone), period, lang, False)
    sources = find_exports(exports)
    if out is not None:
        for folder in folders:
            refuse_file(out, sources, folder)
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-") as room:
            found = difference(sources, profile, (before, after), asked, Path(room), register)
        if out is not None:
            with replacing(out) as temporary:
                guard_formulas(found.steps.rename({"home": "office", "key_year": "year"})).write_csv(temporary)
    except OSError as fault:
        raise UsageError(f"{fault.filename or out} cannot be written: {fault.strerror or fault}.") from fault
    wording = Wording(lang, after)
    click.echo(_as_json(found) if form == "json" else _as_text(found, Words("history", lang), wording))
    return int(not found.none)


def _as_json(found: Difference) -> str:
    steps = found.steps.rename({"home": "office", "key_year": "year"}).to_dicts()
    told = {
        "applications": found.applications,
        "counts": found.counts.to_dicts(),
        "steps": steps,
        "findings": {"only_before": found.lost, "only_after": found.gained},
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_text(found: Difference, words: Words, wording: Wording) -> str:
    if found.none:
        return words("diff.none")

    def verdict(name: str | None) -> str:
        return wording.known("verdict", name) if name else DASH

    lines = [words("diff.applications", n=found.applications, steps=found.steps.height), ""]
    counts = [
        (wording.service(service), wording.channel(channel), step or DASH, verdict(before), verdict(after), str(n))
        for service, channel, step, before, after, n in found.counts.iter_rows()
    ]
    heads = [words(f"column.{name}") for name in ("service", "channel", "step", "before", "after", "n")]
    lines += [as_table(heads, counts), ""]
    listed = found.steps.head(SHOWN).select("district", "home", "application_no", "key_year", "step", "before", "after")
    rows = [(*map(_text, row[:5]), verdict(row[5]), verdict(row[6])) for row in listed.iter_rows()]
    heads = [
        words(f"column.{name}") for name in ("district", "office", "application", "year", "step", "before", "after")
    ]
    lines += [as_table(heads, rows)]
    if found.steps.height > SHOWN:
        lines.append(words("diff.more", n=found.steps.height - SHOWN))
    for key, codes in (("diff.lost", found.lost), ("diff.gained", found.gained)):
        if codes:
            lines.append(words(key, codes=", ".join(f"{code} × {n}" for code, n in codes.items())))
    return "\n".join(lines)


def _text(value: object) -> str:
    return DASH if value is None else str(value)
