"""A night's run: rules, intake, audit, history with reports and letters, publishing, mail. Each stage may be killed and done again.

What a night has to judge stands in its journal before the judging begins. The report is on the disk, and so are the letters, before the
transaction that makes the run; the transaction also enters the letters in the outbox; publishing is a renaming. So a killed
night is either not in the history, and is judged anew from the same files as of the same moment, or it is, and only the renaming is left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import chdir, nullcontext, suppress
from datetime import datetime
from pathlib import Path

import duckdb

from auditor.durable import make_folder, remove_tree, settle_tree
from auditor.engine.audit import Asked, audit, working_folder
from auditor.engine.result import Audit
from auditor.errors import AuditorError, UsageError
from auditor.exports.find import Found
from auditor.history.answers import of_corrections, of_excuses
from auditor.history.history import History
from auditor.history.memory import Remembering
from auditor.history.past import past_of
from auditor.history.runs import Added, adding
from auditor.journal.profile import Profile
from auditor.journal.resent import Resent
from auditor.language import Words
from auditor.mail.message import Message
from auditor.mail.outbox import Outbox
from auditor.night.config import Config
from auditor.night.desks import silent_offices
from auditor.night.examine import examine
from auditor.night.intake import take_in
from auditor.night.journal import TRIES, Given, Night, fault_met, night_done, read_night, write_night
from auditor.night.ledger import Ledger
from auditor.night.letters import letters
from auditor.night.lock import only_run
from auditor.night.log import Log
from auditor.night.means import Means, gather
from auditor.night.place import WORK, inboxes
from auditor.night.post import send_post
from auditor.night.publish import clear_staged, night_folder, publish, staged
from auditor.night.records import Record, find_record, keep_record
from auditor.night.replies import take_replies
from auditor.night.status import write_status
from auditor.night.telling import Telling
from auditor.night.tidy import tidy
from auditor.night.told import DONE, FAILED, Told
from auditor.report.past import Past
from auditor.report.write import write_reports

Clock = Callable[[], datetime]
Covers = Callable[[Profile], tuple[datetime | None, datetime | None]]
"""What a profile states of the period that the exports speak for."""
FAULTS = (AuditorError, OSError, duckdb.Error)
"""What ends a night with a sentence; anything else is a fault of the program, and ends it too."""


def run_night(config: Config, asked: datetime | None, clock: Clock, zone: str, covers: Covers) -> Told:
    """One night in a place. `asked` is when the audit is made, by the `clock` (local time of `zone`) where it is None.

    Raises UsageError where another run is at work, RulesError, InputError, ConfigError and OSError where the night stopped; then
    STATUS.html says so, too.
    """
    with only_run(config.folders.history, "nightly", clock()):
        return NightRun(config, asked, clock, zone, covers).go()


class NightRun:
    """The run of one night, and of the one before it that was cut off."""

    def __init__(self, config: Config, asked: datetime | None, clock: Clock, zone: str, covers: Covers) -> None:
        self.config = config
        self.asked = asked
        self.clock = clock
        self.zone = zone
        self.covers = covers
        self.log = Log(config.folders.log, clock)
        self.told = Told(began=clock(), as_of=asked or clock())
        self.telling = Telling(config.language, config.file.name)

    def go(self) -> Told:
        try:
            self._status()
            self._work()
            self.told.state = DONE
        except BaseException as fault:
            self.told.state = FAILED
            self.told.failed_stage = self.told.failed_stage or "history"
            self.told.fault = str(fault) if isinstance(fault, FAULTS) else f"{type(fault).__name__}: {fault}"
            raise
        finally:
            self.told.ended = self.clock()
            # Where the disk is full, the page and the mail can't be written either; the fault itself is what the user must see.
            for last in (self._post, self._status):
                with suppress(*FAULTS) if self.told.state == FAILED else nullcontext():
                    last()
        return self.told

    def _status(self) -> None:
        write_status(self.config.folders.reports, self.told, self.telling, self.clock(), self.zone)

    def _work(self) -> None:
        folders, told = self.config.folders, self.told
        with self.log.stage("rules", told) as counts:
            means = gather(self.config)
            former = read_night(folders.history)
            counts |= {"services": len(means.rulebook.services), "offices": len(means.register.offices)}
        told.as_of = self._moment(former)
        if former is not None and not former.done:
            self._finish_former(former, means)
        with self.log.stage("intake", told) as counts:
            ledger = self._take_in(means)
            counts |= {name: len(getattr(told.taken, name)) for name in ("taken", "refused", "waiting", "strangers")}
            counts |= {"same_again": told.taken.again, "silent": len(told.silent)}
            night = write_night(folders.history, Night(told.as_of, _given(ledger, self.config.withdrawn)))
        with self.log.stage("replies", told) as counts:
            told.replies = take_replies(self.config, ledger, means.register)
            counts |= {"files": len(told.replies), "replies": sum(each.n for each in told.replies)}
        known = self._finish(night, means)
        told.repeated = known and told.finished != night.as_of
        with self.log.stage("tidy", told) as counts:
            counts |= tidy(self.config, told.as_of)
            self.log.prune(self.config.retention.log_days)

    def _moment(self, former: Night | None) -> datetime:
        """When the audit is made. A clock that went back must not make what has happened impossible (J02)."""
        now = self.asked or self.clock().replace(microsecond=0)
        if self.asked is None and former is not None and now < former.as_of:
            self.told.late_clock = now
            return former.as_of
        return now

    def _finish_former(self, former: Night, means: Means) -> None:
        """Complete the night that was cut off, as of its own moment; one that fails again and again is left for this one."""
        tonight = self.told.as_of
        if former.faults < TRIES:
            self.told.as_of = former.as_of
            try:
                self._finish(former, means)
                self.told.finished = former.as_of
            except FAULTS:
                if former.faults + 1 < TRIES:
                    raise
                self.told.given_up = former.as_of
            self.told.as_of = tonight
        else:
            self.told.given_up = former.as_of

    def _take_in(self, means: Means) -> Ledger:
        folders = self.config.folders
        today = self.told.as_of.date()

        ledger, self.told.taken = take_in(
            folders.inbox,
            folders.archive,
            inboxes(means.register),
            today,
            self.config.settle_seconds,
            self.clock(),
            lambda path, office: examine(path, means.profile, means.register),
        )
        self.told.silent = silent_offices(means.register, ledger, today)
        return ledger

    def _finish(self, night: Night, means: Means) -> bool:
        """Everything from the files to the published report. Done again, it does nothing twice; whether it was in the history."""
        folders, told = self.config.folders, self.told
        if not night.files:
            night_done(folders.history, night)
            return False
        try:
            key = night.key(*means.marks)
            with History.open(self.config.database) as history:
                record = find_record(history, key)
                known = record is not None
                if record is None:
                    clear_staged(folders.reports)
                    record = self._judge(history, night, means, key)
            with self.log.stage("publish", told):
                publish(folders.reports, key, record.folder)
            told.run, told.figures, told.unaddressed = record.run, record.figures, list(record.unaddressed)
            told.answers = list(record.answers)
            told.report = "latest/index.html"
        except FAULTS:
            fault_met(folders.history, night)
            raise
        night_done(folders.history, night)
        return known

    def _judge(self, history: History, night: Night, means: Means, key: str) -> Record:
        """Audit the files, and keep the run. What the offices sent lies in the room of the run until it is kept."""
        folders = self.config.folders
        with working_folder(folders.history / ".work") as folder:
            sent = folder / "sent"
            memory = Remembering(history, means.profile, night.as_of, sent, means.corrections, show_names=False)
            result = self._audit(night, means, folder, memory)
            with self.log.stage("history", self.told) as counts:
                record = self._keep(history, result, memory, means, key)
                letters_made = Outbox(history, folders.outbox).of_run(record.run)
                counts |= {"run": record.run, "letters": len(letters_made)}
        return record

    def _audit(self, night: Night, means: Means, folder: Path, memory: Remembering) -> Audit:
        """Judge the night's files under the names that the offices gave them, and compare what they sent with what they sent before."""
        folders, told = self.config.folders, self.told
        work = folders.history / WORK
        languages = {*self.config.letter_languages, *(each for head in means.heads.values() for each in head.languages)}
        further = tuple(sorted(languages - {self.config.language})) if self.config.mail.sender else ()
        asked = Asked(night.as_of, self.covers(means.profile), self.config.language, False, further)
        with self.log.stage("audit", told) as counts:
            _lay_out(night, folders.archive, work)
            resent = Resent({each.label: (each.office, each.order) for each in night.files if each.order})
            with chdir(work):
                found = Found.named(*(Path(each.label) for each in night.files))
                result = audit(
                    found,
                    means.profile,
                    means.rulebook,
                    asked,
                    folder,
                    register=means.register,
                    memory=memory,
                    resent=resent,
                )
            _compare(night, result)
            remove_tree(work)
            counts |= {"files": len(result.inputs), "rows": result.rows_read, "entries": result.entries}
            counts |= {"passed_over": sum(resent.passed_over.values())}
            counts |= {"quarantined": result.rows_quarantined, "findings": len(result.findings)}
        return result

    def _keep(self, history: History, result: Audit, memory: Remembering, means: Means, key: str) -> Record:
        """Report and letters on the disk, then the run and the letters' rows in the history, all of it or nothing."""
        folders = self.config.folders
        outbox = Outbox(history, folders.outbox)
        settings = self.config.mail
        excused = means.excuses.of(result.findings, result.as_of)
        words = Words("audit", self.config.language)
        answers = (
            *of_excuses(result, means.excuses, excused, words),
            *of_corrections(means.corrections, memory, words),
        )
        with adding(history, result, memory, excused) as added:
            folder = staged(folders.reports, key)
            past = past_of(history, added, result, means.rulebook, means.excuses, excused, means.corrections, memory)
            write_reports(result, means.rulebook, folder, past)
            settle_tree(folder)
            messages, unaddressed = self._letters(result, means, key, past)
            outbox.lay_down(messages, key[:16])
            outbox.enter(messages, key[:16], added.run, "due" if settings.automatic else "held", self.clock())
            name = night_folder(added.run, result.as_of)
            record = Record.of(added.run, key, name, result, _fresh(added), unaddressed, answers)
            keep_record(history, record)
        return record

    def _letters(self, result: Audit, means: Means, key: str, past: Past) -> tuple[list[Message], list[str]]:
        sender = self.config.mail.sender
        if not sender:
            return [], []
        return letters(result, means.rulebook, means.heads, self.config.letter_languages, sender, key, past)

    def _post(self) -> None:
        """Enter the summary, send what may be sent, and see how the outbox stands."""
        with self.log.stage("mail", self.told) as counts:
            send_post(self.config, self.told, self.telling, self.clock, self.zone)
            counts |= self.told.letters


def _fresh(added: Added) -> int:
    return int(added.lives["state"].is_in(["new", "returned"]).sum())


def _given(ledger: Ledger, withdrawn: tuple[str, ...]) -> tuple[Given, ...]:
    """What is to be judged tonight."""
    current = ledger.current(withdrawn)
    orders = ledger.overlapping(current)
    return tuple(
        Given(
            each.office,
            each.name,
            each.sha256,
            ledger.contents[each.office, each.sha256].archived,
            orders.get((each.office, each.name), 0),
        )
        for each in current
    )


def _lay_out(night: Night, archive: Path, work: Path) -> None:
    """The night's files under `work`, as `<office's folder>/<name>`; links where the file system has them."""
    remove_tree(work)
    for each in night.files:
        target = work / each.office / each.name
        make_folder(target.parent)
        try:
            os.link(archive / each.archived, target)
        except FileNotFoundError as fault:
            raise UsageError(
                f"{archive / each.archived} is gone from the archive.",
                hint="`auditor restore` has it; an archive is never cleared by hand.",
            ) from fault
        except OSError:
            shutil.copyfile(archive / each.archived, target)


def _compare(night: Night, result: Audit) -> None:
    """What was judged is what was taken: an archive that was written to is no evidence."""
    taken = {each.label: each.sha256 for each in night.files}
    for given in result.inputs:
        if taken.get(given.path, given.sha256) != given.sha256:
            raise UsageError(
                f"{given.path} in the archive is not what the office sent.",
                hint="Take the archive from the latest backup.",
            )
