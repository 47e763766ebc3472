"""Which encoding a text file is in, decided by its bytes.

A byte order mark decides; so does UTF-8, which no other encoding resembles for long. Among the one-byte encodings the letters of
running text tell cp866 from the Windows pages. KZ-1048 and Windows-1251 differ in sixteen bytes only: where one of them stands, the
word around it decides; where none does, both read the file alike. Sources of the tables: Python's own codecs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from pathlib import Path

from auditor.exports.source import Decision

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "kz1048", "cp866")
SHOWN = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1251": "Windows-1251",
    "kz1048": "KZ-1048",
    "cp866": "cp866",
}
SPELLINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16 le": "utf-16-le",
    "utf-16 be": "utf-16-be",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1251": "cp1251",
    "cp1251": "cp1251",
    "kz-1048": "kz1048",
    "kz1048": "kz1048",
    "cp866": "cp866",
}
"""How a profile may write an encoding, in lower case."""
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

PORTION = 1 << 20
TELLING = 1 << 18
"""Bytes of lines with other than ASCII letters that are enough to decide by."""
FIRST = 512
"""Bytes by which UTF-16 without a mark is known: a byte lost later shifts what follows."""
LONGEST_LISTENED = 4096
RUN = re.compile(rb"([\x80-\xff])\1{3,}")
MOSTLY = 0.9
UNLIKE = -4.6
"""Mean logarithm of the frequencies of letters below which a text is hardly Kazakh or Russian (running text: about -3)."""
CLOSE = 0.35

DECIDING = bytes(b for b in range(128, 256) if b != 0x98 and bytes([b]).decode("cp1251") != bytes([b]).decode("kz1048"))
"""The sixteen bytes in which KZ-1048 and Windows-1251 differ."""
ONLY_KAZAKH = frozenset("ҚқҺһӘәҢң")
"""Letters of KZ-1048 whose byte is, in Windows-1251, a letter of no language written here (Serbian, Macedonian)."""
NOT_DECIDING = bytes(b for b in range(256) if b not in DECIDING)

# Letters by their frequency in Kazakh and Russian running text, in ten thousandths of both together.
FREQUENT = {
    "а": 1020,
    "е": 780,
    "н": 680,
    "о": 660,
    "т": 560,
    "р": 540,
    "и": 480,
    "с": 430,
    "л": 430,
    "ы": 420,
    "д": 360,
    "в": 330,
    "к": 330,
    "м": 300,
    "і": 300,
    "п": 220,
    "у": 180,
    "б": 180,
    "қ": 160,
    "г": 130,
    "з": 130,
    "я": 120,
    "ғ": 120,
    "ә": 110,
    "й": 100,
    "ь": 90,
    "ж": 90,
    "ш": 90,
    "ч": 80,
    "ө": 80,
    "ң": 80,
    "ұ": 60,
    "х": 50,
    "ү": 50,
    "ю": 35,
    "ц": 25,
    "щ": 20,
    "э": 20,
    "ф": 20,
    "һ": 6,
    "ё": 5,
    "ъ": 3,
}
TYPOGRAPHIC = frozenset("№«»–—“”„’‘…\u00a0§°")
RARE = 0.00005
LONE_MARKS = re.compile(rb"(?:[\x00-\x7f]|(?<![0-9A-Za-z])[\xab\xbb\xb9\x85\x96\x97\xa0])*")
"""ASCII with nothing else than marks of Windows-1251 (`№`, `«`) before words."""

WORD = re.compile(r"[^\W\d_]+")
VOWELS = frozenset("аәеёиоөуұүыіэюяєї")
BACK_VOWELS = frozenset("аоұыуия")


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file: one of `ENCODINGS`, the bytes of its mark, and why."""

    name: str
    mark: bytes
    decision: Decision

    @property
    def label(self) -> str:
        """What a summary says: the mark is part of it."""
        return "utf-8-sig" if self.mark and self.name == "utf-8" else self.name


def detect(path: Path, stated: str | None = None) -> Encoding:
    """The encoding of a text file; `stated`: what a profile says it is. Raises OSError."""
    with path.open("rb") as file:
        first = file.read(FIRST)
    for mark, name in MARKS:
        if first.startswith(mark):
            contrary = stated is not None and stated != name
            values = {"stated": SHOWN.get(stated or "", "")} if contrary else {}
            return _decided(
                name, "encoding.mark_contrary" if contrary else "encoding.mark", mark=mark, doubtful=contrary, **values
            )
    if stated is not None:
        return _stated(path, stated)
    wide = _wide(first)
    if wide:
        return _decided(wide, "encoding.wide")
    sample = _telling_lines(path)
    if not sample:
        return _decided("utf-8", "encoding.ascii")
    return _of_sample(path, sample)


def _decided(name: str, evidence: str, *, mark: bytes = b"", doubtful: bool = False, **values: object) -> Encoding:
    return Encoding(name, mark, Decision("encoding", name, evidence, {"name": SHOWN[name], **values}, doubtful))


def _stated(path: Path, stated: str) -> Encoding:
    valid, broken = _as_utf8(_telling_lines(path)) if stated not in ("utf-16-le", "utf-16-be") else (0, 0)
    contrary = (stated != "utf-8" and valid > broken) or (stated == "utf-8" and broken > valid)
    return _decided(stated, "encoding.stated_contrary" if contrary else "encoding.stated", doubtful=contrary)


def _wide(first: bytes) -> str | None:
    """UTF-16 without a mark, by how its beginning reads in either order of bytes."""
    even = first[: len(first) // 2 * 2]
    read = {name: _plausible(even.decode(name, "replace")) for name in ("utf-16-le", "utf-16-be")}
    best = max(read, key=lambda name: read[name])
    return best if even and read[best] >= MOSTLY and min(read.values()) < MOSTLY else None


def _plausible(text: str) -> float:
    """The share of signs that journals hold: printable ASCII, Cyrillic, a few marks."""
    good = sum(
        1
        for sign in text
        if " " <= sign <= "~" or sign in "\t\r\n\ufeff" or "\u0400" <= sign <= "\u04ff" or sign in TYPOGRAPHIC
    )
    return good / len(text) if text else 0.0


def _telling_lines(path: Path) -> bytes:
    """The first lines that hold more than ASCII, wherever in the file they stand, `TELLING` bytes of them."""
    found: list[bytes] = []
    size = 0
    for block in _blocks(path):
        if block.isascii():
            continue
        for line in block.splitlines(keepends=True):
            if not line.isascii():
                found.append(line[:TELLING])
                size += len(found[-1])
                if size >= TELLING:
                    return b"".join(found)
    return b"".join(found)


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in portions of whole lines; a line longer than a portion is cut."""
    rest = b""
    with path.open("rb") as file:
        while data := file.read(PORTION):
            data = rest + data
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 or len(data)
            yield data[:end]
            rest = data[end:]
    if rest:
        yield rest


def _as_utf8(sample: bytes) -> tuple[int, int]:
    """How many letters beyond ASCII are valid UTF-8, and how many bytes are not."""
    text = sample.decode("utf-8", "surrogateescape")
    # The codecs leave out what they can't write; counting sign by sign took a tenth of the time of an audit of many small files.
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    broken = len(text) - len(text.encode("utf-8", "ignore").decode("utf-8"))
    return beyond - broken, broken


def _of_sample(path: Path, sample: bytes) -> Encoding:
    valid, broken = _as_utf8(sample)
    if not broken:
        return _decided("utf-8", "encoding.utf8", letters=valid)
    if valid >= broken:
        return _decided("utf-8", "encoding.utf8_mostly", doubtful=broken * 20 > valid, letters=valid, broken=broken)
    # One monstrous cell must not outvote all other rows.
    spoken = RUN.sub(rb"\1", b"\n".join(line[:LONGEST_LISTENED] for line in sample.splitlines()))
    likeness = {name: _likeness(spoken, name) for name in ("cp1251", "kz1048", "cp866")}
    windows = max(likeness["cp1251"], likeness["kz1048"])
    if not valid and not any(_words_of(sample, name) for name in likeness):
        if LONE_MARKS.fullmatch(sample):
            return _decided("cp1251", "encoding.same")
        # A few stray bytes in a file of ASCII: damage of their rows, no encoding of the file.
        return _decided("utf-8", "encoding.stray", broken=broken)
    if max(windows, likeness["cp866"]) < UNLIKE:
        best = "cp866" if likeness["cp866"] > windows else "cp1251"
        return _decided(best, "encoding.unlike", doubtful=True)
    close = abs(windows - likeness["cp866"]) < CLOSE
    if likeness["cp866"] > windows:
        return _decided("cp866", "encoding.letters_close" if close else "encoding.letters", doubtful=close)
    return _windows(path, sample, close=close)


def _likeness(sample: bytes, name: str) -> float:
    """Mean logarithm of the frequency of the letters beyond ASCII, were the sample in this encoding."""
    whole = sum(FREQUENT.values())
    high = Counter(sample.translate(None, bytes(range(128))))
    total = 0.0
    for byte, count in high.items():
        sign = bytes([byte]).decode(name, "replace")
        share = FREQUENT.get(sign.lower(), 0) / whole * (0.15 if sign.isupper() else 1.0)
        total += count * log(max(share, 0.005 if sign in TYPOGRAPHIC else RARE))
    return total / max(high.total(), 1)


def _words_of(sample: bytes, name: str) -> int:
    """Words of two and more letters that are all Cyrillic."""
    words = WORD.findall(sample.decode(name, "replace"))
    return sum(1 for word in words if len(word) > 1 and all("\u0400" <= sign <= "\u04ff" for sign in word))


def _windows(path: Path, sample: bytes, *, close: bool) -> Encoding:
    """KZ-1048 or Windows-1251, by the sixteen bytes."""
    lines = _deciding_lines(sample.splitlines()) or _deciding_lines(_all_lines(path))
    if not lines:
        return _decided("cp1251", "encoding.letters_close" if close else "encoding.same", doubtful=close)
    kazakh = windows = neither = 0
    for line in lines:
        # Both pages have letters in the same places, so that words are cut alike.
        pairs = zip(
            WORD.finditer(line.decode("kz1048", "replace")),
            WORD.finditer(line.decode("cp1251", "replace")),
            strict=False,
        )
        for kz, win in pairs:
            if kz.group() != win.group():
                is_kazakh, is_windows = _kazakh(kz.group()), _ukrainian(win.group())
                kazakh += is_kazakh
                windows += is_windows and not is_kazakh
                neither += not (is_kazakh or is_windows)
    best = "kz1048" if kazakh >= windows else "cp1251"
    clear = max(kazakh, windows) > 4 * (min(kazakh, windows) + neither)
    evidence = "encoding.deciding" if clear else "encoding.deciding_doubtful"
    return _decided(best, evidence, doubtful=not clear, kazakh=kazakh, other=windows, neither=neither)


def _all_lines(path: Path) -> Iterator[bytes]:
    for block in _blocks(path):
        if block.translate(None, NOT_DECIDING):
            yield from block.splitlines()


def _deciding_lines(lines: list[bytes] | Iterator[bytes], most: int = 2_000) -> list[bytes]:
    found = []
    for line in lines:
        if line.translate(None, NOT_DECIDING):
            found.append(line[:TELLING])
            if len(found) == most:
                break
    return found


def _cased(word: str) -> bool:
    return word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())


def _kazakh(word: str) -> bool:
    """Whether a word read as KZ-1048 can be one: Cyrillic, cased as words are, its ү, ғ, ө and ұ where they can stand."""
    if not _cased(word) or not all("\u0400" <= sign <= "\u04ff" for sign in word):
        return False
    if len(word) == 1 or ONLY_KAZAKH & set(word):
        return word[0] in ONLY_KAZAKH or len(word) > 1  # `Қ-12` is a number
    low = f" {word.lower()} "
    for at in range(1, len(low) - 1):
        beside = {low[at - 1], low[at + 1]} & VOWELS
        if low[at] in "үұө" and beside - {"ю"}:
            return False
        if low[at] == "ғ" and (low[at + 1] == " " or not beside or beside - BACK_VOWELS):
            return False
    return True


def _ukrainian(word: str) -> bool:
    """Whether a word read as Windows-1251 can be Ukrainian or Belarusian."""
    if len(word) < 2 or not _cased(word) or set(word.lower()) & set("ќћјѕ"):
        return False
    return all("\u0400" <= sign <= "\u04ff" for sign in word)
