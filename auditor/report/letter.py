"""The letter to the head of a district: what was found, what to do by when, what could not be determined, how to reply.

Mail-safe HTML (tables, inlined styles, no image, no script, nothing from outside), under what Gmail shows of a letter; a plain text that
says the same; the district's page and the list of its findings attached. It may carry several languages, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import css_inline
import polars as pl
from markupsafe import Markup

from auditor.engine.result import Audit
from auditor.journal.persons import mask
from auditor.language import Words
from auditor.law.types import Rulebook
from auditor.report import rows
from auditor.report.explained import explained
from auditor.report.figures import codes, whole
from auditor.report.files import page_names
from auditor.report.findings_book import reply_book
from auditor.report.frames import FINDINGS, OPEN_WORK, Part, parts, shaped
from auditor.report.office import URGENT, task
from auditor.report.page import district_page, environment
from auditor.report.past import Past
from auditor.report.wording import Wording, readable

MOST_BYTES = 98_000
"""Gmail shows the first 102 KB of a letter and hides the rest."""
PAGE_FINDINGS = 5000
MOST_LISTED = 40
LONGEST_SUBJECT = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A letter about one district; `html` and `text` say the same."""

    district: str
    subject: str
    html: str
    text: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class Bar:
    """A code and how often it was found; `width` of the bar in per cent of the most frequent one."""

    code: str
    title: str
    n: int
    width: int


@dataclass(frozen=True)
class Line:
    """A finding, or a task: its heading, what it is, and `basis` (the clause) or `due`."""

    head: str
    what: str
    basis: str = ""
    due: str = ""
    late: bool = False


@dataclass(frozen=True)
class Version:
    """What the letter says in one language."""

    wording: Wording
    words: Words
    title: str
    as_of: str
    found: tuple[str, ...]
    codes: tuple[Bar, ...]
    counts: tuple[tuple[str, int], ...]
    tasks: tuple[Line, ...]
    tasks_note: str
    unclear: tuple[str, ...]
    findings: tuple[Line, ...]
    findings_note: str
    reply: str


def district_letters(
    audit: Audit, rulebook: Rulebook, languages: tuple[str, ...], past: Past | None = None
) -> Iterator[Letter]:
    """A letter for each district of the audit, in the order of their names. past: what a history knows beside it, for the page.

    `languages`: those that each letter carries, in that order, at least one. Sentences of findings are in a language that the audit was
    worded in (`Audit.language`, `Audit.worded`); in another one a finding is told by the title of its code, its step and its due moment.
    """
    if not languages:
        raise ValueError("a letter has at least one language")
    worded = {language: in_language(audit, Wording(language, rulebook)) for language in languages}
    cut = {language: parts(told, PAGE_FINDINGS) for language, told in worded.items()}
    findings = {
        language: shaped(told.findings, FINDINGS).partition_by("district", as_dict=True)
        for language, told in worded.items()
    }
    names = page_names(cut[languages[0]].districts)
    for district, name in names.items():
        attachments: list[Attachment] = []
        for language, told in worded.items():
            wording = Wording(language, rulebook)
            part = cut[language].districts[district]
            mark = "" if len(languages) == 1 else f" {language}"
            stem = name.removesuffix(".html") + mark
            mine = findings[language].get((district,), told.findings.clear())
            page = district_page(told, part, wording, past)
            attachments += [
                Attachment(f"{stem}.html", "text/html", page.encode()),
                Attachment(f"{stem}.xlsx", XLSX, reply_book(told, mine, wording, district).content()),
            ]
        most = MOST_LISTED
        while True:
            versions = tuple(
                _version(
                    worded[lang],
                    cut[lang].districts[district],
                    Wording(lang, rulebook),
                    attachments[2 * at : 2 * at + 2],
                    most,
                    past,
                )
                for at, lang in enumerate(languages)
            )
            subject = _subject(versions, audit, cut[languages[0]].districts[district])
            html = _html(versions, subject)
            if len(html.encode()) <= MOST_BYTES or most == 0:
                break
            most = most * 2 // 3
        yield Letter(district, subject, html, _text(versions), tuple(attachments))


def in_language(audit: Audit, wording: Wording) -> Audit:
    """The audit as it reads in one language."""
    language = wording.language
    if language == audit.language:
        return audit
    findings = shaped(audit.findings, FINDINGS)
    if language in audit.worded:
        told = findings.with_columns(audit.worded[language].select("message", "citation"))
    else:
        keys = findings.select("code", "service", "channel", "step")
        said = {key: _titled(key, wording) for key in keys.unique().iter_rows()}
        told = findings.with_columns(
            pl.Series("message", [said[key] for key in keys.iter_rows()], dtype=pl.String),
        )
    return replace(audit, language=language, findings=told, remarks=())


def _titled(key: tuple[str | None, ...], wording: Wording) -> str:
    code, service, channel, step = key
    title = wording.code_title(code or "")
    return f"{title}: {wording.step(service, channel, step)}." if step else f"{title}."


def _version(
    audit: Audit, part: Part, wording: Wording, attached: list[Attachment], most: int, past: Past | None
) -> Version:
    words = Words("letter", wording.language)
    page, book = attached
    listed = part.findings.filter(pl.col("severity") != "info")
    count = int(part.counts.filter(pl.col("severity") != "info")["n"].sum())
    work = shaped(audit.open_work, OPEN_WORK)
    mine = work.filter((pl.col("district") == part.district) & pl.col("due_when").is_in(URGENT))
    tasks = _tasks(mine, wording, words, most // 2)
    shown = listed.head(most)
    return Version(
        wording=wording,
        words=words,
        title=words("title", district=part.district),
        as_of=words("as_of_named" if audit.names_shown else "as_of", moment=wording.moment(audit.as_of)),
        found=tuple(_found(part, wording, words, past)),
        codes=tuple(_bars(part, wording)),
        counts=tuple(_counts(mine, wording)),
        tasks=tasks,
        tasks_note=_first(words, wording, len(tasks), mine.height, "list.first") if len(tasks) < mine.height else "",
        unclear=tuple(_unclear(part, wording, words)),
        findings=tuple(_lines(shown, wording, past)),
        findings_note=_first(words, wording, shown.height, count, "list.first") if shown.height < count else "",
        reply=words("reply.how", book=book.name, page=page.name),
    )


def _first(words: Words, wording: Wording, shown: int, total: int, key: str) -> str:
    return words(key, shown=wording.number(shown), total=wording.number(total))


def _found(part: Part, wording: Wording, words: Words, past: Past | None) -> Iterator[str]:
    tally = whole(part)
    for severity, n in (("error", tally.error), ("warning", tally.warning)):
        if n:
            yield f"{wording.words(f'severities.{severity}')}: {wording.number(n)}"
    if not tally.error and not tally.warning:
        yield words("found.nothing")
    share = wording.share(tally.met, tally.timed)
    yield words("found.in_time", share=share, part=wording.number(tally.met), whole=wording.number(tally.timed))
    told = explained(past, part.district, tally, wording)
    if told and told.excused:
        yield words("found.excused", n=wording.number(told.excused), share=told.rest)


def _bars(part: Part, wording: Wording) -> Iterator[Bar]:
    found = [(row, row.error + row.warning) for row in codes(part, wording.code_title).rows]
    told = sorted(((row, n) for row, n in found if n), key=lambda pair: (-pair[1], pair[0].code))
    for row, n in told:
        yield Bar(row.code, row.title, n, max(1, round(100 * n / told[0][1])))


def _counts(mine: pl.DataFrame, wording: Wording) -> Iterator[tuple[str, int]]:
    words = Words("office", wording.language)
    for when in URGENT:
        n = mine.filter(pl.col("due_when") == when).height
        if n:
            yield words(f"when.{when}"), n


def _tasks(mine: pl.DataFrame, wording: Wording, words: Words, most: int) -> tuple[Line, ...]:
    order = pl.col("due_when").replace_strict(URGENT, range(len(URGENT)), default=len(URGENT), return_dtype=pl.Int64)
    told = []
    sheet = Words("office", wording.language)
    for row in mine.sort(order, "due_at", "office", "application_no").head(most).iter_rows(named=True):
        said = task(row, sheet, wording)
        late = row["due_when"] == "overdue"
        due = words("todo.until", moment=said.due) + (f" ({sheet('when.overdue')})" if late else "")
        told.append(
            Line(
                f"{said.application} · {row['office']}", f"{said.step} – {said.role}, {said.person}", due=due, late=late
            )
        )
    return tuple(told)


def _unclear(part: Part, wording: Wording, words: Words) -> Iterator[str]:
    tally = whole(part)
    if tally.undetermined:
        yield words("unclear.steps", part=wording.number(tally.undetermined), whole=wording.number(tally.steps))
        for reason in rows.reasons(part, wording).rows[:3]:
            yield f"– {reason.texts[0].rstrip('.')}: {wording.number(reason.n)}"
    else:
        yield words("unclear.none")
    if part.quarantine.height:
        yield words("unclear.rows", count=wording.number(part.quarantine.height))


def _lines(findings: pl.DataFrame, wording: Wording, past: Past | None) -> Iterator[Line]:
    excused = dict(past.excused.select("fingerprint", "number").iter_rows()) if past else {}
    for row in findings.iter_rows(named=True):
        heads = (row["code"], row["application_no"], row["office"])
        level = wording.known("severity", row["severity"])
        number = excused.get(row["fingerprint"])
        excuse = wording.words("life.excused", number=mask(number)).rstrip(".") if number else ""
        basis = "; ".join(text for text in (level, excuse, row["citation"]) if text)
        yield Line(" · ".join(text for text in heads if text), row["message"] or "", basis=basis)


def _subject(versions: Iterable[Version], audit: Audit, part: Part) -> str:
    """One line, whatever a district is called."""
    overdue = shaped(audit.open_work, OPEN_WORK).filter(
        (pl.col("district") == part.district) & (pl.col("due_when") == "overdue")
    )
    said = []
    for v in versions:
        figures = {"errors": v.wording.number(whole(part).error), "overdue": v.wording.number(overdue.height)}
        said.append(v.words("subject", district=part.district, day=v.wording.day(audit.as_of.date()), **figures))
    text = " ".join(str(readable(" / ".join(said))).split())
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1]}…"


def _html(versions: tuple[Version, ...], subject: str) -> str:
    page = environment().get_template("letter.html").render(versions=versions, subject=subject, css=_css())
    return _inliner().inline(page)


@cache
def _css() -> Markup:
    # Our own file, of which no part comes from a journal.
    return Markup(files("auditor.report").joinpath("templates", "letter.css").read_text(encoding="utf-8"))


@cache
def _inliner() -> css_inline.CSSInliner:
    """Styles to where mail programs look for them; nothing is fetched."""
    return css_inline.CSSInliner(load_remote_stylesheets=False)


def _text(versions: Iterable[Version]) -> str:
    """The letter for programs that show no HTML."""
    return ("\n\n" + "=" * 40 + "\n\n").join("\n".join(_text_lines(v)) for v in versions) + "\n"


def _text_lines(v: Version) -> Iterator[str]:
    def say(*texts: str) -> str:
        return str(readable(" ".join(" ".join(text.split()) for text in texts if text)))

    yield from (say(v.title), say(v.as_of), "", v.words("found.title").upper(), *v.found)
    yield from (say(f"  {bar.code} {bar.title}: {v.wording.number(bar.n)}") for bar in v.codes)
    yield from ("", v.words("todo.title").upper())
    yield from [f"{title}: {v.wording.number(n)}" for title, n in v.counts] or [v.words("todo.nothing")]
    for at, line in enumerate(v.tasks, 1):
        yield from (say(f"{at}. {line.head}"), "   " + say(line.what), "   " + say(line.due))
    yield from ([v.tasks_note] if v.tasks_note else [])
    yield from ("", v.words("unclear.title").upper(), *v.unclear)
    if v.findings:
        yield from ("", v.words("list.title").upper(), *([v.findings_note] if v.findings_note else []))
        for at, line in enumerate(v.findings, 1):
            yield from (say(f"{at}. {line.head}"), "   " + say(line.what), "   " + say(line.basis))
    yield from ("", v.words("reply.title").upper(), say(v.reply))
