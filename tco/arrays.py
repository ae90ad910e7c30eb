"""The array types that the formulas speak, the one division that they share, and the memory of large arrays."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
ArrayLike: TypeAlias = float | Sequence[float] | npt.NDArray[Any]
# An input once it has been checked.
Value: TypeAlias = float | Array
# What an array that keeps its type holds: numbers, places, names.
AnyScalar = TypeVar("AnyScalar", bound=np.generic)
# Numbers in the largest array that the GNU C library learns from: just below 32 MiB.
_LEARNT_FROM: Final = 2**22 - 2**12


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


def keep_freed_memory() -> None:
    """
    Have the memory of freed arrays kept for the next ones, up to 64 MiB of it.

    The GNU C library hands memory back to the system when twice as much lies free as the largest array that was ever
    freed, and a long run over arrays of some MiB gets and clears the same pages again and again: an eighth of its time.
    An array that is made and freed untouched costs nothing and tells the library that large ones come and go here.
    Other C libraries take no notice.

    Examples
    --------
    >>> keep_freed_memory()
    """
    np.empty(_LEARNT_FROM)
