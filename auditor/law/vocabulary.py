"""Spellings met in journals, folded so that differences of typing don't matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from auditor.law.section import Section
from auditor.law.types import Names, Procedure, Role, Service, Vocabulary

OUTCOMES = ("granted", "refused", "no_data", "withdrawn", "moved")

# Letters that look alike in print. Case matters here: a Latin H looks like Н, a Latin h like Kazakh һ.
LATIN_TO_CYRILLIC = str.maketrans("AaBCcEeHhIiKkMOoPpTXxYyƏə", "АаВСсЕеНһІіКкМОоРрТХхУуӘә")
CYRILLIC_TO_LATIN = str.maketrans("АаВСсЕеНһІіКкМОоРрТХхУуӘәёЁ", "AaBCcEeHhIiKkMOoPpTXxYyƏəeE")
# Letters that a scan of the decree left Latin inside Kazakh words (`көрсетіletіn`): they don't look alike, they sound so.
SOUNDS_CYRILLIC = str.maketrans("DdGgLlmNnRrSstZz", "ДдГгЛлмНнРрСстЗз")
LOOKS_CYRILLIC = frozenset("AaBCcEeHhIiKkMOoPpTXxYyƏə")
DASHES = re.compile(r"\s*[-‐‑‒–—―−﹣－]\s*")
QUOTES = re.compile('[«»“”„‟‹›‘’‚‛`´"]')
WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The form in which two spellings are the same spelling.

    Letter case, white space, ё, kinds of dashes and quotes, closing punctuation and look-alike letters of the other
    alphabet inside a word make no difference.
    """
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "")
    cyrillic_text = any(_is_cyrillic(c) for c in text)
    text = WORD.sub(lambda word: _one_alphabet(word[0], cyrillic_text), text)
    text = QUOTES.sub("'", text.casefold().replace("ё", "е"))
    text = DASHES.sub("-", text)
    return " ".join(text.split()).strip("' .,:;-")


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _one_alphabet(word: str, cyrillic_text: bool) -> str:
    """A word in letters of one alphabet, as far as they look alike.

    Cyrillic where the Latin letters are nothing but look-alikes in a Cyrillic text (`MK қызметкері`), or are the fewer
    ones of the word; else Latin.
    """
    latin = [letter for letter in word if not _is_cyrillic(letter)]
    if not latin:
        return word
    if cyrillic_text and LOOKS_CYRILLIC.issuperset(latin):
        return word.translate(LATIN_TO_CYRILLIC)
    if len(latin) * 2 > len(word):
        return word.translate(CYRILLIC_TO_LATIN)
    return word.translate(LATIN_TO_CYRILLIC).translate(SOUNDS_CYRILLIC)


def find(spellings: Mapping[str, str], text: str) -> str | None:
    """The id that a spelling stands for, or None. `spellings`: one of a Vocabulary's tables."""
    return spellings.get(fold(text))


def find_role(vocabulary: Vocabulary, text: str) -> tuple[str | None, bool]:
    """The role that a spelling stands for (or None), and whether it names a deputy or acting head."""
    folded = fold(text)
    if folded in vocabulary.roles:
        return vocabulary.roles[folded], False
    return vocabulary.deputies.get(folded), folded in vocabulary.deputies


def find_steps(vocabulary: Vocabulary, service: str, channel: str, text: str) -> tuple[str, ...]:
    """The steps of a procedure so called, in the order of the act; empty where there is none."""
    return vocabulary.steps.get((service, channel), {}).get(fold(text), ())


def read_vocabulary(
    root: Section | None, services: dict[str, Service], roles: dict[str, Role], channels: dict[str, Names]
) -> Vocabulary:
    """The vocabulary of a rules folder: its file (which may be missing), the ids and the official names.
    Two ids for one spelling are a fault.
    """
    service_words = _Table(root, "services", {s.id: _all(s.names) for s in services.values()})
    channel_words = _Table(root, "channels", {c: _all(names) for c, names in channels.items()})
    role_words = _Table(root, "roles", {r.id: _all(r.names) for r in roles.values()})
    deputy_words = _Table(root, "deputies", dict.fromkeys(roles, ()), with_ids=False, taken=role_words.words)
    outcome_words = _Table(root, "outcomes", dict.fromkeys(OUTCOMES, ()))
    if root is not None:
        root.done()
    return Vocabulary(
        services=service_words.words,
        channels=channel_words.words,
        roles=role_words.words,
        deputies=deputy_words.words,
        outcomes=outcome_words.words,
        steps={(p.service, p.channel): _steps(p) for s in services.values() for p in s.procedures},
    )


class _Table:
    """One table of the vocabulary: folded spelling to id."""

    def __init__(
        self,
        root: Section | None,
        key: str,
        known: Mapping[str, Iterable[str]],
        *,
        with_ids: bool = True,
        taken: Mapping[str, str] | None = None,
    ) -> None:
        self.words: dict[str, str] = {}
        for identifier, names in known.items():
            for name in (identifier, *names) if with_ids else names:
                self.words.setdefault(fold(name), identifier)
        section = root.section(key, required=False) if root is not None else None
        if section is None:
            return
        for identifier in section.block.entries:
            spellings = section.texts(identifier)
            if identifier not in known:
                section.fault(identifier, "is an unknown id", "one of: " + ", ".join(known))
                continue
            for spelling in spellings:
                folded = fold(spelling)
                other = self.words.setdefault(folded, identifier)
                if other == identifier and taken and folded in taken:
                    other = taken[folded]
                    section.fault(identifier, f"`{spelling}` already names the role {other}", "keep one of the two")
                elif other != identifier:
                    section.fault(identifier, f"`{spelling}` already names {other}", "keep one of the two")


def _all(names: Mapping[str, Iterable[str]]) -> list[str]:
    return [name for spellings in names.values() for name in spellings]


def _steps(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Spelling to step ids over all editions; a step's id stands for that step alone."""
    words: dict[str, tuple[str, ...]] = {}
    ids: dict[str, None] = {}
    for edition in procedure.editions:
        for step in edition.steps:
            ids[step.id] = None
            for name in _all(step.names):
                found = words.get(fold(name), ())
                words[fold(name)] = found if step.id in found else (*found, step.id)
    return words | {fold(identifier): (identifier,) for identifier in ids}
