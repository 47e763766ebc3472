"""A timeline in words: plain text of 100 columns, readable when pasted into a letter."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby

from auditor.engine.amounts import SECONDS_IN, open_time, working_days
from auditor.engine.audit import Asked
from auditor.engine.timeline import Clock, Day, Due, Entry, Finding, Step, Timeline, Trace
from auditor.engine.worktime import hours_on
from auditor.journal.quarantine import mask
from auditor.language import Words
from auditor.law.cite import cite
from auditor.law.types import Act, Calendar, Edition, Limit, Rulebook
from auditor.report.wording import Wording, readable

WIDTH = 100
INDENT = "   "
MOST_DAYS_OFF = 12
MOST_PARTS = 6
ROUND_THE_CLOCK = ((0, 86400),)
NO_BREAK = "\u00a0"
"""Holds a figure and its unit on one line; shown as a space."""


class Teller:
    """Says timelines in the language asked for."""

    def __init__(self, rulebook: Rulebook, asked: Asked, traced: Trace) -> None:
        self.rulebook = rulebook
        self.asked = asked
        self.traced = traced
        self.words = Words("explain", asked.language)
        self.law = Words("rules", asked.language)
        self.wording = Wording(asked.language, rulebook)

    def application(self, timeline: Timeline) -> str:
        """One application, whole."""
        lines = [*self._heading(timeline)]
        for step in timeline.steps:
            lines += ["", *self._step(step, timeline)]
        if timeline.idle:
            steps = "; ".join(f"{p.sid % 64 + 1}. {self._named(p.step.names, p.step.id)}" for p in timeline.idle)
            lines += ["", *_wrapped(self.words("step.idle", steps=steps))]
        placed = {(f.file, f.line) for f in timeline.findings}
        if timeline.unplaced:
            lines += ["", *_wrapped(self.words("entry.unplaced"))]
            for entry in timeline.unplaced:
                lines += ["", *self._unplaced(entry, timeline)]
        here = {(e.file, e.line) for e in timeline.unplaced} & placed
        whole = [f for f in timeline.findings if (f.file, f.line) not in here]
        if whole:
            lines += ["", *_wrapped(self.words("finding.title")), *self._findings(whole)]
        n = len(timeline.findings) + sum(len(step.findings) for step in timeline.steps)
        lines += ["", *_wrapped(self.words("finding.count", n=n) if n else self.words("finding.none"))]
        hidden = self._hidden(timeline)
        return "\n".join([*lines, *hidden])

    def many(self, number: str) -> str:
        """What there is, where it is too much to be told."""
        lines = _wrapped(self.words("many.title", number=number, n=len(self.traced.found)))
        for found in self.traced.found:
            told = self.words(
                "many.row",
                district=found.district,
                office=found.office,
                year=found.year,
                service=self.wording.service(found.service),
                channel=self.wording.channel(found.channel),
                entries=found.entries,
            )
            lines += _wrapped(told, INDENT)
        return "\n".join(lines)

    def aside(self) -> str:
        """Rows with the number that were not judged; empty where there are none."""
        lines: list[str] = []
        for title, rows in (("aside.quarantined", self.traced.quarantined), ("aside.left_out", self.traced.left_out)):
            if rows:
                lines += [*([""] if lines else []), *_wrapped(self.words(title))]
            for row in rows:
                text = self.words("aside.row", file=row.file, line=row.line, reason=row.reason) if row.reason else f"{row.file}:{row.line}"
                lines += _wrapped(text, INDENT)
        return "\n".join(lines)

    def _heading(self, timeline: Timeline) -> Iterator[str]:
        words, heading = self.words, timeline.heading
        title = words("heading.title", number=heading.number)
        yield from (title, "=" * min(WIDTH, len(title)))
        told = [
            words("heading.district", district=heading.district),
            words("heading.office", office=heading.office),
            words("heading.day", day=self._day(timeline.day), year=heading.year),
            words("heading.service", service=self.wording.service(heading.service)),
            words("heading.channel", channel=self.wording.channel(heading.channel)),
            *(self._edition(timeline, timeline.edition) if timeline.edition else [words("heading.not_judged")]),
        ]
        if timeline.inner:
            told.append(words("heading.inner", since=self.wording.day(timeline.inner.in_force_from)))
        if timeline.basis != "exact":
            told.append(words("heading.basis", text=self.wording.known("basis", timeline.basis)))
        for covered in timeline.coverage:
            key = "heading.coverage_stated" if covered.stated else "heading.coverage_own"
            told.append(words(key, office=covered.office, begins=self._moment(covered.begins), ends=self._moment(covered.ends)))
        told.append(words("heading.as_of", moment=self.wording.moment(self.asked.as_of)))
        if not self.asked.show_names:
            told.append(words("heading.masked"))
        if timeline.ended:
            told.append(words("heading.ended"))
        for line in told:
            yield from _wrapped(line)

    def _edition(self, timeline: Timeline, edition: Edition) -> Iterator[str]:
        act = self.rulebook.act_label[self.words.language]
        service = self.rulebook.services[timeline.heading.service]
        cited = f"{act}, {self.law('cite.item', item=service.item)}"
        since, until = self.wording.day(edition.in_force_from), self.wording.day(edition.in_force_to)
        key = "heading.edition" if edition.in_force_to else "heading.edition_open"
        yield self.words(key, cite=cited, since=since, **({"until": until} if edition.in_force_to else {}))
        for key, day in (("heading.act_from", edition.in_force_from), ("heading.act_to", edition.in_force_to)):
            for each in self.rulebook.acts.values():
                if each.in_force_from == day:
                    yield self.words(key, act=self._act(each), day=self.wording.day(each.dated))
        if edition.total:
            clause = cite(self.rulebook, service.id, edition.total.citation, self.law)
            yield self.words("heading.total", limit=self._limit(edition.total), cite=clause)

    def _act(self, act: Act) -> str:
        return act.title.get(self.words.language) or act.id

    def _step(self, step: Step, timeline: Timeline) -> Iterator[str]:
        words = self.words
        named = self._named(step.placed.step.names, step.placed.step.id)
        yield from _wrapped(words("step.inner" if step.inside else "step.own", n=step.placed.sid % 64 + 1, step=named))
        told = [self._verdict(step)]
        clocked = [entry for entry in step.entries if entry.performing]
        if not step.entries:
            told.append(words("step.no_entry", role=self.wording.role(step.placed.step.role)))
        for entry in clocked:
            told += self._entry(entry)
        told += [self._other(entry) for entry in step.entries if not entry.performing]
        told.append(words("step.limit", limit=self._limit(step.limit)) if step.limit else words("step.no_limit"))
        cited = cite(self.rulebook, timeline.heading.service, self._references(step), self.law)
        told += [words("step.cite", cite=cited)] if cited else []
        if step.clock:
            told += self._clock(step, step.clock)
        elif step.released:
            told.append(words("step.released"))
        elif step.verdict == "open" and not step.entries and step.limit:
            told.append(words("step.waits"))
        for line in told:
            yield from _wrapped(line, INDENT)
        yield from self._findings(step.findings)

    def _references(self, step: Step) -> tuple[str, ...]:
        rule = step.placed.step
        limits = (*(rule.stricter_limit.citation if rule.stricter_limit else ()), *(rule.limit.citation if rule.limit else ()))
        return tuple(dict.fromkeys((*rule.citation, *limits)))

    def _verdict(self, step: Step) -> str:
        if step.verdict is None:
            return self.words("step.no_verdict")
        verdict = self.wording.known("verdict", step.verdict)
        if step.reason is None:
            return self.words("step.verdict", verdict=verdict)
        own = f"reason.{step.reason}"
        reason = self.words(own) if own in self.words else self.wording.known("reason", step.reason)
        return self.words("step.because", verdict=verdict, reason=reason)

    def _entry(self, entry: Entry) -> Iterator[str]:
        words = self.words
        known = self.rulebook.roles.get(entry.role or "")
        if entry.employee is None and known and (not known.human or known.id == "applicant"):
            yield words("entry.by_itself", role=self._role(entry))
        else:
            employee = words("entry.employee", name=entry.employee) if entry.employee else words("entry.no_employee")
            yield words("entry.by", role=self._role(entry), employee=employee)
        yield words("entry.place", file=entry.file, line=entry.line, office=entry.office)
        received, completed = self._times(entry)
        yield words("entry.received", moment=received)
        yield words("entry.completed", moment=completed)
        if entry.impossible:
            yield words("entry.impossible")
        if entry.repeats:
            yield words("entry.repeats", place=entry.repeats)
        yield from self._extra(entry)

    def _other(self, entry: Entry) -> str:
        received, completed = self._times(entry)
        told = self.words("entry.other", file=entry.file, line=entry.line, received=received, completed=completed) + "."
        told += " " + self.words("entry.impossible") if entry.impossible else ""
        told += " " + self.words("entry.repeats", place=entry.repeats) if entry.repeats else ""
        return " ".join([told, *self._extra(entry)])

    def _unplaced(self, entry: Entry, timeline: Timeline) -> Iterator[str]:
        kind = "ambiguous_step" if entry.ambiguous else "unjudged_step" if timeline.problem else "unknown_step"
        told = {"step": mask(entry.step)}
        if entry.ambiguous:
            told["verdict"] = self.wording.known("verdict", "undetermined")
        yield from _wrapped(self.words(f"entry.{kind}", **told))
        for line in self._entry(entry):
            yield from _wrapped(line, INDENT)
        yield from self._findings(f for f in timeline.findings if (f.file, f.line) == (entry.file, entry.line))

    def _role(self, entry: Entry) -> str:
        text = mask(entry.role_text or "")
        if entry.deputy:
            return self.words("entry.deputy", role=self.wording.role(entry.role), text=text)
        if entry.role:
            return self.wording.role(entry.role)
        return self.words("entry.unknown_role", text=text) if text else self.words("entry.no_role")

    def _times(self, entry: Entry) -> tuple[str, str]:
        def said(moment: datetime | None, bare: bool, blank: str) -> str:
            if moment is None:
                return self.words(blank)
            return self.words("entry.day_only", day=self._day(moment)) if bare else self._moment(moment)

        return (
            said(entry.received_at, entry.received_bare, "entry.blank"),
            said(entry.completed_at, entry.completed_bare, "entry.still_open"),
        )

    def _extra(self, entry: Entry) -> Iterator[str]:
        cells = self.traced.extra.get((entry.file, entry.line), {})
        if cells and self.asked.show_names:
            yield self.words("entry.extra", cells="; ".join(f"{mask(name)} = {mask(value)}" for name, value in cells.items()))

    def _hidden(self, timeline: Timeline) -> list[str]:
        entries = (*timeline.unplaced, *(e for step in timeline.steps for e in step.entries))
        names = dict.fromkeys(mask(name) for e in entries for name in self.traced.extra.get((e.file, e.line), {}))
        return [] if self.asked.show_names or not names else _wrapped(self.words("aside.extra_hidden", names=", ".join(names)))

    def _clock(self, step: Step, clock: Clock) -> Iterator[str]:
        words = self.words
        yield self._start(clock)
        if clock.extended_to:
            yield words("clock.extended", day=self._day(clock.extended_to))
        if clock.in_days:
            if clock.origin != "handover" and clock.effective:
                yield self._effective(clock, clock.effective)
        else:
            yield self._hours(clock)
        off = [day for day in clock.days if not day.working]
        if off:
            yield words("clock.left_out", days="; ".join(self._days_off(off)))
        moved = [day for day in clock.days if day.moved]
        if moved:
            yield words("clock.moved", days="; ".join(self._day(day.day) for day in moved))
        if clock.due:
            yield from self._used(step, clock, clock.due)
        if clock.strict and clock.strict.due_at and step.verdict in ("met", "open"):
            limit, due = self._amount(clock.strict.limit or 0, clock.strict.unit), self._moment(clock.strict.due_at)
            if clock.strict.excess > 0:
                yield words("clock.strict_over", limit=limit, due=due, over=self._amount(clock.strict.excess, clock.strict.unit))
            elif step.verdict == "met":
                yield words("clock.strict_kept", limit=limit, due=due)

    def _start(self, clock: Clock) -> str:
        if clock.origin == "handover" and clock.before and clock.before_at and clock.handover:
            return self.words(
                "clock.handover",
                step=self._named(clock.before.step.names, clock.before.step.id),
                at=self._moment(clock.before_at),
                last=self._day(clock.handover),
                start=self._moment(clock.start),
            )
        start = self._day(clock.start) if clock.start_bare else self._moment(clock.start)
        if clock.origin == "step_before":
            named = self._named(clock.before.step.names, clock.before.step.id) if clock.before else ""
            return self.words("clock.step_before", step=named, start=start)
        return self.words("clock.receipt_bare" if clock.start_bare and not clock.in_days else "clock.receipt", start=start)

    def _effective(self, clock: Clock, effective: date) -> str:
        first = clock.days[0] if clock.days else None
        shown = self._day(effective)
        if first is None or first.day == effective:
            return self.words("clock.same_day", day=shown)
        if not first.working:
            return self.words("clock.day_off", day=shown, why=self._why_off(first))
        return self.words("clock.after_closing", day=shown, closing=f"{first.open[-1][1]:%H:%M}")

    def _hours(self, clock: Clock) -> str:
        said = dict.fromkeys(self._week(clock.calendar, edge) for edge in (clock.start.date(), clock.stop.date()))
        if [*said] == [""]:
            return self.words("clock.round_the_clock")
        return self.words("clock.hours", hours="; ".join(text for text in said if text))

    def _week(self, calendar: Calendar, day: date) -> str:
        """The opening hours as in force on a day; empty where nothing ever closes."""
        hours = hours_on(calendar, day)
        if hours is None or all(hours.week.get(n) == ROUND_THE_CLOCK for n in range(1, 8)):
            return ""
        parts = []
        for intervals, group in groupby(range(1, 8), lambda n: hours.week.get(n, ())):
            days = [*group]
            if intervals:
                ends = dict.fromkeys(self.words(f"weekday.{n}") for n in (days[0], days[-1]))
                parts.append("–".join(ends) + " " + ", ".join(f"{_clock_time(a)}–{_clock_time(b)}" for a, b in intervals))
        return "; ".join(parts)

    def _used(self, step: Step, clock: Clock, due: Due) -> Iterator[str]:
        words = self.words
        if not clock.in_days:
            parts = self._parts([day for day in clock.days if day.counted])
            if parts:
                yield words("clock.counted", parts="; ".join(parts))
        used = self._time(clock.elapsed) if not clock.in_days else self._amount(max(0, due.used), due.unit)
        if due.limit is None:
            yield words("clock.used_extended", used=used)
        else:
            uncertain = not clock.in_days and (clock.start_bare or clock.stop_bare)
            yield words("clock.certain" if uncertain else "clock.used", used=used, limit=self._amount(due.limit, due.unit))
        yield words("clock.due", due=self._moment(due.due_at)) if due.due_at else words("clock.due_unknown")
        stop = self._day(clock.stop) if clock.stop_bare else self._moment(clock.stop)
        done = words("clock.done" if clock.completed else "clock.unbegun" if clock.origin == "handover" else "clock.undone", stop=stop)
        if step.verdict in ("late", "overdue"):
            done += " " + words("clock.over", over=self._amount(due.excess, due.unit))
        yield done

    def _parts(self, days: list[Day]) -> list[str]:
        """The stretches of open time that ran, those in the middle of a long span as a sum."""
        told = [f"{self._day(day.day)} {a:{_form(a)}}–{b:{_form(b)}} = {self._time(_between(a, b))}" for day in days for a, b in day.counted]
        if len(told) <= MOST_PARTS or len(days) < 4:
            return told
        inner = days[1:-1]
        whole = self._time(sum(_between(a, b) for day in inner for a, b in day.counted))
        first, last = self._parts(days[:1]), self._parts(days[-1:])
        return [*first, self.words("clock.between", n=len(inner), time=whole), *last]

    def _days_off(self, days: list[Day]) -> Iterator[str]:
        """Days off, neighbours with one name together."""
        groups: list[list[Day]] = []
        for day in days:
            last = groups[-1][-1] if groups else None
            if last and (day.day - last.day).days == 1 and self._why_off(day) == self._why_off(last):
                groups[-1].append(day)
            else:
                groups.append([day])
        for group in groups[:MOST_DAYS_OFF]:
            ends = dict.fromkeys(self._day(day.day) for day in (group[0], group[-1]))
            yield f"{' – '.join(ends)} ({self._why_off(group[0])})"
        rest = sum(len(group) for group in groups[MOST_DAYS_OFF:])
        if rest:
            yield self.words("clock.more_off", n=rest)

    def _why_off(self, day: Day) -> str:
        return day.off.names.get(self.words.language, day.off.kind) if day.off else self.words("clock.weekend")

    def _findings(self, findings: Iterable[Finding]) -> Iterator[str]:
        for found in findings:
            severity = self.wording.known("severity", found.severity)
            told = self.words("finding.line", code=found.code, severity=severity, message=found.message, citation=found.citation)
            yield from _wrapped(told, INDENT)

    def _named(self, names: dict[str, tuple[str, ...]], spelling: str) -> str:
        return next((names[language][0] for language in (self.words.language, "kk", "ru", "en") if names.get(language)), spelling)

    def _limit(self, limit: Limit) -> str:
        return self._amount(limit.value, limit.unit)

    def _amount(self, value: float, unit: str) -> str:
        if unit in SECONDS_IN:
            return self._time(round(value * SECONDS_IN[unit]) * 1_000_000)
        return working_days(round(value * 100), "amount", self.words).replace(" ", NO_BREAK)

    def _time(self, microseconds: int) -> str:
        return open_time(round(microseconds / 1_000_000), "amount", self.words).replace(" ", NO_BREAK)

    def _day(self, day: date) -> str:
        return f"{self.words(f'weekday.{day.isoweekday()}')}{NO_BREAK}{self.wording.day(day)}"

    def _moment(self, moment: datetime) -> str:
        return f"{self.words(f'weekday.{moment.isoweekday()}')}{NO_BREAK}{self.wording.moment(moment).replace(' ', NO_BREAK)}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of at most `WIDTH` columns; what could steer a terminal is shown as a mark."""
    text = str(readable(text)).replace("№ ", f"№{NO_BREAK}")
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(NO_BREAK, " ") for line in lines]


def _between(a: datetime, b: datetime) -> int:
    return round((b - a).total_seconds() * 1_000_000)


def _form(moment: datetime) -> str:
    return "%H:%M:%S" if moment.second else "%H:%M"


def _clock_time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
