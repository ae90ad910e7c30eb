"""The capacity page: what one server does with each way of serving, predicted, measured and published."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import Final, NamedTuple, TypeVar

import ipywidgets as widgets
import numpy as np
import plotly.graph_objects as go
import traitlets

from tco import charts_capacity, charts_evidence
from tco.assumptions import Assumptions
from tco.dashboard import blocks
from tco.dashboard.controls import slider
from tco.dashboard.figure_widget import Figure
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import Result, State
from tco.look import labels_of
from tco.performance import ServerPerformance, ServerSize, server_performance
from tco.published import (
    RatioGroup,
    age_sentence,
    like_for_like_ratios,
    ratio_quartiles,
    run_freshness,
    widened_group,
)
from tco.queueing import last_of_burst_ms
from tco.real_servers import CALIBRATION, predictions, read_real_servers
from tco.scenarios import Scenario
from tco.staleness import Freshness, freshness, measured_sentence
from tco.units import MS_PER_SECOND
from tco.wording import count, share

SLIDERS: Final = (
    "app_cpu_ms",
    "wait_ms",
    "time_variation_ratio",
    "p95_objective_ms",
    "target_utilization_share",
    "database_pool_count",
)

# The guide's own example: so many callers at once, each of two seconds, of which this much is CPU.
BURST_CALLERS: Final = 1000
BURST_MS: Final = 2000.0

# A server as many teams rent it, where the price list has one of this size.
USUAL_SIZE: Final = ServerSize(4.0, 16.0)

Made = TypeVar("Made")


class Type(NamedTuple):
    """An instance type of the price list."""

    label: str
    size: ServerSize


class Server(traitlets.HasTraits):
    """The server that the page is about; a server that the region does not have gives way to one that it has."""

    instance = traitlets.Unicode()


def capacity(start: Scenario | None = None) -> Page:
    """
    The capacity page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with; the customer-facing API by default.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario and its costs, its `server` the instance type.
    """
    return opened(start, State, _page)


def _page(state: State) -> Page:
    server = Server(instance=usual_instance(state.scenario))

    def of_server(draw: Callable[[Result, Type], Made]) -> Callable[[Result], Made]:
        return lambda result: draw(result, types_of(result.scenario)[server.instance])

    def chart(draw: Callable[[Result, Type], go.Figure], name: str) -> widgets.Widget:
        return blocks.card(_following(state, server, of_server(draw), name))

    def html(content: Callable[[Result, Type], str], kind: str) -> widgets.HTML:
        made = of_server(content)
        block = blocks.html_block(state, made, kind)
        server.observe(lambda _change: setattr(block, "value", made(state.result)), "instance")
        return block

    page = Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(blocks.preset_choice(state), *server_choices(state, server), kind="tco-controls"),
                blocks.side_by_side(*(slider(state, name) for name in SLIDERS), kind="tco-controls"),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(html(sentence_html, "tco-verdict"), html(performance_html, "tco-table")),
            blocks.side_by_side(
                chart(capacity_figure, "capacity"),
                chart(delay_figure, "delay"),
                chart(throughput_figure, "throughput"),
                chart(map_figure, "ratio-map"),
            ),
            blocks.card(html(burst_html, "tco-table")),
            measured_card(state),
            published_card(state, server),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
            blocks.page_links(state, "capacity"),
        ],
    )
    page.server = server
    return page


def types_of(scenario: Scenario) -> Mapping[str, Type]:
    """Instance types of the scenario's region, smallest first."""
    return _types(scenario.assumptions, scenario.provider, scenario.region)


# A page asks for them several times for each step of a slider.
@lru_cache(maxsize=8)
def _types(assumptions: Assumptions, provider: str, region: str) -> Mapping[str, Type]:
    types = assumptions.prices.search(provider=provider, region=region).types()
    sizes = map(ServerSize, types.vcpu_count, types.memory_gib, types.sustained_cpu_share, types.core_speed_ratio)
    found = sorted(zip(sizes, types.names, strict=True))
    return {
        name: Type(f"{name} ({count(size.vcpu_count)} vCPU, {count(size.memory_gib)} GiB)", size)
        for size, name in found
    }


def usual_instance(scenario: Scenario) -> str:
    """A type of the usual size, or the one that comes nearest."""
    types = types_of(scenario)

    def distance(name: str) -> float:
        return float(np.sum(np.abs(np.log(np.divide(types[name].size, USUAL_SIZE)))))

    return min(types, key=distance)


def server_choices(state: State, server: Server) -> tuple[widgets.Widget, widgets.Widget]:
    """Menus for the instance type and the ways of serving."""
    menu = widgets.Dropdown(description="Server")
    menu.add_class("tco-choice-instance")

    def show(_change: object = None) -> None:
        types = types_of(state.scenario)
        if server.instance not in types:
            server.instance = usual_instance(state.scenario)
        options = [(found.label, name) for name, found in types.items()]
        if list(menu.options) != options:
            menu.options = options
        menu.value = server.instance

    def take(change: dict[str, str]) -> None:
        # A menu that gets other options stands at the first of them for a moment.
        if change["new"] in types_of(state.scenario):
            server.instance = change["new"]

    show()
    menu.observe(take, "value")
    state.observe(show, "result")
    return menu, blocks.servings_choice(state)


def sentence_html(result: Result, chosen: Type) -> str:
    """What this server carries, in one sentence."""
    found = server_performance(result.scenario, *chosen.size)
    names = labels_of(result.scenario, found.names)
    served = [(float(rps), name) for rps, name in zip(found.capacity_rps, names, strict=True) if np.isfinite(rps)]
    objective = f"{count(result.scenario.value('p95_objective_ms'))} ms"
    if not served:
        sentence = f"No way of serving answers 95 in 100 requests within {objective} on {chosen.label}."
    elif len(served) == 1:
        sentence = f"{served[0][1]} carries {count(served[0][0])} req/s within {objective} on {chosen.label}."
    else:
        (least, last), *_, (most, first) = sorted(served)
        times = f"{count(most / least)} times as much as {last} ({count(least)})"
        sentence = f"{first} carries {count(most)} req/s within {objective} on {chosen.label}, {times}."
    return f'<div class="tco-sentence">{escape(sentence)}</div>'


def performance_html(result: Result, chosen: Type) -> str:
    """The figures of each way of serving, at the load that is planned for at most."""
    found = server_performance(result.scenario, *chosen.size)
    at = found.at(found.capacity_rps)
    rows = [
        ("Workers", found.server.workers_count, count),
        ("Requests at once", found.server.workers_count * found.server.slots_per_worker_count, count),
        ("CPU of a request, ms", found.server.request_cpu_ms, count),
        ("At the very most, req/s", found.saturation_rps, count),
        ("Within the objective, req/s", found.capacity_rps, count),
        ("At that load: cores busy", at.core_utilization_share, share),
        ("At that load: slots in use", at.slot_utilization_share, share),
        ("At that load: mean response, ms", at.mean_ms, count),
        ("At that load: 95th percentile, ms", at.p95_ms, count),
        ("At that load: requests waiting", at.queue_count, count),
        ("At that load: chance to wait", at.wait_probability_share, share),
    ]
    shape = found.capacity_rps.shape
    body = [[label, *(say(float(value)) for value in np.broadcast_to(values, shape))] for label, values, say in rows]
    body.append(["What binds", *map(str, found.limits)])
    return blocks.table_html(["On this server", *labels_of(result.scenario, found.names)], body)


def burst_html(result: Result, _chosen: Type) -> str:
    """The guide's example: many callers at once, each of two seconds."""
    scenario = result.scenario
    a = scenario.assumptions
    body = []
    for name, serving in a.servings.items():
        slots = scenario.value("slots_per_worker_count", name)
        cpu_ms = min(scenario.value("app_cpu_ms"), BURST_MS)
        last_ms = last_of_burst_ms(BURST_CALLERS, 1, slots, 1, cpu_ms, BURST_MS - cpu_ms)
        rate_rps = min(slots / BURST_MS, 1 / cpu_ms) * MS_PER_SECOND
        body.append([serving.label, count(slots), count(rate_rps), count(float(last_ms) / MS_PER_SECOND)])
    words = f"The guide's example: {count(BURST_CALLERS)} callers at once, each of 2 s, before one worker on one core."
    return f"<p>{words}</p>" + blocks.table_html(
        ["One worker", "Requests at once", "Answered, req/s", "The last waits, s"], body
    )


def capacity_figure(result: Result, chosen: Type) -> go.Figure:
    """Capacity and saturation as bars."""
    return charts_capacity.capacity_chart(result.scenario, _found(result, chosen), chosen.label)


def delay_figure(result: Result, chosen: Type) -> go.Figure:
    """The 95th percentile against load."""
    return charts_capacity.delay_chart(result.scenario, _found(result, chosen))


def throughput_figure(result: Result, chosen: Type) -> go.Figure:
    """Answered against asked for."""
    return charts_capacity.throughput_chart(result.scenario, _found(result, chosen))


def map_figure(result: Result, chosen: Type) -> go.Figure:
    """FastAPI over Flask, over CPU and wait."""
    return charts_capacity.ratio_map(result.scenario, pair_of(result.scenario), chosen.size)


def pair_of(scenario: Scenario) -> tuple[str, str]:
    """The two ways of serving of the map: FastAPI over Flask where both are compared, else the first two."""
    a = scenario.assumptions
    by_framework = {a.servings[name].framework: name for name in reversed(scenario.servings)}
    if {"fastapi", "flask"} <= set(by_framework):
        return by_framework["fastapi"], by_framework["flask"]
    first, *others = scenario.servings
    return first, (others or [first])[0]


def measured_card(state: State) -> widgets.Box:
    """Real servers beside the formulas, one workload at a time, and all of them together."""
    found = predictions(assumptions=state.scenario.assumptions)
    judged = [w for w in dict.fromkeys(load.workload for load in read_real_servers()) if w not in CALIBRATION]
    menu = widgets.Dropdown(
        options=[(f"{cpu:g} ms CPU, {wait:g} ms wait", (cpu, wait)) for cpu, wait in judged],
        value=(2.0, 50.0) if (2.0, 50.0) in judged else judged[0],
        description="Measured workload",
    )
    menu.add_class("tco-choice-workload")

    def drawn() -> go.Figure:
        return charts_evidence.workload_chart(state.scenario, found, menu.value)

    first = drawn()
    curves = Figure(first, alt=first.layout.meta, name="measured")

    def show(_change: object = None) -> None:
        figure = drawn()
        curves.draw(figure, alt=figure.layout.meta)

    menu.observe(show, "value")
    agreement = charts_evidence.agreement_chart(state.scenario, found)
    day = date.fromisoformat(min(load.measured for load in read_real_servers()))
    stale = measured_sentence(freshness(day, "benchmarks", state.today, state.scenario.assumptions))
    mark = f"<div class='tco-stale'>{escape(stale)}</div>" if stale else ""
    words = "<p>Real servers, each on one core of a machine of ours, and what the formulas say.</p>"
    return widgets.VBox(
        [
            blocks.card(
                widgets.HTML(words + mark),
                blocks.side_by_side(menu, kind="tco-controls"),
            ),
            blocks.side_by_side(
                blocks.card(curves),
                blocks.card(Figure(agreement, alt=agreement.layout.meta, name="agreement")),
            ),
        ]
    )


def published_card(state: State, server: Server) -> widgets.Box:
    """What others measured of FastAPI and Flask, like for like, beside the scenario's own ratio."""
    ratios = like_for_like_ratios("fastapi", "flask")
    assumptions = state.scenario.assumptions
    ages = {run: run_freshness(run, state.today, assumptions) for run in {one.first.run_date for one in ratios}}

    def draw(result: Result) -> go.Figure:
        pair = pair_of(result.scenario)
        size = types_of(result.scenario)[server.instance].size
        both = server_performance(result.scenario.replace(servings=pair), *size)
        own = float(both.saturation_rps[0] / both.saturation_rps[-1])
        age_of_each = [ages[one.first.run_date] for one in ratios]
        return charts_evidence.published_chart(ratios, age_of_each, own, ("FastAPI", "Flask"))

    body = [_ratio_row(group, ages[group.run_date]) for group in ratio_quartiles(ratios)]
    heads = ["FastAPI over Flask, throughput", "Database", "Pairs", "Least", "Median", "Greatest"]
    sentence = age_sentence(ratios, state.today, assumptions)
    mark = f"<div class='tco-stale'>{escape(sentence)}</div>" if sentence else ""
    table = widgets.HTML(blocks.table_html(heads, body) + mark)
    table.add_class("tco-table")
    return blocks.card(_following(state, server, draw, "published"), table)


def _ratio_row(group: RatioGroup, age: Freshness) -> list[str]:
    group = widened_group(group, age)
    access = "none" if group.access == "none" else f"{group.database}, {group.access}"
    ratios = [f"{ratio:.2f}" for ratio in (group.least, group.median, group.greatest)]
    run = f"{group.source}, {group.run_date[:7]}" + (", stale" if age.is_stale else "")
    return [run, access, str(group.pair_count), *ratios]


def _found(result: Result, chosen: Type) -> ServerPerformance:
    return server_performance(result.scenario, *chosen.size)


def _following(state: State, server: Server, draw: Callable[[Result], go.Figure], name: str) -> Figure:
    """A chart that follows the scenario and the server."""
    chart = blocks.chart_block(state, draw, name)

    def show(_change: object) -> None:
        figure = draw(state.result)
        chart.draw(figure, alt=figure.layout.meta)

    server.observe(show, "instance")
    return chart
