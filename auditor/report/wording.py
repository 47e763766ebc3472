"""How figures, moments and the rules' names are said in one language."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from auditor.language import Words
from auditor.law.types import Names, Rulebook

GROUP = "\u202f"
"""Between thousands: narrow, and no line breaks at it."""

DASH = "\u2014"
KAZAKH = {letter: place for place, letter in enumerate("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя")}

INVISIBLE = {
    **{code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"},
    **dict.fromkeys((1564, 8206, 8207, *range(8234, 8239), *range(8294, 8298), 65279), "�"),
}
"""Control characters, and the marks that turn the direction of writing and so could show a text as another one."""

LONGEST_TEXT = 1000


class Wording:
    """The words of a report in one language, and the forms of figures in it."""

    def __init__(self, language: str, rulebook: Rulebook) -> None:
        self.language = language
        self.words = Words("report", language)
        self._codes = Words("codes", language)
        self._rulebook = rulebook
        self._decimal = "." if language == "en" else ","
        self._percent = "%" if language == "en" else "\u00a0%"
        self._day = "%Y-%m-%d" if language == "en" else "%d.%m.%Y"

    def number(self, value: int | None) -> str:
        """A whole number, grouped by threes."""
        return DASH if value is None else f"{value:,}".replace(",", GROUP)

    def amount(self, value: float | None) -> str:
        """A number with two decimals, or none where it is whole."""
        if value is None:
            return DASH
        text = f"{value:,.2f}".removesuffix(".00")
        return text.replace(",", GROUP).replace(".", self._decimal)

    def share(self, part: int, whole: int) -> str:
        """A percentage with one decimal. Neither 0 nor 100 is said of what is only nearly so."""
        if not whole:
            return DASH
        tenths = round(1000 * part / whole)
        tenths = min(max(tenths, 1 if part else 0), 1000 if part == whole else 999)
        text = "100" if tenths == 1000 else f"{tenths // 10}{self._decimal}{tenths % 10}"
        return text + self._percent

    def day(self, value: date | None) -> str:
        return value.strftime(self._day) if value else DASH

    def moment(self, value: datetime | None) -> str:
        """Day and minute; the seconds too where there are any, for they may decide."""
        if value is None:
            return DASH
        return value.strftime(f"{self._day} %H:%M:%S" if value.second else f"{self._day} %H:%M")

    def stamp(self, value: datetime | None) -> str:
        """A moment of a journal: midnight is how a bare date comes, and is shown as one."""
        midnight = value is not None and (value.hour, value.minute, value.second) == (0, 0, 0)
        return self.day(value) if midnight else self.moment(value)

    def known(self, area: str, key: str | None) -> str:
        """The words of `area.key`; the key itself where the catalog has none."""
        name = f"{area}.{key}"
        return self.words(name) if key and name in self.words else key or DASH

    def code_title(self, code: str) -> str:
        key = f"{code}.title"
        return self._codes(key) if key in self._codes else ""

    def service(self, service: str | None) -> str:
        found = self._rulebook.services.get(service or "")
        return self._name(found.names, service) if found else service or DASH

    def channel(self, channel: str | None) -> str:
        return self._name(self._rulebook.channel_names.get(channel or "", {}), channel)

    def role(self, role: str | None) -> str:
        found = self._rulebook.roles.get(role or "")
        return self._name(found.names, role) if found else role or DASH

    def step(self, service: str | None, channel: str | None, step: str | None) -> str:
        """The step's name in its own procedure, else in the provider's one that runs inside it, else as it is written."""
        for procedure in (channel, "provider"):
            names = self._steps.get((service or "", procedure or "", step or ""))
            if names:
                return self._name(names, step)
        return step or DASH

    def rules_title(self) -> str:
        titles = self._rulebook.titles
        return titles.get(self.language) or titles.get("kk") or self._rulebook.id

    def service_order(self, service: str | None) -> tuple[int, str]:
        """Services in the order of the act, unknown ones after them."""
        found = self._rulebook.services.get(service or "")
        return (found.item, found.id) if found else (10**6, service or "")

    def channel_order(self, channel: str | None) -> tuple[int, str]:
        order = list(self._rulebook.channel_names)
        return (order.index(channel) if channel in order else len(order), channel or "")

    def alphabet(self, text: str | None) -> tuple[tuple[int, ...], str]:
        """A key that sorts names by the Kazakh alphabet, which holds the Russian one; numbers and Latin before it."""
        folded = (text or "").casefold()
        return tuple(10**6 + KAZAKH[c] if c in KAZAKH else ord(c) for c in folded), text or ""

    def _name(self, names: Names, spelling: str | None) -> str:
        for language in (self.language, "kk", "ru", "en"):
            if names.get(language):
                return names[language][0]
        return spelling or DASH

    @cached_property
    def _steps(self) -> dict[tuple[str, str, str], Names]:
        return {
            (service.id, procedure.channel, step.id): step.names
            for service in self._rulebook.services.values()
            for procedure in service.procedures
            for edition in procedure.editions
            for step in edition.steps
        }


def finalize(value: object) -> object:
    """What Jinja makes of each expression before escaping it; markup that is already escaped passes as it is."""
    return readable(value) if type(value) is str else value


def readable(value: str) -> str:
    """Every text on its way into a page: no control or direction marks, and no longer than can be read."""
    # Most texts have nothing to translate, and asking for that is six times faster.
    text = value if value.isprintable() else value.translate(INVISIBLE)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
