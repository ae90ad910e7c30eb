"""Scenarios: what a user chooses is checked, kept, changed without harm, and written and read back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tco
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES, load_assumptions
from tco.scenarios import Scenario, ScenarioError, parse_scenario, read_scenario
from tco.tables import TableError
from tests.strategies import value
from tests.tables import PRICES, assert_one_sentence, copy_with, our_rows

GOOD = 'format = 1\npreset = "customer-api"\n'

# Text of the file, and what the message must say besides the file's name.
BROKEN = {
    "not TOML": ("peak users: 5\n", ["not TOML"]),
    "an unclosed text": ('format = 1\npreset = "customer-api\n', ["not TOML"]),
    "a field twice": ("format = 1\nformat = 1\n", ["not TOML"]),
    "no format": ('preset = "customer-api"\n', ["format must be 1", "None"]),
    "a later format": ("format = 2\n", ["format must be 1", "2"]),
    "a format in quotes": ('format = "1"\n', ["format must be 1", "'1'"]),
    "an unknown field": ('format = 1\ncolour = "red"\n', ["colour"]),
    "an input outside its table": ("format = 1\npeak_users = 5\n", ["peak_users"]),
    "an unknown input": (GOOD + "[inputs]\npeak_user = 5\n", ["inputs", "'peak_user'", "peak_users"]),
    "an endless unknown input": (GOOD + "[inputs]\n" + "x" * 10_000 + " = 5\n", ["inputs", "'xxx"]),
    "words in a number": (GOOD + '[inputs]\npeak_users = "many"\n', ["peak_users must be a number", "'many'"]),
    "digits in quotes": (GOOD + '[inputs]\npeak_users = "20000"\n', ["peak_users must be a number", "'20000'"]),
    "a date in a number": (GOOD + "[inputs]\npeak_users = 2026-11-23\n", ["peak_users must be a number"]),
    "a negative number": (GOOD + "[inputs]\npeak_users = -5\n", ["peak_users must lie in [0, 1e+09] user", "-5"]),
    "a share of seven": (GOOD + "[inputs]\nhtml_share = 7\n", ["html_share must lie in [0, 1]", "7"]),
    "not a number": (GOOD + "[inputs]\npeak_users = nan\n", ["peak_users", "nan"]),
    "infinity": (GOOD + "[inputs]\npeak_users = inf\n", ["peak_users", "inf"]),
    "an absurd integer": (GOOD + "[inputs]\npeak_users = 1" + "0" * 400 + "\n", ["peak_users must be a number"]),
    "more digits than Python reads": (GOOD + "[inputs]\npeak_users = 1" + "0" * 5000 + "\n", []),
    "brackets without end": (GOOD + "[inputs]\npeak_users = " + "[" * 100_000 + "\n", []),
    "many scenarios in a file": (GOOD + "[inputs]\npeak_users = [[1], [2]]\n", ["peak_users"]),
    "yes in a number": (GOOD + "[inputs]\npeak_users = true\n", ["peak_users must be a number", "True"]),
    "an empty preset": ('format = 1\npreset = ""\n', ["preset must be a text", "''"]),
    "an empty region": ('format = 1\nregion = ""\n', ["region must be a text", "''"]),
    "a list in a number": (GOOD + "[inputs]\npeak_users = [1, 2]\n", ["peak_users"]),
    "a shared input per framework": (GOOD + "[inputs.peak_users]\nflask = 5\n", ["peak_users is the same for all"]),
    "a framework input as a number": (
        GOOD + "[inputs]\nramp_up_weeks = 5\n",
        ["ramp_up_weeks must be given for each framework", "ramp_up_weeks.flask"],
    ),
    "an unknown framework": (GOOD + "[inputs.ramp_up_weeks]\nbottle = 5\n", ["ramp_up_weeks", "flask", "'bottle'"]),
    "a framework where a way of serving belongs": (
        GOOD + "[inputs.framework_cpu_ms]\nflask = 5\n",
        ["framework_cpu_ms", "flask-sync", "'flask'"],
    ),
    "an illegal value of a framework": (
        GOOD + "[inputs.team_knows_share]\nflask = 5\n",
        ["team_knows_share must lie in [0, 1]", "5"],
    ),
    "a table within a framework": (GOOD + "[inputs.ramp_up_weeks.flask]\na = 5\n", ["ramp_up_weeks must be a number"]),
    "inputs as a list": ("format = 1\ninputs = [1]\n", ["inputs must be a table"]),
    "an unknown preset": ('format = 1\npreset = "moonshot"\n', ["preset", "customer-api", "'moonshot'"]),
    "a preset as a number": ("format = 1\npreset = 3\n", ["preset must be a text", "3"]),
    "an unknown assumption set": ('format = 1\nassumption_set = "rumours"\n', ["measured", "'rumours'"]),
    "an unknown country": ('format = 1\ncountry = "Atlantis"\n', ["country", "Germany", "'Atlantis'"]),
    "an endless country": (f'format = 1\ncountry = "{"x" * 10_000}"\n', ["country", "Germany"]),
    "an unknown provider": ('format = 1\nprovider = "basement"\n', ["provider", "aws", "'basement'"]),
    "an unknown region": ('format = 1\nregion = "mars-1"\n', ["region", "'mars-1'"]),
    "a region of another provider": ('format = 1\nprovider = "gcp"\nregion = "us-east-1"\n', ["region", "'us-east-1'"]),
    "an unknown purchase": ('format = 1\npurchase = "barter"\n', ["purchase", "spot", "'barter'"]),
    "a purchase without a price": (
        'format = 1\nregion = "eu-west-1"\npurchase = "reserved_3y"\n',
        ["'eu-west-1'", "reserved_3y"],
    ),
    "an unknown way of serving": ('format = 1\nservings = ["flask-magic"]\n', ["servings", "'flask-magic'"]),
    "a way of serving twice": ('format = 1\nservings = ["flask-sync", "flask-sync"]\n', ["servings", "once"]),
    "a thousand ways of serving": (f"format = 1\nservings = {['flask-sync'] * 1000}\n", ["servings", "once"]),
    "a way of serving as a number": ("format = 1\nservings = [1]\n", ["servings", "1"]),
    "servings as a text": ('format = 1\nservings = "flask-sync"\n', ["servings must be a list of texts"]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(kind, tmp_path):
    """The message names the file, the field, the rule and the value."""
    text, parts = BROKEN[kind]
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    assert_one_sentence(str(caught.value), str(path), *parts)


@pytest.mark.parametrize(
    ("content", "part"),
    [(b"", "empty"), ('country = "Côte"'.encode("latin-1"), "UTF-8"), (None, "No such file")],
    ids=["an empty file", "Latin-1", "a missing file"],
)
def test_an_unreadable_file_is_refused_in_one_sentence(content, part, tmp_path):
    """The message names the file."""
    path = tmp_path / "scenario.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_scenario(path)
    assert_one_sentence(str(caught.value), str(path), part)


CHANGES = {
    "an unknown input": {"peak_user": 5},
    "an illegal value": {"peak_users": -5},
    "one illegal value of two": {"wait_ms": 10, "html_share": 2},
    "an unknown country": {"country": "Atlantis"},
    "an illegal value of a framework": {"team_knows_share": {"flask": 2}},
    "a framework input as a number": {"team_knows_share": 0.5},
    "an unknown way of serving": {"servings": ["flask-magic"]},
    "a shape that is no column": {"peak_users": np.ones((2, 2))},
    "a row in place of a column": {"peak_users": np.ones(3)},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_refused_change_changes_nothing(kind):
    """After a refusal the scenario is what it was, to the last bit of its costs."""
    scenario = tco.scenario("customer-api", team_knows_share={"flask": 0.9})
    inputs, before = dict(scenario.inputs), tco.evaluate(scenario).total_usd
    with pytest.raises(tco.InputError) as caught:
        scenario.replace(**CHANGES[kind])
    assert_one_sentence(str(caught.value))
    assert scenario.inputs == inputs
    assert np.array_equal(tco.evaluate(scenario).total_usd, before)
    assert np.array_equal(tco.evaluate(scenario.replace()).total_usd, before)


def test_a_change_makes_another_scenario():
    """`replace` leaves the old one alone; inputs per framework are merged; None takes an input back."""
    first = tco.scenario("customer-api", team_knows_share={"flask": 0.9})
    second = first.replace(team_knows_share={"fastapi": 0.1}, peak_users=7)
    assert first.inputs == {"team_knows_share": {"flask": 0.9}}
    assert second.inputs == {"team_knows_share": {"flask": 0.9, "fastapi": 0.1}, "peak_users": 7}
    assert second.value("team_knows_share", "flask") == 0.9
    assert second.replace(peak_users=None).value("peak_users") == 10_000


def test_the_headline_ways_of_serving_follow_the_assumption_set():
    """Sync workers stand for Flask in the guide's view, threads in ours; a choice of one's own stays."""
    scenario = tco.scenario("customer-api")
    assert scenario.replace(assumption_set="article").servings == ("flask-sync", "fastapi-async")
    own = scenario.replace(servings=["flask-gevent", "fastapi-async"])
    assert own.replace(assumption_set="article").servings == ("flask-gevent", "fastapi-async")


def test_later_choices_win_over_earlier_ones():
    """Tables, then the assumption set, then the preset, then a value of one's own."""
    a = load_assumptions()
    measured = tco.scenario("customer-api")
    assert measured.value("working_days_per_year") == a.shared["working_days_per_year"].value
    article = measured.replace(assumption_set="article")
    assert article.value("outgrow_probability_share") == a.article["outgrow_probability_share", ""].value
    assert article.replace(preset="internal-tool").value("outgrow_probability_share") == 0.01
    assert article.replace(outgrow_probability_share=0.3).value("outgrow_probability_share") == 0.3
    assert article.value("ramp_up_weeks", "fastapi") == a.article["ramp_up_weeks", "fastapi"].value


def test_a_view_of_zero_is_a_view(tmp_path):
    """Where the guide's number is 0, it is 0 that replaces ours."""
    rows = our_rows("article")
    rows.append({**rows[-1], "name": "spare_servers", "unit": "server", "low": "0", "value": "0", "high": "0"})
    copy_with(tmp_path / "data", "article", rows)
    article = tco.scenario("customer-api", data=tmp_path / "data", assumption_set="article")
    assert article.value("spare_servers") == 0
    assert article.replace(assumption_set="measured").value("spare_servers") == 1


def test_a_provider_of_ones_own(tmp_path):
    """A price list that has none of our regions, and two rows for the region's services, are enough."""
    rows = our_rows("services")
    own = [{**row, "applies_to": "cellar/shelf"} for row in rows if row["applies_to"] == "aws/us-east-1"]
    copy_with(tmp_path / "data", "services", rows + own)
    (tmp_path / "data" / "pricing.csv").write_text(PRICES.replace("aws,us-east-1", "cellar,shelf"), encoding="utf-8")
    scenario = tco.scenario("customer-api", data=tmp_path / "data", provider="cellar", region="shelf")
    assert set(tco.evaluate(scenario).instances) <= {"a.large", "b.large"}


def test_a_price_list_without_our_regions_needs_no_choice(tmp_path):
    """Nothing chosen: the first provider of the user's own list and its first region are taken."""
    rows = our_rows("services")
    own = [{**row, "applies_to": "cellar/shelf"} for row in rows if row["applies_to"] == "aws/us-east-1"]
    copy_with(tmp_path / "data", "services", rows + own)
    (tmp_path / "data" / "pricing.csv").write_text(PRICES.replace("aws,us-east-1", "cellar,shelf"), encoding="utf-8")
    scenario = tco.scenario(data=tmp_path / "data")
    assert (scenario.provider, scenario.region) == ("cellar", "shelf")
    again = read_scenario(written(tmp_path, scenario), data=tmp_path / "data")
    assert np.array_equal(tco.evaluate(again).total_usd, tco.evaluate(scenario).total_usd)


def written(directory, scenario):
    """A file with the scenario; its path."""
    path = directory / "scenario.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("table", "column", "usual", "first"),
    [("presets", "preset", "customer-api", "internal-tool"), ("countries", "applies_to", "United States", None)],
)
def test_tables_without_the_usual_choice_need_none(table, column, usual, first, tmp_path):
    """Nothing chosen: the first of the user's own presets, or countries, is taken, and the usual one is not known."""
    rows = [row for row in our_rows(table) if row[column] != usual]
    copy_with(tmp_path / "data", table, rows)
    field = "preset" if table == "presets" else "country"
    scenario = tco.scenario(data=tmp_path / "data")
    assert getattr(scenario, field) == (first or rows[0][column])
    assert np.isfinite(tco.evaluate(scenario).total_usd).all()
    with pytest.raises(ScenarioError) as caught:
        tco.scenario(**{field: usual}, data=tmp_path / "data")
    assert_one_sentence(str(caught.value), field, repr(usual))


def test_the_usual_choices():
    """A scenario of which nothing is said is a customer's API, built in the United States and run by AWS there."""
    for nothing in (Scenario(), tco.scenario(), tco.scenario(preset="", country="", provider="", region="")):
        choices = (nothing.preset, nothing.country, nothing.provider, nothing.region)
        assert choices == ("customer-api", "United States", "aws", "us-east-1")


def test_another_provider_has_other_regions():
    """The first of its own is taken, unless one is named; the same provider again keeps the region."""
    scenario = tco.scenario("customer-api", region="eu-west-1")
    gcp = load_assumptions().prices.regions["gcp"]
    assert scenario.replace(provider="gcp").region == gcp[0]
    assert scenario.replace(provider="gcp", region=gcp[-1]).region == gcp[-1]
    assert scenario.replace(provider="aws").region == "eu-west-1"
    assert scenario.replace(provider="gcp").replace(provider="aws").region == "us-east-1"
    assert tco.scenario(provider="gcp").region == gcp[0]


def test_the_usual_region_of_another_provider_is_taken_where_it_has_one(tmp_path):
    """A provider of one's own with regions attic and us-east-1: the usual name comes before the first."""
    rows = our_rows("services")
    ours = [row for row in rows if row["applies_to"] == "aws/us-east-1"]
    own = [{**row, "applies_to": f"cellar/{region}"} for row in ours for region in ("attic", "us-east-1")]
    copy_with(tmp_path / "data", "services", rows + own)
    prices = PRICES.replace("aws,us-east-1,a", "cellar,attic,a").replace("aws,us-east-1,b", "cellar,us-east-1,b")
    (tmp_path / "data" / "pricing.csv").write_text(prices, encoding="utf-8")
    assert tco.scenario(data=tmp_path / "data").region == "us-east-1"


ASKED = {
    "an unknown name": (("peak_user",), ["'peak_user'", "peak_users"]),
    "an unknown name somewhere": (("ramp_up_week", "flask"), ["'ramp_up_week'", "ramp_up_weeks"]),
    "an unknown framework": (("ramp_up_weeks", "bottle"), ["ramp_up_weeks", "flask", "'bottle'"]),
    "a framework where a way of serving belongs": (("framework_cpu_ms", "flask"), ["flask-sync", "'flask'"]),
    "no framework": (("ramp_up_weeks",), ["ramp_up_weeks", "flask", "''"]),
}


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("ask", [Scenario.row, Scenario.value], ids=["row", "value"])
def test_what_no_table_holds_is_refused_in_one_sentence(ask, kind):
    """Whoever asks for the row or the value of an input that is not there is told its name and the nearest ones."""
    question, parts = ASKED[kind]
    with pytest.raises(ScenarioError) as caught:
        ask(tco.scenario("customer-api"), *question)
    assert_one_sentence(str(caught.value), *parts)


def test_the_row_behind_an_input_is_that_of_its_country_and_region():
    """The same name has another row elsewhere."""
    scenario = tco.scenario("customer-api", country="Poland", provider="gcp", region="europe-west3")
    assert scenario.row("salary_mid_usd_per_year").applies_to == "Poland"
    assert scenario.row("egress_usd_per_gib").applies_to == "gcp/europe-west3"
    assert scenario.row("wait_ms").applies_to == ""
    assert scenario.row("ramp_up_weeks", "django").applies_to == "django"


def test_country_and_region_bring_their_own_numbers():
    """Salaries follow the country, egress the region."""
    a = load_assumptions()
    scenario = tco.scenario("customer-api", country="Poland", provider="gcp", region="europe-west3")
    assert scenario.shared.salary_mid_usd_per_year == a.countries["Poland"]["salary_mid_usd_per_year"].value
    assert scenario.shared.egress_usd_per_gib == a.services["gcp/europe-west3"]["egress_usd_per_gib"].value


def test_a_region_without_service_prices_is_refused(tmp_path):
    """A user's price list with a region of its own: the message says which rows to add."""
    path = tmp_path / "pricing.csv"
    ours = load_assumptions().prices.path.read_text(encoding="utf-8").splitlines()
    row = next(line for line in ours if line.startswith("aws,us-east-1,"))
    path.write_text("\n".join([ours[0], row.replace("us-east-1", "basement")]) + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        tco.scenario("customer-api", data=path, region="basement")
    assert_one_sentence(str(caught.value), "services", "'aws/basement'", "add")


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_every_shared_input_can_be_set(name):
    """What is set is what the model gets."""
    row = tco.scenario("customer-api").row(name)
    scenario = tco.scenario("customer-api", **{name: row.high})
    assert getattr(scenario.shared, name) == row.high == scenario.value(name)


@pytest.mark.parametrize("name", FRAMEWORK_NAMES)
def test_every_framework_input_can_be_set(name):
    """What is set for one framework, or way of serving, is what the model gets for it, and the others keep theirs."""
    scenario = tco.scenario("customer-api")
    place = "flask" if _is_per_framework(name) else "flask-threads"
    high = scenario.row(name, place).high
    changed = scenario.replace(**{name: {place: high}})
    assert getattr(changed.framework, name)[0] == high
    assert getattr(changed.framework, name)[1:].tolist() == getattr(scenario.framework, name)[1:].tolist()


def _is_per_framework(name):
    return "flask" in load_assumptions().rows[name]


def test_a_sweep_of_a_framework_input():
    """An array of shape (n, 1) for one framework gives n scenarios, each as if it had been set alone."""
    weeks = [1.0, 4.0, 9.0]
    scenario = tco.scenario("customer-api")
    swept = tco.evaluate(scenario.replace(ramp_up_weeks={"flask": np.array(weeks)[:, None]}))
    for i, one in enumerate(weeks):
        alone = tco.evaluate(scenario.replace(ramp_up_weeks={"flask": one}))
        assert swept.total_usd[i] == pytest.approx(alone.total_usd, rel=1e-12)


CHOICES = st.sampled_from(
    [
        {},
        {"assumption_set": "article"},
        {"preset": "ml-product", "country": "India", "provider": "azure", "region": "westeurope"},
        {"preset": "internal-tool", "servings": ["django-threads", "flask-gevent"]},
        {"provider": "gcp", "region": "us-central1", "purchase": "reserved_3y"},
    ]
)


@st.composite
def own_inputs(draw):
    """A few inputs of one's own, anywhere in the legal range."""
    names = draw(st.lists(st.sampled_from((*SHARED_NAMES, *FRAMEWORK_NAMES)), unique=True, max_size=6))
    return {
        name: draw(value(name))
        if name in SHARED_NAMES
        else {"fastapi" if _is_per_framework(name) else "fastapi-async": draw(value(name))}
        for name in names
    }


@settings(max_examples=60)
@given(choices=CHOICES, inputs=own_inputs())
def test_a_scenario_written_and_read_back_is_the_same(choices, inputs):
    """Scenario to TOML to scenario: the same choices and inputs, and the same totals to the last bit."""
    scenario = tco.scenario(**choices).replace(**inputs)
    again = parse_scenario(scenario.to_toml(), "scenario.toml", scenario.assumptions)
    assert again.inputs == scenario.inputs
    assert again.to_toml() == scenario.to_toml()
    assert np.array_equal(tco.evaluate(again).total_usd, tco.evaluate(scenario).total_usd, equal_nan=True)


def test_a_file_of_one_line_is_a_scenario(tmp_path):
    """What a file leaves out is the default."""
    path = tmp_path / "scenario.toml"
    path.write_text("format = 1\n", encoding="utf-8")
    assert read_scenario(path).to_toml() == Scenario().to_toml()


def test_many_scenarios_do_not_go_into_a_file():
    """An array of inputs has no single number to write: the message names the input."""
    with pytest.raises(ScenarioError) as caught:
        tco.scenario("customer-api", peak_users=np.ones((2, 1))).to_toml()
    assert_one_sentence(str(caught.value), "peak_users")


def test_a_region_that_a_purchase_is_not_offered_in_is_refused_when_it_is_chosen():
    """A scenario that exists can be evaluated: the refusal comes with the choice."""
    with pytest.raises(ScenarioError, match="reserved_3y"):
        tco.scenario("customer-api", region="eu-west-1", purchase="reserved_3y")
