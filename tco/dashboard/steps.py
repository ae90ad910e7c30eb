"""Steps: the equations of the model beside the numbers that they give for a scenario, and the sources of its inputs."""

from collections.abc import Callable, Container
from html import escape
from typing import NamedTuple

from tco.dashboard.state import Result
from tco.decision import serving_labels
from tco.tables import Source
from tco.wording import COMPONENT_LABELS, count, durations, money


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
        "Cloud in the busiest month",
        "<i>n</i> × price an hour × hours + load balancer + GiB sent × price",
        "model",
        _each("busiest_cloud_usd_per_month", money),
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


def steps_html(result: Result, names: Container[str] | None = None) -> str:
    """
    Each step of the model, or those of these names: its equation, and what it gives here.
    """
    labels = serving_labels(result.scenario)
    rows = "".join(
        f"<tr><th scope='row'>{escape(step.name)}</th><td>{step.equation}<br><code>tco.{escape(step.where)}</code></td>"
        + "".join(f"<td>{escape(number)}</td>" for number in step.numbers(result))
        + "</tr>"
        for step in STEPS
        if names is None or step.name in names
    )
    heads = ("Step", "Equation", *(labels[name] for name in result.costs.names))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    return f"<table class='tco-steps'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def source_html(source: Source) -> str:
    """
    The title of a source, with its link where it has one.
    """
    title = escape(source.title)
    if not source.url.startswith(("https://", "http://")):
        return title
    return f"<a href='{escape(source.url, quote=True)}' rel='noreferrer noopener' target='_blank'>{title}</a>"
