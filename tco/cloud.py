"""
Cloud: the fleets that can carry a scenario's traffic over the week, for each instance type and on each purchase term.

The model's total has the static fleet on one term. Here the servers may follow the traffic hour by hour, be bought on
several terms at once, and run at full speed on the credits of their week. Arrays have the instance types in front and
the ways of serving last: (k, f).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tco import credit, demand, fleet, purchase, week
from tco.arrays import Array
from tco.burstable import capacity_on_credit_rps, sustained_load_rps
from tco.inputs import Catalogue, InputError, checked
from tco.pricing import PURCHASES
from tco.queueing import saturation_rps
from tco.scenarios import Scenario, ScenarioError
from tco.servers import Server, server_capacity_rps, servers_of
from tco.services import NAMES, Profile

SCALINGS: Final = ("static", "hourly")
RESERVED: Final = ("reserved_1y", "reserved_3y")
REST: Final = ("on_demand", "spot")
ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class CloudPlan:
    """
    How servers follow the traffic and how they are bought.

    Parameters
    ----------
    scaling : str
        `static`, for the peak around the clock, or `hourly`.
    profile : str
        Shape of the week, a profile of `data/profiles.csv`.
    terms : tuple of str
        Purchase terms that may be mixed; what a provider does not offer is left out.
    month : int
        Months of growth since the start.
    values : mapping
        In place of values of `data/cloud.csv`, by name.

    Raises
    ------
    ScenarioError
        If a choice is unknown or a value illegal.
    """

    scaling: str = "static"
    profile: str = "consumer-evening"
    terms: tuple[str, ...] = ("on_demand",)
    month: int = 0
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, chosen, known in (
            ("scaling", self.scaling, SCALINGS),
            *(("terms", term, PURCHASES) for term in self.terms),
            *(("values", name, NAMES) for name in self.values),
        ):
            if chosen not in known:
                raise ScenarioError(f"{name} must be one of {', '.join(known)}; got {chosen!r}")
        if not set(self.terms) & set(REST):
            raise ScenarioError(f"terms must have one of {', '.join(REST)}: what is not reserved is bought on it")
        for name, value in self.values.items():
            checked(name, value)
        if not 0 <= self.month <= 240:
            raise ScenarioError(f"month must lie in [0, 240]; got {self.month}")

    def value(self, scenario: Scenario, name: str) -> float:
        """A value of `data/cloud.csv`, or the one in its place."""
        return float(self.values.get(name, scenario.assumptions.cloud.value(name)))


class Fleets(NamedTuple):
    """A fleet of each instance type for each way of serving; arrays of shape (k, f)."""

    catalogue: Catalogue
    server: Server
    server_capacity_rps: Array
    peak_servers: Array
    mean_servers: Array
    base_servers: Array
    reserved_term: npt.NDArray[np.str_]
    rest_term: npt.NDArray[np.str_]
    server_usd_per_hour: Mapping[str, Array]
    usd_per_hour: Array
    # Whether a server carries more than its sustained share of the CPU allows, on the credits of the week.
    on_credit: npt.NDArray[np.bool_]

    @property
    def best(self) -> npt.NDArray[np.intp]:
        """The cheapest type of each way of serving; -1 where none will do."""
        possible = np.isfinite(self.usd_per_hour)
        return np.where(possible.any(axis=0), np.argmin(np.where(possible, self.usd_per_hour, np.inf), axis=0), -1)


class Week(NamedTuple):
    """A fleet hour by hour; arrays of shape (168,)."""

    load_rps: Array
    servers: Array
    utilization_share: Array
    overloaded_hours: int
    waste_share: float
    # What is left of the most credit that a server keeps, at the end of each hour; NaN where it runs on none.
    credit_share: Array


def profile_of(scenario: Scenario, plan: CloudPlan) -> Profile:
    """
    The week of a scenario: the shape of a profile, with the mean that the scenario has.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        Names the shape.

    Returns
    -------
    profile : Profile
        Load of each hour over the peak; a flat profile stays flat.

    Raises
    ------
    ScenarioError
        If there is no such profile.
    """
    profiles = scenario.assumptions.cloud.profiles
    if plan.profile not in profiles:
        raise ScenarioError(f"profile must be one of {', '.join(profiles)}; got {plan.profile!r}")
    found = profiles[plan.profile]
    return found._replace(share=demand.stretched_share(found.share, scenario.value("mean_to_peak_share")))


def peak_rps(scenario: Scenario, plan: CloudPlan) -> float:
    """
    Load of the busiest second in the month of a plan.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        Names the month.

    Returns
    -------
    peak_rps : float
        Load. [req/s]
    """
    s = scenario.shared
    start = demand.peak_load_rps(s.peak_users, s.requests_per_user_per_minute, s.direct_peak_load_rps)
    load = start * demand.traffic_ratio(plan.month, s.traffic_growth_share_per_month)
    if np.size(load) != 1:
        raise InputError(f"a bill is that of one scenario; got {np.size(load)} of them")
    return float(np.reshape(load, -1)[0])


def region_types(scenario: Scenario) -> tuple[Catalogue, dict[str, Array]]:
    """
    All types of the scenario's region, and their prices on each term.

    Parameters
    ----------
    scenario : Scenario
        Names provider and region.

    Returns
    -------
    catalogue : Catalogue
        Types at their on-demand price.
    prices : dict
        Price by term; NaN where it is not known. [USD/h]
    """
    there = scenario.assumptions.prices.search(provider=scenario.provider, region=scenario.region)
    catalogue = there.types()
    prices = {term: there.columns[f"{term}_usd_per_hour"] for term in PURCHASES}
    return catalogue, prices


def credit_cap_hours(scenario: Scenario) -> Array:
    """
    Hours of earning that each type of the scenario's region keeps as CPU credit.

    Parameters
    ----------
    scenario : Scenario
        Names provider and region.

    Returns
    -------
    credit_cap_hours : ndarray, shape (k,)
        In the order of `region_types`; 0 for types that save nothing. [h]
    """
    there = scenario.assumptions.prices.search(provider=scenario.provider, region=scenario.region)
    credits_of = scenario.assumptions.cpu_credits
    rows = (credits_of.get(f"{scenario.provider}/{family}") for family in there.families.tolist())
    return np.array([0.0 if row is None else row.value for row in rows])


def fleets(scenario: Scenario, plan: CloudPlan, types: tuple[Catalogue, Mapping[str, Array]] | None = None) -> Fleets:
    """
    The fleet of each instance type, bought as cheaply as the terms allow.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        How servers scale and are bought.
    types : (Catalogue, mapping), optional
        Types and their prices by term, in place of those of the scenario's region.

    Returns
    -------
    fleets : Fleets
        Servers, terms and prices; NaN where a type cannot serve, or has no price on any of the terms.

    Raises
    ------
    InputError
        If the scenario is one of many.
    """
    catalogue, prices = region_types(scenario) if types is None else types
    server = servers_of(scenario.shared, scenario.framework, catalogue)
    capacity = server_capacity_rps(scenario.shared, scenario.framework, server)[:, 0, :]
    on_credit = np.zeros(capacity.shape, dtype=bool)
    # A server that comes and goes with the traffic starts without credit; one that is always there saves it.
    if plan.scaling == "static" and types is None:
        lasting = _capacity_on_credit_rps(scenario, plan, catalogue)
        on_credit = lasting > np.nan_to_num(capacity)
        capacity = np.where(on_credit, lasting, capacity)
        at_full_speed = np.where(on_credit, catalogue.vcpu_count[:, None], server.core_count[:, 0, :])
        server = server._replace(core_count=at_full_speed[:, None, :])
    level_share, weight = _levels(scenario, plan)
    servers = _servers(scenario, plan, peak_rps(scenario, plan) * level_share[:, None, None], capacity)

    def price(term: str) -> Array:
        usd = prices[term] if term in plan.terms and term in prices else np.full(len(catalogue.names), np.nan)
        if term == "spot":
            usd = purchase.spot_effective_usd_per_hour(usd, plan.value(scenario, "interruption_overhead_share"))
        usd = usd * scenario.value("instance_price_ratio")
        return fleet.server_usd_per_hour(usd, scenario.shared.server_overhead_usd_per_month)[:, None]

    by_term = {term: np.broadcast_to(price(term), capacity.shape) for term in PURCHASES}
    rest_usd, rest_term = _cheapest(by_term, REST)
    # A fleet that the limit keeps too small is taken only where all of them are.
    short = servers[-1] * capacity < peak_rps(scenario, plan) * (1.0 - ROUNDING)
    rest_usd = np.where(short & ~short.all(axis=0, where=np.isfinite(rest_usd)), np.nan, rest_usd)
    usd = purchase.mixed_usd_per_hour(servers, weight, 0.0, 0.0, rest_usd)
    base, term = np.zeros_like(capacity), np.full(capacity.shape, "", dtype="<U11")
    for name in RESERVED:
        some = purchase.base_servers(servers, weight, by_term[name], rest_usd)
        mixed = purchase.mixed_usd_per_hour(servers, weight, some, by_term[name], rest_usd)
        better = (some > 0) & (mixed < usd)
        usd, base, term = np.where(better, mixed, usd), np.where(better, some, base), np.where(better, name, term)
    return Fleets(
        catalogue,
        server,
        capacity,
        servers[-1],
        np.asarray(np.tensordot(weight, servers, axes=1)),
        base,
        term,
        rest_term,
        by_term,
        usd,
        on_credit,
    )


def week_of(scenario: Scenario, plan: CloudPlan, found: Fleets, instance: int, serving: int) -> Week:
    """
    A fleet hour by hour.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        As for `fleets`.
    found : Fleets
        The fleets.
    instance, serving : int
        Which of the types, and which of the ways of serving.

    Returns
    -------
    week : Week
        Load, servers, utilization and waste.
    """
    share = profile_of(scenario, plan).share
    load = peak_rps(scenario, plan) * share
    ordered = week.ordered_share(share, plan.value(scenario, "scale_up_lag_hours"))
    provided = np.ones_like(share) if plan.scaling == "static" else ordered
    capacity = found.server_capacity_rps[instance, serving]
    servers = _servers(scenario, plan, peak_rps(scenario, plan) * provided, capacity)
    credit_share = np.full(len(share), np.nan)
    if found.on_credit[instance, serving]:
        sustained = sustained_load_rps(scenario.shared, scenario.framework, found.catalogue)[instance, 0, serving]
        cap_hours = credit_cap_hours(scenario)[instance]
        left_hours = credit.credit_hours(share, load.max() / servers.max() / sustained, cap_hours)
        # Too few servers, by the limit on their number, spend all that they have.
        credit_share = np.maximum(left_hours / cap_hours, 0.0)
    size = (len(found.catalogue.names), 1, len(scenario.servings))
    one = Server(*(np.broadcast_to(values, size)[instance, 0, serving] for values in found.server))
    limit = saturation_rps(
        one.workers_count, one.slots_per_worker_count, one.core_count, one.request_cpu_ms, scenario.shared.wait_ms
    )
    return Week(
        load,
        servers,
        week.utilization_share(load, servers, limit),
        int((load > servers * capacity * (1 + ROUNDING)).sum()),
        float(week.waste_share(load, servers, capacity)),
        credit_share,
    )


def _capacity_on_credit_rps(scenario: Scenario, plan: CloudPlan, catalogue: Catalogue) -> Array:
    """Load that a server of each type carries on its credits, (k, f); NaN for types that save none."""
    cap_hours = credit_cap_hours(scenario)
    found = np.full((len(cap_hours), len(scenario.servings)), np.nan)
    saving = np.flatnonzero(cap_hours)
    if saving.size:
        ratio = credit.burst_ratio(profile_of(scenario, plan).share, cap_hours[saving])
        some = catalogue.only(saving)
        found[saving] = capacity_on_credit_rps(scenario.shared, scenario.framework, some, ratio)[:, 0, :]
    return found


def _levels(scenario: Scenario, plan: CloudPlan) -> tuple[Array, Array]:
    """The different loads to have servers for, ascending, over the peak, and the share of the time at each."""
    if plan.scaling == "static":
        return np.ones(1), np.ones(1)
    share = profile_of(scenario, plan).share
    levels, hours = np.unique(week.ordered_share(share, plan.value(scenario, "scale_up_lag_hours")), return_counts=True)
    return levels, hours / len(share)


def _servers(scenario: Scenario, plan: CloudPlan, load: Array, capacity: Any) -> Array:
    s = scenario.shared
    return week.hourly_servers(
        load,
        capacity,
        s.spare_servers,
        s.minimum_servers,
        plan.value(scenario, "maximum_servers"),
        plan.value(scenario, "zones_count"),
    )


def _cheapest(by_term: Mapping[str, Array], terms: tuple[str, ...]) -> tuple[Array, npt.NDArray[np.str_]]:
    """The lowest price of several terms and its term, of those that have one; NaN and nothing where none has."""
    prices = np.stack([by_term[term] for term in terms])
    known = np.isfinite(prices)
    index = np.argmin(np.where(known, prices, np.inf), axis=0)
    usd = np.take_along_axis(prices, index[None], axis=0)[0]
    return np.where(known.any(axis=0), usd, np.nan), np.where(known.any(axis=0), np.array(terms)[index], "")
