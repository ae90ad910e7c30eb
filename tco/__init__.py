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
    from tco.decision import break_even, costs_along, verdict
    from tco.differences import Comparison, Difference, compare, difference
    from tco.draws import Correlation, Prior, Range, draw
    from tco.export import cash_flow_frame, cost_frame
    from tco.flips import what_flips, winner_map
    from tco.information import worth_knowing
    from tco.inputs import InputError
    from tco.model import Costs
    from tco.performance import ServerPerformance, server_performance
    from tco.portfolio import sweep
    from tco.report import report_bytes, write_report
    from tco.scenarios import Scenario, ScenarioError, evaluate, read_scenario, scenario
    from tco.sensitivity import tornado, what_matters
    from tco.single_question import judge_single_question
    from tco.tables import TableError
    from tco.uncertainty import how_sure

# Where each public name lives. Its module is imported when it is first used, so that a program which only wants a
# formula does not wait for the tables' schema library.
_HOMES = {
    "Comparison": "differences",
    "Correlation": "draws",
    "Costs": "model",
    "Difference": "differences",
    "InputError": "inputs",
    "Prior": "draws",
    "Range": "draws",
    "Scenario": "scenarios",
    "ScenarioError": "scenarios",
    "ServerPerformance": "performance",
    "TableError": "tables",
    "break_even": "decision",
    "cash_flow_frame": "export",
    "compare": "differences",
    "cost_frame": "export",
    "costs_along": "decision",
    "difference": "differences",
    "draw": "draws",
    "evaluate": "scenarios",
    "how_sure": "uncertainty",
    "judge_single_question": "single_question",
    "read_scenario": "scenarios",
    "report_bytes": "report",
    "scenario": "scenarios",
    "server_performance": "performance",
    "sweep": "portfolio",
    "tornado": "sensitivity",
    "verdict": "decision",
    "what_flips": "flips",
    "what_matters": "sensitivity",
    "winner_map": "flips",
    "worth_knowing": "information",
    "write_report": "report",
}

__all__ = [
    "Comparison",
    "Correlation",
    "Costs",
    "Difference",
    "InputError",
    "Prior",
    "Range",
    "Scenario",
    "ScenarioError",
    "ServerPerformance",
    "TableError",
    "break_even",
    "cash_flow_frame",
    "compare",
    "cost_frame",
    "costs_along",
    "difference",
    "draw",
    "evaluate",
    "how_sure",
    "judge_single_question",
    "read_scenario",
    "report_bytes",
    "scenario",
    "server_performance",
    "sweep",
    "tornado",
    "verdict",
    "what_flips",
    "what_matters",
    "winner_map",
    "worth_knowing",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tco' has no attribute {name!r}")
    value = getattr(import_module(f"tco.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
