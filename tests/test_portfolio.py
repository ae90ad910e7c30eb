"""Portfolio: each row is its own scenario, and the numbers are the same wherever they are worked out."""

import os
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest

import tco
from tco import portfolio
from tco.inputs import InputError
from tco.portfolio import case_of, sweep
from tco.scenarios import ScenarioError
from tco.uncertainty import how_sure
from tests.tables import assert_one_sentence

SERVICES = [
    {"service": "billing", "peak_users": 50, "country": "India"},
    {"service": "search", "preset": "customer-api", "wait_ms": 20.0, "ramp_up_weeks.flask": 2},
    {"service": "scores", "preset": "ml-product", "servings": "flask-threads, fastapi-async, fastapi-plain"},
    {"service": "backoffice", "preset": "internal-tool", "provider": "azure"},
]


@pytest.fixture(scope="module")
def scenario():
    return tco.scenario("customer-api")


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of one service each, so that there is something to share out."""
    monkeypatch.setattr(portfolio, "MOST_SERVICES_OF_A_PART", 1)


def test_a_row_is_a_scenario(scenario):
    """Costs at the best values and figures of the draws are those of each row's scenario alone."""
    frame = sweep(scenario, SERVICES, draws=300, seed=2)
    assert frame["service"].unique().tolist() == [row["service"] for row in SERVICES]
    for row in SERVICES:
        case = case_of(scenario, row)
        of_row = frame[frame["service"] == row["service"]].set_index("serving")
        assert tuple(of_row.index) == case.servings
        costs, found = tco.evaluate(case), how_sure(case, 300, seed=2)
        assert np.array_equal(of_row["total_usd"], costs.total_usd)
        assert np.array_equal(of_row["launch_months"], costs.launch_months)
        assert np.array_equal(of_row["cheapest_share"], found.cheapest_share)
        assert np.array_equal(of_row["p95_usd"], found.quantiles_usd([0.95])[0])
        assert np.array_equal(of_row["regret_usd"], found.regret_usd.mean(axis=0))


def test_a_grid_is_every_combination(scenario):
    """Two columns of two and three values: six scenarios, in the order of the columns."""
    frame = sweep(scenario, {"country": ["India", "Germany"], "peak_users": [1, 10, 100]})
    rows = frame[["country", "peak_users"]].drop_duplicates().to_numpy().tolist()
    assert rows == [[country, users] for country in ("India", "Germany") for users in (1, 10, 100)]


def test_a_table_may_be_a_file_or_a_frame(scenario, tmp_path):
    """A CSV file with empty cells, the same as a DataFrame, and as rows: one result."""
    by_rows = sweep(scenario, SERVICES)
    table = pd.DataFrame(SERVICES)
    assert table.isna().any().any()
    path = tmp_path / "services.csv"
    table.to_csv(path, index=False)
    for cases in (table, path, str(path)):
        assert np.array_equal(sweep(scenario, cases)["total_usd"], by_rows["total_usd"])


def test_processes_change_nothing(scenario, small_parts, tmp_path):
    """In this process or in two others: the same frame, and the same Parquet files, to the last bit."""
    one = sweep(scenario, SERVICES, draws=200, out=tmp_path / "one", every_draw=True)
    two = sweep(scenario, SERVICES, draws=200, out=tmp_path / "two", every_draw=True, workers=2)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").glob("*/*.parquet"))
    assert len(files) == 2 * len(SERVICES)
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_every_draw_is_written(scenario, tmp_path):
    """One row for each service, draw and way of serving: the totals of the draws."""
    sweep(scenario, SERVICES[:2], draws=50, seed=7, out=tmp_path, every_draw=True)
    written = pd.read_parquet(tmp_path / "draws")
    assert len(written) == 2 * 50 * 3
    for row in SERVICES[:2]:
        totals = written.loc[written["service"] == row["service"], "total_usd"].to_numpy().reshape(50, 3)
        found = how_sure(case_of(scenario, row), 50, seed=7)
        assert np.array_equal(totals, found.total_usd, equal_nan=True)


def test_a_run_that_was_broken_off_goes_on(scenario, small_parts, tmp_path, monkeypatch):
    """After two of four parts: only the other two are worked out, and the result is that of one run."""
    whole = sweep(scenario, SERVICES, draws=20)
    sweep(scenario, SERVICES, draws=20, out=tmp_path)
    for number in (1, 3):
        (tmp_path / "summary" / f"part-{number:06d}.parquet").unlink()
    done = []
    summary = portfolio._summary  # noqa: SLF001, counted here

    def counted(packed, rows, *others):
        done.extend(row["service"] for row in rows)
        return summary(packed, rows, *others)

    monkeypatch.setattr(portfolio, "_summary", counted)
    pd.testing.assert_frame_equal(sweep(scenario, SERVICES, draws=20, out=tmp_path), whole, check_exact=True)
    assert done == ["search", "backoffice"]


def test_another_runs_directory_is_refused(scenario, tmp_path):
    """Other draws, other rows or another scenario do not mix with what is there."""
    sweep(scenario, SERVICES, draws=20, out=tmp_path)
    others = [
        (scenario, SERVICES, 21),
        (scenario, SERVICES[:2], 20),
        (scenario.replace(wait_ms=1), SERVICES, 20),
    ]
    for other, cases, draws in others:
        with pytest.raises(InputError, match="holds the results of another run"):
            sweep(other, cases, draws=draws, out=tmp_path)


REFUSED = {
    "an unknown column": ([{"colour": "red"}], "row 1: 'colour' is no choice, no input"),
    "an illegal value": ([{}, {"service": "b", "peak_users": -5}], "row 2 (b): peak_users must lie in"),
    "text in a number": ([{"peak_users": "many"}], "row 1: peak_users must be a number; got 'many'"),
    "an unknown country": ([{"country": "Atlantis"}], "row 1: country"),
    "a service twice": ([{"service": "a"}, {"service": "a"}], "row 2 (a): the service stands in row 1 already"),
    "many numbers in a cell": ([{"peak_users": [1, 2]}], "row 1: peak_users must be one number"),
    "no rows": ([], "the cases have no rows"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_broken_row_is_named_before_anything_is_done(scenario, case, tmp_path):
    """Row, service and rule in one sentence, and nothing is written."""
    rows, words = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        sweep(scenario, rows, out=tmp_path / "out")
    assert_one_sentence(str(caught.value), words)
    assert not (tmp_path / "out").exists()


def test_settings_that_do_not_fit_are_refused(scenario, tmp_path):
    """Draws that are none, and every draw without a place for it."""
    with pytest.raises(InputError, match="draws must be a whole number"):
        sweep(scenario, SERVICES, draws=-1)
    with pytest.raises(InputError, match="every_draw needs out"):
        sweep(scenario, SERVICES, draws=5, every_draw=True)
    with pytest.raises(InputError, match="every_draw needs out"):
        sweep(scenario, SERVICES, out=tmp_path, every_draw=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dask_worker_that_dies_costs_time_and_no_result(scenario, small_parts):
    """A real cluster of two processes, one of them killed in mid-run: the frame of one process, to the last bit."""
    distributed = pytest.importorskip("distributed")
    services = [{"service": f"s{i}", "peak_users": 10.0 * (i + 1)} for i in range(12)]
    alone = sweep(scenario, services, draws=2000)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = client.run(os.getpid)
        first_done = threading.Event()
        killed = []

        def kill_one():
            first_done.wait(timeout=60)
            pid = next(iter(pids.values()))
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

        killer = threading.Thread(target=kill_one)
        killer.start()
        begun = portfolio.results_of

        def watched(*args, **kwargs):
            for result in begun(*args, **kwargs):
                first_done.set()
                yield result

        portfolio.results_of = watched
        try:
            together = sweep(scenario, services, draws=2000, client=client)
        finally:
            portfolio.results_of = begun
            first_done.set()
            killer.join()
        deadline = time.monotonic() + 60
        while killed[0] in client.run(os.getpid).values() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert killed[0] not in client.run(os.getpid).values()
    pd.testing.assert_frame_equal(alone, together, check_exact=True)
