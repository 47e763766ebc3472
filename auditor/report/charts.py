"""What the charts of a page are drawn from: each a sum over the audit's frames, worded; the templates only draw it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from auditor.amounts import SECONDS_IN
from auditor.report.figures import Shown
from auditor.report.frames import OVERRUN_EDGES, Part
from auditor.report.wording import DASH, Wording

HEAT_EDGES = (20, 50, 100, 250)
"""Thousandths of steps late from which a cell of the heat table takes the next colour; the first is for any at all."""

FEW = 10
"""Fewer steps get no colour: one of two late is no 50 %."""

WORST_OFFICES = 10
HOURS_OF_DAY = 8
"""A working day among hours of open time: for the order of offices alone, both figures are shown."""

BAR = 100
"""The width of a bar's drawing: its length is a share of this."""


@dataclass(frozen=True)
class Cell:
    """Steps late or overdue, of how many whose limit was decided."""

    late: int
    timed: int

    @property
    def level(self) -> int | None:
        """The colour; None for so few steps that a share says little."""
        if self.timed < FEW:
            return None
        return bool(self.late) + sum(1000 * self.late >= edge * self.timed for edge in HEAT_EDGES)


@dataclass(frozen=True)
class HeatRow:
    label: str
    href: str
    cells: tuple[Cell, ...]
    whole: Cell


@dataclass(frozen=True)
class Heat:
    """Districts (on a district's page its offices) by services. by: `district` or `office`; levels: the share of each colour, in words;
    few: fewer steps have none."""

    by: str
    services: tuple[str, ...]
    rows: Shown[HeatRow]
    total: tuple[Cell, ...]
    whole: Cell
    levels: tuple[str, ...]
    few: int


@dataclass(frozen=True)
class Worst:
    """An office, how many of its steps were late, and by how much together; bar: against the worst."""

    office: str
    district: str
    late: int
    hours: str
    days: str
    bar: int


@dataclass(frozen=True)
class RoleTime:
    """The time before and at the steps of a role: means, and the share of all time that both are."""

    role: str
    steps: int
    waited: str
    waits: int
    worked: str
    works: int
    share: str
    wait_bar: int
    work_bar: int


@dataclass(frozen=True)
class FlowStep:
    """A step of a procedure: medians of waiting before it and of working at it, its limit, and how often it was late."""

    name: str
    role: str
    n: int
    waited: str
    waits: int
    worked: str
    works: int
    limit: str
    stricter: str
    used: int | None
    late: Cell


@dataclass(frozen=True)
class Flow:
    service: str
    channel: str
    steps: tuple[FlowStep, ...]


@dataclass(frozen=True)
class Bar:
    """One bar of the distribution: late steps that used so many times their limit; heights are shares of the highest."""

    label: str
    hours: int
    days: int
    hours_height: int
    days_height: int


@dataclass(frozen=True)
class Overruns:
    """late: the steps in the bars; unlimited: late by an extended term alone, in no bar."""

    bars: tuple[Bar, ...]
    late: int
    unlimited: int


def heat(part: Part, wording: Wording, pages: dict[str, str]) -> Heat:
    """Who is late at what. Rows are districts with their pages' addresses, or the offices of the part's district."""
    row = "district" if part.district is None else "office"
    found = _cells(part, [row, "service"])
    services = sorted({key[1] for key in found if key[1]}, key=wording.service_order)
    labels = sorted({key[0] for key in found if key[0]}, key=wording.alphabet)
    nothing = Cell(0, 0)
    whole, by_service, by_row = _cells(part, []), _cells(part, ["service"]), _cells(part, [row])
    return Heat(
        by=row,
        services=tuple(wording.service(service) for service in services),
        rows=Shown.first(
            [
                HeatRow(
                    label,
                    pages.get(label, ""),
                    tuple(found.get((label, service), nothing) for service in services),
                    by_row[label,],
                )
                for label in labels
            ]
        ),
        total=tuple(by_service[service,] for service in services),
        whole=whole.get((), nothing),
        levels=("0", "> 0", *(f"≥ {wording.share(edge, 1000)}" for edge in HEAT_EDGES)),
        few=FEW,
    )


def _cells(part: Part, by: list[str]) -> dict[tuple[str | None, ...], Cell]:
    verdict = pl.col("verdict")
    timed = part.verdicts.filter(verdict.is_in(["met", "late", "overdue"]))
    late = pl.col("n").filter(verdict != "met").sum()
    if not by:
        return {(): Cell(*timed.select(late.alias("late"), pl.col("n").sum()).row(0))}
    summed = timed.group_by(by).agg(late.alias("late"), pl.col("n").sum())
    return {tuple(row[: len(by)]): Cell(row[-2], row[-1]) for row in summed.iter_rows()}


def worst_offices(part: Part, wording: Wording) -> Shown[Worst]:
    """The offices whose late steps exceeded their limits by most time."""
    days = pl.col("limit_unit") == "working_day"
    hours = pl.col("excess") * pl.col("limit_unit").replace_strict(SECONDS_IN, default=0, return_dtype=pl.Int64) / 3600
    summed = (
        part.overruns.group_by("district", "office")
        .agg(
            pl.col("n").sum(),
            hours.filter(~days).sum().alias("hours"),
            pl.col("excess").filter(days).sum().alias("days"),
        )
        .with_columns((pl.col("hours") + HOURS_OF_DAY * pl.col("days")).round(3).alias("weight"))
        .sort("weight", "district", "office", descending=[True, False, False], nulls_last=True)
    )
    most = summed["weight"].max() or 1.0
    return Shown.first(
        [
            Worst(
                office=office or wording.words("figures.nowhere"),
                district="" if part.district is not None else district or DASH,
                late=n,
                hours=wording.tenths(hours) if hours else DASH,
                days=wording.tenths(days) if days else DASH,
                bar=round(BAR * weight / most),
            )
            for district, office, n, hours, days, weight in summed.iter_rows()
        ],
        WORST_OFFICES,
    )


def role_times(part: Part, wording: Wording) -> tuple[RoleTime, ...]:
    """Where the time goes by role, most time first."""
    summed = (
        part.flows.group_by("role")
        .agg(pl.col("n", "waits", "waited", "works", "worked").sum())
        .with_columns((pl.col("waited") + pl.col("worked")).alias("time"))
        .sort("time", "role", descending=[True, False])
    )
    whole, most = summed["time"].sum() or 1.0, summed["time"].max() or 1.0
    return tuple(
        RoleTime(
            role=wording.role(row["role"]),
            steps=row["n"],
            waited=wording.span(row["waited"] / row["waits"] if row["waits"] else None),
            waits=row["waits"],
            worked=wording.span(row["worked"] / row["works"] if row["works"] else None),
            works=row["works"],
            share=wording.share(round(row["time"]), round(whole)),
            wait_bar=round(BAR * row["waited"] / most),
            work_bar=round(BAR * row["worked"] / most),
        )
        for row in summed.iter_rows(named=True)
    )


def flows(part: Part, wording: Wording) -> Shown[Flow]:
    """Each procedure that the journals hold, its steps in the order of the act; by the latest edition that names them."""
    late = _late_by_step(part, wording)
    found = {(row["service"], row["channel"], row["step"]): row for row in part.flows.iter_rows(named=True)}
    told = []
    for service in sorted({key[0] for key in found}, key=wording.service_order):
        for channel in sorted({key[1] for key in found if key[0] == service}, key=wording.channel_order):
            steps = [
                _flow_step(found[service, channel, step], wording, late.get((service, channel, step), Cell(0, 0)))
                for step in wording.steps_in_order(service, channel)
                if (service, channel, step) in found
            ]
            told.append(Flow(wording.service(service), wording.channel(channel), tuple(steps)))
    return Shown.first(told)


def _late_by_step(part: Part, wording: Wording) -> dict[tuple[str, str, str], Cell]:
    """Late steps by the procedure that they belong to: a step that runs inside another channel's is the provider's."""
    found: dict[tuple[str, str, str], Cell] = {}
    for (service, channel, step), cell in _cells(part, ["service", "channel", "step"]).items():
        own = step in wording.steps_in_order(service or "", channel or "")
        key = (service or "", channel or "" if own else "provider", step or "")
        before = found.get(key, Cell(0, 0))
        found[key] = Cell(before.late + cell.late, before.timed + cell.timed)
    return found


def _flow_step(row: dict[str, object], wording: Wording, late: Cell) -> FlowStep:
    service, channel, step_id = (str(row[name]) for name in ("service", "channel", "step"))
    step, day = wording.rule_of(service, channel, step_id)
    median, used = row["worked_median"], None
    if step and step.limit and isinstance(median, float):
        seconds = step.limit.value * SECONDS_IN.get(step.limit.unit, day)
        used = min(round(BAR / 2 * median / seconds), BAR) if seconds else BAR
    return FlowStep(
        name=wording.step(service, channel, step_id),
        role=wording.role(str(row["role"])),
        n=int(str(row["n"])),
        waited=wording.span(row["waited_median"]),  # type: ignore[arg-type]
        waits=int(str(row["waits"])),
        worked=wording.span(median),  # type: ignore[arg-type]
        works=int(str(row["works"])),
        limit=wording.limit(step.limit) if step and step.limit else "",
        stricter=wording.limit(step.stricter_limit) if step and step.stricter_limit else "",
        used=used,
        late=late,
    )


def overruns(part: Part, wording: Wording) -> Overruns:
    """How many times their limit the late steps used."""
    counts: dict[tuple[int | None, bool], int] = {}
    for unit, bar, n in part.overruns.select("limit_unit", "bar", "n").iter_rows():
        key = (bar, unit == "working_day")
        counts[key] = counts.get(key, 0) + n
    places = range(len(OVERRUN_EDGES) + 1)
    highest = max((counts.get((i, False), 0) + counts.get((i, True), 0) for i in places), default=0) or 1
    times = [wording.factor(edge) for edge in OVERRUN_EDGES]
    labels = [f"1–{times[0]}", *(f"{a}–{b}" for a, b in pairwise(times)), f"> {times[-1]}"]
    bars = tuple(
        Bar(label, hours, days, round(BAR * hours / highest), round(BAR * days / highest))
        for label, hours, days in ((labels[i], counts.get((i, False), 0), counts.get((i, True), 0)) for i in places)
    )
    return Overruns(
        bars,
        late=sum(bar.hours + bar.days for bar in bars),
        unlimited=counts.get((None, False), 0) + counts.get((None, True), 0),
    )
