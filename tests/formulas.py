"""The public formulas, and the property that all of them share."""

import importlib
import inspect

import numpy as np
from hypothesis import strategies as st

from tco.units import unit_of

FORMULA_MODULES = (
    "capacity",
    "credit",
    "demand",
    "effort",
    "finance",
    "fleet",
    "hiring",
    "pooling",
    "purchase",
    "queueing",
    "risk",
    "serverless",
    "staffing",
    "tariff",
    "trend",
    "week",
)


def public_functions(module_name):
    """Public functions that a module of `tco` defines, by name."""
    module = importlib.import_module(f"tco.{module_name}")
    return {
        name: thing
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    }


def public_methods(module_name):
    """Public methods of the public classes that a module of `tco` defines, by qualified name."""
    module = importlib.import_module(f"tco.{module_name}")
    return {
        f"{name}.{method_name}": method
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
        for method_name, method in vars(thing).items()
        if inspect.isfunction(method) and method.__module__ == module.__name__ and not method_name.startswith("_")
    }


@st.composite
def _arguments(draw, function, shape):
    """Arrays of ordinary size for each parameter, within the legal range where its name says one."""
    arguments = {}
    for name in inspect.signature(function).parameters:
        if name in {"out", "where"}:  # as NumPy's own: where results go, and which are worked out
            continue
        try:
            unit = unit_of(name)
        except KeyError:
            low, high = 0.0, 10.0
        else:
            low, high = unit.low, unit.high
        # Above zero, so that nothing divides by it; limits at zero are facts of their own.
        numbers = st.floats(max(low, 0.01), min(high, 1e4))
        size = int(np.prod(shape))
        arguments[name] = np.array(draw(st.lists(numbers, min_size=size, max_size=size))).reshape(shape)
    return arguments


def assert_vector_equals_scalar(data, function):
    """The array of the results is the result of the array."""
    shape = (2, 3)
    arguments = data.draw(_arguments(function, shape))
    vector = function(**arguments)
    assert vector.shape == shape
    for index in np.ndindex(shape):
        scalar = function(**{name: float(array[index]) for name, array in arguments.items()})
        np.testing.assert_allclose(vector[index], scalar, rtol=1e-12)
