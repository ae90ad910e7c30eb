"""
The address of plotly.js on a Jupyter server.

Our Voilà server adds `routes` itself. A JupyterLab whose environment holds the package loads this module as a server
extension, because `tco/dashboard/jupyter/server_config.json` was installed with the package.
"""

import re
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.utils import url_path_join
from tornado.web import StaticFileHandler

from tco.dashboard import plotly_js


class PlotlyJsHandler(StaticFileHandler):
    """
    Sends plotly.js, which is public, and nothing else.
    """

    @allow_unauthenticated
    async def get(self, path: str = "", include_body: bool = True) -> None:  # noqa: FBT001, FBT002, tornado's signature
        """
        Send the file.
        """
        await super().get(plotly_js.PATH.name, include_body)

    def set_extra_headers(self, path: str) -> None:
        """
        Let browsers keep the file: its address changes with its content.
        """
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")


def routes(base_url: str) -> list[tuple[str, type[PlotlyJsHandler], dict[str, str]]]:
    """
    Return the tornado routes for a server that lives under `base_url`.
    """
    address = re.escape(url_path_join(base_url, plotly_js.ROUTE))
    return [(address, PlotlyJsHandler, {"path": str(plotly_js.PATH.parent)})]


def announce(page_config: dict[str, Any]) -> dict[str, Any]:
    """
    Tell a page, by the settings that every Jupyter page carries, that its server has plotly.js.
    """
    page_config["tcoPlotlyJs"] = plotly_js.ROUTE
    return page_config


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    settings = server.web_app.settings
    server.web_app.add_handlers(".*$", routes(settings["base_url"]))
    announce(settings.setdefault("page_config_data", {}))
