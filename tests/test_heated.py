"""Heated kernels: a page whose kernel was started ahead waits for its viewer, and opens what the viewer asks for."""

import asyncio
import json
import threading
from concurrent.futures import Future

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

import tco
from tco.dashboard import heated
from tco.dashboard.addresses import opened
from tco.dashboard.state import State
from tco.links import link_text
from tests.tables import PRICES

KERNEL = "12345678-0000-0000-0000-000000000000"


@pytest.fixture
def answers(monkeypatch):
    """What the server of a kernel that was started ahead does each time that it is asked; it is asked for no more."""
    to_do = []

    class Query(WebSocketHandler):
        def open(self):
            to_do.pop(0)(self)

    socket, port = bind_unused_port()
    running = Future()

    async def serve():
        server = HTTPServer(Application([(f"/base/voila/query/{KERNEL}", Query)]))
        server.add_socket(socket)
        stop = asyncio.Event()
        running.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.stop()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    loop, stop = running.result(timeout=30)
    environment = {"VOILA_PREHEAT": "True", "VOILA_APP_PORT": str(port), "VOILA_SERVER_URL": "/base/"}
    for name, value in (environment | {"VOILA_KERNEL_ID": KERNEL, "QUERY_STRING": ""}).items():
        monkeypatch.setenv(name, value)  # and taken back after the test
    monkeypatch.delenv("QUERY_STRING")
    monkeypatch.setattr(heated, "SECONDS_BETWEEN_CALLS", 0.0)
    yield to_do
    loop.call_soon_threadsafe(stop.set)
    thread.join(timeout=30)
    assert to_do == []


def comes(query):
    """Somebody asks for the page with this query."""
    return lambda socket: socket.write_message(json.dumps({"SERVER_NAME": "localhost", "QUERY_STRING": query}))


def test_it_opens_what_its_viewer_asks_for(answers):
    """The address is known when somebody comes, and not before."""
    own = tco.scenario("ml-product", peak_users=77)
    answers.append(comes(f"s={link_text(own)}"))
    state = opened(None, State)
    assert (state.scenario.to_toml(), state.error, state.notice) == (own.to_toml(), "", "")


def test_it_opens_the_usual_scenario_for_whoever_has_no_link(answers):
    """An address without a query is one that is known."""
    answers.append(comes(""))
    assert opened(None, State).scenario.to_toml() == tco.scenario().to_toml()


def test_it_asks_again_where_the_server_did_not_answer(answers):
    """Connections that are closed without an answer lose nobody's link."""
    own = tco.scenario("internal-tool")
    answers += [WebSocketHandler.close, WebSocketHandler.close, comes(f"s={link_text(own)}")]
    assert opened(None, State).scenario.to_toml() == own.to_toml()


def test_it_reads_tables_that_changed_while_it_waited(answers, tmp_path, monkeypatch):
    """Yesterday's prices stay on no page: a list that was replaced before the viewer came is in force."""
    prices = tmp_path / "pricing.csv"
    prices.write_text(PRICES)
    monkeypatch.setenv("TCO_DATA", str(prices))

    def prices_change(socket):
        prices.write_text(PRICES.replace("0.1,0.04", "0.2,0.04"))
        comes("")(socket)

    answers.append(prices_change)
    assert opened(None, State).scenario.catalogue.instance_usd_per_hour.tolist() == [0.2, 0.3]


def test_a_scenario_given_waits_for_nobody(answers):
    """Whoever opens a page from code gets what was asked for, at once."""
    own = tco.scenario("internal-tool")
    assert opened(own, State).scenario is own
    assert answers == []
