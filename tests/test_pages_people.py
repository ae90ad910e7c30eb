"""The hiring and the time-to-market page without a browser, and the addresses of all pages."""

import re
from html import unescape

import pytest

import tco
from tco.assumptions import load_assumptions
from tco.dashboard import addresses, blocks_people
from tco.dashboard.executive import executive
from tco.dashboard.explorer import explorer
from tco.dashboard.figure_widget import Figure
from tco.dashboard.hiring import hiring
from tco.dashboard.state import Result, State
from tco.dashboard.time_to_market import time_to_market
from tco.evidence import load_evidence
from tco.links import link_text
from tco.regret import regret
from tco.wording import count, money
from tests.tables import assert_one_sentence

PAGES = {"executive": executive, "explorer": explorer, "hiring": hiring, "time_to_market": time_to_market}
A = load_assumptions()


def result_of(*args, **fields):
    scenario = tco.scenario(*args, **fields)
    return Result(scenario, tco.evaluate(scenario))


def widgets_of(page):
    """A widget and everything within it."""
    yield page
    for child in getattr(page, "children", ()):
        yield from widgets_of(child)


def found(page, kind):
    """The one widget of a page that has this class of the style sheet."""
    (widget,) = [widget for widget in widgets_of(page) if kind in widget._dom_classes]  # noqa: SLF001, ipywidgets' name
    return widget


def cells_of(html):
    """Text of each row of a table by its first cell."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    texts = [[unescape(text) for text in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
    return {first: rest for first, *rest in texts}


@pytest.fixture(params=PAGES)
def name(request):
    """Each page in turn."""
    return request.param


def test_a_page_opens_with_the_scenario_of_its_address(name, monkeypatch):
    """What another page shows stands in the address: it is in force, evaluated, without complaint."""
    own = tco.scenario("ml-product", country="Poland", peak_users=77)
    monkeypatch.setenv("QUERY_STRING", f"other=1&s={link_text(own)}")
    page = PAGES[name]()
    assert page.state.scenario.to_toml() == own.to_toml()
    assert page.state.costs.total_usd.tolist() == tco.evaluate(own).total_usd.tolist()
    assert (page.state.error, page.state.notice) == ("", "")


@pytest.mark.parametrize("query", ["s=", "s=hello", "s=2.00000000.0-0-0-0.AAAA", "s=" + "A" * 9_000, "s=%3Cscript%3E"])
def test_a_bad_link_opens_the_usual_scenario_with_a_red_note(name, query, monkeypatch):
    """One sentence in the note, and the page works."""
    monkeypatch.setenv("QUERY_STRING", query)
    page = PAGES[name]()
    assert page.state.scenario.to_toml() == tco.scenario().to_toml()
    assert_one_sentence(page.state.error, "The usual scenario is shown instead", "the link")
    note = found(page, "tco-error")
    assert note.layout.display is None
    assert "<script" not in note.value
    page.state.change(peak_users=5.0)
    assert page.state.error == ""


def test_a_link_made_with_other_tables_is_noticed(monkeypatch):
    """The page opens with it, and a note that is not red says so."""
    version, _, answer, packed = link_text(tco.scenario("internal-tool")).split(".")
    monkeypatch.setenv("QUERY_STRING", f"s={version}.00000000.{answer}.{packed}")
    page = hiring()
    assert page.state.scenario.preset == "internal-tool"
    assert page.state.error == ""
    assert found(page, "tco-notice").layout.display is None
    assert "not the same as when this link was made" in found(page, "tco-notice").value


@pytest.mark.parametrize("query", ["", "theme=dark", "s"])
def test_an_address_without_a_link_opens_the_usual_scenario(query, monkeypatch):
    """No parameter of ours: nothing to complain of."""
    monkeypatch.setenv("QUERY_STRING", query if query != "s" else "t=1")
    state = addresses.linked(State)
    assert state.scenario.to_toml() == tco.scenario().to_toml()
    assert state.error == ""


def test_a_scenario_given_wins_over_the_address(monkeypatch):
    """Whoever opens a page from code gets what was asked for."""
    monkeypatch.setenv("QUERY_STRING", f"s={link_text(tco.scenario('ml-product'))}")
    own = tco.scenario("internal-tool")
    assert hiring(own).state.scenario is own


def test_links_carry_the_scenario_to_every_other_page(name, monkeypatch):
    """After a change the links of a page lead to all the others, with what it shows now; a field has its own."""
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    page = PAGES[name]()
    page.state.change(peak_users=123.0)
    html = found(page, "tco-links").value
    query = f"?s={link_text(page.state.scenario)}"
    others = re.findall(r"href='(\w+)\.ipynb([^']*)'", html)
    assert {other for other, _ in others} >= set(PAGES) - {name}
    assert name not in {other for other, _ in others}
    assert {carried for _, carried in others} == {query}
    assert f"value='{name}.ipynb{query}'" in html


def test_a_notebook_has_no_links_to_pages(name):
    """Where no server of ours shows the page, links to others would lead nowhere."""
    assert found(PAGES[name](), "tco-links").value == ""


@pytest.mark.parametrize(
    ("make", "charts"),
    [(hiring, {"staffing", "salaries", "pool", "coverage"}), (time_to_market, {"timeline", "team-size", "delay"})],
)
def test_the_pages_draw_with_words(make, charts):
    """Each chart is described for those who cannot see it, and follows the scenario."""
    page = make()
    drawn = {widget.name: widget for widget in widgets_of(page) if isinstance(widget, Figure)}
    assert set(drawn) == charts
    page.state.change(country="Germany", assumption_set="article")
    for chart in drawn.values():
        assert chart.alt == chart.figure.layout.meta
        assert chart.revision == 2
    assert page.state.error == ""


def test_the_hiring_table_has_the_librarys_figures():
    """From developers to hires: the funnel multiplies down, and times and money are the model's."""
    result = result_of("customer-api")
    cells = cells_of(blocks_people.hiring_html(result))
    assert cells["Developers in the country"][0] == "1,687,890"
    assert cells["of them use it"][0] == count(1_687_890 * 0.1481)
    assert cells["of them open to move"] == [count(people) for people in result.costs.pool_people]
    assert cells["Hiring in all"] == [money(usd) for usd in result.costs.component_usd["hiring"]]


def test_an_empty_pool_has_its_reason_in_words():
    """Never filled, never whole, and why, with what it is costed as."""
    html = blocks_people.hiring_html(result_of(pool_share={"fastapi": 0.0}))
    cells = cells_of(html)
    assert cells["Time to fill a seat"][1] == cells["Until the team is whole"][1] == "never"
    assert "Nobody in United States could be hired for FastAPI" in html
    assert "given up after 12 months" in html


def test_bands_say_how_many_answered(tmp_path, monkeypatch):
    """Germany's seniors: 32 people; a band of the user's own says that it is one."""
    cells = cells_of(blocks_people.bands_html(result_of(country="Germany")))
    assert cells["Senior salary"][3] == "32"
    path = tmp_path / "bands.csv"
    path.write_text(
        "country,level,low_usd_per_year,value_usd_per_year,high_usd_per_year,note\nGermany,senior,90000,110000,130000,\n"
    )
    monkeypatch.setenv("TCO_DATA", str(path))
    cells = cells_of(blocks_people.bands_html(result_of(country="Germany")))
    assert cells["Senior salary"] == ["$90K", "$110K", "$130K", "yours", "", "own-bands"]
    assert cells["Mid salary"][3] == "67"


def test_the_effort_table_says_how_and_how_sure():
    """Low, likely, high, the way and the grade of each cell; the guide's figure where it has one."""
    cells = cells_of(blocks_people.effort_html(result_of("customer-api")))
    assert cells["Login and accounts"][2] == "2 (1 to 4) · built in · stated"
    assert cells["Login and accounts"][0] == "4 (2 to 8) · extension · stated; the guide: 2"
    assert len(cells) == 1 + len(blocks_people.CAPABILITIES)


def test_observations_are_all_there():
    """Nine moves and nine applications, and a sentence that says what they support."""
    html = blocks_people.observations_html(load_evidence())
    assert html.count("<tr>") == 2 + 9 + 9
    assert "support no large saving" in html


def test_the_regret_table_has_the_librarys_figures():
    """Each future with its chance and its right pick, and what the other picks lose."""
    result = result_of("customer-api")
    cells = cells_of(blocks_people.regret_html(result))
    table = regret(result.scenario)
    assert cells["as planned (85%)"][0] == "FastAPI"
    assert cells["Expected"][1:] == [money(usd) for usd in table.expected_usd]


@pytest.mark.parametrize(
    ("make", "claims"), [(hiring, ("H1", "H2", "H3")), (time_to_market, ("T1", "T2", "T3", "R1", "R2"))]
)
def test_claims_stand_on_the_page_with_what_supports_them(make, claims):
    """Both figures, and a row for each number behind, with its grade and source, when they are asked for."""
    page = make()
    table = found(page, "tco-table-support")
    assert table.value == ""
    found(page, "tco-show-claims").value = True
    for claim in claims:
        assert f"id='support-{claim}'" in table.value
        assert A.claims[claim].statement in unescape(table.value)
    assert table.value.count("On the guide&#x27;s assumptions") == len(claims)
    assert table.value.count("Does our range reach the guide?") == len(claims)
    page.state.change(assumption_set="article")
    assert "migrations-2026" in table.value or make is hiring


def test_claims_need_the_guides_two_frameworks(monkeypatch):
    """Where a user's tables lack one of them, a sentence says so in place of the table."""

    def refused(*_args):
        raise tco.ScenarioError("no way of serving flask")

    monkeypatch.setattr(blocks_people, "claim_views", refused)
    assert "no way of serving flask" in blocks_people.support_html(result_of(), ("T1",))
