"""The workbook: LibreOffice works out from its cells what the library says, also of inputs changed in it."""

import re
import zipfile
from dataclasses import replace as with_fields
from io import BytesIO

import numpy as np
import openpyxl
import pytest

import tco
from tco.inputs import InputError
from tco.keys import input_keys, with_values
from tco.model import COMPONENTS
from tco.report import capacity_equations, model_equations, month_equations
from tco.report.book import distinct_suffixes
from tco.report.equations import ANNUITY, formula, names_in
from tco.report.workbook import workbook_bytes
from tco.servers import CAPACITY_INPUTS, server_capacity_rps, servers_of
from tco.units import unit_of
from tests.spreadsheets import cells_of, recalculated, values_of, without_results

CENT_USD = 0.005
ALL_SERVINGS = tuple(tco.scenario().assumptions.servings)

# A scenario, and what is changed in the cells of its workbook: nothing, people and money, traffic and prices, time.
CASES = {
    "internal-tool": (tco.scenario("internal-tool"), {}),
    "customer-api": (tco.scenario("customer-api"), {}),
    "ml-product": (tco.scenario("ml-product", country="Germany", provider="azure"), {}),
    "guide": (tco.scenario("ml-product", assumption_set="article"), {}),
    "people": (
        tco.scenario("customer-api"),
        {"team_people": 11, "open_seats_share": 1, "junior_share": 0, "salary_mid_usd_per_year": 90_000.5}
        | {"team_growth_share_per_year": 0.25, "turnover_share_per_year": 0.4, "developers_people": 1000}
        | {"ramp_up_weeks.fastapi": 9, "pool_share.django": 0, "junior_excluded_share.fastapi": 0.8},
    ),
    "product": (
        tco.scenario("customer-api"),
        {"html_share": 0.65, "interface_count": 33, "forms_per_page_count": 2.5, "admin_scope": 1}
        | {"form_effort_days.flask": 3.25, "kind_turn_probability_share": 0.5, "outgrow_probability_share": 0.9},
    ),
    "traffic": (
        tco.scenario("customer-api"),
        {"peak_users": 60_000, "traffic_growth_share_per_month": 0.07, "spare_servers": 0, "minimum_servers": 1}
        | {"instance_price_ratio": 1.3, "server_overhead_usd_per_month": 0, "egress_usd_per_gib": 0.02},
    ),
    "money": (
        tco.scenario("customer-api", servings=ALL_SERVINGS),
        {"horizon_months": 51.5, "discount_share_per_year": 0.12, "salary_growth_share_per_year": 0.12}
        | {"inflation_share_per_year": 0.04, "adoption_months": 14, "gross_margin_usd_per_month": 75_000},
    ),
    "late": (tco.scenario("customer-api"), {"team_people": 1, "interface_count": 400, "horizon_months": 12}),
    "nothing serves one": (
        tco.scenario("customer-api", worker_memory_mib={"flask-threads": 1e6}),
        {"peak_users": 500},
    ),
}


def changed(scenario, values):
    """The scenario with the values that were written into its workbook."""
    return with_values(scenario, values)


def cell_name(key):
    """The name of the cell of an input."""
    return key.replace(".", "__").replace("-", "_")


@pytest.fixture(scope="module")
def worked_out(tmp_path_factory):
    """All cases as LibreOffice works them out, in one run, with the costs that the library gives."""
    directory = tmp_path_factory.mktemp("workbooks")
    paths = []
    for name, (scenario, values) in CASES.items():
        named = {cell_name(key): value for key, value in values.items()}
        paths.append(without_results(workbook_bytes(scenario), directory / f"{name}.xlsx", named))
    # One more with a change that the capacities do not follow.
    stale = workbook_bytes(tco.scenario("internal-tool"))
    paths.append(
        without_results(stale, directory / "stale.xlsx", {"wait_ms": 60, "model_reload_share__flask_threads": 1})
    )
    return recalculated(paths, directory)


def numbers(values):
    """Numbers, with NaN where a cell holds an error or a text."""
    return np.array([value if isinstance(value, int | float) else np.nan for value in values], dtype=float)


@pytest.mark.parametrize("case", CASES)
def test_totals_and_components_are_those_of_the_library(worked_out, case):
    """To the cent, for the scenario as it is and for inputs changed in the cells; NaN where there is nothing to say."""
    costs = tco.evaluate(changed(*CASES[case]))
    for part in COMPONENTS:
        found = numbers(values_of(worked_out[case], f"every_{part}_usd"))
        np.testing.assert_allclose(found, costs.component_usd[part], rtol=0, atol=CENT_USD, err_msg=part)
    np.testing.assert_allclose(
        numbers(values_of(worked_out[case], "every_total_usd")), costs.total_usd, rtol=0, atol=CENT_USD
    )


@pytest.mark.parametrize("case", CASES)
def test_the_months_are_those_of_the_library(worked_out, case):
    """Each component of each month, nominal, to the cent; nothing after the horizon."""
    scenario, values = CASES[case]
    costs = tco.evaluate(changed(scenario, values))
    sheets = [sheet for sheet in worked_out[case] if sheet.title.startswith("Flow ")]
    assert len(sheets) == len(scenario.servings)
    months = len(costs.cash_flow_usd["build"])
    for j, sheet in enumerate(sheets):
        heads = {str(cell.value).partition(" = ")[0]: cell.column for cell in sheet[3]}
        for part in COMPONENTS:
            column = [row[0] for row in sheet.iter_rows(5, None, *[heads[f"month_{part}_usd"]] * 2, values_only=True)]
            found, wanted = numbers(column), costs.cash_flow_usd[part][:, j]
            np.testing.assert_allclose(found[:months], wanted, rtol=0, atol=CENT_USD, err_msg=part)
            if np.isfinite(wanted).all():
                assert np.abs(found[months:]).max(initial=0) < CENT_USD


@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_the_library(worked_out, case):
    """Effort, launch, fleet and salary on the way to the total."""
    costs = tco.evaluate(changed(*CASES[case]))
    for name, wanted in {
        "build_days": costs.build_effort_days,
        "ramp_days": costs.ramp_up_effort_days,
        "pool_people": costs.pool_people,
        "search_months": costs.search_months,
        "launch_months": costs.launch_months,
        "hired_salary_usd_per_year": costs.hired_salary_usd_per_year,
        "busiest_servers": costs.peak_servers,
        "server_capacity_rps": costs.server_capacity_rps,
        "busiest_cloud_usd_per_month": costs.busiest_cloud_usd_per_month,
    }.items():
        np.testing.assert_allclose(
            numbers(values_of(worked_out[case], f"every_{name}")), wanted, rtol=1e-9, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_library_s_verdict(worked_out, case):
    """The cheapest that can be served and launches in time, the next of another framework, and the gap to the cent."""
    scenario = changed(*CASES[case])
    answer, workbook = tco.verdict(scenario), worked_out[case]
    assert (values_of(workbook, "best_serving")[0] or "") == answer.best
    if answer.runner_up:
        costs = tco.evaluate(scenario)
        assert values_of(workbook, "gap_usd")[0] == pytest.approx(answer.saving_usd, abs=CENT_USD)
        assert values_of(workbook, "runner_up_usd")[0] == pytest.approx(costs.of(answer.runner_up), abs=CENT_USD)
    sentence = workbook["Summary"]["A2"].value
    assert sentence.startswith("No material difference") == (answer.kind == "no material difference")
    assert sentence.startswith("Nothing can be served") == (answer.kind == "no answer")


def test_a_change_that_the_capacities_do_not_follow_is_told(worked_out):
    """Two inputs that the constants rest on were changed; where others were, nothing is told."""
    assert "changed that the capacities of servers rest on: 2." in worked_out["stale"]["Summary"]["A3"].value
    for case in CASES:
        assert not worked_out[case]["Summary"]["A3"].value


def test_no_cell_fails(worked_out):
    """Where everything can be served no cell of any sheet holds an error."""
    for case in CASES:
        if case == "nothing serves one":
            continue
        for sheet in worked_out[case]:
            failed = [cell.coordinate for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("#")]
            assert failed == [], (case, sheet.title)


@pytest.mark.parametrize("preset", ["internal-tool", "customer-api", "ml-product"])
def test_capacities_rest_on_the_marked_inputs_alone(preset):
    """Any other input, moved to either end of its range, leaves the capacity of every server as it is."""
    scenario = tco.scenario(preset, servings=ALL_SERVINGS)

    def capacities(some):
        return server_capacity_rps(some.shared, some.framework, servers_of(some.shared, some.framework, some.catalogue))

    before = capacities(scenario)
    for key in input_keys(scenario):
        name, _, place = key.partition(".")
        row = scenario.row(name, place)
        if name not in CAPACITY_INPUTS:
            for end in (row.low, row.high):
                assert np.array_equal(capacities(with_values(scenario, {key: end})), before, equal_nan=True), key


def test_each_marked_input_moves_a_capacity():
    """No input is marked for nothing: each of them moves the capacity of some server of the AI product."""
    scenario = tco.scenario("ml-product", servings=ALL_SERVINGS, assumption_set="article", model_memory_gib=1.0)

    def capacities(some):
        return server_capacity_rps(some.shared, some.framework, servers_of(some.shared, some.framework, some.catalogue))

    before = capacities(scenario)
    for name in CAPACITY_INPUTS:
        unit = unit_of(name)
        keys = [key for key in input_keys(scenario) if key.partition(".")[0] == name]
        ends = [max(unit.low, 1e-3), min(unit.high, 500.0)]
        moved = [with_values(scenario, dict.fromkeys(keys, end)) for end in ends]
        assert any(not np.array_equal(capacities(some), before, equal_nan=True) for some in moved), name


def test_every_name_of_an_equation_has_a_cell():
    """An equation reads inputs, quantities of other equations, and names of ranges; nothing is left over."""
    equations = [
        *(
            one
            for sections in (model_equations.SHARED, model_equations.OF_A_SERVING)
            for _, some in sections
            for one in some
        ),
        *month_equations.TRAFFIC,
        *month_equations.OF_A_SERVING,
        *capacity_equations.FLEETS,
        capacity_equations.PRICE,
    ]
    inputs = {key.partition(".")[0] for key in input_keys(tco.scenario())}
    known = inputs | {one.name for one in equations} | {"capacities_rps", "type_names", "serving", "framework"}
    known |= {"best_serving", "best_framework", "servers_today_usd", "network_today_usd"}
    known |= {"month_number", "list_usd_per_hour", "never"}
    for one in equations:
        for name in names_in(one.text):
            plain = name.removeprefix("every_").removeprefix("before_")
            assert plain in known, (one.name, name)


def test_an_equation_becomes_a_formula():
    """Names that have a cell give way to it, all others stay names; the annuity is written out, once with its limit."""
    assert formula("a_usd+b_usd*2", {"a_usd": "C7"}) == "=C7+b_usd*2"
    assert formula("ANNUITY(0, end, rate)", {}) == "=" + ANNUITY.format(a="0", b="end", r="rate")


def test_inputs_say_label_unit_range_and_source():
    """Each input of the scenario has one line with its value in a named cell, its unit, range, source and evidence."""
    scenario = tco.scenario("customer-api", wait_ms=20)
    workbook = openpyxl.load_workbook(with_bytes(scenario))
    for key in input_keys(scenario):
        name, _, place = key.partition(".")
        (cell,) = cells_of(workbook, cell_name(key))
        row = scenario.row(name, place)
        line = [other.value for other in workbook["Inputs"][cell.row]]
        assert cell.value == scenario.value(name, place)
        assert (line[3] or "1") == row.unit
        assert line[4:6] == [row.low, row.high]
        assert line[7] in ("measured", "sourced", "article", "stated")
        assert (line[8] or "") == ("constant" if name in CAPACITY_INPUTS else "")
        if line[6] not in ("yours", "preset"):
            assert line[6] == row.source
            if row.source != "stated":
                assert row.source in [other.value for other in workbook["Sources"]["A"]]


def with_bytes(scenario):
    """The workbook of a scenario as an open file."""
    return BytesIO(workbook_bytes(scenario))


def test_shows_the_main_figures_before_they_are_worked_out():
    """A preview that works nothing out, as of a phone, has the library's totals, months and sentence."""
    scenario = tco.scenario("customer-api")
    costs = tco.evaluate(scenario)
    workbook = openpyxl.load_workbook(with_bytes(scenario), data_only=True)
    assert values_of(workbook, "every_total_usd") == pytest.approx(costs.total_usd)
    assert workbook["Summary"]["A2"].value == tco.verdict(scenario).sentence


def test_is_made_for_reading_and_printing():
    """Every sheet but the summary keeps its head in view, all fit a page's width, and the summary has three charts."""
    workbook = openpyxl.load_workbook(with_bytes(tco.scenario("customer-api")))
    assert workbook.active.title == "Summary"
    for sheet in workbook:
        assert (sheet.freeze_panes is not None) == (sheet.title != "Summary")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
    with zipfile.ZipFile(with_bytes(tco.scenario("customer-api"))) as archive:
        assert sum(bool(re.fullmatch(r"xl/charts/chart\d+\.xml", name)) for name in archive.namelist()) == 3


def hostile_scenario():
    """A scenario whose tables hold text that a spreadsheet might run."""
    scenario = tco.scenario("customer-api", servings=["flask-threads", "fastapi-async"])
    a = scenario.assumptions
    evil = "=cmd|' /C calc'!A0"
    frameworks = {
        name: row.model_copy(update={"label": evil if name == "flask" else '+HYPERLINK("http://x","y")'})
        for name, row in a.frameworks.items()
    }
    servings = {name: row.model_copy(update={"label": "@SUM(1)"}) for name, row in a.servings.items()}
    sources = {
        name: row.model_copy(update={"url": "javascript:alert(1)", "note": evil}) for name, row in a.sources.items()
    }
    tables = with_fields(a, frameworks=frameworks, servings=servings, sources=sources)
    return with_fields(scenario, assumptions=tables), evil


def test_text_is_never_a_formula():
    """Labels, notes and addresses of a user's tables are text cells, no formulas and no links."""
    scenario, evil = hostile_scenario()
    content = with_bytes(scenario)
    workbook = openpyxl.load_workbook(content)
    texts = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value == evil]
    assert texts
    # openpyxl takes what begins with "=" for a formula; the file itself says what it is.
    with zipfile.ZipFile(content) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = archive.read(name).decode()
                assert not re.search(r"<f[^>]*>[^<]*(cmd\||HYPERLINK|javascript)", text), name
                assert "<hyperlink" not in text
        assert "cmd|" in archive.read("xl/sharedStrings.xml").decode()


def test_ids_that_are_no_names_of_cells_stay_distinct():
    """Letters that a name must not have, and capitals that do not count, make no two names one."""
    assert distinct_suffixes(["a-b", "a_b", "A.B"]) == {"a-b": "a_b", "a_b": "a_b_2", "A.B": "a_b_3"}


def test_a_workbook_is_about_one_scenario():
    """Many are refused in one sentence."""
    with pytest.raises(InputError, match="about one scenario; got 2"):
        workbook_bytes(tco.scenario(peak_users=[[1.0], [2.0]]))
