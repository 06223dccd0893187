"""How numbers, spans, lengths and days are written: each default, each edge."""

import math

import pytest

from openbook import text


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (12345.678, 1, "12,345.7"),
        (12345.678, None, "12,345.678"),
        (0.12345, None, "0.123"),
        (2.5, None, "2.5"),
        (100, None, "100"),
        (100, 2, "100.00"),
        (1_000_000, 0, "1,000,000"),
        (-3, None, "−3"),
        (-0.04, 1, "0.0"),
        (-0.4, 0, "0"),
        (0, None, "0"),
        (-1000, None, "−1,000"),
        (math.inf, None, "∞"),
        (-math.inf, 0, "−∞"),
    ],
)
def test_a_number(value, digits, written):
    assert text.number(value, digits) == written


def test_a_missing_number_is_refused():
    with pytest.raises(ValueError, match="missing"):
        text.number(float("nan"))


def test_shares_and_spans_have_no_decimals_unless_asked():
    assert text.percent(0.823) == "82%"
    assert text.percent(0.823, 1) == "82.3%"
    assert text.percent_span(0.8211, 0.8611) == "82–86%"
    assert text.percent_span(0.8211, 0.8611, 1) == "82.1–86.1%"
    assert text.span(1.2, 3.4) == "1–3"
    assert text.span(1.2, 3.4, 1, "Mt") == "1.2–3.4 Mt"
    assert text.span(1.2, 1.4) == "1"
    assert text.span(1.2, 1.4, 0, "days") == "1 days"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "zero"), (1, "one"), (2.0, "two"), (3, "three"), (4, "four"), (5, "five"), (6, "six"),
        (7, "seven"), (8, "eight"), (9, "nine"), (10, "ten"), (11, "eleven"), (12, "twelve"),
        (13, "thirteen"), (19, "nineteen"), (20, "twenty"), (21, "twenty-one"), (30, "thirty"),
        (45, "forty-five"), (99, "ninety-nine"), (100, "100"), (101, "101"), (2.5, "2.5"),
        (-1, "−1"),
    ],
)  # fmt: skip
def test_a_number_in_words(value, written):
    assert text.spelled(value) == written


@pytest.mark.parametrize(
    ("years", "written"),
    [
        (0.25, "three months"),
        (1 / 12, "a month"),
        (1, "a year"),
        (1.5, "1.5 years"),
        (10, "ten years"),
    ],
)
def test_a_length_of_time(years, written):
    assert text.lasting(years) == written


@pytest.mark.parametrize(
    ("iso", "written"),
    [
        ("2024-03-11", "11 March 2024"),
        ("2024-03-01", "1 March 2024"),
        ("2024-03", "March 2024"),
        ("2024", "2024"),
        ("2024-01/2024-10", "January–October 2024"),
        ("2023-11/2024-02", "November 2023–February 2024"),
        ("2023-03-11/2024-03-11", "11 March 2023–11 March 2024"),
        ("2023/2024", "2023–2024"),
    ],
)
def test_a_day(iso, written):
    assert text.day(iso) == written


@pytest.mark.parametrize("iso", ["", "24", "2024-13", "11 March 2024", "2024-3"])
def test_what_is_no_day_is_refused(iso):
    with pytest.raises(ValueError, match="is no YYYY"):
        text.day(iso)
