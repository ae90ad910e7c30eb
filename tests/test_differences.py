"""Differences: the gap between two scenarios, split over inputs and components such that every cent is there."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tco
from tco import differences
from tco.differences import COMPARED, RENTED, Changed, changed_inputs, compare, difference, to_cents
from tco.inputs import InputError
from tco.model import COMPONENTS
from tests.strategies import plausible_range
from tests.tables import PRICES, assert_one_sentence

CENT_USD = 0.005


def parts(found):
    """Part of each changed input in the gap, by its key."""
    return dict(zip([changed.key for changed in found.changed], found.input_usd.tolist(), strict=True))


def cost(scenario, serving):
    return float(tco.evaluate(scenario).of(serving))


def test_one_input_explains_all_of_its_gap():
    """What costs 1,000 more a month, discounted, is the part of the one input that differs."""
    first, second = tco.scenario(), tco.scenario(server_overhead_usd_per_month=1_000.0)
    found = difference(first, second, "flask-threads")
    gap_usd = cost(second, "flask-threads") - cost(first, "flask-threads")
    assert parts(found) == pytest.approx({"server_overhead_usd_per_month": gap_usd})
    assert found.gap_usd == pytest.approx(gap_usd)


def test_two_inputs_share_what_they_do_together():
    """The part of each is the mean of what it does alone and what it does where the other has changed already."""
    first, users, price = tco.scenario(), {"peak_users": 50_000.0}, {"instance_price_ratio": 2.0}
    v0, v1, v2, v12 = (cost(first.replace(**c), "fastapi-async") for c in ({}, users, price, users | price))
    found = difference(first, first.replace(**users, **price), "fastapi-async")
    assert v12 - v0 > (v1 - v0) + (v2 - v0)  # together they do more
    assert parts(found) == pytest.approx(
        {"peak_users": ((v1 - v0) + (v12 - v2)) / 2, "instance_price_ratio": ((v2 - v0) + (v12 - v1)) / 2}
    )


def test_choices_have_their_parts_too():
    """The offer of servers, the list of what is compared and an input: the mean over all six orders, one by one."""
    first = tco.scenario(peak_users=50_000.0)
    steps = {
        RENTED: {"purchase": "reserved_1y"},
        COMPARED: {"servings": ["flask-sync", "fastapi-plain"]},
        "wait_ms": {"wait_ms": 200.0},
    }
    expected = dict.fromkeys(steps, 0.0)
    for order in permutations(steps):
        scenario, before = first, tco.evaluate(first).total_usd.min()
        for key in order:
            scenario = scenario.replace(**steps[key])
            after = tco.evaluate(scenario).total_usd.min()
            expected[key] += (after - before) / 6
            before = after
    found = difference(first, scenario)
    assert found.exact
    assert parts(found) == pytest.approx(expected)
    assert [changed.texts for changed in found.changed if changed.key == RENTED] == [
        ("AWS us-east-1, on demand", "AWS us-east-1, reserved, 1 year")
    ]


NAMES = ("peak_users", "wait_ms", "team_people", "html_share", "turnover_share_per_year", "materiality_share")
INPUTS = st.fixed_dictionaries({}, optional={name: st.floats(*plausible_range(name)) for name in NAMES})


@settings(deadline=None, max_examples=12)
@given(
    first=INPUTS,
    second=INPUTS,
    presets=st.permutations(["customer-api", "internal-tool"]) | st.just(["ml-product", "ml-product"]),
    serving=st.sampled_from(["", "flask-threads", "fastapi-async"]),
)
def test_rows_and_columns_add_up_and_the_way_back_is_the_same(first, second, presets, serving):
    """To the cent, over inputs and over components; the way back has the other sign, exact or drawn."""
    scenarios = [tco.scenario(preset, **inputs) for preset, inputs in zip(presets, (first, second), strict=True)]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(differences, "ORDERS", 16)
            there, back = difference(*scenarios, serving), difference(*scenarios[::-1], serving)
    except InputError as refusal:
        assert_one_sentence(str(refusal), "served or launched in time")
        return
    totals = compare(scenarios, serving).total_usd
    assert there.gap_usd == pytest.approx(totals[1] - totals[0], abs=CENT_USD)
    assert there.input_usd.sum() == pytest.approx(there.gap_usd, abs=CENT_USD)
    assert there.component_usd.sum() == pytest.approx(there.gap_usd, abs=CENT_USD)
    assert there.usd.sum(axis=0) == pytest.approx(there.component_usd, abs=CENT_USD)
    assert parts(back) == pytest.approx({key: -usd for key, usd in parts(there).items()}, abs=CENT_USD)
    assert there.exact == back.exact == (len(there.changed) <= 12)
    # What decides nothing but the words of the answer has no part in it.
    assert parts(there).get("materiality_share", 0.0) == 0.0


@given(order=st.permutations(["peak_users", "wait_ms", "team_people", "junior_share", "html_share"]))
@settings(deadline=None, max_examples=6)
@pytest.mark.parametrize("most_exact", [12, 0])
def test_the_order_of_inputs_is_of_no_account(order, most_exact):
    """Set in any order, and listed in any order, each input has the same part, also where orders are drawn."""
    high = {name: plausible_range(name)[1] / 2 for name in sorted(order)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(differences, "ORDERS", 16)
        patch.setattr(differences, "MOST_EXACT", most_exact)
        usual = difference(tco.scenario(), tco.scenario(**high))
        listed = changed_inputs([tco.scenario(), tco.scenario(**high)])
        patch.setattr(
            differences, "changed_inputs", lambda _: tuple(sorted(listed, key=lambda one: order.index(one.key)))
        )
        other = difference(tco.scenario(), tco.scenario(**{name: high[name] for name in order}))
    assert [one.key for one in other.changed] == order
    assert parts(other) == pytest.approx(parts(usual), abs=CENT_USD)


def test_drawn_orders_come_near_all_orders(monkeypatch):
    """Within five of their own standard errors of the exact split, and with a sum as exact."""
    first = tco.scenario()
    second = first.replace(peak_users=80_000.0, wait_ms=200.0, team_people=8.0, html_share=0.4, horizon_months=48.0)
    exact = difference(first, second)
    monkeypatch.setattr(differences, "MOST_EXACT", 0)
    drawn = difference(first, second)
    assert (exact.exact, drawn.exact) == (True, False)
    assert (exact.standard_error_usd == 0).all()
    assert (np.abs(drawn.input_usd - exact.input_usd) <= 5 * drawn.standard_error_usd + CENT_USD).all()
    assert drawn.input_usd.sum() == pytest.approx(exact.gap_usd, abs=CENT_USD)
    assert difference(first, second, seed=2).input_usd.tolist() != drawn.input_usd.tolist()


def test_equal_scenarios_have_nothing_between_them():
    """No input, no gap."""
    found = difference(tco.scenario(), tco.scenario())
    assert (found.changed, found.gap_usd, found.input_usd.shape) == ((), 0.0, (0,))


@given(
    st.lists(st.floats(-1e7, 1e7), max_size=30).map(np.array),
    st.integers(-1, 1),
)
def test_amounts_in_cents_add_up(parts_usd, off_cents):
    """Each a cent at most from what it was, and another one where the sum had been rounded in pieces."""
    total_usd = round(float(parts_usd.sum()), 2) + off_cents / 100
    rounded = to_cents(parts_usd, total_usd)
    assert np.allclose(100 * rounded, np.round(100 * rounded), atol=1e-4)
    if len(parts_usd):
        assert rounded.sum() == pytest.approx(total_usd, abs=CENT_USD)
        assert np.abs(rounded - parts_usd).max(initial=0) < 0.0201


def test_scenarios_beside_one_another():
    """Four of them: the answer, the cheapest way of serving, its components, each input that any of them changes."""
    scenarios = [
        tco.scenario(),
        tco.scenario(country="Germany"),
        tco.scenario(peak_users=500.0),
        tco.scenario(model_memory_gib=10_000.0),
    ]
    found = compare(scenarios)
    for i, scenario in enumerate(scenarios[:3]):
        costs = tco.evaluate(scenario)
        assert found.answers[i] == tco.verdict(scenario)
        assert found.servings[i] == found.answers[i].best == costs.names[costs.total_usd.argmin()]
        assert found.total_usd[i] == pytest.approx(costs.total_usd.min())
        expected = [costs.component_usd[name][costs.total_usd.argmin()] for name in COMPONENTS]
        assert found.component_usd[i].tolist() == expected
    assert found.servings[3] == ""
    assert np.isnan(found.total_usd[3])
    changed = {one.key: one for one in found.changed}
    assert changed["peak_users"].values == (10_000, 10_000, 500, 10_000)
    assert changed["peak_users"].texts == ("10,000", "10,000", "500", "10,000")
    assert {"salary_mid_usd_per_year", "model_memory_gib", "developers_people"} < set(changed)
    assert isinstance(found.changed[0], Changed)


def test_what_cannot_be_compared_is_refused_in_a_sentence(tmp_path):
    """Other tables, a way of serving that one does not compare, one that cannot be served, a mixture that cannot."""
    path = tmp_path / "prices.csv"
    path.write_text(PRICES)
    usual, huge = tco.scenario(), tco.scenario(model_memory_gib=10_000.0)
    slow = usual.replace(p95_objective_ms=10_000.0, wait_ms=1_000.0)
    for first, second, serving, words in [
        (usual, tco.scenario(data=path), "", "the same tables"),
        (usual, usual, "flask-gevent", "'flask-gevent'"),
        (usual, huge, "", "one of them cannot be served"),
        (slow, usual.replace(p95_objective_ms=300.0), "", "a mixture of the two cannot be served"),
    ]:
        with pytest.raises(InputError) as refusal:
            difference(first, second, serving)
        assert_one_sentence(str(refusal.value), words)
