"""
Claims: the figure behind each claim of the guide, as the model gives it for a scenario.

The same functions are asked twice, once with the guide's assumptions and once with the measured ones, so that a page
can put the two side by side.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from tco.arrays import Array
from tco.assumptions import ASSUMPTION_SETS
from tco.capacity import stable_load_rps
from tco.decision import break_even, verdict
from tco.inputs import Catalogue
from tco.model import Costs, cost_of_ownership
from tco.scenarios import Scenario, ScenarioError, evaluate
from tco.tables import ArticleView, Assumption
from tco.units import MONTHS_PER_YEAR, MS_PER_SECOND, WEEKS_PER_YEAR
from tco.wording import count, duration, money, share

# The guide's own example of a slow request.
SLOW_REQUEST_MS: Final = 2000.0

# Numbers that bear on a claim beside those on which the guide's view differs.
ALSO_BEARING: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "T1": tuple((f"{name}_effort_days", "fastapi") for name in ("login", "admin", "uploads", "payments")),
        "T2": tuple((f"{name}_effort_days", "flask") for name in ("validation", "api_docs")),
        "T3": (
            *(("json_endpoint_effort_days", id_) for id_ in ("flask", "fastapi")),
            *(("html_page_effort_days", id_) for id_ in ("flask", "fastapi")),
            *(("form_effort_days", id_) for id_ in ("flask", "fastapi")),
        ),
        "H1": (("pool_share", "flask"), ("demand_ratio", "flask"), ("pool_growth_ratio", "flask")),
        "H2": (("demand_ratio", "fastapi"), ("pool_growth_ratio", "fastapi")),
        "H3": (("team_knows_share", "fastapi"), ("ramp_up_weeks", "flask"), ("ramp_up_loss_share", "")),
        "R1": (("data_layer_retrofit_effort_days", "flask"), ("overspend_months", ""), ("outgrow_ratio", "")),
        "R2": (("html_page_effort_days", "flask"), ("form_effort_days", "flask"), ("kind_turn_probability_share", "")),
    }
)

# One ordinary server, on which ways of serving are compared with one another.
YARDSTICK: Final = Catalogue(("4 vCPU, 16 GiB",), *(np.array([value]) for value in (4.0, 16.0, 1.0, 0.2, 1.0)))


class Side(NamedTuple):
    """A scenario that compares Flask with FastAPI, and what they cost in it."""

    scenario: Scenario
    costs: Costs

    def pair(self, values: Array) -> tuple[float, float]:
        """A figure of Flask and of FastAPI."""
        return float(values[0]), float(values[1])


class Support(NamedTuple):
    """A number behind a claim: its row in the tables, and the guide's view where the guide has one of its own."""

    row: Assumption
    view: ArticleView | None

    @property
    def is_within(self) -> bool:
        """Whether the guide's number lies in the range that the evidence leaves."""
        return self.view is None or self.row.low <= self.view.value <= self.row.high


class ClaimView(NamedTuple):
    """A claim with its figure under both assumption sets."""

    claim: str
    group: str
    statement: str
    article: str
    measured: str


def claim_views(scenario: Scenario, claims: Iterable[str] | None = None) -> tuple[ClaimView, ...]:
    """
    Every claim of the guide with its figures for a scenario.

    Parameters
    ----------
    scenario : Scenario
        One scenario; its assumption set does not matter.
    claims : iterable of str, optional
        Ids of the claims wanted; all where none are named.

    Returns
    -------
    views : tuple of ClaimView
        In the order of the table `claims`.

    Examples
    --------
    >>> import tco
    >>> claim_views(tco.scenario("customer-api"))[0].article
    '0.5 req/s a worker; the 10th of 10 callers waits 20 s'
    """
    sides = {name: side_of(scenario, name) for name in ASSUMPTION_SETS}
    return tuple(
        ClaimView(
            claim,
            row.group,
            row.statement,
            **{name: FIGURES[claim](sides[name]) for name in ASSUMPTION_SETS},
        )
        for claim, row in scenario.assumptions.claims.items()
        if claim in FIGURES and (claims is None or claim in claims)
    )


def supports(scenario: Scenario, claim: str) -> tuple[Support, ...]:
    """
    The numbers that a claim rests on, as the guide has them and as the evidence does.

    Parameters
    ----------
    scenario : Scenario
        One scenario; its assumption set does not matter.
    claim : str
        Id of the claim.

    Returns
    -------
    supports : tuple of Support
        First those on which the guide's view differs, then those on which it has none of its own.

    Examples
    --------
    >>> import tco
    >>> [support.row.name for support in supports(tco.scenario(), "R1")][:2]
    ['async_retrofit_effort_days', 'outgrow_probability_share']
    """
    a = scenario.assumptions
    views = [view for view in a.article.values() if view.claim == claim]
    named = [(view.name, view.applies_to) for view in views]
    others = [key for key in ALSO_BEARING.get(claim, ()) if key not in named and key[1] in a.rows.get(key[0], {})]
    return tuple(Support(scenario.row(name, place), a.article.get((name, place))) for name, place in (*named, *others))


def side_of(scenario: Scenario, assumption_set: str) -> Side:
    """
    Flask and FastAPI in a scenario under one assumption set, each served in its headline way.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    assumption_set : str
        `measured` or `article`.

    Returns
    -------
    side : Side
        The scenario with these two, and its costs.

    Raises
    ------
    ScenarioError
        If the tables lack one of the two.
    """
    a = scenario.assumptions
    headline = {a.servings[name].framework: name for name in a.headline_servings(assumption_set)}
    for framework in ("flask", "fastapi"):
        if framework not in headline:
            raise ScenarioError(f"the tables have no way of serving {framework} in the assumption set {assumption_set}")
    pair = scenario.replace(assumption_set=assumption_set, servings=(headline["flask"], headline["fastapi"]))
    return Side(pair, evaluate(pair))


def _one_at_a_time(side: Side) -> str:
    flask = side.scenario.servings[0]
    slots = side.scenario.value("slots_per_worker_count", flask)
    cpu_ms = float(side.costs.request_cpu_ms[0])
    rate_rps = float(stable_load_rps(1, slots, 1, cpu_ms, max(0.0, SLOW_REQUEST_MS - cpu_ms)))
    last_s = np.ceil(10 / slots) * SLOW_REQUEST_MS / MS_PER_SECOND
    return f"{count(rate_rps)} req/s a worker; the 10th of 10 callers waits {count(last_s)} s"


def _same_server(side: Side) -> str:
    s = side.scenario
    on_one = cost_of_ownership(s.shared, s.framework, YARDSTICK)
    flask, fastapi = side.pair(on_one.server_capacity_rps)
    return f"{count(fastapi / flask)} times: {count(flask)} against {count(fastapi)} req/s on {YARDSTICK.names[0]}"


def _cloud_saving(side: Side) -> str:
    flask, fastapi = side.pair(side.costs.busiest_cloud_usd_per_month)
    return f"{money(flask - fastapi)} in the busiest month: {money(flask)} against {money(fastapi)}"


def _popular(side: Side) -> str:
    costs = evaluate(side.scenario.replace(peak_users=10_000, traffic_growth_share_per_month=0.0))
    flask, fastapi = (f"{count(float(costs.peak_servers[i]))} x {costs.instances[i]}" for i in range(2))
    return f"10,000 people need {flask} with Flask, {fastapi} with FastAPI"


def _days(side: Side, names: tuple[str, ...]) -> tuple[float, float]:
    s = side.scenario
    flask, fastapi = (sum(s.value(f"{name}_effort_days", id_) for name in names) for id_ in ("flask", "fastapi"))
    return flask, fastapi


def _extensions(side: Side) -> str:
    flask, fastapi = _days(side, ("login", "admin", "uploads", "payments"))
    return f"login, admin, uploads, payments: {count(flask)} person-days against {count(fastapi)}"


def _built_in(side: Side) -> str:
    flask, fastapi = _days(side, ("validation", "api_docs"))
    return f"validation and docs of an endpoint: {count(flask)} person-days against {count(fastapi)}"


def _launch(side: Side) -> str:
    def gap(html_share: float) -> str:
        flask, fastapi = side.pair(evaluate(side.scenario.replace(html_share=html_share)).launch_months)
        return _ahead(flask, fastapi, duration)

    return f"JSON only: {gap(0.0)}; pages only: {gap(1.0)}"


def _case(preset: str) -> Callable[[Side], str]:
    def figure(side: Side) -> str:
        return _answer(side_of(side.scenario.replace_preset(preset), side.scenario.assumption_set))

    return figure


def _ahead(flask: float, fastapi: float, say: Callable[[float], str]) -> str:
    """Which of the two has less of something, and by how much."""
    if not np.isfinite(flask - fastapi):
        return "cannot be compared: no server on offer has room"
    if flask == fastapi:
        return "both alike"
    return f"{'Flask' if flask < fastapi else 'FastAPI'} by {say(abs(flask - fastapi))}"


def _answer(side: Side) -> str:
    flask, fastapi = side.pair(side.costs.total_usd)
    answer = verdict(*side)
    slight = "not material: " if answer.kind == "no material difference" else ""
    return f"{slight}{_ahead(flask, fastapi, lambda gap: f'{money(gap)}, {share(gap / min(flask, fastapi))}')}"


def _talent(framework: str) -> Callable[[Side], str]:
    def figure(side: Side) -> str:
        i = ("flask", "fastapi").index(framework)
        costs, s = side.costs, side.scenario
        return (
            f"{count(float(costs.pool_people[i]))} to hire from, "
            f"{duration(float(costs.time_to_fill_months[i]))} to fill a seat, "
            f"{money(float(costs.hired_salary_usd_per_year[i]))} a year, "
            f"{duration(s.value('ramp_up_weeks', framework) * MONTHS_PER_YEAR / WEEKS_PER_YEAR)} to learn, "
            f"output {count(s.value('productivity_ratio', framework))}"
        )

    return figure


def _own_team(side: Side) -> str:
    def ramp(knows: float) -> tuple[float, float]:
        costs = evaluate(side.scenario.replace(team_knows_share={"fastapi": knows}))
        return float(costs.total_usd[1]), float(costs.launch_months[1])

    (new_usd, new_months), (known_usd, known_months) = ramp(0.0), ramp(1.0)
    return f"a team new to FastAPI: {money(new_usd - known_usd)} and {duration(new_months - known_months)} more"


def _outgrown(side: Side) -> str:
    certain = evaluate(side.scenario.replace(outgrow_probability_share=1.0, kind_turn_probability_share=0.0))
    flask, fastapi = side.pair(certain.component_usd["wrong_pick"])
    return f"if traffic outgrows the plan: {money(flask)} with Flask, {money(fastapi)} with FastAPI"


def _overbuilt(side: Side) -> str:
    tool = side_of(side.scenario.replace_preset("internal-tool"), side.scenario.assumption_set)
    return f"the internal tool is cheaper with {_ahead(*tool.pair(tool.costs.total_usd), money)}"


def _single_question(side: Side) -> str:
    flask, fastapi = side.scenario.servings
    flips = break_even(side.scenario, "html_share", flask, fastapi, 0.0, 1.0)
    if flips:
        return f"the answer flips at {' and '.join(share(value) for value in flips)} pages"
    return f"the answer does not flip: {_answer(side)}"


# The figure of each claim, by its id in the table `claims`.
FIGURES: Final[Mapping[str, Callable[[Side], str]]] = MappingProxyType(
    {
        "S1": _one_at_a_time,
        "S2": _same_server,
        "S3": _cloud_saving,
        "S4": _popular,
        "T1": _extensions,
        "T2": _built_in,
        "T3": _launch,
        "U1": _case("internal-tool"),
        "U2": _case("customer-api"),
        "U3": _case("ml-product"),
        "H1": _talent("flask"),
        "H2": _talent("fastapi"),
        "H3": _own_team,
        "R1": _outgrown,
        "R2": _overbuilt,
        "C1": _single_question,
        "C2": _answer,
    }
)
