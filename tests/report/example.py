"""A small audit made by hand: two districts, two offices each, one of each thing that a page must show."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from auditor.engine.result import Audit, Decided, InputFile
from auditor.law.types import Edition, Limit, Names, Procedure, Role, Rulebook, Service, Step, Vocabulary
from auditor.report.frames import (
    APPLICATIONS,
    AROUND,
    COVERAGE,
    DEPUTIES,
    FILE_DISTRICTS,
    FINDINGS,
    FLOWS,
    NOT_IN_FORCE,
    QUARANTINE,
    UNKNOWN_OUTCOMES,
    UNKNOWN_ROLES,
    VERDICTS,
    Schema,
)
from auditor.report.past import ANSWERED, DOCUMENTED, EXCUSED, IDLE, NIGHTS, STATES, Past
from auditor.report.trend import BEFORE, LIVES, Trend

ABAI, TEMIRTAU = "Абай ауданы", "г. Темиртау"
ABAI_OFFICE, ABAI_AKIM = "Абай ауданының жұмыспен қамту бөлімі", "Қарабас кентінің әкімі аппараты"
TEMIRTAU_OFFICE = "Отдел занятости и социальных программ города Темиртау"


def names(kk: str, ru: str, en: str) -> Names:
    return {"kk": (kk,), "ru": (ru,), "en": (en,)}


def step(step_id: str, role: str, limit: Limit | None, called: Names) -> Step:
    return Step(
        id=step_id,
        role=role,
        accepts=(role,),
        limit=limit,
        stricter_limit=None,
        citation=("5.1.1",),
        required=True,
        ends=False,
        accuses=True,
        required_unless=(),
        handover=None,
        names=called,
    )


def rulebook() -> Rulebook:
    """Two services, two channels, three steps."""
    quarter, day = Limit(15, "minute", ("5.1.1",)), Limit(1, "working_day", ("5.1.2",))
    steps = (
        step(
            "register", "provider_chancery", quarter, names("құжаттарды тіркеу", "регистрация документов", "register")
        ),
        step("resolve", "provider_head", day, names("бұрыштама қою", "резолюция руководителя", "resolve")),
        step(
            "issue", "provider_chancery", quarter, names("хабарламаны беру", "выдача уведомления", "issue the notice")
        ),
    )
    edition = Edition(date(2016, 7, 3), None, "exact", None, steps)
    services = {
        name: Service(
            id=name,
            item=item,
            names=called,
            names_source={},
            procedures=tuple(Procedure(name, item, channel, (edition,)) for channel in ("provider", "akim")),
        )
        for item, name, called in (
            (
                1,
                "targeted_assistance",
                names(
                    "Мемлекеттік атаулы әлеуметтік көмек тағайындау",
                    "Назначение государственной адресной социальной помощи",
                    "Award of state targeted social assistance",
                ),
            ),
            (
                2,
                "child_allowance",
                names(
                    "Он сегіз жасқа дейінгі балаларға мемлекеттік жәрдемақы тағайындау",
                    "Назначение государственного пособия на детей до восемнадцати лет",
                    "Award of the state allowance for children under eighteen",
                ),
            ),
        )
    }
    roles = {
        "provider_chancery": Role(
            "provider_chancery",
            "provider",
            True,
            names(
                "көрсетілетін қызметті берушінің кеңсе қызметкері",
                "работник канцелярии услугодателя",
                "chancery worker of the provider",
            ),
        ),
        "provider_head": Role(
            "provider_head",
            "provider",
            True,
            names("көрсетілетін қызметті берушінің басшысы", "руководитель услугодателя", "head of the provider"),
        ),
    }
    return Rulebook(
        id="example",
        titles={"kk": "Үлгі регламент", "ru": "Пример регламента", "en": "An example of a regulation"},
        act_label={},
        zone="Asia/Almaty",
        acts={},
        services=services,
        roles=roles,
        channel_names={
            "provider": names("көрсетілетін қызметті беруші арқылы", "через услугодателя", "through the provider"),
            "akim": names("ауылдық округ әкімі арқылы", "через акима сельского округа", "through the rural akim"),
        },
        calendars={},
        handover=day,
        carriage=Limit(5, "working_day", ()),
        keep_apart=(),
        vocabulary=Vocabulary({}, {}, {}, {}, {}, {}),
        sha256="ab" * 32,
        calendar_sha256="cd" * 32,
    )


def frame(schema: Schema, *rows: dict[str, Any] | tuple[Any, ...]) -> pl.DataFrame:
    """A frame of the schema; a row is a tuple of all columns, or a dict of some."""
    whole = [dict(zip(schema, row, strict=False)) if isinstance(row, tuple) else row for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in whole], schema=schema)


def finding(code: str = "T01", **changed: Any) -> dict[str, Any]:
    """A late step in Abai, or what is changed of it."""
    late = {
        "code": code,
        "severity": "error",
        "district": ABAI,
        "office": ABAI_OFFICE,
        "service": "child_allowance",
        "channel": "provider",
        "application_no": "2018-15",
        "step": "register",
        "role": "provider_chancery",
        "employee": "••••a3f",
        "received_at": datetime(2018, 3, 16, 17, 45),
        "completed_at": datetime(2018, 3, 19, 9, 40, 20),
        "due_at": datetime(2018, 3, 16, 18, 0),
        "limit": 15.0,
        "limit_unit": "minute",
        "actual": 85.333333,
        "excess": 70.333333,
        "basis": "exact",
        "citation": "№ 37/03, 2, 5.1.1",
        "message": "Предел в 15 минут превышен на 1 ч 10 мин.",
        "source_file": "journals/abai.csv",
        "source_line": 12,
        "fingerprint": f"{code:f>16}",
    }
    return {**late, **changed}


NO_CLOCK = dict.fromkeys(("due_at", "limit", "limit_unit", "actual", "excess", "received_at", "completed_at"))


def audit(language: str = "ru", **changed: Any) -> Audit:
    """The audit; any field can be changed."""
    findings = frame(
        FINDINGS,
        finding(),
        finding(
            "T02",
            severity="warning",
            basis="later_wording",
            step="resolve",
            role="provider_head",
            completed_at=None,
            received_at=datetime(2017, 3, 20),
            due_at=datetime(2017, 3, 24, 18, 30),
            limit=1.0,
            limit_unit="working_day",
            actual=12.5,
            excess=11.5,
            application_no="7",
            source_line=14,
        ),
        finding(
            "S01",
            district=TEMIRTAU,
            office=TEMIRTAU_OFFICE,
            source_file="journals/темиртау.csv",
            message="Записи о действии нет.",
            **NO_CLOCK,
        ),
        finding(
            "P03",
            severity="info",
            service="targeted_assistance",
            message="Действующих правил нет.",
            **{**NO_CLOCK, **dict.fromkeys(("district", "office", "application_no", "step", "role", "employee"))},
        ),
        finding(
            "P01",
            severity="warning",
            service="Хат-хабар",
            channel=None,
            message="Такой услуги в правилах нет.",
            **{**NO_CLOCK, "step": None, "role": None, "employee": None},
        ),
    )
    step_of = ("register", "provider_chancery")
    abai = (ABAI, ABAI_OFFICE, "child_allowance", "provider", *step_of)
    akim = (ABAI, ABAI_AKIM, "child_allowance", "akim", *step_of)
    temirtau = (TEMIRTAU, TEMIRTAU_OFFICE, "targeted_assistance", "provider", *step_of)
    verdicts = frame(
        VERDICTS,
        (*abai, "met", None, 1201),
        (*abai, "late", None, 1),
        (*abai, "overdue", None, 1),
        (*abai, "open", None, 4),
        (*akim, "undetermined", "day_precision", 300),
        (*akim, "undetermined", "no_entry_of_office", 11),
        (*temirtau, "met", None, 20),
        (*temirtau, "skipped", None, 1),
        (*temirtau, "undetermined", "before_coverage", 2),
        (*temirtau, "undetermined", "a_new_reason", 1),
    )
    told: dict[str, Any] = {
        "findings": findings,
        "around": frame(
            AROUND,
            (f"{'T01':f>16}", None, None, None, "resolve", datetime(2018, 3, 19, 10, 5), False),
            (f"{'T02':f>16}", "register", datetime(2017, 3, 17, 12, 40), True, None, None, None),
            (f"{'S01':f>16}", None, None, None, "resolve", datetime(2018, 3, 19, 10, 5), False),
        ),
        "verdicts": verdicts,
        "applications": frame(
            APPLICATIONS,
            (ABAI, ABAI_OFFICE, "child_allowance", "provider", 1000),
            (ABAI, ABAI_OFFICE, "Хат-хабар", None, 1),
            (ABAI, ABAI_AKIM, "child_allowance", "akim", 150),
            (TEMIRTAU, TEMIRTAU_OFFICE, "targeted_assistance", "provider", 30),
        ),
        "not_in_force": frame(
            NOT_IN_FORCE,
            ("targeted_assistance", "provider", date(2019, 6, 29), None, TEMIRTAU, 3),
            ("targeted_assistance", "provider", None, date(2016, 7, 3), TEMIRTAU, 2),
            ("targeted_assistance", "provider", None, date(2016, 7, 3), ABAI, 1),
        ),
        "coverage": frame(
            COVERAGE,
            (ABAI, ABAI_OFFICE, datetime(2017, 1, 9, 9, 5), datetime(2018, 12, 31, 23, 59, 59), True),
            (ABAI, ABAI_AKIM, datetime(2017, 1, 9), datetime(2018, 12, 28, 17, 2), False),
            (TEMIRTAU, TEMIRTAU_OFFICE, datetime(2018, 1, 3, 9, 0), datetime(2018, 12, 29, 18, 0), False),
        ),
        "quarantine": frame(
            QUARANTINE,
            (
                "journals/abai.csv",
                17,
                "received_at",
                "31.02.2018",
                "неизвестный вид момента",
                "15;Иванов И.И.;31.02.2018",
            ),
            ("journals/shared.csv", 3, None, None, "число полей 4 вместо 12, ИИН 870101300123", "870101300123;;;"),
            ("journals/темиртау.csv", 9, "office", "", "пустое обязательное значение", ";;;x"),
        ),
        "unknown_roles": frame(UNKNOWN_ROLES, (ABAI, "жинақтаушы", 4), (TEMIRTAU, "вахтёр", 2)),
        "unknown_outcomes": frame(UNKNOWN_OUTCOMES, (ABAI, "мұрағатқа тапсырылды", 3), (TEMIRTAU, "в дело", 1)),
        "deputies": frame(DEPUTIES, (TEMIRTAU, "и.о. руководителя", "provider_head", 5)),
        "file_districts": frame(
            FILE_DISTRICTS,
            ("journals/abai.csv", ABAI, 3520),
            ("journals/темиртау.csv", TEMIRTAU, 70),
            ("journals/shared.csv", ABAI, 10),
            ("journals/shared.csv", TEMIRTAU, 5),
        ),
        "inputs": (
            input_file("journals/abai.csv", 3520, 1),
            input_file("journals/shared.csv", 15, 1),
            input_file("journals/темиртау.csv", 70, 1, encoding="windows-1251"),
        ),
        "flows": frame(
            FLOWS,
            *(
                (place, "child_allowance", "provider", *rest)
                for place in (None, ABAI)
                for rest in (
                    ("register", "provider_chancery", 1207, 0, 0.0, None, 1200, 720_000.0, 540.0),
                    ("resolve", "provider_head", 1190, 1100, 1_980_000.0, 1500.0, 1100, 9_900_000.0, 40_000.0),
                )
            ),
        ),
        "as_of": datetime(2019, 1, 31, 18, 0),
        "covers": (datetime(2017, 1, 1), None),
        "rules_id": "example",
        "rules_sha256": "ab" * 32,
        "calendar_sha256": "cd" * 32,
        "names_shown": False,
        "entries": 3603,
        "application_count": 1181,
        "left_out": 2,
        "language": language,
        "remarks": ("Применён пример примечания.",),
    }
    return Audit(**{**told, **changed})


def trend() -> Trend:
    """The evening before: Abai was a little worse, Temirtau a little better."""
    return Trend(
        datetime(2019, 1, 30, 18, 0),
        frame(
            BEFORE,
            (ABAI, "met", 1100),
            (ABAI, "late", 20),
            (ABAI, "undetermined", 310),
            (TEMIRTAU, "met", 18),
            (TEMIRTAU, "overdue", 0),
        ),
        frame(LIVES, (ABAI, "new", 1), (ABAI, "standing", 1), (TEMIRTAU, "gone", 4), (TEMIRTAU, "standing", 1)),
    )


def past() -> Past:
    """Ninety nights, the tenth of them silent, and registers: one excuse in use, one expired, one documented change."""
    first = date(2018, 11, 3)
    nights = [
        (day, datetime(day.year, day.month, day.day, 18), place, met, 1100, 1, errors, 3, 1, 1)
        for n in range(90)
        for day in [first + timedelta(days=n)]
        if n != 9
        for place, met, errors in ((ABAI, 1000 + n, 40 - n // 3), (TEMIRTAU, 1090, n % 3))
    ]
    papers = ("15-К", date(2019, 1, 10), "директор департамента", "буран", date(2019, 2, 1))
    return Past(
        trend=trend(),
        nights=frame(NIGHTS, *nights),
        excused=frame(EXCUSED, (f"{'T02':f>16}", ABAI, ABAI_OFFICE, "T02", "7", "resolve", True, *papers)),
        documented=frame(
            DOCUMENTED,
            (
                *(ABAI, ABAI_OFFICE, "2018-15", "child_allowance", "provider", "register", "changed"),
                *(datetime(2019, 1, 29, 18), datetime(2019, 1, 30, 18), "Время исправлено.", "8", date(2019, 1, 30)),
                *("начальник отдела", "описка"),
            ),
        ),
        idle=frame(IDLE, ("excuses", "expired", "9-К", None, "аким района", "паводок", date(2018, 12, 1))),
        states=frame(STATES, {"fingerprint": f"{'T01':f>16}", "state": "new"}),
        replies=frame(
            ANSWERED,
            (f"{'T01':f>16}", "rejected", "33", date(2019, 1, 30), None, None, "Иванов болел"),
        ),
    )


def input_file(path: str, accepted: int, quarantined: int, encoding: str = "utf-8") -> InputFile:
    return InputFile(
        path=path,
        sha256="0123456789abcdef" * 4,
        rows_read=accepted + quarantined,
        rows_accepted=accepted,
        rows_quarantined=quarantined,
        encoding=encoding,
        delimiter=";",
        extra_columns=(),
        received_day_precision=False,
        completed_day_precision=False,
        lines={
            "physical": accepted + quarantined + 4,
            "header": 1,
            "rows": accepted,
            "continuation": 0,
            "blank": 1,
            "around": 2,
            "quarantined": quarantined,
        },
        reading=(
            Decided("encoding", encoding, "KZ-1048: решающих слов 5 <b>.", encoding == "windows-1251"),
            Decided("records", "below the table", "Строка 7 под таблицей – не запись: «Итого · 5».", False),
        ),
    )


SENTENCE = {
    "kk": "Құжаттарды тіркеу: 15 минуттық мерзімнен 49 сағат 45 минутқа асып кетті (50 сағат жұмсалды); мерзімнің соңы – 19.03.2018 09:15; "
    "тек ескерту: сол кездегі редакция табылмай, кейінгісі қолданылды.",
    "ru": "Регистрация документов: срок в 15 минут превышен на 49 часов 45 минут (заняло 50 часов); следовало завершить не позднее "
    "19.03.2018 09:15; лишь замечание: редакция того времени не найдена, применена более поздняя.",
    "en": "Registration of the papers: took 50 hours against a limit of 15 minutes, over by 49 hours 45 minutes; was due 2018-03-19 09:15.",
}
CITATION = {
    "kk": "№ 37/03, 2-регламент, 5-тармақ 2) тармақша 4-іс-қимыл",
    "ru": "№ 37/03, регламент 2, пункт 5(2), действие 4",
    "en": "No. 37/03, item 2, clause 5(2) action 4",
}
STEPS = {
    "kk": (
        "Көрсетілетін қызметті берушінің құжаттарды тіркеуі",
        "Көрсетілетін қызметті берушінің нәтижені тіркеп беруі",
    ),
    "ru": ("Подготовка результата у услугодателя", "Регистрация и выдача результата услугодателем"),
    "en": ("Preparation of the result at the provider", "Registration and issue of the result"),
}
"""As long as those of a real audit, which decides how heavy a page is."""


@cache
def large(language: str = "ru", findings: int = 7000) -> Audit:
    """The same with many offices and findings, for looking at a page as it will be."""
    dice = random.Random(5)
    codes = [
        ("T01", "error"),
        ("T02", "error"),
        ("O01", "error"),
        ("T04", "warning"),
        ("J03", "info"),
        ("S02", "error"),
    ]
    districts = ["Абай ауданы", "Ақтоғай ауданы", "Бұқар жырау ауданы", "Қарқаралы ауданы", "г. Темиртау", "Шет ауданы"]
    rows, verdicts, applications, around = [], [], [], []
    for n in range(findings):
        code, severity = dice.choice(codes)
        place = dice.choice(districts)
        received = datetime(2018, 1, 5, 9) + timedelta(minutes=dice.randrange(400_000))
        rows.append(
            finding(
                code,
                severity=severity,
                district=place,
                office=f"{place}: {dice.choice(['отдел занятости и социальных программ', 'аппарат акима № 3'])}",
                application_no=f"ЖТ-{n}",
                message=SENTENCE[language],
                citation=CITATION[language],
                service=dice.choice(["child_allowance", "targeted_assistance"]),
                received_at=received,
                completed_at=received + timedelta(minutes=3000),
                due_at=received + timedelta(minutes=15),
                source_line=n,
                fingerprint=f"{n:016x}",
            )
        )
        before, after = STEPS[language]
        nearby = (received - timedelta(minutes=20), True, after, received + timedelta(minutes=3100), False)
        around.append((f"{n:016x}", before, *(nearby if n % 4 else (*nearby[:2], None, None, None))))
    for place in districts:
        for office in ("отдел занятости и социальных программ", "аппарат акима № 3"):
            key = (place, f"{place}: {office}", "child_allowance", "provider")
            for verdict in ("met", "late", "overdue", "open", "skipped"):
                verdicts.append((*key, "register", "provider_head", verdict, None, dice.randrange(20_000)))
            verdicts.append((*key, "resolve", "provider_head", "undetermined", "no_receipt", dice.randrange(9000)))
            applications.append((*key, dice.randrange(5000)))
    return audit(
        language,
        findings=frame(FINDINGS, *rows),
        around=frame(AROUND, *around),
        verdicts=frame(VERDICTS, *verdicts),
        applications=frame(APPLICATIONS, *applications),
    )
