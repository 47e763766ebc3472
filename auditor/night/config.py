"""`auditor.toml`: where everything of the nightly run lies, and who gets what. Read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auditor.errors import ConfigError
from auditor.law.plain_toml import Settings, read_toml
from auditor.law.plain_yaml import Faults
from auditor.law.types import LANGUAGES
from auditor.mail.settings import MailSettings, addresses, read_mail

FOLDERS = ("inbox", "archive", "history", "reports", "log", "outbox")


@dataclass(frozen=True)
class Folders:
    """The rooms of a place, absolute."""

    inbox: Path
    archive: Path
    history: Path
    reports: Path
    log: Path
    outbox: Path


@dataclass(frozen=True)
class Head:
    """Who gets a district's letter, and in which languages."""

    recipients: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Retention:
    """How many days things are kept; 0 keeps them for ever. What an audit still needs is kept whatever this says."""

    entries_days: int
    runs_days: int
    reports_days: int
    letters_days: int
    log_days: int


@dataclass(frozen=True)
class Config:
    """A configuration as read. Paths are absolute; `rules`, `profile`, `corrections` and `excuses` are None where the program's own serve.

    districts: id or name of a district, as the register has it, to its head. letter_languages: those of a letter whose head names none.
    settle_seconds: how long a fresh file is watched before it is believed to be whole.
    withdrawn: SHA-256 of files that are not to be judged any more.
    calendar_ahead_days: for how many days from now the calendar should be there (`doctor`).
    """

    file: Path
    folder: Path
    folders: Folders
    rules: Path | None
    offices: Path
    profile: Path | None
    corrections: Path | None
    excuses: Path | None
    language: str
    districts: dict[str, Head]
    letter_languages: tuple[str, ...]
    mail: MailSettings
    retention: Retention
    settle_seconds: int
    withdrawn: tuple[str, ...]
    calendar_ahead_days: int
    law_checked_days: int
    disk_free_mb: int

    @property
    def database(self) -> Path:
        return self.folders.history / "history.duckdb"


def read_config(file: Path) -> Config:
    """The configuration in `file`. Raises ConfigError with all faults: `file:line: key: what is wrong; what would be right`."""
    faults = Faults()
    name = file.as_posix()
    block = read_toml(file, name, faults)
    if block is None:
        raise ConfigError(faults.sentences())
    root = Settings(block, name, "", faults)
    config = _config(root, file.absolute())
    root.done()
    if faults.found:
        raise ConfigError(faults.sentences())
    return config


def _config(root: Settings, file: Path) -> Config:
    folder = file.parent
    folders, intake, doctor = root.table("folders"), root.table("intake"), root.table("doctor")
    usual, districts = _districts(root)
    config = Config(
        file=file,
        folder=folder,
        folders=Folders(**{name: folder / (folders.text(name, required=False) or name) for name in FOLDERS}),
        rules=_path(root, "rules", folder),
        offices=folder / root.text("offices", right="the path of the register of offices"),
        profile=_path(root, "profile", folder),
        corrections=_path(root, "corrections", folder),
        excuses=_path(root, "excuses", folder),
        language=root.choice("language", LANGUAGES, required=False, default="kk"),
        districts=districts,
        letter_languages=usual,
        mail=read_mail(root.table("mail"), folder),
        retention=_retention(root.table("retention")),
        settle_seconds=intake.whole("settle_seconds", 3, 0, 3600),
        withdrawn=tuple(mark.lower() for mark in intake.texts("withdrawn", required=False, empty=True)),
        calendar_ahead_days=doctor.whole("calendar_ahead_days", 365),
        law_checked_days=doctor.whole("law_checked_days", 180),
        disk_free_mb=doctor.whole("disk_free_mb", 1000),
    )
    for mark in config.withdrawn:
        if len(mark) != 64 or set(mark) - set("0123456789abcdef"):
            intake.fault("withdrawn", f"`{mark}` is no SHA-256", "the 64 signs that STATUS.html shows of the file")
    _apart(folders, config.folders)
    for section in (folders, intake, doctor):
        section.done()
    return config


def _path(root: Settings, key: str, folder: Path) -> Path | None:
    named = root.text(key, required=False)
    return folder / named if named else None


def _districts(root: Settings) -> tuple[tuple[str, ...], dict[str, Head]]:
    """The usual languages of letters, and the head of each district."""
    letters = root.table("letters")
    usual = letters.known("languages", LANGUAGES, "language", required=False) or ("kk", "ru")
    letters.done()
    heads: dict[str, Head] = {}
    for district, section in root.table("districts").tables():
        own = section.known("languages", LANGUAGES, "language", required=False)
        heads[district] = Head(addresses(section, "recipients"), own or usual)
        section.done()
    return usual, heads


def _retention(section: Settings) -> Retention:
    kept = Retention(
        entries_days=section.whole("entries_days", 0),
        runs_days=section.whole("runs_days", 0),
        reports_days=section.whole("reports_days", 400),
        letters_days=section.whole("letters_days", 400),
        log_days=section.whole("log_days", 400),
    )
    section.done()
    return kept


def _apart(section: Settings, folders: Folders) -> None:
    """No room lies in another: what is written to one would be taken for the other's."""
    rooms = {name: Path(getattr(folders, name)).resolve() for name in FOLDERS}
    for name, path in rooms.items():
        for other, above in rooms.items():
            if name != other and path.is_relative_to(above):
                section.fault(name, f"lies in `{other}`", "a folder of its own")
