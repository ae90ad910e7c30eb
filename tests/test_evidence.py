"""Evidence: what the model reads is what was observed, and each observation has a source."""

import pytest

from tco.assumptions import load_assumptions
from tco.evidence import load_evidence
from tco.tables import TableError
from tests.tables import assert_one_sentence, copy_with, our_rows

EVIDENCE = load_evidence()
ROWS = load_assumptions().rows


@pytest.mark.parametrize("table", ["salary_cells", "official_wages", "framework_users", "migrations", "code_sizes"])
def test_every_observation_has_a_source(table):
    """Each row names a source of `sources.csv`."""
    assert {row["source"] for row in our_rows(table)} <= set(load_assumptions().sources)


@pytest.mark.parametrize("framework", ["flask", "fastapi", "django"])
def test_the_pool_grows_as_the_trend_says(framework):
    """`pool_growth_ratio` is the mean yearly growth of the forecast and of its interval, to three digits."""
    row = ROWS["pool_growth_ratio"][framework]
    assert (row.low, row.value, row.high) == pytest.approx(EVIDENCE.pool_growth_ratio(framework), abs=0.0015)


@pytest.mark.parametrize("framework", ["flask", "fastapi", "django"])
def test_the_pool_is_that_of_the_last_survey(framework):
    """`pool_share` is the share of 2025."""
    assert ROWS["pool_share"][framework].value == pytest.approx(EVIDENCE.history(framework)[2025], abs=5e-5)


def test_the_published_ratio_of_fastapi_to_flask_users():
    """0.24 FastAPI users for each Flask user in 2021, and 1.03 in 2025."""
    ratio = {year: EVIDENCE.history("fastapi")[year] / share for year, share in EVIDENCE.history("flask").items()}
    assert [round(ratio[year], 2) for year in (2021, 2025)] == [0.24, 1.03]


def test_demand_is_ads_for_each_user():
    """10, 46 and 58 ads for 3,402, 3,501 and 2,977 users, over their mean."""
    ads = {"flask": 10 / 3_402, "fastapi": 46 / 3_501, "django": 58 / 2_977}
    mean = sum(ads.values()) / 3
    for framework, each in ads.items():
        assert ROWS["demand_ratio"][framework].value == pytest.approx(each / mean, abs=0.005)


def test_a_retrofit_takes_what_public_moves_took():
    """Seven moves with active days: 4 routes in 8 days at most, 98 in 10 at least, the median is 14 in 6."""
    assert EVIDENCE.retrofit_days() == pytest.approx((10 / 98, 6 / 14, 2), rel=1e-12)
    row = ROWS["async_retrofit_effort_days"]["flask"]
    assert (row.low, row.value, row.high) == pytest.approx(EVIDENCE.retrofit_days(), abs=0.002)


def test_code_sizes_are_as_counted():
    """The same API: 675 lines in Flask, 869 in Django, 1,756 and 3,175 in FastAPI."""
    lines = {row.application: row.lines_count for row in EVIDENCE.code_sizes if row.specification == "Conduit API"}
    assert lines["Flask (gothinkster)"] == 675
    assert lines["Django+DRF (gothinkster)"] == 869
    assert sorted(count for name, count in lines.items() if name.startswith("FastAPI")) == [1756, 3175]


def test_each_effort_says_how_it_is_done():
    """Built in, an extension or by hand: the first words of each row on building."""
    for row in our_rows("effort"):
        if row["group"] == "Product":
            assert row["note"].startswith(("Built in", "Extension", "By hand")), row


@pytest.mark.parametrize(
    ("table", "column", "cell", "said"),
    [
        ("salary_cells", "p50_usd_per_year", "-5", "p50_usd_per_year"),
        ("salary_cells", "p75_usd_per_year", "1", "p25 < p50 < p75"),
        ("salary_cells", "users", "cobol", "users"),
        ("framework_users", "users_people", "99999999", "fewer than"),
        ("migrations", "merged", "yesterday", "merged"),
    ],
)
def test_a_broken_observation_is_refused_in_a_sentence(tmp_path, table, column, cell, said):
    """File, row, column or rule are named, and nothing of the file is used."""
    rows = our_rows(table)
    rows[0][column] = cell
    path = copy_with(tmp_path / "tables", table, rows)
    with pytest.raises(TableError) as refusal:
        load_evidence(path.parent)
    assert_one_sentence(str(refusal.value), path.name, "row 2", said)
