"""Hypothesis strategies over the legal ranges of the model's inputs, and how drawn values become inputs."""

from functools import cache

import numpy as np
from hypothesis import strategies as st

from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES, load_assumptions
from tco.inputs import Catalogue, FrameworkInputs, SharedInputs
from tco.units import unit_of


def legal(name):
    """Any legal value of an input."""
    unit = unit_of(name)
    return st.floats(unit.low, unit.high)


@cache
def plausible_range(name):
    """Lowest and highest plausible value of an input over all places in the tables."""
    rows = load_assumptions().rows[name].values()
    return min(row.low for row in rows), max(row.high for row in rows)


@cache
def value(name):
    """
    A legal value of an input: plausible, at an end of the legal range, or anywhere in it.

    Plausible ones come first and as often as the others together: of wild memory sizes alone no server would ever do.
    """
    unit = unit_of(name)
    low, high = plausible_range(name)
    plausible = st.floats(low, high)
    return st.one_of(plausible, plausible, st.sampled_from([float(unit.low), float(unit.high)]), legal(name))


@st.composite
def shared_values(draw):
    """A value for each shared input."""
    return {name: draw(value(name)) for name in SHARED_NAMES}


@st.composite
def framework_values(draw, frameworks):
    """Values for each input of a framework, one for each framework."""
    return {name: [draw(value(name)) for _ in range(frameworks)] for name in FRAMEWORK_NAMES}


@st.composite
def catalogues(draw, largest=5):
    """A price list of a few instance types, small and huge."""
    # Whole sizes beat one another, or are alike, more often than numbers from anywhere.
    sizes = st.tuples(*(st.sampled_from(few) for few in ((1, 2, 4), (1, 4, 16), (0.2, 0.5, 1), (0.1, 0.11, 0.2))))
    wild = st.tuples(st.floats(0.25, 128), st.floats(0.5, 4096), st.floats(0.05, 1), st.floats(0.001, 50))
    types = draw(st.lists(st.one_of(sizes, wild), min_size=1, max_size=largest))
    return catalogue_of(types)


def catalogue_of(types):
    """A catalogue from (vCPUs, GiB, sustained share, USD/h) of each type, and the speed of its cores if it is not 1."""
    columns = np.array([(*each, 1.0)[:5] for each in types], dtype=float).T
    return Catalogue(tuple(f"type-{i}" for i in range(len(types))), *columns)


def shared_inputs(*cases):
    """Shared inputs of one case as floats, of several as arrays of shape (n, 1)."""
    if len(cases) == 1:
        return SharedInputs(**cases[0])
    return SharedInputs(**{name: np.array([[case[name]] for case in cases]) for name in cases[0]})


def framework_inputs(*cases):
    """Inputs per framework of one case in the shape (f,), of several in the shape (n, f)."""
    frameworks = len(next(iter(cases[0].values())))
    columns = {name: np.array([case[name] for case in cases], dtype=float) for name in cases[0]}
    names = tuple("abcdefgh"[:frameworks])
    return FrameworkInputs(
        names=names, **{name: rows[0] if len(cases) == 1 else rows for name, rows in columns.items()}
    )


@st.composite
def cases(draw, frameworks=2):
    """Everything that one evaluation needs: shared values, values per framework, a price list."""
    return draw(shared_values()), draw(framework_values(frameworks)), draw(catalogues())
