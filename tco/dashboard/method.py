"""The method page: the equations beside live numbers, every assumption with its source, the guide beside ours."""

from collections.abc import Callable
from html import escape
from typing import NamedTuple

from tco.dashboard import blocks
from tco.dashboard.addresses import opened
from tco.dashboard.page import Page
from tco.dashboard.state import Result, State
from tco.decision import serving_labels
from tco.draws import range_of
from tco.keys import input_keys, label_of
from tco.scenarios import Scenario, ScenarioError
from tco.single_question import judge_single_question
from tco.tables import Source
from tco.wording import COMPONENT_LABELS, count, durations, labelled, money, quantity, share


class Step(NamedTuple):
    """A step of the model: its name, its equation, the function that it is, and its number for each way of serving."""

    name: str
    equation: str
    where: str
    numbers: Callable[[Result], list[str]]


def _each(field: str, say: Callable[[float], str], unit: str = "") -> Callable[[Result], list[str]]:
    """A field of the costs in words."""
    return lambda result: [f"{say(float(value))}{unit}" for value in getattr(result.costs, field)]


STEPS = (
    Step(
        "Load of the busiest second",
        "<i>λ</i> = (users × requests per minute / 60 + other callers) × (1 + growth)<sup>months</sup>",
        "demand",
        _each("peak_load_rps", count, " req/s"),
    ),
    Step(
        "CPU of a request",
        "<i>c</i> = own code + framework + share of predictions × (prediction + reload × loading)",
        "capacity.request_cpu_ms",
        _each("request_cpu_ms", count, " ms"),
    ),
    Step(
        "Workers of a server",
        "<i>w</i> = min(per vCPU × vCPUs + extra, (memory − system) / memory of a worker)",
        "capacity.workers_count",
        lambda result: [count(float(value)) for value in result.costs.server.workers_count],
    ),
    Step(
        "Load that a server carries",
        "<i>λ</i><sub>1</sub> = highest utilization × min(<i>w</i> × slots / (<i>c</i> + wait), "
        "min(<i>w</i>, cores) / <i>c</i>)",
        "capacity.stable_load_rps",
        _each("server_capacity_rps", count, " req/s"),
    ),
    Step(
        "Servers in the busiest month",
        "<i>n</i> = max(⌈<i>λ</i> / <i>λ</i><sub>1</sub>⌉ + spare, least number), of the type that makes it cheapest",
        "fleet.cheapest_fleet",
        lambda result: [
            f"{count(float(number))} × {name}" if name else "none fits"
            for number, name in zip(result.costs.peak_servers, result.costs.instances, strict=True)
        ],
    ),
    Step(
        "Effort to build",
        "<i>E</i> = set-up + Σ capability in scope × its person-days",
        "effort.interface_effort_days",
        _each("build_effort_days", count, " days"),
    ),
    Step(
        "Effort lost to learning",
        "<i>R</i> = share who learn × weeks × output lost × output of the team",
        "effort.ramp_up_effort_days",
        _each("ramp_up_effort_days", count, " days"),
    ),
    Step(
        "Time to fill a seat",
        "<i>t</i> = <i>t</i><sub>0</sub> × (pool<sub>0</sub> / pool)<sup>elasticity</sup>, pool = developers × share "
        "who use it × open to move",
        "hiring.time_to_fill_months",
        lambda result: durations(result.costs.time_to_fill_months),
    ),
    Step(
        "Time to launch",
        "<i>T</i> such that output so far = <i>E</i> + <i>R</i>, without the empty seats until <i>t</i>",
        "effort.launch_months",
        lambda result: durations(result.costs.launch_months),
    ),
    *(
        Step(
            COMPONENT_LABELS[part],
            equation,
            "model",
            lambda result, part=part: [money(float(usd)) for usd in result.costs.component_usd[part]],  # type: ignore[misc]
        )
        for part, equation in {
            "build": "pay of the team from the start to <i>T</i> × <i>E</i> / (<i>E</i> + <i>R</i>)",
            "ramp_up": "the same pay × <i>R</i> / (<i>E</i> + <i>R</i>)",
            "hiring": "(seats to fill + turnover × people × time) × (recruiting + vacancy + onboarding)",
            "maintenance": "share of <i>E</i> a year × pay of a day of work, from <i>T</i> to the horizon",
            "servers": "Σ months live × hours × cheapest fleet of the month",
            "network": "Σ months live × (load balancer + GiB sent × price)",
            "delay": "(<i>T</i> − <i>T</i> of the fastest) × gross margin a month",
            "wrong_pick": "chance of outgrowing × min(rework + overspend, bearing it) + chance of turning × rework",
        }.items()
    ),
    Step(
        "Total",
        "Σ components, each month × ((1 + growth) / (1 + discount))<sup>month / 12</sup>",
        "finance.annuity_months",
        _each("total_usd", money),
    ),
)


def method(start: Scenario | None = None) -> Page:
    """
    The method page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with; the customer-facing API by default.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario and its costs.
    """
    state = opened(start, State)
    page = Page(
        [
            blocks.card(
                blocks.side_by_side(
                    blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls"
                ),
                blocks.side_by_side(blocks.country_choice(state), kind="tco-controls"),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(blocks.html_block(state, blocks.verdict_html, "tco-verdict")),
            blocks.card(blocks.html_block(state, steps_html, "tco-table")),
            blocks.card(blocks.html_block(state, single_question_html, "tco-question")),
            blocks.card(blocks.html_block(state, disagreements_html, "tco-table")),
            blocks.card(blocks.html_block(state, assumptions_html, "tco-table")),
            blocks.claims_card(state),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
            blocks.page_links(state, "method"),
        ]
    )
    page.state = state
    page.add_class("tco-page")
    return page


def steps_html(result: Result) -> str:
    """
    Each step of the model: its equation, and what it gives here.
    """
    labels = serving_labels(result.scenario)
    rows = "".join(
        f"<tr><th scope='row'>{escape(step.name)}</th><td>{step.equation}<br><code>tco.{escape(step.where)}</code></td>"
        + "".join(f"<td>{escape(number)}</td>" for number in step.numbers(result))
        + "</tr>"
        for step in STEPS
    )
    heads = ("Step", "Equation", *(labels[name] for name in result.costs.names))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    return f"<table class='tco-steps'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def single_question_html(result: Result) -> str:
    """
    How good the guide's one question is.
    """
    try:
        found = judge_single_question(result.scenario)
    except ScenarioError as error:
        return f"<p>{escape(str(error))}</p>"
    if not found.cases:
        return "<p>The guide's one question cannot be judged: in no case can both frameworks be had.</p>"
    return (
        "<p><b>The guide's one question: pages or data?</b> "
        f"Over {found.cases:,} plausible products it gives the answer of the full model in "
        f"{share(found.agreement_share)} of the cases (&plusmn; {share(2 * found.agreement_error_share)}), and one "
        f"that costs no more than matters in {share(found.harmless_share)}. One fixed answer, without any question, "
        f"would be right in {share(found.constant_share)}. Where the question misleads, following it costs "
        f"{money(found.median_cost_where_wrong_usd)} in the middle case, and above "
        f"{money(found.p95_cost_where_wrong_usd)} in one case of twenty.</p>"
        "<p>Products differ in share of pages, traffic, size, forms and team; all else is drawn from its range.</p>"
    )


def disagreements_html(result: Result) -> str:
    """
    Where the guide has a number of its own: what it says, and what the other tables say.
    """
    a, measured = result.scenario.assumptions, result.scenario.replace(assumption_set="measured")
    rows = ""
    for (name, place), view in a.article.items():
        key = f"{name}.{place}" if place in a.frameworks or place in a.servings else name
        if key == name and place not in ("", measured.country):
            continue
        row = measured.row(name, place if key != name else "")
        if row.value == view.value:
            continue
        label = labelled(label_of(measured, key), row.unit)
        source = a.sources[row.source].title
        rows += (
            f"<tr><th scope='row'>{escape(label)}</th><td>{quantity(name, view.value)}</td>"
            f"<td>{quantity(name, row.value)}</td><td>{row.evidence}: {escape(source)}</td>"
            f"<td>{escape(view.note)}</td></tr>"
        )
    heads = ("What the guide sees otherwise", "The guide", "Ours", "Ours is", "How the guide is read")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return f"<table class='tco-disagreements'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def assumptions_html(result: Result) -> str:
    """
    Every input with the value in force, its range, its source and the grade of the evidence, a group at a time.
    """
    scenario = result.scenario
    a = scenario.assumptions
    groups: dict[str, str] = {}
    for key in input_keys(scenario):
        name, _, place = key.partition(".")
        row, drawn = scenario.row(name, place), range_of(scenario, key)
        ends = "" if drawn.low == drawn.high else f"{quantity(name, drawn.low)} to {quantity(name, drawn.high)}"
        groups[row.group] = groups.get(row.group, "") + (
            f"<tr data-key='{escape(key)}'><th scope='row'>{escape(labelled(label_of(scenario, key), row.unit))}</th>"
            f"<td>{quantity(name, drawn.value)}</td><td>{ends}</td><td>{drawn.distribution}</td>"
            f"<td>{row.evidence}</td><td>{_source_html(a.sources[row.source])}</td><td>{escape(row.note)}</td></tr>"
        )
    heads = ("Input", "Value", "Range", "Drawn as", "Evidence", "Source", "Note")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return "".join(
        f"<details class='tco-assumptions'><summary>{escape(group)}: {rows.count('<tr ')} assumptions</summary>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
        for group, rows in groups.items()
    )


def _source_html(source: Source) -> str:
    title = escape(source.title)
    if not source.url.startswith(("https://", "http://")):
        return title
    return f"<a href='{escape(source.url, quote=True)}' rel='noreferrer noopener' target='_blank'>{title}</a>"
