"""A step's clock worked out in words and figures: from when, what is left out and why, until when, how much was used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from auditor.commands.phrases import Phrases
from auditor.engine.timeline import Clock, Day, Due, Step
from auditor.engine.worktime import hours_on
from auditor.law.types import Calendar

MOST_DAYS_OFF = 12
MOST_PARTS = 6
ROUND_THE_CLOCK = ((0, 86400),)


class Reckoning:
    """Says clocks."""

    def __init__(self, phrases: Phrases) -> None:
        self.say = phrases
        self.words = phrases.words

    def lines(self, step: Step, clock: Clock) -> Iterator[str]:
        """The clock of a step, a sentence a line."""
        words = self.words
        yield self._start(clock)
        if clock.extended_to:
            yield words("clock.extended", day=self.say.day(clock.extended_to))
        if clock.in_days:
            if clock.effective:
                yield self._effective(clock, clock.effective)
        else:
            yield self._hours(clock)
        off = [day for day in clock.days if not day.working]
        if off:
            yield words("clock.left_out", days="; ".join(self._days_off(off)))
        moved = [day for day in clock.days if day.moved]
        if moved:
            yield words("clock.moved", days="; ".join(self.say.day(day.day) for day in moved))
        if clock.due:
            yield from self._used(step, clock, clock.due)
        if clock.strict and clock.strict.due_at and step.verdict in ("met", "open"):
            limit, due = (
                self.say.amount(clock.strict.limit or 0, clock.strict.unit),
                self.say.moment(clock.strict.due_at),
            )
            if clock.strict.excess > 0:
                yield words(
                    "clock.strict_over",
                    limit=limit,
                    due=due,
                    used=self.say.amount(max(0, clock.strict.used), clock.strict.unit),
                    over=self.say.amount(clock.strict.excess, clock.strict.unit),
                )
            elif step.verdict == "met":
                yield words("clock.strict_kept", limit=limit, due=due)

    def _start(self, clock: Clock) -> str:
        if clock.origin == "handover" and clock.before and clock.before_at and clock.handover:
            return self.words(
                "clock.handover",
                step=self.say.named(clock.before.step.names, clock.before.step.id),
                at=self.words("entry.day_only", day=self.say.day(clock.before_at))
                if clock.before_bare
                else self.say.moment(clock.before_at),
                last=self.say.day(clock.handover),
                start=self.say.moment(clock.start),
            )
        start = self.say.day(clock.start) if clock.start_bare else self.say.moment(clock.start)
        if clock.origin == "step_before":
            named = self.say.named(clock.before.step.names, clock.before.step.id) if clock.before else ""
            start = self.words("entry.day_only", day=start) if clock.start_bare else start
            return self.words("clock.step_before", step=named, start=start)
        return self.words(
            "clock.receipt_bare" if clock.start_bare and not clock.in_days else "clock.receipt", start=start
        )

    def _effective(self, clock: Clock, effective: date) -> str:
        first = clock.days[0] if clock.days else None
        shown = self.say.day(effective)
        if clock.origin == "handover":
            return self.words("clock.day_after", day=shown)
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
                parts.append(
                    "–".join(ends) + " " + ", ".join(f"{_clock_time(a)}–{_clock_time(b)}" for a, b in intervals)
                )
        return "; ".join(parts)

    def _used(self, step: Step, clock: Clock, due: Due) -> Iterator[str]:
        words = self.words
        if not clock.in_days:
            parts = self._parts([day for day in clock.days if day.counted])
            if parts:
                yield words("clock.counted", parts="; ".join(parts))
        used = self.say.time(clock.elapsed) if not clock.in_days else self.say.amount(max(0, due.used), due.unit)
        if due.limit is None:
            yield words("clock.used_extended", used=used)
        else:
            uncertain = not clock.in_days and (clock.start_bare or clock.stop_bare)
            yield words(
                "clock.certain" if uncertain else "clock.used", used=used, limit=self.say.amount(due.limit, due.unit)
            )
        yield words("clock.due", due=self.say.moment(due.due_at)) if due.due_at else words("clock.due_unknown")
        stop = self.say.day(clock.stop) if clock.stop_bare else self.say.moment(clock.stop)
        done = words(
            "clock.done" if clock.completed else "clock.unbegun" if clock.origin == "handover" else "clock.undone",
            stop=stop,
        )
        if step.verdict in ("late", "overdue"):
            done += " " + words("clock.over", over=self.say.amount(due.excess, due.unit))
        yield done

    def _parts(self, days: list[Day]) -> list[str]:
        """The stretches of open time that ran, those in the middle of a long span as a sum."""
        told = [
            f"{self.say.day(day.day)} {a:{_form(a)}}–{b:{_form(b)}} = {self.say.time(_between(a, b))}"
            for day in days
            for a, b in day.counted
        ]
        if len(told) <= MOST_PARTS or len(days) < 4:
            return told
        inner = days[1:-1]
        whole = self.say.time(sum(_between(a, b) for day in inner for a, b in day.counted))
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
            ends = dict.fromkeys(self.say.day(day.day) for day in (group[0], group[-1]))
            yield f"{' – '.join(ends)} ({self._why_off(group[0])})"
        rest = sum(len(group) for group in groups[MOST_DAYS_OFF:])
        if rest:
            yield self.words("clock.more_off", n=rest)

    def _why_off(self, day: Day) -> str:
        return day.off.names.get(self.words.language, day.off.kind) if day.off else self.words("clock.weekend")


def _between(a: datetime, b: datetime) -> int:
    return round((b - a).total_seconds() * 1_000_000)


def _form(moment: datetime) -> str:
    return "%H:%M:%S" if moment.second else "%H:%M"


def _clock_time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
