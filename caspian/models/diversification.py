"""What a second route is worth: how often the first must fail for the premium to pay.

A tonne sent all year by the dearer route costs a sure premium. A tonne on the cheaper route is
caught by an outage with the share of the year that the route is down, times the share of its
flow that is cut; it then stays in the ground and is produced years later, for less in present
value. Storage and spare capacity elsewhere are left out, so the worth of the second route is,
if anything, overstated and the break-even frequency too low.
"""

import math

from caspian.models._checks import number

DAYS_PER_YEAR = 365


def lost_fraction(deferral_years: float, discount_rate: float) -> float:
    """Return the share (0-1) of a barrel's present value lost by producing it later.

    1 - (1 + r)^-T, the standard present-value formula, at a constant real price.
    deferral_years T >= 0; discount_rate r >= 0 a year (0.1 = 10 %). Oil that is never made up
    is the limit T -> infinity: pass 1.0 where a fraction is asked. Raises ValueError for a
    negative or infinite argument.
    """
    years = number("deferral_years", deferral_years)
    rate = number("discount_rate", discount_rate)
    return 1 - (1 + rate) ** -years


def expected_loss_per_tonne(
    frequency: float,
    days: float,
    capacity_cut: float,
    price_usd_per_bbl: float,
    barrels_per_tonne: float,
    fraction_lost: float,
) -> float:
    """Return the expected yearly loss on the cheaper route, in USD per tonne sent by it.

    frequency x days / 365 x cut x price x barrels per tonne x lost fraction, with `frequency`
    outages of `days` each a year, each cutting the share `capacity_cut` (0-1) of the flow.
    Linear in the frequency: more than 365 outage days a year is not a possible world. Raises
    ValueError for a negative or infinite argument, a cut or a fraction outside 0-1, or
    barrels_per_tonne of 0.
    """
    return (
        number("frequency", frequency)
        * (number("days", days) / DAYS_PER_YEAR)
        * number("capacity_cut", capacity_cut, 0, 1)
        * number("price_usd_per_bbl", price_usd_per_bbl)
        * number("barrels_per_tonne", barrels_per_tonne, above=True)
        * number("fraction_lost", fraction_lost, 0, 1)
    )


def breakeven_outages(
    premium_usd_per_t: float,
    days: float,
    capacity_cut: float,
    price_usd_per_bbl: float,
    barrels_per_tonne: float,
    fraction_lost: float,
) -> float:
    """Return the outages a year at which the dearer route pays for itself.

    The break-even f of: f x days / 365 x cut x price x barrels per tonne x lost fraction =
    premium (USD per tonne, >= 0). Zero if the premium is zero; infinite if an outage costs
    nothing. If f x days exceeds 365, no real frequency pays. Raises ValueError as
    `expected_loss_per_tonne` and for a negative premium.
    """
    premium = number("premium_usd_per_t", premium_usd_per_t)
    loss = expected_loss_per_tonne(
        1, days, capacity_cut, price_usd_per_bbl, barrels_per_tonne, fraction_lost
    )
    if premium == 0:
        return 0.0
    return premium / loss if loss > 0 else math.inf
