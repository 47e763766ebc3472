"""Citations in words: `№ 37/03, item 9, clause 7(2) action 8`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from auditor.law.section import REFERENCE
from auditor.law.types import Rulebook


class Says(Protocol):
    """`auditor.language.Words` of the area "rules", handed in: the law stands below the languages."""

    language: str

    def __call__(self, key: str, **values: object) -> str: ...


def cite(rulebook: Rulebook, service: str, step_citation: str | Iterable[str], words: Says) -> str:
    """References of a step, limit or allowance as a reader's citation; empty where there are none.

    `step_citation`: one reference or several, such as "5.2.4" (clause, sub-clause, action); free texts stand as they
    are. `words`: `Words("rules", "ru")`.
    """
    references = [step_citation] if isinstance(step_citation, str) else list(step_citation)
    clauses = [_clause(reference, words) for reference in references if REFERENCE.fullmatch(reference)]
    texts = [reference for reference in references if not REFERENCE.fullmatch(reference)]
    if clauses:
        act = rulebook.act_label[words.language]
        found = rulebook.services.get(service)
        item = [words("cite.item", item=found.item)] if found is not None else []
        texts.insert(0, ", ".join([act, *item, *clauses]))
    return "; ".join(texts)


def _clause(reference: str, words: Says) -> str:
    parts = reference.split(".")
    form = ("cite.clause", "cite.subclause", "cite.action")[len(parts) - 1]
    return words(form, **dict(zip(("clause", "subclause", "action"), parts, strict=False)))
