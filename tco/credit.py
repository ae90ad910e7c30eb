"""
Credit: how far the CPU credits of a burstable server carry it through a week.

Such a server earns what its sustained share of the CPU would do in an hour, spends what it does, and keeps up to so
many hours of earning. While credit is left it runs at full speed. All is counted in hours of earning, so that the same
numbers hold for servers of all sizes; the week repeats itself.
"""

import numpy as np

from tco.arrays import Array, ArrayLike


def burst_ratio(profile_share: Array, credit_cap_hours: ArrayLike) -> Array:
    r"""
    Largest peak load whose week the credits carry, over the load that the sustained share of the CPU carries.

    Parameters
    ----------
    profile_share : ndarray, shape (h,)
        Load of each hour over the peak; the hour after the last is the first. [1]
    credit_cap_hours : array_like
        Hours of earning that are kept; what is earned beyond them is lost. [h]

    Returns
    -------
    burst_ratio : array_like
        At least 1, which is what is left where nothing is kept. [1]

    Notes
    -----
    .. math:: \min\left(\frac{1}{\bar s}, \; \min_{a, n} \frac{H + n}{s_a + \dots + s_{a + n - 1}}\right)

    with the shares s of the hours, their mean, and H hours kept: over the whole week no more may be spent than is
    earned, and in any n hours in a row no more than is earned in them and kept before them.

    Examples
    --------
    A day of half load and a day of full load: 24 hours kept would allow (24 + 24) / 24, but the mean allows 1 / 0.75.

    >>> days = np.repeat([0.5, 1.0], 24)
    >>> burst_ratio(days, [0.0, 6.0, 24.0]).round(3).tolist()
    [1.0, 1.25, 1.333]
    """
    hours = np.arange(1, len(profile_share) + 1)
    most = _sums(profile_share)[:, 1:].max(axis=0)
    by_run = np.min((np.asarray(credit_cap_hours, dtype=float)[..., None] + hours) / most, axis=-1)
    return np.asarray(np.minimum(by_run, 1.0 / profile_share.mean()))


def credit_hours(profile_share: Array, load_ratio: float, credit_cap_hours: float) -> Array:
    """
    Credit that is left at the end of each hour of a week like all others.

    Parameters
    ----------
    profile_share : ndarray, shape (h,)
        Load of each hour over the peak; the hour after the last is the first. [1]
    load_ratio : float
        Peak load over the load that the sustained share of the CPU carries, such that no more is spent than earned
        over the week. [1]
    credit_cap_hours : float
        Hours of earning that are kept. [h]

    Returns
    -------
    credit_hours : ndarray, shape (h,)
        Hours of earning; below 0 where the server would have to slow down. [h]

    Examples
    --------
    Quiet hours spend 0.4 and busy ones 1.6 of the hour that each of them earns:

    >>> credit_hours(np.array([0.25, 0.25, 1.0, 1.0]), 1.6, 3.0).round(6).tolist()
    [2.4, 3.0, 2.4, 1.8]
    """
    # What has gone since the credit was last full: the most that any run of hours up to this one spent beyond what it
    # earned. Backwards, these are runs from each hour on.
    gone = _sums(np.flip(load_ratio * profile_share - 1.0)).max(axis=1)
    return np.asarray(credit_cap_hours - np.flip(gone))


def _sums(hourly: Array) -> Array:
    """Sums over the hours from each one on, of none to all of them, around the week: shape (h, h + 1)."""
    count = len(hourly)
    total = np.concatenate([[0.0], np.cumsum(np.tile(hourly, 2))])
    first = np.arange(count)[:, None]
    return np.asarray(total[first + np.arange(count + 1)] - total[first])
