"""Settings: changes of a scenario from the words of a command line."""

from typing import Any

from tco.scenarios import CHOICES, ScenarioError


def parse_settings(settings: list[str]) -> dict[str, Any]:
    """
    Changes of a scenario from `name=value` words.

    Parameters
    ----------
    settings : list of str
        Each `name=value` or `name.framework=value`.

    Returns
    -------
    changes : dict
        As `Scenario.replace` takes them.

    Raises
    ------
    ScenarioError
        If a word has another form, or a value that must be a number is none.

    Examples
    --------
    >>> parse_settings(["peak_users=500", "country=Germany", "team_knows_share.flask=1"])
    {'peak_users': 500.0, 'country': 'Germany', 'team_knows_share': {'flask': 1.0}}
    """
    changes: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name or not text:
            raise ScenarioError(f"--set takes NAME=VALUE; got {setting!r}")
        if name == "servings":
            changes[name] = tuple(part.strip() for part in text.split(","))
        elif name in CHOICES:
            changes[name] = text
        else:
            name, dot, place = name.partition(".")
            value = _number(setting, text)
            if not dot:
                changes[name] = value
            elif isinstance(changes.setdefault(name, {}), dict):
                changes[name][place] = value
            else:
                raise ScenarioError(f"--set {setting}: {name} is set for all already; give it once, or for each place")
    return changes


def _number(setting: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ScenarioError(f"--set {setting}: the value must be a number; got {text!r}") from None
