"""What goes wrong in an invented application, one kind of fault at a time. Each changes the lines in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from auditor.law.types import Rulebook
from engine.processes import Dice, Line, at, clock_of, line_of, opening_after

Fault = Callable[[Dice, Rulebook, list[Line]], None]


def drop_step(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    if len(lines) > 1:
        lines.pop(dice.pick(range(len(lines))))


def drop_role(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    role = dice.pick(lines)["_step"].role
    kept = [x for x in lines if x["_step"].role != role]
    lines[:] = kept or lines


def drop_office(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    office = dice.pick(lines)["office"]
    kept = [x for x in lines if x["office"] != office]
    lines[:] = kept or lines


def drop_beginning(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    del lines[: dice.pick(range(len(lines)))]


def done_too_early(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    """Out of order, or begun early: moments slide back behind the step before."""
    if len(lines) < 2:
        return
    place = dice.pick(range(1, len(lines)))
    before, line = lines[place - 1], lines[place]
    if before["completed_at"] is None:
        return
    back = before["completed_at"] - timedelta(seconds=dice.pick((1, 60, 0, 3600, 86400, 10 * 86400)))
    line["received_at"] = back
    if line["completed_at"] is not None and dice.chance(70):
        line["completed_at"] = max(back, before["completed_at"] - timedelta(seconds=dice.pick((1, 30, 0))))


def repeat(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    line = dice.pick(lines)
    again = {**line, "extra": ("again",) if dice.chance(20) else ()}
    for column in ("received_at", "completed_at"):
        if again[column] is not None:
            again[column] += timedelta(seconds=dice.pick((3600, 0, 86400, -60)))
    if dice.chance(25):
        again["completed_at"] = None
        again["received_at"] = again["received_at"] or line["completed_at"]
    lines.insert(dice.pick((lines.index(line) + 1, len(lines))), again)


def duplicate(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    lines.append(dict(dice.pick(lines)))


def swap_times(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    line = dice.pick(lines)
    if line["received_at"] is not None and line["completed_at"] is not None:
        line["received_at"], line["completed_at"] = line["completed_at"], line["received_at"]
        if line["received_at"] == line["completed_at"]:
            line["completed_at"] -= timedelta(seconds=dice.pick((1, 86400)))


def wrong_year(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    """A moment far in the future, before all rules, or beyond the calendar."""
    line = dice.pick(lines)
    column = dice.pick(("completed_at", "received_at"))
    if line[column] is not None:
        line[column] = line[column].replace(year=dice.pick((2028, 2081, 2015, 2019, 2020)), day=3)


def off_hours(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    line = dice.pick(lines)
    if line["completed_at"] is not None:
        day = line["completed_at"].date() + timedelta(days=dice.pick((0, 1, 2)))
        line["completed_at"] = at(day, dice.pick(("23:10:00", "13:00:01", "08:59:59", "18:30:01", "00:00:00")))


def idle(dice: Dice, rulebook: Rulebook, lines: list[Line]) -> None:
    """Everything from some line on happens days later."""
    place = dice.pick(range(len(lines)))
    shift = timedelta(days=dice.pick((2, 1, 3, 7, 40)))
    for line in lines[place:]:
        clock = clock_of(rulebook, line["_kind"])
        for column in ("received_at", "completed_at"):
            if line[column] is not None:
                line[column] = opening_after(clock, line[column] + shift)


def no_receipt(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    for line in lines if dice.chance(30) else [dice.pick(lines)]:
        if line["completed_at"] is not None:
            line["received_at"] = None


def bare(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    columns = dice.pick((("received_at", "completed_at"), ("received_at",), ("completed_at",)))
    for line in lines if dice.chance(50) else [dice.pick(lines)]:
        for column in columns:
            if line[column] is not None:
                line[column] = at(line[column].date(), "00:00:00")
                line[column.replace("_at", "_bare")] = True


def unknown_step(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    line = dice.pick(lines)
    odd = dice.pick(("tea break", "decision", "Тіркеу", "sign"))
    if dice.chance(50):
        line["step"] = odd
    else:
        lines.insert(lines.index(line), {**line, "step": odd})


def vague_step(dice: Dice, rulebook: Rulebook, lines: list[Line]) -> None:
    """A spelling of several steps; the role decides, or is not recorded."""
    line = dice.pick(lines)
    words = rulebook.vocabulary.steps.get((line["service"], line["channel"]), {})
    mine = [w for w, ids in words.items() if len(ids) > 1 and line["step"] in ids]
    if mine:
        line["step"] = dice.pick(mine)
        if dice.chance(60):
            line["role"] = None


def left_open(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    """Nothing more happens from some step on, while the office goes on with other work."""
    place = dice.pick(range(len(lines)))
    hours = [i for i, x in enumerate(lines) if x["_step"].limit is not None and x["_step"].limit.unit == "hour"]
    if hours and dice.chance(50):
        place = dice.pick(hours)
    del lines[place + 1 :]
    line = lines[place]
    if line["received_at"] is not None and dice.chance(60):
        line["completed_at"] = None
    later(dice, lines, line)


def later(dice: Dice, lines: list[Line], line: Line) -> None:
    """Another application of the same office, later (or before), so that its exports speak for a longer time."""
    moment = line["completed_at"] or line["received_at"]
    moment += timedelta(seconds=dice.pick((5 * 86400, 3600, 61, 86400, 31 * 86400, 90 * 86400, -31 * 86400)))
    plain = dict.fromkeys(("registered_on", "registered_by", "extended_to", "outcome", "completed_at"))
    lines.append({**line, **plain, "application_no": "99", "received_at": moment, "received_bare": False})
    lines[-1]["completed_bare"] = False


def role_fault(dice: Dice, rulebook: Rulebook, lines: list[Line]) -> None:
    line = dice.pick(lines)
    others = sorted(r for r in rulebook.roles if r != line["role"])
    deputies = sorted(rulebook.vocabulary.deputies) or others
    line["role"] = dice.pick((dice.pick(others), None, "the cat", dice.pick(deputies)))


def same_person(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    name = dice.weighted({"Асанова А.": 4, None: 1})
    for line in lines:
        if line["_kind"] == lines[-1]["_kind"]:
            line["employee"] = name


def unknown_service(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    for line in lines if dice.chance(60) else [dice.pick(lines)]:
        line["service"] = "incoming letter"


def other_channel(dice: Dice, rulebook: Rulebook, lines: list[Line]) -> None:
    column = dice.pick(("channel", "service"))
    word = dice.pick(sorted(rulebook.services) if column == "service" else (*rulebook.channel_names, "by pigeon"))
    for line in lines if dice.chance(60) else [dice.pick(lines)]:
        line[column] = word


def extend(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    for line in lines if dice.chance(30) else [dice.pick(lines)]:
        moment = line["completed_at"] or line["received_at"]
        line["extended_to"] = moment.date() + timedelta(days=dice.pick((0, -1, 1, 5, -20, 4000)))


def outcome(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    dice.pick(lines)["outcome"] = dice.pick(("withdrawn", "moved", "refused", "no_data", "granted", "eaten"))


def both_branches(dice: Dice, rulebook: Rulebook, lines: list[Line]) -> None:
    """A step that this application should not have: of another alternative, or optional."""
    model = dice.pick(lines)
    procedure = model["_procedure"]
    edition = dice.pick(procedure.editions)
    here = {x["step"] for x in lines}
    others = [
        s for s in edition.steps if s.id not in here and (not s.required or edition.branches or s.required_unless)
    ]
    if others:
        ending = [s for s in others if s.ends]
        step = dice.pick(ending if ending and dice.chance(60) else others)
        kind = rulebook.office_kind(step.role, procedure.channel)
        moment = lines[-1]["completed_at"] or lines[-1]["received_at"]
        number = model["application_no"]
        lines.append(line_of(rulebook, procedure, step, kind, number, moment, dice.pick((moment, None))))
        lines[-1]["registered_by"] = model["office"] if lines[-1]["office"] != model["office"] else None


def inner_steps(dice: Dice, rulebook: Rulebook, lines: list[Line]) -> None:
    """Entries of the provider channel's steps inside a corporation or portal application."""
    model = dice.pick(lines)
    inner = rulebook.procedure(model["service"], "provider")
    if inner is None or model["channel"] not in ("corporation", "portal"):
        return
    moment = model["completed_at"] or model["received_at"]
    clock = clock_of(rulebook, "provider")
    made = []
    for step in dice.pick(inner.editions).steps[: dice.pick((3, 1, 5))]:
        received = opening_after(clock, moment + timedelta(seconds=dice.pick((60, 0, 86400, 4 * 86400))))
        moment = received + timedelta(seconds=dice.pick((60, 600, 3600, 86400, 0, -60)))
        line = line_of(rulebook, inner, step, "provider", model["application_no"], received, moment)
        line["channel"] = model["channel"] if dice.chance(80) else "provider"
        line["registered_by"] = model["registered_by"] or (
            model["office"] if model["office"] != line["office"] else None
        )
        made.append(line)
    if dice.chance(25):
        made[-1]["completed_at"] = None
    if made[0]["completed_at"] is not None and dice.chance(20):
        made[0]["received_at"] = None
    place = lines.index(model) + 1
    lines[place:place] = made


def registration(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    """`registered_on` missing here and there, or of another year."""
    for line in lines:
        line["registered_on"] = dice.pick((None, line["registered_on"], date(2018, 12, 28), date(2019, 1, 3)))


def unlinked(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    link = dice.pick((None, "Akim 1", "Akim 2"))
    for line in lines:
        line["registered_by"] = link


def other_office(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    """Another office of the same kind, here for the whole application, there for one line."""
    column, value = dice.pick((("office", "Akim 2"), ("district", "D2"), ("office", "Provider 2")))
    for line in lines if dice.chance(70) else [dice.pick(lines)]:
        line[column] = value


def spaces(dice: Dice, _rulebook: Rulebook, lines: list[Line]) -> None:
    line = dice.pick(lines)
    line["office"] = line["office"].replace(" ", "  ") + " "
    line["step"] = f" {line['step'].replace('_', ' ').upper()} "


FAULTS: dict[Fault, int] = {
    drop_step: 10, drop_role: 7, drop_office: 2, drop_beginning: 4, done_too_early: 10, repeat: 6, duplicate: 7,
    swap_times: 5, wrong_year: 5, off_hours: 4, idle: 10, no_receipt: 6, bare: 8, unknown_step: 6, vague_step: 10, left_open: 8, role_fault: 9,
    same_person: 9, unknown_service: 6, other_channel: 9, extend: 6, outcome: 4, both_branches: 12, inner_steps: 9,
    registration: 4, unlinked: 3, other_office: 4, spaces: 2,
}  # fmt: skip
