"""The shared division."""

import numpy as np

from tco.arrays import ratio_or_zero


def test_nothing_over_nothing_is_nothing():
    """Where the denominator is zero the ratio is zero, without a warning."""
    assert ratio_or_zero([0.0, 3.0], [0.0, 0.0]).tolist() == [0, 0]


def test_elsewhere_it_divides():
    """6 / 3 = 2 and 1 / 4 = 0.25."""
    assert ratio_or_zero(np.array([6.0, 1.0]), np.array([3.0, 4.0])).tolist() == [2, 0.25]


def test_it_leaves_its_arguments_alone():
    """The caller's arrays are as they were."""
    numerator, denominator = np.array([1.0, 2.0]), np.array([0.0, 2.0])
    ratio_or_zero(numerator, denominator)
    assert numerator.tolist() == [1, 2]
    assert denominator.tolist() == [0, 2]
