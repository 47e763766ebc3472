"""The rules are read once for all nights of a test process: tests of nights are not about reading rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from auditor.commands import options
from auditor.law.load import load_rulebook
from auditor.law.types import Rulebook
from auditor.night import means


@cache
def _read(folder: Path, _written: tuple[float, ...]) -> Rulebook:
    return load_rulebook(folder)


def _known(folder: Path) -> Rulebook:
    return _read(folder, tuple(path.stat().st_mtime for path in sorted(folder.rglob("*")) if path.is_file()))


@pytest.fixture(autouse=True, scope="session")
def rules_read_once() -> Iterator[None]:
    """A folder that was not written to since is not read again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(options, "load_rulebook", _known)
        patch.setattr(means, "load_rulebook", _known)
        yield
