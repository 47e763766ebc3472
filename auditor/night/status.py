"""`STATUS.html`: what ran, what failed and what to do, for who looks at seven in the morning. No mail is needed to see it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from auditor.durable import write_durably
from auditor.night.telling import Telling
from auditor.night.told import DONE, FAILED, Told
from auditor.report.wording import finalize

STATUS = "STATUS.html"


def write_status(reports: Path, told: Told, telling: Telling, now: datetime, zone: str) -> None:
    """Write the page anew. `now` is local time of `zone`. Raises OSError."""
    write_durably(reports / STATUS, status_page(told, telling, now, zone).encode())


def status_page(told: Told, telling: Telling, now: datetime, zone: str) -> str:
    css, js, csp = _own_files()
    parts = telling.parts(told, stages=True)
    level = "fail" if told.state == FAILED else "ok" if told.state == DONE else "warn"
    return (
        _environment()
        .get_template("status.html")
        .render(
            words=telling.words,
            css=css,
            js=js,
            csp=csp,
            written=telling.moment(now),
            written_epoch=int(now.replace(tzinfo=ZoneInfo(zone)).timestamp()),
            outcome=telling.outcome(told),
            level=level,
            report=quote(told.report),
            parts=parts,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("auditor.night"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _own_files() -> tuple[Markup, Markup, str]:
    """Style sheet and script, and the policy that allows these two and nothing else."""
    texts = [
        files("auditor.night").joinpath("templates", f"status.{kind}").read_text(encoding="utf-8")
        for kind in ("css", "js")
    ]
    css, js = (b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    csp = f"default-src 'none'; style-src 'sha256-{css}'; script-src 'sha256-{js}'; base-uri 'none'; form-action 'none'"
    return Markup(texts[0]), Markup(texts[1]), csp
