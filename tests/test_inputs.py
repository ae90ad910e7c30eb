"""Inputs: what is illegal is refused in one sentence, at the border, once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES
from tco.inputs import FrameworkInputs, InputError, SharedInputs, checked, rows_of
from tco.units import unit_of
from tests.strategies import framework_inputs, framework_values, shared_inputs, shared_values

ILLEGAL = {
    "a negative load": ("direct_peak_load_rps", -5, "direct_peak_load_rps must lie in [0, 1e+07] req/s; got -5"),
    "a share above one": ("html_share", 1.5, "html_share must lie in [0, 1]; got 1.5"),
    "a negative price": ("egress_usd_per_gib", -0.01, "egress_usd_per_gib must lie in [0, 1000] USD/GiB; got -0.01"),
    "no developer": ("team_people", 0, "team_people must lie in [1, 1000] person; got 0"),
    "a horizon of nothing": ("horizon_months", 0, "horizon_months must lie in [1, 240] month; got 0"),
    "an absurd horizon": ("horizon_months", 1e9, "horizon_months must lie in [1, 240] month; got 1e+09"),
    "not a number": ("wait_ms", float("nan"), "wait_ms must lie in [0, 1e+06] ms; got nan"),
    "infinity": ("peak_users", float("inf"), "peak_users must lie in [0, 1e+09] user; got inf"),
    "minus infinity": ("peak_users", -float("inf"), "peak_users must lie in [0, 1e+09] user; got -inf"),
    "nothing": ("peak_users", None, "peak_users must be a number; got None"),
    "yes": ("peak_users", True, "peak_users must be a number; got True"),
    "yes and no": ("html_share", [[True], [False]], "html_share must be a number; got [[True], [False]]"),
    "words": ("peak_users", "many", "peak_users must be a number; got 'many'"),
    "digits in quotes": ("peak_users", "20000", "peak_users must be a number; got '20000'"),
    "a complex number": ("peak_users", 1j, "peak_users must be a number; got 1j"),
    "a mapping": ("peak_users", {"a": 1}, "peak_users must be a number; got {'a': 1}"),
    "rows of different length": ("peak_users", [[1], [2, 3]], "peak_users must be a number; got [[1], [2, 3]]"),
    "one bad value of many": (
        "direct_peak_load_rps",
        [[3.0], [-5.0]],
        "direct_peak_load_rps must lie in [0, 1e+07] req/s; got -5 at index (1, 0)",
    ),
    "not a number among many": ("html_share", [0.1, np.nan], "html_share must lie in [0, 1]; got nan at index (1,)"),
}


@pytest.mark.parametrize("case", ILLEGAL)
def test_an_illegal_value_is_refused_in_one_sentence(case):
    """The message names the input, the rule, the unit, the value and where it stands."""
    name, value, message = ILLEGAL[case]
    with pytest.raises(InputError) as caught:
        checked(name, value)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [10**400, "x" * 10_000, [["x"] * 10_000]], ids=["huge", "long text", "long list"])
def test_an_absurd_value_is_refused_in_a_short_sentence(value):
    """Whatever is given, the message stays short and on one line."""
    with pytest.raises(InputError) as caught:
        checked("peak_users", value)
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [*SHARED_NAMES, *FRAMEWORK_NAMES])
def test_the_ends_of_the_legal_range_are_legal_and_nothing_beyond_is(name):
    """Both ends pass; the next numbers outside are refused with name, range and value."""
    unit = unit_of(name)
    assert checked(name, unit.low) == unit.low
    assert checked(name, unit.high) == unit.high
    for beyond in (np.nextafter(unit.low, -np.inf), np.nextafter(unit.high, np.inf)):
        with pytest.raises(InputError, match=f"^{name} must lie in "):
            checked(name, float(beyond))


@given(values=shared_values(), name=st.sampled_from(SHARED_NAMES))
def test_one_illegal_field_refuses_the_whole_set(values, name):
    """A set of inputs is legal or is not made; the message names the field."""
    with pytest.raises(InputError, match=f"^{name} must lie in "):
        shared_inputs(values | {name: -1.0})


@given(values=framework_values(2), name=st.sampled_from(FRAMEWORK_NAMES))
def test_one_illegal_framework_refuses_the_whole_set(values, name):
    """The message names the field and the framework's index."""
    with pytest.raises(InputError, match=rf"^{name} must lie in .*; got -1 at index \(1,\)$"):
        framework_inputs(values | {name: [values[name][0], -1.0]})


def test_whole_numbers_become_floating_point():
    """An integer, a list and an array of integers come out as floating point of the same values."""
    assert checked("team_people", 5) == 5.0
    assert type(checked("team_people", 5)) is float
    assert type(checked("team_people", np.int64(5))) is float
    assert checked("team_people", [[5], [6]]).dtype == float


def test_the_callers_array_is_left_alone():
    """Checking and evaluating change nothing in an array that was given."""
    users = np.array([[10.0], [20.0]])
    tco.evaluate(tco.scenario("customer-api", peak_users=users))
    assert users.tolist() == [[10], [20]]


def test_inputs_cannot_be_changed_behind_the_checks():
    """A set of inputs is frozen: a new value means a new, checked set."""
    shared = tco.scenario("customer-api").shared
    with pytest.raises(AttributeError):
        shared.peak_users = -1.0


def test_rows_of_keeps_what_has_no_scenarios():
    """A slice of three scenarios has their values, and the numbers that are the same for all."""
    scenario = tco.scenario("customer-api", peak_users=[[1.0], [2.0], [3.0]])
    part = rows_of(scenario.shared, slice(1, 3))
    assert part.peak_users.tolist() == [[2], [3]]
    assert part.wait_ms == scenario.shared.wait_ms
    framework = rows_of(scenario.framework, slice(1, 3))
    assert framework.names == scenario.framework.names
    assert framework.ramp_up_weeks.tolist() == scenario.framework.ramp_up_weeks.tolist()


def test_the_fields_are_listed_once():
    """The names that tables, draws and controls use are the fields of the two types, in their order."""
    assert SharedInputs.quantities() == SHARED_NAMES
    assert FrameworkInputs.quantities() == FRAMEWORK_NAMES
