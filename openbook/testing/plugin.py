"""What pytest loads by the entry point `pytest11`: nothing more than a word outside a book."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from openbook.testing import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest of the settings."""
    for name, text in settings.HELP.items():
        parser.addini(name, text, type=settings.kind(name))  # type: ignore[arg-type]


def _is_book(root: Path) -> bool:
    path = root / "_config.yml"
    told = (yaml.safe_load(path.read_text("utf-8")) or {}) if path.is_file() else {}
    sphinx = told.get("sphinx") or {}
    named = [*sphinx.get("extra_extensions", ()), *sphinx.get("config", {}).get("extensions", ())]
    return "openbook.site" in named


def pytest_configure(config: pytest.Config) -> None:
    """In a book of this engine, take its cells as tests and offer a browser."""
    if not _is_book(config.rootpath):
        return
    from openbook.testing import book, browser, cells

    if config.rootpath != book.ROOT:
        raise pytest.UsageError(f"run pytest in the folder of the book, {config.rootpath}")
    for line in settings.MARKERS:
        config.addinivalue_line("markers", line)
    config.pluginmanager.register(cells, cells.__name__)
    config.pluginmanager.register(browser, browser.__name__)
