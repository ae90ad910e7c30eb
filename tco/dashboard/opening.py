"""Opening: a page for whoever comes, made before anybody comes where its kernel was started ahead."""

from collections.abc import Callable
from importlib import import_module
from typing import TypeVar

import ipywidgets as widgets

from tco.assumptions import forget_changed_tables
from tco.dashboard.addresses import linked, query
from tco.dashboard.heated import is_started_ahead, wait_for_viewer
from tco.dashboard.state import State, local_date
from tco.scenarios import Scenario

AnyState = TypeVar("AnyState", bound=State)
AnyPage = TypeVar("AnyPage", bound=widgets.Widget)


def opened(start: Scenario | None, kind: type[AnyState], build: Callable[[AnyState], AnyPage]) -> AnyPage:
    """
    A page that is being opened: of the scenario given, else of its address, else of the usual scenario.

    The address is that of the viewer, also in a kernel that was started ahead of one. There the page of the usual
    scenario is made, and then this waits for the viewer, who gets it at once, unless an address, a table or the day has
    come that it was not made for.

    Parameters
    ----------
    start : Scenario or None
        The scenario, where code asks for the page.
    kind : type
        What holds the state of such a page.
    build : callable
        Makes the page of a state.

    Returns
    -------
    page : ipywidgets.Widget
        What `build` gave.
    """
    if start is not None:
        return build(kind(start))
    if is_started_ahead():
        made: list[widgets.Widget] = []
        widgets.Widget.on_widget_constructed(made.append)
        state = kind()
        page = build(state)
        widgets.Widget.on_widget_constructed(None)
        import_module("scipy.stats")  # of the draws, which are made once the page is shown
        wait_for_viewer()
        if not (forget_changed_tables() or query() or state.today != local_date()):
            return page
        # Browsers fetch all widgets of a kernel.
        for widget in made:
            widget.close()
    return build(linked(kind))
