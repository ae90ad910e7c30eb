"""Published: the throughput of two frameworks in published benchmarks, on the command line."""

import csv
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tco import price_commands

# Narrow enough for 80 columns.
HEADINGS = {
    "run_date": "run",
    "pair_count": "pairs",
    "least": "min",
    "lower_quartile": "25%",
    "median": "50%",
    "upper_quartile": "75%",
    "greatest": "max",
}
STALE = "*"


def published(
    *,
    first: Annotated[str, typer.Option(help="The framework whose throughput is divided.")] = "fastapi",
    second: Annotated[str, typer.Option(help="The framework that it is divided by.")] = "flask",
    pairs: Annotated[bool, typer.Option("--pairs", help="Each pair of entries, not quartiles.")] = False,
    variants: Annotated[bool, typer.Option("--variants", help="Also other interpreters, servers, libraries.")] = False,
    same_database: Annotated[bool, typer.Option("--same-database", help="No MySQL with PostgreSQL.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Compare the throughput of two frameworks in published benchmarks, like for like only; what is old has a mark."""
    # Imported here: the other commands do not wait for the tables.
    from tco.assumptions import load_assumptions  # noqa: PLC0415
    from tco.published import (  # noqa: PLC0415
        RatioGroup,
        age_sentence,
        like_for_like_ratios,
        ratio_quartiles,
        ratio_range,
        run_freshness,
        widened_group,
    )

    assumptions, today = load_assumptions(), price_commands.today()
    ratios = like_for_like_ratios(first, second, variants=variants, same_database=same_database)
    age_of = {run: run_freshness(run, today, assumptions) for run in {one.first.run_date for one in ratios}}
    ranges = [ratio_range(one.ratio, age_of[one.first.run_date]) for one in ratios]
    table: list[tuple[str | int | float, ...]]
    if pairs:
        of_pair = ("test", "first_entry", "second_entry", "ratio", "low", "high")
        columns: tuple[str, ...] = (*RatioGroup._fields[:4], *of_pair)
        table = [
            (
                found.first.source,
                found.first.run_date,
                found.database,
                found.first.access,
                found.first.test,
                found.first.entry,
                found.second.entry,
                found.ratio,
                *reach,
            )
            for found, reach in zip(ratios, ranges, strict=True)
        ]
    else:
        columns = RatioGroup._fields
        table = [widened_group(group, age_of[group.run_date]) for group in ratio_quartiles(ratios)]
    stale = [age_of[str(row[1])].is_stale for row in table]
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow((*columns, "stale"))
        for row, is_stale in zip(table, stale, strict=True):
            cells = [f"{cell:.4f}" if isinstance(cell, float) else cell for cell in row]
            writer.writerow([*cells, "yes" if is_stale else "no"])
        return
    screen = Table(title=f"Throughput of {first} over {second}", title_justify="left", box=None, padding=(0, 1, 0, 0))
    # The range of each pair has no room on a screen.
    shown = [column for column in columns if column not in ("low", "high")]
    for column, value in zip(shown, table[0], strict=False):
        heading = HEADINGS.get(column, column.replace("_", " "))
        screen.add_column(heading, justify="left" if isinstance(value, str) else "right", overflow="fold")
    for row, is_stale in zip(table, stale, strict=True):
        source, run, *others = (f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row[: len(shown)])
        screen.add_row(source, run + STALE if is_stale else run, *others)
    Console().print(screen)
    values = [one.ratio for one in ratios]
    typer.echo(f"{len(ratios)} pairs, from {min(values):.2f} to {max(values):.2f}.")
    if sentence := age_sentence(ratios, today, assumptions):
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        typer.echo(f"{STALE} {sentence} With their age, from {low:.2f} to {high:.2f}.")
