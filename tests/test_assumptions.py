"""Assumptions: the tables agree with one another, and a broken one changes nothing."""

import shutil

import numpy as np
import pytest

import tco
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES, data_directory, load_assumptions
from tco.tables import TableError
from tests.tables import PRICES, assert_one_sentence, copy_with, our_rows


def changed(table, match, **changes):
    """Rows of a table in which the first that matches has other cells; and that row's number in the file."""
    rows = our_rows(table)
    at = next(i for i, row in enumerate(rows) if match.items() <= row.items())
    rows[at].update(changes)
    return rows, at + 2


def without(table, **match):
    """Rows of a table but for those that match."""
    return [row for row in our_rows(table) if not match.items() <= row.items()]


def with_more(table, match, **changes):
    """Rows of a table and a copy of the first that matches, with other cells."""
    rows = our_rows(table)
    return [*rows, {**next(row for row in rows if match.items() <= row.items()), **changes}]


FLASK = {"applies_to": "flask"}
# Table, its rows, and what the message must say besides the file's name.
BROKEN = {
    "an unknown source": (
        "effort",
        *changed("effort", FLASK, source="hearsay"),
        ["'source'", "'hearsay'"],
    ),
    "an unknown source of a shared input": (
        "assumptions",
        *changed("assumptions", {"name": "wait_ms"}, source="hearsay"),
        ["'source'", "'hearsay'"],
    ),
    "an unknown name": (
        "assumptions",
        *changed("assumptions", {"name": "wait_ms"}, name="waiting_ms"),
        ["'name'", "'waiting_ms'"],
    ),
    "a wrong unit": (
        "assumptions",
        *changed("assumptions", {"name": "wait_ms"}, unit="s"),
        ["unit of wait_ms must be ms, not 's'"],
    ),
    "low above value": (
        "talent",
        *changed("talent", {"name": "ramp_up_weeks"}, low="9"),
        ["low <= value <= high"],
    ),
    "out of the legal range": (
        "serving",
        *changed("serving", {"name": "framework_cpu_ms"}, high="1e9"),
        ["low <= value <= high", "1e+06"],
    ),
    "a shared input given for a place": (
        "assumptions",
        changed("assumptions", {"name": "wait_ms"}, applies_to="flask")[0],
        None,
        ["'applies_to'", "'flask'", "must be empty"],
    ),
    "a row twice": (
        "effort",
        with_more("effort", FLASK),
        None,
        ["name 'setup_effort_days'", "applies_to 'flask'", "already"],
    ),
    "an unknown framework with effort": (
        "effort",
        with_more("effort", FLASK, applies_to="bottle"),
        None,
        ["'applies_to'", "'bottle'", "flask"],
    ),
    "an unknown framework with a way of serving": (
        "servings",
        *changed("servings", {"serving": "flask-sync"}, framework="bottle"),
        ["'framework'", "'bottle'", "flask"],
    ),
    "an unknown assumption set": (
        "servings",
        *changed("servings", {"serving": "flask-sync"}, sets="rumours"),
        ["'sets'", "'rumours'", "measured"],
    ),
    "an unknown way of serving": (
        "serving",
        with_more("serving", {"applies_to": "flask-sync"}, applies_to="flask-magic"),
        None,
        ["'applies_to'", "'flask-magic'", "flask-sync"],
    ),
    "a missing row of a framework's effort": (
        "effort",
        without("effort", name="form_effort_days", applies_to="django"),
        None,
        ["'form_effort_days'", "'django'", "missing"],
    ),
    "a missing row of a framework's talent": (
        "talent",
        without("talent", name="pool_share", applies_to="django"),
        None,
        ["'pool_share'", "'django'", "missing"],
    ),
    "a missing row of a way of serving": (
        "serving",
        without("serving", name="worker_memory_mib", applies_to="flask-gevent"),
        None,
        ["'worker_memory_mib'", "'flask-gevent'", "missing"],
    ),
    "a missing row of a country": (
        "countries",
        without("countries", name="loaded_cost_ratio", applies_to="India"),
        None,
        ["'loaded_cost_ratio'", "'India'", "missing"],
    ),
    "a missing row of a region": (
        "services",
        without("services", name="egress_usd_per_gib", applies_to="aws/us-east-1"),
        None,
        ["'egress_usd_per_gib'", "'aws/us-east-1'", "missing"],
    ),
    "a missing shared input": (
        "assumptions",
        without("assumptions", name="wait_ms"),
        None,
        ["'wait_ms'", "missing"],
    ),
    "an input of a framework nowhere": (
        "effort",
        without("effort", name="form_effort_days"),
        None,
        ["'form_effort_days'", "missing", "talent.csv", "serving.csv"],
    ),
    "a shared input among those of countries": (
        "countries",
        with_more("countries", {"applies_to": "India"}, name="wait_ms", unit="ms", low="1", value="2", high="3"),
        None,
        ["'wait_ms'"],
    ),
    "a framework input in the wrong table": (
        "assumptions",
        with_more("assumptions", {"name": "wait_ms"}, name="framework_cpu_ms"),
        None,
        ["'framework_cpu_ms'", "another table"],
    ),
    "a preset that sets an unknown input": (
        "presets",
        *changed("presets", {"name": "wait_ms"}, name="waiting_ms"),
        ["'name'", "'waiting_ms'"],
    ),
    "a preset that sets words": (
        "presets",
        *changed("presets", {"name": "wait_ms"}, value="long"),
        ["column 'value', value 'long': must be a number"],
    ),
    "a preset that spells a number out": (
        "presets",
        *changed("presets", {"preset": "internal-tool", "name": "peak_users"}, value="fifty"),
        ["column 'value', value 'fifty': must be a number"],
    ),
    "a preset that sets what is not a number": (
        "presets",
        *changed("presets", {"name": "wait_ms"}, value="nan"),
        ["'value'", "'nan'", "wait_ms must lie in [0, 1e+06] ms; got nan"],
    ),
    "a preset that sets an illegal value": (
        "presets",
        *changed("presets", {"name": "html_share"}, value="9"),
        ["'value'", "'9'", "html_share must lie in [0, 1]; got 9"],
    ),
    "a preset that sets an input twice": (
        "presets",
        with_more("presets", {"preset": "ml-product", "name": "wait_ms"}),
        None,
        ["preset 'ml-product'", "name 'wait_ms'", "already"],
    ),
    "a view of the guide on an unknown input": (
        "article",
        *changed("article", {"name": "slots_per_worker_count"}, name="slots_count"),
        ["'name'", "'slots_count'"],
    ),
    "a view of the guide on an unknown framework": (
        "article",
        *changed("article", {"name": "form_effort_days"}, applies_to="bottle"),
        ["'applies_to'", "'bottle'"],
    ),
    "a view of the guide under an unknown claim": (
        "article",
        *changed("article", {"claim": "S1"}, claim="Z9"),
        ["'claim'", "'Z9'"],
    ),
    "a view of the guide with an unknown source": (
        "article",
        *changed("article", {"claim": "S1"}, source="hearsay"),
        ["'source'", "'hearsay'"],
    ),
    "a correlation of an unknown input": (
        "correlations",
        *changed("correlations", {"names": "login_effort_days"}, names="login_days"),
        ["'names'", "'login_days'"],
    ),
    "a correlation above one": (
        "correlations",
        *changed("correlations", {"names": "login_effort_days"}, rank_correlation="1.5"),
        ["'rank_correlation'", "'1.5'"],
    ),
    "an input in two correlations": (
        "correlations",
        *changed("correlations", {"names": "login_effort_days"}, names="setup_effort_days wait_ms"),
        ["'setup_effort_days'", "already"],
    ),
    "three inputs that are all against one another": (
        "correlations",
        *changed(
            "correlations",
            {"names": "login_effort_days"},
            names="login_effort_days wait_ms app_cpu_ms",
            rank_correlation="-0.5",
        ),
        ["between two names"],
    ),
    "a colour that is none": (
        "frameworks",
        *changed("frameworks", {"framework": "flask"}, color="blue"),
        ["'color'", "'blue'"],
    ),
    "a year of another age": (
        "frameworks",
        *changed("frameworks", {"framework": "flask"}, first_release_year="210"),
        ["'first_release_year'", "'210'"],
    ),
    "an endless place": (
        "effort",
        with_more("effort", FLASK, applies_to="x" * 5000),
        None,
        ["'applies_to'"],
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_table_is_refused_in_one_sentence(kind, tmp_path):
    """The message names the file, and row, column and value where there are such."""
    table, rows, number, parts = BROKEN[kind]
    path = copy_with(tmp_path / "data", table, rows)
    with pytest.raises(TableError) as caught:
        load_assumptions(tmp_path / "data")
    row = [f"row {number}"] if number else []
    assert_one_sentence(str(caught.value), str(path), *row, *parts)


def test_a_price_list_may_bring_sources_of_its_own(tmp_path):
    """A user's prices need no row in our list of sources."""
    path = tmp_path / "mine.csv"
    path.write_text(PRICES, encoding="utf-8")
    assert load_assumptions(path).prices.rows[0].source == "own"


def test_a_place_that_is_not_there_is_refused_in_one_sentence(tmp_path):
    """The message names the path."""
    with pytest.raises(TableError) as caught:
        load_assumptions(tmp_path / "nowhere")
    assert_one_sentence(str(caught.value), str(tmp_path / "nowhere"), "no such file")


def test_a_directory_in_place_of_a_table_is_refused_in_one_sentence(tmp_path):
    """The message names the table."""
    (tmp_path / "pricing.csv").mkdir()
    with pytest.raises(TableError) as caught:
        load_assumptions(tmp_path)
    assert_one_sentence(str(caught.value), str(tmp_path / "pricing.csv"), "cannot be read")


@pytest.mark.parametrize(("name", "rule"), [("", "holds none of the tables"), ("prices.txt", "ends in .csv")])
def test_what_replaces_nothing_is_refused_in_one_sentence(tmp_path, name, rule):
    """
    A directory without a table of ours, or a file that is no price list, would be ignored: it is refused.
    """
    path = tmp_path / name
    if name:
        path.write_text(PRICES, encoding="utf-8")
    with pytest.raises(TableError) as refusal:
        load_assumptions(path)
    assert_one_sentence(str(refusal.value), str(path), rule)


def test_the_guide_cannot_speak_of_a_row_that_is_not_there(tmp_path):
    """
    A guide's view of a shared input for one framework would be ignored: it is refused with its row.
    """
    rows = our_rows("article")
    rows.append(rows[-1] | {"name": "peak_users", "applies_to": "flask", "unit": "user"})
    rows[-1] |= {"low": "1", "value": "1", "high": "1"}
    path = copy_with(tmp_path / "tables", "article", rows)
    with pytest.raises(TableError) as refusal:
        load_assumptions(path.parent)
    assert_one_sentence(str(refusal.value), f"row {len(rows) + 1}", "applies_to", "'flask'")


def test_a_directory_replaces_the_tables_that_it_has(tmp_path):
    """Its table is read in place of ours; the others stay ours."""
    rows, _ = changed("assumptions", {"name": "wait_ms"}, low="7", value="7", high="7")
    text_path = copy_with(tmp_path / "all", "assumptions", rows)
    (tmp_path / "one").mkdir()
    shutil.copy(text_path, tmp_path / "one")
    a = load_assumptions(tmp_path / "one")
    assert a.shared["wait_ms"].value == 7
    assert a.prices.path == data_directory() / "pricing.csv"


def test_the_argument_wins_over_the_variable(tmp_path, monkeypatch):
    """`data=` names the price list although TCO_DATA names nothing that exists."""
    monkeypatch.setenv("TCO_DATA", str(tmp_path / "nowhere"))
    path = tmp_path / "mine.csv"
    path.write_text(PRICES, encoding="utf-8")
    assert load_assumptions(path).prices.path == path
    with pytest.raises(TableError, match="no such file"):
        load_assumptions()


def test_an_empty_variable_is_no_variable(monkeypatch):
    """TCO_DATA set to nothing means our tables."""
    monkeypatch.setenv("TCO_DATA", "")
    assert load_assumptions() is load_assumptions(None)


def test_a_bad_variable_leaves_what_was_loaded_in_force(tmp_path, monkeypatch):
    """Tables that were read stay usable after TCO_DATA has come to name a broken file."""
    scenario = tco.scenario("customer-api")
    before = tco.evaluate(scenario).total_usd
    bad = tmp_path / "pricing.csv"
    bad.write_text(PRICES.replace("0.1,", "-0.1,"), encoding="utf-8")
    monkeypatch.setenv("TCO_DATA", str(bad))
    with pytest.raises(TableError):
        tco.scenario("customer-api")
    assert np.array_equal(tco.evaluate(scenario).total_usd, before)
    assert np.array_equal(tco.evaluate(scenario.replace(peak_users=10_000)).total_usd, before)


def test_a_mended_file_is_read_again(tmp_path):
    """A file that was refused is not remembered: once mended, it is used."""
    path = tmp_path / "pricing.csv"
    path.write_text(PRICES.replace("0.1,", "-0.1,"), encoding="utf-8")
    with pytest.raises(TableError):
        load_assumptions(path)
    path.write_text(PRICES, encoding="utf-8")
    assert load_assumptions(path).prices.rows[0].on_demand_usd_per_hour == 0.1


def test_tables_are_read_once():
    """The same question gets the same object, so that a page does not read the tables for each viewer."""
    assert load_assumptions() is load_assumptions()


@pytest.mark.parametrize(
    ("name", "place", "label"),
    [
        ("wait_ms", "", "Wait for database and other services per request"),
        ("salary_mid_usd_per_year", "India", "Mid salary"),
        ("egress_usd_per_gib", "aws/us-east-1", "Egress to the internet"),
        ("setup_effort_days", "flask", "Project set-up"),
        ("pool_share", "fastapi", "Developers who use FastAPI"),
        ("slots_per_worker_count", "flask-sync", "Requests at once per worker (Flask, sync workers)"),
    ],
)
def test_the_row_behind_an_input_is_found(name, place, label):
    """Whatever an input belongs to, its row is found by name and place."""
    assert load_assumptions().rows[name][place].label == label


def test_the_rows_hold_each_input_for_each_of_its_places():
    """Shared inputs apply to nothing, to each country or to each region; the others to each framework or serving."""
    a = load_assumptions()
    assert set(a.rows) == {*SHARED_NAMES, *FRAMEWORK_NAMES}
    places = [{""}, set(a.countries), set(a.services), set(a.frameworks), set(a.servings)]
    for name in SHARED_NAMES:
        assert set(a.rows[name]) in places[:3], name
    for name in FRAMEWORK_NAMES:
        assert set(a.rows[name]) in places[3:], name
    for name, rows in a.rows.items():
        for place, row in rows.items():
            assert (row.name, row.applies_to) == (name, place)


def test_headline_ways_of_serving():
    """Measured: threads for Flask and Django, async for FastAPI; the guide's view knows sync workers and no Django."""
    a = load_assumptions()
    assert a.headline_servings("measured") == ("flask-threads", "fastapi-async", "django-threads")
    assert a.headline_servings("article") == ("flask-sync", "fastapi-async")
    assert a.framework_of("flask-sync").label == "Flask"
    assert a.preset_label("internal-tool") == "Internal tool"
