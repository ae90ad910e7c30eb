"""
What `deploy/` describes, on loopback: real nginx with the committed configuration before several servers of the pages.
"""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser.servers import free_port, running, started
from tests.viewers import Viewer

DEPLOY = Path(__file__).parents[1] / "deploy"
NAME = "localhost"
LOGIN = ("alice", "correct horse")
# A whole configuration around the committed part, with all files in one directory of whoever runs the tests.
AROUND = """
daemon off;
{user}
pid {prefix}/pid;
error_log {prefix}/errors;
events {{ worker_connections 1024; }}
http {{
    types {{ text/css css; application/javascript js; }}
    access_log off;
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    include {prefix}/tco.conf;
}}
"""


class Team(NamedTuple):
    """A running proxy: its addresses, the file of its certificate, and the servers behind it by port."""

    address: str
    plain_address: str
    certificate: str
    servers: dict[int, subprocess.Popen]

    def viewer(self, login=LOGIN):
        """Return a viewer who knows the password, or another one."""
        return Viewer(self.address, self.certificate, login)

    def direct(self, port):
        """Return a viewer on this machine who goes past the proxy."""
        return Viewer(f"http://127.0.0.1:{port}/")


def nginx_path():
    """
    Return where nginx is; without one the test is skipped, and under CI it fails.
    """
    path = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if path is None:
        reason = "needs nginx, which is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def command_of(port, *options):
    """Return the command of one server, with the name of the proxy and the options given."""
    return [
        *(sys.executable, "-m", "tco", "dashboard", "--no-browser", "--port", str(port)),
        *("--public-name", NAME, "--heated-kernels", "0", *options),
    ]


def write_configuration(prefix, ports, *, auth="auth-basic.conf", sign_in_port=4180):
    """Write the committed configuration for this directory, name and ports, and return its address."""
    https, http = free_port(), free_port()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME}", "-out", prefix / "fullchain.pem", "-keyout", prefix / "key.pem"),
        ],
        check=True,
        capture_output=True,
    )
    hashing = (shutil.which("openssl"), "passwd", "-apr1", LOGIN[1])
    hashed = subprocess.run(hashing, check=True, capture_output=True, text=True).stdout
    (prefix / "passwords").write_text(f"{LOGIN[0]}:{hashed}")
    replaced = {
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{https} ssl http2;",
        "https://tco.example.com": f"https://{NAME}:{https}",
        "tco.example.com": NAME,
        "8901": str(ports[0]),
        "8902": str(ports[1]),
        "/etc/ssl/tco/fullchain.pem": f"{prefix}/fullchain.pem",
        "/etc/ssl/tco/privkey.pem": f"{prefix}/key.pem",
        "/etc/nginx/tco/auth-basic.conf": f"{prefix}/{auth}",
        "/etc/nginx/tco/passwords": f"{prefix}/passwords",
        ":4180": f":{sign_in_port}",
    }
    for name in ("nginx.conf", "auth-basic.conf", "auth-proxy.conf"):
        text = (DEPLOY / name).read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        (prefix / {"nginx.conf": "tco.conf"}.get(name, name)).write_text(text)
    # Started by root, nginx would hand its work to a user who cannot read this directory.
    user = "user root;" if os.geteuid() == 0 else ""
    (prefix / "nginx.conf").write_text(AROUND.format(prefix=prefix, user=user))
    return f"https://{NAME}:{https}/", f"http://127.0.0.1:{http}/"


@contextmanager
def running_nginx(prefix, plain_address):
    """Run nginx with the configuration in a directory until the block ends."""
    command = [nginx_path(), "-p", str(prefix), "-c", str(prefix / "nginx.conf"), "-e", str(prefix / "errors")]
    with running(command, plain_address, prefix / "nginx.log"):
        yield


@contextmanager
def running_team(prefix, *options):
    """
    Run nginx and two servers behind it until the block ends.
    """
    nginx_path()
    ports = (free_port(), free_port())
    address, plain_address = write_configuration(prefix, ports)
    with ExitStack() as stack:
        servers = {
            port: stack.enter_context(
                started(command_of(port, *options), f"http://127.0.0.1:{port}/healthz", prefix / f"{port}.log")
            )
            for port in ports
        }
        stack.enter_context(running_nginx(prefix, plain_address))
        yield Team(address, plain_address, f"{prefix}/fullchain.pem", servers)
