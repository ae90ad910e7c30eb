"""Price lists: fetch list prices anew."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer


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


def today() -> date:
    """
    The day on this machine's calendar.

    Returns
    -------
    today : date
        The day.
    """
    return datetime.now().astimezone().date()
