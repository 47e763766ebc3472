"""Spellings of journals find their ids, however they were typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.law.vocabulary import find, find_role, find_steps, fold


@pytest.fixture(scope="module")
def rulebook(repo: Path) -> Rulebook:
    return load_rulebook(repo / "rules")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  Приём\tи  РЕГИСТРАЦИЯ ", "прием и регистрация"),
        ("«Приём»", "прием"),
        ('"Приём"', "'прием'"),
        ("медико - социальных", "медико-социальных"),
        ("медико—социальных", "медико–социальных"),
        ("әкім\u00a0аппараты", "әкім аппараты"),
        ("Pуководитель", "руководитель"),  # a Latin P
        ("көрсетiлетін", "көрсетілетін"),  # a Latin i
        ("көрсетіletіn", "көрсетілетін"),  # what the scan made of it
        ("HАЧАЛЬНИК", "начальник"),  # a Latin H
        ("MK қызметкері", "МК қызметкері"),  # all Latin in a Kazakh text
        ("роrtal", "portal"),  # Cyrillic р and о in a Latin word
        ("И.О. акима", "и.о. акима"),
        ("м.а.", "м.а"),
        ("й", "и\u0306"),  # composed and decomposed
        ("әкім", "əкім"),  # the Latin schwa
    ],
)
def test_one_spelling(typed: str, meant: str) -> None:
    """Differences of typing fold away."""
    assert fold(typed) == fold(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [("аким", "әкім"), ("резолюция", "регистрация"), ("кеңес", "кеңсе"), ("akim", "аким"), ("sign", "issue")],
)
def test_two_spellings(one: str, other: str) -> None:
    """What is a difference stays one: other letters, another language, another word."""
    assert fold(one) != fold(other)


@given(
    st.text(alphabet=st.sampled_from("aAbBcCeEhHiIkKmMtTxyаАвВсСеЕһіІкКмМтТхуңәəё -–«».'\u00a0\u00ad1"), max_size=24)
)
def test_folding_twice_is_folding_once(text: str) -> None:
    """The vocabulary's keys are folded, and folding them again changes nothing."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("spelling", "role", "deputy"),
    [
        ("provider_chancery", "provider_chancery", False),
        ("көрсетілетін қызметті берушінің кеңсе қызметкері", "provider_chancery", False),
        ("Көрсетілетін қызметті берушінің кеңсе маманы", "provider_chancery", False),
        ("көрсетілетін қызметті берушінің кенсе қызметкері", "provider_chancery", False),
        ("көрсетілетін қызметті берушінің кеңесі", "provider_chancery", False),
        ("kөrsetiletіn қyзmettі berushinің keңse қyзmetkerі", "provider_chancery", False),
        ("Работник канцелярии услугодателя", "provider_chancery", False),
        ("көрсетілетін қызметті берушінің басшысы", "provider_head", False),
        ("басшының орынбасары", "provider_head", True),
        ("Басшының м.а.", "provider_head", True),
        ("басшының міндетін атқарушы", "provider_head", True),
        ("Заместитель руководителя", "provider_head", True),
        ("И.О. руководителя", "provider_head", True),
        ("врио руководителя", "provider_head", True),
        ("acting head", "provider_head", True),
        ("Исполнитель", "provider_executor", False),
        ("ауылдық округ әкімінің маманы", "akim_specialist", False),
        ("Аким сельского округа", "akim", False),
        ("заместитель акима", "akim", True),
        ("и. о. акима", "akim", True),
        ("Әкімнің міндетін атқарушы", "akim", True),
        ("ауылдық округ әкімі аппаратының қызметкері", "akim_chancery", False),
        ("MK қызметкері", "corporation_worker", False),
        ("заявитель", "applicant", False),
        ("бухгалтер", None, False),
    ],
)
def test_roles(rulebook: Rulebook, spelling: str, role: str | None, deputy: bool) -> None:
    """Official names, the decree's misspellings, deputies and acting heads."""
    assert find_role(rulebook.vocabulary, spelling) == (role, deputy)


@pytest.mark.parametrize(
    ("spelling", "service"),
    [
        ("«Мемлекеттік атаулы әлеуметтік көмек тағайындау»", "targeted_assistance"),
        ("Назначение государственной адресной социальной помощи", "targeted_assistance"),
        ("АСП", "targeted_assistance"),
        ("Медициналық - әлеуметтік мекемелерде (үйымдарда) арнаулы әлеуметтік қызмет көрсетуге құжаттар ресімдеу", "institutional_care"),
        ("Жұмыс іздең жүрген адамдарды тіркеу", "job_seeker_registration"),
        ("Регистрация лиц, ищущих работу, в качестве безработных", "unemployed_registration"),
        ("home_care", "home_care"),
        ("Выдача справок безработным", None),
    ],
)  # fmt: skip
def test_services(rulebook: Rulebook, spelling: str, service: str | None) -> None:
    """By official name, short name or id; a service that the decree has struck out is unknown."""
    assert find(rulebook.vocabulary.services, spelling) == service


@pytest.mark.parametrize(
    ("table", "spelling", "meant"),
    [
        ("channels", "ЦОН", "corporation"),
        ("channels", "MK", "corporation"),
        ("channels", "www.egov.kz", "portal"),
        ("channels", "Через акима", "akim"),
        ("channels", "услугодатель", "provider"),
        ("outcomes", "Отказано", "refused"),
        ("outcomes", "бас тартылды", "refused"),
        ("outcomes", "тағайындалды", "granted"),
        ("outcomes", "выдано", "granted"),
        ("outcomes", "отозвано", "withdrawn"),
        ("outcomes", "көшіп кетті", "moved"),
        ("outcomes", "нет данных", "no_data"),
        ("outcomes", "no_data", "no_data"),
    ],
)
def test_channels_and_outcomes(rulebook: Rulebook, table: str, spelling: str, meant: str) -> None:
    """In three languages."""
    assert find(getattr(rulebook.vocabulary, table), spelling) == meant


@pytest.mark.parametrize(
    ("channel", "spelling", "steps"),
    [
        ("provider", "регистрация", ("register",)),
        ("provider", "Бұрыштама", ("resolve",)),
        ("akim", "регистрация", ("akim_register", "register")),
        ("akim", "Тіркеу", ("akim_register", "register")),
        ("akim", "register", ("register",)),
        ("akim", "Подписание", ("akim_sign", "sign")),
        ("akim", "выдача", ("akim_issue",)),
        ("corporation", "регистрация", ()),
        ("corporation", "Получение результата в ЦОН", ("collect",)),
        ("provider", "dispatch", ()),
    ],
)
def test_steps(rulebook: Rulebook, channel: str, spelling: str, steps: tuple[str, ...]) -> None:
    """A short name may belong to two steps, in the order of the act; an id is that step alone."""
    assert find_steps(rulebook.vocabulary, "targeted_assistance", channel, spelling) == steps


def test_the_role_decides_every_name_of_two_steps(rulebook: Rulebook) -> None:
    """No two steps of one name accept a common role."""
    for (service, channel), words in rulebook.vocabulary.steps.items():
        procedure = rulebook.procedure(service, channel)
        assert procedure is not None
        steps = {s.id: s for e in procedure.editions for s in e.steps}
        for spelling, ids in words.items():
            accepted = [role for i in ids for role in steps[i].accepts]
            assert len(accepted) == len(set(accepted)), (service, channel, spelling)


def test_shown_names_tell_the_steps_of_a_procedure_apart(rulebook: Rulebook) -> None:
    """The first name in each language is the step's alone."""
    for service in rulebook.services.values():
        for procedure in service.procedures:
            for edition in procedure.editions:
                for language in ("kk", "ru", "en"):
                    shown = [fold(s.names[language][0]) for s in edition.steps]
                    assert len(shown) == len(set(shown)), (service.id, procedure.channel, language)
                    for step in edition.steps:
                        words = rulebook.vocabulary.steps[service.id, procedure.channel]
                        assert words[fold(step.names[language][0])] == (step.id,)
