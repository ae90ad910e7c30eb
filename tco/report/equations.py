"""
Equations: the model's arithmetic as a workbook has it, one named quantity a line.

An equation is written once, in the names of the quantities that it reads; the workbook shows it in these words beside
the cell that it fills, and the cell holds the same words as a formula.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple


class Equation(NamedTuple):
    """
    A quantity of the workbook: what it is called, its unit, and the words that work it out.

    Two words of our own stand for what a formula has no function for: `ANNUITY(a, b, r)` and `ADOPTION(u, k)`.
    """

    name: str
    label: str
    unit: str
    text: str


# Months' worth of a payment of 1 a month from one time to another that grows at a rate of its own. Near a rate of 0
# the closed form is a difference of almost equal numbers, and the value in the middle of the time is exact.
ANNUITY: Final = "IF({b}>{a},IF(ABS({r})<1E-7,({b}-{a})*EXP({r}*({a}+{b})/2),(EXP({r}*{b})-EXP({r}*{a}))/{r}),0)"

# Months' worth of full payments that are still missing so long after the launch, as customers adopt the product: the
# integrals of exp(-k u) and of hazard u exp(-k u), as `tco.finance.adopted_months` has them.
ADOPTION: Final = (
    "IF(adoption_hazard=0,0,IF(ABS({k})<1E-5,"
    "{u}-{k}*{u}^2/2+{k}^2*{u}^3/6+adoption_hazard*({u}^2/2-{k}*{u}^3/3+{k}^2*{u}^4/8),"
    "(1-EXP(-{k}*{u}))/{k}+adoption_hazard*(1-EXP(-{k}*{u})-{k}*{u}*EXP(-{k}*{u}))/{k}^2))"
)

WORDS: Final = (
    ("ANNUITY(a, b, r)", "months' worth of a payment of 1 a month from a to b: (exp(r b) - exp(r a)) / r"),
    ("ADOPTION(u, k)", "months' worth of full payments that customers who come later leave out in u months"),
)

_ANNUITY_CALL: Final = re.compile(r"ANNUITY\((?P<a>\w+), (?P<b>\w+), (?P<r>\w+)\)")
_ADOPTION_CALL: Final = re.compile(r"ADOPTION\((?P<u>\w+), (?P<k>\w+)\)")
# Names are small letters; functions and cells are capitals.
_NAME: Final = re.compile(r"\b[a-z][a-z0-9_]*\b")


def formula(text: str, cells: Mapping[str, str]) -> str:
    """
    An equation as the formula of a cell.

    Parameters
    ----------
    text : str
        The equation in words.
    cells : mapping
        Where quantities stand that the sheet does not know by their name alone: a cell, or another name.

    Returns
    -------
    formula : str
        The same with an equals sign, and these cells.

    Examples
    --------
    >>> formula("build_days/team_people", {"build_days": "build_days__flask"})
    '=build_days__flask/team_people'
    >>> formula("ANNUITY(0, end, rate)", {"end": "B7"})
    '=IF(B7>0,IF(ABS(rate)<1E-7,(B7-0)*EXP(rate*(0+B7)/2),(EXP(rate*B7)-EXP(rate*0))/rate),0)'
    """
    text = _ANNUITY_CALL.sub(lambda call: ANNUITY.format(**call.groupdict()), text)
    text = _ADOPTION_CALL.sub(lambda call: ADOPTION.format(**call.groupdict()), text)
    return "=" + _NAME.sub(lambda name: cells.get(name[0], name[0]), text)


def names_in(text: str) -> set[str]:
    """
    Names of the quantities that an equation reads.

    Parameters
    ----------
    text : str
        The equation in words.

    Returns
    -------
    names : set of str
        The names.

    Examples
    --------
    >>> sorted(names_in("MAX(0, horizon_months-launch_months)"))
    ['horizon_months', 'launch_months']
    """
    return set(_NAME.findall(formula(text, {})))
