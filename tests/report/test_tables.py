"""The monthly tables: who counts where at a month's edges, that figures add up, and that the list is what the figures count."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine
from click.testing import CliRunner

from auditor.cli import cli
from auditor.commands.table import month_of
from auditor.engine.audit import Asked
from auditor.engine.casebook import Casebook, casebook
from auditor.errors import UsageError
from auditor.exports.find import find_exports
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook
from auditor.paths import default_rules
from auditor.report.tables import FIGURES, Counted, count, table_book

RULES = load_rulebook(default_rules())
HEADER = "district,office,application_no,service,channel,step,role,employee,received_at,completed_at,outcome,extended_to,registered_on"
MARCH = month_of("2018-03")
# Home care at the provider: register 30 min, resolve 1 working day, prepare 12 working days, sign 1 hour, issue.
STEPS = ("register", "resolve", "prepare", "sign", "issue")


def case(
    number: str, *moments: tuple[str, str], service: str = "home_care", extended: str = "", outcome: str = ""
) -> list[str]:
    """The first steps of an application at one office; the last of them may be extended or have an outcome."""
    lines = []
    for at, (step, (since, until)) in enumerate(zip(STEPS, moments, strict=False), 1):
        last = at == len(moments)
        lines.append(
            f"Абай ауданы,Бөлім,{number},{service},provider,{step},,,{since},{until},{outcome if last else ''},{extended if last else ''},"
        )
    return lines


def done(number: str, *days: str) -> list[str]:
    """A whole application, kept in time but for what the days themselves say; five days, one a step."""
    return case(number, *((f"{day} 10:00", f"{day} 10:10") for day in days))


def read(
    tmp_path: Path, lines: list[str], until: datetime = MARCH.until, as_of: datetime = datetime(2018, 6, 1)
) -> Casebook:
    path = tmp_path / "journal.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    folder = tmp_path / f"work-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    asked = Asked(as_of, (None, None), "ru", show_names=False)
    return casebook(find_exports([str(path)]), Profile.canonical(RULES.zone), RULES, asked, until, folder)


def every_state() -> list[str]:
    first = ("2018-02-26 10:00", "2018-02-26 10:10")
    return [
        *done("before", "2018-02-26", "2018-02-26", "2018-02-27", "2018-02-27", "2018-02-28"),
        *done("carried", "2018-02-27", "2018-02-27", "2018-02-28", "2018-02-28", "2018-03-01"),
        *done("march", "2018-03-12", "2018-03-12", "2018-03-13", "2018-03-13", "2018-03-14"),
        *done("last day", "2018-03-30", "2018-03-30", "2018-03-30", "2018-03-30", "2018-04-02"),
        *case(
            "late",
            ("2018-03-12 10:00", "2018-03-12 12:00"),
            *((f"2018-03-{d} 10:00", f"2018-03-{d} 10:10") for d in (13, 14, 15, 16)),
        ),
        *case("overdue", ("2018-03-12 10:00", "2018-03-12 10:10"), ("2018-03-13 10:00", "")),
        *case(
            "open",
            ("2018-03-28 10:00", "2018-03-28 10:10"),
            ("2018-03-29 10:00", "2018-03-29 10:10"),
            ("2018-03-30 10:00", ""),
        ),
        *case(
            "extended", first, ("2018-02-27 10:00", "2018-02-27 10:10"), ("2018-02-28 10:00", ""), extended="2018-05-10"
        ),
        *case(
            "extended late",
            first,
            ("2018-02-27 10:00", "2018-02-27 10:10"),
            ("2018-02-28 10:00", ""),
            extended="2018-03-20",
        ),
        *case("withdrawn", ("2018-03-13 10:00", "2018-03-13 10:10"), outcome="withdrawn"),
        *case(
            "bare",
            ("2018-03-13", "2018-03-13"),
            *((f"2018-03-{d} 10:00", f"2018-03-{d} 10:10") for d in (13, 14, 15, 16)),
        ),
        *done("april", "2018-04-02", "2018-04-02", "2018-04-03", "2018-04-03", "2018-04-04"),
        *case("other mail", ("2018-03-13 10:00", "2018-03-13 10:10"), service="справка о хозяйстве"),
        *done("end", "2018-05-02", "2018-05-02", "2018-05-03", "2018-05-03", "2018-05-04"),
    ]


def numbers(counted: Counted, figure: str) -> set[str]:
    return set(counted.rows.filter(pl.col(figure))["application_no"])


def test_who_counts_where_in_appendix_16(tmp_path: Path) -> None:
    """Finished before the month or received after it: not at all. Each other one in exactly one of done, in work, undetermined."""
    counted = count(read(tmp_path, every_state()).cases, MARCH, 16)
    received = {"march", "last day", "late", "overdue", "open", "withdrawn", "bare"}
    assert numbers(counted, "received") == received
    assert numbers(counted, "all") == received | {"carried", "extended", "extended late"}
    assert numbers(counted, "done") == {"carried", "march", "late", "withdrawn", "bare"}
    assert numbers(counted, "in_work") == {"last day", "overdue", "open", "extended", "extended late"}
    assert numbers(counted, "extended") == {"extended", "extended late"}
    assert numbers(counted, "overdue") == {"overdue", "extended late"}
    assert numbers(counted, "undetermined") == set()
    assert counted.unknown == 1


def test_who_counts_where_in_appendix_17(tmp_path: Path) -> None:
    """Late is late though done since; a bare date decides no minutes, so that one is nobody's fault and nobody's merit."""
    counted = count(read(tmp_path, every_state()).cases, MARCH, 17)
    assert numbers(counted, "late") == {"late", "overdue", "extended late"}
    assert numbers(counted, "late_extended") == {"extended late"}
    assert numbers(counted, "undetermined") == {"bare"}
    assert numbers(counted, "in_time") == {"carried", "march", "last day", "open", "extended", "withdrawn"}


@pytest.mark.parametrize("number", [16, 17])
def test_figures_add_up_and_the_list_is_what_they_count(tmp_path: Path, number: int) -> None:
    """In every line of the table; totals are the sums of the offices and of the services; a figure is its column's sum in the list."""
    book = read(tmp_path, every_state())
    counted = count(book.cases, MARCH, number)
    content = table_book(number, MARCH, counted, book.coverage, 0, RULES).content()
    opened = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    table, listed = (opened.get_sheet_by_index(at).to_python() for at in (0, 1))
    lines = [row for row in table if isinstance(row[2], float)]
    names = FIGURES[number]
    parts = ("done", "in_work", "undetermined") if number == 16 else ("in_time", "late", "undetermined")
    for row in lines:
        figures = dict(zip(names, row[2:], strict=False))
        assert figures["all"] == sum(figures[part] for part in parts)
    totals = [row for row in lines if row[1].startswith("Барлығы")]
    assert len(totals) == 2
    assert totals[0] == totals[1]
    offices = [row for row in lines[: lines.index(totals[0])] if "." not in row[0]]
    services = lines[lines.index(totals[0]) + 1 : -1]
    head, *rows = listed
    for at, _ in enumerate(names, 2):
        total = totals[0][at]
        assert total == sum(row[at] for row in offices) == sum(row[at] for row in services)
        assert total == sum(row[at + 5] or 0 for row in rows)
    assert len(rows) == totals[0][2]
    assert all(isinstance(row[-1], float) and row[-2].endswith("journal.csv") for row in rows)
    assert head[0] == "Аудан (қала)\nРайон (город)"


def test_a_month_is_the_same_whenever_its_table_is_made(tmp_path: Path) -> None:
    """Entries of April are the future of March: no impossible times, nothing completed, though the audit is made in June."""
    whole = read(tmp_path, every_state()).cases.drop("source_file")
    in_march = [line for line in every_state() if "2018-04-0" not in line and "2018-05-0" not in line]
    early = read(tmp_path, in_march, as_of=datetime(2018, 3, 31, 23, 59, 59)).cases.drop("source_file")
    kept = ["application_no", "state", "broken", "extended", "finished_at", "received_on"]
    assert whole.select(kept).sort("application_no").equals(early.select(kept).sort("application_no"))


def test_months_join(tmp_path: Path) -> None:
    """What is in work when a month ends is in work when the next begins; nothing else is, but what could not be determined."""
    months = [month_of(f"2018-{number:02}") for number in (2, 3, 4, 5)]
    counted = [count(read(tmp_path, every_state(), month.until).cases, month, 16) for month in months]
    for before, after in pairwise(counted):
        carried = numbers(after, "all") - numbers(after, "received")
        assert numbers(before, "in_work") <= carried <= numbers(before, "in_work") | numbers(before, "undetermined")
    received = [numbers(each, "received") for each in counted]
    assert sum(map(len, received)) == len(set().union(*received)) == 13


def test_a_number_of_a_person_in_a_channel_is_masked(tmp_path: Path) -> None:
    """What the rules do not know stands in the list as the journal spells it, but for such numbers."""
    line = case("1", ("2018-03-12 10:00", "2018-03-12 10:10"))[0].replace(",provider,", ",через ИИН 900101300123,")
    (row,) = read(tmp_path, [line]).cases.to_dicts()
    assert (row["problem"], row["state"], row["reason"]) == ("P02", "undetermined", "P02")
    assert "900101300123" not in row["channel"]


def test_papers_sent_to_an_office_without_a_journal_are_undetermined(tmp_path: Path) -> None:
    """In the month of their last entry they count, as undetermined; later nobody knows whether they are still in work."""
    akim = [
        s.id for s in RULES.procedure("rural_fuel_assistance", "akim").editions[-1].steps if s.role.startswith("akim")
    ][:4]  # type: ignore[union-attr]
    lines = [
        f"Абай ауданы,Әкім,1,rural_fuel_assistance,akim,{step},,,2018-03-1{day} 10:00,2018-03-1{day} 10:10,,,"
        for day, step in enumerate(akim, 2)
    ]
    march = count(read(tmp_path, lines).cases, MARCH, 16)
    assert march.figures(16) == dict.fromkeys(FIGURES[16], 0) | {"all": 1, "received": 1, "undetermined": 1}
    april = month_of("2018-04")
    later = count(read(tmp_path, lines, april.until).cases, april, 16)
    assert (later.figures(16)["all"], later.uncertain) == (0, 1)


def test_an_export_that_ends_in_the_month_accuses_nobody_of_its_rest(tmp_path: Path) -> None:
    """Due on the 30th; the export's last moment is of the 20th."""
    lines = case(
        "1",
        ("2018-03-12 10:00", "2018-03-12 10:10"),
        ("2018-03-13 10:00", "2018-03-13 10:10"),
        ("2018-03-14 10:00", ""),
    )
    (row,) = read(tmp_path, lines).cases.to_dicts()
    assert (row["state"], row["broken"]) == ("in_work", None)


def test_the_first_registration_says_when_it_was_received(tmp_path: Path) -> None:
    """Stated as the 28 February: not received in March, though the journal's first entry is of the 1st."""
    line = case("1", ("2018-03-01 10:00", "2018-03-01 10:10"))[0] + "2018-02-28"
    counted = count(read(tmp_path, [line]).cases, MARCH, 16)
    assert (counted.figures(16)["all"], counted.figures(16)["received"]) == (1, 0)


@pytest.mark.parametrize("text", ["2018-13", "march", "2018", "2018-00", "", "0001-01"])
def test_what_is_no_month_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError, match="2018-03"):
        month_of(text)


def test_the_command_writes_the_workbook_and_says_the_figures(tmp_path: Path) -> None:
    (tmp_path / "journal.csv").write_text("\n".join([HEADER, *every_state()]) + "\n", encoding="utf-8")

    def run(*words: str) -> Any:
        given = ["table", *words, str(tmp_path / "journal.csv"), "--month", "2018-03", "--as-of", "2018-06-01"]
        return CliRunner().invoke(cli, given, standalone_mode=False)

    for name in ("a.xlsx", "b.xlsx"):
        said = run("16", "--out", str(tmp_path / "new" / name), "--lang", "ru")
        assert said.return_value == 0, said.output
        assert "Всего 10, поступило 7, не определено 0" in said.output
    assert (tmp_path / "new/a.xlsx").read_bytes() == (tmp_path / "new/b.xlsx").read_bytes()
    assert isinstance(run("16", "--out", str(tmp_path)).exception, UsageError)


def test_a_journal_without_rows_makes_an_empty_table(tmp_path: Path) -> None:
    book = read(tmp_path, [])
    content = table_book(17, MARCH, count(book.cases, MARCH, 17), book.coverage, 0, RULES).content()
    opened = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    assert [row[2:] for row in opened.get_sheet_by_index(0).to_python() if isinstance(row[2], float)] == [[0.0] * 6] * 2
