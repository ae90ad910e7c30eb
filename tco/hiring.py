"""Hiring: the pool, how long a search takes in it, and what a hire costs."""

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.units import DAYS_PER_YEAR, MONTHS_PER_YEAR


def pool_people(developers_people: ArrayLike, pool_share: ArrayLike, open_to_move_share: ArrayLike) -> Array:
    """
    People who could be hired for a framework.

    Parameters
    ----------
    developers_people : array_like
        Software developers in the country. [person]
    pool_share : array_like
        Those who use the framework. [1]
    open_to_move_share : array_like
        Those of them who would take another job. [1]

    Returns
    -------
    pool_people : array_like
        The pool. [person]

    Examples
    --------
    >>> float(pool_people(1_000_000, 0.1, 0.2))
    20000.0
    """
    return np.multiply(developers_people, pool_share) * open_to_move_share


def time_to_fill_months(
    pool_people: ArrayLike,
    reference_pool_people: ArrayLike,
    reference_time_to_fill_days: ArrayLike,
    time_to_fill_elasticity_ratio: ArrayLike,
    demand_ratio: ArrayLike,
    demand_elasticity_ratio: ArrayLike,
) -> Array:
    r"""
    Time to fill a seat, longer in a smaller pool and where more employers look; never in an empty one.

    Parameters
    ----------
    pool_people : array_like
        People who could be hired. [person]
    reference_pool_people : array_like
        Pool in which the published time to fill holds. [person]
    reference_time_to_fill_days : array_like
        The published time to fill. [day]
    time_to_fill_elasticity_ratio : array_like
        How strongly the time follows the pool: 0 not at all, 1 in proportion. [1]
    demand_ratio : array_like
        Jobs for each of its people, over the jobs where the published time holds. [1]
    demand_elasticity_ratio : array_like
        How strongly the time follows that demand: 0 not at all, 1 in proportion. [1]

    Returns
    -------
    time_to_fill_months : array_like
        Time to fill a seat; infinite in a pool of nobody. [month]

    Notes
    -----
    .. math:: t = t_0 \left(\frac{P_0}{P}\right)^{e} D^{d}

    No published figure is specific to a framework: the form and its elasticities are stated assumptions.

    References
    ----------
    B. Petrongolo, C. A. Pissarides, "Looking into the black box: a survey of the matching function", J. Econ. Lit. 39
    (2001) 390 (the form: vacancies last longer the more of them there are for each who looks).

    Examples
    --------
    >>> float(time_to_fill_months(100, 100, 365 / 6, 0.2, 1, 0.1).round(9))
    2.0
    >>> float(time_to_fill_months(25, 100, 365 / 6, 0.5, 4, 0.5).round(9))
    8.0
    >>> float(time_to_fill_months(0, 100, 50, 0.2, 1, 0.1))
    inf
    """
    reference_months = np.divide(reference_time_to_fill_days, DAYS_PER_YEAR / MONTHS_PER_YEAR)
    scarcity = np.power(np.divide(reference_pool_people, np.maximum(pool_people, 1.0)), time_to_fill_elasticity_ratio)
    # An empty pool never fills a seat, however weakly the time follows the pool.
    competition = np.power(demand_ratio, demand_elasticity_ratio)
    return np.where(np.less(pool_people, 1.0), np.inf, reference_months * scarcity * competition)


def search_months(time_to_fill_months: ArrayLike, maximum_time_to_fill_months: ArrayLike) -> Array:
    """
    How long a seat stays empty: until it is filled, or until the search is given up.

    Parameters
    ----------
    time_to_fill_months : array_like
        Time to fill a seat, infinite where it never is. [month]
    maximum_time_to_fill_months : array_like
        Search given up after this time: the seat is filled in another way. [month]

    Returns
    -------
    search_months : array_like
        Time that the seat is empty, and costs what an empty one costs. [month]

    Examples
    --------
    >>> float(search_months(2, 12)), float(search_months(float("inf"), 12))
    (2.0, 12.0)
    """
    return np.minimum(time_to_fill_months, maximum_time_to_fill_months)


def later_pool_share(pool_share: ArrayLike, pool_growth_ratio: ArrayLike, wait_months: ArrayLike) -> Array:
    """
    Share of the developers who use a framework after some time.

    Parameters
    ----------
    pool_share : array_like
        The share now. [1]
    pool_growth_ratio : array_like
        The share a year later over the share now. [1]
    wait_months : array_like
        Time from now. [month]

    Returns
    -------
    later_pool_share : array_like
        The share then, at most everybody. [1]

    Examples
    --------
    >>> float(later_pool_share(0.1, 1.2, 24).round(9)), float(later_pool_share(0.5, 3, 12))
    (0.144, 1.0)
    """
    years = np.divide(wait_months, MONTHS_PER_YEAR)
    return np.minimum(np.multiply(pool_share, np.power(pool_growth_ratio, years)), 1.0)


def team_mean(open_seats_share: ArrayLike, standing: ArrayLike, hired: ArrayLike) -> Array:
    """
    Mean of a figure over a team of which some are hired for the job and the rest is there already.

    Parameters
    ----------
    open_seats_share : array_like
        Seats that are hired for the job. [1]
    standing, hired : array_like
        The figure of those who are there and of those who are hired, in any unit.

    Returns
    -------
    mean : array_like
        The team's mean, in the unit of the figure.

    Examples
    --------
    Whoever is there keeps the pay that they have, whatever the framework:

    >>> float(team_mean(0.25, 1.0, 1.2).round(9))
    1.05
    """
    return np.multiply(open_seats_share, hired) + np.subtract(1.0, open_seats_share) * standing


def loaded_usd_per_month(salary_usd_per_year: ArrayLike, loaded_cost_ratio: ArrayLike) -> Array:
    """
    What a person costs the employer in a month.

    Parameters
    ----------
    salary_usd_per_year : array_like
        Salary of the person. [USD/year]
    loaded_cost_ratio : array_like
        Employer's cost over the salary. [1]

    Returns
    -------
    loaded_usd_per_month : array_like
        Fully loaded cost. [USD/month]

    Examples
    --------
    >>> float(loaded_usd_per_month(120_000, 1.5))
    15000.0
    """
    return np.multiply(salary_usd_per_year, loaded_cost_ratio) / MONTHS_PER_YEAR


def recruiting_cost_usd(
    salary_usd_per_year: ArrayLike,
    recruiting_usd: ArrayLike,
    agency_hires_share: ArrayLike,
    agency_fee_share: ArrayLike,
) -> Array:
    """
    Cost of finding one person.

    Parameters
    ----------
    salary_usd_per_year : array_like
        Salary of the person. [USD/year]
    recruiting_usd : array_like
        Own recruiting cost of a hire. [USD]
    agency_hires_share : array_like
        Hires made through an agency. [1]
    agency_fee_share : array_like
        Its fee, of a year's salary. [1]

    Returns
    -------
    recruiting_cost_usd : array_like
        Cost of one hire. [USD]

    Examples
    --------
    >>> float(recruiting_cost_usd(120_000, 5_000, 0.5, 0.2))
    17000.0
    """
    return recruiting_usd + np.multiply(agency_hires_share, agency_fee_share) * salary_usd_per_year


def onboarding_usd(
    salary_usd_per_year: ArrayLike,
    loaded_cost_ratio: ArrayLike,
    onboarding_months: ArrayLike,
    onboarding_loss_share: ArrayLike,
) -> Array:
    """
    Pay for the output that a new colleague does not give yet.

    Parameters
    ----------
    salary_usd_per_year : array_like
        Salary of the person. [USD/year]
    loaded_cost_ratio : array_like
        Employer's cost over the salary. [1]
    onboarding_months : array_like
        Time to full output. [month]
    onboarding_loss_share : array_like
        Output missed in that time. [1]

    Returns
    -------
    onboarding_usd : array_like
        Cost of one hire. [USD]

    Examples
    --------
    >>> float(onboarding_usd(120_000, 1.5, 4, 0.5))
    30000.0
    """
    per_month = loaded_usd_per_month(salary_usd_per_year, loaded_cost_ratio)
    return per_month * np.multiply(onboarding_months, onboarding_loss_share)


def vacancy_usd(
    salary_usd_per_year: ArrayLike,
    loaded_cost_ratio: ArrayLike,
    time_to_fill_months: ArrayLike,
    vacancy_cost_ratio: ArrayLike,
) -> Array:
    """
    Cost of a seat that stays empty while a replacement is sought.

    Parameters
    ----------
    salary_usd_per_year : array_like
        Mean salary. [USD/year]
    loaded_cost_ratio : array_like
        Employer's cost over the salary. [1]
    time_to_fill_months : array_like
        Time until the seat is filled. [month]
    vacancy_cost_ratio : array_like
        Value lost beyond the salary saved, of the loaded monthly cost. [1]

    Returns
    -------
    vacancy_usd : array_like
        Cost of one vacancy. [USD]

    Examples
    --------
    >>> float(vacancy_usd(120_000, 1.5, 2, 0.5))
    15000.0
    """
    per_month = loaded_usd_per_month(salary_usd_per_year, loaded_cost_ratio)
    return per_month * np.multiply(time_to_fill_months, vacancy_cost_ratio)
