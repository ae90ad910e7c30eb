"""A server on loopback that plays the providers' price endpoints, in the shape of their documented answers."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class PriceServer:
    """
    Answers by path and query.

    `routes` maps a path to a function of (query, headers, how often it was asked) that gives status, headers, content
    and how many bytes of it are sent before the connection is cut (None for all).
    """

    def __init__(self):
        self.routes = {}
        self.asked = []
        self.address = ""

    def answer(self, handler):
        """Send what the route of the path says."""
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((parts.path, query, dict(handler.headers)))
        times = sum(path == parts.path for path, _, _ in self.asked)
        route = self.routes.get(parts.path)
        status, headers, content, sent = (404, {}, b"", None) if route is None else route(query, handler.headers, times)
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content if sent is None else content[:sent])
        handler.close_connection = True


@contextmanager
def serving():
    """A running server, stopped at the end."""
    server = PriceServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.answer(self)

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def as_json(content, status=200, headers=None, sent=None):
    """An answer in JSON."""
    return status, {"Content-Type": "application/json"} | (headers or {}), json.dumps(content).encode(), sent
