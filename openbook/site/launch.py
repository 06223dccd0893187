"""Buttons that open a chapter where it runs without an installation, if the book is anywhere.

They are shown for what the environment (or `_config.yml`) names, each an address without which a
button would lead nowhere:

| variable | setting | what it is |
| --- | --- | --- |
| `BOOK_REPOSITORY` | `openbook_repository` | the book's repository on GitHub: Binder builds it |
| `BOOK_NOTEBOOKS` | `openbook_notebooks` | a folder on GitHub that holds the built notebooks \
(`…/blob/BRANCH/FOLDER`): Colab opens those |
| `BOOK_KIT` | `openbook_kit` | the re-run kit, if it is not served with the site |
"""

from __future__ import annotations

import os
from urllib.parse import quote, urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from openbook.site.markup import Link

VARIABLES = {
    "BOOK_REPOSITORY": "openbook_repository",
    "BOOK_NOTEBOOKS": "openbook_notebooks",
    "BOOK_KIT": "openbook_kit",
}
_BINDER, _COLAB = "https://mybinder.org/v2/gh", "https://colab.research.google.com/github"


def register(app: Sphinx) -> None:
    """Tell Sphinx of the settings: the pages are written again when one changes."""
    for setting in VARIABLES.values():
        app.add_config_value(setting, "", "html", str)


def configure(config: Config) -> None:
    """Take the addresses from the environment or the settings, without a slash at the end.

    Raises ConfigError for one that is none, or that is not GitHub's where only that will do.
    """
    for variable, setting in VARIABLES.items():
        given = (os.environ.get(variable) or config[setting] or "").strip().rstrip("/")
        parts = urlsplit(given)
        if given and not (parts.scheme == "https" and parts.netloc):
            raise ConfigError(f"{variable}: {given!r} is no address; it begins with https://")
        if given and variable != "BOOK_KIT" and parts.netloc != "github.com":
            raise ConfigError(
                f"{variable}: {given!r} is not on github.com, where Binder and Colab are"
            )
        config[setting] = given


def links(app: Sphinx, docname: str) -> list[Link]:
    """The buttons of a chapter, none in a book without addresses."""
    found, short = [], docname.rpartition("/")[2]
    if repository := app.config.openbook_repository:
        path = urlsplit(repository).path.removesuffix(".git")
        address = f"{_BINDER}{path}/HEAD?urlpath={quote(f'lab/tree/{docname}.md', safe='')}"
        found.append(Link("Binder", address, "Opens the chapter in JupyterLab, on mybinder.org"))
    if notebooks := app.config.openbook_notebooks:
        address = f"{_COLAB}{urlsplit(notebooks).path}/{short}.ipynb"
        found.append(Link("Colab", address, "Opens the notebook in Google Colab"))
    return found
