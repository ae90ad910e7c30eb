"""Wording: numbers as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.model import COMPONENTS
from tco.pricing import PURCHASES
from tco.wording import (
    COMPONENT_LABELS,
    PURCHASE_LABELS,
    count,
    duration,
    durations,
    inside,
    labelled,
    money,
    quantity,
    share,
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0"),
        (0.004, "$0"),
        (-0.004, "$0"),
        (3.5, "$3.50"),
        (10, "$10"),
        (999, "$999"),
        (999.6, "$1K"),
        (1_000, "$1K"),
        (41_449, "$41.4K"),
        (-870, "-$870"),
        (999_499, "$999K"),
        (999_500, "$1M"),
        (1_234_567, "$1.23M"),
        (2_500_000_000, "$2.5B"),
        (7.5e14, "$750000B"),
        (float("nan"), "n/a"),
        (float("inf"), "n/a"),
    ],
)
def test_money(amount, text):
    """Three significant digits; the letter follows the rounded amount, so that $999.6 is $1K and not $1000."""
    assert money(amount) == text


@given(st.floats(0.01, 1e15))
def test_money_is_within_half_a_per_cent_and_symmetric(amount):
    """What is said is near what is meant, and a loss reads as a gain with a minus."""
    text = money(amount)
    letter = text[-1] if text[-1] in "KMB" else ""
    said = float(text.strip("$KMB")) * {"": 1, "K": 1e3, "M": 1e6, "B": 1e9}[letter]
    assert said == pytest.approx(amount, rel=0.0051, abs=0.0051)
    assert money(-amount) == f"-{text}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0%"), (1, "100%"), (0.5, "50%"), (0.0996, "10%"), (0.0234, "2.3%"), (0.0004, "under 0.1%"), (3, "300%")],
)
def test_share(value, text):
    """Whole per cent from ten up, tenths below."""
    assert share(value) == text


@pytest.mark.parametrize(
    ("months", "text"),
    [
        (0, "0 days"),
        (12 / 52 / 7, "1 day"),
        (0.2, "6 days"),
        (1, "4 weeks"),
        (2.9, "13 weeks"),
        (3, "3 months"),
        (7.25, "7.2 months"),
        (24, "2 years"),
        (30, "2.5 years"),
        (240, "20 years"),
        (float("inf"), "never"),
        (float("nan"), "never"),
    ],
)
def test_duration(months, text):
    """A month is 52 / 12 weeks: 0.2 months are 6.07 days, 1 month 4.33 weeks, 2.9 months 12.6 weeks."""
    assert duration(months) == text


@pytest.mark.parametrize(
    ("months", "texts"),
    [
        ([], []),
        ([0.1, 36], ["0 years", "3 years"]),
        ([2.8, 3.3], ["2.8 months", "3.3 months"]),
        ([2.8, 2.9], ["12 weeks", "13 weeks"]),
        ([0.2, float("inf")], ["6 days", "never"]),
        ([float("nan"), 12], ["never", "12 months"]),
        ([float("nan"), float("inf")], ["never", "never"]),
    ],
    ids=["none", "a moment beside years", "around a limit", "below it", "one never", "one unknown", "all never"],
)
def test_times_side_by_side_share_the_unit_of_the_longest(months, texts):
    """What never comes is no longest; 2.8 months of 52 / 12 weeks are 12.1 weeks, and 0.2 of 365 / 12 days 6.1."""
    assert durations(months) == texts


@given(st.lists(st.floats(0, 240), min_size=1, max_size=5))
def test_the_longest_reads_as_it_does_alone(months):
    """Beside shorter times the longest is said as `duration` says it."""
    assert durations(months)[months.index(max(months))] == duration(max(months))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("html_share", 0, "0%"),
        ("login_scope", 1, "100%"),
        ("turnover_share_per_year", 0.13, "13%"),
        ("traffic_growth_share_per_month", 0.03, "3.0%"),
        ("team_people", 1, "1"),
        ("team_people", 21.2, "21"),
        ("minimum_servers", 1.6, "2"),
        ("peak_users", 123_456.7, "123,457"),
        ("wait_ms", 2.345, "2.35"),
        ("egress_usd_per_gib", 0.09, "0.09"),
        ("outgrow_ratio", 5, "5"),
    ],
)
def test_the_value_of_an_input(name, value, text):
    """The name says how: shares in per cent, people, servers and users whole, the rest with the digits it needs."""
    assert quantity(name, value) == text


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Team size", "team size"),
        ("CPU of a request", "CPU of a request"),
        ("CPU", "CPU"),
        ("Pages", "pages"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence(label, text):
    """It begins small; an abbreviation stays, and nothing stays nothing."""
    assert inside(label) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (0.5, "0.5"), (2.345, "2.35"), (99.94, "99.9"), (100.4, "100"), (12_345.6, "12,346"), (0, "0")],
)
def test_count(value, text):
    """Thousands separated, and no more digits than needed."""
    assert count(value) == text


@pytest.mark.parametrize(
    ("label", "unit", "text"),
    [
        ("Wait", "ms", "Wait (ms)"),
        ("Developers", "person", "Developers (people)"),
        ("Pages", "1", "Pages"),
        ("Spare", "server", "Spare"),
        ("Peak users", "user", "Peak users"),
        ("Time to learn", "week", "Time to learn (weeks)"),
    ],
)
def test_a_label_with_its_unit(label, unit, text):
    """The unit in brackets, in words where it is a word, and none where there is none."""
    assert labelled(label, unit) == text


def test_what_pages_show_has_a_label():
    """Every component and purchase term has words of its own."""
    assert set(COMPONENT_LABELS) == set(COMPONENTS)
    assert set(PURCHASE_LABELS) == set(PURCHASES)
    assert len(set(COMPONENT_LABELS.values())) == len(COMPONENTS)
