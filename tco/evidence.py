"""
Evidence: the observations behind the numbers on people, read when somebody asks for them.

The model reads their outcome (`countries.csv`, `talent.csv`, `effort.csv`); tests hold the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from tco.assumptions import replacement_path, table_path
from tco.salaries import HeldOut, SalaryBand, held_out, salary_bands
from tco.tables import CodeSize, FrameworkUsers, Migration, OfficialWage, SalaryCell, read_once, read_table
from tco.trend import Forecast, share_forecast

# A trend's next year counts for this much of its last one: no framework conquers all developers in ten years.
TREND_DAMPING_RATIO: Final = 0.8
TREND_COVERAGE_SHARE: Final = 0.9
TREND_AHEAD_YEARS: Final = (1, 2, 3)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Observations: pay of a survey and of official statistics, users year by year, migrations, lines of code."""

    salary_cells: tuple[SalaryCell, ...]
    official_wages: tuple[OfficialWage, ...]
    framework_users: tuple[FrameworkUsers, ...]
    migrations: tuple[Migration, ...]
    code_sizes: tuple[CodeSize, ...]

    def salary_bands(self) -> tuple[SalaryBand, ...]:
        """Bands by country and level, as `countries.csv` has them."""
        return salary_bands(self.salary_cells, self.official_wages)

    def held_out(self) -> tuple[HeldOut, ...]:
        """Each cell of the salary survey as all others predict it."""
        return held_out(self.salary_cells)

    def history(self, framework: str) -> Mapping[int, float]:
        """Share of the survey's respondents who used a framework, by year."""
        return {
            row.year: row.users_people / row.respondents_people
            for row in self.framework_users
            if row.framework == framework
        }

    def forecast(self, framework: str) -> Forecast:
        """That share in the three years after the last survey."""
        history = self.history(framework)
        return share_forecast(
            list(history),
            list(history.values()),
            np.array(TREND_AHEAD_YEARS),
            TREND_DAMPING_RATIO,
            TREND_COVERAGE_SHARE,
        )

    def pool_growth_ratio(self, framework: str) -> tuple[float, float, float]:
        """Users a year later over users now: low, likely and high over the years of the forecast."""
        last = list(self.history(framework).values())[-1]
        low, value, high = ((share[-1] / last) ** (1 / TREND_AHEAD_YEARS[-1]) for share in self.forecast(framework))
        return float(low), float(value), float(high)

    def retrofit_days(self) -> tuple[float, float, float]:
        """Active days for each route of the public moves to async: least, median, greatest."""
        days = _days_per_route(self.migrations)
        return min(days), median(days), max(days)


def load_evidence(data: Path | str | None = None) -> Evidence:
    """
    Read the observations.

    Parameters
    ----------
    data : Path or str, optional
        As for `load_assumptions`.

    Returns
    -------
    evidence : Evidence
        The tables; read once for each `data` and kept.

    Raises
    ------
    TableError
        If a table breaks a rule.
    """
    return _load(replacement_path(data))


@read_once
def _load(replacement: Path | None) -> Evidence:
    return Evidence(
        salary_cells=read_table(table_path("salary_cells", replacement), SalaryCell),
        official_wages=read_table(table_path("official_wages", replacement), OfficialWage),
        framework_users=read_table(table_path("framework_users", replacement), FrameworkUsers),
        migrations=read_table(table_path("migrations", replacement), Migration),
        code_sizes=read_table(table_path("code_sizes", replacement), CodeSize),
    )


def _days_per_route(migrations: Iterable[Migration]) -> list[float]:
    return [row.active_days / row.routes_count for row in migrations if row.active_days is not None]
