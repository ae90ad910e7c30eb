"""Tables: whatever is wrong with a file comes out as one sentence that says where."""

import pytest

from tco import tables
from tco.assumptions import data_directory
from tco.tables import Assumption, Price, Source, TableError, decoded, read_table
from tests.tables import PRICE_HEADER, PRICE_ROWS, PRICES, assert_one_sentence, our_rows, text_of


def lines(*rows, header=PRICE_HEADER):
    return "\n".join([header, *rows, ""]).encode()


def cell(column, value, row=1):
    """The small price list with one cell changed; row 1 is the second of its two."""
    names = PRICE_HEADER.split(",")
    rows = [dict(zip(names, text.split(","), strict=True)) for text in PRICE_ROWS]
    rows[row][column] = value
    return text_of(rows).encode()


# Content of the file, and what the message must say besides the file's name.
BROKEN = {
    "a missing column": (PRICES.replace("memory_gib,", "", 1).encode(), ["column 'memory_gib' is missing"]),
    "an unknown column": (PRICES.replace("source\n", "source,colour\n", 1).encode(), ["column 'colour' is unknown"]),
    "a misspelt column": (PRICES.replace("vcpus", "vcpu", 1).encode(), ["column 'vcpus' is missing"]),
    "a column twice": (PRICES.replace("vcpus,", "vcpus,vcpus,", 1).encode(), ["a column stands twice"]),
    "text in a number": (cell("vcpus", "four"), ["row 3", "'vcpus'", "'four'", "number"]),
    "a decimal comma": (cell("memory_gib", "8,5"), ["row 3", "'memory_gib'", "'8,5'", "number"]),
    "an empty number": (cell("vcpus", ""), ["row 3", "'vcpus'", "''", "number"]),
    "a negative price": (cell("on_demand_usd_per_hour", "-0.3"), ["row 3", "on_demand", "'-0.3'", "greater than 0"]),
    "a price of zero": (cell("on_demand_usd_per_hour", "0"), ["row 3", "on_demand", "'0'", "greater than 0"]),
    "a spot price of zero": (cell("spot_usd_per_hour", "0", row=0), ["row 2", "spot", "'0'", "greater than 0"]),
    "an absurd price": (cell("on_demand_usd_per_hour", "1e6"), ["row 3", "on_demand", "'1e6'", "1000"]),
    "not a number": (cell("on_demand_usd_per_hour", "nan"), ["row 3", "on_demand", "'nan'", "finite"]),
    "infinity": (cell("memory_gib", "inf"), ["row 3", "memory_gib", "'inf'"]),
    "infinity in digits": (cell("memory_gib", "1e999"), ["row 3", "memory_gib", "'1e999'"]),
    "an unknown architecture": (cell("architecture", "sparc"), ["row 3", "'architecture'", "'sparc'", "x86_64"]),
    "a date of another form": (cell("as_of", "20.07.2026"), ["row 3", "'as_of'", "'20.07.2026'"]),
    "an empty name": (cell("instance", ""), ["row 3", "'instance'", "''"]),
    "a name of a thousand letters": (cell("instance", "x" * 1000), ["row 3", "'instance'", "80"]),
    "a row twice": (
        lines(*PRICE_ROWS, PRICE_ROWS[0]),
        ["row 4", "provider 'aws'", "region 'us-east-1'", "instance 'a.large'", "row 2 already"],
    ),
    "too few cells": (lines(PRICE_ROWS[0], PRICE_ROWS[1].rpartition(",")[0]), ["row 3", "13 cells"]),
    "too many cells": (lines(PRICE_ROWS[0], PRICE_ROWS[1] + ",more"), ["row 3", "13 cells"]),
    "semicolons": (PRICES.replace(",", ";").encode(), ["column 'provider' is missing"]),
    "an empty file": (b"", ["the file is empty"]),
    "blank lines only": (b"\n \n\n", ["the file is empty"]),
    "a header only": (lines(), ["no rows"]),
    "Latin-1": (cell("region", "S\u00e3o Paulo").decode().encode("latin-1"), ["row 3", "UTF-8", "0xe3"]),
    "UTF-16": (PRICES.encode("utf-16"), ["row 1", "UTF-8", "0xff"]),
    "an unclosed quote": (lines(PRICE_ROWS[0], '"' + PRICE_ROWS[1]), ["row 3", "not CSV"]),
    "text after a quote": (lines('"aws"x' + PRICE_ROWS[0][3:]), ["row 2", "not CSV"]),
    "a NUL byte in a number": (cell("vcpus", "4\0"), ["row 3", "NUL"]),
    "a NUL byte in a name": (cell("instance", "b\0large"), ["row 3", "NUL"]),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xff\xd2", ["UTF-8"]),
    "a web page": (b"<!DOCTYPE html>\n<html><body>Not found</body></html>\n", ["column 'provider' is missing"]),
    "a cell longer than CSV allows": (cell("source", "x" * 200_000), ["row 3"]),
    "a header of a thousand columns": (("x" * 50_000 + "," + PRICES).encode(), ["is unknown"]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(kind, tmp_path):
    """The message names the file and, where there is one, row, column, value and rule."""
    content, parts = BROKEN[kind]
    path = tmp_path / "pricing.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_table(path, Price)
    assert_one_sentence(str(caught.value), str(path), *parts)


# The small price list with a fault in its second row, written with lines that are no rows.
LINES = {
    "blank lines before the rows": (PRICE_HEADER + "\n\n\n" + "\n".join(PRICE_ROWS) + "\n", 5),
    "blank lines between the rows": (PRICE_HEADER + "\n" + "\n\n\n".join(PRICE_ROWS) + "\n", 5),
    "blank lines of Windows": ("\r\n\r\n".join([PRICE_HEADER, *PRICE_ROWS]) + "\r\n", 5),
    "blank lines after the rows": (PRICES + "\n\n\n", 3),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_row_is_numbered_as_in_the_file(kind, tmp_path):
    """A fault in the second row is told with the line that an editor shows, whatever blank lines there are."""
    text, line = LINES[kind]
    path = tmp_path / "pricing.csv"
    path.write_bytes(text.replace(",4,16,", ",four,16,").encode())
    with pytest.raises(TableError) as caught:
        read_table(path, Price)
    assert_one_sentence(str(caught.value), f"row {line}, column 'vcpus', value 'four'")
    path.write_bytes(
        text.replace(",2026-07-20,own", ",2026-07-20", 2).replace(",2026-07-20", ",2026-07-20,own", 1).encode()
    )
    with pytest.raises(TableError) as caught:
        read_table(path, Price)
    assert_one_sentence(str(caught.value), f"row {line}: a row must have 13 cells")


def test_a_row_after_a_cell_of_several_lines_is_numbered_as_in_the_file(tmp_path):
    """
    Header, a row with a note over three lines that ends in line 4, a row in line 5, and a copy of it in line 7.
    """
    columns = ["source", "title", "publisher", "date", "url", "licence", "note"]
    rows = ['a,A,,,,,"one\ntwo\nthree"', "b,B,,,,,", "", "b,B,,,,,"]
    path = tmp_path / "sources.csv"
    path.write_text("\n".join([",".join(columns), *rows, ""]), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_table(path, Source)
    assert_one_sentence(str(caught.value), "row 7", "source 'b'", "row 5 already")


NO_TEXT = {
    "nothing": (b"", "mine: the file is empty"),
    "space": (b" \r\n\t", "mine: the file is empty"),
    "Latin-1 in the second line": (b"a\n\xe9\n", "mine, row 2: the text must be UTF-8; byte 0xe9 is not"),
    "half a letter at the end": ("é".encode()[:1], "mine, row 1: the text must be UTF-8; byte 0xc3 is not"),
    "a NUL byte in the third line": (b"a\n\nb\0", "mine, row 3: the text must not hold a NUL byte"),
}


@pytest.mark.parametrize("kind", NO_TEXT)
def test_what_is_no_text_is_refused_by_the_name_it_was_given(kind):
    """Files and uploads are read by one rule: what is not text is named, with the line."""
    content, message = NO_TEXT[kind]
    with pytest.raises(TableError) as caught:
        decoded(content, "mine")
    assert str(caught.value) == message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_text_is_decoded_with_or_without_a_byte_order_mark(encoding):
    """The mark is no part of the text."""
    assert decoded("São Paulo\n".encode(encoding), "mine") == "São Paulo\n"


def test_a_missing_file_is_refused_in_one_sentence(tmp_path):
    """The message names the file and says that it is not there."""
    path = tmp_path / "nowhere.csv"
    with pytest.raises(TableError) as caught:
        read_table(path, Price)
    assert_one_sentence(str(caught.value), str(path), "No such file")


def test_a_directory_in_place_of_a_file_is_refused_in_one_sentence(tmp_path):
    """The message names the directory."""
    with pytest.raises(TableError) as caught:
        read_table(tmp_path, Price)
    assert_one_sentence(str(caught.value), str(tmp_path), "cannot be read")


def test_an_absurdly_large_file_is_not_read(tmp_path):
    """Above the bound the file is refused by its size, before any of it is read."""
    path = tmp_path / "pricing.csv"
    with path.open("wb") as file:
        file.truncate(tables.MAXIMUM_FILE_BYTES + 1)
    with pytest.raises(TableError) as caught:
        read_table(path, Price)
    assert_one_sentence(str(caught.value), str(path), "20,000,001 bytes", "20,000,000")


def test_several_faults_are_counted(tmp_path):
    """The first fault is told in full, with the number of the others."""
    path = tmp_path / "pricing.csv"
    path.write_bytes(cell("vcpus", "four").replace(b"0.06", b"cheap").replace(b"a.large", b""))
    with pytest.raises(TableError) as caught:
        read_table(path, Price)
    assert_one_sentence(str(caught.value), "row 2, column 'instance'", "(and 2 more)")


@pytest.mark.parametrize(
    "content",
    [PRICES.encode("utf-8-sig"), PRICES.replace("\n", "\r\n").encode(), PRICES.rstrip("\n").encode()],
    ids=["a byte order mark", "lines of Windows", "no newline at the end"],
)
def test_what_spreadsheets_write_is_read(content, tmp_path):
    """A byte order mark, Windows lines and a missing last newline change nothing."""
    path = tmp_path / "pricing.csv"
    path.write_bytes(content)
    first, second = read_table(path, Price)
    assert (first.instance, first.spot_usd_per_hour, first.memory_gib) == ("a.large", 0.04, 8)
    assert (second.instance, second.spot_usd_per_hour, second.sustained_cpu_share) == ("b.large", None, 0.4)


def test_columns_may_stand_in_any_order(tmp_path):
    """A column is found by its name."""
    columns = PRICE_HEADER.split(",")
    rows = [dict(zip(columns, text.split(","), strict=True)) for text in PRICE_ROWS]
    path = tmp_path / "pricing.csv"
    path.write_text(text_of(rows, columns[::-1]), encoding="utf-8")
    assert [row.instance for row in read_table(path, Price)] == ["a.large", "b.large"]


QUANTITY_FAULTS = {
    "a wrong unit": ({"unit": "%"}, ["unit of html_share must be 1, not '%'"]),
    "a name without a unit": ({"name": "pages"}, ["pages ends in no unit"]),
    "low above value": ({"low": "0.5"}, ["low <= value <= high", "0.5, 0.2, 1"]),
    "high below value": ({"high": "0.1"}, ["low <= value <= high", "0, 0.2, 0.1"]),
    "out of the legal range": ({"high": "1.5"}, ["[0, 1]", "0, 0.2, 1.5"]),
    "below the legal range": ({"low": "-0.1"}, ["[0, 1]", "-0.1, 0.2, 1"]),
    "a lognormal that starts at nothing": ({"distribution": "lognormal"}, ["low must be above 0 for a lognormal", "0"]),
    "not a number": ({"value": "nan"}, ["'value'", "'nan'", "finite"]),
    "infinity": ({"high": "inf"}, ["'high'", "'inf'", "finite"]),
    "words in a number": ({"value": "a fifth"}, ["'value'", "'a fifth'", "number"]),
    "an unknown distribution": ({"distribution": "gamma"}, ["'distribution'", "'gamma'", "triangular"]),
    "an unknown grade of evidence": ({"evidence": "hearsay"}, ["'evidence'", "'hearsay'", "measured"]),
    "no note": ({"note": ""}, ["'note'", "''"]),
    "an endless note": ({"note": "x" * 10_000}, ["'note'", "800"]),
    "no source": ({"source": ""}, ["'source'", "''"]),
}


@pytest.mark.parametrize("kind", QUANTITY_FAULTS)
def test_a_broken_assumption_is_refused_in_one_sentence(kind, tmp_path):
    """The message names file, row, column or rule, and value."""
    changes, parts = QUANTITY_FAULTS[kind]
    rows = [row for row in our_rows("assumptions") if row["group"] == "Product"]
    at = next(i for i, row in enumerate(rows) if row["name"] == "html_share")
    rows[at].update(changes)
    path = tmp_path / "assumptions.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_table(path, Assumption)
    assert_one_sentence(str(caught.value), str(path), f"row {at + 2}", *parts)


@pytest.mark.parametrize("path", sorted(data_directory().glob("*.csv")), ids=lambda path: path.stem)
def test_our_tables_are_plain_text_files(path):
    """UTF-8 without a byte order mark, Unix lines, one newline at the end, no spaces around cells."""
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    for row in our_rows(path.stem):
        for cell_text in row.values():
            assert cell_text == cell_text.strip()
