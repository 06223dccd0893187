"""Assumptions tried out: a table that was edited and not stamped, in a reader's own run.

The sha256 of a table stands in the way of committing a change unseen, never of trying one: the
build, the tests and `python -m openbook.tables check` refuse such a table; JupyterLab and scripts
take it, if it is valid, and say how to have the book's again.
"""

from __future__ import annotations

from openbook.sentences import Mark
from openbook.tables.folder import book_folder, data_folder

_told: set[str] = set()  # digests of the tables that were told of


def tell(path: str, digest: str) -> None:
    """Show once, for each content, that a table is not the book's, and the way back."""
    if digest in _told:
        return
    _told.add(digest)
    shown = f"{data_folder().name}/{path}"
    is_cloned = (book_folder() / ".git").exists()
    back = f"`git checkout -- {shown}`" if is_cloned else "A fresh copy of it"
    from IPython.display import display

    display(Mark(f"{shown} differs from the book's. {back} brings the published figures back."))
