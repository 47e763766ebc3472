"""`services/*.yaml`, `step_names.yaml` and `overlays/*.yaml`: procedures, their editions and steps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

from auditor.law.plain_yaml import Items, Text
from auditor.law.regulation import NOWHEN, Regulation
from auditor.law.section import Section, nearest
from auditor.law.types import Basis, Edition, Limit, Names, Note, Procedure, Service, Step

# A working day is at least as long as eight hours of open time; enough to say which of two limits is the stricter.
MINUTES = {"minute": 1, "hour": 60, "working_day": 480}


@dataclass
class Places:
    """Where editions and steps stand, so that later checks can name file and line."""

    editions: dict[tuple[str, str, int], Section] = field(default_factory=dict)
    steps: dict[tuple[str, str, int, str], Section] = field(default_factory=dict)
    step_names: Section | None = None


def read_step_names(root: Section | None, places: Places) -> dict[str, Names]:
    """Step id to its names."""
    if root is None:
        return {}
    root.text("source", required=False)
    steps = places.step_names = root.section("steps")
    names = {} if steps is None else {key: steps.names(key) for key in steps.block.entries}
    root.done()
    return names


def read_service(root: Section, law: Regulation, step_names: dict[str, Names], places: Places) -> Service:
    """One service file."""
    identifier = root.text("id")
    item = root.integer("item")
    names = root.names("names")
    sources = root.languages("names_source")
    procedures = []
    listed = root.section("procedures")
    for channel, section in [] if listed is None else listed.children():
        if channel not in law.channel_names:
            wrong = f"channel `{channel}` is unknown"
            right = f"a channel of regulation.yaml{nearest(channel, law.channel_names)}"
            section.faults.add(root.file, listed.line(channel) if listed else 1, section.path, wrong, right)
        reader = _ProcedureReader(law, step_names, places, identifier, channel)
        procedures.append(Procedure(identifier, item, channel, reader.editions(section)))
        section.done()
    notes = tuple(_note(section) for section in root.sections("notes", required=False))
    root.done()
    return Service(identifier, item, names, sources, tuple(procedures), notes)


def _note(section: Section) -> Note:
    note = Note(
        since=section.day("since") or NOWHEN,
        until=section.day("until", required=False),
        basis=cast("Basis", section.choice("basis", ("overtaken_by_statute",), default="overtaken_by_statute")),
        citation=section.text("citation"),
        text=section.languages("text"),
    )
    if note.until is not None and note.until <= note.since:
        section.fault("until", f"{note.until} is not after {note.since}", "the first day the note no longer holds")
    section.done()
    return note


class _ProcedureReader:
    """Reads the editions of one service through one channel."""

    def __init__(
        self, law: Regulation, step_names: dict[str, Names], places: Places, service: str, channel: str
    ) -> None:
        self.law = law
        self.step_names = step_names
        self.places = places
        self.service = service
        self.channel = channel

    def editions(self, procedure: Section) -> tuple[Edition, ...]:
        """Editions in order of time; one may borrow the steps of another by `wording_of`."""
        own: dict[str, Edition] = {}
        read: list[tuple[Edition, str, Section]] = []
        for index, section in enumerate(procedure.sections("editions")):
            from_act, edition, wording = self._edition(section, index)
            read.append((edition, wording, section))
            self.places.editions[self.service, self.channel, index] = section
            if not wording:
                own[from_act] = edition
            section.done()
        found = []
        for edition, wording, section in read:
            whole = edition
            if wording and wording not in own:
                right = "the from_act of an edition of this procedure that has steps" + nearest(wording, own)
                section.fault("wording_of", f"no edition begins with the act `{wording}`", right)
            elif wording:
                lender = own[wording]
                total = edition.total or lender.total
                whole = replace(edition, steps=lender.steps, branches=lender.branches, total=total)
            found.append(whole)
        if not found:
            procedure.fault("editions", "has no edition", "add at least one")
        self._in_order(found, [section for _, _, section in read])
        return tuple(found)

    def _in_order(self, editions: list[Edition], sections: list[Section]) -> None:
        if any(NOWHEN in (edition.in_force_from, edition.in_force_to) for edition in editions):
            return  # the act's own date is a fault already
        for edition, section in zip(editions, sections, strict=True):
            if edition.in_force_to is not None and edition.in_force_to <= edition.in_force_from:
                wrong = f"the edition ends on {edition.in_force_to}, before it begins on {edition.in_force_from}"
                section.fault("to_act", wrong, "an act that took effect later")
        for earlier, later, section in zip(editions, editions[1:], sections[1:], strict=False):
            if later.in_force_from < earlier.in_force_from:
                section.fault("from_act", "the edition begins before the one above it", "put editions in order of time")
            elif earlier.in_force_to is None or later.in_force_from < earlier.in_force_to:
                wrong = f"overlaps the edition above it, which ends on {earlier.in_force_to or 'no day'}"
                section.fault("from_act", wrong, "editions that follow each other")

    def _edition(self, section: Section, index: int) -> tuple[str, Edition, str]:
        acts = self.law.acts
        begins = acts.get(section.choice("from_act", acts))
        ends = acts.get(section.choice("to_act", acts, required=False))
        wording = section.choice("wording_of", acts, required=False)
        steps: tuple[Step, ...] = ()
        branches: tuple[tuple[tuple[str, ...], ...], ...] = ()
        if wording:
            for key in ("steps", "branches"):
                if section.has(key):
                    section.node(key)
                    section.fault(key, "stands beside `wording_of`", "keep one of the two")
        else:
            steps = self._steps(section, index)
            branches = _branches(section, [step.id for step in steps])
        edition = Edition(
            in_force_from=begins.in_force_from if begins else NOWHEN,
            in_force_to=ends.in_force_from if ends else None,
            basis="later_wording" if wording else "exact",
            assumed_until=begins.assumed_until if begins else None,
            steps=steps,
            branches=branches,
            total=section.limit("total"),
            reason=section.languages("reason", required=bool(wording)),
            after_a_gap=section.flag("after_a_gap", default=False),
        )
        return begins.id if begins else "", edition, wording

    def _steps(self, section: Section, index: int) -> tuple[Step, ...]:
        entries = section.sections("steps")
        ids = [node.value for e in entries if isinstance(node := e.block.entries.get("id"), Text)]
        steps: list[Step] = []
        for entry in entries:
            step = self._step(entry, ids)
            if step.id in {s.id for s in steps}:
                entry.fault("id", f"the step `{step.id}` stands twice", "give each step of an edition its own id")
            self.places.steps[self.service, self.channel, index, step.id] = entry
            steps.append(step)
        if section.has("steps") and not entries:
            section.fault("steps", "has no step", "add at least one")
        return tuple(steps)

    def _step(self, section: Section, ids: list[str]) -> Step:
        identifier = section.text("id")
        role = section.choice("role", self.law.roles)
        accepts = section.known("accepts", self.law.roles, "role")
        accuses = section.flag("accuses", default=True)
        limit, stricter = section.limit("limit"), section.limit("stricter_limit")
        step = Step(
            id=identifier,
            role=role,
            accepts=accepts,
            limit=limit,
            stricter_limit=stricter,
            citation=section.citation(),
            required=section.flag("required", default=True),
            ends=section.flag("ends", default=False),
            accuses=accuses,
            required_unless=section.known("required_unless", ids, "step", required=False),
            handover=section.limit("handover"),
            names=section.names("names", required=False) or self.step_names.get(identifier, {}),
            remark=section.languages("remark", required=not accuses),
            ends_basis=cast("Basis", section.choice("ends_basis", ("ambiguous",), required=False, default="exact")),
        )
        if role and accepts and role not in accepts:
            section.fault("accepts", f"leaves out the step's own role `{role}`", "name it too")
        if not step.names and identifier:
            section.fault("id", f"the step `{identifier}` has no names", "add them here or in step_names.yaml")
        _stricter(section, limit, stricter)
        section.done()
        return step


def _stricter(section: Section, limit: Limit | None, stricter: Limit | None) -> None:
    if stricter is None:
        return
    if limit is None:
        section.fault("stricter_limit", "stands without `limit`", "the lenient limit goes into `limit`")
    elif stricter.value * MINUTES[stricter.unit] >= limit.value * MINUTES[limit.unit]:
        wrong = f"{stricter.value} {stricter.unit} is not stricter than {limit.value} {limit.unit}"
        section.fault("stricter_limit", wrong, "the lenient limit goes into `limit`, the other one here")


def _branches(section: Section, ids: list[str]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """A list of groups; a group is a list of alternatives; an alternative is a list of step ids."""
    node = section.node("branches", required=False)
    if node is None:
        return ()
    groups = []
    right = "groups of alternatives, each a list of steps: `- [[a, b], [c]]`"
    for group in node.items if isinstance(node, Items) else ():
        alternatives = []
        for alternative in group.items if isinstance(group, Items) else ():
            found = alternative.items if isinstance(alternative, Items) else ()
            steps = tuple(text.value for text in found if isinstance(text, Text))
            for step in steps:
                if step not in ids:
                    section.fault(
                        "branches", f"step `{step}` is unknown", f"a step of this edition{nearest(step, ids)}"
                    )
            alternatives.append(steps)
        if len(alternatives) < 2 or not all(alternatives):
            section.fault("branches", "a group without two alternatives", right)
        groups.append(tuple(alternatives))
    if not groups:
        section.fault("branches", "is no list of groups", right)
    return tuple(groups)


def apply_overlay(root: Section, services: dict[str, Service]) -> tuple[str, bool]:
    """Read an overlay of total terms; where it is enabled, put them on the procedures it names.

    Returns the overlay's id and whether it is enabled.
    """
    identifier = root.text("id")
    enabled = root.flag("enabled", default=False)
    root.languages("titles")
    for section in root.sections("totals"):
        service = services.get(section.choice("service", services))
        channels = [p.channel for p in service.procedures] if service else []
        channel = section.choice("channel", channels) if service else section.text("channel")
        total = section.limit("total", required=True)
        section.done()
        if enabled and service and total:
            procedures = tuple(
                replace(p, editions=tuple(replace(e, total=total) for e in p.editions)) if p.channel == channel else p
                for p in service.procedures
            )
            services[service.id] = replace(service, procedures=procedures)
    root.done()
    return identifier, enabled
