"""Moments are read as the specification lists them; anything else is unknown, never guessed."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.journal.moments import read_moments

ZONE = "Asia/Almaty"

KNOWN = {
    "2018-03-05 10:11": datetime(2018, 3, 5, 10, 11),
    "2018-03-05 10:11:12": datetime(2018, 3, 5, 10, 11, 12),
    "2018-03-05T10:11:12": datetime(2018, 3, 5, 10, 11, 12),
    "2018-03-05T10:11": datetime(2018, 3, 5, 10, 11),
    "2018-03-05 10:11:12.5": datetime(2018, 3, 5, 10, 11, 12, 500_000),
    "2018-03-05 10:11:12.123456789": datetime(2018, 3, 5, 10, 11, 12, 123_456),
    "05.03.2018 10:11": datetime(2018, 3, 5, 10, 11),
    "05.03.2018 10:11:12": datetime(2018, 3, 5, 10, 11, 12),
    "2018-03-05": datetime(2018, 3, 5),
    "05.03.2018": datetime(2018, 3, 5),
    "29.02.2016": datetime(2016, 2, 29),
    "2018-03-05T04:11:12Z": datetime(2018, 3, 5, 10, 11, 12),
    "2018-03-05 04:11:12+00:00": datetime(2018, 3, 5, 10, 11, 12),
    "2018-03-05 01:11:12.25-0300": datetime(2018, 3, 5, 10, 11, 12, 250_000),
    "2018-03-05 10:11 +06": datetime(2018, 3, 5, 10, 11),
    "2024-07-01T00:00:00Z": datetime(2024, 7, 1, 5),  # Almaty is at +05 from 1 March 2024
}
UNKNOWN = (
    "5.3.18", "31.02.2018", "2018-02-29", "2018-13-01", "2018-3-05 10:11", "2018-03-05 24:00", "2018-03-05 10:60",
    "2018-03-05 10:11:60", "03/05/2018", "2018- 3-05 10:11:12", "+018-03-05 10:11:12", "2018-03-05 10", "0218-03-05",
    "20180305", "43164", "вчера", "2018-03-05 10:11 утра", "2018-03-05Z", "05.03.2018 9:00", "٢٠١٨-03-05", "00.00.0000",
)  # fmt: skip


@pytest.mark.parametrize("text", KNOWN)
def test_known_formats(text: str) -> None:
    read = read_moments(pl.Series("m", [text]), ZONE)
    assert read.moment.to_list() == [KNOWN[text]]
    assert read.bare.to_list() == [len(text) == 10]
    assert read.unknown is None


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_formats(text: str) -> None:
    read = read_moments(pl.Series("m", [text]), ZONE)
    assert read.moment.to_list() == [None]
    assert read.unknown is not None
    assert read.unknown.to_list() == [True]
    assert read.bare.to_list() == [False]


@given(st.lists(st.one_of(st.none(), st.sampled_from([*KNOWN, *UNKNOWN])), max_size=12))
def test_a_moment_is_read_the_same_whatever_stands_beside_it(texts: list[str | None]) -> None:
    read = read_moments(pl.Series("m", texts, dtype=pl.String), ZONE)
    assert read.moment.to_list() == [KNOWN.get(text or "") for text in texts]
    assert read.bare.to_list() == [text in KNOWN and len(text) == 10 for text in texts]
    unknown = [False] * len(texts) if read.unknown is None else read.unknown.to_list()
    assert unknown == [text in UNKNOWN for text in texts]


@given(
    st.datetimes(min_value=datetime(1900, 1, 1)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f"]),
)
def test_every_moment_comes_back(moment: datetime, shape: str) -> None:
    text = moment.strftime(shape)
    wanted = datetime.strptime(text, shape)
    assert read_moments(pl.Series("m", [text]), ZONE).moment.to_list() == [wanted]
