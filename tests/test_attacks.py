"""What a hostile viewer tries on a running server, over plain connections, and does not get."""

import json
import re
import socket
import sys
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from websocket import WebSocketBadStatusException, WebSocketConnectionClosedException

from tco.dashboard.server import _kernel_transport
from tests.browser.servers import free_port, started
from tests.viewers import Viewer

ROOT = Path(__file__).parents[1]
KERNEL_MEMORY_MIB = 1024
PUBLIC_NAME = "tco.example.com"
MIB = 2**20
# What a page may receive: these and nothing else.
HARMLESS = {"comm_open", "comm_msg", "comm_close", "status", "kernel_info_reply"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of the pages as a proxy has it, with its log."""
    port = free_port()
    command = [sys.executable, "-m", "tco", "dashboard", "--no-browser", "--port", str(port)]
    command += ["--heated-kernels", "0", "--public-name", PUBLIC_NAME, "--kernel-memory-mib", str(KERNEL_MEMORY_MIB)]
    log = tmp_path_factory.mktemp("attacked") / "log"
    with started(command, f"http://127.0.0.1:{port}/healthz", log) as process:
        process.port, process.address, process.log = port, f"http://127.0.0.1:{port}/", log
        yield process


@pytest.fixture(scope="module")
def viewer(server):
    """A viewer with an open page, who is about to misbehave."""
    viewer = Viewer(server.address)
    viewer.open()
    viewer.connect()
    yield viewer.learn_widgets()
    viewer.leave()


def open_pages(server):
    """How many pages the server says are open."""
    return Viewer(server.address).get("healthz").json()["open_pages"]


def ask(server, path, method="GET", **headers):
    """Ask for exactly this path, which other clients would tidy up; return status and content."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()


def still_works(viewer):
    """Move a slider to and fro, and get another sentence each time."""
    slider = viewer.model("tco-input-peak_users")
    for users in (100.0, 50_000.0):
        before = viewer.shows("tco-verdict")
        viewer.write(slider, value=users)
        viewer.until(lambda before=before: viewer.shows("tco-verdict") != before, "another sentence")


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("execute_request", {"code": "CODE", "silent": False, "user_expressions": {"x": "CODE"}}),
        ("complete_request", {"code": "CODE", "cursor_pos": 4}),
        ("inspect_request", {"code": "CODE", "cursor_pos": 4, "detail_level": 1}),
        ("history_request", {"hist_access_type": "range", "output": True, "raw": True}),
        ("is_complete_request", {"code": "CODE"}),
        ("debug_request", {"type": "request", "seq": 1, "command": "initialize", "arguments": {}}),
        ("apply_request", {}),
        ("usage_request", {}),
        ("create_subshell_request", {}),
        ("input_reply", {"value": "CODE"}),
    ],
)
def test_runs_no_code_of_a_viewer(viewer, tmp_path, channel, kind, content):
    """Requests to execute, complete, inspect, debug, ... do nothing and are not answered, whatever the channel."""
    written = tmp_path / "written"
    code = f"open({str(written)!r}, 'w')"
    viewer.send(kind, json.loads(json.dumps(content).replace("CODE", code)), channel=channel)
    received = viewer.answers(viewer.send("kernel_info_request", {}))
    assert {kind for kind, _, _ in received} <= HARMLESS
    assert not written.exists()


@pytest.mark.parametrize("order", [("comm_msg", "execute_request"), ("execute_request", "comm_msg")])
def test_reads_a_message_as_the_kernel_does(viewer, tmp_path, order):
    """A header that names two types is no way around the check."""
    written = tmp_path / "written"
    content = {"code": f"open({str(written)!r}, 'w')", "silent": False, "comm_id": "x", "data": {}}
    header = {"msg_id": uuid4().hex, "session": "viewer", "username": "", "version": "5.3"}
    doubled = json.dumps(header)[:-1] + "".join(f', "msg_type": "{kind}"' for kind in order) + "}"
    viewer.send_parts([doubled.encode(), b"{}", b"{}", json.dumps(content).encode()])
    received = viewer.answers(viewer.send("kernel_info_request", {}))
    assert {kind for kind, _, _ in received} <= HARMLESS
    assert not written.exists()


def test_refuses_the_protocol_whose_messages_are_not_read(viewer):
    """Connections in the older protocol, over which Voilà sends source code, are not made."""
    other = Viewer(viewer.address)
    other.session.cookies = viewer.session.cookies
    for protocols in ((), ("v0.kernel.websocket.jupyter.org",)):
        with pytest.raises(WebSocketBadStatusException, match="400"):
            other.connect(viewer.kernel_id, subprotocols=protocols)


def comm_attacks(viewer, written):
    """Pairs of message type and content that try to make the kernel do more than follow widgets."""
    code = f"open({str(written)!r}, 'w')"
    chart = next(id_ for id_, state in viewer.states.items() if "drawing" in state)
    command = {"id": "1", "kind": "anywidget-command", "name": "draw", "msg": code}
    opened = {"comm_id": uuid4().hex, "target_name": "os.system", "target_module": "os", "data": code}
    widget = {"_model_module": "os", "_model_name": "system", "_view_module": "os", "_view_name": "system"}
    yield "comm_open", opened
    yield "comm_open", opened | {"target_name": "jupyter.widget", "data": {"state": widget}}
    yield "comm_msg", {"comm_id": chart, "data": {"method": "custom", "content": command}}
    yield "comm_msg", {"comm_id": chart, "data": {"method": "custom", "content": code}}
    yield "comm_msg", {"comm_id": chart, "data": {"method": code}}
    yield "comm_msg", {"comm_id": chart, "data": code}
    yield "comm_msg", {"comm_id": chart}
    yield "comm_msg", {"comm_id": code, "data": {}}
    yield "comm_info_request", {"target_name": code}
    state = {"comm": code, "_esm": code, "keys": [code], "__class__": code, "revision": code, "_figure": code}
    yield "comm_msg", {"comm_id": chart, "data": {"method": "update", "state": state, "buffer_paths": [[code, 9]]}}


def test_runs_no_code_in_messages_of_widgets(viewer, tmp_path):
    """Widget messages that name modules, commands and attributes change the viewer's own widgets at most."""
    written = tmp_path / "written"
    for kind, content in comm_attacks(viewer, written):
        viewer.send(kind, content, metadata={"version": "2.1.0"})
    received = viewer.answers(viewer.send("kernel_info_request", {}))
    assert {kind for kind, _, _ in received} <= {*HARMLESS, "comm_info_reply"}
    assert not written.exists()
    still_works(viewer)


@pytest.mark.parametrize("value", ["a lot", None, [1], {"a": 1}, "'; raise"])
def test_sends_no_traceback(viewer, server, value):
    """A value of another kind changes nothing, sends no traceback, and stands in the server's log."""
    before = viewer.shows("tco-verdict")
    read = len(server.log.read_text())
    received = viewer.answers(viewer.write(viewer.model("tco-input-team_people"), value=value))
    words = json.dumps(received)
    assert {kind for kind, _, _ in received} <= HARMLESS
    assert not any(word in words for word in ("Traceback", "TraitError", "site-packages", "/tco/", ".py"))
    assert viewer.shows("tco-verdict") == before
    assert "TraitError" in server.log.read_text()[read:]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("html_share", 5.0),
        ("html_share", -1.0),
        ("team_people", -3.0),
        ("horizon_months", 1e6),
    ],
)
def test_holds_the_bounds_of_the_model(viewer, name, value):
    """A slider whose limits were pulled apart still moves no input out of the model's range."""
    slider = viewer.model(f"tco-input-{name}")
    received = viewer.answers(viewer.write(slider, min=-1e9, max=1e9, value=value))
    assert {kind for kind, _, _ in received} <= HARMLESS
    assert "Not changed" in viewer.shows("tco-error")
    assert f"{name} must" in viewer.shows("tco-error")
    assert viewer.states[slider]["value"] != value
    still_works(viewer)


def test_keeps_kernels_from_other_viewers(viewer, server):
    """Who knows a kernel's id, but is not the viewer who got its page, can neither see, use nor end it."""
    stranger = Viewer(server.address)
    assert stranger.get("").ok
    token = {"X-XSRFToken": stranger.session.cookies["_xsrf"]}
    for cookie in (stranger.session.cookies["tco-viewer"], "", "0" * 32, "x"):
        stranger.session.cookies.set("tco-viewer", cookie, domain="127.0.0.1", path="/")
        assert stranger.get(viewer.kernel_path).status_code == 404
        assert stranger.session.delete(server.address + viewer.kernel_path, headers=token).status_code == 404
        shutdown = f"{server.address}voila/api/shutdown/{viewer.kernel_id}"
        assert stranger.session.post(shutdown, headers=token).status_code == 404
        with pytest.raises(WebSocketBadStatusException, match="404"):
            stranger.connect(viewer.kernel_id)
    still_works(viewer)


def test_keeps_kernels_off_the_network(viewer, server):
    """
    A server talks to its kernels over files that only its own user can open: no other user of the machine reaches them,
    and no other program takes a port that was meant for one of them.
    """
    process = psutil.Process(server.pid)
    (kernel,) = process.children()
    files = {Path(taken.laddr) for taken in kernel.net_connections("unix") if "-ipc-" in taken.laddr}
    assert len(files) >= 4
    assert {file.parent.stat().st_mode & 0o777 for file in files} == {0o700}
    ports = {taken.laddr.port for taken in kernel.net_connections("tcp")}
    assert not ports & {taken.raddr.port for taken in process.net_connections("tcp") if taken.raddr}


def test_takes_ports_where_names_of_files_are_too_long():
    """The temporary directories of some systems leave no room for the name of a socket, which 104 bytes must hold."""
    assert _kernel_transport("/run/tco") == "ipc"
    assert _kernel_transport("/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T") == "tcp"


def test_gives_ids_that_nobody_can_guess(server):
    """Ids of kernels have 122 random bits behind the port, so no two are alike in any part."""
    viewers = [Viewer(server.address) for _ in range(2)]
    ids = [(viewer.open(), viewer.kernel_id)[1] for viewer in viewers]
    forms = [
        re.fullmatch(rf"{server.port}x([0-9a-f]{{8}})-([0-9a-f]{{4}})-4([0-9a-f]{{3}})-[89ab].*", id_) for id_ in ids
    ]
    assert all(forms)
    assert all(one != other for one, other in zip(*(form.groups() for form in forms), strict=True))
    for viewer in viewers:
        assert viewer.leave().status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        "api/kernels",
        "api/sessions",
        "api/terminals",
        "terminals/websocket/1",
        "api/contents",
        "api/contents/executive.ipynb",
        "voila/api/contents/executive.ipynb",
        "files/executive.ipynb",
        "voila/files/executive.ipynb",
        "nbconvert/html/executive.ipynb",
        "api/kernelspecs",
        "api/config/notebook",
        "api/status",
        "api/shutdown",
        "metrics",
        "lab",
        "tree",
        "api/kernels/KERNEL/restart",
        "api/kernels/KERNEL/interrupt",
    ],
)
def test_has_no_interface_but_that_of_pages(viewer, server, path):
    """Lists of kernels and sessions, terminals, files and the rest of a Jupyter server are not there, also to read."""
    address = server.address + path.replace("KERNEL", viewer.kernel_id)
    before = open_pages(server)
    token = {"X-XSRFToken": viewer.session.cookies["_xsrf"]}
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = viewer.session.request(method, address, headers=token, json={"name": "python3"}, timeout=30)
        assert answer.status_code in (404, 405), method
        assert viewer.kernel_id not in answer.text
    assert open_pages(server) == before
    assert viewer.get(viewer.kernel_path).ok


def test_names_no_kernel_in_its_health(viewer, server):
    """The health address counts pages and says nothing else of them."""
    answer = Viewer(server.address).get("healthz")
    assert set(answer.json()) == {"status", "open_pages", "max_pages"}
    assert answer.json()["open_pages"] >= 1
    assert viewer.kernel_id not in answer.text


@pytest.mark.parametrize(
    "up", ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "..\\", "..%5c", "....//", "/", "%00/"]
)
@pytest.mark.parametrize(
    "place",
    [
        "/",
        "/voila/static/",
        "/voila/templates/tco/static/",
        "/voila/templates/",
        "/voila/labextensions/",
        "/voila/api/themes/",
        "/voila/files/",
        "/voila/render/",
        "/voila/tree/",
        "/tco/",
        "/static/",
    ],
)
def test_serves_no_file_by_a_crooked_path(server, place, up):
    """Nothing outside the directories of the page's own scripts and styles comes out, however the way up is written."""
    for target in ("etc/passwd", f"{ROOT}/pyproject.toml".lstrip("/")):
        status, content = ask(server, place + up * 12 + target)
        assert status in (400, 403, 404)
        assert b"root:" not in content
        assert b"[project]" not in content


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 403),
        ({"Host": f"{PUBLIC_NAME}.attacker.example"}, 403),
        ({"Host": "10.0.0.1"}, 403),
        ({"Host": PUBLIC_NAME}, 200),
        ({"Host": f"{PUBLIC_NAME}:8443"}, 200),
        ({"Host": "attacker.example", "X-Forwarded-Host": PUBLIC_NAME}, 403),
    ],
)
def test_answers_to_its_own_names(server, headers, status):
    """The public name is one more name to answer to, not a way to switch the check off."""
    assert ask(server, "/", **headers)[0] == status


@pytest.mark.parametrize("origin", ["https://attacker.example", f"https://{PUBLIC_NAME}.attacker.example", "null"])
def test_refuses_other_sites(viewer, server, origin):
    """A page of another site cannot use, see or end a kernel, although the browser sends its cookies."""
    other = Viewer(server.address)
    other.session.cookies = viewer.session.cookies
    with pytest.raises(WebSocketBadStatusException, match="403"):
        other.connect(viewer.kernel_id, Origin=origin)
    assert other.get(viewer.kernel_path, headers={"Origin": origin}).status_code == 404
    shutdown = f"{server.address}voila/api/shutdown/{viewer.kernel_id}"
    for headers in ({}, {"Origin": origin}):  # neither a form nor a script of another site can read the token
        assert other.session.post(shutdown, headers=headers).status_code in (403, 404)
    assert other.get(viewer.kernel_path).ok


def test_gives_cookies_that_other_sites_cannot_use(server):
    """Cookies stay with this site, travel by TLS only, and scripts cannot read the one that opens kernels."""
    answer = Viewer(server.address).get("")
    cookies = {line.partition("=")[0]: line.lower() for line in answer.raw.headers.getlist("Set-Cookie")}
    for name in ("tco-viewer", "_xsrf"):
        assert "samesite=lax" in cookies[name]
        assert "secure" in cookies[name]
    assert "httponly" in cookies["tco-viewer"]
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def resident_mib(server):
    """Memory of the server's own process."""
    return psutil.Process(server.pid).memory_info().rss / MIB


def pour(connection, most_mib):
    """Send zeros until the other side has had enough, at most so many MiB; return how many were taken."""
    chunk = bytes(MIB)
    for sent in range(most_mib):
        try:
            connection.sendall(chunk)
        except OSError:
            return sent
    return most_mib


@pytest.mark.parametrize("path", ["/", "/voila/api/shutdown/x-x-x-x-x", "/voila/render/executive.ipynb", "/nothing"])
@pytest.mark.parametrize("head", ["Content-Length: 1000000000", "Transfer-Encoding: chunked"])
def test_takes_no_large_upload(server, path, head):
    """A body of 1 GB, announced or in pieces, is cut off, and the server's memory does not grow."""
    before = resident_mib(server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\n".encode())
        if "chunked" in head:
            connection.sendall(b"3b9aca00\r\n")
        assert pour(connection, 64) < 64
    assert resident_mib(server) - before < 10
    assert Viewer(server.address).get("healthz").ok


def test_takes_no_large_message(viewer, server):
    """A message of 1 GB to a kernel is cut off at its first bytes; the page connects anew and works."""
    before = resident_mib(server)
    viewer.socket.sock.sendall(b"\x82\xff" + (10**9).to_bytes(8, "big") + b"mask")
    assert pour(viewer.socket.sock, 64) < 64
    assert resident_mib(server) - before < 10
    viewer.connect()
    still_works(viewer)


def test_takes_no_large_file(server):
    """A file that is larger than scenarios can be is refused in words; one of 5 MiB does not even arrive."""
    viewer = Viewer(server.address)
    viewer.open("explorer")
    viewer.connect()
    viewer.learn_widgets()

    def upload(size):
        data = {"name": "large.toml", "type": "", "size": size, "last_modified": 0}
        state = {"value": [data]}
        message = {"method": "update", "state": state, "buffer_paths": [["value", 0, "content"]]}
        viewer.send("comm_msg", {"comm_id": viewer.model("tco-load"), "data": message}, buffers=[bytes(size)])

    upload(100_001)
    viewer.until(lambda: viewer.shows("tco-error"), "a refusal")
    assert "the file has more than 100,000 bytes, the most that is read" in viewer.shows("tco-error")
    with suppress(OSError):
        upload(5 * MIB)
    with pytest.raises((WebSocketConnectionClosedException, OSError)):
        viewer.answers("never")
    viewer.connect()
    still_works(viewer)
    viewer.leave()


@pytest.mark.parametrize("letters", [20_000, 1_000_000])
def test_takes_no_endless_link(server, letters):
    """A link of 1 MB is refused before a kernel starts for it."""
    before = open_pages(server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        address = "/voila/render/executive.ipynb?s=1." + "A" * letters
        try:
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            answer = connection.recv(4096)
        except ConnectionError:
            answer = b""
    assert not answer or re.match(rb"HTTP/1.1 4\d\d ", answer)
    assert open_pages(server) == before


def test_limits_the_memory_of_kernels(viewer, server):
    """Each kernel has the limit that was set, and the server itself has none."""
    limit = (KERNEL_MEMORY_MIB * MIB, KERNEL_MEMORY_MIB * MIB)
    kernels = psutil.Process(server.pid).children()
    assert kernels
    assert {kernel.rlimit(psutil.RLIMIT_DATA) for kernel in kernels} == {limit}
    assert psutil.Process(server.pid).rlimit(psutil.RLIMIT_DATA) != limit
    still_works(viewer)
