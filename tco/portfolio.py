"""Portfolio: many services, or a grid of scenarios, each with its draws; the same bit for bit wherever it is run."""

import itertools
import json
import math
import os
import pickle
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from tco.draws import block_rows
from tco.inputs import InputError, shown
from tco.keys import input_keys, with_values
from tco.parallel import results_of
from tco.scenarios import CHOICES, Scenario, ScenarioError, evaluate
from tco.tables import TableError
from tco.uncertainty import how_sure

# The column that names a row.
SERVICE: Final = "service"
# Evaluations of one part: a second or two of work. It depends on nothing but the number of draws, so that parts are the
# same files wherever they are made.
PART_EVALUATIONS: Final = 65_536
MOST_SERVICES_OF_A_PART: Final = 64
QUANTILES: Final = {"p05_usd": 0.05, "p50_usd": 0.5, "p95_usd": 0.95}

Cases = Mapping[str, Iterable[Any]] | Sequence[Mapping[str, Any]] | pd.DataFrame | Path | str


def sweep(
    scenario: Scenario,
    cases: Cases,
    *,
    draws: int = 0,
    seed: int = 1,
    out: Path | str | None = None,
    every_draw: bool = False,
    workers: int = 1,
    client: Any = None,
    progress: bool = False,
) -> pd.DataFrame:
    """
    Costs of many scenarios: of a grid, or of a table with a row for each service.

    Parameters
    ----------
    scenario : Scenario
        What all of them share.
    cases : mapping, sequence of mappings, DataFrame or path
        A grid as the values of each column, or a table as rows or as a CSV file. A column is a choice (`country`), an
        input by its key (`peak_users`, `ramp_up_weeks.flask`), or `service`, the name of the row; an empty cell leaves
        what the scenario has.
    draws : int
        Draws of each scenario from what is not known; 0 for the best values alone.
    seed : int
        Start of the random numbers. All scenarios meet the same draws, so that their differences are their own.
    out : path, optional
        Directory for the results as Parquet: `summary/`, and `draws/` with every draw. A run that was broken off goes
        on where it was.
    every_draw : bool
        Whether the total of every draw is written too.
    workers : int
        Processes of this machine. A script that asks for more than one must be safe to import.
    client : dask.distributed.Client, optional
        A client of a Dask cluster, which does the work instead. Dask has its workers start with
        `MALLOC_TRIM_THRESHOLD_=65536`, which takes this twice the time; leave it out of the cluster's setting
        `distributed.nanny.pre-spawn-environ`.
    progress : bool
        Whether a bar shows how far it is.

    Returns
    -------
    frame : DataFrame
        A row for each scenario and way of serving: the columns of the cases, `serving`, `total_usd`, `launch_months`
        and `peak_servers` at the best values, and of the draws mean, quantiles, chance of being cheapest and mean
        regret.

    Raises
    ------
    ScenarioError
        If a row is no legal scenario; the message names the row, and nothing has been worked out.
    InputError
        If a setting is illegal, or the directory holds another run.

    Examples
    --------
    >>> import tco
    >>> frame = sweep(tco.scenario("customer-api"), {"peak_users": [100, 10_000], "country": ["India", "Germany"]})
    >>> frame.shape, sorted(frame["country"].unique())
    ((12, 6), ['Germany', 'India'])
    """
    if every_draw and (out is None or not draws):
        raise InputError("every_draw needs out, a directory to write them to, and draws")
    if draws:
        block_rows(draws)  # refuses what is no number of draws
    rows = _rows_of(cases)
    _must_be_scenarios(scenario, rows)
    size = min(MOST_SERVICES_OF_A_PART, max(1, PART_EVALUATIONS // max(draws, 1)))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    packed = zlib.compress(pickle.dumps(scenario))
    directory = None if out is None else Path(out)
    frames: dict[int, pd.DataFrame] = {}
    if directory is not None:
        plan = [scenario.to_toml(), repr(scenario.assumptions), repr(rows), draws, int(seed), every_draw]
        frames = _begun(directory, blake2b(json.dumps(plan).encode()).hexdigest())
    left = [number for number in range(len(parts)) if number not in frames]
    calls = [(packed, parts[number], draws, seed, every_draw) for number in left]
    results = results_of(_summary, calls, workers=workers, client=client)
    for number, (frame, totals) in _shown(results, len(calls)) if progress else results:
        if directory is not None:
            if totals is not None:
                _write(totals, directory / "draws" / _part_name(left[number]))
            # Last: a part whose summary is there is done.
            _write(frame, directory / "summary" / _part_name(left[number]))
        frames[left[number]] = frame
    return pd.concat([frames[number] for number in range(len(parts))], ignore_index=True)


def _rows_of(cases: Cases) -> list[dict[str, Any]]:
    """A row for each scenario; cells without a value are left out."""
    if isinstance(cases, Path | str):
        try:
            cases = pd.read_csv(cases)
        except (OSError, ValueError) as error:
            raise TableError(f"{cases}: cannot be read ({' '.join(str(error).split())[:200]})") from None
    if isinstance(cases, pd.DataFrame):
        rows: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in cases.to_dict("records")]
    elif isinstance(cases, Mapping):
        columns = {name: list(values) for name, values in cases.items()}
        rows = [dict(zip(columns, cells, strict=True)) for cells in itertools.product(*columns.values())]
    else:
        rows = [dict(row) for row in cases]
    if not rows:
        raise ScenarioError("the cases have no rows")

    def plain(cell: Any) -> Any:
        return cell.item() if isinstance(cell, np.generic) else cell

    def is_empty(cell: Any) -> bool:
        return cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell))

    return [{name: plain(cell) for name, cell in row.items() if not is_empty(cell)} for row in rows]


def _must_be_scenarios(scenario: Scenario, rows: list[dict[str, Any]]) -> None:
    names: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        where = f"row {number}" + (f" ({row[SERVICE]})" if SERVICE in row else "")
        try:
            case_of(scenario, row)
        except InputError as error:
            raise ScenarioError(f"{where}: {error}") from None
        if SERVICE in row and names.setdefault(str(row[SERVICE]), number) != number:
            raise ScenarioError(f"{where}: the service stands in row {names[str(row[SERVICE])]} already")


def case_of(scenario: Scenario, row: Mapping[str, Any]) -> Scenario:
    """
    The scenario of one row of a table of cases.

    Parameters
    ----------
    scenario : Scenario
        What all rows share.
    row : mapping
        Choices and inputs of this one.

    Returns
    -------
    scenario : Scenario
        One scenario.

    Raises
    ------
    ScenarioError
        If it is not legal.

    Examples
    --------
    >>> import tco
    >>> case_of(tco.scenario(), {"service": "billing", "country": "India", "peak_users": 50}).value("peak_users")
    50.0
    """
    choices = {name: row[name] for name in CHOICES if name in row}
    if isinstance(choices.get("servings"), str):
        choices["servings"] = tuple(choices["servings"].replace(",", " ").split())
    preset = choices.pop("preset", scenario.preset)
    case = scenario if preset == scenario.preset else scenario.replace_preset(preset)
    case = case.replace(**choices)
    values = {key: value for key, value in row.items() if key not in (*CHOICES, SERVICE)}
    keys = input_keys(case)
    for key, value in values.items():
        if key not in keys:
            raise ScenarioError(f"{shown(key)} is no choice, no input of this scenario, and not {SERVICE!r}")
        if np.ndim(value):
            raise ScenarioError(f"{key} must be one number; got {shown(value)}")
    return with_values(case, values)


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Scenario:
    """What the parts share, unpacked once in each process; it comes from `sweep` in a process of the same run."""
    scenario: Scenario = pickle.loads(zlib.decompress(packed))  # noqa: S301, our own
    return scenario


def _summary(
    packed: bytes,
    rows: Sequence[Mapping[str, Any]],
    draws: int,
    seed: int,
    every_draw: bool,  # noqa: FBT001, one call
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Results of one part: a row for each scenario and way of serving, and for each draw of it."""
    scenario = _unpacked(packed)
    summaries, totals = [], []
    for row in rows:
        case = case_of(scenario, row)
        costs = evaluate(case)
        columns: dict[str, Any] = {**row, "serving": costs.names}
        columns |= {name: getattr(costs, name) for name in ("total_usd", "launch_months", "peak_servers")}
        if draws:
            found = how_sure(case, draws, seed=seed, workers=1)
            known = np.where(np.isfinite(found.ranked_usd), found.total_usd, np.nan)
            columns["mean_usd"] = np.nanmean(known, axis=0) if np.isfinite(known).any(axis=0).all() else np.nan
            columns |= dict(zip(QUANTILES, found.quantiles_usd(list(QUANTILES.values())), strict=True))
            columns["cheapest_share"] = found.cheapest_share
            columns["regret_usd"] = found.regret_usd.mean(axis=0) if found.compared.any() else np.nan
            if every_draw:
                names = {name: row[name] for name in (SERVICE,) if name in row} or dict(row)
                totals.append(
                    pd.DataFrame(
                        {
                            **names,
                            "draw": np.repeat(np.arange(draws), len(costs.names)),
                            "serving": np.tile(costs.names, draws),
                            "total_usd": found.total_usd.ravel(),
                            "ranked_usd": found.ranked_usd.ravel(),
                        }
                    )
                )
        summaries.append(pd.DataFrame(columns))
    return pd.concat(summaries, ignore_index=True), pd.concat(totals, ignore_index=True) if totals else None


def _begun(directory: Path, fingerprint: str) -> dict[int, pd.DataFrame]:
    """What the same run has written already; a directory of another run is refused."""
    plan = directory / "plan.json"
    try:
        (directory / "summary").mkdir(parents=True, exist_ok=True)
        (directory / "draws").mkdir(exist_ok=True)
        if plan.exists():
            if json.loads(plan.read_text(encoding="utf-8")).get("fingerprint") != fingerprint:
                raise InputError(f"{directory}: holds the results of another run; choose another directory")
        elif any(directory.glob("*/*.parquet")):
            raise InputError(f"{directory}: holds Parquet files of something else; choose another directory")
        else:
            plan.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")
        found = sorted((directory / "summary").glob("part-*.parquet"))
        return {int(path.stem.removeprefix("part-")): pd.read_parquet(path) for path in found}
    except OSError as error:
        raise InputError(f"{directory}: cannot be written ({error.strerror or error})") from None


def _part_name(number: int) -> str:
    return f"part-{number:06d}.parquet"


def _write(frame: pd.DataFrame, path: Path) -> None:
    """Whole or not at all: a file under its own name is complete."""
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    frame.to_parquet(beside, index=False)
    beside.replace(path)


def _shown(results: Iterable[Any], parts: int) -> Iterable[Any]:
    """The same results, with a bar on the standard error."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    return track(results, "Sweeping", total=parts, console=Console(stderr=True))
