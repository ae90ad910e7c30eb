"""Opening: a page for whoever comes, made before anybody comes where its kernel was started ahead."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ipywidgets as widgets

from tco.assumptions import table_files
from tco.dashboard.addresses import AnyState, linked, query
from tco.dashboard.heated import nobody_has_come, wait_for_viewer
from tco.dashboard.page import Page
from tco.dashboard.state import local_date
from tco.scenarios import Scenario
from tco.tables import forget_tables


def opened(start: Scenario | None, kind: type[AnyState], build: Callable[[AnyState], Page]) -> Page:
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
    page : Page
        What `build` gave.
    """
    if start is not None:
        return build(kind(start))
    if nobody_has_come():
        files = table_files()
        page = None
        with _noted_widgets() as made:
            try:
                page = build(kind())
            except Exception:
                # Whoever comes may come with another scenario, or find the tables mended.
                logging.getLogger(__name__).exception("no page could be made ahead")
        wait_for_viewer()
        if table_files() != files:
            forget_tables()
        elif page is not None and not query() and page.state.today == local_date():
            return page
        # Browsers fetch all widgets of a kernel.
        for widget in made:
            widget.close()
    return build(linked(kind))


@contextmanager
def _noted_widgets() -> Iterator[list[widgets.Widget]]:
    """The widgets that are made meanwhile."""
    made: list[widgets.Widget] = []
    widgets.Widget.on_widget_constructed(made.append)
    try:
        yield made
    finally:
        widgets.Widget.on_widget_constructed(None)
