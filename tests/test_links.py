"""Links: a scenario goes through an address and comes back the same, and whatever else comes is refused."""

import base64
import string
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco
from tco.assumptions import TABLES, data_directory, load_assumptions
from tco.decision import verdict
from tco.links import MOST_BYTES, MOST_LETTERS, TABLE_LABELS, changes_since, link_text, parse_link
from tco.scenarios import ScenarioError
from tests.strategies import legal
from tests.tables import BROKEN_SCENARIOS, PRICES, assert_one_sentence

A = load_assumptions()


def packed(content):
    """A link of our form around any content."""
    packer = zlib.compressobj(level=9, wbits=-15)
    letters = base64.urlsafe_b64encode(packer.compress(content) + packer.flush()).decode().rstrip("=")
    return f"2.{A.digest}.0-2-3-1000.{letters}"


def opened(text, assumptions=A):
    """What a link carries, and what it says has changed since."""
    linked = parse_link(text, assumptions)
    return linked, changes_since(linked, verdict(linked.scenario))


@given(
    preset=st.sampled_from(sorted(A.presets)),
    country=st.sampled_from(sorted(A.countries)),
    assumption_set=st.sampled_from(["measured", "article"]),
    peak_users=legal("peak_users"),
    knows=legal("team_knows_share"),
)
def test_a_scenario_comes_back_the_same(preset, country, assumption_set, peak_users, knows):
    """Choices, a shared input and one of a framework: the same file, the same tables, letters of an address only."""
    scenario = tco.scenario(
        preset,
        country=country,
        assumption_set=assumption_set,
        peak_users=peak_users,
        team_knows_share={"fastapi": knows},
    )
    text = link_text(scenario)
    assert set(text) <= set(string.ascii_letters + string.digits + "-_.")
    assert len(text) < 300
    linked, changes = opened(text)
    assert linked.scenario.to_toml() == scenario.to_toml()
    assert (linked.same_tables, linked.changed_tables, changes) == (True, (), "")


def test_a_scenario_with_every_input_set_fits_into_an_address():
    """All shared inputs and all of every framework and way of serving, each with a value of its own."""
    plain = tco.scenario()
    shared = {name: plain.value(name) for name in plain.shared.quantities()}
    framework = {
        name: {place: plain.value(name, place) for place in A.rows[name]} for name in plain.framework.quantities()
    }
    scenario = plain.replace(**shared, **framework)
    assert len(link_text(scenario)) < MOST_LETTERS
    assert parse_link(link_text(scenario), A).scenario.to_toml() == scenario.to_toml()


REFUSED = {
    "nothing": "",
    "words": "hello",
    "a script": "<script>alert(1)</script>",
    "a line break": "2.00000000.0-0-0-0.AA\nBB",
    "another version": "1" + link_text(tco.scenario())[1:],
    "a version to come": "3.hello",
    "an answer about nobody": link_text(tco.scenario()).replace(".0-2-3-", ".0-2-4-"),
    "an answer in words": link_text(tco.scenario()).replace(".0-2-3-", ".0-2-x-"),
    "cut off": link_text(tco.scenario("ml-product"))[:-4],
    "a letter too many": link_text(tco.scenario()) + "A",
    "too long": "2.00000000.0-0-0-0." + "A" * MOST_LETTERS,
    "a megabyte": "2.00000000.0-0-0-0." + "A" * 2**20,
    "a bomb": packed(b"#" * (MOST_BYTES + 1)),
    "no text": packed(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_link_is_refused_in_a_sentence(kind):
    """One sentence that speaks of the link, whatever a stranger writes there."""
    with pytest.raises(ScenarioError) as refusal:
        parse_link(REFUSED[kind], A)
    assert_one_sentence(str(refusal.value), "the link")


@pytest.mark.parametrize("kind", [kind for kind in BROKEN_SCENARIOS if BROKEN_SCENARIOS[kind][0].isascii()])
def test_a_link_to_a_broken_scenario_is_refused_as_its_file_is(kind):
    """Unknown fields, illegal values, other formats: the sentence of a scenario file, about the link."""
    content, said = BROKEN_SCENARIOS[kind]
    with pytest.raises(ScenarioError) as refusal:
        parse_link(packed(content), A)
    # Nothing at all is no empty file here, but a file without a format.
    assert_one_sentence(str(refusal.value), "the link", said if content else "format")


@given(text=st.text(max_size=200))
def test_any_text_is_a_link_or_refused(text):
    """No other error than a refusal in one sentence."""
    try:
        parse_link(text, A)
    except ScenarioError as refusal:
        assert_one_sentence(str(refusal))


def test_every_table_with_numbers_has_a_hash_and_a_name():
    """Each file but the user's own bands is there, and the notice can call each by a name."""
    assert {table for table in TABLES if A.table_hashes[table]} == set(TABLES) - {"bands"}
    assert set(A.table_hashes) == set(TABLES) == set(TABLE_LABELS)
    assert all((data_directory() / f"{table}.csv").exists() for table in TABLES if table != "bands")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_changed_is_named(table):
    """One table with other content: it is named, and no other; the answer is the same, and said once."""
    changed = replace(A, table_hashes={**A.table_hashes, table: "........"})
    assert changed.digest != A.digest
    linked, words = opened(link_text(tco.scenario()), changed)
    assert (linked.same_tables, linked.changed_tables) == (False, (table,))
    assert_one_sentence(words, "same as when this link was made. The answer is: FastAPI costs $31.8K less than Django.")
    assert words.lower().startswith(TABLE_LABELS[table].lower())


def test_what_changed_tables_do_to_the_answer_is_said(tmp_path):
    """A link from our price list opened with one of a user's own: prices are named, and the answers of then and now."""
    path = tmp_path / "prices.csv"
    path.write_text(PRICES.replace("0.1,0.04", "5.1,0.04"))
    linked, words = opened(link_text(tco.scenario()), load_assumptions(path))
    assert linked.changed_tables == ("pricing",)
    then, now = (verdict(tco.scenario(data=data)).sentence.partition(" over ")[0] for data in (None, path))
    assert then != now
    assert words == f"Prices of servers are not the same as when this link was made. Then: {then}. Now: {now}."


def test_another_model_is_noticed():
    """With the same tables another answer is another model's; a dollar is a computer's rounding."""
    text = link_text(tco.scenario())
    saving = text.split(".")[2].split("-")[3]
    assert opened(text.replace(f"-{saving}.", f"-{int(saving) + 1}."))[1] == ""
    linked, words = opened(text.replace(f".0-2-3-{saving}.", ".1-3-1-12000."))
    assert linked.then == ("no material difference", "django-threads", "flask-threads", 12_000)
    assert words.startswith(
        "The model is not the same as when this link was made. Then: Django costs $12K less than Flask"
    )
    assert words.endswith("which is not material. Now: FastAPI costs $31.8K less than Django.")


def test_a_link_of_a_version_with_other_tables_still_says_that_they_changed():
    """Which of them differ cannot be known."""
    version, tables, answer, packed_scenario = link_text(tco.scenario()).split(".")
    linked, words = opened(f"{version}.00000000{tables[8:-2]}.{answer}.{packed_scenario}")
    assert (linked.same_tables, linked.changed_tables) == (False, ())
    assert words.startswith("The tables are not the same as when")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model_memory_gib": 10_000.0}, "nothing could be served and launched in time"),
        ({"servings": ["flask-threads"]}, "only Flask could be served and launched in time"),
        ({"materiality_share": 0.9}, "FastAPI costs $31.8K less than Django, which is not material"),
    ],
)
def test_every_kind_of_answer_is_carried(fields, words):
    """No answer, nothing to compare, no material difference: each comes back, and is said."""
    scenario = tco.scenario(**fields)
    assert opened(link_text(scenario))[1] == ""
    changed = replace(A, table_hashes={**A.table_hashes, "pricing": "........"})
    assert opened(link_text(scenario), changed)[1].endswith(f"The answer is: {words}.")


def test_many_scenarios_have_no_link():
    """An address holds one scenario."""
    with pytest.raises(ScenarioError, match="array"):
        link_text(tco.scenario(peak_users=np.array([[1.0], [2.0]])))
