"""What `tco prices refresh` does: from the words of the command line to a new price list."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from tco.assumptions import load_assumptions
from tco.pricing import PriceList
from tco.refresh import fetch
from tco.refresh.refresh import Change, Refreshed, refresh
from tco.refresh.write import previous_of, write_prices

MOST_CHANGES_SHOWN = 40


def refresh_prices(
    provider: str,
    regions: Sequence[str],
    data: Path | None,
    today: date,
    *,
    endpoint: str,
    key: str,
    left_out: Sequence[str],
    force: bool,
    dry_run: bool,
    backoff_seconds: float = fetch.BACKOFF_SECONDS,
) -> None:
    """
    Fetch a provider's list prices, show what they change, and put them into the price list in force.

    Parameters
    ----------
    provider : str
        aws, azure or gcp.
    regions : sequence of str
        Regions; all of the list if none is named.
    data : Path, optional
        Price list or directory of tables, as everywhere.
    today : date
        The day that new prices are dated.
    endpoint : str
        Address to ask in place of the provider's own.
    key : str
        Key of Google's API.
    left_out : sequence of str
        Instance types that stay as they are.
    force : bool
        Take changes of any size.
    dry_run : bool
        Write nothing.
    backoff_seconds : float
        First pause after a busy answer.

    Raises
    ------
    RefreshError
        If anything stands in the way; the price list is then as it was.
    """
    console = Console()
    prices = load_assumptions(data).prices
    with _progress(console) as told:
        refreshed = refresh(
            prices,
            provider,
            regions,
            today,
            fetcher=fetch.Fetcher(backoff_seconds),
            progress=told,
            endpoint=endpoint,
            key=key,
            left_out=left_out,
            force=force,
        )
    _show(console, refreshed)
    if dry_run:
        console.print(f"Nothing was written: {prices.path} is as it was.", highlight=False, soft_wrap=True)
        return
    _write(console, prices, refreshed)


@contextmanager
def _progress(console: Console) -> Iterator[fetch.Progress]:
    """A line that says how far it is, where a terminal can show it."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Fetching prices", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _show(console: Console, refreshed: Refreshed) -> None:
    changes = refreshed.changes
    console.print(f"{len(changes):,} prices change.", highlight=False)
    if not changes:
        return
    table = Table("region", "type", "term", *(f"{name} USD/h" for name in ("old", "new")), "per cent")
    for change in sorted(changes, key=_size, reverse=True)[:MOST_CHANGES_SHOWN]:
        old, new = (
            "" if price is None else f"{price:g}" for price in (change.old_usd_per_hour, change.new_usd_per_hour)
        )
        moved = f"{100 * _share(change):+.1f}" if old and new else ""
        table.add_row(change.region, change.instance, change.purchase, old, new, moved)
    console.print(table)
    if len(changes) > MOST_CHANGES_SHOWN:
        console.print(f"The {MOST_CHANGES_SHOWN} largest of them are shown.", highlight=False)


def _share(change: Change) -> float:
    if change.old_usd_per_hour is None or change.new_usd_per_hour is None:
        return 0.0
    return change.new_usd_per_hour / change.old_usd_per_hour - 1.0


def _size(change: Change) -> float:
    return abs(_share(change))


def _write(console: Console, prices: PriceList, refreshed: Refreshed) -> None:
    write_prices(prices.path, refreshed.rows, prices.core_speeds)
    console.print(
        f"Wrote {prices.path}; the list before it is {previous_of(prices.path).name}.", highlight=False, soft_wrap=True
    )
