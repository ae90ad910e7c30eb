"""
The pages on this machine: a Voilà server with our template, an index, and nothing that a viewer can loosen.
"""

import asyncio
import json
import os
import re
import socket
import tempfile
import threading
import uuid
import webbrowser
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import nbformat
import tornado.web
from jupyter_events import EventLogger
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_escape, url_path_join
from traitlets import Instance
from traitlets.config import Config
from voila.app import Voila
from voila.handler import BaseVoilaHandler
from voila.static_file_handler import TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler

from tco.dashboard import assets, kernel_handlers, voila_js
from tco.dashboard.addresses import notebooks_path
from tco.dashboard.kernels import PageKernels, TooManyKernelsError
from tco.dashboard.publication import Publication
from tco.inputs import InputError

ADDRESS: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8866
MAX_PORT: Final = 65_535
_JUPYTER_PATH: Final = Path(__file__).parent / "jupyter"
# A page closes its kernel when it is left. Kernels of browsers that crash or fall asleep are looked for this often.
_LONGEST_CULL_INTERVAL_SECONDS: Final = 30
# Kernels wait for the viewers of the pages that are opened first; a waiting kernel takes 90 to 140 MiB.
_HEATED_PAGES: Final = 3
# The next one is started when the page that took the last one has had time to load.
_REHEAT_SECONDS: Final = 5.0
# Nothing that a page sends is large: of files it sends scenarios, which are text.
_MOST_MESSAGE_BYTES: Final = 1_000_000
_MOST_BODY_BYTES: Final = 16_384
_MOST_HEADER_BYTES: Final = 16_384
_BODY_SECONDS: Final = 30
_RETRY_SECONDS: Final = 60
_MOST_OPENING_SECONDS: Final = 120
_TOO_SLOW: Final = "<p class='tco-error' role='alert'>This page took too long to be built. Reload it.</p>"
# A socket of a kernel below the temporary directory, and how long the shortest-minded of systems lets its name be.
_KERNEL_FILE: Final = f"/voila_12345678/kernel-65535x{uuid.UUID(int=0)}-ipc-5"
_MOST_SOCKET_NAME: Final = 103
_TEMPLATE_FILE: Final = re.compile(r"[\w-]+/static/[\w./-]+")


def _settings(notebooks: Path, port: int, publication: Publication) -> Config:
    config = Config()
    config.Voila.ip = ADDRESS
    config.Voila.port = port
    # Voilà would otherwise take another port without a word, and the viewer see somebody else's page.
    config.Voila.port_retries = 0
    config.Voila.base_url = publication.base_url
    config.Voila.root_dir = str(notebooks)
    # Settings that lie about in a directory must not loosen these.
    config.Voila.config_file_paths = []
    # Errors in a page are logged as errors; below that Voilà only tells of itself.
    config.Voila.log_level = "ERROR"
    # Other names than this machine's are refused, so no website can reach the pages by naming itself 127.0.0.1.
    config.Voila.tornado_settings = {
        "allow_remote_access": False,
        "local_hostnames": ["localhost", *filter(None, [publication.public_name])],
        # A public name is reached by TLS only.
        "xsrf_cookie_kwargs": {"samesite": "Lax", "secure": bool(publication.public_name)},
        "websocket_max_message_size": _MOST_MESSAGE_BYTES,
        # See `OwnWebsocketHandler`, which does this in another way.
        "ws_ping_interval": 0,
    }
    config.KernelManager.transport = _kernel_transport(tempfile.gettempdir())
    config.KernelManager.transport_encryption = "auto"
    config.VoilaConfiguration.template = "tco"
    config.VoilaConfiguration.theme = "light"
    config.VoilaConfiguration.page_config_hook = _announce
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.show_tracebacks = False
    # Pages carry what they need; no file beside a notebook is served.
    config.VoilaConfiguration.file_allowlist = []
    # Whatever else is installed in JupyterLab, plotly's own 5 MB above all, stays out of the pages.
    config.VoilaConfiguration.extension_allowlist = [
        "@voila-dashboards/widgets-manager8",
        "@jupyter-widgets/jupyterlab-manager",
        "anywidget",
    ]
    # A kernel started anew knows nothing of the page: let it be gone, so that the page can say so.
    config.KernelRestarter.restart_limit = 0
    _limit(config, notebooks, publication)
    return config


def _kernel_transport(directory: str) -> str:
    """
    How servers and kernels talk: over files of this user in a temporary directory where that can be.

    Ports would be chosen by the server and taken by the kernel some time later: of many pages that are opened at once,
    one would find its port taken and never come up. Other users of the machine could reach them besides.
    """
    file_names = hasattr(socket, "AF_UNIX") and len(directory + _KERNEL_FILE) <= _MOST_SOCKET_NAME
    return "ipc" if file_names else "tcp"


def _announce(page_config: dict[str, Any], **_: Any) -> dict[str, Any]:
    return assets.announce({**page_config, "tcoVoilaJs": voila_js.route()})


def _limit(config: Config, notebooks: Path, publication: Publication) -> None:
    config.VoilaConfiguration.multi_kernel_manager_class = PageKernels
    config.VoilaConfiguration.preheat_kernel = publication.heated_kernels > 0
    heated = {path.name: {"pool_size": publication.heated_kernels} for path, _ in _listed(notebooks)[:_HEATED_PAGES]}
    config.VoilaKernelManager.kernel_pools_config = {"default": {"pool_size": 0}, **heated}
    config.VoilaKernelManager.fill_delay = _REHEAT_SECONDS
    config.PageKernels.max_kernels = publication.max_kernels
    config.PageKernels.memory_mib = publication.kernel_memory_mib or 0
    interval = _LONGEST_CULL_INTERVAL_SECONDS
    if publication.idle_minutes is not None:
        config.PageKernels.idle_seconds = 60 * publication.idle_minutes
        interval = min(interval, 1 + int(15 * publication.idle_minutes))
    if publication.max_hours is not None:
        config.PageKernels.life_seconds = 3600 * publication.max_hours
        interval = min(interval, 1 + int(900 * publication.max_hours))
    config.MappingKernelManager.cull_interval = interval
    # Our manager decides by the settings above; Jupyter's own looks for something to end only if this is set.
    config.MappingKernelManager.cull_idle_timeout = interval


def _listed(notebooks: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The notebooks of a directory with what they say of themselves, in the order of the index."""
    found = [
        (path, nbformat.read(path, as_version=4).metadata)  # type: ignore[no-untyped-call]
        for path in notebooks.glob("*.ipynb")
    ]
    return sorted(found, key=lambda page: (page[1].get("position", float("inf")), page[1].get("title", page[0].stem)))


class IndexHandler(BaseVoilaHandler):
    """
    The list of pages: each notebook by the title and the sentence in its metadata.
    """

    @tornado.web.authenticated
    def get(self) -> None:
        """
        Send the index.
        """
        kernel_handlers.know_viewer(self)
        pages = [
            {
                "address": url_path_join(self.base_url, "voila/render", url_escape(path.name)),
                "title": metadata.get("title", path.stem),
                "description": metadata.get("description", ""),
            }
            for path, metadata in _listed(Path(self.settings["voila"].root_dir))
        ]
        self.finish(self.render_template("pages.html", pages=pages))


class PageHandler(TornadoVoilaHandler):
    """
    A notebook as a page.
    """

    @tornado.web.authenticated
    async def get(self, path: str | None = None) -> None:
        """
        Send the page, with the cookies that it needs to use its kernel; where no kernel is left for it, say so.
        """
        kernel_handlers.know_viewer(self)
        # Proxies pass on what has been written so far, so that the viewer sees the page start.
        self.set_header("X-Accel-Buffering", "no")
        try:
            # Before Voilà takes a heated kernel, which is not started for this page.
            self.kernel_manager.require_room()
            # A kernel that dies while its page is made is not waited for without end. A limit for each cell would not
            # do: in a heated kernel a cell waits for the viewer, perhaps all night.
            async with asyncio.timeout(_MOST_OPENING_SECONDS):
                await super().get(path)
        except TimeoutError:
            self.finish(_TOO_SLOW)
        except TooManyKernelsError:
            self.set_status(503)
            self.set_header("Retry-After", str(_RETRY_SECONDS))
            self.finish(self.render_template("busy.html"))


class HealthHandler(APIHandler):
    """
    Whether this process answers, for whoever watches it.
    """

    @allow_unauthenticated
    def get(self) -> None:
        """
        Send how many pages are open, and how many can be.
        """
        kernels = cast("PageKernels", self.kernel_manager)
        self.finish(json.dumps({"status": "ok", "open_pages": kernels.open_pages, "max_pages": kernels.max_kernels}))


class Dashboard(Voila):
    """
    Voilà with our index, our template and the address of plotly.js.
    """

    # Handlers find the application in their settings under this name.
    name = "voila"
    # One for the events of all kernels: each would make its own, under a name that Python's logging never forgets.
    event_logger = Instance(EventLogger, ())

    def init_handlers(self) -> list[Any]:
        """
        Put our routes before Voilà's, whose file browser they replace.
        """
        base = self.server_url
        page_settings = {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        index_settings = {"voila_configuration": self.voila_configuration}
        return [
            *assets.routes(base),
            *assets.script_routes(base, {voila_js.route(): voila_js.compressed}),
            *kernel_handlers.routes(base),
            (url_path_join(base, "healthz"), HealthHandler),
            (url_path_join(base, r"/voila/templates/(.*)"), TemplateFileHandler),
            (base, IndexHandler, index_settings),
            (url_path_join(base, r"/voila/render/([^/]+\.ipynb)"), PageHandler, page_settings),
            (url_path_join(base, r"/voila/(?:tree|api/contents|files|render).*"), NotFoundHandler, index_settings),
            *super().init_handlers(),
            (r".*", NotFoundHandler, index_settings),
        ]

    def listen(self) -> None:
        """
        Listen, for requests of reasonable size only.
        """
        self.app.listen = partial(
            self.app.listen,
            max_body_size=_MOST_BODY_BYTES,
            max_header_size=_MOST_HEADER_BYTES,
            body_timeout=_BODY_SECONDS,
        )
        super().listen()

    def launch_browser(self) -> None:
        """
        Open the index in the user's browser, without the temporary file that Voilà leaves behind.
        """
        threading.Thread(target=webbrowser.open, args=[self.connection_url], daemon=True).start()


class TemplateFileHandler(TemplateStaticFileHandler):
    """
    Style sheets and scripts of the template.
    """

    async def get(self, path: str, include_body: bool = True) -> None:  # noqa: FBT001, FBT002, tornado's signature
        """
        Send one; at addresses that are none of a template's files Voilà would break.
        """
        if not _TEMPLATE_FILE.fullmatch(path) or ".." in path:
            raise tornado.web.HTTPError(404)
        await super().get(path, include_body)


class NotFoundHandler(BaseVoilaHandler):
    """
    An address that Voilà would answer and we do not.
    """

    def get(self) -> None:
        """
        Send the page that says so.
        """
        raise tornado.web.HTTPError(404)


def _require_free_port(port: int) -> None:
    if not 1 <= port <= MAX_PORT:
        raise InputError(f"port must lie in [1, {MAX_PORT}]; got {port}")
    with socket.socket() as probe:
        # As the server itself will: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise InputError(f"port {port} cannot be used ({error.strerror}); choose another one") from error


def serve(
    notebooks: Path | None = None,
    port: int = DEFAULT_PORT,
    *,
    open_browser: bool = True,
    data: Path | None = None,
    publication: Publication | None = None,
) -> None:
    """
    Serve the pages on this machine until the process is told to stop.

    Parameters
    ----------
    notebooks : path, optional
        Directory of notebooks; ours by default.
    port : int
        Port on the loopback address.
    open_browser : bool
        Whether to show the index in the user's browser.
    data : path, optional
        The user's own tables, which the pages then use instead of ours.
    publication : Publication, optional
        What a team needs beyond that: the name of the proxy in front, and limits.

    Raises
    ------
    InputError
        If the port cannot be used, the directory does not exist or a limit breaks its rule; the message is one sentence
        for the user.
    """
    directory = notebooks_path() if notebooks is None else Path(notebooks)
    if not directory.is_dir():
        raise InputError(f"notebooks must be a directory; got {directory}")
    publication = (publication or Publication()).checked()
    _require_free_port(port)
    if data is not None:
        # Kernels start in the directory of the notebooks and inherit the environment.
        os.environ["TCO_DATA"] = str(Path(data).resolve())
    # Voilà looks for templates on Jupyter's path only.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(_JUPYTER_PATH), os.environ.get("JUPYTER_PATH")]))

    config = _settings(directory.resolve(), port, publication)
    config.Voila.open_browser = open_browser
    app = Dashboard(config=config)
    app.initialize([])
    print(f"The pages are at http://{ADDRESS}:{port}{publication.base_url} (Ctrl+C stops them)", flush=True)  # noqa: T201, for the user
    app.start()
