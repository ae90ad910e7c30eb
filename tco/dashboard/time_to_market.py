"""The time-to-market page: what there is to build, when it is ready, and what a later launch or a wrong pick costs."""

import ipywidgets as widgets

from tco import charts_people
from tco.dashboard import blocks, blocks_people
from tco.dashboard.controls import slider
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import State
from tco.evidence import load_evidence
from tco.scenarios import Scenario

SLIDERS = (
    *("interface_count", "html_share", "forms_per_page_count", "team_people", "open_seats_share"),
    *("pairwise_overhead_share", "gross_margin_usd_per_month", "adoption_months"),
)
RISKS = ("outgrow_probability_share", "outgrow_ratio", "kind_turn_probability_share", "kind_turn_share")
SCOPES = tuple(
    f"{name}_scope"
    for name in (
        *("validation", "api_docs", "login", "admin", "uploads", "payments", "websockets", "background_jobs"),
        "model_inference",
    )
)


def time_to_market(start: Scenario | None = None) -> Page:
    """
    The time-to-market page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with; by default that of its address, or the customer-facing API.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario and its costs.
    """
    return opened(start, State, _page)


def _page(state: State) -> Page:
    evidence = load_evidence()

    def sliders(names: tuple[str, ...]) -> widgets.Box:
        return blocks.side_by_side(*(slider(state, name) for name in names), kind="tco-controls")

    return Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(
                    blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls"
                ),
                sliders(SLIDERS),
                sliders(SCOPES),
                blocks.page_links(state, "time_to_market"),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(
                blocks.html_block(state, blocks.verdict_html, "tco-verdict"),
                blocks.html_block(state, blocks.totals_html, "tco-table"),
            ),
            blocks.side_by_side(
                blocks.card(blocks.chart_block(state, lambda r: charts_people.timeline_chart(*r), "timeline")),
                blocks.card(
                    blocks.chart_block(state, lambda r: charts_people.team_size_chart(r.scenario), "team-size")
                ),
                blocks.card(blocks.chart_block(state, lambda r: charts_people.delay_chart(*r), "delay")),
                blocks.card(
                    widgets.HTML("<h2>The wrong pick: what is lost against the right one</h2>"),
                    sliders(RISKS),
                    blocks.html_block(state, blocks_people.regret_html, "tco-table"),
                ),
            ),
            blocks.card(
                widgets.HTML("<h2>Person-days of each capability</h2>"),
                blocks.html_block(state, blocks_people.effort_html, "tco-table"),
            ),
            blocks.card(
                widgets.HTML("<h2>What was observed</h2>"),
                blocks.html_block(state, lambda _: blocks_people.observations_html(evidence), "tco-table"),
            ),
            blocks_people.support_card(state, "T1", "T2", "T3", "R1", "R2"),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
        ],
    )
