"""The executive page: the decision on a card, the inputs that move it, the money in pictures."""

from tco import charts
from tco.dashboard import blocks
from tco.dashboard.controls import slider
from tco.dashboard.decision_card import decision_card
from tco.dashboard.downloads import Downloads
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import State
from tco.scenarios import Scenario

SLIDERS = ("peak_users", "team_people", "html_share", "horizon_months")


def executive(start: Scenario | None = None) -> Page:
    """
    The executive page.

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
    choices = blocks.side_by_side(blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls")
    sliders = blocks.side_by_side(
        *(slider(state, name) for name in SLIDERS), blocks.country_choice(state), kind="tco-controls"
    )
    return Page(
        state,
        [
            blocks.notice(state),
            decision_card(state),
            blocks.error_note(state),
            blocks.card(choices, sliders),
            blocks.side_by_side(
                blocks.card(blocks.chart_block(state, lambda r: charts.component_chart(*r), "components")),
                blocks.card(blocks.sweep_chart_block(state, "peak_users")),
                blocks.card(blocks.sweep_chart_block(state, "team_people")),
                blocks.card(blocks.chart_block(state, lambda r: charts.launch_chart(*r), "launch")),
            ),
            blocks.claims_card(state),
            blocks.side_by_side(
                Downloads(state), blocks.html_block(state, blocks.save_link_html, "tco-save-link"), kind="tco-actions"
            ),
            blocks.page_links(state, "executive"),
        ],
    )
