"""How figures, moments and the rules' names are said in one language."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from functools import cached_property

from babel import Locale
from markupsafe import Markup

from auditor.amounts import MANY_HOURS, SECONDS_IN, open_time, working_days
from auditor.language import DAY_FORM, Words
from auditor.law.types import Limit, Names, Rulebook, Step

DASH = "\u2014"
ALPHABET = {letter: place for place, letter in enumerate("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя")}
"""The Kazakh alphabet, which holds the Russian one."""

KAZAKH_ONLY = frozenset("әғқңөұүһі")

INVISIBLE = {
    **{code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"},
    **dict.fromkeys(
        (1564, *range(8203, 8208), *range(8232, 8239), *range(8288, 8304), 65279, *range(65529, 65532)), "�"
    ),
    **dict.fromkeys(range(0xE0000, 0xE0080), "�"),
}
"""Control characters, and the marks that turn the direction of writing or take no room and so could show a text as another one."""

LONGEST_TEXT = 1000


class Wording:
    """The words of a report in one language, and the forms of figures in it."""

    def __init__(self, language: str, rulebook: Rulebook) -> None:
        self.language = language
        self.words = Words("report", language)
        self.rulebook = rulebook
        self.decisions = Words("decisions", language)
        self.reading = Words("reading", language)
        self._codes = Words("codes", language)
        locale = Locale.parse(language)
        self._group: str = locale.number_symbols["latn"]["group"]
        self._decimal: str = locale.number_symbols["latn"]["decimal"]
        self._percent: str = locale.percent_formats[None].pattern.partition("0")[2]
        self._day = DAY_FORM[language]

    def number(self, value: int | None) -> str:
        """A whole number, grouped by threes."""
        return DASH if value is None else f"{value:,}".replace(",", self._group)

    def tenths(self, value: float) -> str:
        """A number with one decimal."""
        whole, _, tenth = f"{value:.1f}".partition(".")
        return f"{int(whole):,}".replace(",", self._group) + self._decimal + tenth

    def share(self, part: int, whole: int) -> str:
        """A percentage with one decimal. Neither 0 nor 100 is said of what is only nearly so."""
        if not whole:
            return DASH
        tenths = round(1000 * part / whole)
        tenths = min(max(tenths, 1 if part else 0), 1000 if part == whole else 999)
        text = "100" if tenths == 1000 else f"{tenths // 10}{self._decimal}{tenths % 10}"
        return text + self._percent

    def span(self, seconds: float | None) -> str:
        """Open time in hours and minutes: seconds only below a minute, no minutes where there are a hundred hours."""
        if seconds is None:
            return DASH
        exact = 1 if seconds < 60 else 3600 if seconds >= MANY_HOURS else 60
        return open_time(round(seconds / exact) * exact, "amount", self.words)

    def measure(self, value: float | None, unit: str | None) -> str:
        """A limit or an excess in its unit (`minute`, `hour`, else working days)."""
        if value is None:
            return DASH
        if unit in SECONDS_IN:
            return self.span(value * SECONDS_IN[unit])
        return working_days(round(value * 100), "amount", self.words)

    def limit(self, limit: Limit | None) -> str:
        return self.measure(limit.value, limit.unit) if limit else DASH

    def day(self, value: date | None) -> str:
        return value.strftime(self._day) if value else DASH

    def moment(self, value: datetime | None) -> str:
        """Day and minute; the seconds too where there are any, for they may decide."""
        if value is None:
            return DASH
        return value.strftime(f"{self._day} %H:%M:%S" if value.second else f"{self._day} %H:%M")

    def time_of_day(self, value: time) -> str:
        """A time of day, to the minute; the seconds too where there are any."""
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")

    def stamp(self, value: datetime | None) -> str:
        """A moment of a journal: midnight is how a bare date comes, and is shown as one."""
        midnight = value is not None and (value.hour, value.minute, value.second) == (0, 0, 0)
        return self.day(value) if midnight else self.moment(value)

    def tongue(self, text: str | None) -> Markup:
        """The attribute `lang` of a name from a journal, where its letters show another language than the page's; else nothing.

        Letters that only Kazakh has show Kazakh; on an English page other Cyrillic is told as Russian.
        """
        letters = set((text or "").casefold())
        found = (
            "kk"
            if letters & KAZAKH_ONLY
            else "ru"
            if self.language == "en" and letters & set(ALPHABET)
            else self.language
        )
        return Markup("") if found == self.language else Markup(f" lang={found}")

    def known(self, area: str, key: str | None) -> str:
        """The words of `area.key`; the key itself where the catalog has none."""
        name = f"{area}.{key}"
        return self.words(name) if key and name in self.words else key or DASH

    def code_title(self, code: str) -> str:
        key = f"{code}.title"
        return self._codes(key) if key in self._codes else ""

    def service(self, service: str | None) -> str:
        found = self.rulebook.services.get(service or "")
        return self._name(found.names, service) if found else service or DASH

    def channel(self, channel: str | None) -> str:
        return self._name(self.rulebook.channel_names.get(channel or "", {}), channel)

    def role(self, role: str | None) -> str:
        found = self.rulebook.roles.get(role or "")
        return self._name(found.names, role) if found else role or DASH

    def step(self, service: str | None, channel: str | None, step: str | None) -> str:
        """The step's name in its own procedure, else in the provider's one that runs inside it, else as it is written."""
        for procedure in (channel, "provider"):
            names = self._steps.get((service or "", procedure or "", step or ""))
            if names:
                return self._name(names, step)
        return step or DASH

    def steps_in_order(self, service: str, channel: str) -> list[str]:
        """The ids of all steps of a procedure's editions, in the order of the act."""
        procedure = self.rulebook.procedure(service, channel)
        editions = reversed(procedure.editions) if procedure else ()
        return list(dict.fromkeys(step.id for edition in editions for step in edition.steps))

    def rule_of(self, service: str, channel: str, step_id: str) -> tuple[Step | None, int]:
        """A step by the latest edition that has it, and the seconds that its office is open on a day (the longest of the week)."""
        procedure = self.rulebook.procedure(service, channel)
        for edition in reversed(procedure.editions if procedure else ()):
            for step in edition.steps:
                if step.id == step_id:
                    calendar = self.rulebook.calendars.get(self.rulebook.office_kind(step.role, channel))
                    week = calendar.hours[-1].week if calendar and calendar.hours else {}
                    return step, max((sum(e - s for s, e in hours) for hours in week.values()), default=0)
        return None, 0

    def factor(self, value: float) -> str:
        """How many times: no decimals that say nothing."""
        return f"{value:g}".replace(".", self._decimal)

    def rules_title(self) -> str:
        titles = self.rulebook.titles
        return titles.get(self.language) or titles.get("kk") or self.rulebook.id

    def service_order(self, service: str | None) -> tuple[int, str]:
        """Services in the order of the act, unknown ones after them."""
        found = self.rulebook.services.get(service or "")
        return (found.item, found.id) if found else (10**6, service or "")

    def channel_order(self, channel: str | None) -> tuple[int, str]:
        order = list(self.rulebook.channel_names)
        return (order.index(channel) if channel in order else len(order), channel or "")

    def alphabet(self, text: str | None) -> tuple[tuple[tuple[int, int], ...], str]:
        """A key that sorts names by the language's alphabet, after Latin names, and numbers in them by their size.

        Russian sorts ё with е; in the Kazakh alphabet it is a letter of its own.
        """
        folded = (text or "").casefold()
        if self.language != "kk":
            folded = folded.replace("ё", "е")
        return tuple(key for piece in re.findall(r"[0-9]{1,18}|[^0-9]", folded) for key in _places(piece)), text or ""

    def _name(self, names: Names, spelling: str | None) -> str:
        for language in (self.language, "kk", "ru", "en"):
            if names.get(language):
                return names[language][0]
        return spelling or DASH

    @cached_property
    def _steps(self) -> dict[tuple[str, str, str], Names]:
        return {
            (service.id, procedure.channel, step.id): step.names
            for service in self.rulebook.services.values()
            for procedure in service.procedures
            for edition in procedure.editions
            for step in edition.steps
        }


def _places(piece: str) -> list[tuple[int, int]]:
    """Where a letter or a number stands among others: marks, numbers, Latin and the rest, the Kazakh alphabet."""
    if piece.isdecimal():
        return [(1, int(piece))]
    if piece in ALPHABET:
        return [(3, ALPHABET[piece])]
    plain = unicodedata.normalize("NFKD", piece)
    return [(2 if letter.isalpha() else 0, ord(letter)) for letter in plain if not unicodedata.combining(letter)]


def finalize(value: object, longest: int = LONGEST_TEXT) -> object:
    """What Jinja makes of each expression before escaping it; markup that is already escaped passes as it is."""
    return readable(value, longest) if type(value) is str else value


def readable(value: str, longest: int = LONGEST_TEXT) -> str:
    """Every text on its way into a page: no control or direction marks, and no longer than can be read."""
    # Most texts have nothing to translate, and asking for that is six times faster.
    text = value if value.isprintable() else value.translate(INVISIBLE)
    return text if len(text) <= longest else f"{text[:longest]}…"
