"""The invented offices at work: papers go from desk to desk, and wait where somebody is busy or ill.

A heap of moments drives it, so that two applications meet the same employee in the order in which they came. A
planted fault of time (`T`, `O`, `J03`) is made here, at the step it strikes; what follows it shifts with it.
"""

from __future__ import annotations

import heapq
from datetime import date
from random import Random

from auditor.law.types import Edition, Rulebook, Step
from auditor.sample import desk
from auditor.sample.cases import Case, Label, Row
from auditor.sample.fieldclock import DAY, FieldClock, day_of, grain_up
from auditor.sample.offices import Office
from auditor.sample.paths import first_required
from auditor.sample.strikes import allowance, strike


class Workdays:
    """The offices' time from the first application to the day of the export, `end` (a moment)."""

    def __init__(self, book: Rulebook, clocks: dict[str, FieldClock], end: int, rng: Random) -> None:
        self.book = book
        self.clocks = clocks
        self.end = end
        self.rng = rng
        self._heap: list[tuple[int, int, Case]] = []
        self._numbers: dict[tuple[int, int, int], Case] = {}

    def run(self, cases: list[Case]) -> None:
        """Work off all applications."""
        self._heap = [(case.arrival, i, case) for i, case in enumerate(cases)]
        heapq.heapify(self._heap)
        while self._heap:
            ready, i, case = heapq.heappop(self._heap)
            if ready > self.end:
                case.cut = True
                continue
            then = self._act(case, ready)
            if then is not None:
                heapq.heappush(self._heap, (then, i, case))

    # -- one step of one application -----------------------------------------------------------

    def _act(self, case: Case, ready: int) -> int | None:
        """Do the next step; return when the papers reach the one after it, or None at the end."""
        if not case.rows:
            self._register(case, ready)
        step = case.path[case.at]
        clock = self.clocks[case.kind(step)]
        fault = case.fault
        if fault and fault.code == "O01" and fault.at == case.at + 1:
            return self._swapped(case, ready)
        begun = ready
        if case.inner is not None and step.role == "provider":
            ready = self._inside(case, ready)
        row = self._receive(case, step, ready)
        if step.limit is None and begun < ready and not case.fault:
            row.received = clock.next_open(grain_up(begun, row.office.style.grain))
        case.rows.append(row)
        if not (fault and fault.at == case.at and strike(case, row, clock, self.book, self.rng)):
            self._tray(row, clock)
            row.completed = self._complete(case, step, row)
        if row.completed is None:
            case.shut = True
            return None
        case.at += 1
        if fault and not fault.begun and fault.at == case.at:
            place = row.step if fault.code == "J06" else case.path[case.at]
            case.labels.append(Label(fault.code, row, place.id))
            case.shut = True
            return None
        if case.at == len(case.path):
            case.shut = True
            return None
        return self._handed_over(case, row.completed, step, case.path[case.at])

    def _register(self, case: Case, moment: int) -> None:
        """Give the application the next free number of the office's book, which restarts in January."""
        home = case.home
        year = date.fromordinal(day_of(moment)).year
        first = first_required(case.edition)
        begun = first is None or case.path[0] is not first
        mixed = home.style.timed and not all(case.office(step).style.timed for step in case.path)
        # Bare dates stand before the moments of their day, so without a stated year they could fall to last year's number.
        case.stated = case.stated or home.style.dated or begun or mixed
        number = home.next_number.get(year, 0) + 1
        while not case.stated and self._unfinished(self._numbers.get((id(home), year - 1, number)), moment):
            number += 1
        home.next_number[year] = number + int(self.rng.expovariate(1.0))
        self._numbers[id(home), year, number] = case
        case.number = (
            f"{home.prefix}{number:06d}" if home.kind in ("corporation", "portal") else f"{home.prefix}{number}"
        )

    @staticmethod
    def _unfinished(before: Case | None, moment: int) -> bool:
        """Whether last year's application of this number could still get an entry, and mix with a new one."""
        return before is not None and (not before.shut or day_of(before.last) >= day_of(moment))

    def _handed_over(self, case: Case, done: int, step: Step, after: Step) -> int:
        """When the papers reach the next desk: within hours in the house, by post or wire elsewhere."""
        a, b = case.kind(step), case.kind(after)
        if a == b:
            if not self.book.roles[after.role].human or after.role == "applicant":
                return done + self.rng.randrange(0, 120)
            return done + (self.rng.randrange(0, 3600 * 4) if self.rng.random() < 0.5 else self.rng.randrange(0, 900))
        if "akim" in (a, b):
            return done + self.rng.randrange(86400 // 2, 86400 * 5)
        return done + self.rng.randrange(60, 86400)

    # -- receipt --------------------------------------------------------------------------------

    def _receive(self, case: Case, step: Step, ready: int, inner: bool = False, before: Row | None = None) -> Row:
        office = case.office(step)
        clock = self.clocks[case.kind(step)]
        grain = office.style.grain
        before = before or (case.rows[-1] if case.at and not inner else None)
        if not office.staff.get(step.role):
            moment = clock.next_open(grain_up(clock.next_open(ready), grain))
            return Row(case, office, step, moment, None, inner=inner)
        name, moment, employee = office.pick(step.role, ready, clock)
        moment = clock.next_open(grain_up(moment, grain))
        if before is not None and before.completed is not None and case.kind(before.step) == case.kind(step):
            latest = clock.due_day(before.completed, allowance(self.book, before.step).value)
            if day_of(moment) > latest:
                name, employee = "", None
        elif day_of(moment) > day_of(clock.next_open(ready)):
            name, employee = "", None
        if employee is None:
            moment = clock.next_open(grain_up(clock.next_open(ready), grain))
            name = self._deputy(office, step.role)
        else:
            busy = desk.SECONDS.get(step.limit.unit, 600) * step.limit.value if step.limit else 600
            employee.free = moment + min(busy, 600)
        return Row(case, office, step, moment, None, name, inner=inner, acting=employee is None)

    def _tray(self, row: Row, clock: FieldClock) -> None:
        """Now and then papers lie in the tray before anybody is there: after closing, or from a day off."""
        case, rng = row.case, self.rng
        if case.fault or not case.at or not row.employee or rng.random() > 0.04:
            return
        day, before = day_of(row.received), case.rows[-2].completed
        limit = row.step.limit
        if before is not None and day_of(before) < day - 1 and not clock.spans(day - 1):
            row.received = (day - 1) * DAY + rng.randrange(10 * 60, 16 * 60) * 60
        elif (
            row.office.style.timed
            and limit
            and limit.unit == "working_day"
            and clock.closing(day) < day * DAY + 20 * 3600
        ):
            row.received = clock.closing(day) + rng.randrange(1, 120) * 60

    def _deputy(self, office: Office, role: str) -> str:
        if self.book.keep_apart:  # one person in two roles would be R02
            return ""
        others = [e.name for r in sorted(office.staff) if r != role for e in office.staff[r]]
        return self.rng.choice(others) if others else ""

    # -- completion -----------------------------------------------------------------------------

    def _complete(self, case: Case, step: Step, row: Row) -> int:
        """Do the work in time. Innocent applications also have the things that only look like faults."""
        clock = self.clocks[case.kind(step)]
        rng, style = self.rng, row.office.style
        limit = desk.strictest(step)
        if case.fault is None and not row.inner and case.at:
            before = case.rows[-2]
            before = before if not before.inner else next(r for r in reversed(case.rows[:-1]) if not r.inner)
            seen = before.completed is not None and before.step.required
            elsewhere = case.kind(before.step) != case.kind(step)
            if seen and elsewhere and not step.accuses and limit and step.role != "provider" and rng.random() < 0.3:
                row.blank = True  # the notice waits for its owner; nobody wrote down when it arrived
                moment = clock.some_moment(
                    clock.working_day_after(day_of(row.received), rng.randrange(1, 20)), 0, style.grain, rng
                )
                assert moment is not None
                return moment
            if (
                limit
                and limit.unit == "working_day"
                and limit.value > 2
                and not step.stricter_limit
                and rng.random() < 0.03
            ):
                due = clock.due_day(row.received, limit.value)
                row.extended = clock.working_day_after(due, rng.randrange(1, 11))
                moment = clock.some_moment(
                    rng.choice((row.extended, clock.working_day_after(due, 1))), 0, style.grain, rng
                )
                assert moment is not None
                return moment
            done = desk.in_time(clock, limit, row.received, style.grain, rng)
            if seen and style.blank_share and rng.random() < style.blank_share and before.completed is not None:
                row.blank = elsewhere or desk.keeps(clock, limit, before.completed, done)
            return done
        return desk.in_time(clock, limit, row.received, style.grain, rng)

    # -- clause 5.1 inside a corporation's or portal's application -------------------------------

    def _inside(self, case: Case, ready: int) -> int:
        """Some of the provider's own steps, none of which is required; return when they are done."""
        edition = case.inner
        assert isinstance(edition, Edition)
        own = {step.id for step in case.edition.steps}
        chain = [s for s in edition.steps if s.required and not s.ends and s.id not in own and s.role in case.kinds]
        chain = chain[: self.rng.randrange(len(chain) + 1)]
        before: Row | None = None
        for step in chain:
            row = self._receive(case, step, ready, inner=True, before=before)
            clock = self.clocks[case.kind(step)]
            style = row.office.style
            fault = case.fault
            if (
                fault
                and fault.inner
                and step.limit
                and step.accuses
                and not any(x.inner for x in (la.row for la in case.labels))
            ):
                row.completed = desk.late(clock, step.limit, row.received, style.grain, style.timed, self.rng)
                case.labels.append(Label("T01", row, step.id))
            else:
                row.completed = desk.in_time(clock, desk.strictest(step), row.received, style.grain, self.rng)
                row.blank = fault is None and self.rng.random() < style.blank_share
            case.rows.append(row)
            before = row
            ready = self._handed_over(case, row.completed, step, step)
        return before.completed if before is not None and before.completed is not None else ready

    # -- planted faults of order ----------------------------------------------------------------

    def _swapped(self, case: Case, ready: int) -> int | None:
        """O01: the next step is done first, then this one; both on one day, so that no hand-over is late."""
        earlier, later = case.path[case.at], case.path[case.at + 1]
        first = self._receive(case, later, ready, before=case.rows[-1])
        clock = self.clocks[case.kind(later)]
        grain = max(first.office.style.grain, case.office(earlier).style.grain)
        first.completed = clock.after(first.received, self._short(later, grain))
        second = Row(case, case.office(earlier), earlier, first.completed, None, self._deputy(case.office(earlier), ""))
        second.completed = clock.after(first.completed, self._short(earlier, grain))
        if day_of(second.completed) == day_of(first.completed) == day_of(first.received):
            case.rows += [second, first]
            case.labels.append(Label("O01", first, later.id))
        else:  # too near the end of the day: these two are done in their order
            second.received, second.completed = first.received, clock.after(first.received, self._short(earlier, grain))
            first.received = clock.next_open(second.completed)
            first.completed = clock.after(first.received, self._short(later, grain))
            case.rows += [second, first]
        case.at += 2
        if case.at == len(case.path):
            case.shut = True
            return None
        return clock.next_open(max(first.completed, second.completed))

    def _short(self, step: Step, grain: int) -> int:
        limit = desk.strictest(step)
        most = (
            1200 if limit is None or limit.unit == "working_day" else min(1200, limit.value * desk.SECONDS[limit.unit])
        )
        return self.rng.randrange(grain, most + 1, grain)
