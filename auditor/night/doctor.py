"""What `auditor doctor` looks at: everything that would stop a night, or that will before the year is out."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from auditor.errors import AuditorError
from auditor.history.history import History
from auditor.language import Words
from auditor.law.types import Rulebook
from auditor.mail.copies import BoxClosed, found_copies
from auditor.mail.courier import Unreachable, connect
from auditor.mail.outbox import Outbox
from auditor.night.config import FOLDERS, Config
from auditor.night.journal import read_night
from auditor.night.means import Means, gather
from auditor.night.place import inboxes
from auditor.night.status import STATUS

OK, WARN, FAIL = "ok", "warn", "fail"
LEAST_MB = 100
"""Below it a night can't be trusted to end."""
STALE = timedelta(hours=26)


@dataclass(frozen=True)
class Look:
    """One thing looked at: how it stands (`ok`, `warn`, `fail`), and the sentence, which says what to do."""

    level: str
    said: str


def looks(config: Config, clock: Callable[[], datetime]) -> Iterator[Look]:
    """Look at everything, one after the other; a fault in one hides none of the others."""
    words = Words("doctor", config.language)
    yield Look(OK, words("config", path=config.file))
    yield from _rights(config, words)
    yield from _disk(config, words)
    means: Means | None = None
    try:
        means = gather(config)
        yield Look(OK, words("register", offices=len(means.register.offices), districts=len(means.register.districts)))
    except (AuditorError, OSError) as fault:
        yield Look(FAIL, words("means", fault=fault))
    if means is not None:
        yield from _law(config, means.rulebook, clock().date(), words)
        yield from _inbox(config, means, words)
    yield from _mail(config, means, words)
    yield from _nights(config, clock(), words)


def _rights(config: Config, words: Words) -> Iterator[Look]:
    wrong = 0
    for name in FOLDERS:
        path: Path = getattr(config.folders, name)
        if not path.is_dir():
            wrong += 1
            yield Look(FAIL, words("rights.missing", path=path, config=config.folder))
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            wrong += 1
            yield Look(FAIL, words("rights.closed", path=path))
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            wrong += 1
            yield Look(
                WARN, words("rights.open", path=path, mode=f"{stat.S_IMODE(path.stat().st_mode):04o}", right="700")
            )
    for path in (config.file, config.offices):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            wrong += 1
            yield Look(
                WARN, words("rights.open", path=path, mode=f"{stat.S_IMODE(path.stat().st_mode):04o}", right="600")
            )
    if not wrong:
        yield Look(OK, words("rights.ok"))


def _disk(config: Config, words: Words) -> Iterator[Look]:
    free = {name: _free_mb(getattr(config.folders, name)) for name in FOLDERS}
    name = min(free, key=lambda each: free[each])
    level = FAIL if free[name] < LEAST_MB else WARN if free[name] < config.disk_free_mb else OK
    yield Look(
        level, words("disk.ok" if level == OK else "disk.low", folder=getattr(config.folders, name), mb=free[name])
    )


def _free_mb(folder: Path) -> int:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(there).free // 1_000_000


def _law(config: Config, rulebook: Rulebook, today: date, words: Words) -> Iterator[Look]:
    until = min(calendar.last_day for calendar in rulebook.calendars.values())
    ahead = today + timedelta(days=config.calendar_ahead_days)
    level = FAIL if until < today else WARN if until < ahead else OK
    yield Look(level, words("calendar.ok" if level == OK else "calendar.short", until=until.isoformat()))
    checked = rulebook.checked_on
    if checked is None:
        yield Look(WARN, words("law.never"))
    else:
        days = (today - checked).days
        old = days > config.law_checked_days
        yield Look(WARN if old else OK, words("law.old" if old else "law.ok", day=checked.isoformat(), days=days))


def _inbox(config: Config, means: Means, words: Words) -> Iterator[Look]:
    missing = [name for name in inboxes(means.register) if not (config.folders.inbox / name).is_dir()]
    if missing:
        yield Look(WARN, words("inbox.missing", names=", ".join(missing), config=config.folder))
    unaddressed = [
        district.name
        for district in means.register.districts.values()
        if district.name not in means.heads or not means.heads[district.name].recipients
    ]
    if config.mail.sender and unaddressed:
        yield Look(WARN, words("inbox.unaddressed", names=", ".join(sorted(unaddressed))))


def _mail(config: Config, means: Means | None, words: Words) -> Iterator[Look]:
    settings = config.mail
    if settings.eml_folder is not None:
        there = next(each for each in (settings.eml_folder, *settings.eml_folder.parents) if each.exists())
        writable = os.access(there, os.W_OK | os.X_OK)
        yield Look(
            OK if writable else FAIL, words("mail.folder" if writable else "rights.closed", path=settings.eml_folder)
        )
    elif settings.server is None:
        yield Look(WARN, words("mail.none"))
    else:
        host = f"{settings.server.host}:{settings.server.port}"
        try:
            connect(settings.server).quit()
            yield Look(OK, words("mail.ok", host=host, tls=settings.server.tls))
        except Unreachable as fault:
            yield Look(FAIL, words("mail.fail", fault=fault))
        except AuditorError as fault:  # the password
            yield Look(FAIL, words("mail.fail", fault=fault.what))
        if settings.archive is None:
            yield Look(WARN, words("mail.no_archive"))
        else:
            yield _archive(config, words)
    for key in ("inspector", "operator"):
        if settings.sender and not getattr(settings, key):
            yield Look(WARN, words("mail.nobody", name=key))


def _archive(config: Config, words: Words) -> Look:
    assert config.mail.archive is not None
    try:
        found_copies(config.mail.archive, ["<nothing@auditor.invalid>"])
        return Look(OK, words("mail.archive"))
    except BoxClosed as fault:
        return Look(FAIL, words("mail.archive_closed", fault=fault))
    except AuditorError as fault:
        return Look(FAIL, words("mail.archive_closed", fault=fault.what))


def _nights(config: Config, now: datetime, words: Words) -> Iterator[Look]:
    if not config.database.is_file():
        yield Look(WARN, words("nights.never"))
        return
    try:
        with History.open(config.database, make=False) as history:
            outbox = Outbox(history, config.folders.outbox)
            waiting, unsettled = outbox.waiting_runs(), outbox.in_state("uncertain", "failed")
        last = read_night(config.folders.history)
    except AuditorError as fault:
        yield Look(FAIL, str(fault))
        return
    if last is not None:
        late = last.as_of > now + timedelta(days=1)
        moment = f"{last.as_of:%Y-%m-%d %H:%M}"
        key = "nights.clock" if late else "nights.ok" if last.done else "nights.unfinished"
        yield Look(OK if key == "nights.ok" else WARN, words(key, moment=moment))
    status = config.folders.reports / STATUS
    if status.is_file() and now.timestamp() - status.stat().st_mtime > STALE.total_seconds():
        yield Look(WARN, words("nights.stale", path=status))
    for run, n in waiting.items():
        yield Look(OK, words("nights.held", run=run, n=n))
    if unsettled:
        yield Look(WARN, words("nights.unsettled", n=len(unsettled), page=status))
