"""
Links: a scenario as a short text that fits into a web address, and back.

The text carries the scenario, packed as its file, hashes of the tables that it was made with, and the answer of then:
whoever opens it later learns what has changed. Whatever comes from an address is checked as a file is, and before that
for its size: a link is data from a stranger.
"""

import base64
import binascii
import re
import zlib
from typing import Final, NamedTuple

from tco.assumptions import TABLES, Assumptions
from tco.decision import Verdict, serving_labels, verdict
from tco.inputs import shown
from tco.model import Costs
from tco.scenarios import Scenario, ScenarioError, parse_scenario
from tco.wording import enumerated, money

# The name of the parameter of an address.
PARAMETER: Final = "s"
LINK_VERSION: Final = 2

# Browsers and servers carry addresses of 4,000 letters; a scenario with every input set has fewer than 20,000 bytes.
MOST_LETTERS: Final = 4_000
MOST_BYTES: Final = 20_000

# What stands in a link for each kind of answer, in this order.
KINDS: Final = ("cheaper", "no material difference", "nothing to compare", "no answer")
# Letters of a table's hash: one in 4,096 tables that differ is not named.
HASH_LETTERS: Final = 2
# Savings that differ by less are the same: computers round differently.
SAME_SHARE: Final = 0.001

TABLE_LABELS: Final = {
    "article": "the guide's view",
    "assumptions": "general assumptions",
    "bands": "your own salary bands",
    "cloud": "autoscaling and cloud extras",
    "cloud_services": "prices of cloud services",
    "core_speeds": "speeds of cores",
    "correlations": "what hangs together",
    "countries": "salaries and hiring by country",
    "effort": "effort to build",
    "frameworks": "frameworks",
    "presets": "the usual products",
    "pricing": "prices of servers",
    "profiles": "traffic over the week",
    "services": "prices of load balancers and traffic",
    "serving": "CPU and memory of ways of serving",
    "servings": "ways of serving",
    "staleness": "limits of age",
    "talent": "developers and skills by framework",
}

_FORM: Final = re.compile(
    r"(?P<version>[0-9]{1,3})\.(?P<digest>[0-9a-f]{8})(?P<tables>[A-Za-z0-9_-]{0,100})"
    r"\.(?P<kind>[0-3])-(?P<best>[0-9]{1,2})-(?P<runner_up>[0-9]{1,2})-(?P<saving_usd>[0-9]{1,13})"
    r"\.(?P<packed>[A-Za-z0-9_-]+)"
)
_VERSION: Final = re.compile(r"([0-9]{1,3})\.")
_WORDS: Final = (
    b'format = 1\npreset = "customer-api"\nassumption_set = "measured"\ncountry = "United States"\nprovider = "aws"\n'
    b'region = "us-east-1"\npurchase = "on_demand"\nservings = [\n    "flask-threads",\n    "fastapi-async",\n'
    b'    "django-threads",\n]\n\n[inputs]\npeak_users = 10000.0\nteam_people = 5.0\nhtml_share = 0.2\n'
    b"horizon_months = 36.0\n"
    b"_effort_days _usd_per_year _usd_per_month _share_per_year _months _scope _ratio _people _count"
)


class Answer(NamedTuple):
    """An answer as short as a link can carry it; `best` and `runner_up` are empty where there is none."""

    kind: str
    best: str
    runner_up: str
    saving_usd: float


class Linked(NamedTuple):
    """A scenario from a link, the tables that differ from those that it was made with, and the answer of then."""

    scenario: Scenario
    same_tables: bool
    changed_tables: tuple[str, ...]
    then: Answer


def link_text(scenario: Scenario, costs: Costs | None = None) -> str:
    """
    A scenario as a text for an address.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs, optional
        Its costs, if they are known already.

    Returns
    -------
    text : str
        Version, hashes of the tables, the answer and the packed scenario, separated by dots; letters, digits, `-` and
        `_`.

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
    tables = scenario.assumptions.digest + _hash_letters(scenario.assumptions)
    text = f"{LINK_VERSION}.{tables}.{_answer_text(scenario, _short(verdict(scenario, costs)))}.{letters}"
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
        The scenario, checked, with what differs from when the link was made.

    Raises
    ------
    ScenarioError
        If the text is no link, or not one to a legal scenario.
    """
    if len(text) > MOST_LETTERS:
        raise ScenarioError(f"the link: it has {len(text):,} letters; at most {MOST_LETTERS:,} are read")
    version = _VERSION.match(text)
    if version and int(version[1]) != LINK_VERSION:
        raise ScenarioError(f"the link: its version must be {LINK_VERSION}; got {version[1]}")
    form = _FORM.fullmatch(text)
    if form is None:
        raise ScenarioError(f"the link: {shown(text)} is none that tco made; was all of it copied?")
    scenario = parse_scenario(_unpacked(form["packed"]), "the link", assumptions)
    best, runner_up = int(form["best"]), int(form["runner_up"])
    if max(best, runner_up) > len(scenario.servings):
        raise ScenarioError(f"the link: its answer is about a way of serving that it does not compare ({shown(text)})")
    names = ("", *scenario.servings)
    then = Answer(KINDS[int(form["kind"])], names[best], names[runner_up], float(form["saving_usd"]))
    return Linked(scenario, form["digest"] == assumptions.digest, _changed(form["tables"], assumptions), then)


def changes_since(linked: Linked, now: Verdict) -> str:
    """
    What has changed since a link was made, in words.

    Parameters
    ----------
    linked : Linked
        What the link carries.
    now : Verdict
        What the scenario comes to today.

    Returns
    -------
    words : str
        Which tables differ, and the answers of then and now; empty where neither has changed.
    """
    labels = serving_labels(linked.scenario)
    then, today = linked.then, _short(now)
    said_then, said_now = _said(then, labels), _said(today, labels)
    is_rounding = then[:3] == today[:3] and abs(then.saving_usd - today.saving_usd) <= SAME_SHARE * today.saving_usd
    same_answer = said_then == said_now or is_rounding
    if linked.same_tables and same_answer:
        return ""
    what = enumerated([TABLE_LABELS[table] for table in linked.changed_tables]) or "the tables"
    what = "the model" if linked.same_tables else what
    verb = "is" if what in ("the model", TABLE_LABELS["article"]) else "are"
    sentence = f"{what[:1].upper()}{what[1:]} {verb} not the same as when this link was made."
    return f"{sentence} {f'The answer is: {said_now}.' if same_answer else f'Then: {said_then}. Now: {said_now}.'}"


def _short(answer: Verdict) -> Answer:
    # Where there is no answer there is no saving either.
    return Answer(answer.kind, answer.best, answer.runner_up, answer.saving_usd if answer.best else 0.0)


def _said(answer: Answer, labels: dict[str, str]) -> str:
    if not answer.best or (answer.kind != "nothing to compare" and not answer.runner_up):
        return "nothing could be served and launched in time"
    if answer.kind == "nothing to compare":
        return f"only {labels[answer.best]} could be served and launched in time"
    difference = f"{labels[answer.best]} costs {money(answer.saving_usd)} less than {labels[answer.runner_up]}"
    return difference if answer.kind == "cheaper" else f"{difference}, which is not material"


def _answer_text(scenario: Scenario, answer: Answer) -> str:
    names = ("", *scenario.servings)
    places = f"{names.index(answer.best)}-{names.index(answer.runner_up)}"
    return f"{KINDS.index(answer.kind)}-{places}-{answer.saving_usd:.0f}"


def _hash_letters(assumptions: Assumptions) -> str:
    """The first letters of each table's hash; `--` for a table that is not there."""
    return "".join(assumptions.table_hashes[table][:HASH_LETTERS].rjust(HASH_LETTERS, "-") for table in TABLES)


def _changed(letters: str, assumptions: Assumptions) -> tuple[str, ...]:
    now = _hash_letters(assumptions)
    if len(letters) != len(now):
        return ()  # made by a version that had other tables: which of them differ cannot be known
    places = range(0, len(now), HASH_LETTERS)
    return tuple(
        table
        for table, i in zip(TABLES, places, strict=True)
        if letters[i : i + HASH_LETTERS] != now[i : i + HASH_LETTERS]
    )


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
