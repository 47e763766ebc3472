"""The same invented truth in every layout and language gives the same findings, up to what each layout can know.

A poorer layout never accuses of what the whole journal does not show: its errors, by application, code and step, are among those of
the canonical one. What it cannot know is undetermined, and counted.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.paths import default_rules
from auditor.sample import Sample, invent
from profiles import truth

Key = tuple[str, str, str, str]
SLOW = pytest.mark.slow
AS_OF = "2019-12-31 18:00"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(default_rules())


@pytest.fixture(scope="module")
def sample(book: Rulebook) -> Sample:
    return invent(book, 150, 11, 0.5, plain=True)


def audited(folder: Path, out: Path, *words: str) -> tuple[Counter[Key], Counter[Key], dict[str, object]]:
    """Errors, all findings (district, application, code, step), and audit.json."""
    said = CliRunner().invoke(
        cli,
        ["audit", str(folder), "--as-of", AS_OF, "--out", str(out), "--fail-on", "never", *words],
        standalone_mode=False,
    )
    assert said.exception is None, said.exception
    with (out / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    assert told["rows_quarantined"] == 0

    def keys(severities: tuple[str, ...]) -> Counter[Key]:
        return Counter(
            (r["district"], r["application_no"], r["code"], r["step"]) for r in rows if r["severity"] in severities
        )

    return keys(("error",)), keys(("error", "warning", "info")), told


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, sample: Sample, book: Rulebook
) -> tuple[Counter[Key], Counter[Key], dict[str, object]]:
    folder = tmp_path_factory.mktemp("whole")
    return audited(truth.canonical(folder / "in", sample, book), folder / "out")


@pytest.mark.parametrize(
    ("lang", "encoding"),
    [pytest.param("kk", "kz1048", marks=SLOW), ("ru", "utf-16"), pytest.param("en", "utf-8-sig", marks=SLOW)],
)
def test_a_row_per_step_in_any_language(
    tmp_path: Path, sample: Sample, book: Rulebook, whole, lang: str, encoding: str
) -> None:
    """The shipped profile reads it, and every finding is the same."""
    folder = truth.by_step(tmp_path / "in", sample, book, lang, encoding)
    _, findings, told = audited(folder, tmp_path / "out", "--profile", "journal")
    assert findings == whole[1]
    assert told["verdicts"] == whole[2]["verdicts"]


@pytest.mark.parametrize("lang", [pytest.param("kk", marks=SLOW), "ru", pytest.param("en", marks=SLOW)])
def test_a_row_per_application_with_both_moments(
    tmp_path: Path, sample: Sample, book: Rulebook, whole, lang: str
) -> None:
    """All clocks are there: no error more, and none less but those of second lines of a step, of unknown steps and of roles."""
    folder, profile = truth.by_application(tmp_path / "in", sample, book, lang, receipts=True, bare=False)
    errors, _, _ = audited(folder, tmp_path / "out", "--profile", str(profile))
    assert not errors - whole[0]
    lost = Counter(code for _, _, code, _ in (whole[0] - errors).elements())
    assert set(lost) <= {"S03", "R01"}
    assert {code for _, _, code, _ in errors} >= {"T01", "O01", "S01"}


@pytest.mark.parametrize(
    ("receipts", "bare"),
    [
        pytest.param(True, True, marks=SLOW),
        pytest.param(False, False, marks=SLOW),
        pytest.param(False, True, marks=SLOW),
    ],
)
def test_a_row_per_application_that_shows_less(
    tmp_path: Path, sample: Sample, book: Rulebook, whole, receipts: bool, bare: bool
) -> None:
    """Bare dates, or no receipts: never another accusation; the rest is undetermined. One exception stands in reading 16: a bare date
    counts as before closing, so that papers received after it seem a day older."""
    folder, profile = truth.by_application(tmp_path / "in", sample, book, "ru", receipts=receipts, bare=bare)
    errors, _, told = audited(folder, tmp_path / "out", "--profile", str(profile))
    late = truth.after_closing(sample) if bare else set()
    assert not [key for key in errors - whole[0] if key[2] != "T01" or (*key[:2], key[3]) not in late]
    assert told["verdicts"]["undetermined"] > whole[2]["verdicts"]["undetermined"]
    reasons = told["undetermined"]
    assert ("not_in_layout" in reasons) is not receipts
    assert not (bare and receipts) or reasons["day_precision"] > 10


@pytest.mark.parametrize("lang", [pytest.param("kk", marks=SLOW), "ru"])
@pytest.mark.parametrize("name", ["incoming", "outgoing"])
def test_the_prescribed_books(tmp_path: Path, sample: Sample, whole, lang: str, name: str) -> None:
    """`auditor profile` knows them; of what they show nothing accuses that the whole journal does not; other mail is counted."""
    folders, cover = truth.books(tmp_path, sample, lang)
    profile = tmp_path / "profile.yaml"
    said = CliRunner().invoke(
        cli, ["profile", str(folders[name] / "book.csv"), "--out", str(profile)], standalone_mode=False
    )
    assert said.exception is None, said.exception
    text = profile.read_text(encoding="utf-8")
    for key, value in cover.items():
        text = text.replace(f"{key}: ???", f"{key}: {json.dumps(value, ensure_ascii=False)}")
    profile.write_text(text, encoding="utf-8")
    errors, _, told = audited(folders[name], tmp_path / "out", "--profile", str(profile))
    assert not errors - whole[0]
    assert told["applications"] > 10
    assert told["undetermined"]["not_in_layout"] > told["applications"]
    assert told["verdicts"]["skipped"] == told["verdicts"]["overdue"] == 0
    assert told["inputs"][0]["rows_of_other_mail"] >= 1
