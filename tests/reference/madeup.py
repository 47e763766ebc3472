"""A small made-up rulebook, with what the real rules have little of: hours, branches, totals, pairs kept apart.

Its calendar is known from 2018 to the middle of 2019 only; 2018's days off are the real ones.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auditor.law.types import (
    Calendar,
    DayOff,
    Edition,
    Hours,
    Limit,
    Note,
    Procedure,
    Role,
    Rulebook,
    Service,
    Step,
    Unit,
    Vocabulary,
)

H = 3600
DAYS_OFF = (
    "2018-01-01 2018-01-02 2018-03-08 2018-03-09 2018-03-21 2018-03-22 2018-03-23 2018-04-30 2018-05-01 2018-05-07 "
    "2018-05-08 2018-05-09 2018-07-06 2018-08-21 2018-08-30 2018-08-31 2018-12-01 2018-12-03 2018-12-16 2018-12-17 "
    "2018-12-18 2018-12-31 2019-01-01 2019-01-02 2019-01-07"
)
MOVED = "2018-03-03 2018-04-28 2018-05-05 2018-08-25 2018-12-29"


def days(text: str, kind: str) -> dict[date, DayOff]:
    return {date.fromisoformat(d): DayOff(date.fromisoformat(d), kind, {}, "made up") for d in text.split()}


def calendar(kind: str, *intervals: tuple[float, float], last: int = 5, always: bool = False) -> Calendar:
    day = tuple((int(a * H), int(b * H)) for a, b in intervals)
    hours = Hours(date(2018, 1, 1), None, {n: day if n <= last else () for n in range(1, 8)}, day, {"en": "made up"})
    return Calendar(
        kind,
        "Asia/Almaty",
        date(2018, 1, 1),
        date(2019, 6, 30),
        (hours,),
        {} if always else days(DAYS_OFF, "holiday"),
        {} if always or last == 6 else days(MOVED, "moved"),
    )


CALENDARS = {
    "provider": calendar("provider", (9, 13), (14.5, 18.5)),
    "akim": calendar("akim", (9, 13), (14, 18)),
    "corporation": calendar("corporation", (9, 20), last=6),
    "portal": calendar("portal", (0, 24), last=7, always=True),
}

ROLES = {
    "provider_chancery": "provider",
    "provider_head": "provider",
    "provider_executor": "provider",
    "provider": "provider",
    "akim_specialist": "akim",
    "akim": "akim",
    "corporation_worker": "corporation",
    "applicant": "channel",
    "system": "channel",
}


def limit(text: str) -> Limit | None:
    """`15 minute`; empty: none."""
    if not text:
        return None
    value, unit = text.split()
    units: dict[str, Unit] = {"minute": "minute", "hour": "hour", "working_day": "working_day"}
    return Limit(int(value), units[unit], ("made up",))


def step(
    name: str,
    role: str,
    term: str = "",
    *,
    stricter: str = "",
    required: bool = True,
    ends: bool = False,
    accuses: bool = True,
    unless: tuple[str, ...] = (),
    handover: str = "",
    accepts: tuple[str, ...] = (),
    ends_basis: str = "exact",
) -> Step:
    return Step(
        id=name,
        role=role,
        accepts=(role, *accepts),
        limit=limit(term),
        stricter_limit=limit(stricter),
        citation=("made up",),
        required=required,
        ends=ends,
        accuses=accuses,
        required_unless=unless,
        handover=limit(handover),
        names={"en": (name.replace("_", " "),)},
        ends_basis=ends_basis,  # type: ignore[arg-type]
    )


BENEFIT = (
    step("register", "provider_chancery", "15 minute"),
    step("read_through", "provider_head", "2 hour", handover="2 working_day"),
    step("request_papers", "provider_executor", "1 working_day", required=False),
    step("work_out", "provider_executor", "3 working_day", stricter="2 working_day", accepts=("provider_head",)),
    step("return_unread", "provider_chancery", "30 minute", required=False, ends=True, ends_basis="ambiguous"),
    step("approve", "provider_head", "4 hour", stricter="1 hour"),
    step("pay", "provider_executor"),
    step("decline", "provider_head", "1 working_day"),
    step("write_why", "provider_executor", "1 hour"),
    step("enter_in_register", "provider_chancery", "1 hour", unless=("decline",)),
    step("hand_over", "provider_chancery", "1 working_day", accuses=False, ends=True),
)
BRANCHES = ((("approve", "pay"), ("decline", "write_why")),)
BY_AKIM = (
    step("accept", "akim_specialist", "30 minute"),
    step("look_at", "akim", "1 hour", stricter="30 minute"),
    step("send", "akim_specialist", "2 working_day"),
    step("register", "provider_chancery", "15 minute"),
    step("decide", "provider_head", "5 working_day"),
    step("send_back", "provider_chancery", "1 hour"),
    step("tell", "akim_specialist", "3 working_day", accuses=False),
)
BY_CORPORATION = (
    step("take_in", "corporation_worker", "15 minute"),
    step("pass_on", "corporation_worker", "1 working_day"),
    step("provider_works", "provider", "7 working_day", accuses=False),
    step("give_out", "corporation_worker", "20 minute", accuses=False),
)
BY_PORTAL = (
    step("sign_up", "applicant", required=False),
    step("fill_in", "applicant"),
    step("check", "system", "5 minute", accuses=False),
    step("provider_works", "provider", "7 working_day"),
    step("answer", "system"),
)


def service(name: str, item: int, notes: tuple[Note, ...], **channels: tuple[Edition, ...]) -> Service:
    procedures = tuple(Procedure(name, item, channel, editions) for channel, editions in channels.items())
    return Service(name, item, {"en": (name,)}, {}, procedures, notes)


def made_up() -> Rulebook:
    first, change, end = date(2018, 1, 10), date(2018, 12, 4), date(2019, 6, 1)
    later = Edition(first, change, "later_wording", None, BENEFIT[:4] + BENEFIT[5:], BRANCHES)
    benefit = Edition(change, end, "exact", date(2018, 12, 20), BENEFIT, BRANCHES, limit("6 working_day"))
    exact = Edition(first, end, "exact", None, BENEFIT, BRANCHES, limit("6 working_day"))
    akim = Edition(first, end, "exact", None, BY_AKIM, (), limit("12 working_day"))
    note = Note(date(2018, 6, 1), date(2018, 9, 1), "overtaken_by_statute", "made up", {})
    services = {
        "benefit": service(
            "benefit",
            1,
            (),
            provider=(later, benefit),
            corporation=(Edition(first, end, "exact", None, BY_CORPORATION),),
            portal=(Edition(change, end, "exact", None, BY_PORTAL),),
        ),
        "grant": service("grant", 2, (note,), provider=(exact,), akim=(akim,)),
    }
    steps = {
        (s.id, p.channel): {
            spelling: tuple(dict.fromkeys(x.id for e in p.editions for x in e.steps if spelling in (x.id, word(x))))
            for e in p.editions
            for x in e.steps
            for spelling in (x.id, word(x))
        }
        for s in services.values()
        for p in s.procedures
    }
    # One spelling for two steps: the role decides, or nothing does.
    for fits in steps.values():
        if "approve" in fits:
            fits["decision"] = ("approve", "write_why")
            fits["signature"] = ("read_through", "approve")
    return Rulebook(
        id="made_up",
        titles={"en": "Made up"},
        act_label={"en": "made up"},
        zone="Asia/Almaty",
        acts={},
        services=services,
        roles={
            name: Role(name, kind, name != "system", {"en": (name.replace("_", " "),)})  # type: ignore[arg-type]
            for name, kind in ROLES.items()
        },
        channel_names={c: {"en": (c,)} for c in ("provider", "akim", "corporation", "portal")},
        calendars=CALENDARS,
        handover=Limit(1, "working_day", ("made up",)),
        carriage=Limit(5, "working_day", ("made up",)),
        keep_apart=(("provider_executor", "provider_head"),),
        vocabulary=Vocabulary(
            services={"the benefit": "benefit", "the grant": "grant"},
            channels={"at the counter": "provider"},
            roles={r.replace("_", " "): r for r in ROLES},
            deputies={"acting head": "provider_head"},
            outcomes={o: o for o in ("granted", "refused", "no_data", "withdrawn", "moved")},
            steps=steps,
        ),
        sha256="0" * 64,
        calendar_sha256="0" * 64,
    )


def word(step: Step) -> str:
    return step.id.replace("_", " ")


def with_more(real: Rulebook) -> Rulebook:
    """The real rules with what they leave out: a total for every edition, and a pair of roles kept apart."""

    def dated(edition: Edition) -> Edition:
        return replace(edition, total=Limit(7, "working_day", ("made up",)))

    services = {
        s.id: replace(s, procedures=tuple(replace(p, editions=tuple(map(dated, p.editions))) for p in s.procedures))
        for s in real.services.values()
    }
    pairs = (("provider_head", "provider_executor"), ("akim", "akim_executor"))
    return replace(real, id=f"{real.id}-more", services=services, keep_apart=pairs)
