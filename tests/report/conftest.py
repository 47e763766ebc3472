"""Titles of codes of its own, so that a golden page changes with the report and not with a rewording of a check."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor import language


@pytest.fixture(autouse=True)
def _titles_of_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[str], dict[str, dict[str, str]]] = language.catalog
    titles = {
        "T01.title": {"kk": "Мерзімінен кеш", "ru": "Позже срока", "en": "Late"},
        "T02.title": {"kk": "Мерзімі өткен", "ru": "Просрочено", "en": "Overdue"},
        "S01.title": {"kk": "Іс-қимыл өткізіп жіберілген", "ru": "Действие пропущено", "en": "Step skipped"},
    }
    monkeypatch.setattr(language, "catalog", lambda area: titles if area == "codes" else real(area))
