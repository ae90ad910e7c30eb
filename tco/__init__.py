"""
What a Python web framework costs over the years, how sure that is, and what would flip it.

Examples
--------
>>> import tco
>>> scenario = tco.scenario("customer-api", peak_users=20_000, country="Germany")
>>> costs = tco.evaluate(scenario)
>>> costs.names
('flask-threads', 'fastapi-async', 'django-threads')
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tco.decision import break_even, sweep, verdict
    from tco.export import cash_flow_frame, cost_frame
    from tco.inputs import InputError
    from tco.model import Costs
    from tco.performance import ServerPerformance, server_performance
    from tco.scenarios import Scenario, ScenarioError, evaluate, read_scenario, scenario
    from tco.tables import TableError

# Where each public name lives. Its module is imported when it is first used, so that a program which only wants a
# formula does not wait for the tables' schema library.
_HOMES = {
    "Costs": "model",
    "InputError": "inputs",
    "Scenario": "scenarios",
    "ScenarioError": "scenarios",
    "ServerPerformance": "performance",
    "TableError": "tables",
    "break_even": "decision",
    "cash_flow_frame": "export",
    "cost_frame": "export",
    "evaluate": "scenarios",
    "read_scenario": "scenarios",
    "scenario": "scenarios",
    "server_performance": "performance",
    "sweep": "decision",
    "verdict": "decision",
}

__all__ = [
    "Costs",
    "InputError",
    "Scenario",
    "ScenarioError",
    "ServerPerformance",
    "TableError",
    "break_even",
    "cash_flow_frame",
    "cost_frame",
    "evaluate",
    "read_scenario",
    "scenario",
    "server_performance",
    "sweep",
    "verdict",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tco' has no attribute {name!r}")
    value = getattr(import_module(f"tco.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
