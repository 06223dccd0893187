"""Hypothesis keeps what it found beside the other caches, not in the root."""

from hypothesis import configuration

from openbook.testing import book

configuration.set_hypothesis_home_dir(book.ROOT / "_build" / ".hypothesis")
