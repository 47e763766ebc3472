"""The findings that planted faults must lead to, judged at the end of the exports by the forward clock."""

from __future__ import annotations

from auditor.law.types import Rulebook, Step
from auditor.sample import desk
from auditor.sample.cases import Case, Label, Row
from auditor.sample.fieldclock import DAY, FieldClock, day_of
from auditor.sample.offices import Office
from auditor.sample.paths import missing, wrong_branch
from auditor.sample.strikes import allowance

THIRTY_DAYS = 30 * DAY


class Labeller:
    """Knows the first and the last moment that each office wrote: what lies outside is not held against it."""

    def __init__(self, book: Rulebook, clocks: dict[str, FieldClock], cases: list[Case]) -> None:
        self.book = book
        self.clocks = clocks
        self.begin: dict[Office, int] = {}
        self.cut_off: dict[Office, int] = {}
        self.taken_up: dict[Office, list[Row]] = {}
        for case in cases:
            taken = _taken_up(case)
            if taken is not None:
                self.taken_up.setdefault(taken.office, []).append(taken)
            for row in case.rows:
                if row.impossible:
                    continue
                for moment in (row.written_received, row.written_completed):
                    if moment is not None:
                        self.begin[row.office] = min(moment, self.begin.get(row.office, moment))
                        self.cut_off[row.office] = max(moment, self.cut_off.get(row.office, moment))

    def labels(self, case: Case) -> list[Label]:
        """The labels of one application, exactly one for each finding."""
        if case.fault is None:
            return []
        code = case.fault.code
        if code in ("P01", "P02", "P03"):
            return [Label(code, case.rows[0], "", period=code == "P03")]
        if code in ("S01", "S02"):
            return self._absences(case)
        if code == "S04":
            step = wrong_branch(case.edition, [r.step for r in case.rows if not r.inner])
            row = None if step is None else case.own(step)
            return [] if row is None or step is None else [Label("S04", row, step.id)]
        if code == "T02":
            return [found for label in case.labels for found in self._stuck(case, label)]
        if code == "J06":
            return [label for label in case.labels if self._lost(case, label.row)]
        return case.labels

    def _lost(self, case: Case, sent: Row) -> bool:
        """J06: whether the exports of both offices reach from the sending to the end of the carriage, and beyond."""
        assert sent.completed is not None
        days = allowance(self.book, sent.step).value + self.book.carriage.value
        due = self.clocks["provider"].due_day(sent.completed, days)
        seen = [
            row
            for row in self.taken_up.get(case.offices["provider"], ())
            if _of_akims(row) or row.case.service == case.service
        ]
        if not any(_of_akims(row) for row in seen) or day_of(self.cut_off[sent.office]) <= due:
            return False
        days_seen = [day_of(row.moment) for row in self.taken_up[case.offices["provider"]]]
        return min(days_seen) <= day_of(sent.completed) and max(days_seen) > due

    def _stuck(self, case: Case, label: Label) -> list[Label]:
        """A step not completed (T02, T05, T06), or never begun (T04 as well)."""
        row, cut_off = label.row, self.cut_off[label.row.office]
        if row.completed is None:
            step = row.step
            clock = self.clocks[case.kind(step)]
            start = row.received
            if not row.office.style.timed and step.limit and step.limit.unit != "working_day":
                start = desk.end_of_day(start)
            code = self._run_out(clock, step, start, cut_off)
            return [Label(code, row, step.id)] if code else []
        step = next(s for s in case.path if s.id == label.step)
        clock = self.clocks[case.kind(step)]
        found = []
        handed = clock.due_day(row.completed, allowance(self.book, row.step).value)
        if day_of(cut_off) > handed and self.book.roles[step.role].human and step.role != "applicant":
            found.append(Label("T04", row, step.id))
        start = clock.spans(clock.working_day_after(handed, 1))[0][0]
        code = self._run_out(clock, step, start, cut_off)
        if code:
            found.append(Label(code, row, step.id))
        return found

    @staticmethod
    def _run_out(clock: FieldClock, step: Step, start: int, cut_off: int) -> str:
        if desk.run_out(clock, step.limit, start, cut_off):
            return "T02" if step.accuses else "T06"
        return "T05" if desk.run_out(clock, step.stricter_limit, start, cut_off) else ""

    def _absences(self, case: Case) -> list[Label]:
        """S01 and S02, unless the missing entry may lie before the beginning of the export."""
        own = [r for r in case.rows if not r.inner]
        order = {step.id: i for i, step in enumerate(case.edition.steps)}
        roles = {r.step.role for r in own}
        found: list[Label] = []
        named: set[str] = set()
        for step in missing(case.edition, [r.step for r in own]):
            kin = [r for r in own if case.kind(r.step) == case.kind(step)]
            if not kin or step.role in named or any(self._may_lie_before(rows, order, step) for rows in (own, kin)):
                continue
            code = "S01" if step.role in roles else "S02"
            if code == "S02":
                named.add(step.role)
            later = [r for r in kin if order[r.step.id] > order[step.id]]
            place = min(later, key=lambda r: order[r.step.id]) if later else max(kin, key=lambda r: order[r.step.id])
            found.append(Label(code, place, step.id))
        return found

    def _may_lie_before(self, rows: list[Row], order: dict[str, int], step: Step) -> bool:
        first = min(rows, key=lambda r: r.moment)
        return order[step.id] < order[first.step.id] and first.moment - self.begin[first.office] <= THIRTY_DAYS


def _taken_up(case: Case) -> Row | None:
    """The row with which a provider took up an application, through the akim or at its own counter."""
    if case.channel not in ("akim", "provider") or (case.fault and case.fault.code in ("P01", "P02", "P03")):
        return None
    # Of the procedure, not of the path: where it was left out, nothing shows the application taken up.
    branched = {name for group in case.edition.branches for steps in group for name in steps}
    required = (step for step in case.edition.steps if step.required and step.id not in branched)
    first = next((step for step in required if case.kinds.get(step.role) == "provider"), None)
    row = case.own(first) if first else None
    return None if row is None or row.impossible else row


def _of_akims(row: Row) -> bool:
    return row.case.channel == "akim"
