"""Tariff: prices that fall with the quantity, tier by tier."""

import numpy as np

from tco.arrays import Array, ArrayLike


def tiered_cost(quantity: ArrayLike, tier_start: Array, tier_price: Array) -> Array:
    """
    Cost of a quantity of which each tier has a price of its own.

    Parameters
    ----------
    quantity : array_like
        Quantity, in any unit.
    tier_start : ndarray, shape (t,)
        Quantity from which each price holds, ascending from 0, in the same unit.
    tier_price : ndarray, shape (t,)
        Price of a unit within each tier.

    Returns
    -------
    tiered_cost : array_like
        Cost of the whole quantity, in the unit of the price times that of the quantity.

    Examples
    --------
    The first 10 at 0.09, the next 40 at 0.085, the rest at 0.07:

    >>> tiers = np.array([0.0, 10.0, 50.0]), np.array([0.09, 0.085, 0.07])
    >>> tiered_cost([5.0, 60.0], *tiers).round(6).tolist()
    [0.45, 5.0]
    """
    quantity = np.asarray(quantity, dtype=float)[..., None]
    widths = np.diff(np.append(tier_start, np.inf))
    within = np.clip(quantity - tier_start, 0.0, widths)
    return np.asarray((within * tier_price).sum(axis=-1))
