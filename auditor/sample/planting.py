"""Which applications come in, by which way, and which fault is planted in which of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from random import Random

from auditor.law.types import Edition, Procedure, Rulebook, Step
from auditor.sample.cases import Case, Fault
from auditor.sample.fieldclock import DAY, FieldClock
from auditor.sample.offices import CENTRE_ITEMS, DistrictOffices, Office
from auditor.sample.paths import choose_path, missing, next_required, with_wrong_branch, without_step
from auditor.sample.places import OTHER_MAIL

WEIGHTS = {
    "T01": 12, "T02": 12, "T04": 6, "T05": 40, "T06": 6, "O01": 6, "O02": 6, "O03": 4, "S01": 8, "S02": 8,
    "S03": 5, "S04": 10, "R01": 5, "P01": 4, "P02": 4, "P03": 4, "P04": 4, "J01": 4, "J02": 5, "J03": 5, "J06": 40,
}  # fmt: skip
SETTLING = 150
"""Days before the end of the export after which no fault is planted that needs the application to finish."""


class Planter:
    """Invents applications for the procedures of a rulebook between two days (the last is the export's)."""

    def __init__(
        self,
        book: Rulebook,
        clocks: dict[str, FieldClock],
        places: list[DistrictOffices],
        days: tuple[int, int],
        rng: Random,
    ) -> None:
        self.book = book
        self.clocks = clocks
        self.places = places
        self.first, self.last = days
        self.rng = rng
        self.procedures = [p for s in book.services.values() for p in s.procedures if p.editions]
        self._weights = [d.district.weight for d in places]
        self._rural = [d for d in places if d.akims] or places
        self._unruled = self._periods_without_rules()

    def cases(self, applications: int, violations: float) -> list[Case]:
        """So many applications, the first of them one of each procedure; about a share of them with a fault."""
        made = []
        for i in range(applications):
            faulty = self.rng.random() < violations
            procedure = self.procedures[i] if i < len(self.procedures) else self._some_procedure()
            tries = (self._faulty(procedure) for _ in range(4 if faulty else 0))
            made.append(next((case for case in tries if case), None) or self._innocent(procedure))
        return made

    # -- whole applications ---------------------------------------------------------------------

    def _some_procedure(self) -> Procedure:
        procedure = self.rng.choice(self.procedures)
        while procedure.channel == "portal" and self.rng.random() < 0.5:
            procedure = self.rng.choice(self.procedures)
        return procedure

    def _innocent(self, procedure: Procedure) -> Case:
        case = self._case(procedure)
        draw = self.rng.random()
        if draw < 0.03 and len(case.path) > 2:
            rest = case.path[: self.rng.randrange(1, len(case.path))]
            if not missing(case.edition, rest):
                case.path = rest
                case.ending = "moved" if draw < 0.006 else "withdrawn"
        return case

    def _case(self, procedure: Procedure, until: int | None = None, since: int | None = None) -> Case:
        """An application on some working day on which an edition is in force."""
        first = max(self.first, procedure.editions[0].in_force_from.toordinal())
        ends = [e.in_force_to.toordinal() - 1 for e in procedure.editions if e.in_force_to] or [self.last]
        last = max(first, min(self.last, max(ends), until if until is not None else self.last))
        for _ in range(50):
            case = self._arrive(procedure, max(first, min(since or first, last)), last)
            if case is not None:
                return case
        raise ValueError(f"no working day for {procedure.service} {procedure.channel}")

    def _arrive(self, procedure: Procedure, first: int, last: int, forced: Edition | None = None) -> Case | None:
        day = self.rng.randint(first, last)
        edition = forced or edition_on(procedure, date.fromordinal(day))
        if edition is None:
            return None
        path = choose_path(edition, self.rng)
        inner = (
            self.book.procedure(procedure.service, "provider")
            if procedure.channel in ("corporation", "portal")
            else None
        )
        where = self.rng.choices(self.places, self._weights)[0]
        if procedure.channel == "akim":
            where = where if where.akims else self.rng.choice(self._rural)
        kinds = {role: self.book.office_kind(role, procedure.channel) for role in self.book.roles}
        offices = self._offices(where, procedure)
        case = Case(
            procedure.service, procedure.channel, edition, edition_on(inner, date.fromordinal(day)) if inner else None,
            offices[kinds[path[0].role]], offices, kinds, path, 0,
        )  # fmt: skip
        clock = self.clocks[kinds[path[0].role]]
        moment = clock.some_moment(day, 0, 1, self.rng)
        if moment is None or clock.next_open(moment) // DAY != day:
            return None
        case.arrival = moment
        return case

    def _offices(self, where: DistrictOffices, procedure: Procedure) -> dict[str, Office]:
        provider = where.centre if procedure.item in CENTRE_ITEMS else where.department
        akim = self.rng.choice(where.akims) if where.akims else provider
        return {
            "provider": provider,
            "akim": akim,
            "corporation": where.corporation,
            "portal": where.portal or provider,
        }

    # -- faults ---------------------------------------------------------------------------------

    def _faulty(self, procedure: Procedure) -> Case | None:
        case = self._case(procedure, until=self.last - SETTLING)
        plain, inner = self._with, case.inner and any(s.role == "provider" for s in case.path)
        chances: dict[str, list[Callable[[], Case | None]]] = {}

        def chance(code: str, plant: Callable[..., Case | None], *arguments: object) -> None:
            chances.setdefault(code, []).append(partial(plant, *arguments))

        for at in range(len(case.path)):
            for code in self._step_faults(case, at):
                chance(code, plain, case, Fault(code, at))
            if at and self._can_be_left(case, at):
                chance("T02", plain, case, Fault("T02", at, begun=False))
            if at and self._can_be_lost(case, at):
                chance("J06", plain, case, Fault("J06", at, begun=False))
        if inner:
            chance("T01", plain, case, Fault("T01", inner=True))
        for code in ("S01", "S02"):
            for path in without_step(case.edition, case.path, case.kinds, code):
                chance(code, plain, replace(case, path=path), Fault(code))
        chance("S04", self._wrong_branch, case)
        chance("P01", self._other_mail, case)
        chance("P02", self._other_channel, case)
        if self._unruled:
            chance("P03", self._without_rules)
        codes = list(chances)
        code = self.rng.choices(codes, [WEIGHTS[c] for c in codes])[0]
        return self.rng.choice(chances[code])()

    def _step_faults(self, case: Case, at: int) -> list[str]:
        """The faults that can be planted at one step of a path."""
        step, style = case.path[at], case.office(case.path[at]).style
        before = case.path[at - 1] if at else None
        near = before is not None and case.kind(before) == case.kind(step)
        human = self.book.roles[step.role].human and step.role != "applicant"
        wraps = case.inner is not None and step.role == "provider"
        codes = ["S03", "J01"]
        if step.limit:
            codes += ["T01" if step.accuses else "T06", "T02"]
            if step.stricter_limit and style.timed:
                codes.append("T05")
        if near and human:
            codes.append("T04")
        if at and human and style.timed:
            codes.append("J03")
        if at:
            codes.append("J02")
        if near and before and style.timed and not wraps and not (case.inner and before.role == "provider"):
            if at > 1:
                codes.append("O01")
            if _room(before, style.grain) and _room(step, style.grain):
                codes.append("O02")
        if not wraps:
            codes.append("O03")
        if at > 1:
            codes.append("P04")
        if style.roles != "none" and self.wrong_roles(case, step):
            codes.append("R01")
        return codes

    def wrong_roles(self, case: Case, step: Step) -> list[str]:
        """Roles that a step does not accept, of the same kind of office or of none; `provider` accepts the whole office."""
        kinds = ("channel",) if step.role == "provider" else ("channel", case.kind(step))
        return [r.id for r in self.book.roles.values() if r.office_kind in kinds and r.id not in step.accepts]

    def _can_be_left(self, case: Case, at: int) -> bool:
        """Whether a step not begun would be seen: the next required one, in the same office."""
        step = case.path[at]
        human = self.book.roles[step.role].human and step.role != "applicant"
        same = case.kind(step) == case.kind(case.path[at - 1])
        return same and (human or step.limit is not None) and next_required(case.edition, case.path[:at]) is step

    def _can_be_lost(self, case: Case, at: int) -> bool:
        """Whether the papers go from the akim to the provider here."""
        step = case.path[at]
        on_the_way = (case.kind(case.path[at - 1]), case.kind(step)) == ("akim", "provider")
        return on_the_way and next_required(case.edition, case.path[:at]) is step

    def _with(self, case: Case, fault: Fault) -> Case:
        case.fault = fault
        case.stated = True
        if fault.code in ("T01", "T02", "T04", "T05", "T06", "R01", "J01", "J02", "J03") and not fault.inner:
            case.stated = fault.at == 0
        return case

    def _wrong_branch(self, case: Case) -> Case | None:
        path = with_wrong_branch(case.edition, self.rng)
        return None if path is None else self._with(replace(case, path=path), Fault("S04"))

    def _other_mail(self, case: Case) -> Case:
        """P01: mail of another kind in the same book."""
        case.path = [s for s in case.path if case.kind(s) == case.kind(case.path[0])][: self.rng.randint(1, 3)]
        case.service_word = self.rng.choice(OTHER_MAIL)
        return self._with(case, Fault("P01"))

    def _other_channel(self, case: Case) -> Case | None:
        """P02: a service through a channel in which it is not delivered."""
        closed = [c for c in self.book.channel_names if self.book.procedure(case.service, c) is None]
        if not closed:
            return None
        case.path = [s for s in case.path if case.kind(s) == case.kind(case.path[0])][:3]
        case.channel_word = self.rng.choice(closed)
        return self._with(case, Fault("P02"))

    def _without_rules(self) -> Case | None:
        """P03: an application before or after the rules; one in each period, for they are counted so."""
        procedure, edition, first, last = self._unruled.pop(self.rng.randrange(len(self._unruled)))
        for _ in range(20):
            case = self._arrive(procedure, first, last, edition)
            if case is not None:
                kind = case.kind(case.path[0])
                case.path = [
                    s for i, s in enumerate(case.path) if all(case.kind(x) == kind for x in case.path[: i + 1])
                ][:2]
                return self._with(case, Fault("P03"))
        return None

    def _periods_without_rules(self) -> list[tuple[Procedure, Edition, int, int]]:
        periods = []
        for procedure in self.procedures:
            editions = procedure.editions
            first, to = editions[0].in_force_from.toordinal(), editions[-1].in_force_to
            if first - self.first > 7:
                periods.append((procedure, editions[0], self.first, first - 3))
            if to is not None and self.last - to.toordinal() > 3:
                periods.append((procedure, editions[-1], to.toordinal(), self.last - 2))
        return periods


def edition_on(procedure: Procedure | None, day: date) -> Edition | None:
    """The edition in force on a day."""
    if procedure is None:
        return None
    return next(
        (e for e in procedure.editions if e.in_force_from <= day and (e.in_force_to is None or day < e.in_force_to)),
        None,
    )


def _room(step: Step, grain: int) -> bool:
    limit = step.stricter_limit or step.limit
    return limit is None or limit.unit != "minute" or limit.value * 60 >= 3 * grain
