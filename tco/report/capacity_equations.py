"""Capacity equations: the fleets of each instance type, as equations of a workbook; one line is one column."""

from typing import Final

from tco.report.equations import Equation

PRICE: Final = Equation(
    "type_usd_per_hour",
    "Price of a server",
    "USD/h",
    "list_usd_per_hour*instance_price_ratio+server_overhead_usd_per_month/730",
)

# For each way of serving, beside `capacities_rps`, the constants.
FLEETS: Final = (
    Equation(
        "busiest_fleets_servers",
        "Servers in the busiest month",
        "server",
        "IF(ISNUMBER(capacities_rps),"
        'MAX(ROUNDUP(busiest_rps/capacities_rps*(1-1E-12),0)+spare_servers,minimum_servers),"")',
    ),
    Equation(
        "busiest_fleets_usd_per_hour",
        "Their price",
        "USD/h",
        'IF(ISNUMBER(capacities_rps),busiest_fleets_servers*type_usd_per_hour,"")',
    ),
    Equation(
        "outgrown_fleets_usd_per_hour",
        "Price where traffic outgrows the plan",
        "USD/h",
        "IF(ISNUMBER(capacities_rps),MAX(ROUNDUP(outgrown_rps/capacities_rps*(1-1E-12),0)+spare_servers,"
        'minimum_servers)*type_usd_per_hour,"")',
    ),
)
RANGES: Final = ("capacities_rps", *(equation.name for equation in FLEETS))
