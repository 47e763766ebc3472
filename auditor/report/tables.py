"""The two monthly tables of the Government's rules of documentation, appendices 16 and 17: who counts where, and the workbook.

What each figure counts is said in docs/tables.md. A figure is the number of rows of the list that have a 1 in its column: both come from one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from xlsxwriter.worksheet import Worksheet

from auditor.language import Words
from auditor.law.types import Rulebook
from auditor.report.wording import Wording
from auditor.report.workbook import Column, Kind, Workbook

FIGURES = {
    16: ("all", "received", "done", "in_work", "extended", "overdue", "undetermined", "term_unclear"),
    17: ("all", "received", "in_time", "late", "late_extended", "undetermined"),
}
"""The figures of each table in the order of its columns; the last ones stand under the heading of notes."""
NOTES = {16: 2, 17: 1}
"""How many of them are notes."""
SPECIAL = {(17, "received"): "received_17", (17, "undetermined"): "undetermined_17"}
LANGUAGES = ("kk", "ru")
LISTED = ("district", "office", "service", "channel", "application_no", "received_on", "finished_at")
PROVED = ("step", "step_office", "remark", "source_file", "source_line")


@dataclass(frozen=True)
class Month:
    """A calendar month: `first` its first day, `until` its last second."""

    first: date
    until: datetime

    @property
    def label(self) -> str:
        return f"{self.first:%m.%Y}"


@dataclass(frozen=True)
class Counted:
    """The applications of a table: `rows` are the cases that count, with a Boolean column for each figure.

    uncertain: cases received before the month of which it is not known that they were in work in it. unknown: other mail (P01).
    """

    rows: pl.DataFrame
    uncertain: int
    unknown: int

    def figures(self, number: int, which: pl.Expr | None = None) -> dict[str, int]:
        """The figures of a table over the rows that `which` is true for."""
        rows = self.rows if which is None else self.rows.filter(which)
        return {name: int(rows[name].sum()) for name in FIGURES[number]}


def count(cases: pl.DataFrame, month: Month, number: int) -> Counted:
    """Which cases (`auditor.engine.casebook`, as they stood at the month's end) each figure of a table counts."""
    begins = datetime.combine(month.first, datetime.min.time())
    mail = pl.col("problem") == "P01"
    known = cases.filter(~mail.fill_null(False))
    received = pl.col("received_on").is_between(month.first, month.until.date())
    # In work at the beginning: received before it and not finished before it. Where the state is unknown, only what was seen in the month shows that.
    carried = (pl.col("received_on") < month.first) & (
        (pl.col("state") == "in_work")
        | ((pl.col("state") == "done") & (pl.col("finished_at") >= begins))
        | ((pl.col("state") == "undetermined") & (pl.col("last_seen") >= begins).fill_null(False))
    )
    unsure = (pl.col("received_on") < month.first) & (pl.col("state") == "undetermined") & ~carried
    done, in_work = pl.col("state") == "done", pl.col("state") == "in_work"
    broken = pl.col("broken").is_not_null()
    overdue = in_work & (pl.col("broken") == "overdue").fill_null(False)
    if number == 16:
        kinds = {
            "done": done,
            "in_work": in_work,
            "extended": in_work & pl.col("extended"),
            "overdue": overdue,
            "undetermined": pl.col("state") == "undetermined",
            "term_unclear": in_work & ~overdue & pl.col("unclear"),
        }
    else:
        clear = ~broken & ~pl.col("unclear") & (done | in_work)
        kinds = {
            "in_time": clear,
            "late": broken,
            "late_extended": broken & pl.col("extended"),
            "undetermined": ~broken & ~clear,
        }
    told = known.filter(received | carried).with_columns(
        pl.lit(value=True).alias("all"), received.alias("received"), *(how.alias(name) for name, how in kinds.items())
    )
    return Counted(told, known.filter(unsure).height, cases.height - known.height)


def table_book(
    number: int,
    month: Month,
    counted: Counted,
    coverage: pl.DataFrame,
    quarantined: int,
    rulebook: Rulebook,
) -> Workbook:
    """The workbook: the prescribed table, the list of applications behind each figure, notes. In Kazakh and Russian."""
    book = Workbook(_both(f"title.{number}"), month.until)
    _table(book, number, month, counted, rulebook)
    _list(book, number, counted, rulebook)
    _notes(book, number, month, counted, coverage, quarantined)
    return book


def _both(key: str, between: str = "\n", **values: object) -> str:
    return between.join(Words("table", language)(key, **values) for language in LANGUAGES)


def _heading(number: int, figure: str) -> str:
    return _both(f"figure.{SPECIAL.get((number, figure), figure)}")


def _named(rulebook: Rulebook) -> tuple[Wording, ...]:
    return tuple(Wording(language, rulebook) for language in LANGUAGES)


def _in_both(wordings: tuple[Wording, ...], said: Callable[[Wording], str]) -> str:
    """What both languages say, once where they say the same."""
    return "\n".join(dict.fromkeys(said(wording) for wording in wordings))


def _table(book: Workbook, number: int, month: Month, counted: Counted, rulebook: Rulebook) -> None:
    figures = FIGURES[number]
    sheet = book.sheet(_both("sheet.table", " – "))
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, len(figures) + 1, 15)
    last = len(figures) + 1
    words = [Words("table", language) for language in LANGUAGES]
    for row, say in enumerate(words):
        sheet.merge_range(row, 0, row, last, say(f"title.{number}"), book.styles["title"])
    for row, say in enumerate(words, 2):
        moment = f"{month.until:%d.%m.%Y %H:%M}"
        sheet.merge_range(row, 0, row, last, say("month", month=month.label, moment=moment), book.styles["note"])
    _headings(book, sheet, number, 5)
    sheet.freeze_panes(8, 2)
    row = 8
    wordings = _named(rulebook)
    for part, body in (
        ("offices", _by_office(number, counted, wordings)),
        ("services", _by_service(number, counted, wordings)),
    ):
        sheet.merge_range(row, 0, row, last, _both(f"part.{part}", " / "), book.styles["part"])
        row += 1
        for style, label, name, values in (*body, ("sum", "", _both("part.total", " / "), counted.figures(number))):
            sheet.write_string(row, 0, label, book.styles["label" if style != "sum" else "sum"])
            sheet.write_string(row, 1, name, book.styles[style])
            sheet.set_row(row, 15 * (1 + name.count("\n") + len(name) // 90))
            for at, figure in enumerate(figures, 2):
                sheet.write_number(row, at, values[figure], book.styles["sum" if style == "sum" else "figure"])
            row += 1


def _headings(book: Workbook, sheet: Worksheet, number: int, top: int) -> None:
    """The prescribed headings, and beside them those of the notes."""
    heading = book.styles["heading"]
    figures, notes = FIGURES[number], NOTES[number]
    last, first_note = len(figures) + 1, len(figures) + 2 - notes
    sheet.set_row(top, 32)
    sheet.set_row(top + 1, 32)
    sheet.set_row(top + 2, 62)
    for at, key in enumerate(("number", "unit")):
        sheet.merge_range(top, at, top + 2, at, _both(f"head.{key}"), heading)
    if number == 16:
        sheet.merge_range(top, 2, top, 3, _both("head.controlled"), heading)
        sheet.merge_range(top, 4, top, first_note - 1, _both("head.of_them"), heading)
        upright = [*range(2, first_note)]
    else:
        sheet.merge_range(top, 2, top, first_note - 1, _both("head.applications"), heading)
        sheet.merge_range(top + 1, 5, top + 1, 6, _both("head.late"), heading)
        upright = [2, 3, 4]
        for at in (5, 6):
            sheet.write_string(top + 2, at, _heading(number, figures[at - 2]), heading)
    if notes > 1:
        sheet.merge_range(top, first_note, top, last, _both("head.note"), heading)
    else:
        sheet.write_string(top, last, _both("head.note"), heading)
    for at in (*upright, *range(first_note, last + 1)):
        sheet.merge_range(top + 1, at, top + 2, at, _heading(number, figures[at - 2]), heading)


Body = Iterator[tuple[str, str, str, dict[str, int]]]


def _by_office(number: int, counted: Counted, wordings: tuple[Wording, ...]) -> Body:
    """A line for each office, and under it one for each of its services."""
    alphabet = wordings[0].alphabet
    places = sorted(
        counted.rows.select("district", "office").unique().iter_rows(), key=lambda p: tuple(map(alphabet, p))
    )
    for at, (district, office) in enumerate(places, 1):
        here = (pl.col("district") == district) & (pl.col("office") == office)
        yield "label", str(at), f"{district}, {office}", counted.figures(number, here)
        for sub, service in enumerate(_services(counted.rows.filter(here), wordings), 1):
            name = _in_both(wordings, lambda wording, service=service: wording.service(service))  # type: ignore[misc]
            yield "inner", f"{at}.{sub}", name, counted.figures(number, here & pl.col("service").eq_missing(service))


def _by_service(number: int, counted: Counted, wordings: tuple[Wording, ...]) -> Body:
    for at, service in enumerate(_services(counted.rows, wordings), 1):
        name = _in_both(wordings, lambda wording, service=service: wording.service(service))  # type: ignore[misc]
        yield "label", str(at), name, counted.figures(number, pl.col("service").eq_missing(service))


def _services(rows: pl.DataFrame, wordings: tuple[Wording, ...]) -> list[str | None]:
    return sorted(rows["service"].unique().to_list(), key=wordings[0].service_order)


def _list(book: Workbook, number: int, counted: Counted, rulebook: Rulebook) -> None:
    """Each application that counts, with a 1 for each figure that counts it, and where it stands in the journals."""
    wordings = _named(rulebook)
    rows = counted.rows

    def said(columns: list[str], how: Callable[..., Callable[[Wording], str]]) -> pl.Series:
        known = {key: _in_both(wordings, how(*key)) for key in rows.select(columns).unique().iter_rows()}
        return pl.Series(columns[-1], [known[key] for key in rows.select(columns).iter_rows()], dtype=pl.String)

    told = rows.with_columns(
        *(pl.when(pl.col(name)).then(1).alias(f"is_{name}") for name in FIGURES[number]),
        said(["service"], lambda service: lambda w: w.service(service)),
        said(["service", "channel"], lambda _, channel: lambda w: w.channel(channel)),
        said(["service", "channel", "step"], lambda *key: lambda w: w.step(*key) if key[2] else ""),
        said(["reason", "broken", "exact", "problem"], lambda *key: lambda w: _remark(w, *key)).alias("remark"),
    )
    figures = (Column(f"is_{name}", _heading(number, name), 12, "number") for name in FIGURES[number])
    columns = (
        *(Column(name, _both(f"column.{name}"), *_form(name)) for name in LISTED),
        *figures,
        *(Column(name, _both(f"column.{name}"), *_form(name)) for name in PROVED),
    )
    book.list(_both("sheet.list", " – "), columns, told)


def _form(name: str) -> tuple[int, Kind]:
    wide: dict[str, tuple[int, Kind]] = {
        "received_on": (12, "day"),
        "finished_at": (18, "moment"),
        "source_line": (8, "number"),
        "application_no": (14, "text"),
        "district": (18, "text"),
    }
    return wide.get(name, (30, "text"))


def _remark(wording: Wording, reason: str | None, broken: str | None, exact: bool, problem: str | None) -> str:
    words = Words("table", wording.language)
    if problem is not None:
        return words("remark.no_rules")
    if reason is not None:
        return wording.known("reason", reason)
    return words("remark.inexact") if broken is not None and not exact else ""


def _notes(
    book: Workbook, number: int, month: Month, counted: Counted, coverage: pl.DataFrame, quarantined: int
) -> None:
    """What the figures count, what is not in them, and whose journals do not show the whole month."""
    sheet = book.sheet(_both("sheet.notes", " – "), landscape=False)
    sheet.set_column(0, 0, 100)
    inexact = counted.rows.filter(pl.col("broken").is_not_null() & ~pl.col("exact")).height
    counts = {"uncertain": counted.uncertain, "unknown": counted.unknown, "quarantined": quarantined, "basis": inexact}
    lines = [_both(f"note.{key}") for key in ("all", f"sum_{number}", "office")]
    lines += [_both(f"note.{key}", count=n) for key, n in counts.items()]
    partial = list(_partial(month, counted, coverage))
    if partial:
        lines += [_both("note.coverage"), *partial]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, book.styles["note"])
        sheet.set_row(row, 15 * sum(1 + len(part) // 105 for part in line.split("\n")))


def _partial(month: Month, counted: Counted, coverage: pl.DataFrame) -> Iterator[str]:
    seen = {(row["district"], row["office"]): row for row in coverage.iter_rows(named=True)}
    for place in sorted({*counted.rows.select("district", "office").iter_rows(), *seen}):
        row = seen.get(place)
        if row is None or row["begins"] is None or row["ends"] is None:
            yield f"{place[0]}, {place[1]}: {_both('note.no_journal', ' / ')}"
        elif row["begins"] > month.until:
            yield f"{place[0]}, {place[1]}: {row['begins']:%d.%m.%Y} – …"
        elif row["begins"].date() > month.first or row["ends"] < month.until:
            yield f"{place[0]}, {place[1]}: {row['begins']:%d.%m.%Y} – {row['ends']:%d.%m.%Y}"
