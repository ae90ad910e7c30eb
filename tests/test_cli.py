"""The command line: the library's figures for people and machines, and one sentence for whatever cannot be used."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tco
from tco.cli import app
from tco.model import COMPONENTS
from tco.scenarios import read_scenario
from tco.settings import parse_settings
from tco.wording import COMPONENT_LABELS, money
from tests.tables import BROKEN_SCENARIOS, PRICE_HEADER, PRICE_ROWS, PRICES, assert_one_sentence

ROOT = Path(__file__).parents[1]


def run(*arguments):
    """The result of a command that is given these words."""
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [str(word) for word in arguments])


def output_of(*arguments):
    """What a command prints that must succeed, and say nothing beside it."""
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def assert_refused(done, *parts):
    """Exit code 2, nothing printed, one sentence on the error stream that says these words."""
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("tco: ")
    assert_one_sentence(done.stderr.strip(), *parts)


# --- what is printed


def test_stale_prices_are_told_and_fresh_ones_are_not(monkeypatch):
    """The list of us-central1 is of 2026-07-30: stale in November, fresh in August."""
    for day, told in ((date(2026, 11, 24), True), (date(2026, 8, 1), False)):
        monkeypatch.setattr("tco.price_commands.today", lambda day=day: day)
        text = output_of("compare", "--set", "provider=gcp", "--set", "region=us-central1")
        assert ("Stale: list prices of 2026-07-30, 117 days old" in text) == told


def test_the_table_has_every_component_and_the_verdict():
    """Each component and the total of each framework, as the library says them, and its sentence at the end."""
    text = output_of("compare", "--preset", "internal-tool")
    scenario = tco.scenario("internal-tool")
    costs = tco.evaluate(scenario)
    rows = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in text.splitlines()]
    assert ["present value", "Flask", "FastAPI", "Django"] in rows
    for part in COMPONENTS:
        assert [COMPONENT_LABELS[part], *(money(float(usd)) for usd in costs.component_usd[part])] in rows
    assert ["Total", *(money(float(usd)) for usd in costs.total_usd)] in rows
    assert text.splitlines()[-1] == tco.verdict(scenario, costs).sentence


def test_json_is_the_library_s_result():
    """Every figure to the last bit, the scenario it is for, and the verdict."""
    settings = ("--set", "peak_users=20000", "--set", "country=Germany", "--set", "team_knows_share.fastapi=1")
    printed = json.loads(output_of("compare", "--json", *settings))
    scenario = tco.scenario("customer-api", peak_users=20_000, country="Germany", team_knows_share={"fastapi": 1})
    costs, answer = tco.evaluate(scenario), tco.verdict(scenario)
    assert list(printed["costs"]) == list(costs.names)
    for i, name in enumerate(costs.names):
        own = printed["costs"][name]
        assert own["total_usd"] == costs.total_usd[i]
        assert own["component_usd"] == {part: costs.component_usd[part][i] for part in COMPONENTS}
        assert own["launch_months"] == costs.launch_months[i]
        assert own["instance"] == costs.instances[i]
    assert printed["verdict"]["sentence"] == answer.sentence
    assert printed["verdict"]["saving_usd"] == answer.saving_usd
    assert printed["scenario"]["inputs"] == {"peak_users": 20_000, "team_knows_share": {"fastapi": 1}}
    assert printed["scenario"]["country"] == "Germany"


def test_json_knows_no_nan():
    """What cannot be served has no total: `null`, which every reader of JSON knows."""
    text = output_of("compare", "--json", "--set", "model_memory_gib=100000")
    printed = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert all(own["total_usd"] is None for own in printed["costs"].values())
    assert "cannot be served" in printed["verdict"]["sentence"]


def test_csv_is_one_row_for_each_component():
    """To the cent, in the order of the library."""
    rows = list(csv.DictReader(io.StringIO(output_of("compare", "--csv", "--preset", "ml-product"))))
    frame = tco.cost_frame(tco.evaluate(tco.scenario("ml-product")))
    assert [(row["serving"], row["component"]) for row in rows] == list(
        zip(frame.serving, frame.component, strict=True)
    )
    assert [float(row["usd"]) for row in rows] == pytest.approx(frame.usd.tolist(), abs=0.005)


def test_ways_of_serving_are_set_by_a_list():
    """`--set servings=a,b` compares these two."""
    printed = json.loads(output_of("compare", "--json", "--set", "servings=flask-gevent, fastapi-plain"))
    assert list(printed["costs"]) == ["flask-gevent", "fastapi-plain"]


def test_a_preset_of_the_command_line_wins_over_the_default():
    """`--preset` and `--set preset=` are the same."""
    expected = output_of("compare", "--json", "--preset", "ml-product")
    assert output_of("compare", "--json", "--set", "preset=ml-product") == expected


def test_a_saved_scenario_gives_the_same_answer(tmp_path):
    """`--save` writes a file that the command line and the library read back to the same figures."""
    path = tmp_path / "mine.toml"
    settings = ("--set", "peak_users=123.5", "--set", "ramp_up_weeks.flask=2", "--set", "assumption_set=article")
    printed = output_of("compare", "--json", "--preset", "internal-tool", *settings, "--save", path)
    assert output_of("compare", path, "--json") == printed
    saved = tco.scenario("internal-tool", peak_users=123.5, ramp_up_weeks={"flask": 2}, assumption_set="article")
    assert read_scenario(path).to_toml() == saved.to_toml()


def test_settings_win_over_the_file(tmp_path):
    """A file first, what the command line sets second."""
    path = tmp_path / "mine.toml"
    path.write_text('format = 1\npreset = "ml-product"\n[inputs]\npeak_users = 5\n')
    printed = json.loads(output_of("compare", path, "--json", "--set", "peak_users=7"))
    assert printed["scenario"]["preset"] == "ml-product"
    assert printed["scenario"]["inputs"] == {"peak_users": 7}


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_price_list_of_ones_own_replaces_ours(tmp_path, monkeypatch, how):
    """By `--data` or by TCO_DATA: the servers are of its types, and the totals are the library's for it."""
    path = tmp_path / "pricing.csv"
    path.write_text(PRICES)
    if how == "environment":
        monkeypatch.setenv("TCO_DATA", str(path))
    printed = json.loads(output_of("compare", "--json", *(["--data", path] if how == "argument" else [])))
    costs = tco.evaluate(tco.scenario(data=path))
    assert {own["instance"] for own in printed["costs"].values()} <= {"a.large", "b.large"}
    assert [own["total_usd"] for own in printed["costs"].values()] == costs.total_usd.tolist()


def test_help_names_the_commands():
    """`tco --help` and each command's own."""
    assert {"compare", "dashboard"} <= set(output_of("--help").split())
    assert "--set" in output_of("compare", "--help")
    assert "--port" in output_of("dashboard", "--help")


def test_the_module_is_the_command():
    """`python -m tco` in a process of its own prints the same, into a pipe of any encoding."""
    command = [sys.executable, "-m", "tco", "compare", "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == output_of("compare", "--json")
    assert done.stderr == ""


def test_comparing_loads_no_page_chart_or_server_package():
    """The command line does not wait for a web server."""
    program = "import sys\nfrom tco.cli import app\napp(['compare', '--json'], standalone_mode=False)\n"
    program += "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert not {"ipywidgets", "plotly", "tornado", "voila", "jupyter_server"} & set(done.stderr.split())


def test_settings_of_a_framework_are_gathered():
    """One mapping for an input of several frameworks; the last word on each wins."""
    words = ["ramp_up_weeks.flask=1", "ramp_up_weeks.fastapi=2", "ramp_up_weeks.flask=3"]
    assert parse_settings(words) == {"ramp_up_weeks": {"flask": 3, "fastapi": 2}}


# --- what is refused

SETTINGS = {
    "no value": ("peak_users", ["NAME=VALUE", "'peak_users'"]),
    "no name": ("=5", ["NAME=VALUE"]),
    "nothing": ("", ["NAME=VALUE"]),
    "an empty value": ("peak_users=", ["NAME=VALUE", "'peak_users='"]),
    "words in a number": ("peak_users=many", ["must be a number", "'many'"]),
    "a separator in a number": ("peak_users=20,000", ["must be a number", "'20,000'"]),
    "a unit in a number": ("peak_users=20k", ["must be a number", "'20k'"]),
    "a negative number": ("peak_users=-5", ["peak_users must lie in [0, 1e+09] user", "-5"]),
    "a share of seven": ("html_share=7", ["html_share must lie in [0, 1]", "7"]),
    "not a number": ("peak_users=nan", ["peak_users", "nan"]),
    "infinity": ("peak_users=inf", ["peak_users", "inf"]),
    "an absurd size": ("peak_users=1e300", ["peak_users", "1e+300"]),
    "an unknown input": ("peak_user=5", ["'peak_user'", "peak_users"]),
    "an unknown input of a framework": ("speed.flask=5", ["'speed'"]),
    "an unknown framework": ("ramp_up_weeks.bottle=5", ["ramp_up_weeks", "flask", "'bottle'"]),
    "a place within a place": ("ramp_up_weeks.flask.now=5", ["'flask.now'"]),
    "no place": ("ramp_up_weeks=5", ["ramp_up_weeks.flask = number"]),
    "a place without a name": ("ramp_up_weeks.=5", ["ramp_up_weeks", "''"]),
    "a place for what all share": ("peak_users.flask=5", ["peak_users is the same for all"]),
    "words for a framework": ("ramp_up_weeks.flask=soon", ["must be a number", "'soon'"]),
    "an illegal value of a framework": ("team_knows_share.flask=2", ["team_knows_share must lie in [0, 1]", "2"]),
    "an unknown preset": ("preset=moonshot", ["preset", "customer-api", "'moonshot'"]),
    "an unknown assumption set": ("assumption_set=rumours", ["measured", "'rumours'"]),
    "an unknown country": ("country=Atlantis", ["Germany", "'Atlantis'"]),
    "an empty country": ("country=", ["NAME=VALUE", "'country='"]),
    "an unknown provider": ("provider=basement", ["aws", "'basement'"]),
    "an unknown region": ("region=mars-1", ["'mars-1'"]),
    "an unknown purchase": ("purchase=barter", ["spot", "'barter'"]),
    "an unknown way of serving": ("servings=flask-magic", ["flask-sync", "'flask-magic'"]),
    "a way of serving twice": ("servings=flask-sync,flask-sync", ["servings", "once"]),
    "no way of serving": ("servings=,", ["servings", "''"]),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_broken_setting_is_refused(kind):
    """The sentence names the field, the rule and the value."""
    setting, parts = SETTINGS[kind]
    assert_refused(run("compare", "--set", setting), *parts)


def test_an_input_set_both_ways_is_refused():
    """One number for all frameworks and one for Flask contradict one another."""
    assert_refused(run("compare", "--set", "ramp_up_weeks=1", "--set", "ramp_up_weeks.flask=2"), "ramp_up_weeks")
    assert_refused(run("compare", "--set", "ramp_up_weeks.flask=2", "--set", "ramp_up_weeks=1"), "ramp_up_weeks")


@pytest.mark.parametrize("kind", BROKEN_SCENARIOS)
def test_a_broken_scenario_file_is_refused(tmp_path, kind):
    """The sentence names the file."""
    content, words = BROKEN_SCENARIOS[kind]
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    assert_refused(run("compare", path), str(path), words)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """Nor a directory in place of a file."""
    assert_refused(run("compare", tmp_path / "none.toml"), "none.toml")
    assert_refused(run("compare", tmp_path), str(tmp_path))


PRICE_LISTS = {
    "nothing": (b"", []),
    "only a header": (PRICE_HEADER.encode(), []),
    "a missing column": (PRICES.replace("vcpus,", "").encode(), ["vcpus"]),
    "a column too many": (PRICES.replace("source", "source,colour", 1).encode(), ["colour"]),
    "text in a number": (PRICES.replace(",2,8,", ",two,8,").encode(), ["row 2", "vcpus", "'two'"]),
    "a negative price": (PRICES.replace("0.1,", "-0.1,", 1).encode(), ["row 2", "on_demand_usd_per_hour", "-0.1"]),
    "no price": (PRICES.replace("0.1,", ",", 1).encode(), ["row 2", "on_demand_usd_per_hour"]),
    "not a number": (PRICES.replace("0.1,", "nan,", 1).encode(), ["row 2", "on_demand_usd_per_hour", "nan"]),
    "infinity": (PRICES.replace("0.1,", "inf,", 1).encode(), ["row 2", "on_demand_usd_per_hour", "inf"]),
    "an absurd size": (PRICES.replace(",2,8,", ",1e300,8,").encode(), ["row 2", "vcpus"]),
    "the same row twice": ("\n".join([PRICE_HEADER, PRICE_ROWS[0], PRICE_ROWS[0]]).encode(), ["row 3", "a.large"]),
    "no date": (PRICES.replace("2026-07-20", "July", 1).encode(), ["row 2", "as_of", "'July'"]),
    "a short row": (f"{PRICE_HEADER}\naws,us-east-1,a.large\n".encode(), ["row 2"]),
    "another encoding": (PRICES.replace("own", "eigéne").encode("latin-1"), ["UTF-8"]),
}


@pytest.mark.parametrize("kind", PRICE_LISTS)
def test_a_broken_price_list_is_refused(tmp_path, kind):
    """By both commands: the sentence names the file, and row, column and value where there is one."""
    content, parts = PRICE_LISTS[kind]
    path = tmp_path / "pricing.csv"
    path.write_bytes(content)
    assert_refused(run("compare", "--data", path), str(path), *parts)
    assert_refused(run("dashboard", "--no-browser", "--data", path), str(path), *parts)


def test_data_that_are_not_there_are_refused(tmp_path, monkeypatch):
    """By argument and by environment."""
    assert_refused(run("compare", "--data", tmp_path / "none"), "none")
    monkeypatch.setenv("TCO_DATA", str(tmp_path / "none"))
    assert_refused(run("compare"), "none")


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    """Nothing is printed when what was asked for could not be saved."""
    assert_refused(run("compare", "--save", tmp_path / "none" / "mine.toml"), "mine.toml", "cannot be written")


def test_two_formats_are_refused():
    """JSON and CSV at once."""
    assert_refused(run("compare", "--json", "--csv"), "--json", "--csv")


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_what_is_no_port_is_refused(port):
    """A port lies in [1, 65535]."""
    assert_refused(run("dashboard", "--no-browser", "--port", port), "port must lie in [1, 65535]", str(port))


@pytest.mark.parametrize(
    "words", [["compare", "--colour"], ["compare", "a.toml", "b.toml"], ["dashboard", "--port", "many"], ["report"]]
)
def test_a_word_that_is_no_option_is_refused(words):
    """With the usage of the command, and exit code 2 as for all that cannot be used."""
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr
