"""Components as CSV, safe to open in a spreadsheet."""

import csv
import io

from tco.model import COMPONENTS, Costs
from tco.scenarios import Scenario
from tco.tables import FORMULA_SIGNS
from tco.wording import COMPONENT_LABELS


def components_csv(scenario: Scenario, costs: Costs) -> str:
    """
    What each way of serving costs, one row for each component.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    text : str
        CSV with the columns `serving`, `label`, `component`, `component_label`, `usd`, which is a present value.

    Examples
    --------
    >>> import tco
    >>> chosen = tco.scenario("internal-tool")
    >>> components_csv(chosen, tco.evaluate(chosen)).splitlines()[1]
    'flask-threads,"Flask, threads",build,Building,59938.23'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["serving", "label", "component", "component_label", "usd"])
    for i, name in enumerate(costs.names):
        label = scenario.assumptions.servings[name].label
        for part in COMPONENTS:
            usd = f"{costs.component_usd[part][i]:.2f}"
            writer.writerow([harmless(name), harmless(label), part, COMPONENT_LABELS[part], usd])
    return text.getvalue()


def harmless(text: str) -> str:
    """
    Text that no spreadsheet takes for a formula.

    Parameters
    ----------
    text : str
        Text that a user may have written.

    Returns
    -------
    text : str
        The same on one line, with an apostrophe in front where it begins like a formula.

    Examples
    --------
    >>> harmless("=cmd|' /C calc'!A0"), harmless("Flask")
    ("'=cmd|' /C calc'!A0", 'Flask')
    """
    text = " ".join(text.split())  # a tab or a line break before the sign would hide it
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
