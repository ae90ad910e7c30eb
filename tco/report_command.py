"""The command that writes a report."""

from pathlib import Path
from typing import Annotated

import typer

from tco.command_options import DataOption, PresetOption, ScenarioArgument, SettingsOption, chosen_scenario


def report(
    scenario_file: ScenarioArgument = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="What to write: .xlsx, .html, .pdf or .csv.")
    ],
    preset: PresetOption = None,
    settings: SettingsOption = None,
    data: DataOption = None,
) -> None:
    """Write a scenario as a workbook with live formulas, as a page that opens offline, its print, or a table."""
    # Imported here: the other commands do not wait for SciPy.
    from tco.report import write_report  # noqa: PLC0415

    write_report(chosen_scenario(scenario_file, preset, settings, data), out)
    typer.echo(f"wrote {out}")
