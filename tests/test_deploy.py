"""What `deploy/` describes, with real nginx: many viewers, a server that dies, passwords, well-formed units."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
import requests

from tests.team import DEPLOY, running_nginx, running_team, write_configuration
from tests.viewers import WAIT_SECONDS, Viewer

VIEWERS = 20
OPENINGS = 10


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    """Two servers behind nginx, with room for twelve pages each."""
    with running_team(tmp_path_factory.mktemp("team"), "--max-kernels", str(VIEWERS // 2 + 2)) as team:
        yield team


def opened(team, query=""):
    """A viewer with an open page."""
    viewer = team.viewer()
    viewer.open(query=query)
    viewer.connect()
    return viewer.learn_widgets()


def step(viewer, users):
    """Move the traffic slider, wait for all that follows, and return the sentence, which is another one."""
    before = viewer.shows("tco-verdict")
    viewer.answers(viewer.write(viewer.model("tco-input-peak_users"), value=users))
    assert viewer.shows("tco-verdict") != before
    return viewer.shows("tco-verdict")


def port_of(viewer):
    """The port of the server that a viewer's kernel lives in."""
    return int(viewer.kernel_id.partition("x")[0])


def alive(team):
    """The ports of the servers that run."""
    return [port for port, server in team.servers.items() if server.poll() is None]


def open_pages(team):
    """Pages that each running server says are open."""
    return {port: team.direct(port).get("healthz").json()["open_pages"] for port in alive(team)}


def family(team):
    """Processes and file descriptors of all running servers with their kernels."""
    servers = [psutil.Process(team.servers[port].pid) for port in alive(team)]
    return sum(1 + len(server.children(recursive=True)) for server in servers), sum(s.num_fds() for s in servers)


def until(holds, what):
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_asks_for_a_password_and_for_tls(team):
    """Without the password nothing comes out, not even a file; without TLS one is sent to where there is some."""
    for login in (None, ("alice", "wrong"), ("mallory", "correct horse")):
        stranger = team.viewer(login)
        for path in (
            "",
            "healthz",
            "voila/render/executive.ipynb",
            "voila/static/voila.js",
            "api/kernels/8901x-1-1-1-1",
        ):
            assert stranger.get(path).status_code == 401
    answer = team.viewer().get("")
    assert answer.ok
    assert answer.headers["Strict-Transport-Security"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    plain = requests.get(team.plain_address + "voila/x", allow_redirects=False, timeout=WAIT_SECONDS)
    assert (plain.status_code, plain.headers["Location"]) == (301, team.address + "voila/x")


def test_passes_no_kernel_request_to_other_ports(team):
    """An id that begins with the port of something else on the machine does not lead there."""
    with answering(200) as port:
        assert team.viewer().get(f"api/kernels/{port}x0-0-0-0-0").status_code == 404
        assert team.viewer().get(f"voila/render/..%2fapi/kernels/{port}x0").status_code == 404


def test_leaks_nothing_from_page_to_page(team):
    """Pages opened and left one after another leave no kernel, process or file descriptor."""
    opened(team).leave()
    opened(team).leave()
    until(lambda: family(team)[0] == len(team.servers), "the kernels did not end")
    processes, descriptors = family(team)
    for _ in range(OPENINGS):
        viewer = opened(team)
        assert viewer.leave().status_code == 204
    assert sum(open_pages(team).values()) == 0
    until(lambda: family(team)[0] == processes, "the kernels did not end")
    # Sockets to viewers that have just left may still be closing; a page takes at least ten.
    until(lambda: family(team)[1] <= descriptors + 5, "file descriptors are left")


def test_serves_many_at_once_and_outlives_a_server(team):
    """
    Twenty viewers share two servers evenly, and each slider moves its own page. The twenty-fifth is turned away. When a
    server is killed, its viewers learn that their kernel is gone and get their inputs back from the other server, whose
    own viewers go on. When all have left no kernel is, and the server is about as large as before.
    """
    idle = {port: psutil.Process(team.servers[port].pid).memory_info().rss for port in team.servers}
    with ThreadPoolExecutor(VIEWERS) as pool:
        viewers = list(pool.map(lambda _: opened(team), range(VIEWERS)))
        assert sorted(open_pages(team).values()) == [VIEWERS // 2] * 2
        wanted = [12_000.0 + 2_000 * i for i in range(VIEWERS)]
        sentences = list(pool.map(step, viewers, wanted))
    assert len(set(sentences)) > VIEWERS // 2
    for viewer, users in zip(viewers, wanted, strict=True):
        assert f"{viewer.states[viewer.model('tco-input-peak_users')]['value']:g}" == f"{users:g}"

    more = [team.viewer() for _ in range(4)]
    for viewer in more:
        viewer.open()
    refused = team.viewer().get("voila/render/executive.ipynb")
    assert refused.status_code == 503
    assert "All places are taken" in refused.text
    for viewer in more:
        assert viewer.leave().status_code == 204

    killed, left = team.servers
    lost = [viewer for viewer in viewers if port_of(viewer) == killed]
    others = [viewer for viewer in viewers if port_of(viewer) == left]
    links = {viewer: link_of(viewer) for viewer in lost}
    kernels = psutil.Process(team.servers[killed].pid).children(recursive=True)
    assert len(kernels) >= len(lost)
    team.servers[killed].send_signal(signal.SIGKILL)
    team.servers[killed].wait(WAIT_SECONDS)
    for viewer in others:
        assert step(viewer, 100_000.0)
        assert viewer.leave().status_code == 204
    for viewer in lost:
        assert viewer.get(viewer.kernel_path).status_code == 404
    for viewer in lost[:3]:
        again = opened(team, links[viewer])
        assert port_of(again) == left
        assert again.shows("tco-verdict") == viewer.shows("tco-verdict")
        assert again.leave().status_code == 204
    for viewer in lost:
        viewer.disconnect()
    until(lambda: not any(kernel.is_running() for kernel in kernels), "kernels outlived their server")
    until(lambda: family(team)[0] == 1, "kernels outlived their pages")
    assert psutil.Process(team.servers[left].pid).memory_info().rss < idle[left] + 100e6


def link_of(viewer):
    """The query of the link that a page gives for its inputs."""
    block = next(state["value"] for state in viewer.states.values() if "tco-copy-link" in str(state.get("value")))
    return re.search(r"tco-copy-link'[^>]*value='[^?]*([^']+)'", block).group(1)


@contextmanager
def answering(status):
    """A server that answers each request with a status, and gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if "allowed" not in self.headers.get("Cookie", "") else 202)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_asks_the_proxy_for_authentication(tmp_path):
    """With the other file, nginx lets in whom the proxy for authentication knows, and shows its page to the others."""
    with answering(401) as sign_in, answering(200) as behind:
        address, plain = write_configuration(
            tmp_path, (behind, behind + 1), auth="auth-proxy.conf", sign_in_port=sign_in
        )
        with running_nginx(tmp_path, plain):
            viewer = Viewer(address, f"{tmp_path}/fullchain.pem")
            assert viewer.get("").status_code == 401
            assert viewer.get("oauth2/auth").status_code == 404  # only nginx may ask there
            assert viewer.get("", headers={"Cookie": "allowed=yes"}).status_code in (200, 202)


def test_units_are_well_formed(tmp_path):
    """The tool of systemd finds nothing to complain of in the unit."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("needs systemd-analyze")
    unit = (DEPLOY / "tco@.service").read_text()
    # The program and its user are on the machine that serves, not on this one.
    unit = unit.replace("/opt/tco/.venv/bin/tco", shutil.which("true")).replace("User=tco", "User=root")
    (tmp_path / "tco@.service").write_text(unit)
    done = subprocess.run(
        [verify, "verify", f"{tmp_path}/tco@8901.service"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_file_names_the_same_ports_and_options():
    """The unit, the container and the proxy agree on ports, and use options that the command line has."""
    text = {path.name: path.read_text() for path in DEPLOY.iterdir()}
    ports = {"8901", "8902"}
    assert set(re.findall(r"127\.0\.0\.1:(89\d\d)", text["nginx.conf"])) == ports
    assert set(re.findall(r"\b89\d\d\b", text["start"])) == ports
    assert ports <= set(re.findall(r"tco@(\d+)", text["README.md"]))
    known = subprocess.run(
        [shutil.which("tco", path=os.pathsep.join([str(Path(os.sys.executable).parent)])), "dashboard", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    ).stdout
    for name in ("tco@.service", "start"):
        command = re.search(r"tco dashboard ((?:[^;\n]|\\\n)+)", text[name]).group(1)
        used = re.findall(r"--[a-z-]+", command)
        assert "--max-kernels" in used
        assert [option for option in used if option not in known] == []
