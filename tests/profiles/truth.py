"""One invented truth written down in several layouts and languages, as offices would."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import yaml

from auditor.law.types import Rulebook
from auditor.paths import default_rules
from auditor.sample import Sample
from auditor.sample.cases import Row
from auditor.sample.fieldclock import DAY
from auditor.sample.offices import Office, Style
from auditor.sample.writing import COLUMNS, Penmanship, Speller, cells

Lines = list[dict[str, str]]
MOMENT = {
    "kk": ("алынды", "орындалды", "қызметкер", "ұзартылды"),
    "ru": ("получено", "исполнено", "исполнитель", "продлено до"),
    "en": ("received", "completed", "employee", "extended to"),
}
CLOSES = {"provider": 66_600, "akim": 64_800, "corporation": 72_000, "portal": DAY}
"""Seconds of the day at which offices of a kind close."""


def dressed(sample: Sample, book: Rulebook, style: Style) -> list[tuple[Office, list[tuple[Row, dict[str, str]]]]]:
    """The lines of each office as it would write them in a style, beside the rows that they are of."""
    speller, pen = Speller(book), Penmanship(book.zone)
    told = []
    for office, rows in sample.books:
        office.style = style
        told.append((office, list(zip(rows, cells(rows, speller, pen), strict=True))))
    return told


def write(path: Path, header: list[str], lines: Lines, delimiter: str = ";", encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=delimiter, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def canonical(folder: Path, sample: Sample, book: Rulebook) -> Path:
    """A row per step under the canonical names."""
    for office, told in dressed(sample, book, Style()):
        write(folder / f"{office.district.slug}-{office.slug}.csv", list(COLUMNS), [line for _, line in told], ",")
    return folder


def by_step(folder: Path, sample: Sample, book: Rulebook, lang: str, encoding: str) -> Path:
    """A row per step under names of the shipped profile in one language, with words of that language."""
    shipped = yaml.safe_load((default_rules() / "profiles" / "journal.yaml").read_text(encoding="utf-8"))["columns"]
    named = {column: name_in(shipped[column], lang) for column in COLUMNS}
    style = Style(words=lang, steps=lang, roles=lang, moments="dotted")
    for office, told in dressed(sample, book, style):
        lines = [{named[column]: line.get(column, "") for column in COLUMNS} for _, line in told]
        path = folder / f"{office.district.slug}-{office.slug}.csv"
        write(path, list(named.values()), lines, encoding=encoding)
    return folder


def name_in(names: list[str], lang: str) -> str:
    """The first of a column's names that is of a language: Kazakh letters, other Cyrillic ones, or Latin ones that are no id."""
    kazakh, cyrillic = set("әғқңөұүһіӘҒҚҢӨҰҮҺІ"), [n for n in names if not n.isascii()]
    if lang == "en":
        return [n for n in names if n.isascii()][-1]
    of_kk = [n for n in cyrillic if set(n) & kazakh]
    found = of_kk if lang == "kk" else [n for n in cyrillic if n not in of_kk]
    return (found or cyrillic)[0]


def by_application(
    folder: Path, sample: Sample, book: Rulebook, lang: str, *, receipts: bool, bare: bool
) -> tuple[Path, Path]:
    """A row per application and office, with columns for each step; the exports, and their profile."""
    received, completed, who, extended = MOMENT[lang]
    steps = {s.id: s for v in book.services.values() for p in v.procedures for e in p.editions for s in e.steps}
    named = {id_: step.names[lang][0] for id_, step in steps.items()}
    once = ("district", "office", "application_no", "service", "channel", "registered_by", "registered_on", "outcome")
    header = [*once, *(f"{name}: {what}" for name in named.values() for what in MOMENT[lang])]
    for office, told in dressed(
        sample, book, Style(words=lang, moments="dotted", precision="day" if bare else "minute")
    ):
        rows: dict[int, dict[str, str]] = {}
        for row, line in sorted(
            told, key=lambda pair: (pair[0].completed is None, pair[0].completed or pair[0].received)
        ):
            if row.twin is not None or row.step_word:  # a second line of a step, or one of no step, has no place here
                continue
            wide = rows.setdefault(id(row.case), {name: line[name] for name in once})
            wide["outcome"] = wide["outcome"] or line["outcome"]
            name = named[row.step.id]
            if f"{name}: {completed}" in wide:
                continue
            wide |= {
                f"{name}: {completed}": line["completed_at"],
                f"{name}: {who}": line["employee"],
                f"{name}: {extended}": line["extended_to"],
            }
            if receipts or not line["completed_at"]:
                wide[f"{name}: {received}"] = line["received_at"]
        write(folder / f"{office.district.slug}-{office.slug}.csv", header, list(rows.values()))
    columns = [
        {
            "step": id_,
            "completed_at": f"{name}: {completed}",
            "employee": f"{name}: {who}",
            "extended_to": f"{name}: {extended}",
        }
        | ({"received_at": f"{name}: {received}"} if receipts else {})
        for id_, name in named.items()
    ]
    told_once = {name: name for name in once}
    profile = folder.parent / f"{folder.name}.yaml"
    profile.write_text(
        json.dumps({"layout": "application", "columns": told_once, "steps": columns}, ensure_ascii=False),
        encoding="utf-8",
    )
    return folder, profile


INCOMING = {
    "kk": ("Р\\с №", "Түскен датасы", "Корреспондент, кіріс құжаттың датасы мен индексі",
           "Құжат түрі, кіріс құжаттың тақырыбы немесе қысқаша мазмұны", "Қарар немесе құжат орындау үшін кімге жіберілді",
           "Құжатты алу туралы қолхат, датасы", "Құжаттың орындалғаны туралы белгі", "Ескертпе"),
    "ru": ("№ п.п", "Дата поступления", "Корреспондент, дата и индекс входящего документа",
           "Вид документа, заголовок или краткое содержание входящего документа", "Резолюция или кому направлен документ на исполнение",
           "Расписка в получении документа, дата", "Отметка об исполнении документа", "Примечание"),
}  # fmt: skip
OUTGOING = ("№№ п.п.", "Дата и индекс исходящего (внутреннего) документа", "Корреспондент", "Заголовок или краткое содержание документа",
            "Отметка об исполнении документа и направлении в дело", "Примечание")  # fmt: skip
MATTERS = {
    "targeted_assistance": "Заявление о назначении адресной социальной помощи",
    "child_allowance": "Өтініш: балаларға мемлекеттік жәрдемақы тағайындау",
    "recipient_certificate": "Заявление о принадлежности к получателям адресной социальной помощи",
    "employment_referral": "Өтініш: жұмыспен қамтуға жәрдемдесудің белсенді шаралары",
    "institutional_care": "Заявление об оформлении документов в медико-социальное учреждение",
    "home_care": "Өтініш: үйде күтім көрсету",
    "rural_fuel_assistance": "Заявление: социальная помощь на приобретение топлива",
    "job_seeker_registration": "Өтініш: жұмыс іздеуші ретінде тіркеу",
    "unemployed_registration": "Заявление о регистрации в качестве безработного",
}


def books(folder: Path, sample: Sample, lang: str) -> tuple[dict[str, Path], dict[str, str]]:
    """The books of one provider's office, that of the most applications of its own: folders by name, and what stands on the cover."""
    mine = {
        o: [r for r in rows if r.case.channel == "provider" and r.case.home is o]
        for o, rows in sample.books
        if o.kind == "provider"
    }
    office = max(mine, key=lambda o: len(mine[o]))
    incoming, outgoing = [], []
    cases = {id(row.case): row.case for row in mine[office]}
    for case in cases.values():
        own = {
            row.step.id: row
            for row in reversed(case.rows)
            if not row.step_word and row.twin is None and not row.impossible
        }
        first = own.get("register")
        if first is None:
            continue
        days = {id_: day(row.completed) for id_, row in own.items()}
        slip = day(own["prepare"].received) if "prepare" in own else ""
        resolved = f"Орындауға {days['resolve']}" if days.get("resolve") else ""
        matter = MATTERS.get(case.service, "Сұрау")
        incoming.append((case.number, day(first.received), "Азамат", matter, resolved, slip, days.get("issue", ""), ""))
        if days.get("issue"):
            outgoing.append(
                (
                    str(len(outgoing) + 1),
                    f"{days['issue']} № 02/{len(outgoing)}",
                    "Азамат",
                    f"{matter}, на № {case.number} от {day(first.received)}",
                    "",
                    "",
                )
            )
    incoming.append(("9999", incoming[-1][1], "Прокуратура", "Запрос сведений", "", "", "", ""))
    outgoing.append(("9999", outgoing[-1][1], "Прокуратура", "Ответ на запрос", "", ""))
    for name, header, rows in (("incoming", INCOMING[lang], incoming), ("outgoing", OUTGOING, outgoing)):
        write(folder / name / "book.csv", list(header), [dict(zip(header, row, strict=True)) for row in rows])
    cover = {"district": office.district.name, "office": office.name}
    return {name: folder / name for name in ("incoming", "outgoing")}, cover


def day(moment: int | None) -> str:
    """A bare date, as the books have it; empty where there is none."""
    return "" if moment is None else date.fromordinal(moment // DAY).strftime("%d.%m.%Y")


def after_closing(sample: Sample) -> set[tuple[str, str, str]]:
    """District, application and step of what was received when the office had closed: a bare date can't say so (reading 16)."""
    return {
        (row.office.district.name, row.case.number, row.step.id)
        for _, rows in sample.books
        for row in rows
        if row.received % DAY > CLOSES[row.office.kind]
    }


__all__ = ["after_closing", "books", "by_application", "by_step", "canonical"]
