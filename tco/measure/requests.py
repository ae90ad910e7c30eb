"""Requests in progress: connections to one server, without blocking, and when each request was due and done."""

import errno
import re
import resource
import select
import selectors
import socket
import time
from collections import deque
from typing import Final, NamedTuple

import httptools

from tco.measure.target import Target

# Bounds, whatever is asked for.
MAXIMUM_CONNECTIONS: Final = 10_000
MAXIMUM_REQUESTS: Final = 1_000_000
# A server that fails this often is not worth going on with.
MAXIMUM_ERRORS: Final = 1000
# File handles that a process needs for itself.
_OWN_HANDLES: Final = 64
_HTTP_OK: Final = 200
_SELECTOR_SECONDS: Final = 0.001
_RECEIVE_BYTES: Final = 65_536
# What our applications say of the requests that wait in a worker.
_WAITING: Final = re.compile(rb'"waiting": ?(\d{1,6})\b')


class Answer(NamedTuple):
    """How a request ended: due and done in seconds of `time.perf_counter`."""

    due: float
    done: float
    good: bool


class Connection:
    """One connection and the request on it; the parser calls its `on_` methods."""

    __slots__ = ("complete", "due", "framed", "is_connected", "is_new", "parser", "socket", "status_seen", "stays")

    def __init__(self, target: Target) -> None:
        family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setblocking(False)  # noqa: FBT003  # the socket's own way
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parser = httptools.HttpResponseParser(self)
        self.due = 0.0
        self.is_connected = False
        self.is_new = True
        self.complete = False
        self.framed = False
        self.status_seen = False
        self.stays = False

    def on_status(self, _status: bytes) -> None:
        """An answer has begun."""
        self.status_seen = True

    def on_header(self, name: bytes, _value: bytes) -> None:
        """The header may say where the answer ends."""
        if name.lower() in {b"content-length", b"transfer-encoding"}:
            self.framed = True

    def on_message_complete(self) -> None:
        """The answer is whole. Only here does the parser know whether the connection stays."""
        self.complete = True
        self.stays = self.parser.should_keep_alive()


class ReadingConnection(Connection):
    """A connection that keeps what it is told."""

    __slots__ = ("body",)

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.body = b""

    def on_body(self, part: bytes) -> None:
        """Keep a part of the answer."""
        self.body += part


class Requests:
    """Requests in progress to one target."""

    def __init__(self, target: Target, connection_type: type[Connection] = Connection) -> None:
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.target = target
        self.maximum_connections = min(MAXIMUM_CONNECTIONS, soft - _OWN_HANDLES)
        self.answers: list[Answer] = []
        self.errors = 0
        self.held_back = 0
        self.most_waiting = 0
        self._connection_type = connection_type
        self._request = target.request
        self._selector = selectors.DefaultSelector()
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._held: deque[float] = deque()

    @property
    def in_progress(self) -> int:
        """Requests without an answer."""
        return len(self._busy) + len(self._held)

    @property
    def overdue(self) -> list[float]:
        """When each request without an answer was due."""
        return [*(connection.due for connection in self._busy), *self._held]

    def send(self, due: float) -> None:
        """Send a request on an idle connection, or on a new one."""
        while self._idle:
            connection = self._idle.pop()
            connection.is_new = False
            if self._write(connection, due):
                return
        if len(self._busy) >= self.maximum_connections:
            self.held_back += 1
            self._held.append(due)
            return
        self._connect(due)

    def poll(self, timeout_seconds: float) -> None:
        """Take in answers; return when there are any, or the time is over, or a millisecond before."""
        # A selector rounds its time up to the next millisecond; select() does not, and takes one more call.
        if timeout_seconds > _SELECTOR_SECONDS:
            ready = self._selector.select(timeout_seconds - _SELECTOR_SECONDS)
        else:
            if timeout_seconds > 0:
                select.select([self._selector], [], [], timeout_seconds)
            ready = self._selector.select(0)
        for key, _ in ready:
            self._receive(key.data)
        while self._held and len(self._busy) < self.maximum_connections and self._idle:
            self.send(self._held.popleft())
        while self._held and len(self._busy) < self.maximum_connections:
            self._connect(self._held.popleft())

    def close(self) -> None:
        """Close all connections."""
        for connection in [*self._busy, *self._idle]:
            connection.socket.close()
        self._selector.close()

    def _connect(self, due: float) -> None:
        connection = self._connection_type(self.target)
        connection.due = due
        code = connection.socket.connect_ex((self.target.address, self.target.port))
        if code not in {0, errno.EINPROGRESS}:
            connection.socket.close()
            self._finish(due, good=False)
            return
        self._busy.add(connection)
        self._selector.register(connection.socket, selectors.EVENT_WRITE, connection)

    def _write(self, connection: Connection, due: float) -> bool:
        """Send the request on a connection that stands; False when the server has closed it meanwhile."""
        connection.due = due
        try:
            connection.socket.send(self._request)
        except OSError:
            self._drop(connection)
            return False
        self._busy.add(connection)
        return True

    def _receive(self, connection: Connection) -> None:
        if not connection.is_connected:
            self._connected(connection)
            return
        try:
            received = connection.socket.recv(_RECEIVE_BYTES)
            if received:
                connection.parser.feed_data(received)
        except BlockingIOError:
            return
        except (OSError, httptools.HttpParserError):
            received = b""
            connection.framed = True
        if connection not in self._busy:
            # Closed by the server while idle, or speaking out of turn.
            self._drop(connection)
        elif connection.complete:
            self._completed(connection)
        elif not received:
            self._ended(connection)

    def _connected(self, connection: Connection) -> None:
        code = connection.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._drop(connection)
            self._finish(connection.due, good=False)
            return
        connection.is_connected = True
        self._selector.modify(connection.socket, selectors.EVENT_READ, connection)
        if not self._write(connection, connection.due):
            self._finish(connection.due, good=False)

    def _completed(self, connection: Connection) -> None:
        good = connection.parser.get_status_code() == _HTTP_OK
        due = connection.due
        if isinstance(connection, ReadingConnection):
            said = _WAITING.search(connection.body)
            self.most_waiting = max(self.most_waiting, int(said[1]) if said else 0)
            connection.body = b""
        if connection.stays:
            connection.complete = connection.framed = connection.status_seen = False
            self._busy.discard(connection)
            self._idle.append(connection)
        else:
            self._drop(connection)
        self._finish(due, good=good)

    def _ended(self, connection: Connection) -> None:
        """The server closed the connection during a request."""
        due = connection.due
        # Without a length, the end of the connection is the end of the answer.
        whole = connection.status_seen and not connection.framed
        stale = not connection.is_new and not connection.status_seen
        good = whole and connection.parser.get_status_code() == _HTTP_OK
        self._drop(connection)
        if stale:
            # It crossed with the server's decision to close an idle connection: any client tries again.
            self._connect(due)
        else:
            self._finish(due, good=good)

    def _drop(self, connection: Connection) -> None:
        self._busy.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()

    def _finish(self, due: float, *, good: bool) -> None:
        self.errors += not good
        self.answers.append(Answer(due, time.perf_counter(), good))

    @property
    def may_go_on(self) -> bool:
        """Whether neither the errors nor the requests have reached their bound."""
        return self.errors < MAXIMUM_ERRORS and len(self.answers) < MAXIMUM_REQUESTS
