"""The single question: how good the guide's one rule is, pages with Flask and data with FastAPI."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from tco.claims import side_of
from tco.draws import Prior, Range, drawn_values
from tco.scenarios import Scenario
from tco.uncertainty import DRAWS, how_sure

# Above this share of pages the product is one of pages.
HALF: Final = 0.5

# What differs from product to product, and how it is drawn over the whole range of its row.
PRODUCTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "html_share": "uniform",
        "peak_users": "lognormal",
        "interface_count": "lognormal",
        "forms_per_page_count": "triangular",
        "team_people": "lognormal",
    }
)


class SingleQuestion(NamedTuple):
    """
    How often the rule agrees with the full model, and what following it costs where it does not.

    `agreement_share` counts all cases, `harmless_share` those too where the difference does not matter, and
    `constant_share` those that the better one of two fixed answers would get right without any question. The costs are
    the mean over all cases, and the median and the 95th percentile where rule and model disagree. [USD]
    """

    cases: int
    agreement_share: float
    agreement_error_share: float
    harmless_share: float
    constant_share: float
    mean_cost_usd: float
    median_cost_where_wrong_usd: float
    p95_cost_where_wrong_usd: float


def judge_single_question(
    scenario: Scenario, n: int = DRAWS, *, seed: int = 1, known: Iterable[str] = ()
) -> SingleQuestion:
    """
    The guide's one question against the full model, over products of all kinds.

    Parameters
    ----------
    scenario : Scenario
        One scenario: what does not differ from product to product.
    n : int
        Number of cases.
    seed : int
        Start of the random numbers.
    known : iterable of str
        Keys of inputs that are known exactly.

    Returns
    -------
    found : SingleQuestion
        Cases in which one of the two cannot be had are left out.

    Raises
    ------
    ScenarioError
        If the tables lack Flask or FastAPI.

    Examples
    --------
    >>> import tco
    >>> found = judge_single_question(tco.scenario("customer-api"), 512)
    >>> found.agreement_share <= found.harmless_share <= 1
    True
    """
    pair = side_of(scenario, scenario.assumption_set).scenario
    products = {name: _product_range(pair, name) for name in PRODUCTS}
    found = how_sure(Prior(pair, ranges=products, known=known), n, seed=seed)
    pages = drawn_values(found.prior, n, seed=seed)["html_share"][found.compared] > HALF
    flask_usd, fastapi_usd = found.compared_usd.T
    cost_usd = np.where(pages, flask_usd, fastapi_usd) - np.minimum(flask_usd, fastapi_usd)
    wrong = cost_usd > 0
    cases = len(cost_usd)
    agreement = 1.0 - float(wrong.mean()) if cases else np.nan
    material_usd = pair.value("materiality_share") * np.minimum(flask_usd, fastapi_usd)
    flask_better = float((flask_usd < fastapi_usd).mean()) if cases else np.nan
    median_usd, p95_usd = np.quantile(cost_usd[wrong], [0.5, 0.95]).tolist() if wrong.any() else (0.0, 0.0)
    return SingleQuestion(
        cases=cases,
        agreement_share=agreement,
        agreement_error_share=float(np.sqrt(agreement * (1.0 - agreement) / max(cases, 1))),
        harmless_share=float((cost_usd < np.maximum(material_usd, np.nextafter(0, 1))).mean()) if cases else np.nan,
        constant_share=max(flask_better, 1.0 - flask_better),
        mean_cost_usd=float(cost_usd.mean()) if cases else np.nan,
        median_cost_where_wrong_usd=median_usd,
        p95_cost_where_wrong_usd=p95_usd,
    )


def _product_range(scenario: Scenario, name: str) -> Range:
    row = scenario.row(name)
    return Range(row.low, row.value, row.high, PRODUCTS[name])
