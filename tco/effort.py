"""Effort: what there is to build, how fast a team builds it, and what its people cost."""

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.units import MONTHS_PER_YEAR, WEEKS_PER_YEAR


def interface_effort_days(
    endpoint_count: ArrayLike,
    page_count: ArrayLike,
    forms_per_page_count: ArrayLike,
    validation_scope: ArrayLike,
    api_docs_scope: ArrayLike,
    json_endpoint_effort_days: ArrayLike,
    validation_effort_days: ArrayLike,
    api_docs_effort_days: ArrayLike,
    html_page_effort_days: ArrayLike,
    form_effort_days: ArrayLike,
) -> Array:
    """
    Effort of the product's interfaces: JSON endpoints and HTML pages.

    Parameters
    ----------
    endpoint_count : array_like
        JSON endpoints. [1]
    page_count : array_like
        HTML pages. [1]
    forms_per_page_count : array_like
        Forms on a mean page. [1]
    validation_scope, api_docs_scope : array_like
        How much of each endpoint's validation and documentation is wanted, 0 to 1. [1]
    json_endpoint_effort_days : array_like
        Effort of one endpoint. [day]
    validation_effort_days, api_docs_effort_days : array_like
        Effort of validating and of documenting one endpoint. [day]
    html_page_effort_days, form_effort_days : array_like
        Effort of one page and of one form. [day]

    Returns
    -------
    interface_effort_days : array_like
        Person-days of a mid-level developer who knows the framework. [day]

    Examples
    --------
    >>> float(interface_effort_days(10, 4, 0.5, 1, 0, 1.5, 0.5, 9, 2, 1))
    30.0
    """
    endpoint_days = (
        json_endpoint_effort_days
        + np.multiply(validation_scope, validation_effort_days)
        + np.multiply(api_docs_scope, api_docs_effort_days)
    )
    page_days = html_page_effort_days + np.multiply(forms_per_page_count, form_effort_days)
    return np.multiply(endpoint_count, endpoint_days) + np.multiply(page_count, page_days)


def mix_mean(
    junior_share: ArrayLike, senior_share: ArrayLike, junior: ArrayLike, mid: ArrayLike, senior: ArrayLike
) -> Array:
    """
    Mean of a per-person figure over the seniority mix.

    Parameters
    ----------
    junior_share : array_like
        Juniors in the team. [1]
    senior_share : array_like
        Seniors among those who are not junior. [1]
    junior, mid, senior : array_like
        The figure of each level, in any unit.

    Returns
    -------
    mean : array_like
        The team's mean, in the unit of the figure.

    Examples
    --------
    >>> float(mix_mean(0.5, 0.5, 1, 2, 4))
    2.0
    """
    experienced = np.multiply(senior_share, senior) + np.subtract(1.0, senior_share) * mid
    return np.multiply(junior_share, junior) + np.subtract(1.0, junior_share) * experienced


def team_output_days_per_month(
    team_people: ArrayLike,
    communication_overhead_share: ArrayLike,
    pairwise_overhead_share: ArrayLike,
    productivity_ratio: ArrayLike,
    working_days_per_year: ArrayLike,
) -> Array:
    r"""
    What a team gets done in a month.

    Parameters
    ----------
    team_people : array_like
        Developers, at least one. [person]
    communication_overhead_share : array_like
        Extra effort for each further colleague: what all have to hear. [1]
    pairwise_overhead_share : array_like
        Extra effort for each ordered pair of colleagues: what each has to agree with each. [1]
    productivity_ratio : array_like
        Output of a mean member over that of a mid-level developer. [1]
    working_days_per_year : array_like
        Days that a person works in a year. [day/year]

    Returns
    -------
    team_output_days_per_month : array_like
        Person-days of standard work done in a month. [day/month]

    Notes
    -----
    .. math:: \frac{n}{1 + o (n - 1) + c n (n - 1)} \cdot p \cdot \frac{d}{12}

    Brooks's law in the form of the universal scalability law: pairs grow with the square of the team, so output has a
    greatest value, and beyond it one more makes the team slower.

    References
    ----------
    F. P. Brooks, "The Mythical Man-Month", Addison-Wesley 1975, chapter 2.
    N. J. Gunther, "Guerrilla Capacity Planning", Springer 2007, chapter 4.

    Examples
    --------
    A team of one has no communication overhead:

    >>> float(team_output_days_per_month(1, 0.04, 0.01, 1, 240))
    20.0
    >>> float(team_output_days_per_month(6, 0.04, 0.01, 1, 240))
    80.0
    """
    others = np.subtract(team_people, 1.0)
    overhead = np.multiply(communication_overhead_share, others) + pairwise_overhead_share * np.multiply(
        team_people, others
    )
    return (
        np.divide(team_people, 1.0 + overhead) * productivity_ratio * np.divide(working_days_per_year, MONTHS_PER_YEAR)
    )


def most_productive_people(communication_overhead_share: ArrayLike, pairwise_overhead_share: ArrayLike) -> Array:
    r"""
    Team that gets the most done: with one more it would get less done.

    Parameters
    ----------
    communication_overhead_share : array_like
        Extra effort for each further colleague. [1]
    pairwise_overhead_share : array_like
        Extra effort for each ordered pair of colleagues. [1]

    Returns
    -------
    most_productive_people : array_like
        Size of the team, at least one; infinite where pairs cost nothing. [person]

    Notes
    -----
    Where the derivative of the output vanishes:

    .. math:: n = \sqrt{(1 - o) / c}

    Examples
    --------
    >>> float(most_productive_people(0.04, 0.01).round(3)), float(most_productive_people(0.04, 0))
    (9.798, inf)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.divide(np.subtract(1.0, communication_overhead_share), pairwise_overhead_share)
    # Where a second person adds nothing and pairs cost nothing either, 0 / 0: one is as good as any.
    return np.maximum(np.sqrt(np.where(np.isnan(free), 1.0, free)), 1.0)


def ramp_up_effort_days(
    learner_share: ArrayLike, ramp_up_weeks: ArrayLike, ramp_up_loss_share: ArrayLike, output_days_per_month: ArrayLike
) -> Array:
    """
    Work lost while those who do not know the framework learn it.

    Parameters
    ----------
    learner_share : array_like
        Members of the team who have to learn it. [1]
    ramp_up_weeks : array_like
        Time that each of them takes. [week]
    ramp_up_loss_share : array_like
        Output lost in that time. [1]
    output_days_per_month : array_like
        Work that the whole team does in a month. [day/month]

    Returns
    -------
    ramp_up_effort_days : array_like
        Person-days of standard work that are not done. [day]

    Examples
    --------
    Half of a team that does 104 days of work a month loses half of its output for a month:

    >>> float(ramp_up_effort_days(0.5, 52 / 12, 0.5, 104))
    26.0
    """
    ramp_up_months = np.multiply(ramp_up_weeks, MONTHS_PER_YEAR / WEEKS_PER_YEAR)
    return np.multiply(learner_share, ramp_up_loss_share) * ramp_up_months * output_days_per_month


def launch_months(
    effort_days: ArrayLike,
    output_days_per_month: ArrayLike,
    open_seats_share: ArrayLike,
    time_to_fill_months: ArrayLike,
) -> Array:
    r"""
    Months from the start to the launch.

    Parameters
    ----------
    effort_days : array_like
        Work to do. [day]
    output_days_per_month : array_like
        Work that the whole team does in a month. [day/month]
    open_seats_share : array_like
        Seats of the team that are empty at the start. [1]
    time_to_fill_months : array_like
        Time until they are filled. [month]

    Returns
    -------
    launch_months : array_like
        Time to launch. [month]

    Notes
    -----
    With effort E, output r of the whole team, a share o of empty seats filled after F:
    the work is done before F or after it, and the smaller of the two times is the true one:

    .. math:: T = \min\left(\frac{E}{r (1 - o)}, \frac{E}{r} + o F\right)

    Examples
    --------
    >>> float(launch_months(100, 20, 0, 3))
    5.0
    >>> float(launch_months(100, 20, 0.5, 2))
    6.0
    >>> float(launch_months(10, 20, 0.5, 2))
    1.0
    """
    full_team_months = np.divide(effort_days, output_days_per_month)
    with np.errstate(divide="ignore", invalid="ignore"):
        before_filled = np.where(
            np.less(open_seats_share, 1.0), full_team_months / np.subtract(1.0, open_seats_share), np.inf
        )
    return np.minimum(before_filled, np.add(full_team_months, np.multiply(open_seats_share, time_to_fill_months)))
