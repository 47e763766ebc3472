"""Names of people inside free texts: a step, service or role that the rules do not know is shown as the journal spells it, and cells slip.

What is taken for a name, and shown as a number of the report or as dots:

    somebody of the journals' column of employees    «Передано Сериковой А.» where it names «Серикова А.»: № 7
    capital words with initials                      «Звонок Иванову И.И.»: «Звонок •••»
    a capital word with a surname's ending, not the first one    «принёс Сидоров»
    capital words with a patronymic, or two or more of which one has a surname's ending    «Иванов Пётр», «Әлия Нұрланқызы»

Words that the rules themselves use are no names, and neither is one capital word alone: «Вызов заявителя», «Акт». Where to look stands
beside each finding: file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

import polars as pl

from auditor.engine.masking import mask_employees, mask_iin
from auditor.law.types import Rulebook

DOTS = "•••"
CAPITAL = r"[^\W\d_a-zа-яёәғқңөұүһі][^\W\d_]+(?:-[^\W\d_]+)?"
INITIAL = r"[^\W\d_a-zа-яёәғқңөұүһі]\."
INITIALS = rf"{INITIAL}(?:\s?{INITIAL})?"
WITH_INITIALS = re.compile(rf"\b{CAPITAL}\s+{INITIALS}|\b{INITIALS}\s?{CAPITAL}")
CAPITALS = re.compile(rf"\b{CAPITAL}(?:\s+{CAPITAL})+")
WORD = re.compile(r"[^\W\d_]+")
CASE = r"(?:а|у|ым|ом|ем|е|ой|ы|и|ға|ге|қа|ке|ның|нің|дың|дің|тың|тің|ды|ді|ты|ті|мен|дан|ден|тан|тен)?"
PATRONYMIC = re.compile(rf"\w{{2,}}(?:вич|вн|ичн|ұлы|улы|ұл|қызы|кызы|қыз|оглы){CASE}$", re.IGNORECASE)
SURNAME = re.compile(
    rf"\w{{2,}}(?:(?:ов|ев|ёв|ин|ын){CASE}|(?:ск|цк)(?:ий|ая|ого|ому|им|ой|ую))$|\w{{3,}}(?:ova?|eva?|uly|kyzy|sk[iy]y?|skaya)$",
    re.IGNORECASE,
)
SHORTEST = 4
"""Letters of a name that is looked for alone."""
ENDING = re.compile(rf"(?<=\w{{3}}){CASE}$", re.IGNORECASE)
ONE = re.compile(rf"\b{CAPITAL}\b")
MOST = 3
"""Words of a person's name."""


class NamesInText:
    """Hides names in the texts of a run. `everyone`: all names of the exports; `rulebook`: its words are no names."""

    def __init__(self, everyone: pl.Series, rulebook: Rulebook) -> None:
        self._everyone = everyone
        self._rulebook = rulebook

    def hide(self, texts: pl.Series) -> pl.Series:
        """Texts without names of people and without identification numbers; each distinct one is looked at once."""
        plain = mask_iin(texts)
        told = [text for text in plain.unique().drop_nulls().to_list() if any(letter.isupper() for letter in text)]
        hidden = {text: self.hidden(text) for text in told}
        changed = {text: shown for text, shown in hidden.items() if shown != text}
        return plain.replace(changed) if changed else plain

    def hidden(self, text: str) -> str:
        """One text without names."""
        text = WITH_INITIALS.sub(self._person, text)
        text = CAPITALS.sub(self._run, text)
        return ONE.sub(self._person, text)

    def _person(self, found: re.Match[str]) -> str:
        """A word, perhaps with initials: the number of the one whom the journals call so; dots for others with initials."""
        number = self._number(found[0])
        named = "." in found[0] or (found.start() and SURNAME.search(found[0]))
        return number or (DOTS if named and self._strange(found[0]) else found[0])

    def _run(self, found: re.Match[str]) -> str:
        """Capital words in a row: those that tell a name, and those beside them."""
        words = found[0].split()
        strange = [self._strange(word) for word in words]
        telling = [
            alien
            and bool(
                PATRONYMIC.search(word) or _stem(word) in self._people or (len(words) <= MOST and SURNAME.search(word))
            )
            for word, alien in zip(words, strange, strict=True)
        ]
        if not any(telling):
            return found[0]
        first, last = telling.index(True), len(telling) - 1 - telling[::-1].index(True)
        if len(words) <= MOST:
            first, last = strange.index(True), len(strange) - 1 - strange[::-1].index(True)
        name = " ".join(words[first : last + 1])
        return " ".join([*words[:first], self._number(name) or DOTS, *words[last + 1 :]])

    def _number(self, name: str) -> str:
        """The number that the report has for a person of the journals; dots where several are called so, nothing where nobody is."""
        words = [word for word in WORD.findall(name) if len(word) >= SHORTEST and self._strange(word)]
        called = [people for word in words if (people := self._people.get(_stem(word)))]
        if not called:
            return ""
        exact = [person for person in called[0] if WORD.findall(person.casefold()) == WORD.findall(name.casefold())]
        people = exact or [person for person in called[0] if all(person in others for others in called)]
        if len(people) != 1:
            return DOTS
        number: str = mask_employees(pl.Series(people), self._everyone).item()
        return number

    def _strange(self, text: str) -> bool:
        """Some word of it is none of the rules' own."""
        return any(word.casefold() not in self._known for word in WORD.findall(text) if len(word) > 1)

    @cached_property
    def _known(self) -> set[str]:
        rules = self._rulebook
        vocabulary = rules.vocabulary
        spellings = [*vocabulary.services, *vocabulary.channels, *vocabulary.roles, *vocabulary.deputies]
        spellings += [spelling for steps in vocabulary.steps.values() for spelling in steps]
        named = [*(each.names for each in rules.services.values()), *(each.names for each in rules.roles.values())]
        spellings += [text for names in named for spelled in names.values() for text in spelled]
        spellings += [text for names in rules.channel_names.values() for spelled in names.values() for text in spelled]
        return {word.casefold() for text in spellings for word in WORD.findall(text)}

    @cached_property
    def _people(self) -> dict[str, list[str]]:
        """The stem of each long word of a name to the names that have it."""
        people: dict[str, list[str]] = {}
        for name in self._everyone.drop_nulls().unique().sort().to_list():
            for stem in {_stem(word) for word in WORD.findall(name) if len(word) >= SHORTEST and self._strange(word)}:
                people.setdefault(stem, []).append(name)
        return people


def hiding(everyone: pl.Series, rulebook: Rulebook, *, shown: bool) -> Callable[[pl.Series], pl.Series]:
    """How texts of a journal are to be shown: without identification numbers, and without names unless they are asked for."""
    return mask_iin if shown else NamesInText(everyone, rulebook).hide


def _stem(word: str) -> str:
    """A name without the endings of its case: Серіковаға, Серікова, Серіков."""
    return ENDING.sub("", ENDING.sub("", word.casefold()))
