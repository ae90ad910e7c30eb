"""
Month equations: the traffic and the cash flow of each month, as equations of a workbook; one line is one column.

`before_` in front of a name is the same column one row up, 0 in the first month.
"""

from typing import Final

from tco.report.equations import Equation

# What is the same for all ways of serving.
TRAFFIC: Final = (
    Equation("start", "Begins", "month", "month_number-1"),
    Equation("end", "Ends, at the horizon at the latest", "month", "MIN(start+1,horizon_months)"),
    Equation("next_start", "Next month", "month", "start+1"),
    Equation("load_rps", "Load of the busiest second", "req/s", "start_rps*(1+traffic_growth_share_per_month)^start"),
    Equation(
        "egress_usd_per_month",
        "Traffic out, today's price",
        "USD/month",
        "egress_usd_per_gib*load_rps*mean_to_peak_share*response_kib*3600*730/1024^2",
    ),
    Equation("price_months", "Prices, grown", "month", "ANNUITY(start, next_start, price_growth_rate)"),
    Equation("price_today_months", "Prices, in today's money", "month", "ANNUITY(start, next_start, price_rate)"),
    Equation("fastest_until", "Live until then, the fastest", "month", "MAX(0,end-fastest_launch_months)"),
    Equation(
        "fastest_earned_until",
        "Months' worth of margin earned until then, the fastest",
        "month",
        "IF(fastest_until>0,EXP(price_growth_rate*fastest_launch_months)"
        "*(ANNUITY(0, fastest_until, price_growth_rate)-ADOPTION(fastest_until, price_growth_decay)),0)",
    ),
    Equation("fastest_month", "The same in the month", "month", "fastest_earned_until-before_fastest_earned_until"),
)

# What belongs to a way of serving; the fleet's formula looks at all types of the sheet Capacity at once.
OF_A_SERVING: Final = (
    Equation(
        "live_share",
        "Part of the month live",
        "1",
        "MAX(0,MIN(1,MIN(horizon_months,next_start)-MAX(launch_months,start)))",
    ),
    Equation(
        "fleet_usd_per_hour",
        "Cheapest fleet, today's price",
        "USD/h",
        "IF(COUNT(capacities_rps)=0,NA(),MIN(IF(ISNUMBER(capacities_rps),"
        "IF(ROUNDUP(load_rps/capacities_rps*(1-1E-12),0)+spare_servers>minimum_servers,"
        "ROUNDUP(load_rps/capacities_rps*(1-1E-12),0)+spare_servers,minimum_servers)*type_usd_per_hour)))",
    ),
    Equation("building_until", "Building until", "month", "MIN(end,launch_months)"),
    Equation("short_until", "Empty seats until", "month", "MIN(end,launch_months,search_months)"),
    Equation("live_from", "Live from", "month", "MAX(start,launch_months)"),
    Equation(
        "month_staffed",
        "Pay of the team",
        "month",
        "ANNUITY(start, building_until, salary_growth_rate)"
        "-open_seats_share*ANNUITY(start, short_until, salary_growth_rate)",
    ),
    Equation(
        "month_maintained",
        "Pay of those who maintain the product",
        "month",
        "ANNUITY(live_from, end, maintained_growth_rate)/grown_by_launch_ratio",
    ),
    Equation("live_until", "Live until then", "month", "MAX(0,end-launch_months)"),
    Equation(
        "earned_until",
        "Months' worth of margin earned until then",
        "month",
        "IF(live_until>0,EXP(price_growth_rate*launch_months)"
        "*(ANNUITY(0, live_until, price_growth_rate)-ADOPTION(live_until, price_growth_decay)),0)",
    ),
    Equation("month_build_usd", "Building", "USD", "team_usd_per_month*month_staffed*(1-ramp_share)"),
    Equation("month_ramp_up_usd", "Learning the framework", "USD", "team_usd_per_month*month_staffed*ramp_share"),
    Equation(
        "month_hiring_usd",
        "Hiring",
        "USD",
        "IF(AND(search_months>=start,search_months<end),open_seats_share*team_people"
        "*EXP(salary_growth_rate*search_months)*first_hire_usd,0)+(turnover_share_per_year/12"
        "*(team_people*month_staffed+maintainers_people*month_maintained)"
        "+team_growth_rate*maintainers_people*month_maintained)*replacement_usd",
    ),
    Equation(
        "month_maintenance_usd",
        "Maintenance",
        "USD",
        "maintainers_people*team_usd_per_month/team_people*month_maintained",
    ),
    Equation("month_servers_usd", "Servers", "USD", "fleet_usd_per_hour*live_share*price_months*730"),
    Equation(
        "month_network_usd",
        "Load balancer and traffic",
        "USD",
        "live_share*price_months*(balancer_usd_per_hour*730+egress_usd_per_month)",
    ),
    Equation(
        "month_delay_usd",
        "Later launch",
        "USD",
        "gross_margin_usd_per_month*(fastest_month-(earned_until-before_earned_until))",
    ),
    Equation(
        "month_wrong_pick_usd",
        "Risk of a wrong pick",
        "USD",
        "wrong_pick_usd_per_month*ANNUITY(live_from, end, price_growth_rate)",
    ),
    Equation(
        "month_spent_usd",
        "Spent: all but lost margin and risk",
        "USD",
        "month_build_usd+month_ramp_up_usd+month_hiring_usd+month_maintenance_usd+month_servers_usd+month_network_usd",
    ),
    Equation("month_total_usd", "Total", "USD", "month_spent_usd+month_delay_usd+month_wrong_pick_usd"),
    Equation(
        "month_servers_today_usd",
        "Servers, in today's money",
        "USD",
        "fleet_usd_per_hour*live_share*price_today_months*730",
    ),
    Equation(
        "month_network_today_usd",
        "Load balancer and traffic, in today's money",
        "USD",
        "live_share*price_today_months*(balancer_usd_per_hour*730+egress_usd_per_month)",
    ),
)
