"""The regret table against the totals that it is made of."""

import numpy as np
import pytest

import tco
from tco.inputs import InputError
from tco.regret import FUTURES, regret


@pytest.mark.parametrize("preset", ["internal-tool", "customer-api", "ml-product"])
def test_each_future_has_a_right_pick(preset):
    """In each future one pick loses nothing, and the others what they cost more than it."""
    scenario = tco.scenario(preset)
    table = regret(scenario)
    assert table.futures == tuple(FUTURES)
    for future, best, losses in zip(table.futures, table.best, table.regret_usd, strict=True):
        totals = tco.evaluate(scenario.replace(**FUTURES[future])).total_usd
        assert losses == pytest.approx(totals - totals.min(), abs=1e-6)
        assert losses[table.names.index(best)] == 0


def test_the_expected_regret_is_the_mean_over_the_users_chances():
    """A chance of 0.2 to outgrow and of 0.1 to turn leave 0.7 for the plan."""
    table = regret(tco.scenario(outgrow_probability_share=0.2, kind_turn_probability_share=0.1))
    assert table.chance_share == pytest.approx((0.7, 0.2, 0.1), rel=1e-12)
    assert table.expected_usd == pytest.approx(np.array([0.7, 0.2, 0.1]) @ table.regret_usd, rel=1e-12)


def test_chances_above_certainty_are_scaled_down():
    """0.9 and 0.6 are 1.5 together: 0.6 and 0.4, and nothing is left for the plan."""
    table = regret(tco.scenario(outgrow_probability_share=0.9, kind_turn_probability_share=0.6))
    assert table.chance_share == pytest.approx((0, 0.6, 0.4), abs=1e-12)


def test_the_wrong_pick_goes_both_ways():
    """Pages that turn into an API cost FastAPI's pick less than Flask's; an API that turns into pages costs it more."""
    turned = "turns into the other kind"
    lost = {}
    for html_share in (0.0, 1.0):
        scenario = tco.scenario("customer-api", html_share=html_share, servings=["flask-threads", "fastapi-async"])
        table = regret(scenario)
        change = table.regret_usd[table.futures.index(turned)] - table.regret_usd[table.futures.index("as planned")]
        lost[html_share] = change[1] - change[0]
    assert lost[0.0] > 0 > lost[1.0]


def test_a_regret_table_is_about_one_scenario():
    """Many are refused in words."""
    with pytest.raises(InputError, match="one scenario; got 2"):
        regret(tco.scenario(peak_users=np.array([[1.0], [2.0]])))
