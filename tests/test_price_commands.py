"""The price commands: a bill line by line, and an export of one's own beside it."""

import re

import pytest
from typer.testing import CliRunner

import tco
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
def test_a_choice_that_makes_no_sense_is_refused_in_one_sentence(options, part):
    """Exit code 2, and the rule."""
    done = run("bill", *options)
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
