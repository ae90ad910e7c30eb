"""The price commands: a bill line by line, the total with it, and an export of one's own beside it."""

import re
from datetime import date

import pytest
from typer.testing import CliRunner

import tco
from tco.assumptions import load_assumptions
from tco.bill_notes import bill_range
from tco.billed_total import billed_rows, billed_total
from tco.cli import app
from tco.cloud import CloudPlan
from tco.hosting import bills
from tests.tables import assert_one_sentence
from tests.test_focus import HEADER, written

WIDE = {"COLUMNS": "200"}


def run(*arguments):
    return CliRunner().invoke(app, ["prices", *arguments], env=WIDE)


def test_a_bill_is_printed_with_every_line_and_its_source():
    """Each line of each way with its amount, its day and its source, and the total below."""
    done = run("bill", "--preset", "internal-tool", "--set", "servings=flask-threads")
    assert done.exit_code == 0
    for bill in bills(tco.scenario("internal-tool", servings=("flask-threads",)), CloudPlan()):
        assert f"{bill.usd_per_month:,.2f}" in done.stdout
        for line in bill.lines:
            amount = f"{line.usd_per_month:,.2f}"
            rows = [row for row in done.stdout.splitlines() if line.detail in row and amount in row]
            assert any(line.source in row for row in rows), line


def test_a_bill_can_be_that_of_a_mix_by_the_hour():
    """Scaling, profile, terms, month and values of the cloud are those of the options."""
    options = ["--scaling", "hourly", "--profile", "office-hours", "--terms", "on_demand, reserved_3y", "--month", "6"]
    where = ["--set", "provider=gcp", "--set", "region=us-central1", "--set", "servings=fastapi-async"]
    done = run("bill", *options, *where, "--cloud", "zones_count=3")
    plan = CloudPlan("hourly", "office-hours", ("on_demand", "reserved_3y"), 6, {"zones_count": 3})
    scenario = tco.scenario(provider="gcp", region="us-central1", servings=("fastapi-async",))
    assert f"{bills(scenario, plan)[0].usd_per_month:,.2f}" in done.stdout


def test_a_bill_marks_what_is_stale_and_widens_its_total(monkeypatch):
    """On a day of 2030 every dated price is stale, and the total has a range; on one of 2020 there is neither."""
    arguments = ("bill", "--set", "servings=flask-threads")
    monkeypatch.setattr("tco.price_commands.today", lambda: date(2030, 1, 1))
    aged = run(*arguments).stdout
    bill, *_ = bills(tco.scenario(servings=("flask-threads",)), CloudPlan())
    low, high = bill_range(bill, date(2030, 1, 1), load_assumptions())
    assert f"{low:,.2f} to {high:,.2f} by the age of its prices" in aged
    assert "2026-07-20, stale" in aged
    monkeypatch.setattr("tco.price_commands.today", lambda: date(2020, 1, 1))
    assert not any(word in run(*arguments).stdout for word in ("stale", "by the age"))


def test_a_bill_says_which_ways_have_no_prices():
    """Azure has no container prices in the list, AWS has all."""
    assert "No bill for containers" in run("bill", "--set", "provider=azure").stdout
    assert "No bill for" not in run("bill").stdout


def test_the_total_with_the_whole_bill_is_the_library_s():
    """Each row of each way of serving, hour by hour unless told otherwise."""
    options = ["--terms", "on_demand,reserved_1y", "--cloud", "zones_count=3"]
    done = run("total", "--preset", "internal-tool", *options)
    assert done.exit_code == 0
    plan = CloudPlan("hourly", terms=("on_demand", "reserved_1y"), values={"zones_count": 3})
    for label, usd in billed_rows(billed_total(tco.scenario("internal-tool"), plan)):
        (row,) = (row for row in done.stdout.splitlines() if label in row)
        assert all(f"{value:,.0f}" in row for value in usd)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--scaling", "daily"], "'daily'"),
        (["--terms", "stolen"], "'stolen'"),
        (["--profile", "siesta"], "consumer-evening"),
        (["--cloud", "colour=1"], "'colour'"),
        (["--set", "peak_users=-1"], "peak_users"),
    ],
)
@pytest.mark.parametrize("command", ["bill", "total"])
def test_a_choice_that_makes_no_sense_is_refused_in_one_sentence(command, options, part):
    """Exit code 2, and the rule."""
    done = run(command, *options)
    assert done.exit_code == 2
    assert_one_sentence(done.stderr.strip(), part)


def test_an_export_is_held_against_the_model(tmp_path):
    """
    730 h at twice the model's compute: the ratio is 2, and the CPU of a request doubles, less the framework's part.
    """
    scenario = tco.scenario("customer-api", servings=("flask-threads",))
    lines = bills(scenario, CloudPlan())[0].lines
    compute = sum(line.usd_per_month for line in lines if line.item in ("Servers", "Beside the servers"))
    row = f"{2 * compute},{2 * compute},USD,Usage,2026-07-01T00:00:00Z,2026-07-31T10:00:00Z,Compute,EC2,AWS,x"
    path = written(tmp_path / "bill.csv", [row], HEADER)
    done = run("actual", str(path), "--serving", "flask-threads")
    assert done.exit_code == 0, done.stderr
    assert "2.00 times what the model says" in done.stdout
    whole = scenario.value("app_cpu_ms") + 0.324
    (found,) = re.findall(r"app_cpu_ms=([\d.]+)", done.stdout)
    assert float(found) == pytest.approx(2 * whole - 0.324, rel=1e-3)


def test_an_export_without_compute_has_nothing_to_compare(tmp_path):
    """One sentence that names the file and the category."""
    row = "5,5,USD,Usage,2026-07-01T00:00:00Z,2026-07-31T10:00:00Z,Storage,S3,AWS,x"
    path = written(tmp_path / "bill.csv", [row], HEADER)
    done = run("actual", str(path), "--serving", "flask-threads")
    assert done.exit_code == 2
    assert_one_sentence(done.stderr.strip(), str(path), "'Compute'")
