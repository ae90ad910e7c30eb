"""Price state: what the prices page shows beside the scenario. Knows nothing of widgets."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from tco.arrays import Array
from tco.cloud import CloudPlan
from tco.dashboard.state import Result, State
from tco.hosting import Bill
from tco.inputs import InputError, shown
from tco.scenarios import Scenario
from tco.services import NAMES

# How an address says what is shown; values of `data/cloud.csv` are numbers.
_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "serving": str,
    "scaling": str,
    "profile": str,
    "terms": lambda text: tuple(text.split()),
    "month": int,
    **dict.fromkeys(NAMES, float),
}


class PriceState(State):
    """
    A page's state with how servers are run and bought, which of the ways of serving is shown, and which types.

    Parameters
    ----------
    scenario
        As for `State`.
    """

    def __init__(self, scenario: Scenario | None = None) -> None:
        super().__init__(scenario)
        self.plan = CloudPlan()
        self.serving = self.scenario.servings[0]
        self.architecture = self.family = ""
        self.least_vcpus = 0.0
        # The column that the table of fleets is sorted by, and whether it falls.
        self.order = ("usd_per_month", False)
        self.swept: tuple[Result, tuple[Array, list[dict[str, Bill]]]] | None = None

    @property
    def serving_index(self) -> int:
        """Where the way of serving that is shown stands; the first one where it is none of the scenario's."""
        servings = self.scenario.servings
        return servings.index(self.serving) if self.serving in servings else 0

    def view_items(self) -> dict[str, str]:
        """
        The plan and the way of serving, where they are not the usual ones.
        """
        plan, usual = self.plan, CloudPlan()
        parts: dict[str, object] = {
            name: getattr(plan, name)
            for name in ("scaling", "profile", "month")
            if getattr(plan, name) != getattr(usual, name)
        }
        if plan.terms != usual.terms:
            parts["terms"] = " ".join(plan.terms)
        if self.serving_index:
            parts["serving"] = self.serving
        return {name: str(value) for name, value in (parts | dict(plan.values)).items()}

    def restore_view(self, items: Mapping[str, str]) -> None:
        """
        Take plan and way of serving from an address; names that are none of theirs are somebody else's.
        """
        changes = {}
        for name, text in items.items():
            try:
                if name in _READ:
                    changes[name] = _READ[name](text)
            except ValueError:
                self._refuse(f"Not changed: {name} must be a number; got {shown(text)}")
                return
        serving = changes.get("serving", self.serving)
        if serving not in self.scenario.servings:
            self._refuse(
                f"Not changed: serving must be one of {', '.join(self.scenario.servings)}; got {shown(serving)}"
            )
            return
        if changes:
            self.view(**changes)

    def view(self, **changes: Any) -> None:
        """Change what is shown; a plan that makes no sense leaves all as it is."""
        try:
            plan = {name: changes.pop(name) for name in ("scaling", "profile", "terms", "month") if name in changes}
            values = {name: changes.pop(name) for name in NAMES if name in changes}
            self.plan = replace(self.plan, **plan, values={**self.plan.values, **values})
        except InputError as error:
            self._refuse(f"Not changed: {error}")
            return
        for name, value in changes.items():
            setattr(self, name, value)
        self._show(self.scenario)
