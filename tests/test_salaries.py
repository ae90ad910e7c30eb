"""Salaries: the bands are what the survey says where many answered, and honest about it where few did."""

import csv
import io

import numpy as np
import pytest
from scipy.stats import binom
from typer.testing import CliRunner

from tco.assumptions import load_assumptions
from tco.cli import app
from tco.evidence import load_evidence
from tco.pooling import log_spread, median_error
from tco.salaries import LEVELS, country_row, held_out, salary_bands
from tco.tables import OfficialWage, SalaryCell
from tests.tables import our_rows

EVIDENCE = load_evidence()
BANDS = {(band.country, band.level): band for band in EVIDENCE.salary_bands()}
CELLS = {(cell.country, cell.years): cell for cell in EVIDENCE.salary_cells if cell.users == "python"}


def cell(country, users, years, people, median, spread=0.4):
    """A cell with quartiles at plus and minus `spread` in logarithms."""
    return SalaryCell(
        country=country,
        users=users,
        years=years,
        respondents_people=people,
        p25_usd_per_year=median * np.exp(-spread),
        p50_usd_per_year=median,
        p75_usd_per_year=median * np.exp(spread),
        source="own",
    )


def survey(people):
    """Two countries in which everything is a product: 100,000 or 50,000; 0.5, 0.8, 1, 1.2; 1.1 with Python."""
    ratios = {"0-2": 0.5, "3-5": 0.8, "6-10": 1.0, "11+": 1.2}
    return [
        cell(country, users, years, people, level * ratio * premium)
        for country, level in (("Rich", 100_000), ("Poor", 50_000))
        for years, ratio in ratios.items()
        for users, premium in (("python", 1.1), ("other", 1.0))
    ]


def test_the_model_reads_what_the_survey_gives():
    """Each salary of `countries.csv` is the band that `tco salaries` works out now, to the letter."""
    salaries = [row for row in our_rows("countries") if row["name"].startswith("salary_")]
    assert salaries == [country_row(BANDS[row["applies_to"], row["name"].split("_")[1]]) for row in salaries]
    assert len(salaries) == len(BANDS) == 36


@pytest.mark.parametrize(
    ("country", "level"),
    [
        (country, level)
        for (country, level), band in BANDS.items()
        if band.respondents_people >= 30 and len(LEVELS[level]) == 1
    ],
)
def test_where_many_answered_the_band_is_their_median(country, level):
    """With 30 people or more, the level is within two standard errors of sampling of the cell's own median."""
    own = CELLS[country, *LEVELS[level]]
    # Official statistics move the level of a country as a whole: taken back, the survey's is left.
    official = {row.country: row.official_usd_per_year / row.survey_usd_per_year for row in EVIDENCE.official_wages}
    found = BANDS[country, level].value_usd_per_year / official.get(country, 1.0)
    error = median_error(log_spread(own.p25_usd_per_year, own.p75_usd_per_year), own.respondents_people)
    assert abs(np.log(found / own.p50_usd_per_year)) < 2 * error


def test_held_out_cells_lie_in_their_intervals_as_often_as_stated():
    """Of 82 cells, each predicted from the others, nine in ten lie in their 90 per cent interval, as chance allows."""
    covered = sum(one.is_covered for one in EVIDENCE.held_out())
    low, high = binom.interval(0.95, len(EVIDENCE.salary_cells), 0.9)
    assert low <= covered <= high
    assert len(EVIDENCE.salary_cells) == 82


def test_an_even_world_is_found_exactly():
    """Where pay is a product of country, experience and Python, each band is that product, and all is foreseen."""
    bands = {(band.country, band.level): band for band in salary_bands(survey(1_000), [])}
    assert bands["Rich", "junior"].value_usd_per_year == pytest.approx(55_000, rel=1e-9)
    # Mid: as many people with 3-5 years as with 6-10: the geometric mean of 0.8 and 1.
    assert bands["Poor", "mid"].value_usd_per_year == pytest.approx(55_000 * np.sqrt(0.8), rel=1e-9)
    assert all(one.is_covered for one in held_out(survey(1_000)))


def test_a_country_without_a_cell_borrows_it_whole():
    """No junior answered in Poor: the level of the country times the ratio of the others, a wider range, weight 0."""
    cells = [one for one in survey(40) if (one.country, one.users, one.years) != ("Poor", "python", "0-2")]
    bands = {(band.country, band.level): band for band in salary_bands(cells, [])}
    band = bands["Poor", "junior"]
    assert band.value_usd_per_year == pytest.approx(27_500, rel=1e-9)
    assert (band.respondents_people, band.own_weight_share) == (0, 0)


def test_the_fewer_people_the_more_is_borrowed():
    """In our survey the weight of the own median rises with the people of the cell, and the range narrows."""
    thin, thick = BANDS["France", "senior"], BANDS["United States", "senior"]
    assert (thin.respondents_people, thick.respondents_people) == (12, 920)
    assert thin.own_weight_share < 0.6
    assert thick.own_weight_share > 0.95

    def width(band):
        return band.high_usd_per_year / band.low_usd_per_year

    assert width(thick) < width(BANDS["Germany", "senior"]) < width(thin) < width(BANDS["Netherlands", "senior"])


def test_official_statistics_set_the_level():
    """Rich officially earns 80,000 where the survey says 100,000: all its bands times 0.8, and no excess below."""
    wage = OfficialWage(
        country="Rich",
        official_usd_per_year=80_000,
        survey_usd_per_year=100_000,
        price_year="2025",
        source="own",
        note="own",
    )
    cells = survey(1_000)
    for band, plain in zip(salary_bands(cells, [wage]), salary_bands(cells, []), strict=True):
        ratio, excess = (0.8, 0.9) if band.country == "Rich" else (1.0, 1.0)
        assert band.value_usd_per_year == pytest.approx(ratio * plain.value_usd_per_year, rel=1e-12)
        assert band.high_usd_per_year == pytest.approx(ratio * plain.high_usd_per_year, rel=1e-12)
        assert band.low_usd_per_year * excess == pytest.approx(ratio * plain.low_usd_per_year, rel=1e-12)


def test_fastapi_pays_what_the_regression_says():
    """The published contrast, country and experience equal: +2.4 per cent, -1.2 to 6.1; the raw gap is nowhere."""
    row = load_assumptions().rows["salary_ratio"]["fastapi"]
    assert (row.low, row.value, row.high) == (0.988, 1.024, 1.061)


def test_the_command_prints_rows_for_the_table():
    """`tco salaries --csv` gives a country's rows as `countries.csv` has them, and refuses a country without any."""
    printed = CliRunner().invoke(app, ["salaries", "--country", "Poland", "--csv"])
    rows = list(csv.DictReader(io.StringIO(printed.stdout)))
    assert rows == [country_row(BANDS["Poland", level]) for level in LEVELS]
    assert "Poland" in CliRunner().invoke(app, ["salaries", "--country", "Poland"]).stdout
    refused = CliRunner().invoke(app, ["salaries", "--country", "Atlantis"])
    assert refused.exit_code == 2
    assert "Atlantis" in refused.stderr
