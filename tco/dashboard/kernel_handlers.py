"""
What a page can do with its kernel over the network: send and get widget messages, ask whether it lives, end it.
"""

import re
import secrets
from typing import Any, Final, cast

import tornado.web
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.utils import url_path_join
from tornado.websocket import WebSocketProtocol, WebSocketProtocol13
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler, read_header_from_binary_message

from tco.dashboard.kernels import PageKernels

_COOKIE: Final = "tco-viewer"
_COOKIE_DAYS: Final = 30
_VIEWER: Final = re.compile("[0-9a-f]{32}")
_PROTOCOL: Final = "v1.kernel.websocket.jupyter.org"
# What widgets need. Source code, printed words and tracebacks are not among it.
_SENT_TYPES: Final = frozenset(
    {
        "clear_output",
        "comm_close",
        "comm_info_reply",
        "comm_msg",
        "comm_open",
        "display_data",
        "kernel_info_reply",
        "shutdown_reply",
        "status",
        "update_display_data",
    }
)
# How often a connection is asked whether the other side is there, and how long the answer may take.
_PING_SECONDS: Final = 10
_MOST_LOGGED_BYTES: Final = 10_000


def viewer_of(handler: JupyterHandler) -> str:
    """
    Return what tells this browser from others, or nothing where it has no such cookie.
    """
    cookie = handler.get_cookie(_COOKIE, "")
    return cookie if _VIEWER.fullmatch(cookie) else ""


def know_viewer(handler: JupyterHandler) -> None:
    """
    Give a browser the cookies by which it can use the kernels of its pages, and end them.
    """
    _ = handler.xsrf_token
    if not viewer_of(handler):
        handler.set_cookie(
            _COOKIE,
            secrets.token_hex(16),
            expires_days=_COOKIE_DAYS,
            path=handler.base_url,
            httponly=True,
            # Not strict: a page that was opened from a link in a mail has to know its browser.
            samesite="Lax",
            secure=handler.settings["xsrf_cookie_kwargs"]["secure"],
        )


class _OwnKernel(JupyterHandler):
    """Serves the viewer whose page the kernel is behind, and nobody else."""

    async def prepare(self, **kwargs: Any) -> None:
        await super().prepare(**kwargs)
        cast("PageKernels", self.kernel_manager).require_viewer(self.path_kwargs["kernel_id"], viewer_of(self))


class OwnKernelHandler(_OwnKernel, KernelHandler):
    """
    Says that a kernel lives, and ends it.
    """


class OwnShutdownHandler(_OwnKernel, VoilaShutdownKernelHandler):
    """
    Ends a kernel when its page is left.
    """


class OwnWebsocketHandler(_OwnKernel, VoilaKernelWebsocketHandler):
    """
    Widget messages in both directions; which ones come in, Voilà's kernel manager checks.
    """

    async def prepare(self, **kwargs: Any) -> None:
        """
        Refuse other viewers, and the older protocol, whose messages Voilà lets through unread.
        """
        await super().prepare(**kwargs)
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if _PROTOCOL not in map(str.strip, offered.split(",")):
            raise tornado.web.HTTPError(400)

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """
        Let tornado look after the connection.

        Jupyter's own way closes connections whose answers came in time, unless it waits for longer than tornado allows.
        """
        protocol: WebSocketProtocol | None = super().get_websocket_protocol()
        if isinstance(protocol, WebSocketProtocol13):
            protocol.params.ping_interval = protocol.params.ping_timeout = _PING_SECONDS
        return protocol

    async def open(self, kernel_id: str) -> None:
        """
        Send each message at once.

        An answer is several small messages, of which the second would wait until the browser has acknowledged the
        first, which takes it 40 ms.
        """
        self.set_nodelay(True)
        await super().open(kernel_id)

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        """
        Refuse without a page, which nobody would see.
        """
        self.finish(str(status_code))

    def write_message(self, message: bytes | dict[str, Any], binary: bool = False) -> Any:  # noqa: FBT001, FBT002
        """
        Send a message to the page; what a viewer must not see goes to the log, where it matters.
        """
        header = read_header_from_binary_message(message) if isinstance(message, bytes) else message.get("header")
        kind = (header or {}).get("msg_type")
        if kind in _SENT_TYPES:
            return super().write_message(message, binary)
        if kind in ("error", "stream") and isinstance(message, bytes):
            _, (_, _, _, content, *_) = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
            # Still JSON, so that nothing that a viewer sends can pass for another line of the log.
            self.log.error(
                "Kernel %s said %s: %s", self.kernel_id, kind, content[:_MOST_LOGGED_BYTES].decode(errors="replace")
            )
        return None


def routes(base_url: str) -> list[tuple[str, type[JupyterHandler]]]:
    """
    Return the tornado routes for a server that lives under `base_url`.
    """
    kernel = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
    return [
        (url_path_join(base_url, rf"/api/kernels/{kernel}"), OwnKernelHandler),
        (url_path_join(base_url, rf"/api/kernels/{kernel}/channels"), OwnWebsocketHandler),
        (url_path_join(base_url, rf"/voila/api/shutdown/{kernel}"), OwnShutdownHandler),
    ]
