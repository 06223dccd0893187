"""Do countries vote alike: agreement within a group, and what a group taken at random would show.

Agreement of a pair is the share of the roll calls in which both took part and both voted alike:
yes, no or abstention. Resolutions adopted without a vote are not in it, so it measures the
disputed part of the agenda only; see Haege and Hug, Consensus decisions and similarity measures
in international organizations (2016).
"""

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from caspian.models._checks import columns, count, numbers

LEAST = 15  # common votes below which a pair's share says too little
MOST_GROUPS = 100_000  # enumerated; more would take memory that nobody needs here


def pair_shares(votes: pd.DataFrame, least: int = LEAST) -> pd.DataFrame:
    """Return `votes` with agreement = agreed / votes (0-1), without pairs of too few votes.

    `votes`: country_a, country_b, period, votes, agreed. Raises ValueError for a pair of a
    country with itself or more votes agreed than held.
    """
    columns("votes", votes, ["country_a", "country_b", "period", "votes", "agreed"])
    itself = votes[votes["country_a"] == votes["country_b"]]
    if len(itself):
        row = itself.iloc[0]
        raise ValueError(f"votes: {row['country_a']} in {row['period']} is paired with itself")
    above = votes[votes["agreed"] > votes["votes"]]
    if len(above):
        row = above.iloc[0]
        raise ValueError(
            f"votes: {row['country_a']}-{row['country_b']} in {row['period']} agreed in "
            f"{row['agreed']} of {row['votes']} votes"
        )
    kept = votes[votes["votes"] >= count("least", least)]
    return kept.assign(agreement=kept["agreed"].astype(float) / kept["votes"].astype(float))


def _matrix(year: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Countries of one year and their agreement, NaN where a pair is unknown."""
    names = sorted(set(year["country_a"]) | set(year["country_b"]))
    place = {name: at for at, name in enumerate(names)}
    table = np.full((len(names), len(names)), np.nan)
    a, b = year["country_a"].map(place), year["country_b"].map(place)
    table[a, b] = table[b, a] = year["agreement"]
    return names, table


def agreement(votes: pd.DataFrame, group: Sequence[str], least: int = LEAST) -> pd.DataFrame:
    """Return year and agreement (0-1): the mean over the pairs of `group`, each pair alike.

    Years in which a pair of the group is unknown are left out. Raises ValueError as
    `pair_shares`, and for a group of fewer than two or with a country twice.
    """
    if len(group) < 2 or len(set(group)) < len(group):
        raise ValueError(f"group: {list(group)} must be two or more countries, each once")
    shares = pair_shares(votes, least)
    inside = shares[shares["country_a"].isin(group) & shares["country_b"].isin(group)]
    found = inside.groupby("period")["agreement"].agg(["mean", "size"])
    found = found[found["size"] == comb(len(group), 2)]["mean"]
    return found.rename("agreement").rename_axis("year").reset_index().astype({"year": int})


def chance(
    votes: pd.DataFrame,
    size: int,
    levels: Sequence[float] = (0.05, 0.5, 0.95),
    least: int = LEAST,
    apart: Sequence[str] = (),
) -> pd.DataFrame:
    """Return what groups of `size` countries taken blindly from the table agree on, by year.

    Every group of that size is formed, so nothing is drawn and no seed is needed; groups with an
    unknown pair are left out, and so are those with more than one of the countries `apart`: a
    group whose agreement is to be judged must not be compared with itself under other names.
    Columns: year, groups, and one a level (0-1) named by it, such as 0.05: the agreement below
    which that share of the groups lies (linear between neighbours). Raises ValueError as
    `pair_shares`, for a level outside 0-1, and if the table has fewer countries than `size` or
    more than 100 000 groups.
    """
    wanted = np.atleast_1d(numbers("levels", list(levels), 0, 1))
    rows = []
    for period, year in pair_shares(votes, least).groupby("period"):
        means = _group_means(*_matrix(year), count("size", size), apart)
        levels_of = np.quantile(means, wanted)
        rows.append({"year": int(period), "groups": len(means)})
        rows[-1] |= dict(zip(wanted.tolist(), levels_of.tolist(), strict=True))
    return pd.DataFrame(rows)


def _group_means(
    names: list[str], table: np.ndarray, size: int, apart: Sequence[str] = ()
) -> np.ndarray:
    if size < 2 or size > len(names):
        raise ValueError(f"size: {size} must be from 2 to the {len(names)} countries of the table")
    if comb(len(names), size) > MOST_GROUPS:
        raise ValueError(f"size: {size} of {len(names)} are more than {MOST_GROUPS} groups")
    groups = np.array(list(combinations(range(len(names)), size)))
    groups = groups[np.isin(names, apart)[groups].sum(axis=1) <= 1]
    pairs = [table[groups[:, i], groups[:, j]] for i, j in combinations(range(size), 2)]
    means = np.mean(pairs, axis=0)
    means = means[~np.isnan(means)]
    if not len(means):
        raise ValueError(f"size: no group of {size} has all its pairs")
    return means


def standing(
    votes: pd.DataFrame, group: Sequence[str], least: int = LEAST, apart: Sequence[str] = ()
) -> pd.DataFrame:
    """Return year, agreement of `group` and `above`: the share (0-1) of the groups below it.

    The groups are those of `chance`. Half of those that agree exactly as much count as below.
    Raises ValueError as `agreement` and `chance`.
    """
    own, shares = agreement(votes, group, least), pair_shares(votes, least)
    below = []
    for row in own.itertuples():
        year = shares[shares["period"].astype(int) == row.year]
        means = _group_means(*_matrix(year), len(group), apart)
        less = (means < row.agreement - 1e-12).mean()
        same = (np.abs(means - row.agreement) <= 1e-12).mean()
        below.append(float(less + same / 2))
    return own.assign(above=below)
