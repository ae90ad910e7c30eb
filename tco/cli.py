"""The command line: `tco compare` prints the answer, `tco dashboard` opens the pages."""

import csv
import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from tco import difference_command, price_commands, report_command, uncertainty_command
from tco.command_options import DataOption, PresetOption, ScenarioArgument, SettingsOption, chosen_scenario
from tco.decision import serving_labels, verdict
from tco.inputs import InputError
from tco.model import COMPONENTS, Costs
from tco.published_command import published
from tco.scenarios import CHOICES, Scenario, ScenarioError, evaluate
from tco.staleness import price_freshness, price_sentence
from tco.tables import TableError
from tco.wording import COMPONENT_LABELS, count, durations, money

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def refusing(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Turn bad input into one sentence and exit code 2."""

    @wraps(command)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except (InputError, TableError) as error:
            typer.echo(f"tco: {error}", err=True)
            raise typer.Exit(2) from None

    return wrapped


prices = typer.Typer(no_args_is_help=True, help=price_commands.__doc__)
for _command in (price_commands.refresh, price_commands.bill, price_commands.total, price_commands.actual):
    prices.command()(refusing(_command))
app.add_typer(prices, name="prices")
app.command()(refusing(report_command.report))
app.command("uncertainty")(refusing(uncertainty_command.show_uncertainty))
app.command("difference")(refusing(difference_command.show_difference))


@app.callback()
def _main() -> None:
    """Say what a Python web framework costs over the years."""


@app.command()
@refusing
def compare(
    scenario_file: ScenarioArgument = None,
    preset: PresetOption = None,
    settings: SettingsOption = None,
    data: DataOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    save: Annotated[Path | None, typer.Option(help="Write the scenario to this file as well.")] = None,
) -> None:
    """Compare what each framework costs in a scenario."""
    if as_json and as_csv:
        raise ScenarioError("--json and --csv exclude each other; choose one")
    chosen = chosen_scenario(scenario_file, preset, settings, data)
    costs = evaluate(chosen)
    if save is not None:
        _write(save, chosen.to_toml())
    if as_json:
        typer.echo(json.dumps(report(chosen, costs), indent=2, allow_nan=False))
    elif as_csv:
        _print_csv(costs)
    else:
        _print_table(chosen, costs)


@app.command()
@refusing
def dashboard(
    *,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8866,
    data: DataOption = None,
    browser: Annotated[bool, typer.Option(help="Open the pages in a browser.")] = True,
    base_url: Annotated[str, typer.Option(help="Path under which the pages live.")] = "/",
    public_name: Annotated[str, typer.Option(help="Host name of the TLS proxy in front; see deploy/README.md.")] = "",
    max_kernels: Annotated[int, typer.Option(help="Pages that can be open at once.")] = 40,
    idle_minutes: Annotated[float | None, typer.Option(help="End open pages that nobody touched for so long.")] = None,
    max_hours: Annotated[float | None, typer.Option(help="End open pages after so long whatever they do.")] = None,
    kernel_memory_mib: Annotated[int | None, typer.Option(help="Memory that a page can take; Linux only.")] = None,
    heated_kernels: Annotated[int, typer.Option(help="Waiting kernels of each of the first three pages.")] = 1,
) -> None:
    """Open the pages in a browser, served on this machine only."""
    # Imported here: the other commands do not wait for a web server.
    from tco.assumptions import load_assumptions  # noqa: PLC0415
    from tco.dashboard.publication import Publication  # noqa: PLC0415
    from tco.dashboard.server import serve  # noqa: PLC0415

    publication = Publication(
        base_url, public_name, max_kernels, idle_minutes, max_hours, kernel_memory_mib, heated_kernels
    )
    load_assumptions(data)  # a broken table is refused here, in words, and not on a page
    serve(port=port, open_browser=browser, data=data, publication=publication)


def report(scenario: Scenario, costs: Costs) -> dict[str, Any]:
    """
    Scenario, verdict and costs as plain data.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    report : dict
        What `tco compare --json` prints; NaN, where a framework cannot be served, becomes None.

    Examples
    --------
    >>> chosen = Scenario("internal-tool")
    >>> sorted(report(chosen, evaluate(chosen)))
    ['costs', 'scenario', 'verdict']
    """
    answer = verdict(scenario, costs)
    return {
        "scenario": {name: getattr(scenario, name) for name in CHOICES} | {"inputs": dict(scenario.inputs)},
        "verdict": {
            "kind": answer.kind,
            "best": answer.best,
            "runner_up": answer.runner_up,
            "saving_usd": _plain(answer.saving_usd),
            "sentence": answer.sentence,
        },
        "costs": {
            name: {
                "total_usd": _plain(costs.total_usd[i]),
                "component_usd": {part: _plain(costs.component_usd[part][i]) for part in COMPONENTS},
                "launch_months": _plain(costs.launch_months[i]),
                "peak_servers": _plain(costs.peak_servers[i]),
                "instance": str(costs.instances[i]),
                "peak_utilization_share": _plain(costs.peak_utilization_share[i]),
                "busiest_cloud_usd_per_month": _plain(costs.busiest_cloud_usd_per_month[i]),
            }
            for i, name in enumerate(costs.names)
        },
    }


def _plain(value: Any) -> float | None:
    return float(value) if value == value else None  # noqa: PLR0124  # only NaN differs from itself


def _print_csv(costs: Costs) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["serving", "component", "usd"])
    for i, name in enumerate(costs.names):
        writer.writerows([name, part, f"{costs.component_usd[part][i]:.2f}"] for part in COMPONENTS)


def _print_table(scenario: Scenario, costs: Costs) -> None:
    labels = serving_labels(scenario)
    table = Table(title=scenario.assumptions.preset_label(scenario.preset), title_justify="left")
    table.add_column("present value")
    for name in costs.names:
        table.add_column(labels[name], justify="right")
    for part in COMPONENTS:
        table.add_row(COMPONENT_LABELS[part], *(money(float(usd)) for usd in costs.component_usd[part]))
    table.add_section()
    table.add_row("Total", *(money(float(usd)) for usd in costs.total_usd), style="bold")
    table.add_section()
    table.add_row("Time to launch", *durations(costs.launch_months))
    servers = zip(costs.peak_servers, costs.instances, strict=True)
    table.add_row(
        "Servers at the peak",
        *(f"{count(float(number))} x {name}" if name else "none fits" for number, name in servers),
    )
    console = Console()
    a = scenario.assumptions
    aging = price_sentence(price_freshness(a.prices, scenario.provider, scenario.region, price_commands.today(), a))
    if aging:
        console.print(aging, highlight=False)
    console.print(table)
    console.print(verdict(scenario, costs).sentence, highlight=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be written ({error.strerror or error})") from None


@app.command()
@refusing
def salaries(
    country: Annotated[str | None, typer.Option(help="One country only.")] = None,
    data: DataOption = None,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print rows for countries.csv.")] = False,
) -> None:
    """Work out the salary bands from the survey's cells and official statistics."""
    from tco.evidence import load_evidence  # noqa: PLC0415
    from tco.salaries import country_row  # noqa: PLC0415

    bands = [band for band in load_evidence(data).salary_bands() if country in (None, band.country)]
    if not bands:
        raise InputError(f"no cell of the survey is about {country!r}")
    rows = [country_row(band) for band in bands]
    if as_csv:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return
    table = Table("Country", "Level", "Low", "Likely", "High", "Answers", "Own weight")
    for band, row in zip(bands, rows, strict=True):
        amounts = (money(float(row[column])) for column in ("low", "value", "high"))
        table.add_row(band.country, band.level, *amounts, str(band.respondents_people), f"{band.own_weight_share:.0%}")
    Console().print(table)


@app.command()
@refusing
def calibrate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Results of k6, Locust, oha or wrk.")],
    *,
    workers: Annotated[float, typer.Option(help="Worker processes of the tested server.")] = 1,
    slots: Annotated[float, typer.Option(help="Requests that a worker can have in progress; 1 if sync.")] = 1000,
    cores: Annotated[float, typer.Option(help="Cores that the tested server could use.")] = 1,
    serving: Annotated[
        str | None, typer.Option(help="How it was served (flask-threads, ...): takes the framework's own CPU off.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Estimate CPU and waiting time of a request from load tests at low and at high load."""
    # Imported here: the other commands do not wait for SciPy.
    from tco import loadtests  # noqa: PLC0415
    from tco.assumptions import load_assumptions  # noqa: PLC0415
    from tco.usl import usl_peak_count  # noqa: PLC0415

    tests = [loadtests.read_load_test(path) for path in files]
    found = loadtests.calibrate(tests, workers, slots, cores)
    framework_cpu_ms = 0.0
    if serving is not None:
        rows = load_assumptions().serving_rows
        if serving not in rows:
            raise ScenarioError(f"serving must be one of {', '.join(rows)}; got {serving!r}")
        framework_cpu_ms = rows[serving]["framework_cpu_ms"].value
    settings = {"app_cpu_ms": max(0.0, found.cpu_ms - framework_cpu_ms), "wait_ms": found.wait_ms}
    if found.cpu_ms < framework_cpu_ms:
        # The whole request takes less than the framework does in our table: it is the table that does not fit.
        settings[f"framework_cpu_ms.{serving}"] = found.cpu_ms
    words = " ".join(f"--set {name}={value:.4g}" for name, value in settings.items())
    peak = None if found.usl is None else float(usl_peak_count(found.usl[1].value, found.usl[2].value))
    if as_json:
        plain = {
            "cpu_ms": found.cpu_ms,
            "wait_ms": found.wait_ms,
            "settings": settings,
            "derivation": found.derivation,
            "assumptions": found.assumptions,
            "tests": [test.model_dump() for test in tests],
            "usl": found.usl and {name: estimate._asdict() for name, estimate in found.usl._asdict().items()},
            "usl_peak_count": peak if peak is not None and peak < float("inf") else None,
        }
        typer.echo(json.dumps(plain, indent=2, allow_nan=False))
        return
    typer.echo(f"Workers {workers:g}, slots per worker {slots:g}, cores {cores:g}:")
    typer.echo(f"  CPU of a request      {found.cpu_ms:.4g} ms")
    typer.echo(f"  waiting of a request  {found.wait_ms:.4g} ms")
    typer.echo("\nBecause:")
    typer.echo("\n".join(f"  {step}" for step in found.derivation))
    typer.echo("\nProvided that:")
    typer.echo("\n".join(f"  {assumption}" for assumption in found.assumptions))
    if found.usl is not None:
        typer.echo("\nUniversal Scalability Law over the requests in progress, with 95% intervals:")
        for label, estimate in zip(("lambda [req/s]", "sigma", "kappa"), found.usl, strict=True):
            typer.echo(f"  {label:<15} {estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g})")
        typer.echo(f"  highest at      {peak:g} requests" if peak is not None and peak < 1e5 else "  no peak in sight")
    if serving is None:
        typer.echo("\nUse it (--serving NAME takes the framework's own CPU off app_cpu_ms):")
    else:
        typer.echo(f"\nUse it ({framework_cpu_ms:g} ms of the CPU are the framework's own, {serving}):")
    typer.echo(f"  tco compare {words}")


app.command()(refusing(published))


@app.command()
@refusing
def measure(
    *,
    servings: Annotated[
        str | None, typer.Option(metavar="A,B", help="Ways of serving; all that are installed.")
    ] = None,
    repetitions: Annotated[int, typer.Option(help="How often each is measured, in another order each time.")] = 3,
    seconds: Annotated[float, typer.Option(help="Length of each load.")] = 3,
    connections: Annotated[str, typer.Option(help="Requests in progress, for CPU and saturation.")] = "4,16,64",
    rates: Annotated[str, typer.Option(help="Rates for the delays, as shares of the saturation.")] = "0.5,0.8",
    cpu_ms: Annotated[float, typer.Option(help="CPU that the handler burns.")] = 0,
    wait_ms: Annotated[float, typer.Option(help="Time that the handler waits.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the order, and of the moments of sending.")] = 0,
    port: Annotated[int | None, typer.Option(help="Port of this machine; a free one by default.")] = None,
    out: Annotated[Path, typer.Option(help="File for all observations.")] = Path("measured.csv"),
    use: Annotated[Path | None, typer.Option(help="Directory for tables that the model reads (TCO_DATA).")] = None,
    url: Annotated[
        str | None, typer.Option(help="Your own service on this machine: http://127.0.0.1:PORT/path")
    ] = None,
    pid: Annotated[int | None, typer.Option(help="The first process of your own service.")] = None,
) -> None:
    """Measure real servers on this machine, or your own service: CPU of a request, memory, saturation, delays."""
    if (url is None) != (pid is None):
        raise InputError("--url and --pid belong together: the address to load, and the process whose CPU is counted")
    if url is not None and (servings, use, port) != (None, None, None):
        raise InputError("--url measures your own service; --servings, --use and --port are for ours")
    if os.name == "nt":
        raise InputError("servers are measured on Linux and macOS only; on Windows, use its Linux subsystem")
    # Imported here: the other commands need none of the measured servers.
    try:
        from tco.measure import command  # noqa: PLC0415
        from tco.measure.errors import MeasureError  # noqa: PLC0415
        from tco.measure.options import Options  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(f"measuring needs {error.name}; install webframework-tco[measure]") from None
    try:
        counts = command.numbers("--connections", connections, whole=True)
        shares = command.numbers("--rates", rates)
        options = Options(repetitions, seconds, tuple(map(int, counts)), cpu_ms, wait_ms, shares, seed, port)
        if url is None or pid is None:
            named = None if servings is None else [name.strip() for name in servings.split(",")]
            command.measure_frameworks(named, options, out, use)
        else:
            command.measure_service(url, pid, options, out)
    except MeasureError as error:
        raise InputError(str(error)) from None
    except command.Stopped as stopped:
        typer.echo(f"tco: {stopped}", err=True)
        raise typer.Exit(130) from None
