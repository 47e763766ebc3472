"""The engine and the slow reference give the same findings and verdicts on invented journals."""

from __future__ import annotations

from collections import Counter

from engine.harness import run_engine
from hypothesis import HealthCheck, given, settings
from reference.reference import judge
from engine.strategies import journal

from auditor.law.load import load_rulebook
from auditor.paths import default_rules

RULES = load_rulebook(default_rules())


def compare(drawn, rulebook, buckets=1):
    entries, as_of, covers, quarantined, numbering = drawn
    expected = judge(entries, rulebook, as_of, covers, quarantined, numbering)
    actual = run_engine(entries, rulebook, as_of, covers, quarantined, numbering, buckets)
    missed = Counter(expected.found) - Counter(actual.found)
    invented = Counter(actual.found) - Counter(expected.found)
    assert not missed and not invented, "\n".join(
        ["", *(f"missed   {f}" for f in missed), *(f"invented {f}" for f in invented), *map(str, entries)]
    )
    assert actual.verdicts == expected.verdicts


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(drawn=journal(RULES))
def test_the_decree(drawn):
    """Every code, clock and verdict of the real rules."""
    compare(drawn, RULES)
