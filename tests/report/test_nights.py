"""What a history adds to a page: a month and a year of nights, what is excused or documented, replies."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from auditor.report import nights
from auditor.report.past import NIGHTS, Past
from auditor.report.wording import Wording
from auditor.report.write import write_reports
from report import example

ENGLISH = Wording("en", example.rulebook())
LAST = date(2019, 1, 31)


def past(*rows: tuple[int, int, int, int, int]) -> Past:
    """Nights so many days before the last: met, decided, spared, errors."""
    told = []
    for before, met, decided, spared, errors in rows:
        day = LAST - timedelta(days=before)
        told.append((day, datetime(day.year, day.month, day.day), "Абай", met, decided, spared, errors, 0, 0, spared))
    return Past(nights=example.frame(NIGHTS, *told))


def test_a_month_and_a_year() -> None:
    """The year is drawn where it reaches further back than the month; the table of a year has each month's last night."""
    month, year = nights.spans(example.past(), None, ENGLISH)
    assert (month.days, month.nights, len(month.rows)) == (30, 30, 30)
    assert (year.days, year.nights) == (365, 89)
    assert [row.day for row in year.rows] == ["2019-01-31", "2018-12-31", "2018-11-30"]
    assert (month.first, month.last) == ("2019-01-02", "2019-01-31")


def test_too_short_a_history_draws_nothing() -> None:
    """One night is no trend, nor is none, and a district that no night knows has none."""
    assert nights.spans(None, None, ENGLISH) == nights.spans(Past(), None, ENGLISH) == ()
    assert nights.spans(past((0, 9, 10, 0, 1)), None, ENGLISH) == ()
    assert nights.spans(past((1, 9, 10, 0, 1), (0, 9, 10, 0, 1)), "Шет", ENGLISH) == ()
    assert len(nights.spans(past((1, 9, 10, 0, 1), (0, 9, 10, 0, 1)), "Абай", ENGLISH)) == 1


def test_figures_and_drawing_agree() -> None:
    """Worked out by hand: 90 % and 100 % on a scale from 90 to 100 %; half as many errors, half as high a bar."""
    (span,) = nights.spans(past((10, 90, 100, 5, 4), (0, 100, 100, 0, 2)), None, ENGLISH)
    assert (span.lowest, span.highest) == ("90.0%", "100%")
    assert re.findall(r" ([0-9.]+)", span.path) == ["100", "0"]
    assert [bar.height for bar in span.bars] == [40, 20]
    assert (span.change.before, span.change.now, span.change.points) == ("90.0%", "100%", "+10.0")
    assert span.errors == (4, 2)
    newest, oldest = span.rows
    assert (oldest.share, oldest.rest, newest.rest) == ("90.0%", "94.7%", "100%")
    assert span.excused


def test_a_night_of_which_nothing_was_decided_breaks_the_line() -> None:
    """It is no night of 0 %; a night alone is a dot."""
    (span,) = nights.spans(past((3, 9, 10, 0, 0), (2, 9, 10, 0, 0), (1, 0, 0, 0, 0), (0, 9, 10, 0, 0)), None, ENGLISH)
    assert [piece[0] for piece in re.findall(r"[ML]", span.path)] == ["M", "L", "M"]
    assert len(span.dots) == 1
    assert span.rows[1].share == "—"


def test_pages_say_it(tmp_path: Path) -> None:
    """Both rates, the papers, the mark and the reply at the finding; not the comment, which names somebody. Idle papers are the oblast's."""
    write_reports(example.audit("en"), example.rulebook(), tmp_path, example.past())
    oblast = (tmp_path / "index.html").read_text(encoding="utf-8")
    district = (tmp_path / "districts" / f"{example.ABAI}.html").read_text(encoding="utf-8")
    other = (tmp_path / "districts" / "г Темиртау.html").read_text(encoding="utf-8")
    for page in (oblast, district):
        assert 'id="nights-30"' in page
        assert "буран" in page
        assert "Excused: document 15-К." in page
        assert "<b class=new>New.</b>" in page
        assert "reply: does not accept; 33 2019-01-30" in page
        assert "Иванов" not in page
    assert "Excuse 9-К (аким района) has expired." in oblast
    assert "9-К" not in district
    assert 'id="explained"' not in other
    told = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))["explained"]
    assert (told["excused_findings"], told["documented_changes"]) == (1, 1)
    # 1,221 of 1,223 in time; one of the two late ones is excused.
    assert told["in_time"] == 1221 / 1223
    assert told["in_time_without_excused"] == 1221 / 1222


def test_without_a_history_nothing_is_said(tmp_path: Path) -> None:
    """No empty section, and null for scripts."""
    write_reports(example.audit("en"), example.rulebook(), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'id="nights' not in page
    assert 'id="explained' not in page
    assert json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))["explained"] is None


def test_nights_keep_what_they_are_added_from() -> None:
    """Nothing vanishes between the frame and the table of a month."""
    (month, _) = nights.spans(example.past(), None, ENGLISH)
    frame = example.past().nights.filter(pl.col("day") > LAST - timedelta(days=30))
    for name in ("met", "decided", "errors", "warnings", "fresh", "excused"):
        assert sum(getattr(row, name) for row in month.rows) == frame[name].sum()
