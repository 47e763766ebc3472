"""Another regulation by adding files only: the example of the permit desk holds, on ten invented rows in the log's layout."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.commands.audit import audit
from auditor.commands.rules import rules

HEADER = (
    "case:channel,case:concept:name,case:deadline,case:department,case:enddate,case:enddate_planned,case:group,"
    "case:responsible,case:startdate,concept:instance,concept:name,lifecycle:transition,org:group,org:resource,time:timestamp"
)
CONFIRM, CHECK, DETERMINE = (
    "Confirmation of receipt",
    "T02 Check confirmation of receipt",
    "T04 Determine confirmation of receipt",
)
SEND, ADVICE, STOP = (
    "T05 Print and send confirmation of receipt",
    "T06 Determine necessity of stop advice",
    "T10 Determine necessity to stop indication",
)
# Invented: case, channel, activity, group, moment. The first application is faultless; in the second the check takes
# more than four open hours (Friday 16:00 to Tuesday 11:30, over the Whit Monday of 2011), and an adviser sends.
ROWS = [
    ("case-1", "Internet", CONFIRM, "Group 1", "2011-03-07 09:00:00.123000+01:00"),
    ("case-1", "Internet", CHECK, "Group 4", "2011-03-07 09:05:00.456000+01:00"),
    ("case-1", "Internet", DETERMINE, "Group 3", "2011-03-07 10:00:00.000000+01:00"),
    ("case-1", "Internet", SEND, "Group 2", "2011-03-08 10:00:00.000000+01:00"),
    ("case-1", "Internet", ADVICE, "EMPTY", "2011-03-09 10:00:00.000000+01:00"),
    ("case-1", "Internet", STOP, "Group 1", "2011-03-09 10:01:00.000000+01:00"),
    ("case-2", "e-mail", CONFIRM, "Group 1", "2011-06-10 16:00:00.000000+02:00"),
    ("case-2", "e-mail", CHECK, "Group 4", "2011-06-14 11:30:00.000000+02:00"),
    ("case-2", "e-mail", DETERMINE, "Group 3", "2011-06-14 12:00:00.000000+02:00"),
    ("case-2", "e-mail", SEND, "Group 12", "2011-06-14 12:30:00.000000+02:00"),
]


@pytest.fixture(scope="module")
def example() -> Path:
    return Path(__file__).resolve().parents[2] / "docs" / "examples" / "permit_desk"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """An export in the layout of the public log."""
    file = tmp_path / "log.csv"
    lines = [
        f"{channel},{case},,General,,,,Somebody,{moment},task-{n},{activity},complete,{group},Somebody,{moment}"
        for n, (case, channel, activity, group, moment) in enumerate(ROWS)
    ]
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return file


def test_its_rules_have_no_fault(example: Path) -> None:
    said = CliRunner().invoke(rules, ["lint", str(example / "rules")])
    assert said.exit_code == 0, said.output


def test_it_audits_a_log_of_that_layout(example: Path, log: Path, tmp_path: Path) -> None:
    """Every row is taken, the clock knows Whit Monday, and the citation names the example's own clause."""
    out = tmp_path / "out"
    options = [
        "--rules",
        example / "rules",
        "--profile",
        example / "profile.yaml",
        "--as-of",
        "2012-01-31",
        "--out",
        out,
    ]
    # Invoked like this a command returns its exit code, which only the command line's own main() makes the process's.
    said = CliRunner().invoke(audit, [str(log), *map(str, options)], standalone_mode=False)
    assert said.return_value == 1, said.output
    told = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    assert (told["rows_read"], told["rows_accepted"], told["rows_quarantined"]) == (10, 10, 0)
    assert told["applications"] == 2
    assert told["unknown_roles"] == [{"district": "municipality", "role": "EMPTY", "n": 1}]
    with (out / "findings.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert {(f["application_no"], f["code"], f["step"]) for f in found} == {
        ("case-2", "T01", "check_confirmation"),
        ("case-2", "R01", "send_confirmation"),
        ("case-2", "T02", "need_of_advice"),
        ("case-2", "T03", "need_to_stop"),
        ("case-2", "T04", "need_of_advice"),
    }
    late = next(f for f in found if f["code"] == "T01")
    assert (late["due_at"], late["actual"], late["excess"]) == ("2011-06-14 11:00:00", "4.50", "0.50")
    assert late["citation"] == "the example's README, item 1, clause 2(1) action 1"
