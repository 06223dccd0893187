"""What the engine asks of every page: references, text, no typed number."""

from openbook.testing.checks import *  # noqa: F403

del test_drawings_are_those_of_the_references  # noqa: F821  (test_figures.py: in four timezones)
