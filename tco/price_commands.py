"""Prices: fetch list prices anew, the monthly bill line by line, the total with it, and your own bill beside it."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tco.bill_notes import bill_range, dated, missing_sentence
from tco.billed_total import billed_rows, billed_total
from tco.cloud import CloudPlan
from tco.command_options import DataOption, SettingsOption
from tco.hosting import bills
from tco.inputs import InputError
from tco.scenarios import scenario
from tco.servers import request_cpu_ms
from tco.settings import parse_settings
from tco.wording import money

ProfileOption = Annotated[
    str, typer.Option(help="office-hours, consumer-evening, flat or campaign-spike: the shape of the week.")
]
PresetOption = Annotated[str, typer.Option(help="internal-tool, customer-api or ml-product.")]
ScalingOption = Annotated[str, typer.Option(help="static, for the peak around the clock, or hourly.")]
TermsOption = Annotated[
    str, typer.Option(help="Purchase terms that may be mixed: on_demand,spot,reserved_1y,reserved_3y.")
]
CloudOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="A value of data/cloud.csv. Repeatable.")
]
# The category of FOCUS that each line of a bill belongs to.
FOCUS_CATEGORIES = {
    "Servers, reserved": "Compute",
    "Servers": "Compute",
    "Beside the servers": "Compute",
    "Load balancer": "Networking",
    "Egress": "Networking",
    "Database": "Databases",
    "Database storage": "Databases",
    "Logs": "Management and Governance",
}


def refresh(
    *,
    provider: Annotated[str, typer.Option(help="aws, azure or gcp.")],
    region: Annotated[
        list[str] | None, typer.Option(metavar="REGION", help="A region; all of the price list by default. Repeatable.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The price list to renew (.csv), or a directory of tables with one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Take changes of more than 30 per cent.")] = False,
    leave: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="An instance type that stays as it is. Repeatable.")
    ] = None,
    key: Annotated[
        str, typer.Option(envvar="TCO_GOOGLE_KEY", help="Key of Google's price catalogue; the others need none.")
    ] = "",
    endpoint: Annotated[str, typer.Option(help="Address to ask in place of the provider's own.")] = "",
) -> None:
    """Fetch a provider's list prices and renew the price list, which keeps a copy of what it was."""
    # Imported here: the other commands do not wait for an HTTP client.
    from tco.refresh.command import refresh_prices  # noqa: PLC0415

    refresh_prices(
        provider,
        region or (),
        data,
        today(),
        endpoint=endpoint,
        key=key,
        left_out=leave or (),
        force=force,
        dry_run=dry_run,
    )


def bill(
    *,
    preset: PresetOption = "",
    settings: SettingsOption = None,
    scaling: ScalingOption = "static",
    profile: ProfileOption = "consumer-evening",
    terms: TermsOption = "on_demand",
    month: Annotated[int, typer.Option(help="Months of growth since the start.")] = 0,
    cloud: CloudOption = None,
    data: DataOption = None,
) -> None:
    """Show the monthly bill on servers, containers and functions, line by line, with the source of each price."""
    plan = _plan(scaling, profile, terms, cloud, month)
    chosen = scenario(preset, data=data, **parse_settings(settings or []))
    console, tables, day = Console(), chosen.assumptions, today()
    found = bills(chosen, plan)
    for made in found:
        label = chosen.assumptions.servings[made.serving].label
        table = Table("", "", "USD a month", "price of", "source", title=f"{label}: {made.name}", title_justify="left")
        for line in made.lines:
            source = f"{line.source}, another region's" if line.stands_in else line.source
            table.add_row(line.item, line.detail, f"{line.usd_per_month:,.2f}", dated(line, day, tables), source)
        table.add_section()
        low, high = bill_range(made, day, tables)
        by_age = f"{low:,.2f} to {high:,.2f} by the age of its prices" if low < high else ""
        table.add_row("Total", by_age, f"{made.usd_per_month:,.2f}", style="bold")
        console.print(table)
    if missing := missing_sentence(chosen, found):
        console.print(missing, highlight=False, soft_wrap=True)


def total(
    *,
    preset: PresetOption = "",
    settings: SettingsOption = None,
    scaling: ScalingOption = "hourly",
    profile: ProfileOption = "consumer-evening",
    terms: TermsOption = "on_demand",
    cloud: CloudOption = None,
    data: DataOption = None,
) -> None:
    """Show the total cost with the whole bill of each month in the place of the model's servers and traffic."""
    plan = _plan(scaling, profile, terms, cloud)
    chosen = scenario(preset, data=data, **parse_settings(settings or []))
    found = billed_total(chosen, plan)
    table = Table("Present value, USD", title="The total with the whole bill", title_justify="left")
    for name in found.names:
        table.add_column(chosen.assumptions.servings[name].label, justify="right")
    for label, usd in billed_rows(found):
        table.add_row(label, *(f"{value:,.0f}" if np.isfinite(value) else "none" for value in usd))
    Console().print(table)


def _plan(scaling: str, profile: str, terms: str, cloud: list[str] | None, month: int = 0) -> CloudPlan:
    mixed = tuple(term.strip() for term in terms.split(","))
    return CloudPlan(scaling, profile, mixed, month, parse_settings(cloud or []))


def actual(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A FOCUS cost export, CSV or Parquet.")],
    *,
    serving: Annotated[str, typer.Option(help="How it is served: flask-threads, fastapi-async, ...")],
    preset: PresetOption = "",
    settings: SettingsOption = None,
    profile: ProfileOption = "consumer-evening",
    data: DataOption = None,
) -> None:
    """Hold your own bill against the model's, and say what would bring them together."""
    # Imported here: the other commands do not wait for a reader of Parquet.
    from tco.focus import implied_app_cpu_ms, implied_overhead_ratio, read_spend  # noqa: PLC0415

    spend = read_spend(export)
    chosen = scenario(preset, data=data, **{**parse_settings(settings or []), "servings": (serving,)})
    lines = bills(chosen, CloudPlan(profile=profile))[0].lines
    model: dict[str, float] = {}
    for line in lines:
        category = FOCUS_CATEGORIES[line.item]
        model[category] = model.get(category, 0.0) + line.usd_per_month
    console = Console()
    days = f"{spend.start:%Y-%m-%d} to {spend.end:%Y-%m-%d}"
    table = Table("category", "service", "USD a month", title=f"{spend.cost_column}, {days}", title_justify="left")
    for service in spend.services:
        table.add_row(service.category, service.service, f"{service.usd_per_month:,.2f}")
    console.print(table)
    beside = Table("category", "actual", "model", "ratio", title="Beside the model, USD a month", title_justify="left")
    for category, usd in model.items():
        real = spend.category_usd_per_month(category)
        beside.add_row(category, f"{real:,.2f}", f"{usd:,.2f}", f"{real / usd:.2f}" if usd else "")
    console.print(beside)
    compute = spend.category_usd_per_month("Compute")
    if not compute > 0 or not model.get("Compute", 0.0) > 0:
        raise InputError(f"{export}: the export or the model has no cost of category 'Compute' to compare")
    ratio = implied_overhead_ratio(compute, model["Compute"])
    cpu_ms = implied_app_cpu_ms(
        float(request_cpu_ms(chosen.shared, chosen.framework).ravel()[0]),
        chosen.value("framework_cpu_ms", serving),
        ratio,
    )
    console.print(
        f"Servers cost {money(compute)} a month, {ratio:.2f} times what the model says. If requests alone are dearer:",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"  tco compare --set app_cpu_ms={cpu_ms:.4g}", highlight=False, soft_wrap=True)


def today() -> date:
    """
    The day on this machine's calendar.

    Returns
    -------
    today : date
        The day.
    """
    return datetime.now().astimezone().date()
