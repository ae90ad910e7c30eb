"""
Salaries: bands by country and seniority, from official statistics where there are some and from a survey elsewhere.

Each cell of the survey is drawn to what its country and its experience let expect, the more so the fewer people are in
it; one with nobody in it is what they let expect. `data/countries.csv` holds the outcome.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from tco.arrays import Array
from tco.pooling import Fit, expected, fitted, log_spread, median_error, own_weight, shrunk
from tco.tables import OfficialWage, SalaryCell

# Experience in years that makes a level; a level of two takes each with the people that it has in all countries.
LEVELS: Final = {"junior": ("0-2",), "mid": ("3-5", "6-10"), "senior": ("11+",)}
YEARS: Final = tuple(years for bands in LEVELS.values() for years in bands)
USERS: Final = ("python", "other")

# Ninety per cent of a normal distribution lie within so many standard errors.
NINETY_PERCENT_ERRORS: Final = 1.6448536269514722
# Quartiles of few people say little of their spread: it is drawn to that of all cells as if so many had said that.
SPREAD_PRIOR_PEOPLE: Final = 30.0
# Respondents earn 7 to 10 per cent more than official figures say, where there are both: how much further down a level
# may lie where there are none.
SURVEY_EXCESS_SHARE: Final = 0.1


class Cells(NamedTuple):
    """Cells of the survey as arrays: logarithm of the median, its standard error, and which effects it has."""

    log_median: Array
    error: Array
    design: Array


class SalaryBand(NamedTuple):
    """Level of pay in a country with the interval in which it lies nine times in ten. [USD/year]"""

    country: str
    level: str
    low_usd_per_year: float
    value_usd_per_year: float
    high_usd_per_year: float
    respondents_people: int
    own_weight_share: float
    official: bool


class HeldOut(NamedTuple):
    """A cell, and what all the others said of it before it was looked at. [USD/year]"""

    cell: SalaryCell
    low_usd_per_year: float
    value_usd_per_year: float
    high_usd_per_year: float

    @property
    def is_covered(self) -> bool:
        """Whether the cell's median lies in the interval."""
        return self.low_usd_per_year <= self.cell.p50_usd_per_year <= self.high_usd_per_year


def salary_bands(cells: Iterable[SalaryCell], official: Iterable[OfficialWage]) -> tuple[SalaryBand, ...]:
    """
    Bands of Python web developers for each country and level.

    Parameters
    ----------
    cells : iterable of SalaryCell
        The survey.
    official : iterable of OfficialWage
        Official figures beside the survey's own, for the countries that have them.

    Returns
    -------
    bands : tuple of SalaryBand
        In the order of the countries, juniors first.
    """
    cells = tuple(cells)
    known = {row.country: row.official_usd_per_year / row.survey_usd_per_year for row in official}
    countries = tuple(dict.fromkeys(cell.country for cell in cells))
    data = _as_arrays(cells, countries)
    fit = fitted(data.design, data.log_median, data.error)
    own: dict[tuple[str, str], int] = {
        (cell.country, cell.years): i for i, cell in enumerate(cells) if cell.users == "python"
    }

    def band(country: str, level: str) -> SalaryBand:
        people = [sum(cell.respondents_people for cell in cells if cell.years == years) for years in LEVELS[level]]
        indices = [own.get((country, years)) for years in LEVELS[level]]
        parts = [
            _posterior(fit, data, country, years, countries, i) for years, i in zip(LEVELS[level], indices, strict=True)
        ]
        mean, error, weight = np.average(np.array(parts), axis=0, weights=people)  # errors as if wholly alike
        ratio = known.get(country, 1.0)
        excess = 1.0 if country in known else 1.0 - SURVEY_EXCESS_SHARE
        half = NINETY_PERCENT_ERRORS * error
        return SalaryBand(
            country,
            level,
            low_usd_per_year=float(ratio * excess * np.exp(mean - half)),
            value_usd_per_year=float(ratio * np.exp(mean)),
            high_usd_per_year=float(ratio * np.exp(mean + half)),
            respondents_people=round(sum(cells[i].respondents_people for i in indices if i is not None)),
            own_weight_share=float(weight),
            official=country in known,
        )

    return tuple(band(country, level) for country in countries for level in LEVELS)


def country_row(band: SalaryBand) -> dict[str, str]:
    """
    A band as a row of `data/countries.csv`.

    Parameters
    ----------
    band : SalaryBand
        The band.

    Returns
    -------
    row : dict
        Text of each column, amounts in hundreds of dollars.
    """
    people, weight = band.respondents_people, f"{band.own_weight_share:.0%}"
    own = (
        f"{people} Python web developers answered; their own median counts {weight}, the rest is"
        if people
        else "No cell of 10 people or more, so all of it is"
    )
    level = (
        "on the level of official statistics" if band.official else "10 per cent further down, as respondents earn more"
    )
    numbers = (band.low_usd_per_year, band.value_usd_per_year, band.high_usd_per_year)
    low, value, high = (f"{round(number, -2):.0f}" for number in numbers)
    return {
        "name": f"salary_{band.level}_usd_per_year",
        "applies_to": band.country,
        "group": "Team",
        "label": f"{band.level.capitalize()} salary",
        "low": low,
        "value": value,
        "high": high,
        "distribution": "lognormal",
        "unit": "USD/year",
        "price_year": "2025" if band.official else "2024",
        "source": "so-survey-2024",
        "evidence": "sourced",
        "note": f"{own} what the country and its experience let expect. "
        f"Range: 90 per cent interval of the level, {level}.",
    }


def held_out(cells: Iterable[SalaryCell]) -> tuple[HeldOut, ...]:
    """
    Each cell as the others predict it, with the interval that should hold its median nine times in ten.

    Parameters
    ----------
    cells : iterable of SalaryCell
        The survey.

    Returns
    -------
    predictions : tuple of HeldOut
        One for each cell, in their order.
    """
    cells = tuple(cells)
    countries = tuple(dict.fromkeys(cell.country for cell in cells))
    data = _as_arrays(cells, countries)

    def predicted(i: int) -> HeldOut:
        others = np.arange(len(cells)) != i
        fit = fitted(data.design[others], data.log_median[others], data.error[others])
        mean, error = expected(fit, data.design[i : i + 1])
        half = NINETY_PERCENT_ERRORS * np.sqrt(fit.scatter**2 + error[0] ** 2 + data.error[i] ** 2)
        return HeldOut(cells[i], *(float(np.exp(log)) for log in (mean[0] - half, mean[0], mean[0] + half)))

    return tuple(predicted(i) for i in range(len(cells)))


def _as_arrays(cells: tuple[SalaryCell, ...], countries: tuple[str, ...]) -> Cells:
    people = np.array([cell.respondents_people for cell in cells])
    spread = log_spread([cell.p25_usd_per_year for cell in cells], [cell.p75_usd_per_year for cell in cells])
    common = np.average(spread**2, weights=people)
    steady = np.sqrt((people * spread**2 + SPREAD_PRIOR_PEOPLE * common) / (people + SPREAD_PRIOR_PEOPLE))
    design = np.array([_effects(cell.country, cell.years, cell.users, countries) for cell in cells])
    return Cells(np.log([cell.p50_usd_per_year for cell in cells]), median_error(steady, people), design)


def _effects(country: str, years: str, users: str, countries: tuple[str, ...]) -> Array:
    """A level for each country, and ratios for experience and for Python; the last of each is the yardstick."""
    return np.array(
        [country == name for name in countries]
        + [years == name for name in YEARS[:-1]]
        + [users == name for name in USERS[:-1]],
        dtype=float,
    )


def _posterior(
    fit: Fit, data: Cells, country: str, years: str, countries: tuple[str, ...], cell: int | None
) -> tuple[float, float, float]:
    """Logarithm of a level, its standard error, and the weight of the cell's own answers."""
    prior, prior_error = (value[0] for value in expected(fit, _effects(country, years, "python", countries)[None]))
    estimate, error = (prior, np.inf) if cell is None else (data.log_median[cell], data.error[cell])
    weight = float(own_weight(error, fit.scatter))
    variance = (1.0 - weight) * fit.scatter**2 + ((1.0 - weight) * prior_error) ** 2
    return float(shrunk(estimate, error, prior, fit.scatter)), float(np.sqrt(variance)), weight
