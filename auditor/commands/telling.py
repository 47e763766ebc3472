"""A timeline in words: plain text of 100 columns, readable when pasted into a letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from auditor.commands.phrases import WIDTH, Phrases, wrapped
from auditor.commands.reckoning import Reckoning
from auditor.engine.audit import Asked
from auditor.engine.timeline import Entry, Finding, Step, Timeline, Trace
from auditor.journal.persons import mask
from auditor.language import Words
from auditor.law.cite import cite
from auditor.law.types import Act, Edition, Rulebook

INDENT = "   "


class Teller:
    """Says timelines in the language asked for."""

    def __init__(self, rulebook: Rulebook, asked: Asked, traced: Trace) -> None:
        self.rulebook = rulebook
        self.asked = asked
        self.traced = traced
        self.say = Phrases(rulebook, asked.language)
        self.reckoning = Reckoning(self.say)
        self.words = self.say.words
        self.law = Words("rules", asked.language)
        self.wording = self.say.wording

    def application(self, timeline: Timeline) -> str:
        """One application, whole."""
        lines = [*self._heading(timeline)]
        for step in timeline.steps:
            lines += ["", *self._step(step, timeline)]
        if timeline.idle:
            steps = "; ".join(f"{p.sid % 64 + 1}. {self.say.named(p.step.names, p.step.id)}" for p in timeline.idle)
            lines += ["", *wrapped(self.words("step.idle", steps=steps))]
        placed = {(f.file, f.line) for f in timeline.findings}
        if timeline.unplaced:
            lines += ["", *wrapped(self.words("entry.unjudged" if timeline.problem else "entry.unplaced"))]
            for entry in timeline.unplaced:
                lines += ["", *self._unplaced(entry, timeline)]
        here = {(e.file, e.line) for e in timeline.unplaced} & placed
        whole = [f for f in timeline.findings if (f.file, f.line) not in here]
        if whole:
            lines += ["", *wrapped(self.words("finding.title")), *self._findings(whole)]
        n = len(timeline.findings) + sum(len(step.findings) for step in timeline.steps)
        lines += ["", *wrapped(self.words("finding.count", n=n) if n else self.words("finding.none"))]
        hidden = self._hidden(timeline)
        return "\n".join([*lines, *hidden])

    def many(self, number: str) -> str:
        """What there is, where it is too much to be told."""
        lines = wrapped(self.words("many.title", number=number, n=len(self.traced.found)))
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
            lines += wrapped(told, INDENT)
        return "\n".join(lines)

    def aside(self) -> str:
        """Rows with the number that were not judged; empty where there are none."""
        lines: list[str] = []
        for title, rows in (("aside.quarantined", self.traced.quarantined), ("aside.left_out", self.traced.left_out)):
            if rows:
                lines += [*([""] if lines else []), *wrapped(self.words(title))]
            for row in rows:
                text = (
                    self.words("aside.row", file=row.file, line=row.line, reason=row.reason)
                    if row.reason
                    else f"{row.file}:{row.line}"
                )
                lines += wrapped(text, INDENT)
        return "\n".join(lines)

    def _heading(self, timeline: Timeline) -> Iterator[str]:
        words, heading = self.words, timeline.heading
        title = words("heading.title", number=heading.number)
        yield from (title, "=" * min(WIDTH, len(title)))
        told = [
            words("heading.district", district=heading.district),
            words("heading.office", office=heading.office),
            words("heading.day", day=self.say.day(timeline.day), year=heading.year),
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
            told.append(
                words(
                    key,
                    office=covered.office,
                    begins=self.say.moment(covered.begins) if covered.begins else "—",
                    ends=self.say.moment(covered.ends) if covered.ends else "—",
                )
            )
        told.append(words("heading.as_of", moment=self.wording.moment(self.asked.as_of)))
        if not self.asked.show_names:
            told.append(words("heading.masked"))
        if timeline.ended:
            told.append(words("heading.ended"))
        for line in told:
            yield from wrapped(line)

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
            yield self.words("heading.total", limit=self.say.limit(edition.total), cite=clause)

    def _act(self, act: Act) -> str:
        return act.title.get(self.words.language) or act.id

    def _step(self, step: Step, timeline: Timeline) -> Iterator[str]:
        words = self.words
        named = self.say.named(step.placed.step.names, step.placed.step.id)
        yield from wrapped(words("step.inner" if step.inside else "step.own", n=step.placed.sid % 64 + 1, step=named))
        told = [self._verdict(step)]
        clocked = [entry for entry in step.entries if entry.performing]
        if not step.entries:
            told.append(words("step.no_entry", role=self.wording.role(step.placed.step.role)))
        for entry in clocked:
            told += self._entry(entry)
        told += [self._other(entry) for entry in step.entries if not entry.performing]
        told.append(words("step.limit", limit=self.say.limit(step.limit)) if step.limit else words("step.no_limit"))
        cited = cite(self.rulebook, timeline.heading.service, self._references(step), self.law)
        told += [words("step.cite", cite=cited)] if cited else []
        if step.clock:
            told += self.reckoning.lines(step, step.clock)
        elif step.released:
            told.append(words("step.released"))
        elif step.verdict == "open" and not step.entries and step.limit:
            told.append(words("step.waits"))
        for line in told:
            yield from wrapped(line, INDENT)
        yield from self._findings(step.findings)

    def _references(self, step: Step) -> tuple[str, ...]:
        rule = step.placed.step
        limits = (
            *(rule.stricter_limit.citation if rule.stricter_limit else ()),
            *(rule.limit.citation if rule.limit else ()),
        )
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
        if entry.ending:
            yield words("entry.ending")
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
        yield from wrapped(self.words(f"entry.{kind}", **told))
        for line in self._entry(entry):
            yield from wrapped(line, INDENT)
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
            return self.words("entry.day_only", day=self.say.day(moment)) if bare else self.say.moment(moment)

        return (
            said(entry.received_at, entry.received_bare, "entry.blank"),
            said(entry.completed_at, entry.completed_bare, "entry.still_open"),
        )

    def _extra(self, entry: Entry) -> Iterator[str]:
        cells = self.traced.extra.get((entry.file, entry.line), {})
        if cells and self.asked.show_names:
            yield self.words(
                "entry.extra", cells="; ".join(f"{mask(name)} = {mask(value)}" for name, value in cells.items())
            )

    def _hidden(self, timeline: Timeline) -> list[str]:
        entries = (*timeline.unplaced, *(e for step in timeline.steps for e in step.entries))
        names = dict.fromkeys(mask(name) for e in entries for name in self.traced.extra.get((e.file, e.line), {}))
        return (
            []
            if self.asked.show_names or not names
            else wrapped(self.words("aside.extra_hidden", names=", ".join(names)))
        )

    def _findings(self, findings: Iterable[Finding]) -> Iterator[str]:
        for found in findings:
            severity = self.wording.known("severity", found.severity)
            told = self.words(
                "finding.line", code=found.code, severity=severity, message=found.message, citation=found.citation
            )
            yield from wrapped(told, INDENT)
