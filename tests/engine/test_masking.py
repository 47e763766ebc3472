"""Names and identification numbers stay out of sight."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine.audit import Asked, audit
from auditor.engine.masking import IIN_MASK, mask_employees, mask_iin
from auditor.exports.find import Found
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook


def masks(names: pl.Series) -> pl.Series:
    return mask_employees(names, names)


def test_a_person_has_one_number_whatever_the_order() -> None:
    names = ["Серікова А.", "Әбдіров Б.", None, "Серікова А.", " ", "Иванов В."]
    masked = masks(pl.Series("employee", names)).to_list()
    turned = masks(pl.Series("employee", names[::-1])).to_list()
    assert masked == turned[::-1]
    assert masked[0] == masked[3]
    assert masked[2] is None
    assert masked[4] is None
    assert {text for text in masked if text} == {"№ 1", "№ 2", "№ 3"}


def test_white_space_and_letter_case_do_not_make_another_person() -> None:
    masked = masks(pl.Series("employee", ["Серікова  А.", " СЕРІКОВА А. "]))
    assert masked.to_list() == ["№ 1", "№ 1"]


@given(st.lists(st.one_of(st.none(), st.text(min_size=2))))
def test_no_name_is_left(names: list[str | None]) -> None:
    masked = masks(pl.Series("employee", names, dtype=pl.String))
    assert len(masked) == len(names)
    assert masked.name == "employee"
    assert all(text is None or (text[:2] == "№ " and text[2:].isdigit()) for text in masked)


def test_a_person_has_one_number_in_every_list_of_a_run() -> None:
    """What findings call № 3 is № 3 on the office's sheet, whoever else stands there."""
    everyone = pl.Series(["Серікова А.", "Әбдіров Б.", "Иванов В.", None])
    findings = mask_employees(pl.Series("employee", ["Серікова А."]), everyone)
    work = mask_employees(pl.Series("employee", ["Иванов В.", "серікова а."]), everyone)
    assert findings[0] == work[1]
    assert work[0] != work[1]


def test_no_names_at_all() -> None:
    assert masks(pl.Series("employee", [None, None])).to_list() == [None, None]
    assert masks(pl.Series("employee", [], dtype=pl.String)).to_list() == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ЖСН 900101300123, тел.", f"ЖСН {IIN_MASK}, тел."),
        ("900101300123", IIN_MASK),
        ("ИИН900101300123қ", f"ИИН{IIN_MASK}қ"),
        ("900101300123;850505400456;850505400456", ";".join([IIN_MASK] * 3)),
        ("87011234567", "87011234567"),
        ("20180312101520", "20180312101520"),  # 14 digits: a moment, which the reader of a quarantine must see
        ("№ 15, 12.03.2018", "№ 15, 12.03.2018"),
        ("", ""),
    ],
)
def test_twelve_digits_are_masked(text: str, shown: str) -> None:
    assert mask_iin(pl.Series("raw", [text, None])).to_list() == [shown, None]


def test_an_office_called_by_its_owner_s_number_is_masked_everywhere_and_stays_itself(
    tmp_path: Path, repo: Path
) -> None:
    """Two such offices do not become one, and the district is masked in every list of the audit."""
    row = "ЖК {0},Отдел {0},{1},child_allowance,provider,{2},,2018-03-12 10:00,2018-03-12 18:00\n"
    numbers = ("870101300123", "880202400456")
    header = "district,office,application_no,service,channel,step,role,received_at,completed_at\n"
    journal = tmp_path / "a.csv"
    journal.write_text(header + "".join(row.format(n, i, "register") for i, n in enumerate(numbers)), encoding="utf-8")
    for shown in (False, True):
        asked = Asked(datetime(2018, 6, 1), (None, None), "en", shown)
        work = tmp_path / f"work{shown}"
        work.mkdir()
        found = audit(Found.named(journal), Profile(), load_rulebook(repo / "rules"), asked, work)
        frames = [
            f for name in vars(found) if isinstance(f := getattr(found, name), pl.DataFrame) and name != "quarantine"
        ]
        texts = {
            str(v) for f in frames for name in ("district", "office") if name in f.columns for v in f[name].drop_nulls()
        }
        assert len({text for text in texts if text.startswith("ЖК")}) == 2
        assert any(number in text for text in texts for number in numbers) is shown
        assert found.findings.filter(pl.col("code") == "T01")["district"].n_unique() == 2
