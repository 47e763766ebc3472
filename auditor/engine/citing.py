"""The clauses that findings rest on, in words."""

from __future__ import annotations

import polars as pl

from auditor.engine.ruletables import PlacedStep, RuleTables
from auditor.language import Words
from auditor.law.cite import cite
from auditor.law.types import Rulebook


def citations(shown: pl.DataFrame, tables: RuleTables, rulebook: Rulebook, language: str) -> pl.Series:
    """The column `citation` of findings as they are shown."""
    words = Words("rules", language)
    keys = shown.select("code", "service", "sid")
    known: dict[tuple[object, ...], str] = {}
    for code, service, sid in keys.unique().iter_rows():
        step = tables.steps.get(sid) if sid is not None else None
        known[code, service, sid] = cite(rulebook, service, _references(code, step), words) or _item(
            rulebook, service, words
        )
    return pl.Series("citation", [known[row] for row in keys.iter_rows()], dtype=pl.String)


def _references(code: str, placed: PlacedStep | None) -> tuple[str, ...]:
    """The clauses that a finding rests on: those of the limit it speaks of, else those of the step."""
    if placed is None:
        return ()
    step = placed.step
    if code == "T03" and placed.edition.total:
        return placed.edition.total.citation
    if code == "T05" and step.stricter_limit and step.limit:
        return (*step.stricter_limit.citation, *step.limit.citation)
    if code in ("T01", "T02", "T06") and step.limit:
        return step.limit.citation
    return step.citation


def _item(rulebook: Rulebook, service: str | None, words: Words) -> str:
    """Where no clause is in question: the act, and the item of the service where it has one."""
    act = rulebook.act_label[words.language]
    known = rulebook.services.get(service) if service else None
    return f"{act}, {words('cite.item', item=known.item)}" if known else act
