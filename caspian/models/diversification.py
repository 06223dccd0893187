"""What a second route is worth: how often, or how long, the first must fail for it to pay.

A tonne sent all year by the dearer route costs a sure premium: the difference of the netbacks. A
tonne on the cheaper route is caught by an outage with the share of the year that the route is
down, times the share of its flow that is cut, times the share of the blocked oil that neither
other routes nor tanks take. It then stays in the ground and is produced later, so that what is
put off is its netback, for less in present value. Outages of the dearer route are left out.
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
    unabsorbed: float,
    netback_usd_per_t: float,
    fraction_lost: float,
) -> float:
    """Return the expected yearly loss on the cheaper route, in USD per tonne sent by it.

    frequency x days / 365 x cut x unabsorbed x netback x lost fraction, with `frequency` outages
    of `days` each a year, each cutting the share `capacity_cut` (0-1) of the flow. `unabsorbed`
    (0-1): curtailed / shortfall of `outage.Outage`, the part of the blocked oil that is not
    produced; each tonne has an equal share of tanks and other routes. For a country whose tanks
    and other routes are full anyway it is 1. Linear in the frequency: more than 365 outage days a
    year is not a possible world. Raises ValueError for a negative or infinite argument, or a
    share outside 0-1.
    """
    return (
        number("frequency", frequency)
        * (number("days", days) / DAYS_PER_YEAR)
        * number("capacity_cut", capacity_cut, 0, 1)
        * number("unabsorbed", unabsorbed, 0, 1)
        * number("netback_usd_per_t", netback_usd_per_t)
        * number("fraction_lost", fraction_lost, 0, 1)
    )


def breakeven_outages(
    premium_usd_per_t: float,
    days: float,
    capacity_cut: float,
    unabsorbed: float,
    netback_usd_per_t: float,
    fraction_lost: float,
) -> float:
    """Return the outages a year at which the dearer route pays for itself.

    The break-even f of: `expected_loss_per_tonne` = premium (USD per tonne, >= 0). Zero if the
    premium is zero; infinite if an outage costs nothing. If f x days exceeds 365, no real
    frequency pays. Raises ValueError as `expected_loss_per_tonne` and for a negative premium.
    """
    premium = number("premium_usd_per_t", premium_usd_per_t)
    loss = expected_loss_per_tonne(
        1, days, capacity_cut, unabsorbed, netback_usd_per_t, fraction_lost
    )
    if premium == 0:
        return 0.0
    return premium / loss if loss > 0 else math.inf


def breakeven_years(
    premium_usd_per_t: float,
    share_lost: float,
    netback_usd_per_t: float,
    discount_rate: float,
) -> float:
    """Return how late lost oil must be sold for the dearer route to pay, in years.

    The T of: share lost x netback x (1 - (1 + r)^-T) = premium, with the share (0-1) of a year's
    flow that the cheaper route loses. Infinite if even oil lost for good costs less than the
    premium. Raises ValueError for a negative premium, a share outside 0-1, a negative netback, or
    a rate of 0 or less.
    """
    premium = number("premium_usd_per_t", premium_usd_per_t)
    rate = number("discount_rate", discount_rate, above=True)
    at_most = number("share_lost", share_lost, 0, 1) * number(
        "netback_usd_per_t", netback_usd_per_t
    )
    if premium >= at_most:
        return math.inf if premium else 0.0
    return -math.log(1 - premium / at_most) / math.log(1 + rate)


def loss_expression(share_lost: str, netback_usd_per_t: str, rate: str, years: str) -> str:
    """Return the yearly loss, USD a tonne, if lost oil is sold later, as an expression of Vega.

    share lost x netback x `lost_fraction`.
    """
    return f"({share_lost}) * ({netback_usd_per_t}) * (1 - pow(1 + ({rate}), -({years})))"


def outages_expression(
    premium_usd_per_t: str, share_of_one: str, netback_usd_per_t: str, rate: str, years: str
) -> str:
    """Return `breakeven_outages` as an expression of Vega.

    `share_of_one` is the share of a year's flow that one outage loses: days / 365 x cut x
    unabsorbed. The premium must not be negative.
    """
    loss = loss_expression(share_of_one, netback_usd_per_t, rate, years)
    return f"({premium_usd_per_t}) / ({loss})"
