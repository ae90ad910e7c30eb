"""
Load tests: results of k6, Locust, oha and wrk as one type, and the CPU and waiting time of a request from them.

The format is recognised from the content. Whatever is wrong with a file comes out as one sentence that names file,
field, value and rule.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tco.inputs import InputError, checked, shown
from tco.tables import TableError, read_text
from tco.units import MS_PER_SECOND, SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from tco.usl import MINIMUM_COUNTS, UslFit, fit_usl

# Beyond this share of failed requests a test says little about the requests that succeed.
MAXIMUM_ERRORS_SHARE: Final = 0.01
# So few requests in progress, or so small a share of the best throughput, and hardly one waits for another.
UNLOADED_COUNT: Final = 1.05
UNLOADED_SHARE: Final = 0.1
# A server is saturated where responses take so many times as long as unloaded.
SATURATED_RATIO: Final = 2.0
# Limits closer together than this cannot be told apart by measurement.
CLOSE_SHARE: Final = 0.05

FORMATS: Final = (
    "k6's summary (--summary-export or handleSummary), Locust's _stats.csv, oha's JSON (--output-format json) "
    "and wrk's text"
)

Positive = Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(ge=0, le=1e8, allow_inf_nan=False)]


class LoadTest(BaseModel):
    """What a load test found at one load."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    tool: Literal["k6", "locust", "oha", "wrk"]
    throughput_rps: Positive
    errors_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    duration_s: Positive
    # Callers or connections, where the tool tells and they did not change during the test.
    concurrency_count: Annotated[float, Field(ge=1, le=1e7, allow_inf_nan=False)] | None = None
    mean_ms: Milliseconds | None = None
    p50_ms: Milliseconds | None = None
    p95_ms: Milliseconds | None = None
    p99_ms: Milliseconds | None = None

    @model_validator(mode="after")
    def _percentiles_ascend(self) -> Self:
        known = [value for value in (self.p50_ms, self.p95_ms, self.p99_ms) if value is not None]
        if known != sorted(known):
            listed = ", ".join(f"{value:g}" for value in known)
            raise ValueError(f"p50_ms, p95_ms and p99_ms must ascend; got {listed}")
        return self

    @property
    def in_progress_count(self) -> float | None:
        """Requests in progress on average: by Little's law, and never more than the callers there were."""
        known = [] if self.concurrency_count is None else [self.concurrency_count]
        if self.mean_ms is not None:
            known.append(self.throughput_rps * self.mean_ms / MS_PER_SECOND)
        return min(known, default=None)


class Calibration(NamedTuple):
    """CPU and waiting time of a request, and how they were found."""

    cpu_ms: float
    wait_ms: float
    unloaded: LoadTest
    saturated: LoadTest
    derivation: tuple[str, ...]
    assumptions: tuple[str, ...]
    usl: UslFit | None


def read_load_test(path: Path | str) -> LoadTest:
    """
    Read the result of a load test.

    Parameters
    ----------
    path : Path or str
        A file that k6, Locust, oha or wrk wrote.

    Returns
    -------
    load_test : LoadTest
        Throughput, response times, errors.

    Raises
    ------
    TableError
        If the file cannot be read, has an unknown format, lacks a field or holds an illegal value.
    """
    path = Path(path)
    text = read_text(path)
    if text.lstrip()[0] in "{[":
        return _from_json(path, text)
    header = text.lstrip().splitlines()[0]
    if "Request Count" in header and "User Count" not in header:
        return _from_locust(path, text)
    if "User Count" in header:
        raise TableError(f"{path}: this is Locust's history over time; give the file that ends in _stats.csv instead")
    if "Requests/sec:" in text and "threads and" in text:
        return _from_wrk(path, text)
    raise TableError(f"{path}: the format is unknown; {FORMATS} are read")


def calibrate(
    load_tests: Sequence[LoadTest], workers: float, slots_per_worker_count: float, core_count: float
) -> Calibration:
    """
    CPU and waiting time of a request from load tests of one server at low and at high load.

    Parameters
    ----------
    load_tests : sequence of LoadTest
        At least one at low load and one that saturates the same server with the same requests.
    workers : float
        Worker processes of the server. [1]
    slots_per_worker_count : float
        Requests that a worker can have in progress. [1]
    core_count : float
        Cores that the server could use. [1]

    Returns
    -------
    calibration : Calibration
        The estimates, with the tests and the steps that they come from.

    Raises
    ------
    InputError
        If a number is illegal, or the tests cannot tell.

    Notes
    -----
    Unloaded, a response takes CPU + wait. Saturated, the throughput is the least of workers x slots / (CPU + wait) and
    min(workers, cores) / CPU. The first is known from the unloaded response; a throughput below it must be the second.

    Examples
    --------
    20 ms unloaded, and 2 cores that answer 500 req/s: 4 ms of CPU each, so 16 ms of waiting.

    >>> low = LoadTest(name="low", tool="wrk", throughput_rps=50, mean_ms=20, errors_share=0, duration_s=30)
    >>> high = LoadTest(name="high", tool="wrk", throughput_rps=500, mean_ms=128, errors_share=0, duration_s=30)
    >>> found = calibrate([low, high], workers=2, slots_per_worker_count=100, core_count=2)
    >>> found.cpu_ms, found.wait_ms
    (4.0, 16.0)
    """
    workers, slots, cores = (
        _at_least(name, value, low)
        for name, value, low in (
            ("workers", workers, 1.0),
            ("slots_per_worker_count", slots_per_worker_count, 1.0),
            ("core_count", core_count, 0.01),
        )
    )
    for test in load_tests:
        if test.errors_share > MAXIMUM_ERRORS_SHARE:
            raise InputError(
                f"{test.name}: errors_share must be at most {MAXIMUM_ERRORS_SHARE:g} for a calibration; "
                f"got {test.errors_share:g}"
            )
        if not test.mean_ms:
            raise InputError(f"{test.name}: mean_ms must be known and above 0 for a calibration; got {test.mean_ms}")
    unloaded = _unloaded(load_tests)
    unloaded_ms = unloaded.mean_ms or 0.0
    saturated = _saturated(load_tests, unloaded_ms)
    throughput_rps = saturated.throughput_rps

    by_slots_rps = MS_PER_SECOND * workers * slots / unloaded_ms
    busy_cores = min(workers, cores)
    cpu_ms = MS_PER_SECOND * busy_cores / throughput_rps
    slots_text = f"{workers:g} x {slots:g} slots / {_figure(unloaded_ms)} ms = {_figure(by_slots_rps)} req/s"
    if throughput_rps > (1 + CLOSE_SHARE) * by_slots_rps:
        raise InputError(
            f"{saturated.name}: {_figure(throughput_rps)} req/s is more than {slots_text} can carry, "
            "so workers or slots_per_worker_count must be higher than stated"
        )
    if throughput_rps > (1 - CLOSE_SHARE) * by_slots_rps:
        raise InputError(
            f"{saturated.name}: all slots are in use ({slots_text}), so the tests bound the CPU by "
            f"{_figure(cpu_ms)} ms of {_figure(unloaded_ms)} ms and cannot tell it; "
            "test again with more threads or connections per worker"
        )
    if cpu_ms > (1 + CLOSE_SHARE) * unloaded_ms:
        raise InputError(
            f"{saturated.name}: {busy_cores:g} busy cores at {_figure(throughput_rps)} req/s are {_figure(cpu_ms)} ms "
            f"of CPU, more than the unloaded response of {_figure(unloaded_ms)} ms: "
            "something else than these cores was the limit"
        )
    cpu_ms = min(cpu_ms, unloaded_ms)
    wait_ms = unloaded_ms - cpu_ms
    return Calibration(
        cpu_ms,
        wait_ms,
        unloaded,
        saturated,
        (
            f"Unloaded, a response takes CPU + wait = {_figure(unloaded_ms)} ms ({unloaded.name}).",
            f"Saturated, {_figure(throughput_rps)} req/s are answered ({saturated.name}); slots alone would carry "
            f"{_figure(by_slots_rps)}, so the CPU binds: {busy_cores:g} cores / {_figure(throughput_rps)} req/s = "
            f"{_figure(cpu_ms)} ms.",
            f"The rest is waiting: {_figure(unloaded_ms)} - {_figure(cpu_ms)} = {_figure(wait_ms)} ms.",
        ),
        (
            "All tests sent the same mix of requests to the same server.",
            "The load generator took no CPU from the server's cores, and the network no time worth counting.",
            "Nothing behind the server (a database, its pool of connections) was saturated before the server's CPU.",
            "CPU per request is the same at every load.",
        ),
        _usl(load_tests),
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _at_least(name: str, value: float, low: float) -> float:
    number = checked(name if name.endswith("_count") else f"{name}_count", value)
    if not isinstance(number, float) or number < low:
        raise InputError(f"{name} must be at least {low:g}; got {shown(value)}")
    return number


def _unloaded(load_tests: Sequence[LoadTest]) -> LoadTest:
    if not load_tests:
        raise InputError("a calibration needs load tests; got none")
    least = min(load_tests, key=lambda test: test.in_progress_count or 0.0)
    best_rps = max(test.throughput_rps for test in load_tests)
    in_progress = least.in_progress_count or 0.0
    if in_progress > UNLOADED_COUNT and least.throughput_rps > UNLOADED_SHARE * best_rps:
        raise InputError(
            f"no test is at low load: the lightest, {least.name}, has {in_progress:.3g} requests in progress at "
            f"{_figure(least.throughput_rps)} req/s; add one with a single caller, "
            f"or below {UNLOADED_SHARE:.0%} of the best throughput"
        )
    return least


def _saturated(load_tests: Sequence[LoadTest], unloaded_ms: float) -> LoadTest:
    full = [test for test in load_tests if (test.mean_ms or 0.0) >= SATURATED_RATIO * unloaded_ms]
    if not full:
        slowest = max(load_tests, key=lambda test: test.mean_ms or 0.0)
        raise InputError(
            f"no test saturates the server: the slowest responses, {_figure(slowest.mean_ms or 0.0)} ms in "
            f"{slowest.name}, are under {SATURATED_RATIO:g} x the unloaded {_figure(unloaded_ms)} ms; "
            "add one with more callers"
        )
    return max(full, key=lambda test: test.throughput_rps)


def _usl(load_tests: Sequence[LoadTest]) -> UslFit | None:
    """A fit over the requests in progress, where there are enough different loads of one and more."""
    points = [(test.in_progress_count or 0.0, test.throughput_rps) for test in load_tests]
    counts = [(max(1.0, count), rps) for count, rps in points if count > 1 - CLOSE_SHARE]
    if len({count for count, _ in counts}) < MINIMUM_COUNTS:
        return None
    return fit_usl([count for count, _ in counts], [rps for _, rps in counts])


def _made(path: Path, **fields: Any) -> LoadTest:
    try:
        return LoadTest(name=path.name, **fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        rule = first["msg"].removeprefix("Value error, ")
        what = f", field {first['loc'][0]!r}, value {shown(first['input'])}" if first["loc"] else ""
        raise TableError(f"{path}{what}: {rule[0].lower()}{rule[1:]}") from None


# --- JSON: k6 and oha


def _not_a_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _from_json(path: Path, text: str) -> LoadTest:
    try:
        document = json.loads(text, parse_constant=_not_a_number)
    except (ValueError, RecursionError) as error:
        if re.match(r'\s*\{"(type|metric)"\s*:', text) and "\n{" in text:
            raise TableError(f"{path}: this is k6's stream of points (--out json); give its summary instead") from None
        raise TableError(f"{path}: not JSON ({str(error)[:100]})") from None
    if isinstance(document, dict):
        if isinstance(document.get("metrics"), dict):
            return _from_k6(path, document, document["metrics"])
        results = document.get("results")
        if isinstance(results, dict) and isinstance(results.get("metrics"), list):
            # The shape of `--new-machine-readable-summary`: a list of metrics that say their names.
            named = {str(metric["name"]): metric for metric in results["metrics"] if _has(metric, "name")}
            return _from_k6(path, document, named)
        if _has(document.get("summary"), "requestsPerSec"):
            return _from_oha(path, document)
    raise TableError(f"{path}: the format is unknown; {FORMATS} are read")


def _has(thing: object, key: str) -> bool:
    return isinstance(thing, dict) and key in thing


def _number(path: Path, mapping: object, key: str, field: str) -> float:
    """A number that must be there."""
    if not isinstance(mapping, Mapping) or key not in mapping:
        raise TableError(f"{path}: the field {field!r} is missing")
    value = mapping[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        raise TableError(f"{path}, field {field!r}, value {shown(value)}: must be a finite number of 0 or more")
    return float(value)


def _optional(path: Path, mapping: Mapping[str, Any], keys: Sequence[str], field: str) -> float | None:
    return next((_number(path, mapping, key, f"{field}.{key}") for key in keys if key in mapping), None)


def _answered(path: Path, field: str, count: float) -> float:
    if count <= 0:
        raise TableError(f"{path}, field {field!r}, value {count:g}: must be above 0; no request was answered")
    return count


def _from_k6(path: Path, document: Mapping[str, Any], metrics: Mapping[str, Any]) -> LoadTest:
    def values(name: str) -> Mapping[str, Any]:
        """A metric's values: one level deeper in what handleSummary gives than in an export."""
        metric = metrics.get(name)
        inner = metric.get("values", metric) if isinstance(metric, dict) else None
        if not isinstance(inner, dict):
            raise TableError(f"{path}: the field 'metrics.{name}' is missing")
        return inner

    requests, took, failed = values("http_reqs"), values("http_req_duration"), values("http_req_failed")
    rate = _answered(path, "metrics.http_reqs.rate", _number(path, requests, "rate", "metrics.http_reqs.rate"))
    if _has(document.get("state"), "testRunDurationMs"):
        duration_s = _number(path, document["state"], "testRunDurationMs", "state.testRunDurationMs") / MS_PER_SECOND
    else:
        duration_s = _number(path, requests, "count", "metrics.http_reqs.count") / rate
    errors = _optional(path, failed, ("rate", "value"), "metrics.http_req_failed")
    if errors is None:
        raise TableError(f"{path}: the field 'metrics.http_req_failed.rate' is missing")
    callers = None
    if "vus" in metrics:
        low, high = (_number(path, values("vus"), key, f"metrics.vus.{key}") for key in ("min", "max"))
        callers = high if low == high and high > 0 else None
    trend = "metrics.http_req_duration"
    return _made(
        path,
        tool="k6",
        throughput_rps=rate,
        errors_share=errors,
        duration_s=duration_s,
        concurrency_count=callers,
        mean_ms=_optional(path, took, ("avg",), trend),
        p50_ms=_optional(path, took, ("med", "p(50)"), trend),
        p95_ms=_optional(path, took, ("p(95)",), trend),
        p99_ms=_optional(path, took, ("p(99)",), trend),
    )


def _from_oha(path: Path, document: Mapping[str, Any]) -> LoadTest:
    summary = document["summary"]
    figures = {
        key: _number(path, summary, key, f"summary.{key}")
        for key in ("requestsPerSec", "successRate", "total", "average")
    }
    percentiles = document.get("latencyPercentiles")
    if not isinstance(percentiles, dict):
        raise TableError(f"{path}: the field 'latencyPercentiles' is missing")
    statuses = document.get("statusCodeDistribution")
    if not isinstance(statuses, dict):
        raise TableError(f"{path}: the field 'statusCodeDistribution' is missing")
    counts = {code: _number(path, statuses, code, f"statusCodeDistribution.{code}") for code in statuses}
    answers = _answered(path, "statusCodeDistribution", sum(counts.values()))
    # To oha an answer with an error status is a success: it arrived.
    bad = sum(count for code, count in counts.items() if code[:1] in {"4", "5"})
    times = {
        f"{key}_ms": MS_PER_SECOND * _number(path, percentiles, key, f"latencyPercentiles.{key}")
        for key in ("p50", "p95", "p99")
    }
    return _made(
        path,
        tool="oha",
        throughput_rps=_answered(path, "summary.requestsPerSec", figures["requestsPerSec"]),
        errors_share=1 - figures["successRate"] * (1 - bad / answers),
        duration_s=figures["total"],
        mean_ms=MS_PER_SECOND * figures["average"],
        **times,
    )


# --- CSV: Locust


def _from_locust(path: Path, text: str) -> LoadTest:
    try:
        rows = list(csv.DictReader(io.StringIO(text.lstrip(), newline=""), strict=True))
    except csv.Error as error:
        raise TableError(f"{path}: not CSV ({error})") from None
    total = next((row for row in rows if row.get("Name") == "Aggregated"), None)
    if total is None:
        raise TableError(f"{path}: the row with the Name 'Aggregated' is missing")

    def cell(column: str) -> float:
        value = total.get(column)
        if value is None:
            raise TableError(f"{path}: the column {column!r} is missing")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number < 1e15:
            raise TableError(f"{path}, column {column!r}, value {shown(value)}: must be a finite number of 0 or more")
        return number

    count = _answered(path, "Request Count", cell("Request Count"))
    rate = _answered(path, "Requests/s", cell("Requests/s"))
    failures = cell("Failure Count")
    if failures > count:
        raise TableError(
            f"{path}, column 'Failure Count', value {failures:g}: must be at most the Request Count, {count:g}"
        )
    # Which percentiles there are is a setting of Locust's.
    percentiles = {name: cell(column) for name, column in _LOCUST_PERCENTILES.items() if column in total}
    return _made(
        path,
        tool="locust",
        throughput_rps=rate,
        errors_share=failures / count,
        duration_s=count / rate,
        mean_ms=cell("Average Response Time"),
        **percentiles,
    )


_LOCUST_PERCENTILES: Final = {"p50_ms": "50%", "p95_ms": "95%", "p99_ms": "99%"}


# --- Text: wrk

_WRK_UNIT_MS: Final = {
    "us": 1 / MS_PER_SECOND,
    "ms": 1.0,
    "s": MS_PER_SECOND,
    "m": MS_PER_SECOND * SECONDS_PER_MINUTE,
    "h": MS_PER_SECOND * SECONDS_PER_HOUR,
}
# What stands on a line, and the value in it.
_WRK_FIELDS: Final = {
    "Requests/sec": re.compile(r"^Requests/sec:[ \t]*(\S+)", re.MULTILINE),
    "threads": re.compile(r"^[ \t]*(\S+) threads and \S+ connections", re.MULTILINE),
    "connections": re.compile(r"^[ \t]*\S+ threads and (\S+) connections", re.MULTILINE),
    "requests": re.compile(r"^[ \t]*(\S+) requests in ", re.MULTILINE),
    "Non-2xx or 3xx responses": re.compile(r"^[ \t]*Non-2xx or 3xx responses:[ \t]*(\S+)", re.MULTILINE),
}
_WRK_LATENCY: Final = re.compile(r"^[ \t]+Latency[ \t]+(\S+)", re.MULTILINE)
_WRK_SOCKET_ERRORS: Final = re.compile(r"^[ \t]*Socket errors:(.*)$", re.MULTILINE)


def _from_wrk(path: Path, text: str) -> LoadTest:
    def number(field: str) -> float:
        found = _WRK_FIELDS[field].findall(text)
        if len(found) != 1:
            rule = "is missing" if not found else f"stands {len(found)} times; a file must hold one result"
            raise TableError(f"{path}: the field {field!r} {rule}")
        if not re.fullmatch(r"\d{1,15}(\.\d+)?", found[0]):
            raise TableError(f"{path}, field {field!r}, value {shown(found[0])}: must be a finite number of 0 or more")
        return float(found[0])

    def percentile(percent: int) -> float | None:
        # wrk2 writes 50.000% for wrk's 50%.
        found = re.search(rf"^[ \t]*{percent}(?:\.0+)?%[ \t]+(\S+)", text, re.MULTILINE)
        return None if found is None else _wrk_ms(path, f"{percent}%", found[1])

    rate = _answered(path, "Requests/sec", number("Requests/sec"))
    count = _answered(path, "requests", number("requests"))
    threads, connections = number("threads"), number("connections")
    latency = _WRK_LATENCY.search(text)
    if latency is None:
        raise TableError(f"{path}: the field 'Latency' is missing")
    failed = number("Non-2xx or 3xx responses") if "Non-2xx" in text else 0.0
    sockets = _WRK_SOCKET_ERRORS.search(text)
    broken = sum(float(digits) for digits in re.findall(r"\d{1,15}", sockets[1])) if sockets else 0.0
    return _made(
        path,
        tool="wrk",
        throughput_rps=rate,
        # Requests that failed on the way are not among those that wrk counts as done.
        errors_share=min(1.0, (failed + broken) / (count + broken)),
        # Not the printed time, which is rounded to hundredths of a minute.
        duration_s=count / rate,
        # Each thread opens the same whole number of connections.
        concurrency_count=max(1.0, threads * (connections // max(1.0, threads))),
        mean_ms=_wrk_ms(path, "Latency", latency[1]),
        p50_ms=percentile(50),
        p95_ms=percentile(95),
        p99_ms=percentile(99),
    )


def _wrk_ms(path: Path, field: str, text: str) -> float:
    found = re.fullmatch(r"(\d{1,15}(?:\.\d+)?)(us|ms|s|m|h)", text)
    if found is None:
        raise TableError(f"{path}, field {field!r}, value {shown(text)}: must be a time such as 6.35ms")
    return float(found[1]) * _WRK_UNIT_MS[found[2]]
