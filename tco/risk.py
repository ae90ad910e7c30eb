"""Risk: what it costs when the product turns into something that another framework suits better."""

import numpy as np

from tco.arrays import Array, ArrayLike


def excess(values: Array) -> Array:
    """
    How far each framework lies above the best of those compared.

    Parameters
    ----------
    values : ndarray, shape (..., f)
        A cost, a time or an effort, the less the better, in any unit.

    Returns
    -------
    excess : ndarray, shape (..., f)
        Distance to the smallest along the last axis, in the same unit; NaN stays where it is and spoils no neighbour.

    Examples
    --------
    >>> excess(np.array([7.0, 4.0, np.nan])).tolist()
    [3.0, 0.0, nan]
    """
    # `fmin` passes NaN over: a framework that cannot be served at all is nobody's yardstick.
    return values - np.fmin.reduce(values, axis=-1, keepdims=True)


def retrofit_days(
    interface_count: ArrayLike, async_retrofit_effort_days: ArrayLike, data_layer_retrofit_effort_days: ArrayLike
) -> Array:
    """
    Effort to move a product that serves one request at a time to async: its interfaces, and its access to data.

    Parameters
    ----------
    interface_count : array_like
        Endpoints and pages. [1]
    async_retrofit_effort_days : array_like
        Effort of one of them. [day]
    data_layer_retrofit_effort_days : array_like
        Effort of drivers, sessions and queries, once for the product. [day]

    Returns
    -------
    retrofit_days : array_like
        Person-days. [day]

    Examples
    --------
    >>> float(retrofit_days(60, 0.5, 10))
    40.0
    """
    return np.add(np.multiply(interface_count, async_retrofit_effort_days), data_layer_retrofit_effort_days)


def turned_interface_days(
    endpoint_count: ArrayLike,
    page_count: ArrayLike,
    kind_turn_share: ArrayLike,
    endpoint_effort_days: ArrayLike,
    page_effort_days: ArrayLike,
) -> Array:
    """
    Effort to build anew the interfaces that turn into the other kind: endpoints into pages, pages into endpoints.

    Parameters
    ----------
    endpoint_count, page_count : array_like
        JSON endpoints and HTML pages of the plan. [1]
    kind_turn_share : array_like
        Those that turn. [1]
    endpoint_effort_days, page_effort_days : array_like
        Effort of one endpoint and of one page, with all that belongs to it. [day]

    Returns
    -------
    turned_interface_days : array_like
        Person-days. [day]

    Examples
    --------
    >>> float(turned_interface_days(10, 30, 0.5, 2, 3))
    45.0
    """
    into_pages = np.multiply(endpoint_count, page_effort_days)
    into_endpoints = np.multiply(page_count, endpoint_effort_days)
    return np.multiply(kind_turn_share, np.add(into_pages, into_endpoints))


def wrong_pick_usd(
    rework_days: ArrayLike,
    usd_per_day: ArrayLike,
    overspend_usd_per_month: ArrayLike,
    overspend_months: ArrayLike,
    output_days_per_month: ArrayLike,
    gross_margin_usd_per_month: ArrayLike,
    rework_margin_loss_share: ArrayLike,
) -> Array:
    """
    Cost once a pick has turned out wrong: rework, cloud overspend until it is mended, and margin lost meanwhile.

    Parameters
    ----------
    rework_days : array_like
        Person-days of rework. [day]
    usd_per_day : array_like
        Cost of a person-day of standard work, in USD per day.
    overspend_usd_per_month : array_like
        Cloud bill above that of the best framework compared. [USD/month]
    overspend_months : array_like
        Time until it is noticed and mended. [month]
    output_days_per_month : array_like
        Work that the team does in a month. [day/month]
    gross_margin_usd_per_month : array_like
        Gross margin of the product. [USD/month]
    rework_margin_loss_share : array_like
        Margin lost while the team reworks instead of improving. [1]

    Returns
    -------
    wrong_pick_usd : array_like
        Cost of the wrong pick, once it has happened. [USD]

    Examples
    --------
    >>> float(wrong_pick_usd(40, 500, 1_000, 6, 20, 10_000, 0.1))
    28000.0
    """
    rework_usd = np.multiply(rework_days, usd_per_day)
    rework_months = np.divide(rework_days, output_days_per_month)
    overspend_usd = np.multiply(overspend_usd_per_month, overspend_months)
    lost_margin_usd = rework_months * np.multiply(gross_margin_usd_per_month, rework_margin_loss_share)
    return np.asarray(rework_usd + overspend_usd + lost_margin_usd)
