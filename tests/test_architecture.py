"""Data flows one way, and the imports follow it; packages stay shallow, files short, locks clean."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# From the ground up. A part imports parts of lower layers only; parts of one layer do not know each other.
# A new file or folder of auditor/ needs a place here.
LAYERS = (
    ("errors", "paths", "durable"),
    ("law",),
    ("language",),
    ("amounts",),
    ("exports",),
    ("journal",),
    ("checks",),
    ("engine",),
    ("report", "sample"),
    ("history",),
    ("mail",),
    ("night",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}

# Lower, and yet not to be known.
STRANGERS = {
    "sample": {
        "exports": "invented journals must not inherit our own reading of files",
        "journal": "invented journals must not inherit our own reading of journals",
        "checks": "planted faults must not be what our checks call a fault",
        "engine": "planted faults must not be judged by the engine they try",
    },
    "checks": {"exports": "a check never sees a file", "journal": "a check never sees a file"},
    "report": {"engine": "a report never computes a verdict; it may know auditor.engine.result"},
}
OPEN_TO_ALL = {("report", "auditor.engine.result")}

MOST_LINES = 400
DEEPEST = 2


@dataclass(frozen=True)
class Import:
    """Module `importer` names module `imported` at `line` of its file; both dotted, from `auditor` on."""

    importer: str
    imported: str
    line: int


def part(module: str) -> str:
    """The file or folder of auditor/ that a module belongs to; the package itself has none."""
    return module.split(".")[1] if "." in module else ""


def module_name(file: Path, top: Path) -> str:
    names = file.relative_to(top).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imports_of(file: Path, top: Path) -> Iterator[Import]:
    """Every import of auditor's own modules in one file, wherever it stands (functions, TYPE_CHECKING)."""
    importer = module_name(file, top)
    package = importer.split(".") if file.stem == "__init__" else importer.split(".")[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            named = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in named:
            if name.split(".")[0] == "auditor":
                yield Import(importer, nearest_module(name, top), node.lineno)


def nearest_module(name: str, top: Path) -> str:
    """The module that `name` is, or that holds it."""
    path = top.joinpath(*name.split("."))
    return name if path.is_dir() or path.with_suffix(".py").is_file() else name.rpartition(".")[0]


def why_not(found: Import) -> str | None:
    """The sentence against an import, or None."""
    ours, theirs = part(found.importer), part(found.imported)
    if ours == theirs or not theirs:  # `from auditor import __version__`
        return None
    if not ours:
        return "auditor/__init__.py imports nothing of ours, so that importing any part stays cheap"
    if theirs in STRANGERS.get(ours, {}) and (ours, found.imported) not in OPEN_TO_ALL:
        return STRANGERS[ours][theirs]
    if LEVEL[theirs] == LEVEL[ours]:
        return f"{ours} and {theirs} stand on one layer and do not know each other"
    if LEVEL[theirs] > LEVEL[ours]:
        return f"{theirs} stands above {ours}: pass what is needed in, or move it down"
    return None


def faults(top: Path) -> list[str]:
    """Every import against the layers under top/auditor, as `file:line: sentence`."""
    found = [(file, each) for file in sorted(top.glob("auditor/**/*.py")) for each in imports_of(file, top)]
    return [
        f"{file.relative_to(top)}:{each.line}: imports {each.imported}: {why}"
        for file, each in found
        if (why := why_not(each))
    ]


def test_every_part_has_a_layer(repo: Path) -> None:
    """No file or folder of auditor/ escapes the layers, and no layer names what is gone."""
    found = {part(module_name(file, repo)) for file in repo.glob("auditor/**/*.py")} - {""}
    assert found == set(LEVEL), f"give a place in LAYERS, or take it out: {sorted(found ^ set(LEVEL))}"


def test_imports_go_down(repo: Path) -> None:
    """Export, journal, checks, engine, report: nobody imports what comes after him."""
    wrong = faults(repo)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        (
            "law/load.py",
            "from auditor.engine import result",
            "law/load.py:1: imports auditor.engine.result: engine stands",
        ),
        ("law/load.py", "def f():\n    from ..engine.result import Audit", "load.py:2: imports auditor.engine.result"),
        ("law/load.py", "from .. import cli", "cli stands above law"),
        ("report/page.py", "import auditor.engine.clocks", "a report never computes a verdict"),
        ("report/page.py", "from auditor.sample import labels", "stand on one layer"),
        ("sample/story.py", "from auditor.checks import t01_late", "planted faults"),
        ("checks/t01_late.py", "from auditor.journal.stage import rows", "a check never sees a file"),
        ("__init__.py", "from auditor.errors import AuditorError", "stays cheap"),
    ],
    ids=["up", "up-relative-inside", "up-bare-relative", "inside-engine", "sideways", "sample", "checks", "package"],
)
def test_the_test_sees(tmp_path: Path, file: str, text: str, words: str) -> None:
    """Each kind of wrong import is seen, with a sentence that helps."""
    for folder in ("engine", "law", "report", "sample", "checks", "journal"):
        (tmp_path / "auditor" / folder).mkdir(parents=True)
    for module in ("engine/result.py", "engine/clocks.py", "checks/t01_late.py", "cli.py", "errors.py"):
        (tmp_path / "auditor" / module).touch()
    (tmp_path / "auditor" / file).write_text(text, encoding="utf-8")
    assert any(words in fault for fault in faults(tmp_path)), faults(tmp_path)


def test_a_report_may_know_the_result(tmp_path: Path) -> None:
    """What the engine hands over is the one thing of the engine that a report sees."""
    for folder in ("engine", "report"):
        (tmp_path / "auditor" / folder).mkdir(parents=True)
    (tmp_path / "auditor/engine/result.py").touch()
    (tmp_path / "auditor/report/page.py").write_text("from auditor.engine.result import Audit", encoding="utf-8")
    assert faults(tmp_path) == []


def test_the_package_is_shallow(repo: Path) -> None:
    """auditor/part/module.py and no deeper."""
    deep = [str(f) for f in repo.glob("auditor/**/*.py") if len(f.relative_to(repo / "auditor").parts) > DEEPEST]
    assert not deep, f"deeper than auditor/part/module.py: {deep}"


def test_files_are_short(repo: Path) -> None:
    """A file that has outgrown a reading is two files."""
    lines = {f: len(f.read_text(encoding="utf-8").splitlines()) for f in repo.glob("auditor/**/*.py")}
    long = [f"{file.relative_to(repo)}: {count} lines" for file, count in lines.items() if count > MOST_LINES]
    assert not long, f"more than {MOST_LINES} lines, split them: {long}"


@pytest.mark.parametrize("lock", ["runtime", "dev", "bench"])
def test_locks_are_hashed_and_name_no_registry(repo: Path, lock: str) -> None:
    """Every pin has its hashes, and no address says where to fetch it: that is the installing machine's matter."""
    text = (repo / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    pins = [block for block in re.split(r"\n(?=\S)", text) if not block.startswith("#")]
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert not re.search(r"://|--(extra-)?index|--find-links", text)


@pytest.mark.parametrize("lock", ["runtime", "dev"])
def test_pandas_stays_out(repo: Path, lock: str) -> None:
    """pandas beside us makes `import pandera.polars` five times slower; the benchmark has an environment of its own."""
    assert not re.search(
        r"^pandas==", (repo / "requirements" / f"{lock}.txt").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_dev_lock_agrees_with_runtime_lock(repo: Path) -> None:
    """What is tested is what is installed elsewhere."""

    def pins(lock: str) -> set[str]:
        text = (repo / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        return set(re.findall(r"^([\w.-]+==[^\s;]+)", text, re.MULTILINE))

    assert pins("runtime") - pins("dev") == set()
