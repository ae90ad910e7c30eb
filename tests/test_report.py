"""Reports as files: of the kind that a name asks for, whole or not at all; no text of a user is taken for code."""

import csv
import io
import re
from dataclasses import replace as with_fields

import pytest
from typer.testing import CliRunner

import tco
from tco.cli import app
from tco.decision import serving_labels
from tco.inputs import InputError
from tco.model import COMPONENTS
from tco.report import files, pdf
from tco.report.components_csv import FORMULA_SIGNS, components_csv, harmless
from tco.report.html_page import html_page
from tco.report.provenance import EVIDENCE, stated_inputs, used_sources
from tco.wording import money
from tests.tables import assert_one_sentence

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def scenario():
    return tco.scenario("customer-api", wait_ms=120)


@pytest.fixture(scope="module")
def found(scenario):
    return tco.how_sure(scenario, 512)


@pytest.fixture(scope="module")
def page(scenario, found):
    return html_page(scenario, tco.evaluate(scenario), found)


def run(*arguments):
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


# --- the page


def test_the_page_has_answer_chance_components_flips_and_sources(scenario, found, page):
    """The library's sentences and figures, every assumption with its note, every source."""
    text = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).replace("&#x27;", "'").replace("&amp;", "&")
    costs = tco.evaluate(scenario)
    assert tco.verdict(scenario).sentence in text
    assert found.sentence in text
    for usd in (*costs.total_usd, *(usd for part in COMPONENTS for usd in costs.component_usd[part])):
        assert f"<td>{money(float(usd))}</td>" in text
    for usd in found.quantiles_usd([0.05, 0.5, 0.95]).ravel():
        assert f"<td>{money(float(usd))}</td>" in text
    answer = tco.verdict(scenario)
    for flip in tco.what_flips(scenario, answer.best, answer.runner_up)[:8]:
        assert f"<th scope='row'>{flip.label}</th>" in text
    inputs = stated_inputs(scenario)
    for one in inputs:
        assert f"<th scope='row'>{one.label}</th>" in text
    for source in used_sources(scenario, inputs):
        assert source.title.replace('"', "&quot;") in text


def test_the_page_holds_the_drawing_program_once_and_asks_for_nothing(page):
    """One copy of plotly.js, no script, style, font or picture from elsewhere, and a policy that forbids them."""
    assert page.count("plotly.js v") <= 2  # its licence says the name once or twice
    assert "default-src 'none'" in page
    own = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(script|link|img|iframe)[^>]*\s(src|href)=", own)
    assert not re.search(r"<script[^>]*\ssrc=", page)


def test_text_of_the_tables_is_text_on_the_page(found):
    """A label, a note and a title that hold a tag are shown as they are."""
    scenario = tco.scenario("customer-api")
    a = scenario.assumptions
    tables = with_fields(
        a,
        frameworks={name: row.model_copy(update={"label": f"{EVIL}{name}"}) for name, row in a.frameworks.items()},
        sources={name: row.model_copy(update={"title": EVIL, "url": EVIL}) for name, row in a.sources.items()},
        shared={name: row.model_copy(update={"note": EVIL, "label": EVIL}) for name, row in a.shared.items()},
    )
    hostile = with_fields(scenario, assumptions=tables)
    page = html_page(hostile, tco.evaluate(hostile), tco.how_sure(hostile, 64))
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert EVIL not in page


# --- the table


def test_the_table_has_every_component_to_the_cent(scenario):
    """A row for each way of serving and component, whose sums are the totals."""
    costs = tco.evaluate(scenario)
    rows = list(csv.DictReader(io.StringIO(components_csv(scenario, costs))))
    assert len(rows) == 3 * len(COMPONENTS)
    for name in costs.names:
        usd = sum(float(row["usd"]) for row in rows if row["serving"] == name)
        assert usd == pytest.approx(float(costs.of(name)), abs=0.05)


@pytest.mark.parametrize("sign", [*FORMULA_SIGNS, "\t=", "\r=", "\n-", " @"])
def test_no_cell_of_the_table_begins_like_a_formula(scenario, sign):
    """A label that begins with any of these signs gets an apostrophe in front."""
    a = scenario.assumptions
    servings = {name: row.model_copy(update={"label": f"{sign}cmd|' /C calc'!A0"}) for name, row in a.servings.items()}
    hostile = with_fields(scenario, assumptions=with_fields(a, servings=servings))
    text = components_csv(hostile, tco.evaluate(hostile))
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(FORMULA_SIGNS) for cell in row[:4])
    assert harmless(f"{sign}1").startswith("'")


# --- where the numbers come from


def test_an_input_names_the_source_of_the_value_in_force():
    """Yours over the preset's, the guide's over the tables'; each grade has its meaning."""
    by_key = {one.key: one for one in stated_inputs(tco.scenario("customer-api", wait_ms=9, assumption_set="article"))}
    assert (by_key["wait_ms"].source, by_key["wait_ms"].value) == ("yours", 9)
    assert by_key["peak_users"].source == "preset"
    guided = [one for one in by_key.values() if one.evidence == "article"]
    assert guided
    assert {one.source for one in guided} == {"guide"}
    assert {one.evidence for one in by_key.values()} <= set(EVIDENCE)
    row = tco.scenario().row("loaded_cost_ratio")
    assert by_key["loaded_cost_ratio"].source == row.source


# --- files


def test_the_command_writes_each_kind(tmp_path, monkeypatch):
    """By the ending of the name; a scenario file and settings count as in `tco compare`."""
    monkeypatch.setattr(files, "how_sure", lambda scenario: tco.how_sure(scenario, 64))
    (tmp_path / "mine.toml").write_text(tco.scenario("internal-tool", peak_users=80).to_toml())
    starts = {"xlsx": b"PK", "html": b"<!DOCTYPE html>", "csv": b"serving,label"}
    for kind, start in starts.items():
        done = run(tmp_path / "mine.toml", "--set", "team_people=3", "-o", tmp_path / f"out.{kind}")
        assert (done.exit_code, done.stdout) == (0, f"wrote {tmp_path / f'out.{kind}'}\n")
        assert (tmp_path / f"out.{kind}").read_bytes().startswith(start)
    chosen = tco.scenario("internal-tool", peak_users=80, team_people=3)
    assert (tmp_path / "out.csv").read_text() == components_csv(chosen, tco.evaluate(chosen))
    assert tco.verdict(chosen).sentence in (tmp_path / "out.html").read_text()


def test_the_command_takes_a_preset(tmp_path):
    """Without a file the preset, or the customer-facing API."""
    for words, preset in ((("--preset", "ml-product"), "ml-product"), ((), "customer-api")):
        assert run(*words, "-o", tmp_path / "out.csv").exit_code == 0
        chosen = tco.scenario(preset)
        assert (tmp_path / "out.csv").read_text() == components_csv(chosen, tco.evaluate(chosen))


@pytest.mark.parametrize(
    ("name", "words"), [("out.doc", ".xlsx"), ("out", ".html"), ("nowhere/out.csv", "no directory"), ("-", "must end")]
)
def test_a_file_that_cannot_be_written_is_refused_in_one_sentence(tmp_path, name, words):
    """An unknown ending, and a directory that is not there."""
    done = run("-o", tmp_path / name)
    assert done.exit_code == 2
    assert_one_sentence(done.stderr.strip(), words)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_as_a_whole(tmp_path, monkeypatch):
    """Where writing fails what was there stays, and nothing else is left behind."""
    path = tmp_path / "out.csv"
    path.write_text("before")

    def full(_handle, _mode):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fdopen", full)
    with pytest.raises(InputError, match=r"out\.csv: cannot be written \(No space left on device\)"):
        tco.write_report(tco.scenario(), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pdf_without_a_browser_is_refused_in_one_sentence(monkeypatch):
    """It names the browsers that would do, and what to write instead."""
    monkeypatch.setattr(pdf.shutil, "which", lambda _name: None)
    with pytest.raises(InputError) as refused:
        pdf.pdf_bytes("<p>")
    assert_one_sentence(str(refused.value), "chromium", "write .html")


def test_a_report_is_about_one_scenario():
    """Many, and an unknown kind, are refused."""
    with pytest.raises(InputError, match="about one scenario; got 2"):
        tco.report_bytes(tco.scenario(peak_users=[[1.0], [2.0]]), "csv")
    with pytest.raises(InputError, match="must be one of xlsx, html, pdf, csv; got 'doc'"):
        tco.report_bytes(tco.scenario(), "doc")


def test_labels_are_those_of_the_pages(page, scenario):
    """Flask where one way of serving it is compared, as everywhere."""
    for label in serving_labels(scenario).values():
        assert f"<th scope='col'>{label}</th>" in page
