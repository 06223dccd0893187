"""Chapters in JupyterLab (`make lab`): numbers noted further down a page, shown in its prose.

JupyterLab's extension for MyST shows ``{eval}`x` ``, and knows no ``{glue:text}`page.md::x:s` ``.
So a chapter is opened with the first in place of the second, and saved as it was. What the first
names is `openbook.facts.noted`, which :func:`openbook.facts.note` puts into the notebook's names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from jupytext import AsyncTextFileContentsManager

_SHOWN = re.compile(r'\{eval\}`noted\["([\w-]+)"\]`')


def shown(text: str, page: str) -> str:
    """The text of a page (`energy.md`) with its own noted numbers as JupyterLab can show them."""
    own = rf"\{{glue:text\}}`{re.escape(page)}::([\w-]+):s`"
    return re.sub(own, r'{eval}`noted["\1"]`', text)


def kept(text: str, page: str) -> str:
    """The text as the file has it: the way back."""
    return _SHOWN.sub(rf"{{glue:text}}`{page}::\1:s`", text)


def _each(model: dict[str, Any], path: str, turned: Callable[[str, str], str]) -> dict[str, Any]:
    """The model of a chapter, its prose `turned`; any other as it is."""
    page = PurePosixPath(path).name
    if page.endswith(".md") and model["type"] == "notebook" and model.get("content"):
        for cell in model["content"]["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = turned("".join(cell["source"]), page)
    return model


class Chapters(AsyncTextFileContentsManager):
    """Opens and saves chapters as notebooks."""

    async def get(self, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What JupyterLab shows."""
        return _each(await super().get(path, *args, **kwargs), path, shown)

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        """Write what the file is to hold."""
        saved: dict[str, Any] = await super().save(_each(model, path, kept), path)
        return saved
