"""
Real servers: what ways of serving did with known work on one machine, and what the queueing formulas say they would.

CPU per request is taken from three workloads; every other case is predicted from it before it is compared.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import numpy as np
from pydantic import Field

from tco.arrays import Array
from tco.assumptions import Assumptions, data_directory, load_assumptions
from tco.queueing import response, saturation_rps
from tco.tables import Assumption, Identifier, Row, TableError, read_once, read_table

# CPU and wait in ms of the workloads that CPU per request is taken from: a light one that only computes, one that waits
# as well, and a heavy one, since threads that hand the interpreter around cost in proportion.
CALIBRATION: Final = ((0.2, 0.0), (0.2, 50.0), (20.0, 0.0))

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Amount = Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]


class MeasuredLoad(Row):
    """What a server did with a workload at one rate, and at saturation: `real_servers`."""

    key = ("serving", "workers", "server_cores", "cpu_ms", "wait_ms", "rate_share")

    serving: Identifier
    workers: Annotated[int, Field(ge=1, le=1000)]
    cpu_ms: Amount
    wait_ms: Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)]
    connections: Annotated[int, Field(ge=1, le=100_000)]
    saturation_rps: Amount
    cpu_ms_per_request: Amount
    server_cpu_share: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    generator_cpu_share: Share
    server_cores: Annotated[int, Field(ge=1, le=1000)]
    load_cores: Count
    at_saturation_others_cpu_share: Share
    rate_share: Annotated[float, Field(gt=0, le=1.5, allow_inf_nan=False)]
    rate_rps: Amount
    sent: Count
    mean_ms: Amount
    p50_ms: Amount
    p95_ms: Amount
    p99_ms: Amount
    errors: Count
    others_cpu_share: Share
    measured: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

    @property
    def workload(self) -> tuple[float, float]:
        """CPU and wait of each request, beside what the framework takes. [ms]"""
        return self.cpu_ms, self.wait_ms


class Prediction(NamedTuple):
    """A measured load with what the formulas say of it."""

    load: MeasuredLoad
    # Whether CPU per request was taken from this case, so that agreement proves nothing.
    calibrates: bool
    saturation_rps: float
    p95_ms: float

    @property
    def saturation_error(self) -> float:
        """Predicted over measured saturation, less one. [1]"""
        return self.saturation_rps / self.load.saturation_rps - 1.0

    @property
    def p95_error(self) -> float:
        """Predicted over measured 95th percentile, less one. [1]"""
        return self.p95_ms / self.load.p95_ms - 1.0


def read_real_servers(path: Path | None = None) -> tuple[MeasuredLoad, ...]:
    """
    Read what real servers did.

    Parameters
    ----------
    path : Path, optional
        A table with the same columns; by default the one that comes with the library.

    Returns
    -------
    loads : tuple of MeasuredLoad
        All rows, in the order of the file.

    Raises
    ------
    TableError
        If the file breaks a rule.
    """
    return _read(data_directory() / "real_servers.csv" if path is None else path)


@read_once
def _read(path: Path) -> tuple[MeasuredLoad, ...]:
    return read_table(path, MeasuredLoad)


class Curve(NamedTuple):
    """The 95th percentile of a way of serving against its load, as predicted for one workload."""

    serving: str
    load_rps: Array
    p95_ms: Array


def predictions(
    loads: Sequence[MeasuredLoad] | None = None, assumptions: Assumptions | None = None
) -> tuple[Prediction, ...]:
    """
    What the queueing formulas say of measured loads.

    Parameters
    ----------
    loads : sequence of MeasuredLoad, optional
        What was measured; by default what comes with the library.
    assumptions : Assumptions, optional
        Where the slots and turns of each way of serving stand; by default the tables in force.

    Returns
    -------
    predictions : tuple of Prediction
        One for each load, in the same order.

    Raises
    ------
    TableError
        If a way of serving is not in the tables, or its workloads for calibration were not measured.

    Examples
    --------
    >>> found = predictions()
    >>> bool(np.median([abs(one.saturation_error) for one in found if not one.calibrates]) < 0.1)
    True
    """
    loads = read_real_servers() if loads is None else loads
    servers = _Servers(loads, loads, load_assumptions() if assumptions is None else assumptions)
    p95_ms = servers.p95_ms(servers.column("rate_rps"))
    return tuple(
        Prediction(
            load,
            load.server_cores == 1 and load.workload in CALIBRATION,
            float(servers.saturation_rps[i]),
            float(p95_ms[i]),
        )
        for i, load in enumerate(loads)
    )


def predicted_curves(
    cpu_ms: float, wait_ms: float, load_share: Array, assumptions: Assumptions | None = None
) -> tuple[Curve, ...]:
    """
    The 95th percentile against the load, for each way of serving that was measured with a workload on one core.

    Parameters
    ----------
    cpu_ms, wait_ms : float
        A measured workload. [ms]
    load_share : ndarray, shape (n,)
        Loads, as shares of the predicted saturation, below 1. [1]
    assumptions : Assumptions, optional
        As for `predictions`.

    Returns
    -------
    curves : tuple of Curve
        Arrays of shape (n,); none where the workload was not measured.

    Examples
    --------
    >>> curves = predicted_curves(2, 50, np.array([0.5, 0.7]))
    >>> [curve.serving for curve in curves][:2]
    ['flask-sync', 'flask-threads']
    """
    measured = read_real_servers()
    alike = [load for load in measured if load.workload == (cpu_ms, wait_ms) and load.server_cores == 1]
    loads = tuple({load.serving: load for load in alike}.values())
    if not loads:
        return ()
    servers = _Servers(loads, measured, load_assumptions() if assumptions is None else assumptions)
    load_rps = np.asarray(load_share)[:, None] * servers.saturation_rps
    p95_ms = servers.p95_ms(load_rps)
    return tuple(Curve(load.serving, load_rps[:, i], p95_ms[:, i]) for i, load in enumerate(loads))


class _Servers:
    """The servers of some loads, as the formulas take them; CPU per request comes from all that was measured."""

    def __init__(
        self, loads: Sequence[MeasuredLoad], measured: Sequence[MeasuredLoad], assumptions: Assumptions
    ) -> None:
        known = assumptions.servings
        for serving in sorted({load.serving for load in loads} - set(known)):
            raise TableError(f"real_servers: serving must be one of {', '.join(known)}; got {serving!r}")
        self._loads = loads
        rows = assumptions.serving_rows
        self._turns = np.array([rows[load.serving]["turns_per_worker_count"].value for load in loads])
        calibrations = {name: _calibration(name, measured) for name in {load.serving for load in loads}}
        workers = self.column("workers")
        self._server = (
            workers,
            np.array([rows[load.serving]["slots_per_worker_count"].value for load in loads]),
            self.column("server_cores"),
            np.array([calibrations[load.serving].request_cpu_ms(load) for load in loads]),
            self.column("wait_ms"),
        )
        self._beside_ms = np.array([calibrations[load.serving].beside_ms(rows[load.serving]) for load in loads])
        # A closed load of so many callers brings no more requests than they make.
        in_progress = np.minimum(self._server[1], self.column("connections") / workers)
        self.saturation_rps = saturation_rps(workers, in_progress, *self._server[2:])

    def column(self, name: str) -> Array:
        return np.array([getattr(load, name) for load in self._loads], dtype=float)

    def p95_ms(self, load_rps: Array) -> Array:
        # CPU and wait of the workloads are constant.
        return np.asarray(response(load_rps, *self._server, 0.0, self._turns).p95_ms + self._beside_ms)


class _Calibration(NamedTuple):
    """The workloads of `CALIBRATION` of a way of serving, at the lowest rate."""

    computing: MeasuredLoad
    waiting: MeasuredLoad
    heavy: MeasuredLoad

    def request_cpu_ms(self, load: MeasuredLoad) -> float:
        """CPU per request with the work of a load."""
        light = self.waiting if load.wait_ms else self.computing
        slope = (self.heavy.cpu_ms_per_request - self.computing.cpu_ms_per_request) / (
            self.heavy.cpu_ms - self.computing.cpu_ms
        )
        return light.cpu_ms_per_request + slope * (load.cpu_ms - light.cpu_ms)

    def beside_ms(self, rows: Mapping[str, Assumption]) -> float:
        """What a response takes beside CPU, wait and queue: the network, waking up, the load generator."""
        light = self.computing
        slots, turns = (rows[name].value for name in ("slots_per_worker_count", "turns_per_worker_count"))
        found = response(light.rate_rps, light.workers, slots, 1, light.cpu_ms_per_request, 0.0, 0.0, turns)
        return max(0.0, light.mean_ms - float(found.mean_ms))


def _calibration(serving: str, measured: Sequence[MeasuredLoad]) -> _Calibration:
    alone = [load for load in measured if load.serving == serving and load.server_cores == 1]
    found = []
    for workload in CALIBRATION:
        alike = [load for load in alone if load.workload == workload]
        if not alike:
            cpu_ms, wait_ms = workload
            raise TableError(f"real_servers: {serving} lacks its workload for calibration, {cpu_ms:g} + {wait_ms:g} ms")
        found.append(min(alike, key=lambda load: load.rate_share))
    return _Calibration(*found)
