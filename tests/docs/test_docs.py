"""The documentation says what the program does: options both ways, commands run, links resolve, codes current."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.journal.profile_file import KEYS, load_profile
from auditor.language import catalog

REPO = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for page in [*REPO.glob("*.md"), *REPO.glob("*/README.md"), *REPO.glob("docs/**/*.md")]
    if not any(part.startswith((".", "reports")) for part in page.relative_to(REPO).parts)
)
TOLD = [page for page in PAGES if page.name != "benchmarks.md"]
"""Pages that speak of our own options; benchmarks.md also names those of other programs."""
INVENTED = "sample_data/journals/abai"


def name_of(page: Path) -> str:
    return page.relative_to(REPO).as_posix()


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, such as `rules show`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        elif command is not None:
            yield " ".join((*path, name)), command


def options(command: click.Command) -> set[str]:
    return {o for p in command.params if isinstance(p, click.Option) for o in p.opts if o.startswith("--")}


BY_NAME = dict(commands())
EVERY_OPTION = {"--help", "--version"}.union(*map(options, BY_NAME.values()))


def documented() -> dict[str, set[str]]:
    """Command to the options in the tables under its heading in docs/commands.md."""
    found: dict[str, set[str]] = {}
    for section in (REPO / "docs/commands.md").read_text(encoding="utf-8").split("\n## `auditor ")[1:]:
        words = section.partition("`")[0].split()
        name = " ".join(word for word in words if word.islower())
        found[name] = set(re.findall(r"^\| `(--[a-z-]+)", section, flags=re.MULTILINE))
    return found


def shown_commands() -> list[tuple[str, list[str]]]:
    """Every `auditor …` line of a fenced block, with its page; a line that ends in a backslash goes on."""
    found = []
    for page in TOLD:
        for block in re.findall(
            r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
        ):
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("auditor "):
                    found.append((name_of(page), shlex.split(line, comments=True)[1:]))
    return found


def test_every_command_has_its_section_and_no_other_has() -> None:
    assert set(documented()) - {"--version"} == set(BY_NAME)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_options_documented_are_those_of_the_command(name: str) -> None:
    assert documented()[name] == options(BY_NAME[name])


@pytest.mark.parametrize("page", TOLD, ids=name_of)
def test_no_page_names_an_option_that_is_not_there(page: Path) -> None:
    text = re.sub(
        r"^\S*python -m .*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE
    )  # programs of the tests
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert named <= EVERY_OPTION


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the one a reader stands in: the repository's folders, and exports of their own."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("docs", "rules", "sample_data"):
        (folder / name).symlink_to(REPO / name)
    (folder / "journals").symlink_to(REPO / INVENTED)
    (folder / "profile.yaml").write_text("zone: Asia/Almaty\n", encoding="utf-8")
    (folder / "permit-receipt-phase.csv").write_text(
        "case:channel,case:concept:name,case:department,case:startdate,concept:name,org:group,org:resource,time:timestamp\n"
        "Desk,case-1,General,2011-03-07,Confirmation of receipt,Group 1,Somebody,2011-03-07 09:00:00+01:00\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(("page", "words"), shown_commands(), ids=lambda v: v if isinstance(v, str) else " ".join(v))
def test_every_command_shown_runs(page: str, words: list[str], place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To its end and without a usage fault: 0, or 1 where there is something to find."""
    monkeypatch.chdir(place)
    if "sample_data" in words:  # how the sample was made: a test of tests/sample/ runs it
        words = [word.replace("sample_data", "reports/sample again") for word in words]
    # All invented journals take seconds; those of one district say as much.
    words = [INVENTED if word == "sample_data/journals" else word for word in words]
    said = CliRunner().invoke(cli, words, standalone_mode=False)
    assert said.exception is None, (page, said.output)
    assert said.return_value in (None, 0, 1), (page, said.output)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{name_of(page)}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, link


def test_the_targets_that_the_readme_names_are_in_the_makefile() -> None:
    named = set(re.findall(r"make ([a-z]+)", (REPO / "README.md").read_text(encoding="utf-8").partition("## ")[0]))
    made = set(re.findall(r"^([a-z]+):", (REPO / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"demo", "test"} <= named & made


def first_cells(text: str) -> list[str]:
    """The names in backticks in the first cell of every table row."""
    rows = re.findall(r"^\|([^|]*`[^|]*)\|", text, flags=re.MULTILINE)
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def test_the_files_have_the_columns_and_keys_that_are_documented(tmp_path: Path) -> None:
    """Columns in their order; keys of audit.json likewise."""
    words = ["audit", str(REPO / INVENTED), "--as-of", "2019-07-31", "--out", str(tmp_path)]
    CliRunner().invoke(cli, words, standalone_mode=False)
    page = (REPO / "docs/findings.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL))
    for name in ("findings.csv", "quarantine.csv"):
        header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        assert first_cells(sections[name]) == header.split(",")
    keys, _, reasons = sections["audit.json"].partition("The reasons of")
    assert set(first_cells(keys)) == set(json.loads((tmp_path / "audit.json").read_text(encoding="utf-8")))
    known = {key.removeprefix("reason.") for key in catalog("report") if key.startswith("reason.")}
    assert known <= set(first_cells(reasons))


def test_the_page_of_codes_is_current() -> None:
    """If not: `.venv/bin/python tools/codes_page.py`."""
    spec = importlib.util.spec_from_file_location("codes_page", REPO / "tools/codes_page.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page()


def test_the_profiles_shown_can_be_read_and_have_every_key(tmp_path: Path) -> None:
    text = (REPO / "docs/profiles.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    for example in shown:
        file = tmp_path / "profile.yaml"
        file.write_text(example, encoding="utf-8")
        load_profile(file)
    assert set(re.findall(r"^(\w+):", "\n".join(shown), flags=re.MULTILINE)) == set(KEYS)
    assert set(re.findall(r"^\| `(\w+)`", text, flags=re.MULTILINE)) == set(KEYS)
