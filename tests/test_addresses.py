"""Addresses of pages: what they carry beside the scenario, and what they refuse."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

import tco
from tco.dashboard import addresses
from tco.dashboard.addresses import VIEW, linked, links_html
from tco.dashboard.blocks import page_links
from tco.dashboard.price_state import PriceState
from tco.dashboard.state import State
from tco.dashboard.uncertainty import UncertainState

OWN = tco.scenario("internal-tool", peak_users=80)


def query_of(state, page):
    """The query of the link that a page gives for what it shows."""
    return unescape(re.search(r"value='[^?]*\?([^']+)'", links_html(page, state.result, (), state.view_items()))[1])


@pytest.fixture(autouse=True)
def served(monkeypatch):
    """As in a kernel behind a page: with an address."""
    monkeypatch.setenv("VOILA_PREHEAT", "False")


def test_a_link_carries_how_servers_are_run_and_bought(monkeypatch):
    """Whoever opens the link of a prices page sees its plan and its way of serving; the usual ones take no room."""
    state = PriceState(OWN)
    assert VIEW not in query_of(state, "prices")
    state.view(scaling="hourly", terms=("reserved_1y", "spot"), month=12, zones_count=3.0, serving=OWN.servings[1])
    assert state.error == ""
    monkeypatch.setenv("QUERY_STRING", query_of(state, "prices"))
    again = linked(PriceState)
    assert again.error == ""
    assert again.plan == state.plan
    assert again.serving == OWN.servings[1]
    assert again.scenario.to_toml() == OWN.to_toml()


def test_a_link_carries_what_is_taken_as_known_and_the_inputs_of_the_map(monkeypatch):
    """Whoever opens the link of an uncertainty page sees the same boxes ticked, so the same draws, and the same map."""
    state = UncertainState()
    state.known = ("Traffic", "Hiring")
    state.map_keys = ("wait_ms", "ramp_up_weeks.flask")
    monkeypatch.setenv("QUERY_STRING", query_of(state, "uncertainty"))
    again = linked(UncertainState)
    assert (again.known, again.map_keys) == (state.known, state.map_keys)
    assert again.draws.sentence == state.draws.sentence


def test_another_map_changes_the_link_and_works_nothing_else_out():
    """The inputs of the map are no part of the scenario: its result stays the same object, and the link has them."""
    state = UncertainState()
    (links,) = page_links(state, "uncertainty").children
    result, before = state.result, links.value
    state.map_keys = ("wait_ms", "team_people")
    assert state.result is result
    assert "wait_ms" in links.value
    assert "wait_ms" not in before


@pytest.mark.parametrize(
    ("kind", "items", "sentence"),
    [
        (PriceState, {"scaling": "weekly"}, "scaling must be one of static, hourly; got 'weekly'"),
        (PriceState, {"month": "12.5"}, "month must be a number; got '12.5'"),
        (PriceState, {"month": "999"}, "month must lie in [0, 240]; got 999"),
        (PriceState, {"terms": ""}, "terms must have one of on_demand, spot: what is not reserved is bought on it"),
        (PriceState, {"zones_count": "nan"}, "zones_count must lie in [0, 100000]; got nan"),
        (PriceState, {"serving": "<img onerror>"}, "serving must be one of"),
        (UncertainState, {"known": "Traffic,Weather"}, "known must be some of"),
        (UncertainState, {"known": "Traffic", "map": "wait_ms,weather"}, "map must name two inputs that have a range"),
        (UncertainState, {"map": "wait_ms"}, "map must name two inputs that have a range; got 'wait_ms'"),
    ],
)
def test_refuses_what_a_stranger_wrote_and_changes_nothing(monkeypatch, kind, items, sentence):
    """One thing that is wrong leaves out all that the address says of the view, with a sentence that says why."""
    monkeypatch.setenv("QUERY_STRING", urlencode({VIEW: urlencode({"profile": "office-hours"} | items)}))
    state = linked(kind)
    assert sentence in state.error
    assert state.view_items() == {}


def test_leaves_alone_what_belongs_to_others(monkeypatch):
    """Names that a page does not know, and more of them than any page has, change nothing and break nothing."""
    for view in ("campaign=spring", "&".join(f"n{i}=1" for i in range(1000)), "%ff=%00"):
        monkeypatch.setenv("QUERY_STRING", urlencode({VIEW: view}))
        for kind in (State, PriceState, UncertainState):
            state = linked(kind)
            assert (state.error, state.view_items()) == ("", {})


def test_keeps_why_a_scenario_was_refused(monkeypatch):
    """A view that is restored beside a link that cannot be used does not hide that."""
    monkeypatch.setenv("QUERY_STRING", urlencode({addresses.PARAMETER: "nonsense", VIEW: "scaling=hourly"}))
    state = linked(PriceState)
    assert "The usual scenario is shown instead" in state.error
    assert state.plan.scaling == "hourly"
