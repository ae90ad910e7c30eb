"""The uncertainty page: how sure the answer is, what it depends on, what flips it, and what is worth knowing."""

from collections.abc import Mapping
from functools import lru_cache
from html import escape

import ipywidgets as widgets
import plotly.graph_objects as go
import traitlets

from tco import charts_uncertainty as charts
from tco.dashboard import blocks
from tco.dashboard.controls import slider
from tco.dashboard.decision_card import pair_of
from tco.dashboard.figure_widget import Figure
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import Result, State
from tco.decision import serving_labels
from tco.draws import Prior, prior_of
from tco.flips import range_shown, what_flips, winner_map
from tco.information import worth_knowing
from tco.inputs import InputError, shown
from tco.keys import input_keys, label_of, name_of, row_of
from tco.scenarios import Scenario
from tco.sensitivity import tornado, what_matters
from tco.uncertainty import Uncertainty, how_sure
from tco.wording import labelled, money, quantity, share

SLIDERS = ("peak_users", "team_people", "html_share", "confidence_share", "materiality_share")
# Points of the Sobol design: a few seconds' work.
SOBOL_POINTS = 128
MOST_ROWS = 12
MAP_KEYS = ("peak_users", "team_people")


class UncertainState(State):
    """
    A scenario, the groups of inputs that the reader takes as known exactly, and the inputs that the map is about.
    """

    known = traitlets.Tuple()
    map_keys = traitlets.Tuple(default_value=MAP_KEYS)
    view_traits = ("map_keys",)

    @traitlets.observe("known")
    def _draw_again(self, _change: object) -> None:
        self._show(self.scenario)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of inputs of which something is not known exactly."""
        return tuple(dict.fromkeys(row_of(self.scenario, key).group for key in prior_of(self.scenario).drawn))

    @property
    def mappable_keys(self) -> tuple[str, ...]:
        """Keys of the inputs that the map can be about: those with a range."""
        ranges = {key: range_shown(self.scenario, key) for key in input_keys(self.scenario)}
        return tuple(key for key, (low, high) in ranges.items() if low < high)

    def view_items(self) -> dict[str, str]:
        """
        The groups that are taken as known, and the inputs of the map where they are not the usual ones.
        """
        items = {"known": self.known, "map": self.map_keys if self.map_keys != MAP_KEYS else ()}
        return {name: ",".join(values) for name, values in items.items() if values}

    def restore_view(self, items: Mapping[str, str]) -> None:
        """
        Take those groups and inputs from an address.
        """
        known, keys = (tuple(filter(None, items.get(name, "").split(","))) for name in ("known", "map"))
        groups = self.groups if known else ()
        unknown = [name for name in known if name not in groups]
        if unknown:
            self._refuse(f"Not changed: known must be some of {', '.join(groups)}; got {shown(unknown[0])}")
            return
        if keys and (len(keys) != len(MAP_KEYS) or not set(keys) <= set(self.mappable_keys)):
            self._refuse(f"Not changed: map must name two inputs that have a range; got {shown(items['map'])}")
            return
        self.known, self.map_keys = tuple(dict.fromkeys(known)), keys or MAP_KEYS

    @property
    def draws(self) -> Uncertainty:
        """The draws around the scenario, made once for all blocks of the page."""
        return draws_of(self.scenario, self.known)


def uncertainty(start: Scenario | None = None) -> Page:
    """
    The uncertainty page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with; the customer-facing API by default.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario and its costs.
    """
    return opened(start, UncertainState, _page)


def _page(state: UncertainState) -> Page:
    return Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(
                    blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls"
                ),
                blocks.side_by_side(*(slider(state, name) for name in SLIDERS), kind="tco-controls"),
                known_choice(state),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(
                blocks.html_block(state, lambda _: sentence_html(state.draws), "tco-verdict"),
                blocks.html_block(state, lambda _: chances_html(state.draws), "tco-table"),
            ),
            blocks.side_by_side(
                blocks.card(blocks.chart_block(state, lambda _: charts.chance_chart(state.draws), "chances")),
                blocks.card(blocks.chart_block(state, lambda _: charts.cost_histogram(state.draws), "histogram")),
                blocks.card(blocks.chart_block(state, lambda r: tornado_figure(r, state.draws.prior), "tornado")),
                blocks.card(blocks.chart_block(state, lambda _: charts.regret_chart(state.draws), "regret")),
            ),
            map_card(state),
            blocks.card(blocks.html_block(state, flips_html, "tco-table")),
            worth_card(state),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
            blocks.page_links(state, "uncertainty"),
        ],
    )


@lru_cache(maxsize=2)
def draws_of(scenario: Scenario, known: tuple[str, ...] = ()) -> Uncertainty:
    """
    The draws of a scenario, some groups of whose inputs are known exactly.
    """
    keys = [key for key in prior_of(scenario).drawn if row_of(scenario, key).group in known]
    return how_sure(Prior(scenario, known=keys))


def known_choice(state: UncertainState) -> widgets.Box:
    """
    A box to tick for each group of inputs: what it is then sure of, and how sure the answer would be.
    """
    boxes = [widgets.Checkbox(value=name in state.known, description=name, indent=False) for name in state.groups]

    def know(_change: object) -> None:
        state.known = tuple(box.description for box in boxes if box.value)

    for box in boxes:
        box.observe(know, "value")
    caption = widgets.HTML("Suppose you knew exactly:")
    row = widgets.Box([caption, *boxes])
    row.add_class("tco-known")
    return row


def sentence_html(found: Uncertainty) -> str:
    """
    How sure the answer is, in words.
    """
    return f'<div class="tco-sentence">{escape(found.sentence)}</div>'


def chances_html(found: Uncertainty) -> str:
    """
    Quantiles, chances and regret of each way of serving.
    """
    labels = serving_labels(found.prior.scenario)
    quantiles_usd = found.quantiles_usd([0.05, 0.5, 0.95])
    regret_usd = found.regret_usd.mean(axis=0) if found.robust else [float("nan")] * len(found.names)
    rows = "".join(
        f"<tr><th scope='row'>{escape(labels[name])}</th>"
        + "".join(f"<td>{money(float(usd))}</td>" for usd in quantiles_usd[:, i])
        + f"<td data-chance='{escape(name)}'>{share(float(found.cheapest_share[i]))}</td>"
        f"<td>{money(float(regret_usd[i]))}</td></tr>"
        for i, name in enumerate(found.names)
    )
    heads = ("", "1 in 20 below", "Middle case", "1 in 20 above", "Cheapest", "Mean regret")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def tornado_figure(result: Result, prior: Prior) -> go.Figure:
    """
    What moves the difference between the cheapest and the next.
    """
    pair = pair_of(result)
    swings = tornado(prior, *pair) if pair else ()
    return charts.tornado_chart(result.scenario, swings, *(pair or result.scenario.servings[:1] * 2))


def flips_html(result: Result) -> str:
    """
    Every input that flips the answer within its range, with all others as they are.
    """
    pair = pair_of(result)
    if pair is None:
        return "<p>There is nothing to compare, and so nothing that flips.</p>"
    found = what_flips(result.scenario, *pair)
    first, second = (escape(serving_labels(result.scenario)[name]) for name in pair)
    if not found:
        return f"<p>No single input within its range makes {second} cheaper than {first}.</p>"
    rows = ""
    for flip in found[:MOST_ROWS]:
        name, label = name_of(flip.key), labelled(flip.label, row_of(result.scenario, flip.key).unit)
        values = ", ".join(quantity(name, value) for value in flip.values)
        rows += f"<tr><th scope='row'>{escape(label)}</th><td>{quantity(name, flip.now)}</td><td>{values}</td></tr>"
    heads = (f"{first} and {second} change places where", "now", "at")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    more = f"<p>And {len(found) - MOST_ROWS} more, further away.</p>" if len(found) > MOST_ROWS else ""
    return f"<table class='tco-flips'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def map_card(state: UncertainState) -> widgets.Box:
    """
    The map of the winner over any two inputs.
    """
    options = sorted((label_of(state.scenario, key), key) for key in state.mappable_keys)
    menus = []
    for side, key in zip(("Across", "Up"), state.map_keys, strict=True):
        menu = widgets.Dropdown(options=options, value=key, description=side)
        menu.add_class(f"tco-map-{side.lower()}")
        menus.append(menu)

    def take(_change: object) -> None:
        state.map_keys = tuple(menu.value for menu in menus)

    for menu in menus:
        menu.observe(take, "value")
    chart = blocks.chart_block(
        state, lambda result: map_figure(result.scenario, state.map_keys), "map", trait=("result", "map_keys")
    )
    return blocks.card(blocks.side_by_side(*menus, kind="tco-controls"), chart)


def map_figure(scenario: Scenario, keys: tuple[str, str]) -> go.Figure:
    """
    The map over two inputs, or over the usual ones where it makes none.
    """
    # Another comparison has no ways of serving that an axis may be about.
    there = input_keys(scenario)
    x_key, y_key = (key if key in there else usual for key, usual in zip(keys, MAP_KEYS, strict=True))
    if x_key == y_key:
        x_key, y_key = MAP_KEYS
    return charts.winner_chart(scenario, winner_map(scenario, x_key, y_key))


def worth_card(state: UncertainState) -> widgets.Box:
    """
    What knowing each input is worth, and its share of the variance: worked out when it is first asked for.
    """
    button = widgets.ToggleButton(description="What is worth knowing better", icon="")
    button.add_class("tco-show-worth")
    place = widgets.VBox()

    def show(_change: object = None) -> None:
        place.children = worth_widgets(state.result, state.draws) if button.value else ()

    button.observe(show, "value")
    state.observe(show, "result")
    return blocks.card(button, place)


def worth_widgets(result: Result, found: Uncertainty) -> tuple[widgets.Widget, ...]:
    """
    A picture of the value of information, and a table of what makes the difference vary.
    """
    try:
        figure = charts.worth_chart(worth_knowing(found))
        chart = Figure(figure, alt=figure.layout.meta, name="worth")
        table = widgets.HTML(variance_html(result, found.prior))
    except InputError as error:
        return (widgets.HTML(f"<p>{escape(str(error))}</p>"),)
    table.add_class("tco-table")
    return chart, table


def variance_html(result: Result, prior: Prior) -> str:
    """
    Sobol indices of the ratio between the costs of the cheapest and of the next.
    """
    pair = pair_of(result)
    if pair is None:
        return ""

    def cell(value: float, error: float) -> str:
        return f"<td>{100 * value:.0f}% &plusmn; {100 * error:.0f}</td>".replace("-0%", "0%")

    rows = "".join(
        f"<tr><th scope='row'>{escape(one.label)}</th>{cell(one.first, one.first_error)}"
        f"{cell(one.total, one.total_error)}</tr>"
        for one in what_matters(prior, *pair, SOBOL_POINTS)[:MOST_ROWS]
    )
    heads = ("Share of the variance of their ratio", "alone", "with others")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    labels = serving_labels(result.scenario)
    first, second = (escape(labels[name]) for name in pair)
    note = f"<p>What the ratio of the costs of {second} and {first} depends on: Sobol indices with 95% intervals.</p>"
    return f"<table class='tco-variance'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"
