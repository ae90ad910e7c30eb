"""The explorer page: every input of the model on a control, every component in a table and a picture."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import ipywidgets as widgets

from tco import charts
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES
from tco.dashboard import blocks
from tco.dashboard.controls import choice, scenario_upload, slider
from tco.dashboard.downloads import Downloads
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import State
from tco.pricing import PURCHASES
from tco.scenarios import Scenario
from tco.tables import Assumption
from tco.wording import PROVIDER_LABELS, PURCHASE_LABELS


def explorer(start: Scenario | None = None) -> Page:
    """
    The explorer page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with, and goes back to on reset; by default that of its address, or the customer-facing API.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario and its costs.
    """
    return opened(start, State, _page)


def _page(state: State) -> Page:
    return Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(
                    blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls"
                ),
                blocks.side_by_side(*_actions(state), Downloads(state), kind="tco-actions"),
                blocks.page_links(state, "explorer"),
            ),
            blocks.card(
                blocks.html_block(state, lambda r: blocks.verdict_html(r) + blocks.price_age_html(state), "tco-verdict")
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(input_panel(state)),
            blocks.card(blocks.html_block(state, blocks.component_html, "tco-table")),
            blocks.side_by_side(
                blocks.card(blocks.chart_block(state, lambda r: charts.component_chart(*r), "components")),
                blocks.card(blocks.chart_block(state, lambda r: charts.server_chart(*r), "servers")),
                blocks.card(blocks.chart_block(state, lambda r: charts.cash_flow_chart(*r), "cash-flow")),
                blocks.card(blocks.chart_block(state, lambda r: charts.launch_chart(*r), "launch")),
            ),
            blocks.claims_card(state),
        ],
    )


def input_panel(state: State) -> widgets.Widget:
    """
    All inputs, a group at a time: a group's controls are made when it is first opened.

    Parameters
    ----------
    state : State
        What the controls show and change.

    Returns
    -------
    panel : ipywidgets.Widget
        Buttons for the groups and the controls of the chosen one.
    """
    groups = input_groups(state)
    made: dict[str, widgets.Widget] = {}
    panel = widgets.VBox()
    buttons = widgets.ToggleButtons(options=list(groups), description="Inputs")
    buttons.add_class("tco-groups")

    def open_group(_change: object = None) -> None:
        if buttons.value not in made:
            made[buttons.value] = blocks.side_by_side(*groups[buttons.value](), kind="tco-controls")
        panel.children = [made[buttons.value]]

    buttons.observe(open_group, "value")
    open_group()
    return widgets.VBox([blocks.side_by_side(buttons, kind="tco-controls"), panel])


def input_groups(state: State) -> dict[str, Callable[[], list[widgets.Widget]]]:
    """
    What makes the controls of each group of inputs.

    Parameters
    ----------
    state : State
        What the controls show and change.

    Returns
    -------
    groups : dict
        By the group's name, in the order of the tables.
    """
    a = state.scenario.assumptions
    names: dict[str, list[str]] = {}
    for name in SHARED_NAMES:
        names.setdefault(state.scenario.row(name).group, []).append(name)
    groups: dict[str, Callable[[], list[widgets.Widget]]] = {
        group: partial(_shared_controls, state, group, members) for group, members in names.items()
    }
    for id_, framework in a.frameworks.items():
        groups[framework.label] = partial(_controls_of, state, id_, a.framework_rows[id_])
    for id_, serving in a.servings.items():
        groups[serving.label] = partial(_controls_of, state, id_, a.serving_rows[id_])
    return groups


def _shared_controls(state: State, group: str, names: Iterable[str]) -> list[widgets.Widget]:
    choices = {"Servers": _server_choices, "Team": _team_choices}.get(group)
    return [*(choices(state) if choices else ()), *(slider(state, name) for name in names)]


def _controls_of(state: State, place: str, rows: Mapping[str, Assumption]) -> list[widgets.Widget]:
    """Controls for a framework or a way of serving."""
    return [slider(state, name, place) for name in FRAMEWORK_NAMES if name in rows]


def _team_choices(state: State) -> list[widgets.Widget]:
    return [blocks.country_choice(state)]


def _server_choices(state: State) -> list[widgets.Widget]:
    a = state.scenario.assumptions
    regions = a.prices.regions

    def providers() -> list[tuple[str, str]]:
        return [(PROVIDER_LABELS.get(name, name), name) for name in regions]

    def regions_now() -> list[tuple[str, str]]:
        return [(name, name) for name in regions[state.scenario.provider]]

    def purchases() -> list[tuple[str, str]]:
        return [(PURCHASE_LABELS[name], name) for name in PURCHASES]

    return [
        choice(state, "provider", "Provider", providers),
        choice(state, "region", "Region", regions_now),
        choice(state, "purchase", "Purchase", purchases),
        blocks.servings_choice(state),
    ]


def _actions(state: State) -> list[widgets.Widget]:
    """Reset, save and load."""
    reset = widgets.Button(description="Reset", tooltip="Back to the scenario of the start")
    reset.on_click(lambda _button: state.reset())
    reset.add_class("tco-reset")
    return [reset, blocks.html_block(state, blocks.save_link_html, "tco-save-link"), scenario_upload(state, state.load)]
