"""The method page: the equations beside live numbers, every assumption with its source, the guide beside ours."""

from html import escape

from tco.dashboard import blocks
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import Result, State
from tco.dashboard.steps import source_html, steps_html
from tco.draws import range_of
from tco.keys import input_keys, label_of, name_of, row_of
from tco.scenarios import Scenario, ScenarioError
from tco.single_question import judge_single_question
from tco.wording import labelled, money, quantity, share


def method(start: Scenario | None = None) -> Page:
    """
    The method page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with; the customer-facing API by default.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario and its costs.
    """
    return opened(start, State, _page)


def _page(state: State) -> Page:
    return Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(
                    blocks.preset_choice(state), blocks.assumption_set_choice(state), kind="tco-controls"
                ),
                blocks.side_by_side(blocks.country_choice(state), kind="tco-controls"),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(blocks.html_block(state, blocks.verdict_html, "tco-verdict")),
            blocks.card(blocks.html_block(state, steps_html, "tco-table")),
            blocks.card(blocks.html_block(state, single_question_html, "tco-question")),
            blocks.card(blocks.html_block(state, disagreements_html, "tco-table")),
            blocks.card(blocks.html_block(state, assumptions_html, "tco-table")),
            blocks.claims_card(state),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
            blocks.page_links(state, "method"),
        ],
    )


def single_question_html(result: Result) -> str:
    """
    How good the guide's one question is.
    """
    try:
        found = judge_single_question(result.scenario)
    except ScenarioError as error:
        return f"<p>{escape(str(error))}</p>"
    if not found.cases:
        return "<p>The guide's one question cannot be judged: in no case can both frameworks be had.</p>"
    return (
        "<p><b>The guide's one question: pages or data?</b> "
        f"Over {found.cases:,} plausible products it gives the answer of the full model in "
        f"{share(found.agreement_share)} of the cases (&plusmn; {share(2 * found.agreement_error_share)}), and one "
        f"that costs no more than matters in {share(found.harmless_share)}. One fixed answer, without any question, "
        f"would be right in {share(found.constant_share)}. Where the question misleads, following it costs "
        f"{money(found.median_cost_where_wrong_usd)} in the middle case, and above "
        f"{money(found.p95_cost_where_wrong_usd)} in one case of twenty.</p>"
        "<p>Products differ in share of pages, traffic, size, forms and team; all else is drawn from its range.</p>"
    )


def disagreements_html(result: Result) -> str:
    """
    Where the guide has a number of its own: what it says, and what the other tables say.
    """
    a, measured = result.scenario.assumptions, result.scenario.replace(assumption_set="measured")
    rows = ""
    for (name, place), view in a.article.items():
        key = f"{name}.{place}" if place in a.frameworks or place in a.servings else name
        if key == name and place not in ("", measured.country):
            continue
        row = measured.row(name, place if key != name else "")
        if row.value == view.value:
            continue
        label = labelled(label_of(measured, key), row.unit)
        source = a.sources[row.source].title
        rows += (
            f"<tr><th scope='row'>{escape(label)}</th><td>{quantity(name, view.value)}</td>"
            f"<td>{quantity(name, row.value)}</td><td>{row.evidence}: {escape(source)}</td>"
            f"<td>{escape(view.note)}</td></tr>"
        )
    heads = ("What the guide sees otherwise", "The guide", "Ours", "Ours is", "How the guide is read")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return f"<table class='tco-disagreements'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def assumptions_html(result: Result) -> str:
    """
    Every input with the value in force, its range, its source and the grade of the evidence, a group at a time.
    """
    scenario = result.scenario
    a = scenario.assumptions
    groups: dict[str, str] = {}
    for key in input_keys(scenario):
        name, row, drawn = name_of(key), row_of(scenario, key), range_of(scenario, key)
        ends = "" if drawn.low == drawn.high else f"{quantity(name, drawn.low)} to {quantity(name, drawn.high)}"
        groups[row.group] = groups.get(row.group, "") + (
            f"<tr data-key='{escape(key)}'><th scope='row'>{escape(labelled(label_of(scenario, key), row.unit))}</th>"
            f"<td>{quantity(name, drawn.value)}</td><td>{ends}</td><td>{drawn.distribution}</td>"
            f"<td>{row.evidence}</td><td>{source_html(a.sources[row.source])}</td><td>{escape(row.note)}</td></tr>"
        )
    heads = ("Input", "Value", "Range", "Drawn as", "Evidence", "Source", "Note")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    return "".join(
        f"<details class='tco-assumptions'><summary>{escape(group)}: {rows.count('<tr ')} assumptions</summary>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
        for group, rows in groups.items()
    )
