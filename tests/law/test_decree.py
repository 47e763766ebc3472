"""Every figure of the twenty procedures, written down again by hand from a second reading of the decree.

One line a step: who, what, the limit (m minutes, h hours, d working days, - none), the clauses, and marks:
`?` not required, `.` ends the procedure, `~` its lateness is not the office's alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.law.load import load_rulebook
from auditor.law.types import Edition, Limit, Rulebook, Step

AT_THE_PROVIDER = {
    1: """
        register provider_chancery 15m 5.1.1 7.1.1
        resolve  provider_head      1d 5.1.2 7.1.2
        prepare  provider_executor  5d 5.1.3 7.1.3
        sign     provider_head      1h 5.1.4 7.1.4
        issue    provider_chancery 15m 5.1.5 7.1.5 .~
    """,
    2: """
        register provider_chancery 15m 5.1.1 7.1.1
        resolve  provider_head      1d 5.1.2 7.1.2
        prepare  provider_executor  5d 5.1.3 7.1.3
        sign     provider_head      1h 5.1.4 7.1.4
        issue    provider_chancery 15m 5.1.5 7.1.5 .~
    """,
    3: """
        register provider_chancery  3m 5.1.1 7.1.1
        resolve  provider_head      3m 5.1.2 7.1.2
        prepare  provider_executor  3m 5.1.3 7.1.3
        sign     provider_head      3m 5.1.4 7.1.4
        issue    provider_chancery  3m 5.1.5 7.1.5 .~
    """,
    6: """
        register provider_chancery  2m 5.1 7.1
        resolve  provider_head      5m 5.2 7.2
        prepare  provider_executor 20m 5.3 7.3
        sign     provider_head      2m 5.4 7.4
        issue    provider_chancery  1m 5.5 7.5 .~
    """,
    7: """
        register provider_chancery 30m 5.1 7.1
        resolve  provider_head      1d 5.2 7.2
        prepare  provider_executor 15d 5.3 7.3
        sign     provider_head      1h 5.4 7.4
        issue    provider_chancery 30m 5.5 7.5 .~
    """,
    8: """
        register provider_chancery 30m 5.1 7.1
        resolve  provider_head      1d 5.2 7.2
        prepare  provider_executor 12d 5.3 7.3
        sign     provider_head      1h 5.4 7.4
        issue    provider_chancery 30m 5.5 7.5 .~
    """,
    9: """
        register provider_chancery 15m 5.1.1 7.1.1
        resolve  provider_head      1d 5.1.2 7.1.2
        prepare  provider_executor  8d 5.1.3 7.1.3
        sign     provider_head      1h 5.1.4 7.1.4
        issue    provider_chancery 15m 5.1.5 7.1.5 .~
    """,
    10: """
        register provider_chancery  2m 5.1 7.1
        resolve  provider_head      2m 5.2 7.2
        prepare  provider_executor  3m 5.3 7.3
        sign     provider_head      2m 5.4 7.4
        issue    provider_chancery  1m 5.5 7.5 .~
    """,
    11: """
        register provider_chancery  2m 5.1 7.1
        resolve  provider_head      2m 5.2 7.2
        prepare  provider_executor  3m 5.3 7.3
        sign     provider_head      2m 5.4 7.4
        issue    provider_chancery  1m 5.5 7.5 .~
    """,
}

AT_THE_AKIM = {
    1: """
        akim_register akim_specialist   15m 5.2.1 7.2.1
        akim_resolve  akim               1d 5.2.2 7.2.2
        akim_prepare  akim_executor      8d 5.2.3 7.2.3
        akim_sign     akim               1d 5.2.4 7.2.4
        register      provider_chancery 15m 5.2.5 7.2.5
        resolve       provider_head      1d 5.2.6 7.2.6
        prepare       provider_executor  5d 5.2.7 7.2.7
        sign          provider_head      1h 5.2.8 7.2.8
        dispatch      provider_chancery 15m 5.2.9 7.2.9
        akim_issue    akim               1d 5.2.10 7.2.10 .~
    """,
    2: """
        akim_register akim_specialist   15m 5.2.1 7.2.1
        akim_resolve  akim               1d 5.2.2 7.2.2
        akim_prepare  akim_executor      8d 5.2.3 7.2.3
        akim_sign     akim               1d 5.2.4 7.2.4
        register      provider_chancery 15m 5.2.5 7.2.5
        resolve       provider_head      1d 5.2.6 7.2.6
        prepare       provider_executor  5d 5.2.7 7.2.7
        sign          provider_head      1h 5.2.8 7.2.8
        dispatch      provider_chancery 15m 5.2.9 7.2.9
        akim_issue    akim               1d 5.2.10 7.2.10 .~
    """,
    3: """
        akim_register akim_specialist    3m 5.2.1 7.2.1
        akim_resolve  akim               3m 5.2.2 7.2.2
        akim_prepare  akim_executor      3m 5.2.3 7.2.3
        akim_sign     akim               3m 5.2.4 7.2.4
        akim_issue    akim_chancery      3m 5.2.5 7.2.5 .~
    """,
    9: """
        akim_register akim_specialist   15m 5.2.1 7.2.1
        akim_resolve  akim               1d 5.2.2 7.2.2
        akim_prepare  akim_executor      2d 5.2.3 7.2.3
        akim_sign     akim               1d 5.2.4 7.2.4
        register      provider_chancery 15m 5.2.5 7.2.5
        resolve       provider_head      1d 5.2.6 7.2.6
        prepare       provider_executor  8d 5.2.7 7.2.7
        sign          provider_head      1d 5.2.8 7.2.8
        dispatch      provider_chancery 15m 5.2.9 7.2.9
        akim_issue    akim               1d 5.2.10 7.2.10 .~
    """,
}

# Clauses 8 and 9 were compared word by word in items 1, 2, 3 and 9: the same actions and figures.
AT_THE_CORPORATION = """
    submit           applicant          2m 8.1 ~
    authorise        corporation_worker 1m 8.2
    enter_request    corporation_worker 2m 8.3
    query_registries system             2m 8.4 ~
    check_registries system             1m 8.5 ~
    no_data_notice   system             1m 8.6 ?.~
    send_documents   corporation_worker 1m 8.7
    register_gateway system             1m 9.1 ~
    check_documents  provider           1m 9.2 ~
    refusal_notice   system             1m 9.3 ?~
    collect          applicant          2m 9.4 .~
"""

# Clause 10 of item 3 and clause 8 of items 6 and 10: eleven actions each, none with a figure.
ON_THE_PORTAL = """
    portal_register   applicant - {}.1 ?~
    portal_login      applicant - {}.2 ~
    check_login       system    - {}.3 ~
    login_refused     system    - {}.4 ?.~
    submit_request    applicant - {}.5 ~
    check_signature   system    - {}.6 ~
    signature_refused system    - {}.7 ?.~
    forward_request   system    - {}.8 ~
    check_documents   provider  - {}.9
    deficiency_notice system    - {}.10 ?.~
    receive_result    applicant - {}.11 .~
"""

TABLES = {
    **{(item, "provider"): table for item, table in AT_THE_PROVIDER.items()},
    **{(item, "akim"): table for item, table in AT_THE_AKIM.items()},
    **{(item, "corporation"): AT_THE_CORPORATION for item in (1, 2, 3, 9)},
    **{(item, "portal"): ON_THE_PORTAL.format(*[clause] * 11) for item, clause in ((3, 10), (6, 8), (10, 8))},
}

FIRST, CHANGED, ADDED, REPEALED = "2016-07-03", "2017-07-10", "2017-12-04", "2019-06-29"
PERIODS = {
    **{key: [(FIRST, REPEALED, "exact")] for key in TABLES},
    **{
        (item, channel): [(FIRST, CHANGED, "later_wording"), (CHANGED, REPEALED, "exact")]
        for item in (1, 2, 3, 9)
        for channel in ("provider", "akim")
    },
    **{key: [(ADDED, REPEALED, "exact")] for key in TABLES if key[1] == "portal" or key[0] in (6, 10, 11)},
}

SERVICES = {
    1: "targeted_assistance",
    2: "child_allowance",
    3: "recipient_certificate",
    6: "employment_referral",
    7: "institutional_care",
    8: "home_care",
    9: "rural_fuel_assistance",
    10: "job_seeker_registration",
    11: "unemployed_registration",
}


@pytest.fixture(scope="module")
def rulebook(repo: Path) -> Rulebook:
    return load_rulebook(repo / "rules")


def written(limit: Limit | None) -> str:
    return "-" if limit is None else f"{limit.value}{ {'minute': 'm', 'hour': 'h', 'working_day': 'd'}[limit.unit] }"


def as_line(step: Step) -> str:
    marks = ("" if step.required else "?") + ("." if step.ends else "") + ("" if step.accuses else "~")
    return " ".join(filter(None, [step.id, step.role, written(step.limit), *step.citation, marks]))


def editions(rulebook: Rulebook, item: int, channel: str) -> tuple[Edition, ...]:
    procedure = rulebook.procedure(SERVICES[item], channel)
    assert procedure is not None
    return procedure.editions


def test_there_are_twenty_procedures_of_nine_services(rulebook: Rulebook) -> None:
    """Items 4 and 5 were struck out; no channel more or less than the decree's."""
    assert {s.item: s.id for s in rulebook.services.values()} == SERVICES
    assert {(p.item, p.channel) for s in rulebook.services.values() for p in s.procedures} == set(TABLES)
    assert len(TABLES) == 20


@pytest.mark.parametrize(("item", "channel"), list(TABLES))
def test_steps_limits_and_clauses(rulebook: Rulebook, item: int, channel: str) -> None:
    """Each edition has the decree's steps, in its order, with its figures and clauses."""
    table = [" ".join(line.split()) for line in TABLES[item, channel].strip().splitlines()]
    for edition in editions(rulebook, item, channel):
        assert [as_line(step) for step in edition.steps] == table


@pytest.mark.parametrize(("item", "channel"), list(TABLES))
def test_first_and_last_days(rulebook: Rulebook, item: int, channel: str) -> None:
    """When each edition begins, when it ends, and whether its wording is the one of that time."""
    found = [(str(e.in_force_from), str(e.in_force_to), e.basis) for e in editions(rulebook, item, channel)]
    assert found == PERIODS[item, channel]


def test_the_one_contradiction_of_figures(rulebook: Rulebook) -> None:
    """Item 9 via the akim: the head signs in an hour by clause 5, in a working day by clause 7."""
    disputed = [
        (p.item, p.channel, s.id, written(s.limit), s.limit.citation if s.limit else (), written(s.stricter_limit))
        for v in rulebook.services.values()
        for p in v.procedures
        for s in p.editions[-1].steps
        if s.stricter_limit is not None
    ]
    assert disputed == [(9, "akim", "sign", "1d", ("7.2.8",), "1h")]


def test_every_other_limit_cites_what_its_step_cites(rulebook: Rulebook) -> None:
    """A limit's own citation names both clauses wherever they agree."""
    for service in rulebook.services.values():
        for procedure in service.procedures:
            for step in procedure.editions[-1].steps:
                if step.limit is not None and step.stricter_limit is None:
                    assert step.limit.citation == step.citation, (service.id, procedure.channel, step.id)


def test_what_a_branch_makes_unneeded(rulebook: Rulebook) -> None:
    """A refusal at the corporation or a notice of faults on the portal makes the collecting not required."""
    unless = {
        (p.item, p.channel, s.id): s.required_unless
        for v in rulebook.services.values()
        for p in v.procedures
        for s in p.editions[-1].steps
        if s.required_unless
    }
    assert unless == {
        **{(item, "corporation", "collect"): ("refusal_notice",) for item in (1, 2, 3, 9)},
        **{(item, "portal", "receive_result"): ("deficiency_notice",) for item in (3, 6, 10)},
    }
    vague = [
        s.id
        for v in rulebook.services.values()
        for p in v.procedures
        for s in p.editions[-1].steps
        if s.ends_basis != "exact"
    ]
    assert vague == ["deficiency_notice"] * 3


UNITS = {"provider", "provider_chancery", "provider_head", "provider_executor"}


@pytest.mark.parametrize(
    ("item", "channel", "step", "accepted"),
    [
        (1, "provider", "register", {"provider_chancery", "provider"}),
        (1, "akim", "sign", {"provider_head", "provider"}),
        (1, "akim", "akim_issue", {"akim"}),
        (3, "akim", "akim_issue", {"akim_chancery", "akim_specialist", "akim_executor"}),
        (1, "corporation", "submit", {"applicant", "corporation_worker"}),
        (1, "corporation", "send_documents", {"corporation_worker", "system"}),
        (1, "corporation", "query_registries", {"system", "corporation_worker"}),
        (1, "corporation", "check_documents", UNITS),
        (1, "corporation", "refusal_notice", {"system"} | UNITS),
        (1, "corporation", "collect", {"applicant", "corporation_worker"}),
        (6, "portal", "forward_request", {"system"} | UNITS),
        (6, "portal", "deficiency_notice", {"system"} | UNITS),
        (6, "portal", "check_documents", UNITS),
        (6, "portal", "receive_result", {"applicant"}),
    ],
)
def test_accepted_roles(rulebook: Rulebook, item: int, channel: str, step: str, accepted: set[str]) -> None:
    """Whose entry is no wrong role, where the text names the office, two people or nobody."""
    for edition in editions(rulebook, item, channel):
        assert next(set(s.accepts) for s in edition.steps if s.id == step) == accepted


@pytest.mark.parametrize(
    ("act", "first_day", "assumed_until"),
    [
        ("37/03", "2016-07-03", "2016-08-02"),
        ("38/07", "2017-07-10", "2017-08-09"),
        ("75/02", "2017-12-04", "2018-01-03"),
        ("37/02", "2019-06-29", "None"),
    ],
)
def test_acts(rulebook: Rulebook, act: str, first_day: str, assumed_until: str) -> None:
    """The earliest possible day of each act, for thirty days an assumption; a remark says what to do about it."""
    found = rulebook.acts[act]
    assert (str(found.in_force_from), str(found.assumed_until)) == (first_day, assumed_until)
    assert "publication date was not found" in found.remark["en"]
    assert "Put the right day here" in found.remark["en"]
    for service in rulebook.services.values():
        for procedure in service.procedures:
            for edition in procedure.editions:
                if edition.in_force_from == found.in_force_from:
                    assert edition.assumed_until == found.assumed_until


def test_a_later_wording_says_why(rulebook: Rulebook) -> None:
    """An edition that borrows its wording has the reason with it; the others need none."""
    for service in rulebook.services.values():
        for procedure in service.procedures:
            for edition in procedure.editions:
                assert bool(edition.reason) == (edition.basis == "later_wording")


def test_targeted_assistance_was_overtaken(rulebook: Rulebook) -> None:
    """From 2018 a statute has another process for item 1 alone."""
    notes = {s.item: [(str(n.since), n.until, n.basis) for n in s.notes] for s in rulebook.services.values() if s.notes}
    assert notes == {1: [("2018-01-01", None, "overtaken_by_statute")]}


def test_a_date_is_corrected_in_one_place(repo: Path, tmp_path: Path) -> None:
    """Who finds the publication date changes one line, and all editions of that act move."""
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(repo / "rules", rules)
    file = rules / "regulation.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("in_force_from: 2017-07-10\n    assumed_until: 2017-08-09\n", "in_force_from: 2017-07-25\n")
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    first, second = editions(load_rulebook(rules), 9, "akim")
    assert (str(first.in_force_to), str(second.in_force_from), second.assumed_until) == (
        "2017-07-25",
        "2017-07-25",
        None,
    )


def test_totals_come_from_the_overlay_only_when_it_is_enabled(repo: Path, tmp_path: Path, rulebook: Rulebook) -> None:
    """The standard of 2014 is off; when on, every edition of the procedures it names has its total."""
    import shutil

    assert rulebook.overlays == ()
    assert not [e for s in rulebook.services.values() for p in s.procedures for e in p.editions if e.total]
    rules = tmp_path / "rules"
    shutil.copytree(repo / "rules", rules)
    file = rules / "overlays" / "standard_217_2014.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("enabled: no", "enabled: yes"), encoding="utf-8")
    enabled = load_rulebook(rules)
    totals = {
        (p.item, p.channel): {written(e.total) for e in p.editions}
        for s in enabled.services.values()
        for p in s.procedures
        if any(e.total for e in p.editions)
    }
    assert totals == {
        (1, "provider"): {"7d"},
        (1, "akim"): {"22d"},
        (2, "provider"): {"7d"},
        (2, "akim"): {"22d"},
        (3, "provider"): {"15m"},
        (3, "akim"): {"15m"},
        (3, "corporation"): {"3d"},
        (6, "provider"): {"30m"},
        (6, "portal"): {"1d"},
        (7, "provider"): {"17d"},
        (8, "provider"): {"14d"},
        (9, "provider"): {"10d"},
        (9, "akim"): {"15d"},
    }
    assert enabled.overlays == ("standard_217_2014",)
    assert enabled.sha256 != rulebook.sha256
    assert enabled.calendar_sha256 == rulebook.calendar_sha256


def test_allowances_are_ours(rulebook: Rulebook) -> None:
    """One working day to hand over, five for the post, no pair of roles kept apart: and said to be ours."""
    assert (rulebook.handover.value, rulebook.handover.unit) == (1, "working_day")
    assert (rulebook.carriage.value, rulebook.carriage.unit) == (5, "working_day")
    assert "our assumption" in rulebook.handover.citation[0]
    assert "our assumption" in rulebook.carriage.citation[0]
    assert rulebook.keep_apart == ()


def test_roles(rulebook: Rulebook) -> None:
    """Each role's office, and which of them is no person."""
    assert {r.id: r.office_kind for r in rulebook.roles.values()} == {
        "provider_chancery": "provider",
        "provider_head": "provider",
        "provider_executor": "provider",
        "akim_specialist": "akim",
        "akim": "akim",
        "akim_executor": "akim",
        "akim_chancery": "akim",
        "corporation_worker": "corporation",
        "applicant": "channel",
        "system": "channel",
        "provider": "provider",
    }
    assert [r.id for r in rulebook.roles.values() if not r.human] == ["system"]
