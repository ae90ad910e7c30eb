"""Trend: where a share is heading, and how unsure that is."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, stdtrit

from tco.arrays import Array, ArrayLike


class Forecast(NamedTuple):
    """Likely value and interval of a share, year by year. [1]"""

    low_share: Array
    value_share: Array
    high_share: Array


def share_forecast(
    years: ArrayLike, observed_share: ArrayLike, ahead_years: ArrayLike, damping_ratio: float, coverage_share: float
) -> Forecast:
    r"""
    A share some years after the last observation, by a damped straight line through its log-odds.

    Parameters
    ----------
    years : array_like
        Years of the observations, at least three.
    observed_share : array_like
        The share in each, between 0 and 1. [1]
    ahead_years : array_like
        Years after the last observation.
    damping_ratio : float
        The trend of each further year over that of the year before; 1 goes straight on. [1]
    coverage_share : float
        How often the interval should hold the truth. [1]

    Returns
    -------
    forecast : Forecast
        Likely share and interval. [1]

    Notes
    -----
    With log-odds :math:`z = a + b x` fitted by least squares, and h years ahead of the last one:

    .. math:: z(h) = a + b (x_n + \sum_{i=1}^{h} \varphi^i)

    The interval is that of a new observation under Student's t with n - 2 degrees of freedom; its width is that of the
    undamped line, since how soon a trend ends is not known either.

    References
    ----------
    E. S. Gardner, E. McKenzie, "Forecasting trends in time series", Management Science 31 (1985) 1237 (damped trends).
    N. R. Draper, H. Smith, "Applied Regression Analysis", 3rd ed., Wiley 1998, section 3.1 (prediction interval).

    Examples
    --------
    Log-odds that rise by 1 a year, -1, 0, 1, go on to 2:

    >>> share_forecast([1, 2, 3], [0.26894142137, 0.5, 0.73105857863], 1, 1, 0.9).value_share.round(6).tolist()
    0.880797
    """
    x = np.asarray(years, dtype=float)
    z = logit(np.asarray(observed_share, dtype=float))
    ahead = np.asarray(ahead_years, dtype=float)
    mean = x.mean()
    squares = np.sum((x - mean) ** 2)
    slope = np.sum((x - mean) * z) / squares
    level = z.mean() + slope * (x - mean)
    freedom = len(x) - 2
    residual = np.sqrt(np.sum((z - level) ** 2) / freedom)
    # The sum of the powers; as many as there are years where nothing is damped.
    steps = ahead if damping_ratio == 1 else damping_ratio * (1.0 - damping_ratio**ahead) / (1.0 - damping_ratio)
    value = level[-1] + slope * steps
    distance = x[-1] + ahead - mean
    error = residual * np.sqrt(1.0 + 1.0 / len(x) + distance**2 / squares)
    half = stdtrit(freedom, 0.5 + coverage_share / 2.0) * error
    return Forecast(expit(value - half), expit(value), expit(value + half))
