"""State: the scenario that a page shows, with its costs. Knows nothing of widgets."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

import traitlets

from tco.assumptions import data_directory, load_assumptions
from tco.inputs import InputError
from tco.model import Costs
from tco.scenarios import Scenario, evaluate, parse_scenario
from tco.staleness import aged
from tco.tables import TableError, decoded


class Result(NamedTuple):
    """A scenario and what it costs."""

    scenario: Scenario
    costs: Costs


def local_date() -> date:
    """
    The day where this machine is.
    """
    return datetime.now().astimezone().date()


class State(traitlets.HasTraits):
    """
    The last good result, and what was wrong with the last change that was refused.

    Parameters
    ----------
    scenario : Scenario, optional
        What the page starts with, and goes back to on `reset`; the customer-facing API by default. Where the user's own
        tables cannot be used, `error` says why and the ones that come with the library are in force.
    today : date, optional
        The day on which stale figures are marked; this machine's by default.
    """

    # One trait, so that an observer never sees a scenario with the costs of another.
    result = traitlets.Instance(Result)
    error = traitlets.Unicode()
    # Names of traits that the address carries and no costs depend on.
    view_traits: ClassVar[tuple[str, ...]] = ()

    def __init__(self, scenario: Scenario | None = None, *, today: date | None = None) -> None:
        error = ""
        today = local_date() if today is None else today
        if scenario is None:
            try:
                scenario = Scenario(assumptions=aged(load_assumptions(), today))
            except (InputError, TableError) as refusal:
                error = f"{refusal}; the tables that come with tco are used instead"
                scenario = Scenario(assumptions=aged(load_assumptions(data_directory()), today))
        super().__init__(result=Result(scenario, evaluate(scenario)), error=error)
        self._start = scenario
        # What a viewer should know about the scenario of the start, without anything being wrong.
        self.notice = ""
        self.today = today

    @property
    def scenario(self) -> Scenario:
        """The scenario in force."""
        return self.result.scenario

    @property
    def costs(self) -> Costs:
        """Its costs."""
        return self.result.costs

    def change(self, **changes: Any) -> None:
        """
        Change the scenario as `Scenario.replace` does; a change that is refused leaves it as it is.

        Choosing another preset takes everything that presets describe from the new one.
        """
        preset = changes.pop("preset", self.scenario.preset)
        try:
            scenario = self.scenario if preset == self.scenario.preset else self.scenario.replace_preset(preset)
            self._show(scenario.replace(**changes))
        except (InputError, TableError) as error:
            self._refuse(f"Not changed: {error}")

    def load(self, content: bytes, name: str) -> None:
        """
        Take the scenario from the content of a file; one that is refused leaves all as it is.
        """
        try:
            self._show(parse_scenario(decoded(content, name), name, self.scenario.assumptions))
        except (InputError, TableError) as error:
            self._refuse(f"Not loaded: {error}")

    def view_items(self) -> dict[str, str]:
        """
        What the page shows that is no part of the scenario, by name, as its address carries it; nothing by default.
        """
        return {}

    def restore_view(self, items: Mapping[str, str]) -> None:
        """
        Show what `view_items` once gave, or what a stranger made of it; what is refused leaves all as it is.
        """

    def reset(self) -> None:
        """
        Go back to the scenario of the start.
        """
        self._show(self._start)

    def _refuse(self, reason: str) -> None:
        # A control that is refused twice for the same reason has to go back twice.
        self.error = ""
        self.error = reason

    def _show(self, scenario: Scenario) -> None:
        result = Result(scenario, evaluate(scenario))
        self.error = ""
        self.result = result
