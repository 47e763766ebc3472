"""The books' profiles know each service by its titles and by what people write in a summary, in Kazakh, Russian and English."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from auditor.journal.profile_file import load_profile
from auditor.journal.shipped import shipped
from auditor.journal.taking import taken
from auditor.law.load import load_rulebook
from auditor.law.vocabulary import fold
from auditor.paths import default_rules

BOOKS = ("incoming", "incoming_akim", "outgoing")
SHORT = 8
"""Letters up to which a spelling is an abbreviation: within a text it may be part of any word."""
WRITTEN = {
    "Заявление о назначении пособия на ребенка": "child_allowance",
    "Документы на детские пособия": "child_allowance",
    "18 жасқа дейінгі балаға берілетін жәрдемақы туралы өтініш": "child_allowance",
    "Балаларға арналған мемлекеттік жәрдемақы тағайындау": "child_allowance",
    "О назначении АСП": "targeted_assistance",
    "Өтініш: АӘК": "targeted_assistance",
    "Об адресной соц. помощи": "targeted_assistance",
    "Справка получателя ГАСП": "recipient_certificate",
    "О выдаче справки о принадлежности заявителя (семьи) к получателям государственной адресной социальной помощи": "recipient_certificate",
    "Атаулы әлеуметтік көмек алушы екенін растайтын анықтама": "recipient_certificate",
    "Направление на молодежную практику": "employment_referral",
    "Белсенді шараларға қатысуға жолдама": "employment_referral",
    "Об определении в дом-интернат": "institutional_care",
    "Медициналық-әлеуметтік мекемеге орналастыру": "institutional_care",
    "Заявление об уходе на дому": "home_care",
    "Социальное обслуживание на дому": "home_care",
    "Үйдегі күтім туралы": "home_care",
    "О помощи на топливо специалистам села": "rural_fuel_assistance",
    "Ауыл мұғалімінің отынға көмек сұрауы": "rural_fuel_assistance",
    "Регистрация в качестве ищущего работу": "job_seeker_registration",
    "Жұмыс іздеушіні тіркеу": "job_seeker_registration",
    "Регистрация лиц, ищущих работу, в качестве безработных": "unemployed_registration",
    "О присвоении статуса безработного": "unemployed_registration",
    "Жұмыс іздеп жүрген адамды жұмыссыз ретінде тіркеу": "unemployed_registration",
}
OTHER = (
    "О проведении совещания", "Распоряжение о распределении премии", "О графике отпусков", "Заявление об увольнении", "Пособие по уходу за ребенком до года",
    "Жиналыс өткізу туралы", "Еңбек демалысы туралы өтініш", "Об оплате труда", "О социальном паспорте района", "Воспитательная работа с детьми",
)  # fmt: skip


@cache
def read(book: str, text: str) -> str | None:
    """What a book's profile makes of a summary."""
    profile = load_profile(shipped(default_rules())[book])
    # A reply of the outgoing book quotes a number; that is another column's matter.
    return taken(pl.Series([text], dtype=pl.String), "service", None, profile)[0]


@pytest.mark.parametrize("book", BOOKS)
def test_every_title_of_the_vocabulary_is_known(book: str) -> None:
    """Of no title two services are read, and none is other mail."""
    rulebook = load_rulebook(default_rules())
    titles = {
        text: service
        for text, service in rulebook.vocabulary.services.items()
        if len(text) > SHORT and text != fold(service) and "_" not in text
    }
    wrong = {text: read(book, text) for text, service in titles.items() if read(book, text) != service}
    assert not wrong
    assert set(titles.values()) == set(rulebook.services)


@pytest.mark.parametrize("book", BOOKS)
def test_what_people_write_is_known(book: str) -> None:
    assert {text: read(book, text) for text in WRITTEN} == WRITTEN


@pytest.mark.parametrize("book", BOOKS)
def test_other_mail_stays_other_mail(book: str) -> None:
    assert {text: read(book, text) for text in OTHER} == dict.fromkeys(OTHER)
