"""Heated kernels: a page whose kernel was started ahead waits for its viewer, and opens what the viewer asks for."""

import asyncio
import json
import shutil
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import ipywidgets as widgets
import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

import tco
from tco.assumptions import data_directory
from tco.dashboard import decision_card, heated, later, opening
from tco.dashboard import state as state_module
from tco.dashboard.executive import executive
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import State
from tco.evidence import load_evidence
from tco.links import link_text
from tests.tables import PRICES
from tests.test_dashboard import found
from tests.test_decision_card import done_apart, shown

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


def comes_late(query, *, after):
    """Somebody asks for the page with this query after something else has happened."""

    def answer(socket):
        try:
            after()
        finally:  # else whoever waits would ask for ever
            comes(query)(socket)

    return answer


class Pages:
    """The pages that were made, in their order."""

    def __init__(self):
        self.made = []
        self.content = lambda: None

    def page_of(self, state):
        """All that is on it."""
        self.content()
        self.made.append(Page(state, [widgets.HTML(state.scenario.preset)]))
        return self.made[-1]

    def opened(self, start=None):
        """The page as it is opened."""
        return opened(start, State, self.page_of)


@pytest.fixture
def pages():
    """No page yet."""
    return Pages()


def test_it_opens_what_its_viewer_asks_for(answers, pages):
    """
    The address is known when somebody comes, and not before. The page that was made for whoever has none is gone with
    all its widgets, which the browser would fetch.
    """
    own = tco.scenario("ml-product", peak_users=77)
    answers.append(comes(f"s={link_text(own)}"))
    state = pages.opened().state
    assert (state.scenario.to_toml(), state.error, state.notice) == (own.to_toml(), "", "")
    ahead, shown = pages.made
    assert [each.comm for each in (ahead, ahead.layout, *ahead.children)] == [None] * 3
    assert None not in [each.comm for each in (shown, shown.layout, *shown.children)]


def test_the_page_is_ready_for_whoever_has_no_link(answers, pages):
    """When the viewer comes the page of the usual scenario is there; it is not made again."""
    seen = []
    answers.append(comes_late("", after=lambda: seen.extend(pages.made)))
    page = pages.opened()
    assert page.scenario.to_toml() == tco.scenario().to_toml()
    assert seen == pages.made == [page]


def test_it_asks_again_where_the_server_did_not_answer(answers, pages):
    """Connections that are closed without an answer lose nobody's link."""
    own = tco.scenario("internal-tool")
    answers += [WebSocketHandler.close, WebSocketHandler.close, comes(f"s={link_text(own)}")]
    assert pages.opened().scenario.to_toml() == own.to_toml()


def test_it_reads_tables_that_changed_while_it_waited(answers, pages, tmp_path, monkeypatch):
    """Yesterday's prices stay on no page: a list that was replaced before the viewer came is in force."""
    prices = tmp_path / "pricing.csv"
    prices.write_text(PRICES)
    monkeypatch.setenv("TCO_DATA", str(prices))
    changed = PRICES.replace("0.1,0.04", "0.2,0.04")
    answers.append(comes_late("", after=lambda: prices.write_text(changed)))
    assert pages.opened().scenario.catalogue.instance_usd_per_hour.tolist() == [0.2, 0.3]


def test_evidence_is_read_again_too(answers, pages, tmp_path, monkeypatch):
    """Tables that only some pages show are in force as they are when the viewer comes."""
    monkeypatch.setenv("TCO_DATA", str(tmp_path))
    table = data_directory() / "code_sizes.csv"
    theirs = tmp_path / "code_sizes.csv"
    shutil.copy(table, theirs)
    lines = theirs.read_text().splitlines(keepends=True)
    rows = []
    pages.content = lambda: rows.append(len(load_evidence().code_sizes))
    answers.append(comes_late("", after=lambda: theirs.write_text("".join(lines[:-1]))))
    pages.opened()
    assert rows == [len(lines) - 1, len(lines) - 2]


def test_a_page_that_cannot_be_made_ahead_is_made_for_its_viewer(answers, pages, caplog):
    """What goes wrong before anybody comes is logged; whoever comes gets a page, and no widgets of the broken one."""
    made = []

    def fails_once():
        made.append(widgets.HTML("half a page"))
        if len(made) == 1:
            raise RuntimeError("no luck")

    pages.content = fails_once
    answers.append(comes(""))
    assert pages.opened().scenario.to_toml() == tco.scenario().to_toml()
    assert "no luck" in caplog.text
    assert [each.comm is None for each in made] == [True, False]


def test_it_says_how_old_prices_are_today(answers, pages, monkeypatch):
    """A page that was made on another day than its viewer comes is made again."""
    tomorrow = state_module.local_date() + timedelta(days=1)

    def midnight():
        for module in (state_module, opening):
            monkeypatch.setattr(module, "local_date", lambda: tomorrow)

    answers.append(comes_late("", after=midnight))
    assert pages.opened().state.today == tomorrow


def test_how_sure_the_answer_is_is_worked_out_before_anybody_comes(answers, monkeypatch):
    """Whoever opens the executive page then waits for nothing: the whole card is there as soon as the page is."""
    monkeypatch.setattr(later, "OPENING_SECONDS", 3600.0)
    work = []

    class Noted(ThreadPoolExecutor):
        def submit(self, *of):
            work.append(super().submit(*of))
            return work[-1]

    monkeypatch.setattr(later, "ThreadPoolExecutor", Noted)
    answers.append(comes_late("", after=lambda: wait(work, timeout=60)))

    async def open_page():
        page = executive()
        while "working it out" in found(page, "tco-facts").value:
            await asyncio.sleep(0.01)
        return page

    page = done_apart(open_page)
    assert found(page, "tco-facts").value == shown(page.state.result)[1]


def test_a_page_that_waits_for_nobody_works_when_its_inputs_are_at_rest(answers, monkeypatch):
    """A notebook with a scenario of its own is shown without a viewer being asked for; its sliders start no crowd."""
    monkeypatch.setattr(later, "REST_SECONDS", 0.05)
    begun = []
    monkeypatch.setattr(decision_card, "pieces", lambda result, show: [lambda: begun.append(result) or (lambda: None)])

    async def drag():
        page = executive(tco.scenario("internal-tool"))
        for people in (6.0, 7.0, 8.0):
            page.state.change(team_people=people)
        await asyncio.sleep(0.5)
        return page

    page = done_apart(drag)
    assert begun[-1] is page.state.result
    assert len(begun) <= 2
    assert answers == []


def test_work_for_a_page_that_nobody_sees_is_left(answers, monkeypatch):
    """What was begun for whoever has no link is not gone on with beside the work for the viewer with one."""
    monkeypatch.setattr(later, "OPENING_SECONDS", 0.0)
    begun, closed = [], threading.Event()

    def pieces(result, _show):
        def first():
            begun.append(("first", result))
            assert closed.wait(60)
            return lambda: None

        def second():
            begun.append(("second", result))
            return lambda: None

        return first, second

    monkeypatch.setattr(decision_card, "pieces", pieces)
    own = tco.scenario("internal-tool")
    answers.append(comes(f"s={link_text(own)}"))

    async def open_page():
        page = executive()
        closed.set()
        while len(begun) < 3:
            await asyncio.sleep(0.01)
        return page

    page = done_apart(open_page)
    usual, *rest = begun
    assert usual[0] == "first"
    assert usual[1] is not page.state.result
    assert rest == [("first", page.state.result), ("second", page.state.result)]


def test_a_scenario_given_waits_for_nobody(answers, pages):
    """Whoever opens a page from code gets what was asked for, at once."""
    own = tco.scenario("internal-tool")
    assert pages.opened(own).scenario is own
    assert answers == []
