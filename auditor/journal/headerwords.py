"""What the words of an unknown header and the values under it say: which step a column is of, and what of it.

`Дата подписания` has the word of a step, in another case, and the word of a moment. A word counts as a step's where both
begin alike, long enough that it is no accident; the spelling with most of its words in the header wins, and where spellings of different steps are left, none does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from auditor.journal import formats
from auditor.journal.header import loose_name
from auditor.journal.moments import read_moments
from auditor.law.types import Rulebook
from auditor.law.vocabulary import find, fold

MOST = 0.8
"""The share of a column's values that must be known for its values to say what it is."""
SHORTEST, ENDING = 4, 3
LONGEST_NAME = 3
MEANINGS = {
    "received_at": ("получен", "поступ", "принят", "передан", "начал", "алын", "түск", "түсті", "басталды", "қабылдан", "received", "started", "begun"),
    "completed_at": ("исполнен", "заверш", "выполн", "оконч", "готов", "орындал", "аяқтал", "біт", "completed", "finished", "done"),
    "employee": ("исполнител", "сотрудник", "фио", "кто", "работник", "орындаушы", "қызметкер", "аты", "employee", "who", "by"),
}  # fmt: skip
DATES = ("дата", "датасы", "күні", "уақыты", "время", "date", "time", "и", "в", "of", "the", "at")
TRIED = (
    "d.m.yyyy", "dd.mm.yy", "d.m.yy", "dd/mm/yyyy", "d/m/yyyy", "mm/dd/yyyy", "m/d/yyyy", "dd/mm/yy", "mm/dd/yy", "yyyy/mm/dd",
    "dd-mm-yyyy", "yyyy.mm.dd", formats.EXCEL,
)  # fmt: skip
CLOCKS = ("", " HH:MM", " HH:MM:SS", " H:MM", ", HH:MM")


@dataclass(frozen=True)
class StepHeader:
    """A header read by its words. said: the spelling of the step, as the vocabulary has it; what: canonical name."""

    said: str
    what: str
    plain: bool
    """Nothing but a date is said of the step: it is taken for that of the completion."""


def step_header(name: str, spellings: Mapping[str, frozenset[str]]) -> StepHeader | None:
    """What a header says of a step; None where it names none, or several. `spellings`: to the ids that they stand for."""
    words = loose_name(name).split()
    found: dict[str, list[str]] = {}
    for spelling in spellings:
        parts = loose_name(spelling).split()
        rest = list(words)
        for part in parts:
            at = next((word for word in rest if _alike(word, part)), None)
            if at is None:
                break
            rest.remove(at)
        else:
            found[spelling] = rest
    if not found:
        return None
    longest = max(len(loose_name(spelling).split()) for spelling in found)
    best = sorted(spelling for spelling in found if len(loose_name(spelling).split()) == longest)
    exact = [spelling for spelling in best if set(loose_name(spelling).split()) <= set(words)]
    best = exact or best
    if len({spellings[spelling] for spelling in best}) > 1:
        return None
    rest = [word for word in found[best[0]] if word not in DATES]
    for what, beginnings in MEANINGS.items():
        if any(word.startswith(beginnings) for word in rest):
            return StepHeader(best[0], what, plain=False)
    return StepHeader(best[0], "completed_at", plain=True) if not rest else None


def _alike(word: str, other: str) -> bool:
    """Two forms of one word: they begin alike, but for an ending."""
    same = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return word == other or same >= max(
        SHORTEST, min(len(word), len(other)) - ENDING, max(len(word), len(other)) - 2 * ENDING
    )


def known_as(texts: pl.Series, rulebook: Rulebook) -> tuple[str, float] | None:
    """The canonical column whose vocabulary knows most of the values, and the share that it knows; None where none knows `MOST`."""
    values = texts.drop_nulls()
    if not len(values):
        return None
    words = rulebook.vocabulary
    step_words = {spelling for table in words.steps.values() for spelling in table}
    knows: dict[str, Callable[[str], bool]] = {
        "service": lambda text: text in rulebook.services or find(words.services, text) is not None,
        "channel": lambda text: text in rulebook.channel_names or find(words.channels, text) is not None,
        "step": lambda text: fold(text) in step_words,
        "role": lambda text: text in rulebook.roles or find(words.roles, text) is not None,
        "outcome": lambda text: find(words.outcomes, text) is not None,
    }
    counted = values.value_counts()
    shares = {}
    for name, knows_it in knows.items():
        n = sum(count for text, count in counted.iter_rows() if knows_it(str(text)))
        shares[name] = n / len(values)
    best = max(shares, key=lambda name: shares[name])
    return (best, shares[best]) if shares[best] >= MOST else None


def date_formats(texts: pl.Series, zone: str) -> tuple[list[str], list[str], int]:
    """Formats that the usual ones lack for a column of moments: those needed, those among which the values do not decide, and how many
    values no format reads."""
    read = read_moments(texts.drop_nulls(), zone)
    odd = texts.drop_nulls().filter(read.unknown) if read.unknown is not None else texts.drop_nulls().head(0)
    needed: list[str] = []
    while len(odd):
        counted = [(_reads(odd, f), f) for f in _candidates()]
        most = max(n for n, _ in counted)
        if most == 0:
            return needed, [], len(odd)
        best = [f for n, f in counted if n == most]
        apart = [f for f in best[1:] if formats.unlike(best[0], (f,)) == f]
        if apart:
            return needed, [best[0], *apart], len(odd)
        if formats.unlike(best[0], tuple(needed)) is not None:
            return needed, [], len(odd)
        needed.append(best[0])
        odd = odd.filter(formats.as_iso(odd, (best[0],)) == odd)
    return needed, [], 0


def _candidates() -> list[str]:
    usual = [f"{day}{clock}" for day in ("dd.mm.yyyy", "yyyy-mm-dd") for clock in (" H:MM", ", HH:MM")]
    return [
        f if f == formats.EXCEL else f + clock for f in TRIED for clock in (CLOCKS if f != formats.EXCEL else ("",))
    ] + usual


def _reads(texts: pl.Series, format_: str) -> int:
    return int((formats.as_iso(texts, (format_,)) != texts).sum())


def spellings_of_steps(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    """The shorter names of steps, to the ids that each stands for in any procedure."""
    ids: dict[str, set[str]] = {}
    for service in rulebook.services.values():
        for step in (s for p in service.procedures for e in p.editions for s in e.steps):
            for name in (name for names in step.names.values() for name in names):
                if len(name.split()) <= LONGEST_NAME:
                    ids.setdefault(name, set()).add(step.id)
    return {name: frozenset(found) for name, found in ids.items()}


def is_dated(texts: pl.Series, zone: str) -> bool:
    """Whether a column holds moments, in any format."""
    values = texts.drop_nulls()
    if not len(values):
        return False
    _, unclear, unread = date_formats(values, zone)
    return bool(unclear) or unread <= (1 - MOST) * len(values)
