"""Encodings are told apart by the bytes that decide, and every doubt is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.exports.encoding import DECIDING, ENCODINGS, Encoding, detect
from auditor.exports.source import Source
from auditor.exports.transcoding import text_stream

RUSSIAN = "Управление занятости;Иванова Мария Петровна;Приём документов;№ 15 «срочно»\n"
KAZAKH = "Жұмыспен қамту бөлімі;Әбдіғани Ұлжан;құжаттарды қабылдау\n"
UKRAINIAN = "Київ;Сергієнко Надія;її заява має бути\n"


def told(folder: Path, data: bytes, stated: str | None = None) -> Encoding:
    """What is decided of a file with these bytes."""
    path = folder / "x.csv"
    path.write_bytes(data)
    return detect(path, stated)


@pytest.mark.parametrize(
    ("text", "written", "read", "evidence"),
    [
        (KAZAKH, "utf-8", "utf-8", "encoding.utf8"),
        (KAZAKH, "utf-8-sig", "utf-8", "encoding.mark"),
        (KAZAKH, "utf-16", "utf-16-le", "encoding.mark"),
        (KAZAKH, "utf-16-le", "utf-16-le", "encoding.wide"),
        (KAZAKH, "utf-16-be", "utf-16-be", "encoding.wide"),
        (KAZAKH, "kz1048", "kz1048", "encoding.deciding"),
        (RUSSIAN, "cp1251", "cp1251", "encoding.same"),
        (RUSSIAN, "kz1048", "cp1251", "encoding.same"),
        (RUSSIAN, "cp866", "cp866", "encoding.letters"),
        (RUSSIAN * 400 + "Қанат\n", "kz1048", "kz1048", "encoding.deciding"),
        (RUSSIAN * 9_000 + "Үміт\n", "kz1048", "kz1048", "encoding.deciding"),
        (RUSSIAN + UKRAINIAN, "cp1251", "cp1251", "encoding.deciding"),
        ("district,office\nAbai,1\n", "ascii", "utf-8", "encoding.ascii"),
        ("a,b\n" * 500_000 + RUSSIAN, "cp1251", "cp1251", "encoding.same"),
        ("№,b\n1,2\n", "cp1251", "cp1251", "encoding.same"),
    ],
    ids=[
        "utf8",
        "mark",
        "utf16",
        "utf16-le",
        "utf16-be",
        "kz",
        "russian",
        "russian-as-kz",
        "cp866",
        "one-name",
        "one-name-far",
        "ukrainian",
        "ascii",
        "far",
        "number-sign",
    ],
)
def test_what_is_decided_and_why(tmp_path: Path, text: str, written: str, read: str, evidence: str) -> None:
    encoding = told(tmp_path, text.encode(written, "ignore" if written == "cp866" else "strict"))
    assert (encoding.name, encoding.decision.evidence) == (read, evidence)
    assert not encoding.decision.doubtful


def test_few_kazakh_names_among_russian_text_decide(tmp_path: Path) -> None:
    """Where a statistical detector sees Windows-1251, one name is enough."""
    for name in ("Әлия", "Ғани", "Қайрат", "Өмірбек", "Ұлан", "Үміт", "Һадиша", "Таңсұлу", "Нұрғиса", "Күләш"):
        encoding = told(tmp_path, (RUSSIAN * 50 + f"1;{name};\n" + RUSSIAN * 50).encode("kz1048"))
        assert (encoding.name, encoding.decision.doubtful) == ("kz1048", False), name


def test_contradictory_words_are_flagged(tmp_path: Path) -> None:
    encoding = told(tmp_path, KAZAKH.encode("kz1048") + UKRAINIAN.encode("cp1251") * 4)
    assert encoding.decision.doubtful


def test_a_utf8_file_with_some_rows_of_another_page_stays_utf8(tmp_path: Path) -> None:
    encoding = told(tmp_path, (KAZAKH * 90).encode() + RUSSIAN.encode("cp1251") * 3)
    assert encoding.name == "utf-8"
    assert encoding.decision.evidence == "encoding.utf8_mostly"


def test_stray_bytes_make_no_encoding(tmp_path: Path) -> None:
    encoding = told(tmp_path, b"district,office\nAbai,N\xd0-3\nAbai,4\n")
    assert (encoding.name, encoding.decision.evidence) == ("utf-8", "encoding.stray")


@pytest.mark.parametrize("stated", ["cp1251", "kz1048", "cp866"])
def test_a_profile_decides_and_a_contradiction_is_said(tmp_path: Path, stated: str) -> None:
    assert told(tmp_path, RUSSIAN.encode("cp1251"), stated).name == stated
    assert told(tmp_path, RUSSIAN.encode(), stated).decision.doubtful
    marked = told(tmp_path, RUSSIAN.encode("utf-8-sig"), stated)
    assert (marked.name, marked.decision.doubtful) == ("utf-8", True)


def test_the_sixteen_bytes() -> None:
    assert len(DECIDING) == 16


def decoded(folder: Path, data: bytes, encoding: Encoding, room: int = 7) -> bytes:
    """The file as UTF-8, taken in small pieces."""
    path = folder / "y.csv"
    path.write_bytes(data)
    out, buffer = b"", bytearray(room)
    with text_stream(Source(path, "y.csv"), encoding) as stream:
        while not stream.ended:
            out += bytes(buffer[: stream.read_into(memoryview(buffer))])
    return out


@given(text=st.text(st.sampled_from("абвгАБ қ,;\"'\r\n№«»12"), max_size=60), name=st.sampled_from(ENCODINGS))
def test_text_comes_through_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str, name: str) -> None:
    if name in ("cp1251", "cp866"):
        text = text.encode(name, "ignore").decode(name)
    encoding = told(tmp_path_factory.getbasetemp(), b"", name)
    assert decoded(tmp_path_factory.getbasetemp(), text.encode(name), encoding) == text.encode()


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_lost_byte_of_utf16_hurts_its_line_only(tmp_path: Path, name: str, line_end: str) -> None:
    lines = [f"строка {number}" for number in range(5)]
    parts = [(line + line_end).encode(name) for line in lines]
    parts[2] = parts[2][:5] + parts[2][6:]
    out = decoded(tmp_path, b"".join(parts), told(tmp_path, b"", name)).split(line_end.encode())
    assert [out[at].decode() for at in (0, 1, 3, 4)] == [lines[at] for at in (0, 1, 3, 4)]
    assert out[2].endswith(b"\xff")


@pytest.mark.parametrize("name", ["cp1251", "kz1048", "cp866"])
def test_a_line_of_utf8_in_another_page_is_marked(tmp_path: Path, name: str) -> None:
    data = "Иванова\n".encode(name) + "Петрова\n".encode() + "Сидорова\n".encode(name)
    out = decoded(tmp_path, data, told(tmp_path, b"", name)).split(b"\n")
    assert out[1] == "Петрова".encode() + b"\xfe"
    assert (out[0].decode(), out[2].decode()) == ("Иванова", "Сидорова")
