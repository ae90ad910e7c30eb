"""
The addresses of plotly.js on a Jupyter server.

Our Voilà server adds `routes` itself. A JupyterLab whose environment holds the package loads this module as a server
extension, because `tco/dashboard/jupyter/server_config.json` was installed with the package.
"""

import gzip
import re
from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.utils import url_path_join
from tornado.web import RequestHandler

from tco.dashboard import plotly_js

Route = tuple[str, type["ScriptHandler"], dict[str, Any]]


class ScriptHandler(RequestHandler):
    """
    Sends a script that is public, made and compressed once and kept in memory.
    """

    def initialize(self, compressed: Callable[[], bytes]) -> None:
        """
        Take what gives the compressed script.
        """
        self.compressed = compressed

    @allow_unauthenticated
    def get(self) -> None:
        """
        Send the script.
        """
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        # Its address changes with its content.
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(self.compressed())
        else:
            self.finish(gzip.decompress(self.compressed()))


def routes(base_url: str) -> list[Route]:
    """
    Return the routes of plotly.js for a server that lives under `base_url`.
    """
    return script_routes(
        base_url, {plotly_js.ROUTE: plotly_js.compressed, plotly_js.SMALL_ROUTE: plotly_js.small_compressed}
    )


def script_routes(base_url: str, scripts: dict[str, Callable[[], bytes]]) -> list[Route]:
    """
    Return the routes of scripts, given what makes each of them.
    """
    return [
        (re.escape(url_path_join(base_url, route)), ScriptHandler, {"compressed": compressed})
        for route, compressed in scripts.items()
    ]


def announce(page_config: dict[str, Any]) -> dict[str, Any]:
    """
    Tell a page, by the settings that every Jupyter page carries, that its server has plotly.js.
    """
    page_config["tcoPlotlyJs"] = plotly_js.SMALL_ROUTE
    page_config["tcoWholePlotlyJs"] = plotly_js.ROUTE
    return page_config


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    settings = server.web_app.settings
    server.web_app.add_handlers(".*$", routes(settings["base_url"]))
    announce(settings.setdefault("page_config_data", {}))
