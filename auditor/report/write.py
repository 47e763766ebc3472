"""Write an audit's report: pages for people, files for scripts."""

from __future__ import annotations

from pathlib import Path

from auditor.engine.result import Audit
from auditor.law.types import Rulebook
from auditor.report.cells import write_findings_csv, write_findings_parquet, write_quarantine_csv
from auditor.report.files import page_names, write_text
from auditor.report.findings_book import findings_book
from auditor.report.frames import parts
from auditor.report.office import office_sheets
from auditor.report.page import district_page, oblast_page
from auditor.report.past import Past
from auditor.report.summary import summary
from auditor.report.wording import Wording

PAGE_FINDINGS = 5000
"""Findings on one page; findings.csv has all of them."""

OURS = '<meta name="generator" content="auditor">'
"""How a page of ours is known, so that a district's page of an earlier run can be taken away."""

LISTS = ("findings.csv", "findings.parquet", "findings.xlsx")
"""The whole list of findings, as often as it was written: the oblast page leads to each."""


def write_reports(audit: Audit, rulebook: Rulebook, out: Path, past: Past | None = None) -> list[Path]:
    """Write the whole report of an audit into the folder `out`, made where missing, in the audit's language.

    Writes index.html, districts/<district>.html, offices/<district>/<office>.html, findings.csv, findings.parquet, findings.xlsx, quarantine.csv
    and audit.json, each whole or not at all, and audit.json last. `past`: what a history knows beside the audit, if one is kept.
    Pages of an earlier run's districts and offices are removed. Returns the paths written.
    Raises OSError where the folder can't be written.
    """
    wording = Wording(audit.language, rulebook)
    cut = parts(audit, PAGE_FINDINGS)
    names = page_names(cut.districts)
    folder = out / "districts"
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        write_findings_csv(audit.findings, out / "findings.csv"),
        write_findings_parquet(audit.findings, out / "findings.parquet"),
        findings_book(audit, wording).save(out / "findings.xlsx"),
        write_quarantine_csv(audit.quarantine, out / "quarantine.csv"),
    ]
    sheets = _write_sheets(audit, wording, out / "offices")
    places = {office: path.relative_to(out).as_posix() for office, path in sheets.items()}
    rooms = {district: place.rpartition("/")[0] for (district, _), place in places.items()}
    for district, part in cut.districts.items():
        page = district_page(audit, part, wording, past, rooms.get(district, ""))
        written.append(write_text(folder / names[district], page))
    _remove_pages_but(set(names.values()), folder)
    written += sheets.values()
    lists = tuple(path.name for path in written if path.name in LISTS)
    written.append(write_text(out / "index.html", oblast_page(audit, cut.oblast, wording, names, lists, past, places)))
    written.append(write_text(out / "audit.json", summary(audit, past)))
    return written


def _write_sheets(audit: Audit, wording: Wording, folder: Path) -> dict[tuple[str, str], Path]:
    """Write offices/<district>/<office>.html, by district and office; sheets of an earlier run are removed."""
    sheets = list(office_sheets(audit, wording))
    folders = page_names({district for district, _, _ in sheets})
    written: dict[tuple[str, str], Path] = {}
    for district, name in folders.items():
        pages = {office: page for own, office, page in sheets if own == district}
        names = page_names(pages)
        place = folder / name.removesuffix(".html")
        place.mkdir(parents=True, exist_ok=True)
        written |= {(district, office): write_text(place / names[office], page) for office, page in pages.items()}
    for place in folder.glob("*/"):
        _remove_pages_but({path.name for path in written.values() if path.parent == place}, place)
        if not any(place.iterdir()):
            place.rmdir()
    return written


def _remove_pages_but(kept: set[str], folder: Path) -> None:
    for page in folder.glob("*.html"):
        if page.name in kept or not page.is_file():
            continue
        with page.open("rb") as file:
            ours = OURS.encode() in file.read(1000)
        if ours:
            page.unlink()
