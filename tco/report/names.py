"""Names: what belongs to a way of serving in a workbook. Such a name ends in two underscores and the id."""

from typing import Final

from tco.report import capacity_equations
from tco.report.model_equations import OF_A_SERVING

# Columns of the months that the model adds up, by the name that its equations have for them.
SUMMED_MONTHS: Final = {"servers_today_usd": "month_servers_today_usd", "network_today_usd": "month_network_today_usd"}

OWN_NAMES: Final = (
    "serving",
    "framework",
    *(equation.name for _, equations in OF_A_SERVING for equation in equations),
    *capacity_equations.RANGES,
    *SUMMED_MONTHS,
)
