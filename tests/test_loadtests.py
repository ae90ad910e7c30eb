"""Load tests: each tool's format is read to the last figure, malformed files are one sentence, and times come back."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from tco.capacity import stable_load_rps
from tco.cli import app
from tco.inputs import InputError
from tco.loadtests import LoadTest, calibrate, read_load_test
from tco.scenarios import scenario
from tco.settings import parse_settings
from tco.tables import TableError
from tests.tables import assert_one_sentence

SAMPLES = Path(__file__).parent / "data" / "loadtests"


def read(name):
    return read_load_test(SAMPLES / name)


def found_at(rps, mean_ms, name="test", **other):
    """A load test that found this throughput and mean response."""
    fields = {"tool": "wrk", "errors_share": 0, "duration_s": 30} | other
    return LoadTest(name=name, throughput_rps=rps, mean_ms=mean_ms, **fields)


def figures(test):
    """Throughput, errors, duration, callers, mean, 50th, 95th and 99th percentile."""
    return (
        test.throughput_rps,
        test.errors_share,
        test.duration_s,
        test.concurrency_count,
        test.mean_ms,
        test.p50_ms,
        test.p95_ms,
        test.p99_ms,
    )


# --- formats; the figures of the samples are made up


def test_k6_summary_export():
    """`k6 run --summary-export`: metrics hold their values themselves; a rate is called value; 15,000 / 500 = 30 s.

    Shape as in exports published on GitHub, and k6's documentation of end-of-test summaries.
    """
    test = read("k6-export.json")
    assert test.tool == "k6"
    assert figures(test) == (500, 0.001, 30, 32, 63.5, 61.2, 104.8, None)


def test_k6_handle_summary():
    """`handleSummary(data)`: values one level deeper, the duration said in ms, and 1 to 40 callers are no one number.

    Shape from k6's documentation, "Custom summary", section "Summary data reference" (grafana/k6-docs).
    """
    test = read("k6-handle-summary.json")
    assert test.tool == "k6"
    assert figures(test) == (499.159748, 0.002, 30.0505, None, 63.5, 61.2, 104.8, 151.3)


def test_k6_machine_readable_summary():
    """`--new-machine-readable-summary`: a list of metrics that say their names.

    Shape from the schema and example of grafana/k6-summary, version 1.0.0.
    """
    test = read("k6-machine-readable.json")
    assert test.tool == "k6"
    assert figures(test) == (20, 0, 30, 1, 20.5, 20.1, 23.4, 30.2)


def test_locust_stats():
    """The row Aggregated, not those of single requests: 12 / 12,000 failed, and 12,000 / 200 = 60 s.

    Shape from locustio/locust, locust/stats.py (StatsCSV.requests_csv_columns).
    """
    test = read("locust_stats.csv")
    assert test.tool == "locust"
    assert figures(test) == (200, 0.001, 60, None, 64.0625, 61, 120, 200)


def test_oha_json():
    """Seconds become ms; 0.1% got no answer, and 297 of 29,970 answers were errors: 1 - 0.999 x (1 - 0.00991).

    Shape from hatoo/oha, schema.json and src/printer.rs.
    """
    test = read("oha.json")
    assert test.tool == "oha"
    expected = (1000, 1 - 0.999 * (1 - 297 / 29970), 30, None, 16, 15.5, 28, 41)
    assert figures(test)[3] is None
    assert figures(test)[:3] + figures(test)[4:] == pytest.approx(expected[:3] + expected[4:], rel=1e-12)


def test_wrk_without_latency():
    """The mean alone; 2 threads share 16 connections evenly; 105,750 / 3,519.13 = 30.05 s.

    Shape from wg/wrk, README.md and src/wrk.c.
    """
    test = read("wrk.txt")
    assert test.tool == "wrk"
    assert figures(test) == pytest.approx((3519.13, 0, 105750 / 3519.13, 16, 4.53, None, None, None))


def test_wrk_with_latency():
    """Times in us, ms and s; (20 + 60 + 40) of (7,900 + 100) failed; 3 threads x 33 connections, not 100.

    Shape from wg/wrk, src/wrk.c (print_stats_latency, t->connections) and src/units.c.
    """
    test = read("wrk-latency.txt")
    assert figures(test) == pytest.approx((65.8, 120 / 8000, 7900 / 65.8, 99, 0.98025, 0.85, None, 1040))


def test_wrk2():
    """The offspring of wrk writes 50.000% for 50%, and a spectrum that is no percentile line.

    Shape from giltene/wrk2, README.md.
    """
    assert figures(read("wrk2.txt")) == pytest.approx((2000, 0, 30, 100, 6.5, 6.6, None, 11.2))


def test_a_name_says_nothing_about_the_format(tmp_path):
    """Content decides: oha's JSON in a file that ends in .txt."""
    path = tmp_path / "result.txt"
    path.write_bytes((SAMPLES / "oha.json").read_bytes())
    assert read_load_test(path).tool == "oha"


def test_requests_in_progress_are_littles_law():
    """200 req/s x 64.0625 ms = 12.8; with callers known, never more than they are."""
    assert read("locust_stats.csv").in_progress_count == pytest.approx(200 * 0.0640625, rel=1e-12)
    assert found_at(1000, 50, concurrency_count=40).in_progress_count == 40
    assert LoadTest(name="x", tool="k6", throughput_rps=1, errors_share=0, duration_s=1).in_progress_count is None


def test_a_load_test_cannot_be_changed():
    """It is frozen, and refuses what it does not know."""
    test = found_at(1, 1)
    with pytest.raises(ValidationError):
        test.mean_ms = 2
    with pytest.raises(ValidationError):
        found_at(1, 1, speed=3)


# --- malformed files


def text_of(name):
    return (SAMPLES / name).read_text(encoding="utf-8")


def replaced(name, old, new):
    assert old in text_of(name)
    return text_of(name).replace(old, new)


BROKEN = {
    "an empty file": ("", ["empty"]),
    "a web page": ("<!DOCTYPE html><p>404", ["format is unknown", "Locust"]),
    "other JSON": ('{"a": 1}', ["format is unknown", "k6"]),
    "a list": ("[1, 2]", ["format is unknown"]),
    "half a file": (text_of("k6-export.json")[:200], ["not JSON"]),
    "NaN in JSON": (replaced("k6-export.json", "63.5", "NaN"), ["not JSON", "NaN"]),
    "depth without end": ("[" * 100_000, ["not JSON"]),
    "an endless number": (replaced("oha.json", "1000.0", "9" * 5000), ["not JSON"]),
    "k6's points": ('{"type":"Metric","data":{},"metric":"vus"}\n{"type":"Point"}\n', ["stream of points", "summary"]),
    "k6 without requests": (replaced("k6-export.json", '"http_reqs"', '"other"'), ["'metrics.http_reqs' is missing"]),
    "k6 without a rate": (
        replaced("k6-export.json", '"rate": 500.0},\n        "iteration_', '"speed": 1},\n        "iteration_'),
        ["'metrics.http_reqs.rate' is missing"],
    ),
    "k6 without failures": (replaced("k6-export.json", "http_req_failed", "other"), ["'metrics.http_req_failed'"]),
    "k6 with text": (replaced("k6-export.json", '"avg": 63.5', '"avg": "63"'), ["http_req_duration.avg", "'63'"]),
    "k6 with true": (replaced("k6-export.json", '"avg": 63.5', '"avg": true'), ["http_req_duration.avg", "True"]),
    "k6 with a list": (replaced("k6-export.json", '{"count": 15000, "rate": 500.0}', "[]"), ["metrics.http_reqs"]),
    "k6 below zero": (replaced("k6-export.json", '"avg": 63.5', '"avg": -1'), ["http_req_duration.avg", "-1"]),
    "k6 beyond floats": (replaced("k6-export.json", '"avg": 63.5', '"avg": 1e999'), ["http_req_duration.avg", "inf"]),
    "k6 without answers": (
        replaced("k6-export.json", '"rate": 500.0', '"rate": 0'),
        ["metrics.http_reqs.rate", "above 0"],
    ),
    "k6 with more failures than requests": (
        replaced("k6-export.json", '"value": 0.001', '"value": 1.5'),
        ["errors_share", "1.5", "less than or equal to 1"],
    ),
    "k6 with falling percentiles": (
        replaced("k6-export.json", '"med": 61.2', '"med": 161.2'),
        ["must ascend", "161.2, 104.8"],
    ),
    "oha without percentiles": (replaced("oha.json", "latencyPercentiles", "other"), ["'latencyPercentiles' is"]),
    "oha without a p95": (replaced("oha.json", '"p95"', '"q95"'), ["'latencyPercentiles.p95' is missing"]),
    "oha with null": (replaced("oha.json", '"average": 0.016', '"average": null'), ["summary.average", "None"]),
    "oha without answers": (
        replaced("oha.json", '"200": 26973, "304": 2700, "500": 297', ""),
        ["statusCodeDistribution", "no request was answered"],
    ),
    "oha with odd statuses": (replaced("oha.json", '"500": 297', '"500": "many"'), ["Distribution.500", "'many'"]),
    "Locust's history": ('"Timestamp","User Count","Type","Name"\n1,2,,Aggregated\n', ["history", "_stats.csv"]),
    "Locust without a total": (replaced("locust_stats.csv", "Aggregated", "All"), ["'Aggregated' is missing"]),
    "Locust without a column": (replaced("locust_stats.csv", "Requests/s", "Speed"), ["'Requests/s' is missing"]),
    "Locust with N/A": (replaced("locust_stats.csv", ",64.0625,", ",N/A,"), ["Average Response Time", "'N/A'"]),
    "Locust with nan": (replaced("locust_stats.csv", ",64.0625,", ",nan,"), ["Average Response Time", "'nan'"]),
    "Locust without requests": (replaced("locust_stats.csv", "d,12000,12", "d,0,0"), ["Request Count", "no request"]),
    "Locust with too many failures": (
        replaced("locust_stats.csv", "d,12000,12,", "d,12000,12001,"),
        ["Failure Count", "12001", "at most"],
    ),
    "Locust cut short": (text_of("locust_stats.csv").rpartition(",200.0")[0], ["'Requests/s' is missing"]),
    "wrk without a rate": (replaced("wrk.txt", "Requests/sec:   3519.13", "Requests/sec:"), ["'Requests/sec'"]),
    "wrk twice": (text_of("wrk.txt") * 2, ["'Requests/sec'", "2 times", "one result"]),
    "wrk without answers": (replaced("wrk.txt", "3519.13", "0.00"), ["Requests/sec", "no request was answered"]),
    "wrk with nan": (replaced("wrk.txt", "3519.13", "-nan"), ["Requests/sec", "'-nan'"]),
    "wrk without a latency": (replaced("wrk.txt", "    Latency  ", "    Lag  "), ["'Latency' is missing"]),
    "wrk with an odd unit": (replaced("wrk.txt", "4.53ms", "4.53min"), ["Latency", "'4.53min'", "6.35ms"]),
    "wrk with an odd percentile": (replaced("wrk-latency.txt", "850.00us", "-nanus"), ["'50%'", "'-nanus'"]),
    "wrk with falling percentiles": (replaced("wrk-latency.txt", "850.00us", "850.00s"), ["must ascend"]),
    "wrk with many threads": (replaced("wrk.txt", "2 threads", "two threads"), ["threads", "'two'"]),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_malformed_file_is_one_sentence(tmp_path, fault):
    """The file, the field, the value and the rule."""
    content, parts = BROKEN[fault]
    path = tmp_path / "result"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_load_test(path)
    assert_one_sentence(str(caught.value), str(path), *parts)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, name, data):
    """Cut off anywhere, or with any character replaced: a load test or a sentence, never another error."""
    text = text_of(name)
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.sampled_from(["", "x" + text[at + 1 :], "-" + text[at + 1 :], '"' + text[at:]]))
    path = tmp_path_factory.mktemp("damaged") / "result"
    path.write_text(damaged, encoding="utf-8")
    try:
        assert read_load_test(path).throughput_rps > 0
    except TableError as error:
        assert_one_sentence(str(error), str(path))


def test_a_file_that_is_not_there():
    """One sentence too."""
    with pytest.raises(TableError) as caught:
        read_load_test("nowhere.json")
    assert_one_sentence(str(caught.value), "nowhere.json", "cannot be read")


# --- calibration


def test_times_by_hand():
    """20 ms unloaded; 2 cores / 500 req/s = 4 ms of CPU; 20 - 4 = 16 ms of waiting."""
    found = calibrate([found_at(50, 20, "low"), found_at(500, 128, "high")], 2, 100, 2)
    assert (found.cpu_ms, found.wait_ms) == (4, 16)
    assert (found.unloaded.name, found.saturated.name) == ("low", "high")
    assert "low" in found.derivation[0]
    assert "2 cores / 500 req/s = 4 ms" in found.derivation[1]
    assert found.usl is None


def test_fewer_workers_than_cores_use_fewer_cores():
    """The GIL: 1 worker on 8 cores keeps one busy, 1 / 250 req/s = 4 ms."""
    assert calibrate([found_at(50, 20), found_at(250, 128)], 1, 100, 8).cpu_ms == 4


@given(
    workers=st.integers(1, 16),
    cores=st.integers(1, 16),
    cpu_ms=st.floats(0.1, 50),
    wait_ms=st.floats(0, 500),
)
def test_calibration_is_the_inverse_of_capacity(workers, cores, cpu_ms, wait_ms):
    """What the capacity model predicts for known times, calibration turns back into these times."""
    slots = 10_000
    capacity_rps = float(stable_load_rps(workers, slots, cores, cpu_ms, wait_ms))
    callers = 3 * capacity_rps * (cpu_ms + wait_ms) / 1000
    tests = [
        found_at(1000 / (cpu_ms + wait_ms), cpu_ms + wait_ms, concurrency_count=1),
        found_at(capacity_rps, 1000 * callers / capacity_rps),
    ]
    found = calibrate(tests, workers, slots, cores)
    assert found.cpu_ms == pytest.approx(cpu_ms, rel=1e-9)
    assert found.wait_ms == pytest.approx(wait_ms, rel=1e-9, abs=1e-9)


def test_order_does_not_matter():
    """The lightest test is the unloaded one, wherever it stands."""
    tests = [found_at(500, 128), found_at(50, 20), found_at(400, 40)]
    assert calibrate(tests, 2, 100, 2)[:2] == calibrate(tests[::-1], 2, 100, 2)[:2]


def test_a_light_load_need_not_be_one_caller():
    """2 s of waiting at 20 req/s are 40 requests in progress, but a tenth of what the server can: nobody waits."""
    assert calibrate([found_at(20, 2000), found_at(200, 5000)], 1, 10_000, 1).cpu_ms == 5


def test_enough_loads_give_the_scalability_law():
    """Five loads of a server with sigma = 0.1 and nothing else: lambda 100 and sigma 0.1 come back."""
    counts = np.array([1.0, 2, 4, 8, 16])
    throughput = 100 * counts / (1 + 0.1 * (counts - 1))
    tests = [found_at(x, 1000 * n / x, concurrency_count=n) for n, x in zip(counts, throughput, strict=True)]
    fit = calibrate(tests, 64, 100, 6.4).usl
    assert fit.single_rps.value == pytest.approx(100, rel=1e-4)
    assert fit.contention_share.value == pytest.approx(0.1, rel=1e-4)
    assert fit.coherency_ratio.value == pytest.approx(0, abs=1e-6)


LOW, HIGH = found_at(50, 20, "low"), found_at(500, 128, "high")
REFUSED = {
    "no test": ([], (2, 100, 2), ["needs load tests"]),
    "no low load": ([HIGH, found_at(480, 60, "middle")], (2, 100, 2), ["no test is at low load", "middle"]),
    "no high load": ([LOW, found_at(400, 39, "middle")], (2, 100, 2), ["no test saturates", "middle", "39 ms"]),
    # 10 slots / 20 ms = 500 req/s: the threads are all busy, and the CPU is anything up to 4 ms.
    "slots in use": ([LOW, HIGH], (2, 5, 2), ["high", "2 x 5 slots / 20 ms = 500 req/s", "4 ms of 20 ms", "threads"]),
    "too few slots": ([LOW, HIGH], (2, 2, 2), ["high", "2 x 2 slots / 20 ms = 200 req/s", "higher than stated"]),
    # 16 cores / 500 req/s = 32 ms of CPU in a response of 20.
    "too many cores": ([LOW, HIGH], (16, 100, 16), ["16 busy cores", "32 ms", "20 ms", "something else"]),
    "errors": ([LOW, found_at(500, 128, "high", errors_share=0.05)], (2, 100, 2), ["high: errors_share", "0.05"]),
    "no mean": ([LOW, found_at(500, None, "high")], (2, 100, 2), ["high: mean_ms", "None"]),
    "no workers": ([LOW, HIGH], (0, 100, 2), ["workers", "at least 1", "0"]),
    "no slots": ([LOW, HIGH], (2, 0, 2), ["slots_per_worker_count", "0"]),
    "no cores": ([LOW, HIGH], (2, 100, 0), ["core_count", "at least 0.01", "0"]),
    "nan workers": ([LOW, HIGH], (float("nan"), 100, 2), ["workers", "nan"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_data_cannot_tell_is_refused_in_one_sentence(case):
    """What is missing or contradicts itself, in which test, and what would help."""
    tests, server, parts = REFUSED[case]
    with pytest.raises(InputError) as caught:
        calibrate(tests, *server)
    assert_one_sentence(str(caught.value), *parts)


# --- the commands


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [str(word) for word in arguments])


SERVER = (SAMPLES / "k6-machine-readable.json", SAMPLES / "k6-export.json", "--workers", 2, "--slots", 64, "--cores", 2)


def test_the_command_prints_words_for_compare():
    """20.5 ms unloaded and 2 cores / 500 req/s: 4 ms and 16.5 ms, as words that `tco compare` takes."""
    done = run("calibrate", *SERVER)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "  tco compare --set app_cpu_ms=4 --set wait_ms=16.5"


def test_json_has_the_estimates_and_where_they_come_from():
    """Every figure, the steps, and each test as it was read."""
    printed = json.loads(run("calibrate", *SERVER, "--json").stdout)
    assert (printed["cpu_ms"], printed["wait_ms"]) == (4, 16.5)
    assert [test["tool"] for test in printed["tests"]] == ["k6", "k6"]
    assert len(printed["derivation"]) == 3
    assert printed["usl"] is None


@pytest.mark.parametrize("more", [[], ["--serving", "flask-threads"]])
def test_the_words_make_a_scenario(more):
    """They are inputs of the model; with --serving the CPU of application and framework add up to the request's."""
    settings = json.loads(run("calibrate", *SERVER, "--json", *more).stdout)["settings"]
    chosen = scenario(**parse_settings([f"{name}={value}" for name, value in settings.items()]))
    framework_ms = chosen.assumptions.serving_rows["flask-threads"]["framework_cpu_ms"].value if more else 0
    assert chosen.inputs["app_cpu_ms"] + framework_ms == pytest.approx(4, rel=1e-9)


def test_a_request_lighter_than_the_framework_sets_the_framework(tmp_path):
    """0.2 ms of CPU is less than Flask's 0.324 of our table: the application takes nothing, and Flask 0.2 ms."""
    for name, rate, mean in (("low", 50, 20), ("high", 5000, 128)):
        text = text_of("k6-export.json").replace("500.0", str(rate)).replace('"avg": 63.5', f'"avg": {mean}')
        text = text.replace('"med": 61.2', '"med": 19').replace('"min": 32, "max": 32', '"min": 1, "max": 9999')
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("calibrate", tmp_path / "low", tmp_path / "high", "--serving", "flask-threads", "--json")
    assert json.loads(done.stdout)["settings"] == pytest.approx(
        {"app_cpu_ms": 0, "wait_ms": 19.8, "framework_cpu_ms.flask-threads": 0.2}
    )


def test_the_command_prints_the_scalability_law(tmp_path):
    """With five loads, lambda, sigma and kappa with their intervals."""
    paths = []
    for n in (1, 2, 4, 8, 16):
        rate = 100 * n / (1 + 0.1 * (n - 1))
        text = text_of("k6-export.json").replace('"count": 15000, "rate": 500.0', f'"count": 15000, "rate": {rate}')
        text = text.replace('"avg": 63.5', f'"avg": {1000 * n / rate}').replace('"value": 32, "min": 32', '"min": 0')
        paths.append(tmp_path / f"{n}.json")
        paths[-1].write_text(text, encoding="utf-8")
    done = run("calibrate", *paths, "--workers", 64, "--cores", 6.4)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "lambda [req/s]  100 (" in done.stdout
    assert "sigma           0.1 (" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["nowhere.json"], ["nowhere.json", "cannot be read"]),
        ([SAMPLES / "wrk.txt"], ["no test is at low load", "wrk.txt"]),
        ([*SERVER, "--serving", "rails"], ["serving must be one of", "'rails'"]),
    ],
)
def test_the_command_refuses_in_one_sentence(arguments, parts):
    """Exit code 2, nothing on the output, one sentence on the error stream."""
    done = run("calibrate", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert_one_sentence(done.stderr.strip(), *parts)
