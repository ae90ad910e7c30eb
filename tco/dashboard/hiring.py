"""The hiring page: who can be hired for each framework, at what pay, and when the team is whole."""

from tco import charts_people
from tco.dashboard import blocks, blocks_people
from tco.dashboard.controls import slider
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import State
from tco.evidence import load_evidence
from tco.scenarios import Scenario

SLIDERS = (
    *("team_people", "open_seats_share", "junior_share", "senior_share", "turnover_share_per_year"),
    *("team_growth_share_per_year", "open_to_move_share", "agency_hires_share"),
)


def hiring(start: Scenario | None = None) -> Page:
    """
    The hiring page.

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
    known = [
        slider(state, "team_knows_share", id_, label=f"Team members who know {framework.label}")
        for id_, framework in state.scenario.assumptions.frameworks.items()
    ]
    return Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(
                    blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls"
                ),
                blocks.side_by_side(
                    blocks.country_choice(state), *(slider(state, name) for name in SLIDERS), kind="tco-controls"
                ),
                blocks.side_by_side(*known, kind="tco-controls"),
                blocks.page_links(state, "hiring"),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(
                blocks.html_block(state, blocks.verdict_html, "tco-verdict"),
                blocks.html_block(state, blocks_people.hiring_html, "tco-table"),
            ),
            blocks.side_by_side(
                blocks.card(blocks.chart_block(state, lambda r: charts_people.staffing_chart(*r), "staffing")),
                blocks.card(blocks.chart_block(state, lambda r: charts_people.salary_chart(r.scenario), "salaries")),
                blocks.card(
                    blocks.chart_block(state, lambda r: charts_people.pool_chart(r.scenario, evidence), "pool")
                ),
                blocks.card(blocks.chart_block(state, lambda _: charts_people.coverage_chart(evidence), "coverage")),
            ),
            blocks.card(blocks.html_block(state, blocks_people.bands_html, "tco-table")),
            blocks_people.support_card(state, "H1", "H2", "H3"),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
        ],
    )
