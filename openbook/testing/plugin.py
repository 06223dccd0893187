"""What pytest loads by the entry point `pytest11`: nothing more than a word outside a book."""

from __future__ import annotations

import pytest

from openbook.testing import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest of the settings."""
    for name, text in settings.HELP.items():
        parser.addini(name, text, type=settings.kind(name))  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """In a book, take its cells as tests and offer a browser."""
    if not (config.rootpath / "_toc.yml").is_file():
        return
    from openbook.testing import book, browser, cells

    if config.rootpath != book.ROOT:
        raise pytest.UsageError(f"run pytest in the folder of the book, {config.rootpath}")
    for line in settings.MARKERS:
        config.addinivalue_line("markers", line)
    config.pluginmanager.register(cells, cells.__name__)
    config.pluginmanager.register(browser, browser.__name__)
