"""Keys: one name for each input of a scenario, `wait_ms` or `ramp_up_weeks.flask`, and scenarios with other values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tco.arrays import Array
from tco.assumptions import SHARED_NAMES
from tco.scenarios import Scenario
from tco.tables import Assumption


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """
    A scenario with other values of inputs.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    values : mapping
        By key (`wait_ms`, `ramp_up_weeks.flask`) a number, or an array of shape (n,) for n scenarios.

    Returns
    -------
    scenario : Scenario
        One scenario, or n of them.

    Examples
    --------
    >>> with_values(Scenario(), {"wait_ms": 20.0, "ramp_up_weeks.flask": 2.0}).inputs
    {'wait_ms': 20.0, 'ramp_up_weeks': {'flask': 2.0}}
    """
    changes: dict[str, Any] = {}
    for key, value in values.items():
        name, dot, place = key.partition(".")
        column = np.asarray(value, dtype=float)[:, None] if np.ndim(value) else value
        if dot:
            changes.setdefault(name, {})[place] = column
        else:
            changes[name] = column
    return scenario.replace(**changes)


def name_of(key: str) -> str:
    """
    The name of an input.

    Parameters
    ----------
    key : str
        Its key: the name, and after a dot the framework or way of serving.

    Returns
    -------
    name : str
        The name alone.

    Examples
    --------
    >>> name_of("ramp_up_weeks.flask"), name_of("wait_ms")
    ('ramp_up_weeks', 'wait_ms')
    """
    return key.partition(".")[0]


def input_keys(scenario: Scenario) -> list[str]:
    """
    Keys of all inputs that the costs of a scenario depend on.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    keys : list of str
        Shared inputs by name; those of the frameworks and ways of serving that it compares as `name.place`.

    Examples
    --------
    >>> "ramp_up_weeks.flask" in input_keys(Scenario())
    True
    """
    a = scenario.assumptions
    frameworks = dict.fromkeys(a.servings[serving].framework for serving in scenario.servings)
    tables = ((frameworks, a.framework_rows), (scenario.servings, a.serving_rows))
    placed = [f"{name}.{place}" for places, rows in tables for place in places for name in rows[place]]
    return [*SHARED_NAMES, *placed]


def row_of(scenario: Scenario, key: str) -> Assumption:
    """
    The row of the tables that an input comes from.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    key : str
        Key of the input.

    Returns
    -------
    row : Assumption
        Range, source and evidence.

    Examples
    --------
    >>> row_of(Scenario(), "form_effort_days.flask").group
    'Product'
    """
    name, _, place = key.partition(".")
    return scenario.row(name, place)


def value_of(scenario: Scenario, key: str) -> float:
    """
    The value that an input has in one scenario.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    key : str
        Key of the input.

    Returns
    -------
    value : float
        In the unit of its name.

    Examples
    --------
    >>> value_of(Scenario(inputs={"ramp_up_weeks": {"flask": 3}}), "ramp_up_weeks.flask")
    3.0
    """
    name, _, place = key.partition(".")
    return scenario.value(name, place)


def label_of(scenario: Scenario, key: str) -> str:
    """
    What an input is called.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    key : str
        Key of the input.

    Returns
    -------
    label : str
        The row's label, with the framework that it is about.

    Examples
    --------
    >>> label_of(Scenario(), "html_share"), label_of(Scenario(), "form_effort_days.flask")
    ('Share of HTML pages', 'Form (Flask)')
    """
    label = row_of(scenario, key).label
    framework = scenario.assumptions.frameworks.get(key.partition(".")[2])
    # Many rows say in their label what they are about.
    return label if framework is None or framework.label in label else f"{label} ({framework.label})"


def one_at_a_time(scenario: Scenario, values: Mapping[str, Sequence[float] | Array]) -> Scenario:
    """
    Scenarios in which one input after another is moved, and all others stay.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    values : mapping
        By key of an input the values that it takes in turn.

    Returns
    -------
    scenarios : Scenario
        One for each value, in the order of the mapping.

    Examples
    --------
    >>> import tco
    >>> moved = one_at_a_time(tco.scenario(wait_ms=7), {"wait_ms": [1, 2], "team_people": [3]})
    >>> moved.shared.wait_ms[:, 0].tolist(), moved.shared.team_people[:, 0].tolist()
    ([1.0, 2.0, 7.0], [5.0, 5.0, 3.0])
    """
    n = sum(len(taken) for taken in values.values())
    columns, start = {}, 0
    for key, taken in values.items():
        name, _, place = key.partition(".")
        columns[key] = np.full(n, scenario.value(name, place))
        columns[key][start : start + len(taken)] = taken
        start += len(taken)
    return with_values(scenario, columns)
