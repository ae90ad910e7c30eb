"""The command that writes a report."""

from pathlib import Path
from typing import Annotated

import typer

from tco.price_commands import DataOption, SettingsOption
from tco.scenarios import read_scenario, scenario
from tco.settings import parse_settings


def report(
    scenario_file: Annotated[Path | None, typer.Argument(metavar="[SCENARIO.toml]", help="A scenario file.")] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="What to write: .xlsx, .html, .pdf or .csv.")
    ],
    preset: Annotated[str | None, typer.Option(help="internal-tool, customer-api or ml-product.")] = None,
    settings: SettingsOption = None,
    data: DataOption = None,
) -> None:
    """Write a scenario as a workbook with live formulas, as a page that opens offline, its print, or a table."""
    # Imported here: the other commands do not wait for SciPy.
    from tco.report import write_report  # noqa: PLC0415

    changes = parse_settings(settings or [])
    if preset is not None:
        changes["preset"] = preset
    if scenario_file is None:
        chosen = scenario(data=data, **changes)
    else:
        chosen = read_scenario(scenario_file, data=data).replace(**changes)
    write_report(chosen, out)
    typer.echo(f"wrote {out}")
