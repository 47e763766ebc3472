"""What a scan calls tidy needs no trimming; the careful way says the same."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.exports.proof import Condition, condition
from auditor.journal.rows import UNFOLDED, clean

SPACES = "\u0085\u00a0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\t\v\f"


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("text", ["а{}б;№ 1 – «в»\n", "{}а;б\n", "а;б{}\n"])
def test_every_white_space_is_seen(space: str, text: str) -> None:
    data = bytearray((text.format(space) * 3).encode())
    assert condition(data, len(data), ";") is Condition.UNTIDY


@given(cells=st.lists(st.text(st.sampled_from("абв №«–—'`" + SPACES), max_size=5), min_size=1, max_size=8))
def test_tidy_texts_are_left_as_they_are(cells: list[str]) -> None:
    """Of what is called tidy, cleaning changes nothing."""
    data = bytearray((";".join(cells) + "\n").encode())
    if condition(data, len(data), ";") is Condition.TIDY:
        frame = pl.DataFrame({"0": cells}).select(pl.when(pl.col("0") != "").then("0"))
        assert clean(frame).equals(frame)
        assert not frame["0"].str.contains(UNFOLDED).any()
