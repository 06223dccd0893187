"""Gravity: what two economies would trade, given how far, how close and how large they are.

Trade from exporter i to importer j is expected to be exp(a_i + b_j + x_ij · c): an effect of each
exporter and of each importer, which take up their size, openness and remoteness, and terms of the
pair such as distance. Estimated by Poisson pseudo maximum likelihood, which keeps true zeros and
is consistent under heteroskedasticity. Source: Santos Silva & Tenreyro, The Log of Gravity, The
Review of Economics and Statistics 88(4), 2006, https://doi.org/10.1162/rest.88.4.641; the
exporter and importer effects after Anderson & van Wincoop, American Economic Review 93(1), 2003.

A cross-section of one year: it compares pairs with each other and cannot show what changed when
a country joined. Tables: `flows` come from :func:`flows`; trade is in one unit throughout (the
book's table has thousand USD), and expected trade has the same.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from caspian.models._checks import columns, count, number, numbers

PAIR_TERMS = ["distance", "border", "language", "religion", "colony"]
DIGITS = 10  # significant ones kept of an estimate: the solver's last bits hang on its threads
SEED = 20230311
DRAWS = 20000
FOLDS = 20
PAIRS, ENDS = "pair", "exporter + importer"  # what errors may share: see `estimate`
NEAREST = 500  # flows of like size from which the spread around an expectation is read


def flows(pairs: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the flows with the terms of a model, one row a flow, in the order of `pairs`.

    `pairs`: exporter, importer, trade (>= 0), km (> 0), border, language, religion, colony.
    `groups`: group, country; each group becomes a column that is 1 where both economies belong
    to it. Added: distance (the natural logarithm of km), pair (the two codes in alphabetical
    order). Raises ValueError for a missing or negative value, a pair with itself, or a flow given
    twice, naming the flow. A flow that is unknown must be left out, not set to 0.
    """
    columns("pairs", pairs, ["exporter", "importer", "trade", "km", *PAIR_TERMS[1:]])
    columns("groups", groups, ["group", "country"])
    ends = [pairs["exporter"].astype(str), pairs["importer"].astype(str)]
    names = ends[0] + "-" + ends[1]
    for problem, wrong in [
        ("an economy does not trade with itself", ends[0] == ends[1]),
        ("the flow is given twice", names.duplicated()),
        ("its trade is missing; leave the flow out", pairs["trade"].isna()),
    ]:
        if wrong.any():
            raise ValueError(f"pairs: {names[wrong].iloc[0]}: {problem}")
    numbers("pairs.trade", pairs["trade"])
    first = np.where(ends[0] < ends[1], ends[0], ends[1])
    second = np.where(ends[0] < ends[1], ends[1], ends[0])
    found = pairs.assign(
        distance=np.log(numbers("pairs.km", pairs["km"], above=True)),
        pair=pd.Series(first, index=pairs.index) + "-" + pd.Series(second, index=pairs.index),
        **{term: numbers(f"pairs.{term}", pairs[term]) for term in PAIR_TERMS[1:]},
    )
    for group, members in groups.groupby("group", sort=False)["country"]:
        found[group] = (ends[0].isin(members) & ends[1].isin(members)).astype(float)
    return found


@dataclass(frozen=True)
class Estimate:
    """An estimated model: `coefficients` (term, estimate, error, low, high, effect...), effects."""

    coefficients: pd.DataFrame
    exporters: pd.Series
    importers: pd.Series
    flows: int
    zeros: int

    @property
    def terms(self) -> list[str]:
        """The terms of the pair, in order."""
        return self.coefficients["term"].tolist()

    def expected(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the expected trade of each flow, exp(a_i + b_j + x_ij · c), in the unit of trade.

        NaN for an economy whose effect the estimate does not have.
        """
        part = rows[self.terms].to_numpy(float) @ self.coefficients["estimate"].to_numpy()
        own = rows["exporter"].map(self.exporters) + rows["importer"].map(self.importers)
        return np.exp(part + own.to_numpy(float))


def estimate(
    rows: pd.DataFrame, terms: Sequence[str], level: float = 0.95, clusters: str = PAIRS
) -> Estimate:
    """Return the Poisson estimate with exporter and importer effects.

    `rows` as from `flows`; `terms` are columns of it. Standard errors are clustered by `clusters`:
    PAIRS (both directions of an unordered pair may deviate alike) or ENDS (so may all flows of an
    exporter, and all of an importer), with the small-sample factors G / (G - 1) for G clusters and
    (n - 1) / (n - k) of the library; intervals are normal. A term that few clusters have is known
    less well than its interval says: see `each_pair_dropped`.
    `coefficients` has one row a term: estimate; error; low and high, its `level` interval; effect,
    effect_low and effect_high, exp(.) of those: times as much trade for one unit more of the term.
    Raises ValueError for a term that is missing, not finite, constant or not identified, or an
    economy whose trade is all 0, which has no effect.
    """
    import pyfixest  # its parts take a second to read, which other chapters never need

    columns("flows", rows, ["exporter", "importer", "pair", "trade", *terms])
    number("level", level, 0, 1, above=True)
    for term in terms:
        numbers(f"flows.{term}", rows[term], -np.inf)
        if rows[term].nunique() < 2:
            raise ValueError(f"flows: {term!r} is the same in every flow, so it has no effect")
    for side in ("exporter", "importer"):
        total = rows.groupby(side)["trade"].sum()
        if (total == 0).any():
            raise ValueError(f"flows: all trade of the {side} {total.idxmin()!r} is 0, drop it")
    formula = f"trade ~ {' + '.join(terms)} | exporter + importer"
    data = rows[["exporter", "importer", "pair", "trade", *terms]]
    with warnings.catch_warnings():  # of pandas' coming changes; what matters is checked below
        warnings.simplefilter("ignore")
        # as close as doubles go: by the default of 1e-6 the last digits hang on the threads
        fit = pyfixest.fepois(
            formula, data, {"CRV1": clusters}, iwls_tol=1e-12, iwls_maxiter=100, fixef_tol=1e-12
        )
    found = fit.tidy()
    if lost := [term for term in terms if term not in found.index]:
        raise ValueError(f"flows: {lost[0]!r} follows from the other terms, drop one of them")
    if len(rows) != fit._N:
        raise ValueError(f"flows: {len(rows) - fit._N} flows are predicted to be exactly 0")
    values = _rounded(found.loc[list(terms), "Estimate"])
    errors = _rounded(found.loc[list(terms), "Std. Error"])
    reach = stats.norm.ppf((1 + level) / 2) * errors
    table = pd.DataFrame({"term": list(terms), "estimate": values, "error": errors})
    table = table.assign(low=values - reach, high=values + reach, effect=np.exp(values))
    table = table.assign(effect_low=np.exp(values - reach), effect_high=np.exp(values + reach))
    exporters, importers = _effects(rows, rows[list(terms)].to_numpy(float) @ values)
    return Estimate(table, exporters, importers, len(rows), int((rows["trade"] == 0).sum()))


def _rounded(values: pd.Series) -> np.ndarray:
    return np.array([float(f"{value:.{DIGITS}g}") for value in values])


def _effects(rows: pd.DataFrame, part: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """The exporter and importer effects that solve the Poisson model for given terms.

    Each economy's expected exports and imports add up to its actual ones, and those conditions
    are the model's own; they are met in turn until none is off by more than 1e-12.
    """
    i, exporters = pd.factorize(rows["exporter"], sort=True)
    j, importers = pd.factorize(rows["importer"], sort=True)
    trade, pull = rows["trade"].to_numpy(float), np.exp(part - part.max())
    out = np.bincount(i, trade)
    into = np.bincount(j, trade)
    b = into / into.sum()
    for _ in range(2000):
        a = out / np.bincount(i, pull * b[j])
        sums = np.bincount(j, pull * a[i])
        done = np.abs(b * sums - into).max() < 1e-12 * into.max() and np.allclose(
            b * sums, into, rtol=1e-10, atol=0
        )
        b = into / sums
        if done:
            break
    else:
        raise ValueError("flows: the effects of exporters and importers do not settle")
    with np.errstate(divide="ignore"):  # an economy with no trade in a fold expects none
        return (
            pd.Series(np.log(a) - part.max(), index=exporters),
            pd.Series(np.log(b), index=importers),
        )


def _design(rows: pd.DataFrame, fit: Estimate) -> sparse.csr_matrix:
    """Terms, then a column for each exporter and, but for the first, for each importer."""
    i = pd.Index(fit.exporters.index).get_indexer(rows["exporter"])
    j = pd.Index(fit.importers.index).get_indexer(rows["importer"])
    n, width = len(rows), len(fit.exporters)
    spots = np.arange(n)
    own = sparse.csr_matrix((np.ones(n), (spots, i)), (n, width))
    other = sparse.csr_matrix((np.ones(n), (spots, j)), (n, len(fit.importers)))
    return sparse.hstack(
        [sparse.csr_matrix(rows[fit.terms].to_numpy(float)), own, other[:, 1:]], format="csr"
    )


def covariance(rows: pd.DataFrame, fit: Estimate) -> np.ndarray:
    """Return the covariance of all parameters (terms, exporters, importers but the first).

    The sandwich A^-1 B A^-1 with A = sum of mu x x' and B = sum over pairs of s s', s the pair's
    sum of (trade - mu) x, times G / (G - 1) for G pairs: Cameron & Miller, Journal of Human
    Resources 50(2), 2015, written out for the Poisson model. `rows` are those of the estimate.
    """
    x, mu = _design(rows, fit), fit.expected(rows)
    bread = np.linalg.inv((x.T @ sparse.diags(mu) @ x).toarray())
    number_of, names = pd.factorize(rows["pair"])
    n, g = len(rows), len(names)
    by_pair = sparse.csr_matrix((np.ones(n), (number_of, np.arange(n))), (g, n))
    scores = by_pair @ sparse.diags(rows["trade"].to_numpy(float) - mu) @ x
    return bread @ (scores.T @ scores).toarray() @ bread * g / (g - 1)


def left_out(rows: pd.DataFrame, fit: Estimate, folds: int = FOLDS, seed: int = SEED) -> np.ndarray:
    """Return the expected trade of each flow by effects that did not see its pair.

    Pairs are dealt into `folds` at random (seeded); for each fold the exporter and importer
    effects are found again from the other pairs, with the terms' coefficients as in `fit`, which
    one pair hardly moves. An effect is not known (NaN) if all other trade of an economy is 0.
    """
    names = np.sort(rows["pair"].unique())
    deal = np.random.default_rng(seed).permutation(len(names)) % count("folds", folds)
    return _unseen(rows, fit, deal[pd.Index(names).get_indexer(rows["pair"])])


def each_left_out(rows: pd.DataFrame, fit: Estimate, pairs: Sequence[str]) -> pd.Series:
    """Return, by row, the expected trade of the flows of `pairs`, as `left_out` but one by one.

    Each pair's effects are found from all other pairs. Raises ValueError for an unknown pair.
    """
    if lost := sorted(set(pairs) - set(rows["pair"])):
        raise ValueError(f"pairs: {lost[0]!r} is no pair of the flows")
    found = _unseen(rows, fit, pd.Index(sorted(set(pairs))).get_indexer(rows["pair"]))
    return pd.Series(found, index=rows.index)[rows["pair"].isin(pairs)]


def _unseen(rows: pd.DataFrame, fit: Estimate, fold: np.ndarray) -> np.ndarray:
    """Expected trade of each fold by the effects of all other rows; NaN for the fold -1."""
    part = rows[fit.terms].to_numpy(float) @ fit.coefficients["estimate"].to_numpy()
    found = np.full(len(rows), np.nan)
    for number_of in range(fold.max() + 1):
        inside = fold == number_of
        effects = _effects(rows[~inside], part[~inside])
        own = [
            rows.loc[inside, side].map(e).to_numpy(float)
            for side, e in zip(("exporter", "importer"), effects, strict=True)
        ]
        found[inside] = np.exp(part[inside] + own[0] + own[1])
    return np.where(found > 0, found, np.nan)


@dataclass(frozen=True)
class HeldOut:
    """Flows that an estimate did not see: `table` and the draws of each (rows x draws)."""

    fit: Estimate
    table: pd.DataFrame
    draws: np.ndarray
    others: pd.DataFrame
    level: float

    def total(self, chosen: Iterable[bool] | None = None) -> pd.Series:
        """Return trade, expected, low, high and ratio of the chosen flows together (all of them).

        The draws of different pairs are added as independent but for the coefficients; if they
        deviate alike the true interval is wider.
        """
        mask = np.ones(len(self.table), bool) if chosen is None else np.asarray(chosen, bool)
        low, high = np.quantile(self.draws[mask].sum(axis=0), _ends(self.level))
        trade, expected = self.table.loc[mask, ["trade", "expected"]].sum()
        return pd.Series(
            {
                "trade": trade,
                "expected": expected,
                "low": low,
                "high": high,
                "ratio": trade / expected,
                "inside": bool(low <= trade <= high),
            }
        )


def _ends(level: float) -> list[float]:
    return [(1 - level) / 2, (1 + level) / 2]


def hold_out(
    rows: pd.DataFrame,
    terms: Sequence[str],
    held: Iterable[bool],
    level: float = 0.9,
    draws: int = DRAWS,
    seed: int = SEED,
) -> HeldOut:
    """Return what an estimate without the flows `held` expects of them.

    The economies' effects come from their other flows. The interval joins two doubts: the
    parameters, drawn from a normal distribution with their clustered `covariance`, and the spread
    of actual over expected trade, drawn from the NEAREST flows of like expected size as
    `left_out` expects them. Both directions of a pair share one rank of that spread, so they
    deviate alike. `table`: the held rows with expected, low, high (of `level`), ratio (trade over
    expected) and inside (trade is within the interval); `others`: the rows that were estimated
    with, with expected as by `left_out`. The expected value is the mean, and most flows lie below
    it, because a few lie far above. Raises ValueError as `estimate`, or if nothing is held out.
    """
    mask = np.asarray(list(held), bool)
    if len(mask) != len(rows) or not mask.any():
        raise ValueError(f"held: {mask.sum()} of {len(mask)} flows, for {len(rows)} rows")
    number("level", level, 0, 1, above=True)
    inside, outside = rows[~mask], rows[mask]
    fit = estimate(inside, terms)
    expected = fit.expected(outside)
    if np.isnan(expected).any():
        lost = outside.loc[np.isnan(expected), "pair"].iloc[0]
        raise ValueError(f"held: {lost}: an economy has no flow left to know its effect from")
    others = inside.assign(expected=left_out(inside, fit, seed=seed))
    known = others.dropna(subset=["expected"]).sort_values("expected", kind="stable")
    sizes = np.log(known["expected"].to_numpy())
    ratios = (known["trade"] / known["expected"]).to_numpy()
    random = np.random.default_rng(seed)
    x = _design(outside, fit).toarray()
    spread = np.linalg.eigh(x @ covariance(inside, fit) @ x.T)
    # the symmetric root: unlike the eigenvectors it is the same on every machine
    scaled = spread.eigenvectors * np.sqrt(np.clip(spread.eigenvalues, 0, None))
    root = scaled @ spread.eigenvectors.T
    doubt = root @ random.standard_normal((len(outside), count("draws", draws)))
    ranks = {pair: random.random(draws) for pair in sorted(outside["pair"].unique())}
    sample = np.empty((len(outside), draws))
    for at, (size, pair) in enumerate(zip(np.log(expected), outside["pair"], strict=True)):
        start = int(
            np.clip(np.searchsorted(sizes, size) - NEAREST // 2, 0, max(len(sizes) - NEAREST, 0))
        )
        near = ratios[start : start + NEAREST]
        sample[at] = expected[at] * np.exp(doubt[at]) * np.quantile(near, ranks[pair])
    low, high = np.quantile(sample, _ends(level), axis=1)
    table = outside.assign(expected=expected, low=low, high=high)
    table = table.assign(
        ratio=table["trade"] / table["expected"],
        inside=table["trade"].between(table["low"], table["high"]),
    )
    return HeldOut(fit, table, sample, others, level)


def compare(
    cases: Iterable[tuple[str, pd.DataFrame, Sequence[str]]],
    wanted: Sequence[str],
    level: float = 0.95,
    clusters: str = PAIRS,
) -> pd.DataFrame:
    """Return the `wanted` terms of several estimates: case, flows, zeros and the coefficients.

    `cases` are (name, rows, terms) as for `estimate`, which says the columns and the errors; a
    case has one row for each wanted term among its terms. Raises ValueError if it has none.
    """
    found = []
    for name, rows, terms in cases:
        if not set(wanted) & set(terms):
            raise ValueError(f"cases: {name!r} has none of the terms {list(wanted)}")
        fit = estimate(rows, terms, level, clusters)
        of_terms = fit.coefficients[fit.coefficients["term"].isin(wanted)]
        found.append(of_terms.assign(case=name, flows=fit.flows, zeros=fit.zeros))
    return pd.concat(found, ignore_index=True)


def each_pair_dropped(rows: pd.DataFrame, terms: Sequence[str], term: str) -> pd.DataFrame:
    """Return the effect of a 0/1 `term` without each of the pairs that have it, one at a time.

    Where few pairs have a term this shows what hangs on one of them, which clustered errors do not
    (Cameron & Miller, Journal of Human Resources 50(2), 2015, on few clusters). One row a pair:
    pair, effect (times as much trade), in the order of effect. Raises ValueError as `estimate`.
    """
    columns("flows", rows, ["pair", term])
    pairs = sorted(rows.loc[rows[term] == 1, "pair"].unique())
    cases = [(pair, rows[rows["pair"] != pair], terms) for pair in pairs]
    found = compare(cases, [term]).rename(columns={"case": "pair"})[["pair", "effect"]]
    return found.sort_values(["effect", "pair"], ignore_index=True)


def neighbourhoods(others: pd.DataFrame, size: int = 5) -> pd.DataFrame:
    """Return how far groups of neighbours trade above what is expected of them.

    Each economy with its `size` - 1 nearest ones (by km) is a group, each group once; groups of
    which a flow is not known are left out. `others`: exporter, importer, km, trade, expected, as
    in `HeldOut.others`. One row a group: members (joined by a space, in alphabetical order),
    trade, expected, ratio, in the order of ratio. Groups overlap, so they are no independent
    sample.
    """
    columns("others", others, ["exporter", "importer", "km", "trade", "expected"])
    known = others.dropna(subset=["expected"])
    near = known.sort_values(["km", "importer"], kind="stable").groupby("exporter")["importer"]
    groups = {
        tuple(sorted([home, *ends]))
        for home, ends in near.agg(lambda s: list(s[: size - 1])).items()
    }
    cells = known.set_index(["exporter", "importer"])[["trade", "expected"]]
    found = []
    for members in sorted(groups):
        wanted = pd.MultiIndex.from_product([members, members])
        wanted = wanted[wanted.get_level_values(0) != wanted.get_level_values(1)]
        if len(members) == size and wanted.isin(cells.index).all():
            trade, expected = cells.loc[wanted].sum()
            found.append((" ".join(members), trade, expected, trade / expected))
    table = pd.DataFrame(found, columns=["members", "trade", "expected", "ratio"])
    return table.sort_values(["ratio", "members"], ignore_index=True)
