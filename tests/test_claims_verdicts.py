"""The guide's claims: each has a row and a figure, and its three verdicts come out of its own numbers."""

import pytest

import tco
from tco.assumptions import load_assumptions
from tco.claims import FIGURES, claim_views
from tco.decision import verdict

CLAIMS = ("S1", "S2", "S3", "S4", "T1", "T2", "T3", "U1", "U2", "U3", "H1", "H2", "H3", "R1", "R2", "C1", "C2")
COUNTRIES = tuple(load_assumptions().countries)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize(
    ("preset", "best"),
    [("internal-tool", "flask-sync"), ("customer-api", "fastapi-async"), ("ml-product", "fastapi-async")],
)
def test_the_guides_verdicts_come_out_of_its_view(preset, best, country):
    """U1: an internal tool of pages is cheaper on Flask; U2, U3: a customer's API and an AI product on FastAPI."""
    scenario = tco.scenario(preset, assumption_set="article", country=country)
    assert scenario.servings == ("flask-sync", "fastapi-async")
    costs = tco.evaluate(scenario)
    assert verdict(scenario, costs).best == best
    other = next(name for name in scenario.servings if name != best)
    assert costs.of(best) < costs.of(other)


@pytest.mark.parametrize(("provider", "region"), [("azure", "westeurope"), ("gcp", "us-central1")])
@pytest.mark.parametrize(
    ("preset", "best"),
    [("internal-tool", "flask-sync"), ("customer-api", "fastapi-async"), ("ml-product", "fastapi-async")],
)
def test_the_guides_verdicts_hold_with_other_providers(preset, best, provider, region):
    """They do not hang on the price list of one provider."""
    scenario = tco.scenario(preset, assumption_set="article", provider=provider, region=region)
    assert verdict(scenario).best == best


def test_every_claim_has_a_row():
    """S1 to C2, each once, in the order of the guide's subjects."""
    assert tuple(load_assumptions().claims) == CLAIMS


def test_the_guides_view_carries_no_claim_of_its_own():
    """Each row of the guide's view belongs to one of its claims."""
    a = load_assumptions()
    assert {row.claim for row in a.article.values()} <= set(CLAIMS)


@pytest.mark.parametrize("preset", ["internal-tool", "customer-api", "ml-product"])
def test_every_claim_has_a_figure_in_both_views(preset):
    """Each claim is told in numbers under the guide's assumptions and under the measured ones, for every product."""
    views = claim_views(tco.scenario(preset))
    assert tuple(view.claim for view in views) == CLAIMS == tuple(FIGURES)
    for view in views:
        for figure in (view.article, view.measured):
            assert any(letter.isdigit() for letter in figure), view.claim
            assert "nan" not in figure


def figure_of(claim, assumption_set, preset="customer-api"):
    view = next(view for view in claim_views(tco.scenario(preset)) if view.claim == claim)
    return getattr(view, assumption_set)


def test_s1_a_sync_worker_lets_the_tenth_caller_wait():
    """The guide's view: one request of 2 s at a time is 0.5 req/s, and the tenth of ten callers waits 10 x 2 = 20 s."""
    assert figure_of("S1", "article") == "0.5 req/s a worker; the 10th of 10 callers waits 20 s"


def test_s1_thirty_two_threads_serve_ten_callers_at_once():
    """Measured set: 32 threads / 2 s = 16 req/s, and the tenth caller is done after one request of 2 s."""
    assert tco.scenario("customer-api").value("slots_per_worker_count", "flask-threads") == 32
    assert figure_of("S1", "measured") == "16 req/s a worker; the 10th of 10 callers waits 2 s"


def test_s4_the_customer_case_peaks_at_ten_thousand_people():
    """The guide's 10,000 people at the same time are the default peak of the customer-facing case."""
    assert tco.scenario("customer-api").value("peak_users") == 10_000
    assert tco.scenario("customer-api", assumption_set="article").value("peak_users") == 10_000


def test_u1_is_a_tool_of_pages_for_fifty_employees():
    """Fifty people, mostly pages with forms, a junior in the team."""
    tool = tco.scenario("internal-tool")
    assert tool.value("peak_users") == 50
    assert tool.value("html_share") > 0.5
    assert tool.value("forms_per_page_count") >= 1
    assert tool.value("junior_share") > 0


@pytest.mark.parametrize("preset", ["customer-api", "ml-product"])
def test_u2_and_u3_send_data_only(preset):
    """JSON only: no pages."""
    assert tco.scenario(preset).value("html_share") == 0


def test_u3_flask_reloads_the_model_in_the_guides_view_only():
    """Reload per request is an option of the guide's view, and off in ours, since both can load once."""
    article = tco.scenario("ml-product", assumption_set="article")
    assert article.value("model_reload_share", "flask-sync") == 1
    assert article.value("model_reload_share", "fastapi-async") == 0
    measured = tco.scenario("ml-product")
    assert {measured.value("model_reload_share", name) for name in measured.assumptions.servings} == {0}


def test_h1_a_junior_learns_flask_in_a_week():
    """One week in the guide's view, at standard pay."""
    article = tco.scenario("customer-api", assumption_set="article")
    assert article.value("ramp_up_weeks", "flask") == 1
    assert article.value("salary_ratio", "flask") == 1


def test_h2_fastapi_people_are_scarcer_dearer_and_more_productive_in_the_guides_view():
    """Each word of the claim is a number on the side that the guide says."""
    article = tco.scenario("customer-api", assumption_set="article")
    assert article.value("pool_share", "fastapi") < article.value("pool_share", "flask")
    assert article.value("salary_ratio", "fastapi") > 1
    assert article.value("productivity_ratio", "fastapi") > 1
    assert article.value("junior_excluded_share", "fastapi") > 0


def test_t3_json_launches_sooner_on_fastapi_and_pages_sooner_on_flask_in_the_guides_view():
    """The html share flips who launches first."""
    article = tco.scenario("customer-api", assumption_set="article", forms_per_page_count=1)
    flask, fastapi = tco.evaluate(article.replace(html_share=0)).launch_months
    assert fastapi < flask
    flask, fastapi = tco.evaluate(article.replace(html_share=1)).launch_months
    assert flask < fastapi


def test_s3_high_traffic_saves_cloud_cost_in_the_guides_view():
    """At the customer case's peak FastAPI's cloud bill is the lower one, by hundreds of dollars a month at least."""
    costs = tco.evaluate(tco.scenario("customer-api", assumption_set="article"))
    flask, fastapi = costs.busiest_cloud_usd_per_month
    assert flask - fastapi >= 100
