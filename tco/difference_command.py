"""`tco difference`: what sets two scenarios apart, input by input and component by component."""

import csv
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tco.command_options import DataOption
from tco.differences import Difference, difference
from tco.scenarios import Scenario, ScenarioError, read_scenario, scenario
from tco.wording import COMPONENT_LABELS, money


def show_difference(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A scenario file (.toml), or a preset.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another one.")],
    serving: Annotated[
        str, typer.Option(help="The way of serving to compare (flask-threads, ...); the cheapest of each by default.")
    ] = "",
    data: DataOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: the inputs, then the components.")] = False,
) -> None:
    """Split the gap between two scenarios over the inputs in which they differ, to the cent."""
    if as_json and as_csv:
        raise ScenarioError("--json and --csv exclude each other; choose one")
    found = difference(_scenario(first, data), _scenario(second, data), serving)
    inputs: list[tuple[str, str, str, float]] = []
    for changed, usd in zip(found.changed, found.rounded_input_usd, strict=True):
        first_text, second_text = changed.texts
        inputs.append((changed.label, first_text, second_text, usd))
    inputs.sort(key=lambda row: -abs(row[-1]))
    components = found.rounded_component_usd
    if as_json:
        plain = {
            "servings": found.servings,
            "first_usd": found.totals_usd[0],
            "second_usd": found.totals_usd[1],
            "gap_usd": found.rounded_gap_usd,
            "exact": found.exact,
            "inputs": [dict(zip(("label", "first", "second", "usd"), row, strict=True)) for row in inputs],
            "component_usd": components,
        }
        typer.echo(json.dumps(plain, indent=2, allow_nan=False))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["kind", "name", "first", "second", "usd"])
        writer.writerows(["input", *row[:-1], f"{row[-1]:.2f}"] for row in inputs)
        writer.writerows(["component", name, "", "", f"{usd:.2f}"] for name, usd in components.items())
    else:
        _print(found, (first, second), inputs)


def _scenario(named: str, data: Path | None) -> Scenario:
    return read_scenario(named, data=data) if named.endswith(".toml") else scenario(named, data=data)


def _print(
    found: Difference,
    names: tuple[str, str],
    inputs: list[tuple[str, str, str, float]],
) -> None:
    screen = Table("", *(f"{name}\n{serving}" for name, serving in zip(names, found.servings, strict=True)), "USD")
    screen.columns[-1].justify = "right"
    for label, first_text, second_text, usd in inputs:
        screen.add_row(label, first_text, second_text, f"{usd:+,.2f}")
    screen.add_section()
    for part, usd in found.rounded_component_usd.items():
        screen.add_row(COMPONENT_LABELS[part], "", "", f"{usd:+,.2f}")
    screen.add_section()
    screen.add_row(
        "Total", *(f"{usd:,.2f}" for usd in found.totals_usd), f"{found.rounded_gap_usd:+,.2f}", style="bold"
    )
    console = Console()
    console.print(screen)
    if not found.exact:
        error_usd = float(found.standard_error_usd.max())
        console.print(
            f"{len(inputs)} inputs differ: the part of each is a mean over drawn orders, with a standard error of at "
            f"most {money(error_usd)}; the sum is exact."
        )
