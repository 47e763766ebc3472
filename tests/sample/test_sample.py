"""Invented journals: the same bytes for the same seed, every procedure, every fault, labels in their form."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.commands.sample import sample as command
from auditor.errors import UsageError
from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.paths import default_rules
from auditor.sample import Sample, invent, write_sample
from auditor.sample.paths import choose_path, missing, wrong_branch
from auditor.sample.writing import LABEL_COLUMNS

PLANTED = {
    "T01", "T02", "T04", "T05", "T06", "O01", "O02", "O03", "S01", "S02", "S03", "S04",
    "R01", "P01", "P02", "P03", "P04", "J01", "J02", "J03", "J06",
}  # fmt: skip
"""Every code but T03 and R02 (the rules state none), J04 and J05 (they need a profile), J07 (it needs two exports)."""

REQUIRED = {"district", "office", "application_no", "service", "channel", "step"}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(default_rules())


@pytest.fixture(scope="module")
def sample(book: Rulebook) -> Sample:
    return invent(book, 20_000, 5, 0.05)


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.csv"))
    }


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes(book: Rulebook, tmp_path: Path) -> None:
    """Two runs, one of them in a process with other hashes of strings, write the same files."""
    write_sample(book, tmp_path / "a", 600, 3, 0.2)
    script = "from auditor.sample import write_sample; from auditor.law.load import load_rulebook; from auditor.paths import *; "
    script += f"write_sample(load_rulebook(default_rules()), Path({str(tmp_path / 'b')!r}), 600, 3, 0.2)"
    for seed in ("1", "77"):
        subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONHASHSEED": seed, "PATH": ""})
        assert digest(tmp_path / "a") == digest(tmp_path / "b")
    write_sample(book, tmp_path / "c", 600, 4, 0.2)
    assert digest(tmp_path / "a") != digest(tmp_path / "c")


def test_the_form_of_journals_and_labels(book: Rulebook, tmp_path: Path) -> None:
    """Journals are canonical; each label names a line that is there, and says what that line says."""
    written = write_sample(book, tmp_path, 800, 9, 0.3)
    journals = {
        path.relative_to(tmp_path).as_posix(): read(path) for path in sorted(tmp_path.rglob("journals/*/*.csv"))
    }
    assert len(journals) == written.journals
    assert sum(len(rows) for rows in journals.values()) == written.entries
    for rows in journals.values():
        for row in rows:
            assert all(row[column] for column in REQUIRED)
            assert row["received_at"] or row["completed_at"]
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(LABEL_COLUMNS)
    labels = read(tmp_path / "labels.csv")
    assert len(labels) == written.labels
    for label in labels:
        row = journals[label["source_file"]][int(label["source_line"]) - 2]
        if label["code"] == "P03":
            assert label["district"] == label["office"] == label["application_no"] == ""
        else:
            assert [label[c] for c in ("district", "office", "application_no")] == [
                row[c] for c in ("district", "office", "application_no")
            ]
    keys = Counter(tuple(label.values()) for label in labels)
    assert max(keys.values()) == 1


def test_the_sample_data_are_what_their_readme_says(book: Rulebook, tmp_path: Path, repo: Path) -> None:
    """`sample_data/` is what the command in its README makes today; run that command anew where this fails."""
    named = re.search(
        r"auditor sample --out sample_data (.+)", (repo / "sample_data" / "README.md").read_text(encoding="utf-8")
    )
    assert named is not None
    words = named[1].split()
    options = dict(zip(words[::2], words[1::2], strict=True))
    write_sample(book, tmp_path, int(options["--applications"]), int(options["--seed"]), float(options["--violations"]))
    assert digest(repo / "sample_data") == digest(tmp_path), "rm -r sample_data/journals, then: " + named[0]
    assert sum(path.stat().st_size for path in (repo / "sample_data").rglob("*.*")) < 1_000_000
    assert {label["code"] for label in read(tmp_path / "labels.csv")} == PLANTED


def test_another_sample_is_not_mixed_in(book: Rulebook, tmp_path: Path) -> None:
    """The same sample may be written again; journals of another one in the folder are refused."""
    write_sample(book, tmp_path, 60, 1, 0.1)
    before = digest(tmp_path)
    write_sample(book, tmp_path, 60, 1, 0.1)
    assert digest(tmp_path) == before
    (tmp_path / "journals" / "abai" / "old.csv").write_text("x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="another sample"):
        write_sample(book, tmp_path, 60, 1, 0.1)


@pytest.mark.parametrize("wrong", [["--applications", "0"], ["--violations", "1.5"], ["--violations", "nan"]])
def test_sizes_that_make_no_sense_are_refused(tmp_path: Path, wrong: list[str]) -> None:
    """No traceback, but a sentence and exit code 2."""
    result = CliRunner().invoke(command, ["--out", str(tmp_path), *wrong])
    assert isinstance(result.exception, UsageError)


def test_the_command_says_what_it_made(tmp_path: Path) -> None:
    """Its last words name the list of planted faults, in the language asked for."""
    for lang, word in (("en", "planted"), ("ru", "заложенные"), ("kk", "бұзушылық")):
        arguments = ["--out", str(tmp_path / lang), "--applications", "30", "--lang", lang]
        result = CliRunner().invoke(command, arguments)
        assert result.exit_code == 0, result.output
        assert word in result.output
        assert (tmp_path / lang / "labels.csv").exists()


def test_every_fault_is_planted(sample: Sample) -> None:
    """20,000 applications hold each code at least once, and about a share of them as was asked for."""
    found = Counter(label.code for label in sample.labels)
    assert set(found) == PLANTED
    faulty = {id(label.row.case) for label in sample.labels}
    assert 0.04 <= len(faulty) / len(sample.cases) <= 0.055


def test_every_procedure_and_district_is_there(book: Rulebook, sample: Sample) -> None:
    """All twenty procedures, and all cities and districts with offices of each kind."""
    procedures = Counter((case.service, case.channel) for case in sample.cases)
    assert len(procedures) == sum(len(s.procedures) for s in book.services.values()) == 20
    assert min(procedures.values()) > 100
    assert len({office.district for office, _ in sample.books}) == 18
    assert {office.kind for office, _ in sample.books} == {"provider", "akim", "corporation", "portal"}


def test_even_a_small_sample_has_every_procedure(book: Rulebook) -> None:
    """The first applications are one of each procedure."""
    assert len({(case.service, case.channel) for case in invent(book, 60, 2, 0.0).cases}) == 20


def test_offices_work_like_offices(sample: Sample) -> None:
    """Numbers restart and repeat, deputies sign, papers cross offices, some moments are not written, some work is open."""
    rows = [row for _, lines in sample.books for row in lines]
    numbers = Counter((case.home, case.number) for case in sample.cases)
    assert max(numbers.values()) >= 3
    assert any(row.acting for row in rows)
    assert any(row.blank for row in rows)
    assert any(row.extended for row in rows)
    assert any(row.inner for row in rows)
    assert any(row.office is not row.case.home for row in rows)
    assert any(row.completed is None and row.case.fault is None for row in rows)
    assert {office.style.precision for office, _ in sample.books} == {"minute", "second", "day", "midnight"}
    assert {row.outcome for row in rows} == {"", "granted", "refused", "no_data", "withdrawn", "moved"}
    assert {case.stated for case in sample.cases} == {True, False}


def test_no_violations_means_no_labels(book: Rulebook) -> None:
    """A rate of zero plants nothing."""
    assert invent(book, 500, 1, 0.0).labels == []


def test_lawful_paths(book: Rulebook) -> None:
    """A chosen path leaves nothing out and takes no wrong branch, in every edition."""
    from random import Random

    rng = Random(1)
    for service in book.services.values():
        for procedure in service.procedures:
            for edition in procedure.editions:
                for _ in range(50):
                    path = choose_path(edition, rng)
                    assert not missing(edition, path)
                    assert wrong_branch(edition, path) is None


def test_nothing_of_the_engine_is_used() -> None:
    """A generator that borrowed the engine's clocks would prove nothing."""
    folder = Path(__file__).resolve().parents[2] / "auditor" / "sample"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(f"auditor.{part}" in text for part in ("engine", "checks", "journal", "report")), path
