"""The rules by subject. Importing this enters all of them in the registry."""

from caspian.claims.rules import corridor, oil, omissions, trade, turkic, visit
from caspian.claims.rules.registry import CANDIDATES, LEFT_OUT, RULES, judge, look_up

# All that the rules may ask; the day to which the evidence runs hangs on them
TABLES = (
    *("agreements", "assessments", "az_kz_trade", "bilateral_trade", "bloc_trade", "btc_flow"),
    *("caspian_level", "cooperation_meetings", "corridor_composition", "corridor_containers"),
    *("corridor_freight", "corridor_targets", "countries", "country_indicators"),
    *("cpc_disruptions",),
    *("defence_ties",),
    *("document_counts", "fdi_positions", "founding_clauses", "freight_rates"),
    *("investment_projects", "kz_oil_btc", "kz_trade_by_partner"),
    *("milestones", "nodes", "oil_capacities", "oil_exports", "oil_routes", "ots_institutions"),
    *("ots_summits", "project_dates", "project_steps", "rival_volumes", "route_events"),
    *("route_legs", "trade_statements", "trade_targets", "trade_totals", "transport_tariffs"),
    *("travel_times",),
    *("un_ukraine_votes", "un_votes"),
)

__all__ = [
    "CANDIDATES",
    "LEFT_OUT",
    "RULES",
    "TABLES",
    "corridor",
    "judge",
    "look_up",
    "oil",
    "omissions",
    "trade",
    "turkic",
    "visit",
]
