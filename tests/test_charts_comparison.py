"""Charts of several scenarios: bars as high as the totals, waterfalls whose steps lead from nothing to the gap."""

import numpy as np
import pytest

import tco
from tco.charts_comparison import MOST_STEPS, comparison_chart, component_waterfall, input_waterfall
from tco.differences import difference
from tco.model import COMPONENTS
from tco.wording import COMPONENT_LABELS, money


def title(figure):
    """Words of the title on one line."""
    return figure.layout.title.text.replace("<br>", " ").replace("&#36;", "$")


def test_the_stacks_are_the_components():
    """One bar for each scenario, one trace for each component, the total above, and the cheapest in the title."""
    found = tco.compare([tco.scenario(), tco.scenario(country="Germany"), tco.scenario(model_memory_gib=10_000.0)])
    chart = comparison_chart(["A: Here", "B: There", "C: Huge"], found)
    for trace in chart.data:
        i = [COMPONENT_LABELS[part] for part in COMPONENTS].index(trace.name)
        assert np.array_equal(trace.y, found.component_usd[:, i], equal_nan=True)
        assert trace.x == ("A: Here", "B: There", "C: Huge")
    assert [note.text for note in chart.layout.annotations] == [
        f"<b>{money(float(usd))}</b>" for usd in found.total_usd[:2]
    ]
    assert title(chart).startswith(f"B: There costs least: {money(float(found.total_usd[1]))}")


def test_nothing_that_can_be_served_has_its_title():
    """No stack, no cheapest one."""
    found = tco.compare([tco.scenario(model_memory_gib=10_000.0)] * 2)
    assert title(comparison_chart(["A", "B"], found)).startswith("None can be served")


@pytest.mark.parametrize("draw", [input_waterfall, component_waterfall])
@pytest.mark.parametrize("presets", [("customer-api", "internal-tool"), ("internal-tool", "ml-product")])
def test_a_waterfall_leads_from_nothing_to_the_gap(draw, presets):
    """Each step starts where the one before ends, in whole cents, and the last bar is where they end."""
    found = difference(*map(tco.scenario, presets))
    (bars,) = draw(["A", "B"], found).data
    *steps, in_all = np.array(bars.x)
    assert np.allclose(bars.base, [0, *np.cumsum(steps)[:-1], 0])
    assert round(100 * sum(steps)) == round(100 * in_all) == round(100 * found.gap_usd)
    assert np.allclose(100 * np.array(bars.x), np.round(100 * np.array(bars.x)), atol=1e-6)
    assert len(steps) <= MOST_STEPS
    more = "more" if found.gap_usd > 0 else "less"
    assert title(draw(["A", "B"], found)).startswith(f"B costs {money(abs(found.gap_usd))} {more} than A")


def test_steps_come_in_the_order_of_their_size():
    """The largest first; what there is no room for comes last, together; the hover has both values and the cents."""
    found = difference(tco.scenario("internal-tool"), tco.scenario("customer-api"))
    (bars,) = input_waterfall(["A", "B"], found).data
    assert bars.y[MOST_STEPS - 1].startswith(f"{len(found.changed) - MOST_STEPS + 1} other inputs<br>")
    sizes = np.abs(bars.x[: MOST_STEPS - 1])
    assert (np.diff(sizes) <= 0).all()
    assert sizes[0] == pytest.approx(np.abs(found.input_usd).max(), abs=0.01)
    label, values, amount = bars.customdata[0]
    first = found.changed[int(np.abs(found.input_usd).argmax())]
    assert (label, values) == (first.label, " → ".join(first.texts))
    assert amount == f"+${bars.x[0]:,.2f}"


def test_equal_scenarios_have_a_title_and_no_steps():
    """Nothing differs, and the title says so."""
    found = difference(tco.scenario(), tco.scenario())
    assert title(input_waterfall(["A", "B"], found)).startswith("The two are the same")
