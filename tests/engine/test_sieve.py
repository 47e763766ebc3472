"""Applications that are plain are counted without being judged at length, and that changes nothing of what is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from auditor.engine import flows, sieve
from auditor.engine.audit import Asked, audit
from auditor.engine.result import Audit
from auditor.engine.staging import Staging
from auditor.exports.find import Found
from auditor.journal.profile import Profile
from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.paths import default_rules
from engine.strategies import journal
from engine.test_against_reference import compare, offices, rules

NOBODY = 1_000_003
"""Every so-many-th application is measured: none of a small journal."""
HEALTH = list(HealthCheck)
FEW = settings(max_examples=5, suppress_health_check=HEALTH, phases=[Phase.explicit, Phase.reuse, Phase.generate])
MANY = settings(max_examples=500, suppress_health_check=HEALTH, phases=[Phase.generate])


def together(which: str) -> Rulebook:
    """Rules that keep no roles apart: where they do, every application is needed and nothing is sifted."""
    return replace(rules(which), keep_apart=())


@pytest.fixture(scope="module")
def sifted():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows, "share_of", lambda _: NOBODY)
        yield


@FEW
@given(drawn=journal(rules("decree")))
def test_the_decree_is_sifted(sifted, drawn):
    """The slow reference agrees with a sifted audit too."""
    compare(drawn, rules("decree"), buckets=2)


@FEW
@given(drawn=journal(together("decree and more")))
def test_other_rules_are_sifted(sifted, drawn):
    """Branches, totals, stricter limits; offices with hours of their own."""
    compare(drawn, together("decree and more"), register=offices("decree and more"))


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["usual offices", "offices of their own"])
@pytest.mark.parametrize("which", ["decree", "made up", "decree and more"])
def test_at_length(sifted, which, own):
    """The same, 1,500 journals long."""
    rulebook = together(which)

    @MANY
    @given(drawn=journal(rulebook))
    def run(drawn):
        compare(drawn, rulebook, register=offices(which) if own else None)

    run()


def audited(journals: Path, folder: Path) -> Audit:
    asked = Asked(datetime(2019, 7, 31), (None, None), "en", True)
    folder.mkdir()
    return audit(
        Found.named(*sorted(journals.rglob("*.csv"))), Profile(), load_rulebook(default_rules()), asked, folder
    )


@pytest.fixture(scope="module")
def unsifted(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return audited(repo / "sample_data" / "journals", tmp_path_factory.mktemp("unsifted") / "work")


def same(one: Audit, other: Audit) -> None:
    for name in (
        "findings",
        "verdicts",
        "applications",
        "coverage",
        "unknown_roles",
        "deputies",
        "open_work",
        "not_in_force",
    ):
        assert getattr(one, name).equals(getattr(other, name)), name
    assert (one.entries, one.left_out, one.application_count) == (
        other.entries,
        other.left_out,
        other.application_count,
    )


def test_a_journal_sifted_is_judged_alike(repo: Path, tmp_path: Path, unsifted: Audit, monkeypatch) -> None:
    """Findings, verdicts and all that is counted are the same; and most entries are found plain, else the sieve were idle."""
    rows: list[tuple[int, int]] = []
    whole = sieve.Sieve.sift

    def counted(self: sieve.Sieve, bucket: pa.Table, con: object) -> pa.Table:
        left = whole(self, bucket, con)  # type: ignore[arg-type]
        rows.append((bucket.num_rows, left.num_rows))
        return left

    monkeypatch.setattr(flows, "share_of", lambda _: NOBODY)
    monkeypatch.setattr(sieve.Sieve, "sift", counted)
    same(audited(repo / "sample_data" / "journals", tmp_path / "work"), unsifted)
    ((before, after),) = rows
    assert after < 0.8 * before


def test_keys_that_share_a_number(repo: Path, tmp_path: Path, unsifted: Audit, monkeypatch) -> None:
    """Should `draw` be alike for different applications, they are told apart by their keys."""
    narrow = Staging.narrow

    def alike(self: Staging, rows: pl.DataFrame, file_id: int) -> pl.DataFrame:
        return narrow(self, rows, file_id).with_columns(draw=pl.lit(1, dtype=pl.UInt64))

    monkeypatch.setattr(flows, "share_of", lambda _: NOBODY)
    monkeypatch.setattr(Staging, "narrow", alike)
    same(audited(repo / "sample_data" / "journals", tmp_path / "work"), unsifted)


ODD = """\
district,office,application_no,service,channel,step,role,received_at,completed_at,registered_on
D,O,1,child_allowance,provider,no such step,,2018-03-12 10:00,2018-03-12 10:10,2018-03-12
D,O,2,child_allowance,provider,register,,1901-03-12 10:00,1901-03-12 10:10,1901-03-12
D,O,3,child_allowance,provider,register,,1969-03-12 10:00,2018-03-12 10:10,1969-03-12
D,O,4,child_allowance,provider,register,,2018-03-12 10:00,2099-03-12 10:10,9999-03-12
D,O,5,child_allowance,provider,register,,,2018-03-12 10:10,2018-03-12
D,O,6,no such service,post,register,,2018-03-12 10:00,2018-03-12 10:10,2018-03-12
"""


@pytest.mark.parametrize("rows", [ODD, ODD.splitlines()[0] + "\n" + ODD.splitlines()[-1]], ids=["all", "nothing known"])
def test_odd_rows_are_left_to_the_judge(tmp_path: Path, monkeypatch, rows: str) -> None:
    """Unknown words, years outside every calendar, missing moments: nothing of it is plain, and nothing breaks."""
    (tmp_path / "journals").mkdir()
    (tmp_path / "journals" / "odd.csv").write_text(rows, encoding="utf-8")
    at_length = audited(tmp_path / "journals", tmp_path / "one")
    monkeypatch.setattr(flows, "share_of", lambda _: NOBODY)
    same(audited(tmp_path / "journals", tmp_path / "other"), at_length)
    assert at_length.entries == rows.count("D,O,")
