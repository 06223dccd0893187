"""What the engine asks of every page: references, text, no typed number."""

from openbook.testing.checks import *  # noqa: F403
