"""A small place with three offices of two districts, and journals that they send."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.night.config import Config, read_config
from auditor.night.means import gather
from auditor.night.place import make_place, make_rooms
from auditor.night.run import run_night
from auditor.night.told import Told

ZONE = "Asia/Almaty"
NIGHT = datetime(2018, 4, 2, 1, 0)
HEADS = {"abai": "abai@oblast.example", "nura": "nura@oblast.example"}
HEADER = "district,office,application_no,registered_on,service,channel,step,role,employee,received_at,completed_at"

REGISTER = """
districts:
  abai:
    names: {kk: [Абай ауданы], ru: [Абайский район]}
  nura:
    names: {kk: [Нұра ауданы], ru: [Нуринский район]}
offices:
  abai-bolim:
    district: abai
    kind: provider
    names: {kk: [Абай бөлімі], ru: [Абайский отдел]}
    every: 7 days
    inbox: abai-bolim
  abai-topar:
    district: abai
    kind: akim
    names: {kk: [Топар әкімінің аппараты], ru: [Аппарат акима Топара]}
  nura-bolim:
    district: nura
    kind: provider
    names: {kk: [Нұра бөлімі], ru: [Нуринский отдел]}
    every: 7 days
    inbox: nura-bolim
"""
NAMES = {"abai-bolim": ("Абай ауданы", "Абай бөлімі"), "nura-bolim": ("Нұра ауданы", "Нұра бөлімі")}


def made(folder: Path, mail: str = "", more: str = "", districts: str | None = None) -> Config:
    """A place as `auditor init` makes it, with these lines in `[mail]`, and no waiting for files to settle."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "register.yaml").write_text(REGISTER, encoding="utf-8")
    make_place(folder, folder / "register.yaml", "en")
    file = folder / "auditor.toml"
    text = file.read_text(encoding="utf-8").replace("settle_seconds = 3", "settle_seconds = 0")
    heads = "".join(f'[districts.{name}]\nrecipients = ["{address}"]\n' for name, address in HEADS.items())
    text = (
        text.replace("[mail]\n", f"{heads if districts is None else districts}\n[mail]\n{textwrap.dedent(mail)}\n", 1)
        + more
    )
    file.write_text(text, encoding="utf-8")
    config = read_config(file)
    make_rooms(config, gather(config).register)
    return config


def journal(office: str, numbers: Iterator[int] | range = range(1, 4), *, late: bool = True, days: int = 0) -> str:
    """Applications for home care: registered in time, the second step late if `late`; `days` shifts all of them within March 2018."""
    district, name = NAMES[office]
    rows = [HEADER]
    for number in numbers:
        day = 1 + number % 5 + days
        told = f"{district},{name},{number},2018-03-{day:02d},home_care,provider"
        rows.append(
            f"{told},register,provider_chancery,Қызметкер А.,2018-03-{day:02d} 09:30,2018-03-{day:02d} {'10:20' if late else '09:40'}"
        )
        rows.append(f"{told},resolve,provider_head,Басшы Б.,2018-03-{day:02d} 10:25,2018-03-{day:02d} 12:00")
    return "\n".join(rows) + "\n"


def send(config: Config, office: str, name: str, text: str | bytes) -> Path:
    """An office drops a file into its folder."""
    path = config.folders.inbox / office / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def night(config: Config, at: datetime = NIGHT, *, clock: datetime | None = None) -> Told:
    """One night in this process; its clock stands still."""
    return run_night(config, at, lambda: clock or at, ZONE, lambda _: (None, None))


def report(config: Config) -> dict[str, bytes]:
    """The latest report: name to bytes."""
    latest = (config.folders.reports / "latest").resolve()
    return {
        path.relative_to(latest).as_posix(): path.read_bytes() for path in sorted(latest.rglob("*")) if path.is_file()
    }


def letters(config: Config) -> dict[str, bytes]:
    """The contents of the outbox but for the summaries, which tell of the machine's clock."""
    found = {
        path.relative_to(config.folders.outbox).as_posix(): path.read_bytes()
        for path in config.folders.outbox.rglob("*.eml")
    }
    return {name: content for name, content in found.items() if not name.startswith("20")}


def command(*arguments: str) -> list[str]:
    """The program's command line, in a process of its own."""
    return [sys.executable, "-m", "auditor", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def said(*arguments: str) -> Said:
    """What the program says, run to its end, in this process."""
    out, err = io.StringIO(), io.StringIO()
    umask = os.umask(0o022)
    try:
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["auditor", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
    finally:
        os.umask(umask)
    return Said(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def modes(folder: Path) -> set[int]:
    """The modes of everything in a place."""
    return {path.lstat().st_mode & 0o777 for path in folder.rglob("*") if not path.is_symlink()}
