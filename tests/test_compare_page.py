"""The compare page without a browser: what is added, taken away and refused, and that every cent of a gap is there."""

import re
from html import unescape

import pytest

import tco
from tco.dashboard import compare as module
from tco.dashboard.compare import LETTERS, MOST_ADDRESS_LETTERS, ComparisonState, compare, sentence_html, table_html
from tco.links import PARAMETER, link_text
from tests.tables import BROKEN_SCENARIOS, assert_one_sentence
from tests.test_pages_people import found, widgets_of

OWN = tco.scenario("ml-product", country="Poland", peak_users=77.0)
OTHER = tco.scenario("internal-tool", team_people=3.0)


@pytest.fixture
def state():
    """The page's state at its start: two usual products."""
    return ComparisonState()


def tomls(state):
    return [scenario.to_toml() for scenario in state.shown.scenarios]


def test_it_opens_with_two_usual_products(state):
    """The usual scenario, and another product beside it."""
    assert tomls(state) == [tco.scenario().to_toml(), tco.scenario("internal-tool").to_toml()]
    assert state.shown.names == ("A: Customer API", "B: Internal tool")
    assert (state.error, state.notice) == ("", "")


def test_it_opens_with_the_scenario_of_the_page_that_one_came_from(monkeypatch):
    """Beside it stands the usual product of its kind: what was changed is the gap."""
    monkeypatch.setenv("QUERY_STRING", f"s={link_text(OWN)}")
    page = compare()
    assert tomls(page.state) == [OWN.to_toml(), tco.scenario("ml-product").to_toml()]
    assert page.state.scenario.to_toml() == OWN.to_toml()
    assert {changed.key for changed in page.state.shown.gap.changed} > {"peak_users", "salary_mid_usd_per_year"}


def test_its_own_link_carries_all_that_it_shows(monkeypatch):
    """Three scenarios go through the address and come back, and the links to other pages carry the first."""
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    page = compare(OWN, OTHER, tco.scenario())
    html = found(page, "tco-links").value
    query = unescape(re.search(r"class='tco-copy-link' readonly value='compare\.ipynb\?([^']*)'", html)[1])
    assert query.count(f"{PARAMETER}=") == 3
    monkeypatch.setenv("QUERY_STRING", query)
    assert tomls(compare().state) == tomls(page.state) == [OWN.to_toml(), OTHER.to_toml(), tco.scenario().to_toml()]
    assert f"href='explorer.ipynb?s={link_text(OWN)}'" in html


def test_a_bad_link_among_good_ones_leaves_a_page_that_says_so(monkeypatch):
    """The first is shown with a usual product, and the note says why."""
    monkeypatch.setenv("QUERY_STRING", f"s={link_text(OWN)}&s=<script>&s={link_text(OTHER)}")
    page = compare()
    assert tomls(page.state) == [OWN.to_toml(), tco.scenario("ml-product").to_toml()]
    assert_one_sentence(page.state.error, "Not added: the link: '<script>' is none that tco made")
    assert "<script>" not in found(page, "tco-error").value


def test_scenarios_come_from_products_files_and_links(state):
    """A product, a file, an address with a link: each stands beside the others with where it came from."""
    page = compare()
    state = page.state
    found(page, "tco-add-preset").value = "ml-product"
    found(page, "tco-add").click()
    found(page, "tco-add-link").value = f"http://127.0.0.1:8866/voila/render/hiring.ipynb?x=1&s={link_text(OWN)}"
    assert tomls(state)[2:] == [tco.scenario("ml-product").to_toml(), OWN.to_toml()]
    assert found(page, "tco-add-link").value == ""
    state.remove(0)
    state.add_file(OTHER.to_toml().encode(), "my <b>plan</b>.toml")
    assert state.shown.names == ("A: Internal tool", "B: AI product", "C: AI product", "D: my <b>plan</b>")
    html = table_html(state.shown)
    assert "<b>plan" not in html
    assert "my &lt;b&gt;plan&lt;/b&gt;" in html
    assert [entry.origin for entry in state.shown.entries[2:]] == ["from a link", "from a file"]
    chart = {widget.name: widget for widget in widgets_of(page) if hasattr(widget, "drawing")}["comparison"]
    assert "<b>plan" not in "".join(chart.figure.data[0].x)


def test_a_link_made_with_other_tables_says_so_beside_its_scenario(state):
    """In the row that says where each came from."""
    version, _, answer, packed = link_text(OWN).split(".")
    state.add_links(f"{version}.00000000.{answer}.{packed}")
    assert "not the same as when this link was made" in table_html(state.shown)


def test_each_refusal_is_a_sentence_and_changes_nothing(state):
    """A fifth scenario, the last but one, a bad file, a bad link, an address of a megabyte, a gap to itself."""
    state.add(OWN, OTHER)
    before = state.shown
    refused = [
        (lambda: state.add(OWN), "at most 4 scenarios"),
        (lambda: state.add_links(link_text(OWN)), "at most 4 scenarios"),
        (lambda: state.add_links("hello"), "the link: 'hello'"),
        (lambda: state.add_links("?s=" + "A" * 2**20), f"at most {MOST_ADDRESS_LETTERS:,} are read"),
        (lambda: state.choose(pair=(1, 1)), "two different scenarios"),
        (lambda: state.choose(serving="flask-magic"), "'flask-magic'"),
        *((lambda c=c: state.add_file(c, "mine.toml"), w) for c, w in BROKEN_SCENARIOS.values()),
    ]
    for act, words in refused:
        act()
        assert state.shown is before
        assert_one_sentence(state.error, words)
    state.remove(3)
    state.remove(2)
    assert state.error == ""
    state.remove(0)
    assert_one_sentence(state.error, "two scenarios at least")
    assert len(state.shown.entries) == 2


@pytest.mark.parametrize("serving", ["", "fastapi-async"])
@pytest.mark.parametrize("pair", [(0, 1), (2, 0), (1, 2)])
def test_the_table_adds_up_to_the_cent(state, serving, pair):
    """The last column: inputs and components each add up to the total's, and that is the gap of the library."""
    state.add(OWN)
    state.choose(serving=serving, pair=pair)
    shown = state.shown
    html = table_html(shown)
    cents = {
        key: round(100 * float(text.replace(",", "")))
        for key, text in re.findall(r"data-part='([^']+)'>([-+][\d,.]+)<", html)
    }
    first, second = (shown.scenarios[i] for i in pair)
    found_gap = tco.difference(first, second, serving)
    components = [cents.pop(name) for name in module.COMPONENTS]
    total = cents.pop("total")
    assert abs(total - 100 * found_gap.gap_usd) <= 1
    assert sum(components) == sum(cents.values()) == total
    assert cents.keys() == {changed.key for changed in found_gap.changed}
    words = unescape(sentence_html(shown))
    assert f"{shown.names[pair[1]]} costs " in words
    assert f"than {shown.names[pair[0]]}" in words
    assert f"From {LETTERS[pair[0]]} to {LETTERS[pair[1]]}" in html


def test_a_way_of_serving_that_not_all_compare_gives_way(state):
    """A scenario is added that does not compare what was chosen: the cheapest of each stands for it again."""
    state.choose(serving="django-threads")
    state.add(tco.scenario(assumption_set="article"))
    assert state.shown.serving == ""
    assert state.shown.servings == ("fastapi-async",)


def test_what_cannot_be_served_has_no_gap(state):
    """The sentence says so in place of a gap, charts and table are there all the same."""
    page = compare(tco.scenario(), tco.scenario(model_memory_gib=10_000.0))
    assert "there is no gap between the two" in found(page, "tco-verdict").value
    assert "none can be served" in found(page, "tco-table").value
    assert page.state.error == ""
