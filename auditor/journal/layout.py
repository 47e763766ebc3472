"""The head of an export: encoding, delimiter, header, and which column is which.

Each file is looked at before any is read, so that one message names every file that can't be taken.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import InputError
from auditor.exports.records import Shape, split_cells
from auditor.exports.source import Source
from auditor.journal.header import HeaderMatch, match_header, refusal
from auditor.journal.profile import MOMENTS, REQUIRED, Profile, fold_name

HEAD = 1 << 18
DELIMITERS = (",", ";", "\t")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
HEADER_LINES = 100
"""A quoted header name may hold line breaks, but not more of them."""
FEW_LINES = 10
MOSTLY = 0.9


@dataclass(frozen=True)
class Layout:
    """How one export is to be read.

    header: its names, made unique. match: which of them is which canonical column. data_offset and data_line: byte and physical line
    (from 1) after the header. blank_lines: those above the header.
    """

    source: Source
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    match: HeaderMatch
    data_offset: int
    data_line: int
    blank_lines: int

    @property
    def label(self) -> str:
        """What people see as the file."""
        return self.source.label

    @property
    def columns(self) -> dict[str, int]:
        """Canonical name to position; without those of single steps, where a row holds several."""
        return self.match.columns

    @property
    def extra(self) -> dict[str, int]:
        """The columns that are not canonical: name to position."""
        return {name: at for at, name in enumerate(self.header) if at not in self.match.whole}

    @property
    def shape(self) -> Shape:
        """What a whole record looks like, for the careful road."""
        return Shape(
            self.delimiter,
            len(self.header),
            tuple(self.columns[name] for name in REQUIRED if name in self.columns),
            tuple(
                at
                for columns in (self.columns, *self.match.step_columns)
                for name, at in columns.items()
                if name in MOMENTS
            ),
        )


def survey_exports(paths: list[Path], profile: Profile) -> list[Layout]:
    """The layouts of all exports, in their order. Raises one InputError that names every file that can't be taken."""
    layouts: list[Layout] = []
    faults: list[InputError] = []
    for path in paths:
        try:
            layouts.append(survey(Source(path, path.as_posix()), profile))
        except InputError as fault:
            faults.append(fault)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise InputError("\n".join(map(str, faults)))
    return layouts


def survey(source: Source, profile: Profile) -> Layout:
    """The layout of one source. Raises InputError: unreadable, empty, not UTF-8, a column missing or met twice."""
    path, label = source.path, source.label
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as fault:
        raise InputError(f"The file can't be read: {fault.strerror or fault}.", where=label) from fault
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError("The file is empty: it has no header.", where=label, hint="Export the journal again.")
    _refuse_other_encodings(head, label)
    bom = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    lines = head[bom:].splitlines(keepends=True)  # bytes: at CR, LF and CR LF only
    blank = next(at for at, line in enumerate(lines) if line.strip())
    tried = [_header(lines[blank:], delimiter, profile) for delimiter in _delimiters(profile)]
    best = max(tried, key=lambda header: header.fitness)
    _refuse_bad_header(best, profile, label)
    used = blank + best.lines
    return Layout(
        source=source,
        encoding="utf-8-sig" if bom else "utf-8",
        delimiter=best.delimiter,
        header=_unique(best.names),
        match=best.match,
        data_offset=bom + sum(map(len, lines[:used])),
        data_line=used + 1,
        blank_lines=blank,
    )


@dataclass(frozen=True)
class _Header:
    delimiter: str
    names: list[str]
    lines: int
    match: HeaderMatch

    @property
    def fitness(self) -> tuple[tuple[bool, int], int]:
        """All there, most of them there, most fields; the comma wins a draw, being tried first."""
        return (self.match.score, len(self.names))


def _header(lines: list[bytes], delimiter: str, profile: Profile) -> _Header:
    # A quoted name may hold line breaks. If no line closes the quotation, the names are read without it.
    text, names, used = "", lines[0].decode("utf-8", "replace").rstrip("\r\n").replace('"', "").split(delimiter), 1
    for count, line in enumerate(lines[:HEADER_LINES], start=1):
        text += line.decode("utf-8", "replace")
        closed, _ = split_cells(text.rstrip("\r\n"), delimiter)
        if closed is not None:
            names, used = closed, count
            break
    names = [" ".join(name.replace("\ufeff", " ").split()) for name in names]
    return _Header(delimiter, names, used, match_header(names, profile))


def _delimiters(profile: Profile) -> tuple[str, ...]:
    return DELIMITERS if profile.delimiter is None else (profile.delimiter,)


def _refuse_bad_header(header: _Header, profile: Profile, label: str) -> None:
    refused = refusal(header.match, header.names, profile)
    if refused is not None:
        raise InputError(refused[0], where=label, hint=refused[1])


def _refuse_other_encodings(head: bytes, label: str) -> None:
    encoding = None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:200].count(b"\0") * 3 > len(head[:200]):
        encoding = "UTF-16"
    elif _not_utf8(head):
        encoding = "a one-byte Cyrillic encoding (Windows-1251, KZ-1048 or cp866)"
    elif head.startswith(b"PK\x03\x04"):
        encoding = "no text at all but an Excel workbook or a ZIP archive"
    if encoding:
        raise InputError(
            f"The file is not UTF-8; it looks like {encoding}, which is not read yet.",
            where=label,
            hint="Save it as CSV in UTF-8 (in Excel: Save as, CSV UTF-8) and try again.",
        )


def _not_utf8(head: bytes) -> bool:
    """Whether the header is not UTF-8, or hardly any line is that holds more than ASCII. Single bad rows are no reason."""
    lines = head.splitlines()
    if len(head) == HEAD:
        lines = lines[:-1] or lines
    header = next((line for line in lines if line.strip(b"\xef\xbb\xbf \t")), b"")
    if not _is_utf8(header):
        return True
    telling = [line for line in lines if not line.isascii()]
    bad = sum(not _is_utf8(line) for line in telling)
    return bad >= FEW_LINES and bad >= MOSTLY * len(telling)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unique(names: list[str]) -> tuple[str, ...]:
    """Header names with each repetition numbered; one without a name is called by its position.

    None of them is `source_line`, which stands beside them in frames.
    """
    seen: dict[str, int] = {"source_line": 1}
    unique: list[str] = []
    for at, name in enumerate(names):
        name = name or f"column {at + 1}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)


def name_seed(name: str) -> int:
    """A stable number of a column's name, whatever its place."""
    return zlib.crc32(fold_name(name).encode())
