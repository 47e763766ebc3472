"""A profile proposed for an unknown export, each line with its reason; what can't be decided is left to fill in, never guessed.

The nearest of the profiles at hand gives the layout and the names to look for. Where the header does not decide, the words of a header
and the values below it are asked (`auditor.journal.headerwords`).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from auditor.exports.source import Source
from auditor.journal.formats import as_iso
from auditor.journal.header import HeaderMatch, loose_name, match_header
from auditor.journal.headerwords import (
    date_formats,
    is_dated,
    known_as,
    spellings_of_steps,
    step_header,
)
from auditor.journal.heading import UNDER
from auditor.journal.layout import Layout, survey
from auditor.journal.moments import read_moments
from auditor.journal.profile import BOOKS, MOMENTS, REQUIRED, Cell, Profile, StepCells
from auditor.journal.reading import read_source
from auditor.law.types import Rulebook
from auditor.law.vocabulary import find, fold

LOOKED_AT = 500
"""Rows whose values are looked at."""
SHOWN = 10
NEAR = 0.7
WORDED = ("service", "channel", "step")


@dataclass(frozen=True)
class Said:
    """One line of the proposal: its value (None: to be filled in), and why (key of `catalogs/profile.toml`)."""

    value: object
    why: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass
class Proposal:
    """What is proposed. base: the profile at hand that fits best; keep: all else of it that holds as it stands."""

    layout: Layout
    base: Profile
    columns: dict[str, Said] = field(default_factory=dict)
    constants: dict[str, Said] = field(default_factory=dict)
    steps: list[tuple[str, dict[str, Said]]] = field(default_factory=list)
    moments: Said | None = None
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    @property
    def by_step(self) -> bool:
        return not self.steps and self.base.layout == "steps"

    @property
    def unfilled(self) -> int:
        """How many lines are left to the user."""
        said = [*self.columns.values(), *self.constants.values(), *([self.moments] if self.moments else [])]
        return sum(line.value is None for line in said)


def propose(source: Source, at_hand: Iterable[Profile], rulebook: Rulebook) -> Proposal:
    """Look at a source and propose a profile. Raises InputError for one that can't be read at all."""
    tried = [(survey(source, profile, refuse=False), profile) for profile in at_hand]
    layout, base = max(tried, key=lambda pair: (pair[0].match.score[1], not pair[0].match.missing, -len(pair[1].steps)))
    proposal = Proposal(layout, base)
    names = list(layout.header[: layout.named])
    texts = _texts(layout)
    if base.layout not in BOOKS and "step" not in layout.match.found:
        _look_for_steps(proposal, names, rulebook)
    if proposal.steps and base.layout == "steps":
        proposal.base = next((p for _, p in tried if p.layout == "application"), base)
        match = match_header(names, proposal.base)
        proposal.layout = replace(layout, match=match)
    match = proposal.layout.match
    if proposal.base.layout == "application" and not proposal.steps:
        proposal.steps = [
            (step.step, {what: Said(names[at], "why.name") for what, at in found.items()})
            for step, found in zip(proposal.base.steps, match.step_columns, strict=True)
            if found
        ]
    taken = {name for _, cells in proposal.steps for said in cells.values() for name in [said.value]}
    _columns(proposal, match, names, texts, taken, rulebook)
    _missing(proposal, names, rulebook)
    _formats(proposal, texts, rulebook.zone)
    _spellings(proposal, texts, rulebook)
    _clocks(proposal)
    return proposal


def _texts(layout: Layout) -> dict[str, pl.Series]:
    """The first values of each column by its name. By this profile every row is other mail, so none is refused for what it lacks."""
    names = list(layout.header[: layout.named])
    everything = Cell((names[0],))
    mute = Profile(
        layout="application",
        constants=dict.fromkeys(REQUIRED[:-1], "-"),
        steps=(StepCells("-", {"received_at": everything}),),
        only=((everything, ("\0",)),),
    )
    reading = read_source(replace(layout, profile=mute, match=match_header(names, mute)), keep_sent=True)
    for batch in reading:
        if batch.sent is not None and len(batch.sent):
            return {name: batch.sent[name].head(LOOKED_AT) for name in names}
    return {name: pl.Series(name, [], dtype=pl.String) for name in names}


def _look_for_steps(proposal: Proposal, names: list[str], rulebook: Rulebook) -> None:
    """Columns of single steps, by the words of their headers; one step alone makes no row per application."""
    spellings = spellings_of_steps(rulebook)
    found: dict[frozenset[str], tuple[str, dict[str, Said]]] = {}
    for name in names:
        told = step_header(name, spellings)
        if told is None:
            continue
        _, cells = found.setdefault(spellings[told.said], (told.said, {}))
        other = cells.get(told.what)
        if other is not None and not (told.plain and other.why == "why.step"):
            several: dict[str, object] = {"names": f"`{other.value}`, `{name}`"}
            cells[told.what] = (
                Said(None, "why.several", several)
                if told.plain == (other.why == "why.date")
                else Said(name, "why.step")
            )
        elif other is None:
            cells[told.what] = Said(name, "why.date" if told.plain else "why.step")
    steps = [(said, cells) for said, cells in found.values() if cells.keys() & {*MOMENTS}]
    if len(steps) > 1:
        proposal.steps = steps


def _columns(
    proposal: Proposal,
    match: HeaderMatch,
    names: list[str],
    texts: dict[str, pl.Series],
    taken: set[object],
    rulebook: Rulebook,
) -> None:
    unfolds = not proposal.by_step
    free = [name for name in names if name not in taken]
    for column in proposal.base.row_columns:
        positions = [at for at in match.found.get(column, []) if names[at] in free or proposal.base.layout in BOOKS]
        if len(positions) == 1:
            proposal.columns[column] = Said(names[positions[0]], "why.name")
        elif positions:
            several = ", ".join(f"`{names[at]}`" for at in positions)
            proposal.columns[column] = Said(None, "why.several", {"names": several})
    if proposal.base.layout in BOOKS:
        return
    _by_lower_names(proposal, names, taken)
    used = {said.value for said in proposal.columns.values()} | taken
    by_values: dict[str, list[tuple[str, float]]] = {}
    for name in (name for name in names if name not in used):
        told = known_as(texts[name], rulebook)
        if (
            told is not None
            and told[0] not in proposal.columns
            and (told[0] in proposal.base.row_columns or not unfolds)
        ):
            by_values.setdefault(told[0], []).append((name, told[1]))
    for column, candidates in by_values.items():
        if len(candidates) == 1:
            name, share = candidates[0]
            proposal.columns[column] = Said(name, "why.values", {"share": round(100 * share)})
        elif column in REQUIRED:
            several = ", ".join(f"`{name}`" for name, _ in candidates)
            proposal.columns[column] = Said(None, "why.several", {"names": several})


def _by_lower_names(proposal: Proposal, names: list[str], taken: set[object]) -> None:
    """Of a header of several rows, columns known by the name in the last of them, where no other column bears it."""
    used = {said.value for said in proposal.columns.values()} | taken
    lower = [name.rpartition(UNDER)[2] if UNDER in name else "" for name in names]
    if len(proposal.layout.header_rows) == 1:
        return
    asked = [told if told and lower.count(told) == 1 and names[at] not in used else "" for at, told in enumerate(lower)]
    for column, positions in match_header(asked, proposal.base).found.items():
        if column not in proposal.columns and len(positions) == 1:
            proposal.columns[column] = Said(names[positions[0]], "why.lower")


def _missing(proposal: Proposal, names: list[str], rulebook: Rulebook) -> None:
    """What must be there and is not: the user's to say, with what is known of it."""
    used = _used(proposal)
    free = {loose_name(name): name for name in names if name not in used}
    known: dict[str, list[str]] = {"channel": [*rulebook.channel_names], "service": [*rulebook.services]}
    for column in REQUIRED:
        if (
            column in proposal.columns
            or (column == "step" and not proposal.by_step)
            or column in proposal.base.constants
        ):
            continue
        near = [
            found
            for header in proposal.base.cell(column).headers
            for found in difflib.get_close_matches(loose_name(header), free, n=1, cutoff=NEAR)
        ]
        if near:
            proposal.constants[column] = Said(None, "why.near", {"names": f"`{free[near[0]]}`"})
        elif column in known:
            proposal.constants[column] = Said(None, "why.one_of", {"names": ", ".join(known[column])})
        else:
            proposal.constants[column] = Said(None, "why.none")
    if not proposal.by_step or {*MOMENTS} & proposal.columns.keys():
        return
    proposal.columns["received_at"] = Said(None, "why.none")
    texts = _texts(proposal.layout)
    dated = [f"`{name}`" for name in names if name not in used and is_dated(texts[name], rulebook.zone)]
    proposal.notes.append(("no_moments", {"names": ", ".join(dated) or "-"}))


def _used(proposal: Proposal) -> set[object]:
    steps = {said.value for _, cells in proposal.steps for said in cells.values()}
    own = {
        proposal.layout.header[at]
        for found in proposal.layout.match.step_columns
        for at in found.values()
        if proposal.base.layout in BOOKS
    }
    return {said.value for said in proposal.columns.values()} | steps | own


def _formats(proposal: Proposal, texts: dict[str, pl.Series], zone: str) -> None:
    """The formats that the columns of moments need beside the usual ones."""
    cells = [proposal.columns, *(cells for _, cells in proposal.steps)]
    dated = [
        said.value
        for found in cells
        for what, said in found.items()
        if what in (*MOMENTS, "registered_on", "extended_to")
    ]
    names = [name for name in dated if isinstance(name, str) and proposal.base.layout not in BOOKS]
    if not names:
        return
    # One office writes its dates in one way: what one column leaves open, another may decide.
    together = pl.concat([texts[name].drop_nulls().alias("together") for name in names])
    needed, unclear, _ = date_formats(together, zone)
    if unclear:
        said: dict[str, object] = {"value": _still_unread(together, needed, zone), "formats": ", ".join(unclear)}
        proposal.moments = Said(None, "why.unclear", said)
        return
    if needed:
        proposal.moments = Said(needed, "why.moments")
    for name in names:
        values = as_iso(texts[name].drop_nulls(), tuple(needed)) if needed else texts[name].drop_nulls()
        unread = read_moments(values, zone).unknown
        if unread is not None:
            odd = texts[name].drop_nulls().filter(unread)
            proposal.notes.append(("why.unread", {"name": name, "count": len(odd), "value": odd[0]}))


def _still_unread(texts: pl.Series, needed: list[str], zone: str) -> str:
    """One of the moments that neither the usual formats nor those needed read."""
    values = as_iso(texts, tuple(needed)) if needed else texts
    unread = read_moments(values, zone).unknown
    return str(values.filter(unread)[0]) if unread is not None else ""


def _spellings(proposal: Proposal, texts: dict[str, pl.Series], rulebook: Rulebook) -> None:
    """Values of services, channels and steps that no rule knows, told to whoever can say what they mean."""
    words = rulebook.vocabulary
    steps = {spelling for table in words.steps.values() for spelling in table}
    for column in WORDED:
        said = proposal.columns.get(column)
        if said is None or not isinstance(said.value, str) or column in proposal.base.contains:
            continue
        unknown = [
            text
            for text in texts[said.value].drop_nulls().unique(maintain_order=True)
            if not (
                fold(text) in steps
                if column == "step"
                else find(words.services if column == "service" else words.channels, text)
            )
        ]
        if unknown:
            shown = ", ".join(f"`{text}`" for text in unknown[:SHOWN]) + (" …" if len(unknown) > SHOWN else "")
            pairs = ", ".join(f"{json.dumps(text, ensure_ascii=False)}: ???" for text in unknown[:SHOWN])
            proposal.notes.append(("why.unknown", {"name": said.value, "values": shown}))
            proposal.notes.append(("why.example", {"column": column, "pairs": pairs}))
            ids = {"service": [*rulebook.services], "channel": [*rulebook.channel_names]}.get(column)
            proposal.notes.append(("why.one_of", {"names": ", ".join(ids)}) if ids else ("why.ids", {}))


def _clocks(proposal: Proposal) -> None:
    """Steps of a row per application for whose receipt no column was found: no clock runs for them, and the user may know better."""
    unclocked = [f"`{step}`" for step, cells in proposal.steps if "received_at" not in cells]
    if unclocked:
        proposal.notes.append(("why.unclocked", {"steps": ", ".join(unclocked)}))
