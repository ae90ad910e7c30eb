"""
FOCUS: a cost export of one's own, by the FinOps Open Cost and Usage Specification, beside the bill of the model.

Exports are large: they are read batch by batch, and only their columns that matter here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tco.inputs import shown
from tco.tables import TableError
from tco.units import HOURS_PER_MONTH, SECONDS_PER_HOUR

if TYPE_CHECKING:
    import pyarrow as pa

# What usage costs with commitments spread over their term; BilledCost, which has them in the month of purchase, stands
# in where an export lacks it.
COSTS: Final = ("EffectiveCost", "BilledCost")
NEEDED: Final = (
    "BillingCurrency",
    "ChargeCategory",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ServiceCategory",
    "ServiceName",
)
# Charges that are no use of a service stand by themselves, under the name of their category.
NO_SERVICE: Final = ("Tax", "Credit", "Adjustment")


class ServiceSpend(NamedTuple):
    """What a service costs in a mean month."""

    category: str
    service: str
    usd_per_month: float


class Spend(NamedTuple):
    """A cost export in short."""

    cost_column: str
    start: datetime
    end: datetime
    services: tuple[ServiceSpend, ...]
    usd_by_month: dict[str, dict[str, float]]

    def category_usd_per_month(self, category: str) -> float:
        """What the services of a category cost in a mean month. [USD/month]"""
        return sum(spend.usd_per_month for spend in self.services if spend.category == category)


def read_spend(path: Path) -> Spend:
    """
    Read a FOCUS cost export.

    Parameters
    ----------
    path : Path
        A CSV or Parquet file with the columns of FOCUS 1.0 or later.

    Returns
    -------
    spend : Spend
        Mean monthly cost of each service, the dearest first, and the cost of each calendar month by service.

    Raises
    ------
    TableError
        If the file cannot be read, lacks a column, holds no charge, or is in another currency than USD.
    """
    totals: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    cost_column, starts, ends = "", [], []
    for cost_column, batch in _batches(path):
        currencies = set(batch["BillingCurrency"].to_pylist())
        if currencies - {"USD"}:
            other = min(map(str, currencies - {"USD"}))
            raise TableError(f"{path}, column 'BillingCurrency', value {shown(other)}: must be USD")
        starts.append(min(_times(path, batch, "ChargePeriodStart")))
        ends.append(max(_times(path, batch, "ChargePeriodEnd")))
        for key, usd in _sums(path, cost_column, batch).items():
            totals[key] += usd
    if not totals:
        raise TableError(f"{path}: the export has no charges")
    start, end = min(starts), max(ends)
    months = (end - start).total_seconds() / SECONDS_PER_HOUR / HOURS_PER_MONTH
    if months <= 0:
        raise TableError(f"{path}, column 'ChargePeriodEnd', value {str(end)!r}: must be after ChargePeriodStart")
    by_service: defaultdict[tuple[str, str], float] = defaultdict(float)
    by_month: dict[str, dict[str, float]] = {}
    for (month, category, service), usd in sorted(totals.items()):
        by_service[category, service] += usd
        by_month.setdefault(month, {})[service] = by_month.get(month, {}).get(service, 0.0) + usd
    services = sorted((ServiceSpend(*names, usd / months) for names, usd in by_service.items()), key=lambda s: -s[2])
    return Spend(cost_column, start, end, tuple(services), by_month)


def implied_overhead_ratio(actual_usd_per_month: float, model_usd_per_month: float) -> float:
    """
    What servers really cost over what the model says: background jobs, staging, idle machines, dearer requests.

    Parameters
    ----------
    actual_usd_per_month : float
        Of the export. [USD/month]
    model_usd_per_month : float
        Of the model, above 0. [USD/month]

    Returns
    -------
    implied_overhead_ratio : float
        Above 1 where the bill is the larger one. [1]

    Examples
    --------
    >>> implied_overhead_ratio(600, 400)
    1.5
    """
    return actual_usd_per_month / model_usd_per_month


def implied_app_cpu_ms(request_cpu_ms: float, framework_cpu_ms: float, overhead_ratio: float) -> float:
    """
    CPU of the application's own code, if requests that cost more are all that the model has missed.

    Parameters
    ----------
    request_cpu_ms : float
        Whole CPU of a request in the model. [ms]
    framework_cpu_ms : float
        The framework's part of it. [ms]
    overhead_ratio : float
        As `implied_overhead_ratio` gives it. [1]

    Returns
    -------
    implied_app_cpu_ms : float
        The application's part, at least 0. [ms]

    Examples
    --------
    >>> implied_app_cpu_ms(10.0, 0.5, 1.5)
    14.5
    """
    return max(0.0, request_cpu_ms * overhead_ratio - framework_cpu_ms)


def _batches(path: Path) -> Iterator[tuple[str, "pa.RecordBatch"]]:
    """The name of the cost column, and the rows a batch at a time."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra that only this needs here
    except ModuleNotFoundError:
        raise TableError(f"{path}: reading cost exports needs pyarrow; install webframework-tco[sweep]") from None
    try:
        read = _parquet_batches if path.suffix == ".parquet" else _csv_batches
        yield from read(path)
    except OSError as error:
        raise TableError(
            f"{path}: cannot be read ({error.strerror or 'no such file, or none that can be read'})"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: {_reason(str(error))}") from None


def _csv_batches(path: Path) -> Iterator[tuple[str, "pa.RecordBatch"]]:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    with path.open(encoding="utf-8-sig") as file:
        header = [name.strip().strip('"') for name in file.readline(100_000).strip().split(",")]
    cost = _cost_column(path, header)
    types = {name: pa.string() for name in NEEDED} | {cost: pa.float64()}
    convert = csv.ConvertOptions(column_types=types, include_columns=[cost, *NEEDED])
    with csv.open_csv(path, read_options=csv.ReadOptions(use_threads=False), convert_options=convert) as reader:
        for batch in reader:
            yield cost, batch


def _parquet_batches(path: Path) -> Iterator[tuple[str, "pa.RecordBatch"]]:
    from pyarrow import parquet  # noqa: PLC0415

    with parquet.ParquetFile(path) as file:
        cost = _cost_column(path, file.schema_arrow.names)
        for batch in file.iter_batches(columns=[cost, *NEEDED]):
            yield cost, batch


def _cost_column(path: Path, header: list[str]) -> str:
    cost = next((name for name in COSTS if name in header), None)
    lacking = [name for name in NEEDED if name not in header] + ([] if cost else [" or ".join(COSTS)])
    if lacking or cost is None:
        raise TableError(
            f"{path}: the column {lacking[0]!r} is missing; a FOCUS export has {', '.join(NEEDED)} and a cost"
        )
    return cost


def _times(path: Path, batch: "pa.RecordBatch", column: str) -> list[datetime]:
    import pyarrow.compute as pc  # noqa: PLC0415

    if batch.num_rows == 0:
        return [datetime.max.replace(tzinfo=UTC) if column.endswith("Start") else datetime.min.replace(tzinfo=UTC)]
    ends = pc.min_max(batch[column]).as_py()
    return [_time(path, column, ends[name]) for name in ("min", "max")]


def _time(path: Path, column: str, value: Any) -> datetime:
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise TableError(
            f"{path}, column {column!r}, value {shown(value)}: must be a time as 2026-07-01T00:00:00Z"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _sums(path: Path, cost: str, batch: "pa.RecordBatch") -> dict[tuple[str, str, str], float]:
    """Cost by month, category and service."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    start = batch["ChargePeriodStart"]
    month = pc.utf8_slice_codeunits(start.cast(pa.string()), 0, 7)
    charge = batch["ChargeCategory"].cast(pa.string())
    apart = pc.is_in(charge, pa.array(NO_SERVICE))

    def named(column: str) -> Any:
        return pc.if_else(apart, charge, pc.fill_null(batch[column].cast(pa.string()), "Other"))

    costs = batch[cost].cast(pa.float64())
    if not pc.all(pc.is_finite(pc.fill_null(costs, float("nan")))).as_py():
        raise TableError(f"{path}, column {cost!r}: each charge must have a finite number")
    table = pa.table(
        {"month": month, "category": named("ServiceCategory"), "service": named("ServiceName"), "usd": costs}
    )
    grouped = table.group_by(["month", "category", "service"]).aggregate([("usd", "sum")]).to_pylist()
    return {(row["month"], row["category"], row["service"]): row["usd_sum"] for row in grouped}


def _reason(message: str) -> str:
    """A sentence from a message of the reading library."""
    value = re.search(r"Row #(\d+): .*invalid value '([^']*)'", message) or re.search(
        r"()invalid value '([^']*)'", message
    )
    if value:
        row = f"row {value[1]}, " if value[1] else ""
        return f"{row}value {shown(value[2])}: must be a number"
    return f"no CSV or Parquet file that can be read ({shown(message)[1:200]})"
