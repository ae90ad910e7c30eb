"""Blocks on people: hiring, salaries, effort, the wrong pick, and what supports the guide's claims on them."""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np

from tco.claims import Support, claim_views, supports
from tco.dashboard.blocks import card, table_html
from tco.dashboard.state import Result, State
from tco.decision import serving_labels
from tco.evidence import Evidence, load_evidence
from tco.hiring import pool_people
from tco.regret import regret
from tco.scenarios import ScenarioError
from tco.timeline import seats, team_whole_months
from tco.wording import count, duration, durations, money, quantity, share

CAPABILITIES = (
    *("setup", "json_endpoint", "validation", "api_docs", "html_page", "form", "login", "admin", "uploads"),
    *("payments", "websockets", "background_jobs", "model_inference"),
)
# How the notes of the effort table begin.
WAYS = ("Built in", "Extension", "By hand")


def hiring_html(result: Result) -> str:
    """
    From the developers of the country to a whole team, and what that costs, for each way of serving.
    """
    scenario, costs = result
    shared, framework = scenario.shared, scenario.framework
    labels = serving_labels(scenario)
    to_fill = seats(costs)

    def column(values: Any, say: Callable[[float], str]) -> list[str]:
        return [say(float(value)) for value in np.broadcast_to(values, costs.launch_months.shape)]

    users = pool_people(shared.developers_people, framework.pool_share, 1.0)
    rows = [
        ["Developers in the country", *column(shared.developers_people, count)],
        ["of them use it", *column(users, count)],
        ["of them open to move", *column(costs.pool_people, count)],
        ["Jobs per developer, over the usual", *column(framework.demand_ratio, count)],
        ["Time to fill a seat", *durations(costs.time_to_fill_months)],
        ["Seats open at the start", *column(shared.open_seats_share * shared.team_people, count)],
        ["Until the team is whole", *durations(team_whole_months(costs))],
        ["Hires for those who leave", *column(to_fill.leavers_people, count)],
        ["Hires for growth", *column(to_fill.newcomers_people, count)],
        ["Salary of a new hire a year", *column(costs.hired_salary_usd_per_year, money)],
        ["Fully loaded", *column(costs.hired_salary_usd_per_year * shared.loaded_cost_ratio, money)],
        ["Hiring in all", *column(costs.component_usd["hiring"], money)],
        ["Learning the framework", *column(costs.component_usd["ramp_up"], money)],
    ]
    never = [labels[n] for n, months in zip(costs.names, costs.time_to_fill_months, strict=True) if np.isinf(months)]
    reason = (
        f"<p>Nobody in {escape(scenario.country)} could be hired for {escape(' and '.join(never))}: the search never "
        f"ends, and is costed until it is given up after {duration(scenario.value('maximum_time_to_fill_months'))}.</p>"
        if never
        else ""
    )
    return table_html(["", *(labels[name] for name in costs.names)], rows) + reason


def bands_html(result: Result) -> str:
    """
    Salary bands of the country: the level, its interval, and how many people's answers it rests on.
    """
    scenario = result.scenario
    found = {
        band.level: band for band in load_evidence().salary_bands() if band.country == scenario.country
    }  # a country of the user's own has no cells
    rows = []
    for level in ("junior", "mid", "senior"):
        row = scenario.row(f"salary_{level}_usd_per_year")
        band = found.get(level) if row.source != "own-bands" else None
        answers = [count(band.respondents_people), share(band.own_weight_share)] if band else ["yours", ""]
        rows.append([row.label, money(row.low), money(row.value), money(row.high), *answers, row.source])
    return "<p>A year, before the employer's cost. Thin cells borrow from country and experience.</p>" + table_html(
        ["Band", "Low", "Likely", "High", "People who answered", "Weight of their own median", "Source"], rows
    )


def effort_html(result: Result) -> str:
    """
    Person-days per capability and framework: low, likely, high, how it is done, and how good the evidence is.
    """
    scenario = result.scenario
    a = scenario.assumptions
    frameworks = list(dict.fromkeys(a.servings[name].framework for name in scenario.servings))

    def cell(name: str, id_: str) -> str:
        row = scenario.row(name, id_)
        now = scenario.value(name, id_)
        way = next((way for way in WAYS if row.note.startswith(way)), "")
        guide = a.article.get((name, id_))
        said = f"; the guide: {count(guide.value)}" if guide else ""
        used = f"; used: {count(now)}" if now != row.value else ""
        return (
            f"{count(row.value)} ({count(row.low)} to {count(row.high)}) · {way.lower()} · {row.evidence}{said}{used}"
        )

    rows = [
        [scenario.row(name, frameworks[0]).label, *(cell(name, id_) for id_ in frameworks)]
        for name in (f"{capability}_effort_days" for capability in CAPABILITIES)
    ]
    head = ["Person-days", *(a.frameworks[id_].label for id_ in frameworks)]
    return table_html(head, rows, "tco-words")


def observations_html(evidence: Evidence) -> str:
    """
    What was observed: public moves to async, and sizes of the same application.
    """
    least, middle, most = evidence.retrofit_days()
    moves = table_html(
        ["Move to async", "Routes", "Active days", "Days a route", "Changed lines a route"],
        (
            [
                f"{row.project} ({row.move})",
                count(row.routes_count),
                count(row.active_days) if row.active_days else "not known",
                count(row.active_days / row.routes_count) if row.active_days else "not known",
                count(row.changed_lines_count / row.routes_count),
            ]
            for row in evidence.migrations
        ),
    )
    sizes = table_html(
        ["Same application", "Specification", "Lines"],
        ([row.application, row.specification, count(row.lines_count)] for row in evidence.code_sizes),
    )
    words = (
        f"Active days a route in public migrations: {count(middle)}, from {count(least)} to {count(most)}. Handlers "
        "mostly stayed synchronous. Code sizes show their authors' style: they support no large saving in either."
    )
    return f"<p>{escape(words)}</p>{moves}{sizes}"


def regret_html(result: Result) -> str:
    """
    Picked one, should have picked another: what is lost in each future.
    """
    table = regret(result.scenario)
    labels = serving_labels(result.scenario)
    rows = [
        [
            f"{future} ({share(chance)})",
            labels[best],
            *(money(float(usd)) if usd > 0 or not np.isfinite(usd) else "the right pick" for usd in losses),
        ]
        for future, chance, best, losses in zip(
            table.futures, table.chance_share, table.best, table.regret_usd, strict=True
        )
    ]
    rows.append(["Expected", "", *(money(float(usd)) for usd in table.expected_usd)])
    return table_html(
        ["If the product …", "Should have picked", *(f"Picked {labels[name]}" for name in table.names)], rows
    )


def support_html(result: Result, claims: Iterable[str]) -> str:
    """
    Claims with their figure under both assumption sets, and the numbers behind them row by row.
    """
    try:
        views = claim_views(result.scenario, tuple(claims))
    except ScenarioError as error:
        return f"<p>{escape(str(error))}</p>"

    def line(support: Support) -> list[str]:
        row, view = support
        framework = result.scenario.assumptions.frameworks.get(row.applies_to)
        place = framework.label if framework else row.applies_to
        return [
            row.label if not place or place in row.label else f"{row.label}, {place}",
            f"{quantity(row.name, view.value)} ({view.evidence})" if view else "no view of its own",
            f"{quantity(row.name, row.value)}, {quantity(row.name, row.low)} to {quantity(row.name, row.high)}",
            row.evidence,
            row.source,
            "" if view is None else "yes" if support.is_within else "no",
        ]

    def section(claim: str, statement: str, article: str, measured: str) -> str:
        figures = table_html(
            ["Figure", ""], [["On the guide's assumptions", article], ["On measured ones", measured]], "tco-words"
        )
        behind = table_html(
            ["Behind it", "The guide", "Ours, with range", "Evidence", "Source", "Does our range reach the guide?"],
            map(line, supports(result.scenario, claim)),
            "tco-words",
        )
        return f"<h2 id='support-{claim}'>{claim}: {escape(statement)}</h2>{figures}{behind}"

    return "".join(section(view.claim, view.statement, view.article, view.measured) for view in views)


def support_card(state: State, *claims: str) -> widgets.Box:
    """
    The guide's claims on this page's subject with what supports them, worked out when first asked for.
    """
    button = widgets.ToggleButton(description="What the guide claims, and what supports it", icon="")
    button.add_class("tco-show-claims")
    table = widgets.HTML()
    table.add_class("tco-table")
    table.add_class("tco-table-support")

    def show(_change: object = None) -> None:
        table.value = support_html(state.result, claims) if button.value else ""

    button.observe(show, "value")
    state.observe(show, "result")
    return card(button, table)
