"""Addresses: the scenario that a page was opened with, and links to the other pages that carry the one it shows."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Final, NamedTuple, TypeVar
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

from tco.dashboard.heated import QUERY
from tco.dashboard.state import Result, State
from tco.decision import verdict
from tco.links import PARAMETER, changes_since, link_text, parse_link
from tco.scenarios import ScenarioError

# The parameter of an address for what a page shows beside the scenario, and how many things that can be.
VIEW: Final = "view"
_MOST_VIEW_ITEMS: Final = 40

AnyState = TypeVar("AnyState", bound=State)


class Page(NamedTuple):
    """A page: the name of its notebook, and what it is called in a row of links."""

    name: str
    label: str
    description: str


def linked(kind: type[AnyState]) -> AnyState:
    """
    The state of a page as its address says: with the scenario and the view of a link, else the usual ones.

    A link that cannot be used leaves the usual scenario and a red note that says why.
    """
    state = _with_scenario(kind)
    error = state.error
    state.restore_view(_view_items())
    state.error = state.error or error
    return state


def _with_scenario(kind: type[AnyState]) -> AnyState:
    """A state with the scenario of the address, or with the usual one."""
    state = kind()
    texts = linked_texts()
    if not texts:
        return state
    try:
        link = parse_link(texts[0], state.scenario.assumptions)
    except ScenarioError as error:
        state.error = f"The usual scenario is shown instead: {error}"
        return state
    linked_state = kind(link.scenario)
    linked_state.notice = changes_since(link, verdict(*linked_state.result))
    linked_state.error = state.error  # of tables that cannot be used
    return linked_state


def linked_texts() -> list[str]:
    """
    Texts of the links in the address that the page was opened with: one, or several to be compared.
    """
    return _parameters().get(PARAMETER, [])


def _view_items() -> dict[str, str]:
    """What the address says of the page beside the scenario; nothing where it says too much to be meant."""
    text = _parameters().get(VIEW, [""])[0]
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_VIEW_ITEMS))
    except ValueError:
        return {}


def _parameters() -> dict[str, list[str]]:
    return parse_qs(query(), keep_blank_values=True)


def query() -> str:
    """
    The query of the address that the page was opened with; empty where nobody has come yet.
    """
    return os.environ.get(QUERY, "")


@cache
def pages() -> tuple[Page, ...]:
    """
    The pages, in the order of the index.
    """

    def position(path: Path) -> tuple[float, Page]:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        label = path.stem.replace("_", " ").capitalize()
        return metadata.get("position", float("inf")), Page(path.stem, label, metadata.get("title", label))

    return tuple(page for _, page in sorted(map(position, notebooks_path().glob("*.ipynb"))))


def notebooks_path() -> Path:
    """
    Return the directory of our notebooks, in an installed package or in a checkout.
    """
    package = Path(__file__).parents[1]
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def links_html(
    here: str, result: Result, others: Sequence[Result] = (), view_items: Mapping[str, str] | None = None
) -> str:
    """
    Links to all other pages with the scenario of this one, and a field with the link to this one and all that it shows;
    nothing in a notebook, which has no pages beside it.
    """
    if "VOILA_PREHEAT" not in os.environ:  # Voilà sets it for each of its kernels
        return ""
    try:
        first, *more = (f"{PARAMETER}={link_text(*one)}" for one in (result, *others))
    except ScenarioError as error:
        return f"<span>No link: {escape(str(error))}</span>"
    links = "".join(
        f"<a class='tco-page-link' href='{escape(page.name)}.ipynb?{first}' title='{escape(page.description)}'>"
        f"{escape(page.label)}</a>"
        for page in pages()
        if page.name != here
    )
    # The page's own JavaScript puts the address of the server in front.
    view = [f"{VIEW}={quote(urlencode(view_items))}"] if view_items else []
    own = escape(f"{here}.ipynb?{'&'.join([first, *more, *view])}")
    return (
        f"<nav aria-label='The same scenario on other pages'>{links}</nav>"
        f"<label>Link to this scenario <input class='tco-copy-link' readonly value='{own}'></label>"
    )
