"""A night in words: the same parts for STATUS.html and for the inspector's summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditor.language import Words
from auditor.mail.message import Content
from auditor.mail.outbox import Post
from auditor.night.intake import Refused
from auditor.night.replies import Replied
from auditor.night.told import DONE, FAILED, Silent, Told

MOST_LINES = 200
"""Lines of one part; a folder of ten thousand broken files must not make the page unreadable."""


@dataclass(frozen=True)
class Part:
    """A heading, how it stands (`ok`, `warn` or `fail`), and its lines."""

    heading: str
    level: str
    lines: tuple[str, ...]


class Telling:
    """Tells nights in one language. `config` is the configuration's path, for commands that can be copied."""

    def __init__(self, language: str, config: str) -> None:
        self.words = Words("night", language)
        self._config = config
        self._day = "%Y-%m-%d" if language == "en" else "%d.%m.%Y"

    def day(self, value: date) -> str:
        return value.strftime(self._day)

    def moment(self, value: datetime) -> str:
        return value.strftime(f"{self._day} %H:%M")

    def outcome(self, told: Told) -> list[str]:
        """What the night came to, first sentence first."""
        words = self.words
        stage = words(f"stage.{told.failed_stage}") if told.failed_stage else ""
        lines = [words(f"state.{told.state}", began=self.moment(told.began), stage=stage)]
        if told.run is not None:
            lines.append(words("run", run=told.run) + ". " + words("as_of", as_of=self.moment(told.as_of)))
        if told.repeated:
            lines.append(words("repeated"))
        if told.finished:
            lines.append(words("finished", as_of=self.moment(told.finished)))
        if told.given_up:
            lines.append(words("given_up", as_of=self.moment(told.given_up)))
        if told.late_clock:
            lines.append(words("late_clock", clock=self.moment(told.late_clock)))
        return lines

    def parts(self, told: Told, *, stages: bool) -> list[Part]:
        """What there is to say, the worst first; nothing of what is as it should be."""
        found = [self._fault(told), self._figures(told)]
        for name, level, lines in (
            ("refused", "fail", [self._refused(each) for each in told.taken.refused]),
            ("replies", "warn" if any(each.faults for each in told.replies) else "ok", self._replies(told.replies)),
            ("silent", "warn", [self._silent(each) for each in told.silent]),
            ("waiting", "warn", told.taken.waiting),
            ("strangers", "warn", told.taken.strangers),
        ):
            if lines:
                n = len(told.replies) if name == "replies" else len(lines)
                found.append(Part(self.words(f"part.{name}", n=n), level, _cut(lines)))
        found.append(self._letters(told))
        if stages:
            found.append(self._stages(told))
        return [part for part in found if part is not None and part.lines]

    def summary(self, told: Told) -> Content:
        """The inspector's morning mail."""
        subject = self.words(
            "summary.subject_done" if told.state == DONE else "summary.subject_failed", day=self.day(told.as_of)
        )
        lines = self.outcome(told)
        for part in self.parts(told, stages=False):
            lines += ["", part.heading, *(f"  {line}" for line in part.lines)]
        return Content(subject, "\n".join(lines) + "\n")

    def notice(self, post: Post) -> Content:
        """To the operator: a letter of which nobody knows whether it was sent."""
        subject = self.words("notice.subject", district=post.district)
        text = self.words("notice.text", **self._post(post), run=post.run)
        return Content(subject, text + "\n")

    def _post(self, post: Post) -> dict[str, object]:
        told = {"district": post.district, "recipient": post.recipient, "said": post.said}
        return {**told, "id": post.message_id, "config": self._config}

    def _fault(self, told: Told) -> Part | None:
        if told.state != FAILED:
            return None
        hint = self.words("hint.usual", config=self._config)
        lines = [line.strip() for line in (*told.fault.splitlines(), hint) if line.strip()]
        return Part(self.words("part.fault"), "fail", _cut(lines))

    def _figures(self, told: Told) -> Part | None:
        figures, words = told.figures, self.words
        if figures is None:
            empty = told.state == DONE and told.run is None
            return Part(words("part.figures"), "warn", (words("figures.nothing"),)) if empty else None
        rows = words(
            "figures.rows", read=figures.rows_read, accepted=figures.rows_accepted, quarantined=figures.rows_quarantined
        )
        counts = {name: getattr(figures, name) for name in ("applications", "error", "warning", "info", "fresh")}
        level = "warn" if figures.rows_quarantined else "ok"
        return Part(words("part.figures"), level, (words("figures.findings", **counts), rows, *told.answers))

    def _silent(self, each: Silent) -> str:
        values = {"office": each.office, "district": each.district, "every": each.every}
        if each.last is None:
            return self.words("silent.never", **values)
        return self.words("silent.since", **values, last=self.day(each.last))

    def _refused(self, each: Refused) -> str:
        told = {} if each.kind == "name" else {"reason": each.reason}
        return self.words(f"refused.{each.kind}", name=each.name, **told)

    def _replies(self, replies: list[Replied]) -> list[str]:
        words, lines = Words("history", self.words.language), []
        for each in replies:
            faulty = len({fault.line for fault in each.faults})
            lines.append(
                each.unreadable or words("reply.taken", file=each.name, n=each.n, faulty=faulty, empty=each.empty)
            )
            for fault in each.faults:
                said = words(f"reply.{fault.wrong}", column=fault.column, value=fault.value)
                lines.append(f"{each.name}:{fault.line}: {said}")
        return lines

    def _letters(self, told: Told) -> Part:
        words = self.words
        lines = [words("letters.held", run=run, n=n, config=self._config) for run, n in told.held.items()]
        states = {state: n for state, n in told.letters.items() if state != "held"}
        lines += [words("letters.state", state=words(f"letter_state.{state}"), n=n) for state, n in states.items()]
        bad = [words("letters.unsettled", **self._post(post)) for post in told.unsettled]
        bad += [words("letters.failed", **self._post(post)) for post in told.refused_letters]
        bad += [words("letters.unaddressed", district=district) for district in told.unaddressed]
        bad += told.troubles
        return Part(words("part.letters"), "warn" if bad else "ok", (*lines, *_cut(bad)))

    def _stages(self, told: Told) -> Part:
        """How long each stage took; its counts stand in the log."""
        lines = []
        for stage in told.stages:
            key = "stage_line" if stage.ended else "stage_failed"
            seconds = f"{stage.seconds:.1f}".replace(".", "." if self.words.language == "en" else ",")
            lines.append(self.words(key, stage=self.words(f"stage.{stage.name}"), seconds=seconds))
        return Part(self.words("part.stages"), "ok", tuple(lines))


def _cut(lines: list[str]) -> tuple[str, ...]:
    left = len(lines) - MOST_LINES
    return tuple(lines) if left <= 0 else (*lines[:MOST_LINES], f"… +{left}")
