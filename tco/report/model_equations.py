"""
Model equations: what `tco.plan` and `tco.model` work out, as equations of a workbook.

`SHARED` is the same for all ways of serving; `OF_A_SERVING` stands once for each. A name with `every_` in front is the
row of that quantity over all ways of serving. The order is that of the reading; a name may be used before its line.
"""

from typing import Final

from tco.report.equations import Equation

Sections = tuple[tuple[str, tuple[Equation, ...]], ...]

SHARED: Final[Sections] = (
    (
        "Product and traffic",
        (
            Equation("page_count", "HTML pages", "1", "interface_count*html_share"),
            Equation("endpoint_count", "JSON endpoints", "1", "interface_count-page_count"),
            Equation(
                "start_rps",
                "Load of the busiest second at the start",
                "req/s",
                "peak_users*requests_per_user_per_minute/60+direct_peak_load_rps",
            ),
            Equation(
                "busiest_rps",
                "The same in the last month",
                "req/s",
                "start_rps*(1+traffic_growth_share_per_month)^(ROUNDUP(horizon_months,0)-1)",
            ),
            Equation(
                "outgrown_rps",
                "The same where traffic outgrows the plan",
                "req/s",
                "start_rps*(1+traffic_growth_share_per_month)^(horizon_months/2)*outgrow_ratio",
            ),
        ),
    ),
    (
        "Growth of payments, and their discounting",
        (
            Equation("salary_growth_rate", "Salaries", "1/month", "LN(1+salary_growth_share_per_year)/12"),
            Equation("price_growth_rate", "Prices and margin", "1/month", "LN(1+inflation_share_per_year)/12"),
            Equation("team_growth_rate", "The team after the launch", "1/month", "LN(1+team_growth_share_per_year)/12"),
            Equation("discount_rate", "Discount", "1/month", "LN(1+discount_share_per_year)/12"),
            Equation(
                "maintained_growth_rate", "Pay of a growing team", "1/month", "salary_growth_rate+team_growth_rate"
            ),
            Equation("salary_rate", "Salaries in today's money", "1/month", "salary_growth_rate-discount_rate"),
            Equation(
                "maintained_rate",
                "Pay of a growing team in today's money",
                "1/month",
                "maintained_growth_rate-discount_rate",
            ),
            Equation("price_rate", "Prices and margin in today's money", "1/month", "price_growth_rate-discount_rate"),
            Equation(
                "adoption_hazard",
                "Pace at which customers come; 0: all at once",
                "1/month",
                "IF(adoption_months<1E-6,0,2/adoption_months)",
            ),
            Equation("price_decay", "The same less growth and discount", "1/month", "adoption_hazard-price_rate"),
            Equation("price_growth_decay", "The same less growth", "1/month", "adoption_hazard-price_growth_rate"),
        ),
    ),
    (
        "The yardsticks: the best of all ways of serving",
        (
            Equation("fastest_launch_months", "Launch of the fastest", "month", "MIN(every_launch_months)"),
            Equation(
                "fastest_live_months",
                "Months live of the fastest",
                "month",
                "MAX(0,horizon_months-fastest_launch_months)",
            ),
            Equation(
                "fastest_earned_months",
                "Months' worth of margin that the fastest earns",
                "month",
                "IF(fastest_live_months>0,ANNUITY(fastest_launch_months, horizon_months, price_rate)"
                "-EXP(price_rate*fastest_launch_months)*ADOPTION(fastest_live_months, price_decay),0)",
            ),
            Equation(
                "least_outgrown_usd_per_month",
                "Least bill of servers for outgrown traffic",
                "USD/month",
                "MIN(every_outgrown_known_usd_per_month)",
            ),
            Equation("least_turned_days", "Least rework into the other kind", "day", "MIN(every_turned_days)"),
        ),
    ),
)

OF_A_SERVING: Final[Sections] = (
    (
        "What there is to build",
        (
            Equation(
                "endpoint_days",
                "An endpoint with all that belongs to it",
                "day",
                "json_endpoint_effort_days+validation_scope*validation_effort_days+api_docs_scope*api_docs_effort_days",
            ),
            Equation(
                "page_days",
                "A page with its forms",
                "day",
                "html_page_effort_days+forms_per_page_count*form_effort_days",
            ),
            Equation(
                "capability_days",
                "Capabilities in scope",
                "day",
                "login_scope*login_effort_days+admin_scope*admin_effort_days+uploads_scope*uploads_effort_days"
                "+payments_scope*payments_effort_days+websockets_scope*websockets_effort_days"
                "+background_jobs_scope*background_jobs_effort_days"
                "+model_inference_scope*model_inference_effort_days",
            ),
            Equation(
                "build_days",
                "Effort to build",
                "day",
                "setup_effort_days+endpoint_count*endpoint_days+page_count*page_days+capability_days",
            ),
        ),
    ),
    (
        "The team",
        (
            Equation(
                "team_junior_share",
                "Juniors in the team, less those that the market lacks",
                "1",
                "junior_share*(1-open_seats_share*junior_excluded_share)",
            ),
            Equation(
                "team_senior_share",
                "Seniors among the others",
                "1",
                "IF(team_junior_share=1,0,(1-junior_share)*senior_share/(1-team_junior_share))",
            ),
            Equation(
                "skill_ratio",
                "Output of a mean member over a mid-level developer's",
                "1",
                "team_junior_share*junior_productivity_ratio+(1-team_junior_share)"
                "*(team_senior_share*senior_productivity_ratio+1-team_senior_share)",
            ),
            Equation(
                "standing_salary_usd_per_year",
                "Mean salary of those who are there",
                "USD/year",
                "team_junior_share*salary_junior_usd_per_year+(1-team_junior_share)"
                "*(team_senior_share*salary_senior_usd_per_year+(1-team_senior_share)*salary_mid_usd_per_year)",
            ),
            Equation(
                "hired_salary_usd_per_year",
                "Mean salary of those who are hired",
                "USD/year",
                "standing_salary_usd_per_year*salary_ratio",
            ),
            Equation(
                "team_salary_usd_per_year",
                "Mean salary of the team",
                "USD/year",
                "open_seats_share*hired_salary_usd_per_year+(1-open_seats_share)*standing_salary_usd_per_year",
            ),
            Equation(
                "team_usd_per_month",
                "Fully loaded cost of the team",
                "USD/month",
                "team_people*team_salary_usd_per_year*loaded_cost_ratio/12",
            ),
            Equation(
                "output_days_per_month",
                "Work that the team does",
                "day/month",
                "team_people/(1+communication_overhead_share*(team_people-1)"
                "+pairwise_overhead_share*team_people*(team_people-1))"
                "*skill_ratio*productivity_ratio*working_days_per_year/12",
            ),
            Equation(
                "ramp_days",
                "Effort lost to learning the framework",
                "day",
                "(1-open_seats_share)*(1-team_knows_share)*ramp_up_loss_share*ramp_up_weeks*12/52*output_days_per_month",
            ),
        ),
    ),
    (
        "Hiring",
        (
            Equation(
                "pool_people", "People who could be hired", "person", "developers_people*pool_share*open_to_move_share"
            ),
            Equation(
                "time_to_fill_months",
                "Time to fill a seat",
                "month",
                'IF(pool_people<1,"never",reference_time_to_fill_days*12/365'
                "*(reference_pool_people/MAX(pool_people,1))^time_to_fill_elasticity_ratio"
                "*demand_ratio^demand_elasticity_ratio)",
            ),
            Equation(
                "search_months",
                "The same, or until the search is given up",
                "month",
                "IF(pool_people<1,maximum_time_to_fill_months,MIN(time_to_fill_months,maximum_time_to_fill_months))",
            ),
            Equation(
                "later_pool_people",
                "The pool half-way through",
                "person",
                "developers_people*MIN(1,pool_share*pool_growth_ratio^(horizon_months/24))*open_to_move_share",
            ),
            Equation(
                "later_search_months",
                "The search of a replacement",
                "month",
                "IF(later_pool_people<1,maximum_time_to_fill_months,MIN(maximum_time_to_fill_months,"
                "reference_time_to_fill_days*12/365"
                "*(reference_pool_people/MAX(later_pool_people,1))^time_to_fill_elasticity_ratio"
                "*demand_ratio^demand_elasticity_ratio))",
            ),
            Equation(
                "recruiting_cost_usd",
                "Finding one person",
                "USD",
                "recruiting_usd+agency_hires_share*agency_fee_share*hired_salary_usd_per_year",
            ),
            Equation(
                "hired_usd_per_month",
                "Fully loaded cost of a hire",
                "USD/month",
                "hired_salary_usd_per_year*loaded_cost_ratio/12",
            ),
            Equation(
                "first_hire_usd",
                "A hire of the start: recruiting, and output missed before the launch",
                "USD",
                "recruiting_cost_usd+hired_usd_per_month"
                "*MIN(MAX(launch_months-search_months,0),onboarding_months)*onboarding_loss_share",
            ),
            Equation(
                "replacement_usd",
                "A later hire: recruiting, onboarding, and the empty seat",
                "USD",
                "recruiting_cost_usd+hired_usd_per_month"
                "*(onboarding_months*onboarding_loss_share+later_search_months*vacancy_cost_ratio)",
            ),
        ),
    ),
    (
        "The launch, and the time after it",
        (
            Equation("work_months", "Work of the whole team", "month", "(build_days+ramp_days)/output_days_per_month"),
            Equation(
                "launch_months",
                "Time to launch",
                "month",
                "IF(open_seats_share<1,MIN(work_months/(1-open_seats_share),"
                "work_months+open_seats_share*search_months),work_months+open_seats_share*search_months)",
            ),
            Equation("live_months", "Months live", "month", "MAX(0,horizon_months-launch_months)"),
            Equation(
                "maintainers_people",
                "People who maintain the product",
                "person",
                "team_people*build_days*maintenance_share_per_year/12/output_days_per_month",
            ),
            Equation(
                "grown_by_launch_ratio",
                "Growth of the team that is not counted: before the launch",
                "1",
                "(1+team_growth_share_per_year)^(MIN(launch_months,horizon_months)/12)",
            ),
        ),
    ),
    (
        "Servers",
        (
            Equation(
                "busiest_fleet_usd_per_hour",
                "Cheapest fleet of the busiest month",
                "USD/h",
                "IF(COUNT(capacities_rps)=0,NA(),MIN(busiest_fleets_usd_per_hour))",
            ),
            Equation(
                "busiest_type",
                "Its type, counted in the list of the sheet Capacity",
                "1",
                "MATCH(busiest_fleet_usd_per_hour,busiest_fleets_usd_per_hour,0)",
            ),
            Equation("instance", "Its type by name", "", "INDEX(type_names,busiest_type)"),
            Equation("busiest_servers", "Its servers", "server", "INDEX(busiest_fleets_servers,busiest_type)"),
            Equation("server_capacity_rps", "Load that each carries", "req/s", "INDEX(capacities_rps,busiest_type)"),
            Equation(
                "balancer_usd_per_hour",
                "Load balancer: one server alone needs none",
                "USD/h",
                "IF(ISNUMBER(busiest_servers),IF(busiest_servers>1,load_balancer_usd_per_hour,0),0)",
            ),
            Equation(
                "busiest_cloud_usd_per_month",
                "Cloud bill of the busiest month, today's prices",
                "USD/month",
                "730*(busiest_fleet_usd_per_hour+balancer_usd_per_hour)+egress_usd_per_gib*busiest_rps"
                "*mean_to_peak_share*response_kib*3600*730/1024^2",
            ),
            Equation(
                "outgrown_usd_per_month",
                "Servers where traffic outgrows the plan",
                "USD/month",
                "IF(COUNT(capacities_rps)=0,NA(),730*MIN(outgrown_fleets_usd_per_hour))",
            ),
            Equation(
                "outgrown_known_usd_per_month",
                "The same where it can be served",
                "USD/month",
                'IF(ISNUMBER(outgrown_usd_per_month),outgrown_usd_per_month,"")',
            ),
        ),
    ),
    (
        "The wrong pick",
        (
            Equation(
                "rework_usd_per_day",
                "A day of rework: the team, and the margin lost meanwhile",
                "USD/day",
                "(team_usd_per_month+gross_margin_usd_per_month*rework_margin_loss_share)/output_days_per_month",
            ),
            Equation(
                "overspend_usd_per_month",
                "Servers above those of the best",
                "USD/month",
                "outgrown_usd_per_month-least_outgrown_usd_per_month",
            ),
            Equation(
                "retrofit_days",
                "Moving it all to async",
                "day",
                "interface_count*async_retrofit_effort_days+data_layer_retrofit_effort_days",
            ),
            Equation(
                "outgrown_usd",
                "Traffic outgrows the plan: rework, or bearing the overspend",
                "USD",
                "MIN(retrofit_days*rework_usd_per_day+overspend_usd_per_month*overspend_months,"
                "overspend_usd_per_month*horizon_months/2)",
            ),
            Equation(
                "turned_days",
                "The product turns into the other kind: rework",
                "day",
                "kind_turn_share*(endpoint_count*page_days+page_count*endpoint_days)",
            ),
            Equation(
                "wrong_pick_expected_usd",
                "Expected cost of both",
                "USD",
                "outgrow_probability_share*outgrown_usd"
                "+kind_turn_probability_share*(turned_days-least_turned_days)*rework_usd_per_day",
            ),
            Equation(
                "wrong_pick_usd_per_month",
                "The same for each month live",
                "USD/month",
                "IF(live_months>0,wrong_pick_expected_usd/live_months,0)",
            ),
        ),
    ),
    (
        "Months' worth of payments, in today's money",
        (
            Equation("building_end", "End of building", "month", "MIN(launch_months,horizon_months)"),
            Equation("short_end", "End of the empty seats", "month", "MIN(search_months,launch_months,horizon_months)"),
            Equation(
                "staffed_months",
                "Pay of the team until the launch, less the empty seats",
                "month",
                "ANNUITY(0, building_end, salary_rate)-open_seats_share*ANNUITY(0, short_end, salary_rate)",
            ),
            Equation(
                "maintained_months",
                "Pay of those who maintain the product",
                "month",
                "ANNUITY(launch_months, horizon_months, maintained_rate)/grown_by_launch_ratio",
            ),
            Equation(
                "earned_months",
                "Full margin that is earned",
                "month",
                "IF(live_months>0,ANNUITY(launch_months, horizon_months, price_rate)"
                "-EXP(price_rate*launch_months)*ADOPTION(live_months, price_decay),0)",
            ),
            Equation(
                "first_hires_people",
                "Hires of the start, valued when they come",
                "person",
                "IF(search_months<horizon_months,open_seats_share*team_people*EXP(salary_rate*search_months),0)",
            ),
            Equation(
                "later_hires_people",
                "Hires for those who leave, and for growth",
                "person",
                "turnover_share_per_year/12*(team_people*staffed_months+maintainers_people*maintained_months)"
                "+team_growth_rate*maintainers_people*maintained_months",
            ),
            Equation(
                "ramp_share",
                "Share of the building that goes into learning",
                "1",
                "IF(build_days+ramp_days=0,0,ramp_days/(build_days+ramp_days))",
            ),
        ),
    ),
    (
        "The total, present value",
        (
            Equation("build_usd", "Building", "USD", "team_usd_per_month*staffed_months*(1-ramp_share)"),
            Equation("ramp_up_usd", "Learning the framework", "USD", "team_usd_per_month*staffed_months*ramp_share"),
            Equation(
                "hiring_usd",
                "Hiring",
                "USD",
                "first_hires_people*first_hire_usd+later_hires_people*replacement_usd",
            ),
            Equation(
                "maintenance_usd",
                "Maintenance",
                "USD",
                "maintainers_people*team_usd_per_month/team_people*maintained_months",
            ),
            Equation("servers_usd", "Servers, the sum of the months", "USD", "SUM(servers_today_usd)"),
            Equation(
                "network_usd", "Load balancer and traffic, the sum of the months", "USD", "SUM(network_today_usd)"
            ),
            Equation(
                "delay_usd",
                "Later launch",
                "USD",
                "gross_margin_usd_per_month*(fastest_earned_months-earned_months)",
            ),
            Equation(
                "wrong_pick_usd",
                "Risk of a wrong pick",
                "USD",
                "wrong_pick_usd_per_month*ANNUITY(launch_months, horizon_months, price_rate)",
            ),
            Equation(
                "total_usd",
                "Total",
                "USD",
                "build_usd+ramp_up_usd+hiring_usd+maintenance_usd+servers_usd+network_usd+delay_usd+wrong_pick_usd",
            ),
        ),
    ),
    (
        "The order",
        (
            Equation(
                "ranked_usd",
                "Total where it can be served and launches in time",
                "USD",
                'IF(ISNUMBER(total_usd),IF(launch_months<horizon_months,total_usd,""),"")',
            ),
            Equation(
                "rival_usd",
                "The same for other frameworks than the best",
                "USD",
                'IF(framework=best_framework,"",ranked_usd)',
            ),
            Equation(
                "rest_usd",
                "The same for all but the best",
                "USD",
                'IF(serving=best_serving,"",ranked_usd)',
            ),
        ),
    ),
)
