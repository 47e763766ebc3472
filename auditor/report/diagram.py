"""A procedure drawn: a lane for each role, the steps from top to bottom with their limits, endings and branches. Inline SVG.

What the drawing shows stands in the table beside it too; the drawing only shows it at a glance.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from auditor.law.types import Edition, Limit, Step
from auditor.report.wording import readable

LANE, BOX, TALL, ROW, HEAD, EDGE = 200, 176, 74, 104, 56, 8
LETTERS_IN_LINE = 24


@dataclass(frozen=True)
class Said:
    """What a drawing has to say of a step: its name, its limits, whether these contradict each other, which alternative of a branch it is."""

    name: str
    limit: str
    disputed: bool
    alternative: str


def diagram(
    edition: Edition,
    role: Callable[[str], str],
    name: Callable[[Step], str],
    limit: Callable[[Limit], str],
    title: str,
    key: str,
) -> Markup:
    """The SVG of an edition. `role`, `name` and `limit` put things in words; `key` is this drawing's own in its page."""
    lanes = list(dict.fromkeys(step.role for step in edition.steps))
    marks = alternatives(edition)
    width, height = EDGE * 2 + LANE * len(lanes), HEAD + ROW * len(edition.steps) + EDGE
    parts = [
        f'<svg class="flow" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="{key}-t">',
        f'<title id="{key}-t">{_safe(title)}</title>',
        f'<defs><marker id="{key}-a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
    ]
    for at, lane in enumerate(lanes):
        x = EDGE + at * LANE
        parts.append(f'<rect class="lane{" odd" if at % 2 else ""}" x="{x}" y="0" width="{LANE}" height="{height}"/>')
        parts += _lines(role(lane), x + LANE // 2, 16, 3, "who")
    places = [
        (EDGE + lanes.index(step.role) * LANE + (LANE - BOX) // 2, HEAD + at * ROW)
        for at, step in enumerate(edition.steps)
    ]
    parts += _arrows(edition, places, key)
    for step, place in zip(edition.steps, places, strict=True):
        told = Said(name(step), _limits(step, limit), step.stricter_limit is not None, marks.get(step.id, ""))
        parts += _box(step, told, edition.steps.index(step) + 1, *place)
    return Markup("".join([*parts, "</svg>"]))  # every text in it went through _safe


def alternatives(edition: Edition) -> dict[str, str]:
    """Step to the alternative that it belongs to: A1, A2 of the first branch, B1, B2 of the second."""
    return {
        step: f"{chr(ord('A') + group)}{number}"
        for group, branch in enumerate(edition.branches)
        for number, alternative in enumerate(branch, 1)
        for step in alternative
    }


def ways(edition: Edition, at: int) -> list[int]:
    """To which steps the one at `at` leads: the next, past those that need not be taken; into each alternative of a branch, but
    from one alternative never into another; nowhere from a step that ends the procedure."""
    steps, marks = edition.steps, alternatives(edition)
    mine = marks.get(steps[at].id, "")
    found: list[int] = []
    entered: set[str] = set()
    for n in range(at + 1, len(steps)) if not steps[at].ends else ():
        mark = marks.get(steps[n].id, "")
        if mark and ((mine[:1] == mark[0] and mine != mark) or mark in entered):
            continue
        if entered and mark[:1] not in {taken[0] for taken in entered}:
            break
        found.append(n)
        if mark and mine != mark:
            entered.add(mark)
        elif steps[n].required:
            break
    return found


def _arrows(edition: Edition, places: list[tuple[int, int]], key: str) -> Iterator[str]:
    """A line for each way; a broken one where there is more than one, or the step need not be taken."""
    for at in range(len(edition.steps)):
        led = ways(edition, at)
        for way in led:
            (x, y), (to_x, to_y) = places[at], places[way]
            down, middle, across = y + TALL, to_y - (ROW - TALL) // 2, to_x + BOX // 2
            soft = " soft" if len(led) > 1 or not edition.steps[way].required else ""
            # Past other steps it goes beside their boxes.
            aside = "" if way == at + 1 else f"V{down + 8 + 4 * (way - at)}H{x + BOX + 10}"
            line = f"M{x + BOX // 2} {down}{aside}V{middle}H{across}V{to_y}"
            yield f'<path class="way{soft}" d="{line}" marker-end="url(#{key}-a)"/>'


def _box(step: Step, told: Said, number: int, x: int, y: int) -> Iterator[str]:
    kind = "".join(
        [
            " ends" if step.ends else "",
            " soft" if not step.required or step.required_unless else "",
            " disputed" if told.disputed else "",
        ]
    )
    yield f'<rect class="box{kind}" x="{x}" y="{y}" width="{BOX}" height="{TALL}" rx="{30 if step.ends else 4}"/>'
    branch = f" {told.alternative}" if told.alternative else ""
    yield from _lines(f"{number}{branch}. {told.name}", x + BOX // 2, y + 15, 3, "what")
    yield f'<text class="limit" x="{x + BOX // 2}" y="{y + TALL - 8}" text-anchor="middle">{_safe(told.limit)}</text>'


def _limits(step: Step, limit: Callable[[Limit], str]) -> str:
    if step.limit is None:
        return ""
    both = f"{limit(step.limit)} ≠ {limit(step.stricter_limit)}" if step.stricter_limit else limit(step.limit)
    return both if step.accuses else f"{both} *"


def _lines(text: str, x: int, y: int, most: int, kind: str) -> Iterator[str]:
    lines = textwrap.wrap(text, LETTERS_IN_LINE, max_lines=most, placeholder="…")
    for at, line in enumerate(lines):
        yield f'<text class="{kind}" x="{x}" y="{y + 15 * at}" text-anchor="middle">{_safe(line)}</text>'


def _safe(text: str) -> str:
    return escape(readable(text))
