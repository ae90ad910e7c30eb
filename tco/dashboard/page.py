"""A page as a widget for any notebook, which gives its scenario and its costs back as Python objects."""

from collections.abc import Sequence

import ipywidgets as widgets

from tco.dashboard.state import State
from tco.model import Costs
from tco.scenarios import Scenario


class Page(widgets.VBox):
    """
    A page. `state` says what it shows; `scenario` and `costs` are those of now, whatever has been moved.

    Parameters
    ----------
    state : State
        What the page shows.
    children : sequence of ipywidgets.Widget
        What shows it, from top to bottom.

    Examples
    --------
    >>> import tco, tco.dashboard
    >>> page = tco.dashboard.explorer(tco.scenario("internal-tool"))
    >>> page.state.change(peak_users=80)
    >>> page.scenario.value("peak_users"), page.costs.names
    (80.0, ('flask-threads', 'fastapi-async', 'django-threads'))
    """

    def __init__(self, state: State, children: Sequence[widgets.Widget]) -> None:
        super().__init__(children)
        self.state = state
        self.add_class("tco-page")

    @property
    def scenario(self) -> Scenario:
        """The scenario that the page shows; for the compare page, the first."""
        return self.state.scenario

    @property
    def costs(self) -> Costs:
        """Its costs."""
        return self.state.costs
