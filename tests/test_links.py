"""Links: a scenario goes through an address and comes back the same, and whatever else comes is refused."""

import base64
import string
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco
from tco.assumptions import load_assumptions
from tco.links import MOST_BYTES, MOST_LETTERS, link_text, parse_link
from tco.scenarios import ScenarioError
from tests.strategies import legal
from tests.tables import BROKEN_SCENARIOS, PRICES, assert_one_sentence

A = load_assumptions()


def packed(content):
    """A link of our form around any content."""
    packer = zlib.compressobj(level=9, wbits=-15)
    letters = base64.urlsafe_b64encode(packer.compress(content) + packer.flush()).decode().rstrip("=")
    return f"1.{A.digest}.{letters}"


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
    assert len(text) < 250
    linked = parse_link(text, A)
    assert linked.scenario.to_toml() == scenario.to_toml()
    assert linked.same_tables


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
    "a line break": "1.00000000.AA\nBB",
    "another version": "2" + link_text(tco.scenario())[1:],
    "cut off": link_text(tco.scenario("ml-product"))[:-4],
    "a letter too many": link_text(tco.scenario()) + "A",
    "too long": "1.00000000." + "A" * MOST_LETTERS,
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


def test_other_tables_are_noticed(tmp_path):
    """A link made with a price list of one's own opens, and says that its tables were others."""
    path = tmp_path / "prices.csv"
    path.write_text(PRICES)
    own = load_assumptions(path)
    assert own.digest != A.digest
    assert not parse_link(link_text(tco.scenario()), own).same_tables


def test_many_scenarios_have_no_link():
    """An address holds one scenario."""
    with pytest.raises(ScenarioError, match="array"):
        link_text(tco.scenario(peak_users=np.array([[1.0], [2.0]])))
