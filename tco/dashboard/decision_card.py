"""The decision card: the answer, the chance that it is right, what it saves, what flips it, and the sums behind."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

import ipywidgets as widgets
import numpy as np

from tco.dashboard import blocks
from tco.dashboard.later import Later, Work
from tco.dashboard.state import Result, State
from tco.dashboard.steps import source_html, steps_html
from tco.decision import serving_labels, verdict
from tco.keys import input_keys, label_of, name_of, row_of, value_of
from tco.links import PARAMETER, link_text
from tco.model import COMPONENTS
from tco.scenarios import Scenario, ScenarioError
from tco.wording import COMPONENT_LABELS, count, duration, labelled, money, quantity, share

if TYPE_CHECKING:
    # They load what random numbers need, which a page that is being opened can do without.
    from tco.flips import Flip
    from tco.uncertainty import Uncertainty

MOST_FLIPS: Final = 3
MOST_FLIP_ROWS: Final = 10

# Not read aloud: it comes and goes with every step of a slider.
WORKING: Final = "<span class='tco-working' aria-hidden='true'>working it out …</span>"
KIND_LABELS: Final = {
    "cheaper": "Clear enough to decide",
    "too close to call": "Too close to call",
    "no material difference": "No material difference",
    "nothing to compare": "Nothing to compare",
    "no answer": "No answer",
}


class Topic(NamedTuple):
    """A column of the table of totals: the steps of the model that lead to it, and the inputs that matter most."""

    title: str
    steps: tuple[str, ...]
    inputs: tuple[str, ...]


TOPICS: Final[Mapping[str, Topic]] = {
    "total": Topic(
        "Total cost",
        (*COMPONENT_LABELS.values(), "Total"),
        (
            *("horizon_months", "discount_share_per_year", "team_people", "salary_mid_usd_per_year"),
            *("loaded_cost_ratio", "maintenance_share_per_year", "gross_margin_usd_per_month"),
            *("turnover_share_per_year", "outgrow_probability_share"),
        ),
    ),
    "launch": Topic(
        "Time to launch",
        ("Effort to build", "Effort lost to learning", "Time to fill a seat", "Time to launch"),
        (
            *("interface_count", "html_share", "team_people", "open_seats_share", "json_endpoint_effort_days"),
            *("html_page_effort_days", "team_knows_share", "ramp_up_weeks"),
        ),
    ),
    "cloud": Topic(
        "Cloud in the busiest month",
        (
            *("Load of the busiest second", "CPU of a request", "Workers of a server", "Load that a server carries"),
            *("Servers in the busiest month", "Cloud in the busiest month"),
        ),
        (
            *("peak_users", "requests_per_user_per_minute", "traffic_growth_share_per_month", "app_cpu_ms", "wait_ms"),
            *("p95_objective_ms", "target_utilization_share", "framework_cpu_ms", "egress_usd_per_gib"),
        ),
    ),
}


Show = Callable[[Result, "Uncertainty | None", "tuple[Flip, ...] | None"], None]


def decision_card(state: State) -> widgets.Box:
    """
    The answer at once, and how sure it is as soon as the inputs are at rest.

    Parameters
    ----------
    state : State
        What the card follows.

    Returns
    -------
    card : ipywidgets.Widget
        The card.
    """
    kind, facts = (widgets.HTML() for _ in range(2))
    kind.add_class("tco-kind")
    facts.add_class("tco-facts")

    def show(result: Result, found: "Uncertainty | None" = None, flips: "tuple[Flip, ...] | None" = None) -> None:
        kind.value, facts.value = kind_html(result, found), facts_html(result, found, flips)

    def fail() -> None:
        kind.value = "<span class='tco-badge'>How sure this is could not be worked out</span>"
        facts.value = ""

    later = Later(fail)

    def renew(_change: object = None) -> None:
        show(state.result)
        later.ask(pieces(state.result, show))

    state.observe(renew, "result")
    # A card that is closed, as one is that was made for a viewer who did not come, has nothing to work out.
    facts.observe(lambda _change: later.forget(), "comm")
    renew()
    return blocks.card(
        kind,
        blocks.html_block(state, lambda r: blocks.verdict_html(r) + blocks.price_age_html(state), "tco-verdict"),
        facts,
        blocks.html_block(state, totals_html, "tco-table"),
        blocks.html_block(state, blocks.disagreement_html, "tco-disagreement"),
        kind="tco-decision",
    )


def pieces(result: Result, show: Show) -> tuple[Work, Work]:
    """
    What has to be worked out for the card beyond the answer: first the draws, then the flips.

    Parameters
    ----------
    result : Result
        What the card shows.
    show : callable
        Shows it, with as much as is known.

    Returns
    -------
    pieces : tuple of callable
        In this order; each returns what shows it.
    """
    known: list[Uncertainty] = []

    def draw() -> Callable[[], None]:
        from tco.uncertainty import how_sure  # noqa: PLC0415

        # The draws of the uncertainty page, so that both say the same.
        known.append(how_sure(result.scenario, workers=1))
        return lambda: show(result, known[0], None)

    def flip() -> Callable[[], None]:
        flips = flips_of(result)
        return lambda: show(result, known[0], flips)

    return draw, flip


def pair_of(result: Result) -> tuple[str, str] | None:
    """
    The cheapest way of serving at the likely values and the next one, if there are two to compare.
    """
    return verdict(*result).pair


def flips_of(result: Result) -> "tuple[Flip, ...]":
    """
    What makes those two change places.
    """
    from tco.flips import what_flips  # noqa: PLC0415

    pair = pair_of(result)
    return what_flips(result.scenario, *pair) if pair else ()


def kind_html(result: Result, found: "Uncertainty | None") -> str:
    """
    What kind of answer it is: at the likely values, and then over the ranges of all inputs.
    """
    if found is None:
        return f"<span class='tco-badge'>{WORKING}</span>"
    answer, labels = verdict(*result), serving_labels(result.scenario)
    words = KIND_LABELS[found.kind]
    if found.kind == "too close to call":
        words += f": less than {share(result.scenario.value('confidence_share'))} sure"
    elif found.kind == "no material difference":
        words += f" in {share(1.0 - found.material_share)} of the cases"
    elif found.kind == "cheaper" and answer.best != found.best:
        words = f"Over the ranges of the inputs {labels[found.best]} is usually the cheapest"
    return f"<span class='tco-badge' data-kind='{escape(found.kind)}'>{escape(words)}</span>"


def facts_html(result: Result, found: "Uncertainty | None" = None, flips: "tuple[Flip, ...] | None" = None) -> str:
    """
    Chance, saving and flips, as far as they are known, with the sums behind them and behind the totals.
    """
    pair = pair_of(result)
    tiles = (
        _tile("Chance that this is right", chance_html(result, pair, found)),
        _tile("Expected saving", saving_html(result, pair, found)),
        _tile("What flips it", flips_html(result, pair, flips)),
    )
    return f"<div class='tco-tiles'>{''.join(tiles)}</div>{_topics_html(result)}"


def totals_html(result: Result) -> str:
    """
    The table of totals, in which each number opens the steps that lead to it.
    """
    return blocks.totals_html(result, _opener)


def chance_html(result: Result, pair: tuple[str, str] | None, found: "Uncertainty | None") -> str:
    """
    In how many draws the answer is the cheapest.
    """
    if pair is None:
        return "<b>n/a</b><p>There is nothing to compare.</p>"
    if found is None:
        return WORKING
    labels = serving_labels(result.scenario)
    had = round(found.draws * (1.0 - found.nothing_share))
    best = found.names.index(pair[0])
    rows = [
        [labels[name], f"{count(chance * had)} of {count(had)}", share(chance)]
        for name, chance in zip(found.names, map(float, found.cheapest_share), strict=True)
    ]
    content = (
        f"<p>chance = draws in which {escape(labels[pair[0]])} costs least / draws in which any can be had = "
        f"{count(float(found.cheapest_share[best]) * had)} / {count(had)} = "
        f"{share(float(found.cheapest_share[best]))}</p>"
        + blocks.table_html(["Cheapest in", "draws", "share"], rows)
        + f"<p>Each draw takes {len(found.prior.drawn)} inputs from their ranges; each range has its source, and its "
        f"evidence its grade. {_link('uncertainty', result, 'The uncertainty page')} has pictures of these "
        f"draws, {_link('method', result, 'the method page')} the ranges.</p>"
    )
    button = _opener("chance", share(float(found.cheapest_share[best])))
    words = f"{labels[pair[0]]} is the cheapest in {rows[best][1]} draws."
    return f"{button}<p>{escape(words)}</p>{_popover('chance', 'Chance that this is right', content)}"


def saving_html(result: Result, pair: tuple[str, str] | None, found: "Uncertainty | None") -> str:
    """
    What the answer saves against the next choice: its mean over the draws, and where nine in ten of them lie.
    """
    if pair is None:
        return "<b>n/a</b><p>There is nothing to compare.</p>"
    if found is None:
        return WORKING
    labels, costs = serving_labels(result.scenario), result.costs
    first, second = (labels[name] for name in pair)
    drawn_usd = found.difference_usd(*pair)
    if not len(drawn_usd):
        return "<b>n/a</b><p>In no draw can both be had.</p>"
    low_usd, middle_usd, high_usd = np.quantile(drawn_usd, [0.05, 0.5, 0.95])
    low, middle, high = (money(float(usd)) for usd in (low_usd, middle_usd, high_usd))
    mean = money(float(drawn_usd.mean()))
    i, j = (costs.names.index(name) for name in pair)
    rows = [
        [COMPONENT_LABELS[part], money(float(usd[j])), money(float(usd[i])), money(float(usd[j] - usd[i]))]
        for part, usd in ((part, costs.component_usd[part]) for part in COMPONENTS)
    ]
    total_usd = costs.total_usd
    rows.append(["Total", *(money(float(usd)) for usd in (total_usd[j], total_usd[i], total_usd[j] - total_usd[i]))])
    content = (
        f"<p>expected saving = mean of (cost of {escape(second)} − cost of {escape(first)}) over "
        f"{count(len(drawn_usd))} draws in which both can be had = {mean}. One draw in twenty lies below {low}, one "
        f"above {high}, half of them below {middle}.</p><p>At the likely values of all inputs:</p>"
        + blocks.table_html(["", second, first, "Difference"], rows)
        + f"<p>{_link('method', result, 'The method page')} has the equation of each line and the source of "
        "each input.</p>"
    )
    years = duration(result.scenario.value("horizon_months"))
    ends = " to ".join(("a loss of " if usd < 0 else "") + money(abs(float(usd))) for usd in (low_usd, high_usd))
    words = f"against {second} over {years}, averaged over all draws; 9 times out of 10 {ends}"
    return f"{_opener('saving', mean)}<p>{escape(words)}</p>{_popover('saving', 'Expected saving', content)}"


def flips_html(result: Result, pair: tuple[str, str] | None, flips: "tuple[Flip, ...] | None") -> str:
    """
    The inputs nearest to the value at which the two change places.
    """
    if pair is None:
        return "<b>n/a</b><p>There is nothing to compare.</p>"
    if flips is None:
        return WORKING
    scenario, labels = result.scenario, serving_labels(result.scenario)
    first, second = (labels[name] for name in pair)
    if not flips:
        words = f"No single input within its range makes {second} cheaper than {first}."
        return f"<b>Nothing alone</b><p>{escape(words)}</p>"
    rows = "".join(_flip_row(scenario, flip) for flip in flips[:MOST_FLIP_ROWS])
    content = (
        f"<p>cost of {escape(first)} = cost of {escape(second)}, solved for one input after another, all others as "
        "they are; the nearest to its value now comes first.</p><table><thead><tr><th scope='col'>Input</th>"
        "<th scope='col'>now</th><th scope='col'>flips at</th><th scope='col'>plausible</th>"
        f"<th scope='col'>source</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{len(flips)} inputs flip it alone. {_link('uncertainty', result, 'The uncertainty page')} has more.</p>"
    )
    items = "".join(f"<li>{escape(_flip_words(scenario, flip))}</li>" for flip in flips[:MOST_FLIPS])
    button = _opener("flips", f"{len(flips)} input{'s' if len(flips) > 1 else ''} can")
    return f"{button}<ul>{items}</ul>{_popover('flips', 'What flips it', content)}"


def topic_html(result: Result, topic: Topic) -> str:
    """
    The equations that lead to a number, what they give here, and where the inputs that matter most come from.
    """
    scenario = result.scenario
    rows = "".join(_input_row(scenario, key) for key in _keys_of(scenario, topic.inputs))
    inputs = (
        "<table><thead><tr><th scope='col'>With</th><th scope='col'>value</th><th scope='col'>plausible</th>"
        f"<th scope='col'>source</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    more = f"All inputs with their sources are on {_link('method', result, 'the method page')}"
    prices = f"the day and source of each price on {_link('prices', result, 'the prices page')}"
    return f"{steps_html(result, topic.steps)}{inputs}<p>{more}, {prices}.</p>"


@lru_cache(maxsize=1)
def _topics_html(result: Result) -> str:
    """What is behind the totals: made once, and not again with each thing that is known later."""
    return "".join(_popover(name, topic.title, topic_html(result, topic)) for name, topic in TOPICS.items())


def _keys_of(scenario: Scenario, names: Iterable[str]) -> list[str]:
    """Keys of inputs: those of a framework or a way of serving once for each that is compared."""
    known = input_keys(scenario)
    return [key for name in names for key in known if name_of(key) == name]


def _input_row(scenario: Scenario, key: str) -> str:
    name, row, value = name_of(key), row_of(scenario, key), value_of(scenario, key)
    source = f"{row.evidence}: {source_html(scenario.assumptions.sources[row.source])}"
    if value != row.value:
        whose = "set by hand" if name in scenario.inputs else "of this product"
        source = f"{whose}; the table has {quantity(name, row.value)}, {source}"
    ends = f"{quantity(name, row.low)} to {quantity(name, row.high)}"
    return (
        f"<tr><th scope='row'>{escape(labelled(label_of(scenario, key), row.unit))}</th>"
        f"<td>{quantity(name, value)}</td><td>{ends}</td><td>{source}</td></tr>"
    )


def _flip_row(scenario: Scenario, flip: "Flip") -> str:
    name, row = name_of(flip.key), row_of(scenario, flip.key)
    values = ", ".join(quantity(name, value) for value in flip.values)
    return (
        f"<tr><th scope='row'>{escape(labelled(flip.label, row.unit))}</th><td>{quantity(name, flip.now)}</td>"
        f"<td>{values}</td><td>{quantity(name, row.low)} to {quantity(name, row.high)}</td>"
        f"<td>{row.evidence}: {source_html(scenario.assumptions.sources[row.source])}</td></tr>"
    )


def _flip_words(scenario: Scenario, flip: "Flip") -> str:
    at, now = (quantity(name_of(flip.key), value) for value in (flip.values[0], flip.now))
    return f"{labelled(flip.label, row_of(scenario, flip.key).unit)}: {at} instead of {now}"


def _link(page: str, result: Result, words: str) -> str:
    """A link to another page with this scenario, where one can be made."""
    text = _link_text(result)
    return f"<a href='{page}.ipynb?{PARAMETER}={text}'>{escape(words)}</a>" if text else escape(words)


@lru_cache(maxsize=1)
def _link_text(result: Result) -> str:
    """The text that all links of a card carry, made once; empty where there is none."""
    try:
        return link_text(*result)
    except ScenarioError:
        return ""


def _tile(title: str, content: str) -> str:
    return f"<section class='tco-tile'><h2>{escape(title)}</h2>{content}</section>"


def _opener(name: str, words: str) -> str:
    """A number that opens what is behind it."""
    return (
        f"<button type='button' class='tco-number' popovertarget='tco-behind-{name}' "
        f"title='How this was worked out'>{escape(words)}</button>"
    )


def _popover(name: str, title: str, content: str) -> str:
    """What is behind a number; Escape or a click beside it closes it."""
    return (
        f"<div popover id='tco-behind-{name}' class='tco-behind' role='dialog' aria-label='{escape(title)}'>"
        f"<div class='tco-behind-head'><h3>{escape(title)}</h3><button type='button' popovertarget='tco-behind-{name}' "
        f"popovertargetaction='hide'>Close</button></div>{content}</div>"
    )
