"""
A viewer without a browser: opens a page, and talks to its kernel as the page's JavaScript does, or as it should not.
"""

import json
import queue
import re
import threading
import time
from contextlib import suppress
from html import unescape
from socket import SHUT_RDWR
from uuid import uuid4

import requests
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from websocket import WebSocketConnectionClosedException, WebSocketException, create_connection

WAIT_SECONDS = 60
PROTOCOL = "v1.kernel.websocket.jupyter.org"
PAGE_SETTINGS = re.compile(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>')


class Viewer:
    """
    One viewer with cookies of their own.

    `address` is the server's, with a slash at the end; `certificate` the file of the one that it must present.
    """

    def __init__(self, address, certificate=None, login=None):
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = login
        self.session.verify = certificate or True
        self.certificate = certificate
        self.socket = self.reader = self.inbox = None
        self.kernel_id = ""
        self.states = {}
        self.learned = False

    def get(self, path, **options):
        """Ask for a path below the address."""
        answer = self.session.get(self.address + path, timeout=WAIT_SECONDS, **options)
        # Who goes past the proxy sends cookies that are meant for TLS all the same.
        for cookie in self.session.cookies:
            cookie.secure = False
        return answer

    def open(self, page="executive", query=""):
        """Open a page, so that it has a kernel."""
        answer = self.get(f"voila/render/{page}.ipynb{query}")
        answer.raise_for_status()
        self.kernel_id = json.loads(unescape(PAGE_SETTINGS.search(answer.text).group(1)))["kernelId"]
        return answer

    @property
    def kernel_path(self):
        """Where the kernel is asked whether it lives."""
        return f"api/kernels/{self.kernel_id}"

    def connect(self, kernel_id=None, *, subprotocols=(PROTOCOL,), **headers):
        """Connect to the page's kernel, or to another one."""
        self.disconnect()
        path = f"api/kernels/{kernel_id or self.kernel_id}/channels"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)
        request = self.session.prepare_request(requests.Request("GET", self.address))
        if "Authorization" in request.headers:
            headers["Authorization"] = request.headers["Authorization"]
        self.socket = create_connection(
            re.sub("^http", "ws", self.address) + path,
            timeout=WAIT_SECONDS,
            sslopt={"ca_certs": self.certificate},
            subprotocols=subprotocols,
            cookie=cookies,
            header=[f"{name}: {value}" for name, value in headers.items()],
            suppress_origin=True,
        )
        self.socket.settimeout(None)
        self.inbox = queue.SimpleQueue()
        # Like a browser it reads all the time, and so answers the server's question whether it is still there.
        self.reader = threading.Thread(target=self._read, args=[self.socket, self.inbox], daemon=True)
        self.reader.start()
        return self.socket

    @staticmethod
    def _read(socket, inbox):
        message = b" "
        while message:
            try:
                message = socket.recv()
            except (OSError, WebSocketException):
                message = b""
            inbox.put(message)

    def send(self, kind, content, *, channel="shell", buffers=(), metadata=None, **header):
        """Send a message to the kernel and return its id."""
        header = {
            "msg_id": uuid4().hex,
            "msg_type": kind,
            "session": "viewer",
            "username": "",
            "version": "5.3",
        } | header
        parts = [json.dumps(part).encode() for part in (header, {}, metadata or {}, content)]
        self.send_parts([*parts, *buffers], channel)
        return header["msg_id"]

    def send_parts(self, parts, channel="shell"):
        """Send the parts of a message as they are."""
        self.socket.send_binary(serialize_msg_to_ws_v1(parts, channel))

    def receive(self, seconds=WAIT_SECONDS):
        """Return type, id of the message that it answers, and content of the next message."""
        try:
            message = self.inbox.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no message for {seconds:.0f} s") from None
        if not message:
            raise WebSocketConnectionClosedException
        _, (header, parent, _, content, *_) = deserialize_msg_from_ws_v1(message)
        kind, asked = json.loads(header)["msg_type"], json.loads(parent).get("msg_id")
        content = json.loads(content)
        data = content.get("data", {})
        if kind == "comm_msg" and data.get("method") == "update_states":
            self.states = {model: widget["state"] for model, widget in data["states"].items()}
            self.learned = True
        elif kind == "comm_open":
            self.states[content["comm_id"]] = data.get("state", {})
        elif kind == "comm_msg" and data.get("method") in ("update", "echo_update"):
            self.states.setdefault(content["comm_id"], {}).update(data["state"])
        return kind, asked, content

    def answers(self, message_id):
        """Return all messages until the kernel has done with a message."""
        received = []
        while True:
            received.append(self.receive())
            kind, asked, content = received[-1]
            if kind == "status" and asked == message_id and content["execution_state"] == "idle":
                return received

    def learn_widgets(self):
        """Ask for the state of all widgets of the page, as its JavaScript does."""
        comm = uuid4().hex
        target = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {"widgets": None}}
        self.send("comm_open", target, metadata={"version": "1.0.0"})
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        self.learned = False  # a page may send parts of itself before
        self.until(lambda: self.learned, "the widgets' states")
        return self

    def model(self, css_class):
        """Return the id of the widget that has a class of the style sheet."""
        return next(id_ for id_, state in self.states.items() if css_class in state.get("_dom_classes", ()))

    def write(self, model_id, **state):
        """Write the state of a widget, and return the id of the message."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.send("comm_msg", {"comm_id": model_id, "data": data})

    def until(self, holds, what):
        """Take messages in until something holds."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds():
            left = deadline - time.monotonic()
            assert left > 0, f"the kernel never sent {what}"
            self.receive(left)

    def shows(self, css_class):
        """Return the text of a block of HTML."""
        return unescape(re.sub("<[^>]*>", "", self.states[self.model(css_class)]["value"]))

    def disconnect(self):
        """Close the socket and leave the kernel, as a browser that crashes does."""
        if self.socket is None:
            return
        connection = self.socket.sock  # nothing once the other side has closed it
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        self.reader.join()
        self.socket.shutdown()
        self.socket = None

    def leave(self):
        """Close the page as a browser does: the socket, and the kernel."""
        self.disconnect()
        token = self.session.cookies.get("_xsrf")
        path = f"{self.address}voila/api/shutdown/{self.kernel_id}"
        return self.session.post(path, headers={"X-XSRFToken": token}, timeout=WAIT_SECONDS)
