"""Blocks: the parts that pages are made of. Each takes the state and follows it."""

import base64
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np
import plotly.graph_objects as go

from tco import charts
from tco.assumptions import ASSUMPTION_SETS
from tco.claims import claim_views, side_of
from tco.dashboard import addresses
from tco.dashboard.controls import choice
from tco.dashboard.figure_widget import Figure
from tco.dashboard.state import Result, State
from tco.decision import serving_labels, verdict
from tco.model import COMPONENTS
from tco.reasons import limit_reasons
from tco.scenarios import ScenarioError
from tco.staleness import price_freshness, price_sentence
from tco.wording import ASSUMPTION_SET_LABELS, COMPONENT_LABELS, count, durations, inside, money, share


def card(*children: widgets.Widget, kind: str = "") -> widgets.Box:
    """
    A box with a border; `kind` adds a class of the style sheet, and one with a chart keeps its room free.
    """
    box = widgets.VBox(children)
    box.add_class("tco-card")
    if kind:
        box.add_class(kind)
    if any(isinstance(child, Figure) for child in children):
        box.add_class("tco-chart-card")
    return box


def side_by_side(*children: widgets.Widget, kind: str = "tco-charts") -> widgets.Box:
    """
    Children beside one another where there is room.
    """
    box = widgets.Box(children)
    box.add_class(kind)
    return box


def html_block(
    state: State, content: Callable[[Result], str], kind: str, *, trait: str | Sequence[str] = "result"
) -> widgets.HTML:
    """
    HTML that is made anew for each result, or for each value of other traits of the state.
    """
    block = widgets.HTML(content(state.result))
    block.add_class(kind)

    def show(_change: object = None) -> None:
        block.value = content(state.result)

    state.observe(show, trait)
    return block


def table_html(head: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """
    A table of texts, of which the first of each row names it.
    """
    heads = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for first, *cells in rows
    )
    return f"<table class='{kind}'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def error_note(state: State) -> widgets.HTML:
    """
    A red note that says what was wrong with the last change, while the last good result stays on the page.
    """
    note = widgets.HTML(layout={"display": "none"})
    note.add_class("tco-error")

    def show(_change: object = None) -> None:
        note.value = f'<div role="alert">{escape(state.error)}</div>' if state.error else ""
        note.layout.display = None if state.error else "none"

    state.observe(show, "error")
    show()
    return note


def notice(state: State) -> widgets.HTML:
    """
    What a viewer should know about the scenario that the page opened with; without it, nothing.
    """
    block = widgets.HTML(f"<div role='status'>{escape(state.notice)}</div>" if state.notice else "")
    block.layout.display = None if state.notice else "none"
    block.add_class("tco-notice")
    return block


def page_links(state: State, here: str) -> widgets.Box:
    """
    Links to the other pages with the scenario of this one, and a field with the link to this one.
    """
    return side_by_side(
        html_block(
            state,
            lambda result: addresses.links_html(here, result, view_items=state.view_items()),
            "tco-links",
            trait=("result", *state.view_traits),
        ),
        kind="tco-actions",
    )


def chart_block(
    state: State, draw: Callable[[Result], go.Figure], name: str, *, trait: str | Sequence[str] = "result"
) -> Figure:
    """
    A chart that is drawn anew for each result, or for each value of other traits; its title describes it for screen
    readers.
    """
    figure = draw(state.result)
    chart = Figure(figure, alt=figure.layout.meta, name=name)

    def show(_change: object = None) -> None:
        figure = draw(state.result)
        chart.draw(figure, alt=figure.layout.meta)

    state.observe(show, trait)
    return chart


def verdict_html(result: Result) -> str:
    """
    The answer in one sentence.
    """
    return f'<div class="tco-sentence">{escape(verdict(*result).sentence)}</div>'


def price_age_html(state: State) -> str:
    """
    A mark where the list prices of the scenario's region are stale on the day of the page.
    """
    scenario, a = state.scenario, state.scenario.assumptions
    stale = price_sentence(price_freshness(a.prices, scenario.provider, scenario.region, state.today, a))
    return f"<div class='tco-stale'>{escape(stale)}</div>" if stale else ""


def totals_html(result: Result, shown: Callable[[str, str], str] = lambda _topic, words: words) -> str:
    """
    Total, time to launch and cloud bill of each framework, the figures that everybody asks for first.

    `shown` makes HTML of a figure from its topic, `total`, `launch` or `cloud`, and its words.
    """
    labels, costs = serving_labels(result.scenario), result.costs
    times = durations(costs.launch_months)
    rows = "".join(
        f"<tr><th scope='row'>{escape(labels[name])}</th>"
        f"<td data-total='{escape(name)}'>{shown('total', money(float(costs.total_usd[i])))}</td>"
        f"<td>{shown('launch', times[i])}</td>"
        f"<td>{shown('cloud', money(float(costs.busiest_cloud_usd_per_month[i])))}</td></tr>"
        for i, name in enumerate(costs.names)
    )
    heads = ("", "Total cost", "To launch", "Cloud in the busiest month")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def component_html(result: Result) -> str:
    """
    Every component of every framework, and the engineering figures behind them.
    """
    labels, costs = serving_labels(result.scenario), result.costs

    def row(label: str, cells: list[str], kind: str = "") -> str:
        return f"<tr{kind}><th scope='row'>{label}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"

    def column(values: Any, say: Callable[[float], str]) -> list[str]:
        return [say(float(value)) for value in values]

    body = [row(COMPONENT_LABELS[part], column(costs.component_usd[part], money)) for part in COMPONENTS]
    body += [
        row("Total", column(costs.total_usd, money), " class='tco-total'"),
        row("Effort to build, person-days", column(costs.build_effort_days, count)),
        row("Time to launch", durations(costs.launch_months)),
        row("Time to fill a seat", durations(costs.time_to_fill_months)),
        row("People to hire from", column(costs.pool_people, count)),
        row("Salary of a new hire a year", column(costs.hired_salary_usd_per_year, money)),
        row("CPU of a request, ms", column(costs.request_cpu_ms, count)),
        row("Load that a server carries, req/s", column(costs.server_capacity_rps, count)),
        row("Servers in the busiest month", column(costs.peak_servers, count)),
        row("Instance type", [str(name) or "none fits" for name in costs.instances]),
        row("Utilization at the peak", column(costs.peak_utilization_share, share)),
        row("Mean response at the peak, ms", column(costs.peak_response.mean_ms, count)),
        row("95th percentile at the peak, ms", column(costs.peak_response.p95_ms, count)),
        row("A server's limit", list(limit_reasons(costs))),
        row("Cloud bill of the busiest month", column(costs.busiest_cloud_usd_per_month, money)),
    ]
    head = "".join(f"<th scope='col'>{escape(labels[name])}</th>" for name in costs.names)
    return f"<table><thead><tr><th>Present value</th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def disagreement_html(result: Result) -> str:
    """
    One line on where the guide's view and the measured one disagree.
    """
    try:
        sides = {name: side_of(result.scenario, name) for name in ASSUMPTION_SETS}
    except ScenarioError:
        # The guide compares Flask with FastAPI; a user's own tables need not have both.
        return ""
    answers = {name: verdict(*side) for name, side in sides.items()}
    gaps = {name: side.costs.total_usd[0] - side.costs.total_usd[1] for name, side in sides.items()}
    parts = {
        part: abs(np.subtract(*(np.subtract(*side.costs.component_usd[part]) for side in sides.values())))
        for part in COMPONENTS
    }
    largest = COMPONENT_LABELS[max(parts, key=lambda part: float(parts[part]))].lower()

    def said(name: str) -> str:
        label = ASSUMPTION_SET_LABELS[name] if name == ASSUMPTION_SETS[0] else inside(ASSUMPTION_SET_LABELS[name])
        winner, loser = ("FastAPI", "Flask") if gaps[name] > 0 else ("Flask", "FastAPI")
        slight = ", which is not material" if answers[name].kind == "no material difference" else ""
        return f"{label}: {winner} costs {money(abs(float(gaps[name])))} less than {loser}{slight}"

    # A framework that cannot be served has no gap to speak of.
    if not all(np.isfinite(float(gap)) for gap in gaps.values()):
        return "<div>The guide's view and the measured one cannot be compared here.</div>"
    both = "; ".join(said(name) for name in gaps)
    return f"<div>The guide's question, Flask or FastAPI. {escape(both)}. They differ most in {escape(largest)}.</div>"


def claims_html(result: Result) -> str:
    """
    Every claim of the guide beside its figures, under the guide's assumptions and under the measured ones.
    """
    try:
        views = claim_views(result.scenario)
    except ScenarioError as error:
        return f"<p>{escape(str(error))}</p>"
    rows = "".join(
        f"<tr id='claim-{view.claim}'><th scope='row'>{view.claim}</th><td>{escape(view.statement)}</td>"
        f"<td>{escape(view.article)}</td><td>{escape(view.measured)}</td></tr>"
        for view in views
    )
    heads = ("Claim", "The guide says", "Figure on the guide's assumptions", "Figure on measured ones")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return f"<table class='tco-claims'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def claims_card(state: State) -> widgets.Box:
    """
    The guide's claims, worked out when they are first asked for: it takes longer than all the rest of a page.
    """
    button = widgets.ToggleButton(description="What the guide claims, with our figures", icon="")
    button.add_class("tco-show-claims")
    table = widgets.HTML()
    table.add_class("tco-table")

    def show(_change: object = None) -> None:
        table.value = claims_html(state.result) if button.value else ""

    button.observe(show, "value")
    state.observe(show, "result")
    return card(button, table)


def save_link_html(result: Result) -> str:
    """
    A link that saves the scenario as a file.
    """
    content = base64.b64encode(result.scenario.to_toml().encode()).decode()
    address = f"data:application/toml;base64,{content}"
    return f"<a class='tco-save' download='scenario.toml' href='{address}'>Save scenario</a>"


def sweep_chart_block(state: State, name: str) -> Figure:
    """
    Total cost against one input, over the range of its slider.
    """
    return chart_block(state, lambda r: charts.swept_chart(*r, name), name=f"cost-against-{name.replace('_', '-')}")


def preset_choice(state: State) -> widgets.Widget:
    """
    What is being built.
    """
    a = state.scenario.assumptions
    return choice(
        state,
        "preset",
        "What is being built",
        lambda: [(a.preset_label(name), name) for name in a.presets],
        buttons=True,
    )


def assumption_set_choice(state: State) -> widgets.Widget:
    """
    The switch between what was measured and what the guide says.
    """
    labels = [(ASSUMPTION_SET_LABELS[name], name) for name in ASSUMPTION_SETS]
    return choice(state, "assumption_set", "Assumptions", lambda: labels, buttons=True)


def country_choice(state: State) -> widgets.Widget:
    """
    Where the team is hired.
    """
    names = [(name, name) for name in state.scenario.assumptions.countries]
    return choice(state, "country", "Country of the team", lambda: names)


def servings_choice(state: State) -> widgets.Widget:
    """
    Which ways of serving are compared.
    """
    a = state.scenario.assumptions
    servings = widgets.SelectMultiple(
        options=[(serving.label, name) for name, serving in a.servings.items()],
        value=state.scenario.servings,
        description="Ways of serving to compare",
        rows=len(a.servings),
    )
    servings.add_class("tco-choice-servings")

    def take(change: dict[str, tuple[str, ...]]) -> None:
        if change["new"] and set(change["new"]) != set(state.scenario.servings):
            state.change(servings=change["new"])

    def show(_change: object = None) -> None:
        servings.value = state.scenario.servings

    servings.observe(take, "value")
    state.observe(show, ["result", "error"])
    return servings
