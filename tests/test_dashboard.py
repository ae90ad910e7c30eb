"""Pages without a browser: the state, the controls and the blocks, by setting `.value` and reading the result."""

import gzip
import re
from base64 import b64decode
from datetime import date

import ipywidgets as widgets
import numpy as np
import pytest

import tco
from tco import charts
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES, data_directory, load_assumptions
from tco.claims import claim_views
from tco.dashboard import blocks
from tco.dashboard.compare import compare
from tco.dashboard.controls import MOST_FILE_BYTES, aligned_step, choice, shortened, slider, tooltip
from tco.dashboard.downloads import Downloads
from tco.dashboard.executive import SLIDERS, executive
from tco.dashboard.explorer import explorer
from tco.dashboard.figure_widget import Figure
from tco.dashboard.state import Result, State
from tco.decision import break_even, is_wide, verdict
from tco.inputs import InputError
from tco.model import COMPONENTS
from tco.scenarios import parse_scenario
from tco.wording import COMPONENT_LABELS, money
from tests.tables import BROKEN_SCENARIOS, PRICE_HEADER, assert_one_sentence

A = load_assumptions()
PLACED = [
    (name, place)
    for table in (A.framework_rows, A.serving_rows)
    for place, rows in table.items()
    for name in FRAMEWORK_NAMES
    if name in rows
]
INPUTS = [*((name, "") for name in SHARED_NAMES), *PLACED]


@pytest.fixture
def state():
    """A page's state at its start: the customer-facing API."""
    return State(tco.scenario("customer-api"))


@pytest.fixture(params=[executive, explorer])
def page(request):
    """Each page in turn."""
    return request.param()


def widgets_of(page):
    """A widget and everything within it."""
    yield page
    for child in getattr(page, "children", ()):
        yield from widgets_of(child)


def found(page, kind):
    """The one widget of a page that has this class of the style sheet."""
    (widget,) = [widget for widget in widgets_of(page) if kind in widget._dom_classes]  # noqa: SLF001, ipywidgets' name
    return widget


def words_of(html):
    """Text of each cell or line of a block, without its tags."""
    return [text for text in re.split(r"<[^>]*>", html) if text.strip()]


def is_shown(state, before):
    """Whether the state went on from a result to one that the library gives for its scenario."""
    assert np.array_equal(state.costs.total_usd, tco.evaluate(state.scenario).total_usd)
    return state.result is not before


# --- state


def test_a_page_opens_with_the_customers_api(page):
    """Without a scenario of its own a page starts with the default one, its costs, and no complaint."""
    assert page.state.scenario.to_toml() == tco.scenario("customer-api").to_toml()
    assert np.array_equal(page.state.costs.total_usd, tco.evaluate(tco.scenario()).total_usd)
    assert page.state.error == ""


@pytest.mark.parametrize("make", [executive, explorer])
def test_a_page_opens_with_a_scenario_of_ones_own(make):
    """And goes back to it."""
    own = tco.scenario("ml-product", country="Poland", peak_users=77)
    page = make(own)
    assert page.state.scenario is own
    page.state.change(peak_users=5)
    page.state.reset()
    assert page.state.scenario is own


@pytest.mark.parametrize("make", [executive, explorer])
def test_unusable_tables_leave_a_page_that_says_so(tmp_path, monkeypatch, make):
    """A broken price list in TCO_DATA: the page works with the tables that come along, and a note says why."""
    path = tmp_path / "pricing.csv"
    path.write_text(f"{PRICE_HEADER}\naws,us-east-1,a,x86_64,-2,8,1,0.1,,,,2026-07-20,own\n")
    monkeypatch.setenv("TCO_DATA", str(path))
    page = make()
    assert_one_sentence(page.state.error, "pricing.csv", "vcpus")
    note = found(page, "tco-error")
    assert note.layout.display is None
    assert "pricing.csv" in note.value
    assert np.array_equal(page.state.costs.total_usd, tco.evaluate(tco.scenario(data=data_directory())).total_usd)


def test_a_change_is_evaluated(state):
    """A choice, a shared input and one of a framework: the costs are the library's, and the last error is gone."""
    state.error = "something"
    for change in ({"country": "India"}, {"peak_users": 123.0}, {"ramp_up_weeks": {"flask": 3.0}}):
        before = state.result
        state.change(**change)
        assert is_shown(state, before)
        assert state.error == ""
    assert state.scenario.inputs == {"peak_users": 123.0, "ramp_up_weeks": {"flask": 3.0}}
    assert state.scenario.country == "India"


REFUSED = {
    "an unknown input": {"peak_user": 5},
    "a negative number": {"peak_users": -5},
    "not a number": {"peak_users": float("nan")},
    "infinity": {"peak_users": float("inf")},
    "an absurd size": {"peak_users": 1e300},
    "words in a number": {"peak_users": "many"},
    "nothing in a number": {"peak_users": [None]},
    "a share of seven": {"html_share": 7},
    "an unknown preset": {"preset": "moonshot"},
    "an unknown assumption set": {"assumption_set": "rumours"},
    "an unknown country": {"country": "Atlantis"},
    "an unknown provider": {"provider": "basement"},
    "a region of another provider": {"region": "westeurope"},
    "an unknown purchase": {"purchase": "barter"},
    "an unknown way of serving": {"servings": ("flask-magic",)},
    "a way of serving twice": {"servings": ("flask-sync", "flask-sync")},
    "an unknown framework": {"ramp_up_weeks": {"bottle": 1}},
    "a framework input as a number": {"ramp_up_weeks": 1},
    "a shared input per framework": {"peak_users": {"flask": 1}},
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_change_leaves_the_last_good_result(state, kind):
    """Of a refused change only the error remains, one sentence; the next good change takes it away."""
    before = state.result
    state.change(**REFUSED[kind])
    assert state.result is before
    assert_one_sentence(state.error, "Not changed: ")
    state.change(peak_users=5.0)
    assert state.error == ""


def test_the_same_refusal_is_told_again(state):
    """A control that was refused twice for one reason hears of it twice, so that it goes back twice."""
    told = []
    state.observe(lambda change: told.append(change.new), "error")
    for _ in range(2):
        state.change(peak_users=-5)
    assert [message for message in told if message] == [state.error] * 2


def test_another_product_brings_all_that_presets_describe(state):
    """Traffic set by hand gives way to the new product's; what no preset describes stays."""
    state.change(peak_users=123.0, discount_share_per_year=0.05)
    state.change(preset="internal-tool")
    assert state.scenario.inputs == {"discount_share_per_year": 0.05}
    assert state.scenario.value("peak_users") == 50


def test_another_provider_brings_a_region_of_its_own(state):
    """The first of its list, where the one in force is another provider's; a region that is chosen too is kept."""
    state.change(provider="azure")
    assert (state.scenario.provider, state.scenario.region) == ("azure", next(iter(A.prices.regions["azure"])))
    state.change(provider="gcp", region="europe-west3")
    assert (state.scenario.provider, state.scenario.region) == ("gcp", "europe-west3")


def test_an_observer_sees_a_scenario_with_its_own_costs(state):
    """Scenario and costs change in one step."""
    seen = []

    def look(change):
        seen.append(np.array_equal(change.new.costs.total_usd, tco.evaluate(change.new.scenario).total_usd))

    state.observe(look, "result")
    state.change(peak_users=5.0)
    state.change(preset="ml-product")
    state.reset()
    assert seen == [True] * 3


@pytest.mark.parametrize("kind", BROKEN_SCENARIOS)
def test_a_bad_file_leaves_the_last_good_result(state, kind):
    """The message names the file and what is wrong with it."""
    content, words = BROKEN_SCENARIOS[kind]
    before = state.result
    state.load(content, "mine.toml")
    assert state.result is before
    assert_one_sentence(state.error, "Not loaded: mine.toml", words)


def test_a_good_file_is_the_scenario(state):
    """What was saved is in force after it was loaded."""
    saved = tco.scenario("ml-product", country="India", peak_users=77, ramp_up_weeks={"flask": 2})
    state.load(saved.to_toml().encode(), "mine.toml")
    assert state.scenario.to_toml() == saved.to_toml()
    assert is_shown(state, None)


# --- controls


@pytest.mark.parametrize("preset", A.presets)
def test_every_input_has_a_slider_that_stands_at_its_value(preset):
    """Bounds around the plausible range, and the value on a step: a browser has nothing to move."""
    state = State(tco.scenario(preset))
    for name, place in INPUTS:
        row, value = state.scenario.row(name, place), state.scenario.value(name, place)
        control = slider(state, name, place)
        wide = isinstance(control, widgets.FloatLogSlider)
        low, high = (10**control.min, 10**control.max) if wide else (control.min, control.max)
        assert control.value == value, (name, place)
        assert low <= min(row.low, value) * (1 + 1e-12), (name, place)
        assert high >= max(row.high, value) * (1 - 1e-12), (name, place)
        position = np.log10(value) if wide else value
        steps = (position - control.min) / control.step
        assert steps == pytest.approx(round(steps), abs=1e-6), (name, place)
        assert control.description.startswith(row.label)
        assert control.tooltip == tooltip(row)
    assert state.scenario.to_toml() == tco.scenario(preset).to_toml()


@pytest.mark.parametrize(("name", "place"), INPUTS)
def test_every_slider_moves_its_input(state, name, place):
    """To either end of its row's range, and the scenario has that value, to four digits."""
    control = slider(state, name, place)
    row = state.scenario.row(name, place)
    for value in {row.low, row.high} - {state.scenario.value(name, place)}:
        control.value = value
        assert state.error == ""
        assert state.scenario.value(name, place) == pytest.approx(value, rel=1e-3, abs=1e-9)


def test_a_slider_follows_the_state(state):
    """Whoever changed the scenario; a value beyond the slider's range widens it."""
    control = slider(state, "team_people")
    state.change(team_people=12.0)
    assert control.value == 12
    state.change(team_people=300.0)
    assert (control.value, control.max) == (300, 300)
    state.change(preset="internal-tool")
    assert control.value == 2
    state.reset()
    assert control.value == 5
    assert state.scenario.inputs == {}


@pytest.mark.parametrize("name", ["peak_users", "html_share"])
def test_a_slider_that_a_browser_moves_to_a_step_changes_nothing(state, name):
    """Less than half a step is no wish."""
    control = slider(state, name)
    before = state.result
    control.value = control.value * 1.01 + (0.004 if name == "html_share" else 0)
    assert state.result is before


def test_a_new_step_goes_ahead_of_the_value(state):
    """A browser that got both at once might put the new value on one of the old steps: 1,500 people on 1,416."""
    control = slider(state, "peak_users")
    sent = []
    control.send_state = lambda key=None: sent.append({key} if isinstance(key, str) else set(key or ()))
    state.change(peak_users=1262)
    changed = [keys & {"step", "value"} for keys in sent if keys & {"step", "value"}]
    assert changed == [{"step"}, {"value"}]


def test_a_slider_that_a_browser_moves_to_its_new_step_changes_nothing(state):
    """
    With the new step alone a browser moves the old value to the nearest one, and says so when the new value is there.

    From 1,262 to 1,500 people there are 44 steps from 10 to 1,500; of them the 42nd, 1,194 people, is nearest to 1,262.
    It is told once; whoever moves there later means it.
    """
    control = slider(state, "peak_users")
    state.change(peak_users=1262)
    state.change(peak_users=1500)
    nearest = 10 ** (1 + 42 * (np.log10(1500) - 1) / 44)
    control.value = nearest
    assert state.scenario.value("peak_users") == 1500
    control.value = 1500.0
    control.value = nearest
    assert state.scenario.value("peak_users") == pytest.approx(1194, abs=1)


def test_a_slider_forced_beyond_what_is_legal_goes_back(state):
    """A viewer can raise a slider's bounds; the model refuses, and the slider shows what is in force."""
    control = slider(state, "html_share")
    before = state.result
    control.set_state({"max": 100.0})
    control.set_state({"value": 7.0})
    assert state.result is before
    assert_one_sentence(state.error, "html_share must lie in [0, 1]", "7")
    assert control.value == state.scenario.value("html_share")


def test_ranges_that_span_a_factor_of_a_hundred_are_logarithmic(state):
    """Ten users and a hundred thousand are both within reach of a finger."""
    for name, place in INPUTS:
        row, value = state.scenario.row(name, place), state.scenario.value(name, place)
        wide = is_wide(min(row.low, value), max(row.high, value))
        assert isinstance(slider(state, name, place), widgets.FloatLogSlider) == wide


@pytest.mark.parametrize(
    ("low", "position", "wanted", "step"),
    [(0.0, 0.0, 0.1, 0.1), (0.0, 0.3, 0.1, 0.1), (1.0, 4.0, 0.7, 0.75), (0.0, 0.04, 0.1, 0.04)],
)
def test_aligned_step(low, position, wanted, step):
    """At the start any step will do; else the whole number of steps nearest to the one wanted, and at least one."""
    assert aligned_step(low, position, wanted) == pytest.approx(step)


def test_a_tooltip_has_range_and_source():
    """Label, plausible range, note, evidence and source of the row."""
    row = A.shared["turnover_share_per_year"]
    text = tooltip(row)
    for part in (row.label, "11% to 22%", row.note, "sourced", "linkedin-turnover-2018"):
        assert part in text


def test_a_menu_moves_its_choice_and_follows_the_state(state):
    """The choice is the scenario's, whoever changed it."""
    menu = blocks.country_choice(state)
    menu.value = "India"
    assert state.scenario.country == "India"
    state.change(country="Poland")
    assert menu.value == "Poland"
    state.reset()
    assert menu.value == "United States"


def test_a_menu_goes_back_each_time_it_is_refused(state):
    """Terms without a price: the menu shows what is in force, also after the second try."""
    state.change(region="eu-west-1")
    before = state.result
    menu = choice(state, "purchase", "Purchase", lambda: [(name, name) for name in ("on_demand", "reserved_3y")])
    for _ in range(2):
        menu.value = "reserved_3y"
        assert "reserved_3y" in state.error
        assert menu.value == "on_demand"
    assert state.result is before


# --- blocks


def test_html_blocks_say_what_the_library_gives(state):
    """The verdict's sentence; totals, months and cloud bill; every component; after a change those of the change."""
    blocks_of = {
        blocks.verdict_html: lambda r: [verdict(*r).sentence],
        blocks.totals_html: lambda r: [money(float(usd)) for usd in r.costs.total_usd],
        blocks.component_html: lambda r: [
            *(COMPONENT_LABELS[part] for part in COMPONENTS),
            *(money(float(usd)) for part in COMPONENTS for usd in r.costs.component_usd[part]),
            *(money(float(usd)) for usd in r.costs.total_usd),
        ],
    }
    shown = {content: blocks.html_block(state, content, "kind") for content in blocks_of}
    for change in ({}, {"country": "India"}, {"assumption_set": "article"}, {"preset": "internal-tool"}):
        state.change(**change)
        for content, expected in blocks_of.items():
            words = words_of(shown[content].value.replace("&#x27;", "'"))
            assert [word for word in expected(state.result) if word not in words] == []


def test_stale_prices_are_marked_beside_the_verdict():
    """The oldest price of us-east-1 is of 2026-07-20: fresh for 90 days, and marked from the day after them."""
    fresh, stale = (State(today=date(2026, 10, day)) for day in (18, 19))
    assert blocks.price_age_html(fresh) == ""
    assert "Stale: list prices of 2026-07-20, 91 days old (limit 90)" in blocks.price_age_html(stale)


@pytest.mark.parametrize("preset", A.presets)
def test_one_line_says_where_the_views_disagree(preset):
    """Both amounts are the library's for Flask and FastAPI, whatever else is compared; the line is the same in both."""
    lines = set()
    for name in ("measured", "article"):
        chosen = tco.scenario(preset, assumption_set=name)
        lines.add(blocks.disagreement_html(Result(chosen, tco.evaluate(chosen))))
        pair = [s for s in chosen.servings if not s.startswith("django")]
        flask, fastapi = tco.evaluate(chosen.replace(servings=pair)).total_usd
        (line, *_) = lines
        assert f"costs {money(abs(float(flask - fastapi)))} less than" in line
    assert len(lines) == 1
    assert line.count("less than") == 2
    assert "They differ most in" in line


def test_views_that_cannot_be_compared_are_not():
    """Where Flask fits on no server there is no gap to speak of."""
    chosen = tco.scenario("ml-product", model_memory_gib=100_000)
    assert "cannot be compared" in blocks.disagreement_html(Result(chosen, tco.evaluate(chosen)))


@pytest.mark.parametrize("make", [executive, explorer])
def test_a_page_without_an_answer_is_a_page(make):
    """Where nothing can be served, sentence, tables, charts and claims are still there and say so."""
    page = make()
    page.state.change(model_memory_gib=100_000.0)
    assert page.state.error == ""
    assert "cannot be served" in found(page, "tco-verdict").value
    found(page, "tco-show-claims").value = True
    for chart in (widget for widget in widgets_of(page) if isinstance(widget, Figure)):
        assert chart.revision == 2


def test_a_note_appears_and_goes(state):
    """The red note is there while there is something to say, and shows a user's text as text."""
    note = blocks.error_note(state)
    assert note.layout.display == "none"
    state.load(b"format = 2", "<script>alert(1)</script>.toml")
    assert note.layout.display is None
    assert "<script>" not in note.value
    assert "&lt;script&gt;" in note.value
    state.change(peak_users=5.0)
    assert note.layout.display == "none"
    assert note.value == ""


def test_a_chart_follows_the_state(state):
    """Its figure is that of `tco.charts` for the result in force; its words are the figure's title."""
    chart = blocks.chart_block(state, lambda r: charts.component_chart(*r), "components")
    for change in ({}, {"country": "India"}, {"assumption_set": "article"}):
        state.change(**change)
        expected = charts.component_chart(*state.result)
        assert chart.figure.to_json() == expected.to_json()
        assert chart.alt == expected.layout.meta
    before = chart.revision
    state.change(peak_users=-1)
    assert chart.revision == before


def test_a_sweep_marks_where_the_two_cheapest_cost_the_same():
    """The break-evens of the library, then where the input is now; the words name them too."""
    state = State(tco.scenario("internal-tool", assumption_set="article"))
    chart = blocks.sweep_chart_block(state, "peak_users")
    answer, row = verdict(*state.result), state.scenario.row("peak_users")
    values = break_even(state.scenario, "peak_users", answer.best, answer.runner_up, row.low, row.high)
    assert [shape.x0 for shape in chart.figure.layout.shapes] == pytest.approx([*values, 50])
    assert all(f"{value:,.0f}" in chart.alt for value in values)


def test_a_sweep_reaches_the_value_in_force():
    """A value beyond the plausible range is on the axis all the same."""
    state = State(tco.scenario("customer-api", peak_users=1e6))
    chart = blocks.sweep_chart_block(state, "peak_users")
    assert chart.figure.data[0].x[-1] == pytest.approx(1e6)
    state.change(servings=("flask-sync",), peak_users=0.0)
    assert chart.figure.data[0].x[0] <= 10
    assert len(chart.figure.data) == 1


def test_the_saved_file_is_the_scenario(page):
    """The link holds a file from which the library makes the scenario in force."""
    page.state.change(country="India", ramp_up_weeks={"flask": 2.0})
    (link,) = [
        widget.value for widget in widgets_of(page) if isinstance(widget, widgets.HTML) and "download=" in widget.value
    ]
    content = b64decode(re.search(r"base64,([^']*)'", link)[1]).decode()
    assert parse_scenario(content, "link", A).to_toml() == page.state.scenario.to_toml()


def test_claims_are_worked_out_when_asked_for(page):
    """Not before; then each of them with both figures, and anew after a change; closed again they are gone."""
    button = found(page, "tco-show-claims")
    card = next(box for box in widgets_of(page) if button in getattr(box, "children", ()))
    table = next(w for w in widgets_of(card) if isinstance(w, widgets.HTML))
    page.state.change(peak_users=100.0)
    assert table.value == ""
    button.value = True
    for change in ({}, {"preset": "ml-product"}):
        page.state.change(**change)
        words = words_of(table.value.replace("&#x27;", "'").replace("&quot;", '"'))
        for view in claim_views(page.state.scenario):
            start = words.index(view.claim)
            assert words[start : start + 4] == [view.claim, view.statement, view.article, view.measured]
    button.value = False
    assert table.value == ""


# --- pages


def test_the_executive_page_has_the_sliders_that_it_should():
    """Traffic, team size, HTML share and horizon."""
    page = executive()
    assert SLIDERS == ("peak_users", "team_people", "html_share", "horizon_months")
    for name in SLIDERS:
        found(page, f"tco-input-{name}")
    for name in ("preset", "assumption_set", "country"):
        found(page, f"tco-choice-{name}")


def test_each_page_draws_with_names_and_words(page):
    """No two charts of a page share a name, and each is described for those who cannot see it."""
    drawn = [widget for widget in widgets_of(page) if isinstance(widget, Figure)]
    assert len({chart.name for chart in drawn}) == len(drawn) == 4
    for chart in drawn:
        assert chart.alt == chart.figure.layout.meta
        assert len(chart.alt) > 20


def test_the_explorer_has_each_input_once():
    """All groups together have one control for each input, under its table's group or its framework's name."""
    page = explorer()
    groups = found(page, "tco-groups")
    names = []
    for group in groups.options:
        groups.value = group
        shown = [c for w in widgets_of(page) for c in w._dom_classes if c.startswith("tco-input-")]  # noqa: SLF001
        assert shown
        names += shown
    assert sorted(names) == sorted(f"tco-input-{name}" + (f"-{place}" if place else "") for name, place in INPUTS)
    assert page.state.scenario.to_toml() == tco.scenario("customer-api").to_toml()


def test_a_group_that_was_left_follows_too():
    """Controls out of sight show what is in force when they are seen again."""
    page = explorer()
    groups = found(page, "tco-groups")
    users = found(page, "tco-input-peak_users")
    groups.value = "Money"
    page.state.change(preset="internal-tool")
    groups.value = "Traffic"
    assert found(page, "tco-input-peak_users") is users
    assert users.value == 50


def open_servers(page):
    found(page, "tco-groups").value = "Servers"


def test_regions_follow_the_provider():
    """The menu of regions has those of the provider in force, and the first one is chosen."""
    page = explorer()
    open_servers(page)
    provider, region = found(page, "tco-choice-provider"), found(page, "tco-choice-region")
    for name, regions in A.prices.regions.items():
        provider.value = name
        assert [value for _, value in region.options] == list(regions)
        assert region.value == page.state.scenario.region
    region.value = "us-central1" if provider.value == "gcp" else region.options[-1][1]
    assert page.state.scenario.region == region.value
    assert page.state.error == ""


def test_ways_of_serving_are_compared_as_chosen():
    """At least one, in the order of the menu; none at all changes nothing."""
    page = explorer()
    open_servers(page)
    servings = found(page, "tco-choice-servings")
    servings.value = ("flask-gevent", "fastapi-plain")
    assert page.state.scenario.servings == ("flask-gevent", "fastapi-plain")
    servings.value = ()
    assert page.state.scenario.servings == ("flask-gevent", "fastapi-plain")
    page.state.reset()
    assert servings.value == page.state.scenario.servings == tco.scenario().servings


def upload(page, content, name="mine.toml"):
    """What a browser sends when a file has been chosen."""
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content), "last_modified": 0}
    found(page, "tco-load").set_state({"value": [file]})


def test_a_file_is_loaded_as_often_as_it_is_chosen():
    """The same file twice, with a change in between, is in force twice."""
    page = explorer()
    content = tco.scenario("ml-product", peak_users=77).to_toml().encode()
    for _ in range(2):
        page.state.change(peak_users=5.0)
        upload(page, content)
        assert page.state.scenario.inputs == {"peak_users": 77}
        assert found(page, "tco-load").value == ()


def test_a_huge_file_is_not_read():
    """The message names the file and the rule."""
    page = explorer()
    before = page.state.result
    upload(page, b"#" * (MOST_FILE_BYTES + 1), name="huge.toml")
    assert page.state.result is before
    assert_one_sentence(page.state.error, "huge.toml", "more than 100,000 bytes")


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.toml", "=cmd|' /C calc'!A0.toml", "two\nlines.toml", "x" * 10_000 + ".toml"]
)
@pytest.mark.parametrize("make", [explorer, compare])
def test_the_name_of_a_file_is_text(make, name):
    """Of a refused file the note says the name, on one short line, and no part of it becomes a tag."""
    page = make()
    before = page.state.result
    upload(page, b"format = 2", name=name)
    assert page.state.result is before
    assert_one_sentence(page.state.error, shortened(name), "format must be 1")
    assert "<img" not in found(page, "tco-error").value


def test_reset_goes_back_to_the_start():
    """Whatever was changed, loaded and refused."""
    page = explorer()
    page.state.change(preset="ml-product", country="India")
    upload(page, b"format = 2")
    found(page, "tco-reset").click()
    assert page.state.scenario.to_toml() == tco.scenario("customer-api").to_toml()
    assert page.state.error == ""
    assert found(page, "tco-error").layout.display == "none"


# --- downloads


@pytest.fixture
def downloads(state, monkeypatch):
    """The buttons of a page, and what they send to it."""
    buttons = Downloads(state)
    buttons.sent = []
    monkeypatch.setattr(buttons, "send", lambda content, buffers=(): buttons.sent.append((content, buffers)))
    return buttons


def test_a_file_is_made_when_it_is_asked_for_and_not_before(state, downloads, monkeypatch):
    """Steps of a slider make none; a button makes one of the scenario that is in force then."""
    made = []
    monkeypatch.setattr("tco.dashboard.downloads.report_bytes", lambda *asked: made.append(asked) or b"content")
    state.change(peak_users=5.0)
    state.change(peak_users=6.0)
    assert made == []
    downloads._handle_custom_msg({"make": "csv"}, [])  # noqa: SLF001, what a browser's message calls
    assert made == [(state.scenario, "csv", state.costs)]
    ((content, (packed,)),) = downloads.sent
    assert content == {"made": "csv", "name": "tco-customer-api.csv"}
    assert gzip.decompress(packed) == b"content"


@pytest.mark.parametrize("message", ["xlsx", {"make": "pdf"}, {"make": ["csv"]}, {"make": "../csv"}, {}, None, 7])
def test_what_no_button_sends_is_passed_over(downloads, message):
    """Whoever looks at a page can write to its kernel."""
    downloads._handle_custom_msg(message, [])  # noqa: SLF001
    assert downloads.sent == []


def test_a_file_that_cannot_be_made_is_told_without_a_traceback(downloads, monkeypatch, caplog):
    """A refusal in its own words, anything else in words that say nothing of the program; the log has the rest."""
    for error, words in ((InputError("too many"), "too many"), (KeyError("secret"), "The file could not be made.")):

        def fail(*_asked, error=error):
            raise error

        monkeypatch.setattr("tco.dashboard.downloads.report_bytes", fail)
        downloads._handle_custom_msg({"make": "xlsx"}, [])  # noqa: SLF001
        assert downloads.sent.pop() == ({"made": "xlsx", "refused": words}, ())
    assert "secret" in caplog.text
