"""A list from elsewhere held against journals: which application is absent on either side, and where absence proves nothing.

The journals' applications are those that an audit forms (`auditor.engine.applications`): same exports, same keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from auditor.engine.audit import BYTES_OF_ROW, Asked, Progress, bytes_of, no_progress, take
from auditor.engine.judge import FILES_SCHEMA, MENTIONS_SCHEMA, Files, Question, judge
from auditor.engine.ownoffices import own_offices
from auditor.engine.staging import Staging
from auditor.exports.find import Found
from auditor.exports.opening import open_exports
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.journal.surveying import survey_exports
from auditor.language import Words
from auditor.law.types import Rulebook
from auditor.law.vocabulary import fold

APART = timedelta(days=31)
"""How far a list's date may lie from the journal's: what a portal dates by its sending, an office dates by its registration."""
STATUSES = ("found", "several", "absent", "aside", "outside", "unlisted")
"""Of a line of the list: found in the journals; several applications fit; absent, though the exports cover its day; in a quarantined
row; outside what the exports cover (or without a date, so that nobody knows). unlisted: in the journals and not on the list."""
RECONCILED = {
    "status": pl.String,
    "district": pl.String,
    "office": pl.String,
    "application_no": pl.String,
    "service": pl.String,
    "day": pl.Date,
    "line": pl.Int64,
    "note": pl.String,
    "other": pl.String,
}
"""One row a line of the list, or an application that is not on it. district and office: the journal's where found, else the list's. line: of
the list. note: key of `catalogs/reconcile.toml`, or null; other: what it names (a line, a number, an office)."""


@dataclass(frozen=True)
class Reconciliation:
    """rows: `RECONCILED`. outside_list: applications of the journals of which the list does not speak (its days, services, channels, offices)."""

    rows: pl.DataFrame
    outside_list: int


_APPLICATIONS = """
SELECT d.text AS district, o.text AS office, a.application_no, l.service, l.channel, a.day, list(DISTINCT h.text) AS offices
FROM application a JOIN entry e USING (app_id) JOIN spelled_office h ON h.code = e.office_key & 4294967295 JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l ON l.label_id = a.label_id
JOIN spelled_district d ON d.code = a.home_key >> 32 JOIN spelled_office o ON o.code = a.home_key & 4294967295
GROUP BY a.app_id, d.text, o.text, a.application_no, l.service, l.channel, a.day
"""


def reconcile(
    listed: pl.DataFrame,
    found: Found,
    profile: Profile,
    rulebook: Rulebook,
    asked: Asked,
    folder: Path,
    register: Register | None = None,
    progress: Progress = no_progress,
) -> Reconciliation:
    """Hold a list (`auditor.journal.lists.LISTED`) against exports. `folder` is an empty one for the run's working files.

    Raises InputError for exports that must be refused whole.
    """
    layouts = survey_exports(open_exports(found, folder), profile, register).layouts
    sizes = [bytes_of(layout) for layout in layouts]
    staging = Staging(folder, sum(sizes) // BYTES_OF_ROW, rulebook.vocabulary)
    taken = take(layouts, sizes, staging, Words("reading", asked.language), progress, register)
    mentions = pl.concat([pl.DataFrame(schema=MENTIONS_SCHEMA), *taken.mentions])
    applications: list[dict[str, Any]] = []

    def watch(con: duckdb.DuckDBPyConnection) -> None:
        applications.extend(con.sql(_APPLICATIONS).pl().to_dicts())

    judgement = judge(
        staging,
        Files(pl.DataFrame(taken.files, schema=FILES_SCHEMA, orient="row"), mentions),
        rulebook,
        Question(asked.as_of, asked.covers, offices=own_offices(register, rulebook)),
        folder,
        watch=watch,
    )
    try:
        coverage = judgement.table(
            "SELECT d.text AS district, o.text AS office, c.begins, c.ends FROM coverage c "
            "JOIN spelled_district d ON d.code = c.office_key >> 32 JOIN spelled_office o ON o.code = c.office_key & 4294967295"
        ).to_dicts()
    finally:
        judgement.close()
    set_aside = {number_key(number) for number in mentions["application_no"].drop_nulls()}
    coverage = [] if mentions["application_no"].null_count() else coverage  # what could not be read may hold any
    return _Comparison(listed, applications, coverage, set_aside, rulebook, register).made()


def number_key(number: str) -> str:
    """A number as it is compared: a spreadsheet drops leading zeros."""
    return fold(number).lstrip("0") or "0"


class _Comparison:
    def __init__(
        self,
        listed: pl.DataFrame,
        applications: list[dict[str, Any]],
        coverage: list[dict[str, Any]],
        aside: set[str],
        rulebook: Rulebook,
        register: Register | None,
    ) -> None:
        self.listed = listed.to_dicts()
        self.applications = sorted(
            applications, key=lambda a: (a["district"], a["office"], a["day"], a["application_no"], a["service"] or "")
        )
        self.coverage = coverage
        self.aside = aside
        self.rulebook = rulebook
        self.register = register
        self.by_number: dict[str, list[int]] = {}
        for i, application in enumerate(self.applications):
            self.by_number.setdefault(number_key(application["application_no"]), []).append(i)
        self.met: set[int] = set()

    def made(self) -> Reconciliation:
        rows: list[dict[str, Any]] = []
        first: dict[tuple[object, ...], int] = {}
        for line in self.listed:
            self._named(line)
            row = self._sought(line)
            texts = (fold(str(line[k] or "")) for k in ("service", "office", "district"))
            same = (number_key(line["application_no"]), *texts, line["day"].year if line["day"] else None)
            if same in first:
                row |= {"note": "twice", "other": str(first[same])}
            first.setdefault(same, line["line"])
            rows.append(row)
        unlisted, outside = self._unlisted()
        frame = pl.DataFrame([*rows, *unlisted], schema=RECONCILED, orient="row")
        return Reconciliation(frame, outside)

    def _named(self, line: dict[str, Any]) -> None:
        """Service, district and office as the rules and the register name them."""
        service = line["service"]
        if service and service not in self.rulebook.services:
            line["service"] = self.rulebook.vocabulary.services.get(fold(service), service)
        if self.register and line["district"]:
            district = self.register.district_called(line["district"])
            if district:
                line["district"] = district.name
                office = self.register.office_called(district, line["office"]) if line["office"] else None
                line["office"] = office.name if office else line["office"]

    def _sought(self, line: dict[str, Any]) -> dict[str, Any]:
        """What the journals have of a line of the list."""
        row = {
            **{k: line[k] for k in ("district", "office", "application_no", "service", "day", "line")},
            "note": None,
            "other": None,
        }
        numbered = self.by_number.get(number_key(line["application_no"]), [])
        fitting = [i for i in numbered if self._fits(self.applications[i], line)]
        if fitting:
            self.met.update(fitting)
            one = self.applications[fitting[0]]
            found = {k: one[k] for k in ("district", "office", "service")}
            if len(fitting) > 1:
                others = "; ".join(
                    sorted({f"{self.applications[i]['district']}, {self.applications[i]['office']}" for i in fitting})
                )
                return {**row, "status": "several", "note": "several", "other": others}
            if fold(one["application_no"]) != fold(line["application_no"]):
                row |= {"note": "zeros", "other": one["application_no"]}
            return {**row, **found, "status": "found"}
        if number_key(line["application_no"]) in self.aside:
            return {**row, "status": "aside", "note": "aside"}
        note, other = None, None
        if numbered:
            near = self.applications[numbered[0]]
            note, other = "near", f"{near['district']}, {near['office']}, {near['day']}"
        if line["day"] is None:
            return {**row, "status": "outside", "note": "undated", "other": line["date_text"]}
        if not self._covered(line):
            return {**row, "status": "outside", "note": note or "uncovered", "other": other}
        return {**row, "status": "absent", "note": note, "other": other}

    def _fits(self, application: dict[str, Any], line: dict[str, Any]) -> bool:
        """Nothing that both know differs. A service that the rules don't know is compared as it is written."""
        for key in ("district", "service"):
            if line[key] and application[key] and fold(line[key]) != fold(application[key]):
                return False
        if line["office"] and fold(line["office"]) not in self._offices(application):
            return False
        day: date | None = line["day"]
        return day is None or abs(day - application["day"]) <= APART

    def _offices(self, application: dict[str, Any]) -> set[str]:
        return {fold(text) for text in (application["office"], *application["offices"])}

    def _covered(self, line: dict[str, Any]) -> bool:
        """Whether the exports of every office that might have it cover its day."""
        offices = [
            c
            for c in self.coverage
            if (not line["district"] or fold(c["district"]) == fold(line["district"]))
            and (not line["office"] or fold(c["office"]) == fold(line["office"]))
        ]
        return bool(offices) and all(
            c["begins"] is not None and c["ends"] is not None and c["begins"].date() <= line["day"] <= c["ends"].date()
            for c in offices
        )

    def _unlisted(self) -> tuple[list[dict[str, Any]], int]:
        """Applications that the list should have: of its days, services and offices, through the channels of those that it has."""
        days = [line["day"] for line in self.listed if line["day"]]
        spoken = {k: {fold(line[k]) for line in self.listed if line[k]} for k in ("service", "office", "district")}
        channels = {self.applications[i]["channel"] for i in self.met}
        rows, outside = [], 0
        for i, one in enumerate(self.applications):
            if i in self.met:
                continue
            within = bool(days) and min(days) <= one["day"] <= max(days)
            said = {k: {fold(one[k] or "")} for k in ("service", "district")} | {"office": self._offices(one)}
            spoken_of = all(not known or known & said[k] for k, known in spoken.items())
            if not within or not spoken_of or (channels and one["channel"] not in channels):
                outside += 1
                continue
            kept = {k: one[k] for k in ("district", "office", "application_no", "service", "day")}
            rows.append({"status": "unlisted", **kept, "line": None, "note": None, "other": None})
        return rows, outside
