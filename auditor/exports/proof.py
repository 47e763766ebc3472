"""One look over a stretch of a file: may the fast reader have it as it is?

Searching for single bytes that are not there costs next to nothing; one pattern of few literals costs a scan. All else
is asked only where a byte gives reason to.
"""

from __future__ import annotations

import re
import struct
from enum import Enum
from functools import cache

import polars as pl
import pyarrow as pa

ODD_SPACE_E2 = re.compile(rb"\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)")
"""U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, beside `№` and dashes that begin with the same byte."""
RARE_SPACES = ("\u1680".encode(), "\u3000".encode(), "\ufeff".encode())
OTHER_SPACE = (b"\t", b"\x0b", b"\x0c")
LONGEST_INLINE = 12


class Condition(Enum):
    """TIDY: as it should be. UNTIDY: one row a line, but texts may need trimming. TORN: to be split by hand."""

    TIDY = 0
    UNTIDY = 1
    TORN = 2


@cache
def _patterns(delimiter: str) -> tuple[str, str]:
    d = "\\t" if delimiter == "\t" else delimiter
    return rf"\n\n|[{d}\n][ ']| [ {d}\n]", rf"\n\n|[{d}\n][ ']| [ {d}\n\r]"


def condition(data: bytearray, end: int, delimiter: str) -> Condition:
    """The condition of the first `end` bytes: whole lines (the last may lack its line break)."""
    if data.find(b'"', 0, end) >= 0 or data.find(b"\0", 0, end) >= 0 or data[:1] in b"\r\n":
        return Condition.TORN
    text = _as_text(data, end)
    if text is None:
        return Condition.TORN
    lf_only, with_cr = _patterns(delimiter)
    has_cr = data.find(b"\r", 0, end) >= 0
    if has_cr and text.str.contains(r"\r[^\n]|\n\r").item():
        return Condition.TORN
    if text.str.contains(with_cr if has_cr else lf_only).item():
        return Condition.TORN if text.str.contains("\n\n").item() else Condition.UNTIDY
    if data[:1] in b" '" or data[end - 1 : end] == b" ":
        return Condition.UNTIDY
    spaces = [space for space in OTHER_SPACE if space != delimiter.encode()]
    if any(data.find(space, 0, end) >= 0 for space in spaces):
        return Condition.UNTIDY
    return Condition.UNTIDY if _odd_space(data, end, text) else Condition.TIDY


def _odd_space(data: bytearray, end: int, text: pl.Series) -> bool:
    """Whether white space beyond ASCII occurs, each kind looked for as costs least: a pattern of many letters scans five times slower."""
    if data.find(b"\xc2", 0, end) >= 0 and text.str.contains("[\u0085\u00a0]").item():
        return True
    if data.find(b"\xe2", 0, end) >= 0 and ODD_SPACE_E2.search(data, 0, end):
        return True
    return any(data.find(space[:1], 0, end) >= 0 and data.find(space, 0, end) >= 0 for space in RARE_SPACES)


def _as_text(data: bytearray, end: int) -> pl.Series | None:
    """The bytes as one text, without a copy; None if they are not UTF-8."""
    # One string view over our own bytes: its length, its first four bytes, buffer 0, offset 0. Short texts lie in the view.
    if end <= LONGEST_INLINE:
        whole = pa.array([bytes(data[:end])], pa.binary()).view(pa.string())
    else:
        view = pa.py_buffer(struct.pack("<i4sii", end, bytes(data[:4]), 0, 0))
        whole = pa.Array.from_buffers(pa.string_view(), 1, [None, view, pa.py_buffer(memoryview(data)[:end])])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return pl.Series(whole)
