"""From the spellings of a journal to the ids of the rules: each distinct text is looked up once.

service_of   code, text, service (id or null)          channel_of  code, text, channel (id or null)
word         word_key, step_text, role_text, word_id (null: no procedure knows the step), role (id or null), deputy
pair_label   pair_key, pair_id (null: P01/P02), service, channel (ids or spellings), problem (P01, P02 or null)
word_step    process_id, word_id, sid, inside, ambiguous, wrong_role: what the word means in a process
pair_word    pair_id, word_id, first: the word is known in that procedure, and is its first required step
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from auditor.engine.ruletables import STRIDE, Process, RuleTables, accepted_roles
from auditor.law.types import Rulebook, Step
from auditor.law.vocabulary import fold

SHIFT = 32


class Dictionary:
    """Numbers for the distinct texts of one column, the same over all batches of a run. Null is 0."""

    def __init__(self, name: str) -> None:
        self._categories = pl.Categories.random(name)
        # Polars forgets the numbers of categories that no column holds any more.
        self._held = pl.Series([""], dtype=pl.Categorical(self._categories))

    def codes(self, texts: pl.Expr) -> pl.Expr:
        """The numbers of a column of texts, as Int64."""
        number = texts.cast(pl.Categorical(self._categories)).to_physical().cast(pl.Int64) + 1
        return number.fill_null(0)

    def texts(self) -> list[str | None]:
        """The texts by their number."""
        return [None, *self._categories.to_series().cast(pl.String).to_list()]

    def frame(self) -> pl.DataFrame:
        """Columns code (Int64) and text."""
        texts = self.texts()
        return pl.DataFrame({"code": range(len(texts)), "text": texts}, schema={"code": pl.Int64, "text": pl.String})


@dataclass
class Spellings:
    """The dictionaries of a run and the distinct pairs (service, channel) and words (step, role) met."""

    district: Dictionary = field(default_factory=lambda: Dictionary("district"))
    office: Dictionary = field(default_factory=lambda: Dictionary("office"))
    service: Dictionary = field(default_factory=lambda: Dictionary("service"))
    channel: Dictionary = field(default_factory=lambda: Dictionary("channel"))
    step: Dictionary = field(default_factory=lambda: Dictionary("step"))
    role: Dictionary = field(default_factory=lambda: Dictionary("role"))
    employee: Dictionary = field(default_factory=lambda: Dictionary("employee"))
    pair_keys: set[int] = field(default_factory=set)
    word_keys: set[int] = field(default_factory=set)

    def resolve(self, rulebook: Rulebook, tables: RuleTables) -> dict[str, pl.DataFrame]:
        """The tables named in the module's docstring."""
        services = {
            c: _id(t, rulebook.vocabulary.services, rulebook.services) for c, t in enumerate(self.service.texts())
        }
        channels = {
            c: _id(t, rulebook.vocabulary.channels, rulebook.channel_names) for c, t in enumerate(self.channel.texts())
        }
        words, word_ids = self._words(rulebook)
        return {
            "pair_label": self._pair_labels(rulebook, tables, services, channels),
            "word": words,
            "word_step": _word_steps(rulebook, tables, word_ids),
            "pair_word": _pair_words(rulebook, tables, word_ids),
        }

    def _pair_labels(
        self,
        rulebook: Rulebook,
        tables: RuleTables,
        services: dict[int, str | None],
        channels: dict[int, str | None],
    ) -> pl.DataFrame:
        service_texts, channel_texts = self.service.texts(), self.channel.texts()
        rows = []
        for key in sorted(self.pair_keys):
            service_code, channel_code = key >> SHIFT, key & ((1 << SHIFT) - 1)
            service, channel = services[service_code], channels[channel_code]
            pair = tables.pairs.get((service, channel)) if service and channel else None
            problem = None if pair is not None else ("P01" if service is None else "P02")
            shown = (service or service_texts[service_code], channel or channel_texts[channel_code])
            rows.append((key, pair, *shown, problem))
        schema = {
            "pair_key": pl.Int64,
            "pair_id": pl.Int16,
            "service": pl.String,
            "channel": pl.String,
            "problem": pl.String,
        }
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        # Two spellings of one pair are one label; unknown ones are told apart by what they say.
        return frame.with_columns(pl.struct("service", "channel").rank("dense").cast(pl.Int32).alias("label_id"))

    def _words(self, rulebook: Rulebook) -> tuple[pl.DataFrame, dict[tuple[str, str | None], int]]:
        known = {spelling for spellings in rulebook.vocabulary.steps.values() for spelling in spellings}
        known |= {fold(s.id) for _, e in _all_editions(rulebook) for s in e}
        step_texts, role_texts = self.step.texts(), self.role.texts()
        folded = [fold(t) if t is not None else None for t in step_texts]
        roles = [
            _id(t, {**rulebook.vocabulary.roles, **rulebook.vocabulary.deputies}, rulebook.roles) for t in role_texts
        ]
        deputies = [t is not None and fold(t) in rulebook.vocabulary.deputies for t in role_texts]
        word_ids: dict[tuple[str, str | None], int] = {}
        rows = []
        for key in sorted(self.word_keys):
            step_code, role_code = key >> SHIFT, key & ((1 << SHIFT) - 1)
            spelling, role = folded[step_code], roles[role_code]
            word_id = None
            if spelling in known:
                word_id = word_ids.setdefault((spelling or "", role), len(word_ids))
            rows.append((key, word_id, role, deputies[role_code], step_texts[step_code], role_texts[role_code]))
        schema = {
            "word_key": pl.Int64,
            "word_id": pl.Int32,
            "role": pl.String,
            "deputy": pl.Boolean,
            "step_text": pl.String,
            "role_text": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row"), word_ids


def _id(text: str | None, spellings: dict[str, str], ids: Iterable[str]) -> str | None:
    """The id that a text names: an id itself, or a spelling of the vocabulary."""
    if text is None:
        return None
    if text in ids:
        return text
    return spellings.get(fold(text))


def _all_editions(rulebook: Rulebook) -> list[tuple[str, tuple[Step, ...]]]:
    return [(s.id, e.steps) for s in rulebook.services.values() for p in s.procedures for e in p.editions]


def _meaning(
    rulebook: Rulebook, service: str, channel: str, steps: tuple[Step, ...], spelling: str, role: str | None
) -> tuple[int | None, bool]:
    """The place of the step that a spelling names among `steps`, and whether it fits several."""
    ids = rulebook.vocabulary.steps.get((service, channel), {}).get(spelling, ())
    fits = [i for i, s in enumerate(steps) if s.id in ids or fold(s.id) == spelling]
    if len(fits) > 1:
        by_role = [i for i in fits if role is not None and role in accepted_roles(rulebook, steps[i])]
        return (by_role[0], False) if len(by_role) == 1 else (None, True)
    return (fits[0], False) if fits else (None, False)


def _word_steps(rulebook: Rulebook, tables: RuleTables, word_ids: dict[tuple[str, str | None], int]) -> pl.DataFrame:
    rows = []
    for process in tables.processes:
        for (spelling, role), word_id in word_ids.items():
            row = _in_process(rulebook, tables, process, spelling, role)
            if row is not None:
                rows.append((process.process_id, word_id, *row))
    schema = {
        "process_id": pl.Int16,
        "word_id": pl.Int32,
        "sid": pl.Int32,
        "inside": pl.Boolean,
        "ambiguous": pl.Boolean,
        "wrong_role": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _in_process(
    rulebook: Rulebook, tables: RuleTables, process: Process, spelling: str, role: str | None
) -> tuple[int | None, bool, bool, bool] | None:
    """(sid, inner, ambiguous, wrong role) of a word in a process; None where it is unknown there."""
    service = process.procedure.service
    layers = [(process.edition_id, process.procedure.channel, False)]
    if process.inner_id is not None:
        layers.append((process.inner_id, "provider", True))
    for edition_id, channel, inner in layers:
        _, edition = tables.editions[edition_id]
        place, ambiguous = _meaning(rulebook, service, channel, edition.steps, spelling, role)
        if place is not None:
            step = edition.steps[place]
            wrong = role is not None and role not in accepted_roles(rulebook, step)
            return edition_id * STRIDE + place, inner, False, wrong
        if ambiguous:
            return None, inner, True, False
    return None


def _pair_words(rulebook: Rulebook, tables: RuleTables, word_ids: dict[tuple[str, str | None], int]) -> pl.DataFrame:
    rows = []
    for (service, channel), pair_id in tables.pairs.items():
        procedure = rulebook.procedure(service, channel)
        assert procedure is not None
        for (spelling, role), word_id in word_ids.items():
            for edition in reversed(procedure.editions):
                place, ambiguous = _meaning(rulebook, service, channel, edition.steps, spelling, role)
                if place is not None or ambiguous:
                    first = next((i for i, s in enumerate(edition.steps) if s.required), 0)
                    rows.append((pair_id, word_id, place == first))
                    break
    schema = {"pair_id": pl.Int16, "word_id": pl.Int32, "first": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
