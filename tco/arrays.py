"""The array types that the formulas speak, and the one division that they share."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
ArrayLike: TypeAlias = float | Sequence[float] | npt.NDArray[Any]
# An input once it has been checked.
Value: TypeAlias = float | Array


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


def once_per_scenario(function: Callable[..., Array], *arguments: ArrayLike) -> Array:
    """
    An elementwise function, worked out once for all scenarios that are alike in its arguments.

    Parameters
    ----------
    function : callable
        Takes arrays that broadcast and gives one; costly.
    *arguments : array_like
        Its arguments; scenarios lie on the axis before the last.

    Returns
    -------
    result : ndarray
        What the function gives for the arguments themselves.

    Examples
    --------
    >>> asked = []
    >>> def double(x):
    ...     asked.append(x.shape)
    ...     return 2 * x
    >>> once_per_scenario(double, np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])).tolist()
    [[2.0, 4.0], [6.0, 8.0], [2.0, 4.0]]
    >>> asked
    [(2, 2)]
    """
    arrays = [np.asarray(argument, dtype=float) for argument in arguments]
    n = max((array.shape[-2] for array in arrays if array.ndim > 1), default=1)
    many = [array.ndim > 1 and array.shape[-2] == n for array in arrays]
    if n == 1:
        return function(*arrays)
    columns = [np.moveaxis(array, -2, 0).reshape(n, -1) for array, has_n in zip(arrays, many, strict=True) if has_n]
    # Compared by their bytes, so that alike means alike to the last bit.
    rows = np.ascontiguousarray(np.concatenate(columns, axis=1))
    _, first, scenario = np.unique(
        rows.view(f"V{rows.dtype.itemsize * rows.shape[1]}")[:, 0], return_index=True, return_inverse=True
    )
    if len(first) == n:
        return function(*arrays)
    some = function(*(array[..., first, :] if has_n else array for array, has_n in zip(arrays, many, strict=True)))
    return some[..., scenario, :]
