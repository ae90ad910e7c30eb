"""Scenario: what a user chooses, and the inputs of the model that follow from it."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
import tomli_w

from tco.arrays import Array
from tco.assumptions import ASSUMPTION_SETS, FRAMEWORK_NAMES, SHARED_NAMES, Assumptions, load_assumptions
from tco.inputs import Catalogue, FrameworkInputs, InputError, SharedInputs, checked, shown
from tco.model import Costs, cost_of_ownership
from tco.pricing import PURCHASES
from tco.tables import Assumption, TableError, read_text

FILE_FORMAT: Final = 1

# What a scenario takes where nothing is chosen.
USUAL: Final = MappingProxyType(
    {"preset": "customer-api", "country": "United States", "provider": "aws", "region": "us-east-1"}
)

# A message lists all names that are allowed up to this number, and the nearest ones beyond it.
MOST_NAMES_LISTED: Final = 20

CHOICES: Final = ("preset", "assumption_set", "country", "provider", "region", "purchase", "servings")


class ScenarioError(InputError):
    """A scenario that cannot be made; the message names the field, the value and the rule."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """
    A product, where it runs and who builds it: everything that an evaluation needs.

    A scenario is checked when it is made, so that one that exists can be evaluated. What comes later wins: tables, the
    assumption set, the preset, `inputs`.

    Parameters
    ----------
    preset : str
        Kind of product, a preset of `data/presets.csv`.
    assumption_set : str
        `measured`, or `article` for the guide's view.
    country : str
        Where the team is hired.
    provider, region, purchase : str
        Where the servers are rented, and on which terms. What is left open, as `preset` and `country` may be too, is
        the usual choice, or the first of the tables where they do not hold it.
    servings : tuple of str
        Ways of serving to compare; empty for the headline one of each framework.
    inputs : mapping
        Values by name. A value is a number or an array of shape (n, 1); for an input of a framework or of a way of
        serving, a mapping from its id to such a value.
    assumptions : Assumptions
        The tables behind it all.

    Raises
    ------
    ScenarioError
        If a choice is unknown or a value illegal.
    """

    preset: str = ""
    assumption_set: str = "measured"
    country: str = ""
    provider: str = ""
    region: str = ""
    purchase: str = "on_demand"
    servings: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    assumptions: Assumptions = field(default_factory=load_assumptions, repr=False)

    def __post_init__(self) -> None:
        a = self.assumptions
        self._choose_usual("preset", a.presets)
        self._choose_usual("country", a.countries)
        self._choose_usual("provider", a.prices.regions)
        self._choose_usual("region", a.prices.regions.get(self.provider, ()))
        _must_be_one_of("preset", self.preset, a.presets)
        _must_be_one_of("assumption_set", self.assumption_set, ASSUMPTION_SETS)
        _must_be_one_of("country", self.country, a.countries)
        _must_be_one_of("provider", self.provider, a.prices.regions)
        _must_be_one_of("region", self.region, a.prices.regions[self.provider])
        _must_be_one_of("purchase", self.purchase, PURCHASES)
        if not self.servings:
            object.__setattr__(self, "servings", a.headline_servings(self.assumption_set))
        for serving in self.servings:
            _must_be_one_of("servings", serving, a.servings)
        if len(set(self.servings)) < len(self.servings):
            raise ScenarioError(f"servings must name each way of serving once; got {shown(self.servings)}")
        for name, value in self.inputs.items():
            _must_be_one_of("inputs", name, (*SHARED_NAMES, *FRAMEWORK_NAMES))
            if name in SHARED_NAMES and isinstance(value, Mapping):
                raise ScenarioError(f"{name} is the same for all frameworks and must be one number; got {shown(value)}")
            if name in FRAMEWORK_NAMES:
                if not isinstance(value, Mapping):
                    raise ScenarioError(
                        f"{name} must be given for each framework, as {name}.{next(iter(self._places(name)))} = number"
                    )
                for place in value:
                    _must_be_one_of(name, place, self._places(name))
        # Made here, so that an illegal value is refused now and not at the first evaluation.
        _ = self.shared, self.framework, self.catalogue

    def _choose_usual(self, name: str, options: Iterable[str]) -> None:
        """Fill a choice that was left open: a user's own tables need not hold the usual one."""
        if not getattr(self, name):
            usual = USUAL[name]
            object.__setattr__(self, name, usual if usual in options else next(iter(options), ""))

    def _places(self, name: str) -> tuple[str, ...]:
        """The frameworks, or the ways of serving, that an input is given for."""
        return tuple(self.assumptions.rows[name])

    @cached_property
    def shared(self) -> SharedInputs:
        """The model's inputs that all frameworks share."""
        return SharedInputs(**{name: self._value(name) for name in SHARED_NAMES})

    @cached_property
    def framework(self) -> FrameworkInputs:
        """The model's inputs per way of serving, in the order of `servings`."""
        columns = {name: self._columns(name) for name in FRAMEWORK_NAMES}
        return FrameworkInputs(names=self.servings, **columns)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Instance types on offer."""
        try:
            return self.assumptions.prices.catalogue(self.provider, self.region, self.purchase)
        except TableError as error:
            raise ScenarioError(str(error)) from None

    def value(self, name: str, place: str = "") -> float:
        """
        The value of an input in force.

        Parameters
        ----------
        name : str
            Name of the input.
        place : str
            Framework or way of serving, for an input that belongs to one.

        Returns
        -------
        value : float
            The value, in the unit of the name.
        """
        if place and name in SHARED_NAMES:
            raise ScenarioError(f"{name} is the same for all frameworks; got the place {shown(place)}")
        return float(self._place_value(name, place) if place else self._value(name))

    def row(self, name: str, place: str = "") -> Assumption:
        """
        The table row behind an input, as it applies here.

        Parameters
        ----------
        name : str
            Name of the input.
        place : str
            Framework or way of serving, for an input that belongs to one.

        Returns
        -------
        row : Assumption
            Label, range, unit, source and note.

        Raises
        ------
        ScenarioError
            If no table has such a row.
        """
        a = self.assumptions
        for where in (place,) if place else ("", self.country, f"{self.provider}/{self.region}"):
            if where in a.rows.get(name, {}):
                return a.rows[name][where]
        if name not in a.rows:
            _must_be_one_of("inputs", name, a.rows)
        if name in SHARED_NAMES:
            raise ScenarioError(
                f"no table has a row with name {name!r} and applies_to '{self.provider}/{self.region}'; "
                "add one to services.csv in a directory of your own tables"
            )
        _must_be_one_of(name, place, a.rows[name])
        raise AssertionError(name)

    def _value(self, name: str) -> Any:
        if name in self.inputs:
            value = checked(name, self.inputs[name])
            if isinstance(value, np.ndarray) and (value.ndim != 2 or value.shape[1] != 1):
                raise ScenarioError(f"{name} must be a number or an array of shape (n, 1); got shape {value.shape}")
            return value
        for row in self.assumptions.presets[self.preset]:
            if row.name == name:
                return float(row.value)
        view = self._article_view(name, "")
        view = self._article_view(name, self.country) if view is None else view
        return view if view is not None else self.row(name).value

    def _article_view(self, name: str, place: str) -> float | None:
        row = self.assumptions.article.get((name, place)) if self.assumption_set == "article" else None
        return None if row is None else row.value

    def _place_value(self, name: str, place: str) -> Any:
        given = self.inputs.get(name, {})
        if place in given:
            return checked(name, given[place])
        view = self._article_view(name, place)
        return view if view is not None else self.row(name, place).value

    def _columns(self, name: str) -> Array:
        """One column per way of serving, from the values of the framework or of the way of serving."""
        per_serving = self._places(name) == tuple(self.assumptions.servings)
        places = self.servings if per_serving else [self.assumptions.servings[s].framework for s in self.servings]
        values = [np.asarray(self._place_value(name, place)) for place in places]
        if all(value.ndim == 0 for value in values):
            return np.array(values)
        if any(value.ndim not in (0, 2) or value.shape[1:] not in ((), (1,)) for value in values):
            raise ScenarioError(f"{name} must be numbers or arrays of shape (n, 1)")
        return np.concatenate(np.broadcast_arrays(*[np.atleast_2d(value) for value in values]), axis=1)

    def replace(self, **changes: Any) -> Self:
        """
        Another scenario with some choices or inputs changed.

        Parameters
        ----------
        **changes
            Choices (`preset`, `country`, ...) or inputs by name (`peak_users=20_000`). An input of a framework takes a
            mapping, which is merged into what is set; None takes an input back.

        Returns
        -------
        scenario : Scenario
            The new scenario; this one stays as it is.

        Raises
        ------
        ScenarioError
            If a choice is unknown or a value illegal.

        Examples
        --------
        >>> Scenario().replace(peak_users=500, team_knows_share={"fastapi": 1}).inputs
        {'peak_users': 500, 'team_knows_share': {'fastapi': 1}}
        """
        choices = {name: changes.pop(name) for name in CHOICES if name in changes}
        if choices.get("provider", self.provider) != self.provider:
            choices.setdefault("region", "")  # another provider has other regions
        if "servings" in choices:
            choices["servings"] = tuple(choices["servings"] or ())
        elif self.servings == self.assumptions.headline_servings(self.assumption_set):
            # The headline ways of serving follow the assumption set; a choice of one's own stays.
            choices["servings"] = ()
        inputs = dict(self.inputs)
        for name, value in changes.items():
            merged = (
                {**inputs[name], **value}
                if isinstance(value, Mapping) and isinstance(inputs.get(name), Mapping)
                else value
            )
            inputs[name] = merged
        return replace(self, **choices, inputs={name: value for name, value in inputs.items() if value is not None})

    def replace_preset(self, preset: str) -> Self:
        """
        The scenario for another kind of product: what presets describe comes from the new one, all else stays.

        Parameters
        ----------
        preset : str
            The other preset.

        Returns
        -------
        scenario : Scenario
            The new scenario.

        Raises
        ------
        ScenarioError
            If there is no such preset.

        Examples
        --------
        >>> Scenario().replace(peak_users=5, discount_share_per_year=0.1).replace_preset("ml-product").inputs
        {'discount_share_per_year': 0.1}
        """
        described = {row.name for rows in self.assumptions.presets.values() for row in rows}
        return self.replace(preset=preset, **{name: None for name in self.inputs if name in described})

    def to_toml(self) -> str:
        """
        The scenario as the text of a file.

        Returns
        -------
        text : str
            TOML that `read_scenario` reads back to the same scenario.

        Raises
        ------
        ScenarioError
            If an input is an array: a file holds one scenario.
        """

        def plain(name: str, value: Any) -> Any:
            if isinstance(value, Mapping):
                return {place: plain(f"{name}.{place}", one) for place, one in value.items()}
            if np.ndim(value):
                raise ScenarioError(f"{name} is an array; a file holds one scenario with one number for each input")
            return float(value)

        choices = {
            name: list(value) if name == "servings" else value
            for name in CHOICES
            if (value := getattr(self, name)) or name != "servings"
        }
        inputs = {name: plain(name, value) for name, value in self.inputs.items()}
        return tomli_w.dumps({"format": FILE_FORMAT, **choices, "inputs": inputs})


def scenario(preset: str = "", *, data: Path | str | None = None, **fields: Any) -> Scenario:
    """
    A scenario from a preset, or from fields.

    Parameters
    ----------
    preset : str
        Kind of product: `internal-tool`, `customer-api` (where none is named), `ml-product`.
    data : Path or str, optional
        A price list, or a directory of tables, to use in place of the ones that come with the library.
    **fields
        Choices and inputs, as for `Scenario.replace`.

    Returns
    -------
    scenario : Scenario
        The scenario, checked.

    Raises
    ------
    ScenarioError
        If a choice is unknown or a value illegal.
    TableError
        If a table breaks a rule.

    Examples
    --------
    >>> scenario("internal-tool", peak_users=80).value("peak_users")
    80.0
    """
    # Made in one step: with a user's own tables the usual choices need not exist.
    choices = {name: fields.pop(name) for name in CHOICES if name in fields}
    choices["servings"] = tuple(choices.get("servings") or ())
    inputs = {name: value for name, value in fields.items() if value is not None}
    return Scenario(preset, **choices, inputs=inputs, assumptions=load_assumptions(data))


def read_scenario(path: Path | str, *, data: Path | str | None = None) -> Scenario:
    """
    A scenario from a file.

    Parameters
    ----------
    path : Path or str
        A TOML file as `Scenario.to_toml` writes it.
    data : Path or str, optional
        As for `scenario`.

    Returns
    -------
    scenario : Scenario
        The scenario, checked.

    Raises
    ------
    TableError
        If the file cannot be read.
    ScenarioError
        If it is not a legal scenario.
    """
    return parse_scenario(read_text(Path(path)), str(path), load_assumptions(data))


def parse_scenario(text: str, name: str, assumptions: Assumptions) -> Scenario:
    """
    A scenario from the text of a file.

    Parameters
    ----------
    text : str
        The text.
    name : str
        What messages call the file.
    assumptions : Assumptions
        The tables to use.

    Returns
    -------
    scenario : Scenario
        The scenario, checked.

    Raises
    ------
    ScenarioError
        If the text is not a legal scenario.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of too many digits, and brackets without end
        raise ScenarioError(f"{name}: not TOML ({error})") from None
    known = ("format", *CHOICES, "inputs")
    try:
        for key in content:
            _must_be_one_of("the file's fields", key, known)
        if content.get("format") != FILE_FORMAT:
            raise ScenarioError(f"format must be {FILE_FORMAT}; got {shown(content.get('format'))}")
        for key in CHOICES:
            wanted, what = (list, "a list of texts") if key == "servings" else (str, "a text")
            if key in content and (not isinstance(content[key], wanted) or content[key] == ""):
                raise ScenarioError(f"{key} must be {what}; got {shown(content[key])}")
        inputs = content.get("inputs", {})
        if not isinstance(inputs, dict):
            raise ScenarioError(f"inputs must be a table; got {shown(inputs)}")
        for key, value in inputs.items():
            for one in value.values() if isinstance(value, dict) else [value]:
                if isinstance(one, list):  # a file holds one scenario
                    raise ScenarioError(f"{key} must be a number; got {shown(one)}")
        choices: dict[str, Any] = {key: content[key] for key in CHOICES if key in content}
        choices["servings"] = tuple(choices.get("servings", ()))
        return Scenario(**choices, inputs=inputs, assumptions=assumptions)
    except InputError as error:
        raise ScenarioError(f"{name}: {error}") from None


def evaluate(scenario: Scenario) -> Costs:
    """
    What each way of serving costs in a scenario, by component.

    Parameters
    ----------
    scenario : Scenario
        One scenario, or many where inputs are arrays.

    Returns
    -------
    costs : Costs
        Arrays of shape (f,), or (n, f) for n scenarios.

    Raises
    ------
    InputError
        If the inputs disagree about the number of scenarios.

    Examples
    --------
    >>> costs = evaluate(Scenario())
    >>> costs.names
    ('flask-threads', 'fastapi-async', 'django-threads')
    >>> bool((costs.total_usd > 0).all())
    True
    """
    return cost_of_ownership(scenario.shared, scenario.framework, scenario.catalogue)


def _must_be_one_of(field_name: str, value: Any, known: Any) -> None:
    if not isinstance(value, str) or value not in known:
        names = list(known)
        if len(names) > MOST_NAMES_LISTED:
            near = difflib.get_close_matches(str(value), names, n=3, cutoff=0)
            raise ScenarioError(f"{field_name} has no {shown(value)}; the nearest names are {', '.join(near)}")
        raise ScenarioError(f"{field_name} must be one of {', '.join(names)}; got {shown(value)}")
