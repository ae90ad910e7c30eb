"""Cloud: fleets over the week on mixed terms, by hand and against exhaustive search."""

import itertools
import math

import numpy as np
import pytest

import tco
from tco import cloud, credit
from tco.assumptions import load_assumptions
from tco.cloud import CloudPlan, fleets, week_of
from tco.inputs import Catalogue, InputError
from tco.performance import ServerSize, server_performance
from tco.servers import request_cpu_ms
from tests.tables import PRICE_HEADER
from tests.test_credit import bucket_hours

ALL_TERMS = ("on_demand", "spot", "reserved_1y", "reserved_3y")


@pytest.fixture
def scenario():
    return tco.scenario("customer-api", provider="gcp", region="us-central1")


def test_a_static_fleet_on_demand_is_that_of_the_model(scenario):
    """Without growth the cheapest fleet of the list is the one that the model's total has."""
    steady = scenario.replace(traffic_growth_share_per_month=0)
    found = fleets(steady, CloudPlan())
    costs = tco.evaluate(steady)
    best = found.best
    each = range(len(best))
    assert [found.catalogue.names[i] for i in best] == costs.instances.tolist()
    assert [found.peak_servers[i, j] for j, i in enumerate(best)] == costs.peak_servers.tolist()
    usd = np.array([found.usd_per_hour[best[j], j] for j in each])
    busiest = costs.busiest_cloud_usd_per_month
    network = steady.value("load_balancer_usd_per_hour") * 730
    assert (usd * 730 + network < busiest).all()
    assert (found.mean_servers == found.peak_servers).all()


def test_months_of_growth_count(scenario):
    """12 months at 3 per cent: 1.03 ** 12 times the load."""
    grown = scenario.replace(traffic_growth_share_per_month=0.03)
    assert cloud.peak_rps(grown, CloudPlan(month=12)) == pytest.approx(
        cloud.peak_rps(grown, CloudPlan()) * 1.03**12, rel=1e-12
    )


def test_a_week_has_the_mean_of_the_scenario_and_the_shape_of_the_profile(scenario):
    """168 hours whose mean is `mean_to_peak_share`, whose peak is 1, in the order of the profile."""
    for name, profile in scenario.assumptions.cloud.profiles.items():
        share = cloud.profile_of(scenario, CloudPlan(profile=name)).share
        assert share.shape == (168,)
        assert share.max() == 1
        if name == "flat":
            assert share.min() == 1
        else:
            assert share.mean() == pytest.approx(scenario.value("mean_to_peak_share"), rel=1e-9)
            assert (np.argsort(share, kind="stable") == np.argsort(profile.share, kind="stable")).all()


@pytest.mark.parametrize(
    "terms", [t for n in (1, 2, 3, 4) for t in itertools.combinations(ALL_TERMS, n) if set(t) & {"on_demand", "spot"}]
)
def test_the_mix_is_the_best_of_all_splits(terms, scenario):
    """
    Every split of every type, in plain Python: so many reserved servers on either term, the rest on either other one.
    """
    plan = CloudPlan("hourly", "office-hours", terms)
    found = fleets(scenario, plan)
    overhead = scenario.value("server_overhead_usd_per_month") / 730
    spot_factor = 1 + plan.value(scenario, "interruption_overhead_share")
    _, prices = cloud.region_types(scenario)
    checked = 0
    for i in range(0, len(found.catalogue.names), 9):
        for j in range(len(scenario.servings)):
            if not np.isfinite(found.server_capacity_rps[i, j]):
                continue
            hours = week_of(scenario, plan, found, i, j).servers
            price = {t: prices[t][i] * (spot_factor if t == "spot" else 1) + overhead for t in terms}
            price = {t: usd for t, usd in price.items() if np.isfinite(usd)}
            costs = [
                base * price.get(reserved, np.inf if base else 0) + np.maximum(hours - base, 0).mean() * price[rest]
                if base
                else hours.mean() * price[rest]
                for reserved in ("reserved_1y", "reserved_3y")
                for rest in ("on_demand", "spot")
                if rest in price
                for base in range(int(hours.max()) + 1)
            ]
            if costs:
                assert found.usd_per_hour[i, j] == pytest.approx(min(costs), rel=1e-9)
                checked += 1
            else:
                assert np.isnan(found.usd_per_hour[i, j])
    assert checked > 10


def test_terms_that_are_not_on_offer_are_not_guessed():
    """Azure lists no reserved prices: nothing is reserved there. AWS has spot prices for six types only."""
    azure = tco.scenario("customer-api", provider="azure", region="westeurope")
    found = fleets(azure, CloudPlan("hourly", terms=ALL_TERMS))
    assert (found.base_servers == 0).all()
    assert set(found.reserved_term.ravel()) == {""}
    aws = fleets(tco.scenario("customer-api", region="eu-central-1"), CloudPlan(terms=("spot",)))
    with_price = np.isfinite(aws.usd_per_hour).any(axis=1).sum()
    assert 0 < with_price <= 6


def one_type(tmp_path, row):
    """
    A list of one type at 0.10 USD/h, and requests of 10 ms CPU without waiting on it, of which servers may be kept at
    most 50 per cent busy: a core carries 50 req/s.
    """
    path = tmp_path / "pricing.csv"
    path.write_text(f"{PRICE_HEADER}\naws,us-east-1,{row},0.1,,,,2026-07-20,own\n", encoding="utf-8")
    return tco.scenario(
        "customer-api",
        data=path,
        servings=("fastapi-async",),
        peak_users=0,
        direct_peak_load_rps=1000,
        traffic_growth_share_per_month=0,
        app_cpu_ms=9,
        framework_cpu_ms={"fastapi-async": 1},
        inference_request_share=0,
        wait_ms=0,
        p95_objective_ms=100_000,
        target_utilization_share=0.5,
        server_overhead_usd_per_month=0,
        spare_servers=1,
        minimum_servers=2,
    )


def test_a_week_of_one_type_by_hand(tmp_path):
    """
    One vCPU, one worker: 50 req/s a server. A peak of 1,000 req/s over a campaign week needs ceil(1000 s / 50) + 1
    servers an hour.
    """
    scenario = one_type(tmp_path, "one,x86_64,1,64,1")
    plan = CloudPlan("hourly", "campaign-spike", values={"scale_up_lag_hours": 0})
    found = fleets(scenario, plan)
    assert found.server_capacity_rps[0, 0] == pytest.approx(50, rel=1e-6)
    share = cloud.profile_of(scenario, plan).share
    expected = [max(2, int(np.ceil(round(20 * each, 9))) + 1) for each in share]
    shown = week_of(scenario, plan, found, 0, 0)
    assert shown.servers.tolist() == expected
    assert found.usd_per_hour[0, 0] == pytest.approx(0.1 * sum(expected) / 168, rel=1e-9)
    assert found.peak_servers[0, 0] == 21
    assert shown.overloaded_hours == 0
    busiest = int(np.argmax(share))
    assert shown.utilization_share[busiest] == pytest.approx(1000 / (21 * 100), rel=1e-6)
    assert np.isnan(shown.credit_share).all()


def test_a_burstable_type_counts_with_what_its_credits_carry(tmp_path):
    """
    Four vCPUs that sustain a quarter are one core for good: 100 req/s, 50 of them planned for; at full speed 200.

    A consumer's week with a mean of 0.35 lets the credits of a t3 last for 1 / 0.35 times the sustained load at the
    peak: 50 / 0.35 = 142.86 req/s. For 1,000 req/s that is 7 and a spare one, against 20 and one without credits.
    The week asks for 350 req/s on average of 8 servers, 43.75 each, of the 100 that the credits earn.
    """
    scenario = one_type(tmp_path, "t3.own,x86_64,4,64,0.25")
    plan = CloudPlan(profile="consumer-evening")
    found = fleets(scenario, plan)
    assert scenario.value("mean_to_peak_share") == 0.35
    assert found.server_capacity_rps[0, 0] == pytest.approx(50 / 0.35, rel=1e-9)
    assert (found.peak_servers[0, 0], found.on_credit[0, 0]) == (8, True)
    shown = week_of(scenario, plan, found, 0, 0)
    assert shown.utilization_share.max() == pytest.approx(1000 / (8 * 400), rel=1e-6)
    assert shown.credit_share.max() == 1
    assert 0 < shown.credit_share.min() < 1


def test_a_short_peak_is_carried_at_full_speed_and_no_faster(tmp_path):
    """A mean of a tenth leaves credit for 500 req/s, but four busy cores carry 200 of them as planned."""
    scenario = one_type(tmp_path, "t3.own,x86_64,4,64,0.25").replace(mean_to_peak_share=0.1)
    found = fleets(scenario, CloudPlan(profile="campaign-spike"))
    assert found.server_capacity_rps[0, 0] == pytest.approx(200, rel=1e-6)


@pytest.mark.parametrize(
    ("row", "plan"),
    [
        ("t3.own,x86_64,4,64,0.25", CloudPlan("hourly")),
        ("t3.own,x86_64,4,64,0.25", CloudPlan(profile="flat")),
        ("m7i-flex.own,x86_64,4,64,0.25", CloudPlan()),
    ],
    ids=["servers that come and go", "a week without quiet hours", "a family that saves no credit"],
)
def test_what_has_no_credit_counts_with_its_sustained_share(row, plan, tmp_path):
    """50 req/s a server, as planned for one core."""
    found = fleets(one_type(tmp_path, row), plan)
    assert found.server_capacity_rps[0, 0] == pytest.approx(50, rel=1e-6)


@pytest.mark.parametrize("profile", ["consumer-evening", "office-hours", "campaign-spike"])
@pytest.mark.parametrize(("provider", "region"), [("aws", "us-east-1"), ("azure", "westeurope")])
def test_no_server_that_counts_on_credit_ever_runs_out_of_it(profile, provider, region):
    """Fleets with a spare server and without, each bucket filled and emptied hour by hour in plain Python."""
    scenario = tco.scenario("customer-api", provider=provider, region=region, peak_users=7_000)
    plan = CloudPlan(profile=profile)
    share = cloud.profile_of(scenario, plan).share
    cap_hours, cpu_ms = cloud.credit_cap_hours(scenario), tco.evaluate(scenario).request_cpu_ms
    checked = 0
    for spare in (0, 1):
        one = scenario.replace(spare_servers=spare)
        found = fleets(one, plan)
        types = found.catalogue
        for i, j in np.argwhere(found.on_credit)[::5]:
            cores = types.vcpu_count[i] * types.sustained_cpu_share[i] * types.core_speed_ratio[i]
            ratio = cloud.peak_rps(one, plan) * cpu_ms[j] / 1000 / (cores * found.peak_servers[i, j])
            left = week_of(one, plan, found, int(i), int(j)).credit_share * cap_hours[i]
            np.testing.assert_allclose(left, bucket_hours(share, ratio, cap_hours[i], weeks=3), atol=1e-9)
            assert left.min() > 0
            checked += 1
    assert checked > 10


def test_every_burstable_family_has_its_credits_and_no_other():
    """What sustains less than its vCPUs saves credit, but for the flex types; a misspelt family would go unnoticed."""
    a = load_assumptions()
    share = a.prices.columns["sustained_cpu_share"]
    names = [f"{p}/{f}" for p, f in zip(a.prices.columns["provider"], a.prices.families, strict=True)]
    burstable = {name for name, sustained in zip(names, share, strict=True) if sustained < 1}
    assert set(a.cpu_credits) == {name for name in burstable if not name.endswith("-flex")}


def test_a_limit_of_servers_shows_the_hours_that_are_overloaded(scenario):
    """Two servers at most: the hours above their capacity are counted."""
    plan = CloudPlan("hourly", values={"maximum_servers": 2})
    crowded = scenario.replace(peak_users=500_000)
    found = fleets(crowded, plan)
    shown = week_of(crowded, plan, found, 0, 1)
    assert shown.servers.max() == 2
    assert shown.overloaded_hours == int((shown.load_rps > 2 * found.server_capacity_rps[0, 1]).sum())
    assert shown.overloaded_hours > 0


def test_a_fleet_that_the_limit_keeps_too_small_is_not_the_cheapest(scenario):
    """With ten servers at most, only types are left of which ten carry the peak and none is missing."""
    plan = CloudPlan(values={"maximum_servers": 10})
    busy = scenario.replace(peak_users=100_000)
    found = fleets(busy, plan)
    for j, i in enumerate(found.best):
        assert found.peak_servers[i, j] <= 10
        assert found.peak_servers[i, j] * found.server_capacity_rps[i, j] >= cloud.peak_rps(busy, plan)


@pytest.mark.parametrize(
    ("choices", "parts"),
    [
        ({"scaling": "daily"}, ["scaling", "static", "'daily'"]),
        ({"terms": ("on_demand", "stolen")}, ["terms", "'stolen'"]),
        ({"terms": ("reserved_1y",)}, ["terms", "on_demand"]),
        ({"values": {"colour": 1}}, ["values", "'colour'"]),
        ({"values": {"maximum_servers": -1}}, ["maximum_servers", "-1"]),
        ({"month": 500}, ["month", "500"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_plan_that_makes_no_sense_is_refused(choices, parts):
    """The message names the field, the value and the rule."""
    with pytest.raises(InputError) as caught:
        CloudPlan(**choices)
    for part in parts:
        assert part in str(caught.value)


def test_an_unknown_profile_is_refused(scenario):
    """The message lists those that there are."""
    with pytest.raises(InputError, match="consumer-evening"):
        fleets(scenario, CloudPlan("hourly", "siesta"))


def test_many_scenarios_have_no_one_bill(scenario):
    """Arrays are refused in a sentence."""
    with pytest.raises(InputError, match="one scenario"):
        fleets(scenario.replace(peak_users=np.array([[1.0], [2.0]])), CloudPlan())


def test_types_of_ones_own_can_be_priced(scenario):
    """A catalogue in place of the region's, on demand only."""
    own = Catalogue(("own",), *(np.array([value]) for value in (4.0, 16.0, 1.0, 0.2, 1.0)))
    found = fleets(scenario, CloudPlan(), (own, {"on_demand": own.instance_usd_per_hour}))
    assert found.usd_per_hour.shape == (1, 3)
    assert np.isfinite(found.usd_per_hour).all()


def test_the_cheapest_fleets_of_a_thousand_random_scenarios_are_those_of_brute_force():
    """
    A fleet of every type of the region in plain Python, credits included, over all regions and profiles, with up to 500
    servers. What one server of a type carries is asked for apart: at its sustained share, and at full speed as long as
    the credits last.
    """
    generator = np.random.default_rng(seed=4)
    start = tco.scenario("customer-api", traffic_growth_share_per_month=0)
    prices, profiles = start.assumptions.prices, list(start.assumptions.cloud.profiles)
    places = [(provider, region) for provider, regions in prices.regions.items() for region in regions]
    servings = list(start.assumptions.servings)
    on_credit = 0
    for number in range(1_000):
        provider, region = places[number % len(places)]
        scenario = start.replace(
            provider=provider,
            region=region,
            servings=(servings[number % len(servings)],),
            peak_users=float(np.exp(generator.uniform(np.log(10), np.log(100_000)))),
            app_cpu_ms=float(generator.uniform(1, 60)),
            spare_servers=float(number % 3),
        )
        plan = CloudPlan(profile=profiles[number % len(profiles)])
        found = fleets(scenario, plan)
        types, load = found.catalogue, cloud.peak_rps(scenario, plan)
        beside = scenario.value("server_overhead_usd_per_month") / 730
        costs = []
        for carries, usd in zip(found.server_capacity_rps[:, 0], types.instance_usd_per_hour, strict=True):
            if carries * 500 > load:
                count = max(math.ceil(load / carries - 1e-9) + number % 3, int(scenario.value("minimum_servers")))
                costs.append(min(count, 500) * (usd + beside))
        assert found.usd_per_hour[found.best[0], 0] == pytest.approx(min(costs), rel=1e-9)

        # One type of each, burstable where the region has any.
        cap_hours = cloud.credit_cap_hours(scenario)
        i = int(generator.choice(np.flatnonzero(cap_hours) if cap_hours.any() else len(cap_hours)))
        share, speed = types.sustained_cpu_share[i], types.core_speed_ratio[i]
        size = ServerSize(types.vcpu_count[i], types.memory_gib[i], share, speed)
        carries = server_performance(scenario, *size).capacity_rps[0]
        if cap_hours[i]:
            full = server_performance(scenario, *size._replace(sustained_cpu_share=1.0)).capacity_rps[0]
            cores = size.vcpu_count * share * speed
            ratio = credit.burst_ratio(cloud.profile_of(scenario, plan).share, cap_hours[i])
            lasting = 0.6 * ratio * cores * 1000 / request_cpu_ms(scenario.shared, scenario.framework)[0]
            carries = np.fmax(carries, np.minimum(full, lasting))
            on_credit += found.on_credit[i, 0]
        assert found.server_capacity_rps[i, 0] == pytest.approx(carries, rel=1e-9, nan_ok=True)
    assert on_credit > 100
