"""The pages: what each template is given, and how it becomes one self-contained file.

A template's context is a dataclass; tests/report/test_page.py compares its fields with what the template uses.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from types import MappingProxyType
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from auditor import __version__
from auditor.engine.result import Audit
from auditor.report import charts, evidence, rows
from auditor.report.explained import Explained, explained
from auditor.report.figures import CodeRow, Shown, Tally, TallyRow, codes, whole
from auditor.report.frames import Part, SharedFile
from auditor.report.nights import Span, spans
from auditor.report.past import Past
from auditor.report.trend import Changes, changes
from auditor.report.wording import LONGEST_TEXT, Wording, finalize


@dataclass(frozen=True)
class Rows:
    """Rows of the page's files. `entries` is told for the whole oblast only."""

    read: int
    accepted: int
    quarantined: int
    entries: int | None


@dataclass(frozen=True)
class Basis:
    """What the report rests on."""

    as_of: datetime
    since: datetime | None
    until: datetime | None
    rules_title: str
    rules_id: str
    rules_sha256: str
    calendar_sha256: str
    version: str
    remarks: tuple[str, ...]
    names_shown: bool
    left_out: int | None


@dataclass(frozen=True)
class Page:
    """What both kinds of page show."""

    wording: Wording
    css: Markup
    js: Markup
    csp: str
    all: Tally
    lines: Rows
    changes: Changes | None
    spans: tuple[Span, ...]
    explained: Explained | None
    heat: charts.Heat
    worst: Shown[charts.Worst]
    role_times: tuple[charts.RoleTime, ...]
    flows: Shown[charts.Flow]
    flow_share: int
    overruns: charts.Overruns
    services: Shown[TallyRow]
    channels: Shown[TallyRow]
    offices: Shown[TallyRow]
    codes: Shown[CodeRow]
    findings: evidence.Findings
    reasons: Shown[rows.ListRow]
    undetermined: Shown[rows.ListRow]
    quarantine: Shown[rows.QuarantineRow]
    not_in_force: Shown[rows.ListRow]
    unknown_roles: Shown[rows.ListRow]
    unknown_outcomes: Shown[rows.ListRow]
    deputies: Shown[rows.ListRow]
    coverage: Shown[rows.CoverageRow]
    inputs: Shown[SharedFile]
    basis: Basis


@dataclass(frozen=True)
class OblastPage(Page):
    """Context of index.html. lists: the files of all findings that stand beside it."""

    districts: Shown[TallyRow]
    lists: tuple[str, ...]


@dataclass(frozen=True)
class DistrictPage(Page):
    """Context of district.html: nothing of any other district. sheets: the folder of its offices' sheets, where there are any."""

    district: str
    sheets: str


MOST_BYTES = 4_900_000
"""A page is to weigh under 5 MB, whatever the journals hold."""

SHORT_TEXT = 60
"""Characters of a journal's text where very long ones would fill half the page."""

TEMPLATES: dict[type[Page], str] = {OblastPage: "index.html", DistrictPage: "district.html"}


def oblast_page(
    audit: Audit,
    part: Part,
    wording: Wording,
    names: dict[str, str],
    lists: tuple[str, ...] = (),
    past: Past | None = None,
    sheets: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> str:
    """The text of index.html; `names` are the districts' file names, `lists` those of the whole list of findings, `sheets` the paths of the
    offices' sheets by district and office."""
    pages = {district: f"districts/{quote(name)}" for district, name in names.items()}
    lines = Rows(audit.rows_read, audit.rows_accepted, audit.rows_quarantined, audit.entries)
    leads = {office: quote(path) for office, path in sheets.items()}
    common = _common(audit, part, wording, lines, audit.left_out, pages, past, leads)
    page = OblastPage(**vars(common), districts=rows.by_district(part, wording, pages), lists=lists)
    return _with_findings(page, part, past)


def district_page(audit: Audit, part: Part, wording: Wording, past: Past | None = None, sheets: str = "") -> str:
    """The text of one district's page. Quarantined rows of files shared with other districts are not among its own."""
    accepted = sum(f.rows or 0 for f in part.files)
    quarantined = sum(f.file.rows_quarantined for f in part.files if not f.shared)
    lines = Rows(accepted + quarantined, accepted, quarantined, None)
    common = _common(audit, part, wording, lines, None, {}, past, {})
    return _with_findings(DistrictPage(**vars(common), district=part.district or "", sheets=sheets), part, past)


def _common(
    audit: Audit,
    part: Part,
    wording: Wording,
    lines: Rows,
    left_out: int | None,
    pages: dict[str, str],
    past: Past | None,
    sheets: Mapping[tuple[str, str], str],
) -> Page:
    tally = whole(part)
    return Page(
        wording=wording,
        css=_ours("style.css"),
        js=_ours("page.js"),
        csp=_policy(),
        all=tally,
        lines=lines,
        changes=changes(past.trend if past else None, part, wording),
        spans=spans(past, part.district, wording),
        explained=explained(past, part.district, tally, wording),
        heat=charts.heat(part, wording, pages),
        worst=charts.worst_offices(part, wording),
        role_times=charts.role_times(part, wording),
        flows=charts.flows(part, wording),
        flow_share=audit.flow_share,
        overruns=charts.overruns(part, wording),
        services=rows.by_service(part, wording),
        channels=rows.by_channel(part, wording),
        offices=rows.by_office(part, wording, sheets),
        codes=codes(part, wording.code_title),
        findings=evidence.expected(part),
        reasons=rows.reasons(part, wording),
        undetermined=rows.undetermined_offices(part, wording),
        quarantine=rows.quarantined(part, wording, names_shown=audit.names_shown),
        not_in_force=rows.not_in_force(part, wording),
        unknown_roles=rows.unknown_spellings(part.unknown_roles, "role"),
        unknown_outcomes=rows.unknown_spellings(part.unknown_outcomes, "outcome"),
        deputies=rows.deputies(part, wording),
        coverage=rows.coverage(part, wording),
        inputs=rows.inputs(part),
        basis=Basis(
            as_of=audit.as_of,
            since=audit.covers[0],
            until=audit.covers[1],
            rules_title=wording.rules_title(),
            rules_id=audit.rules_id,
            rules_sha256=audit.rules_sha256,
            calendar_sha256=audit.calendar_sha256,
            version=__version__,
            # Remarks name files and offices of the whole oblast.
            remarks=audit.remarks if part.district is None else (),
            names_shown=audit.names_shown,
            left_out=left_out,
        ),
    )


def _with_findings(page: Page, part: Part, past: Past | None) -> str:
    """The page's text with as many of its findings as it has room for."""
    bare = render(page)
    longest = LONGEST_TEXT
    if len(bare.encode()) > MOST_BYTES / 2:
        longest = SHORT_TEXT
        bare = render(page, longest)
    found = evidence.findings(part, page.wording, past, MOST_BYTES - len(bare.encode()))
    if found.shown < page.findings.shown:
        bare = render(replace(page, findings=replace(found, html=evidence.PLACE_OF_ROWS)), longest)
    return bare.replace(evidence.PLACE_OF_ROWS, found.html)


def render(page: Page, longest: int = LONGEST_TEXT) -> str:
    """The page's text, every value escaped, none longer than so many characters."""
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    return environment(longest).get_template(TEMPLATES[type(page)]).render(context)


@cache
def environment(longest: int = LONGEST_TEXT) -> Environment:
    """Templates that escape everything and refuse a name that they were not given."""
    return Environment(
        loader=PackageLoader("auditor.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=partial(finalize, longest=longest),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _ours(name: str) -> Markup:
    """The style sheet or the script: a file of ours, of which no part comes from a journal."""
    return Markup(files("auditor.report").joinpath("templates", name).read_text(encoding="utf-8"))


@cache
def _policy() -> str:
    """What the page may do: use this very style sheet and this very script, and nothing else."""
    style, script = (
        b64encode(hashlib.sha256(_ours(name).encode()).digest()).decode() for name in ("style.css", "page.js")
    )
    return f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
