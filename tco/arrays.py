"""The array types that the formulas speak, and the one division that they share."""

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
ArrayLike: TypeAlias = float | Sequence[float] | npt.NDArray[Any]
# An input once it has been checked.
Value: TypeAlias = float | Array
# What an array that keeps its type holds: numbers, places, names.
AnyScalar = TypeVar("AnyScalar", bound=np.generic)


def ratio_or_zero(numerator: ArrayLike, denominator: ArrayLike) -> Array:
    """
    Quotient of two arrays, 0 where there is nothing to divide by.

    Parameters
    ----------
    numerator, denominator : array_like
        In any units.

    Returns
    -------
    ratio : array_like
        Quotient, in the unit of the numerator over that of the denominator.

    Examples
    --------
    >>> ratio_or_zero([1.0, 1.0], [4.0, 0.0]).tolist()
    [0.25, 0.0]
    """
    denominator = np.asarray(denominator, dtype=float)
    empty = denominator == 0
    return np.where(empty, 0.0, numerator / np.where(empty, 1.0, denominator))
