"""Files as offices really make them: what is no row is named, what is a row is taken, and every line is accounted for."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from auditor.exports import records, text
from auditor.journal.profile import Profile
from journal.exporting import HEADER, Whole, as_csv, good_row, read

GOOD = [good_row(n) for n in range(1, 6)]
NUMBERS = ["N-1", "N-2", "N-3", "N-4", "N-5"]


def decisions(whole: Whole) -> dict[str, dict[str, object]]:
    """Evidence to its values."""
    return {each.evidence: dict(each.values) for each in whole.summary.decisions}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "kz1048"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_same_rows_come_of_every_encoding_delimiter_and_line_end(
    tmp_path: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    rows = [good_row(n, "два\nряда; «№»|,") for n in range(1, 6)]
    plain = read(tmp_path, as_csv(rows))
    whole = read(tmp_path, as_csv(rows, line_end, csv.QUOTE_MINIMAL, delimiter).encode(encoding))
    assert whole.rows.drop("source_line").equals(plain.rows.drop("source_line"))
    assert whole.summary.delimiter == delimiter
    assert whole.summary.lines == plain.summary.lines
    assert whole.summary.lines.continuation == 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_line_of_excel_names_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    whole = read(tmp_path, f"sep={delimiter}\r\n" + as_csv(GOOD, "\r\n", delimiter=delimiter))
    assert whole.numbers == NUMBERS
    assert "dialect.separator" in decisions(whole)
    assert whole.summary.lines.around == 1


def test_a_line_of_excel_that_is_wrong_is_not_believed(tmp_path: Path) -> None:
    whole = read(tmp_path, "sep=;\n" + as_csv(GOOD))
    assert (whole.numbers, whole.summary.delimiter) == (NUMBERS, ",")


def test_titles_above_and_totals_and_signatures_below(tmp_path: Path) -> None:
    text = (
        "Журнал регистрации за 2018 год\n\n;;Бөлім\n"
        + as_csv(GOOD, delimiter=";")
        + "\nИтого;;;;5;;;;;;;;;;;\n\nИсполнитель;Иванова А.А., 880101300123\nтел. 45-67-89\n;;;;;;;;;;;;;;;\n"
    )
    whole = read(tmp_path, text)
    assert whole.numbers == NUMBERS
    assert whole.reasons == {}
    lines = whole.summary.lines
    assert (lines.physical, lines.around, lines.blank) == (15, 5, 4)
    assert decisions(whole)["header.titles"]["text"] == "Журнал регистрации за 2018 год / Бөлім"
    feet = [each.values["text"] for each in whole.summary.decisions if each.evidence == "records.foot"]
    assert feet == ["Итого · 5", "Исполнитель · Иванова А.А., ************", "тел. 45-67-89"]


@pytest.mark.parametrize(
    "last",
    [
        "Абай ауданы,Бөл",
        "Абай ауданы,Бөлім,N-6,home_care,provider,registration,provider_chancery,Қызметкер,2018-03-0",
        "N-6",
        "," * 15 + "x",
        'Абай ауданы,"Бөлім',
    ],
)
def test_a_half_written_last_line_is_a_row(tmp_path: Path, last: str) -> None:
    """What may be a row is never taken for a footer."""
    whole = read(tmp_path, as_csv(GOOD) + last)
    assert whole.numbers == NUMBERS
    assert list(whole.reasons) == [7]


def test_a_total_with_rows_after_it_is_no_footer(tmp_path: Path) -> None:
    text = as_csv(GOOD) + "Итого,5\n" + as_csv([good_row(6)]).split("\n", 1)[1]
    whole = read(tmp_path, text)
    assert whole.numbers == [*NUMBERS, "N-6"]
    assert whole.reasons == {7: "wrong_width"}


def test_words_of_footers_in_a_column_of_rows_are_no_footers(tmp_path: Path) -> None:
    """Where the first column holds roles, a cut row begins like a signature."""
    header = "role,district,office,application_no,service,channel,step,received_at\n"
    row = "Руководитель,Абай,О,{},s,c,t,2018-03-05\n"
    whole = read(tmp_path, header + row.format(1) + row.format(2) + "Руководитель,Абай")
    assert whole.numbers == ["1", "2"]
    assert whole.reasons == {4: "wrong_width"}


def test_repeated_headers_and_column_numbers(tmp_path: Path) -> None:
    numbered = ",".join(str(at) for at in range(1, len(HEADER) + 1)) + "\n"
    head, rows = as_csv(GOOD).split("\n", 1)
    pages = f"{head}\n{numbered}{rows}{head.upper()}\n{numbered}" + as_csv([good_row(6)]).split("\n", 1)[1]
    whole = read(tmp_path, pages)
    assert whole.numbers == [*NUMBERS, "N-6"]
    assert whole.reasons == {}
    assert whole.summary.lines.header == 4
    assert decisions(whole)["records.header"]["lines"] == "8, 9"


@pytest.mark.parametrize("in_header", [True, False])
def test_delimiters_trail_behind_the_rows(tmp_path: Path, in_header: bool) -> None:
    lines = as_csv(GOOD).splitlines()
    text = "\n".join([lines[0] + ",," * in_header, *(line + ",," for line in lines[1:])]) + "\n"
    whole = read(tmp_path, text)
    assert whole.numbers == NUMBERS
    assert whole.summary.extra_columns[0] == "note"
    if not in_header:
        assert decisions(whole)["dialect.trailing"]["count"] == 2
        short = read(tmp_path, text + lines[1] + "\n" + lines[2] + ",x,\n")
        assert short.reasons == {7: "wrong_width", 8: "beyond_header"}


def test_a_header_with_trailing_delimiters_that_rows_lack(tmp_path: Path) -> None:
    head, rows = as_csv(GOOD).split("\n", 1)
    assert read(tmp_path, f"{head},,\n{rows}").numbers == NUMBERS


def test_mixed_line_ends(tmp_path: Path) -> None:
    lines = as_csv(GOOD).splitlines()
    text = "".join(line + end for line, end in zip(lines, ["\r\n", "\n", "\r", "\r\n", "\n", ""], strict=True))
    whole = read(tmp_path, text)
    assert whole.numbers == NUMBERS
    assert whole.summary.lines.physical == 6


def test_rows_of_another_encoding_are_set_aside_alone(tmp_path: Path) -> None:
    utf8 = as_csv(GOOD).encode()
    windows = ",".join(good_row(6)).encode("kz1048") + b"\n"
    whole = read(tmp_path, utf8 + windows)
    assert (whole.numbers, whole.reasons) == (NUMBERS, {7: "undecodable"})
    other = read(tmp_path, as_csv(GOOD).encode("kz1048") + ",".join(good_row(6)).encode() + b"\n")
    assert (other.numbers, other.reasons) == (NUMBERS, {7: "other_encoding"})
    assert other.quarantined["raw"].to_list() == [",".join(good_row(6))]


@pytest.mark.parametrize("encoding", ["cp1251", "kz1048"])
def test_an_undefined_byte_hurts_its_row_only(tmp_path: Path, encoding: str) -> None:
    data = as_csv(GOOD).encode(encoding, "ignore").replace(b"N-3", b"N\x98-3")
    whole = read(tmp_path, data)
    assert whole.numbers == ["N-1", "N-2", "N-4", "N-5"]
    bad = whole.quarantined.row(0, named=True)
    assert (bad["reason"], bad["value"]) == ("undecodable", "\\x98")
    assert "N\\x98-3" in bad["raw"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_lost_byte_of_utf16_hurts_its_row_only(tmp_path: Path, encoding: str) -> None:
    data = as_csv(GOOD).encode(encoding)
    at = data.index("N-3".encode(encoding))
    whole = read(tmp_path, data[: at + 1] + data[at + 2 :])
    assert whole.numbers == ["N-1", "N-2", "N-4", "N-5"]
    assert whole.reasons == {4: "broken_wide"}


def test_a_profile_states_the_encoding(tmp_path: Path) -> None:
    data = as_csv(GOOD).encode("kz1048")
    assert read(tmp_path, data, Profile(encoding="kz1048")).numbers == NUMBERS
    doubtful = read(tmp_path, data, Profile(encoding="utf-8"))
    assert doubtful.summary.rows_quarantined == 5
    assert any(each.doubtful for each in doubtful.summary.decisions)


@pytest.mark.parametrize(
    "names",
    [
        ["source_line", "Line", "SOURCE_LINE", '"; DROP TABLE entry; --', "../../etc/passwd", "*", "0", "extra_hash"],
        ["x" * 10_000, "x" * 10_000],
        ["note", "note (2)", "note", "note (2)", "", ""],
    ],
)
def test_extra_columns_may_have_any_name(tmp_path: Path, names: list[str]) -> None:
    text = "".join(
        ",".join([*HEADER[:15], *(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names)]) + "\n"
        if at == 0
        else ",".join([*row[:15], *(str(n) for n in range(len(names)))]) + "\n"
        for at, row in enumerate([list(HEADER), *GOOD])
    )
    whole = read(tmp_path, text)
    assert whole.numbers == NUMBERS
    assert len(set(whole.summary.columns)) == 15 + len(names)
    shown = whole.sent.row(0, named=True)
    assert [shown[name] for name in whole.summary.columns[15:]] == [str(n) for n in range(len(names))]


def cells(*told: tuple[str, str]) -> str:
    """A row as wide as the header, with the cells told of."""
    given = dict(told)
    return ",".join(given.get(name, "") for name in HEADER) + "\n"


WHOLE = {"office": "Бөлім", "application_no": "N-6", "service": "home_care", "channel": "provider", "step": "resolve"}


@pytest.mark.parametrize(
    "last",
    [
        cells(("district", "Жауапты ауданы"), *WHOLE.items()),  # no moment
        cells(("district", "Жауапты ауданы"), *WHOLE.items(), ("received_at", "05/03/2018"), ("service", "")),
        cells(("district", "Жауапты ауданы"), ("office", "Бөлім"), ("step", "registration")),
        cells(("application_no", "Исп-15"), ("service", "home_care"), ("channel", "provider"), ("step", "x")),
        "Жауапты ауданы,Бөлім,N-6,home_care,provi",
        "Жауапты ауданы,Бөлім,N-6,жаңа,арна,қадам,рөл",
        f"Жауапты ауданы,Бөлім,{'N' * 40_000}",
    ],
)
def test_what_might_be_a_row_is_no_footer(tmp_path: Path, last: str) -> None:
    """A district, an office, a number may begin like a signature (жауапты …, Исп-15)."""
    whole = read(tmp_path, as_csv(GOOD) + last)
    assert whole.numbers == NUMBERS
    assert list(whole.reasons) == [7]
    assert whole.summary.lines.around == 0


def test_a_whole_row_that_begins_like_a_footer_is_a_row(tmp_path: Path) -> None:
    last = good_row(6)
    last[:3] = ["Итого ауданы", "Исполнительный отдел", "Исп-6"]
    assert read(tmp_path, as_csv([*GOOD, last])).numbers == [*NUMBERS, "Исп-6"]


@pytest.mark.parametrize(
    "last",
    ["Итого,,5\n", "Барлығы,,,,,5,4,3,2,1,,,,,,\n", "Составил,Иванова,Проверил\n", "Басшы,,,,,,Ахметов А.,,,,,,,,,\n"],
)
def test_what_cannot_be_a_row_is_no_row(tmp_path: Path, last: str) -> None:
    whole = read(tmp_path, as_csv(GOOD) + last)
    assert (whole.numbers, whole.reasons, whole.summary.lines.around) == (NUMBERS, {}, 1)


def test_damaged_rows_above_the_header_are_no_titles(tmp_path: Path) -> None:
    """A sheet was sorted with its header: what is above it goes to quarantine, whatever is wrong with it."""
    head, *rows = as_csv(GOOD).splitlines()
    no_step, odd_moment, short = list(good_row(7)), list(good_row(8)), good_row(9)[:9]
    no_step[5], odd_moment[8] = "", "5 наурыз 2018"
    above = [
        "Аудан,Кеңсе,Нөмірі,Қызмет,Арна,Қадам,Рөл,Кім,Түсті,Аяқталды,№,Нәтиже,,,,",
        *map(",".join, (no_step, odd_moment, short)),
    ]
    whole = read(tmp_path, "\n".join([*above, head, *rows]) + "\n")
    assert whole.numbers == NUMBERS
    assert whole.reasons == {2: "above_header", 3: "above_header", 4: "above_header"}
    assert whole.summary.lines.around == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16", "utf-16-be", "cp1251", "cp866"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_padding_at_the_end_of_a_file_is_no_row(tmp_path: Path, encoding: str, end: str) -> None:
    rows = [[cell.replace("қ", "к") for cell in row] for row in GOOD]
    plain = as_csv(rows).removesuffix("\n") + end
    data = plain.encode(encoding, "replace")
    whole = read(tmp_path, data)
    for count in (1, 2, 4096, 3 << 20):
        padded = read(tmp_path, data + bytes(count))
        assert padded.rows.equals(whole.rows)
        assert (padded.reasons, padded.summary.lines) == ({}, whole.summary.lines)
        lost = count if encoding.startswith("utf-16") or count > 1 else 1
        assert decisions(padded)["records.padding"]["count"] == lost
        assert padded.summary.sha256 == hashlib.sha256(data + bytes(count)).hexdigest()


def test_the_end_mark_of_dos_is_no_row(tmp_path: Path) -> None:
    whole = read(tmp_path, as_csv(GOOD, "\r\n").encode("cp866", "replace") + b"\x1a")
    assert (len(whole.numbers), whole.reasons) == (5, {})


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("column", range(16))
def test_a_line_break_in_any_cell(tmp_path: Path, quoting: int, column: int) -> None:
    """In the first one too, where the second line looks like a row but for its quotation mark."""
    rows = [list(row) for row in GOOD]
    for at, row in enumerate(rows):
        row[column] += (
            ("\nx", "\n\n x", "\na\nb\nc\nd", ', ""y""\nx', "\n")[at] if column not in (8, 9, 13, 14) else "\n"
        )
    whole = read(tmp_path, as_csv(rows, quoting=quoting))
    assert whole.reasons == {}
    assert [row[1:] for row in whole.sent.rows()] == [tuple(" ".join(c.split()) or None for c in row) for row in rows]


def test_a_stray_mark_swallows_no_row_though_the_next_has_one_too(tmp_path: Path) -> None:
    head, *rows = as_csv(GOOD).splitlines()
    rows[1], rows[2] = '"' + rows[1], rows[2].replace("Абай ауданы", 'Абай ауданы"')
    whole = read(tmp_path, "\n".join([head, *rows]) + "\n")
    assert whole.numbers == ["N-1", "N-3", "N-4", "N-5"]
    assert whole.reasons == {3: "open_quote"}


@pytest.mark.parametrize("stretch", [300, 1000, 4 << 20])
def test_records_of_lines_joined_at_once_are_those_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    rows = [good_row(n, ("", "a\nb", "a\nb\nc", 'x ""y"" \n', ",\n,", "a\n\n\n\n\nb")[n % 6]) for n in range(40)]
    lines = as_csv(rows).split("\n")
    lines[20:20] = ["x,y", '"open', "", 'a"b,"c']
    data = "\n".join(lines)
    monkeypatch.setattr(text, "STRETCH", stretch)
    told = read(tmp_path, data)
    monkeypatch.setattr(records, "LINES_JOINED", 1)
    slow = read(tmp_path, data)
    assert told.sent.equals(slow.sent)
    assert told.quarantined.equals(slow.quarantined)
    assert told.summary.lines == slow.summary.lines
    assert len(told.numbers) >= 38
