"""`tco uncertainty`: how sure the answer is, and what would flip it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tco.command_options import DataOption, PresetOption, ScenarioArgument, SettingsOption, chosen_scenario
from tco.decision import serving_labels, verdict
from tco.keys import name_of, row_of
from tco.scenarios import Scenario
from tco.wording import labelled, money, quantity, share

if TYPE_CHECKING:
    from tco.flips import Flip
    from tco.uncertainty import Uncertainty

QUANTILES = (0.05, 0.5, 0.95)
MOST_FLIPS = 10


def show_uncertainty(
    scenario_file: ScenarioArgument = None,
    preset: PresetOption = None,
    settings: SettingsOption = None,
    data: DataOption = None,
    *,
    draws: Annotated[int, typer.Option(help="How many cases to draw from the ranges.")] = 2048,
    seed: Annotated[int, typer.Option(help="Start of the random numbers; the same seed gives the same draws.")] = 1,
    known: Annotated[
        list[str] | None,
        typer.Option(metavar="INPUT", help="An input that is known exactly: wait_ms, ramp_up_weeks.flask. Repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how sure the answer is: chances, ranges, and the inputs that flip it."""
    # Imported here: the other commands do not wait for SciPy.
    from tco.draws import Prior  # noqa: PLC0415
    from tco.flips import what_flips  # noqa: PLC0415
    from tco.uncertainty import how_sure  # noqa: PLC0415

    chosen = chosen_scenario(scenario_file, preset, settings, data)
    found = how_sure(Prior(chosen, known=known or ()), draws, seed=seed)
    pair = verdict(chosen).pair
    flips = what_flips(chosen, *pair) if pair else ()
    if as_json:
        typer.echo(json.dumps(_plain(found, flips), indent=2, allow_nan=False))
    else:
        _print(chosen, found, flips)


def _plain(found: "Uncertainty", flips: "tuple[Flip, ...]") -> dict[str, object]:
    quantiles_usd = found.quantiles_usd(QUANTILES)
    return {
        "kind": found.kind,
        "sentence": found.sentence,
        "draws": found.draws,
        "seed": found.seed,
        "material_share": found.material_share,
        "nothing_share": found.nothing_share,
        "servings": {
            name: {
                "cheapest_share": float(found.cheapest_share[i]),
                # NaN, where a way of serving is never possible, has no place in JSON.
                "quantiles_usd": {
                    str(q): float(usd) if usd == usd else None  # noqa: PLR0124, only NaN differs from itself
                    for q, usd in zip(QUANTILES, quantiles_usd[:, i], strict=True)
                },
            }
            for i, name in enumerate(found.names)
        },
        "flips": [{"key": flip.key, "label": flip.label, "now": flip.now, "at": list(flip.values)} for flip in flips],
    }


def _print(chosen: Scenario, found: "Uncertainty", flips: "tuple[Flip, ...]") -> None:
    labels, quantiles_usd = serving_labels(chosen), found.quantiles_usd(QUANTILES)
    table = Table("", "1 in 20 below", "Middle case", "1 in 20 above", "Cheapest")
    for i, name in enumerate(found.names):
        amounts = (money(float(usd)) for usd in quantiles_usd[:, i])
        table.add_row(labels[name], *amounts, share(float(found.cheapest_share[i])))
    console = Console()
    console.print(table)
    console.print(found.sentence, highlight=False)
    if flips:
        turning = Table("What flips the answer", "now", "at")
        for flip in flips[:MOST_FLIPS]:
            name = name_of(flip.key)
            label = labelled(flip.label, row_of(chosen, flip.key).unit)
            turning.add_row(label, quantity(name, flip.now), ", ".join(quantity(name, at) for at in flip.values))
        console.print(turning)
