"""Provenance: every input of a scenario with the value in force, its range, and where that value comes from."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from tco.keys import input_keys, label_of
from tco.scenarios import Scenario
from tco.tables import Source

OWN: Final = "yours"
PRESET: Final = "preset"


class Stated(NamedTuple):
    """An input as a report states it; `source` is an id of the table of sources, or says that the value is yours."""

    key: str
    name: str
    group: str
    label: str
    unit: str
    low: float
    value: float
    high: float
    source: str
    evidence: str
    note: str


def stated_inputs(scenario: Scenario) -> tuple[Stated, ...]:
    """
    Every input that the costs of a scenario depend on.

    Parameters
    ----------
    scenario : Scenario
        One scenario.

    Returns
    -------
    inputs : tuple of Stated
        The value in force with its source: your own, the preset's, the guide's, or the row's of the tables.

    Examples
    --------
    >>> import tco
    >>> found = {one.key: one for one in stated_inputs(tco.scenario("customer-api", wait_ms=20))}
    >>> found["wait_ms"].source, found["peak_users"].source, found["loaded_cost_ratio"].evidence
    ('yours', 'preset', 'sourced')
    """
    return tuple(_stated(scenario, key) for key in input_keys(scenario))


def _stated(scenario: Scenario, key: str) -> Stated:
    name, _, place = key.partition(".")
    row = scenario.row(name, place)
    source, evidence, note = _origin(scenario, name, place)
    group = scenario.assumptions.servings[place].label if place in scenario.assumptions.servings else row.group
    label = label_of(scenario, key)
    return Stated(
        key, name, group, label, row.unit, row.low, scenario.value(name, place), row.high, source, evidence, note
    )


def _origin(scenario: Scenario, name: str, place: str) -> tuple[str, str, str]:
    """Source, evidence and note of the value in force: what is said last of it counts."""
    a = scenario.assumptions
    given = scenario.inputs.get(name)
    if given is not None and (not place or place in given):
        return OWN, "stated", f"Set for this scenario; the tables say {scenario.row(name, place).value:g}."
    for preset in a.presets[scenario.preset]:
        if not place and preset.name == name:
            return PRESET, "stated", preset.note
    if scenario.assumption_set == "article":
        for where in (place,) if place else ("", scenario.country):
            view = a.article.get((name, where))
            if view is not None:
                return view.source, view.evidence, view.note
    row = scenario.row(name, place)
    return row.source, row.evidence, row.note


# What the grades of evidence mean, the surest first.
EVIDENCE: Final = {
    "measured": "Measured by this project; the method is in its repository.",
    "sourced": "A figure that somebody else has published.",
    "article": "The business guide's own view.",
    "stated": "A judgement, with its reason in the note; also what a preset describes, and what you have set.",
}


def used_sources(scenario: Scenario, inputs: Iterable[Stated]) -> tuple[Source, ...]:
    """
    The sources that inputs and prices of a scenario come from.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    inputs : iterable of Stated
        Its inputs.

    Returns
    -------
    sources : tuple of Source
        Each once, in the order of the table of sources.
    """
    a = scenario.assumptions
    there = a.prices.search(provider=scenario.provider, region=scenario.region).columns["source"].tolist()
    # A price that two sources agree on names both.
    used = {one.source for one in inputs} | {part for name in there for part in name.split("+")}
    return tuple(source for id_, source in a.sources.items() if id_ in used)
