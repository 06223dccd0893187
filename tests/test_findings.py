"""What each rule finds, figure for figure, and what it would find if a figure were another."""

from functools import cache

import findings
import pytest

from caspian.claims.rules import LEFT_OUT

KEYS = list(findings.measures())
MEANT = "if this is meant, run `make references`"


@cache
def stored(when: str) -> dict[str, str]:
    return findings.read(when)


@pytest.mark.parametrize("when", findings.WHENS)
@pytest.mark.parametrize("key", KEYS)
def test_a_rule_finds_what_it_found(key, when):
    assert findings.of_rule(key, when) == stored(when).get(key), MEANT


@pytest.mark.parametrize("when", findings.WHENS)
@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_an_omission_shows_what_it_showed(name, when):
    assert findings.of_omission(name, when) == stored(when).get(name), MEANT


@pytest.mark.parametrize("when", findings.WHENS)
def test_nothing_is_stored_that_is_not_asked(when):
    assert sorted(stored(when)) == sorted([*KEYS, *LEFT_OUT]), MEANT
