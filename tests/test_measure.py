"""
Measuring: load goes to this machine only, stays on its schedule, and is counted whole; servers end when they must.

Nothing here asserts how fast a machine is: delays have lower bounds only, where a server was told to be slow.
"""

import csv
import dataclasses
import io
import itertools
import json
import os
import re
import select
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import tco
from tco.assumptions import data_directory, load_assumptions
from tco.cli import app
from tco.measure import accounting, apps, bench, load, servers, use
from tco.measure.case import measure_case
from tco.measure.command import numbers
from tco.measure.errors import MeasureError
from tco.measure.experiment import CONNECTION_BOUND, slope
from tco.measure.load import Load
from tco.measure.options import Options
from tco.measure.processes import ending, watched
from tco.measure.report import summaries, tables, warnings_of
from tco.measure.results import Observation, Results, read_results
from tco.measure.servers import WAYS
from tco.measure.target import Target, is_loopback, parse_target
from tests.tables import assert_one_sentence

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 30


def run(*words):
    """The result of `tco measure` with these words."""
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, ["measure", *map(str, words)])


def assert_refused(done, *parts):
    """Exit code 2, nothing printed, one sentence on the error stream that says these words."""
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert done.stderr.startswith("tco: ")
    assert_one_sentence(done.stderr.strip(), *parts)


def wait_until(is_so, what):
    """Wait for something that must come to be, however long the machine takes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


# --- a server that does as it is told, one connection a thread

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ANSWERS = {
    "with a length": (ANSWER, True),
    "in chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
    "that ends the connection": (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", False),
    "without a length": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok", False),
    "of HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nok", False),
}
FAILURES = {
    "an error": (b"HTTP/1.1 500 Broken\r\nContent-Length: 2\r\n\r\nno", True),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n", False),
    "half an answer": (b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nok", False),
    "nothing": (b"", False),
}


class Told:
    """What a told server was sent."""

    def __init__(self, port):
        self.port = port
        self.requests = []
        self.connections = 0

    def target(self, path="/"):
        """Where it listens."""
        return Target("127.0.0.1", self.port, path)


@contextmanager
def serving(answer=ANSWER, *, keep=True, before_answer=lambda count: None):
    """A server that gives each request this answer, and then keeps the connection or closes it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    told = Told(listener.getsockname()[1])
    over, threads = threading.Event(), []

    def converse(connection):
        with connection:
            connection.settimeout(PATIENCE_SECONDS)
            text = b""
            while not over.is_set():
                if not select.select([connection], [], [], 0.05)[0]:
                    continue
                try:
                    received = connection.recv(65_536)
                    if not received:
                        return
                    text += received
                    while b"\r\n\r\n" in text:
                        request, _, text = text.partition(b"\r\n\r\n")
                        told.requests.append(request)
                        before_answer(len(told.requests))
                        connection.sendall(answer)
                        if not keep:
                            return
                except OSError:
                    return

    def accept():
        while not over.is_set():
            if select.select([listener], [], [], 0.05)[0]:
                connection, _ = listener.accept()
                told.connections += 1
                thread = threading.Thread(target=converse, args=(connection,))
                threads.append(thread)
                thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield told
    finally:
        over.set()
        for thread in (accepting, *threads):
            thread.join()
        listener.close()


# --- where load may go

OURS = {
    "http://127.0.0.1:8000/": Target("127.0.0.1", 8000, "/", "127.0.0.1:8000"),
    "http://127.0.0.1:8000": Target("127.0.0.1", 8000, "/", "127.0.0.1:8000"),
    "http://127.255.0.9:81/a?b=c&d=%20": Target("127.255.0.9", 81, "/a?b=c&d=%20", "127.255.0.9:81"),
    "http://localhost/a": Target("127.0.0.1", 80, "/a", "localhost"),
    "HTTP://LOCALHOST:5/": Target("127.0.0.1", 5, "/", "LOCALHOST:5"),
    "http://[::1]:8000/a#part": Target("::1", 8000, "/a", "[::1]:8000"),
}
OTHERS = (
    "http://example.com/",
    "http://192.168.0.1/",
    "http://10.0.0.1:8000/",
    "http://0.0.0.0:8000/",
    "http://[::]:8000/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:8.8.8.8]/",
    "http://128.0.0.1/",
    "http://127.1:8000/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1.example.com/",
    "http://localhost.example.com/",
    "http://localhost./",
    "http://127.0.0.1@example.com/",
    "http://example.com@127.0.0.1/",
    "http://user:secret@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\\.example.com/",
    "http://example.com#@127.0.0.1/",
    "http://example.com?127.0.0.1",
    "http:///path",
    "http://",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:70000/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:http/",
    "http://[::1/",
    "http://[::1%25eth0]/",
    "https://127.0.0.1/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "//127.0.0.1/",
    "127.0.0.1:8000",
    "localhost",
    "",
    "http://127.0.0.1/a b",
    "http://127.0.0.1/\r\nX-Header: 1",
    "http://127.0.0.1/\n",
    "http://127.0.0.1/é",
    "http://１２７.0.0.1/",
    "http://exa\tmple.com/",
)


@pytest.mark.parametrize("url", OURS)
def test_this_machine_may_be_loaded(url):
    """By its addresses and by `localhost`, which is not looked up."""
    assert parse_target(url) == OURS[url]


@pytest.mark.parametrize("url", OTHERS)
def test_nothing_else_is_loaded(url, monkeypatch):
    """Refused by its letters, in one sentence, before anything is resolved, opened or sent."""

    def fail(*_args, **_options):
        pytest.fail("something was sent or looked up")

    for name in ("getaddrinfo", "gethostbyname", "create_connection", "socket"):
        monkeypatch.setattr(socket, name, fail)
    assert_refused(run("--url", url, "--pid", os.getpid()))


@given(st.ip_addresses())
def test_an_address_is_this_machine_s_by_its_number(address):
    """127.0.0.0/8 is 2^24 addresses from 127 x 2^24; of IPv6, the number 1 alone is ours."""
    number = int(address)
    assert is_loopback(str(address)) == (number >> 24 == 127 if address.version == 4 else number == 1)


def test_a_target_cannot_be_made_of_another_address():
    """However it is made: the process that sends checks again."""
    with pytest.raises(MeasureError, match="only this machine"):
        Target("192.0.2.1", 80, "/")
    with pytest.raises(MeasureError, match="only this machine"):
        dataclasses.replace(Target("127.0.0.1", 80, "/"), address="example.com")


def test_a_request_is_http():
    """GET of the path, for the host that was named."""
    request = parse_target("http://localhost:8000/a?b=c").request
    assert request.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: localhost:8000\r\n")
    assert request.endswith(b"\r\n\r\n")
    assert b"Host: [::1]:80\r\n" in Target("::1", 80, "/").request


def test_a_redirect_is_not_followed(tmp_path):
    """Neither by the first question, which refuses it, nor under load, where it counts as failed."""
    with serving() as elsewhere:
        location = f"http://127.0.0.1:{elsewhere.port}/".encode()
        answer = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
        with serving(answer) as told:
            url = f"http://127.0.0.1:{told.port}/a"
            done = run("--url", url, "--pid", os.getpid(), "--out", tmp_path / "out.csv")
            assert_refused(done, "302", location.decode(), "not followed")
            found = load.generate(Load(told.target(), "closed", 0.1))
        assert (found.answered, found.errors) == (0, found.sent)
        assert elsewhere.connections == 0


# --- load


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_closed_loop_counts_each_answer(kind):
    """As many as the server gave, however it marks their ends, over kept connections or new ones."""
    answer, keep = ANSWERS[kind]
    with serving(answer, keep=keep) as told:
        found = load.generate(Load(told.target(), "closed", 0.2, connections=3))
        assert found.errors == found.unanswered == 0
        # Those that were under way at the end are answered, and not counted.
        assert 0 < found.answered <= len(told.requests) <= found.answered + 3
        assert told.connections == (3 if keep else len(told.requests))


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_counted_as_one(kind):
    """Not as an answer; and the load goes on."""
    answer, keep = FAILURES[kind]
    with serving(answer, keep=keep) as told:
        found = load.generate(Load(told.target(), "open", 0.2, rate_rps=40, seed=1))
    expected = len(list(load.send_times(40, 0.2, 1)))
    assert (found.sent, found.errors, found.answered, found.unanswered) == (expected, expected, 0, 0)
    assert found.mean_ms != found.mean_ms


def test_a_server_that_is_gone_ends_the_load():
    """A thousand failures are enough, however long the load was to be."""
    port = servers.free_port()
    found = load.generate(Load(Target("127.0.0.1", port, "/"), "closed", 60, connections=5))
    assert (found.answered, found.errors) == (0, found.sent)
    assert found.sent <= 1000


def test_a_connection_that_the_server_closed_while_idle_is_made_anew():
    """It says that it keeps the connection and closes it: each request is answered all the same."""
    with serving(ANSWER, keep=False) as told:
        found = load.generate(Load(told.target(), "open", 0.3, rate_rps=50, seed=2))
        assert found.errors == 0
        assert found.sent == found.answered == len(list(load.send_times(50, 0.3, 2)))
        assert told.connections >= len(told.requests) == found.answered


def test_a_stall_cannot_be_hidden():
    """
    A server that answers nothing for half a second: each request that was due meanwhile has waited for the rest of it.

    A generator that waits for answers before it sends (coordinated omission) would count one slow request.
    """
    stall_seconds, rate_rps, seed = 0.5, 60, 3
    began = []

    def stall(count):
        if count == 1:
            began.append(time.perf_counter())
        time.sleep(max(0.0, began[0] + stall_seconds - time.perf_counter()))

    times = list(load.send_times(rate_rps, 0.6, seed))
    # The server's half second begins with the first request, not before it is due.
    least_ms = [1000 * max(0.0, times[0] + stall_seconds - due) for due in times]
    with serving(before_answer=stall) as told:
        found = load.generate(Load(told.target(), "open", 0.6, rate_rps=rate_rps, seed=seed))
    assert (found.sent, found.answered, found.errors) == (len(times), len(times), 0)
    assert found.mean_ms >= statistics.mean(least_ms)
    assert found.p50_ms >= load.quantile(sorted(least_ms), 0.5) > 100
    assert found.p99_ms >= load.quantile(sorted(least_ms), 0.99)


def test_a_request_without_an_answer_is_not_forgotten(monkeypatch):
    """It counts as unanswered, and its delay as the time that it has waited."""
    monkeypatch.setattr(load, "DRAIN_SECONDS", 0.2)
    released = threading.Event()
    with serving(before_answer=lambda _count: released.wait(PATIENCE_SECONDS)) as told:
        found = load.generate(Load(told.target(), "open", 0.2, rate_rps=50, seed=4))
        released.set()
    assert (found.answered, found.errors) == (0, 0)
    assert found.unanswered == found.sent > 0
    assert found.p50_ms >= 200


def test_the_schedule_is_fixed_beforehand():
    """The same seed gives the same moments, 0 is a seed like others, and another gives others."""
    assert list(load.send_times(50, 2, 0)) == list(load.send_times(50, 2, 0))
    assert list(load.send_times(50, 2, 0)) != list(load.send_times(50, 2, 1))


def test_the_schedule_is_a_poisson_process():
    """10,000 expected: the number is within 5 standard deviations (100), and gaps vary as much as they last."""
    times = list(load.send_times(1000, 10, 0))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert abs(len(times) - 10_000) < 500
    assert statistics.stdev(gaps) == pytest.approx(statistics.mean(gaps), rel=0.05)


@given(st.floats(0.1, 500), st.floats(0.01, 2), st.integers(0, 2**32))
def test_the_schedule_rises_within_its_time(rate_rps, seconds, seed):
    """From 0 to the end, never back."""
    times = [0.0, *load.send_times(rate_rps, seconds, seed), seconds]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("name", "value"),
    [("seconds", 0), ("seconds", 1e9), ("seconds", float("nan")), ("connections", 0), ("connections", 10**6)],
)
def test_a_load_has_bounds(name, value):
    """In time and in connections; the sentence says them."""
    fields = {"target": Target("127.0.0.1", 80, "/"), "kind": "closed", "seconds": 1, name: value}
    with pytest.raises(MeasureError, match=f"{name} must lie in"):
        Load(**fields)
    with pytest.raises(MeasureError, match="rate_rps must lie in"):
        Load(Target("127.0.0.1", 80, "/"), "open", 1)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_quantile_lies_between_its_neighbours(values, share):
    """The ends are the least and the greatest; `statistics` agrees in the middle."""
    ordered = sorted(values)
    assert ordered[0] <= load.quantile(ordered, share) <= ordered[-1] or ordered[0] == pytest.approx(ordered[-1])
    assert (load.quantile(ordered, 0), load.quantile(ordered, 1)) == (ordered[0], ordered[-1])
    assert load.quantile(ordered, 0.5) == pytest.approx(statistics.median(values))


# --- accounting


def test_the_busy_loop_takes_the_cpu_time_that_it_is_told():
    """CPU time of the thread, so that a busy machine cannot shorten it; nothing for nothing."""
    before = time.thread_time()
    apps.burn(20)
    assert time.thread_time() - before >= 0.0199
    before = time.thread_time()
    apps.burn(0)
    apps.burn(-5)
    assert time.thread_time() - before < 0.02


def test_cpu_of_a_process_and_of_those_below_it_is_counted():
    """50 ms in a child of a child, and what its interpreter took to start."""
    below = "from tco.measure.apps import burn; burn(50); print('done', flush=True); input()"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {below!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=ROOT,
    )
    with process, ending(process):
        assert process.stdout.readline() == b"done\n"
        family = accounting.processes(process.pid)
        assert len(family) == 2
        assert accounting.cpu_seconds(process.pid) >= 0.05
        used = accounting.memory(process.pid)
        assert used.worker_count == 1
        assert 0 < used.worker_private_mib <= used.worker_mib < used.server_mib
        assert accounting.listens(process.pid, 1) is False
    assert accounting.processes(process.pid) == []
    assert accounting.cpu_seconds(process.pid) == 0
    assert accounting.memory(process.pid).worker_count == 0


def test_cores_are_divided():
    """Server and load share no core where there are two; on one, neither is pinned."""
    cores = accounting.available_cores()
    for workers in (1, 2, 1000):
        server_cores, load_cores = bench.divide_cores(workers)
        assert not set(server_cores) & set(load_cores)
        assert set(server_cores) | set(load_cores) <= set(cores)
        assert len(server_cores) == (min(workers, len(cores) - 1) if len(cores) > 1 else 0)


def test_a_core_that_is_not_there_is_refused():
    """In one sentence, where processes can be pinned at all; a process that has ended is nobody's mistake."""
    if not accounting.available_cores():
        pytest.skip("processes cannot be pinned here")
    with pytest.raises(MeasureError, match="cores 1000000 cannot be used"):
        accounting.pin(0, (1_000_000,))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    accounting.pin(ended.pid, accounting.available_cores())


def test_the_rise_of_a_line():
    """By hand: 10, 13, 16 at 1, 16, 31 rise by 0.2; memory that shrinks has no price."""
    assert slope([(1, 10.0), (16, 13.0), (31, 16.0)]) == pytest.approx(0.2)
    assert slope([(1, 10.0), (2, 9.0)]) == slope([(1, 10.0)]) == 0


# --- processes that end

SLEEPER = """
import subprocess, sys, time
{ignore}
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
print(1, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("ignore", ["", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_a_process_ends_with_all_below_it(ignore):
    """Also when it does not want to, and when an error ends the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER.format(ignore=ignore)], stdout=subprocess.PIPE, start_new_session=True
    )
    family = []

    def fail():
        with process, ending(process, 0.2):
            process.stdout.readline()
            family.extend(accounting.processes(process.pid))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(family) == 2
    wait_until(lambda: not any(map(is_alive, family)), "the processes are still there")


def is_alive(process):
    """Whether it runs: one that nobody has asked for its exit code does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_watched_process_is_left_alone():
    """The watcher goes with the block, and the process stays."""
    before = set(psutil.Process().children())
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    with process, ending(process):
        with watched(process):
            assert len(set(psutil.Process().children()) - before) == 2
        assert process.poll() is None
    assert set(psutil.Process().children()) <= before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_behind(tmp_path, number):
    """Ctrl-C, a signal to end, a closed terminal, a kill: server, workers and load end too."""
    words = ("measure", "--servings", "flask-sync", "--seconds", "60", "--out", str(tmp_path / "out.csv"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tco", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        # A shell lets what it starts in the background ignore Ctrl-C, these tests and all that they start among it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    family = set()

    def is_measuring():
        family.update(accounting.processes(process.pid))
        assert process.poll() is None
        return any("gunicorn" in word for member in family for word in command_of(member)) and len(family) > 3

    with process:
        try:
            wait_until(is_measuring, "no server was started")
            process.send_signal(number)
            _, err = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert_one_sentence(err.strip(), "tco: stopped", "out.csv")
    wait_until(lambda: not any(map(is_alive, family)), "processes are left behind")


def command_of(process):
    """The words of its command; none when it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


# --- servers

CALL_APPS = """
import asyncio, json, sys
from tco.measure import apps

def wsgi(app, query):
    said = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/work", "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
               "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
               "wsgi.input": sys.stdin.buffer, "wsgi.errors": sys.stderr}
    body = b"".join(app(environ, lambda status, headers, *rest: said.append(status)))
    return [int(said[0].split()[0]), json.loads(body)]

def asgi(app, query):
    said = []
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/work",
             "raw_path": b"/work", "root_path": "", "query_string": query.encode(), "scheme": "http",
             "headers": [(b"host", b"127.0.0.1")], "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5)}
    told = [{"type": "http.request", "body": b"", "more_body": False}]
    async def receive():
        return told.pop() if told else await asyncio.sleep(600)
    async def send(message):
        said.append(message)
    asyncio.run(app(scope, receive, send))
    return [said[0]["status"], json.loads(b"".join(message.get("body", b"") for message in said[1:]))]

found = {}
for name, call in json.loads(sys.argv[1]).items():
    app = getattr(apps, name)()
    found[name] = [{"wsgi": wsgi, "asgi": asgi}[call](app, query) for query in ("", "cpu_ms=1&wait_ms=1")]
print(json.dumps(found))
"""


def test_each_application_answers():
    """With its process and how many wait in it; the same work in each framework that is measured."""
    calls = {way.app: "wsgi" if way.worker_class else "asgi" for way in WAYS.values()}
    done = subprocess.run(
        [sys.executable, "-c", CALL_APPS, json.dumps(calls)], check=True, capture_output=True, text=True, cwd=ROOT
    )
    found = json.loads(done.stdout)
    assert set(found) == set(calls)
    for name, ((status, idle), (other_status, waited)) in found.items():
        assert (status, other_status) == (200, 200), name
        assert idle["pid"] == waited["pid"]
        assert (idle["waiting"], waited["waiting"]) == (0, 1), name


def test_every_way_of_serving_of_the_tables_can_be_measured():
    """Each row of `servings.csv` has a server of the same name, for the framework that the row says."""
    for name, row in load_assumptions().servings.items():
        assert WAYS[name].modules[0] == row.framework


def test_a_server_has_no_foreign_settings(monkeypatch):
    """What the environment sets for servers would change what is measured."""
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 7")
    monkeypatch.setenv("WEB_CONCURRENCY", "7")
    with servers.running(WAYS["flask-sync"]) as server:
        family = accounting.processes(server.pid)
        assert accounting.memory(server.pid).worker_count == 1
        assert accounting.listens(server.pid, server.port)
        with pytest.raises(MeasureError, match=f"port {server.port} cannot be used"):
            servers.require_free(server.port)
    assert not any(map(is_alive, family))


def test_a_server_that_will_not_start_is_one_sentence():
    """It says which server, and what the server said last."""
    broken = dataclasses.replace(WAYS["flask-sync"], app="nonsense")
    with pytest.raises(MeasureError) as caught, servers.running(broken):
        pytest.fail("it runs")
    assert_one_sentence(str(caught.value), "flask-sync", "before it answered")


def test_what_is_not_installed_is_named_and_left_out(tmp_path, monkeypatch):
    """The others are measured; without any other, nothing is."""
    absent = dataclasses.replace(WAYS["quart-async"], modules=("a_package_that_is_nowhere",))
    monkeypatch.setattr(servers, "WAYS", {**WAYS, "quart-async": absent})
    ways, left_out = servers.choose_ways(["quart-async", "flask-sync"])
    assert [way.serving for way in ways] == ["flask-sync"]
    assert left_out == {"quart-async": "a_package_that_is_nowhere"}
    out = tmp_path / "out.csv"
    assert_refused(run("--servings", "quart-async", "--out", out), "a_package_that_is_nowhere", "[measure]")
    assert not out.exists()


# --- the whole


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A short run of `tco measure` for two ways of serving: its output, its results, its tables."""
    directory = tmp_path_factory.mktemp("measured")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TCO_DATA", raising=False)
        patch.setattr("tco.measure.experiment.BURST_WAIT_MS", 250.0)
        patch.setattr("tco.measure.bench.BURST_WAIT_MS", 250.0)
        done = run(
            *("--servings", "fastapi-async,flask-threads-4,flask-sync", "--repetitions", 1, "--seconds", 0.2),
            *("--connections", "2,8", "--rates", "0.5", "--cpu-ms", 1),
            *("--out", directory / "out.csv", "--use", directory / "tables"),
        )
    assert done.exit_code == 0, done.output
    return done.stdout, directory


def test_every_server_is_measured_under_every_load(measured):
    """One row for each, with as many answers as requests; CPU is at least what the handler was asked to burn."""
    output, directory = measured
    rows = read_results(directory / "out.csv")
    found = {(row.serving, row.phase, row.connections, row.rate_share): row for row in rows}
    for name, most in (("fastapi-async", 512), ("flask-threads-4", 4), ("flask-sync", 1)):
        assert name in output
        for count in (2, 8):
            closed = found.pop((name, "closed", count, None))
            assert closed.sent == closed.answered + closed.errors
            assert closed.answered > 0
            assert closed.cpu_ms_per_request >= 0.99
            assert closed.p50_ms <= closed.p95_ms <= closed.p99_ms
        opened = found.pop((name, "open", None, 0.5))
        assert opened.rate_rps == pytest.approx(
            0.5 * max(row.throughput_rps or 0 for row in rows if row.serving == name and row.phase == "closed"),
            rel=1e-4,
        )
        memory = found.pop((name, "memory", most, None))
        assert memory.worker_memory_mib > 1
        assert memory.start_up_ms > 0
        assert memory.slot_memory_mib >= 0
        limit = found.pop((name, "limit", CONNECTION_BOUND, None))
        assert 1 <= limit.at_once_count <= (most if name.startswith("flask") else CONNECTION_BOUND)
    assert not found


def test_a_sync_worker_has_one_request_at_once(measured):
    """As its row of the tables says."""
    (found,) = (row for row in summaries(read_results(measured[1] / "out.csv")) if row.serving == "flask-sync")
    assert found.at_once_count == 1 == load_assumptions().rows["slots_per_worker_count"]["flask-sync"].value


def test_the_tables_are_complete_and_in_force(measured):
    """Measured rows replace those of the measured ways of serving; each other row is as it was, to the letter."""
    tables_written = measured[1] / "tables"
    with (tables_written / "serving.csv").open(newline="", encoding="utf-8") as file:
        theirs = list(csv.DictReader(file))
    with (data_directory() / "serving.csv").open(newline="", encoding="utf-8") as file:
        ours = list(csv.DictReader(file))
    changed = set()
    for old, new in zip(ours, theirs, strict=True):
        assert (old["name"], old["applies_to"]) == (new["name"], new["applies_to"])
        if old != new:
            changed.add((new["name"], new["applies_to"]))
            assert (new["evidence"], new["source"]) == ("measured", use.SOURCE)
            assert float(new["low"]) < float(new["value"]) < float(new["high"])
            for part in ("1 run of 0.2 s", "Python", "cores", "flask" if "flask" in new["applies_to"] else "fastapi"):
                assert part in new["note"]
    assert changed == {
        *(
            (name, serving)
            for name in ("framework_cpu_ms", "worker_memory_mib")
            for serving in ("flask-sync", "fastapi-async")
        ),
        ("slot_memory_mib", "fastapi-async"),
    }
    found = load_assumptions(tables_written)
    assert use.SOURCE in found.sources
    costs = tco.evaluate(tco.scenario(data=tables_written, servings=("flask-sync", "fastapi-async")))
    assert (costs.total_usd > 0).all()


def test_what_the_handler_burned_is_not_the_framework_s(measured):
    """The table has the framework's own CPU: what was measured less the 1 ms that was asked for."""
    rows = [
        row for row in read_results(measured[1] / "out.csv") if (row.serving, row.phase) == ("flask-sync", "closed")
    ]
    own = statistics.median(row.cpu_ms_per_request for row in rows) - 1
    row = load_assumptions(measured[1] / "tables").rows["framework_cpu_ms"]["flask-sync"]
    assert row.value == pytest.approx(max(own, 0.001), rel=1e-3)


def test_a_case_is_measured_and_over():
    """Throughput, CPU of a request and delays at shares of it; nothing is left running."""
    before = set(psutil.Process().children(recursive=True))
    case = measure_case("flask-threads-4", 1, 1, 20, 16, (0.3,), 0.3, 0)
    assert (case.serving, case.workers, case.cpu_ms, case.wait_ms, case.connections) == (
        "flask-threads-4",
        1,
        1,
        20,
        16,
    )
    # Four threads that wait for 20 ms cannot answer more often than each 20 ms.
    assert 0 < case.saturation_rps < 4 / 0.020
    assert case.cpu_ms_per_request >= 0.99
    (rate,) = case.rates
    assert rate.rate_rps == pytest.approx(0.3 * case.saturation_rps)
    assert rate.errors == 0
    assert rate.sent == 0 or 20 <= rate.p50_ms <= rate.p95_ms <= rate.p99_ms
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_case_of_an_unknown_way_is_refused():
    """The sentence says those that there are."""
    with pytest.raises(MeasureError, match="servings must be among flask-sync"):
        measure_case("flask-magic", 1, 1, 1, 1, (), 1, 0)


OWN = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200 if self.path == "/fine" else 404)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="module")
def own_service():
    """A service of the user's own: its address and its process."""
    process = subprocess.Popen([sys.executable, "-c", OWN], stdout=subprocess.PIPE, start_new_session=True)
    with process, ending(process):
        yield f"http://localhost:{int(process.stdout.readline())}", process.pid


def test_a_service_of_one_s_own_is_measured_and_left_running(own_service, tmp_path):
    """CPU, throughput and memory of the process that was named."""
    address, pid = own_service
    words = (
        "--repetitions",
        1,
        "--seconds",
        0.2,
        "--connections",
        "2",
        "--rates",
        "0.5",
        "--out",
        tmp_path / "out.csv",
    )
    done = run("--url", f"{address}/fine", "--pid", pid, *words)
    assert done.exit_code == 0, done.output
    assert "app_cpu_ms" in done.stdout
    assert [row.phase for row in read_results(tmp_path / "out.csv")] == ["closed", "open", "memory"]
    assert all(row.serving == "own" for row in read_results(tmp_path / "out.csv"))
    assert accounting.processes(pid)


def test_a_path_that_is_not_there_is_refused(own_service, tmp_path):
    """The sentence says what the service answers."""
    address, pid = own_service
    out = tmp_path / "out.csv"
    assert_refused(run("--url", f"{address}/none", "--pid", pid, "--out", out), "404", "'/none'")
    port = servers.free_port()
    assert_refused(run("--url", f"http://127.0.0.1:{port}/", "--pid", pid, "--out", out), f"port {port}", "not answer")


# --- what is written

ROW = Observation("flask-sync", 0, "closed", 0.0, 0.0, connections=4, cpu_ms_per_request=0.25, throughput_rps=1000.0)


def test_results_are_read_as_they_were_written(tmp_path):
    """Also what is empty; and an interruption loses nothing that was observed."""
    path = tmp_path / "out.csv"
    with Results(path) as results:
        results.add(ROW)
        # Not closed yet, as when the power fails.
        assert read_results(path) == [ROW]
    assert read_results(path) == [ROW]


def test_a_file_of_another_kind_is_not_replaced(tmp_path):
    """Results replace results, and nothing else."""
    path = tmp_path / "mine.csv"
    path.write_text("name,value\nmine,1\n")
    assert_refused(run("--out", path), "mine.csv", "not replaced")
    assert path.read_text() == "name,value\nmine,1\n"
    assert_refused(run("--out", tmp_path / "none" / "out.csv"), "cannot be written")
    with Results(tmp_path / "out.csv") as results:
        results.add(ROW)
    with Results(tmp_path / "out.csv"):
        pass
    assert read_results(tmp_path / "out.csv") == []


def test_a_table_that_is_broken_is_refused_before_anything_is_measured(tmp_path):
    """It is the user's, and stays as it is."""
    (tmp_path / "serving.csv").write_text("name\nmine\n")
    assert_refused(run("--use", tmp_path, "--out", tmp_path / "out.csv"), "serving.csv", "missing")
    assert (tmp_path / "serving.csv").read_text() == "name\nmine\n"
    assert not (tmp_path / "out.csv").exists()


def test_tables_of_one_s_own_are_carried_over(tmp_path):
    """A second measurement replaces its own rows and keeps those of the first."""
    first = [ROW, dataclasses.replace(ROW, repetition=1, cpu_ms_per_request=0.5)]
    second = [dataclasses.replace(ROW, serving="fastapi-plain", cpu_ms_per_request=0.125)]
    assert use.write_tables(tmp_path, first, Options(repetitions=2)) == ["flask-sync"]
    assert use.write_tables(tmp_path, second, Options(repetitions=1)) == ["fastapi-plain"]
    rows = load_assumptions(tmp_path).rows["framework_cpu_ms"]
    # By hand: the median of two is their mean; one run alone is taken to be within 2 per cent.
    sync, plain = rows["flask-sync"], rows["fastapi-plain"]
    assert (sync.low, sync.value, sync.high) == (0.25, 0.375, 0.5)
    assert (plain.low, plain.value, plain.high) == (0.1225, 0.125, 0.1275)
    assert "2 runs" in sync.note
    assert sorted(path.name for path in tmp_path.iterdir()) == ["serving.csv", "sources.csv"]


def test_a_way_that_the_tables_do_not_have_is_passed_over(tmp_path):
    """It is in the results; the model does not know it."""
    assert use.write_tables(tmp_path, [dataclasses.replace(ROW, serving="starlette-async")], Options()) == []
    assert (tmp_path / "serving.csv").read_text() == (data_directory() / "serving.csv").read_text()


def test_doubtful_results_are_said_to_be():
    """A generator at its end, a core that others used, and failures; a quiet run says nothing."""

    def said(**changes):
        return " ".join(warnings_of(summaries([dataclasses.replace(ROW, **changes)])))

    assert said() == ""
    assert "generator" in said(generator_cpu_share=0.97)
    assert "Other programs" in said(others_cpu_share=0.3)
    assert "failed" in said(errors=1)
    assert "failed" in said(unanswered=1)


def test_the_screen_has_a_row_for_each():
    """Also where something was not measured."""
    found = summaries([ROW, dataclasses.replace(ROW, serving="own", connections=8)])
    for table in tables(found):
        assert table.row_count == 2


# --- what is refused

REFUSED = {
    "an unknown way of serving": (["--servings", "flask-magic"], ["servings", "flask-sync", "'flask-magic'"]),
    "a way of serving twice": (["--servings", "flask-sync,flask-sync"], ["once"]),
    "no way of serving": (["--servings", ""], ["servings", "''"]),
    "no repetition": (["--repetitions", "0"], ["repetitions must lie in [1, 100]", "0"]),
    "no time": (["--seconds", "0"], ["seconds must lie in", "0"]),
    "endless time": (["--seconds", "inf"], ["seconds must lie in", "inf"]),
    "a time that is none": (["--seconds", "nan"], ["seconds must lie in", "nan"]),
    "no connection": (["--connections", ""], ["connections"]),
    "half a connection": (["--connections", "1.5"], ["--connections", "whole numbers", "'1.5'"]),
    "too many connections": (["--connections", "1000000"], ["connections must lie in [1, 10000]"]),
    "a connection twice": (["--connections", "4,4"], ["connections", "different"]),
    "words for rates": (["--rates", "half"], ["--rates", "numbers", "'half'"]),
    "no rate": (["--rates", "0"], ["rates must lie in", "0"]),
    "an impossible rate": (["--rates", "3"], ["rates must lie in", "3"]),
    "negative CPU": (["--cpu-ms", "-1"], ["cpu-ms must lie in", "-1"]),
    "an endless wait": (["--wait-ms", "1e9"], ["wait-ms must lie in"]),
    "no port": (["--servings", "flask-sync", "--port", "70000"], ["port must lie in [1, 65535]", "70000"]),
    "an address without a process": (["--url", "http://127.0.0.1:1/"], ["--url", "--pid"]),
    "a process without an address": (["--pid", "1"], ["--url", "--pid"]),
    "an address and ways of serving": (
        ["--url", "http://127.0.0.1:1/", "--pid", "1", "--servings", "flask-sync"],
        ["--servings"],
    ),
    "an address and a workload": (["--url", "http://127.0.0.1:1/", "--pid", "1", "--cpu-ms", "1"], ["--cpu-ms"]),
    "a process that is none": (["--url", "http://127.0.0.1:1/", "--pid", "-1"], ["--pid", "-1"]),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_measurement_that_cannot_be_made_is_refused(kind, tmp_path):
    """In one sentence with the option, the rule and the value."""
    words, parts = REFUSED[kind]
    assert_refused(run(*words, "--out", tmp_path / "out.csv"), *parts)


def test_a_port_in_use_is_refused(tmp_path):
    """In one sentence with the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--servings", "flask-sync", "--port", port, "--out", tmp_path / "out.csv")
    assert_refused(done, f"port {port} cannot be used", "--port")


def test_a_process_that_has_ended_is_refused(own_service, tmp_path):
    """In one sentence with its number."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    done = run("--url", f"{own_service[0]}/fine", "--pid", ended.pid, "--out", tmp_path / "out.csv")
    assert done.exit_code == 2
    assert f"there is no process {ended.pid}" in done.stderr


@pytest.mark.parametrize("module", ["httptools", "psutil"])
def test_without_the_extra_the_command_says_what_to_install(module):
    """The package that is missing, and the extra that brings it."""
    program = (
        f"import sys\nsys.modules[{module!r}] = None\nfrom tco.cli import app\napp(['measure', '--servings', 'x'])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_sentence(done.stderr.strip(), f"needs {module}", "[measure]")


def test_numbers_of_an_option():
    """With commas between them, spaces as one likes."""
    assert numbers("--rates", " 0.5, 1 ,") == (0.5, 1.0)
    assert numbers("--rates", "") == ()


def test_the_measured_servers_load_nothing_of_the_library():
    """What is measured as a server's memory is its own: no NumPy, no table, no other framework."""
    program = "import sys, tco.measure.apps; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not {"numpy", "pydantic", "psutil", "rich", "asyncio", "flask", "fastapi", "django", "gevent"} & loaded


def test_the_generator_loads_nothing_that_it_does_not_need():
    """It starts anew for each load, and must not make anyone wait."""
    program = "import sys, tco.measure.load; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert not {"numpy", "pydantic", "rich", "typer"} & {name.partition(".")[0] for name in done.stdout.split()}


def test_the_extra_is_part_of_what_developers_install():
    """So that every way of serving is tested."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extra, dev = (
        set(re.findall(r'"([^"]+)"', re.search(rf"^{name} = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)[1]))
        for name in ("measure", "dev")
    )
    assert extra <= dev


def test_a_load_passes_to_another_process_whole():
    """`run` does as `generate` does, by JSON there and back."""
    with serving() as told:
        found = load.run(Load(told.target("/a"), "burst", 5, connections=3))
    assert (found.sent, found.answered, found.memory) == (3, 3, None)
    assert [request.split()[1] for request in told.requests] == [b"/a"] * 3


def test_the_process_that_sends_checks_again():
    """A load that names another address is refused where it would be sent."""
    text = io.StringIO(
        json.dumps(dataclasses.asdict(Load(Target("127.0.0.1", 9, "/"), "closed", 1))).replace("127.0.0.1", "192.0.2.1")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", text)
        with pytest.raises(MeasureError, match="only this machine"):
            load.main()
