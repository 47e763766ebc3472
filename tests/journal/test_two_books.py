"""The books of incoming and outgoing documents of one office in one run: each is read by the profile that its header fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import cli

INCOMING = """\
Р/с №;Дата поступления;Корреспондент, дата и индекс входящего документа;Вид документа, заголовок или краткое содержание входящего документа;Резолюция или кому направлен документ на исполнение;Расписка в получении документа, дата;Отметка об исполнении документа;Примечание
15;12.03.2018;Асанова А.;Заявление на пособие на детей;Ахметову к исполнению 12.03.2018;13.03.2018;;
17;13.03.2018;Министерство;О проведении совещания;;;;
"""
OUTGOING = """\
№№ п.п.;Дата и индекс исходящего (внутреннего) документа;Корреспондент;Заголовок или краткое содержание документа;Отметка об исполнении документа и направлении в дело;Примечание
41;20.03.2018 № 41;Асанова А.;О назначении пособия на детей, на № 15 от 12.03.2018;в дело;
"""
REGISTER = """\
districts:
  abai:
    names: {kk: [Абай ауданы], ru: [Абайский район]}
offices:
  dept:
    district: abai
    kind: provider
    names: {kk: [Бөлім], ru: [Отдел]}
    profile: [incoming.yaml, outgoing.yaml]
    inbox: dept
"""


def place(folder: Path, repo: Path) -> Path:
    (folder / "inbox/dept").mkdir(parents=True)
    (folder / "inbox/dept/in.csv").write_text(INCOMING, encoding="utf-8")
    (folder / "inbox/dept/out.csv").write_text(OUTGOING, encoding="utf-8")
    for name in ("incoming", "outgoing"):
        text = (repo / f"rules/profiles/{name}.yaml").read_text(encoding="utf-8")
        kept = [line for line in text.splitlines() if not line.startswith(("  district: [", "  office: ["))]
        said = "\n".join(kept).replace("constants: {", "constants: {district: Абай ауданы, office: Бөлім, ")
        (folder / f"{name}.yaml").write_text(said + "\n", encoding="utf-8")
    (folder / "offices.yaml").write_text(REGISTER, encoding="utf-8")
    return folder


def asked(folder: Path, *words: str) -> list[str]:
    return ["audit", str(folder / "inbox"), "--as-of", "2018-05-01", "--out", str(folder / "out"), *words]


@pytest.mark.parametrize("by", ["profiles", "register"])
def test_both_books_tell_of_one_application(tmp_path: Path, repo: Path, by: str) -> None:
    """The reply quotes the number of the incoming book: its entry and the three of the other are one application's, and accuse nobody."""
    folder = place(tmp_path, repo)
    words = [word for name in ("incoming", "outgoing") for word in ("--profile", str(folder / f"{name}.yaml"))]
    words = words if by == "profiles" else ["--offices", str(folder / "offices.yaml")]
    said = CliRunner().invoke(cli, asked(folder, *words), standalone_mode=False)
    assert said.exception is None, said.output
    told = json.loads((folder / "out/audit.json").read_text(encoding="utf-8"))
    assert (told["applications"], told["entries"], told["rows_read"], told["findings"]) == (1, 4, 3, {})


def test_a_header_that_fits_two_profiles_is_refused_with_both(tmp_path: Path, repo: Path) -> None:
    folder = place(tmp_path, repo)
    again = (folder / "incoming.yaml").read_text(encoding="utf-8").replace("name: incoming", "name: another")
    (folder / "another.yaml").write_text(again, encoding="utf-8")
    words = [word for name in ("incoming", "another") for word in ("--profile", str(folder / f"{name}.yaml"))]
    refused = CliRunner().invoke(cli, asked(folder, *words), standalone_mode=False).exception
    assert "`incoming` and `another`" in str(refused)
    assert "in.csv" in str(refused)
    assert "out.csv" in str(refused)  # fits none, and is named as well
