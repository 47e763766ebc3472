"""findings.xlsx, and the workbook of a district's findings with columns to reply in.

The first sheet is for people: headings, names of services and steps in the report's language. The second says which column of
findings.csv each one is, and what the list rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from auditor.engine.result import Audit
from auditor.language import Words
from auditor.report.frames import FINDINGS, VERDICTS, shaped
from auditor.report.wording import Wording
from auditor.report.workbook import Column, Kind, Workbook

WIDTHS = {
    "code": 7,
    "severity": 12,
    "district": 20,
    "office": 28,
    "service": 34,
    "channel": 20,
    "application_no": 15,
    "step": 26,
    "role": 26,
    "employee": 12,
    "basis": 22,
    "citation": 26,
    "message": 70,
    "source_file": 26,
    "fingerprint": 19,
    "comment": 30,
}
WIDE, NARROW = 18, 11
REPLY = ("reply", "document_no", "document_date", "period_from", "period_to", "comment")
"""The columns in which an office replies. Their names stand in the headings, before a colon where words follow: what reads a reply
back looks for them there, and for `fingerprint`."""
CHOICES = ("accepted", "rejected")


def reply_places(header: Sequence[str]) -> dict[str, int]:
    """Where a workbook that came back has the reply's columns and `fingerprint`: name to place in its header."""
    named = {text.partition(":")[0].strip().lower(): at for at, text in reversed(list(enumerate(header)))}
    return {name: named[name] for name in (*REPLY, "fingerprint") if name in named}


def findings_book(audit: Audit, wording: Wording) -> Workbook:
    """All findings of an audit."""
    return _book(audit, audit.findings, wording, None)


def reply_book(audit: Audit, findings: pl.DataFrame, wording: Wording, district: str) -> Workbook:
    """The findings of one district, with empty columns for its reply."""
    return _book(audit, findings, wording, district)


def _book(audit: Audit, findings: pl.DataFrame, wording: Wording, district: str | None) -> Workbook:
    words = Words("workbook", wording.language)
    book = Workbook(words("about.title"), audit.as_of)
    names = list(FINDINGS) if district is None else [*list(FINDINGS)[:-1], *REPLY, "fingerprint"]
    columns = tuple(Column(name, words(f"column.{name}.name"), *_form(name)) for name in names)
    told = worded(shaped(findings, FINDINGS), wording)
    for sheet in book.list(words("sheet.findings"), columns, told):
        if district is not None and told.height:
            choice = {"validate": "list", "source": list(CHOICES), "error_message": words("reply.choose")}
            sheet.data_validation(1, names.index("reply"), told.height, names.index("reply"), choice)
    _about(book, audit, told.height, wording, words, district, columns)
    return book


def _form(name: str) -> tuple[int, Kind]:
    if name in REPLY:
        return WIDTHS.get(name, WIDE), "input"
    dtype = FINDINGS[name]
    kind: Kind = "moment" if dtype == pl.Datetime else "number" if dtype.is_numeric() else "text"
    return WIDTHS.get(name, WIDE if kind == "moment" else NARROW), kind


def worded(findings: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """Findings with names in place of ids: each distinct value is put in words once, however many findings there are."""
    said = {
        "severity": lambda value: wording.known("severity", value),
        "service": wording.service,
        "channel": wording.channel,
        "role": wording.role,
        "limit_unit": lambda value: wording.known("unit", value),
        "basis": lambda value: "" if value == "exact" else wording.known("basis", value),
    }
    places = findings.select("service", "channel", "step").unique().drop_nulls("step")
    steps = places.with_columns(
        pl.Series("_step", [wording.step(*place) for place in places.iter_rows()], dtype=pl.String)
    )
    named = findings.join(steps, on=["service", "channel", "step"], how="left", nulls_equal=True, maintain_order="left")
    return named.with_columns(
        pl.col("_step").alias("step"), *(_said(findings, name, how) for name, how in said.items())
    )


def _said(findings: pl.DataFrame, name: str, how: Callable[[str], str]) -> pl.Expr:
    values = findings[name].unique().drop_nulls().to_list()
    told = {value: how(value) for value in values if value}
    return pl.col(name).replace_strict(told, default=None, return_dtype=pl.String)


def _about(
    book: Workbook,
    audit: Audit,
    count: int,
    wording: Wording,
    words: Words,
    district: str | None,
    columns: tuple[Column, ...],
) -> None:
    """What the list rests on, and what each column is."""
    verdicts = shaped(audit.verdicts, VERDICTS)
    if district is not None:
        verdicts = verdicts.filter(pl.col("district") == district)
    unclear = int(verdicts.filter(pl.col("verdict") == "undetermined")["n"].sum())
    lines = [
        *([words("about.district", district=district)] if district is not None else []),
        words("about.as_of", moment=wording.moment(audit.as_of)),
        words("about.count", count=wording.number(count)),
        words("about.undetermined", part=wording.number(unclear), whole=wording.number(int(verdicts["n"].sum()))),
        *([] if district is not None else [words("about.quarantined", count=wording.number(audit.rows_quarantined))]),
        words("about.rules", title=wording.rules_title(), sha256=audit.rules_sha256),
        wording.words("scope.names_shown" if audit.names_shown else "scope.names_masked"),
        *([words("reply.how")] if district is not None else []),
    ]
    sheet = book.sheet(words("sheet.columns"), landscape=False)
    for at, width in enumerate((30, 28, 70)):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, words("about.title"), book.styles["title"])
    for row, line in enumerate(lines, 2):
        sheet.merge_range(row, 0, row, 2, line, book.styles["note"])
        sheet.set_row(row, 15 * (1 + len(line) // 120))
    top = len(lines) + 3
    for at, key in enumerate(("heading", "field", "holds")):
        sheet.write_string(top, at, words(f"about.{key}"), book.styles["heading"])
    for row, column in enumerate(columns, top + 1):
        for at, text in enumerate((column.heading, column.name, words(f"column.{column.name}.holds"))):
            sheet.write_string(row, at, text, book.styles["label"])
