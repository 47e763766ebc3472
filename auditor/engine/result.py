"""What an audit found, as the reports read it. Nothing here is computed again downstream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from auditor.exports.find import PassedOver

FINDING_COLUMNS = (
    "code",
    "severity",
    "district",
    "office",
    "service",
    "channel",
    "application_no",
    "step",
    "role",
    "employee",
    "received_at",
    "completed_at",
    "due_at",
    "limit",
    "limit_unit",
    "actual",
    "excess",
    "basis",
    "citation",
    "message",
    "source_file",
    "source_line",
    "fingerprint",
)
SEVERITIES = ("error", "warning", "info")
UTF8 = ("utf-8", "utf-8-sig")
VERDICTS = ("met", "late", "open", "overdue", "skipped", "undetermined")


@dataclass(frozen=True)
class Decided:
    """What a stage of the reading decided, in a word or two for scripts, and the evidence as a sentence. doubtful: somebody should look."""

    stage: str
    decision: str
    evidence: str
    doubtful: bool


@dataclass(frozen=True)
class InputFile:
    """One export as it was read. lines: physical lines by what they are, `physical` first, the sum of the others. persons: of each
    column of identification numbers column, values, restored, wrong, lines. rows_of_other_mail: those accepted that are no
    application's by the profile, and give no entry."""

    path: str
    sha256: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    encoding: str
    delimiter: str
    extra_columns: tuple[str, ...]
    received_day_precision: bool
    completed_day_precision: bool
    lines: dict[str, int] = field(default_factory=dict)
    rows_of_other_mail: int = 0
    reading: tuple[Decided, ...] = ()
    persons: tuple[dict[str, object], ...] = ()

    @property
    def doubtful(self) -> bool:
        """Somebody should look at how it was read."""
        return any(each.doubtful for each in self.reading)

    @property
    def noteworthy(self) -> bool:
        """Something was not as plain as can be: a doubt, lines that are no rows, an encoding other than UTF-8, a container, odd values."""
        plain = ("dialect", "header", "encoding")
        many = len(self.reading) > len({each.stage for each in self.reading})
        return (
            self.doubtful
            or many
            or any(each.stage not in plain for each in self.reading)
            or self.encoding not in ("", *UTF8)
        )


@dataclass(frozen=True)
class Audit:
    """One audit: findings, verdicts, and all they rest on.

    findings: one row a finding, `FINDING_COLUMNS` in that order, in report order. Moments are Datetime, `limit`, `actual`
        and `excess` Float64 in `limit_unit`, `source_line` Int64, the rest String; employees already masked unless names were asked for.
    worded: further languages that were asked for (`Asked.further_languages`) to the columns message and citation of `findings` in them.
    open_work: the steps not completed at the cut-off that are somebody's to do: district, office, service, channel, application_no, step,
        role, employee (masked like the findings'), begun (false: received by nobody yet), received_at, since (completion of the step before,
        where not begun), due_at, limit, limit_unit, extended_to (Date), state (`overdue`, `open`, `undetermined`), reason, due_when (`overdue`,
        `passed`, `today`, `week`, `later`, `none`, `undetermined`: see engine/openwork.py), work_day (Date: the next working day, from
        which `today` is told), accuses, source_file, source_line; by office, the most urgent first.
    around: fingerprint of a finding; before_step, before_at (when it was completed), before_done (false: when it was received, for it was not
        completed) of the nearest earlier step of the application that has an entry; after_step, after_at (when it was received), after_done (true:
        when it was completed) of the nearest later one. Findings with neither are not in it.
    verdicts: district, office, service, channel, step, role, verdict, reason (null but for `undetermined`), n (Int64).
    applications: district, office, service, channel, n: applications judged or not, by home office.
    not_in_force: service, channel, since, until (Date, the period without rules: since its first day, until the first day
        with rules again, either null where open), district, n (applications).
    coverage: district, office, begins, ends (Datetime), stated (Boolean): the period the exports speak for.
    quarantine: source_file, source_line, column, value, reason (words), raw, and what reading it back needs (`auditor.exports.mended`): fault, delimiter, header, seal;
        and district, as far as it could be read.
    unknown_roles: role (spelling), n (entries). deputies: role (spelling), counts_as (role id), n. unknown_outcomes: outcome
        (spelling), n (rows). All three may have a `district`: then the district's page shows its own.
    file_districts: source_file, district, n: the districts found in each file, and how many of its accepted rows are theirs.
    passed_over: files, sheets and tables that were not read, each with the reason; `remarks` has them in words.
    possible_links: district, office, application_no, service, sent_at of what an akim sent; other_district, other_office, other_application_no, taken_up_at
        of what a provider registered and may be it; confidence (sure, high, medium, low); reasons (list: person, number, office, alone, service, time).
    clock_differences: district, sender, receiver, crossings (steps received before they were sent), passed (all of them), minutes, withheld (findings).
    left_out: entries received after a stated end of coverage. offices_sha256: that of the register of offices, None without one.
    flows: district (null: all of them together), service, channel, step, role, n (steps with an entry), and of those: waits, waited,
        waited_median: how many have a known time between the step before and the receipt, its sum and median in seconds of open time;
        works, worked, worked_median: the same of the time from receipt to completion. Of one application in `flow_share`.
    """

    findings: pl.DataFrame
    verdicts: pl.DataFrame
    applications: pl.DataFrame
    not_in_force: pl.DataFrame
    coverage: pl.DataFrame
    quarantine: pl.DataFrame
    unknown_roles: pl.DataFrame
    deputies: pl.DataFrame
    file_districts: pl.DataFrame
    inputs: tuple[InputFile, ...]
    as_of: datetime
    covers: tuple[datetime | None, datetime | None]
    rules_id: str
    rules_sha256: str
    calendar_sha256: str
    names_shown: bool
    entries: int
    application_count: int
    left_out: int
    language: str
    remarks: tuple[str, ...] = field(default=())
    possible_links: pl.DataFrame = field(default_factory=pl.DataFrame)
    clock_differences: pl.DataFrame = field(default_factory=pl.DataFrame)
    offices_sha256: str | None = None
    passed_over: tuple[PassedOver, ...] = field(default=())
    flows: pl.DataFrame = field(default_factory=pl.DataFrame)
    flow_share: int = 1
    open_work: pl.DataFrame = field(default_factory=pl.DataFrame)
    around: pl.DataFrame = field(default_factory=pl.DataFrame)
    worded: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    unknown_outcomes: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def rows_read(self) -> int:
        return sum(f.rows_read for f in self.inputs)

    @property
    def rows_accepted(self) -> int:
        return sum(f.rows_accepted for f in self.inputs)

    @property
    def rows_quarantined(self) -> int:
        return sum(f.rows_quarantined for f in self.inputs)

    def verdict_totals(self) -> dict[str, int]:
        """Verdict to number of steps, every verdict present, in the order of `VERDICTS`."""
        counted = dict(self.verdicts.group_by("verdict").agg(pl.col("n").sum()).iter_rows())
        return {verdict: int(counted.get(verdict, 0)) for verdict in VERDICTS}

    def finding_totals(self) -> dict[str, int]:
        """Code to number of findings, sorted by code."""
        counted = self.findings.group_by("code").len().sort("code")
        return {str(code): int(n) for code, n in counted.iter_rows()}
