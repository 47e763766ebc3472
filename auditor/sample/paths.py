"""Ways through a procedure: branches taken, refusals, and what a way leaves out.

`missing` and `wrong_branch` say of a set of steps what a reader of the decree would: they are how a planted absence
is named, and the check that an innocent application is innocent.
"""

from __future__ import annotations

from random import Random

from auditor.law.types import Edition, Step


def choose_path(edition: Edition, rng: Random) -> list[Step]:
    """One lawful way through an edition, in its order."""
    while True:
        path = _try_path(edition, rng)
        if path and not missing(edition, path) and wrong_branch(edition, path) is None:
            return path


def _try_path(edition: Edition, rng: Random) -> list[Step]:
    taken: set[str] = set()
    grouped: set[str] = set()
    for group in edition.branches:
        grouped.update(step for alternative in group for step in alternative)
        taken.update(rng.choice(group))
    for step in edition.steps:
        if not step.required and step.id not in grouped and rng.random() < (0.1 if step.ends else 0.5):
            taken.add(step.id)
    path = []
    for step in edition.steps:
        if step.id in grouped:
            take = step.id in taken and (step.required or step.ends or rng.random() < 0.7)
        elif step.required:
            take = not any(other in taken for other in step.required_unless)
        else:
            take = step.id in taken
        if take:
            path.append(step)
            if step.ends:
                break
    return path


def first_required(edition: Edition) -> Step | None:
    """The step whose entry begins an application."""
    return next((step for step in edition.steps if step.required), None)


def _required(edition: Edition, present: set[str]) -> list[Step]:
    """Steps that these present steps leave required: no branch untaken, no `required_unless` met."""
    closed: set[str] = set()
    for group in edition.branches:
        for alternative in group:
            if not present.intersection(alternative):
                closed.update(alternative)
    return [
        step
        for step in edition.steps
        if step.required and step.id not in closed and not present.intersection(step.required_unless)
    ]


def missing(edition: Edition, path: list[Step]) -> list[Step]:
    """Required steps that are absent though a later step is present, and no ending stands before them."""
    present = {step.id for step in path}
    order = {step.id: i for i, step in enumerate(edition.steps)}
    last = max((order[step.id] for step in path), default=-1)
    end = min((order[step.id] for step in path if step.ends), default=len(order))
    return [step for step in _required(edition, present) if step.id not in present and order[step.id] < min(last, end)]


def next_required(edition: Edition, path: list[Step]) -> Step | None:
    """The first required step after the last one present; None after an ending."""
    present = {step.id for step in path}
    if any(step.ends for step in path):
        return None
    order = {step.id: i for i, step in enumerate(edition.steps)}
    last = max(order[step.id] for step in path)
    return next((step for step in _required(edition, present) if order[step.id] > last), None)


def wrong_branch(edition: Edition, path: list[Step]) -> Step | None:
    """The first step after an ending, or the first of the alternative begun last where two were begun."""
    present = {step.id for step in path}
    here = [step for step in edition.steps if step.id in present]
    for at, step in enumerate(here):
        if step.ends and at + 1 < len(here):
            return here[at + 1]
    order = {step.id: i for i, step in enumerate(edition.steps)}
    for group in edition.branches:
        begun = sorted(min(order[s] for s in alt if s in present) for alt in group if present.intersection(alt))
        if len(begun) > 1:
            return edition.steps[begun[-1]]
    return None


def absence_labels(edition: Edition, path: list[Step]) -> list[tuple[str, Step]]:
    """The S01 and S02 findings of a path: a role without any entry is named once, by its first missing step."""
    roles = {step.role for step in path}
    found: list[tuple[str, Step]] = []
    named: set[str] = set()
    for step in missing(edition, path):
        if step.role in roles:
            found.append(("S01", step))
        elif step.role not in named:
            named.add(step.role)
            found.append(("S02", step))
    return found


def without_step(edition: Edition, path: list[Step], kinds: dict[str, str], code: str) -> list[list[Step]]:
    """Paths shortened by exactly one S01 or S02 that an auditor can see."""
    shorter = []
    for step in path[:-1]:
        rest = [s for s in path if (s.role != step.role if code == "S02" else s is not step)]
        if not rest or rest[-1] is not path[-1]:
            continue
        found = absence_labels(edition, rest)
        if len(found) != 1 or found[0][0] != code or wrong_branch(edition, rest) is not None:
            continue
        if any(kinds[s.role] == kinds[step.role] for s in rest):
            shorter.append(rest)
    return shorter


def with_wrong_branch(edition: Edition, rng: Random) -> list[Step] | None:
    """A path with an S04 and nothing else: a step after an ending, or two alternatives of one branch."""
    order = {step.id: i for i, step in enumerate(edition.steps)}
    for _ in range(20):
        path = choose_path(edition, rng)
        extra: list[Step] = []
        at = rng.randrange(len(edition.branches)) if edition.branches else -1
        if at >= 0 and rng.random() < 0.5:
            other = [a for a in edition.branches[at] if not any(s.id in a for s in path)]
            if other:
                wanted = rng.choice(other)
                extra = [s for s in edition.steps if s.id in wanted]
        elif path[-1].ends and path[-1] is not edition.steps[-1]:
            extra = [s for s in edition.steps[order[path[-1].id] + 1 :] if s.required][-1:]
        longer = sorted({s.id: s for s in path + extra}.values(), key=lambda s: order[s.id])
        if extra and wrong_branch(edition, longer) is not None and not missing(edition, longer):
            return longer
    return None
