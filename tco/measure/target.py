"""
Where load may go: to this machine, and nowhere else.

An address is accepted by its letters alone, before anything is resolved or sent, and connections are made to the
numbers that were accepted: no name server, hosts file or redirect can lead them elsewhere.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tco.measure.errors import MeasureError

_IPV4_LOOPBACK: Final = ipaddress.IPv4Network("127.0.0.0/8")
_LOCALHOST: Final = "localhost"
_HTTP_PORT: Final = 80


@dataclass(frozen=True)
class Target:
    """A path of an HTTP server on this machine."""

    address: str
    port: int
    path: str
    # What the request names as its host: servers refuse names that they do not know.
    host: str = ""

    def __post_init__(self) -> None:
        """Refuse whatever is not on this machine, however the target was made."""
        if not is_loopback(self.address):
            raise MeasureError(f"only this machine is loaded (127.0.0.0/8, ::1, localhost); got {self.address!r}")
        if not 1 <= self.port <= 65_535:
            raise MeasureError(f"port must lie in [1, 65535]; got {self.port}")
        if not self.path.startswith("/"):
            raise MeasureError(f"a path must start with /; got {self.path[:80]!r}")
        for text in (self.path, self.host):
            if not all("!" <= character <= "~" for character in text):
                raise MeasureError(f"an address must be printable ASCII without spaces; got {text[:80]!r}")

    @property
    def request(self) -> bytes:
        """A GET request for the path, on a connection that may be kept."""
        named = f"[{self.address}]" if ":" in self.address else self.address
        host = self.host or f"{named}:{self.port}"
        return f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode("ascii")


def is_loopback(address: str) -> bool:
    """
    Whether an address leads to this machine itself.

    Parameters
    ----------
    address : str
        What may be an IP address in its usual form.

    Returns
    -------
    is_loopback : bool
        True within 127.0.0.0/8 and for ::1; False for all else, names and unusual spellings included.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("127.1"), is_loopback("0.0.0.0")
    (True, True, False, False)
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return parsed in _IPV4_LOOPBACK
    return str(parsed) == "::1"


def parse_target(url: str) -> Target:
    """
    The target that a web address names.

    Parameters
    ----------
    url : str
        `http://127.0.0.1:PORT/path`; other addresses of 127.0.0.0/8, `[::1]` and `localhost` will do as well.

    Returns
    -------
    target : Target
        Where to send. `localhost` is 127.0.0.1: the name itself is not looked up.

    Raises
    ------
    MeasureError
        If it is anything else.

    Examples
    --------
    >>> parse_target("http://localhost:8000/items?page=2")
    Target(address='127.0.0.1', port=8000, path='/items?page=2', host='localhost:8000')
    """
    # urlsplit drops tabs and line ends; here they are refused.
    if not all("!" <= character <= "~" for character in url):
        raise MeasureError(f"an address must be printable ASCII without spaces; got {url[:80]!r}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise MeasureError(f"{url[:80]!r} is no address ({error})") from None
    if parts.scheme != "http":
        raise MeasureError(f"an address must start with http://; got {url[:80]!r}")
    if parts.username is not None or parts.password is not None:
        raise MeasureError(f"an address must not carry a name or password; got {url[:80]!r}")
    address = "127.0.0.1" if host == _LOCALHOST else host
    if not is_loopback(address):
        raise MeasureError(
            f"only this machine is loaded (127.0.0.0/8, ::1, localhost); got {host[:80]!r}: for another, "
            "bring the results of a load tester"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(address, _HTTP_PORT if port is None else port, path, parts.netloc)
