"""Writes docs/codes.md from the docstrings of auditor/checks/: `python tools/codes_page.py`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType

from auditor.checks import ALL

PAGE = Path(__file__).resolve().parent.parent / "docs" / "codes.md"
HEAD = """\
# Codes

Written by `tools/codes_page.py` from the docstrings in `auditor/checks/`; edit those. `auditor rule CODE` says the same in Kazakh
and Russian. An `error` breaks the regulation or the journal, a `warning` needs a look, an `info` is for the record; a finding whose
basis is not `exact` is a warning at most. J07 compares exports of several runs.
"""
KINDS = {
    "T": "Time",
    "O": "Order",
    "S": "Steps and branches",
    "R": "Roles",
    "P": "Which procedure",
    "J": "The journal itself",
}


def page() -> str:
    """The whole page: a table of all codes, then each in full."""
    titles = {check.CODE: _title(check) for check in ALL}
    rows = [
        f"| [{check.CODE}](#{check.CODE.lower()}) | {name} | {check.SEVERITY} | {text} |"
        for check in ALL
        for name, text in [titles[check.CODE]]
    ]
    parts = [HEAD, "\n".join(["| code | name | severity | |", "|---|---|---|---|", *rows]), ""]
    kind = ""
    for check in ALL:
        if check.CODE[0] != kind:
            kind = check.CODE[0]
            parts += [f"## {KINDS[kind]}", ""]
        name, text = titles[check.CODE]
        parts += [f"### {check.CODE}", "", f"**{name}** ({check.SEVERITY}): {text}", ""]
        for heading, body in _sections(check):
            parts += [f"*{heading}.* {body}", ""]
    return "\n".join(parts)


def _doc(check: ModuleType) -> str:
    return inspect.cleandoc(check.__doc__ or "")


def _title(check: ModuleType) -> tuple[str, str]:
    name, _, text = _doc(check).partition("\n")[0].removeprefix(f"{check.CODE} ").partition(": ")
    return name, text


def _sections(check: ModuleType) -> list[tuple[str, str]]:
    parts = re.split(r"^(\S.*)$", _doc(check).partition("\n")[2], flags=re.MULTILINE)
    return [(heading, " ".join(body.split())) for heading, body in zip(parts[1::2], parts[2::2], strict=True)]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
