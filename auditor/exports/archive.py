"""ZIP archives: what they hold is measured before anything of it is unpacked, and unpacked under names of ours."""

from __future__ import annotations

import copy
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import InputError

MOST_MEMBERS = 10_000
MOST_BYTES = 16 << 30
"""What all archives of a run may have together, unpacked."""
WORKBOOK_BYTES = 1 << 30
"""The same for a workbook, which is an archive of XML."""
SHEET_BYTES, PART_BYTES = 512 << 20, 256 << 20
"""What one sheet of it may have, and any other part (its texts, its styles), which readers put into memory whole. A full sheet of 15 columns has 450 MB."""
RATIO = 250
RATIO_FROM = 64 << 20
"""A member that unpacks to more than `RATIO` times its size is no journal, once it has `RATIO_FROM` bytes: XML and CSV reach 20 to 100."""
BLOCK = 1 << 20
DAMAGE = (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError)
"""What a damaged archive, or a member of it, makes of its reader."""
LOCKED = 0x1
UTF8_NAME = 0x800
MEND = "Unpack it yourself and name the files, or have it made again."


@dataclass(frozen=True)
class Member:
    """A file taken out of an archive. name: as the archive calls it, with `/`. path: where it lies now, under a name of ours. fault: why it
    could not be taken out (then it lies nowhere)."""

    name: str
    path: Path
    fault: InputError | None = None


@contextmanager
def opened(path: Path, label: str, what: str) -> Iterator[zipfile.ZipFile]:
    """An archive open; whatever is wrong with it becomes an InputError about `label`."""
    with put_in_words(path, label, what), zipfile.ZipFile(path) as archive:
        yield archive


@contextmanager
def put_in_words(path: Path, label: str, what: str) -> Iterator[None]:
    """Whatever is wrong with an archive at `path`, or with a member of it, becomes an InputError about `label`."""
    try:
        yield
    except zipfile.BadZipFile as fault:
        raise InputError(f"The {what} is damaged or cut short ({fault}).", where=label, hint=MEND) from fault
    except NotImplementedError as fault:
        raise InputError(
            f"The {what} is packed in a way that is not read ({fault}).", where=label, hint=MEND
        ) from fault
    except DAMAGE as fault:
        raise InputError(f"The {what} can't be unpacked ({fault}).", where=label, hint=MEND) from fault
    except OSError as fault:
        if fault.filename is not None and Path(fault.filename) != path:
            raise  # the folder that it is unpacked to
        raise InputError(f"The {what} can't be read: {fault.strerror or fault}.", where=label) from fault


def measure(archive: zipfile.ZipFile, label: str, what: str, most: int) -> None:
    """Refuse an archive that would fill the machine, by what its directory says. Raises InputError."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError(f"The {what} has {len(members)} members; the most is {MOST_MEMBERS}.", where=label, hint=MEND)
    total = sum(member.file_size for member in members)
    if total > most:
        said = f"The {what} would unpack to {_megabytes(total)}; the most is {_megabytes(most)}."
        raise InputError(said, where=label, hint=MEND)
    for member in members:
        if member.file_size > RATIO_FROM and member.file_size > RATIO * max(member.compress_size, 1):
            said = f"The {what} holds a member of {_megabytes(member.compress_size)} that would unpack to {_megabytes(member.file_size)}."
            raise InputError(said, where=label, hint=MEND)


def measure_truly(path: Path, label: str) -> None:
    """Refuse a workbook that holds more than its directory says, or too much: every member is unpacked and counted. Raises InputError."""
    with opened(path, label, "workbook") as archive:
        measure(archive, label, "workbook", WORKBOOK_BYTES)
        if any(member.flag_bits & LOCKED for member in archive.infolist()):
            raise InputError("The workbook is locked with a password.", where=label, hint="Save it without one.")
        left = WORKBOOK_BYTES
        for member in archive.infolist():
            most = SHEET_BYTES if "sheet" in member.filename or member.filename == "content.xml" else PART_BYTES
            boundless = copy.copy(member)
            boundless.file_size = 1 << 62  # read on to the true end, not to the stated one
            try:
                with archive.open(boundless) as file:
                    while block := file.read(BLOCK):
                        left -= len(block)
                        most -= len(block)
                        if left < 0:
                            said = f"The workbook unpacks to more than {_megabytes(WORKBOOK_BYTES)}, whatever its directory says."
                            raise InputError(said, where=label, hint=MEND)
                        if most < 0:
                            said = f"A part of the workbook ({member_name(member)}) unpacks to more than one part may have."
                            raise InputError(said, where=label, hint=MEND)
            except DAMAGE:
                continue  # as far as it can be unpacked; it may be one bad sheet, of which the workbook's reader has a sentence


def unpack(path: Path, label: str, folder: Path, most: int) -> list[Member]:
    """Take all files out of an archive into `folder`, in the archive's order; `most`: bytes that there may be. A member that can't be taken out has the fault.
    Raises InputError for the archive as a whole; OSError where the folder can't be written."""
    members: list[Member] = []
    with opened(path, label, "archive") as archive:
        measure(archive, label, "archive", min(most, shutil.disk_usage(folder).free))
        for at, info in enumerate(archive.infolist()):
            if info.is_dir():
                continue
            name = member_name(info)
            # The name is ours, whatever the archive calls it: `../../etc/passwd` goes nowhere.
            target = folder / f"{at:05}"
            members.append(Member(name, target, _taken_out(archive, info, target, path, f"{label}/{name}")))
    return members


def _taken_out(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, path: Path, label: str
) -> InputError | None:
    """Take one member out; what is wrong with it, if anything."""
    if info.flag_bits & LOCKED:
        return InputError("The file is locked with a password.", where=label, hint="Send it without a password.")
    try:
        with put_in_words(path, label, "member"), target.open("xb") as copied, archive.open(info) as file:
            while block := file.read(BLOCK):
                copied.write(block)
    except InputError as fault:
        target.unlink(missing_ok=True)
        return fault
    return None


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name as whoever packed it saw it, without steps upwards. Without the UTF-8 flag, Windows writes cp866 here."""
    name = info.filename
    if not info.flag_bits & UTF8_NAME and not name.isascii():
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp866", "cp1251"):
            try:
                told = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not any("\u2500" <= letter <= "\u25ff" for letter in told):  # no frames are drawn in names
                name = told
                break
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "".join(letter if letter.isprintable() else "?" for letter in "/".join(parts))


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB" if size < 10 << 20 else f"{size >> 20} MB"
