"""Sentences that rest on what the tables say, and what happens when they no longer do.

A sentence may say more than its numbers: "most", "never", "the cheapest way". A cell states the
condition with :func:`holds`. When the book is built or tested, a sentence that does not hold ends
the cell and is named. Someone who runs the cells again with assumptions of their own sees it
marked, and goes on.
"""

from __future__ import annotations

from html import escape
from typing import Any

from openbook import kernel

NO_LONGER = "With these assumptions this sentence no longer holds: "
MIME = "application/vnd.openbook.mark"  # by which programs find a mark

broken: list[str] = []
"""The sentences that did not hold in this process, in order; only outside the book's own run."""


class SentenceError(AssertionError):
    """A sentence of the book is not true of its tables; the message is the sentence."""


class Mark:
    """A remark on a reader's own run: a line in a frame, or plain text."""

    def __init__(self, words: str) -> None:
        """`words`: plain text."""
        self.words = words

    def __repr__(self) -> str:
        """The words without a frame."""
        return self.words

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        words = escape(self.words, quote=False)
        # a frame in a colour that can be read on white and on black; the words take the page's
        style = "border-left: 4px solid #b7791f; padding: 0.3em 0.8em; margin: 0.5em 0"
        html = f'<div role="note" style="{style}">{words}</div>'
        return {"text/plain": self.words, "text/html": html, MIME: self.words}


def holds(condition: object, sentence: str) -> None:
    """Ask that a sentence of the chapter is true of the tables: `condition`, in words `sentence`.

    In the book's build and in its tests, raises SentenceError if it is not. In a re-run
    (JupyterLab, nbconvert, a script) it marks the sentence as one that no longer holds.
    """
    if condition:
        return  # nothing, which a cell that ends with it would show
    if kernel.in_book() and kernel.strict():
        raise SentenceError(f"this sentence does not hold: {sentence}")
    broken.append(sentence)
    from IPython.display import display

    display(Mark(f"{NO_LONGER}{sentence}"))
