"""The claims: each verdict in one place, what covers the article, limits and reasons, the words."""

from __future__ import annotations

import ast
import datetime as dt
import operator
import re
from functools import cache
from pathlib import Path

import article
import pandas as pd
import pytest
from evidences import THEN, evidence_of, now, records

from caspian import claims
from caspian.claims import words
from caspian.claims.evidence import appeared
from caspian.claims.judging import Measure
from caspian.claims.rules import CANDIDATES, LEFT_OUT, RULES
from caspian.claims.verdicts import (
    COLOUR,
    CONTRADICTED,
    IMPRECISE,
    MEANING,
    MISLEADING,
    OPEN,
    OPINION,
    OVERSTATED,
    SUPPORTED,
    SYMBOL,
    Verdict,
)
from openbook import colour, tables
from openbook.tables.periods import period_bounds

PARAGRAPHS = range(1, 11)  # of the article

# Verdict then and now. A figure that changes one fails here, by the claim's name: if the change
# is right, change this line and say why in the commit.
PINNED = {
    "c01": (SUPPORTED, SUPPORTED),
    "c02": (OPINION, OPINION),
    "c03": (OPINION, OPINION),
    "c04": (OPINION, OPINION),
    "c05": (SUPPORTED, SUPPORTED),
    "c06": (SUPPORTED, SUPPORTED),
    "c07": (OPINION, OPINION),
    "c08": (SUPPORTED, SUPPORTED),
    "c09": (OPEN, SUPPORTED),
    "c10": (OPINION, OPINION),
    "c11": (OPEN, IMPRECISE),
    "c12": (OPEN, OPEN),
    "c13": (OPEN, OVERSTATED),
    "c14": (OVERSTATED, OVERSTATED),
    "c15": (OVERSTATED, OVERSTATED),
    "c16": (OPINION, OPINION),
    "c17": (IMPRECISE, IMPRECISE),
    "c18": (OPEN, OPEN),
    "c19": (OPEN, OPEN),
    "c20": (OPINION, OPINION),
    "c21": (OPEN, OPEN),  # both memoranda are told by the article's own publisher alone
    "c22": (SUPPORTED, SUPPORTED),
    "c23": (OPEN, OPEN),
    "c24": (MISLEADING, OVERSTATED),
    "c25": (OPINION, OPINION),
    "c26": (OPINION, OPINION),
    "c27": (IMPRECISE, IMPRECISE),
    "c28": (IMPRECISE, IMPRECISE),
    "c29": (OPEN, OVERSTATED),
    "c30": (OPINION, OPINION),
    "c31": (OPEN, IMPRECISE),
    "c32": (OVERSTATED, SUPPORTED),
    "c33": (OVERSTATED, IMPRECISE),
    "c34": (SUPPORTED, SUPPORTED),
    "c35": (OPINION, OPINION),
    "c36": (OPINION, OPINION),
    "c37": (IMPRECISE, SUPPORTED),
    "c38": (OPEN, OPEN),
    "c39": (IMPRECISE, OPEN),
    "c40": (OPEN, OPEN),
    "c41": (OPINION, OPINION),
    "c42": (OPEN, IMPRECISE),
    "c47": (SUPPORTED, SUPPORTED),
    "c48": (OPINION, OPINION),
    "c49": (OPINION, OPINION),
    "c50": (OPINION, OPINION),
    "c51": (OPINION, OPINION),
    "c52": (OPINION, OPINION),
    "c53": (OPEN, OPEN),
    "c54": (OPEN, OVERSTATED),
    "c55": (SUPPORTED, OVERSTATED),
    "c56": (SUPPORTED, SUPPORTED),
    "c57": (SUPPORTED, SUPPORTED),
}
CONFLICTS = {
    "c13",
    "c15",
    "c18",
    "c23",
    "c24",
    "c28",
    "c29",
    "c31",
    "c33",
    "c38",
    "c39",
    "c54",
}  # sources that part, now
SPANS_PART = {"c13", "c23", "c42", "c54", "c55"}  # spans of time that part, now


@cache
def found() -> dict[str, claims.Judged]:
    return {item.claim["claim"]: item for item in claims.judged(records())}


# --- the verdicts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", sorted(PINNED))
def test_verdict_is_the_one_expected(claim):
    item = found()[claim]
    got = item.then.verdict, item.now.verdict
    assert got == PINNED[claim], f"{claim}, {item.claim['text']} {words.because(item.now)}"


def test_conflicts_and_parted_spans_are_told():
    assert {name for name, item in found().items() if item.now.conflict} == CONFLICTS
    assert {name for name, item in found().items() if item.now.parts("window")} == SPANS_PART
    assert found()["c23"].then.conflict and found()["c23"].then.parts("window")


def test_the_fall_that_two_years_step_over_is_shown():
    ours = dict(found()["c23"].then.variants)["Azerbaijan's count"]
    spans = {name: f.decided_by.value for name, f in ours.variants}
    assert spans["The last year"] == pytest.approx(100 * (314 / 680 - 1))
    assert spans["The last two years"] == pytest.approx(100 * (314 / 135.7 - 1))
    assert ours.verdict == OVERSTATED


def test_the_newest_like_months_count():
    by = dict(found()["c24"].now.variants)
    assert by["Azerbaijan's count"].decided_by.value == pytest.approx(100 * 600.3 / 4800)
    assert by["Kazakhstan's count"].decided_by.value == pytest.approx(100 * 331.7 / 3400)


def test_the_ledgers_give_opposite_verdicts_and_both_are_shown():
    assert {n: f.verdict for n, f in found()["c18"].now.variants} == {
        "Kazakhstan's count": CONTRADICTED,
        "Azerbaijan's count": SUPPORTED,
    }


def test_the_members_trade_is_the_number_of_its_chapter():
    others = claims.candidates("c37", now())
    by = dict(others["The members' trade with each other in percent of all their trade"].variants)
    assert by["By exports"].decided_by.value == pytest.approx(100 * 29372.799 / 415808.948)


# --- what covers the article ----------------------------------------------------------------------


def test_every_claim_has_a_rule_and_every_rule_a_claim():
    assert sorted(tables.load("claims")["claim"]) == sorted(RULES) == sorted(PINNED)
    assert sorted(tables.load("omissions")["omission"]) == sorted(LEFT_OUT)
    assert set(CANDIDATES) <= set(RULES)


def test_every_paragraph_and_sentence_is_covered():
    rows = tables.load("claims")
    assert sorted(rows["paragraph"].unique()) == list(PARAGRAPHS)
    assert rows["paragraph"].is_monotonic_increasing
    named = rows["sentences"].str.split(";")
    assert set(named.explode()) == set(tables.load("article_sentences")["sentence"])
    for paragraph, places in zip(rows["paragraph"], named, strict=True):
        assert places[0].split(".")[0] == str(paragraph), places


def test_the_sentences_are_those_of_the_article():
    rows = tables.load("article_sentences")
    told = [article.digest(article.words(opening)) for opening in rows["opening"]]
    assert dict(zip(rows["sentence"], told, strict=True)) == {
        f"{k}.{n}": opening
        for k, paragraph in enumerate(article.known()["openings"], 1)
        for n, opening in enumerate(paragraph, 1)
    }


def test_the_article_is_not_copied():
    rows = tables.load("claims")
    texts = [*rows["text"], *rows["why"].dropna(), *rows["opponent"].dropna()]
    texts += list(tables.load("omissions")["text"])
    quotes = [q for text in texts for q in re.findall("“([^”]*)”", text)]
    assert all(len(q.split()) <= 5 for q in quotes), "at most a few quoted words"
    runs = set(article.known()["runs"])
    for text in texts:
        assert not article.runs(text) & runs, text


def test_a_copy_of_an_article_is_seen():
    sentence = "The two leaders met, shook hands; and signed their papers."
    text = f"Headline\n{sentence} It’s done.\n" + "One more line.\n" * (article.PARAGRAPHS - 1)
    openings = ["The two leaders", "It's done", *["One more"] * (article.PARAGRAPHS - 1)]
    kept = article.made(text, openings)
    assert article.runs("So the two leaders met, shook hands and signed!") & set(kept["runs"])
    assert not article.runs("Both leaders met, shook hands and signed all papers") & set(
        kept["runs"]
    )
    assert [len(p) for p in kept["openings"]] == [2, *[1] * (article.PARAGRAPHS - 1)]
    assert kept["openings"][0][0] == article.digest(["the", "two", "leaders"])
    with pytest.raises(ValueError, match="'Two leaders'"):
        article.made(text, ["Two leaders", *openings[1:]])


def test_figures_named_exist_where_their_chapter_does():
    chapters = Path(claims.__file__).parents[2] / "chapters"
    for table in ("claims", "omissions"):
        for row in tables.load(table).to_dict("records"):
            page = chapters / f"{row['chapter']}.md"
            if page.is_file():
                assert f'name="{row["figure"]}"' in page.read_text("utf-8"), row


# --- limits and reasons ---------------------------------------------------------------------------


def named_in(item: claims.Judged) -> set[str]:
    return set(words.PLACEHOLDER.findall(f"{item.claim['rule']} {item.claim['proxy']}"))


def test_every_limit_is_used_in_code_and_no_other():
    folder = Path(claims.__file__).parent / "rules"
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    table = set(tables.load("claim_thresholds")["threshold"])
    assert {name for name in table if re.search(f"[\"']{name}[\"']", code)} == table
    named = set().union(*(named_in(item) for item in found().values()))
    assert named <= table


def test_a_rule_in_words_names_the_limits_that_grade():
    for name, item in found().items():
        for finding in (item.then, item.now):
            for each in finding.all():
                assert {s.threshold for s in each.steps} <= named_in(item), name


CONVENTIONS = {"same_day", "same_trip", "none", "exists", "plural", "several", "growth_trace",
               "no_change", "yearly", "window_last", "window_two"}  # fmt: skip
OPERATIONS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.USub: operator.neg,
}  # fmt: skip


def arithmetic(text: str) -> float:
    """The value of a sum of numbers, as a table writes it."""

    def of(node: ast.AST) -> float:
        if isinstance(node, ast.Constant):
            return float(node.value)
        if isinstance(node, ast.UnaryOp):
            return OPERATIONS[type(node.op)](of(node.operand))
        assert isinstance(node, ast.BinOp), ast.dump(node)
        return OPERATIONS[type(node.op)](of(node.left), of(node.right))

    return of(ast.parse(text, mode="eval").body)


def test_the_printed_reason_yields_the_limit():
    for row in tables.load("claim_thresholds").to_dict("records"):
        if row["unit"] in ("day", "list"):
            assert isinstance(row["text"], str) and pd.isna(row["value"]), row["threshold"]
            continue
        if pd.isna(row["derivation"]):
            assert row["threshold"] in CONVENTIONS | {"aim_patience"}, row["threshold"]
            continue
        assert row["threshold"] not in CONVENTIONS
        digits = len(str(row["value"]).partition(".")[2].rstrip("0"))
        assert round(arithmetic(row["derivation"]), digits) == row["value"], row["threshold"]


def test_what_reasons_say_of_the_tables_is_so():
    limits = records().limits
    exports = now().years("oil_exports", "route == 'total'")["value"].loc[2025]
    cpc = now().years("oil_exports", "route == 'cpc'")["value"].loc[2025]
    assert f"{100 * cpc / exports:.1f}%" in limits.table.at["part_major", "why"]
    ours = tables.load("az_kz_trade").query(
        "counted_by == 'Kazakhstan' and flow == 'exports' and period == '2023'"
    )
    for printed in ("456.3", "483.594"):
        assert float(printed) in ours["value"].tolist()
        assert printed in limits.table.at["growth_clear", "why"]
    added = tables.load("travel_times").query("corridor == 'sea_cape' and kind == 'added'")
    assert 14 in added["days_high"].tolist()
    usual = tables.load("travel_times").query("corridor == 'sea_suez' and kind == 'range'")
    assert 35 in usual["days_high"].tolist()
    papers = tables.load("agreements")
    lived = papers[papers["status"].isin(limits.members("kept"))]
    months = [
        (period_bounds(told)[1] - period_bounds(signed)[1]).days / 30.4375
        for told, signed in zip(lived["status_on"], lived["signed"], strict=True)
    ]
    assert round(pd.Series(months).quantile(0.75)) == limits.number("aim_patience")
    assert f"Of the {len(months)} papers" in limits.table.at["aim_patience", "why"]


def test_no_rule_types_a_number_or_a_day_that_decides():
    folder = Path(claims.__file__).parent / "rules"
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docs = [
            ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, documented)
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
                small = node.value in (0, 1, 2, 4, 12, 100, 100.0, True, False)
                assert small or node.value in (30.4375, 365.25, 1e-9), f"{path.name}: {node.value}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                typed = re.findall(r"\b20[12]\d\b", node.value)
                assert not typed or node.value in docs, f"{path.name}: {node.value!r}"


def test_every_graded_claim_says_why_this_measure_and_what_an_opponent_says():
    reasons = tables.load("claims").set_index("claim")
    for name, item in found().items():
        if item.claim["kind"] in ("opinion", "count") or name == "c01":
            continue
        assert isinstance(reasons.at[name, "opponent"], str), f"{name}: no opponent"
        assert isinstance(reasons.at[name, "why"], str) or name in ("c19",), f"{name}: no reason"


REFOUND = ("c13", "c23", "c24", "c28", "c29", "c31", "c32", "c33", "c37", "c39", "c40", "c42")


@pytest.mark.parametrize("claim", REFOUND)
def test_measures_found_anew_stand_beside_another(claim):
    others = claims.candidates(claim, now())
    sides = found()[claim].now.variants
    assert others or len(sides) > 2, "no other way to measure it is shown"
    for label, finding in others.items():
        assert finding.decided_by or finding.reason, label


def test_reasons_type_no_number_that_could_go_stale():
    rows = tables.load("claims")
    for column in ("why", "opponent"):
        for text in rows[column].dropna():
            assert not re.search(r"\d", text), text


def test_opinions_are_opinions_and_nothing_else_is():
    for name, item in found().items():
        is_opinion = item.claim["kind"] == "opinion"
        for finding in (item.then, item.now):
            assert (finding.verdict == OPINION) == is_opinion, name
        assert is_opinion == (not pd.isna(item.claim["proxy"])), f"{name}: an opinion has a proxy"
        if is_opinion:
            assert item.now.measured, f"{name}: nothing is measured beside this opinion"


# --- sources --------------------------------------------------------------------------------------


def test_every_verdict_rests_on_sources():
    for name, item in found().items():
        assert item.now.sources or item.now.verdict == OPEN, name
        for key in [*item.now.sources, *item.then.sources]:
            tables.source(key)


PUBLIC_ACTS = {
    "c02",
    "c03",
    "c20",
    "c26",
    "c36",
    "c41",
    "c49",
    "c52",
}  # whatever page tells of them


def test_no_source_later_than_the_day_is_named_for_then():
    for name, item in found().items():
        if name in PUBLIC_ACTS | {"c34"}:  # where places lie is no news of any day
            continue
        for key in item.then.sources:
            day = appeared(key, tables.source(key).date)
            assert day and day <= THEN, (name, key)


def test_what_only_its_own_publisher_tells_does_not_bear_the_article_out():
    own = records().own_publisher
    for name, item in found().items():
        holds = item.now.verdict in (SUPPORTED, IMPRECISE)
        if holds and item.now.sources:
            assert set(item.now.sources) - own, f"{name} rests on the article's publisher alone"


# --- as words -------------------------------------------------------------------------------------


def test_no_verdict_is_typed_outside_the_enum():
    typed = {str(v) for v in Verdict} - {"open", "opinion"}  # an event too can be open
    folder = Path(claims.__file__).parents[1]
    for path in [*folder.rglob("*.py"), folder.parent / "data" / "claims.csv"]:
        if path.name == "verdicts.py":
            continue
        text = path.read_text("utf-8")
        for word in typed:
            assert not re.search(rf"[\"']{word}[\"']", text), f"{path.name} types {word!r}"
    columns = tables.load("claims").columns
    assert not [c for c in columns if "verdict" in c]


def test_every_graded_finding_says_why_in_words():
    for name, item in found().items():
        for finding in (item.then, item.now, item.lenient):
            says = words.because(finding)
            assert bool(says) == (finding.verdict != OPINION), name
            assert not re.search(r"nan|None|\{|_", says), f"{name}: {says}"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1.906, "%", "1.91%"), (26.0, "%", "26%"), (155.6, "%", "156%"), (1.5, "Mt", "1.5 Mt"),
     (29372.799, "USD mn", "29,373 USD mn"), (-13.33, "%", "−13.3%"), (3, "", "3"),
     (1, "papers", "1 paper"), (1, "companies", "1 company"), (1, "series", "1 series"),
     (1, "USD mn", "1 USD mn"), (2, "papers", "2 papers"), (0, "reports", "0 reports")],
)  # fmt: skip
def test_amounts(value, unit, text):
    assert words.amount(value, unit) == text


def test_a_share_of_rows_is_told_with_its_numbers():
    part = Measure("x", "Part", 25.0, "%", "before", counted=(1, 4))
    assert words.told(part) == "25% (1 of 4)"


def test_limits_in_words():
    table = tables.load("claim_thresholds").set_index("threshold")
    assert words.limit_text("visit_day", table) == "11 March 2024"
    assert words.limit_text("half", table) == "50%"
    assert words.limit_text("transit_states", table) == "Georgia, Türkiye"
    assert words.limit_text("war_kinds_rail", table) == "withdrawal, closure, attack"
    for item in found().values():
        assert not re.search("[{}]", words.rule_text(item.claim["rule"]))


# --- as published ---------------------------------------------------------------------------------


def test_the_claims_as_a_table_are_whole():
    rows = claims.rows(found().values())
    assert len(rows) == len(PINNED) and rows["claim"].is_unique
    assert not rows["rule"].str.contains("[{}]").any()
    assert (rows["source"] != "").all()


def test_margins_are_sorted_and_measured():
    near = claims.margins(found().values())
    assert near["away"].is_monotonic_increasing
    assert "c15" in near["claim"].head(6).tolist()


def test_inputs_are_named_with_their_periods_and_sources():
    frame = claims.inputs(records())
    assert not frame.duplicated(["claim", "quantity"]).any()
    assert frame["source"].ne("").all() and frame["label"].ne("").all()
    dated = frame[frame["period"] != ""]
    ends = [name.endswith("_".join(re.findall(r"\d+", period)))
            for name, period in zip(dated["quantity"], dated["period"], strict=True)]  # fmt: skip
    assert all(ends)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_has_a_look_of_its_own(verdict):
    for _ink, paper in colour.MODES.values():
        assert colour.contrast(COLOUR[verdict], paper) >= colour.FOR_MARKS
    assert len(set(SYMBOL.values())) == len(Verdict)
    assert MEANING[verdict].endswith(".")


def test_the_day_of_then_is_the_day_after_the_visit():
    assert records().limits.day("visit_day") + dt.timedelta(days=1) == claims.THEN
    assert evidence_of("then").judged_on == claims.THEN
