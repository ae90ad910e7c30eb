"""
A team's pages in a browser: through nginx, with TLS and a password, while one of the servers behind it dies.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import open_page, press, scenario_of, scenario_with
from tests.browser.test_way_back import kernel_of, note, reopen
from tests.team import LOGIN, Team, running_team


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """
    Two servers behind nginx.
    """
    with running_team(tmp_path) as team:
        yield team


def test_leads_back_from_a_server_that_died(browser: Browser, team: Team) -> None:
    """
    Two viewers have a page on a server each. When one server is killed, its viewer's page says so and opens again with
    its inputs on the other server, whose own viewer's page goes on without a word.
    """
    with ExitStack() as contexts:

        def open_window() -> Page:
            context = browser.new_context(
                ignore_https_errors=True, http_credentials={"username": LOGIN[0], "password": LOGIN[1]}
            )
            contexts.callback(context.close)
            return context.new_page()

        pages = {}
        for users in ("lost", "kept"):
            page = pages[users] = open_window()
            open_page(page, team.address, "executive")
            press(page, "peak_users", "ArrowRight", 5)
            scenario_with(page, inputs={"peak_users": 17_780})
        lost, kept = pages["lost"], pages["kept"]
        ports = [int(kernel_of(page).partition("x")[0]) for page in (lost, kept)]
        assert set(ports) == set(team.servers)

        toml, kernel = scenario_of(lost).to_toml(), kernel_of(lost)
        team.servers[ports[0]].kill()
        expect(note(lost)).to_be_visible()
        reopen(lost)
        lost.wait_for_function("kernel => !document.documentElement.innerHTML.includes(kernel)", arg=kernel)
        expect(lost.locator(".tco-sentence")).to_be_visible()
        assert scenario_of(lost).to_toml() == toml
        assert re.match(f"{ports[1]}x", kernel_of(lost))

        for page in (lost, kept):
            press(page, "team_people", "ArrowRight", 3)
            scenario_with(page, inputs={"peak_users": 17_780, "team_people": 8})
            expect(note(page)).to_be_hidden()
            page.goto("about:blank")
