"""The compare page: up to four scenarios side by side, and what the gap between two of them is made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import ipywidgets as widgets
import plotly.graph_objects as go
import traitlets

from tco import charts_comparison as charts
from tco import differences
from tco.dashboard import blocks
from tco.dashboard.addresses import linked_texts, links_html
from tco.dashboard.controls import scenario_upload
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import Result, State
from tco.decision import Verdict, serving_labels, verdict
from tco.differences import Changed, Comparison, Difference
from tco.inputs import InputError
from tco.links import MOST_LETTERS, PARAMETER, changes_since, parse_link
from tco.look import figure
from tco.model import COMPONENTS
from tco.scenarios import Scenario, ScenarioError, evaluate, parse_scenario
from tco.tables import TableError, decoded
from tco.wording import COMPONENT_LABELS, inside, money

LETTERS: Final = "ABCD"
# The way of serving that stands for each scenario, where none is chosen.
CHEAPEST: Final = ""
# An address with a link to each of them, and some more.
MOST_ADDRESS_LETTERS: Final = (len(LETTERS) + 1) * MOST_LETTERS
MOST_LABEL_LETTERS: Final = 32


class Entry(NamedTuple):
    """One of the scenarios with its costs: what it is called, and what is to be known of where it came from."""

    label: str
    origin: str
    result: Result


@dataclass(frozen=True, eq=False)
class Shown:
    """All that the page shows; each change makes it anew."""

    entries: tuple[Entry, ...]
    serving: str
    pair: tuple[int, int]

    @property
    def names(self) -> tuple[str, ...]:
        """What the scenarios are called: by their letters, so that no two are alike."""
        return tuple(f"{letter}: {entry.label}" for letter, entry in zip(LETTERS, self.entries, strict=False))

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios."""
        return tuple(entry.result.scenario for entry in self.entries)

    @property
    def servings(self) -> tuple[str, ...]:
        """Ways of serving that all of them compare."""
        first, *others = self.scenarios
        return tuple(name for name in first.servings if all(name in other.servings for other in others))

    @property
    def pair_names(self) -> tuple[str, str]:
        """The names of the two whose gap is split."""
        return self.names[self.pair[0]], self.names[self.pair[1]]

    @cached_property
    def comparison(self) -> Comparison:
        """All of them beside one another."""
        return differences.compare(self.scenarios, self.serving)

    @cached_property
    def gap(self) -> Difference | str:
        """The gap between the two, split; in words why not, where there is none."""
        first, second = (self.scenarios[i] for i in self.pair)
        try:
            return differences.difference(first, second, self.serving)
        except InputError as error:
            return str(error)


class ComparisonState(State):
    """
    The scenarios that the page shows side by side. The first is the page's own, which its links carry to other pages.

    Parameters
    ----------
    scenario
        As for `State`; beside it stands the usual product of its kind, or another kind where it is that one itself.
    """

    shown = traitlets.Instance(Shown)

    def __init__(self, scenario: Scenario | None = None) -> None:
        super().__init__(scenario)
        own = self.scenario
        a = own.assumptions
        kinds = [own.preset, *(preset for preset in a.presets if preset != own.preset)]
        others = [Scenario(preset, assumptions=a) for preset in kinds]
        beside = next((other for other in others if other.to_toml() != own.to_toml()), own)
        self._show_entries((_entry(own), _entry(beside)), (0, 1))

    def add(self, *scenarios: Scenario, instead: bool = False) -> None:
        """
        Put scenarios beside the others, or, with `instead`, beside the first alone.
        """
        self._add([_entry(scenario) for scenario in scenarios], instead=instead)

    def add_file(self, content: bytes, name: str) -> None:
        """
        Put the scenario of a file beside the others; one that is refused leaves all as it is.
        """
        try:
            scenario = parse_scenario(decoded(content, name), name, self.scenario.assumptions)
        except (InputError, TableError) as error:
            self._refuse(f"Not added: {error}")
        else:
            self._add([_entry(scenario, name.removesuffix(".toml"), "from a file")])

    def add_links(self, *texts: str, instead: bool = False) -> None:
        """
        Put the scenarios of links beside the others; a text is that of one link, or an address with up to four.
        """
        try:
            entries = [entry for text in texts for entry in self._linked(text)]
        except ScenarioError as error:
            self._refuse(f"Not added: {error}")
        else:
            self._add(entries, instead=instead)

    def remove(self, i: int) -> None:
        """
        Take a scenario away; two at least remain.
        """
        if len(self.shown.entries) == 2:
            self._refuse("Not removed: two scenarios at least are compared; add another one first")
        else:
            self.error = ""
            self._show_entries((*self.shown.entries[:i], *self.shown.entries[i + 1 :]), (0, 1))

    def choose(self, *, serving: str | None = None, pair: tuple[int, int] | None = None) -> None:
        """
        Choose the way of serving that stands for each scenario, or the two whose gap is split.
        """
        shown = self.shown
        serving = shown.serving if serving is None else serving
        first, second = shown.pair if pair is None else pair
        if first == second:
            self._refuse("Not changed: a gap lies between two different scenarios")
        elif serving and serving not in shown.servings:
            self._refuse(f"Not changed: not every scenario compares {serving!r}")
        else:
            self.error = ""
            self.shown = Shown(shown.entries, serving, (first, second))

    def _linked(self, text: str) -> list[Entry]:
        if len(text) > MOST_ADDRESS_LETTERS:
            raise ScenarioError(f"the link: it has {len(text):,} letters; at most {MOST_ADDRESS_LETTERS:,} are read")
        found = parse_qs(text.partition("?")[2]).get(PARAMETER, [text.strip()])
        linked = [parse_link(one, self.scenario.assumptions) for one in found]
        return [_entry(one.scenario, "", changes_since(one, verdict(one.scenario)) or "from a link") for one in linked]

    def _add(self, added: list[Entry], *, instead: bool = False) -> None:
        entries = (*(self.shown.entries[:1] if instead else self.shown.entries), *added)
        if len(entries) > len(LETTERS):
            self._refuse(f"Not added: at most {len(LETTERS)} scenarios stand side by side; take one away first")
        else:
            self.error = ""
            self._show_entries(entries, self.shown.pair)

    def _show_entries(self, entries: tuple[Entry, ...], pair: tuple[int, int]) -> None:
        serving = self.shown.serving if self.trait_has_value("shown") else CHEAPEST
        shown = Shown(entries, serving, pair)
        self.shown = shown if serving in (CHEAPEST, *shown.servings) else Shown(entries, CHEAPEST, pair)
        self.result = entries[0].result


def _entry(scenario: Scenario, label: str = "", origin: str = "") -> Entry:
    label = " ".join(label.split())[:MOST_LABEL_LETTERS] or scenario.assumptions.preset_label(scenario.preset)
    return Entry(label, origin, Result(scenario, evaluate(scenario)))


def compare(*start: Scenario) -> Page:
    """
    The compare page.

    Parameters
    ----------
    *start : Scenario
        Up to four scenarios; by default those of its address, or two usual products.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenarios, their comparison and the gap.
    """

    def page(state: ComparisonState) -> Page:
        if start[1:]:
            state.add(*start[1:], instead=True)
        elif not start and linked_texts()[1:]:
            state.add_links(*linked_texts()[1:], instead=True)
        return _page(state)

    return opened(start[0] if start else None, ComparisonState, page)


def _page(state: ComparisonState) -> Page:
    return Page(
        state,
        [
            blocks.card(adding(state), removing(state), _follow(state, own_links_html, "tco-links")),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(
                blocks.side_by_side(*choosing(state), kind="tco-controls"),
                _follow(state, sentence_html, "tco-verdict"),
            ),
            blocks.side_by_side(
                blocks.card(_chart(state, input_figure, "gap-by-input")),
                blocks.card(_chart(state, component_figure, "gap-by-component")),
                blocks.card(_chart(state, comparison_figure, "comparison")),
            ),
            blocks.card(_follow(state, table_html, "tco-table")),
        ],
    )


def adding(state: ComparisonState) -> widgets.Widget:
    """
    Ways to add a scenario: a usual product, a file, a link.
    """
    a = state.scenario.assumptions
    preset = widgets.Dropdown(options=[(a.preset_label(name), name) for name in a.presets], description="Usual product")
    preset.add_class("tco-add-preset")
    button = widgets.Button(description="Add", tooltip="Put this product beside the others")
    button.add_class("tco-add")
    button.on_click(lambda _: state.add(Scenario(preset.value, assumptions=a)))
    link = widgets.Text(description="Link, or address of a page", continuous_update=False)
    link.add_class("tco-add-link")

    def take(_change: object = None) -> None:
        if link.value:
            state.add_links(link.value)
            link.value = ""

    link.observe(take, "value")
    return widgets.VBox(
        [
            blocks.side_by_side(preset, link, kind="tco-controls"),
            blocks.side_by_side(button, scenario_upload(state, state.add_file), kind="tco-actions"),
        ]
    )


def removing(state: ComparisonState) -> widgets.Box:
    """
    A button for each scenario that takes it away.
    """
    box = blocks.side_by_side(kind="tco-actions")

    def show(_change: object = None) -> None:
        buttons = [widgets.Button(description=f"Remove {name}", tooltip=name) for name in state.shown.names]
        for i, button in enumerate(buttons):
            button.on_click(lambda _, i=i: state.remove(i))
        box.children = buttons

    state.observe(show, "shown")
    show()
    return box


def choosing(state: ComparisonState) -> list[widgets.Widget]:
    """
    Menus for the two whose gap is split, and for what stands for each scenario.
    """

    def numbered(shown: Shown) -> list[tuple[str, Any]]:
        return [(name, i) for i, name in enumerate(shown.names)]

    def servings(shown: Shown) -> list[tuple[str, Any]]:
        labels = serving_labels(shown.scenarios[0])
        return [("The cheapest of each", CHEAPEST), *((labels[name], name) for name in shown.servings)]

    return [
        _menu(state, "From", numbered, lambda shown: shown.pair[0], lambda i: {"pair": (i, state.shown.pair[1])}),
        _menu(state, "To", numbered, lambda shown: shown.pair[1], lambda i: {"pair": (state.shown.pair[0], i)}),
        _menu(state, "Way of serving", servings, lambda shown: shown.serving, lambda name: {"serving": name}),
    ]


def _menu(
    state: ComparisonState,
    label: str,
    options: Callable[[Shown], list[tuple[str, Any]]],
    value: Callable[[Shown], Any],
    choice: Callable[[Any], dict[str, Any]],
) -> widgets.Dropdown:
    """A menu for a part of what is shown; `choice` says what choosing an option changes."""
    menu = widgets.Dropdown(options=options(state.shown), value=value(state.shown), description=label)
    menu.add_class(f"tco-compare-{label.split(maxsplit=1)[0].lower()}")
    following = False

    def take(change: dict[str, Any]) -> None:
        if not following and change["new"] is not None and change["new"] != value(state.shown):
            state.choose(**choice(change["new"]))

    def show(_change: object = None) -> None:
        nonlocal following
        following = True
        try:
            if list(menu.options) != options(state.shown):
                menu.options = options(state.shown)
            menu.value = value(state.shown)
        finally:
            following = False

    menu.observe(take, "value")
    state.observe(show, ["shown", "error"])
    return menu


def _follow(state: ComparisonState, content: Callable[[Shown], str], kind: str) -> widgets.HTML:
    return blocks.html_block(state, lambda _: content(state.shown), kind, trait="shown")


def _chart(state: ComparisonState, draw: Callable[[Shown], go.Figure], name: str) -> widgets.Widget:
    return blocks.chart_block(state, lambda _: draw(state.shown), name, trait="shown")


def own_links_html(shown: Shown) -> str:
    """
    Links to the other pages with the first scenario, and a field with the link to all of them.
    """
    first, *others = (entry.result for entry in shown.entries)
    return links_html("compare", first, others)


def sentence_html(shown: Shown) -> str:
    """
    The gap in one sentence, and which way of serving stands for each scenario.
    """
    sentence = shown.gap if isinstance(shown.gap, str) else gap_sentence(shown, shown.gap)
    return f'<div class="tco-sentence">{escape(sentence)}</div>'


def gap_sentence(shown: Shown, gap: Difference) -> str:
    """
    What the second costs above the first, with what, and which input explains most of it.
    """
    first, second = shown.pair_names
    by_what = [
        serving_labels(shown.scenarios[i])[name] for i, name in zip(shown.pair, gap.servings, strict=True) if name
    ]
    using = by_what[0] if by_what[0] == by_what[1] else f"{by_what[1]} instead of {by_what[0]}"
    if not gap.changed:
        return f"{first} and {second} are the same scenario."
    most = inside(max(zip(gap.changed, abs(gap.input_usd), strict=True), key=lambda one: one[1])[0].label)
    more = "more" if gap.gap_usd >= 0 else "less"
    return f"{second} costs {money(abs(gap.gap_usd))} {more} than {first}, with {using}; most of it is {most}."


def input_figure(shown: Shown) -> go.Figure:
    """
    The gap by input.
    """
    return _gap_figure(shown, charts.input_waterfall)


def component_figure(shown: Shown) -> go.Figure:
    """
    The gap by component.
    """
    return _gap_figure(shown, charts.component_waterfall)


def _gap_figure(shown: Shown, draw: Callable[[list[str], Difference], go.Figure]) -> go.Figure:
    if isinstance(shown.gap, str):
        return figure("There is no gap to split", "of the two scenarios chosen", [], {})
    return draw([_in_chart(name) for name in shown.pair_names], shown.gap)


def comparison_figure(shown: Shown) -> go.Figure:
    """
    The costs of all scenarios by component.
    """
    return charts.comparison_chart([_in_chart(name) for name in shown.names], shown.comparison)


def _in_chart(name: str) -> str:
    """Plotly reads some tags and links: a file's name is to be shown as it is."""
    return escape(name, quote=False)


def answer_text(scenario: Scenario, answer: Verdict) -> str:
    """
    The answer of a scenario, as short as a cell of a table needs it.
    """
    labels = serving_labels(scenario)
    if not answer.runner_up:
        return labels.get(answer.best, "none")
    slight = ", not material" if answer.kind == "no material difference" else ""
    return f"{labels[answer.best]}, {money(answer.saving_usd)} below {labels[answer.runner_up]}{slight}"


def table_html(shown: Shown) -> str:
    """
    Each scenario's answer, totals and inputs, and in the last column what each part of the gap is, to the cent.
    """
    gap = shown.gap
    names, entries, found = shown.names, shown.entries, shown.comparison
    part_of: dict[str, float] = {}
    if not isinstance(gap, str):
        part_of |= gap.rounded_component_usd
        part_of |= dict(zip([one.key for one in gap.changed], gap.rounded_input_usd, strict=True))
        part_of["total"] = gap.rounded_gap_usd

    def part(key: str) -> str:
        return f"{part_of[key]:+,.2f}" if key in part_of else ""

    def row(label: str, cells: Iterable[str], key: str = "", kind: str = "") -> str:
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        return (
            f"<tr{kind}><th scope='row'>{escape(label)}</th>{body}<td data-part='{escape(key)}'>{part(key)}</td></tr>"
        )

    def heading(label: str) -> str:
        return f"<tr><th scope='rowgroup' colspan='{len(names) + 2}'>{escape(label)}</th></tr>"

    def size(one: Changed) -> float:
        return -abs(part_of.get(one.key, 0.0))

    chosen = [
        serving_labels(scenario).get(name, "none can be served")
        for scenario, name in zip(shown.scenarios, found.servings, strict=True)
    ]
    first, second = (LETTERS[i] for i in shown.pair)
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in names)
    saving = "".join(f"<td>{blocks.save_link_html(entry.result)}</td>" for entry in entries)
    body = [
        row("Where from", [entry.origin or "usual" for entry in entries]) if any(e.origin for e in entries) else "",
        row("Answer", [answer_text(*one) for one in zip(shown.scenarios, found.answers, strict=True)]),
        row("Way of serving", chosen),
        heading("Present value in USD"),
        *(
            row(COMPONENT_LABELS[name], [money(float(usd)) for usd in found.component_usd[:, i]], name)
            for i, name in enumerate(COMPONENTS)
        ),
        row("Total", [money(float(usd)) for usd in found.total_usd], "total", " class='tco-total'"),
        heading("Inputs that differ") if found.changed else "",
        *(row(one.label, one.texts, one.key) for one in sorted(found.changed, key=size)),
        f"<tr><th scope='row'>As a file</th>{saving}<td></td></tr>",
    ]
    note = ""
    if not isinstance(gap, str) and not gap.exact:
        error = money(float(gap.standard_error_usd.max()))
        note = (
            f"<p>{len(gap.changed)} inputs differ between {first} and {second}: the part of each is a mean over drawn "
            f"orders, with a standard error of at most {error}. The sum is exact.</p>"
        )
    return (
        f"<table class='tco-compare'><thead><tr><th></th>{heads}<th scope='col'>From {first} to {second}, USD</th></tr>"
        f"</thead><tbody>{''.join(body)}</tbody></table>{note}"
    )
