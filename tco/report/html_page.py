"""HTML page: a scenario as one file that opens anywhere, without a network, and prints."""

from collections.abc import Iterable
from html import escape
from typing import Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from tco import charts, charts_uncertainty
from tco.arrays import Array
from tco.decision import Verdict, serving_labels, verdict
from tco.flips import Flip, what_flips
from tco.inputs import InputError
from tco.keys import name_of
from tco.model import COMPONENTS, Costs
from tco.report.provenance import EVIDENCE, stated_inputs, used_sources
from tco.scenarios import Scenario
from tco.uncertainty import Uncertainty
from tco.wording import COMPONENT_LABELS, count, durations, money, quantity, share

MOST_FLIPS: Final = 8
_STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f6f8; color: #1d2430; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px; }
h1 { margin: 0 0 4px; font-size: 28px; line-height: 1.25; }
h2 { margin: 0 0 8px; font-size: 20px; }
.quiet { color: #52606d; }
.answer { font-size: 22px; line-height: 1.4; }
section { margin: 16px 0; padding: 16px; border: 1px solid #dfe3e8; border-radius: 8px; background: #fff; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; border-bottom: 1px solid #e6e9ed; text-align: right; vertical-align: top; }
th:first-child, .words td, .words th { text-align: left; }
.words { font-size: 13px; }
.total > * { border-top: 2px solid #52606d; font-weight: 700; }
/* No wider than a sheet of paper, so that print is like the screen. */
.chart { max-width: 680px; margin: 16px 0; }
a { color: #0b5575; }
@page { size: A4; margin: 14mm; }
@media print {
  body { background: #fff; font-size: 12px; }
  main { max-width: none; padding: 0; }
  section { padding: 0 0 8px; border: 0; }
  .chart, tr, h2 { break-inside: avoid; break-after: auto; }
  h2 { break-after: avoid; }
  .scroll { overflow: visible; }
  .modebar { display: none; }
  .words { font-size: 8px; }
  .words td, .words th { padding: 2px 4px; }
}
"""


def html_page(scenario: Scenario, costs: Costs, found: Uncertainty) -> str:
    """
    A scenario as one HTML file.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.
    found : Uncertainty
        The draws of `tco.how_sure`, for the chance and the ranges.

    Returns
    -------
    text : str
        HTML with its charts and the plotly.js that draws them; it asks for no other file.

    Raises
    ------
    InputError
        If the costs are those of many scenarios.
    """
    if costs.total_usd.ndim != 1:
        raise InputError(f"a report is about one scenario; got {len(costs.total_usd)} of them")
    answer = verdict(scenario, costs)
    a = scenario.assumptions
    title = f"What the framework costs: {a.preset_label(scenario.preset)}"
    made_of = (
        f"Assumptions: {scenario.assumption_set}; team in {scenario.country}; {scenario.provider} {scenario.region}, "
        f"{scenario.purchase}; tables {a.digest}. Amounts are present values in US dollars."
    )
    figures = (
        charts.component_chart(scenario, costs),
        charts.cash_flow_chart(scenario, costs),
        charts.launch_chart(scenario, costs),
        charts.swept_chart(scenario, costs, "peak_users"),
    )
    sections = (
        ("The answer", f"<p class='answer'>{escape(answer.sentence)}</p><p>{escape(found.sentence)}</p>"),
        ("How sure", _sure_html(scenario, found) + _chart_html(charts_uncertainty.chance_chart(found))),
        ("What it is made of", _components_html(scenario, costs) + "".join(map(_chart_html, figures))),
        ("What would flip it", _flips_html(scenario, answer)),
        ("Assumptions, with their sources", _inputs_html(scenario)),
        ("Evidence", _evidence_html(scenario)),
    )
    body = "".join(f"<section><h2>{heading}</h2>{content}</section>" for heading, content in sections)
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        # Whatever the tables hold: nothing is fetched, and nothing is sent anywhere.
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; script-src 'unsafe-inline'; "
        "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style><script>{get_plotlyjs()}</script></head>"
        f"<body><main><h1>{escape(title)}</h1><p class='quiet'>{escape(made_of)}</p>{body}</main></body></html>\n"
    )


def _chart_html(figure: go.Figure) -> str:
    """A chart, and its point in words where no script runs."""
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})
    words = escape(str(figure.layout.meta))
    return f"<div class='chart' role='img' aria-label='{words}'>{drawn}<noscript><p>{words}</p></noscript></div>"


def _row(cells: Iterable[str], kind: str = "") -> str:
    first, *others = map(escape, cells)
    return f"<tr class='{kind}'><th scope='row'>{first}</th>{''.join(f'<td>{cell}</td>' for cell in others)}</tr>"


def _table(head: Iterable[str], rows: Iterable[str], kind: str = "") -> str:
    heads = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in head)
    table = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f"<div class='scroll'><table class='{kind}'>{table}</table></div>"


def _components_html(scenario: Scenario, costs: Costs) -> str:
    labels = serving_labels(scenario)

    def dollars(values: Array) -> list[str]:
        return [money(float(usd)) for usd in values]

    servers = [
        f"{count(float(number))} x {name}" if name else "none fits"
        for number, name in zip(costs.peak_servers, costs.instances, strict=True)
    ]
    rows = [
        *(_row([COMPONENT_LABELS[part], *dollars(costs.component_usd[part])]) for part in COMPONENTS),
        _row(["Total", *dollars(costs.total_usd)], "total"),
        _row(["Time to launch", *durations(costs.launch_months)]),
        _row(["Cloud in the busiest month", *dollars(costs.busiest_cloud_usd_per_month)]),
        _row(["Servers in the busiest month", *servers]),
    ]
    return _table(["Present value", *(labels[name] for name in costs.names)], rows)


def _sure_html(scenario: Scenario, found: Uncertainty) -> str:
    labels = serving_labels(scenario)
    low, middle, high = found.quantiles_usd([0.05, 0.5, 0.95])
    rows = [
        [labels[name], share(float(found.cheapest_share[i])), *(money(float(usd[i])) for usd in (low, middle, high))]
        for i, name in enumerate(found.names)
    ]
    head = ("", "Chance of being cheapest", "Total, 5 in 100 below", "Middle", "5 in 100 above")
    return (
        _table(head, map(_row, rows))
        + f"<p class='quiet'>From {found.draws:,} draws of all inputs over their ranges.</p>"
    )


def _flips_html(scenario: Scenario, answer: Verdict) -> str:
    if answer.pair is None:
        return "<p>There is nothing to change places with.</p>"
    labels = serving_labels(scenario)
    pair = " and ".join(labels[name] for name in answer.pair)
    flips = what_flips(scenario, *answer.pair)
    if not flips:
        return f"<p>No single input makes {escape(pair)} change places within its range.</p>"

    def said(flip: Flip, *values: float) -> str:
        return ", ".join(quantity(name_of(flip.key), value) for value in values)

    rows = [_row([flip.label, said(flip, flip.now), said(flip, *flip.values)]) for flip in flips[:MOST_FLIPS]]
    more = f"<p class='quiet'>And {len(flips) - MOST_FLIPS} more inputs.</p>" if len(flips) > MOST_FLIPS else ""
    table = _table(("One input alone", "Now", "Changes it at"), rows)
    return f"<p>{escape(pair)} change places:</p>{table}{more}"


def _inputs_html(scenario: Scenario) -> str:
    a = scenario.assumptions
    rows = [
        [
            one.label,
            quantity(one.name, one.value),
            "" if one.unit == "1" else one.unit,
            "" if one.low == one.high else f"{quantity(one.name, one.low)} to {quantity(one.name, one.high)}",
            one.evidence,
            a.sources[one.source].title if one.source in a.sources else one.source,
            one.note,
        ]
        for one in stated_inputs(scenario)
    ]
    return _table(("Input", "Value", "Unit", "Range", "Evidence", "Source", "Note"), map(_row, rows), "words")


def _evidence_html(scenario: Scenario) -> str:
    inputs = stated_inputs(scenario)
    grades = [[grade, str(sum(one.evidence == grade for one in inputs)), words] for grade, words in EVIDENCE.items()]
    sources = [
        [source.title, source.publisher, source.date, source.url, source.note]
        for source in used_sources(scenario, inputs)
    ]
    return (
        _table(("Grade", "Inputs", "What it means"), map(_row, grades), "words")
        + "<p></p>"
        + _table(("Source", "Publisher", "Date", "Address", "Note"), map(_row, sources), "words")
    )
