"""Data: every number has a source, a grade and a range, and known facts are as published."""

import csv
from collections import defaultdict

import pytest

from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES, data_directory, load_assumptions

QUANTITIES = ("assumptions", "countries", "services", "effort", "talent", "serving", "article")
ALL_SOURCED = (*QUANTITIES, "core_speeds", "cpu_credits", "staleness", "cloud", "cloud_services", "pricing")
GRADES = {"measured", "sourced", "article", "stated"}
CONTINENTS = {
    "North America": (
        "us-east-1 us-east-2 us-west-2 ca-central-1 eastus eastus2 westus2 canadacentral us-central1 us-east1 us-west1 "
        "northamerica-northeast1"
    ),
    "South America": "sa-east-1 brazilsouth southamerica-east1",
    "Europe": (
        "eu-central-1 eu-north-1 eu-west-1 eu-west-2 francecentral germanywestcentral northeurope swedencentral "
        "uksouth westeurope europe-north1 europe-west1 europe-west2 europe-west3 europe-west4"
    ),
    "Asia": (
        "ap-northeast-1 ap-south-1 ap-southeast-1 centralindia japaneast southeastasia asia-northeast1 asia-south1 "
        "asia-southeast1"
    ),
    "Australia": "ap-southeast-2 australiaeast australia-southeast1",
}
CONTINENT_OF = {region: continent for continent, regions in CONTINENTS.items() for region in regions.split()}

# The measuring run of 2026-11-22: CPU of an empty JSON handler in ms per request, one worker pinned to one core, 16
# connections by wrk from the other, CPU by the operating system's accounting; (least, median, greatest) of 4 runs.
MEASURED_CPU_MS = {
    "flask-sync": (0.328, 0.354, 0.368),
    "flask-threads": (0.296, 0.324, 0.404),
    "flask-gevent": (0.281, 0.293, 0.320),
    "fastapi-async": (0.156, 0.179, 0.231),
    "fastapi-plain": (0.246, 0.291, 0.384),
    "django-threads": (0.301, 0.313, 0.322),
}

# Linux, on demand, as the providers' public price pages list them.
LIST_PRICES = {
    ("aws", "us-east-1", "t3.medium"): (2, 4, 0.2, 0.0416),
    ("aws", "us-east-1", "m5.large"): (2, 8, 1, 0.096),
    ("aws", "us-east-1", "c5.large"): (2, 4, 1, 0.085),
    ("aws", "us-east-1", "m6g.large"): (2, 8, 1, 0.077),
    ("aws", "eu-central-1", "m5.large"): (2, 8, 1, 0.115),
    ("azure", "eastus", "Standard_B2s"): (2, 4, 0.2, 0.0416),
    ("azure", "eastus", "Standard_D2s_v5"): (2, 8, 1, 0.096),
    ("gcp", "us-central1", "n1-standard-1"): (1, 3.75, 1, 0.0475),
    ("gcp", "us-central1", "e2-standard-2"): (2, 8, 1, 0.067011),
    ("gcp", "us-central1", "n2-standard-2"): (2, 8, 1, 0.097118),
}


def table(name):
    with (data_directory() / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


SOURCES = {row["source"] for row in table("sources")}


@pytest.mark.parametrize("name", [*ALL_SOURCED, "correlations"])
def test_every_number_has_a_source(name):
    """Each row names a source that has a row of its own."""
    assert {row["source"] for row in table(name)} <= SOURCES


def test_every_source_is_used_or_cited():
    """A source that no row and no note names would be forgotten."""
    named = {row["source"] for name in ALL_SOURCED for row in table(name)}
    cited = "".join(row["note"] for row in table("sources")) + (data_directory() / "README.md").read_text("utf-8")
    for source in SOURCES - named:
        assert source in cited, source


@pytest.mark.parametrize("row", table("sources"), ids=lambda row: row["source"])
def test_a_source_says_what_it_is(row):
    """Title, note, and a web address that is one or none."""
    assert row["title"]
    assert row["note"]
    assert row["url"] == "" or row["url"].startswith("https://")


@pytest.mark.parametrize("name", [*QUANTITIES, "core_speeds", "cpu_credits", "staleness", "cloud"])
def test_grades_of_evidence(name):
    """Measured, sourced, article or stated; what is measured comes from a measurement, what the guide says from it."""
    for row in table(name):
        assert row["evidence"] in GRADES
        if row["evidence"] == "measured":
            assert row["source"] == "serving-measured-2026"
        if row["evidence"] == "article":
            assert row["source"] == "guide"
        if row["source"] == "stated":
            assert row["evidence"] == "stated"


@pytest.mark.parametrize("name", [*QUANTITIES, "core_speeds", "cpu_credits", "staleness", "cloud"])
def test_a_stated_number_has_a_reason_and_a_range(name):
    """A judgement says why in words, and how unsure it is, unless it is a choice or a certainty."""
    for row in table(name):
        low, value, high = (float(row[column]) for column in ("low", "value", "high"))
        assert low <= value <= high
        if row["evidence"] == "stated":
            assert len(row["note"].split()) >= 4, row["name"]
            assert low < high or row["distribution"] == "fixed", row["name"]


@pytest.mark.parametrize("name", [*QUANTITIES, "core_speeds", "cpu_credits", "staleness", "cloud"])
def test_what_is_drawn_has_a_range_to_draw_from(name):
    """Only `fixed` rows may have no range, and a lognormal one starts above zero."""
    for row in table(name):
        if row["distribution"] != "fixed":
            assert float(row["low"]) < float(row["high"]), row["name"]
        if row["distribution"] == "lognormal":
            assert float(row["low"]) > 0, row["name"]


@pytest.mark.parametrize("name", [name for name in QUANTITIES if name != "article"])
def test_money_has_a_year_and_nothing_else_does(name):
    """A price is of a year."""
    for row in table(name):
        assert ("USD" in row["unit"]) == bool(row["price_year"]), row["name"]


@pytest.mark.parametrize("serving", MEASURED_CPU_MS)
def test_measured_cpu_is_that_of_the_measuring_run(serving):
    """Least, median and greatest of the four runs, graded as measured."""
    (row,) = (row for row in table("serving") if (row["name"], row["applies_to"]) == ("framework_cpu_ms", serving))
    assert tuple(float(row[column]) for column in ("low", "value", "high")) == MEASURED_CPU_MS[serving]
    assert row["evidence"] == "measured"


def test_every_way_of_serving_was_measured():
    """No way of serving has a CPU figure from elsewhere."""
    assert {row["serving"] for row in table("servings")} == set(MEASURED_CPU_MS)


def test_prices_cover_three_providers_on_four_continents():
    """AWS, Azure and Google, six regions each or more, each on at least four continents."""
    for provider, regions in load_assumptions().prices.regions.items():
        assert len(regions) >= 6, provider
        assert len({CONTINENT_OF[region] for region in regions}) >= 4, provider
    assert set(load_assumptions().prices.regions) == {"aws", "azure", "gcp"}


def test_a_discount_is_one():
    """Spot and reserved prices are at most the on-demand price, three years at most one year."""
    for row in load_assumptions().prices.rows:
        one, three = row.reserved_1y_usd_per_hour, row.reserved_3y_usd_per_hour
        for discounted in (row.spot_usd_per_hour, one, three):
            assert discounted is None or 0 < discounted <= row.on_demand_usd_per_hour
        assert one is None or three is None or three <= one


@pytest.mark.parametrize("key", LIST_PRICES, ids=" ".join)
def test_documented_prices(key):
    """vCPUs, memory, baseline and price of well-known types, as published."""
    (row,) = (row for row in load_assumptions().prices.rows if (row.provider, row.region, row.instance) == key)
    assert (row.vcpus, row.memory_gib, row.sustained_cpu_share, row.on_demand_usd_per_hour) == LIST_PRICES[key]


def test_each_type_is_the_same_machine_everywhere():
    """vCPUs, memory, baseline and architecture of a type do not depend on the region."""
    machines = defaultdict(set)
    for row in load_assumptions().prices.rows:
        machine = (row.vcpus, row.memory_gib, row.sustained_cpu_share, row.architecture)
        machines[row.provider, row.instance].add(machine)
    assert [name for name, seen in machines.items() if len(seen) > 1] == []


def test_every_region_has_service_prices():
    """Each region of the price list has its load balancer and egress."""
    a = load_assumptions()
    regions = {f"{provider}/{region}" for provider, names in a.prices.regions.items() for region in names}
    assert regions == set(a.services)


def test_presets_set_known_inputs_to_legal_values():
    """The three products of the guide; each sets shared inputs by name, has a label, and explains each value."""
    rows = table("presets")
    assert {row["preset"] for row in rows} == {"internal-tool", "customer-api", "ml-product"}
    assert {row["name"] for row in rows} - {"label"} <= set(SHARED_NAMES)
    assert all(row["note"] for row in rows)
    assert sum(row["name"] == "label" for row in rows) == 3


def test_the_guides_view_names_known_inputs():
    """Each of its rows replaces a row that there is, for the place that it names."""
    a = load_assumptions()
    for row in table("article"):
        assert row["name"] in (*SHARED_NAMES, *FRAMEWORK_NAMES)
        everywhere = row["applies_to"] == "" and row["name"] in SHARED_NAMES
        assert everywhere or row["applies_to"] in a.rows[row["name"]], row["name"]


def test_where_the_guide_has_words_only_the_reading_is_marked_as_ours():
    """A number that we read into its words is stated, and its note says so."""
    for row in table("article"):
        assert (row["evidence"] == "stated") == row["note"].startswith("Reading of the guide's words")


def test_countries_pay_more_for_seniority():
    """In every country juniors earn less than mid-level developers, and those less than seniors."""
    for name, rows in load_assumptions().countries.items():
        levels = [rows[f"salary_{level}_usd_per_year"].value for level in ("junior", "mid", "senior")]
        assert levels == sorted(levels), name


def test_frameworks_have_colours_of_their_own():
    """Lines can be told apart, and every framework can be served."""
    a = load_assumptions()
    colors = [framework.color for framework in a.frameworks.values()]
    assert len(set(colors)) == len(colors)
    assert {serving.framework for serving in a.servings.values()} == set(a.frameworks)


def test_each_set_has_one_headline_for_a_framework():
    """No framework stands twice in a comparison by default."""
    a = load_assumptions()
    for assumption_set in ("measured", "article"):
        frameworks = [a.servings[name].framework for name in a.headline_servings(assumption_set)]
        assert len(set(frameworks)) == len(frameworks) >= 2


def test_tables_say_the_unit_once():
    """A label has no unit in it: the unit stands in its own column."""
    for name in QUANTITIES:
        if name == "article":
            continue
        for row in table(name):
            assert "(ms)" not in row["label"]
            assert "USD" not in row["label"]
