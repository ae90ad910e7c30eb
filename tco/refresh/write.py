"""Write: a price list changes as a whole or not at all, and the one before is kept."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from tco.atomic import write_beside
from tco.pricing import read_prices
from tco.refresh.offers import RefreshError
from tco.tables import CoreSpeed, Price, TableError


def previous_of(path: Path) -> Path:
    """
    Where the price list before the last refresh stands.

    Parameters
    ----------
    path : Path
        The price list.

    Returns
    -------
    previous : Path
        A file beside it.

    Examples
    --------
    >>> previous_of(Path("pricing.csv")).name
    'pricing.csv.previous'
    """
    return path.with_name(f"{path.name}.previous")


def write_prices(path: Path, rows: Sequence[Price], core_speeds: Mapping[str, CoreSpeed]) -> None:
    """
    Replace a price list; whatever happens meanwhile, the file is the old one or the new one.

    Parameters
    ----------
    path : Path
        The price list.
    rows : sequence of Price
        Its new rows.
    core_speeds : mapping
        As for `tco.pricing.read_prices`.

    Raises
    ------
    RefreshError
        If it cannot be written, or would not be read back.
    """
    new = kept = None
    try:
        mode = path.stat().st_mode & 0o777
        new = write_beside(path, _text_of(rows).encode(), mode)
        # By the rules that it will be read by: a list that would be refused takes no one's place.
        read_prices(new, core_speeds)
        kept = write_beside(path, path.read_bytes(), mode)
        # A rename happens at once or not at all.
        kept.replace(previous_of(path))
        new.replace(path)
    except TableError as error:
        raise RefreshError(f"the new list breaks a rule: {error}") from None
    except OSError as error:
        raise RefreshError(f"{path} cannot be written ({error.strerror or error})") from None
    finally:
        for part in (new, kept):
            if part is not None:
                part.unlink(missing_ok=True)


def _text_of(rows: Sequence[Price]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Price.model_fields)
    writer.writerows([_cell(getattr(row, column)) for column in Price.model_fields] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """A number as the shortest text that reads back to it, whole ones without a point."""
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else value
