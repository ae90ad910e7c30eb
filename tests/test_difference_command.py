"""`tco difference`: the gap between two scenarios, in a table, as CSV and as JSON, to the cent."""

import csv
import json

import pytest
from typer.testing import CliRunner

import tco
from tco.cli import app
from tco.model import COMPONENTS
from tests.tables import assert_one_sentence

WIDE = {"COLUMNS": "200"}


def run(*arguments):
    return CliRunner().invoke(app, ["difference", *map(str, arguments)], env=WIDE)


@pytest.fixture
def germany(tmp_path):
    """A scenario file: twice the users, and a team in Germany."""
    path = tmp_path / "germany.toml"
    path.write_text(tco.scenario(country="Germany", peak_users=20_000.0).to_toml())
    return path


def test_the_table_adds_up(germany):
    """Each input with both values and its part, each component, and the totals of both."""
    done = run("customer-api", germany)
    assert done.exit_code == 0
    found = tco.difference(tco.scenario(), tco.read_scenario(germany))
    for changed in found.changed:
        assert any(all(text in row for text in (changed.label, *changed.texts)) for row in done.stdout.splitlines())
    totals = [round(float(usd.sum()), 2) for usd in (found.first_usd, found.second_usd)]
    for text in (f"{totals[0]:,.2f}", f"{totals[1]:,.2f}", f"{totals[1] - totals[0]:+,.2f}"):
        assert text in done.stdout
    assert "drawn orders" not in done.stdout


def test_every_cent_is_in_the_files(germany):
    """Inputs and components add up to the gap, in whole cents, in CSV as in JSON."""
    rows = list(csv.DictReader(run("customer-api", germany, "--csv").stdout.splitlines()))
    plain = json.loads(run("customer-api", germany, "--json").stdout)
    cents = round(100 * plain["gap_usd"])
    assert cents == round(100 * plain["second_usd"]) - round(100 * plain["first_usd"])
    for kind, count in (("input", len(plain["inputs"])), ("component", len(COMPONENTS))):
        amounts = [row["usd"] for row in rows if row["kind"] == kind]
        assert len(amounts) == count
        assert sum(round(100 * float(usd)) for usd in amounts) == cents
    assert sum(round(100 * row["usd"]) for row in plain["inputs"]) == cents
    assert sum(round(100 * usd) for usd in plain["component_usd"].values()) == cents
    assert plain["exact"]


def test_drawn_orders_are_told():
    """Two products differ in more inputs than all orders of can be worked through."""
    done = run("internal-tool", "customer-api", "--serving", "fastapi-async")
    assert "22 inputs differ: the part of each is a mean over drawn orders" in done.stdout
    assert done.stdout.count("fastapi-async") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.toml", "customer-api"], "nothing.toml: cannot be read"),
        (["customer-api", "moonshot"], "'moonshot'"),
        (["customer-api", "ml-product", "--serving", "flask-magic"], "'flask-magic'"),
        (["customer-api", "ml-product", "--csv", "--json"], "exclude each other"),
    ],
)
def test_bad_input_is_one_sentence(arguments, words):
    """Exit code 2, and nothing but the sentence."""
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert_one_sentence(done.stderr.strip(), "tco: ", words)
