"""Two ledgers of one trade, side by side, and trade of several pairs beside their sizes."""

import itertools

import pandas as pd

from caspian.models._checks import columns, number


def ledgers(trade: pd.DataFrame) -> pd.DataFrame:
    """Return one row a period with each counter's turnover side by side, never spliced.

    `trade` as the table az_kz_trade: counted_by, flow, period, months, value (USD million),
    preferred. Only preferred rows count. One column a counter; `months`; and `ratio`,
    Kazakhstan's figure over Azerbaijan's, missing where one of them is. Sorted by length (years
    first), then period. Raises ValueError if a counter has two preferred figures for one period.
    """
    columns("trade", trade, ["counted_by", "flow", "period", "months", "value", "preferred"])
    kept = trade[trade["preferred"] & (trade["flow"] == "turnover")]
    double = kept[kept.duplicated(["counted_by", "period"])]
    if len(double):
        row = double.iloc[0]
        raise ValueError(
            f"trade: {row['counted_by']} has two preferred turnovers for {row['period']}"
        )
    wide = kept.pivot(index=["months", "period"], columns="counted_by", values="value")
    for side in ("Kazakhstan", "Azerbaijan"):
        if side not in wide:
            wide[side] = float("nan")
    wide["ratio"] = wide["Kazakhstan"] / wide["Azerbaijan"]
    wide = wide.reset_index().rename_axis(columns=None)
    return wide.sort_values(["months", "period"], ascending=[False, True], ignore_index=True)


def cif_ratio(exporter_value: float, freight_share: float) -> float:
    """Return what the importer's figure would be of the exporter's if only freight differed.

    (1 + freight share): exports are valued free on board, imports with insurance and freight.
    `freight_share` is insurance and freight as a share of the value on board; 0.06 is the
    weighted mean of the OECD's data base (Miao & Fortanier 2017). Returns a value in the unit of
    `exporter_value`. Raises ValueError below zero.
    """
    return number("exporter_value", exporter_value) * (1 + number("freight_share", freight_share))


def increments(cumulated: pd.Series) -> pd.Series:
    """Return what each part of a year added: the differences of cumulated sums.

    `cumulated` is indexed by the number of months since January, in one unit. The first value is
    its own increment. Raises ValueError if the months do not rise.
    """
    months = cumulated.index.to_list()
    if any(later <= earlier for earlier, later in itertools.pairwise(months)):
        raise ValueError(f"cumulated: months must rise, got {months}")
    return cumulated.diff().fillna(cumulated)


def last_twelve_months(year_before: float, part_before: float, part: float) -> float:
    """Return the trade of the twelve months that end with the latest months counted.

    The whole year before, less its first months, plus the same months of this year: the seasons
    of one full year, whatever the month of the last report. All three by one count and in one
    unit, which is that of the result. Raises ValueError below zero, or for a part of a year that
    is more than the year.
    """
    rest = number("year_before", year_before) - number("part_before", part_before)
    if rest < 0:
        raise ValueError(f"part_before: {part_before} is more than its year, {year_before}")
    return rest + number("part", part)


def for_size(pairs: pd.DataFrame, beside: str, elasticity: float) -> pd.Series:
    """Return the trade of pairs of countries for their sizes, as a multiple of one pair's.

    trade / (GDP x GDP) x distance^elasticity, over the same of the pair `beside`. `pairs` is
    indexed by pair, with `trade` (both ways), `gdp_one` and `gdp_other`, each in one unit, and
    `km`. Trade without any friction is in proportion to the product of the outputs; over their
    sum a pair with a small partner seems to trade little. `elasticity` is how trade falls with
    distance: 0 leaves distance out, 1 has twice the distance halve trade. Raises ValueError for
    a value of 0 or less, or an elasticity below 0.
    """
    columns("pairs", pairs, ["trade", "gdp_one", "gdp_other", "km"])
    for column in ("trade", "gdp_one", "gdp_other", "km"):
        for pair, value in pairs[column].items():
            number(f"pairs: {column} of {pair}", value, above=True)
    friction = pairs["km"] ** number("elasticity", elasticity)
    weighed = pairs["trade"] / (pairs["gdp_one"] * pairs["gdp_other"]) * friction
    return weighed / weighed[beside]
