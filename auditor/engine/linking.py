"""What an audit says of links between two offices' journals: halves that may belong together, clocks that differ.

Nothing here is joined or judged; `auditor.engine.crossings` did both.
"""

from __future__ import annotations

import polars as pl

from auditor.engine.judge import Judgement
from auditor.language import Words

NEAREST = 3
"""Halves named for each application sent: those of the same person first, then with its number, then those nearest in time."""

_POSSIBLE = f"""
SELECT d.text AS district, o.text AS office, s.application_no, s.service, s.completed_at AS sent_at, e.text AS other_district, h.text AS other_office,
    p.application_no AS other_application_no, p.taken_at AS taken_up_at,
    CASE WHEN p.same_person THEN 'sure' WHEN p.same_number AND p.alone THEN 'high' WHEN p.same_number OR p.same_home OR p.alone THEN 'medium' ELSE 'low' END AS confidence,
    list_filter([CASE WHEN p.same_person THEN 'person' END, CASE WHEN p.same_number THEN 'number' END, CASE WHEN p.same_home THEN 'office' END, CASE WHEN p.alone THEN 'alone' END, 'service', 'time'], lambda k: k IS NOT NULL) AS reasons
FROM possible p JOIN sent s USING (eid)
JOIN spelled_district d ON d.code = s.office_key >> 32 JOIN spelled_office o ON o.code = s.office_key & 4294967295
JOIN spelled_district e ON e.code = p.office_key >> 32 JOIN spelled_office h ON h.code = p.office_key & 4294967295
QUALIFY row_number() OVER (PARTITION BY p.eid ORDER BY p.same_person DESC, p.same_number DESC, p.same_home DESC, abs(epoch_us(p.taken_at) - epoch_us(s.completed_at)), h.text, p.application_no) <= {NEAREST}
ORDER BY ALL
"""
_DIFFERENCES = """
SELECT d.text AS district, a.text AS sender, b.text AS receiver, c.n AS crossings, c.passed, round(-c.gap / 6e7)::BIGINT AS minutes, c.withheld
FROM clock_difference c JOIN spelled_district d ON d.code = c.receiver >> 32
JOIN spelled_office a ON a.code = c.sender & 4294967295 JOIN spelled_office b ON b.code = c.receiver & 4294967295 ORDER BY ALL
"""
_TORN = """
SELECT o.text AS office, d.text AS one, e.text AS other, sum(t.n)::BIGINT AS count FROM torn_pair t JOIN spelled_office o ON o.code = t.home
JOIN spelled_district d ON d.code = t.district JOIN spelled_district e ON e.code = t.other_district GROUP BY ALL ORDER BY ALL
"""


def possible_links(judgement: Judgement) -> pl.DataFrame:
    """Halves that may be one application: see `auditor.engine.result.Audit.possible_links`."""
    return judgement.table(_POSSIBLE)


def clock_differences(judgement: Judgement) -> pl.DataFrame:
    """Offices whose clocks differ: see `auditor.engine.result.Audit.clock_differences`."""
    return judgement.table(_DIFFERENCES)


def torn_applications(judgement: Judgement) -> pl.DataFrame:
    """office, one, other (districts), count: applications that stand under two districts (`auditor.engine.torn`)."""
    return judgement.table(_TORN)


def remarks(possible: pl.DataFrame, differences: pl.DataFrame, torn: pl.DataFrame, language: str) -> list[str]:
    """All three in words: a sentence for each pair of offices with different clocks and of districts, one for all possible links."""
    words = Words("links", language)
    told = [words("clock_difference", **row) for row in differences.iter_rows(named=True)]
    told += [words("two_districts", **row) for row in torn.iter_rows(named=True)]
    if len(possible):
        count = possible.select("district", "office", "application_no", "sent_at").n_unique()
        told.append(words("possible", count=count))
    return told
