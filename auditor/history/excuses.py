"""The register of excuses: findings that somebody answers for. They are counted apart, and nothing else about them changes.

excuses:
  - number: 7/2018                the document
    date: 2018-03-06
    signed_by: head of the department
    reason: the office was closed by a blizzard
    from: 2018-03-06              nights (days of the audit's moment) on which it is in force; until may be left out
    until: 2018-06-30
    occurred_from: 2018-03-01     optional: only findings whose due moment (else receipt, else completion) lies in these days
    occurred_until: 2018-03-05
    scope: {district: Abay, code: T01}   at least one of district, office, service, application_no, step, code, fingerprint
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from pathlib import Path

import polars as pl

from auditor.history.registers import fold, read_register
from auditor.history.runs import EXCUSED
from auditor.law.section import Section

SCOPE = ("district", "office", "service", "application_no", "step", "code", "fingerprint")


@dataclass(frozen=True)
class Excuse:
    """One document. `until`, `occurred_*`: None where nothing is said."""

    number: str
    signed_by: str
    reason: str
    dated: date | None
    since: date | None
    until: date | None
    occurred_from: date | None
    occurred_until: date | None
    scope: dict[str, str]

    def in_force(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Excuses:
    """The register; empty without a file."""

    entries: tuple[Excuse, ...] = ()

    @staticmethod
    def read(path: Path) -> Excuses:
        """Read a register. Raises InputError with every fault."""
        return Excuses(read_register(path, "excuses", _read))

    def of(self, findings: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
        """`EXCUSED`: the findings that an excuse in force speaks for, by the first that does."""
        found = [pl.DataFrame(schema=EXCUSED)]
        for excuse in self.entries:
            if excuse.in_force(as_of.date()):
                spoken = findings.filter(_speaks(excuse)).select("fingerprint", pl.lit(excuse.number).alias("excuse"))
                found.append(spoken)
        return pl.concat(found).unique("fingerprint", keep="first", maintain_order=True)

    def expired(self, as_of: datetime) -> list[Excuse]:
        """Those whose last day has passed."""
        return [excuse for excuse in self.entries if excuse.until is not None and excuse.until < as_of.date()]

    def unused(self, excused: pl.DataFrame, as_of: datetime) -> list[Excuse]:
        """Those in force that speak for no finding."""
        used = set(excused["excuse"])
        return [each for each in self.entries if each.in_force(as_of.date()) and each.number not in used]


def _speaks(excuse: Excuse) -> pl.Expr:
    tests = [
        pl.col(name).str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase() == fold(value)
        for name, value in excuse.scope.items()
    ]
    day = pl.coalesce("due_at", "received_at", "completed_at").dt.date()
    if excuse.occurred_from is not None:
        tests.append(day >= excuse.occurred_from)
    if excuse.occurred_until is not None:
        tests.append(day <= excuse.occurred_until)
    return reduce(lambda one, other: one & other, tests).fill_null(False)


def _read(section: Section) -> Excuse:
    scope: dict[str, str] = {}
    child = section.section("scope")
    if child is not None:
        scope = {key: child.text(key) for key in SCOPE if child.has(key)}
        child.done()
        if not scope:
            section.fault("scope", "names nothing", "name at least one of: " + ", ".join(SCOPE))
    read = Excuse(
        number=section.text("number"),
        signed_by=section.text("signed_by"),
        reason=section.text("reason"),
        dated=section.day("date"),
        since=section.day("from"),
        until=section.day("until", required=False),
        occurred_from=section.day("occurred_from", required=False),
        occurred_until=section.day("occurred_until", required=False),
        scope=scope or {"fingerprint": "-"},
    )
    section.done()
    return read
