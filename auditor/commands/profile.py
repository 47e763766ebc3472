"""`auditor profile FILE`: look at an unknown export and propose a profile for it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from auditor.commands import options
from auditor.errors import InputError, UsageError
from auditor.exports.dialect import DELIMITER_NAMES
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.exports.source import Source
from auditor.journal.layout import survey
from auditor.journal.persons import mask
from auditor.journal.profile import BOOKS, CANONICAL, LINKS
from auditor.journal.profile_file import UNFILLED, load_profile
from auditor.journal.proposal import LOOKED_AT, Proposal, Said, propose
from auditor.journal.quarantine import sentence
from auditor.journal.reading import read_source
from auditor.journal.shipped import shipped
from auditor.language import Words
from auditor.law.types import Rulebook
from auditor.paths import default_rules

ROWS = 3
UNKNOWN = "…"
"""What stands for a value still to be filled in where rows are shown."""
HIDDEN = {"employee": "***"}


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the profile there, not to stdout.",
)
@options.rules
@options.language
def profile(file: Path, out: Path | None, rules: Path | None, lang: str) -> int:
    """Look at the export FILE and propose a profile for it, with reasons and the first rows as they would be read.

    What the file does not tell is marked ??? and left to fill in. Exit code 0, or 2 if the file can't be read at all.
    """
    rulebook = options.rulebook_at(rules)
    if not file.is_file():
        raise UsageError(f"{file} is no file.", hint="Name one export; of several in one layout any will do.")
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        proposal, at_hand = _best(file, Path(folder), rulebook, rules or default_rules())
        words = Words("profile", lang)
        text = _head(proposal, file, words) + _body(proposal, at_hand, words, Path(out or file).stem)
        rows = _rows(proposal, at_hand, rulebook, Path(folder), words, lang)
    if out is None:
        click.echo(text, nl=False)
        click.echo("".join(f"# {line}\n" for line in rows), nl=False)
        return 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"{out} cannot be written: {fault.strerror or fault}.") from fault
    click.echo("\n".join([*rows, words("written", out=out), _next(proposal, file, words, str(out))]))
    return 0


def _best(file: Path, folder: Path, rulebook: Rulebook, rules: Path) -> tuple[Proposal, dict[str, Path]]:
    """The proposal for the table of the file that fits best."""
    at_hand = shipped(rules) or shipped(default_rules())
    profiles = [load_profile(path, rulebook.zone) for path in at_hand.values()]
    proposals: list[Proposal] = []
    faults: list[InputError] = []
    sources: list[Source] = [s for tables in open_exports(Found.named(file), folder).tables for s in tables.sources]
    for source in sources:
        try:
            proposals.append(propose(source, profiles, rulebook))
        except InputError as fault:
            faults.append(fault)
    if not proposals:
        raise faults[0] if faults else InputError("The file holds no table.", where=str(file))
    return max(proposals, key=lambda p: len(p.columns) + sum(len(cells) for _, cells in p.steps)), at_hand


def _head(proposal: Proposal, file: Path, words: Words) -> str:
    layout = proposal.layout
    encoding = layout.encoding.label if layout.encoding else "-"
    read = words(
        "head.read",
        encoding=encoding,
        delimiter=DELIMITER_NAMES.get(layout.delimiter, "-") if layout.encoding else "-",
        line=layout.header_lines,
        base=proposal.base.name,
    )
    lines = [words("head.file", file=layout.label), read, _next(proposal, file, words)]
    used = {said.value for said in proposal.columns.values()}
    used |= {said.value for _, cells in proposal.steps for said in cells.values()}
    used |= (
        {layout.header[at] for found in layout.match.step_columns for at in found.values()}
        if not proposal.steps
        else set()
    )
    unused = [name for name in layout.header[: layout.named] if name not in used]
    if unused:
        lines.append(words("why.unused", names=", ".join(f"`{name}`" for name in unused)))
    lines += [words(why, **values) for why, values in proposal.notes]
    return "".join(f"# {mask(line)}\n" for line in lines)


def _next(proposal: Proposal, file: Path, words: Words, out: str = "") -> str:
    count, out = proposal.unfilled, out or words("this_file")
    return words("head.fill", count=count, file=file, out=out) if count else words("head.whole", file=file, out=out)


def _body(proposal: Proposal, at_hand: dict[str, Path], words: Words, name: str, *, preview: bool = False) -> str:
    """The profile as YAML; for a preview without the lines that are still to be filled in, but for constants."""
    if proposal.base.layout in BOOKS:
        return _book(proposal, at_hand[proposal.base.name], words, name, preview=preview)

    def line(indent: str, key: str, said: Said) -> list[str]:
        if said.value is None and preview and key not in proposal.constants:
            return []
        value = UNFILLED if said.value is None else json.dumps(said.value, ensure_ascii=False)
        if key == "moments" and said.value is None:
            value = f'["{UNFILLED}"]'
        shown = value.replace(UNFILLED, UNKNOWN) if preview else value
        return [f"{indent}{key}: {shown}  # {mask(words(said.why, **said.values))}"]

    lines = [f"name: {json.dumps(name, ensure_ascii=False)}"]
    lines.append("layout: " + ("application" if proposal.steps else proposal.base.layout))
    lines.append("columns:")
    for column in (*CANONICAL, *LINKS):
        if column in proposal.columns:
            lines += line("  ", column, proposal.columns[column])
    if proposal.constants:
        lines.append("constants:")
        for column, said in proposal.constants.items():
            lines += line("  ", column, said)
    if proposal.moments:
        lines += line("", "moments", proposal.moments)
    if proposal.steps:
        lines.append("steps:")
        for step, cells in proposal.steps:
            lines.append(f"  - step: {json.dumps(step, ensure_ascii=False)}")
            for what, said in cells.items():
                lines += line("    ", what, said)
    return "\n".join(lines) + "\n"


def _book(proposal: Proposal, path: Path, words: Words, name: str, *, preview: bool) -> str:
    """A copy of the book's profile with a place for what stands on its cover."""
    lines = path.read_text(encoding="utf-8").splitlines()
    kept: list[str] = []
    for text in lines:
        key = text.strip().partition(":")[0]
        if text.startswith("  ") and not text.startswith("   ") and key in proposal.constants and "[" in text:
            continue
        if text.startswith("name:"):
            text = f"name: {json.dumps(name, ensure_ascii=False)}"
        if text.startswith("constants:"):
            kept.append("constants:")
            own = text.partition("{")[2].rstrip("}").split(",")
            kept += [f"  {constant.strip()}" for constant in own if constant.strip()]
            for column, said in proposal.constants.items():
                shown = UNKNOWN if preview else UNFILLED
                kept.append(f"  {column}: {shown}  # {words(said.why, **said.values)}")
            continue
        kept.append(text)
    return "\n".join(kept) + "\n"


def _rows(
    proposal: Proposal, at_hand: dict[str, Path], rulebook: Rulebook, folder: Path, words: Words, lang: str
) -> list[str]:
    """The first rows as the proposal reads them; nothing where too much is left to fill in."""
    path = folder / "proposed.yaml"
    path.write_text(_body(proposal, at_hand, words, "proposed", preview=True), encoding="utf-8")
    try:
        read_by = load_profile(path, rulebook.zone)
        layout = survey(proposal.layout.source, read_by)
    except InputError:
        return []
    reading = read_source(layout, keep_sent=True)
    said: dict[int, list[str]] = {}
    count = other = 0
    reasons = Words("reading", lang)
    for batch in reading:
        sent = batch.sent["source_line"].to_list() if batch.sent is not None else []
        first = sorted([*sent, *batch.quarantined["source_line"].to_list()])[: ROWS - len(said)]
        for row in batch.rows.filter(batch.rows["source_line"].is_in(first)).iter_rows(named=True):
            cells = {name: HIDDEN.get(name, str(row[name])) for name in (*CANONICAL, *LINKS) if row[name] is not None}
            shown = mask(", ".join(f"{name}: {value}" for name, value in cells.items()))
            said.setdefault(row["source_line"], []).append(words("rows.entry", line=row["source_line"], cells=shown))
        for fault in batch.quarantined.filter(batch.quarantined["source_line"].is_in(first)).iter_rows(named=True):
            why = mask(sentence(reasons, fault))
            said[fault["source_line"]] = [words("rows.aside", line=fault["source_line"], said=why)]
        for line in first:
            said.setdefault(line, [words("rows.other", line=line)])
        count += len(sent) + len(batch.quarantined)
        other += len(sent) - batch.rows["source_line"].n_unique()
        if len(said) >= ROWS and count >= LOOKED_AT:
            break
    mail = [words("rows.mail", count=count, other=other)] if other else []
    return [words("rows.title"), *(f"  {text}" for line in sorted(said) for text in said[line]), *mail] if said else []
