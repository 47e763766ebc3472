"""`auditor check`: what would be quarantined, its exit code, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import cli
from journal.exporting import as_csv, good_row

BAD = good_row(2)
BAD[8] = "880101300123"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["auditor", "check", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return str(folder / name)


def test_nothing_to_quarantine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "a.csv", as_csv([good_row(1)]))
    write(tmp_path, "b.csv", as_csv([]))
    code, out, _ = run(capsys, str(tmp_path))
    assert code == 0
    assert out.splitlines()[-1] == "Total: 2 files, 1 rows read, 1 accepted, 0 quarantined."


def test_rows_to_quarantine_are_shown_masked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.csv", as_csv([good_row(1), BAD]))
    code, out, _ = run(capsys, path, "--lang", "ru")
    assert code == 1
    assert f"{path}:3: «************» в столбце «received_at»" in out
    assert out.splitlines()[-1] == "Всего: файлов 1, строк прочитано 2, принято 1, в карантине 1."


def test_the_language_comes_from_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_LANG", "kk")
    _, out, _ = run(capsys, write(tmp_path, "a.csv", as_csv([BAD])))
    assert "Барлығы" in out


def test_many_rows_are_counted_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, write(tmp_path, "a.csv", as_csv([BAD] * 500)))
    assert code == 1
    assert "and 300 more rows" in out


def test_a_profile_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = write(tmp_path, "a.csv", as_csv([good_row(1)]).replace("step", "Шаг", 1))
    profile = write(tmp_path, "p.yaml", "columns: {step: шаг}\n")
    assert run(capsys, export)[0] == 2
    assert run(capsys, export, "--profile", profile)[0] == 0


@pytest.mark.parametrize("argument", ["nowhere.csv", "empty.csv", "none"])
def test_inputs_refused_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str], argument: str) -> None:
    write(tmp_path, "empty.csv", "")
    (tmp_path / "none").mkdir()
    code, out, err = run(capsys, str(tmp_path / argument))
    assert (code, out) == (2, "")
    assert argument in err
    assert "Traceback" not in err
