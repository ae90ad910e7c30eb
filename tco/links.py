"""
Links: a scenario as a short text that fits into a web address, and back.

The text is that of a scenario file, packed. Whatever comes from an address is checked as a file is, and before that for
its size: a link is data from a stranger.
"""

import base64
import binascii
import re
import zlib
from typing import Final, NamedTuple

from tco.assumptions import Assumptions
from tco.inputs import shown
from tco.scenarios import Scenario, ScenarioError, parse_scenario

# The name of the parameter of an address.
PARAMETER: Final = "s"
LINK_VERSION: Final = 1

# Browsers and servers carry addresses of 4,000 letters; a scenario with every input set has fewer than 20,000 bytes.
MOST_LETTERS: Final = 4_000
MOST_BYTES: Final = 20_000

_FORM: Final = re.compile(r"(?P<version>[0-9]{1,3})\.(?P<tables>[0-9a-f]{8})\.(?P<packed>[A-Za-z0-9_-]+)")
_WORDS: Final = (
    b'format = 1\npreset = "customer-api"\nassumption_set = "measured"\ncountry = "United States"\nprovider = "aws"\n'
    b'region = "us-east-1"\npurchase = "on_demand"\nservings = [\n    "flask-threads",\n    "fastapi-async",\n'
    b'    "django-threads",\n]\n\n[inputs]\npeak_users = 10000.0\nteam_people = 5.0\nhtml_share = 0.2\n'
    b"horizon_months = 36.0\n"
    b"_effort_days _usd_per_year _usd_per_month _share_per_year _months _scope _ratio _people _count"
)


class Linked(NamedTuple):
    """A scenario from a link, and whether it was made with the tables that are in force."""

    scenario: Scenario
    same_tables: bool


def link_text(scenario: Scenario) -> str:
    """
    A scenario as a text for an address.

    Parameters
    ----------
    scenario : Scenario
        One scenario.

    Returns
    -------
    text : str
        Version, a short hash of the tables and the packed scenario, separated by dots; letters, digits, `-` and `_`.

    Raises
    ------
    ScenarioError
        If an input is an array, or the text would be too long for an address.

    Examples
    --------
    >>> from tco import scenario
    >>> text = link_text(scenario("internal-tool", peak_users=80))
    >>> parse_link(text, scenario().assumptions).scenario.inputs
    {'peak_users': 80.0}
    """
    packer = zlib.compressobj(level=9, wbits=-15, zdict=_WORDS)
    packed = packer.compress(scenario.to_toml().encode()) + packer.flush()
    letters = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    text = f"{LINK_VERSION}.{scenario.assumptions.digest}.{letters}"
    if len(text) > MOST_LETTERS:
        raise ScenarioError(
            f"a link has at most {MOST_LETTERS:,} letters and this scenario needs {len(text):,}; save it as a file"
        )
    return text


def parse_link(text: str, assumptions: Assumptions) -> Linked:
    """
    The scenario of a link.

    Parameters
    ----------
    text : str
        What `link_text` gave, or what a stranger made of it.
    assumptions : Assumptions
        The tables in force.

    Returns
    -------
    linked : Linked
        The scenario, checked, and whether the tables are the ones that it was made with.

    Raises
    ------
    ScenarioError
        If the text is no link, or not one to a legal scenario.
    """
    if len(text) > MOST_LETTERS:
        raise ScenarioError(f"the link: it has {len(text):,} letters; at most {MOST_LETTERS:,} are read")
    form = _FORM.fullmatch(text)
    if form is None:
        raise ScenarioError(f"the link: {shown(text)} is none that tco made; was all of it copied?")
    if int(form["version"]) != LINK_VERSION:
        raise ScenarioError(f"the link: its version must be {LINK_VERSION}; got {form['version']}")
    content = _unpacked(form["packed"])
    return Linked(parse_scenario(content, "the link", assumptions), form["tables"] == assumptions.digest)


def _unpacked(letters: str) -> str:
    unpacker = zlib.decompressobj(wbits=-15, zdict=_WORDS)
    try:
        packed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        content = unpacker.decompress(packed, MOST_BYTES)
        if unpacker.unconsumed_tail or not unpacker.eof or unpacker.unused_data:
            raise ScenarioError(f"the link: it is damaged, or holds more than {MOST_BYTES:,} bytes")
        return content.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise ScenarioError("the link: it is damaged; was all of it copied?") from None
