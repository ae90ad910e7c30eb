"""What commands that are about one scenario have in common: its options, and the scenario that they choose."""

from pathlib import Path
from typing import Annotated

import typer

from tco.scenarios import Scenario, read_scenario, scenario
from tco.settings import parse_settings

ScenarioArgument = Annotated[Path | None, typer.Argument(metavar="[SCENARIO.toml]", help="A scenario file.")]
PresetOption = Annotated[str | None, typer.Option(help="internal-tool, customer-api or ml-product.")]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A choice or an input: peak_users=20000, country=Germany, team_knows_share.fastapi=1. Repeatable.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(help="A price list (.csv), or a directory of tables that replace those of the same name."),
]


def chosen_scenario(
    scenario_file: Path | None, preset: str | None, settings: list[str] | None, data: Path | None
) -> Scenario:
    """
    The scenario of a file, or the usual one, with what the options change.

    Parameters
    ----------
    scenario_file : path or None
        A scenario file.
    preset : str or None
        A preset in place of the one that it has.
    settings : list of str or None
        Changes, each `name=value`.
    data : path or None
        Tables of one's own.

    Returns
    -------
    scenario : Scenario
        What the command is about.

    Raises
    ------
    ScenarioError, TableError
        If the file, a change or a table is refused.
    """
    changes = parse_settings(settings or []) | ({} if preset is None else {"preset": preset})
    if scenario_file is None:
        return scenario(data=data, **changes)
    return read_scenario(scenario_file, data=data).replace(**changes)
