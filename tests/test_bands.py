"""Salary bands of the user's own: they replace ours one by one, and a broken file is refused whole."""

import pytest

import tco
from tco.assumptions import load_assumptions
from tco.tables import TableError
from tests.tables import assert_one_sentence, our_rows

HEADER = "country,level,low_usd_per_year,value_usd_per_year,high_usd_per_year,note"
OWN = f"{HEADER}\nGermany,senior,90000,110000,130000,Our pay scale\n"


@pytest.mark.parametrize("name", ["bands.csv", "what we pay.csv"])
def test_a_band_of_ones_own_replaces_ours(tmp_path, name):
    """One row for Germany's seniors, in a file of any name: it is in force, and every other salary stays ours."""
    path = tmp_path / name
    path.write_text(OWN, encoding="utf-8")
    scenario = tco.scenario(data=path, country="Germany")
    row = scenario.row("salary_senior_usd_per_year")
    assert (row.low, row.value, row.high) == (90_000, 110_000, 130_000)
    assert (row.note, row.source, row.evidence) == ("Our pay scale", "own-bands", "stated")
    plain = tco.scenario(country="Germany")
    assert scenario.value("salary_mid_usd_per_year") == plain.value("salary_mid_usd_per_year")
    assert scenario.assumptions.prices.path == plain.assumptions.prices.path
    assert scenario.assumptions.digest != plain.assumptions.digest
    assert tco.evaluate(scenario).total_usd[0] > tco.evaluate(plain).total_usd[0]


def test_a_directory_may_hold_bands(tmp_path):
    """`bands.csv` beside other tables of one's own, or alone."""
    (tmp_path / "bands.csv").write_text(OWN, encoding="utf-8")
    assert load_assumptions(tmp_path).countries["Germany"]["salary_senior_usd_per_year"].value == 110_000


BROKEN = {
    "an unknown country": ("Atlantis,senior,1,2,3,", ("country", "'Atlantis'")),
    "an unknown level": ("Germany,wizard,1,2,3,", ("level", "'wizard'")),
    "no money": ("Germany,senior,0,2,3,", ("low_usd_per_year", "'0'")),
    "words": ("Germany,senior,1,much,3,", ("value_usd_per_year", "'much'")),
    "out of order": ("Germany,senior,5,2,3,", ("low <= value <= high",)),
    "too much": ("Germany,senior,1,2,1e9,", ("high_usd_per_year", "'1e9'")),
    "a cell too few": ("Germany,senior,1,2,3", ("6 cells",)),
    "the same twice": ("Germany,senior,1,2,3,\nGermany,senior,1,2,3,", ("only once",)),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_band_is_refused_in_a_sentence(tmp_path, kind):
    """File, row, column, value and rule; nothing of the file is used."""
    line, said = BROKEN[kind]
    path = tmp_path / "bands.csv"
    path.write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    with pytest.raises(TableError) as refusal:
        load_assumptions(path)
    assert_one_sentence(str(refusal.value), "bands.csv", "row", *said)
    assert len(our_rows("countries")) == sum(map(len, load_assumptions().countries.values()))
