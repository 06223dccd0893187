"""The gravity model: by hand, against statsmodels, on made-up worlds, and its table."""

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from caspian.models import gravity
from openbook import tables
from openbook.testing.book import ROOT

TERMS = [*gravity.PAIR_TERMS, "eu"]


def groups_of(*names):
    blocs = tables.load("bloc_members").rename(columns={"bloc": "group"})
    own = tables.load("gravity_groups").rename(columns={"member_of": "group"})
    found = pd.concat([blocs, own], ignore_index=True)[["group", "country"]]
    return found[found["group"].isin(names)]


@pytest.fixture(scope="module")
def world():
    groups = groups_of("ots", "eu", "eaeu", "soviet", "oil")
    rows = gravity.flows(tables.load("gravity_pairs"), groups)
    return rows[rows["doubt"].isna()].reset_index(drop=True)


@pytest.fixture(scope="module")
def some(world):
    """Thirty economies, with zeros among their flows: small enough for dummies."""
    chosen = sorted(world["exporter"].unique())[::6]
    keep = world["exporter"].isin(chosen) & world["importer"].isin(chosen)
    rows = world[keep].reset_index(drop=True)
    assert len(rows) > 500 and (rows["trade"] == 0).sum() > 50
    return rows


def made_up(n=12, seed=3, noise=0.0):
    """A world that obeys the model: c = -0.8 a unit of log distance, 0.5 for a border."""
    random = np.random.default_rng(seed)
    names = [f"A{chr(65 + k)}{chr(65 + k)}" for k in range(n)]
    spots = random.uniform(0, 5000, (n, 2))
    rows = [
        (a, b, np.hypot(*(spots[i] - spots[j])) + 50)
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i != j
    ]
    pairs = pd.DataFrame(rows, columns=["exporter", "importer", "km"])
    size = dict(zip(names, random.uniform(1, 4, n), strict=True))
    pairs["border"] = (pairs["km"] < 1500).astype(float)
    pairs["language"] = pairs["religion"] = pairs["colony"] = 0.0
    log = -0.8 * np.log(pairs["km"]) + 0.5 * pairs["border"] + 12
    log += pairs["exporter"].map(size) + 0.7 * pairs["importer"].map(size)
    pairs["trade"] = np.exp(log + noise * random.standard_normal(len(pairs)))
    return pairs, pd.DataFrame({"group": "club", "country": names[:4]})


# --- the estimate


def test_a_case_by_hand():
    """Two exporters, two importers, one term: exp(c) is the odds ratio of the four sums.

    Sums: A to C 10 + 14 = 24, A to D 4 + 8 = 12, B to C 6 + 10 = 16, B to D 20 + 28 = 48; with a
    term for A to C alone the model is saturated, so exp(c) = (24 x 48) / (12 x 16) = 6.
    """
    trade = {("A", "C"): (10, 14), ("A", "D"): (4, 8), ("B", "C"): (6, 10), ("B", "D"): (20, 28)}
    rows = pd.DataFrame(
        [
            {
                "exporter": a,
                "importer": b,
                "trade": float(t),
                "term": float((a, b) == ("A", "C")),
                "pair": f"{a}{b}{k}",
            }
            for (a, b), both in trade.items()
            for k, t in enumerate(both)
        ]
    )
    fit = gravity.estimate(rows, ["term"])
    assert fit.coefficients["effect"].item() == pytest.approx(6, rel=1e-8)
    assert fit.expected(rows) == pytest.approx([12, 12, 6, 6, 8, 8, 24, 24], rel=1e-8)


def dummies(rows, terms):
    """The same model for statsmodels: terms, a dummy an exporter, all importers but the first."""
    own = pd.get_dummies(rows["exporter"], dtype=float)
    other = pd.get_dummies(rows["importer"], dtype=float).iloc[:, 1:]
    return np.column_stack([rows[terms].astype(float), own, other])


def test_the_estimate_is_that_of_statsmodels(some):
    """Coefficients and expectations to 1e-6, clustered errors of every parameter to 1e-5."""
    import statsmodels.api as sm

    fit = gravity.estimate(some, TERMS)
    model = sm.GLM(some["trade"].to_numpy(), dummies(some, TERMS), family=sm.families.Poisson())
    clusters = pd.factorize(some["pair"])[0]
    theirs = model.fit(
        maxiter=200,
        tol=1e-14,
        cov_type="cluster",
        cov_kwds={"groups": clusters, "use_correction": False},
    )
    k, g, n = len(TERMS), clusters.max() + 1, len(some)
    assert fit.coefficients["estimate"].to_numpy() == pytest.approx(theirs.params[:k], abs=1e-6)
    assert fit.expected(some) == pytest.approx(theirs.mu, rel=1e-6)
    whole = gravity.covariance(some, fit)
    ours, full = np.sqrt(np.diag(whole)), theirs.bse * np.sqrt(g / (g - 1))
    assert ours == pytest.approx(full, rel=1e-5)
    # the library counts the terms and the effects that a pair does not nest as parameters
    scale = fit.coefficients["error"].to_numpy() / full[:k]
    assert scale == pytest.approx(scale[0], rel=1e-5)
    assert 1 <= scale[0] <= np.sqrt((n - 1) / (n - whole.shape[0])) + 1e-9


def test_errors_clustered_by_both_ends_add_and_subtract(some):
    """V(exporters) + V(importers) - V(flows), which both share: Cameron, Gelbach & Miller 2011."""
    fit = gravity.estimate(some, TERMS, clusters=gravity.ENDS)
    x, mu = gravity._design(some, fit), fit.expected(some)
    bread = np.linalg.inv((x.T @ x.multiply(mu[:, None])).toarray())

    def meat(labels):
        scores = pd.DataFrame(x.multiply((some["trade"] - mu).to_numpy()[:, None]).toarray())
        sums = scores.groupby(labels.to_numpy()).sum().to_numpy()
        return sums.T @ sums

    ends = meat(some["exporter"]) + meat(some["importer"]) - meat(some.index.to_series())
    by_hand = np.sqrt(np.diag(bread @ ends @ bread)[: len(TERMS)])
    scale = fit.coefficients["error"].to_numpy() / by_hand
    assert scale == pytest.approx(scale[0], rel=1e-4)  # the library's small-sample factor
    assert 1 < scale[0] < 1.1
    assert (fit.coefficients["error"] != gravity.estimate(some, TERMS).coefficients["error"]).all()


def test_the_members_by_both_clusterings(world):
    """An independent script agrees to 0.01: the OTS holds by both, the EAEU by pair alone."""
    blocs = ["usmca", "asean", "gcc", "mercosur"]
    rows = gravity.flows(world[tables.load("gravity_pairs").columns], groups_of(*blocs))
    rows = world.assign(other_bloc=rows[blocs].max(axis=1))
    terms = [*TERMS, "eaeu", "other_bloc", "soviet", "ots"]
    ranges = {}
    for clusters in (gravity.PAIRS, gravity.ENDS):
        found = gravity.estimate(rows, terms, clusters=clusters).coefficients.set_index("term")
        for term in ("ots", "eaeu"):
            ranges[term, clusters] = tuple(found.loc[term, ["effect_low", "effect_high"]].round(2))
    assert ranges == {
        ("ots", gravity.PAIRS): (1.19, 4.91),
        ("ots", gravity.ENDS): (1.23, 4.75),
        ("eaeu", gravity.PAIRS): (1.01, 4.30),
        ("eaeu", gravity.ENDS): (0.91, 4.80),
    }


def test_each_pair_dropped_by_hand():
    """Three pairs have the term; without one the effect is that of an estimate without its rows."""
    pairs, _ = made_up(noise=0.5)
    groups = pd.DataFrame({"group": "three", "country": ["AAA", "ABB", "ACC"]})
    rows = gravity.flows(pairs, groups)
    found = gravity.each_pair_dropped(rows, ["distance", "three"], "three").set_index("pair")
    assert sorted(found.index) == ["AAA-ABB", "AAA-ACC", "ABB-ACC"]
    left = gravity.estimate(rows[rows["pair"] != "AAA-ACC"], ["distance", "three"])
    assert found.at["AAA-ACC", "effect"] == left.coefficients["effect"].iloc[-1]
    assert found["effect"].is_monotonic_increasing


def test_the_intervals_and_effects_follow_from_estimate_and_error(some):
    table = gravity.estimate(some, TERMS, level=0.9).coefficients
    assert (table["high"] - table["low"]).to_numpy() == pytest.approx(
        2 * 1.6448536 * table["error"].to_numpy(), rel=1e-6
    )
    for end in ("", "_low", "_high"):
        source = table[end.lstrip("_") or "estimate"]
        assert np.log(table[f"effect{end}"]).to_numpy() == pytest.approx(source.to_numpy())


def test_a_made_up_world_gives_its_law_back():
    pairs, groups = made_up()
    fit = gravity.estimate(gravity.flows(pairs, groups), ["distance", "border", "club"])
    assert fit.coefficients["estimate"].tolist() == pytest.approx([-0.8, 0.5, 0], abs=1e-7)
    assert fit.flows == len(pairs) and fit.zeros == 0


def test_each_economy_trades_as_much_as_it_did(world):
    """Exports and imports of each economy add up: the conditions of the Poisson estimate."""
    fit = gravity.estimate(world, TERMS)
    rows = world.assign(expected=fit.expected(world))
    for side in ("exporter", "importer"):
        sums = rows.groupby(side)[["trade", "expected"]].sum()
        assert sums["expected"].to_numpy() == pytest.approx(sums["trade"].to_numpy(), rel=1e-8)


def test_the_same_rows_give_the_same_bits(world):
    terms = [*TERMS, "ots"]
    first, again = (gravity.estimate(world, terms) for _ in range(2))
    pd.testing.assert_frame_equal(first.coefficients, again.coefficients, check_exact=True)
    pd.testing.assert_series_equal(first.exporters, again.exporters, check_exact=True)
    mixed = gravity.estimate(world.sample(frac=1, random_state=1), terms)
    assert mixed.coefficients["estimate"].tolist() == pytest.approx(
        first.coefficients["estimate"].tolist(), abs=1e-8
    )


def test_true_zeros_count(world):
    terms = [*TERMS, "soviet"]
    fit, without = (gravity.estimate(rows, terms) for rows in (world, world[world["trade"] > 0]))
    assert fit.zeros == (world["trade"] == 0).sum() > 6000 and without.zeros == 0
    assert fit.flows - without.flows == fit.zeros
    gap = fit.coefficients["estimate"] - without.coefficients["estimate"]
    assert gap.abs().max() > 0.01


def bad(column, value, at=0):
    pairs, groups = made_up()
    pairs.loc[at, column] = value
    return lambda: gravity.flows(pairs, groups)


def altered(change, terms):
    pairs, groups = made_up()
    rows = gravity.flows(pairs, groups)
    return lambda: gravity.estimate(change(rows), terms)


@pytest.mark.parametrize(
    "call, words",
    [
        (bad("importer", "AAA"), "pairs: AAA-AAA: an economy does not trade with itself"),
        (bad("importer", "ACC"), "pairs: AAA-ACC: the flow is given twice"),
        (bad("trade", np.nan), "pairs: AAA-ABB: its trade is missing; leave the flow out"),
        (bad("trade", -1), r"pairs.trade: -1 must be a finite number at least 0"),
        (bad("km", 0), r"pairs.km: 0 must be a finite number above 0"),
        (bad("religion", np.inf), "pairs.religion: inf must be"),
        (
            lambda: gravity.flows(made_up()[0].drop(columns="km"), made_up()[1]),
            "column 'km' is miss",
        ),
        (
            lambda: gravity.flows(made_up()[0], pd.DataFrame({"bloc": []})),
            "column 'group' is missing",
        ),
        (altered(lambda r: r, ["distance", "language"]), "'language' is the same in every flow"),
        (
            altered(lambda r: r.assign(twice=2 * r["distance"]), ["distance", "twice"]),
            "follows from",
        ),
        (
            altered(lambda r: r.assign(border=r["border"].where(r.index > 0)), ["border"]),
            "flows.border: nan must be a finite number",
        ),
        (
            altered(
                lambda r: r.assign(trade=r["trade"].where(r["exporter"] != "ABB", 0)), ["distance"]
            ),
            "all trade of the exporter 'ABB' is 0",
        ),
        (altered(lambda r: r, ["size"]), "column 'size' is missing"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- what was held out


def test_a_world_without_noise_is_foretold_exactly():
    pairs, groups = made_up()
    rows = gravity.flows(pairs, groups)
    held = rows["club"] == 1
    truth = rows.loc[held, "trade"]
    rows.loc[held, "trade"] *= 3
    found = gravity.hold_out(rows, ["distance", "border"], held)
    assert found.table["expected"].to_numpy() == pytest.approx(truth.to_numpy(), rel=1e-6)
    assert found.table["ratio"].to_numpy() == pytest.approx(3, rel=1e-6)
    assert not found.table["inside"].any() and not found.total()["inside"]
    assert found.total()["ratio"] == pytest.approx(3, rel=1e-6)
    assert found.fit.flows == len(rows) - held.sum()
    first = held.to_numpy()[held.to_numpy()]
    first[1:] = False
    assert found.total(first)["trade"] == pytest.approx(found.table["trade"].iloc[0])


def test_the_intervals_hold_what_they_promise(world):
    """Nine tenths of pairs that the estimate did not see lie within their nine-tenth interval."""
    names = np.sort(world["pair"].unique())
    chosen = np.random.default_rng(5).choice(names, len(names) // 20, replace=False)
    found = gravity.hold_out(world, TERMS, world["pair"].isin(chosen), draws=2000)
    assert len(found.table) > 1000
    assert found.table["inside"].mean() == pytest.approx(0.9, abs=0.03)
    narrow = (found.table["low"] <= found.table["expected"]) & (
        found.table["expected"] <= found.table["high"]
    )
    assert narrow.mean() > 0.9


def test_the_draws_are_seeded(world):
    held = (world["ots"] == 1) & world["pair"].str.startswith("AZE")
    first, again = (gravity.hold_out(world, TERMS, held, draws=300) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
    assert first.draws.shape == (held.sum(), 300) and (first.draws == again.draws).all()
    other = gravity.hold_out(world, TERMS, held, draws=300, seed=1)
    assert (other.table["low"] != first.table["low"]).any()
    wider = gravity.hold_out(world, TERMS, held, level=0.98)
    assert (wider.table["high"] > first.table["high"]).all()


def test_nothing_held_out_or_nothing_left(world):
    with pytest.raises(ValueError, match="held: 0 of"):
        gravity.hold_out(world, TERMS, np.zeros(len(world), bool))
    with pytest.raises(ValueError, match=r"held: .*KAZ.*: an economy has no flow left"):
        gravity.hold_out(world, TERMS, world["exporter"] == "KAZ")


def test_a_pair_does_not_foretell_itself():
    pairs, groups = made_up(noise=0.5)
    rows = gravity.flows(pairs, groups)
    fit = gravity.estimate(rows, ["distance", "border"])
    before = gravity.left_out(rows, fit)
    mine = rows["pair"] == "AAA-ABB"
    changed = rows.assign(trade=rows["trade"].where(~mine, 10 * rows["trade"]))
    after = gravity.left_out(changed, fit)
    assert after[mine] == pytest.approx(before[mine], rel=1e-8)
    assert (np.abs(after / before - 1)[~mine] > 1e-6).any()
    assert np.abs(fit.expected(rows)[mine] / before[mine] - 1).min() > 1e-3


def test_a_pair_left_out_alone_is_the_hold_out_with_those_coefficients():
    pairs, groups = made_up(noise=0.5)
    rows = gravity.flows(pairs, groups)
    fit = gravity.estimate(rows, ["distance", "border"])
    found = gravity.each_left_out(rows, fit, ["AAA-ABB", "ACC-ADD"])
    assert rows.loc[found.index, "pair"].tolist().count("ACC-ADD") == 2 and len(found) == 4
    # by hand: a world of one fold a pair, the fold of AAA-ABB alone
    rest = rows[rows["pair"] != "AAA-ABB"]
    part = rows[fit.terms].to_numpy() @ fit.coefficients["estimate"].to_numpy()
    out, into = gravity._effects(rest, part[rows["pair"] != "AAA-ABB"])
    first = rows.index[(rows["exporter"] == "AAA") & (rows["importer"] == "ABB")][0]
    assert found[first] == pytest.approx(np.exp(part[first] + out["AAA"] + into["ABB"]), rel=1e-10)
    with pytest.raises(ValueError, match="'AAA-ZZZ' is no pair of the flows"):
        gravity.each_left_out(rows, fit, ["AAA-ZZZ"])


def test_neighbourhoods_by_hand():
    """Four economies on a line, groups of two: each with its nearest, each group once.

    Places 0, 1, 3, 7: A and B, C with B, D with C. A-B trade 2 + 4 of an expected 1 + 2: ratio 2.
    """
    places = {"AAA": 0, "BBB": 1, "CCC": 3, "DDD": 7}
    rows = pd.DataFrame(
        [
            {"exporter": a, "importer": b, "km": abs(x - y), "trade": 1.0, "expected": 1.0}
            for a, x in places.items()
            for b, y in places.items()
            if a != b
        ]
    )
    ends = rows["exporter"] + rows["importer"]
    rows.loc[ends == "AAABBB", ["trade", "expected"]] = 2, 1
    rows.loc[ends == "BBBAAA", ["trade", "expected"]] = 4, 2
    found = gravity.neighbourhoods(rows, size=2)
    assert found["members"].tolist() == ["BBB CCC", "CCC DDD", "AAA BBB"]
    assert found["ratio"].tolist() == [1, 1, 2]
    unknown = rows[ends != "BBBCCC"]
    assert gravity.neighbourhoods(unknown, size=2)["members"].tolist() == ["CCC DDD", "AAA BBB"]


def test_cases_are_compared_on_the_terms_wanted(world):
    azeri = world.assign(azeri=world["ots"] * world["pair"].str.startswith("AZE"))
    found = gravity.compare(
        [
            ("all", azeri, [*TERMS, "ots", "azeri"]),
            ("positive", azeri[azeri["trade"] > 0], [*TERMS, "ots"]),
        ],
        ["ots", "azeri"],
    )
    assert found["case"].tolist() == ["all", "all", "positive"]
    assert found["term"].tolist() == ["ots", "azeri", "ots"]
    one = gravity.estimate(azeri, [*TERMS, "ots", "azeri"]).coefficients.set_index("term")
    assert found["estimate"].iloc[:2].tolist() == one.loc[["ots", "azeri"], "estimate"].tolist()
    assert found["zeros"].tolist() == [*[(world["trade"] == 0).sum()] * 2, 0]
    with pytest.raises(ValueError, match="'all' has none of the terms"):
        gravity.compare([("all", world, TERMS)], ["ots"])


# --- the table


def test_the_table_holds_what_was_known_and_no_more():
    pairs = tables.load("gravity_pairs")
    assert len(pairs) == 31_742 and pairs["zero"].sum() == (pairs["trade"] == 0).sum() == 6_344
    known = set(pairs["exporter"] + pairs["importer"])
    assert not {"RUSBLR", "BLRRUS", "KORVNM"} & known  # neither had reported
    economies = sorted(set(pairs["exporter"]))
    assert len(economies) == 194 == len(set(pairs["importer"]))
    silent = [a for a in economies if a + "BLR" not in known and a != "BLR"]
    assert len(silent) == 75 and len(economies) * 193 - len(pairs) == 76 * 75
    doubt = pairs.dropna(subset=["doubt"])
    assert set(doubt["exporter"] + doubt["importer"]) == {
        "KAZGBR",
        "KAZGMB",
        "GMBKAZ",
        "CUWARM",
        "TURMHL",
    }
    members = ["AZE", "KAZ", "KGZ", "TUR", "UZB"]
    inside = pairs["exporter"].isin(members) & pairs["importer"].isin(members)
    assert inside.sum() == 20 and (pairs.loc[inside, "trade"] > 0).all()
    turned = pairs.rename(columns={"exporter": "importer", "importer": "exporter"})
    both = pairs.merge(turned, on=["exporter", "importer"], suffixes=("", "_back"))
    assert (both["km"] == both["km_back"]).all() and (both["border"] == both["border_back"]).all()


@pytest.fixture
def few(tmp_path, monkeypatch):
    """The real schema over four flows, so that a slip in them is found in an instant."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("OPENBOOK_DATA", str(folder))
    path = folder / "gravity_pairs.csv"
    lines = path.read_text().splitlines()
    zero = next(line for line in lines if ",0,true," in line)
    kept = [zero, *[x for x in lines if x.startswith(("AZE,KAZ", "AZE,KGZ", "AZE,TUR"))]]
    path.write_text("\n".join([lines[0], *kept]) + "\n")

    def edit(old, new):
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
        package = json.loads((folder / "datapackage.json").read_text())
        for resource in package["resources"]:
            if resource["name"] == "gravity_pairs":
                raw = path.read_bytes()
                resource |= {"hash": f"sha256:{hashlib.sha256(raw).hexdigest()}", "bytes": len(raw)}
        (folder / "datapackage.json").write_text(json.dumps(package))
        with pytest.raises(tables.TableError) as caught:
            tables.load("gravity_pairs")
        return str(caught.value)

    return edit


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("AZE,KAZ,", "AZE,AZE,", ["exporter=AZE, importer=AZE are the same", "row differ"]),
        ("AZE,KGZ,", "AZE,KAZ,", ["exporter=AZE, importer=KAZ, which row", "names one row only"]),
        (",0,true,", ",0,,", ["trade is 0 and zero is false", "missing is not zero"]),
        ("AZE,KAZ,114603,,", "AZE,KAZ,114603,true,", ["trade is 114603 and zero is true"]),
        ("AZE,KAZ,114603,", "AZE,KAZ,,", ['column "trade": the cell is empty', "never empty"]),
        ("AZE,KAZ,114603,", "AZE,KAZ,-114603,", ['column "trade"', "no negative quantities"]),
        ("AZE,KAZ,", "AZE,KAS,", ['"KAS" is no country of the table countries']),
    ],
)
def test_a_slip_in_the_pairs_is_refused_with_its_row(few, old, new, words):
    message = few(old, new)
    assert "data/gravity_pairs.csv, row " in message
    for word in words:
        assert word in message, message


def test_a_slip_in_the_rule_is_not_a_rule_switched_off(few):
    path = tables.folder.data_folder() / "datapackage.json"
    text = path.read_text()
    path.write_text(text.replace('"distinct"', '"distict"'))
    with pytest.raises(tables.TableError, match='no rule "distict"'):
        tables.load("gravity_pairs")
    path.write_text(text)
    spoiled = json.loads(text)
    for resource in spoiled["resources"]:
        if resource["name"] == "gravity_pairs":
            resource["openbook"]["distinct"] = ["exporter", "imported"]
    path.write_text(json.dumps(spoiled))
    with pytest.raises(tables.TableError, match='"imported" that it does not have'):
        tables.load("gravity_pairs")
