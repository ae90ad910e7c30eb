"""Docstrings: the unit in brackets agrees with the suffix of the name, and nothing public goes without examples."""

import inspect
import re

import pytest

from tco.units import unit_of
from tests.formulas import FORMULA_MODULES, public_functions, public_methods

FORMULAS = {
    f"{module}.{name}": function
    for module in (*FORMULA_MODULES, "arrays")
    for name, function in public_functions(module).items()
}
LIBRARY_MODULES = (
    *FORMULA_MODULES,
    "arrays",
    "assumptions",
    "bill_notes",
    "billed_total",
    "burstable",
    "charts",
    "claims",
    "cloud",
    "decision",
    "evidence",
    "distributions",
    "draws",
    "export",
    "flips",
    "information",
    "focus",
    "hosting",
    "inputs",
    "links",
    "keys",
    "loadtests",
    "model",
    "parallel",
    "plan",
    "portfolio",
    "pricing",
    "published",
    "regret",
    "report.book",
    "report.components_csv",
    "report.equations",
    "report.files",
    "report.html_page",
    "report.pdf",
    "report.provenance",
    "report.workbook",
    "salaries",
    "scenarios",
    "sensitivity",
    "single_question",
    "services",
    "settings",
    "staleness",
    "tables",
    "timeline",
    "uncertainty",
    "units",
    "usl",
    "wording",
)
LIBRARY = {
    f"{module}.{name}": function
    for module in LIBRARY_MODULES
    for name, function in {**public_functions(module), **public_methods(module)}.items()
}
SECTION = re.compile(r"^(?P<title>[A-Z][a-z]+)\n-+\n", re.MULTILINE)
ENTRY = re.compile(
    r"^(?P<names>\*{0,2}\w+(?:, \w+)*)(?: : (?P<type>.+))?\n(?P<text>(?:(?:[ ]{4}.*)?\n)+)", re.MULTILINE
)
BRACKETED = re.compile(r"\[([^\[\]]+)\]")
REFERENCE = re.compile(r"As for `(\w+)`")


def sections(function):
    """Text of each numpydoc section of a docstring by its title."""
    text = inspect.getdoc(function) or ""
    found = list(SECTION.finditer(text))
    ends = [*(match.start() for match in found), len(text)][1:]
    return {match["title"]: text[match.end() : end].strip("\n") + "\n" for match, end in zip(found, ends, strict=True)}


def entries(function, title):
    """(name, description) of each entry of a section; names that share one description get it each."""
    text = sections(function).get(title, "")
    return [(name.strip("* "), match["text"]) for match in ENTRY.finditer(text) for name in match["names"].split(", ")]


def documented_unit(function, name, text):
    """The unit in brackets, or that of the function which the text refers to."""
    bracketed = BRACKETED.findall(text)
    if bracketed:
        return bracketed[-1]
    reference = REFERENCE.search(text)
    if reference is None:
        return None
    other = vars(inspect.getmodule(function))[reference[1]]
    return documented_unit(other, name, dict(entries(other, "Parameters"))[name])


@pytest.mark.parametrize("name", FORMULAS)
def test_the_unit_in_brackets_is_that_of_the_suffix(name):
    """Each parameter and result whose name ends in a unit has the same unit in brackets."""
    function = FORMULAS[name]
    for title in ("Parameters", "Returns"):
        for quantity, text in entries(function, title):
            try:
                unit = unit_of(quantity)
            except KeyError:
                continue
            assert documented_unit(function, quantity, text) == unit.symbol, quantity


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_named_for_its_unit_returns_it(name):
    """A function whose own name ends in a unit says that unit for its result."""
    function = FORMULAS[name]
    try:
        unit = unit_of(function.__name__)
    except KeyError:
        return
    ((_, text),) = entries(function, "Returns")
    assert documented_unit(function, "", text) == unit.symbol


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_documents_parameters_result_and_example(name):
    """Every formula has the sections Parameters, Returns and Examples; the examples run as doctests."""
    found = sections(FORMULAS[name])
    assert {"Parameters", "Returns", "Examples"} <= set(found)
    assert ">>>" in found["Examples"]


@pytest.mark.parametrize("name", LIBRARY)
def test_the_documented_parameters_are_those_of_the_function(name):
    """What a public function of the library takes is what its docstring lists, in that order, and so for its result."""
    function = LIBRARY[name]
    signature = inspect.signature(function)
    taken = [parameter for parameter in signature.parameters if parameter != "self"]
    if "." in name.partition(".")[2] and "\n" not in inspect.getdoc(function):
        return  # an accessor of a class, which one line tells in full
    assert [quantity for quantity, _ in entries(function, "Parameters")] == taken
    if signature.return_annotation not in (None, inspect.Signature.empty):
        assert "Returns" in sections(function)


def test_the_parser_reads_what_it_should():
    """A wrong unit would be found: the parser itself is held to an example."""

    def example(load_rps, wait_ms):
        """
        Nothing.

        Parameters
        ----------
        load_rps, wait_ms : array_like
            Both with one description,
            over two lines. [req/s]

        Returns
        -------
        cpu_ms : array_like
            A time. [ms]
        """

    assert [name for name, _ in entries(example, "Parameters")] == ["load_rps", "wait_ms"]
    ((name, text),) = entries(example, "Returns")
    assert (name, documented_unit(example, name, text)) == ("cpu_ms", "ms")
    assert documented_unit(example, "load_rps", dict(entries(example, "Parameters"))["load_rps"]) == "req/s"
